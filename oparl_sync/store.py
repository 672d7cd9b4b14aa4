"""Objects to rows: idempotent, and only what differs is written.

Whether anything changed is decided by the content hash, never by `modified`: servers lie about it both ways. An
object that stands in a list of its own speaks for itself; copies embedded elsewhere are sparser, and are heard only
as long as there is nothing else. Of several of these one holder's counts, or they would overwrite each other for ever.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.db import now
from app.models import Source, key_of
from app.models.changes import CREATED, DELETED, UPDATED
from app.models.files import WAITING
from oparl_sync import known, problems, withdraw
from oparl_sync.known import Known
from oparl_sync.parsed import VOLATILE, Object, Parsed
from oparl_sync.problems import Deviation
from oparl_sync.writes import Row, Writes

# A file that differs in one of these is fetched again.
CONTENT = frozenset({"accessUrl", "downloadUrl", "size", "sha1Checksum", "sha512Checksum", "deleted"})


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


class Store:
    """Writes the objects of one source; `body_id` is the council whose lists are being read."""

    def __init__(self, source: Source, body_id: str | None, *, backfill: bool, since: datetime | None = None) -> None:
        """Take when the run began as `since`: problems are counted from there."""
        self.source_id = source.id
        self.host = urlsplit(source.url).netloc
        self.body_id = body_id
        self.backfill = backfill
        self.since = since

    def save(self, session: Session, parsed: Parsed) -> Counts:
        """Bring the rows in line with a page; the caller's transaction holds objects, links, changes and problems."""
        page = _Page(self, session, Counts(quarantined=parsed.quarantined), Writes(), now())
        by_type: dict[str, dict[str, Object]] = {}
        for found in parsed.objects:
            mine = by_type.setdefault(found.type, {})
            key = key_of(found.id)
            if (other := mine.get(key)) is not None:
                page.counts.unchanged += 1
            if other is None or _outweighs(found, other):
                mine[key] = found
        for object_type, mine in by_type.items():
            page.decide(object_type, mine)
        page.write()
        problems.record(session, self.source_id, [*parsed.deviations, *page.deviations], at=page.at, since=self.since)
        return page.counts


class _Page:
    """The objects of one page on their way into the database."""

    def __init__(self, store: Store, session: Session, counts: Counts, writes: Writes, at: datetime) -> None:
        self.store = store
        self.session = session
        self.counts = counts
        self.writes = writes
        self.at = at
        self.deviations: list[Deviation] = []
        self.secret: list[str] = []

    def decide(self, object_type: str, mine: dict[str, Object]) -> None:
        """Sort the objects of one type into what is new, differs, is gone or stays."""
        session = self.session
        if object_type == "Location":
            known.strip_unplaced(session, list(mine.values()))
        stored = known.rows(session, object_type, list(mine))
        for key in [key for key, old in stored.items() if not self._is_ours(mine[key], old)]:
            del stored[key], mine[key]
        differing = {key: old for key, old in stored.items() if _differs(mine[key], old, self.store.source_id)}
        copies = {key: mine[key] for key in differing if mine[key].embedded}
        holding = known.holders(session, object_type, copies, stored)
        raws = known.raws(session, object_type, [old.id for old in differing.values()])
        hung = known.places(session, [found for key, found in mine.items() if key not in stored])
        for key, found in mine.items():
            old = stored.get(key)
            if old is None:
                self._create(found, key, hung.get(found.id))
            elif key not in differing or holding.get(key, found.holder) != found.holder:
                self.counts.unchanged += 1
                if old.embedded and not found.embedded and not old.deleted:
                    self.writes.alone(object_type, old.id)
            elif found.deleted:
                self.writes.gone.setdefault(object_type, {})[old.id] = not found.embedded
            else:
                self._update(found, key, old, raws[old.id])

    def write(self) -> None:
        """Carry out what was decided."""
        session, store, at = self.session, self.store, self.at
        self.writes.carry_out(session)
        held = known.held_by(session, self.secret)
        self.writes.relink(session)
        for object_type, ids in self.writes.gone.items():
            self.counts.deleted += withdraw.withdraw(
                session, object_type, list(ids), source_id=store.source_id, backfill=store.backfill, at=at
            )
            withdraw.mark_alone(session, object_type, [oparl_id for oparl_id, alone in ids.items() if alone])
        self.counts.deleted += withdraw.orphans(
            session, held, source_id=store.source_id, backfill=store.backfill, at=at
        )

    def _is_ours(self, found: Object, old: Known) -> bool:
        """Tell whether this source may speak of what is stored: it brought it, or its server is where the id lies."""
        if old.source_id == self.store.source_id:
            return True
        if old.source_host == self.store.host:
            # Two councils of one server are two sources that share its persons and the system itself.
            self.counts.unchanged += 1
            return False
        if urlsplit(found.id).netloc == self.store.host:
            return True
        detail = f"{found.id} belongs to another source and was not taken from this one"
        self.deviations.append(Deviation(problems.FOREIGN_ID, found.id, detail, found.type))
        self.counts.quarantined += 1
        return False

    def _create(self, found: Object, key: str, position: int | None) -> None:
        row = self._row(found, key) | {"first_seen": self.at}
        if position is not None:
            row["position"] = position
        self.writes.new.setdefault(found.type, []).append(row)
        self.writes.link(found)
        self.writes.hang(found, only_alone=True)
        self._log(found, DELETED if found.deleted else CREATED, None)
        if found.deleted:
            self.counts.deleted += 1
        else:
            self.counts.created += 1

    def _update(self, found: Object, key: str, old: Known, raw: Row) -> None:
        fields = ["deleted"] if old.deleted else _differences(raw, found.raw)
        row = self._row(found, key)
        if found.type == "File" and not CONTENT.isdisjoint(fields):
            row |= {"fetch_state": WAITING, "attempts": 0, "next_try": None}
        if found.id != old.id:  # its server says http now, or https: what refers to it says so too
            self._log(found, DELETED, None, oparl_id=old.id)
        self._log(found, UPDATED, fields)
        self.writes.changed.setdefault(found.type, []).append((old.id, row))
        self.writes.unlink.append(old.id)
        self.writes.link(found)
        self.writes.hang(found, only_alone=False)
        if found.secret:
            self.secret.append(old.id)
        self.counts.updated += 1

    def _row(self, found: Object, key: str) -> Row:
        return {
            "body_id": self.store.body_id,
            **found.values,
            "id": found.id,
            "key": key,
            "source_id": self.store.source_id,
            "deleted": found.deleted,
            "embedded": found.embedded,
            "content_hash": found.content_hash,
            "raw": found.raw,
            "withheld": sorted(found.withheld) or None,
            "changed_at": self.at,
        }

    def _log(self, found: Object, kind: str, fields: list[str] | None, *, oparl_id: str | None = None) -> None:
        self.writes.log.append(
            {
                "object_type": found.type,
                "object_id": oparl_id or found.id,
                "source_id": self.store.source_id,
                "kind": kind,
                "fields": fields,
                "content_hash": found.content_hash,
                "backfill": self.store.backfill,
                "at": self.at,
            }
        )


def _outweighs(found: Object, other: Object) -> bool:
    """Of copies on one page: alive or gone on its own before what a tombstone holds, alone before embedded."""
    if found.with_holder != other.with_holder:
        return other.with_holder
    if found.embedded != other.embedded:
        return other.embedded
    return not found.embedded or str(found.holder) <= str(other.holder)


def _differs(found: Object, old: Known, source_id: int) -> bool:
    if found.with_holder:
        return False
    if old.source_id != source_id and not found.deleted:
        return True
    if found.deleted:
        return not old.deleted
    if found.embedded and not old.embedded:
        return False  # it speaks for itself, also when it said that it is gone
    return old.deleted or found.content_hash != old.content_hash


def _differences(old: Row, new: Row) -> list[str]:
    return sorted(k for k in old.keys() | new.keys() if k not in VOLATILE and old.get(k) != new.get(k))
