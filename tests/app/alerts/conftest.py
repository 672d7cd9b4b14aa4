"""A council that is indexed, a mail server, and a clock that is moved by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import indexing
from app.alerts.subscribing import confirm, subscribe
from app.alerts.targets import Target, search_target
from app.alerts.tokens import CONFIRM, END, MANAGE, REFUSE, UNSUBSCRIBE, token
from app.config import Settings
from app.db import Base
from app.mail import open_mailer
from app.models import Alert, AlertDelivery, AlertNotice, OParlObject, Subscriber
from app.models.alerts import INSTANT
from search import SearchIndex, open_index
from tests import factories as make
from tests.app.smtp import Sink, listening

READER = "reader@example.org"
PATHS = {CONFIRM: "confirm", REFUSE: "refuse", UNSUBSCRIBE: "unsubscribe", END: "unsubscribe", MANAGE: "manage"}


@dataclass
class Desk:
    """Everything that alerts work with, and the few things a test does all the time."""

    engine: Engine
    index: SearchIndex
    settings: Settings
    sink: Sink
    search_url: str
    now: datetime = field(default=datetime(2026, 3, 1, 8, tzinfo=UTC))

    def run(self) -> Any:
        """Do one pass, as `ratslupe alerts` does."""
        from app.alerts.running import run  # noqa: PLC0415 - most tests need no pass

        return run(self.engine, open_mailer(self.sink.url), self.settings, clock=lambda: self.now)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ask(
        self,
        what: Target | str = "gartenstraße",
        address: str = READER,
        language: str = "de",
        *,
        frequency: str = INSTANT,
        weekday: int = 4,
    ) -> None:
        """Ask to follow something; a text is a search."""
        target = search_target(what) if isinstance(what, str) else what
        subscribe(
            *(self.engine, self.settings, address, target, language),
            frequency=frequency,
            weekday=weekday,
            moment=self.now,
        )

    def follow(
        self, what: Target | str = "gartenstraße", address: str = READER, language: str = "de", **how: Any
    ) -> str:
        """Ask and confirm without any mail; returns the nonce of the alert."""
        self.ask(what, address, language, **how)
        subscriber = self.subscriber(address)
        assert confirm(self.engine, self.settings, self.token(CONFIRM, subscriber.nonce), moment=self.now)
        return str(self.alerts(Alert.subscriber_id == subscriber.id)[-1].nonce)

    def subscriber(self, address: str = READER) -> Subscriber:
        """Return who has an address."""
        with Session(self.engine) as session:
            return session.scalars(select(Subscriber).where(Subscriber.address == address.lower())).one()

    def token(self, purpose: str, nonce: str) -> str:
        return token(self.settings, purpose, nonce)

    def publish(self, *rows: Any, backfill: bool = False) -> None:
        """Let records arrive: written, logged and indexed."""
        make.save(self.engine, *rows)
        arrived = [row for row in make._flat(rows) if isinstance(row, OParlObject)]
        make.save(self.engine, *(make.change(row, backfill=backfill) for row in arrived))
        self.refresh()

    def refresh(self) -> None:
        indexing.refresh(self.engine, self.index)

    def alerts(self, *where: Any) -> list[Alert]:
        with Session(self.engine) as session:
            return list(session.scalars(select(Alert).where(*where).order_by(Alert.id)))

    def count(self, model: type[Base]) -> int:
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def deliveries(self, *where: Any) -> list[AlertDelivery]:
        """Return the mails that are owed or sent."""
        with Session(self.engine) as session:
            return list(session.scalars(select(AlertDelivery).where(*where).order_by(AlertDelivery.id)))

    def notices(self, *where: Any) -> list[AlertNotice]:
        """Return what was told or is to be told."""
        with Session(self.engine) as session:
            return list(session.scalars(select(AlertNotice).where(*where).order_by(AlertNotice.key)))

    def link(self, purpose: str, position: int = -1) -> str:
        """Return the token behind a link of a mail that came."""
        text = self.sink.taken[position].text()
        return text.split(f"http://portal.example/alerts/{PATHS[purpose]}/")[1].split()[0]


@pytest.fixture
def desk(engine: Engine, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    council = make.body()
    make.save(engine, council, make.change(council, backfill=True))
    search_url = f"embedded://{tmp_path}/index"
    index = open_index(search_url, texts=indexing.texts_of(engine))
    with listening() as sink:
        yield Desk(engine, index, settings, sink, search_url)
    index.close()
