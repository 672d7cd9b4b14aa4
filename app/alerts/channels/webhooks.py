"""What a program is told at its own address: JSON, signed, the same key at every try, after it has shown that it waits.

POST address
Ratslupe-Signature: t=1795600000,v1=HEX     HMAC-SHA256 of "1795600000." and the body, under the webhook's secret
Idempotency-Key: …                          the same however often the same call comes

{"type": "challenge", "challenge": "…"}     once, to begin with: the answer is that word, or {"answer": "…"}
{"id": …, "alerts": […], "items": […], "text": "…"}
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import orjson
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.alerts.mails.quoting import Quotes
from app.alerts.targets import Target, describe, written
from app.alerts.telling.brief import briefs
from app.alerts.telling.lines import Line, found_in, lines
from app.models import Alert, AlertNotice
from app.speech import Voice

SIGNATURE: Final = "Ratslupe-Signature"
AT_ONCE: Final = 200  # notices that are asked for together


@dataclass(slots=True)
class Told:
    """One piece of news with the alerts that tell it: something that two of them match is told once."""

    line: Line
    alerts: list[Alert] = field(default_factory=list)


def told(
    session: Session,
    notices: Sequence[Sequence[Any]],
    subscriber_id: int,
    language: str,
    base_url: str,
    quotes: Quotes | None = None,
) -> list[Told]:
    """Return what is said of a follower's notices by [alert id, key], newest last, as the records are now.

    Some may be gone, and alerts that ended meanwhile tell nothing. Passages are quoted where `quotes` are given.
    """
    pairs = _notices(session, notices, subscriber_id)
    rows, alerts = [row for row, _ in pairs], {alert.id: alert for _, alert in pairs}
    quoted = quotes.of(session, alerts.values(), rows) if quotes else {}
    said = lines(session, {row.key: row for row in rows}.values(), language, base_url)
    found: dict[str, Told] = {}
    for row in rows:
        if row.key in said:
            quote = quoted.get((row.alert_id, row.key))
            line = found_in(said[row.key], *quote, language) if quote else said[row.key]
            entry = found.setdefault(row.key, Told(line))
            entry.line = line if line.snippet and not entry.line.snippet else entry.line
            entry.alerts.append(alerts[row.alert_id])
    return list(found.values())


def news_body(session: Session, key: str, entries: Sequence[Told], language: str, base_url: str) -> bytes:
    """Return the JSON of a call."""
    alerts = {alert.id: alert for entry in entries for alert in entry.alerts}
    voice = Voice(language)
    return orjson.dumps(
        {
            "id": key,
            "language": language,
            "alerts": [_alert(session, alert, voice, base_url) for alert in alerts.values()],
            "items": [_item(entry) for entry in entries],
            "text": briefs([entry.line for entry in entries], language),
        }
    )


def challenge_of(secret: str) -> str:
    """Return the word that an address has to answer: whoever guesses it knows the secret."""
    return hmac.digest(secret.encode(), b"challenge", sha256).hex()[:32]


def challenge_body(secret: str) -> bytes:
    """Return the JSON that asks an address whether it waits for us."""
    return orjson.dumps({"type": "challenge", "challenge": challenge_of(secret)})


def is_answered(secret: str, answer: bytes) -> bool:
    """Say whether an answer is the word: alone, or as JSON under another name.

    Many an address sends back whatever it gets; so what we sent ourselves is no answer.
    """
    word = challenge_of(secret).encode()
    if hmac.compare_digest(answer.strip(), word):
        return True
    try:
        read = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    found = read.get("answer") if isinstance(read, dict) and "challenge" not in read else None
    return isinstance(found, str) and hmac.compare_digest(found.encode(), word)


def headers_of(secret: str, key: str, body: bytes, moment: datetime) -> dict[str, str]:
    """Return what goes with a call."""
    stamp = int(moment.timestamp())
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        SIGNATURE: f"t={stamp},v1={signature(secret, stamp, body)}",
    }


def signature(secret: str, stamp: int, body: bytes) -> str:
    """Return the signature of a body at a second since 1970."""
    return hmac.digest(secret.encode(), f"{stamp}.".encode() + body, sha256).hex()


def _notices(session: Session, named: Sequence[Sequence[Any]], subscriber_id: int) -> list[tuple[AlertNotice, Alert]]:
    """Return notices with their alerts, of one follower alone: whatever names them, nobody hears of another's."""
    found: list[tuple[AlertNotice, Alert]] = []
    for first in range(0, len(named), AT_ONCE):
        pairs = [(one[0], one[1]) for one in named[first : first + AT_ONCE]]
        rows = select(AlertNotice, Alert).join(Alert, Alert.id == AlertNotice.alert_id)
        theirs = (Alert.subscriber_id == subscriber_id, tuple_(AlertNotice.alert_id, AlertNotice.key).in_(pairs))
        found += [(row, alert) for row, alert in session.execute(rows.where(*theirs))]
    return sorted(found, key=lambda one: (one[0].seq, one[0].key, one[0].alert_id))


def _alert(session: Session, alert: Alert, voice: Voice, base_url: str) -> dict[str, Any]:
    target = Target(alert.kind, alert.value)
    described = describe(session, target, voice)
    return {
        "id": alert.id,
        "target": written(session, target),
        "name": described.name,
        "kind": described.kind,
        "url": base_url + described.path,
    }


def _item(entry: Told) -> dict[str, Any]:
    line = entry.line
    return {
        "key": line.key,
        "kind": line.kind,
        "type": line.object_type,
        "title": line.title,
        "kind_word": line.kind_word,
        "about": line.about or None,
        "url": line.url,
        "date": line.date.isoformat() if line.date else None,
        "said": list(line.said),
        "state": line.state or None,
        "page": line.page,
        "snippet": "".join(text for text, _ in line.snippet) or None,
        "alerts": [alert.id for alert in entry.alerts],
    }
