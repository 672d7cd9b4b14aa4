"""Objects to rows: idempotent, one transaction a page, and only what differs is written.

Whether anything changed is decided by the content hash, never by `modified`: servers lie about it both ways.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now
from app.models import OPARL_TYPES, Link, Source, key_of
from app.models.changes import CREATED, DELETED, UPDATED
from app.models.files import WAITING
from oparl_sync import parse, problems, withdraw
from oparl_sync.parse import VOLATILE, Object, Parsed
from oparl_sync.problems import Deviation
from oparl_sync.vocabulary import PARENTS

CHUNK = 400  # names in one IN (…); SQLite of Debian 12 allows 32,766, plans stay quick with few


@dataclass(slots=True)
class Counts:
    """What became of the objects of one page, or of many."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def add(self, other: "Counts") -> None:
        """Add another page's counts to these."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Known:
    """What is stored of an object already."""

    id: str
    source_id: int
    content_hash: str
    embedded_hash: str | None
    embedded: bool
    deleted: bool


@dataclass(slots=True)
class Writes:
    """What one page makes the database do."""

    new: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    relink: list[str] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    positions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)


class Store:
    """Writes the objects of one source; `body_id` is the council whose lists are being read."""

    def __init__(self, source: Source, body_id: str | None, *, backfill: bool) -> None:
        self.source_id = source.id
        self.host = urlsplit(source.url).netloc
        self.body_id = body_id
        self.backfill = backfill

    def save(self, session: Session, parsed: Parsed) -> Counts:
        """Bring the rows in line with a page; the caller's transaction holds objects, links, changes and problems."""
        counts, writes, at = Counts(quarantined=parsed.quarantined), Writes(), now()
        by_type: dict[str, dict[str, Object]] = {}
        for found in parsed.objects:
            mine = by_type.setdefault(found.type, {})
            key = key_of(found.id)
            # The last copy on a page wins, but one that is only embedded never over one that stands alone.
            if key not in mine or mine[key].embedded or not found.embedded:
                counts.unchanged += key in mine
                mine[key] = found
            else:
                counts.unchanged += 1
        for object_type, mine in by_type.items():
            known = _known(session, object_type, list(mine))
            raws = _raws(session, object_type, [k.id for key, k in known.items() if _differs(mine[key], k)])
            for key, found in mine.items():
                self._decide(found, key, known.get(key), raws, writes, counts, at)
        self._write(session, writes, counts, at)
        problems.record(session, self.source_id, [*parsed.deviations, *writes.deviations], at=at)
        return counts

    def _decide(
        self,
        found: Object,
        key: str,
        known: Known | None,
        raws: dict[str, dict[str, Any]],
        writes: Writes,
        counts: Counts,
        at: datetime,
    ) -> None:
        if known is None:
            self._create(found, key, writes, counts, at)
        elif known.source_id != self.source_id and not _same_object(found, known, self.host):
            detail = f"{found.id} belongs to another source and was not taken from this one"
            writes.deviations.append(Deviation(problems.FOREIGN_ID, found.id, detail, found.type))
            counts.quarantined += 1
        elif not _differs(found, known):
            counts.unchanged += 1
        elif found.deleted:
            writes.gone.setdefault(found.type, []).append(known.id)
        else:
            self._update(found, key, known, raws[known.id], writes, counts, at)

    def _create(self, found: Object, key: str, writes: Writes, counts: Counts, at: datetime) -> None:
        writes.new.setdefault(found.type, []).append(self._row(found, found.id, key, at) | {"first_seen": at})
        writes.links += _links(found, found.id)
        self._log(writes, found, found.id, DELETED if found.deleted else CREATED, None, at)
        if found.deleted:
            counts.deleted += 1
        else:
            counts.created += 1

    def _update(
        self,
        found: Object,
        key: str,
        known: Known,
        old: dict[str, Any],
        writes: Writes,
        counts: Counts,
        at: datetime,
    ) -> None:
        embedded_hash = found.content_hash if found.embedded else known.embedded_hash
        if found.embedded and not known.embedded and not known.deleted:
            found = _beside(found, old)
        row = self._row(found, known.id, key, at) | {"embedded_hash": embedded_hash}
        if found.content_hash == known.content_hash and not known.deleted:
            row = {"id": known.id, "embedded_hash": embedded_hash}  # nothing new: only remember this copy
            counts.unchanged += 1
        else:
            fields = ["deleted"] if known.deleted else _differences(old, found.raw)
            self._log(writes, found, known.id, UPDATED, fields, at)
            writes.relink.append(known.id)
            writes.links += _links(found, known.id)
            writes.positions.setdefault("", [])
            for child_type, child_id, position in found.children:
                writes.positions.setdefault(child_type, []).append({"_id": child_id, "_position": position})
            if found.type == "File" and not {
                "accessUrl",
                "size",
                "sha1Checksum",
                "sha512Checksum",
                "deleted",
            }.isdisjoint(fields):
                row |= {"fetch_state": WAITING, "attempts": 0, "next_try": None}
            counts.updated += 1
        writes.changed.setdefault(found.type, []).append(row)

    def _row(self, found: Object, oparl_id: str, key: str, at: datetime) -> dict[str, Any]:
        return {
            "body_id": self.body_id,
            **found.values,
            "id": oparl_id,
            "key": key,
            "source_id": self.source_id,
            "deleted": found.deleted,
            "embedded": found.embedded,
            "content_hash": found.content_hash,
            "embedded_hash": found.content_hash if found.embedded else None,
            "raw": found.raw,
            "withheld": sorted(found.withheld) or None,
            "changed_at": at,
        }

    def _log(
        self, writes: Writes, found: Object, oparl_id: str, kind: str, fields: list[str] | None, at: datetime
    ) -> None:
        writes.log.append(
            {
                "object_type": found.type,
                "object_id": oparl_id,
                "source_id": self.source_id,
                "kind": kind,
                "fields": fields,
                "content_hash": found.content_hash,
                "backfill": self.backfill,
                "at": at,
            }
        )

    def _write(self, session: Session, writes: Writes, counts: Counts, at: datetime) -> None:
        for object_type, rows in writes.new.items():
            table = OPARL_TYPES[object_type].__table__
            blank = _blank(object_type)
            session.execute(insert(table), [blank | row for row in rows])  # type: ignore[arg-type]  # a Table
        for object_type, rows in writes.changed.items():
            _update_rows(session, object_type, rows)
        for part in _chunks(writes.relink):
            session.execute(delete(Link).where(Link.from_id.in_(part)))
        if writes.links:
            session.execute(insert(Link), writes.links)
        for object_type, places in writes.positions.items():
            if places:
                table = OPARL_TYPES[object_type].__table__
                statement = update(table).where(table.c.id == bindparam("_id"))  # type: ignore[arg-type]
                session.connection().execute(statement.values(position=bindparam("_position")), places)
        changes.append(session, writes.log)
        for object_type, ids in writes.gone.items():
            counts.deleted += withdraw.withdraw(
                session, object_type, ids, source_id=self.source_id, backfill=self.backfill, at=at
            )


def _blank(object_type: str) -> dict[str, Any]:
    """Return a row of Nones: with all columns in every row, one statement serves the whole page."""
    table = OPARL_TYPES[object_type].__table__
    blank: dict[str, Any] = dict.fromkeys(table.columns.keys())
    return blank | ({"fetch_state": WAITING, "attempts": 0} if object_type == "File" else {})


def _update_rows(session: Session, object_type: str, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows by id; a column that an object no longer has becomes NULL, ours (fetching, positions) stay."""
    table = OPARL_TYPES[object_type].__table__
    kept = {"first_seen", "embedded_hash"} | _places(object_type) | (_OURS if object_type == "File" else set())
    blank = {name: None for name in table.columns.keys() if name not in kept}  # noqa: SIM118 - columns, not a dict
    for row in rows:
        full = row if set(row) == {"id", "embedded_hash"} else blank | row
        oparl_id = full["id"]
        changes_only = {k: v for k, v in full.items() if k != "id"}
        session.execute(update(table).where(table.c.id == oparl_id).values(**changes_only))  # type: ignore[arg-type]


_OURS = {"fetch_state", "fetch_reason", "fetched_at", "attempts", "next_try", "blob_sha256"}


def _known(session: Session, object_type: str, keys: list[str]) -> dict[str, Known]:
    table = OPARL_TYPES[object_type].__table__.c
    columns = (
        table.key,
        table.id,
        table.source_id,
        table.content_hash,
        table.embedded_hash,
        table.embedded,
        table.deleted,
    )
    return {
        row[0]: Known(*row[1:])
        for part in _chunks(keys)
        for row in session.execute(select(*columns).where(table.key.in_(part)))
    }


def _raws(session: Session, object_type: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    model = OPARL_TYPES[object_type]
    return {
        oparl_id: raw
        for part in _chunks(ids)
        for oparl_id, raw in session.execute(select(model.id, model.raw).where(model.id.in_(part)))
    }


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _beside(found: Object, old: dict[str, Any]) -> Object:
    """Return an embedded copy laid over the object itself: it may be sparser, and what it leaves out is not gone."""
    whole = parse.objects([old | found.raw], found.type, where=found.id).objects[0]
    whole.values |= {name: found.values[name] for name in _places(found.type) if name in found.values}
    whole.withheld, whole.children = found.withheld, found.children
    whole.seal()
    return whole


def _places(object_type: str) -> set[str]:
    """Return the columns that say where an object hangs; only its holder knows them for sure."""
    return {"position", PARENTS[object_type][0]} if object_type in PARENTS else set()


def _differs(found: Object, known: Known) -> bool:
    if found.deleted or known.deleted:
        return found.deleted != known.deleted
    if found.content_hash == known.content_hash:
        return False
    return not (found.embedded and found.content_hash == known.embedded_hash)


def _same_object(found: Object, known: Known, host: str) -> bool:
    # Two councils of one server are two sources that share its persons, organizations and the system itself.
    return urlsplit(found.id).netloc == urlsplit(known.id).netloc == host


def _differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return sorted(k for k in old.keys() | new.keys() if k not in VOLATILE and old.get(k) != new.get(k))


def _links(found: Object, oparl_id: str) -> list[dict[str, Any]]:
    return [
        {"from_id": oparl_id, "property": name, "position": position, "to_id": target}
        for name, position, target in found.links
    ]
