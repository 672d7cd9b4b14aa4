"""Tests of the records and the site."""
