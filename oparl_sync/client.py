"""An OParl server, spoken to politely: one request at a time, at its pace, tried again where that may help."""

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.config import Network
from app.net import Answer, BadAddress, GuardedClient, NetError, Refused, TooLarge, TooManyRedirects
from oparl_sync.decode import loads
from oparl_sync.problems import Blocked, NotOParl, ServerFailed
from oparl_sync.values import is_url, shown

PACE = 1.0  # seconds between two requests to one host; reliability before speed, and most servers are small
TRIES = 4
WAIT = 2.0  # seconds before the second try, doubled each time
MAX_WAIT = 120.0
MAX_PAGE = 32 * 1024 * 1024
FINAL = (Refused, BadAddress, TooLarge, TooManyRedirects)  # asking again changes nothing
WALLS = (b"Zugriff pr", b"/.well-known/rescaled-waf/", b"Just a moment...", b"cf-challenge")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Where URLs that begin with `before` are really fetched: the ids of many servers name another host or scheme."""

    before: str
    after: str

    def __call__(self, url: str) -> str:
        """Return the address to dial for a URL."""
        rest = url[len(self.before) :]
        whole_name = rest[:1] in ("", "/", "?")  # not the beginning of a longer host or path
        return self.after + rest if url.startswith(self.before) and whole_name else url


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
        self,
        net: GuardedClient,
        *,
        unpaced: tuple[Network, ...] = (),
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the guarded client; servers inside `unpaced` networks are the operator's own and need no pauses."""
        self.net = net
        self.requests = 0
        self.rewrites: list[Rewrite] = []
        self._unpaced = unpaced
        self._tries = tries
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
        for attempt in range(1, self._tries + 1):
            self.pause_for(url)
            try:
                answer = self.net.get(self.where(url), headers=headers, max_bytes=MAX_PAGE)
            except FINAL as error:  # asking again changes nothing
                raise ServerFailed(f"{url}: {error}") from error
            except NetError as error:
                if attempt == self._tries:
                    raise ServerFailed(f"{url}: {error}") from error
                pause = wait
            else:
                if attempt == self._tries or not (answer.status == 429 or answer.status >= 500):
                    return answer
                pause = retry_after(answer) or wait
            self._sleep(min(pause, MAX_WAIT))
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def pause_for(self, url: str) -> None:
        """Wait until its host may be asked again, and count the request that follows."""
        self.requests += 1
        host = host_of(self.where(url))
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


def host_of(url: str) -> str:
    """Return the host of a URL in small letters, nothing where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def resolve(base: str, link: object) -> str | None:
    """Return a link of a list as an absolute URL, None where there is none; ServerFailed where it leads nowhere."""
    if link is None or link == "":
        return None
    try:
        found = urljoin(base, str(link).strip().replace(" ", "%20").replace("|", "%7C"))
    except ValueError:
        found = ""
    if not isinstance(link, str) or not is_url(found):
        raise ServerFailed(f"{base}: the link to the next page is no address: {shown(link)}")
    return found


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that the server asks to wait, from a number or a date."""
    stated = answer.headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
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
        return ServerFailed(f"{url} answered HTTP {answer.status} each time it was asked")
    return NotOParl(f"{url} answered HTTP {answer.status}")


def _not_json(answer: Answer, url: str) -> Exception:
    if _looks_like_wall(answer):
        return Blocked(f"{url} shows a bot wall instead of OParl; nothing is bypassed")
    kind = answer.headers.get("content-type", "none")[:80]
    start = answer.content.lstrip()[:200].lower()
    if b"<html" in start or b"<!doctype" in start or start.startswith(b"<!--"):
        return NotOParl(f"{url} answers with a web page instead of JSON: is it the address of an OParl server?")
    return NotOParl(f"{url} does not answer with JSON (content type {kind}, {len(answer.content)} bytes)")
