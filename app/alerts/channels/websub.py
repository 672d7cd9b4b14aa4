"""Telling a WebSub hub which feeds have something new, so that programs hear of it at once and need not ask.

HubError     the hub did not take it; what it was to be told is told again next time
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.targets import BODY, RECORDS, Target
from app.config import Settings
from app.db import now, writing
from app.models import Consumer, News, NewsRef, key_of
from app.net import GuardedClient, NetError
from app.news.refreshing import reached
from app.slugs import body_slugs
from app.translations import DEFAULT, FULL

CONSUMER: Final = "websub"  # our name among the readers of the log
AT_ONCE: Final = 500  # pieces of news told of together
TOPICS: Final = 40  # addresses in one request
FORMS: Final = ("atom", "json")
LATE: Final = timedelta(hours=24)  # older news a hub that was away is not told of: programs asked meanwhile


class HubError(Exception):
    """Raised when the hub did not take what it was told."""


def open_client(settings: Settings) -> GuardedClient:
    """Return what calls the hub, which the operator chose: it may stand in a network of their own."""
    return GuardedClient(allow_networks=settings.fetch_allow_networks, contact=settings.contact)


def is_due(engine: Engine, settings: Settings) -> bool:
    """Whether there is a hub that has not been told of all news."""
    if not settings.websub_hub:
        return False
    with Session(engine) as session:
        return _told(session) != reached(session)


def ping(engine: Engine, client: GuardedClient, settings: Settings, moment: datetime | None = None) -> int:
    """Tell the hub of all feeds that have news since the last time; returns how many; raises HubError.

    Killed in between it tells some of them again, which does no harm: the hub looks, and nothing is new.
    """
    told = 0
    while is_due(engine, settings):
        with Session(engine) as session:
            seq, until = _told(session), reached(session)
            if seq is not None and seq < until:  # otherwise it begins, or what happened was derived anew
                until, refs = _next(session, settings, seq, until, (moment or now()) - LATE)
                topics = list(topics_of(session, settings.base_url, refs))
                for start in range(0, len(topics), TOPICS):
                    _publish(client, settings.websub_hub, topics[start : start + TOPICS])
                told += len(topics)
        with writing(engine) as session:
            log.advance(session, CONSUMER, until)
    return told


def topics_of(session: Session, base_url: str, refs: Iterable[str]) -> Iterator[str]:
    """Yield the addresses of all feeds of what is named, as those feeds call themselves."""
    slugs: dict[str, str] | None = None
    for ref in refs:
        target = Target(*ref.split(":", 1))
        if target.kind == BODY:
            slugs = dict(body_slugs(session)) if slugs is None else slugs
            name = slugs.get(target.value, "")
        else:
            name = key_of(target.value) if target.kind in RECORDS else ""
        for language in FULL if name else ():
            asked = f"?{urlencode({'language': language})}" if language != DEFAULT else ""
            yield from (f"{base_url}/feeds/{target.kind}/{name}.{form}{asked}" for form in FORMS)


def _told(session: Session) -> int | None:
    """Return up to which change the hub knows all, None where it was never told anything."""
    return session.scalar(select(Consumer.seq).where(Consumer.name == CONSUMER))


def _next(session: Session, settings: Settings, seq: int, until: int, since: datetime) -> tuple[int, list[str]]:
    """Return up to where the next news go, and what they concern."""
    some = select(News.seq).where(News.seq > seq, News.seq <= until).order_by(News.seq).offset(AT_ONCE - 1).limit(1)
    upto = session.scalar(some) or until
    concerned = select(NewsRef.ref).join(News, News.id == NewsRef.news_id)
    concerned = concerned.where(News.seq > seq, News.seq <= upto, News.at >= since)
    if settings.only_council:  # of the others there are no feeds here
        mine = [f"{BODY}:{one}" for one, slug in body_slugs(session).items() if slug == settings.only_council]
        concerned = concerned.where(News.id.in_(select(NewsRef.news_id).where(NewsRef.ref.in_(mine))))
    return upto, list(session.scalars(concerned.distinct().order_by(NewsRef.ref)))


def _publish(client: GuardedClient, hub: str, topics: Iterable[str]) -> None:
    said = urlencode([("hub.mode", "publish"), *(("hub.url", one) for one in topics)])
    try:
        answer = client.post(hub, said.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    except NetError as error:
        raise HubError(f"the hub was not reached: {error}") from error
    if not 200 <= answer.status < 300:
        raise HubError(f"the hub answered {answer.status}")
