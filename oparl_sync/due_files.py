"""Which files are asked for, and in which turn."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, or_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.db import now, writing
from app.models import Blob, File
from app.models.files import FAILED, FETCHED, GONE, WAITING

PORTION = 1000  # files whose ids are held at a time
COMMIT_EVERY = 25  # files; a kill makes at most these be fetched again
RECHECK_AFTER = timedelta(days=30)
RECHECKS = 50  # files a pass: at a request a second they take less than a minute


def owed(source_id: int | InstrumentedAttribute[int]) -> Any:
    """Return the query for the files of a source that are owed and due."""
    chosen = (File.id, File.access_url, File.download_url, File.attempts, File.blob_sha256, File.fetch_state)
    told = (File.etag, File.last_modified, File.mime_type, File.file_name)
    return select(*chosen, *told, File.size, File.sha1_checksum, File.sha512_checksum).where(
        File.source_id == source_id,
        File.deleted.is_(False),
        # All states by name: that lets an index answer.
        or_(
            and_(File.fetch_state.in_((WAITING, GONE)), File.next_try.is_(None)),
            and_(File.fetch_state.in_((WAITING, FETCHED, GONE, FAILED)), File.next_try <= now()),
        ),
    )


def batches(engine: Engine, due: Any) -> Iterator[Any]:
    """Yield the files that are due, the least tried first: some that always fail keep no other from its turn."""
    order, after = (File.attempts, File.id), (-1, "")
    while True:
        with Session(engine) as session:
            portion = due.with_only_columns(*order).where(tuple_(*order) > after).order_by(*order).limit(PORTION)
            found = session.execute(portion).all()
        if not found:
            return
        after = tuple(found[-1])
        ids = [row.id for row in found]
        for start in range(0, len(ids), COMMIT_EVERY):
            part = due.where(File.id.in_(ids[start : start + COMMIT_EVERY])).order_by(*order)
            with Session(engine) as session:  # only now: what was withdrawn meanwhile is not asked for
                batch = session.execute(part).all()
            yield batch


def again(engine: Engine, source_id: int) -> None:
    """Make all files of a source due at once: what could not be fetched, and of what is here only news."""
    mine = (File.source_id == source_id, File.deleted.is_(False))
    tried = or_(File.fetch_state == FAILED, File.attempts != 0, File.next_try.is_not(None))
    failed = (*mine, File.fetch_state.in_((FAILED, WAITING)), tried)
    other = (*mine, or_(File.fetch_state == GONE, and_(File.fetch_state == FETCHED, _is_validated())))
    with writing(engine) as session:
        session.execute(update(File).where(*failed).values(fetch_state=WAITING, attempts=0, next_try=None))
        session.execute(update(File).where(*other).values(next_try=now()))


def recheck(engine: Engine, source_id: int) -> None:
    """Make a few files due that were fetched long ago, the newest first: not every council tells what it replaced."""
    long_ago = (File.fetched_at < now() - RECHECK_AFTER, File.next_try.is_(None), File.deleted.is_(False))
    mine = select(File.id).where(File.source_id == source_id, File.fetch_state == FETCHED, *long_ago, _is_validated())
    with Session(engine) as session:
        ids = session.scalars(mine.order_by(File.date.desc().nulls_last(), File.id).limit(RECHECKS)).all()
    if ids:
        with writing(engine) as session:
            session.execute(update(File).where(File.id.in_(ids)).values(next_try=now()))


def lost(session: Session, sha256s: Sequence[str]) -> None:
    """Have these bytes fetched whole again, since they are not in the store; what was read in them stays."""
    session.execute(update(Blob).where(Blob.sha256.in_(sha256s)).values(dropped_at=now()))
    whole = {"etag": None, "last_modified": None, "next_try": now()}
    session.execute(update(File).where(File.blob_sha256.in_(sha256s), File.deleted.is_(False)).values(**whole))


def _is_validated() -> ColumnElement[bool]:
    """Whether its server can be asked for news only, by what it said of the bytes that are here."""
    return or_(File.etag.is_not(None), File.last_modified.is_not(None))
