"""A box of mails that are owed, a server that takes them, and a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts.mails.outbox import Sent, send_owed
from app.config import Settings
from app.db import Base
from app.mail import open_mailer
from app.models import Alert, AlertDelivery, Subscriber
from tests import factories as make
from tests.app.smtp import Sink


@dataclass
class Post:
    """What mails are sent with, and the few things a test of them does all the time."""

    engine: Engine
    settings: Settings
    sink: Sink
    now: datetime = field(default=datetime(2026, 3, 2, 9, tzinfo=UTC))

    def reader(self, **columns: Any) -> Subscriber:
        """Return somebody who confirmed an address."""
        reader = make.subscriber(**columns)
        make.save(self.engine, reader)
        with Session(self.engine) as session:
            return session.get_one(Subscriber, reader.id)

    def alert(self, of: Subscriber, kind: str = "search", value: str = "gartenstraße", **columns: Any) -> Alert:
        """Let somebody follow something."""
        alert = make.alert(of, kind, value, **columns)
        make.save(self.engine, alert)
        with Session(self.engine) as session:
            return session.get_one(Alert, alert.id)

    def owe(self, to: Subscriber, kind: str = "news", **columns: Any) -> AlertDelivery:
        """Owe somebody a mail, due now."""
        mail = make.alert_delivery(to, kind, created_at=self.now, next_try=self.now, **columns)
        make.save(self.engine, mail)
        with Session(self.engine) as session:
            return session.get_one(AlertDelivery, mail.id)

    def tell(self, alert: Alert, mail: AlertDelivery, about: Any, kind: str = "new", **columns: Any) -> None:
        """Let an alert tell something of a record in a mail."""
        make.save(self.engine, make.notice(alert, about, kind, mail, **columns))

    def owe_news(self, address: str = "reader@example.org") -> tuple[Subscriber, AlertDelivery]:
        """Owe somebody a mail on a paper of their own."""
        reader = self.reader(address=address)
        alert, mail, paper = self.alert(reader), self.owe(reader), make.paper()
        make.save(self.engine, paper)
        self.tell(alert, mail, paper)
        return reader, mail

    def send(self, **how: Any) -> Sent:
        """Send what is due."""
        return send_owed(self.engine, open_mailer(self.sink.url), self.settings, clock=lambda: self.now, **how)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def row(self, mail: AlertDelivery) -> AlertDelivery:
        """Return a mail as its row is now."""
        with Session(self.engine) as session:
            return session.get_one(AlertDelivery, mail.id)

    def all(self, model: type[Any]) -> list[Any]:
        """Return all rows of a table."""
        assert issubclass(model, Base)
        with Session(self.engine) as session:
            return list(session.scalars(select(model)))
