"""The rows by which the portal runs itself."""

from collections.abc import Sequence
from typing import Any

from app.models import (
    Alert,
    AlertDelivery,
    AlertNotice,
    Change,
    ListCursor,
    Lookup,
    Meeting,
    News,
    NewsRef,
    OParlObject,
    Paper,
    Problem,
    Source,
    Subscriber,
)
from tests.factories.records import BODY_ID, SEEN, SERVER, id_of, number

FAR = 1_000_000  # ids that the code under test does not give out by itself


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


def subscriber(**columns: Any) -> Subscriber:
    """Build somebody who confirmed an address."""
    defaults = {
        "id": FAR + number(),
        "address": "reader@example.org",
        "language": "de",
        "nonce": f"{number():032x}",
        "requested_at": SEEN,
        "confirmation_sent_at": SEEN,
        "confirmed_at": SEEN,
        "bounces": 0,
    }
    return Subscriber(**(defaults | columns))


def alert(of: Subscriber | int, kind: str = "search", value: str = "gartenstraße", **columns: Any) -> Alert:
    """Build one thing that somebody follows."""
    defaults = {
        "id": FAR + number(),
        "subscriber_id": of if isinstance(of, int) else of.id,
        "kind": kind,
        "value": value,
        "frequency": "instant",
        "weekday": 4,
        "nonce": f"{number():032x}",
        "asked_at": SEEN,
        "seq": 0,
    }
    return Alert(**(defaults | columns))


def alert_delivery(of: Subscriber | int, kind: str = "news", **columns: Any) -> AlertDelivery:
    """Build a mail that is owed."""
    defaults = {
        "id": FAR + number(),
        "subscriber_id": of if isinstance(of, int) else of.id,
        "kind": kind,
        "day": SEEN.date(),
        "message_id": f"<{number():032x}@portal.example>",
        "created_at": SEEN,
        "attempts": 0,
        "next_try": SEEN,
    }
    return AlertDelivery(**(defaults | columns))


def notice(
    of: Alert, about: OParlObject, kind: str = "new", delivery: AlertDelivery | None = None, **columns: Any
) -> AlertNotice:
    """Build what an alert is to tell of a record; in a mail, where one is given."""
    defaults = {
        "alert_id": of.id,
        "key": f"{kind}:{about.id}",
        "kind": kind,
        "object_type": type(about).__name__,
        "object_id": about.id,
        "matter_id": about.id if isinstance(about, Paper | Meeting) else None,
        "seq": 1,
        "created_at": SEEN,
        "due_at": SEEN,
        "delivery_id": delivery.id if delivery else None,
    }
    return AlertNotice(**(defaults | columns))


def news(about: OParlObject, kind: str = "new", refs: Sequence[str] = (), **columns: Any) -> list[News | NewsRef]:
    """Build what happened to a record, with what it concerns besides itself: [news, references]."""
    matter = columns.get("matter_id", about.id if isinstance(about, Paper | Meeting) else None)
    row_id = FAR + number()
    defaults: dict[str, Any] = {
        "id": row_id,
        "seq": row_id,
        "key": f"{kind}:{about.id}",
        "kind": kind,
        "object_type": type(about).__name__,
        "object_id": about.id,
        "document_id": about.id,
        "matter_id": matter,
        "source_id": 1,
        "at": SEEN,
        "changes": [],
    }
    own = f"{type(about).__name__.lower()}:{about.id}"
    named = dict.fromkeys((own, *refs, f"body:{about.body_id}"))
    return [News(**(defaults | columns)), *(NewsRef(ref=ref, news_id=row_id) for ref in named)]
