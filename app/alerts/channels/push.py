"""Pushing to browsers (RFC 8030, 8292): the push is empty, what it is about the browser then fetches from here.

So the browser's maker, who passes it on, learns that there is something, and never what.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import digest
from typing import Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.channels.webhooks import Told, told
from app.alerts.quiet import QUIET_FROM
from app.alerts.tokens import secret_key
from app.config import Settings
from app.models import AlertChannel, ChannelDelivery, Subscriber
from app.speech import BERLIN, Voice

# Order of the group of P-256 (FIPS 186-4, D.1.2.3): a private key lies between 1 and the number below it.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HOLDS: Final = timedelta(hours=12)  # RFC 8292: 24 at most
SHORTEST_LIFE: Final = 60  # seconds for which a service keeps what it cannot deliver at once
SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Notification:
    """What a browser shows."""

    title: str
    body: str
    url: str


def public_key(settings: Settings) -> str:
    """Return the portal's key as browsers ask for it; it stays the same as long as the portal's own key does."""
    point = _key(secret_key(settings)).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return _base64(point)


def headers_of(settings: Settings, endpoint: str, moment: datetime) -> dict[str, str]:
    """Return what goes with an empty push: who we are, and until when it is worth being passed on."""
    return {
        "Authorization": f"vapid t={_pass(settings, endpoint, moment)}, k={public_key(settings)}",
        "TTL": str(max(SHORTEST_LIFE, int((_next(QUIET_FROM, moment) - moment).total_seconds()))),
        "Topic": "news",  # of several that wait for a telephone to be switched on, the last is enough
        "Urgency": "normal",
    }


def notification(
    session: Session, settings: Settings, channel: AlertChannel, subscriber: Subscriber, page: str
) -> tuple[Notification, int]:
    """Return what a browser has not fetched yet, with the number of the newest push that it is from.

    `page` is where several pieces of news are shown.
    """
    owed = select(ChannelDelivery).where(ChannelDelivery.channel_id == channel.id, ChannelDelivery.id > channel.seen)
    pushes = session.scalars(owed.where(ChannelDelivery.attempts > 0).order_by(ChannelDelivery.id)).all()
    notices = [one for each in pushes for one in each.notices]
    entries = told(session, notices, channel.subscriber_id, subscriber.language, settings.base_url)
    return _shown(entries, Voice(subscriber.language), page), max((each.id for each in pushes), default=channel.seen)


def _shown(entries: list[Told], voice: Voice, page: str) -> Notification:
    if not entries:  # withdrawn since; a browser has to show something
        return Notification(voice.gettext("Nothing new any more"), voice.gettext("It was withdrawn."), page)
    if len(entries) == 1:
        line = entries[0].line
        return Notification(line.title, " ".join(line.said) or line.state or line.kind_word, line.url)
    title = voice.ngettext("%(num)s piece of news", "%(num)s pieces of news", len(entries))
    named = [entry.line.title for entry in entries[:SHOWN]]
    more = len(entries) - len(named)
    if more:
        named.append(voice.ngettext("and %(num)s more", "and %(num)s more", more))
    return Notification(title, "\n".join(named), page)


def _next(clock: time, moment: datetime) -> datetime:
    local = moment.astimezone(BERLIN)
    there = datetime.combine(local.date(), clock, BERLIN)
    return there if there > local else datetime.combine(local.date() + timedelta(days=1), clock, BERLIN)


def _pass(settings: Settings, endpoint: str, moment: datetime) -> str:
    """Return a token by which a push service knows us, for this service alone (RFC 8292)."""
    service = urlsplit(endpoint)
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "exp": int((moment + HOLDS).timestamp()),
        "sub": f"mailto:{settings.contact}" if settings.contact else settings.base_url,
    }
    signed = f"{_base64(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{_base64(orjson.dumps(claims))}"
    r, s = decode_dss_signature(_key(secret_key(settings)).sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_base64(r.to_bytes(32) + s.to_bytes(32))}"


@lru_cache(maxsize=8)
def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the portal's pair of keys, made from its own key: a second one to be kept would only get lost."""
    wide = b"".join(digest(secret, b"push-key:%d" % part, sha256) for part in range(2))
    return ec.derive_private_key(int.from_bytes(wide) % (_ORDER - 1) + 1, ec.SECP256R1())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
