"""The to-do list of objects that are asked for by their own address: noted in the commit that makes it necessary."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.models import Lookup
from oparl_sync.known import chunks

# Why: something points to it and no list has it; its holder names it no more; a whole list did not have it; its list
# leaves out parts of it.
REFERENCE, UNNAMED, UNLISTED, SPARSE = "reference", "unnamed", "unlisted", "sparse"
# What came of it. HELD: gone, but so are so many that nobody believes it yet.
ALIVE, GONE, RESTRICTED, FAILED, HELD = "alive", "gone", "restricted", "failed", "held"


def note(
    session: Session, source_id: int, reason: str, objects: Iterable[tuple[str, str]], *, again: bool = False
) -> None:
    """Put objects on the list, by type and id.

    One that is there for another reason is there for this one from now on, as if it were new. One that is there for
    the same is left as it is, or asked `again` at once.
    """
    wanted = {oparl_id: object_type for object_type, oparl_id in objects}
    mine = Lookup.source_id == source_id
    anew = {"reason": reason, "answer": None, "attempts": 0, "next_try": None, "misses": 0, "noted_at": now()}
    for part in chunks(list(wanted)):
        rows = session.execute(select(Lookup.object_id, Lookup.reason).where(mine, Lookup.object_id.in_(part))).all()
        other = [row.object_id for row in rows if row.reason != reason]
        session.execute(update(Lookup).where(mine, Lookup.object_id.in_(other)).values(**anew))
        if again:
            same = [row.object_id for row in rows if row.reason == reason]
            session.execute(update(Lookup).where(mine, Lookup.object_id.in_(same)).values(next_try=None))
        there = {row.object_id for row in rows}
        new = [
            {"source_id": source_id, "object_type": wanted[oparl_id], "object_id": oparl_id, **anew}
            for oparl_id in part
            if oparl_id not in there
        ]
        if new:
            session.execute(insert(Lookup), new)


def strike(session: Session, source_id: int, reasons: Sequence[str], ids: Sequence[str]) -> None:
    """Take objects off the list."""
    mine = (Lookup.source_id == source_id, Lookup.reason.in_(reasons))
    for part in chunks(ids):
        session.execute(delete(Lookup).where(*mine, Lookup.object_id.in_(part)))
