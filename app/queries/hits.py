"""What a list of search results shows besides what the index knows: read from the rows, so it is of this moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.models import OPARL_TYPES, AgendaItem, File, Meeting, OParlObject, Organization, Paper
from app.queries.agendas import papers_of_items
from app.queries.doubts import contradicted
from app.queries.minutes import Minuted
from app.queries.paths import NO_PATH, Path, consultation_paths, organizations_of
from app.shown import shown


@dataclass(frozen=True, slots=True)
class HitContext:
    """The record a hit stands for, the one it belongs to, and the path of the paper it is a part of; and for an agenda
    item that paper and what minutes say against its result."""

    row: OParlObject
    parent: OParlObject | None = None
    path: Path = NO_PATH
    organizations: tuple[Organization, ...] = ()
    about: Paper | None = None
    contradicting: tuple[Minuted, ...] = ()

    @property
    def paper(self) -> Paper | None:
        """The paper the hit is, or belongs to."""
        return next((one for one in (self.row, self.parent) if isinstance(one, Paper)), None)

    @property
    def matter(self) -> Paper | None:
        """The paper that the hit is a part of, in whatever way."""
        return self.paper or self.about

    @property
    def meeting(self) -> Meeting | None:
        """The meeting the hit is, or belongs to."""
        return next((one for one in (self.row, self.parent) if isinstance(one, Meeting)), None)


@dataclass(frozen=True, slots=True)
class Found:
    """Type, id and parent's id of a hit, and the id of the paper that it was counted as a part of."""

    type: str
    id: str
    parent: str = field(default="")
    paper: str = field(default="")


def hit_contexts(session: Session, hits: Sequence[Found]) -> dict[str, HitContext]:
    """Return the context of hits by id; one that may not be read any more, though it is in the index, has none."""
    rows: dict[str, OParlObject] = {}
    for name in dict.fromkeys(hit.type for hit in hits):
        if name in OPARL_TYPES:
            rows |= _rows(session, OPARL_TYPES[name], (hit.id for hit in hits if hit.type == name))
    parents: dict[str, OParlObject] = {}
    wanted = {hit.parent for hit in hits if hit.parent}
    for model in (Paper, Meeting):
        parents |= _rows(session, model, wanted - parents.keys())
    papers = _rows(session, Paper, {hit.paper for hit in hits if hit.paper} - parents.keys())
    meetings = {row.id for row in (*rows.values(), *parents.values()) if isinstance(row, Meeting)}
    organizations = organizations_of(session, meetings)
    items = [row for row in rows.values() if isinstance(row, AgendaItem)]
    about = papers_of_items(session, items) if items else {}
    doubts = contradicted(session, items)
    # What hangs on an agenda item, such as an extract from the minutes, belongs to the paper of that item.
    named = (paper for each in about.values() for paper in each[:1])
    matters = (*rows.values(), *parents.values(), *papers.values(), *named)
    paths = consultation_paths(session, [row.id for row in matters if isinstance(row, Paper)])
    found = {}
    for hit in hits:
        row = rows.get(hit.id)
        if row is None:
            continue
        paper = next(iter(about.get(row.id, ())), None) or (papers | parents).get(hit.paper)
        context = HitContext(row, parents.get(hit.parent), about=paper if isinstance(paper, Paper) else None)
        found[hit.id] = replace(
            context,
            path=paths.get(context.matter.id, NO_PATH) if context.matter else NO_PATH,
            organizations=organizations.get(context.meeting.id, ()) if context.meeting else (),
            contradicting=doubts.get(row.id, ()),
        )
    return found


def _rows(session: Session, model: type[OParlObject], ids: Iterable[str]) -> dict[str, OParlObject]:
    wanted = set(ids)
    if not wanted:
        return {}
    query = select(model).where(model.id.in_(wanted), shown(model))
    if model is File:  # whether there are pictures of it is told by its bytes
        query = query.options(joinedload(File.blob))
    return {row.id: row for row in session.scalars(query)}
