"""What changed in a record, as data: for whoever wants to prove it, or to compute with it."""

from typing import Any

from flask import Blueprint, Response, abort
from sqlalchemy import select

from app.addresses import address_of
from app.models import OPARL_TYPES, AgendaItem, Change, OParlObject
from app.queries.history import ALL, history
from app.shown import shown
from app.web.headers import open_data
from app.web.pages.records import found, lookup
from app.web.site import session, site

history_data = Blueprint("history", __name__)

TYPES = {
    "papers": "Paper",
    "meetings": "Meeting",
    "files": "File",
    "agenda-items": "AgendaItem",
    "consultations": "Consultation",
}


@history_data.get("/<any(papers, meetings, files, 'agenda-items', consultations):folder>/<key>/history.json")
def show(folder: str, key: str) -> Response:
    """Tell what changed in a record, the newest first."""
    model: Any = OPARL_TYPES[TYPES[folder]]
    by_key: Any = lambda db, asked: db.scalar(select(model).where(model.key == asked))  # noqa: E731 - one for all types
    record: OParlObject = found(lookup(by_key, key))
    if session().scalar(select(model.id).where(model.id == record.id, shown(model))) is None:
        abort(404)
    parent = record.meeting_id or "" if isinstance(record, AgendaItem) else ""
    address = address_of(TYPES[folder], record.key, parent=parent)
    return open_data(
        {
            "id": record.id,
            "type": TYPES[folder],
            "url": None if address == "/status" else site().settings.base_url + address,
            "first_seen": record.first_seen,
            "changes": [_entry(event.change) for event in history(session(), [record.id], ALL)],
        }
    )


def _entry(change: Change) -> dict[str, Any]:
    diff = change.diff
    return {
        "seq": change.seq,
        "at": change.at,
        "kind": change.kind,
        "backfill": change.backfill,
        "fields": change.fields,
        "diff": None if diff is None else {name: {"from": one, "to": other} for name, (one, other) in diff.items()},
    }
