"""An OParl server, spoken to politely: one request at a time, at its pace, tried again where that may help."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from itertools import chain
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.config import Network
from app.net import Answer, BadAddress, GuardedClient, NetError, Refused, Stream, TooLarge, TooManyRedirects
from oparl_sync import robots
from oparl_sync.answers import date_of, is_wall, not_json, refusal, retry_after, walled
from oparl_sync.decode import loads
from oparl_sync.hosts import MAX_WAIT, Hosts, domain_of, pause
from oparl_sync.problems import NotOParl, ServerFailed
from oparl_sync.robots import Robots
from oparl_sync.values import is_url, shown

TRIES = 4
WAIT = 2.0  # seconds before the second try, doubled each time
DEADLINE = 180.0  # seconds for one page: Solingen's server was seen to take 38
MAX_PAGE = 32 * 1024 * 1024
MAX_FILE = 512 * 1024 * 1024
FINAL = (Refused, BadAddress, TooLarge, TooManyRedirects)  # asking again changes nothing


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
    """Gets what one source's servers have, through the guarded client; in one thread."""

    def __init__(
        self,
        net: GuardedClient,
        *,
        hosts: Hosts | None = None,
        robots: Robots | None = None,
        unpaced: tuple[Network, ...] = (),
        tries: int = TRIES,
        sleep: Callable[[float], None] = pause,
        headers: Mapping[str, str] | None = None,
        home: str = "",
    ) -> None:
        """Take the guarded client, and what all sources share: `hosts`, and `robots` where robots.txt counts.

        Servers inside `unpaced` networks are the operator's own and need no pauses. `headers` are sent to the domain
        of the address `home` alone.
        """
        self.net = net
        self.requests = 0
        self.rewrites: list[Rewrite] = []
        self.last_date: datetime | None = None
        self._hosts = hosts or Hosts(sleep=sleep)
        self._robots = robots
        self._unpaced = unpaced
        self._tries = tries
        self._sleep = sleep
        self._headers = dict(headers or {})
        self._home = domain_of(home)
        self._plain: dict[str, bool] = {}  # host -> whether it needs ":" and "+" as they are

    def where(self, url: str) -> str:
        """Return the address that is dialled for a URL of the source."""
        for rewrite in self.rewrites:
            url = rewrite(url)
        return url

    def json(self, url: str) -> tuple[Any, str]:
        """Return the decoded answer and the address it came from; raises SyncError with one line.

        The server's own time is in `last_date` then, None where it does not tell.
        """
        answer = self.get(url)
        self.last_date = date_of(answer.headers)
        if answer.status != 200:
            raise refusal(answer, url)
        try:
            return loads(answer.content), answer.url
        except ValueError as error:
            raise not_json(answer, url) from error

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an answer of any status, after all tries; raises ServerFailed when there is none, Blocked for a wall.

        A query that is not found is tried once with ":" and "+" as they are (Wuppertal's server does not decode them).
        """
        address = self.where(url)
        plain = _undone(address)
        host = host_of(address)
        if self._plain.get(host):
            address = plain
        answer = self._tried(url, address, headers)
        if answer.status == 404 and plain != address and host not in self._plain:
            again = self._tried(url, plain, headers)
            self._plain[host] = again.status == 200
            return again if again.status == 200 else answer
        return answer

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int = MAX_FILE
    ) -> Iterator[Stream]:
        """Open a file to read piece by piece, at its host's turn; tried once.

        Raises SyncError where it may not be asked, Blocked for a wall, and NetError where the answer breaks off.
        """
        address = self.where(url)
        domain = domain_of(address)
        self.pause_for(url)
        began = time.monotonic()
        try:
            with self.net.stream(address, headers=self._sent(address, headers), max_bytes=max_bytes) as stream:
                took = time.monotonic() - began
                pieces = stream.iter_bytes()
                start = next(pieces, b"")
                if is_wall(stream.url, stream.headers, start):
                    raise walled(url)
                yield replace(stream, _pieces=chain((start,), pieces))
            self._judge(domain, stream.status, stream.headers, took)
        except FINAL:
            raise
        except NetError:
            self._hosts.failed(domain)
            raise

    def pause_for(self, url: str) -> None:
        """Wait until it may be asked, and count the request that follows; raises SyncError where it may not."""
        address = self.where(url)
        if self._robots is not None and (delay := self._robots.check(address, self._robots_txt)):
            self._hosts.slow_down(domain_of(address), delay)
        self._turn(address)

    def _turn(self, address: str) -> None:
        self._hosts.turn(domain_of(address), paced=not self._is_ours(host_of(address)))
        self.requests += 1

    def _tried(self, url: str, address: str, headers: Mapping[str, str] | None) -> Answer:
        def ask() -> Answer:
            self.pause_for(url)
            return self.net.get(address, headers=self._sent(address, headers), max_bytes=MAX_PAGE, deadline=DEADLINE)

        answer = self._again_and_again(url, address, ask)
        if domain_of(answer.url) != domain_of(address):  # bleckede.sitzung-online.de sends to a host that never was
            raise NotOParl(f"{url} sends to another site ({host_of(answer.url)}); if it moved: ratslupe source move")
        if is_wall(answer.url, answer.headers, answer.content):
            raise walled(url)
        return answer

    def _robots_txt(self, url: str) -> Answer:
        def ask() -> Answer:
            self._turn(url)
            with self.net.stream(url, headers=self._sent(url, None), deadline=DEADLINE) as stream:
                text = b""
                for piece in stream.iter_bytes():
                    text += piece
                    if len(text) >= robots.MAX_BYTES:
                        break
                return Answer(stream.url, stream.status, stream.headers, text[: robots.MAX_BYTES], 0.0)

        return self._again_and_again(url, url, ask)

    def _again_and_again(self, url: str, address: str, ask: Callable[[], Answer]) -> Answer:
        domain, wait = domain_of(address), WAIT
        for attempt in range(1, self._tries + 1):
            began = time.monotonic()
            try:
                answer = ask()
            except FINAL as error:  # asking again changes nothing
                raise ServerFailed(f"{url}: {error}") from error
            except NetError as error:
                self._hosts.failed(domain)
                if attempt == self._tries:
                    raise ServerFailed(f"{url}: {error}") from error
            else:
                fine = self._judge(domain, answer.status, answer.headers, time.monotonic() - began)
                if fine or attempt == self._tries or is_wall(answer.url, answer.headers, answer.content):
                    return answer
            # Not all at the same moment: whatever failed together would else come back together.
            self._sleep(min(wait, MAX_WAIT) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def _judge(self, domain: str, status: int, headers: Mapping[str, str], seconds: float) -> bool:
        """Note how a domain answered; tell whether that is all it will say."""
        pause = retry_after(headers) if status in (429, 503) else None
        if pause:
            self._hosts.hold(domain, pause)
        if status == 429 or status >= 500:
            self._hosts.failed(domain)
            return False
        self._hosts.worked(domain, seconds)
        return True

    def _sent(self, address: str, headers: Mapping[str, str] | None) -> dict[str, str]:
        own = self._headers if self._headers and domain_of(address) == self._home else {}
        return {**own, **(headers or {})}

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


def _undone(address: str) -> str:
    """Return an address with the colons and plus signs of its query as they are."""
    path, mark, query = address.partition("?")
    for letter, code in ((":", "%3A"), ("+", "%2B")):
        query = query.replace(code, letter).replace(code.lower(), letter)
    return path + mark + query
