"""Tests of what pages ask of the records, on both databases."""
