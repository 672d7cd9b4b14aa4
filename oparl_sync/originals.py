"""Where originals are not kept: what was read is given up, and fetched again where a better reader may read more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, not_, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents.picture import BadPicture
from app.documents.preview_cache import DRAWN, PAGE, Previews, PreviewsBusy
from app.files import FileMissing, FileStore, StoreFull
from app.models import Blob, File, Page
from app.models.files import PAGE_WAITS
from oparl_sync import due_documents, due_files

BATCH = 25  # documents; a kill makes at most these be looked at again
PICTURES = 100  # pages of a document that are drawn before it goes
UNDRAWN = timedelta(days=7)  # after which a page that could not be drawn is believed to be none
AGAIN = 50  # documents a pass that are fetched again for a better reader


def tidy(engine: Engine, store: FileStore, settings: Settings) -> None:
    """Give up what is not to be kept, if anything is not, and ask for what is to be read anew. Raises StoreDown."""
    if not settings.keep_originals:
        give_up(engine, store, settings)
        ask_again(engine)


def give_up(engine: Engine, store: FileStore, settings: Settings) -> int:
    """Give up the bytes of all documents that were read to their end; text, hash and pictures stay. Returns how many.

    Raises StoreDown.
    """
    given, after = 0, ""
    previews = Previews(settings)
    try:
        while True:
            with Session(engine) as session:
                wanted = select(Blob).where(*_is_done(), Blob.sha256 > after).order_by(Blob.sha256)
                batch = session.scalars(wanted.limit(BATCH)).all()
            if not batch:
                return given
            after = batch[-1].sha256
            given += _drop(engine, store, [blob.sha256 for blob in batch if _is_drawn(previews, store, blob)])
    finally:
        previews.close()


def ask_again(engine: Engine) -> None:
    """Have some documents fetched whole again that a better reader may read better, and whose bytes were given up."""
    chosen = select(File.id).join(Blob, Blob.sha256 == File.blob_sha256)
    chosen = chosen.where(Blob.dropped_at.is_not(None), due_documents.is_outdated(), File.next_try.is_(None))
    with Session(engine) as session:
        newest = File.date.desc().nulls_last()
        ids = session.scalars(chosen.where(File.deleted.is_(False)).order_by(newest, File.id).limit(AGAIN)).all()
    if ids:
        with writing(engine) as session:
            whole = {"etag": None, "last_modified": None, "next_try": now()}
            session.execute(update(File).where(File.id.in_(ids)).values(**whole))


def _is_done() -> tuple[Any, ...]:
    """Whether nothing is left to be read in bytes that are here, be it by a recogniser that is installed later."""
    waits = select(Page.sha256).where(PAGE_WAITS)
    read = (Blob.read_state.is_not(None), not_(due_documents.may_be_owed()), Blob.sha256.not_in(waits))
    return (*read, Blob.dropped_at.is_(None))


def _is_drawn(previews: Previews, store: FileStore, blob: Blob) -> bool:
    """Draw what is to stay of a document; returns whether all is there that can be, so that its bytes may go."""
    if blob.media_type not in DRAWN:
        return True
    tried_enough = blob.read_at is not None and blob.read_at < now() - UNDRAWN
    done = True
    for number in range(1, min(blob.page_count or 0, PICTURES) + 1):
        try:
            previews.picture(blob.sha256, number, PAGE, blob.media_type, lambda: store.path(blob.sha256))
        except BadPicture:  # it may have been the machine: tried again each day
            done = done and tried_enough
        except (FileMissing, FileNotFoundError):
            return True  # a kill came between bytes and row
        except (PreviewsBusy, StoreFull, OSError):
            return False
    return done


def _drop(engine: Engine, store: FileStore, sha256s: list[str]) -> int:
    with Session(engine) as session:
        found = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(sha256s), *_is_done())).all()
    for sha256 in found:
        store.delete(sha256)  # before the row says so: after a kill in between it is deleted once more
    with writing(engine) as session:
        # Whoever notes that the same bytes came again, or claims them, locks their row too.
        rows = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(found)).with_for_update()).all()
        done = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(rows), *_is_done())).all()
        session.execute(update(Blob).where(Blob.sha256.in_(done)).values(dropped_at=now()))
        due_files.lost(session, [sha256 for sha256 in rows if sha256 not in done])  # wanted once more meanwhile
    return len(done)
