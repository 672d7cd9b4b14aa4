"""What changed behind a place: each object once, as it is now, or why it went.

    mark (edition, council, number) -> how far the table is -> rows behind the number, no further -> lines, next mark

How far it is, is read before the rows: what goes out meanwhile has a higher number and comes with the next answer.
Whoever applies the lines of all answers, from whatever mark of this edition, holds what the table holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers.cursors import BadCursor, opened, sealed
from app.answers.published import state
from app.config import Settings
from app.models.publication import TAKEN_BACK, PublicObject
from app.publication.portions import portion

MOST = 1_000  # objects of one answer
PURPOSE = "changes"
ALL = "*"  # instead of a council's key
SNAPSHOT = "/download/manifest.json"


class NothingYet(Exception):
    """Raised as long as nothing was published."""


class ForeignCursor(BadCursor):
    """Raised for a mark of another council's changes."""


class EditionEnded(Exception):
    """Raised for a mark of an edition that is no more: only the whole helps."""


@dataclass(frozen=True, slots=True)
class Changes:
    """One answer: the rows in the order of their numbers, the mark behind them, and whether more are there already."""

    edition: str
    rows: tuple[PublicObject, ...]
    cursor: str
    more: bool


def changes(session: Session, settings: Settings, *, after: str = "", body: str = "", limit: int = MOST) -> Changes:
    """Return what changed behind a mark, of one council by its key or of all; from the beginning without a mark."""
    now = state(session)
    if now is None:
        raise NothingYet
    scope = body or ALL
    number = _number(settings, after, scope, now.edition, now.seq) if after else 0
    query = select(PublicObject).where(PublicObject.seq > number, PublicObject.seq <= now.seq)
    # Of what moved those are told who follow the council that it left: all others hold it still.
    query = query.where(PublicObject.body_key == body if body else PublicObject.left_by.is_(None))
    rows, more = portion(session, query.order_by(PublicObject.seq), limit, lambda row: (row[0], row[0].json))
    mark = sealed(settings, PURPOSE, scope, now.edition, rows[-1].seq if more else now.seq)
    return Changes(now.edition, tuple(rows), mark, more)


def latest(session: Session, settings: Settings, *, bodies: Sequence[str] | None = None, limit: int = MOST) -> Changes:
    """Return what changed last, the newest first, with a mark behind all of it; of some councils by their keys."""
    now = state(session)
    if now is None:
        raise NothingYet
    query = select(PublicObject).where(PublicObject.seq <= now.seq)
    if bodies is not None:
        query = query.where(PublicObject.body_key.in_(bodies))
    if bodies is None or len(bodies) > 1:
        query = query.where(PublicObject.left_by.is_(None))
    rows = session.scalars(query.order_by(PublicObject.seq.desc()).limit(limit)).all()
    scope = bodies[0] if bodies and len(bodies) == 1 else ALL
    return Changes(now.edition, tuple(rows), sealed(settings, PURPOSE, scope, now.edition, now.seq), more=False)


def _number(settings: Settings, mark: str, scope: str, edition: str, highest: int) -> int:
    place = opened(settings, PURPOSE, mark)
    given, number = place.values
    if place.question != scope:
        whose = "all councils" if place.question == ALL else f"the council {place.question}"
        raise ForeignCursor(f"The cursor is one of the changes of {whose}.")
    # A higher number than any given: the database was put back, and numbers are given anew.
    if given != edition or number > highest:
        raise EditionEnded
    return int(number)


def lines(found: Changes, body: str | None = None) -> Iterator[bytes]:
    """Yield an answer line by line; the first says how many follow, so that a cut transfer is seen."""
    header = {
        "op": "header",
        "count": len(found.rows),
        "cursor": found.cursor,
        "more": found.more,
        "edition": found.edition,
        "body": body,
    }
    yield orjson.dumps(header) + b"\n"
    for row in found.rows:
        yield line(row) + b"\n"


def line(row: PublicObject) -> bytes:
    """Return what became of one object; its text stands there as it is."""
    if not row.deleted:
        # Between the parts of JSON a line's end means nothing, and here it would cut the line in two.
        text = row.json.encode().replace(b"\r", b" ").replace(b"\n", b" ")
        return b'{"op":"upsert","seq":%d,"hash":"%s","object":%s}' % (row.seq, row.hash.encode(), text)
    told = orjson.loads(row.json)
    gone = {
        "op": "redact" if row.reason in TAKEN_BACK else "delete",
        "seq": row.seq,
        "id": told["id"],
        "type": row.type,
        "modified": told.get("modified") or row.modified.isoformat(timespec="seconds"),
        "reason": row.reason,
    }
    return orjson.dumps(gone)
