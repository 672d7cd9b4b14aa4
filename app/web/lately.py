"""What was made of the news a moment ago, and holds as long as nothing was written since: feeds and previews."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from flask import Flask, current_app
from sqlalchemy import select

from app.db import now
from app.models import Change, Consumer
from app.news.refreshing import NEWS_CONSUMER
from app.queries.meetings import midnight
from app.web.filters import today
from app.web.site import session, site

EXTENSION = "ratslupe.lately"
MANY = 96  # of a hundred thousand bytes each
HOLDS = 60.0  # seconds: what is soon, or is over, is so by the clock
A_MOMENT = timedelta(seconds=2)  # dates in headers know no parts of a second
Made = TypeVar("Made")


class Mark(NamedTuple):
    """What all of it is made from; as long as it is the same, so is what is made. `changed`: None while more may come.

    The log with everything that was withdrawn, how far its readers have come, the day, the hub.
    """

    seq: int
    readers: tuple[tuple[str, int], ...]
    day: date
    hub: str
    changed: datetime | None


@dataclass
class Lately:
    """Some things by what they are made of, the newest; what was asked for longest ago goes first."""

    clock: Callable[[], float] = monotonic
    _made: "OrderedDict[Hashable, tuple[float, Any]]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """Return what has this name; it is made where there is none, and what cannot be made is not kept."""
        with self._lock:
            held = self._made.get(name)
            if held is not None and self.clock() - held[0] < HOLDS:
                self._made.move_to_end(name)
                found: Made = held[1]
                return found
        begun, made = self.clock(), make()
        with self._lock:
            self._made[name] = (begun, made)
            self._made.move_to_end(name)
            while len(self._made) > MANY:
                self._made.popitem(last=False)
        return made


def install(app: Flask) -> None:
    """Begin to keep things."""
    app.extensions[EXTENSION] = Lately()


def taken(name: Hashable, make: Callable[[], Made]) -> Made:
    """Return what was made of the news a moment ago, or is made now; the name has to hold what it depends on."""
    kept: Lately = current_app.extensions[EXTENSION]
    return kept.take(name, make)


def mark() -> Mark:
    """Return what all that is made of the news depends on."""
    last = session().execute(select(Change.seq, Change.at).order_by(Change.seq.desc()).limit(1)).first()
    readers = {row.name: row.seq for row in session().execute(select(Consumer.name, Consumer.seq))}
    seq, at = (last.seq, last.at) if last else (0, None)
    settled = at is not None and readers.get(NEWS_CONSUMER, 0) >= seq and now() - at > A_MOMENT
    # Otherwise something may still come that is dated like what is here.
    changed = max(midnight(today()), at) if settled and at else None
    return Mark(seq, tuple(sorted(readers.items())), today(), site().settings.websub_hub, changed)
