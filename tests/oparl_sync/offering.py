"""Files that a council offers, and what becomes of them."""

from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.files import FileStore
from app.models import File
from oparl_sync import download
from oparl_sync.progress import Progress
from tests.oparl_sync.council import SERVER, Council, save, thing, url

QUIET = Progress(quiet=True)


def offer(engine: Engine, council: Council, number: int, answer: Any, **properties: Any) -> str:
    """Let a file be published that is old news, with what its server answers; returns its id."""
    address = f"{SERVER}/files/{number}"
    council.answers[address] = answer
    save(engine, [thing("File", number, **({"accessUrl": address} | properties))], "File", backfill=True)
    return url("File", number)


def fetch(engine: Engine, council: Council, store: FileStore) -> int:
    """Fetch all that is due; returns how many files came."""
    return download.missing(engine, council.source(engine).id, council.client(), store, QUIET)


def file_of(session: Session, number: int = 1) -> File:
    """Return a file as it stands now."""
    session.rollback()
    return session.scalars(select(File).where(File.id == url("File", number))).one()
