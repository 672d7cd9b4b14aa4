"""Which bytes are read next, and by whom: the newest first, each by one worker, and none that ends workers for ever.

A worker claims some documents under a lease of its own, one of SLOTS. A claim is worth as much as the lease that it was
made under: whoever was killed or overtaken has none, and what it had claimed is anybody's at once.
"""

import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, and_, case, false, func, or_, select, update
from sqlalchemy.orm import Session

from app.db import Writer, now
from app.documents import READER_VERSION
from app.models import Blob, File
from oparl_sync import leases, unreadable

SLOTS = 64  # workers that read side by side
NAME = "documents:"
BATCH = 50  # documents; a kill makes at most these be read again
PORTION = 1000  # documents whose order is held at a time
IN_ORDER = 60.0  # seconds after which it is looked again what is newest
TRIES = 3  # times that reading a document may end its process, or the worker
A_DAY = timedelta(days=1)
BY_CHANCE = ("crashed", "timeout")  # what a busy machine does to a document too: read again, a day later


class Better(NamedTuple):
    """What a version of the readers reads better than those before: documents in these states, or of these types."""

    states: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()


# Nothing else is read again when READER_VERSION is raised: whoever raises it says here what for.
BETTER = {
    # Reading order, running heads and hyphens of PDFs; formats besides PDF and plain text.
    2: Better(("unsupported", "damaged", "crashed", "timeout", "not_a_document"), ("application/pdf",)),
}


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes to be read: `hint` and `name` are what a source says of them, `again` that they had been read before."""

    sha256: str
    hint: str
    name: str
    again: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A worker's right to claim documents: `claim` marks them, `writing` is fenced by its lease."""

    claim: str
    writing: Writer


@contextmanager
def turn(engine: Engine, home: Path) -> Iterator[Turn]:
    """Take a slot to read documents in while the block runs; raises Taken where all are taken."""
    with ExitStack() as stack:
        lease = _free_slot(stack, engine, home)
        yield Turn(f"{lease.name}/{lease.epoch}", lease.writing)


def _free_slot(stack: ExitStack, engine: Engine, home: Path) -> leases.Lease:
    for number in range(SLOTS - 1):
        with suppress(leases.Taken):
            return stack.enter_context(leases.held(engine, home, f"{NAME}{number}"))
    return stack.enter_context(leases.held(engine, home, f"{NAME}{SLOTS - 1}", what="reading documents"))


def count(engine: Engine) -> int:
    """Return how many documents are to be read, by whomever."""
    with Session(engine) as session:
        return session.scalar(select(func.count()).where(_is_owed(), _is_referred_to())) or 0


def is_owed(engine: Engine) -> bool:
    """Tell whether a document is to be read that nobody reads."""
    with Session(engine) as session:
        wanted = select(Blob.sha256).where(Blob.dropped_at.is_(None), _is_referred_to(), _is_free(session)).limit(1)
        # Each reason by itself, and so by its own index: together they would be looked for in all documents.
        return any(session.scalar(wanted.where(reason)) is not None for reason in _reasons())


def batches(engine: Engine, turn: Turn, aside: AbstractSet[str] = frozenset()) -> Iterator[list[Document]]:
    """Yield claimed documents, the newest first, until only those `aside` are left; who had trouble comes alone."""
    while True:
        with Session(engine) as session:
            portion, looked = _portion(session, aside), time.monotonic()
        claimed = False
        while portion and (not claimed or time.monotonic() - looked < IN_ORDER):
            with turn.writing() as session:
                documents, portion = _claim(session, turn.claim, portion)
            if documents:
                claimed = True
                yield documents
        if not claimed:
            return


def newest() -> ColumnElement[Any]:
    """The day that counts for the bytes of grouped files: many councils date none, then when they last touched it."""
    return func.max(func.coalesce(File.date, func.date(File.modified)))


def give_back(turn: Turn, documents: list[Document]) -> None:
    """Let others read what was claimed and not begun, or not to its end."""
    mine = (Blob.sha256.in_([one.sha256 for one in documents]), Blob.claim == turn.claim)
    with turn.writing() as session:
        session.execute(update(Blob).where(*mine).values(claim=None, read_attempts=Blob.read_attempts - 1))


def _portion(session: Session, aside: AbstractSet[str]) -> list[str]:
    """Return documents that nobody reads: those never read before those that are read again, each newest first."""
    query = select(Blob.sha256).join(File, File.blob_sha256 == Blob.sha256)
    query = query.where(_is_owed(), _is_free(session), File.deleted.is_(False), Blob.sha256.not_in(list(aside)))
    first = case((Blob.read_state.is_(None), 0), else_=1)
    order = (first, newest().desc().nulls_last(), Blob.sha256)
    return list(session.scalars(query.group_by(Blob.sha256, Blob.read_state).order_by(*order).limit(PORTION)))


def _claim(session: Session, claim: str, portion: list[str]) -> tuple[list[Document], list[str]]:
    """Claim the first documents of a portion; returns them, and the rest of the portion."""
    part, rest = portion[:BATCH], portion[BATCH:]
    query = select(Blob.sha256, Blob.claim, Blob.read_attempts, Blob.read_state)
    wanted = (Blob.sha256.in_(part), _is_owed(), _is_free(session))
    rows = {row.sha256: row for row in session.execute(query.where(*wanted).with_for_update(skip_locked=True))}
    free = [rows[sha256] for sha256 in part if sha256 in rows]
    # Whoever had claimed these came to no end. Each alone: else one would take all with it again.
    left = [row for row in free if row.claim is not None]
    parked = [row for row in left if row.read_attempts >= TRIES]
    _park(session, parked)
    chosen = [row for row in left if row not in parked][:1] or [row for row in free if row.claim is None]
    taken = [row.sha256 for row in chosen]
    # What another version read begins anew, but for what that version itself came to no end with.
    anew = and_(Blob.claim.is_(None), Blob.read_state.is_not(None), Blob.reader_version != READER_VERSION)
    tried = case((anew, 1), else_=Blob.read_attempts + 1)
    session.execute(update(Blob).where(Blob.sha256.in_(taken)).values(claim=claim, read_attempts=tried))
    gone = {row.sha256 for row in parked} | set(taken)
    return _documents(session, chosen), [one for one in part if one in rows and one not in gone] + rest


def _documents(session: Session, rows: list[Any]) -> list[Document]:
    chosen = select(File.blob_sha256, File.mime_type, File.file_name, File.access_url).order_by(File.id.desc())
    files = session.execute(chosen.where(File.blob_sha256.in_([row.sha256 for row in rows]))).all()
    said = {file.blob_sha256: (file.mime_type or "", file.file_name or file.access_url or "") for file in files}
    return [Document(row.sha256, *said.get(row.sha256, ("", "")), row.read_state is not None) for row in rows]


def _park(session: Session, rows: list[Any]) -> None:
    """Leave documents alone until there is a better reader: the program ended each time that it read one of them."""
    never = [row.sha256 for row in rows if row.read_state is None]
    reason = f"The program ended {TRIES} times while it read this file; it is left alone."
    at = now()
    values = {"read_state": "crashed", "read_reason": reason, "read_at": at, "page_count": 0}
    session.execute(update(Blob).where(Blob.sha256.in_(never)).values(**values))
    unreadable.note(session, dict.fromkeys(never, reason), at)
    parked = Blob.sha256.in_([row.sha256 for row in rows])
    session.execute(update(Blob).where(parked).values(claim=None, reader_version=READER_VERSION))


def _is_owed() -> ColumnElement[bool]:
    """Whether a document is to be read: never read, by a worse reader, given up by chance, or left in the middle."""
    return and_(Blob.dropped_at.is_(None), or_(*_reasons()))


def _reasons() -> tuple[ColumnElement[bool], ...]:
    by_chance = and_(may_be_chance(), Blob.read_at < now() - A_DAY)
    return Blob.read_state.is_(None), Blob.claim.is_not(None), by_chance, is_outdated()


def may_be_owed() -> ColumnElement[bool]:
    """Whether a document that was read is read now, or to be read again, be it later."""
    return or_(Blob.claim.is_not(None), may_be_chance(), is_outdated())


def may_be_chance() -> ColumnElement[bool]:
    """Whether what became of a document may be the machine's fault: it is read again, but not for ever."""
    return and_(Blob.read_state.in_(BY_CHANCE), Blob.read_attempts.between(1, TRIES - 1))


def is_outdated() -> ColumnElement[bool]:
    """Whether a better reader is likely to read more in a document than was read."""
    found: list[ColumnElement[bool]] = [false()]
    for version, better in BETTER.items():
        older = [str(number) for number in range(1, version)]
        # Without nulls: whoever asks for the contrary must get the others.
        of = or_(Blob.read_state.in_(better.states), func.coalesce(Blob.media_type, "").in_(better.media_types))
        found.append(and_(Blob.reader_version.is_not(None), Blob.reader_version.in_(older), of))
    return or_(*found)


def _is_free(session: Session) -> ColumnElement[bool]:
    return or_(Blob.claim.is_(None), Blob.claim.not_in(leases.standing(session, NAME)))


def _is_referred_to() -> ColumnElement[bool]:
    return select(File.id).where(File.blob_sha256 == Blob.sha256, File.deleted.is_(False)).exists()
