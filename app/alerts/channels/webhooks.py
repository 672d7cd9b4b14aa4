"""What a program is told at its own address: JSON, signed, the same key at every try, after it has shown that it waits.

POST address
Ratslupe-Signature: t=1795600000,v1=HEX     HMAC-SHA256 of "1795600000." and the body, under the webhook's secret
Idempotency-Key: …                          the same however often the same call comes

{"challenge": "…"}                          once, to begin with: the answer has to hold that word
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


def told(session: Session, notices: Sequence[Sequence[Any]], language: str, base_url: str) -> list[Told]:
    """Return what is said of notices by [alert id, key], newest last, as the records are now; some may be gone."""
    rows = _notices(session, notices)
    alerts = {
        alert.id: alert for alert in session.scalars(select(Alert).where(Alert.id.in_({row.alert_id for row in rows})))
    }
    said = lines(session, {row.key: row for row in rows}.values(), language, base_url)
    found: dict[str, Told] = {}
    for row in rows:
        if row.key in said:
            line = found_in(said[row.key], row.page, row.snippet, language) if row.snippet else said[row.key]
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
    return orjson.dumps({"challenge": challenge_of(secret)})


def is_answered(secret: str, answer: bytes) -> bool:
    """Say whether an answer holds the word: alone, or as JSON."""
    word = challenge_of(secret).encode()
    given = answer.strip().strip(b'"')
    if hmac.compare_digest(given, word):
        return True
    try:
        read = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    found = read.get("challenge") if isinstance(read, dict) else None
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


def _notices(session: Session, named: Sequence[Sequence[Any]]) -> list[AlertNotice]:
    found: list[AlertNotice] = []
    for first in range(0, len(named), AT_ONCE):
        pairs = [(one[0], one[1]) for one in named[first : first + AT_ONCE]]
        rows = select(AlertNotice).where(tuple_(AlertNotice.alert_id, AlertNotice.key).in_(pairs))
        found += session.scalars(rows)
    return sorted(found, key=lambda row: (row.seq, row.key, row.alert_id))


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
