"""A record is hidden at once when somebody asks for it on good grounds: it goes from everywhere, and can come back.

For everybody it is as one that its council withdrew: the row is a tombstone, and page, lists, index, feeds, downloads
and mails follow the log. All that it said lies in `hidden` meanwhile; what its server sends of it is not taken. Bytes
and texts of its files stay, and nobody is shown them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Engine, Table, delete, insert, null, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import UtcDateTime, now, writing
from app.models import Blob, Change, File, Hidden, Link
from app.models.changes import UPDATED
from oparl_sync import erasures, todo, withdraw
from oparl_sync.erase import Extent, NotErasable, extent, hidden_of
from oparl_sync.known import chunks
from oparl_sync.writes import table_of

ALSO = "also"  # in `Hidden.kept`: further requests for which it is hidden


def hide(engine: Engine, named: str, base_url: str, takedown_id: int | None = None) -> Extent:
    """Hide the record with this id, key or address of ours, and all that belongs to it alone; in one transaction.

    What it holds in the index and elsewhere is the caller's. Raises NotErasable, also for what is withdrawn already.
    """
    at = now()
    with writing(engine) as session:
        erasures.alone(session)
        reached = extent(session, named, base_url)
        root = next(iter(reached))
        _join(session, reached, takedown_id)
        hidden = 0
        for object_type, ids in reached.ids.items():
            hidden += _hide_type(session, object_type, ids, root, reached.source_id, takedown_id, at)
        if not hidden and session.get(Hidden, root) is None:
            raise NotErasable(f"{root} is withdrawn already: there is nothing to hide")
    return reached


def _join(session: Session, reached: Extent, takedown_id: int | None) -> None:
    """Note on what is hidden already that this request asks for it too: it comes back when the last of them ends."""
    if takedown_id is None:
        return
    for one in hidden_of(session, reached):
        also = one.kept.get(ALSO, [])
        if one.takedown_id != takedown_id and takedown_id not in also:
            one.kept = one.kept | {ALSO: [*also, takedown_id]}
    session.flush()


def _hide_type(
    session: Session, object_type: str, ids: Sequence[str], root: str, source_id: int, ticket: int | None, at: datetime
) -> int:
    table = table_of(object_type)
    columns = select(table).where(table.c.deleted.is_(False))
    found = [row for part in chunks(ids) for row in session.execute(columns.where(table.c.id.in_(part))).mappings()]
    theirs = [row["id"] for row in found]
    links, diffs = _links(session, theirs), _diffs(session, theirs)
    rows = [
        {
            "object_id": row["id"],
            "key": row["key"],
            "object_type": object_type,
            "root_id": root,
            "source_id": source_id,
            "takedown_id": ticket,
            "at": at,
            "kept": {"row": dict(row), "links": links.get(row["id"], []), "diffs": diffs.get(row["id"], [])},
        }
        for row in found
    ]
    if rows:
        withdraw.bury(
            session, object_type, theirs, source_id=source_id, backfill=True, at=at, kind=UPDATED, fields=["public"]
        )
        session.execute(insert(Hidden), rows)
    if object_type == "File":
        for row in found:  # whoever clears up spares what a row names
            session.execute(update(File).where(File.id == row["id"]).values(blob_sha256=row["blob_sha256"]))
    return len(rows)


def _links(session: Session, ids: Sequence[str]) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    columns = select(Link.from_id, Link.property, Link.position, Link.to_id)
    for part in chunks(ids):
        for from_id, *link in session.execute(columns.where(Link.from_id.in_(part))):
            found.setdefault(from_id, []).append(link)
    return found


def _diffs(session: Session, ids: Sequence[str]) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    for part in chunks(ids):
        names = changes.names_of(session, part)
        columns = select(Change.object_id, Change.seq, Change.diff).where(Change.diff.is_not(None))
        for name, seq, diff in session.execute(columns.where(Change.object_id.in_(list(names)))):
            found.setdefault(names[str(name)], []).append([seq, diff])
    return found


def show_again(engine: Engine, takedown_id: int) -> int:
    """Bring back what was hidden for a request, unless another one keeps it hidden; returns how many records."""
    with writing(engine) as session:
        erasures.alone(session)
        free = []
        for one in list(session.scalars(select(Hidden).order_by(Hidden.object_id))):
            others = [number for number in one.kept.get(ALSO, []) if number != takedown_id]
            if one.takedown_id != takedown_id:
                if others != one.kept.get(ALSO, []):
                    one.kept = one.kept | {ALSO: others}
            elif others:
                one.takedown_id, one.kept = others[0], one.kept | {ALSO: others[1:]}
            else:
                free.append(one)
        _restore(session, free, now())
        return len(free)


def _restore(session: Session, hidden: Sequence[Hidden], at: datetime) -> None:
    log = []
    for one in hidden:
        table = table_of(one.object_type)
        row = _typed(table, one.kept["row"]) | {"changed_at": at}
        session.execute(update(table).where(table.c.id == one.object_id).values(row))
        links = [
            {"from_id": one.object_id, "property": name, "position": position, "to_id": to}
            for name, position, to in one.kept["links"]
        ]
        session.execute(delete(Link).where(Link.from_id == one.object_id))
        if links:
            session.execute(insert(Link), links)
        for seq, diff in one.kept["diffs"]:
            session.execute(update(Change).where(Change.seq == seq, Change.object_id.is_not(None)).values(diff=diff))
        if one.object_type == "File":  # what minutes and streets say is found once more
            session.execute(update(Blob).where(Blob.sha256 == row["blob_sha256"]).values(facts_version=null()))
        log.append(_line(one, at))
        if not row["embedded"]:  # it may have been changed or withdrawn meanwhile
            todo.note(session, one.source_id, todo.UNLISTED, [(one.object_type, one.object_id)], again=True)
    for part in chunks([one.object_id for one in hidden]):
        session.execute(delete(Hidden).where(Hidden.object_id.in_(part)))
    changes.append(session, log)


def _line(one: Hidden, at: datetime) -> dict[str, Any]:
    return {
        "object_type": one.object_type,
        "object_id": one.object_id,
        "source_id": one.source_id,
        "kind": UPDATED,
        "fields": None,
        "diff": None,
        "content_hash": one.kept["row"]["content_hash"],
        "backfill": True,  # news to nobody
        "at": at,
    }


def _typed(table: Table, kept: dict[str, Any]) -> dict[str, Any]:
    """Return what a row said, as its columns take it; JSON knows no moments and no days."""
    row: dict[str, Any] = {}
    for column in table.columns:
        value = kept.get(column.name)
        if isinstance(value, str) and isinstance(column.type, UtcDateTime):
            value = datetime.fromisoformat(value)
        elif isinstance(value, str) and isinstance(column.type, Date):
            value = date.fromisoformat(value)
        if column.name in kept:
            row[column.name] = value
    return row
