"""An OParl server, spoken to politely: one request at a time, at its pace, tried again where that may help."""

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.config import Network
from app.net import Answer, BadAddress, GuardedClient, NetError, Refused
from oparl_sync.decode import loads
from oparl_sync.problems import Blocked, NotOParl, ServerFailed

PACE = 1.0  # seconds between two requests to one host; reliability before speed, and most servers are small
TRIES = 4
WAIT = 2.0  # seconds before the second try, doubled each time
MAX_WAIT = 120.0
MAX_PAGE = 32 * 1024 * 1024
WALLS = (b"Zugriff pr", b"/.well-known/rescaled-waf/", b"Just a moment...", b"cf-challenge")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Where URLs that begin with `before` are really fetched: the ids of many servers name another host or scheme."""

    before: str
    after: str

    def __call__(self, url: str) -> str:
        """Return the address to dial for a URL."""
        return self.after + url[len(self.before) :] if url.startswith(self.before) else url


def rewrite_for(asked: str, stated: str) -> Rewrite | None:
    """Return the rewrite that an endpoint needs which was reached at `asked` and calls itself `stated`."""
    a, b = urlsplit(asked), urlsplit(stated)
    if (a.scheme, a.netloc) == (b.scheme, b.netloc) or not a.path or not b.netloc:
        return None
    one, other = a.path.split("/"), b.path.split("/")
    while one and other and one[-1] == other[-1]:
        one.pop()
        other.pop()
    return Rewrite(f"{b.scheme}://{b.netloc}{'/'.join(other)}", f"{a.scheme}://{a.netloc}{'/'.join(one)}")


class OParlClient:
    """Gets JSON from OParl servers through the guarded client."""

    def __init__(
        self, net: GuardedClient, *, unpaced: tuple[Network, ...] = (), sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Take the guarded client; servers inside `unpaced` networks are the operator's own and need no pauses."""
        self.net = net
        self.requests = 0
        self.rewrites: list[Rewrite] = []
        self._unpaced = unpaced
        self._sleep = sleep
        self._last: dict[str, float] = {}

    def where(self, url: str) -> str:
        """Return the address that is dialled for a URL of the source."""
        for rewrite in self.rewrites:
            url = rewrite(url)
        return url

    def json(self, url: str) -> tuple[Any, str]:
        """Return the decoded answer and the address it came from; raises SyncError with one line."""
        answer = self.get(url)
        if answer.status != 200:
            raise _refusal(answer, url)
        try:
            return loads(answer.content), answer.url
        except ValueError as error:
            raise _not_json(answer, url) from error

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an answer of any status, after all tries; raises ServerFailed when there is none."""
        wait = WAIT
        for attempt in range(1, TRIES + 1):
            self.pause_for(url)
            try:
                answer = self.net.get(self.where(url), headers=headers, max_bytes=MAX_PAGE)
            except (Refused, BadAddress) as error:  # asking again changes nothing
                raise ServerFailed(str(error)) from error
            except NetError as error:
                if attempt == TRIES:
                    raise ServerFailed(f"{error} (after {TRIES} tries)") from error
                pause = wait
            else:
                if attempt == TRIES or not (answer.status == 429 or answer.status >= 500):
                    return answer
                pause = retry_after(answer) or wait
            self._sleep(min(pause, MAX_WAIT))
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def pause_for(self, url: str) -> None:
        """Wait until its host may be asked again, and count the request that follows."""
        self.requests += 1
        host = urlsplit(self.where(url)).hostname or ""
        if self._is_ours(host):
            return
        due = self._last.get(host, 0.0) + PACE
        if (pause := due - time.monotonic()) > 0:
            self._sleep(pause)
        self._last[host] = time.monotonic()

    def _is_ours(self, host: str) -> bool:
        try:
            address = ip_address("127.0.0.1" if host == "localhost" else host)
        except ValueError:
            return False
        return any(address in network for network in self._unpaced)


def resolve(base: str, link: object) -> str | None:
    """Return a link of a list as an absolute URL, or None where it is none."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        return urljoin(base, link.strip().replace(" ", "%20").replace("|", "%7C"))
    except ValueError:
        return None


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that the server asks to wait, from a number or a date."""
    stated = answer.headers.get("retry-after", "").strip()
    if stated.isdigit():
        return float(stated)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(stated).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _looks_like_wall(answer: Answer) -> bool:
    return any(mark in answer.content[:65536] for mark in WALLS)


def _refusal(answer: Answer, url: str) -> Exception:
    if answer.status in (401, 403) or _looks_like_wall(answer):
        return Blocked(f"{url} refuses us (HTTP {answer.status}); nothing is bypassed")
    if answer.status >= 500 or answer.status == 429:
        return ServerFailed(f"{url} answered HTTP {answer.status} {TRIES} times")
    return NotOParl(f"{url} answered HTTP {answer.status}")


def _not_json(answer: Answer, url: str) -> Exception:
    if _looks_like_wall(answer):
        return Blocked(f"{url} shows a bot wall instead of OParl; nothing is bypassed")
    kind = answer.headers.get("content-type", "none")[:80]
    start = answer.content.lstrip()[:200].lower()
    if b"<html" in start or b"<!doctype" in start or start.startswith(b"<!--"):
        return NotOParl(f"{url} answers with a web page instead of JSON: is it the address of an OParl server?")
    return NotOParl(f"{url} does not answer with JSON (content type {kind}, {len(answer.content)} bytes)")
