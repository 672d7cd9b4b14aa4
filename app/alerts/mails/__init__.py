"""Mails: what they say, how they are handed over, and what becomes of those that come back."""
