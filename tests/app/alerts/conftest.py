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
from app.alerts import CONFIRM, UNSUBSCRIBE, Counts, confirm, run, subscribe
from app.alerts.tokens import token
from app.config import Settings
from app.db import Base
from app.mail import open_mailer
from app.models import Alert, AlertHit, OParlObject
from search import SearchIndex, open_index
from tests import factories as make
from tests.app.smtp import Sink, listening

READER = "reader@example.org"


@dataclass
class Desk:
    """Everything that alerts work with, and the few things a test does all the time."""

    engine: Engine
    index: SearchIndex
    settings: Settings
    sink: Sink
    search_url: str
    now: datetime = field(default=datetime(2026, 3, 1, 8, tzinfo=UTC))

    def run(self) -> Counts:
        """Do one pass, as `ratslupe alerts` does."""
        return run(self.engine, self.index, open_mailer(self.sink.url), self.settings, clock=lambda: self.now)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ask(self, query: str = "gartenstraße", address: str = READER, language: str = "de") -> None:
        subscribe(self.engine, self.settings, address, query, language, moment=self.now)

    def follow(self, query: str = "gartenstraße", address: str = READER, language: str = "de") -> str:
        """Ask and confirm without any mail; returns the nonce."""
        self.ask(query, address, language)
        nonce = str(self.alerts(Alert.query == query, Alert.address == address.lower())[-1].nonce)
        assert confirm(self.engine, self.settings, self.token(CONFIRM, nonce), moment=self.now)
        return nonce

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

    def quoted(self) -> list[str]:
        """Return whose mails quote something, once for each quotation."""
        with Session(self.engine) as session:
            query = select(Alert.address).join(AlertHit, AlertHit.alert_id == Alert.id)
            return list(session.scalars(query.where(AlertHit.snippet.is_not(None))))

    def link(self, purpose: str, position: int = -1) -> str:
        """Return the token behind a link of a mail that came."""
        path = {CONFIRM: "/alerts/confirm/", UNSUBSCRIBE: "/alerts/unsubscribe/"}[purpose]
        text = self.sink.taken[position].text()
        return text.split(f"http://portal.example{path}")[1].split()[0]


@pytest.fixture
def desk(engine: Engine, settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    council = make.body()
    make.save(engine, council, make.change(council, backfill=True))
    search_url = f"embedded://{tmp_path}/index"
    index = open_index(search_url, texts=indexing.texts_of(engine))
    with listening() as sink:
        yield Desk(engine, index, settings, sink, search_url)
    index.close()
