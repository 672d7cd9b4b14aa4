"""News as rows, made by hand: what happened, to which record, and whom it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.matching import Matched, match
from app.config import Settings
from app.db import writing
from app.models import AgendaItem, AlertNotice, Meeting, News, NewsRef, OParlObject, Paper
from app.news.refreshing import NEWS_CONSUMER
from tests import factories as make

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


@dataclass
class Town:
    """A database in which news are what a test says, and the few things such a test does."""

    engine: Engine
    settings: Settings
    now: datetime = NOW

    def __post_init__(self) -> None:
        self._seqs = count(1)
        make.save(self.engine, make.body())

    def tell(
        self,
        about: OParlObject,
        kind: str = "new",
        *,
        matter: OParlObject | None = None,
        document: OParlObject | None = None,
        refs: Iterable[str] = (),
        at: datetime | None = None,
        key: str = "",
    ) -> int:
        """Let something happen to a record; returns its number in the log."""
        seq = next(self._seqs)
        own = about if isinstance(about, Paper | Meeting) else None
        of = matter or own
        with writing(self.engine) as session:
            news = News(
                seq=seq,
                key=key or f"{kind}:{about.id}:{seq}",
                kind=kind,
                object_type=type(about).__name__,
                object_id=about.id,
                document_id=(document or about).id,
                matter_id=of.id if of else None,
                source_id=1,
                at=at or self.now,
                changes=[seq],
            )
            session.add(news)
            session.flush()
            session.add_all(NewsRef(ref=ref, news_id=news.id) for ref in refs)
            log.advance(session, NEWS_CONSUMER, seq)
        return seq

    def follow(self, kind: str = "search", value: str = "gartenstraße", address: str = "", **columns: Any) -> Any:
        """Have somebody who confirmed follow something; each call is another person, if no address is given."""
        number = make.records.number()
        whole = {name: columns.pop(name) for name in ("confirmed_at", "paused_at") if name in columns}
        reader = make.subscriber(id=number, address=address or f"reader{number}@example.org", **whole)
        alert = make.alert(reader, kind, value, id=number, **columns)
        make.save(self.engine, reader)
        make.save(self.engine, alert)
        return alert

    def match(self, **how: Any) -> Matched:
        return match(self.engine, self.settings, self.now, **how)

    def told(self, alert: Any) -> list[str]:
        """Return what an alert is to tell, as "kind id", in the log's order."""
        with Session(self.engine) as session:
            rows = session.scalars(
                select(AlertNotice).where(AlertNotice.alert_id == alert.id).order_by(AlertNotice.seq, AlertNotice.key)
            )
            return [f"{row.kind} {row.object_id.rpartition('/oparl/')[2]}" for row in rows]

    def withdraw(self, row: OParlObject) -> None:
        """Let a council take a record back."""
        with writing(self.engine) as session:
            found = session.get(type(row), row.id)
            assert found is not None
            found.deleted = True


def short(row: OParlObject) -> str:
    """Return an id as `Town.told` has it."""
    return row.id.rpartition("/oparl/")[2]


def item_of(meeting: Meeting, paper: Paper, **columns: Any) -> tuple[AgendaItem, list[Any]]:
    """Build an item of an agenda about a paper: the item, and all rows of it."""
    item = make.agenda_item(meeting, **columns)
    return item, [item, make.consultation(paper, meeting, item)]
