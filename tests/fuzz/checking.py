"""What must hold for every page, whatever it holds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.orm import Session

from app.db import now
from app.models import OPARL_TYPES, Change, Problem, Source, key_of
from oparl_sync import fetch, parse, problems
from oparl_sync.client import OParlClient
from oparl_sync.decode import loads
from oparl_sync.parsed import Object, Parsed
from oparl_sync.problems import SyncError
from oparl_sync.store import Counts, Store
from oparl_sync.values import is_url
from tests.fuzz.pages import SERVER

WHERE = f"{SERVER}/list"
SINCE = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Tally:
    """What became of many pages: refused ones are no JSON, or no list."""

    pages: int = 0
    refused: int = 0
    seen: int = 0
    quarantined: int = 0
    stored: int = 0


class OnePage:
    """A client whose every answer is the one page."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def json(self, url: str) -> tuple[Any, str]:
        """Return what was decoded, as the real one does."""
        return loads(self.content), url

    def where(self, url: str) -> str:
        """Return the address that is dialled."""
        return url


def entries_of(content: bytes) -> list[Any] | None:
    """Return what a page lists; None where it is no JSON, or no list."""
    try:
        page = next(fetch.pages(cast(OParlClient, OnePage(content)), WHERE, since=SINCE))
    except (ValueError, SyncError):
        return None
    for entry in page.entries:
        fetch.is_older(entry, SINCE)
    return page.entries


def parsed(content: bytes, expected: str, tally: Tally) -> Parsed | None:
    """Decode and parse a page; nothing may be raised, nothing lost, and what is kept must be fit for a database."""
    tally.pages += 1
    entries = entries_of(content)
    if entries is None:
        tally.refused += 1
        return None
    found = parse.objects(entries, expected, where=WHERE)
    tally.seen += found.seen
    tally.quarantined += found.quarantined
    assert len(found.objects) + found.quarantined == found.seen >= len(entries)
    for one in found.objects:
        _is_fit(one)
    for deviation in found.deviations:
        assert len(deviation.detail) <= problems.MAX_TEXT
        deviation.detail.encode()
        deviation.about.encode()
        orjson.dumps(deviation.raw)
    return found


def _is_fit(found: Object) -> None:
    assert found.content_hash
    assert is_url(found.id)
    assert found.type in OPARL_TYPES
    orjson.dumps(found.raw)
    key_of(found.id).encode()
    for value in found.values.values():
        for one in value if isinstance(value, list) else [value]:
            _is_plain(one)
    for _, place, target in (*found.links, *found.back):
        assert is_url(target)
        assert place >= 0


def _is_plain(value: Any) -> None:
    if isinstance(value, str):
        value.encode()
        assert "\x00" not in value
    elif isinstance(value, int) and not isinstance(value, bool):
        assert -(2**63) <= value < 2**63
    elif isinstance(value, datetime):
        assert value.tzinfo is not None
    else:
        assert value is None or isinstance(value, bool | float | date | dict)


class Bench:
    """A database in which each page is stored from nothing, twice, and then taken back."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.source = Source(id=1, slug="fuzz", url=f"{SERVER}/system")

    def store(self, found: Parsed, expected: str, content: bytes, tally: Tally) -> None:
        """Store a page twice: all that was seen is there or told of, and the second time changes nothing."""
        transaction = self.connection.begin()
        try:
            with Session(self.connection, join_transaction_mode="create_savepoint") as session:
                session.execute(insert(Source).values(id=1, slug="fuzz", url=self.source.url, added_at=now()))
                counts = self._save(session, found)
                assert _sum(counts) == found.seen, counts
                assert counts.quarantined >= found.quarantined
                tally.stored += found.seen - counts.quarantined
                missing = _missing(session, found)
                assert len(missing) == counts.quarantined - found.quarantined, missing
                before = _state(session)
                again = parse.objects(entries_of(content) or [], expected, where=WHERE)
                counts = self._save(session, again)
                assert (counts.created, counts.updated, counts.deleted) == (0, 0, 0), counts
                assert _sum(counts) == again.seen
                assert _state(session) == before
        finally:
            transaction.rollback()

    def _save(self, session: Session, found: Parsed) -> Counts:
        return Store(self.source, f"{SERVER}/body/1", backfill=False).save(session, found)


def _sum(counts: Counts) -> int:
    return counts.created + counts.updated + counts.deleted + counts.unchanged + counts.quarantined


def _missing(session: Session, found: Parsed) -> list[str]:
    """Return the objects that no row holds under their type."""
    missing = []
    for object_type, model in OPARL_TYPES.items():
        wanted = [key_of(one.id) for one in found.objects if one.type == object_type]
        held = set(session.scalars(select(model.key).where(model.key.in_(wanted)))) if wanted else set()
        missing += [key for key in wanted if key not in held]
    return missing


def _state(session: Session) -> tuple[Any, ...]:
    """Return what a second save of the same must leave as it is."""
    rows = [
        session.execute(select(model.id, model.content_hash, model.deleted, model.embedded).order_by(model.id)).all()
        for model in OPARL_TYPES.values()
    ]
    told = session.execute(select(Problem.kind, Problem.about, Problem.detail).order_by(Problem.id)).all()
    return rows, told, session.scalar(select(func.count(Change.seq)))
