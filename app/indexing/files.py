"""Files to documents: a file is found under the paper, meeting or agenda item it belongs to, with its pages.

Which files are found, and under which records, is the one rule of app.shown.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, joinedload

from app.indexing.lookups import AT_ONCE, Names, arrivals, chunks, organizations, paper_committees
from app.indexing.shape import Slugs, document, local_day
from app.models import AgendaItem, File, Link, Meeting, OParlObject, Page, Paper
from app.shown import FILE_PARENTS, FILE_PROPERTIES, shown
from search.model import Document

TEXT_AT_ONCE = 16 << 20  # characters of page text held in memory; one file alone may be larger
T = TypeVar("T", bound=OParlObject)


@dataclass(frozen=True, slots=True)
class Parent:
    """A record that files belong to, and that is shown."""

    id: str
    day: date | None
    committees: tuple[str, ...] = ()
    paper_type: str | None = None


Family = dict[str, list[Parent]]  # by file id: papers first, then meetings, then agenda items


def file_documents(session: Session, ids: Collection[str], slugs: Slugs, *, text: bool) -> Iterator[Document]:
    """Yield the documents of some files, in groups whose text fits into memory."""
    rows = list(session.scalars(select(File).where(File.id.in_(ids), shown(File)).options(joinedload(File.blob))))
    family = _family(session, {row.id for row in rows})
    news = arrivals(session, ids)
    heads = [_head(row, family.get(row.id, []), slugs, news.get(row.id, 0)) for row in rows]
    if not text:
        yield from heads
        return
    shas = {row.id: row.blob_sha256 for row in rows if row.blob_sha256}
    stated = {row.id: row.stand_in for row in rows}
    for group in _groups(session, heads, shas):
        pages = _pages(session, {shas[head.id] for head in group if head.id in shas})
        yield from (_with_text(head, pages.get(shas.get(head.id, ""), ()), stated[head.id]) for head in group)


def files_of(session: Session, parents: Collection[str]) -> set[str]:
    """Return the ids of the files that belong to records, by either side's word."""
    found: set[str] = set()
    for chunk in chunks(parents, AT_ONCE):
        down = select(Link.to_id).where(Link.from_id.in_(chunk), Link.property.in_(FILE_PROPERTIES))
        up = select(Link.from_id).where(Link.to_id.in_(chunk), Link.property.in_(FILE_PARENTS))
        found.update(session.scalars(union_all(down, up)))
    return found


def _head(row: File, parents: list[Parent], slugs: Slugs, seq: int) -> Document:
    return document(
        row,
        title=row.name or row.file_name,
        council=slugs.get(row.body_id or ""),
        day=row.date or next((parent.day for parent in parents if parent.day), None),
        seq=seq,
        facets={
            "organization": dict.fromkeys(name for parent in parents for name in parent.committees),
            "paper_type": dict.fromkeys(parent.paper_type for parent in parents if parent.paper_type),
        },
        parent=parents[0].id if parents else None,
    )


def _with_text(head: Document, pages: tuple[str, ...], stated: str) -> Document:
    """Give a document its pages as they are shown: what its source says is written there stands in for the first."""
    return replace(head, pages=(stated, *pages[1:]) if stated else pages)


def _family(session: Session, ids: Collection[str]) -> Family:
    down = select(Link.to_id, Link.from_id).where(Link.to_id.in_(ids), Link.property.in_(FILE_PROPERTIES))
    up = select(Link.from_id, Link.to_id).where(Link.from_id.in_(ids), Link.property.in_(FILE_PARENTS))
    pairs = sorted(set(session.execute(union_all(down, up))))
    wanted = {parent for _, parent in pairs}
    papers = _rows(session, Paper, wanted)
    items = _rows(session, AgendaItem, wanted)
    meetings = _rows(session, Meeting, wanted | {item.meeting_id for item in items if item.meeting_id})
    committees = paper_committees(session, {row.id for row in papers})
    committees |= organizations(session, {row.id for row in meetings}, {"organization"})
    known = {row.id: _paper(row, committees) for row in papers}
    held = {row.id: _meeting(row, committees) for row in meetings}
    known |= {one: held[one] for one in wanted & held.keys()}
    known |= {row.id: _item(row, held.get(row.meeting_id or "")) for row in items}
    family: Family = {}
    # `known` is in the order in which parents come first, the pairs are in that of their ids.
    ranks = {one: rank for rank, one in enumerate(known)}
    for file_id, parent in sorted(pairs, key=lambda pair: ranks.get(pair[1], 0)):
        if parent in known:
            family.setdefault(file_id, []).append(known[parent])
    return family


def _paper(row: Paper, committees: Names) -> Parent:
    return Parent(row.id, row.date, tuple(committees.get(row.id, ())), row.paper_type)


def _meeting(row: Meeting, committees: Names) -> Parent:
    return Parent(row.id, local_day(row.start), tuple(committees.get(row.id, ())))


def _item(row: AgendaItem, meeting: Parent | None) -> Parent:
    return meeting or Parent(row.id, local_day(row.start))


def _rows(session: Session, model: type[T], ids: Collection[str]) -> list[T]:
    return list(session.scalars(select(model).where(model.id.in_(ids), shown(model)).order_by(model.id)))


def _groups(session: Session, heads: list[Document], shas: dict[str, str]) -> Iterator[list[Document]]:
    lengths = select(Page.sha256, func.sum(func.length(Page.text))).group_by(Page.sha256)
    found = session.execute(lengths.where(Page.sha256.in_(set(shas.values()))))
    sizes: dict[str, int] = dict(found.all())
    group: list[Document] = []
    held = 0
    for head in heads:
        size = sizes.get(shas.get(head.id, ""), 0)
        if group and held + size > TEXT_AT_ONCE:
            yield group
            group, held = [], 0
        group.append(head)
        held += size
    if group:
        yield group


def _pages(session: Session, shas: Collection[str]) -> dict[str, tuple[str, ...]]:
    query = select(Page.sha256, Page.number, Page.text).where(Page.sha256.in_(shas)).order_by(Page.sha256, Page.number)
    found: dict[str, list[str]] = {}
    for sha256, number, text in session.execute(query):
        pages = found.setdefault(sha256, [])
        # A page that could not be read keeps its number free.
        pages.extend([""] * (number - 1 - len(pages)))
        pages.append(text)
    return {sha256: tuple(pages) for sha256, pages in found.items()}
