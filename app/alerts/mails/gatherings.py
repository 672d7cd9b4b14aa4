"""The next meetings of a council or a committee, each with the items that weigh most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import address_of
from app.alerts.targets import ORGANIZATION, Target
from app.alerts.telling.naming import kind_word
from app.mail import one_line
from app.models import AgendaItem, Meeting, Paper
from app.queries.headlines import papers_of
from app.queries.meetings import MeetingRow, meeting_rows, narrowed_meetings
from app.queries.paths import NO_PATH, consultation_paths
from app.queries.weight import is_routine, weights
from app.shown import shown
from app.speech import Voice

AHEAD: Final = timedelta(days=14)
SHOWN: Final = 6  # meetings
EACH: Final = 3  # items of one
LOOKED_AT: Final = 600  # items of all of them


@dataclass(frozen=True, slots=True)
class Matter:
    """An item of an agenda: what it is about, what kind of paper that is, and its address."""

    title: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting to come; `items` are the weightiest of `count` public ones."""

    title: str
    when: str
    url: str
    start: datetime | None
    cancelled: bool
    count: int
    items: tuple[Matter, ...]

    @property
    def rest(self) -> int:
        """How many public items are not named, where some are."""
        return self.count - len(self.items) if self.items else 0


@dataclass(frozen=True, slots=True)
class Gatherings:
    """The next meetings, and how many there are within the time that is looked ahead."""

    shown: tuple[Gathering, ...]
    total: int


def gatherings(session: Session, target: Target, voice: Voice, moment: datetime, base_url: str) -> Gatherings:
    """Return what comes next of a council or an organization; in some ten questions."""
    own = (target.value, None) if target.kind == ORGANIZATION else (None, target.value)
    ahead = (Meeting.start > moment, Meeting.start <= moment + AHEAD)
    query = select(Meeting).where(*narrowed_meetings(*own), *ahead, shown(Meeting))
    every = session.scalars(query.order_by(Meeting.start, Meeting.id)).all()
    rows = meeting_rows(session, every[:SHOWN])
    items, counts = _items(session, [row.meeting.id for row in rows])
    matters = _matters(session, items, voice, moment, base_url)
    found = (_gathering(row, counts, matters, voice, base_url) for row in rows)
    return Gatherings(tuple(found), len(every))


def _gathering(
    row: MeetingRow, counts: Mapping[str, int], matters: Mapping[str, Sequence[Matter]], voice: Voice, base_url: str
) -> Gathering:
    meeting = row.meeting
    title = voice.names(row.organizations) if row.organizations else meeting.name or voice.gettext("Meeting")
    when = ", ".join(part for part in (voice.weekday(meeting.start), voice.clock(meeting.start)) if part)
    return Gathering(
        title=one_line(title),
        when=when,
        url=base_url + address_of("Meeting", meeting.key),
        start=meeting.start,
        cancelled=bool(meeting.cancelled),
        count=counts.get(meeting.id, 0),
        items=() if meeting.cancelled else tuple(matters.get(meeting.id, ())),
    )


def _items(session: Session, meetings: Sequence[str]) -> tuple[list[AgendaItem], dict[str, int]]:
    """Return the items of some meetings that are worth a look, and how many public ones each has."""
    query = select(AgendaItem).where(AgendaItem.meeting_id.in_(meetings), shown(AgendaItem))
    query = query.order_by(AgendaItem.meeting_id, AgendaItem.position, AgendaItem.id)
    every = session.scalars(query).all() if meetings else []
    counts: dict[str, int] = {}
    for item in every:
        counts[item.meeting_id or ""] = counts.get(item.meeting_id or "", 0) + 1
    return [item for item in every if item.name and not is_routine(item.name)][:LOOKED_AT], counts


def _matters(
    session: Session, items: Sequence[AgendaItem], voice: Voice, moment: datetime, base_url: str
) -> dict[str, list[Matter]]:
    papers = papers_of(session, items)
    ids = {paper.id for paper in papers.values()}
    paths = consultation_paths(session, ids, today=moment)
    weighed = weights(session, {one: paths.get(one, NO_PATH) for one in ids})
    by_meeting: dict[str, list[tuple[int, AgendaItem, Paper | None]]] = {}
    for item in items:
        paper = papers.get(item.id)
        points = weighed[paper.id].points if paper is not None else -1  # without a paper it says less
        if paper is None or not is_routine(paper.name):
            by_meeting.setdefault(item.meeting_id or "", []).append((-points, item, paper))
    return {
        meeting: [
            _matter(voice, item, paper, base_url) for _, item, paper in sorted(some, key=lambda one: one[0])[:EACH]
        ]
        for meeting, some in by_meeting.items()
    }


def _matter(voice: Voice, item: AgendaItem, paper: Paper | None, base_url: str) -> Matter:
    if paper is not None:
        title = one_line(paper.name or item.name or "")
        return Matter(title, kind_word(voice, paper), base_url + address_of("Paper", paper.key))
    path = address_of("AgendaItem", item.key, parent=item.meeting_id or "")
    return Matter(one_line(item.name or ""), kind_word(voice, item), base_url + path)
