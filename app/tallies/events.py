"""From records to what is counted of them: a paper is brought in, decided, postponed; a meeting is held or called off.

What an event says depends on the record alone, never on the day it is asked: else sums would be wrong without a change.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Link, Meeting, Paper
from app.queries.outcomes import Outcome
from app.queries.paths import NO_PATH, Path, Station, consultation_paths, organizations_of
from app.queries.states import Standing, state_of
from app.shown import shown

PAPER, DECISION, DEFERRAL, MEETING = "paper", "decision", "deferral", "meeting"
YEAR = "year"  # the sums of all of these
# What became of a paper: the word of its decision, or one of these.
WITHDRAWN, PRIVATE, OPEN = "withdrawn", "private", "open"
HELD, CANCELLED = "held", "cancelled"
COUNCIL, COMMITTEE, ORIGINATOR = "council", "committee", "originator"
UNDATED = 0  # the year of what has no date that can be
# Before and after are slips of the keyboard (0219, 2924).
EARLIEST, LATEST = 1946, 2100

BERLIN = ZoneInfo("Europe/Berlin")
# Asked as if everything planned were over: a paper that was decided is decided, one that was not is open.
_AFTERWARDS = datetime(9000, 1, 1, tzinfo=UTC)
_STANDINGS = {Standing.WITHDRAWN: WITHDRAWN, Standing.PRIVATE: PRIVATE}
Event = dict[str, Any]


def events_of_papers(session: Session, ids: Sequence[str]) -> list[Event]:
    """Return the events of those of some papers that are shown; the questions are as many however many they are."""
    chosen = select(Paper.id, Paper.body_id, Paper.date).where(Paper.id.in_(ids), shown(Paper))
    rows = session.execute(chosen).all()
    known = [row.id for row in rows]
    paths = consultation_paths(session, known, today=_AFTERWARDS)
    authors = _originators(session, known)
    found: list[Event] = []
    for oparl_id, body_id, day in rows:
        path = paths.get(oparl_id, NO_PATH)
        common = {"record_id": oparl_id, "body_id": body_id or "", "originators": authors.get(oparl_id, [])}
        mine = [common | one for one in _of_paper(day, path)]
        found += [{"number": number, **one} for number, one in enumerate(mine)]
    return found


def events_of_meetings(session: Session, ids: Sequence[str]) -> list[Event]:
    """Return the events of those of some meetings that are shown and have a date."""
    chosen = select(Meeting.id, Meeting.body_id, Meeting.start, Meeting.cancelled)
    rows = session.execute(chosen.where(Meeting.id.in_(ids), Meeting.start.is_not(None), shown(Meeting))).all()
    organizations = organizations_of(session, [row.id for row in rows])
    return [
        {
            "number": 0,
            "record_id": oparl_id,
            "body_id": body_id or "",
            "originators": [],
            **_event(MEETING, _day(start), CANCELLED if cancelled else HELD),
            "organizations": sorted({one.id for one in organizations.get(oparl_id, ())}),
        }
        for oparl_id, body_id, start, cancelled in rows
    ]


def _of_paper(day: date | None, path: Path) -> Iterator[Event]:
    state = state_of(path, today=_AFTERWARDS)
    station, outcome = state.station, _STANDINGS.get(state.standing, OPEN)
    if state.standing is Standing.DECIDED and state.outcome:
        outcome = str(state.outcome)
    yield _event(PAPER, day, outcome, path.stations)
    if state.standing is Standing.DECIDED and station and station.start:
        decided = _day(station.start)
        yield _event(DECISION, decided, outcome, [station]) | {"days": _between(day, decided, outcome)}
    for one in path.stations:
        if one.outcome is Outcome.POSTPONED and one.start:
            yield _event(DEFERRAL, _day(one.start), "", [one])


def _event(kind: str, day: date | None, outcome: str, stations: Iterable[Station] = ()) -> Event:
    sane = day if day and EARLIEST <= day.year <= LATEST else None
    return {
        "kind": kind,
        "year": sane.year if sane else UNDATED,
        "month": sane.month if sane else UNDATED,
        "outcome": outcome,
        "days": None,
        "organizations": sorted({one.id for station in stations for one in station.organizations}),
    }


def _between(begun: date | None, decided: date | None, outcome: str) -> int | None:
    """Return how long a decision took; None of what was only taken note of, and where dates run backwards."""
    if outcome == Outcome.NOTED or not begun or not decided or begun.year < EARLIEST or decided < begun:
        return None
    return (decided - begun).days


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(BERLIN).date() if moment else None


def _originators(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    query = select(Link.from_id, Link.to_id).where(Link.from_id.in_(ids), Link.property == "originatorOrganization")
    found: dict[str, set[str]] = {}
    for paper_id, organization_id in session.execute(query):
        found.setdefault(paper_id, set()).add(organization_id)
    return {paper_id: sorted(organizations) for paper_id, organizations in found.items()}
