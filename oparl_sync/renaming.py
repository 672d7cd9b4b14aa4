"""A server's ids under their new names: all that is stored of one source, in the caller's one transaction.

Nothing is fetched, created or taken back: rows, links, problems, the to-do list, what alerts know and what had to be
erased get the new ids; an Alias leads from each old one to its record. The log keeps the old names of what happened
(`changes.names_of` knows both) and is told of the new ones quietly, so that index and exports follow.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from app import changes
from app.db import now
from app.models import (
    OPARL_TYPES,
    Alias,
    Change,
    Consultation,
    Erasure,
    Hidden,
    Link,
    Lookup,
    News,
    Problem,
    QualitySnapshot,
    Source,
    key_of,
)
from app.models.changes import DELETED, ERASED, UPDATED
from app.news.renaming import rename_news, rename_notices, rename_targets
from app.vocabulary import PARENTS
from oparl_sync import quirks
from oparl_sync.known import chunks
from oparl_sync.parsed import Object
from oparl_sync.rules import CannotMove, Rule
from oparl_sync.writes import table_of

RENAMED = "id"  # what the log says has changed
_OWN = frozenset({"id", "key", "content_hash", "raw"})
_REUSED = re.compile(r"#[0-9a-f]{12}$")


@dataclass(slots=True)
class Moved:
    """What became of the objects of a source: `joined` ones were there under the new id already."""

    renamed: int = 0
    joined: int = 0
    left: int = 0


@dataclass
class Renaming:
    """One source's ids and their new names."""

    session: Session
    source: Source
    rules: Sequence[Rule]
    at: datetime = field(default_factory=now)
    moved: Moved = field(default_factory=Moved)

    def __post_init__(self) -> None:
        """Put the closest rule first, and find the ids that are made from what they refer to."""
        self.rules = sorted(self.rules, key=lambda rule: len(rule.before), reverse=True)
        self.made: dict[str, str] = {}
        one = Consultation
        reused = select(one.id, one.agenda_item_id, one.meeting_id, one.role, one.paper_id).where(one.id.contains("#"))
        for oparl_id, *stated in self.session.execute(reused.where(*self._mine(one))):
            if _REUSED.search(oparl_id):
                names = ("agendaItem", "meeting", "role", "paper")
                self.made[oparl_id] = self._remade(oparl_id, dict(zip(names, stated, strict=True)))

    def new(self, url: str) -> str:
        """Return the new name of an id, or of any other address on the server; itself where it keeps it."""
        if not url.startswith(("https://", "http://")):
            return url
        if (made := self.made.get(url)) is not None:
            return made
        return next((found for rule in self.rules if (found := rule(url))), url)

    def carry_out(self) -> Moved:
        """Rename all; raises CannotMove."""
        for object_type in OPARL_TYPES:
            self._rename_type(object_type)
        rename_news(self.session, self.new, News.source_id == self.source.id)
        self._rename_slots(Problem, Problem.about, lambda row: (row.kind,))
        self._rename_slots(Lookup, Lookup.object_id, lambda _: ())
        self._rename_erased()
        self._rename_hidden()
        self.session.execute(
            update(Source)
            .where(Source.id == self.source.id, Source.pinned_body.is_not(None))
            .values(pinned_body=self.new(self.source.pinned_body or ""))
        )
        return self.moved

    def _mine(self, model: Any) -> tuple[ColumnElement[bool], ...]:
        return (model.source_id == self.source.id,)

    def _remade(self, oparl_id: str, stated: dict[str, Any]) -> str:
        """Return the id of a further consultation under one id: made from what it refers to, which moves too."""
        base = oparl_id.rpartition("#")[0]
        for name, said in stated.items():
            if quirks.consultation_id_reused(base, {name: said}) == oparl_id:
                return quirks.consultation_id_reused(self.new(base), {name: self._renamed(said)})
        return self.new(base) + oparl_id[len(base) :]

    def _renamed(self, value: Any) -> Any:
        """Return any JSON with the addresses in it renamed."""
        if isinstance(value, str):
            return self.new(value)
        if isinstance(value, list):
            return [self._renamed(item) for item in value]
        if isinstance(value, dict):
            return {name: self._renamed(item) for name, item in value.items()}
        return value

    def _rename_type(self, object_type: str) -> None:
        model = OPARL_TYPES[object_type]
        every = list(self.session.scalars(select(model.id).where(*self._mine(model)).order_by(model.id)))
        names = {old: self.new(old) for old in every}
        renamed = [new for old, new in names.items() if old != new]
        self.moved.left += len(names) - len(renamed)
        if len(set(renamed)) < len(renamed):
            raise CannotMove(f"the rules give several objects of type {object_type} the same new id")
        if circle := [new for new in renamed if names.get(new, new) != new]:
            raise CannotMove(f"the rules lead in a circle: {circle[0]} is an old and a new id")
        for part in chunks(every):
            self._rename_rows(object_type, {old: names[old] for old in part})

    def _rename_rows(self, object_type: str, names: dict[str, str]) -> None:
        session, table = self.session, table_of(object_type)
        pairs = {old: new for old, new in names.items() if old != new}
        joined = self._there_already(table, pairs)
        rows = [dict(row) for row in session.execute(select(table).where(table.c.id.in_(names))).mappings()]
        written, log = [], list[dict[str, Any]]()
        for row in rows:
            old, found = row["id"], self._row(object_type, row)
            if old in pairs and not row["deleted"]:
                log.append(self._entry(object_type, old, DELETED, row["content_hash"]))
            if old in joined or found == row:
                continue
            written.append({f"_{name}": value for name, value in found.items()} | {"_old": old})
            self.moved.renamed += old in pairs
            if not row["deleted"]:
                log.append(self._entry(object_type, found["id"], UPDATED, found["content_hash"]))
        self._relink(names, joined)
        session.execute(delete(table).where(table.c.id.in_(joined)))
        self.moved.joined += len(joined)
        if written:
            values: dict[str, Any] = {name: bindparam(f"_{name}") for name in rows[0]}
            session.connection().execute(update(table).where(table.c.id == bindparam("_old")).values(values), written)
        if pairs:
            # Moved back: that an id ended when its server moved away is not part of its story any more.
            ended = (Change.kind == DELETED, Change.fields == [RENAMED], Change.source_id == self.source.id)
            session.execute(delete(Change).where(Change.object_id.in_(pairs.values()), *ended))
        changes.append(session, log)
        if pairs:
            self._alias(pairs)
            # So that nobody is told again of what they were told.
            rename_notices(self.session, list(pairs), self.new)
            rename_targets(self.session, pairs)
            if object_type == "Body":
                self._rename_counted(pairs)

    def _row(self, object_type: str, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with its new id, and with the hash that its new content has."""
        parent = PARENTS.get(object_type)
        raw, column = self._renamed(row["raw"]), parent.column if parent else ""
        found = {name: value if name in _OWN else self._renamed(value) for name, value in row.items()}
        found |= {"id": self.new(row["id"]), "raw": raw, "key": key_of(self.new(row["id"]))}
        hung = {column: row.get(column)} if column else {}
        before = Object(object_type, row["id"], hung, row["raw"])
        before.seal()
        # A tombstone, or what its holder names no more, keeps the hash of what it was: it is not in `raw`.
        if before.content_hash == row["content_hash"]:
            after = Object(object_type, found["id"], {column: found.get(column)} if column else {}, raw)
            after.seal()
            found["content_hash"] = after.content_hash
        return found

    def _there_already(self, table: Table, pairs: dict[str, str]) -> set[str]:
        """Return whose new ids this source has already; raises CannotMove where another one has them."""
        keys = {key_of(new): old for old, new in pairs.items()}
        columns = (table.c.key, table.c.id, table.c.source_id)
        found = self.session.execute(select(*columns).where(table.c.key.in_(keys), table.c.id.not_in(pairs))).all()
        for row in found:
            if row.source_id != self.source.id:
                other = self.session.scalar(select(Source.slug).where(Source.id == row.source_id))
                raise CannotMove(f"{row.id} is mirrored already, as {other}: two sources cannot be one")
        return {keys[row.key] for row in found}

    def _relink(self, names: dict[str, str], joined: set[str]) -> None:
        session = self.session
        said_here = select(Link.__table__).where(Link.from_id.in_(names))
        rows = [dict(row) for row in session.execute(said_here).mappings()]
        kept = [
            {**row, "from_id": names[row["from_id"]], "to_id": self.new(row["to_id"])}
            for row in rows
            if row["from_id"] not in joined
        ]
        if kept != rows:
            session.execute(delete(Link).where(Link.from_id.in_(names)))
            if kept:
                session.execute(insert(Link.__table__), kept)  # type: ignore[arg-type]  # a Table
        # What another source says of these; this one's own is renamed with whatever says it.
        said = select(Link.to_id).distinct().where(Link.to_id.in_([old for old, new in names.items() if old != new]))
        for old in session.scalars(said).all():
            session.execute(update(Link).where(Link.to_id == old).values(to_id=names[old]))

    def _alias(self, pairs: dict[str, str]) -> None:
        session = self.session
        for old in session.scalars(select(Alias.new_id).distinct().where(Alias.new_id.in_(pairs))).all():
            session.execute(update(Alias).where(Alias.new_id == old).values(new_id=pairs[old]))
        rows = [
            {"key": key_of(old), "old_id": old, "new_id": new, "source_id": self.source.id, "at": self.at}
            for old, new in pairs.items()
            if key_of(old) != key_of(new)
        ]
        stale = {key_of(one) for pair in pairs.items() for one in pair}
        session.execute(delete(Alias).where(Alias.key.in_(stale)))
        if rows:
            session.execute(insert(Alias), rows)

    def _rename_slots(self, model: Any, column: Any, rest: Callable[[Any], tuple[Any, ...]]) -> None:
        """Rename what is kept once for each thing it is about."""
        rows = self.session.scalars(select(model).where(*self._mine(model))).all()
        taken = {(*rest(row), getattr(row, column.key)) for row in rows}
        for row in rows:
            old = getattr(row, column.key)
            if (new := self.new(old)) == old:
                continue
            if (*rest(row), new) in taken:
                self.session.execute(delete(model).where(model.id == row.id))
            else:
                self.session.execute(update(model).where(model.id == row.id).values({column.key: new}))

    def _rename_erased(self) -> None:
        """Keep out what had to be erased, under its new id too; of erased objects only the log still knows the id."""
        erased = (
            select(Change.object_id, Change.object_type).where(Change.kind == ERASED, *self._mine(Change)).distinct()
        )
        for oparl_id, object_type in self.session.execute(erased).all():
            new = key_of(self.new(oparl_id))
            if self.session.get(Erasure, key_of(oparl_id)) and not self.session.get(Erasure, new):
                self.session.add(Erasure(key=new, object_type=object_type, at=self.at))

    def _rename_hidden(self) -> None:
        """Let what is hidden stay so under its new id, and come back under it."""
        for one in list(self.session.scalars(select(Hidden).where(*self._mine(Hidden)))):
            new = self.new(one.object_id)
            kept = self._renamed(one.kept)
            kept["row"] |= {"id": new, "key": key_of(new)}
            values = {"object_id": new, "key": key_of(new), "root_id": self.new(one.root_id), "kept": kept}
            self.session.execute(update(Hidden).where(Hidden.object_id == one.object_id).values(**values))

    def _rename_counted(self, pairs: dict[str, str]) -> None:
        """Let what was counted of a council by day go on under its new key; what was counted there already stays."""
        for old, new in ((key_of(old), key_of(new)) for old, new in pairs.items()):
            if old == new:
                continue
            there = select(QualitySnapshot.day).where(QualitySnapshot.body_key == new)
            former = update(QualitySnapshot).where(QualitySnapshot.body_key == old, QualitySnapshot.day.not_in(there))
            self.session.execute(former.values(body_key=new).execution_options(synchronize_session=False))
            self.session.execute(delete(QualitySnapshot).where(QualitySnapshot.body_key == old))

    def _entry(self, object_type: str, oparl_id: str, kind: str, content_hash: str) -> dict[str, Any]:
        return {
            "object_type": object_type,
            "object_id": oparl_id,
            "source_id": self.source.id,
            "kind": kind,
            "fields": [RENAMED],
            "diff": None,
            "content_hash": content_hash,
            "backfill": True,
            "at": self.at,
        }


def rename(session: Session, source: Source, rules: Iterable[Rule]) -> Moved:
    """Give all that is stored of a source the ids that its server uses now; raises CannotMove."""
    return Renaming(session, source, tuple(rules)).carry_out()
