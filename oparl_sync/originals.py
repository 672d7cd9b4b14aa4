"""Where originals are not kept: what was read is given up, and fetched again where a better reader may read more.

Pictures and words of its pages stay, in an album that lies in the same store: all machines have them, and nothing but
the end of its document removes them.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import Engine, not_, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import album
from app.documents.picture import MAX_BYTES, BadPicture
from app.documents.preview_cache import DRAWN, PAGE, Previews, PreviewsBusy, PreviewsLate
from app.files import FileMissing, FileStore, StoreFull
from app.models import Blob, File, Page
from app.models.files import PAGE_WAITS
from oparl_sync import due_documents, due_files

BATCH = 25  # documents; a kill makes at most these be looked at again
PIECE = 1024 * 1024
UNDRAWN = timedelta(days=7)  # after which a page that could not be drawn, or not in time, is believed to be none
AGAIN = 50  # documents a pass that are fetched again for a better reader


def tidy(engine: Engine, store: FileStore, settings: Settings) -> None:
    """Give up what is not to be kept, if anything is not, and ask for what is to be read anew. Raises StoreDown."""
    if not settings.keep_originals:
        give_up(engine, store, settings)
        ask_again(engine)


def give_up(engine: Engine, store: FileStore, settings: Settings) -> int:
    """Give up the bytes of all documents that were read to their end; text, hash, pictures stay. Returns how many.

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
            done = _drop(engine, store, [blob.sha256 for blob in batch if _is_kept(engine, store, previews, blob)])
            previews.forget(done)  # they lie in the store now: here they would push out others
            given += len(done)
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
    """Whether nothing is left to be read in a file's bytes that are here, be it by a recogniser installed later."""
    waits = select(Page.sha256).where(PAGE_WAITS)
    read = (Blob.read_state.is_not(None), not_(due_documents.may_be_owed()), Blob.sha256.not_in(waits))
    return (*read, Blob.dropped_at.is_(None), select(File.id).where(File.blob_sha256 == Blob.sha256).exists())


def _is_kept(engine: Engine, store: FileStore, previews: Previews, blob: Blob) -> bool:
    """Keep pictures and words of a document; returns whether all is there that can be, so that its bytes may go."""
    if blob.media_type not in DRAWN:
        return True
    store.scratch.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=store.scratch) as file:
            if album.write(file, blob.sha256, _pages(previews, store, blob)):
                _keep(engine, store, blob, file)
    except (FileMissing, FileNotFoundError):  # a kill came between bytes and row, or the disk is not the one it was
        return blob.previews_sha256 is not None and store.exists(blob.previews_sha256)
    except (BadPicture, PreviewsLate):
        with writing(engine) as session:
            first = (Blob.sha256 == blob.sha256, Blob.undrawn_since.is_(None))
            session.execute(update(Blob).where(*first).values(undrawn_since=now()))
        return False
    except (PreviewsBusy, StoreFull, OSError):  # that says nothing of the page
        return False
    return True


def _pages(previews: Previews, store: FileStore, blob: Blob) -> Iterator[album.Drawn]:
    """Draw the pages of a document; raises what keeps one from being drawn, if it may be drawn another day."""
    tried_enough = blob.undrawn_since is not None and blob.undrawn_since < now() - UNDRAWN
    media_type, path = blob.media_type or "", lambda: store.path(blob.sha256)
    for number in range(1, min(blob.page_count or 0, album.PAGES) + 1):
        try:
            picture = previews.picture(blob.sha256, number, PAGE, media_type, path)
        except (BadPicture, PreviewsLate):  # it may have been the machine
            if not tried_enough:
                raise
            continue
        try:
            words = previews.words(blob.sha256, number, media_type, path)
        except (BadPicture, PreviewsLate):
            if not tried_enough:
                raise
            words = ()
        yield number, picture, words


def _keep(engine: Engine, store: FileStore, blob: Blob, file: BinaryIO) -> None:
    """Store a document's album, in place of an older one."""
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    sha256 = digest.hexdigest()
    if blob.previews_sha256 not in (None, sha256):
        store.delete(blob.previews_sha256)
    mine = Blob.sha256 == blob.sha256
    with writing(engine) as session:  # before it is stored: no kill may leave an album that nobody knows
        session.execute(update(Blob).where(mine).values(previews_sha256=sha256))
    store.put(_pieces(file), 2 * MAX_BYTES * (album.PAGES + 1))
    with Session(engine) as session:
        is_held = session.scalar(select(Blob.sha256).where(mine, *_is_done()))
    if not is_held:  # erased while it was drawn
        store.delete(sha256)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(partial(file.read, PIECE), b"")


def _drop(engine: Engine, store: FileStore, sha256s: list[str]) -> list[str]:
    with Session(engine) as session:
        found = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(sha256s), *_is_done())).all()
    for sha256 in found:
        store.delete(sha256)  # before the row says so: after a kill in between it is deleted once more
    with writing(engine) as session:
        # Whoever notes that the same bytes came again, or claims them, locks their row too.
        rows = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(found)).with_for_update()).all()
        done = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(rows), *_is_done())).all()
        session.execute(update(Blob).where(Blob.sha256.in_(done)).values(dropped_at=now(), undrawn_since=None))
        due_files.lost(session, [sha256 for sha256 in rows if sha256 not in done])  # wanted once more meanwhile
    return list(done)
