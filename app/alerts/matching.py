"""From news to notices: each alert that is to tell a piece of news gets one row for it, and its cursor moves on.

What is followed by its id is looked up among whom the news concerns, a circle among the places of the news' papers,
and searches are asked of the documents behind the news; the same question is asked once, however many ask it.
Alerts that go at once come first. The others are matched when news is a quarter of an hour old, or their hour has come.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, and_, func, select, true, tuple_
from sqlalchemy.orm import Session

from app.alerts.bundling import slot_before
from app.alerts.circles import Papers, located
from app.alerts.happened import Happened, Window, window
from app.alerts.noticing import Follower, Notices
from app.alerts.sieve import KEPT, Sieve, Understood, sieve, understood
from app.alerts.targets import NEAR, NEWSLETTER, SEARCH
from app.config import Settings
from app.indexing import settled
from app.indexing.lookups import AT_ONCE
from app.models import Alert, News, Subscriber
from app.models.alerts import INSTANT
from app.news.refreshing import reached
from search import BadQuery

PATIENCE: Final = timedelta(hours=6)  # with texts that are still looked through for streets
SOME: Final = 100  # alerts looked at for one that can be asked
LATE: Final = timedelta(minutes=15)  # news waits so long at most to be matched with what does not go at once
Enough = Callable[[], bool]


@dataclass(slots=True)
class Matched:
    """What one pass found: questions asked, alerts that were moved on, notices written, alerts not understood.

    `broken` where it was broken off before all had been asked about what the next mails are to tell.
    """

    searches: int = 0
    alerts: int = 0
    notices: int = 0
    failed: int = 0
    seconds: float = 0.0
    broken: bool = False


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
        done = _Pass(engine, settings, moment, found, Alert.frequency != INSTANT, enough).run(late, until)
        # Nobody gets two mails because a pass took two turns; who waits for what is never known waits no longer.
        found.broken = not done and moment - slot_before(moment) < LATE
    found.seconds = time.monotonic() - began
    return found


def read_ahead(engine: Engine, settings: Settings, enough: Enough) -> None:
    """Read the searches that go at once before there is news, so that the first mails do not wait for that."""
    asked = followers(and_(Alert.kind == SEARCH, Alert.frequency == INSTANT)).with_only_columns(Alert.value).distinct()
    with Session(engine) as session:
        for text in session.scalars(asked.limit(KEPT)):
            if enough():
                return
            with suppress(BadQuery):
                understood(text, settings.thesaurus)


def _late(session: Session, until: int, moment: datetime) -> int:
    """Return up to which change news has waited long enough for those who do not hear of it at once."""
    since = max(moment - LATE, slot_before(moment))
    return session.scalar(select(func.max(News.seq)).where(News.at <= since, News.seq <= until)) or 0


def followers(of: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the question for alerts that are matched: of addresses that were confirmed."""
    query = select(*(Alert.id, Alert.subscriber_id, Alert.kind, Alert.value, Alert.seq, Alert.frequency, Alert.weekday))
    query = query.join(Subscriber, Subscriber.id == Alert.subscriber_id)
    return query.where(Subscriber.confirmed_at.is_not(None), Alert.kind != NEWSLETTER, of)


def _by_target(session: Session, due: Select[*tuple[Any, ...]]) -> Iterator[Follower]:
    """Yield alerts in the order of what they follow, a few of them in memory at a time."""
    order = (Alert.kind, Alert.value, Alert.id)
    query = due.order_by(*order).limit(AT_ONCE)
    rows = [Follower(*row) for row in session.execute(query)]
    while rows:
        yield from rows
        last = rows[-1]
        after = tuple_(*order) > (last.kind, last.value, last.id)
        rows = [Follower(*row) for row in session.execute(query.where(after))]


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
        self._odd, self._failed = set[int](), 0  # alerts whose search is not understood: they stay where they are

    def run(self, behind: int, until: int) -> bool:
        """Move alerts that are behind one change on to another, as many news at a time as fit into memory.

        Says whether it came to the end.
        """
        begin = 0
        while True:
            with Session(self._engine) as session:
                oldest = self._oldest(session)
                if oldest is None or oldest >= behind:
                    return True
                begin = max(begin, oldest)
                news = window(session, begin, until)
                if news is None:
                    return True
                if self._enough() or not self._match(session, news, begin):
                    return False
            begin = news.until

    def _oldest(self, session: Session) -> int | None:
        """Return how far that alert has come which is behind most; what is not understood keeps nobody busy."""
        query = followers(self._of).order_by(Alert.seq, Alert.id).limit(SOME)
        rows = [Follower(*row) for row in session.execute(query)]
        while rows:
            for row in rows:
                if row.kind != SEARCH or self._understood(row.value) is not None:
                    return row.seq
                self._pass_over([row])
            after = tuple_(Alert.seq, Alert.id) > (rows[-1].seq, rows[-1].id)
            rows = [Follower(*row) for row in session.execute(query.where(after))]
        return None

    def _understood(self, text: str) -> Understood | None:
        try:
            return understood(text, self._settings.thesaurus)
        except BadQuery:
            return None

    def _pass_over(self, rows: Iterable[Follower]) -> None:
        self._odd |= {row.id for row in rows}
        self._found.failed += len(self._odd) - self._failed
        self._failed = len(self._odd)

    def _match(self, session: Session, news: Window, begin: int) -> bool:
        """Ask all alerts about some news; says whether it came to the end."""
        # Whoever waits at a change of an earlier window is left there: what it waits for is not among these.
        # By an expression, so that SQLite does not choose the index of `seq` and sort all of it for each page.
        due = followers(self._of).where(Alert.seq + 0 >= begin, Alert.seq + 0 < news.until)
        notices = Notices(self._engine, self._moment, news, self._found)
        since = self._moment - PATIENCE
        # How far it is known comes before what is known: what is learnt in between is told once, the other way never.
        placed = min(news.until, settled(session, begin, news.until, since))
        spotted = located(session, begin, placed, since)
        papers, broken = None, False
        with sieve(session, self._settings, news.documents) as ask:
            for (kind, value), each in groupby(_by_target(session, due), attrgetter("kind", "value")):
                if broken := self._enough():
                    break
                end = news.until
                if kind == SEARCH:
                    found = self._search(news, ask, value)
                    if found is None:
                        self._pass_over(each)
                        continue
                    hits, end = found[0], placed if found[1] else end
                elif kind == NEAR:
                    papers = papers or Papers(session, news.papers)
                    hits, end = news.about(papers.within(value)), spotted
                else:
                    hits = news.of(f"{kind}:{value}")
                for follower in each:
                    notices.add(follower, hits, end)
        notices.finish()
        return not broken

    def _search(self, news: Window, ask: Sieve | None, text: str) -> tuple[list[Happened], bool] | None:
        """Return what a search finds, and whether it asks for a place, which may still be looked for in the texts.

        None where it was understood when it was asked for, and the limits have changed since: it waits to be again.
        """
        wanted = self._understood(text)
        if wanted is None:
            return None
        try:
            found = news.behind(ask.matching(text, wanted.needs)) if ask else []
        except BadQuery:
            return None
        self._found.searches += 1
        return found, wanted.waits
