"""What is on a meeting's agenda; of an item behind closed doors nothing but its number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import AgendaItem, Consultation, Meeting, Paper
from app.queries.doubts import contradicting
from app.queries.minutes import Minuted, minuted
from app.queries.outcomes import Outcome, outcome_of
from app.queries.references import Reference, files_among, references
from app.shown import heard, present, shown

_PAPER_FILES = ("mainFile", "auxiliaryFile")
_ITEM_FILES = ("resolutionFile", "auxiliaryFile")


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """An agenda item with what belongs to it."""

    item: AgendaItem
    papers: tuple[Paper, ...] = ()
    files: tuple[Reference, ...] = ()
    paper_files: int = 0
    private: bool = field(default=False)
    minuted: tuple[Minuted, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The kind of the result."""
        return None if self.private else outcome_of(self.item.result)

    @property
    def contradicting(self) -> tuple[Minuted, ...]:
        """What minutes say that is not what the source says."""
        return contradicting(self.minuted, self.outcome)


def agenda_item_by_key(session: Session, key: str) -> AgendaItem | None:
    """Return an agenda item, withdrawn or not."""
    return session.scalar(select(AgendaItem).where(AgendaItem.key == key))


def agenda(session: Session, meeting: Meeting) -> list[AgendaEntry]:
    """Return the agenda in its order; in at most eight queries however long it is."""
    query = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, present(AgendaItem))
    order = (AgendaItem.position.nulls_last(), AgendaItem.order.nulls_last(), AgendaItem.id)
    items = list(session.scalars(query.order_by(*order)))
    ours = heard(session, {(item.source_id, meeting.source_id) for item in items})
    items = [item for item in items if (item.source_id, meeting.source_id) in ours]
    public = [item for item in items if item.public is not False]
    papers = papers_of_items(session, public)
    files = references(session, [item.id for item in public], _ITEM_FILES)
    counts = _file_counts(session, {paper.id for found in papers.values() for paper in found})
    said = minuted(session, [item.id for item in public])
    return [
        AgendaEntry(item, private=True)
        if item.public is False
        else AgendaEntry(
            item,
            papers.get(item.id, ()),
            tuple(files_among(files.get(item.id, {}))),
            sum(counts.get(paper.id, 0) for paper in papers.get(item.id, ())),
            minuted=said.get(item.id, ()),
        )
        for item in items
    ]


def papers_of_items(session: Session, items: Sequence[AgendaItem]) -> dict[str, tuple[Paper, ...]]:
    """Return the papers that agenda items are about, by the item's id; in one query."""
    # Some servers name the consultation on the item, some the item on the consultation.
    by_consultation = {item.consultation_id: item.id for item in items if item.consultation_id}
    ids = {item.id: item.source_id for item in items}
    query = (
        select(Consultation.id, Consultation.agenda_item_id, Consultation.source_id, Paper)
        .join(Paper, Paper.id == Consultation.paper_id)
        .where(or_(Consultation.agenda_item_id.in_(ids), Consultation.id.in_(by_consultation)))
        .where(shown(Consultation), shown(Paper))
        .order_by(Consultation.id)
    )
    found: dict[str, tuple[Paper, ...]] = {}
    rows = [
        (row.agenda_item_id, row.agenda_item_id if row.agenda_item_id in ids else by_consultation[row.id], *row[2:])
        for row in session.execute(query)
    ]
    ours = heard(session, {(source_id, ids[item_id]) for _, item_id, source_id, _ in rows})
    rows = [row for row in rows if (row[2], ids[row[1]]) in ours]
    named = {agenda_item_id for agenda_item_id, *_ in rows}
    for agenda_item_id, item_id, _, paper in rows:
        # Ids of consultations are not unique everywhere (SOMACOS Session): what names the item itself is meant.
        if item_id in named and item_id != agenda_item_id:
            continue
        if paper not in found.get(item_id, ()):
            found[item_id] = (*found.get(item_id, ()), paper)
    return found


def _file_counts(session: Session, paper_ids: Iterable[str]) -> dict[str, int]:
    found = references(session, paper_ids, _PAPER_FILES)
    return {paper_id: len(files_among(by_property)) for paper_id, by_property in found.items()}
