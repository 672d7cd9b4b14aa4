"""A small council that answers from memory, through the guarded client: what its lists say a test decides."""

import json
from collections.abc import Callable
from functools import partial
from ipaddress import ip_network
from typing import Any

import httpx
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Problem, Source
from app.net import GuardedClient
from oparl_sync import mirror, parse
from oparl_sync.client import OParlClient
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store

SERVER = "https://rat.example/oparl"
SCHEMA = "https://schema.oparl.org/1.1"
LISTS = {
    "organization": "Organization",
    "person": "Person",
    "meeting": "Meeting",
    "paper": "Paper",
    "legislativeTermList": "LegislativeTerm",
    "membership": "Membership",
    "agendaItem": "AgendaItem",
    "consultation": "Consultation",
    "file": "File",
    "locationList": "Location",
}
Handler = Callable[[httpx.Request], httpx.Response]


def url(kind: str, number: int | str = 1) -> str:
    return f"{SERVER}/{kind.lower()}/{number}"


def thing(kind: str, number: int | str = 1, /, **properties: Any) -> dict[str, Any]:
    """Build an object as a server sends it."""
    return {"id": url(kind, number), "type": f"{SCHEMA}/{kind}"} | properties


class Council:
    """An OParl server; `lists` holds what each of its lists says, `files` what is behind other addresses."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Any]] = {"organization": [], "person": [], "meeting": [], "paper": []}
        self.per_page = 2
        self.system: Any = thing("System", body=f"{SERVER}/bodies", oparlVersion=f"{SCHEMA}/")
        self.body: dict[str, Any] = thing("Body", name="Stadt Musterhausen", system=url("System"))
        self.answers: dict[str, Any] = {}  # address -> response, JSON or handler, before anything else
        self.asked: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        address = str(request.url)
        self.asked.append(address)
        if address in self.answers:
            return _response(self.answers[address], request)
        plain, _, query = address.partition("?page=")
        if plain == url("System"):
            return _response(self.system, request)
        if plain == f"{SERVER}/bodies":
            return _response({"data": [self.whole_body()], "pagination": {}, "links": {}}, request)
        name = plain.removeprefix(f"{SERVER}/list/")
        if name in self.lists:
            return _response(self.page(plain, self.lists[name], int(query or 1)), request)
        return httpx.Response(404, json={"error": "nothing here"})

    def whole_body(self) -> dict[str, Any]:
        return {name: f"{SERVER}/list/{name}" for name in self.lists} | self.body

    def page(self, address: str, entries: list[Any], number: int) -> dict[str, Any]:
        end = number * self.per_page
        links = {"next": f"{address}?page={number + 1}"} if end < len(entries) else {}
        part = entries[end - self.per_page : end]
        return {"data": part, "pagination": {"totalElements": len(entries)}, "links": links}

    def client(self, **options: Any) -> OParlClient:
        net = GuardedClient(transport=httpx.MockTransport(self.handle))
        return OParlClient(net, unpaced=(ip_network("127.0.0.0/8"),), **{"sleep": lambda _: None, **options})

    def source(self, engine: Engine, address: str = url("System"), **columns: Any) -> Source:
        """Return the source, added where it is not there yet."""
        with writing(engine) as session:
            chosen = select(Source).where(Source.url == address)
            if (found := session.scalar(chosen)) is None:
                row = {"slug": f"s{abs(hash(address))}", "url": address, "added_at": now(), "state": "new"} | columns
                session.execute(insert(Source).values(**row))
                found = session.scalars(chosen).one()
            return found

    def mirror(self, engine: Engine, address: str = url("System"), *, full: bool = False) -> tuple[Counts, list[str]]:
        """Walk all lists once; returns the counts and why it is incomplete."""
        source, quiet = self.source(engine, address), Progress(quiet=True)
        return mirror.mirror(engine, partial(writing, engine), self.client(), source, quiet, whole=full)


def save(engine: Engine, entries: list[Any], expected: str, *, address: str = url("System"), **options: Any) -> Counts:
    """Bring one list page into the database."""
    source = Council().source(engine, address)
    parsed = parse.objects(entries, expected, where=f"{SERVER}/list")
    with writing(engine) as session:
        return Store(source, url("Body"), **({"backfill": False} | options)).save(session, parsed)


def problems_of(session: Session) -> list[tuple[str, str]]:
    return [(p.kind, p.about) for p in session.scalars(select(Problem).order_by(Problem.id))]


def _response(answer: Any, request: httpx.Request) -> httpx.Response:
    if isinstance(answer, httpx.Response):
        return answer
    if callable(answer):
        answered: httpx.Response = answer(request)
        return answered
    if isinstance(answer, bytes):
        return httpx.Response(200, content=answer)
    return httpx.Response(200, content=json.dumps(answer).encode(), headers={"content-type": "application/json"})
