"""What the first page puts first: what was decided lately and what is decided soon, the weightiest matters on top.

Which these are is found out among a bounded number of agenda items (`ranked`), so it may be kept for a minute; what is
shown of them is read anew each time (`headlines`), so that nothing stays that was withdrawn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import AgendaItem, Consultation, Meeting, Organization, Paper
from app.queries.bodies import of_council
from app.queries.doubts import contradicted
from app.queries.minutes import Minuted
from app.queries.outcomes import Outcome, outcome_of
from app.queries.paths import NO_PATH, Path, consultation_paths, organizations_of
from app.queries.states import state_of
from app.queries.weight import NOTHING, Weight, is_routine, weights
from app.shown import shown

WINDOW = timedelta(days=28)
LOOKED_AT = 120  # agenda items, the nearest to today first


@dataclass(frozen=True, slots=True)
class Ranked:
    """An agenda item by its id, and how much the paper that it is about weighs."""

    item_id: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class Headline:
    """An agenda item, its meeting, the paper it is about with its path, how much that weighs, and what minutes deny."""

    item: AgendaItem
    meeting: Meeting
    organizations: tuple[Organization, ...]
    weight: Weight
    paper: Paper | None = None
    path: Path = NO_PATH
    contradicting: tuple[Minuted, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The kind of the result."""
        return outcome_of(self.item.result)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be decided of it."""
        return self.paper is None or not state_of(self.path).open


def ranked(
    session: Session, moment: datetime, *, coming: bool, limit: int, body: str | None = None
) -> tuple[Ranked, ...]:
    """Return the weightiest of the items decided lately, or of those to come; each paper once; in nine queries.

    Where nothing was decided for good, what was discussed lately. Lately is within four weeks of the last of them: a
    council on holiday still has its last decisions there.
    """
    rows = _candidates(session, moment, coming=coming, body=body)
    if not coming:
        rows = [(item, start) for item, start in rows if start >= rows[0][1] - WINDOW]
    items = [item for item, _ in rows]
    papers = papers_of(session, items)
    first: dict[str, AgendaItem] = {}
    for item in items:
        if (paper := papers.get(item.id)) is not None and not is_routine(paper.name):
            first.setdefault(paper.id, item)
    paths = consultation_paths(session, first, today=moment)
    weighed = weights(session, {paper_id: paths.get(paper_id, NO_PATH) for paper_id in first})
    if not coming:  # while a matter goes on, nothing was decided; where all go on, that is the news
        over = {key: item for key, item in first.items() if not state_of(paths.get(key, NO_PATH)).open}
        first = over or first
    found = [Ranked(item.id, weighed[paper_id]) for paper_id, item in first.items()]
    found.sort(key=lambda one: -one.weight.points)  # of equal ones those nearest to today stay first
    if not coming:
        # A "Bericht der Verwaltung" without a paper says less than what was put to the vote.
        found += [Ranked(item.id, NOTHING) for item in items if item.id not in papers]
    return tuple(found[:limit])


def headlines(
    session: Session, chosen: Sequence[Ranked], beside: Collection[str] = (), *, today: datetime
) -> tuple[list[Headline], dict[str, Path]]:
    """Return what can still be shown of what was chosen, in its order, and the paths of its papers and of others
    beside them; in ten queries."""
    ids = [one.item_id for one in chosen]
    query = select(AgendaItem, Meeting).join(Meeting, Meeting.id == AgendaItem.meeting_id)
    rows = {row[0].id: row for row in session.execute(query.where(AgendaItem.id.in_(ids), shown(AgendaItem)))}
    items = [item for item, _ in rows.values()]
    papers = papers_of(session, items)
    organizations = organizations_of(session, {meeting.id for _, meeting in rows.values()})
    paths = consultation_paths(session, {*(paper.id for paper in papers.values()), *beside}, today=today)
    # What minutes say against the result of an item that is about a paper, that paper's sentence says.
    doubts = contradicted(session, [item for item in items if item.id not in papers])
    found = []
    for one in chosen:
        if one.item_id not in rows:
            continue
        item, meeting = rows[one.item_id]
        paper = papers.get(item.id)
        path = paths.get(paper.id, NO_PATH) if paper else NO_PATH
        held = organizations.get(meeting.id, ())
        found.append(Headline(item, meeting, held, one.weight, paper, path, doubts.get(item.id, ())))
    return found, paths


def papers_of(session: Session, items: Sequence[AgendaItem]) -> dict[str, Paper]:
    """Return agenda item id -> the paper it is about; in two queries."""
    # Ids of consultations are not unique everywhere (SOMACOS Session): what names the item itself is meant.
    naming = (
        select(Consultation.agenda_item_id, Paper)
        .join(Paper, Paper.id == Consultation.paper_id)
        .where(Consultation.agenda_item_id.in_([item.id for item in items]), shown(Consultation), ~Paper.deleted)
    )
    found = {item_id or "": paper for item_id, paper in session.execute(naming)}
    named = (
        select(AgendaItem.id, Paper)
        .join(Consultation, Consultation.id == AgendaItem.consultation_id)
        .join(Paper, Paper.id == Consultation.paper_id)
        .where(AgendaItem.id.in_([item.id for item in items if item.id not in found]), ~Paper.deleted)
    )
    return found | dict(session.execute(named).all())


def _candidates(
    session: Session, moment: datetime, *, coming: bool, body: str | None
) -> list[tuple[AgendaItem, datetime]]:
    query = (
        select(AgendaItem, Meeting.start)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(~Meeting.deleted, shown(AgendaItem), AgendaItem.name.is_not(None), *of_council(Meeting, body))
    )
    if coming:
        near = (Meeting.start > moment, Meeting.start <= moment + WINDOW, Meeting.cancelled.is_not(True))
        query = query.where(*near).order_by(Meeting.start, Meeting.id, AgendaItem.position, AgendaItem.id)
    else:
        query = query.where(Meeting.start <= moment, AgendaItem.result.is_not(None), AgendaItem.result != "")
        query = query.order_by(Meeting.start.desc(), Meeting.id, AgendaItem.position, AgendaItem.id)
    rows = session.execute(query.limit(LOOKED_AT)).all()
    return [(item, start) for item, start in rows if start and _is_news(item, coming=coming)]


def _is_news(item: AgendaItem, *, coming: bool) -> bool:
    return not is_routine(item.name) and (coming or outcome_of(item.result) not in (None, Outcome.NONE))
