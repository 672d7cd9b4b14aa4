"""Calls to programs and pushes to browsers that are owed: claimed, sent side by side, marked, tried for three days.

A kill loses none; what it makes be sent twice carries the same key. Whoever does not answer keeps nobody waiting.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app.alerts.channels import push, webhooks
from app.alerts.channels.registered import CHALLENGE, due_calls, forget_calls
from app.alerts.mails.quoting import Quotes
from app.config import Settings
from app.db import now, writing
from app.models import AlertChannel, ChannelDelivery, Subscriber
from app.models.alerts import PUSH, WEBHOOK
from app.net import GuardedClient, NetError

LEASE = timedelta(minutes=5)  # longer than any call; a claim that outlives it was left by a kill
AGAIN = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    *(timedelta(hours=1), timedelta(hours=3), timedelta(hours=6)),
)
TRIES = 17  # the last one 70 hours after the first; counted, because whoever pauses does not fail
CHALLENGES = 4  # the last one 20 minutes after the first: somebody sits before the page and waits
FAILURES, SILENT = 20, timedelta(hours=72)  # in a row, and since the last answer that was good
SIDE_BY_SIDE = 8
AT_ONCE = 32  # channels
SECONDS = 30.0  # after which a pass begins no more calls
LONGEST = 300  # characters of what went wrong
GONE = "gone"
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ChannelsSent:
    """What became of the calls and pushes that were due."""

    sent: int = 0
    verified: int = 0
    failed: int = 0
    withdrawn: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be made: everything that is needed without the database."""

    delivery_id: int
    channel_id: int
    kind: str
    key: str
    endpoint: str
    secret: str
    attempts: int
    body: bytes | None  # None: nothing is left to be told
    fault: str = ""  # ours, that keeps it from being made


@dataclass(frozen=True, slots=True)
class Answered:
    """How a call ended: `fault` is empty where it was taken, GONE where nobody wants any."""

    call: Call
    fault: str = ""


def open_client(settings: Settings) -> GuardedClient:
    """Return what calls addresses that anybody may name: the operator's own networks are none of them."""
    return GuardedClient(contact=settings.contact)


def send_channels(
    engine: Engine, client: GuardedClient, settings: Settings, clock: Clock = now, *, seconds: float = SECONDS
) -> ChannelsSent:
    """Make all calls that are due; begins none after so many seconds, the next pass goes on."""
    found, end, quotes = ChannelsSent(), monotonic() + seconds, Quotes(settings)
    done: set[int] = set()  # channels that failed in this pass
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="call") as pool:
        while monotonic() < end and (claimed := _claim(engine, clock(), done)):
            calls = _calls(engine, settings, quotes, claimed)
            for answered in pool.map(partial(_made, client, settings, clock), calls):
                if answered.fault:
                    done.add(answered.call.channel_id)
                _mark(engine, answered, found, clock())
    forget_calls(engine, clock())
    return found


def _claim(engine: Engine, moment: datetime, done: Iterable[int]) -> list[int]:
    """Take one call of each channel that is owed some, for as long as a call may last."""
    due = due_calls(moment).where(AlertChannel.id.not_in(set(done))).limit(10 * AT_ONCE)
    with Session(engine) as session:  # to look costs no writer's turn
        first: dict[int, tuple[int, datetime | None]] = {}
        for delivery_id, channel_id, next_try in session.execute(due):
            first.setdefault(channel_id, (delivery_id, next_try))
    if not first:
        return []
    with writing(engine) as session:
        taken = [
            session.scalar(
                update(ChannelDelivery)
                .where(ChannelDelivery.id == delivery_id, ChannelDelivery.next_try == next_try)
                .values(next_try=moment + LEASE, attempts=ChannelDelivery.attempts + 1)
                .returning(ChannelDelivery.id)
            )
            for delivery_id, next_try in list(first.values())[:AT_ONCE]
        ]
    return [one for one in taken if one is not None]


def _calls(engine: Engine, settings: Settings, quotes: Quotes, claimed: Iterable[int]) -> list[Call]:
    with Session(engine) as session:
        rows = session.execute(
            select(ChannelDelivery, AlertChannel, Subscriber)
            .join(AlertChannel, AlertChannel.id == ChannelDelivery.channel_id)
            .join(Subscriber, Subscriber.id == AlertChannel.subscriber_id)
            .where(ChannelDelivery.id.in_(list(claimed)))
        ).all()
    return [_call(engine, settings, quotes, *row) for row in rows]


def _call(
    engine: Engine,
    settings: Settings,
    quotes: Quotes,
    delivery: ChannelDelivery,
    channel: AlertChannel,
    subscriber: Subscriber,
) -> Call:
    """Say what a call holds, from the records as they are now; one that we cannot word keeps back no other."""
    body, fault = None, ""
    try:
        with Session(engine) as session:
            body = _body(session, settings, quotes, delivery, channel, subscriber)
    except Exception as error:
        logger.exception("call %s cannot be worded", delivery.id)
        fault = f"not worded: {type(error).__name__}"
    return Call(
        *(delivery.id, channel.id, channel.kind, delivery.key, channel.endpoint, channel.secret, delivery.attempts),
        body,
        fault,
    )


def _body(
    session: Session,
    settings: Settings,
    quotes: Quotes,
    delivery: ChannelDelivery,
    channel: AlertChannel,
    subscriber: Subscriber,
) -> bytes | None:
    if delivery.key == CHALLENGE:
        return webhooks.challenge_body(channel.secret)
    named, language = (delivery.notices, subscriber.id, subscriber.language), subscriber.language
    is_program = channel.kind == WEBHOOK
    entries = webhooks.told(session, *named, settings.base_url, quotes if is_program else None)
    if not entries:
        return None
    return webhooks.news_body(session, delivery.key, entries, language, settings.base_url) if is_program else b""


def _made(client: GuardedClient, settings: Settings, clock: Clock, call: Call) -> Answered:
    """Make one call; nothing that the other side does is raised."""
    if call.body is None:
        return Answered(call, call.fault)
    if call.kind == PUSH:
        headers = push.headers_of(settings, call.endpoint, clock())
    else:
        headers = webhooks.headers_of(call.secret, call.key, call.body, clock())
    try:
        answer = client.post(call.endpoint, call.body, headers=headers)
    except NetError as error:
        return Answered(call, f"{type(error).__name__}: {error}"[:LONGEST])
    if answer.status == 410 or (answer.status == 404 and call.kind == PUSH):
        return Answered(call, GONE)
    if not 200 <= answer.status < 300:
        return Answered(call, f"status {answer.status}")
    if call.key == CHALLENGE and not webhooks.is_answered(call.secret, answer.content):
        return Answered(call, "answered without the challenge")
    return Answered(call)


def _mark(engine: Engine, answered: Answered, found: ChannelsSent, moment: datetime) -> None:
    call = answered.call
    with writing(engine) as session:
        channel = session.get(AlertChannel, call.channel_id)
        if channel is None:
            return  # ended meanwhile
        if answered.fault == GONE:
            found.ended += 1
            _update(session, call, next_try=None, error="nobody is there any more")
            _end(session, channel, moment)
        elif call.fault:
            found.failed += 1
            _later(session, call, call.fault, moment)  # no fault of the other side, which is not counted there
        elif answered.fault:
            found.failed += 1
            _failed(session, channel, call, answered.fault, moment, found)
        elif call.body is None:
            found.withdrawn += 1
            _update(session, call, next_try=None, error="withdrawn before it was sent", notices=[])
        else:
            found.sent += 1
            channel.failures = 0
            # What a browser is pushed for it has yet to ask.
            told = {} if call.kind == PUSH else {"notices": list[object]()}
            _update(session, call, sent_at=moment, next_try=None, error=None, **told)
            if call.key == CHALLENGE:
                found.verified += 1
                channel.verified_at = moment


def _failed(
    session: Session, channel: AlertChannel, call: Call, fault: str, moment: datetime, found: ChannelsSent
) -> None:
    channel.failures += 1
    again, over = _later(session, call, fault, moment)
    # What else waits for it would meet the same silence.
    others = (ChannelDelivery.channel_id == channel.id, ChannelDelivery.sent_at.is_(None))
    session.execute(update(ChannelDelivery).where(*others, ChannelDelivery.next_try < again).values(next_try=again))
    if (over and call.key == CHALLENGE) or (channel.failures >= FAILURES and _silent(session, channel, moment)):
        found.ended += 1
        _end(session, channel, moment)


def _later(session: Session, call: Call, fault: str, moment: datetime) -> tuple[datetime, bool]:
    """Note that a call is to be made again; returns when, and whether it is given up instead."""
    again = moment + AGAIN[min(call.attempts, len(AGAIN)) - 1]
    over = call.attempts >= (CHALLENGES if call.key == CHALLENGE else TRIES)
    _update(session, call, next_try=None if over else again, error=f"given up: {fault}" if over else fault)
    return again, over


def _silent(session: Session, channel: AlertChannel, moment: datetime) -> bool:
    """Say whether nothing was taken there for three days."""
    taken = select(func.max(ChannelDelivery.sent_at)).where(ChannelDelivery.channel_id == channel.id)
    last = session.scalar(taken) or channel.verified_at or channel.created_at
    return moment - last >= SILENT


def _end(session: Session, channel: AlertChannel, moment: datetime) -> None:
    """Call no more there: a browser that is gone comes with another address, a program's follower may begin anew."""
    if channel.kind == PUSH:
        session.execute(delete(AlertChannel).where(AlertChannel.id == channel.id))
        return
    channel.disabled_at = moment
    waiting = (ChannelDelivery.channel_id == channel.id, ChannelDelivery.next_try.is_not(None))
    session.execute(update(ChannelDelivery).where(*waiting).values(next_try=None, notices=[]))


def _update(session: Session, call: Call, **values: object) -> None:
    session.execute(update(ChannelDelivery).where(ChannelDelivery.id == call.delivery_id).values(**values))
