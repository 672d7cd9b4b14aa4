"""How many of how many: parts of a bar in percent, each with its pattern, its word and its count."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.web.i18n import N_, gettext

# In this order: what went through is filled, what did not is drawn in outline, what is still open dashed. No colours.
WORDS = {
    "accepted": N_("Adopted"),
    "amended": N_("Adopted with amendments"),
    "noted": N_("Noted, answered"),
    "rejected": N_("Rejected"),
    "postponed": N_("Postponed"),
    "withdrawn": N_("Withdrawn"),
    "none": N_("No decision"),
    "other": N_("In the source's own words"),
    "private": N_("Consulted in private"),
    "open": N_("Not decided yet"),
}
PATTERNS = {
    "accepted": "full",
    "amended": "half",
    "noted": "light",
    "postponed": "open",
    "withdrawn": "dots",
    "none": "dots",
    "open": "open",
}
GAP = 0.4  # percent between two parts


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar: where it begins and how wide it is in percent, how it is drawn, what it says."""

    pattern: str
    word: str
    count: int
    left: float
    width: float


def shares(counts: Mapping[str, int]) -> list[Share]:
    """Return counts as the parts of one bar; what was not counted has none."""
    total = sum(counts.values())
    found: list[Share] = []
    left = 0.0
    for kind, word in WORDS.items():
        if count := counts.get(kind, 0):
            width = 100 * count / total
            found.append(Share(PATTERNS.get(kind, "ring"), gettext(word), count, round(left, 2), round(width - GAP, 2)))
            left += width
    return found
