"""Marks of a place, made here and nowhere else: where a list goes on is no business of whoever asks for it.

A mark says what it is for, which question it belongs to, and the place; all of it is signed with the portal's key.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

import orjson

from app.alerts.tokens import secret_key
from app.config import Settings

LONGEST = 400  # characters; ours have about 120
MAC = 16  # bytes
_NAME = b"cursor:"


class BadCursor(Exception):
    """Raised for a mark that was not made here, or for another question; says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a mark says: the question it belongs to, and where in its answer."""

    question: str
    values: tuple[Any, ...]


def question_of(*parts: object) -> str:
    """Return the name of a question: a hash of what narrows and sorts it."""
    return blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str), digest_size=8).hexdigest()


def sealed(settings: Settings, purpose: str, question: str, *values: str | int) -> str:
    """Return the mark of a place."""
    said = orjson.dumps([purpose, question, *values])
    return base64.urlsafe_b64encode(_mac(settings, said) + said).decode().rstrip("=")


def opened(settings: Settings, purpose: str, mark: str) -> Place:
    """Return the place a mark names; raises BadCursor where it is none of ours, or for something else."""
    if len(mark) > LONGEST or not mark.isascii():
        raise BadCursor("The cursor was not made here.")
    try:
        whole = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("The cursor was not made here.") from error
    mac, said = whole[:MAC], whole[MAC:]
    if not hmac.compare_digest(mac, _mac(settings, said)):
        raise BadCursor("The cursor was not made here, or before the portal's key changed.")
    made_for, question, *values = orjson.loads(said)
    if made_for != purpose:
        raise BadCursor(f"The cursor is one of {made_for}, not of {purpose}.")
    return Place(question, tuple(values))


def place_in(settings: Settings, purpose: str, question: str, mark: str) -> Sequence[Any]:
    """Return the values of a mark of this very question; raises BadCursor."""
    place = opened(settings, purpose, mark)
    if place.question != question:
        raise BadCursor("The cursor belongs to other filters: send it with those of its first page, unchanged.")
    return place.values


def _mac(settings: Settings, said: bytes) -> bytes:
    return hmac.digest(secret_key(settings), _NAME + said, sha256)[:MAC]
