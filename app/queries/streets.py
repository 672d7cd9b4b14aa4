"""A street or a district as an entry: its papers, where each names it, and which meetings deal with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from app.db import now
from app.facts import Kind
from app.models import (
    AgendaItem,
    Blob,
    Consultation,
    File,
    Link,
    Meeting,
    Mention,
    Page,
    Paper,
    PaperPlace,
    Place,
    Street,
)
from app.queries.meetings import MeetingRow, meeting_rows
from app.queries.paging import Paged
from app.queries.references import FILE_ROLES
from app.shown import shown

SIZE = 10
PASSAGES = 2  # of one paper
BEFORE, AFTER = 90, 160  # characters around a name
MEETINGS = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a file names a street: the words before it, as it stands there, and the words behind."""

    file: File
    page: int
    pages: int | None
    before: str
    named: str
    after: str


@dataclass(frozen=True, slots=True)
class Named:
    """A street or a district, of how many papers it is the subject."""

    key: str
    name: str
    papers: int
    district: str | None = None


def of_street(key: str, source_id: int) -> ColumnElement[bool]:
    """Return the condition that a place is this street; its row holds the papers of its houses too."""
    return (Place.source_id == source_id) & (Place.key == key)


def of_district(key: str, source_id: int) -> ColumnElement[bool]:
    """Return the condition that a place lies in a district."""
    return (Place.source_id == source_id) & (Place.district_key == key)


def papers_at(session: Session, there: ColumnElement[bool], *, page: int = 1, size: int = SIZE) -> Paged[Paper]:
    """Return the papers about some places, newest first, a page of them; in three queries.

    Which they are is asked of the places alone: to put the papers themselves in order takes ten times as long.
    """
    about = select(PaperPlace.paper_id).join(Place, Place.id == PaperPlace.place_id).where(there)
    total = session.scalar(select(func.count()).select_from(about.distinct().subquery())) or 0
    newest = (func.max(PaperPlace.date).desc().nulls_last(), PaperPlace.paper_id.desc())
    chosen = about.group_by(PaperPlace.paper_id).order_by(*newest).limit(size).offset((page - 1) * size)
    ids = session.scalars(chosen).all()
    rows = {paper.id: paper for paper in session.scalars(select(Paper).where(Paper.id.in_(ids), shown(Paper)))}
    return Paged([rows[one] for one in ids if one in rows], total, page, size)


def coming(session: Session, there: ColumnElement[bool], *, today: datetime | None = None) -> list[MeetingRow]:
    """Return the next meetings that deal with papers about some places; in four queries."""
    about = select(PaperPlace.paper_id).join(Place, Place.id == PaperPlace.place_id).where(there)
    named = (
        select(func.coalesce(AgendaItem.meeting_id, Consultation.meeting_id))
        .select_from(Consultation)
        .outerjoin(
            AgendaItem, or_(AgendaItem.id == Consultation.agenda_item_id, AgendaItem.consultation_id == Consultation.id)
        )
        .where(Consultation.paper_id.in_(about), shown(Consultation))
        .where(or_(AgendaItem.id.is_(None), shown(AgendaItem)))
    )
    ahead = select(Meeting).where(Meeting.start >= (today or now()), Meeting.id.in_(named), ~Meeting.deleted)
    return meeting_rows(session, session.scalars(ahead.order_by(Meeting.start, Meeting.id).limit(MEETINGS)).all())


def passages(session: Session, papers: Sequence[Paper], key: str) -> dict[str, list[Passage]]:
    """Return by paper where its files name a street first; in two queries."""
    here = (
        select(Link.from_id, File.id, Mention.sha256, Mention.page, Mention.start, Mention.end)
        .join(File, File.id == Link.to_id)
        .join(Mention, Mention.sha256 == File.blob_sha256)
        .where(Link.from_id.in_([paper.id for paper in papers]), Link.property.in_(FILE_ROLES), shown(File))
        .where(Mention.kind == Kind.PLACE, Mention.value == key)
    )
    order = (Link.property.desc(), Link.position, Mention.page, Mention.start)
    of = here.add_columns(func.row_number().over(partition_by=Link.from_id, order_by=order).label("rank")).subquery()
    # Of a page's text only what is shown: it may be long.
    begin = case((of.c.start > BEFORE, of.c.start - BEFORE), else_=0)
    text = func.substr(Page.text, begin + 1, of.c.end - begin + AFTER)
    rows = session.execute(
        select(of.c.from_id, File, of.c.page, of.c.start - begin, of.c.end - begin, text, Blob.page_count)
        .join(File, File.id == of.c.id)
        .join(Blob, Blob.sha256 == of.c.sha256)
        .join(Page, (Page.sha256 == of.c.sha256) & (Page.number == of.c.page))
        .where(of.c.rank <= PASSAGES)
        .order_by(of.c.from_id, of.c.rank)
    )
    found: dict[str, list[Passage]] = {}
    for paper_id, file, page, start, end, said, pages in rows:
        before, after = said[:start], said[end:]
        if len(before) >= BEFORE:
            before = before.partition(" ")[2]
        if len(after) >= AFTER:
            after = after.rpartition(" ")[0]
        one = Passage(file, page, pages, _flowing(before), _flowing(said[start:end]), _flowing(after))
        found.setdefault(paper_id, []).append(one)
    return found


def streets_from(session: Session, letter: str, sources: Sequence[int] | None = None) -> list[Named]:
    """Return the streets that begin with a letter, by name; those of whose papers none is about them too."""
    found: dict[str, Named] = {}
    brought = select(Street.key, Street.name).where(Street.key.startswith(letter, autoescape=True))
    if sources is not None:
        brought = brought.where(Street.source_id.in_(sources))
    for key, name in session.execute(brought.limit(10_000)):
        found[key] = Named(key, name, 0)
    about = _streets(sources).where(Place.street_key.startswith(letter, autoescape=True))
    for key, name, papers, district in session.execute(about.limit(10_000)):
        found[key] = Named(key, found[key].name if key in found else name, papers, district)
    return sorted(found.values(), key=lambda one: one.key)


def most_named(session: Session, sources: Sequence[int] | None = None, limit: int = 24) -> list[Named]:
    """Return the streets that most papers are about."""
    papers = func.sum(Place.papers)
    rows = session.execute(_streets(sources).order_by(papers.desc(), Place.street_key).limit(limit))
    return [Named(key or "", name, count, district) for key, name, count, district in rows]


def streets_of_district(session: Session, key: str, source_id: int) -> list[Named]:
    """Return the streets of a district that papers are about, those with most papers first."""
    papers = func.sum(Place.papers)
    query = _streets([source_id]).where(Place.district_key == key).order_by(papers.desc(), Place.street_key)
    return [Named(key or "", name, count) for key, name, count, _ in session.execute(query.limit(60))]


def districts(session: Session, sources: Sequence[int] | None = None) -> list[Named]:
    """Return the districts in which papers have places, by name, with how many places that are."""
    chosen = select(Place.district_key, func.min(Place.district), func.count()).where(Place.district_key.is_not(None))
    if sources is not None:
        chosen = chosen.where(Place.source_id.in_(sources))
    rows = session.execute(chosen.group_by(Place.district_key).limit(400))
    return sorted((Named(key or "", name or "", count) for key, name, count in rows), key=lambda one: one.key)


def district_named(session: Session, key: str, sources: Sequence[int] | None = None) -> list[tuple[int, str]]:
    """Return the sources that have a district of this key, with its name."""
    chosen = select(Place.source_id, func.min(Place.district)).where(Place.district_key == key)
    if sources is not None:
        chosen = chosen.where(Place.source_id.in_(sources))
    return [(source, name or key) for source, name in session.execute(chosen.group_by(Place.source_id))]


def first_letters(session: Session, sources: Sequence[int] | None = None) -> list[str]:
    """Return with which letters the keys of streets begin."""
    found: set[str] = set()
    for model, column in ((Street, Street.key), (Place, Place.street_key)):
        letters = select(func.substr(column, 1, 1)).where(column.is_not(None))
        if sources is not None:
            letters = letters.where(model.source_id.in_(sources))
        found |= {letter for letter in session.scalars(letters.distinct()) if letter and letter.isalnum()}
    return sorted(found)


def _streets(sources: Sequence[int] | None) -> Any:
    columns = (Place.street_key, func.min(Place.name), func.sum(Place.papers), func.min(Place.district))
    chosen = select(*columns).where(Place.street_key.is_not(None), Place.key == Place.street_key)
    if sources is not None:
        chosen = chosen.where(Place.source_id.in_(sources))
    return chosen.group_by(Place.street_key)


def _flowing(text: str) -> str:
    """Return words of a page as a line: joined where they were parted at its end."""
    said = text.replace("\u00ad\n", "").replace("-\n", "-")
    lead, tail = (" " if said[:1].isspace() else ""), (" " if said[-1:].isspace() else "")
    return lead + " ".join(said.split()) + tail if said.strip() else " "
