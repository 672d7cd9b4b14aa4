"""Documents that are not as the records' texts say any more, though no record changed: told by who reads the texts;
and what the figures have to count again, where the log no longer says of what a record was a part."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.indexing.affected import NAMING, Ids, behind
from app.indexing.lookups import AT_ONCE, chunks
from app.models import Blob, Change, File, StaleDocument, TallyStale
from app.rows import insert_all

_TABLE = StaleDocument.metadata.tables[StaleDocument.__tablename__]
_TALLIES = TallyStale.metadata.tables[TallyStale.__tablename__]
# Of these the figures count what they are a part of.
_COUNTED_IN = {"Consultation": "Paper", "AgendaItem": "Paper"}


def note(session: Session, object_type: str, ids: Collection[str]) -> None:
    """Have the documents of these records, and of those that quote them, written again with the next pass."""
    _insert(session, behind(session, {object_type: set(ids)}))


def note_others(session: Session, object_type: str, ids: Collection[str]) -> None:
    """Have those written, and counted, again that quote these records, before these change: afterwards nobody knows
    which they were.

    The records themselves, and those that quote them then, are told by the log.
    """
    if ids and object_type in NAMING:
        found = behind(session, {object_type: set(ids)})
        _insert(session, {name: others.difference(ids) for name, others in found.items()})
        if name := _COUNTED_IN.get(object_type):
            rows = [{"object_type": name, "object_id": one} for one in sorted(found.get(name, ()))]
            insert_all(session, _TALLIES, rows)


def _insert(session: Session, stale: Ids) -> None:
    rows = [{"object_type": name, "object_id": one} for name, ids in stale.items() for one in sorted(ids)]
    insert_all(session, _TABLE, rows)


def noted(session: Session) -> list[int]:
    """Return the places of all that is noted by now, in order."""
    return list(session.scalars(select(StaleDocument.seq).order_by(StaleDocument.seq)))


def told(session: Session, places: Sequence[int]) -> Ids:
    """Return what is noted at some places, ids by type."""
    found: Ids = {}
    for row in session.scalars(select(StaleDocument).where(StaleDocument.seq.in_(places))):
        found.setdefault(row.object_type, set()).add(row.object_id)
    return found


def done(session: Session, places: Sequence[int]) -> None:
    """Forget what was noted at these places: it is written.

    Place by place, because PostgreSQL may show a lower one later than a higher one.
    """
    for part in chunks(places, AT_ONCE):
        session.execute(delete(StaleDocument).where(StaleDocument.seq.in_(part)))


def settled(session: Session, behind_seq: int, until: int, since: datetime) -> int:
    """Return up to which change, at most `until`, documents of files say which streets their texts name.

    Those are looked for after a text is indexed. For what came before `since` nobody waits any longer.
    """
    waits = and_(Blob.facts_version.is_(None), Blob.read_state.is_not(None))
    unwritten = select(StaleDocument.object_id).where(StaleDocument.object_type == "File")
    first = (
        select(func.min(Change.seq))
        .join(File, File.id == Change.object_id)
        .join(Blob, Blob.sha256 == File.blob_sha256)
        .where(Change.seq > behind_seq, Change.seq <= until, Change.object_type == "File", Change.at > since)
        .where(~Change.backfill, or_(waits, File.id.in_(unwritten)))
    )
    found = session.scalar(first)
    return until if found is None else found - 1
