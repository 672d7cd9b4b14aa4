"""What is referred to and in no list: most servers have such objects, and answer for them by their own address.

The log tells which objects are new or changed; what they refer to and is not here goes on the to-do list, once. What
is not there either is not asked for again for a month.
"""

from collections.abc import Iterable
from itertools import chain

from sqlalchemy import ColumnElement, SQLColumnExpression, Table, select
from sqlalchemy.orm import Session

from app import changes
from app.models import OPARL_TYPES, Change, Link, Lookup, key_of
from app.models.changes import CREATED, UPDATED
from app.rows import among, by_index
from app.vocabulary import PROPERTIES, Kind
from oparl_sync import sparse, todo
from oparl_sync.client import host_of
from oparl_sync.known import chunks
from oparl_sync.work import Work
from oparl_sync.writes import table_of

BATCH = 5_000  # lines of the log
_BY_LINK = frozenset({Kind.LINKS, Kind.PART, Kind.PARTS})


def note(work: Work) -> None:
    """Put on the to-do list what the source's new and changed objects refer to and nobody has brought."""
    consumer = f"references:{work.source.id}"
    with work.writing() as session:
        sparse.suspect(session, work.source.id)
        read, end = changes.position(session, consumer), changes.last_seq(session)
    while read < end:
        with work.writing() as session:
            by_index(session)
            mine = (Change.source_id == work.source.id, Change.kind.in_((CREATED, UPDATED)))
            lines = select(Change.object_type, Change.object_id, Change.seq).where(Change.seq > read, Change.seq <= end)
            batch = session.execute(lines.where(*mine).order_by(Change.seq).limit(BATCH)).all()
            by_type: dict[str, list[str]] = {}
            for object_type, oparl_id, _ in batch:
                by_type.setdefault(object_type, []).append(oparl_id)
            sparse.renew(session, work.source.id, by_type.get("Meeting", ()))
            _note_missing(work, session, by_type)
            read = batch[-1].seq if len(batch) == BATCH else end
            changes.advance(session, consumer, read)
    with work.writing() as session:
        sparse.renew(session, work.source.id, ())


def _note_missing(work: Work, session: Session, by_type: dict[str, list[str]]) -> None:
    home = host_of(work.client.where(work.source.url))
    wanted: dict[str, set[str]] = {}
    for object_type, ids in by_type.items():
        for other, target in chain(_by_column(session, object_type, ids), _by_link(session, object_type, ids)):
            wanted.setdefault(other, set()).add(target)
    for object_type, targets in wanted.items():
        mine = [one for one in targets if host_of(work.client.where(one)) == home]
        missing = _absent(session, object_type, mine)
        waiting = (Lookup.source_id == work.source.id, Lookup.object_id)
        there = {
            one
            for part in chunks(missing)
            for one in session.scalars(select(waiting[1]).where(waiting[0], waiting[1].in_(part)))
        }
        todo.note(session, work.source.id, todo.REFERENCE, [(object_type, k) for k in missing if k not in there])


def _by_column(session: Session, object_type: str, ids: list[str]) -> Iterable[tuple[str, str]]:
    """Yield what columns refer to and is not here under that very id."""
    table: Table = table_of(object_type)
    for prop in PROPERTIES[object_type].values():
        if prop.kind is Kind.LINK and prop.type:
            column = table.c[prop.column]
            chosen = select(column).where(column.is_not(None), _is_unknown(prop.type, column)).distinct()
            yield from ((prop.type, one) for one in session.scalars(chosen.where(among(session, table.c.id, ids))))


def _by_link(session: Session, object_type: str, ids: list[str]) -> Iterable[tuple[str, str]]:
    """Yield what links refer to and is not here under that very id."""
    names: dict[str, list[str]] = {}
    for name, prop in PROPERTIES[object_type].items():
        if prop.kind in _BY_LINK:
            names.setdefault(prop.type, []).append(name)
    for other, properties in names.items():
        chosen = select(Link.to_id).where(Link.property.in_(properties), _is_unknown(other, Link.to_id)).distinct()
        yield from ((other, one) for one in session.scalars(chosen.where(among(session, Link.from_id, ids))))


def _is_unknown(object_type: str, column: SQLColumnExpression[str]) -> ColumnElement[bool]:
    target = table_of(object_type).alias()
    return ~select(target.c.id).where(target.c.id == column).exists()


def _absent(session: Session, object_type: str, targets: list[str]) -> list[str]:
    """Return those that are not here with another scheme or case of the host either."""
    model = OPARL_TYPES[object_type]
    by_key = {key_of(one): one for one in sorted(targets)}
    there = {
        key for part in chunks(list(by_key)) for key in session.scalars(select(model.key).where(model.key.in_(part)))
    }
    return [one for key, one in by_key.items() if key not in there]
