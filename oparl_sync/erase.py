"""The operator erases a record, because a court or a person demands it: it goes for good, with all that is only its.

Unlike what a council withdraws it never comes back, whatever its server says: its key stays in `erasure`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.alerts.channels.registered import forget_owed
from app.alerts.mails.outbox import forget_records
from app.db import now, writing
from app.models import (
    OPARL_TYPES,
    Alias,
    Body,
    Erasure,
    File,
    Hidden,
    Link,
    Location,
    Lookup,
    Problem,
    Report,
    System,
    Takedown,
    key_of,
)
from app.models.changes import ERASED
from app.shown import FILE_PARENTS
from app.vocabulary import HOLDING, PARENTS
from oparl_sync import erasures, one_file, problems, withdraw
from oparl_sync.known import chunks, held_by
from oparl_sync.writes import table_of

KEY_LENGTH = 13
HOLDERS = (*HOLDING, "derivativeFile")  # by these a record names a file or a place


class NotErasable(Exception):
    """Raised when what is named is not here, or more than a record; its one line is for the operator."""


@dataclass(slots=True)
class Extent:
    """What an erasure reaches: ids by type, the named record's first."""

    source_id: int
    ids: dict[str, list[str]] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)  # names of parts of its files

    def __iter__(self) -> Iterator[str]:
        return (oparl_id for ids in self.ids.values() for oparl_id in ids)

    def add(self, object_type: str, ids: Iterable[str]) -> list[str]:
        """Take in what is not in it yet; returns what was not."""
        known = set(self)
        new = [oparl_id for oparl_id in dict.fromkeys(ids) if oparl_id not in known]
        if new:
            self.ids.setdefault(object_type, []).extend(new)
        return new

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each type."""
        return {object_type: len(ids) for object_type, ids in self.ids.items()}


def extent(session: Session, named: str, base_url: str) -> Extent:
    """Find the record with this id, key or address of ours, and all that belongs to it alone; raises NotErasable."""
    for object_type, model in OPARL_TYPES.items():
        table = table_of(object_type).c
        row = session.execute(select(table.id, table.source_id).where(table.key.in_(_keys(session, named, base_url))))
        if (found := row.first()) is None:
            continue
        if model in (System, Body):
            raise NotErasable(f"{found.id} is a whole {object_type}: see ratslupe source remove")
        reached = Extent(found.source_id)
        _reach(session, reached, object_type, [found.id])
        return reached
    raise NotErasable(f"nothing here has the id, key or address {named}")


def erase(engine: Engine, named: str, base_url: str) -> Extent:
    """Erase a record in one transaction; its bytes, also unfinished ones, and its place in the index are the caller's.

    Raises NotErasable.
    """
    at = now()
    with writing(engine) as session:
        erasures.alone(session)
        reached = extent(session, named, base_url)
        _with_hidden(session, reached)
        reached.unfinished = _unfinished(session, reached)
        for object_type, ids in reached.ids.items():
            withdraw.bury(session, object_type, ids, source_id=reached.source_id, backfill=False, at=at, kind=ERASED)
        _remember(session, reached, at)
        forget_owed(session, reached)
        for part in chunks(list(reached)):
            forget_records(session, part)
            session.execute(delete(Lookup).where(Lookup.object_id.in_(part)))
            for oparl_id in part:  # what was quarantined may hold a copy
                session.execute(delete(Problem).where(Problem.raw.contains(oparl_id, autoescape=True)))
        problems.forget(session, _former(session, reached))
        _forget_reports(session, [key_of(oparl_id) for oparl_id in reached])
    return reached


def _forget_reports(session: Session, keys: list[str]) -> None:
    """Delete what readers wrote about these records: it quotes what should not stand there."""
    for part in chunks(keys):
        session.execute(update(Takedown).where(Takedown.object_key.in_(part)).values(words="", page=""))
        session.execute(delete(Report).where(Report.object_key.in_(part)))
        for key in part:
            asked = update(Takedown).where(Takedown.page.contains(key, autoescape=True))
            session.execute(asked.values(words="", page=""))
            session.execute(delete(Report).where(Report.page.contains(key, autoescape=True)))


def _with_hidden(session: Session, reached: Extent) -> None:
    """Take in what is hidden of it: its row no longer says what belongs to it."""
    for one in hidden_of(session, reached):
        reached.add(one.object_type, [one.object_id])
        session.delete(one)
    session.flush()


def hidden_of(session: Session, reached: Extent) -> list[Hidden]:
    """Return what is hidden of these records and of their parts: a tombstone does not say what was its."""
    parts = list(reached)
    theirs = [
        one
        for part in chunks(parts)
        for one in session.scalars(select(Hidden).where(Hidden.root_id.in_(part) | Hidden.object_id.in_(part)))
    ]
    roots = list({one.root_id for one in theirs})
    mates = {
        one.object_id: one
        for part in chunks(roots)
        for one in session.scalars(select(Hidden).where(Hidden.root_id.in_(part)))
    }
    found = {one.object_id: one for one in theirs}
    while new := [one for key, one in mates.items() if key not in found and _is_part(one, found, mates)]:
        found |= {one.object_id: one for one in new}
    return list(found.values())


def _is_part(one: Hidden, of: Mapping[str, Hidden], mates: Mapping[str, Hidden]) -> bool:
    """Whether a hidden record is a part of these, or a file or a place that nothing else of its mates names."""
    row, parent = one.kept["row"], PARENTS.get(one.object_type)
    if (parent and row.get(parent.column) in of) or row.get("master_file_id") in of:
        return True
    own = {to for name, _, to in one.kept["links"] if name in FILE_PARENTS and one.object_type == "File"}
    holders = own & mates.keys() | {
        mate.object_id
        for mate in mates.values()
        if any(to == one.object_id and name in HOLDERS for name, _, to in mate.kept["links"])
    }
    return bool(holders) and holders <= of.keys()


def _reach(session: Session, reached: Extent, object_type: str, ids: Iterable[str]) -> None:
    new = reached.add(object_type, ids)
    if not new:
        return
    for part, parent in PARENTS.items():
        if parent.type == object_type:
            table = table_of(part).c
            column = table[parent.column]
            found = [row for some in chunks(new) for row in session.scalars(select(table.id).where(column.in_(some)))]
            _reach(session, reached, part, found)
    _reach(session, reached, "File", _only_theirs(session, reached, _files(session, new)))
    _reach(session, reached, "Location", _only_theirs(session, reached, _places(session, new)))


def _files(session: Session, ids: list[str]) -> list[str]:
    """Return the files that these name, or that say themselves that they belong to these."""
    own_word = select(Link.from_id).where(Link.property.in_(FILE_PARENTS))
    named = [*held_by(session, ids)]
    for part in chunks(ids):
        named += session.scalars(own_word.where(Link.to_id.in_(part)))
        named += session.scalars(select(File.id).where(File.master_file_id.in_(part)))
    return [one for part in chunks(named) for one in session.scalars(select(File.id).where(File.id.in_(part)))]


def _places(session: Session, ids: list[str]) -> list[str]:
    embedded = select(Location.id).where(Location.embedded.is_(True))
    return [
        one for part in chunks(held_by(session, ids)) for one in session.scalars(embedded.where(Location.id.in_(part)))
    ]


def _only_theirs(session: Session, reached: Extent, candidates: list[str]) -> list[str]:
    """Return those that nothing else holds, by either side's word."""
    erased, found = set(reached), []
    for one in candidates:
        ties = select(Link.from_id, Link.to_id).where(
            or_(
                (Link.to_id == one) & Link.property.in_(HOLDERS),
                (Link.from_id == one) & Link.property.in_(FILE_PARENTS),
            )
        )
        others = {end for tie in session.execute(ties) for end in tie} - {one} - erased
        if not others:
            found.append(one)
    return found


def _remember(session: Session, reached: Extent, at: datetime) -> None:
    keys = {key_of(oparl_id): object_type for object_type, ids in reached.ids.items() for oparl_id in ids}
    keys |= {key_of(old_id): next(iter(reached.ids)) for old_id in _former(session, reached)}
    known = {
        key for part in chunks(list(keys)) for key in session.scalars(select(Erasure.key).where(Erasure.key.in_(part)))
    }
    rows = [{"key": key, "object_type": of, "at": at} for key, of in keys.items() if key not in known]
    if rows:
        session.execute(insert(Erasure), rows)


def _unfinished(session: Session, reached: Extent) -> list[str]:
    files = select(File.id, File.access_url, File.download_url)
    return [
        name
        for part in chunks(reached.ids.get("File", []))
        for row in session.execute(files.where(File.id.in_(part)))
        for name in one_file.unfinished(row)
    ]


def _former(session: Session, reached: Extent) -> list[str]:
    """Return the ids that these records had before their server moved."""
    former = select(Alias.old_id)
    return [old for part in chunks(list(reached)) for old in session.scalars(former.where(Alias.new_id.in_(part)))]


def _keys(session: Session, named: str, base_url: str) -> list[str]:
    """Return under which keys something may be here: of an id, of an address of this site, or the key itself."""
    named = named.strip()
    address = named.removeprefix(base_url) if named.startswith(f"{base_url}/") else named
    if address.startswith("/") or len(address) == KEY_LENGTH:
        parts = urlsplit(address)
        words = [parts.fragment.removeprefix("item-"), *reversed(parts.path.split("/"))]
        keys = [word for word in words if len(word) == KEY_LENGTH and word.isalnum()][:1]
    else:
        keys = [key_of(named)] if "://" in named else []
    moved = session.scalars(select(Alias.new_id).where(Alias.key.in_(keys))).all()
    return [*keys, *map(key_of, moved)]
