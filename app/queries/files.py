"""Files: lists of them, what belongs to one, and its text by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.documents.reading import GARBLED, SCAN, UNREADABLE
from app.models import AgendaItem, Blob, File, Link, Meeting, OParlObject, Page, Paper
from app.models.files import FETCHED, GONE, WAITING
from app.queries.file_states import EVERY_FILE, FileFilter, in_state, narrowed
from app.queries.paging import SIZE, Paged, paged
from app.queries.references import FILE_ROLES
from app.shown import FILE_PARENTS, shown

Row = TypeVar("Row", bound=OParlObject)


class TextState(StrEnum):
    """What a reader can expect of a file's text."""

    READ = "read"
    PARTIAL = "partial"  # some of it was read
    EMPTY = "empty"  # opened without fault and holds no text: a scan
    DAMAGED = "damaged"  # its bytes are here and cannot be read
    ENCRYPTED = "encrypted"
    NO_DOCUMENT = "no-document"  # something else was served in its place, such as an error page
    UNKNOWN_KIND = "unknown-kind"  # its bytes are here and of a kind that is not read
    WAITING = "waiting"  # not fetched or not read yet
    FAILED = "failed"  # could not be fetched, and is tried again
    GONE = "gone"  # the council's server has it no more


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page's text, how it was obtained ("stated" where the source says it) and how sure of it the reader is."""

    text: str
    method: str | None = None
    confidence: int | None = None


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A page without text, or whose letters are doubted; `method` says which, and whether recognition is owed."""

    number: int
    method: str | None


@dataclass(frozen=True, slots=True)
class Parent:
    """A record that a file belongs to: the role it has there; `meeting` where the record is an agenda item."""

    role: str
    record: Paper | Meeting | AgendaItem
    meeting: Meeting | None = None


def file_by_key(session: Session, key: str) -> File | None:
    """Return a file with its bytes' row, withdrawn or not."""
    return session.scalar(select(File).where(File.key == key).options(joinedload(File.blob)))


def files(
    session: Session, wanted: FileFilter = EVERY_FILE, *, page: int = 1, size: int = SIZE, total: int | None = None
) -> Paged[File]:
    """Return files, newest first by their own date, those without one last; `total` where it is known already."""
    query = select(File).where(*narrowed(wanted)).options(joinedload(File.blob))
    if wanted.state is not None:
        query = query.outerjoin(Blob, Blob.sha256 == File.blob_sha256).where(in_state(wanted.state))
    return paged(session, query.order_by(File.date.desc().nulls_last(), File.id.desc()), page, size, total=total)


_READINGS = {
    None: TextState.WAITING,
    "ok": TextState.READ,
    "partly": TextState.PARTIAL,
    "empty": TextState.EMPTY,
    "encrypted": TextState.ENCRYPTED,
    "not_a_document": TextState.NO_DOCUMENT,
    "unsupported": TextState.UNKNOWN_KIND,
}


def text_state(file: File) -> TextState:
    """Return what a reader can expect of a file's text."""
    blob = file.blob
    if file.fetch_state != FETCHED or blob is None:
        return {WAITING: TextState.WAITING, GONE: TextState.GONE, FETCHED: TextState.WAITING}.get(
            file.fetch_state, TextState.FAILED
        )
    return _READINGS.get(blob.read_state, TextState.DAMAGED)


def page_read(session: Session, file: File, number: int) -> PageRead | None:
    """Return the text of one page, None where there is no such page."""
    if number == 1 and (stated := file.stand_in):
        return PageRead(stated, "stated")
    query = select(Page.text, Page.method, Page.confidence)
    row = session.execute(query.where(Page.sha256 == file.blob_sha256, Page.number == number)).first()
    return PageRead(*row) if row else None


def page_texts(session: Session, file: File) -> dict[int, str]:
    """Return page number -> text, all of it: megabytes for a budget of 500 pages."""
    query = select(Page.number, Page.text).where(Page.sha256 == file.blob_sha256).order_by(Page.number)
    found = {row.number: row.text for row in session.execute(query)}
    return {1: stated} | {k: v for k, v in found.items() if k > 1} if (stated := file.stand_in) else found


def page_numbers(session: Session, file: File) -> list[int]:
    """Return the numbers of the pages whose text is here."""
    found = session.scalars(select(Page.number).where(Page.sha256 == file.blob_sha256).order_by(Page.number))
    return sorted({1, *found}) if file.stand_in else list(found)


def unread_pages(session: Session, file: File) -> list[UnreadPage]:
    """Return the pages that keep a file from being read in full, by number; asks only where it was not."""
    if text_state(file) not in (TextState.PARTIAL, TextState.EMPTY):
        return []
    lacking = or_(func.trim(Page.text) == "", Page.method.in_((SCAN, GARBLED, UNREADABLE)))
    query = select(Page.number, Page.method).where(Page.sha256 == file.blob_sha256, lacking).order_by(Page.number)
    return [UnreadPage(*row) for row in session.execute(query)]


def behind_doors(session: Session, found: Iterable[File]) -> set[str]:
    """Return the ids of those files that are shown to nobody: what they belong to is not public or not there."""
    ids = {file.id for file in found}
    return ids - set(session.scalars(select(File.id).where(File.id.in_(ids), shown(File))))


def parents_of(session: Session, file: File) -> list[Parent]:
    """Return the shown records a file belongs to, by either side's word; in six queries."""
    named = select(Link.to_id, Link.property).where(Link.from_id == file.id, Link.property.in_(FILE_PARENTS))
    role_of = {row.to_id: "auxiliaryFile" for row in session.execute(named)}
    query = select(Link).where(Link.to_id == file.id, Link.property.in_(FILE_ROLES)).order_by(Link.from_id)
    role_of |= {link.from_id: link.property for link in session.scalars(query)}
    papers = _rows(session, Paper, set(role_of))
    meetings = _rows(session, Meeting, set(role_of))
    items = _rows(session, AgendaItem, set(role_of))
    meeting_of = {row.id: row for row in _rows(session, Meeting, {i.meeting_id for i in items if i.meeting_id})}
    return [
        *(Parent(role_of[row.id], row) for row in papers),
        *(Parent(role_of[row.id], row) for row in meetings),
        *(Parent(role_of[item.id], item, meeting_of.get(item.meeting_id or "")) for item in items),
    ]


def papers_of_files(session: Session, found: list[File]) -> dict[str, Paper]:
    """Return file id -> a paper it belongs to, for a list of files; in one query."""
    query = (
        select(Link.to_id, Paper)
        .join(Paper, Paper.id == Link.from_id)
        .where(Link.to_id.in_([file.id for file in found]), Link.property.in_(FILE_ROLES), shown(Paper))
        .order_by(Paper.id.desc())
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _rows(session: Session, model: type[Row], ids: set[str]) -> list[Row]:
    return list(session.scalars(select(model).where(model.id.in_(ids), shown(model)).order_by(model.id)))
