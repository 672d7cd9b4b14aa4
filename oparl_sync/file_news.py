"""What the log is told of the bytes and the text of files."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import changes
from app.models import Blob, Change, File
from app.models.changes import CREATED, UPDATED
from app.models.files import GONE
from oparl_sync.known import chunks


class Fetched(Protocol):
    """What became of fetching one file."""

    @property
    def state(self) -> str:
        """The file's new fetch_state."""

    @property
    def sha256(self) -> str | None:
        """Its bytes, where there are any."""


def text_changes(
    session: Session, blobs: Sequence[str], at: datetime, *, quiet: Container[str | None] = ()
) -> list[dict[str, Any]]:
    """Return the log's lines for the text that the files of these blobs have now; of `quiet` ones nobody is told.

    What a council had already published when it was added is no news: then the file's first text is backfill too.
    """
    chosen = (
        select(File.id, File.source_id, File.content_hash, File.blob_sha256)
        .where(File.deleted.is_(False))
        .order_by(File.id)
    )
    rows = [row for part in chunks(blobs) for row in session.execute(chosen.where(File.blob_sha256.in_(part))).all()]
    first = _first_texts_of_backfill(session, [row.id for row in rows])
    return [
        {
            "object_type": "File",
            "object_id": row.id,
            "source_id": row.source_id,
            "kind": UPDATED,
            "fields": ["text"],
            "content_hash": row.content_hash,
            "backfill": row.id in first or row.blob_sha256 in quiet,
            "at": at,
        }
        for row in rows
    ]


def _first_texts_of_backfill(session: Session, ids: Sequence[str]) -> set[str]:
    """Return the files that were there when their council was added, and whose text never came before."""
    log = select(Change.object_id, Change.kind, Change.fields, Change.backfill).where(Change.object_type == "File")
    found: set[str] = set()
    for part in chunks(ids):
        rows = session.execute(log.where(Change.object_id.in_(part)).order_by(Change.seq)).all()
        found |= {row.object_id for row in rows if row.kind == CREATED and row.backfill}
        found -= {row.object_id for row in rows if "text" in (row.fields or ())}
    return found


def log_texts(
    session: Session, outcomes: Mapping[str, Fetched], before: dict[str, str | None], source_id: int, at: datetime
) -> None:
    """Log the text that files lost, or have at once because their bytes were read before, for another file."""
    other = {k: outcome.sha256 for k, outcome in outcomes.items() if outcome.sha256 and outcome.sha256 != before[k]}
    chosen = select(Blob.sha256).where(Blob.sha256.in_(set(other.values())), Blob.read_state.in_(("ok", "partly")))
    read = list(session.scalars(chosen))
    log = [change for change in text_changes(session, read, at) if change["object_id"] in other]
    lost = [k for k, outcome in outcomes.items() if outcome.state == GONE and before[k]]
    for oparl_id, content_hash in session.execute(select(File.id, File.content_hash).where(File.id.in_(lost))):
        log.append(
            {
                "object_type": "File",
                "object_id": oparl_id,
                "source_id": source_id,
                "kind": UPDATED,
                "fields": ["text"],
                "content_hash": content_hash,
                "backfill": True,  # nothing to tell anybody about, but to take from the index
                "at": at,
            }
        )
    changes.append(session, log)


def log_replaced(
    session: Session, outcomes: Mapping[str, Fetched], before: dict[str, str | None], source_id: int, at: datetime
) -> None:
    """Log that other bytes lie at a file's address than were fetched there before."""
    replaced = {
        k: (old, new) for k, one in outcomes.items() if (old := before[k]) and (new := one.sha256) and old != new
    }
    wanted = select(Blob.sha256, Blob.size).where(Blob.sha256.in_({one for pair in replaced.values() for one in pair}))
    sizes = {row.sha256: row.size for row in session.execute(wanted)}
    chosen = select(File.id, File.content_hash).where(File.id.in_(replaced), File.deleted.is_(False))
    log = [
        {
            "object_type": "File",
            "object_id": oparl_id,
            "source_id": source_id,
            "kind": UPDATED,
            "fields": ["content"],
            "diff": {"sha256": list(replaced[oparl_id]), "size": [sizes.get(one) for one in replaced[oparl_id]]},
            "content_hash": content_hash,
            "backfill": False,
            "at": at,
        }
        for oparl_id, content_hash in session.execute(chosen)
    ]
    changes.append(session, log)
