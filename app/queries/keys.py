"""Records by parts of their keys: by how one begins, and in slices of equal size.

Keys are hashes in 32 letters, so each slice of their range holds as many records as any other. To read one is a walk
over the index of the key: no page before it has to be counted or passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Alias, OParlObject, key_of
from app.shown import shown

LENGTH = 13
# In the order in which every collation sorts them: figures first.
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
PREFIXES = [first + second for first in LETTERS for second in LETTERS]
SLICES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Slice:
    """One of `of` equal parts of all keys: how many records are in it, at most, and when one last changed."""

    number: int
    of: int
    count: int
    changed: datetime | None

    @property
    def bounds(self) -> tuple[str, str]:
        """The lowest and the highest key that may be in it."""
        width = len(PREFIXES) // self.of
        first = (self.number - 1) * width
        return PREFIXES[first].ljust(LENGTH, LETTERS[0]), PREFIXES[first + width - 1].ljust(LENGTH, LETTERS[-1])


def beginning(session: Session, model: type[OParlObject], code: str, most: int = 10) -> list[OParlObject]:
    """Return the records of a type whose key, or the one they had before their server moved, begins like this.

    Withdrawn ones are among them: an address that led somewhere goes on to say what became of that.
    """
    low, high = code.ljust(LENGTH, LETTERS[0]), code.ljust(LENGTH, LETTERS[-1])
    query = select(model).where(model.key.between(low, high)).order_by(model.key).limit(most)
    found = list(session.scalars(query))
    if found:
        return found
    moved = session.scalars(select(Alias.new_id).where(Alias.key.between(low, high)).limit(most))
    keys = [key_of(new_id) for new_id in moved]
    return list(session.scalars(select(model).where(model.key.in_(keys)).order_by(model.key))) if keys else []


def slices(session: Session, model: type[OParlObject], size: int) -> list[Slice]:
    """Return the slices of about `size` records that a type comes in; counts a whole table, so ask seldom."""
    letters = func.substr(model.key, 1, 2)
    query = select(letters, func.count(), func.max(model.changed_at)).where(~model.deleted).group_by(letters)
    counted = {prefix: (count, changed) for prefix, count, changed in session.execute(query)}
    total = sum(count for count, _ in counted.values())
    if not total:
        return []
    of = next((one for one in SLICES if total / one <= size), SLICES[-1])
    width = len(PREFIXES) // of
    groups = [PREFIXES[start : start + width] for start in range(0, len(PREFIXES), width)]
    return [
        _slice(number, of, [counted[one] for one in group if one in counted]) for number, group in enumerate(groups, 1)
    ]


def _slice(number: int, of: int, parts: Sequence[tuple[int, datetime]]) -> Slice:
    return Slice(number, of, sum(count for count, _ in parts), max((changed for _, changed in parts), default=None))


def keys_in(session: Session, model: Any, one: Slice, most: int) -> list[tuple[str, datetime]]:
    """Return the keys of a slice's records that everybody may read, and when this mirror last saw each change."""
    low, high = one.bounds
    query = select(model.key, model.changed_at).where(model.key.between(low, high), shown(model))
    return [(key, changed) for key, changed in session.execute(query.order_by(model.key).limit(most))]
