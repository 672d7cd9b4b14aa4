"""Changed rows to what figures show."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import changes, tallies
from oparl_sync.progress import Progress


def is_owed(engine: Engine) -> bool:
    """Tell whether anything changed since the last count."""
    with Session(engine) as session:
        return changes.position(session, tallies.CONSUMER) < changes.last_seq(session)


def refresh(engine: Engine, progress: Progress) -> tallies.Counts:
    """Bring what is counted up to the log."""
    with progress.step("Counting", unit="records") as step:
        done = 0

        def report(now_done: int, total: int) -> None:
            nonlocal done
            step.advance(now_done - done, total=total)
            done = now_done

        return tallies.refresh(engine, progress=report)
