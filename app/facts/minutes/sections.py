"""Which part of minutes is about which item: the list of items at the front and what is dealt with jointly left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.facts.minutes.headings import Heading, Item

_EMPTY = 60  # characters: a section without more than this holds nothing but its heading
_NEAR = 100  # characters: "5." and "Punkt 5 der Tagesordnung" are one heading
_TITLE = 400  # characters: as long as the longest titles with the numbers of their papers
MAX_CHAIN = 30  # items that are treated as one: of more, which are parts of a budget, nothing is said
_JOINTLY = re.compile(
    r"(?:gemeinsam|zusammen|en bloc|im block|verbunden)\b[^.]{0,60}\b(?:beraten|behandelt|aufgerufen|abgestimmt"
    r"|beratung|abstimmung)"
    r"|(?:tagesordnungspunkte|top ?s)\b[^.]{0,40}\bgemeinsam",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """What minutes say under one item: from where its title ends to the next heading."""

    item: Item
    number: str
    start: int
    end: int
    joint: bool  # with others: what came of each is not told by where it stands


def sections(text: str, headings: Sequence[Heading]) -> list[Section]:
    """Return the sections of the items that have exactly one; those that are treated as one share theirs."""
    headings = _without_list(_merged(headings))
    found: dict[str, list[Section]] = {}
    told: set[str] = set()
    for first, last in _chains(text, headings):
        end = headings[last + 1].start if last + 1 < len(headings) else len(text)
        # What is treated as one is one stretch, the same for each, and is read once.
        start = min(headings[first].end, end)
        joint = last > first or _sibling_follows(text, headings[first], end)
        joint = joint or bool(_JOINTLY.search(text, start, min(end, start + 1500)))
        for heading in headings[first : last + 1]:
            if heading.item:
                one = Section(heading.item, heading.number, start, end, joint)
                found.setdefault(heading.item.key, []).append(one)
                told.update([heading.item.key] if last - first < MAX_CHAIN else [])
    return [parts[0] for key, parts in found.items() if len(parts) == 1 and key in told]


def _chains(text: str, headings: Sequence[Heading]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each row of headings that are treated as one; most are one alone."""
    first = 0
    for at in range(len(headings)):
        if at + 1 == len(headings) or not _are_one(text, headings[at], headings[at + 1]):
            yield first, at
            first = at + 1


def _merged(headings: Sequence[Heading]) -> list[Heading]:
    """Return the headings without those that repeat the one before: running heads, and titles named again."""
    kept: list[Heading] = []
    for heading in headings:
        last = kept[-1] if kept else None
        if not (last and last.item and heading.item and last.item.key == heading.item.key):
            kept.append(heading)
        elif heading.start - last.end < _NEAR:
            kept[-1] = Heading(last.start, heading.end, last.item, last.number)
    return kept


def _without_list(headings: list[Heading]) -> list[Heading]:
    """Return the headings behind the agenda that minutes begin with: behind where the first item comes again."""
    first = next((one.item.key for one in headings if one.item), None)
    for at in range(len(headings) - 1, 0, -1):
        item = headings[at].item
        if item and item.key == first:
            return headings[at:] if any(one.item and one.item.key == first for one in headings[:at]) else headings
    seen: dict[str, int] = {}
    for at, heading in enumerate(headings):
        if heading.item:
            if heading.item.key in seen:
                return headings[at:]
            seen[heading.item.key] = at
    return headings


def _are_one(text: str, earlier: Heading, later: Heading) -> bool:
    """Whether nothing stands between the headings of two siblings."""
    if not (earlier.number and later.number and _related(earlier.number, later.number)):
        return False
    if earlier.item is None:  # its title was not looked for
        return later.start - earlier.start < _TITLE
    return len(text[min(earlier.end, later.start) : later.start].strip()) <= _EMPTY


def _sibling_follows(text: str, here: Heading, end: int) -> bool:
    """Whether a line soon after the title begins with the number of a sibling or a part of this item."""
    head, _, last = here.number.rpartition(".")
    pattern = rf"(?m)^[ \t]*(?:{re.escape(here.number)}\.\d" + (
        rf"|{re.escape(head)}\.(?!{last}\b)\d+)" if head else ")"
    )
    return bool(re.compile(pattern).search(text, here.end, min(end, here.end + _TITLE)))


def _related(first: str, second: str) -> bool:
    """Whether two numbers belong under one: 7 and 7.1, 7.1 and 7.2."""
    return "." in second and (second.rpartition(".")[0] in (first, first.rpartition(".")[0]))
