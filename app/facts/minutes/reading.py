"""Minutes in, results out: what each agenda item came to, where that is said without ambiguity."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.facts.minutes.closed import is_closed, without_closed
from app.facts.minutes.headings import Heading, Item, headings
from app.facts.minutes.judging import Finding, labelled, resolved, told
from app.facts.minutes.pages import QUOTE, Pages, Place
from app.facts.minutes.passages import Passage, decisions, is_aside, results
from app.facts.minutes.sections import Section, sections
from app.facts.minutes.sentences import concluding, sentences
from app.facts.minutes.votes import NO_VOTES, PartyVote, Votes, parties_in
from app.facts.minutes.wording import Result, plain, same

_NUMBER = re.compile(
    r"(?im)^[ \t]*(?:beschluss|beschluß)[- ]?(?:nr\.?|nummer)[ \t]*:?[ \t]*"
    r"(?P<number>[A-Z]{0,4}[ /-]?\d[\w./()-]{0,24})"
)
# What is voted on where no resolution was adopted.
_PUT = re.compile(
    r"(?im)^[ \t]*(?:abgestimmt wird|zur abstimmung (?:steht|stehen|kommt|kommen|gestellt|wird)"
    r"|es wird über\b[^\n]{0,80}\babgestimmt)\b"
)
_MOST = 50  # forms below one item: more are a list of something else
_TELLING = frozenset({Result.DEFERRED, Result.WITHDRAWN, Result.AMENDED})


@dataclass(frozen=True, slots=True)
class Said:
    """What minutes say became of an item, and where."""

    item: Item
    result: Result
    place: Place
    votes: Votes = NO_VOTES
    parties: tuple[PartyVote, ...] = ()
    resolution_number: str | None = None


def results_in(pages: Mapping[int, str], items: Sequence[Item], groups: tuple[str, ...] = ()) -> list[Said]:
    """Return what the items came to by these pages; what is not clear is left out, and all that was not public.

    `groups` are the names of the council's own parties and groups (`group_names`).
    """
    document = Pages(pages)
    if is_closed("", document.text):
        return []
    text, closed = without_closed(document.text, document.starts)
    found = [*headings(text, items), *(Heading(start, start, None) for start in closed)]
    readings = Readings(text)
    return [
        Said(
            section.item,
            finding.result,
            document.place(readings.quote_of(section, finding, document.starts), finding.end),
            finding.votes,
            _parties(text, finding, groups),
            readings.of(section).resolution_number,
        )
        for section in sections(text, sorted(found, key=lambda one: one.start))
        if (finding := _finding(readings, section))
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one stretch of minutes says, whichever of its items is asked for."""

    forms: tuple[Passage, ...]
    settled: list[Passage]
    resolution_number: str | None


class Readings:
    """The stretches of one text, each read once: items that are treated as one share theirs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[tuple[int, int], Reading] = {}

    def of(self, section: Section) -> Reading:
        """Return what the stretch of a section says."""
        stretch = (section.start, section.end)
        if stretch not in self._known:
            number = _resolution_number(self.text, section)
            self._known[stretch] = Reading(tuple(results(self.text, *stretch)), decisions(self.text, *stretch), number)
        return self._known[stretch]

    def quote_of(self, section: Section, finding: Finding, page_starts: Sequence[int]) -> int:
        """Return where the words begin that are quoted: at the resolution if a quote holds it, or else at the votes.

        They begin on the page where the finding does, and in the item's section, in which nothing is closed.
        """
        forms = self.of(section).forms
        last = next((at for at, one in enumerate(forms) if one.end == finding.end), None)
        if section.joint or last is None:
            return finding.start
        put = [match.start() for match in _PUT.finditer(self.text, section.start, finding.start)]
        settled = [one.begin for one in self.of(section).settled if one.begin <= finding.start]
        floor = max(page_starts[bisect_right(page_starts, finding.start) - 1], finding.end - QUOTE)
        resolution = max([*put, *settled], default=-1)
        if resolution >= floor:
            return resolution
        start = finding.start
        for one in reversed(forms[:last]):
            if one.begin < floor or self.text[one.end : start].strip():
                break
            start = one.begin
        return start


def _finding(readings: Readings, section: Section) -> Finding | None:
    text, read = readings.text, readings.of(section)
    if len(read.forms) > _MOST:
        return None
    title = plain(section.item.title)
    forms = [one for one in read.forms if not is_aside(one.of, title)]
    settled = read.settled
    said = [] if section.joint else _sentences(text, section, title)
    if forms:
        found = [
            labelled(text, one, None if section.joint else _above(settled, one), section.number, joint=section.joint)
            for one in forms
        ]
        clear = [one for one in found if one]
        # A sentence may say more than the form, or that the form does not hold: "Der Punkt wird vertagt."
        return _agreed([*(one for one in said if one.result in _TELLING), *clear]) if len(clear) == len(found) else None
    if section.joint:
        return None
    open_ones = [one for one in settled if "vorschlag" not in one.label and "antrag" not in one.label]
    alone = [one for passage in open_ones if (one := resolved(text, passage))]
    return _agreed(sorted((*alone, *said), key=lambda one: one.start))


def _sentences(text: str, section: Section, title: str) -> list[Finding]:
    """Return what the sentences of a section say of the matter itself; where one sums it up, that one alone."""
    passages = [
        one
        for one in sentences(text, section.start, section.end)
        if not is_aside(plain(text[one.start : one.end]), title)
    ]
    summing = [one for one in passages if concluding(text, one)]
    return [one for passage in summing[-1:] or passages if (one := told(text, passage, section.number))]


def _agreed(found: list[Finding]) -> Finding | None:
    """Return the last finding where all say the same, with the votes that are counted, in whichever sentence, once."""
    if not found or not all(same(one.result, found[0].result) for one in found):
        return None
    last = found[-1]
    amended = any(one.result is Result.AMENDED for one in found)
    counted = {one.votes for one in found if one.votes != NO_VOTES}
    votes = counted.pop() if len(counted) == 1 else NO_VOTES
    return replace(last, result=Result.AMENDED if amended else last.result, votes=votes)


def _parties(text: str, finding: Finding, groups: tuple[str, ...]) -> tuple[PartyVote, ...]:
    """Return how parties voted on the matter itself; who was against a refusal only where counts tell."""
    if not finding.whole:
        return ()
    refused = finding.result is Result.REJECTED
    found = parties_in(text[finding.start : finding.end], groups, of_refusal=refused)
    if refused and finding.votes.carried is not False:
        return tuple(one for one in found if one.vote == "abstentions")
    return found


def _above(settled: list[Passage], result: Passage) -> Passage | None:
    """Return the resolution that a result belongs to: the nearest above it."""
    at = bisect_left(settled, result.begin, key=lambda one: one.begin)
    return settled[at - 1] if at else None


def _resolution_number(text: str, section: Section) -> str | None:
    """Return the resolution's number where the section states exactly one at the beginning of a line."""
    numbers = {match["number"].strip(" .") for match in _NUMBER.finditer(text, section.start, section.end)}
    return numbers.pop() if len(numbers) == 1 else None
