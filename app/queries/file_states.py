"""What became of files, in one word each: how many there are of each state, and which those are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.models import Blob, File
from app.models.files import FAILED, FETCHED, GONE, WAITING, WITH_TEXT
from app.rows import one_of
from app.shown import shown

READ = "read"


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What a list of files is narrowed to: ids of a council and of a source, and a state."""

    body: str | None = None
    source: int | None = None
    state: str | None = None


EVERY_FILE = FileFilter()


@dataclass(frozen=True, slots=True)
class Holding:
    """Files of one council at one source that are in one state, and how many pages they have."""

    source: int
    body: str | None
    state: str
    files: int
    pages: int


def state_named(fetch_state: str, read_state: str | None) -> str:
    """Return the state of a file: read, waiting, the reading that gave no text, or the fetch that brought no bytes."""
    if fetch_state != FETCHED:
        return fetch_state
    if read_state is None:
        return WAITING
    return READ if read_state in WITH_TEXT else read_state


def in_state(state: str) -> ColumnElement[bool]:
    """Return the condition for files, joined with their blobs, of which `state_named` says this."""
    if state == WAITING:
        return or_(File.fetch_state == WAITING, and_(File.fetch_state == FETCHED, Blob.read_state.is_(None)))
    if state in (GONE, FAILED):
        return File.fetch_state == state
    return and_(
        File.fetch_state == FETCHED,
        Blob.read_state.in_(WITH_TEXT) if state == READ else Blob.read_state == state,
    )


def gives_text() -> ColumnElement[bool]:
    """Return the condition for files, outer joined with their blobs, in whose place no `File.stand_in` is read."""
    return and_(File.fetch_state == FETCHED, one_of(func.coalesce(Blob.read_state, ""), WITH_TEXT))


def narrowed(wanted: FileFilter) -> list[ColumnElement[bool]]:
    """Return the conditions for files that are shown, of one council and source; the state is left out."""
    conditions = [shown(File)]
    if wanted.body is not None:
        conditions.append(File.body_id == wanted.body)
    if wanted.source is not None:
        conditions.append(File.source_id == wanted.source)
    return conditions


def holdings(session: Session, wanted: FileFilter = EVERY_FILE) -> tuple[Holding, ...]:
    """Return what is held of the files that are shown, whatever the state of `wanted`; in one query.

    It looks at every file: some 30 us each.
    """
    query = (
        select(File.source_id, File.body_id, File.fetch_state, Blob.read_state, func.count(), func.sum(Blob.page_count))
        .outerjoin(Blob, Blob.sha256 == File.blob_sha256)
        .where(*narrowed(wanted))
        .group_by(File.source_id, File.body_id, File.fetch_state, Blob.read_state)
    )
    return tuple(
        Holding(source, body, state_named(fetched, read), files, pages or 0)
        for source, body, fetched, read, files, pages in session.execute(query)
    )


def by_state(held: Iterable[Holding], wanted: FileFilter = EVERY_FILE) -> dict[str, int]:
    """Return state -> how many files, the most frequent first, whatever the state of `wanted`."""
    found: Counter[str] = Counter()
    for one in held:
        if wanted.body in (None, one.body) and wanted.source in (None, one.source):
            found[one.state] += one.files
    return dict(found.most_common())


def state_counts(session: Session, wanted: FileFilter = EVERY_FILE) -> dict[str, int]:
    """Return state -> how many files, the most frequent first, whatever the state of `wanted`; in one query."""
    return by_state(holdings(session, wanted))
