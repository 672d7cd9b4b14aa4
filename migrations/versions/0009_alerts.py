"""News made from the log; subscribers who follow anything; notices, deliveries, channels, newsletters"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import app.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = app.db.UtcDateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RECORDS = {
    "Paper": "paper",
    "File": "file",
    "Meeting": "meeting",
    "AgendaItem": "agenda_item",
    "Person": "person",
    "Organization": "organization",
}


def upgrade() -> None:
    alerts, hits, mails = _kept()
    for name in ("alert_hit", "alert_delivery", "alert"):
        op.drop_table(name)
    _create_news()
    _create_followers()
    _create_channels()
    _put_back(alerts, hits, mails)


def _kept() -> tuple[list[sa.Row], list[sa.Row], list[sa.Row]]:
    connection = op.get_bind()
    alert = sa.table(
        "alert",
        *(sa.column(name) for name in ("id", "address", "query", "language", "nonce", "seq")),
        *(sa.column(name, app.db.UtcDateTime()) for name in ("requested_at", "confirmation_sent_at", "confirmed_at")),
    )
    hit = sa.table("alert_hit", *(sa.column(name) for name in ("alert_id", "object_id", "delivery_id")))
    mail = sa.table(
        "alert_delivery",
        *(sa.column(name) for name in ("id", "alert_id", "message_id")),
        *(sa.column(name, app.db.UtcDateTime()) for name in ("created_at", "sent_at", "next_try")),
    )
    return (
        list(connection.execute(sa.select(alert).order_by(alert.c.id))),
        list(connection.execute(sa.select(hit))),
        list(connection.execute(sa.select(mail))),
    )


def _create_news() -> None:
    op.create_table(
        "news",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("matter_id", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("changes", app.db.Json(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_news_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sa.UniqueConstraint("key", name=op.f("uq_news_key")),
        sqlite_autoincrement=True,
    )
    for column in ("at", "document_id", "matter_id", "object_id", "seq"):
        op.create_index(op.f(f"ix_news_{column}"), "news", [column])
    op.create_table(
        "news_ref",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("news_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["news_id"], ["news.id"], name=op.f("fk_news_ref_news_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ref", "news_id", name=op.f("pk_news_ref")),
    )
    op.create_index(op.f("ix_news_ref_news_id"), "news_ref", ["news_id"])


def _create_followers() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("requested_at", _MOMENT, nullable=False),
        sa.Column("confirmation_sent_at", _MOMENT, nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("paused_at", _MOMENT, nullable=True),
        sa.Column("bounces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address", name=op.f("uq_subscriber_address")),
        sa.UniqueConstraint("nonce", name=op.f("uq_subscriber_nonce")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("frequency", sa.String(length=8), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_alert_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("nonce", name=op.f("uq_alert_nonce")),
        sa.UniqueConstraint("subscriber_id", "kind", "value", name=op.f("uq_alert_subscriber_id_kind_value")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_kind_value"), "alert", ["kind", "value"])
    op.create_index(op.f("ix_alert_seq"), "alert", ["seq"])
    op.create_table(
        "alert_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_alert_delivery_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_alert_delivery_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_delivery_sent_at_next_try"), "alert_delivery", ["sent_at", "next_try"])
    op.create_index(
        op.f("ix_alert_delivery_subscriber_id_kind_day"), "alert_delivery", ["subscriber_id", "kind", "day"]
    )
    op.create_table(
        "alert_notice",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("object_type", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("matter_id", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("changes", app.db.Json(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_notice_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["alert_delivery.id"], name=op.f("fk_alert_notice_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "key", name=op.f("pk_alert_notice")),
    )
    for column in ("matter_id", "object_id"):
        op.create_index(op.f(f"ix_alert_notice_{column}"), "alert_notice", [column])
    for name, column, where in (("told", "delivery_id", "delivery_id IS NOT NULL"), ("waiting", "due_at", "delivery_id IS NULL")):
        some = sa.text(where)
        op.create_index(f"ix_alert_notice_{name}", "alert_notice", [column], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppression")),
    )
    op.create_table(
        "address_asked",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("address_hash", "at", name=op.f("pk_address_asked")),
    )
    op.create_index(op.f("ix_address_asked_at"), "address_asked", ["at"])


def _create_channels() -> None:
    op.create_table(
        "alert_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("endpoint_hash", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("verified_at", _MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("disabled_at", _MOMENT, nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_alert_channel_subscriber_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_channel")),
        sa.UniqueConstraint("subscriber_id", "endpoint", name=op.f("uq_alert_channel_subscriber_id_endpoint")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_alert_channel_endpoint_hash"), "alert_channel", ["endpoint_hash"])
    op.create_table(
        "channel_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("notices", app.db.Json(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["alert_channel.id"], name=op.f("fk_channel_delivery_channel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_delivery")),
        sa.UniqueConstraint("channel_id", "key", name=op.f("uq_channel_delivery_channel_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_channel_delivery_sent_at_next_try"), "channel_delivery", ["sent_at", "next_try"])
    op.create_table(
        "newsletter_intro",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_newsletter_intro")),
    )
    op.create_table(
        "newsletter_issue",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("since_seq", sa.BigInteger(), nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("target", "week", name=op.f("pk_newsletter_issue")),
    )


def _put_back(alerts: list[sa.Row], hits: list[sa.Row], mails: list[sa.Row]) -> None:
    """Keep who followed what, and what each was told; a mail that waited is owed anew, one that was given up is not.

    Of an address that confirmed something, what it never confirmed is left out: anybody could have typed it.
    """
    moment = datetime.now(UTC)
    by_address: dict[str, list[sa.Row]] = {}
    for row in alerts:
        by_address.setdefault(row.address, []).append(row)
    subscribers, kept, subscriber_of = [], [], {}
    for number, (address, rows) in enumerate(by_address.items(), 1):
        confirmed = [row for row in rows if row.confirmed_at is not None]
        first = (confirmed or rows)[0]
        subscribers.append(
            {
                **{"id": number, "address": address, "language": first.language, "nonce": first.nonce, "bounces": 0},
                "requested_at": max(row.requested_at for row in confirmed or rows),
                "confirmation_sent_at": first.confirmation_sent_at,
                "confirmed_at": first.confirmed_at,
                "paused_at": None,
            }
        )
        for row in confirmed or rows:
            subscriber_of[row.id] = number
            kept.append(
                {
                    **{"id": row.id, "subscriber_id": number, "kind": "search", "value": row.query, "seq": row.seq},
                    **{"frequency": "instant", "weekday": 4, "asked_at": row.requested_at},
                    "nonce": row.nonce,  # its link in mails of before ends it still
                }
            )
    sent = [mail for mail in mails if mail.sent_at is not None and mail.alert_id in subscriber_of]
    told = {mail.id for mail in sent}
    over = {mail.id for mail in mails if mail.sent_at is None and mail.next_try is None}
    hits = [hit for hit in hits if hit.alert_id in subscriber_of and hit.delivery_id not in over]
    metadata, connection = sa.MetaData(), op.get_bind()
    for name, rows in (
        ("subscriber", subscribers),
        ("alert", kept),
        ("alert_delivery", [_mail(mail, subscriber_of[mail.alert_id]) for mail in sent]),
        ("alert_notice", [_notice(hit, told, moment) for hit in hits]),
    ):
        if rows:
            table = sa.Table(name, metadata, autoload_with=connection)
            moments = {column: sa.type_coerce(sa.bindparam(column), app.db.UtcDateTime()) for column in _moments(rows)}
            connection.execute(table.insert().values(moments), rows)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("subscriber", "alert", "alert_delivery"):
            op.execute(f"SELECT setval('{name}_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {name}), false)")


def _moments(rows: list[dict[str, object]]) -> list[str]:
    return [name for name in rows[0] if name.endswith("_at") or name == "next_try"]


def _mail(mail: sa.Row, subscriber: int) -> dict[str, object]:
    return {
        **{"id": mail.id, "subscriber_id": subscriber, "kind": "news", "day": mail.created_at.date()},
        **{"message_id": mail.message_id, "created_at": mail.created_at, "attempts": 1, "next_try": None},
        **{"sent_at": mail.sent_at, "error": None},
    }


def _notice(hit: sa.Row, told: set[int], moment: datetime) -> dict[str, object]:
    connection = op.get_bind()
    found = (
        object_type
        for object_type, table in _RECORDS.items()
        if connection.scalar(sa.text(f"SELECT 1 FROM {table} WHERE id = :id"), {"id": hit.object_id})  # noqa: S608 - our own names
    )
    return {
        **{"alert_id": hit.alert_id, "key": f"new:{hit.object_id}", "kind": "new", "object_type": next(found, "File")},
        **{"object_id": hit.object_id, "matter_id": None, "seq": 0, "changes": None},
        **{"created_at": moment, "due_at": moment},
        "delivery_id": hit.delivery_id if hit.delivery_id in told else None,
    }


def downgrade() -> None:
    raise NotImplementedError("what is followed since has no place in the tables of before")
