"""Which part of minutes is about which item: the list of items at the front and what is dealt with jointly left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.facts.minutes.headings import Heading, Item

_EMPTY = 60  # characters: a section without more than this holds nothing but its heading
_NEAR = 100  # characters: "5." and "Punkt 5 der Tagesordnung" are one heading
_TITLE = 400  # characters: as long as the longest titles with the numbers of their papers
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
    """Return the sections of the items that have exactly one."""
    headings = _without_list(_merged(headings))
    found: dict[str, list[Section]] = {}
    ends_alone = [*(heading.start for heading in headings[1:]), len(text)]
    ends = list(ends_alone)
    for at in range(len(headings) - 2, -1, -1):  # what is treated as one ends with its last
        if _are_one(text, headings[at], headings[at + 1]):
            ends[at] = ends[at + 1]
    for at, heading in enumerate(headings):
        if heading.item is None:
            continue
        end = ends[at]
        start = min(heading.end, end)
        joint = end > ends_alone[at] or _is_joint(text, headings, at, end)
        joint = joint or bool(_JOINTLY.search(text, start, min(end, start + 1500)))
        found.setdefault(heading.item.key, []).append(Section(heading.item, heading.number, start, end, joint))
    return [one for parts in found.values() for one in parts[:1] if len(parts) == 1]


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


def _is_joint(text: str, headings: Sequence[Heading], at: int, end: int) -> bool:
    """Whether an item is treated with the one before it, or with others that are named below its title."""
    return (at > 0 and _are_one(text, headings[at - 1], headings[at])) or _sibling_follows(text, headings[at], end)


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
