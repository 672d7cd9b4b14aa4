"""What the log is told of results that were read in minutes: that there is one now, where nobody had stated any."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import changes
from app.db import now
from app.models import AgendaItem, Change, Meeting, MinutesResult
from app.models.changes import CREATED, UPDATED
from app.queries.outcomes import outcome_of
from oparl_sync.known import chunks

READ = "minutes"  # what the log calls the field that differs
OLD = timedelta(days=120)  # whoever gets minutes of so long ago completes a record, and brings no news


def silent(session: Session, items: Collection[str]) -> set[str]:
    """Return those agenda items of which until now neither the source nor any minutes say what became of them."""
    found: set[str] = set()
    for part in chunks(sorted(items)):
        stated = session.execute(select(AgendaItem.id, AgendaItem.result).where(AgendaItem.id.in_(part)))
        found |= {row.id for row in stated if outcome_of(row.result) is None}
        read = select(MinutesResult.agenda_item_id).where(MinutesResult.agenda_item_id.in_(part))
        found -= set(session.scalars(read))
    return found


def tell(session: Session, items: Collection[str]) -> None:
    """Log that minutes say by now what became of some agenda items, in the transaction that writes it."""
    at = now()
    for part in chunks(sorted(items)):
        query = (
            select(
                *(AgendaItem.id, AgendaItem.source_id, AgendaItem.content_hash),
                *(Meeting.start, MinutesResult.file_id),
            )
            .join(MinutesResult, MinutesResult.agenda_item_id == AgendaItem.id)
            .outerjoin(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(AgendaItem.id.in_(part))
            .order_by(AgendaItem.id, MinutesResult.file_id)
        )
        rows = session.execute(query).all()
        recent = _recent(session, {row.file_id for row in rows})
        first = {row.id: row for row in reversed(rows)}
        new = {row.id for row in rows if row.file_id in recent and not _is_old(row.start, at)}
        changes.append(
            session,
            [
                {
                    "object_type": "AgendaItem",
                    "object_id": one.id,
                    "source_id": one.source_id,
                    "kind": UPDATED,
                    "fields": [READ],
                    "diff": {},  # nothing that the council itself changed
                    "content_hash": one.content_hash,
                    "backfill": one.id not in new,
                    "at": at,
                }
                for one in sorted(first.values(), key=lambda row: row.id)
            ],
        )


def _is_old(start: datetime | None, at: datetime) -> bool:
    return start is not None and at - start > OLD


def _recent(session: Session, files: Collection[str]) -> set[str]:
    """Return the files that were published after their council was added."""
    found: set[str] = set()
    for part in chunks(sorted(files)):
        came = select(Change.object_id).where(Change.object_id.in_(part), Change.kind == CREATED, ~Change.backfill)
        found |= set(session.scalars(came))
    return found
