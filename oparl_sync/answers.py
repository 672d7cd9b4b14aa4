"""What an answer says besides its content: when, whether to wait, whether it is a wall, why it is refused."""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.db import now
from app.net import Answer
from oparl_sync.decode import loads
from oparl_sync.problems import Blocked, Closed, NotOParl, ServerFailed, SyncError

A_DAY = timedelta(days=1)
WAF_PATH = "/.well-known/rescaled-waf/"
WALLS = (
    b"Zugriff pr",  # ALLRIS 4, in whatever encoding the umlaut follows
    WAF_PATH.encode(),  # *.ratsinfomanagement.net
    b"Just a moment...",
    b"cf-challenge",
    b"/cdn-cgi/challenge-platform/",
    b"_Incapsula_Resource",
    b"/.within.website/x/cmd/anubis",
)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks to wait, from a number or a date."""
    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
        return float(stated[:9])
    moment = moment_of(stated)
    # By the server's own clock, where it tells the time.
    return None if moment is None else max(0.0, (moment - (date_of(headers) or now())).total_seconds())


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the server's own time."""
    return moment_of(headers.get("date", ""))


def moment_of(stated: str) -> datetime | None:
    """Return the moment that an HTTP date names, None where it names none."""
    try:
        moment = email.utils.parsedate_to_datetime(stated)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_wall(url: str, headers: Mapping[str, str], start: bytes) -> bool:
    """Tell whether this is a page that lets nobody through but persons, whatever it calls itself."""
    if headers.get("cf-mitigated") == "challenge" or WAF_PATH in url:
        return True
    text = start[:65536].lstrip(b"\xef\xbb\xbf \t\r\n")
    return text[:1] == b"<" and any(mark in text for mark in WALLS)


def walled(url: str) -> Blocked:
    """Return the error for a wall."""
    # Without its status: that a wall answers 403 or 200 says nothing about what is behind it.
    return Blocked(f"{url}: a bot wall stands before it; it is not bypassed, and asked again tomorrow", wait=A_DAY)


def refusal(answer: Answer, url: str) -> SyncError:
    """Return the error for an answer with another status than 200."""
    said = {"status": answer.status, "payload": _payload(answer)}
    if answer.status in (401, 403):
        return Closed(f"{url} refuses us (HTTP {answer.status}); nothing is bypassed", wait=A_DAY, **said)
    if answer.status >= 500 or answer.status == 429:
        return ServerFailed(f"{url} answered HTTP {answer.status} each time it was asked", **said)
    return NotOParl(f"{url} answered HTTP {answer.status}", **said)


def _payload(answer: Answer) -> Any:
    try:
        return loads(answer.content)
    except ValueError:
        return None


def not_json(answer: Answer, url: str) -> SyncError:
    """Return the error for an answer that should have been JSON."""
    kind = answer.headers.get("content-type", "none")[:80]
    start = answer.content.lstrip()[:200].lower()
    if b"<html" in start or b"<!doctype" in start or start.startswith(b"<!--"):
        said = "answers with a web page instead of JSON: is it the address of an OParl server?"
        return NotOParl(f"{url} {said}", status=answer.status)
    said = f"does not answer with JSON (content type {kind}, {len(answer.content)} bytes)"
    return NotOParl(f"{url} {said}", status=answer.status)
