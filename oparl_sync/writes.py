"""What one page makes the database do, and doing it: one statement for many rows wherever that can be."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, update
from sqlalchemy.orm import Session

from app import changes
from app.indexing import stale
from app.models import OPARL_TYPES, Link
from app.models.files import FETCHED, WAITING
from app.rows import among, insert_all
from app.shown import FILE_PARENTS
from app.vocabulary import PARENTS
from oparl_sync.known import chunks
from oparl_sync.parsed import Object

Row = dict[str, Any]
_LINK = Link.metadata.tables[Link.__tablename__]
# Columns of a File that say what became of its bytes here: its source has no say in them.
_OURS = {"fetch_state", "fetch_reason", "fetched_at", "attempts", "next_try", "blob_sha256", "etag", "last_modified"}


@dataclass(frozen=True, slots=True)
class Lines:
    """What all lines have in common that one page adds to the log."""

    source_id: int
    backfill: bool
    at: datetime

    def line(
        self,
        object_type: str,
        oparl_id: str,
        kind: str,
        fields: list[str] | None = None,
        content_hash: str | None = None,
        diff: dict[str, list[Any]] | None = None,
    ) -> Row:
        """Return one line of the log."""
        return {
            "object_type": object_type,
            "object_id": oparl_id,
            "source_id": self.source_id,
            "kind": kind,
            "fields": fields,
            "diff": diff,
            "content_hash": content_hash,
            "backfill": self.backfill,
            "at": self.at,
        }


@dataclass(slots=True)
class Writes:
    """Rows to write, by type."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    changed: dict[str, list[tuple[str, Row]]] = field(default_factory=dict)  # id until now, row
    gone: dict[str, dict[str, bool]] = field(default_factory=dict)  # id, and whether its tombstone stood alone
    unlink: list[str] = field(default_factory=list)  # ids whose references are written anew
    unback: list[str] = field(default_factory=list)  # files whose ways back are written anew
    links: list[Row] = field(default_factory=list)
    places: dict[str, list[Row]] = field(default_factory=dict)
    stands_alone: dict[str, list[Row]] = field(default_factory=dict)
    files: list[Row] = field(default_factory=list)  # whose bytes may be others now
    log: list[Row] = field(default_factory=list)

    def link(self, found: Object) -> None:
        """Write an object's references."""
        self.links += _rows(found.id, found.links)
        self.link_back(found)

    def link_back(self, found: Object) -> None:
        """Write to what an object belongs by its own word."""
        self.links += _rows(found.id, found.back)

    def renew(self, child: Object, known_as: str, *, second: bool, alone: bool) -> None:
        """Note what a holder that is written anew says of a child that is not: a second one has it later, when the
        first names it no more; to one that came alone it gives its place.
        """
        parent, position = PARENTS.get(child.type), child.values.get("position")
        if parent and second:
            self.links += _rows(str(child.holder), [(parent.children, position or 0, known_as)])
        elif parent and alone and position is not None:
            place = {"_id": known_as, "_position": position, "_parent": child.holder}
            self.places.setdefault(child.type, []).append(place)

    def hang(self, found: Object, *, only_alone: bool) -> None:
        """Give children their place, also those that did not come with their parent."""
        for child in found.children:
            if not (only_alone and child.embedded):
                place = {"_id": child.id, "_position": child.position, "_parent": found.id}
                self.places.setdefault(child.type, []).append(place)

    def alone(self, found: Object, known_as: str) -> None:
        """Note that an object has come in a list of its own: there it also says itself what it is a part of."""
        self.stands_alone.setdefault(found.type, []).append({"_id": known_as, "_raw": found.raw})

    def look_again(self, file: Object, oparl_id: str, since: datetime, at: datetime) -> None:
        """Note a file that says it was modified since: its bytes are asked for, if it was not done after that."""
        moment = file.values.get("modified")
        if moment is not None and since <= moment <= at:  # a stamp in the future would be followed for ever
            self.files.append({"_id": oparl_id, "_modified": moment})

    def carry_out(self, session: Session) -> None:
        """Write objects and the log."""
        for object_type, changed in self.changed.items():
            stale.note_others(session, object_type, [old_id for old_id, _ in changed])
        stale.note_others(session, "File", self.unback)
        for object_type, rows in self.new.items():
            blank = _blank(object_type)
            insert_all(session, table_of(object_type), [blank | row for row in rows])
        for object_type, changed in self.changed.items():
            table, blank = table_of(object_type), _blank_but_ours(object_type)
            alike: dict[frozenset[str], list[Row]] = {}
            for old_id, row in changed:
                alike.setdefault(frozenset(row), []).append({"_id": old_id, **blank, **row})
            for rows in alike.values():
                session.connection().execute(update(table).where(table.c.id == bindparam("_id")), rows)
        for object_type, alone in self.stands_alone.items():
            table = table_of(object_type)
            said = update(table).where(table.c.id == bindparam("_id")).values(embedded=False, raw=bindparam("_raw"))
            session.connection().execute(said, alone)
        if self.files:
            file = table_of("File").c
            old = (file.id == bindparam("_id"), file.fetch_state == FETCHED, file.fetched_at < bindparam("_modified"))
            due = update(table_of("File")).where(*old).values(fetch_state=WAITING, attempts=0, next_try=None)
            session.connection().execute(due, self.files)
        changes.append(session, self.log)

    def relink(self, session: Session, source_id: int) -> None:
        """Write references, and places of what this source brought."""
        for part in chunks(self.unlink):
            session.execute(delete(Link).where(among(session, Link.from_id, part)))
        for part in chunks(self.unback):
            session.execute(delete(Link).where(among(session, Link.from_id, part), Link.property.in_(FILE_PARENTS)))
        insert_all(session, _LINK, self.links)
        for object_type, places in self.places.items():
            table, parent = table_of(object_type), PARENTS[object_type].column
            theirs = or_(table.c[parent].is_(None), table.c[parent] == bindparam("_parent"))
            statement = update(table).where(table.c.id == bindparam("_id"), table.c.source_id == source_id, theirs)
            values = {"position": bindparam("_position"), parent: func.coalesce(table.c[parent], bindparam("_parent"))}
            session.connection().execute(statement.values(values), places)


def _rows(from_id: str, references: list[tuple[str, int, str]]) -> list[Row]:
    return [{"from_id": from_id, "property": n, "position": place, "to_id": to} for n, place, to in references]


def table_of(object_type: str) -> Table:
    """Return the table of an OParl type."""
    table = OPARL_TYPES[object_type].__table__
    if not isinstance(table, Table):
        raise TypeError(f"{object_type} is no plain table")
    return table


@cache
def _blank(object_type: str) -> Row:
    """Return a row of Nones: with all columns in every row, one statement serves the whole page."""
    blank: Row = dict.fromkeys(table_of(object_type).columns.keys())
    return blank | ({"fetch_state": WAITING, "attempts": 0} if object_type == "File" else {})


@cache
def _blank_but_ours(object_type: str) -> Row:
    """Return Nones for what an object may no longer have; its place among others only its parent changes."""
    kept = {"first_seen"} | (_OURS if object_type == "File" else set())
    if parent := PARENTS.get(object_type):
        kept |= {"position", parent.column}
    return {name: None for name in _blank(object_type) if name not in kept}
