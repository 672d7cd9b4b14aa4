"""Objects to rows: idempotent, and only what differs is written.

Whether anything changed is decided by the content hash, never by `modified`: servers lie about it both ways. An
object that stands in a list of its own speaks for itself; copies embedded elsewhere are sparser, and are heard only
as long as there is nothing else. Of several of these one holder's counts, or they would overwrite each other for ever.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import changes
from app.db import now
from app.models import Source, key_of
from app.models.changes import CREATED, DELETED, UPDATED
from app.models.files import WAITING
from app.rows import by_index
from app.vocabulary import PROPERTIES
from oparl_sync import deciding, derived, differences, known, naming, parting, problems, standing, stations, withdraw
from oparl_sync.differences import Diff
from oparl_sync.known import Known
from oparl_sync.parsed import Object, Parsed
from oparl_sync.problems import Deviation
from oparl_sync.writes import Lines, Row, Writes

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

    def __init__(
        self,
        source: Source,
        body_id: str | None,
        *,
        backfill: bool,
        since: datetime | None = None,
        omits: tuple[str, ...] = (),
        files_since: datetime | None = None,
    ) -> None:
        """Take when the run began as `since`: problems are counted from there.

        `omits` names the parts that what is read leaves out: that one is absent says nothing there. Files that were
        modified after `files_since` may have other bytes, though nothing else about them changed.
        """
        self.source_id = source.id
        self.host = known.host_in(source.url)
        self.body_id = body_id
        self.backfill = backfill
        self.since = since
        self.omits = omits
        self.files_since = files_since

    def save(self, session: Session, parsed: Parsed) -> Counts:
        """Bring the rows in line with a page; the caller's transaction holds objects, links, changes and problems."""
        by_index(session)
        stations.tell_apart(session, parsed)
        kept_out = deciding.admit(session, self.source_id, parsed)
        counts = Counts(unchanged=kept_out, quarantined=parsed.quarantined)
        page = _Page(self, session, counts, Writes(), now())
        by_type: dict[str, dict[str, Object]] = {}
        types: dict[str, str] = {}
        for found in parsed.objects:
            key = key_of(found.id)
            if types.setdefault(key, found.type) != found.type:
                page.refuse(standing.of_two_types(found, types[key]))
                continue
            mine = by_type.setdefault(found.type, {})
            if (other := mine.get(key)) is not None:
                page.counts.unchanged += 1
            if other is None or differences.outweighs(found, other):
                mine[key] = found
        page.look_up(by_type)
        # Places last: whether anything but a person names one, what else is on the page has its say too.
        for object_type, mine in sorted(by_type.items(), key=lambda one: one[0] == "Location"):
            page.decide(object_type, mine)
        page.write()
        problems.record(session, self.source_id, [*parsed.deviations, *page.deviations], at=page.at, since=self.since)
        return page.counts

    def refuse(self, session: Session, parsed: Parsed, reason: str) -> None:
        """Count the objects that the database refuses; one entry of a list with all that is embedded in it."""
        refused = [
            Deviation(problems.NOT_STORED, found.id, f"the database refuses it: {reason}", found.type)
            for found in parsed.objects
        ]
        problems.record(session, self.source_id, [*parsed.deviations, *refused], since=self.since)


class _Page:
    """The objects of one page on their way into the database."""

    def __init__(self, store: Store, session: Session, counts: Counts, writes: Writes, at: datetime) -> None:
        self.store = store
        self.session = session
        self.counts = counts
        self.writes = writes
        self.at = at
        self.lines = Lines(store.source_id, store.backfill, at)
        self.deviations: list[Deviation] = []
        self.secret: list[str] = []
        self.unsaid: list[str] = []  # of these no earlier wording may be kept
        self.lost: list[naming.Part] = []
        self.gained: list[naming.Part] = []
        self.renewed: set[str] = set()  # objects whose references are written anew
        self.stored: dict[str, dict[str, Known]] = {}  # by type and key
        self.other_types: dict[str, str] = {}  # as what else ids are stored that are new as what they come as

    def look_up(self, by_type: dict[str, dict[str, Object]]) -> None:
        """Read what is stored of the page: whatever is decided, nothing is written before all of it is."""
        self.stored = {name: known.rows(self.session, name, list(mine)) for name, mine in by_type.items()}
        new = [f for name, mine in by_type.items() for key, f in mine.items() if key not in self.stored[name]]
        self.other_types = known.other_types(self.session, {found.id: found.type for found in new})

    def decide(self, object_type: str, mine: dict[str, Object]) -> None:
        """Sort the objects of one type into what is new, differs, is gone or stays."""
        session = self.session
        if object_type == "Location":
            known.strip_unplaced(session, list(mine.values()), {link["to_id"] for link in self.writes.links})
        stored = self.stored[object_type]
        self._admit(mine, stored)
        raws = self._filled_up(object_type, mine, stored)
        differing = {
            key: old for key, old in stored.items() if differences.differs(mine[key], old, self.store.source_id)
        }
        copies = {key: mine[key] for key in differing if mine[key].embedded}
        holding = known.holders(session, object_type, copies, stored)
        raws |= known.raws(session, object_type, [old.id for old in differing.values() if old.id not in raws])
        hung = known.places(session, [found for key, found in mine.items() if key not in stored])
        for key, found in mine.items():
            old = stored.get(key)
            if old is None:
                self._create(found, key, hung.get(found.id))
            elif key not in differing or holding.get(key, found.holder) != found.holder:
                self.counts.unchanged += 1
                if found.holder in self.renewed:
                    self.writes.renew(found, old.id, second=key in holding, alone=not old.embedded)
                if old.embedded and not found.embedded and not old.deleted:
                    self.writes.alone(found, old.id)
                if object_type == "File" and self.store.files_since is not None:
                    self.writes.look_again(found, old.id, self.store.files_since, self.at)
            elif found.deleted:
                self.writes.gone.setdefault(object_type, {})[old.id] = not found.embedded
            else:
                self._update(found, key, old, raws[old.id])
        if object_type == "File":
            self._take_ways_back({stored[k].id: f for k, f in mine.items() if k in stored and k not in differing})

    def _admit(self, mine: dict[str, Object], stored: dict[str, Known]) -> None:
        """Take out what this source has no say in."""
        own = (self.store.source_id, self.store.host)
        for key, old in list(stored.items()):
            verdict = standing.verdict(self.session, *own, mine[key], old)
            if verdict is not standing.OURS:
                if isinstance(verdict, Deviation):
                    self.refuse(verdict)
                else:
                    self.counts.unchanged += 1
                del stored[key], mine[key]
        new = {key: found for key, found in mine.items() if key not in stored}
        for key, deviation in standing.refused(self.session, self.store.host, new, self.other_types):
            del mine[key]
            self.refuse(deviation)
        standing.confine(self.session, self.store.host, mine.values())

    def refuse(self, deviation: Deviation) -> None:
        """Count an object that is not taken."""
        self.deviations.append(deviation)
        self.counts.quarantined += 1

    def _filled_up(self, object_type: str, mine: dict[str, Object], stored: dict[str, Known]) -> dict[str, Row]:
        """Give objects back the parts that their list leaves out, as they are stored; returns what was read for it."""
        omitted = [name for name in self.store.omits if name in PROPERTIES[object_type]]
        if not omitted:
            return {}
        sparse = {stored[key].id: found for key, found in mine.items() if key in stored and not found.deleted}
        raws = known.raws(self.session, object_type, list(sparse))
        for oparl_id, found in sparse.items():
            if not found.embedded:
                found.fill_up({name: raws[oparl_id][name] for name in omitted if name in raws[oparl_id]})
        return raws

    def write(self) -> None:
        """Carry out what was decided."""
        session, store, at = self.session, self.store, self.at
        changes.forget_wording(session, self.unsaid)
        self.writes.carry_out(session)
        held = known.held_by(session, self.secret)
        derived.forget(session, self.secret)
        logged = {entry["object_id"] for entry in self.writes.log}
        again = naming.unnamed(session, [part for part in self.gained if part.id not in logged], store.source_id)
        self.writes.relink(session, store.source_id)
        self.counts.updated += parting.carry_out(session, self.lines, again, self.lost, self.gained, logged)
        for object_type, ids in self.writes.gone.items():
            self.counts.deleted += withdraw.withdraw(
                session, object_type, list(ids), source_id=store.source_id, backfill=store.backfill, at=at
            )
            withdraw.mark_alone(session, object_type, [oparl_id for oparl_id, alone in ids.items() if alone])
        self.counts.deleted += withdraw.orphans(
            session, held, source_id=store.source_id, backfill=store.backfill, at=at
        )

    def _take_ways_back(self, files: dict[str, Object]) -> None:
        """Note to what files belong by their own word; it is no part of what is compared, or copies would differ."""
        alone = {oparl_id: file for oparl_id, file in files.items() if not (file.embedded or file.deleted)}
        had = known.backs(self.session, list(alone))
        differ = {k: file for k, file in alone.items() if set(file.back) != had.get(k, set())}
        held = known.holding(self.session, list(differ))
        for oparl_id, file in differ.items():
            self.writes.unback.append(oparl_id)
            self.writes.link_back(file)
            either = {(name, parent) for name, _, parent in had.get(oparl_id, set()) ^ set(file.back)}
            if fields := sorted({name for name, parent in either if (oparl_id, parent) not in held}):
                diff = differences.of_ways_back(had.get(oparl_id, ()), file.back)
                self._log(file, UPDATED, fields, diff={name: diff[name] for name in fields})
                self.counts.updated += 1
                self.counts.unchanged -= 1

    def _create(self, found: Object, key: str, position: int | None) -> None:
        row = self._row(found, key) | {"first_seen": self.at}
        if position is not None:
            row["position"] = position
        self.writes.new.setdefault(found.type, []).append(row)
        self.writes.link(found)
        self.writes.hang(found, only_alone=True)
        self.renewed.add(found.id)
        self._log(found, DELETED if found.deleted else CREATED, None)
        if found.deleted:
            self.counts.deleted += 1
        else:
            self.counts.created += 1

    def _update(self, found: Object, key: str, old: Known, raw: Row) -> None:
        fields = ["deleted"] if old.deleted else differences.fields_between(raw, found.raw)
        row = self._row(found, key) | naming.parent_left(self.session, found, raw)
        if found.type == "File" and not CONTENT.isdisjoint(fields):
            row |= {"fetch_state": WAITING, "attempts": 0, "next_try": None, "etag": None, "last_modified": None}
        if found.id != old.id:  # its server says http now, or https: what refers to it says so too
            self._log(found, DELETED, None, oparl_id=old.id)
        diff = differences.of_update(found, raw, fields, old)
        self._log(found, UPDATED, fields, diff=diff)
        lost, gained = naming.differing(found, old.id, raw, fields)
        self.lost += lost
        self.gained += gained
        self.renewed.add(found.id)
        self.writes.changed.setdefault(found.type, []).append((old.id, row))
        self.writes.unlink.append(old.id)
        self.writes.link(found)
        self.writes.hang(found, only_alone=False)
        if found.secret:
            self.secret.append(old.id)
        if (found.secret and diff) or found.unplaced or known.rest(found.id) != known.rest(old.id):
            self.unsaid += [old.id, found.id]
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

    def _log(
        self,
        found: Object,
        kind: str,
        fields: list[str] | None,
        *,
        oparl_id: str | None = None,
        diff: Diff | None = None,
    ) -> None:
        about = (found.type, oparl_id or found.id)
        self.writes.log.append(self.lines.line(*about, kind, fields, found.content_hash, diff))
