"""What is new: the meetings around today, the last decisions, the newest papers, and how much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AgendaItem, Blob, File, Meeting, Organization, Paper
from app.models.files import WITH_TEXT
from app.queries.bodies import of_council
from app.queries.outcomes import Settled
from app.queries.paths import organizations_of
from app.shown import shown

PAST, COMING = 3, 3


@dataclass(frozen=True, slots=True)
class Stop:
    """A meeting on the line: who meets, how many public items, how many of them were settled."""

    meeting: Meeting
    organizations: tuple[Organization, ...]
    items: int
    settled: Settled


@dataclass(frozen=True, slots=True)
class Corpus:
    """How much can be searched: documents with text, their pages, and the year the records begin."""

    documents: int
    pages: int
    since: int | None


def corpus(session: Session, body: str | None = None) -> Corpus:
    """Return how much there is to search, of all councils or of one."""
    query = (
        select(func.count(), func.coalesce(func.sum(Blob.page_count), 0))
        .select_from(File)
        .join(Blob, Blob.sha256 == File.blob_sha256)
        .where(shown(File), Blob.read_state.in_(WITH_TEXT), *of_council(File, body))
    )
    documents, pages = session.execute(query).one()
    oldest = session.scalar(
        select(func.min(Paper.date)).where(~Paper.deleted, Paper.date > date(1946, 1, 1), *of_council(Paper, body))
    )
    return Corpus(documents, int(pages or 0), oldest.year if oldest else None)


def meetings_around(session: Session, moment: datetime, body: str | None = None) -> tuple[list[Stop], list[Stop]]:
    """Return the last meetings before a moment and the next after it, both in the order of time."""
    past = session.scalars(
        select(Meeting)
        .where(Meeting.start <= moment, ~Meeting.deleted, *of_council(Meeting, body))
        .order_by(Meeting.start.desc(), Meeting.id.desc())
        .limit(PAST)
    ).all()[::-1]
    coming = session.scalars(
        select(Meeting)
        .where(Meeting.start > moment, ~Meeting.deleted, *of_council(Meeting, body))
        .order_by(Meeting.start, Meeting.id)
        .limit(COMING)
    ).all()
    stops = _stops(session, [*past, *coming])
    return stops[: len(past)], stops[len(past) :]


def _stops(session: Session, meetings: Sequence[Meeting]) -> list[Stop]:
    ids = [meeting.id for meeting in meetings]
    organizations = organizations_of(session, ids)
    results: dict[str | None, list[str | None]] = {one: [] for one in ids}
    query = select(AgendaItem.meeting_id, AgendaItem.result).where(AgendaItem.meeting_id.in_(ids), shown(AgendaItem))
    for meeting_id, result in session.execute(query):
        results[meeting_id].append(result)
    return [
        Stop(one, organizations.get(one.id, ()), len(results[one.id]), Settled.of(results[one.id])) for one in meetings
    ]


def latest_papers(session: Session, today: date, limit: int = 5, body: str | None = None) -> Sequence[Paper]:
    """Return the newest papers by their own date: of a council read for the first time the log tells no news."""
    query = select(Paper).where(~Paper.deleted, Paper.date.is_not(None), Paper.date <= today, Paper.name.is_not(None))
    query = query.where(*of_council(Paper, body))
    return session.scalars(query.order_by(Paper.date.desc(), Paper.id.desc()).limit(limit)).all()
