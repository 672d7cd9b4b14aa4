"""The operator gives up a source: its records and what was noted about it go, and the log says so to its readers."""

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app import changes
from app.alerts.channels.registered import forget_owed
from app.alerts.mails.outbox import forget_records
from app.db import Writer, now
from app.models import (
    OPARL_TYPES,
    Address,
    Alias,
    Change,
    Erasure,
    Hidden,
    Link,
    ListCursor,
    Lookup,
    MapShape,
    PaperPlace,
    Place,
    PolicyDecision,
    Problem,
    PublicObject,
    PublicSource,
    SeenPage,
    Source,
    Street,
    SyncRun,
)
from app.models.changes import DELETED
from app.news.refreshing import forget_source
from oparl_sync import derived
from oparl_sync.known import chunks

NOTED = (
    Hidden,
    PolicyDecision,
    PublicSource,
    ListCursor,
    Lookup,
    Alias,
    Street,
    Address,
    MapShape,
    Place,
    SyncRun,
    Problem,
)


def held(engine: Engine, source_id: int) -> int:
    """Return how many records of a source are here."""
    with Session(engine) as session:
        counts = (
            select(func.count()).select_from(model).where(model.source_id == source_id, model.deleted.is_(False))
            for model in OPARL_TYPES.values()
        )
        return sum(session.scalar(count) or 0 for count in counts)


def remove(writing: Writer, source_id: int) -> None:
    """Remove a source in one transaction; the bytes of its files and its place in the index are the caller's."""
    with writing() as session:
        for object_type, model in OPARL_TYPES.items():
            mine = select(model.id, model.deleted).where(model.source_id == source_id)
            rows = list(session.execute(mine))
            _forget(session, [row.id for row in rows])
            session.execute(delete(model).where(model.source_id == source_id))
            changes.append(session, [_gone(object_type, row.id) for row in rows if not row.deleted])
        forget_source(session, source_id)
        cursors = select(ListCursor.id).where(ListCursor.source_id == source_id)
        session.execute(delete(SeenPage).where(SeenPage.cursor_id.in_(cursors)))
        places = select(Place.id).where(Place.source_id == source_id)
        session.execute(delete(PaperPlace).where(PaperPlace.place_id.in_(places)))
        _keep_out(session, source_id)
        for noted in NOTED:
            session.execute(delete(noted).where(noted.source_id == source_id))
        for told in (Change, PublicObject):
            session.execute(update(told).where(told.source_id == source_id).values(source_id=None))
        session.execute(delete(Source).where(Source.id == source_id))


def _keep_out(session: Session, source_id: int) -> None:
    """Let what is hidden of it never come back: nothing of it is here by which it could, and who asked was told so."""
    mine = (Hidden.source_id == source_id, Hidden.key.not_in(select(Erasure.key)))
    hidden = session.execute(select(Hidden.key, Hidden.object_type).where(*mine))
    session.add_all([Erasure(key=key, object_type=kind, at=now()) for key, kind in hidden])


def _forget(session: Session, ids: list[str]) -> None:
    forget_owed(session, ids)
    for part in chunks(ids):
        forget_records(session, part)
        session.execute(delete(Link).where(Link.from_id.in_(part)))
    changes.forget_wording(session, ids)
    derived.forget(session, ids)


def _gone(object_type: str, oparl_id: str) -> dict[str, object]:
    said = {"object_type": object_type, "object_id": oparl_id, "source_id": None, "kind": DELETED, "fields": None}
    return said | {"content_hash": None, "backfill": True, "at": now()}
