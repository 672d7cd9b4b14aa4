"""Rows to documents: which records can be found, under which title and date, with which text and facets.

Paper         reference, type, originators, offices, committees, places and keywords
Meeting       organizations and place
AgendaItem    resolution and result; only of items that have a name
Person        memberships with their roles
Organization  type, classification and posts
File          the pages that were read

What was taken back or is not public makes no document: see app.shown.
"""

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.indexing.facets import originators, results_of_items, results_of_papers
from app.indexing.files import file_documents, streets_of_papers
from app.indexing.lookups import arrivals, chunks, memberships, organizations, paper_committees, places
from app.indexing.shape import Slugs, document, local_day
from app.models import AgendaItem, File, Meeting, OParlObject, Organization, Paper, Person
from app.queries.agendas import papers_of_items
from app.shown import shown
from app.slugs import body_slugs
from search.model import Document

BATCH = 500  # records read at once; the pages of files are bounded by bytes besides
DOCUMENT_TYPES: dict[str, type[OParlObject]] = {
    "Organization": Organization,
    "Person": Person,
    "Meeting": Meeting,
    "AgendaItem": AgendaItem,
    "Paper": Paper,
    "File": File,
}


def documents(session: Session, object_type: str, ids: Iterable[str], *, text: bool = True) -> Iterator[Document]:
    """Yield the documents that records of one type make; a record that may not be found makes none.

    A constant number of queries for each BATCH of ids. Without `text` the pages of files are left out.
    """
    slugs = body_slugs(session)
    for chunk in chunks(dict.fromkeys(ids), BATCH):
        if object_type == "File":
            yield from file_documents(session, chunk, slugs, text=text)
        else:
            yield from _BUILDERS[object_type](session, chunk, slugs)


def documents_of(session: Session, ids: Collection[str]) -> dict[str, Document]:
    """Return the documents that records of any type make now, by id, without the pages of files."""
    return {
        document.id: document
        for object_type in DOCUMENT_TYPES
        for document in documents(session, object_type, ids, text=False)
    }


def _papers(session: Session, ids: Collection[str], slugs: Slugs) -> Iterator[Document]:
    rows = list(session.scalars(select(Paper).where(Paper.id.in_(ids), shown(Paper))))
    committees = paper_committees(session, ids)
    authors = originators(session, ids)
    results = results_of_papers(session, rows)
    streets = streets_of_papers(session, ids)
    (where, named), news = places(session, ids), arrivals(session, ids)
    for row in rows:
        persons, parties = authors.get(row.id, ([], []))
        words = [
            row.reference,
            row.paper_type,
            *persons,
            *committees.get(row.id, ()),
            *where.get(row.id, ()),
            *(row.keyword or ()),
        ]
        yield document(
            row,
            title=row.name or row.reference,
            pages=_text(words),
            council=slugs.get(row.body_id or ""),
            day=row.date,
            seq=news.get(row.id, 0),
            facets={
                "organization": committees.get(row.id, []),
                "paper_type": [row.paper_type or ""],
                "person": persons,
                "party": parties,
                "result": results.get(row.id, []),
                "place": dict.fromkeys([*named.get(row.id, ()), *streets.get(row.id, ())]),
                "paper": [row.reference or ""],
            },
        )


def _meetings(session: Session, ids: Collection[str], slugs: Slugs) -> Iterator[Document]:
    rows = list(session.scalars(select(Meeting).where(Meeting.id.in_(ids), shown(Meeting))))
    committees = organizations(session, ids, {"organization"})
    (where, named), news = places(session, ids), arrivals(session, ids)
    for row in rows:
        held_by = committees.get(row.id, [])
        yield document(
            row,
            title=row.name or ", ".join(held_by),
            pages=_text([*held_by, *where.get(row.id, ()), *(row.keyword or ())]),
            council=slugs.get(row.body_id or ""),
            day=local_day(row.start),
            seq=news.get(row.id, 0),
            facets={"organization": held_by, "place": named.get(row.id, [])},
        )


def _agenda_items(session: Session, ids: Collection[str], slugs: Slugs) -> Iterator[Document]:
    held = aliased(Meeting)
    query = (
        select(AgendaItem, held.start)
        .outerjoin(held, held.id == AgendaItem.meeting_id)
        .where(AgendaItem.id.in_(ids), shown(AgendaItem), AgendaItem.name.is_not(None), AgendaItem.name != "")
    )
    rows = session.execute(query).all()
    committees = organizations(session, {item.meeting_id for item, _ in rows if item.meeting_id}, {"organization"})
    items = [item for item, _ in rows]
    about, results = papers_of_items(session, items), results_of_items(session, items)
    news = arrivals(session, ids)
    for row, start in rows:
        papers = about.get(row.id, ())
        yield document(
            row,
            title=row.name,
            pages=_text([row.resolution_text, row.result, *(row.keyword or ())]),
            council=slugs.get(row.body_id or ""),
            day=local_day(row.start or start),
            seq=news.get(row.id, 0),
            facets={
                "organization": committees.get(row.meeting_id or "", []),
                "result": results.get(row.id, []),
                "paper": [paper.reference or "" for paper in papers],
            },
            parent=row.meeting_id,
            matter=("Paper", papers[0].id) if papers else ("Meeting", row.meeting_id or row.id),
        )


def _people(session: Session, ids: Collection[str], slugs: Slugs) -> Iterator[Document]:
    rows = list(session.scalars(select(Person).where(Person.id.in_(ids), shown(Person))))
    seats, news = memberships(session, ids), arrivals(session, ids)
    for row in rows:
        belongs = seats.get(row.id, [])
        written = [*(row.title or ()), row.given_name, row.affix, row.family_name]
        yield document(
            row,
            title=row.name or " ".join(word for word in written if word),
            pages=_text([f"{role} {organization}".strip() for organization, role in belongs]),
            council=slugs.get(row.body_id or ""),
            seq=news.get(row.id, 0),
            facets={"organization": [organization for organization, _ in belongs], "person": [row.name or ""]},
        )


def _organizations(session: Session, ids: Collection[str], slugs: Slugs) -> Iterator[Document]:
    rows = list(session.scalars(select(Organization).where(Organization.id.in_(ids), shown(Organization))))
    news = arrivals(session, ids)
    for row in rows:
        words = [row.short_name, row.organization_type, row.classification, *(row.post or ()), *(row.keyword or ())]
        yield document(
            row,
            title=row.name or row.short_name,
            pages=_text(words),
            council=slugs.get(row.body_id or ""),
            seq=news.get(row.id, 0),
        )


def _text(words: Iterable[str | None]) -> tuple[str]:
    """Join the words of a record to its one page, each once."""
    return ("\n".join(dict.fromkeys(word for word in words if word)),)


_BUILDERS = {
    "Paper": _papers,
    "Meeting": _meetings,
    "AgendaItem": _agenda_items,
    "Person": _people,
    "Organization": _organizations,
}
