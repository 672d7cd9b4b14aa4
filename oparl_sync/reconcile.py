"""A whole list beside what is stored of it: what is missing is asked for, and only by that found to be gone.

Absent is not deleted: a list may be cut, a server may have lost half of its database for a night. So nothing is taken
back here; what a complete list did not have goes on the to-do list (`todo`), and is counted each time it is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, ListCursor, Lookup, SeenPage, key_of
from oparl_sync import cursors, problems, todo, values
from oparl_sync.fetch import ListPage
from oparl_sync.known import chunks
from oparl_sync.parsed import Parsed
from oparl_sync.problems import Deviation
from oparl_sync.seen import Keys
from oparl_sync.work import Work

KEY = 13  # letters
BATCH = 1_000  # rows at a time: a list may have hundreds of thousands of entries
FEW = 5  # so many of one type may vanish at once from the smallest council …
SHARE = 0.05  # … and so large a part from any; more is believed only after a while, or when the operator says so
SOME = 2  # … but never all that there was, where that was more than this
SETTLED = (todo.ALIVE, todo.HELD, todo.RESTRICTED)
MOST = 5_000  # missing objects of one list; with more, it is the list that is not right
SAME_STAMP = 10  # entries; of so many, all modified within a day, the stamps say when they were exported


@dataclass(slots=True)
class Held:
    """What one page, or a whole list, held: keys, and the range of `modified`."""

    keys: list[str] = field(default_factory=list)
    earliest: datetime | None = None
    latest: datetime | None = None
    unstamped: int = 0

    def stamp(self, moment: datetime | None) -> None:
        """Take in one `modified`."""
        if moment is None:
            self.unstamped += 1
            return
        self.earliest = min(self.earliest or moment, moment)
        self.latest = max(self.latest or moment, moment)

    def as_row(self) -> dict[str, Any]:
        """Return what is kept of a page while its list is being read."""
        keys = "".join(self.keys).encode()
        return {"keys": keys, "earliest": self.earliest, "latest": self.latest, "unstamped": self.unstamped}


@dataclass(frozen=True, slots=True)
class Whole:
    """All that one whole reading of a list held."""

    keys: Keys
    repeats: bool
    stamps: str

    @property
    def count(self) -> int:
        """Return how many distinct entries the list had."""
        return len(self.keys)


def held(page: ListPage, parsed: Iterable[Parsed], object_type: str) -> Held:
    """Return what a page of a list of this type held, also what could not be stored; tombstones are not counted."""
    found = Held()
    alive = 0
    for part in parsed:
        for one in part.objects:
            if one.holder is None and one.type == object_type and not one.deleted:
                found.keys.append(key_of(one.id))
                found.stamp(one.values.get("modified"))
    for entry in page.entries:
        alive += not (isinstance(entry, dict) and values.is_true(entry.get("deleted")))
    # What is no object of this type is published too, and must not be missing from the count.
    found.keys += [key_of(f"{page.url}#{number}") for number in range(alive - len(found.keys))]
    return found


def gathered(session: Session, cursor: ListCursor, last: Held) -> Whole:
    """Return what the whole list held: the pages kept so far, and the last one."""
    distinct, count = Keys(last.keys), len(last.keys)
    every = Held(earliest=last.earliest, latest=last.latest, unstamped=last.unstamped)
    columns = (SeenPage.keys, SeenPage.earliest, SeenPage.latest, SeenPage.unstamped)
    seen = select(*columns).where(SeenPage.cursor_id == cursor.id).execution_options(yield_per=BATCH)
    for page in session.execute(seen):
        letters = page[0].decode()  # keys() is a row's own
        count += len(letters) // KEY
        for start in range(0, len(letters), KEY):
            distinct.add(letters[start : start + KEY])
        for moment in (page.earliest, page.latest):
            if moment is not None:
                every.stamp(moment)
        every.unstamped += page.unstamped
    return Whole(distinct, len(distinct) < count, _worth(every, len(distinct)))


def _worth(every: Held, count: int) -> str:
    """Tell whether `modified` says when something changed: rubin writes today, ALLRIS 2000-01-01, on all there is."""
    if count < 2 or (every.earliest is None and not every.unstamped):
        return cursors.OK
    if every.earliest is None or every.latest is None or every.unstamped * 2 > count:
        return cursors.SYNTHETIC
    span = every.latest - every.earliest
    return cursors.SYNTHETIC if not span or (count >= SAME_STAMP and span < timedelta(hours=24)) else cursors.OK


def listed(session: Session, cursor: ListCursor, parsed: Iterable[Parsed]) -> int:
    """Return how many objects of a page of a filtered list are stored as that list's, and not withdrawn."""
    if cursor.since is None:
        return 0
    model = OPARL_TYPES[cursor.object_type]
    keys = [key_of(one.id) for part in parsed for one in part.objects if one.type == cursor.object_type]
    there = (model.source_id == cursor.source_id, model.deleted.is_(False), model.embedded.is_(False))
    count = select(func.count()).select_from(model).where(*there)
    return sum(session.scalar(count.where(model.key.in_(part))) or 0 for part in chunks(sorted(set(keys))))


def compare(session: Session, work: Work, cursor: ListCursor, whole: Whole) -> None:
    """Put on the to-do list what the whole list did not have, and strike off what it has again."""
    model = OPARL_TYPES[cursor.object_type]
    mine = (model.source_id == cursor.source_id, model.body_id == cursor.body_id)
    stored = select(model.key, model.id).where(*mine, model.deleted.is_(False), model.embedded.is_(False))
    some = stored.execution_options(yield_per=BATCH)
    absent = (oparl_id for key, oparl_id in session.execute(some) if key not in whole.keys)
    missing = set(absent if work.accept else islice(absent, MOST))
    more = sum(1 for _ in absent)
    waiting = (Lookup.source_id == cursor.source_id, Lookup.object_type == cursor.object_type)
    columns = (Lookup.object_id, Lookup.reason, Lookup.answer)
    open_ = {row.object_id: row for row in session.execute(select(*columns).where(*waiting))}
    back = [k for k, row in open_.items() if row.reason == todo.UNLISTED and key_of(k) in whole.keys]
    todo.strike(session, cursor.source_id, (todo.UNLISTED,), back)
    session.execute(delete(SeenPage).where(SeenPage.cursor_id == cursor.id))
    if more:
        told = f"{len(missing) + more} objects that were in this list are missing from it; none is taken back"
        problems.record(
            session, cursor.source_id, [Deviation(problems.MANY_MISSING, cursor.url, told, cursor.object_type)]
        )
        return
    # What is known to be alive though no list has it is asked for only now and then.
    settled = {k for k, row in open_.items() if row.reason == todo.UNLISTED and row.answer in SETTLED}
    asked = [(cursor.object_type, oparl_id) for oparl_id in sorted(missing - settled)]
    todo.note(session, cursor.source_id, todo.UNLISTED, asked)
    for part in chunks(sorted(missing)):
        these = (Lookup.source_id == cursor.source_id, Lookup.object_id.in_(part))
        absent = or_(Lookup.answer.is_(None), Lookup.answer != todo.ALIVE)
        session.execute(update(Lookup).where(*these, absent).values(misses=Lookup.misses + 1))
