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


def note(session: Session, source_id: int, reason: str, objects: Iterable[tuple[str, str]]) -> None:
    """Put objects on the list, by type and id; one that is there already is asked again, for the newest reason."""
    wanted = {oparl_id: object_type for object_type, oparl_id in objects}
    mine = Lookup.source_id == source_id
    for part in chunks(list(wanted)):
        there = set(session.scalars(select(Lookup.object_id).where(mine, Lookup.object_id.in_(part))))
        again = {"reason": reason, "answer": None, "attempts": 0, "next_try": None}
        session.execute(update(Lookup).where(mine, Lookup.object_id.in_(there)).values(**again))
        rows = [
            {"source_id": source_id, "object_type": wanted[oparl_id], "object_id": oparl_id, "reason": reason}
            | {"misses": 0, "attempts": 0, "noted_at": now()}
            for oparl_id in part
            if oparl_id not in there
        ]
        if rows:
            session.execute(insert(Lookup), rows)


def strike(session: Session, source_id: int, reasons: Sequence[str], ids: Sequence[str]) -> None:
    """Take objects off the list."""
    mine = (Lookup.source_id == source_id, Lookup.reason.in_(reasons))
    for part in chunks(ids):
        session.execute(delete(Lookup).where(*mine, Lookup.object_id.in_(part)))
