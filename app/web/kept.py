"""Pages as they were made a moment ago: as long as nothing was written since, a page is not made again.

    request -> is it kept, and still as it would be made? -> the same bytes, compressed, or 304
            -> Flask makes it -> kept, if it is the same for every reader of its language and display

A kept page holds while its mark is the same, for HOLDS at most, because dates and states of servers move by themselves.
The mark moves with every commit, or, where the site is served, with everything that is taken from readers: what is new
may be seen half a minute later, what is withdrawn may not be seen at all. It stands in front of Flask: to find a page
takes a twentieth of a millisecond, to make one some ten.
"""

import gzip
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_etags
from werkzeug.sansio.http import parse_cookie  # as Request has it: the other fails with bytes that are no UTF-8

from app.changes import Withdrawals
from app.translations import DEFAULT, FULL, LANGUAGES
from app.web.i18n import DISPLAY_COOKIE, DISPLAYS, LANGUAGE_COOKIE
from app.web.site import EXTENSION

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOLDS = 30.0  # seconds
MEMORY = 64 * 2**20  # bytes of pages, plain and compressed
LARGEST = 2**20  # bytes of a page; one of a thousand agenda items has half of that
# Where what is shown lies in files, or is about the one who asks.
NEVER = ("/alerts", "/data", "/report", "/takedown")
LEVEL = 5  # of compression: 9 makes a page 2 in 100 smaller, in twice the time
# By what a page may differ and be kept: `_key` tells those apart.
TOLD_APART = frozenset({"cookie", "accept-language", "accept-encoding"})
OF_THE_BODY = frozenset({"content-length", "content-type", "content-encoding"})
Headers = list[tuple[str, str]]
Key = tuple[str, ...]


@dataclass(slots=True)
class Page:
    """A finished page, when it was made, and what the database's mark was before that."""

    headers: Headers
    plain: bytes
    etag: str
    mark: object
    made: float
    zipped: bytes = b""

    @property
    def size(self) -> int:
        """What it may take, in bytes: compressed it has a quarter."""
        return len(self.plain) * 5 // 4


@dataclass
class Kept:
    """A WSGI application in front of another; `mark` tells whether anything was written that matters to it."""

    application: "WSGIApplication"
    mark: Callable[[], object]
    clock: Callable[[], float] = monotonic
    _pages: "OrderedDict[Key, Page]" = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from what is kept, or let the application answer and keep that."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.application(environ, start_response)
        key = _key(environ)
        try:
            page = self._found(key)
            mark = None if page else self.mark()
        except SQLAlchemyError:  # away: the application says so in its own words
            page = mark = None
        if page is not None:
            return _answered(page, environ, start_response)
        return self._made(key, mark, environ, start_response)

    def _found(self, key: Key) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            self._pages.move_to_end(key)
        age = self.clock() - page.made
        return page if age < HOLDS and page.mark == self.mark() else None

    def _made(
        self, key: Key, mark: object, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        told: list[Any] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            told[:] = [status, headers, exc_info]
            return _nothing

        answer = self.application(environ, start)
        status, headers, exc_info = told
        fields = {name.lower(): value for name, value in headers}
        if not (
            status.startswith("200") and "etag" in fields and fields.get("content-type", "").startswith("text/html")
        ):
            start_response(status, headers, exc_info) if exc_info else start_response(status, headers)
            return answer
        plain = _whole(answer)
        page = Page(headers, plain, fields["etag"], mark, self.clock())
        if _is_everybodys(environ, fields) and environ["REQUEST_METHOD"] == "GET" and page.size <= LARGEST and mark:
            self._keep(key, page)
        return _answered(page, environ, start_response)

    def _keep(self, key: Key, page: Page) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._size += page.size - (before.size if before else 0)
            self._pages[key] = page
            while self._size > MEMORY:
                self._size -= self._pages.popitem(last=False)[1].size


def install(app: Flask, *, patient: bool) -> None:
    """Stand in front of the site."""
    site = app.extensions[EXTENSION]
    mark = Withdrawals(site.engine, site.marker) if patient else site.marker
    app.wsgi_app = Kept(app.wsgi_app, mark)  # type: ignore[method-assign]


def _key(environ: "WSGIEnvironment") -> Key:
    """Return what tells two pages apart: host and address, and what the reader chose or the browser prefers.

    Read as app.web.i18n reads it, or one reader's page would be another's: what is no choice does not count.
    """
    chosen = parse_cookie(environ.get("HTTP_COOKIE", ""))
    language, display = chosen.get(LANGUAGE_COOKIE, ""), chosen.get(DISPLAY_COOKIE, "")
    return (
        environ.get("HTTP_HOST", ""),  # at the host of FILES_ORIGIN there are no pages
        environ.get("PATH_INFO", ""),
        environ.get("QUERY_STRING", ""),
        language if language in LANGUAGES else _preferred(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        display if display in DISPLAYS else "",
    )


@lru_cache(maxsize=256)
def _preferred(header: str) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(FULL) or DEFAULT


@lru_cache(maxsize=256)
def _takes_gzip(header: str) -> bool:
    return "gzip" in header and parse_accept_header(header).quality("gzip") > 0


def _is_everybodys(environ: "WSGIEnvironment", fields: dict[str, str]) -> bool:
    """Whether a page would be made the same for the next one who asks."""
    alone = environ.get("PATH_INFO", "").startswith(NEVER) or "set-cookie" in fields
    varies = {name.strip().lower() for name in fields.get("vary", "").split(",") if name.strip()}
    return not alone and varies <= TOLD_APART and fields.get("cache-control") == "no-cache"


def _answered(page: Page, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", "") and parse_etags(environ["HTTP_IF_NONE_MATCH"]).contains_raw(
        page.etag
    ):
        start_response("304 NOT MODIFIED", [one for one in page.headers if one[0].lower() not in OF_THE_BODY])
        return ()
    if not page.plain:  # the application was asked for the head alone
        start_response("200 OK", page.headers)
        return ()
    headers = [one for one in page.headers if one[0].lower() != "content-length"]
    body = page.plain
    if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        page.zipped = page.zipped or gzip.compress(page.plain, LEVEL, mtime=0)
        body = page.zipped
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)


def _whole(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _nothing(_written: bytes) -> object:
    raise NotImplementedError("write() is not used by what we stand in front of")
