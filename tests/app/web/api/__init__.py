"""Tests of /api/v1; on both databases, for paging and changes are asked of them."""
