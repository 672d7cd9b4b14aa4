"""What became of agenda items, read from the text of minutes by rules; precision comes before completeness."""

from app.facts.minutes.headings import Item
from app.facts.minutes.pages import Place
from app.facts.minutes.reading import Said, results_in
from app.facts.minutes.votes import PartyVote, Votes
from app.facts.minutes.wording import Result

# Raise it with every change that alters what is read: all minutes are then read again.
VERSION = "1"

__all__ = ["VERSION", "Item", "PartyVote", "Place", "Result", "Said", "Votes", "results_in"]
