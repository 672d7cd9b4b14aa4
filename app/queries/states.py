"""Where a paper stands today, as data: the sentence is made where it is shown, in the reader's language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db import now
from app.models import Paper
from app.queries.outcomes import DECIDING, Outcome, is_advice
from app.queries.paths import NO_PATH, Path, Station, consultation_paths

BERLIN = ZoneInfo("Europe/Berlin")
# Minutes are usually approved at the next meeting of the organization: after two months nothing more is to be expected.
MINUTES_DUE = 60

_BINDING = re.compile(r"entscheid|beschl(uss|ie)", re.IGNORECASE)
_PREPARING = re.compile(r"vorberat|anhör|beratung|kenntnis|stellungnahme|behandlung|empfehl|einbring", re.IGNORECASE)
_TELLING = re.compile(r"kenntnis", re.IGNORECASE)
_WITHDRAWN = re.compile(r"zurückgezogen|zurückgenommen", re.IGNORECASE)


class Standing(StrEnum):
    """What can be said about a paper in one sentence."""

    DECIDED = "decided"  # the station and the outcome say by whom and how
    PLANNED = "planned"  # not decided, the station is the next one
    RECOMMENDED = "recommended"  # not decided, prepared by the station, the next one is not known
    DEFERRED = "deferred"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    UNRESOLVED = "unresolved"  # taken from the agenda, or talked about without a decision
    OTHER = "other"  # a result whose words are not understood: they are quoted
    AWAITED = "awaited"  # the meeting was held, its minutes are not published yet
    UNREPORTED = "unreported"  # the meeting was held long ago and no result was ever given
    PRIVATE = "private"  # last consulted behind closed doors
    UNSCHEDULED = "unscheduled"  # no meeting is known


OPEN = frozenset({Standing.PLANNED, Standing.RECOMMENDED, Standing.DEFERRED, Standing.REFERRED, Standing.UNSCHEDULED})


@dataclass(frozen=True, slots=True)
class PaperState:
    """The standing of a paper, the station it is read from, and the figures of the sentence."""

    standing: Standing
    station: Station | None = None
    deferred: int = 0
    days: int | None = None

    @property
    def outcome(self) -> Outcome | None:
        """The kind of result the station came to."""
        return self.station.outcome if self.station else None

    @property
    def open(self) -> bool:
        """Whether a decision is still to come."""
        return self.standing in OPEN


def states_of(session: Session, papers: Iterable[Paper], *, today: datetime | None = None) -> dict[str, PaperState]:
    """Return the states of some papers by their id, in six queries however many they are."""
    ids = [paper.id for paper in papers]
    paths = consultation_paths(session, ids, today=today)
    return {paper_id: state_of(paths.get(paper_id, NO_PATH), today=today) for paper_id in ids}


def state_of(path: Path, *, today: datetime | None = None) -> PaperState:
    """Return where the paper of this path stands."""
    deferred = sum(station.outcome is Outcome.POSTPONED for station in path.stations)
    decision = next((s for s in reversed(path.stations) if s.outcome in DECIDING and is_binding(s)), None)
    ahead = path.next
    if decision and not (ahead and is_binding(ahead)):
        return PaperState(Standing.DECIDED, decision, deferred)
    if ahead:
        return PaperState(Standing.PLANNED, ahead, deferred)
    last = path.last
    if last is None:
        return PaperState(Standing.UNSCHEDULED, None, deferred)
    if last.outcome is None and not last.private:
        return _without_result(last, deferred, today or now())
    return PaperState(_standing_after(last), last, deferred)


def is_binding(station: Station) -> bool:
    """Whether this station is the one that decides, by what the source says of it."""
    consultation = station.consultation
    if is_telling(station):
        return False
    if consultation.authoritative is not None:
        return consultation.authoritative
    return bool(_BINDING.search(consultation.role or "")) and not is_advice(station.result)


def is_telling(station: Station) -> bool:
    """Whether this station is only told of the matter: some servers call that, too, the place where it ends."""
    role = station.consultation.role or ""
    return bool(_TELLING.search(role)) and not _BINDING.search(role)


def is_preparing(station: Station) -> bool:
    """Whether this station only prepares a decision: it says so, or its result is a piece of advice."""
    consultation = station.consultation
    if consultation.authoritative is not None:
        return not consultation.authoritative
    return bool(_PREPARING.search(consultation.role or "") or is_advice(station.result))


def _standing_after(last: Station) -> Standing:
    if last.private:
        return Standing.PRIVATE
    if last.outcome in DECIDING:
        # A report that was taken note of is done with, even where the role is "Vorberatung".
        done = last.outcome is Outcome.NOTED or not is_preparing(last)
        return Standing.DECIDED if done else Standing.RECOMMENDED
    if last.outcome is Outcome.NONE:
        return Standing.WITHDRAWN if _WITHDRAWN.search(last.result or "") else Standing.UNRESOLVED
    return {Outcome.POSTPONED: Standing.DEFERRED, Outcome.REFERRED: Standing.REFERRED}.get(
        last.outcome or Outcome.OTHER, Standing.OTHER
    )


def _without_result(last: Station, deferred: int, today: datetime) -> PaperState:
    held = last.start
    days = (today.astimezone(BERLIN).date() - held.astimezone(BERLIN).date()).days if held else 0
    return PaperState(Standing.AWAITED if days <= MINUTES_DUE else Standing.UNREPORTED, last, deferred, days)
