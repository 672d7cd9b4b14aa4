"""What stands behind an address: whose system, whether OParl, what is in the way; in at most five requests.

robots.txt is asked first and honoured, a wall ends the probe, and every redirect that is followed counts as a request.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import idna

from app.net import Answer, GuardedClient, NetError, Refused, TooManyRedirects
from oparl_sync import candidates, quirks, values
from oparl_sync.answers import is_wall
from oparl_sync.decode import loads
from oparl_sync.problems import Blocked, ServerFailed
from oparl_sync.robots import Robots
from oparl_sync.vendors import vendor_of

MOST = 5  # requests
SECONDS = 60.0  # for one of them
MAX_BYTES = 8 * 1024 * 1024
MAX_BODIES = 200
LOGIN = re.compile(r"log-?in|signin|anmeld|/saml|/adfs|oauth|openid|/sso\b|keycloak", re.IGNORECASE)
# What became of it, the gravest first: of several failures the first that stands here is told.
FOUND = "found"
WALL, CLOSED, TLS, UNREACHABLE, DISABLED, BANNED = "wall", "closed", "tls", "unreachable", "disabled", "banned"
LOGIN_ONLY, ELSEWHERE, BROKEN, NOT_FOUND = "login", "elsewhere", "broken", "not-found"
GRAVEST = (WALL, CLOSED, TLS, UNREACHABLE, DISABLED, BANNED, LOGIN_ONLY, ELSEWHERE, BROKEN, NOT_FOUND)


class NoAddress(ValueError):
    """Raised for what is no host and no http or https address."""


class _Spent(Exception):
    """Raised where a further request would be one too many."""


@dataclass(slots=True)
class Verdict:
    """What was found out; `asked` are the addresses in the order in which they were asked."""

    state: str = NOT_FOUND
    vendor: str | None = None
    version: str | None = None
    url: str | None = None
    bodies: list[dict[str, str]] = field(default_factory=list)
    requests: int = 0
    asked: list[str] = field(default_factory=list)
    detail: str = ""

    def note(self, state: str, detail: str) -> None:
        """Remember a failure, if none that is graver is known."""
        if not self.detail or GRAVEST.index(state) < GRAVEST.index(self.state):
            self.state, self.detail = state, detail


def address_of(text: str) -> str:
    """Return what was typed as an address, https where no scheme stands before it; raises NoAddress."""
    text = text.strip()
    typed = text if "://" in text[:9] else f"https://{text}"
    try:
        split = urlsplit(typed)
        host, port = split.hostname or "", split.port
        plain = host if ":" in host else idna.encode(host, uts46=True).decode()
    except (ValueError, UnicodeError) as error:
        raise NoAddress(f"{text[:200]!r} is no host and no address") from error
    usual = split.scheme in ("http", "https") and split.username is None and text.isprintable() and " " not in text
    if (
        not usual
        or not re.fullmatch(r"[a-z0-9.:-]+", plain)
        or ("." not in plain and ":" not in plain)
        or len(text) > 2048
    ):
        raise NoAddress(f"{text[:200]!r} is no host and no address")
    netloc = (f"[{plain}]" if ":" in plain else plain) + (f":{port}" if port else "")
    return urlunsplit((split.scheme, netloc, split.path, split.query, ""))


def probe(net: GuardedClient, address: str) -> Verdict:
    """Find out what is there; never raises for anything that a server does."""
    prober = _Prober(net, address)
    with suppress(_Spent):
        prober.run()
    return prober.verdict


class _Prober:
    """One probe on its way."""

    def __init__(self, net: GuardedClient, address: str) -> None:
        self.net = net
        self.robots = Robots()
        split = urlsplit(address)
        self.address, self.path, self.host = address, split.path, split.hostname or ""
        self.root = f"{split.scheme}://{split.netloc}"
        self.verdict = Verdict(vendor=candidates.vendor_of_host(self.host))
        self.over = False

    def run(self) -> None:
        """Ask for one address after the other until one is OParl, or it is clear that none will be."""
        for url in self._in_turn():
            if url in self.verdict.asked:
                continue
            self._try(url)
            if self.over:
                return

    def _in_turn(self) -> Iterator[str]:
        """Yield what is worth asking, the likeliest first; later ones depend on what earlier ones said."""
        if self.path.strip("/"):
            yield self.address
        yield from candidates.known(self.host, self.path)
        if self.verdict.vendor is None and not self.host.startswith("oparl."):
            yield f"{self.root}/"
        for path in candidates.guesses(self.host, self.verdict.vendor, self.path):
            yield self.root + path

    def _get(self, url: str) -> Answer:
        verdict = self.verdict
        if verdict.requests >= MOST:
            raise _Spent
        left = MOST - verdict.requests - 1
        verdict.requests += 1
        verdict.asked.append(url)
        try:
            # To another host only when asked: its robots.txt was not read.
            answer = self.net.get(url, max_bytes=MAX_BYTES, deadline=SECONDS, cross_site=False, max_redirects=left)
        except TooManyRedirects:
            verdict.requests = MOST
            raise
        verdict.requests += len(answer.redirects)
        return answer

    def _read_robots(self, url: str) -> Answer:
        try:
            return self._get(url)
        except NetError as error:
            self._failed(url, error)
            raise ServerFailed(str(error)) from error

    def _try(self, url: str) -> None:
        try:
            self.robots.check(url, self._read_robots)
        except Blocked as error:
            self.verdict.note(CLOSED, str(error))
            return
        except ServerFailed as error:
            self.verdict.note(BROKEN, str(error))
            self.over = True
            return
        try:
            answer = self._get(url)
        except NetError as error:
            self._failed(url, error)
            return
        self._take(url, answer)

    def _failed(self, url: str, error: NetError) -> None:
        told = str(error)
        if isinstance(error, Refused) and "another host" in told:
            self.verdict.note(LOGIN_ONLY if LOGIN.search(told) else ELSEWHERE, told)
        elif isinstance(error, TooManyRedirects):
            self.verdict.note(BROKEN, f"{url}: {told}")
        else:
            self.verdict.note(TLS if "certificate" in told.lower() else UNREACHABLE, told)
            self.over = True

    def _take(self, url: str, answer: Answer) -> None:
        verdict = self.verdict
        if is_wall(answer.url, answer.headers, answer.content):
            verdict.note(WALL, f"a bot wall stands before {url}")
            self.over = True
            return
        data = _json(answer)
        message = data.get("message") if isinstance(data, dict) else None
        if quirks.type_in_any_spelling(data.get("type") if isinstance(data, dict) else None) or _entries(data):
            self._found(url, answer, data)
        elif isinstance(data, dict) and isinstance(message, str) and "oparl" in message.lower():
            verdict.note(DISABLED, f"{url} says: {message[:200]}")
            self.over = True
        elif answer.status == 400 and "/webservice/oparl/" in url:  # SD.NET, where the module is off for this council
            verdict.note(DISABLED, f"{url} answers HTTP 400: the OParl module is switched off for this council")
        elif answer.status in (401, 403):
            verdict.note(BANNED, f"{url} refuses us (HTTP {answer.status})")
        elif answer.redirects and LOGIN.search(answer.url):
            verdict.note(LOGIN_ONLY, f"{url} leads to a login: {answer.url}")
        elif answer.status == 429 or answer.status >= 500:
            verdict.note(BROKEN, f"{url} answers HTTP {answer.status}")
        else:
            verdict.note(NOT_FOUND, f"nothing of OParl at {self.host}")
            verdict.vendor = verdict.vendor or candidates.vendor_of_page(answer.content)

    def _found(self, url: str, answer: Answer, data: Any) -> None:
        verdict = self.verdict
        verdict.state, verdict.url, verdict.detail, self.over = FOUND, url, "", True
        first = data if isinstance(data, dict) and "type" in data else _entries(data)[0]
        version = re.search(r"/(1\.[01])/", f"{first.get('oparlVersion')} {first.get('type')}")
        verdict.version = version[1] if version else None
        maker = vendor_of(first)
        verdict.vendor = maker or verdict.vendor
        if quirks.type_in_any_spelling(first.get("type")) != "System":
            verdict.bodies = _bodies(data)
            return
        link = first.get("body")
        if isinstance(link, list):
            verdict.bodies = _bodies(link)
        elif isinstance(link, str) and values.is_url(link):
            self._see_bodies(answer, link)

    def _see_bodies(self, answer: Answer, link: str) -> None:
        """Read the first page of the Bodies, at the address that answered where the System names another."""
        # Ids often say http, or a host of their own, where the server is asked by https.
        there = urlsplit(link)
        if there.hostname == urlsplit(answer.url).hostname:
            link = urlunsplit((urlsplit(answer.url).scheme, urlsplit(answer.url).netloc, there.path, there.query, ""))
        try:
            self.robots.check(link, self._read_robots)
            self.verdict.bodies = _bodies(_json(self._get(link)))
        except (Blocked, ServerFailed, NetError, _Spent):
            return


def _json(answer: Answer) -> Any:
    try:
        return loads(answer.content) if answer.status < 500 else None
    except ValueError:
        return None


def _entries(data: Any) -> list[dict[str, Any]]:
    """Return the OParl objects of a list."""
    listed = data.get("data") if isinstance(data, dict) else data
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [one for one in found if quirks.type_in_any_spelling(one.get("type")) in ("System", "Body")]


def _bodies(data: Any) -> list[dict[str, str]]:
    found = _entries(data)
    if isinstance(data, dict) and quirks.type_in_any_spelling(data.get("type")) == "Body":
        found = [data]
    return [
        {"id": one["id"], "name": str(one.get("name") or "")[:200]}
        for one in found[:MAX_BODIES]
        if values.is_url(one.get("id")) and quirks.type_in_any_spelling(one.get("type")) == "Body"
    ]
