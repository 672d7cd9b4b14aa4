"""What was noted of records, or worked out of them, goes with them: problems, results, quotes, places."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.models import Address, MinutesResult, PaperPlace, PaperQuote, Place
from oparl_sync import due_places, problems
from oparl_sync.known import chunks

AT_ONCE = 400  # places in one IN (…)


def forget(session: Session, ids: Sequence[str]) -> None:
    """Forget what was noted of these records, and read of these agenda items, of these papers, or in these files."""
    problems.forget(session, ids)
    for part in chunks(ids):
        theirs = or_(MinutesResult.file_id.in_(part), MinutesResult.agenda_item_id.in_(part))
        session.execute(delete(MinutesResult).where(theirs))
        session.execute(delete(PaperQuote).where(or_(PaperQuote.file_id.in_(part), PaperQuote.paper_id.in_(part))))
        # Whatever another file of the paper says is found again when the log is read.
        placed = or_(PaperPlace.paper_id.in_(part), PaperPlace.file_id.in_(part))
        places = set(session.scalars(select(PaperPlace.place_id).where(placed)))
        session.execute(delete(PaperPlace).where(placed))
        count_papers(session, places)
        due_places.note_told(session, part)
        session.execute(delete(Address).where(Address.origin.in_(part)))


def count_papers(session: Session, places: Collection[int]) -> None:
    """Count the papers of places anew; those that have none any more go."""
    ids = sorted(places)
    for start in range(0, len(ids), AT_ONCE):
        these = Place.id.in_(ids[start : start + AT_ONCE])
        about = select(func.count()).select_from(PaperPlace).where(PaperPlace.place_id == Place.id)
        values = {"papers": about.scalar_subquery(), "drawn": about.where(PaperPlace.drawn).scalar_subquery()}
        session.execute(update(Place).where(these).values(**values).execution_options(synchronize_session=False))
        gone = delete(Place).where(these, Place.papers == 0)
        session.execute(gone.execution_options(synchronize_session=False))
