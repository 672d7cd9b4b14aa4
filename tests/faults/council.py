"""A council small enough to be mirrored thousands of times: it answers from memory, changes, and knows what it says."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from demo.config import Options
from demo.quirks.altering import is_filtered, links, without
from demo.register import LISTS, SCHEMA
from demo.responses import Behaviour, Request, Response, error
from demo.serial import EMBEDDED
from demo.service import Service
from demo.town import Town
from oparl_sync import parse
from oparl_sync.parsed import BACK, VOLATILE, Object
from oparl_sync.vocabulary import PARENTS
from tests.real.captured import small_pdf

BASE = "http://127.0.0.1:1/oparl/v1.1"
LISTS_OF_1_0 = ("organization", "person", "meeting", "paper")
FILTERING = ("honest", "ignored", "dropped", "rejected")
Said = dict[str, dict[str, Any]]  # type -> id -> what is said of it


class Papers(Town):
    """A town whose files are drawn when asked for."""

    def pdf(self, number: int) -> bytes:
        """One page that says which file it is, and of which version."""
        item = self.objects[f"{self.base}/file/{number}"]
        return small_pdf(f"{number} {item['name']}")


class Council:
    """The server: its objects, its clock, how it filters, and what it is asked."""

    def __init__(self, *, version: str = "1.1", filtering: str = "honest", per_page: int = 2, base: str = BASE) -> None:
        self.version = version
        self.filtering = filtering
        self.now = datetime(2026, 3, 1, 9, tzinfo=UTC)
        self.town = Papers(Options(), base, {})
        self.service = Service(self.town, list(self._behaviours()))
        self.service.page_size = per_page
        self.service.hears.append(self._hears)
        self.asked: list[str] = []
        self.before_answer: Callable[[int], None] = lambda _: None
        self._next = 100
        _found(self)

    # what is asked

    @property
    def url(self) -> str:
        """Where its System is."""
        return f"{self.town.base}/system"

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as it comes out of the guarded client."""
        self.before_answer(len(self.asked))
        self.asked.append(str(request.url))
        answer = self.answer(request)
        return httpx.Response(answer.status, content=answer.body, headers={"Date": self.date, **answer.headers})

    @property
    def date(self) -> str:
        """What its clock says, as a header."""
        return format_datetime(self.now, usegmt=True)

    def answer(self, request: httpx.Request) -> Response:
        """Return what the made-up council's own server would answer."""
        split, base = urlsplit(str(request.url)), urlsplit(self.town.base)
        if split.netloc != base.netloc or not split.path.startswith(f"{base.path}/"):
            return error(404, "Unter dieser Adresse gibt es nichts.")
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = split.path.removeprefix(base.path)
        return self.service.answer(Request("GET", path, query, headers, split.query, split.path))

    # what it says, read without any of the mirror's walking

    def says(self) -> Said:
        """Return every object that can be reached from its lists, as it stands there."""
        found: dict[str, dict[str, Object]] = {}
        for entry, kind in self._entries():
            for said in parse.objects([entry], kind, where="").objects:
                mine = found.setdefault(said.type, {})
                if said.id not in mine or not said.embedded:
                    mine[said.id] = said
        return {
            kind: {k: essence(kind, said.raw, _parent(said)) for k, said in mine.items()}
            for kind, mine in found.items()
        }

    def _entries(self) -> Iterator[tuple[dict[str, Any], str]]:
        names = LISTS if self.version == "1.1" else LISTS_OF_1_0
        filtering, self.filtering = self.filtering, "honest"
        for path, kind in (("system", "System"), ("body", "Body"), *((f"body/1/{n}", LISTS[n]) for n in names)):
            address: str | None = f"{self.town.base}/{path}"
            while address:
                page = json.loads(self.answer(httpx.Request("GET", address)).body)
                yield from ((entry, kind) for entry in page.get("data", [page]))
                address = page.get("links", {}).get("next")
        self.filtering = filtering

    # how it behaves

    def _hears(self, request: Request) -> Request:
        return without(request, "modified_since") if self.filtering == "ignored" else request

    def _behaviours(self) -> Iterator[Behaviour]:
        def rejecting(request: Request, response: Response) -> Response:
            refused = self.filtering == "rejected" and is_filtered(request)
            return error(403, "Filter sind nicht erlaubt.") if refused else response

        def dropping(_: Request, __: str, url: str) -> str:
            return url.partition("?")[0] + _page_alone(url) if self.filtering == "dropped" else url

        def older(request: Request, response: Response) -> Response:
            if self.version == "1.1" or b"{" not in response.body[:1]:
                return response
            parts = request.path.strip("/").split("/")
            if len(parts) == 3 and parts[0] == "body" and parts[2] not in LISTS_OF_1_0:
                return error(404, "Unter dieser Adresse gibt es nichts.")
            response.body = response.body.replace(b"schema.oparl.org/1.1", b"schema.oparl.org/1.0")
            for name in set(LISTS) - set(LISTS_OF_1_0):
                response.body = response.body.replace(f',"{name}":"{self.town.base}/body/1/{name}"'.encode(), b"")
            return response

        yield from (rejecting, links(dropping), older)

    # how it changes

    def later(self, **time: float) -> None:
        """Let its clock go on."""
        self.now += timedelta(**time)

    def stamp(self) -> str:
        """Return this moment as OParl writes it."""
        return self.now.isoformat(timespec="seconds")

    def number(self) -> int:
        """Return a number that no object has."""
        self._next += 1
        return self._next

    def put(self, kind: str, number: int | str, **properties: Any) -> str:
        """Add an object, stamped; returns its id."""
        uri = f"{self.town.base}/{kind[0].lower()}{kind[1:]}/{number}"
        head = {"id": uri, "type": SCHEMA + kind, "created": self.stamp(), "modified": self.stamp()}
        self.town.put(head | properties)
        return uri

    def alive(self, *kinds: str) -> list[str]:
        """Return the ids of what is not withdrawn."""
        return [str(item["id"]) for kind in kinds for item in self.town.of_type(kind)]

    def gone(self) -> list[str]:
        """Return the ids of tombstones."""
        return [uri for uri, item in self.town.objects.items() if item.get("deleted")]

    def holders(self, uri: str) -> list[str]:
        """Return what embeds an object."""
        return [
            str(item["id"])
            for item in self.town.objects.values()
            for name in EMBEDDED.get(str(item["type"]).removeprefix(SCHEMA), ())
            if item.get(name) == uri or uri in _several(item.get(name))
        ]

    def touch(self, uri: str) -> None:
        """Stamp an object and all that embeds it: what the specification asks of an honest server."""
        item = self.town.objects[uri]
        item["modified"] = self.stamp()
        self.town.revision += 1
        for holder in self.holders(uri):
            self.touch(holder)

    def rename(self, uri: str, name: str, *, stamped: bool = True) -> None:
        """Say something else of an object, with or without saying so."""
        self.town.objects[uri]["name"] = name
        self.town.revision += 1
        if stamped:
            self.touch(uri)

    def withdraw(self, uri: str, *, vanish: bool = False) -> None:
        """Take an object back with all that is part of it: a tombstone is left, or nothing."""
        kind = str(self.town.objects[uri]["type"]).removeprefix(SCHEMA)
        self.touch(uri)
        for name in EMBEDDED.get(kind, ()):
            for part in _several(self.town.objects[uri].get(name)):
                if self.holders(part) == [uri] and not part.startswith(f"{self.town.base}/location"):
                    self.withdraw(part, vanish=vanish)
        if vanish:
            for holder in self.holders(uri):
                self._drop(holder, uri)
            del self.town.objects[uri]
            self.town.revision += 1
        else:
            self.town.delete(uri, self.stamp())

    def part(self, uri: str, *, onto: str | None = None) -> None:
        """Take a child from its parent, and give it to another, where there is one."""
        kind = str(self.town.objects[uri]["type"]).removeprefix(SCHEMA)
        self.touch(uri)
        for holder in self.holders(uri):
            self._drop(holder, uri)
        way_back = PARENTS[kind].property if kind in PARENTS else "paper"
        self.town.objects[uri].pop(way_back, None)
        if onto is not None:
            self.town.objects[uri][way_back] = onto if kind in PARENTS else [onto]
            name = PARENTS[kind].children if kind in PARENTS else "auxiliaryFile"
            held = self.town.objects[onto]
            held[name] = [*_several(held.get(name)), uri]
            self.touch(uri)

    def _drop(self, holder: str, uri: str) -> None:
        item = self.town.objects[holder]
        for name in EMBEDDED[str(item["type"]).removeprefix(SCHEMA)]:
            if item.get(name) == uri:
                del item[name]
            elif uri in _several(item.get(name)):
                item[name] = [one for one in _several(item[name]) if one != uri]
        self.town.revision += 1


def _found(council: Council) -> None:
    """Fill a council with a few of everything."""
    base = council.town.base
    body = f"{base}/body/1"
    council.town.put({"id": council.url, "type": f"{SCHEMA}System", "created": council.stamp()} | _system(council))
    term = council.put("LegislativeTerm", 1, name="Wahlperiode", body=body)
    place = council.put("Location", 1, description="Rathaus", bodies=[body], postalCode="59998", locality="Musterstadt")
    addresses = {name: f"{body}/{name}" for name in LISTS}
    council.put(
        "Body", 1, name="Stadt Musterstadt", system=council.url, legislativeTerm=[term], location=place, **addresses
    )
    rat = council.put("Organization", 1, name="Rat", body=body)
    for number in (1, 2):
        person = council.put("Person", number, name=f"Person {number}", body=body)
        seat = council.put(
            "Membership", number, person=person, organization=rat, role="Mitglied", name=f"Sitz {number}"
        )
        council.town.objects[person]["membership"] = [seat]
    for number in (1, 2):
        add_meeting(council, number)
        add_paper(council, number)


def add_meeting(council: Council, number: int) -> str:
    """Add a meeting with two items; returns its id."""
    base = council.town.base
    meeting = council.put("Meeting", number, name=f"Sitzung {number}", organization=[f"{base}/organization/1"])
    items = [
        council.put("AgendaItem", f"{number}{order}", name=f"Punkt {order}", order=order, meeting=meeting, public=True)
        for order in (0, 1)
    ]
    council.town.objects[meeting]["agendaItem"] = items
    return meeting


def add_paper(council: Council, number: int) -> str:
    """Add a paper with a consultation and a file; returns its id."""
    base = council.town.base
    paper = council.put("Paper", number, name=f"Vorlage {number}", body=f"{base}/body/1", date=str(date(2026, 3, 1)))
    step = council.put("Consultation", number, name=f"Beratung {number}", paper=paper)
    council.town.objects[paper] |= {"consultation": [step], "mainFile": add_file(council, number, paper)}
    return paper


def add_file(council: Council, number: int, paper: str) -> str:
    """Add a file of a paper, which the paper does not name yet; returns its id."""
    uri = f"{council.town.base}/file/{number}"
    addresses = {"accessUrl": f"{uri}/access", "downloadUrl": f"{uri}/download"}
    return council.put("File", number, name=f"Datei {number}", paper=[paper], mimeType="application/pdf", **addresses)


def _system(council: Council) -> dict[str, Any]:
    return {"oparlVersion": f"{SCHEMA}", "body": f"{council.town.base}/body", "modified": council.stamp()}


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _parent(said: Object) -> Any:
    return said.values.get(PARENTS[said.type].column) if said.type in PARENTS else None


def _page_alone(url: str) -> str:
    page = dict(parse_qsl(urlsplit(url).query)).get("page")
    return f"?page={page}" if page else ""


def essence(kind: str, raw: dict[str, Any], parent: str | None) -> Any:
    """Return what a mirror must hold of an object: its words and its parent; an embedded copy lacks the way back."""
    back = {PARENTS[kind].property} if kind in PARENTS else set(BACK[kind])
    words = {k: v for k, v in raw.items() if k not in VOLATILE and k not in back and v not in (None, [])}
    return words, parent
