"""What became of agenda items, read from the text of minutes by rules; precision comes before completeness."""

from app.facts.minutes.closed import is_closed
from app.facts.minutes.headings import Item
from app.facts.minutes.kinds import are_minutes, day_of
from app.facts.minutes.pages import Place
from app.facts.minutes.parties import group_names
from app.facts.minutes.quotes import FIRST_PAGES, PROPOSAL, SUMMARY, PaperWords, quotes_in
from app.facts.minutes.reading import Said, results_in
from app.facts.minutes.votes import PartyVote, Votes
from app.facts.minutes.wording import Result

# Raise it with every change that alters what is read: all minutes are then read again.
VERSION = "2"

__all__ = [
    "FIRST_PAGES",
    "PROPOSAL",
    "SUMMARY",
    "VERSION",
    "Item",
    "PaperWords",
    "PartyVote",
    "Place",
    "Result",
    "Said",
    "Votes",
    "are_minutes",
    "day_of",
    "group_names",
    "is_closed",
    "quotes_in",
    "results_in",
]
