"""The guarded client: one request in, one bounded answer out, every hop of a redirect checked like the first.

What is posted goes where it was addressed, and nowhere else: an answer that redirects is handed back as it is.
"""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import httpcore
import httpx

from .addresses import Guard, Network, parse
from .bodies import MIB, decoded, timed
from .dialling import IDLE_SECONDS, Deadline
from .errors import BadAddress, BrokenBody, NetError, Refused, TooLarge, TooManyRedirects, TooSlow, Unreachable
from .transport import GuardedTransport

MAX_PAGE = 32 * MIB
MAX_FILE = 512 * MIB
MAX_REDIRECTS = 5
_SHORT_PAGE = 65536
FILE_SECONDS = 900.0
MAX_RECEIPT = 65536
POST_SECONDS = 10.0
POST_CONNECT_SECONDS = 3.0  # for the name, the connection and TLS together
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What this client alone decides: these describe what it can read and the connection, not the page that is asked for.
_OURS = frozenset({"accept-encoding", "host", "connection", "transfer-encoding", "content-length", "te", "upgrade"})
_SECRETS = frozenset({"authorization", "cookie"})  # not for other hosts than they were given for


@dataclass(frozen=True)
class Answer:
    """A whole answer; headers are found by any spelling of their case, redirects are the URLs passed before `url`."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    elapsed: float
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """An answer whose body is still to come."""

    url: str
    status: int
    headers: Mapping[str, str]
    redirects: tuple[str, ...]
    _pieces: Iterator[bytes]

    def iter_bytes(self) -> Iterator[bytes]:
        """The unpacked body in small pieces, once; raises TooLarge, TooSlow or BrokenBody while reading."""
        return self._pieces


class GuardedClient:
    """Fetches pages and files from public addresses, and posts to them; safe to share between threads.

    `allow_networks` may be dialled besides public addresses, on any port; `certificates` (PEM) are trusted besides the
    usual ones. `transport` answers from memory in tests; nothing that could dial by itself is taken.
    """

    def __init__(
        self,
        *,
        allow_networks: Iterable[Network] = (),
        contact: str = "",
        timeout: float = 120.0,
        user_agent: str = "Ratslupe",
        certificates: str = "",
        transport: httpx.MockTransport | None = None,
    ) -> None:
        if transport is not None and type(transport) is not httpx.MockTransport:
            raise TypeError("only httpx.MockTransport may stand in for the guarded transport")
        self._guard = Guard(allow_networks)
        self._transport: httpx.BaseTransport = transport or GuardedTransport(self._guard, certificates)
        self._timeout = timeout
        agent = f"{user_agent} (+{contact})" if contact else user_agent
        self._agent = "".join(char if " " <= char <= "~" else "?" for char in agent)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_PAGE,
        deadline: float | None = None,
        cross_site: bool = True,
        max_redirects: int = MAX_REDIRECTS,
    ) -> Answer:
        """Fetch a page whole within `deadline` seconds; `cross_site=False` refuses redirects to another host."""
        began = time.monotonic()
        with self.stream(
            url,
            headers=headers,
            max_bytes=max_bytes,
            deadline=deadline or self._timeout,
            cross_site=cross_site,
            max_redirects=max_redirects,
        ) as stream:
            content = b"".join(stream.iter_bytes())
        elapsed = time.monotonic() - began
        return Answer(stream.url, stream.status, stream.headers, content, elapsed, stream.redirects)

    def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_RECEIPT,
        deadline: float = POST_SECONDS,
    ) -> Answer:
        """Hand bytes over, once, within `deadline` seconds; no redirect is followed, no larger answer is read.

        Of an answer over `max_bytes` the content is empty: who says yes at length has said yes.
        """
        clock, target = Deadline(deadline), parse(url)
        began = time.monotonic()
        response = self._send(target, _passed_on(headers), clock, content)
        try:
            with contextlib.suppress(TooLarge):
                found = b"".join(self._pieces(response, target.host, max_bytes, clock))
                return Answer(str(target), response.status_code, response.headers, found, time.monotonic() - began)
        finally:
            _sync(response).close()
        return Answer(str(target), response.status_code, response.headers, b"", time.monotonic() - began)

    @contextlib.contextmanager
    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_FILE,
        deadline: float = FILE_SECONDS,
        cross_site: bool = True,
        max_redirects: int = MAX_REDIRECTS,
    ) -> Iterator[Stream]:
        """Open a file to read piece by piece; the same bounds as `get`."""
        clock = Deadline(deadline)
        target, passed = parse(url), list[str]()
        sent = _passed_on(headers)
        while True:
            response = self._send(target, sent, clock)
            try:
                if response.status_code not in _REDIRECTS or not response.headers.get("location"):
                    pieces = self._pieces(response, target.host, max_bytes, clock)
                    yield Stream(str(target), response.status_code, response.headers, tuple(passed), pieces)
                    return
                passed.append(str(target))
                following = _next_hop(target, response.headers["location"], cross_site)
                # Read to its end, a short page leaves the connection to the next request.
                with contextlib.suppress(TooLarge, BrokenBody):
                    for _ in self._pieces(response, target.host, _SHORT_PAGE, clock):
                        pass
            finally:
                _sync(response).close()
            if len(passed) > max_redirects or str(following) in passed:
                raise TooManyRedirects(
                    f"{target.host}: redirected {len(passed)} times, last to {_short(str(following))}"
                )
            if (following.scheme, following.netloc) != (target.scheme, target.netloc):
                sent = {name: value for name, value in sent.items() if name not in _SECRETS}
            target = following

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def __enter__(self) -> "GuardedClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(
        self, url: httpx.URL, headers: Mapping[str, str], clock: Deadline, content: bytes | None = None
    ) -> httpx.Response:
        self._guard.check_literal(url)
        clock.idle = None
        request = self._request(url, headers, clock, content)
        try:
            try:
                return self._transport.handle_request(request)
            except _HUNG_UP:
                # A kept connection may be closed by the server in the moment it is used again: once more, on another.
                # Not so what hands something over, which may have arrived.
                if content is not None:
                    raise
                return self._transport.handle_request(request)
        except NetError:
            raise
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise Unreachable(f"{url.host}: no answer within {float(clock):.0f} s") from error
        except _LIBRARY_ERRORS as error:
            raise Unreachable(f"{url.host}: {_told(error)}") from error

    def _request(
        self, url: httpx.URL, headers: Mapping[str, str], clock: Deadline, content: bytes | None
    ) -> httpx.Request:
        ours = {"accept": "*/*", **headers, "accept-encoding": "gzip", "user-agent": self._agent}
        limits = dict.fromkeys(("connect", "read", "write", "pool"), clock)
        if content is not None:
            ours["connection"] = "close"  # one is handed over now and again: nobody is to hold a line for it
            limits["connect"] = Deadline(min(POST_CONNECT_SECONDS, float(clock)))
        return httpx.Request(
            "GET" if content is None else "POST",
            url,
            headers=httpx.Headers(ours, encoding="utf-8"),
            content=content,
            extensions={"timeout": limits},
        )

    def _pieces(self, response: httpx.Response, host: str, max_bytes: int, clock: Deadline) -> Iterator[bytes]:
        clock.idle = IDLE_SECONDS
        try:
            yield from decoded(timed(iter(_sync(response)), clock, host), response.headers, max_bytes, host)
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise TooSlow(f"{host}: the answer stalled or took longer than {float(clock):.0f} s") from error
        except _LIBRARY_ERRORS as error:
            raise BrokenBody(f"{host}: {_told(error)}") from error


_HUNG_UP = (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError)
_LIBRARY_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    httpx.TransportError,
    OSError,
)


def _passed_on(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items() if name.lower() not in _OURS}


def _next_hop(here: httpx.URL, location: str, cross_site: bool) -> httpx.URL:
    try:
        following = parse(str(here.join(location.strip(" "))))
    except httpx.InvalidURL as error:
        raise BadAddress(f"{here.host}: redirects to {_short(location)!r}, which is no URL") from error
    if here.scheme == "https" and following.scheme == "http":
        raise Refused(f"{here.host}: redirects from https to http ({_short(str(following))})")
    if not cross_site and _site(here) != _site(following):
        raise Refused(f"{here.host}: redirects to another host ({_short(str(following))})")
    return following


def _sync(response: httpx.Response) -> httpx.SyncByteStream:
    if not isinstance(response.stream, httpx.SyncByteStream):
        raise TypeError("an answer that can only be awaited")
    return response.stream


def _site(url: httpx.URL) -> str:
    return url.host.removeprefix("www.").rstrip(".")


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"


def _told(error: Exception) -> str:
    return _short(f"{str(error) or type(error).__name__}".replace("\n", " "))
