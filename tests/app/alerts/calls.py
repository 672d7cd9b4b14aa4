"""Somebody who follows the council by other ways than the mail, and the other side of the line."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts.channels.calling import ChannelsSent, send_channels
from app.alerts.channels.registered import add_channel, owe, owe_pushes
from app.config import Settings
from app.db import writing
from app.models import Alert, AlertChannel, AlertNotice, ChannelDelivery, OParlObject, Subscriber
from app.net import GuardedClient
from tests import factories as make

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # a Monday, 12 o'clock in Germany
HOOK = "https://hook.example/council"


@dataclass(frozen=True)
class Heard:
    """One call that arrived."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def takes(heard: Heard) -> httpx.Response:
    """Answer as a program should: to the challenge with its word, to everything else with nothing."""
    word = heard.json.get("challenge")
    return httpx.Response(200, json={"answer": word}) if word else httpx.Response(204)


@dataclass
class Line:
    """A follower, a clock moved by hand, and what arrives at the other end; `answer` says what comes back."""

    engine: Engine
    settings: Settings
    answer: Callable[[Heard], httpx.Response] = takes
    now: datetime = NOON
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subscriber = make.subscriber()
        self.alert = make.alert(self.subscriber)
        make.save(self.engine, make.body(), self.subscriber)
        make.save(self.engine, self.alert)
        self.subscriber_id, self.alert_id = self.subscriber.id, self.alert.id

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def add(self, kind: str = "webhook", endpoint: str = HOOK) -> int:
        return add_channel(self.engine, self.settings, self.subscriber_id, kind, endpoint, moment=self.now)

    def verified(self, endpoint: str = HOOK) -> int:
        """Add a webhook that has answered; what it heard is forgotten."""
        channel_id = self.add(endpoint=endpoint)
        answer, self.answer = self.answer, takes
        self.send()
        self.answer, self.heard = answer, []
        return channel_id

    def tell(self, *about: OParlObject, alert: Alert | None = None, **columns: Any) -> None:
        """Let matching find that the alert is to tell these records."""
        told_by = alert or self.alert
        with writing(self.engine) as session:
            noticed = []
            for row in about:
                notice = make.notice(told_by, row, created_at=self.now, due_at=self.now, **columns)
                noticed.append((notice.alert_id, notice.key))
                session.add(notice)
            session.flush()
            owe(session, {told_by.subscriber_id: noticed}, self.now)

    def mail(self, *about: OParlObject, kind: str = "news", **columns: Any) -> None:
        """Let bundling put these records into a mail."""
        delivery = make.alert_delivery(self.subscriber_id, kind, created_at=self.now)
        make.save(self.engine, delivery)
        made = [make.notice(self.alert, row, delivery=delivery, created_at=self.now, **columns) for row in about]
        make.save(self.engine, *made)
        with writing(self.engine) as session:
            keys = [(one.alert_id, one.key) for one in made]
            mails = {self.subscriber_id: (delivery.id, keys)} if kind in ("news", "reminder") else {}
            owe_pushes(session, mails, self.now)

    def send(self, **options: Any) -> ChannelsSent:
        with GuardedClient(transport=httpx.MockTransport(self._handle)) as client:
            return send_channels(self.engine, client, self.settings, lambda: self.now, **options)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        heard = Heard(str(request.url), request.headers, request.content)
        self.heard.append(heard)
        return self.answer(heard)

    def channel(self, channel_id: int) -> AlertChannel | None:
        with Session(self.engine) as session:
            return session.get(AlertChannel, channel_id)

    def calls(self) -> list[ChannelDelivery]:
        with Session(self.engine) as session:
            return list(session.scalars(select(ChannelDelivery).order_by(ChannelDelivery.id)))

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with writing(self.engine) as session:
            yield session

    def pause(self, *, paused: bool) -> None:
        with self.writing() as session:
            session.get_one(Subscriber, self.subscriber_id).paused_at = self.now if paused else None

    def withdraw(self, row: OParlObject) -> None:
        """Let the council withdraw a record."""
        with self.writing() as session:
            session.get_one(type(row), row.id).deleted = True

    def notices(self) -> list[AlertNotice]:
        with Session(self.engine) as session:
            return list(session.scalars(select(AlertNotice)))
