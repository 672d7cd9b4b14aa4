"""Second ways to a follower besides the mail: a program's address (webhook), and a browser that is pushed to.

A webhook is called at once with what is new; a browser is pushed to when a mail is made, so that the budget, the
quiet hours and the rhythm of the mails hold for it by themselves. What is owed is a row, which `calling` sends.

ChannelError
├── BadEndpoint     an address that is never dialled
│   └── UnknownService  a browser's, of a push service that we do not know
└── TooMany         more channels than one follower may have
"""

import hashlib
import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from urllib.parse import urlsplit

from sqlalchemy import Engine, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from app.alerts.quiet import is_quiet
from app.config import Settings
from app.db import now, writing
from app.indexing.lookups import AT_ONCE, chunks
from app.models import AlertChannel, ChannelDelivery, Subscriber
from app.models.alerts import PUSH, WEBHOOK
from app.net import BadAddress, well_formed

QUOTA = 5  # of each kind
HTTPS = 443
CHALLENGE = "challenge"  # the key of the call that an address has to answer before it is used
ITEMS = 100  # pieces of news in one call
KEPT = timedelta(days=30)  # calls that are over, for whoever asks why
KINDS = (WEBHOOK, PUSH)
# Where the makers of browsers pass pushes on: Chrome and its kin, Firefox, Safari, Edge. A browser's address is not
# asked whether it waits for us, so any other could be somebody's who does not. PUSH_SERVICES names more of them.
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
Noticed = tuple[int, str]  # the id of an alert, the key of its news


class ChannelError(Exception):
    """Raised where a channel cannot be added."""


class BadEndpoint(ChannelError):
    """Raised for an address that is never dialled."""


class UnknownService(BadEndpoint):
    """Raised for a browser's address at a push service that we do not know."""


class TooMany(ChannelError):
    """Raised where a follower has as many channels of a kind as one may have."""


def add_channel(
    engine: Engine,
    settings: Settings,
    subscriber_id: int,
    kind: str,
    endpoint: str,
    *,
    moment: datetime | None = None,
) -> int:
    """Add a channel, or begin anew with one that was given up; returns its id. Raises BadEndpoint, TooMany.

    A webhook is used when its address has answered the challenge that is owed to it from here on.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of channel: {kind}")
    address, asked = _checked(settings, kind, endpoint), moment or now()
    with writing(engine) as session:
        # Two forms sent at once must not both find room.
        session.execute(select(Subscriber.id).where(Subscriber.id == subscriber_id).with_for_update())
        own = session.scalars(
            select(AlertChannel).where(AlertChannel.subscriber_id == subscriber_id, AlertChannel.kind == kind)
        ).all()
        channel = next((one for one in own if one.endpoint == address), None)
        if channel is None:
            if len(own) >= QUOTA:
                raise TooMany
            channel = _new(subscriber_id, kind, address, asked)
            session.add(channel)
        channel.failures, channel.disabled_at = 0, None
        session.flush()
        if kind == PUSH:
            channel.verified_at = channel.verified_at or asked
        elif channel.verified_at is None:
            _challenge(session, channel, asked)
        return channel.id


def end_channel(engine: Engine, subscriber_id: int, channel_id: int) -> bool:
    """End a follower's channel and forget what it was still owed; whether there was one."""
    ours = (AlertChannel.id == channel_id, AlertChannel.subscriber_id == subscriber_id)
    with writing(engine) as session:
        return bool(session.execute(delete(AlertChannel).where(*ours).returning(AlertChannel.id)).all())


def channels_of(session: Session, subscriber_id: int) -> Sequence[AlertChannel]:
    """Return a follower's channels in the order in which they were added."""
    own = select(AlertChannel).where(AlertChannel.subscriber_id == subscriber_id)
    return session.scalars(own.order_by(AlertChannel.id)).all()


def last_errors(session: Session, channels: Iterable[AlertChannel]) -> dict[int, str]:
    """Return by channel how its newest call ended that did not go well, and is not made good since."""
    failing = [one.id for one in channels if one.failures]
    calls = select(ChannelDelivery.channel_id, ChannelDelivery.error).where(
        ChannelDelivery.channel_id.in_(failing), ChannelDelivery.error.is_not(None), ChannelDelivery.sent_at.is_(None)
    )
    rows = session.execute(calls.order_by(ChannelDelivery.id)).all() if failing else ()
    return {channel_id: error or "" for channel_id, error in rows}


def owe(session: Session, noticed: Mapping[int, Sequence[Noticed]], moment: datetime) -> int:
    """Owe the webhooks of followers one call for what they are to be told from this pass on; returns how many.

    `noticed` names new notices by subscriber, in the transaction that writes them: so each is told once.
    """
    if not noticed:
        return 0
    used = select(AlertChannel.id, AlertChannel.subscriber_id).where(
        AlertChannel.subscriber_id.in_(noticed),
        AlertChannel.kind == WEBHOOK,
        AlertChannel.verified_at.is_not(None),
        AlertChannel.disabled_at.is_(None),
    )
    owed = 0
    for channel_id, subscriber_id in session.execute(used).all():
        told = sorted(noticed[subscriber_id])
        for first in range(0, len(told), ITEMS):
            some = [list(one) for one in told[first : first + ITEMS]]
            session.add(_call(channel_id, _key(some, moment), some, moment))
            owed += 1
    session.flush()
    return owed


def owe_pushes(session: Session, mails: Mapping[int, tuple[int, Sequence[Noticed]]], moment: datetime) -> int:
    """Owe the browsers of followers one push for each mail, in the transaction that makes it; returns how many.

    `mails` names by subscriber the mail and what it tells.
    """
    used = select(AlertChannel.id, AlertChannel.subscriber_id).where(
        AlertChannel.kind == PUSH, AlertChannel.disabled_at.is_(None)
    )
    owed = 0
    for some in chunks(mails, AT_ONCE):
        for channel_id, subscriber_id in session.execute(used.where(AlertChannel.subscriber_id.in_(some))).all():
            mail_id, told = mails[subscriber_id]
            session.add(_call(channel_id, f"mail:{mail_id}", [list(one) for one in told], moment))
            owed += 1
    session.flush()
    return owed


def due_calls(moment: datetime) -> Select[int, int, datetime | None]:
    """Return the question for calls that may be made now: their ids, their channels' and their times, oldest first."""
    waiting = (
        select(ChannelDelivery.id, ChannelDelivery.channel_id, ChannelDelivery.next_try)
        .join(AlertChannel, AlertChannel.id == ChannelDelivery.channel_id)
        .join(Subscriber, Subscriber.id == AlertChannel.subscriber_id)
        .where(ChannelDelivery.sent_at.is_(None), ChannelDelivery.next_try <= moment)
        .where(Subscriber.confirmed_at.is_not(None), Subscriber.paused_at.is_(None))
        .where(AlertChannel.disabled_at.is_(None))
        .order_by(ChannelDelivery.next_try, ChannelDelivery.id)
    )
    return waiting.where(AlertChannel.kind != PUSH) if is_quiet(moment) else waiting


def is_due(session: Session, moment: datetime) -> bool:
    """Say whether there is a call to be made by now."""
    return session.execute(due_calls(moment).limit(1)).first() is not None


def forget_calls(engine: Engine, moment: datetime) -> None:
    """Forget calls that are over for a month."""
    over = or_(ChannelDelivery.sent_at.is_not(None), ChannelDelivery.next_try.is_(None))
    old = (over, ChannelDelivery.created_at < moment - KEPT)
    with Session(engine) as session:  # most passes find none, and to look costs no writer's turn
        if session.scalar(select(ChannelDelivery.id).where(*old).limit(1)) is None:
            return
    with writing(engine) as session:
        session.execute(delete(ChannelDelivery).where(*old))


def forget_owed(session: Session, ids: Iterable[str]) -> None:
    """Take records that were erased out of calls that are owed, and out of pushes whose browser has not asked yet."""
    gone = frozenset(ids)
    rows = select(ChannelDelivery.id, ChannelDelivery.notices).where(ChannelDelivery.notices != [])
    for delivery_id, notices in session.execute(rows).all():
        left = [one for one in notices if not _names(one[1], gone)]
        if len(left) < len(notices):
            session.execute(update(ChannelDelivery).where(ChannelDelivery.id == delivery_id).values(notices=left))


def endpoint_hash(endpoint: str) -> str:
    """Return by what a browser's channel is found."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _checked(settings: Settings, kind: str, endpoint: str) -> str:
    """Return an address as it is dialled: what somebody follows goes over no open line, unless we do ourselves."""
    try:
        address = well_formed(endpoint)
    except BadAddress as error:
        raise BadEndpoint(str(error)) from error
    parts = urlsplit(address)
    plain = kind == WEBHOOK and settings.base_url.startswith("http://")
    if not plain and (parts.scheme, parts.port or HTTPS) != ("https", HTTPS):
        raise BadEndpoint("only https is dialled, and only its own port")
    if kind == PUSH and not _is_service(parts.hostname or "", (*SERVICES, *settings.push_services)):
        raise UnknownService(f"{parts.hostname} is no push service that we know")
    return address


def _is_service(host: str, known: Iterable[str]) -> bool:
    return any(f".{host}".endswith(f".{one}") for one in known)


def _new(subscriber_id: int, kind: str, endpoint: str, moment: datetime) -> AlertChannel:
    return AlertChannel(
        subscriber_id=subscriber_id,
        kind=kind,
        endpoint=endpoint,
        endpoint_hash=endpoint_hash(endpoint),
        secret=secrets.token_hex(32),
        created_at=moment,
        failures=0,
        seen=0,
    )


def _challenge(session: Session, channel: AlertChannel, moment: datetime) -> None:
    theirs = (ChannelDelivery.channel_id == channel.id, ChannelDelivery.key == CHALLENGE)
    again = update(ChannelDelivery).where(*theirs).values(next_try=moment, attempts=0, error=None, sent_at=None)
    if not session.execute(again.returning(ChannelDelivery.id)).all():
        session.add(_call(channel.id, CHALLENGE, [], moment))


def _call(channel_id: int, key: str, notices: list[list[object]], moment: datetime) -> ChannelDelivery:
    return ChannelDelivery(
        channel_id=channel_id, key=key, notices=notices, created_at=moment, attempts=0, next_try=moment
    )


def _names(key: str, ids: Container[str]) -> bool:
    """Say whether one of these ids stands in the key of a notice, whole: `planned:` id `:` id `:` day."""
    parts = key.split(":")
    return any(":".join(parts[first:end]) in ids for first, end in combinations(range(len(parts) + 1), 2))


def _key(notices: Sequence[Sequence[object]], moment: datetime) -> str:
    return hashlib.sha256(repr((notices, moment.isoformat())).encode()).hexdigest()
