"""From news to notices: each alert that is to tell a piece of news gets one row for it, and its cursor moves on.

What is followed by its id is looked up among whom the news concerns, a circle among the places of the news' papers,
and searches are asked of the documents behind the news; the same question is asked once, however many ask it.
Alerts that go at once come first. The others are matched when news is a quarter of an hour old, or their hour has come.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, func, select, true
from sqlalchemy.orm import Session

from app.alerts.bundling import slot_before
from app.alerts.circles import Papers, located
from app.alerts.happened import Happened, Window, window
from app.alerts.noticing import Follower, Notices
from app.alerts.sieve import Sieve, sieve, understood
from app.alerts.targets import NEAR, NEWSLETTER, SEARCH
from app.config import Settings
from app.indexing import settled
from app.models import Alert, News, Subscriber
from app.models.alerts import INSTANT
from app.news.refreshing import reached
from search import BadQuery

PATIENCE: Final = timedelta(hours=6)  # with texts that are still looked through for streets
LATE: Final = timedelta(minutes=15)  # news waits so long at most to be matched with what does not go at once
Enough = Callable[[], bool]


@dataclass(slots=True)
class Matched:
    """What one pass found: questions asked, alerts that were moved on, notices written, alerts not understood."""

    searches: int = 0
    alerts: int = 0
    notices: int = 0
    failed: int = 0
    seconds: float = 0.0


def match(
    engine: Engine,
    settings: Settings,
    moment: datetime,
    *,
    whole: bool = True,
    enough: Enough = lambda: False,
) -> Matched:
    """Write what everybody is to be told of the news there are by now.

    Not `whole`, alerts that do not go at once are left until it is worth it, and are broken off where there is `enough`
    for now. Killed at any time, the next pass goes on; of two at once, one writes.
    """
    found, began = Matched(), time.monotonic()
    with Session(engine) as session:
        until = reached(session)
        late = until if whole else _late(session, until, moment)
    if whole:
        _Pass(engine, settings, moment, found, true(), enough).run(until, until)
    else:
        _Pass(engine, settings, moment, found, Alert.frequency == INSTANT, lambda: False).run(until, until)
        _Pass(engine, settings, moment, found, Alert.frequency != INSTANT, enough).run(late, until)
    found.seconds = time.monotonic() - began
    return found


def _late(session: Session, until: int, moment: datetime) -> int:
    """Return up to which change news has waited long enough for those who do not hear of it at once."""
    since = max(moment - LATE, slot_before(moment))
    return session.scalar(select(func.max(News.seq)).where(News.at <= since, News.seq <= until)) or 0


def followers(of: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the question for alerts that are matched: of addresses that were confirmed."""
    query = select(*(Alert.id, Alert.subscriber_id, Alert.kind, Alert.value, Alert.seq, Alert.frequency, Alert.weekday))
    query = query.join(Subscriber, Subscriber.id == Alert.subscriber_id)
    return query.where(Subscriber.confirmed_at.is_not(None), Alert.kind != NEWSLETTER, of)


class _Pass:
    """One walk of some alerts along the news."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        moment: datetime,
        found: Matched,
        of: ColumnElement[bool],
        enough: Enough,
    ) -> None:
        self._engine, self._settings, self._moment = engine, settings, moment
        self._found, self._of, self._enough = found, of, enough

    def run(self, behind: int, until: int) -> None:
        """Move alerts that are behind one change on to another, as many news at a time as fit into memory."""
        begin = 0
        while not self._enough():
            with Session(self._engine) as session:
                oldest = session.scalar(select(func.min(followers(self._of).subquery().c.seq)))
                if oldest is None or oldest >= behind:
                    return
                begin = max(begin, oldest)
                news = window(session, begin, until)
                if news is None:
                    return
                self._match(session, news, begin)
            begin = news.until

    def _match(self, session: Session, news: Window, begin: int) -> None:
        # Whoever waits at a change of an earlier window is left there: what it waits for is not among these.
        due = followers(self._of).where(Alert.seq >= begin, Alert.seq < news.until)
        due = due.order_by(Alert.kind, Alert.value, Alert.id)
        rows = [Follower(*row) for row in session.execute(due)]
        notices = Notices(self._engine, self._moment, news, self._found)
        since = self._moment - PATIENCE
        with sieve(session, self._settings, news.documents) as ask:
            papers = Papers(session, news.papers) if any(row.kind == NEAR for row in rows) else None
            placed = min(news.until, settled(session, begin, news.until, since))
            spotted = located(session, begin, placed, since) if papers else placed
            for (kind, value), each in groupby(rows, attrgetter("kind", "value")):
                if self._enough():
                    break
                end = news.until
                if kind == SEARCH:
                    hits, waits = self._search(news, ask, value)
                    end = placed if waits else end
                elif kind == NEAR and papers is not None:
                    hits, end = news.about(papers.within(value)), spotted
                else:
                    hits = news.of(f"{kind}:{value}")
                for follower in each:
                    notices.add(follower, hits, end)
        notices.finish()

    def _search(self, news: Window, ask: Sieve | None, text: str) -> tuple[list[Happened], bool]:
        """Return what a search finds, and whether it asks for a place, which may still be looked for in the texts."""
        try:
            wanted = understood(text, self._settings.thesaurus)
            self._found.searches += 1
            return (news.behind(ask.matching(text, wanted.needs)) if ask else []), wanted.waits
        except BadQuery:
            # Understood when it was asked for: the limits have changed since. Nobody can say what it means any more.
            self._found.failed += 1
            return [], False
