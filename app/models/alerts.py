"""Who follows what, what each is owed, and what was handed over: Subscriber, Alert, AlertNotice, AlertDelivery …"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime

INSTANT, DAILY, WEEKLY, MONTHLY = "instant", "daily", "weekly", "monthly"
FREQUENCIES = (INSTANT, DAILY, WEEKLY, MONTHLY)
# Kinds of deliveries. Only what is news counts against the day's budget.
CONFIRM, NEWS, REMINDER, MANAGE, NO_ROOM = "confirm", "news", "reminder", "manage", "no_room"
PUSH, WEBHOOK = "push", "webhook"
REFUSED, BOUNCED = "refused", "bounced"  # why an address gets nothing any more: not asked for; nobody there


# Ids are given once: links, idempotency keys and the names of mails are made from them.


class Subscriber(Base):
    """A mail address, confirmed or not; it goes with the last thing that it follows."""

    __tablename__ = "subscriber"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(Text, unique=True)
    language: Mapped[str] = mapped_column(String(8))
    nonce: Mapped[str] = mapped_column(String(32), unique=True, doc="random; mailed tokens are made from it")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmation_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: only the confirmation is sent")
    paused_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="what happens meanwhile waits, and comes at once then"
    )
    bounces: Mapped[int] = mapped_column(default=0, doc="mails in a row that nobody took for good")


class Alert(Base):
    """One thing that a subscriber follows; `kind` and `value` are a target of app.alerts.targets."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "kind", "value"),
        Index(None, "kind", "value"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(
        String(12), doc="search, paper, person, organization, meeting, body, near, newsletter"
    )
    value: Mapped[str] = mapped_column(Text, doc="our query text, the id of a record, or a circle")
    frequency: Mapped[str] = mapped_column(String(8), doc="instant, daily, weekly or monthly")
    weekday: Mapped[int] = mapped_column(doc="of weekly mails, 0 is Monday")
    nonce: Mapped[str] = mapped_column(String(32), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int] = mapped_column(BigInteger, index=True, doc="the log up to here is done")


def _index_of_some(name: str, column: str, where: str) -> Index:
    """Return an index of those notices for which something holds."""
    return Index(f"ix_alert_notice_{name}", column, sqlite_where=text(where), postgresql_where=text(where))


class AlertNotice(Base):
    """That an alert is to tell, or told, one thing: each once. `delivery_id` is empty as long as it waits."""

    __tablename__ = "alert_notice"
    __table_args__ = (
        _index_of_some("waiting", "due_at", "delivery_id IS NULL"),
        # Not of all: SQLite would look for what waits of one alert among all that waits.
        _index_of_some("told", "delivery_id", "delivery_id IS NOT NULL"),
    )

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True, doc="News.key; of reminders 'reminder:' meeting and day")
    kind: Mapped[str] = mapped_column(String(10), doc="News.kind, 'reminder' or 'newsletter'")
    object_type: Mapped[str] = mapped_column(String(16))
    object_id: Mapped[str] = mapped_column(Text, index=True)
    matter_id: Mapped[str | None] = mapped_column(Text, index=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[list[int] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, doc="not before")
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("alert_delivery.id", ondelete="CASCADE"))


class AlertDelivery(Base):
    """One mail owed or sent: written before it is sent, so that a crash loses none."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        Index(None, "sent_at", "next_try"),
        Index(None, "subscriber_id", "kind", "day"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8), doc="confirm, news, reminder, manage or no_room")
    day: Mapped[date] = mapped_column(Date, doc="in Germany, whose budget it counts against")
    message_id: Mapped[str] = mapped_column(Text, unique=True, doc="stays the same at every try")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: sent or given up")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class Suppression(Base):
    """An address that is written to no more; only its hash under the portal's key is kept."""

    __tablename__ = "suppression"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(8), doc="refused or bounced")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AddressAsked(Base):
    """That an address was asked to confirm: all that is kept of it for 30 days, so that nobody fills its box."""

    __tablename__ = "address_asked"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True, index=True)


class AlertChannel(Base):
    """A second way to a subscriber: a browser that is pushed to, or a program's address (webhook)."""

    __tablename__ = "alert_channel"
    __table_args__ = (UniqueConstraint("subscriber_id", "endpoint"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8), doc="push or webhook")
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[str] = mapped_column(String(64), index=True, doc="SHA-256: what a pushed browser asks by")
    secret: Mapped[str] = mapped_column(String(64), doc="signs what is sent; random")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0, doc="in a row")
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen: Mapped[int] = mapped_column(
        BigInteger, default=0, doc="of a browser: what its deliveries up to this id are about was fetched"
    )


class ChannelDelivery(Base):
    """One call owed to a channel; what it says is made when it is sent, from the notices that it names."""

    __tablename__ = "channel_delivery"
    __table_args__ = (
        UniqueConstraint("channel_id", "key"),
        Index(None, "sent_at", "next_try"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("alert_channel.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64), doc="the same at every try: the receiver's idempotency key")
    notices: Mapped[list[list[Any]]] = mapped_column(Json, doc="[[alert id, notice key], …]")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class NewsletterIntro(Base):
    """What the operator writes above the next newsletter of a council or a committee."""

    __tablename__ = "newsletter_intro"

    target: Mapped[str] = mapped_column(Text, primary_key=True, doc="body:… or organization:…")
    words: Mapped[str] = mapped_column(Text, doc="Markdown")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NewsletterIssue(Base):
    """One newsletter of a week: what is between two numbers of the log, the same for all who get it."""

    __tablename__ = "newsletter_issue"

    target: Mapped[str] = mapped_column(Text, primary_key=True, doc="as in NewsletterIntro")
    week: Mapped[str] = mapped_column(String(8), primary_key=True, doc="by ISO 8601: 2026-W48")
    since_seq: Mapped[int] = mapped_column(BigInteger)
    until_seq: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str | None] = mapped_column(Text, doc="the operator's, which were used up by it")
    told: Mapped[bool] = mapped_column(doc="False where nothing had happened, and no mail was owed")
