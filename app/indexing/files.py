"""Files to documents: a file is found under the paper, meeting or agenda item it belongs to, with its pages.

Which files are found, and under which records, is the one rule of app.shown.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Engine, func, select, union_all
from sqlalchemy.orm import Session, joinedload

from app.indexing.facets import Authors, file_type, originators, results_of_papers, streets
from app.indexing.lookups import AT_ONCE, Names, arrivals, chunks, organizations, paper_committees
from app.indexing.shape import Slugs, document, local_day
from app.models import AgendaItem, File, Link, Meeting, OParlObject, Page, Paper
from app.queries.agendas import papers_of_items
from app.shown import FILE_PARENTS, FILE_PROPERTIES, shown
from search import Document, Texts

TEXT_AT_ONCE = 16 << 20  # characters of page text held in memory; one file alone may be larger
T = TypeVar("T", bound=OParlObject)


@dataclass(frozen=True, slots=True)
class Parent:
    """A record that files belong to, and that is shown."""

    id: str
    day: date | None
    matter: tuple[str, str] | None = None  # type and id
    committees: tuple[str, ...] = ()
    paper: Paper | None = None
    persons: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


Family = dict[str, list[Parent]]  # by file id: papers first, then meetings, then agenda items


def file_documents(session: Session, ids: Collection[str], slugs: Slugs, *, text: bool) -> Iterator[Document]:
    """Yield the documents of some files, in groups whose text fits into memory."""
    rows = list(session.scalars(select(File).where(File.id.in_(ids), shown(File)).options(joinedload(File.blob))))
    family = _family(session, {row.id for row in rows})
    news = arrivals(session, ids)
    named = streets(session, {row.blob_sha256 for row in rows if row.blob_sha256})
    heads = [
        _head(row, family.get(row.id, []), named.get(row.blob_sha256 or "", []), slugs, news.get(row.id, 0))
        for row in rows
    ]
    if not text:
        yield from heads
        return
    shas = {row.id: row.blob_sha256 for row in rows if row.blob_sha256}
    stated = {row.id: row.stand_in for row in rows}
    for group in _groups(session, heads, shas):
        pages = _pages(session, {shas[head.id] for head in group if head.id in shas})
        for head in group:
            sha256 = shas.get(head.id, "")
            yield _with_text(head, sha256, pages.get(sha256, ()), stated[head.id])


def files_of(session: Session, parents: Collection[str]) -> set[str]:
    """Return the ids of the files that belong to records, by either side's word."""
    found: set[str] = set()
    for chunk in chunks(parents, AT_ONCE):
        down = select(Link.to_id).where(Link.from_id.in_(chunk), Link.property.in_(FILE_PROPERTIES))
        up = select(Link.from_id).where(Link.to_id.in_(chunk), Link.property.in_(FILE_PARENTS))
        found.update(session.scalars(union_all(down, up)))
    return found


def streets_of_papers(session: Session, ids: Collection[str]) -> Names:
    """Return the streets that the files of papers name, by the paper's id."""
    pairs = _pairs(session, Link.from_id.in_(ids), Link.to_id.in_(ids))
    hashes = select(File.id, File.blob_sha256).where(File.id.in_({file_id for file_id, _ in pairs}), shown(File))
    shas = {file_id: sha256 for file_id, sha256 in session.execute(hashes) if sha256}
    named = streets(session, set(shas.values()))
    found: Names = {}
    for file_id, paper_id in pairs:
        found.setdefault(paper_id, []).extend(named.get(shas.get(file_id, ""), ()))
    return {paper_id: list(dict.fromkeys(names)) for paper_id, names in found.items()}


def texts_of(engine: Engine) -> Texts:
    """Return what `search.open_index` asks for the pages of documents by their text_key; what is gone is left out."""

    def texts(keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        with Session(engine) as session:
            return _pages(session, keys)

    return texts


def _head(row: File, parents: list[Parent], named: list[str], slugs: Slugs, seq: int) -> Document:
    papers = [parent.paper for parent in parents if parent.paper]
    return document(
        row,
        title=row.name or row.file_name,
        council=slugs.get(row.body_id or ""),
        day=row.date or next((parent.day for parent in parents if parent.day), None),
        seq=seq,
        facets={
            "organization": dict.fromkeys(name for parent in parents for name in parent.committees),
            "paper_type": dict.fromkeys(paper.paper_type for paper in papers if paper.paper_type),
            "person": dict.fromkeys(name for parent in parents for name in parent.persons),
            "party": dict.fromkeys(name for parent in parents for name in parent.parties),
            "result": dict.fromkeys(result for parent in parents for result in parent.results),
            "place": named,
            "filetype": file_type(row),
            "paper": dict.fromkeys(paper.reference for paper in papers if paper.reference),
        },
        parent=parents[0].id if parents else None,
        matter=parents[0].matter if parents else None,
    )


def _with_text(head: Document, sha256: str, pages: tuple[str, ...], stated: str) -> Document:
    """Give a document its pages as they are shown: what its source says is written there stands in for the first."""
    if stated:
        return replace(head, pages=(stated, *pages[1:]))
    return replace(head, pages=pages, text_key=sha256 if pages else "")


def _family(session: Session, ids: Collection[str]) -> Family:
    pairs = _pairs(session, Link.to_id.in_(ids), Link.from_id.in_(ids))
    wanted = {parent for _, parent in pairs}
    papers = _rows(session, Paper, wanted)
    items = _rows(session, AgendaItem, wanted)
    meetings = _rows(session, Meeting, wanted | {item.meeting_id for item in items if item.meeting_id})
    committees = paper_committees(session, {row.id for row in papers})
    committees |= organizations(session, {row.id for row in meetings}, {"organization"})
    authors = originators(session, {row.id for row in papers})
    results = results_of_papers(session, papers)
    about = papers_of_items(session, items)
    known = {row.id: _paper(row, committees, authors, results) for row in papers}
    held = {row.id: _meeting(row, committees) for row in meetings}
    known |= {one: held[one] for one in wanted & held.keys()}
    known |= {row.id: _item(row, held.get(row.meeting_id or ""), about.get(row.id, ())) for row in items}
    family: Family = {}
    # `known` is in the order in which parents come first, the pairs are in that of their ids.
    ranks = {one: rank for rank, one in enumerate(known)}
    for file_id, parent in sorted(pairs, key=lambda pair: ranks.get(pair[1], 0)):
        if parent in known:
            family.setdefault(file_id, []).append(known[parent])
    return family


def _pairs(session: Session, down: ColumnElement[bool], up: ColumnElement[bool]) -> list[tuple[str, str]]:
    """Return (file, parent) by either side's word: of links from a parent, and of links from a file."""
    named = select(Link.to_id, Link.from_id).where(down, Link.property.in_(FILE_PROPERTIES))
    naming = select(Link.from_id, Link.to_id).where(up, Link.property.in_(FILE_PARENTS))
    return sorted({(row[0], row[1]) for row in session.execute(union_all(named, naming))})


def _paper(row: Paper, committees: Names, authors: Authors, results: Names) -> Parent:
    persons, parties = authors.get(row.id, ([], []))
    return Parent(
        row.id,
        row.date,
        ("Paper", row.id),
        tuple(committees.get(row.id, ())),
        row,
        tuple(persons),
        tuple(parties),
        tuple(results.get(row.id, ())),
    )


def _meeting(row: Meeting, committees: Names) -> Parent:
    return Parent(row.id, local_day(row.start), ("Meeting", row.id), tuple(committees.get(row.id, ())))


def _item(row: AgendaItem, meeting: Parent | None, papers: Sequence[Paper]) -> Parent:
    """Stand for an agenda item: its files are shown with its meeting, and belong to the paper that it is about."""
    parent = meeting or Parent(row.id, local_day(row.start), ("AgendaItem", row.id))
    return replace(parent, matter=("Paper", papers[0].id)) if papers else parent


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
