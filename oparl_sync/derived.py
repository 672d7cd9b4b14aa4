"""What was noted of records, or worked out of them, goes with them: problems, results, quotes."""

from collections.abc import Sequence

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.models import MinutesResult, PaperQuote
from oparl_sync import problems
from oparl_sync.known import chunks


def forget(session: Session, ids: Sequence[str]) -> None:
    """Forget what was noted of these records, and read of these agenda items, of these papers, or in these files."""
    problems.forget(session, ids)
    for part in chunks(ids):
        theirs = or_(MinutesResult.file_id.in_(part), MinutesResult.agenda_item_id.in_(part))
        session.execute(delete(MinutesResult).where(theirs))
        session.execute(delete(PaperQuote).where(or_(PaperQuote.file_id.in_(part), PaperQuote.paper_id.in_(part))))
