"""Tests of the pages of records; on SQLite alone, since the queries are tested on both databases."""
