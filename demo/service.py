"""What the OParl server answers, without any network: a request in, a response out."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote, urlencode

from .config import PAGE_SIZE
from .register import LISTS, SCHEMA, Json
from .responses import Behaviour, Hearing, Request, Response, conditional, error, json_response, ranged
from .serial import as_1_0, encode, full, kind_of
from .town import Town
from .words import slug

VERSIONS = ("1.0", "1.1")
# The lists of OParl 1.0; all else is embedded, and some of it vanishes without a trace.
LISTS_1_0 = ("organization", "person", "meeting", "paper")
TRACELESS_1_0 = ("LegislativeTerm", "Membership", "AgendaItem", "Consultation")
FILTERS = ("created_since", "created_until", "modified_since", "modified_until")


class BadFilterError(ValueError):
    """A filter that is no date-time with offset; answered with 400."""


class Service:
    """Answers for one town. Pages and objects are kept as bytes until the town changes."""

    def __init__(
        self,
        town: Town,
        behaviours: list[Behaviour] | None = None,
        version: str = "1.1",
        page_size: int = PAGE_SIZE,
    ) -> None:
        self.town = town
        self.version = version
        self.behaviours: list[Behaviour] = behaviours if behaviours is not None else []
        self.hears: list[Hearing] = []
        self.page_size = page_size
        # Which body lists an object, by the body's number.
        self.body_of: Callable[[Json], str] = lambda _: "1"
        # Behaviours count and remember: one request at a time. They may ask for further answers themselves.
        self._lock = threading.RLock()
        self._revision = town.revision
        self._objects: dict[tuple[str, bool], bytes] = {}
        self._pages: dict[tuple[str, str, int], bytes] = {}
        self._lists: dict[str, list[Json]] = {}

    def answer(self, request: Request) -> Response:
        """The specification's answer to what is heard, then what the behaviours make of it."""
        with self._lock:
            heard = request
            for hearing in self.hears:
                heard = hearing(heard)
            response = self.conforming(heard)
            for behaviour in self.behaviours:
                response = behaviour(request, response)
            response.headers.setdefault("Date", format_datetime(self.town.clock().astimezone(UTC), usegmt=True))
            return response

    def conforming(self, request: Request) -> Response:
        """The specification's answer, without any behaviour."""
        if self._revision != self.town.revision:
            for cache in (self._objects, self._pages, self._lists):
                cache.clear()
            self._revision = self.town.revision
        return ranged(request, conditional(request, self._route(request)))

    def _route(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            response = error(405, "Nur GET und HEAD sind erlaubt.")
            response.headers["Allow"] = "GET, HEAD"
            return response
        parts = request.path.strip("/").split("/")
        uri = f"{self.town.base}/{'/'.join(parts)}"
        if parts[0] == "file" and len(parts) == 3 and parts[2] in ("access", "download"):
            return self._file(f"{self.town.base}/file/{parts[1]}", parts[2] == "download")
        items = self._list(parts)
        if items is not None:
            return self._page(uri, items, request)
        item = self.town.objects.get(uri)
        vanished = item and item.get("deleted") and self.version == "1.0" and kind_of(item) in TRACELESS_1_0
        if item is None or vanished or request.path != f"/{'/'.join(parts)}":
            return self._nothing(uri)
        body = self._bytes(item, False)
        return json_response(body, ETag=_etag(body), Last_Modified=_http_date(str(item["modified"])))

    def _nothing(self, uri: str) -> Response:
        return error(self.town.refused.get(uri, 404), "Unter dieser Adresse gibt es nichts.")

    def _list(self, parts: list[str]) -> list[Json] | None:
        """The objects of an external list, tombstones included, or None if the path names no list."""
        key = "/".join(parts)
        if key not in self._lists:
            found = self._find(parts)
            if found is None:
                return None
            self._lists[key] = found
        return self._lists[key]

    def _find(self, parts: list[str]) -> list[Json] | None:
        everything = self.town.objects.values()
        if parts == ["body"]:
            return [item for item in everything if item["type"] == SCHEMA + "Body"]
        if len(parts) != 3:
            return None
        lists = LISTS_1_0 if self.version == "1.0" else LISTS
        if parts[0] == "body" and parts[2] in lists and f"{self.town.base}/body/{parts[1]}" in self.town.objects:
            kind = SCHEMA + LISTS[parts[2]]
            return [item for item in everything if item["type"] == kind and self.body_of(item) == parts[1]]
        owner = f"{self.town.base}/organization/{parts[1]}"
        if parts[0] == "organization" and parts[2] == "meeting" and "meeting" in self.town.objects.get(owner, {}):
            return [
                item
                for item in everything
                if item["type"] == SCHEMA + "Meeting"
                and owner in str(item.get("organization", ""))
                and [owner] == item.get("organization")
            ]
        return None

    def _page(self, uri: str, items: list[Json], request: Request) -> Response:
        key = (request.path, request.raw_query, self.page_size)
        body = self._pages.get(key)
        if body is None:
            try:
                body = self._make_page(uri, items, request.query)
            except ValueError as problem:
                return error(400, str(problem))
            self._pages[key] = body
        return json_response(body)

    def _make_page(self, uri: str, items: list[Json], query: dict[str, str]) -> bytes:
        found = _filtered(items, query)
        number = query.get("page", "1")
        pages = max(1, -(-len(found) // self.page_size))
        if not number.isdecimal() or not 1 <= int(number) <= pages:
            raise BadFilterError(f"Seite {number} gibt es nicht.")
        page = int(number)
        # Not FILTERS alone: whatever the client sent is carried on, so that its meaning stays the same on every page.
        kept = {name: value for name, value in query.items() if name != "page"}
        links = {
            name: f"{uri}?{urlencode(kept | {'page': str(at)})}"
            for name, at in (
                ("first", 1),
                ("prev", page - 1),
                ("self", page),
                ("next", page + 1),
                ("last", pages),
            )
            if 1 <= at <= pages
        }
        omit = query.get("omit_internal") == "true" and self.version != "1.0"
        chosen = found[(page - 1) * self.page_size : page * self.page_size]
        pagination = {
            "totalElements": len(found),
            "elementsPerPage": self.page_size,
            "currentPage": page,
            "totalPages": pages,
        }
        data = b",".join(self._bytes(item, omit) for item in chosen)
        return b'{"data":[%b],"pagination":%b,"links":%b}' % (data, encode(pagination), encode(links))

    def _bytes(self, item: Json, omit: bool) -> bytes:
        key = (str(item["id"]), omit)
        if key not in self._objects:
            sent = full(self.town, item, omit)
            self._objects[key] = encode(as_1_0(sent) if self.version == "1.0" else sent)
        return self._objects[key]

    def _file(self, uri: str, attached: bool) -> Response:
        item = self.town.objects.get(uri)
        if item is None or kind_of(item) != "File":
            return self._nothing(uri)
        if item.get("deleted"):
            return error(410, "Diese Datei wurde zurückgezogen.")
        try:
            body = self.town.pdf(int(uri.rsplit("/", 1)[1]))
        except (KeyError, ValueError):
            return error(404, "Diese Datei gibt es nicht.")
        headers = {
            "Content-Type": str(item["mimeType"]),
            "Access-Control-Allow-Origin": "*",
            "Accept-Ranges": "bytes",
            "ETag": _etag(body),
            "Last-Modified": _http_date(str(item["modified"])),
        }
        if attached:
            name = str(item["fileName"])
            plain = f"{slug(name.removesuffix('.pdf'))}.pdf"
            headers["Content-Disposition"] = (
                f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
            )
        return Response(200, body, headers)


def _filtered(items: list[Json], query: dict[str, str]) -> list[Json]:
    bounds = {name: _moment(query[name]) for name in FILTERS if name in query}
    if "modified_since" not in bounds:
        items = [item for item in items if not item.get("deleted")]
    for name, bound in bounds.items():
        stamp, _, side = name.partition("_")
        sign = 1 if side == "since" else -1
        items = [
            item for item in items if sign * (datetime.fromisoformat(str(item[stamp])) - bound).total_seconds() >= 0
        ]
    return items


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadFilterError(f"Kein Zeitpunkt: {text}") from None
    if moment.tzinfo is None:
        raise BadFilterError(f"Zeitpunkt ohne Zeitzone: {text}")
    return moment


def _etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _http_date(stamp: str) -> str:
    return format_datetime(datetime.fromisoformat(stamp).astimezone(UTC), usegmt=True)
