"""The rows by which the portal runs itself."""

from typing import Any

from app.models import Alert, Change, ListCursor, Lookup, OParlObject, Problem, Source
from tests.factories.records import BODY_ID, SEEN, SERVER, id_of, number


def source(**columns: Any) -> Source:
    """Build the server that is mirrored; the first one saved has the id 1, which all records name by default."""
    defaults: dict[str, Any] = {
        "slug": "musterstadt",
        "url": f"{SERVER}/system",
        "added_at": SEEN,
        "state": "complete",
        "last_complete": SEEN,
    }
    return Source(**(defaults | columns))


def change(about: OParlObject | str, kind: str = "created", **columns: Any) -> Change:
    """Build an entry of the log."""
    object_type = about.__class__.__name__ if isinstance(about, OParlObject) else "Paper"
    defaults = {"object_id": id_of(about), "object_type": object_type, "source_id": 1, "backfill": False, "at": SEEN}
    return Change(**(defaults | {"kind": kind} | columns))


def problem(**columns: Any) -> Problem:
    """Build a deviation at the source."""
    defaults = {
        "source_id": 1,
        "kind": "wrong-type",
        "about": f"{SERVER}/paper/{number()}",
        "object_type": "Paper",
        "detail": "Paper.date is no date.",
        "first_seen": SEEN,
        "last_seen": SEEN,
    }
    return Problem(**(defaults | columns))


def list_cursor(**columns: Any) -> ListCursor:
    """Build a list that was read to its end."""
    defaults = {
        "source_id": 1,
        "url": f"{SERVER}/body/1/list/{number()}",
        "body_id": BODY_ID,
        "object_type": "Paper",
        "pages": 1,
        "seen": 1,
        "published": 1,
        "last_complete": SEEN,
    }
    return ListCursor(**(defaults | columns))


def lookup(**columns: Any) -> Lookup:
    """Build an object that is asked for by itself."""
    defaults = {
        "source_id": 1,
        "object_type": "Paper",
        "object_id": f"{SERVER}/paper/{number()}",
        "reason": "reference",
        "noted_at": SEEN,
    }
    return Lookup(**(defaults | columns))


def alert(**columns: Any) -> Alert:
    """Build a confirmed subscription."""
    defaults = {
        "address": "reader@example.org",
        "query": "gartenstraße",
        "language": "de",
        "nonce": f"{number():032x}",
        "requested_at": SEEN,
        "confirmation_sent_at": SEEN,
        "confirmed_at": SEEN,
        "seq": 0,
    }
    return Alert(**(defaults | columns))
