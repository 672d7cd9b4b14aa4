"""A council that pushes: what it hands over takes the same path as what is read from a server.

parse -> store, a slice of entries in each transaction -> attachments -> text -> index. The same file twice changes
nothing. A file that is everything (`complete`) says also what is gone, within the bounds that hold for a server.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from app.db import Writer, now
from app.models import OPARL_TYPES, Body, ListCursor, Source, SyncRun, key_of
from oparl_sync import parse, privacy, problems, quirks, reconcile, values, withdraw
from oparl_sync.bundles import Bundle, Entry, Fault, NoBundle
from oparl_sync.known import chunks
from oparl_sync.parsed import Parsed
from oparl_sync.problems import Deviation
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store

SLICE = 500  # entries in one transaction
MADE = "#body"  # where the id of a Body ends that was made for a file without one
KEPT = frozenset({"System", "Body"})  # what a file leaves out of these is not gone


@dataclass(slots=True)
class Done:
    """What became of a file: counts, faults in words, and the keys it held, of one that is `complete`.

    Also what could not be read is there: the ids in it are among the keys, `nameless` are entries without any.
    """

    complete: bool = False
    counts: Counts = field(default_factory=Counts)
    failures: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    nameless: int = 0
    listed: dict[str, int] = field(default_factory=dict)


def body_in(bundle: Bundle) -> dict[str, Any] | None:
    """Return the first Body in a file, None where it holds none."""
    for entry in bundle.entries():
        if isinstance(entry, Entry) and (_type_of(entry) or entry.expected) == "Body" and isinstance(entry.value, dict):
            return entry.value if values.is_url(entry.value.get("id")) else None
    return None


def made_body(bundle: Bundle, name: str) -> dict[str, Any]:
    """Return a Body for a file that holds none, on the server of its first object; raises NoBundle."""
    for entry in bundle.entries():
        oparl_id = entry.value.get("id") if isinstance(entry, Entry) and isinstance(entry.value, dict) else None
        if isinstance(oparl_id, str) and values.is_url(oparl_id):
            server = "/".join(oparl_id.split("/", 3)[:3])
            return {"id": f"{server}/{MADE}", "type": "https://schema.oparl.org/1.1/Body", "name": name}
    raise NoBundle(f"{bundle.path.name} holds no object with an id")


def take(
    writing: Writer,
    source: Source,
    bundle: Bundle,
    body: dict[str, Any],
    progress: Progress,
    *,
    made: bool = False,
    complete: bool = False,
    accept: bool = False,
) -> Done:
    """Store what a file holds; `complete` withdraws what it does not hold any more, `accept` however much that is.

    The Body is stored too where it was `made`, because the file holds none.
    """
    began, done = now(), Done(complete)
    with writing() as session:
        result = session.execute(insert(SyncRun).values(source_id=source.id, started_at=began).returning(SyncRun.id))
        run_id = result.scalar_one()
    store = Store(source, body["id"].strip(), backfill=source.last_complete is None, since=began)
    with progress.step(f"{source.slug} objects", unit="objects") as step:
        if made:
            _save(writing, store, source, done, [Entry(bundle.path.name, body, "Body")])
        for part in _slices(bundle, done):
            _count(part, done)
            _save(writing, store, source, done, part)
            step.advance(len(part))
    if complete and done.nameless:
        done.failures.append(f"nothing is taken back: of {done.nameless} of the entries the id cannot be read")
    if complete and not done.failures:
        with writing() as session:
            done.counts.deleted += _take_back(session, source, done, accept=accept)
            _note_lists(session, source, body["id"].strip(), done.listed)
    _end(writing, source, run_id, began, done)
    return done


def _slices(bundle: Bundle, done: Done) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    for entry in bundle.entries():
        if isinstance(entry, Fault):
            done.failures.append(entry.told)
            continue
        part.append(entry)
        if len(part) == SLICE:
            yield part
            part = []
    if part:
        yield part


def _count(part: Sequence[Entry], done: Done) -> None:
    """Note how many entries of each type came, and how many have no id."""
    for entry in part:
        if (expected := _type_of(entry) or entry.expected) is not None:
            done.listed[expected] = done.listed.get(expected, 0) + 1
        done.nameless += _id_of(entry.value) is None


def _id_of(value: Any) -> str | None:
    stated = value.get("id") if isinstance(value, dict) else None
    return stated.strip() if isinstance(stated, str) and values.is_url(stated.strip()) else None


def _ids_in(value: Any) -> Iterator[str]:
    """Yield the ids of an entry, and of all that is embedded in it, whether it could be read or not."""
    left = [value]
    while left:
        one = left.pop()
        if (oparl_id := _id_of(one)) is not None:
            yield oparl_id
        left += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def _parsed(part: Sequence[Entry], source: Source) -> Parsed:
    """Read entries; what does not say its type, and stands where no list says it, is kept aside."""
    parsed = Parsed()
    for expected, group in groupby(part, key=lambda entry: _type_of(entry) or entry.expected):
        entries = list(group)
        if expected is None:
            parsed.seen += len(entries)
            parsed.deviations += [_of_no_type(entry, source) for entry in entries]
            continue
        found = parse.objects([entry.value for entry in entries], expected, where=entries[0].where)
        parsed.objects += found.objects
        parsed.deviations += found.deviations
        parsed.seen += found.seen
    return parsed


def _of_no_type(entry: Entry, source: Source) -> Deviation:
    stated = entry.value.get("type") if isinstance(entry.value, dict) else None
    told = f"{entry.where}: type {values.shown(stated)} is not of OParl"
    kept = privacy.scrubbed(entry.value, person=True) if isinstance(entry.value, dict) else None
    return Deviation(problems.UNKNOWN_TYPE, f"{source.url}#{entry.where}", told, None, kept)


def _type_of(entry: Entry) -> str | None:
    if not isinstance(entry.value, dict):
        return None
    stated = (entry.value.get("type"), entry.value.get("Type"))
    return next((found for one in stated if (found := quirks.type_in_any_spelling(one))), None)


def _save(writing: Writer, store: Store, source: Source, done: Done, part: Sequence[Entry]) -> None:
    """Store entries: at once, or one by one where the database refuses one of them."""
    parsed = _parsed(part, source)
    done.keys.update(key_of(found.id) for found in parsed.objects if done.complete and not found.deleted)
    if done.complete and parsed.quarantined:
        done.keys.update(key_of(oparl_id) for entry in part for oparl_id in _ids_in(entry.value))
    try:
        with writing() as session:
            counts = store.save(session, parsed)
    except DBAPIError as error:
        if error.connection_invalidated or (isinstance(error, OperationalError) and not _is_too_large(error)):
            raise
        counts = _save_singly(writing, store, source, part)
    done.counts.add(counts)


def _is_too_large(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "54000"  # PostgreSQL: program_limit_exceeded


def _save_singly(writing: Writer, store: Store, source: Source, part: Sequence[Entry]) -> Counts:
    counts = Counts()
    with writing() as session:
        for entry in part:
            parsed = _parsed([entry], source)
            try:
                with session.begin_nested():
                    counts.add(store.save(session, parsed))
            except DBAPIError as error:
                counts.quarantined += parsed.seen
                store.refuse(session, parsed, type(error.orig).__name__)  # its words may quote what is private
    return counts


def _take_back(session: Session, source: Source, done: Done, *, accept: bool) -> int:
    """Withdraw what a complete file does not hold; not where it is much at once, unless the operator says so."""
    count = 0
    for object_type, model in OPARL_TYPES.items():
        if object_type in KEPT:
            continue
        mine = (model.source_id == source.id, model.deleted.is_(False))
        held = session.scalar(select(func.count()).select_from(model).where(*mine)) or 0
        stored = session.execute(select(model.key, model.id).where(*mine, model.embedded.is_(False)))
        missing = [oparl_id for key, oparl_id in stored if key not in done.keys]
        everything = len(missing) == held > reconcile.SOME
        if (everything or len(missing) > max(reconcile.FEW, reconcile.SHARE * held)) and not accept:
            told = f"{len(missing)} of {held} are not in the file; none is taken back without --accept"
            done.failures.append(f"{object_type}: {told}")
            deviation = Deviation(problems.MANY_MISSING, f"{source.url}#{object_type}", told, object_type)
            problems.record(session, source.id, [deviation])
            continue
        for part in chunks(missing):
            count += withdraw.withdraw(session, object_type, part, source_id=source.id, backfill=False, at=now())
    return count


def _note_lists(session: Session, source: Source, body_id: str, listed: dict[str, int]) -> None:
    """Keep how many objects of each type a complete file held: what is published, beside what is here."""
    at = now()
    session.execute(
        delete(ListCursor).where(ListCursor.source_id == source.id, ListCursor.url.startswith(f"{source.url}#"))
    )
    if not source.url.startswith("import:"):
        return
    for object_type, count in listed.items():
        row = {"source_id": source.id, "url": f"{source.url}#{object_type}", "body_id": body_id}
        row |= {"object_type": object_type, "pages": 1, "seen": count, "published": count}
        session.execute(insert(ListCursor).values(**row, last_complete=at, last_full=at))


def _end(writing: Writer, source: Source, run_id: int, began: datetime, done: Done) -> None:
    reason = "; ".join(done.failures)[:2000] or None
    found: dict[str, Any] = {"state": "partial" if done.failures else "complete", "state_reason": reason}
    if done.counts.created or done.counts.updated or done.counts.deleted:
        found["last_news"] = now()
    if not done.failures:
        found |= {"last_complete": now(), "last_full": now(), "failures": 0, "failing_since": None}
    with writing() as session:
        finished = {"finished_at": now(), "counts": asdict(done.counts) | {"requests": 0}, "error": reason}
        session.execute(update(SyncRun).where(SyncRun.id == run_id).values(**finished))
        session.execute(update(Source).where(Source.id == source.id).values(**found))
        if not done.failures:
            kinds = (*problems.QUARANTINED, problems.WRONG_TYPE, problems.UNKNOWN_PROPERTY, problems.MANY_MISSING)
            problems.solve(session, source.id, before=began, kinds=kinds)


def stored_body(engine: Engine, source: Source) -> dict[str, Any] | None:
    """Return the Body that a source has already."""
    with Session(engine) as session:
        mine = select(Body.raw).where(Body.source_id == source.id, Body.deleted.is_(False)).order_by(Body.id)
        return session.scalar(mine.limit(1))
