"""What is said of a source in one word: measured, never taken from a flag. "ok" has to be earned.

blocked   its server keeps programs out           failing  its server does not answer as it should
new       it was never read to the end yet        partial  something of what it publishes is not here
behind    not read to the end for too long        silent   nothing new for longer than its habit
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.models import ListCursor, Source
from app.queries.coverage import TypeCounts
from app.queries.silence import Silence
from app.translations import N_

# Worst first, as a page about gaps should begin.
STATES = ("blocked", "failing", "new", "partial", "behind", "silent", "ok")
EXPECTED = timedelta(hours=48)  # between two complete readings of a list: once a day, and one that failed

# By reason: the state that it leads to, and the sentence.
REASONS = {
    "blocked": ("blocked", N_("Its server keeps programs out, since %(since)s.")),
    "failing": ("failing", N_("Its server does not answer as it should, since %(since)s.")),
    "unread": ("new", N_("It is being read for the first time.")),
    "empty": ("partial", N_("Nothing of it is here.")),
    "lists": ("partial", N_("Lists that could not be read to their end: %(count)s.")),
    "broken-off": ("partial", N_("The last pass did not reach the end.")),
    "missing": ("partial", N_("Records that its lists name and that are not here: %(count)s.")),
    "held": (
        "partial",
        N_("Records that seem to be withdrawn, too many at once to be believed without a second look: %(count)s."),
    ),
    "behind": ("behind", N_("Not all of it was read since %(since)s.")),
    "silent": ("silent", N_("Nothing changed there since %(since)s, which is unusual.")),
    "no-meetings": ("silent", N_("Its newest meeting is of %(since)s, though meetings are usual.")),
    "no-papers": ("silent", N_("Its newest paper is of %(since)s, though papers are usual.")),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a source is not ok: a word of REASONS, and what its sentence is filled with."""

    code: str
    values: Mapping[str, datetime | date | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English, dates as in ISO 8601."""
        return REASONS[self.code][1] % {
            name: value.isoformat()[:10] if isinstance(value, date) else value for name, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a source, and all reasons for it, the worst first."""

    state: str
    reasons: tuple[Reason, ...] = ()


def judge(
    source: Source,
    lists: Sequence[ListCursor],
    types: Mapping[str, TypeCounts],
    *,
    held_back: int,
    silence: Silence | None,
    newest: Mapping[str, date],
    moment: datetime,
) -> Verdict:
    """Say how a source stands; ok only where every list was read to its end in time and all of it is accounted for."""
    reasons = [
        *_unreached(source),
        *_unread(source, lists),
        *_uncovered(types, held_back),
        *_late(source, lists, moment),
        *_silent(silence, newest, moment),
    ]
    if any(reason.code == "unread" for reason in reasons):
        reasons = [reason for reason in reasons if REASONS[reason.code][0] in ("blocked", "failing", "new")]
    reasons.sort(key=lambda reason: STATES.index(REASONS[reason.code][0]))
    return Verdict(REASONS[reasons[0].code][0] if reasons else "ok", tuple(reasons))


def _unreached(source: Source) -> Iterable[Reason]:
    if source.state in ("blocked", "failing"):
        yield Reason(source.state, {"since": source.failing_since or source.last_complete or source.added_at})


def _unread(source: Source, lists: Sequence[ListCursor]) -> Iterable[Reason]:
    if source.state == "new" or (source.last_complete is None and source.state == "complete"):
        yield Reason("unread")
        return
    broken = sum(one.error is not None or one.last_complete is None for one in lists)
    if broken:
        yield Reason("lists", {"count": broken})
    elif source.state == "partial":
        yield Reason("broken-off")


def _uncovered(types: Mapping[str, TypeCounts], held_back: int) -> Iterable[Reason]:
    missing = sum(counts.missing or 0 for counts in types.values())
    if not any(counts.held for counts in types.values()):
        yield Reason("empty")
    if missing:
        yield Reason("missing", {"count": missing})
    if held_back:
        yield Reason("held", {"count": held_back})


def _late(source: Source, lists: Sequence[ListCursor], moment: datetime) -> Iterable[Reason]:
    read = [one.last_complete for one in lists] or [source.last_complete]
    oldest = min((when for when in read if when), default=None)
    if oldest is not None and moment - oldest > EXPECTED:
        yield Reason("behind", {"since": oldest})


def _silent(silence: Silence | None, newest: Mapping[str, date], moment: datetime) -> Iterable[Reason]:
    if silence is not None and silence.is_alarming(moment):
        yield Reason("silent", {"since": silence.since})
    for name, code in (("Meeting", "no-meetings"), ("Paper", "no-papers")):
        if name in newest:
            yield Reason(code, {"since": newest[name]})
