"""The checks of the OParl validators, and those that none of them makes: each gives what is wrong, in words.

Of oparl-validator-rs: ObjectMissing, ObjectNotInList, RequiredFieldMissing, EmptyString, UsingHttp, InvalidJson and
both HttpRequestFailed; of liboparl: ids, licences, names, lists, periods, endless lists; of the specification's own
script: unknown attributes and forms. Beyond them: every reference resolves, filters are kept and do what they say,
heads are as they must be.
"""

import json
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from app.publication.names import LISTS
from app.vocabulary import PARENTS, PROPERTIES, Kind
from tests.oparl.schema import faults

Thing = dict[str, Any]
REFERRING = {Kind.LINK, Kind.LINKS, Kind.BACK}
PERIODS = (("start", "end"), ("startDate", "endDate"))


class Server(Protocol):
    """What can be asked."""

    @property
    def url(self) -> str:
        """Where its System is."""

    def get(self, address: str, method: str = "GET", **headers: str) -> Any:
        """Ask for an address."""


@dataclass
class Walk:
    """All that a server lists, read from its System on; what is amiss is noted on the way."""

    server: Server
    query: str = ""
    wrong: list[str] = field(default_factory=list)
    system: Thing = field(default_factory=dict)
    bodies: list[Thing] = field(default_factory=list)
    listed: dict[str, dict[str, Thing]] = field(default_factory=dict)  # by list's address, then by id
    pages: int = 0

    def all(self) -> "Walk":
        """Read everything."""
        self.system = self.object(self.server.url)
        if self.system.get("id") != self.server.url:
            self.wrong.append(f"the System calls itself {self.system.get('id')}")
        self.bodies = [*self.list(str(self.system.get("body")), "Body")]
        for body in self.bodies:
            for name, object_type in LISTS.items():
                if not body.get("deleted"):
                    self.list(body[name], object_type)
        return self

    def object(self, address: str) -> Thing:
        """Return the object at an address, {} where there is none."""
        answer = self.server.get(address)
        if answer.status_code != 200:
            self.wrong.append(f"{address}: {answer.status_code}")
            return {}
        self.wrong += [f"{address}: {one}" for one in headers_amiss(answer)]
        try:
            found = json.loads(answer.data.decode("utf-8"))
        except ValueError as error:
            self.wrong.append(f"{address}: {error}")
            return {}
        return found if isinstance(found, dict) else {}

    def list(self, address: str, object_type: str) -> list[Thing]:
        """Read a list to its end; an id may come once."""
        found = self.listed.setdefault(address, {})
        seen, at = set[str](), f"{address}?{self.query}" if self.query else address
        while at:
            if at in seen:
                self.wrong.append(f"{at}: the list has no end")
                break
            seen.add(at)
            page = self.object(at)
            self.pages += 1
            for thing in page.get("data", ()):
                if thing["id"] in found:
                    self.wrong.append(f"{address}: {thing['id']} twice")
                if not str(thing["type"]).endswith(f"/{object_type}"):
                    self.wrong.append(f"{address}: {thing['type']} in it")
                found[thing["id"]] = thing
            self.wrong += [f"{at}: {one}" for one in self._links(page, at)]
            at = page.get("links", {}).get("next", "")
        total = page.get("pagination", {}).get("totalElements")
        if total is not None and total != len(found):
            self.wrong.append(f"{address}: {total} said, {len(found)} there")
        return [*found.values()]

    def _links(self, page: Thing, at: str) -> Iterator[str]:
        if not {"data", "pagination", "links"} <= page.keys():
            yield "no list"
            return
        own = dict(parse_qsl(urlsplit(at).query)).keys() - {"after"}
        for name, link in page["links"].items():
            if not str(link).startswith(self.server.url):
                yield f"{name} leads to {link}"
            if own - dict(parse_qsl(urlsplit(link).query)).keys():
                yield f"{name} loses a filter"
            if "+" in urlsplit(link).query:
                yield f"{name} has a bare plus sign"
        if page["links"].get("self") != at and "after" in at:
            yield f"calls itself {page['links'].get('self')}"

    def every(self) -> dict[str, Thing]:
        """Return all objects that are listed, by id."""
        return {one: thing for some in self.listed.values() for one, thing in some.items()}


def headers_amiss(answer: Any) -> list[str]:
    """Return what the head of a JSON answer lacks."""
    wrong = []
    if answer.headers.get("Access-Control-Allow-Origin") != "*":
        wrong.append("scripts of other sites may not read it")
    if answer.mimetype != "application/json":
        wrong.append(f"it is {answer.mimetype}")
    if answer.status_code == 200 and "ETag" not in answer.headers:
        wrong.append("no ETag")
    if "Set-Cookie" in answer.headers:
        wrong.append("a cookie")
    if answer.data.startswith(b"\xef\xbb\xbf"):
        wrong.append("a byte order mark")
    return wrong


def object_faults(walk: Walk) -> list[str]:
    """Return what is wrong with objects by themselves."""
    wrong = [f"{walk.server.url}: {one}" for one in faults(walk.system)]
    https = walk.server.url.startswith("https:")
    for one, thing in walk.every().items():
        wrong += [f"{one}: {fault}" for fault in faults(thing)]
        for part, _ in parts(thing):
            if part.get("deleted"):
                wrong.append(f"{one}: a tombstone is embedded")
            if https and str(part["id"]).startswith("http:"):
                wrong.append(f"{one}: http")
            for start, end in PERIODS:
                if start in part and end in part and part[start] > part[end]:
                    wrong.append(f"{part['id']}: ends before it begins")
        order = [item["order"] for item in thing.get("agendaItem", ()) if isinstance(item, dict)]
        if order != [*range(len(order))]:
            wrong.append(f"{one}: its items are numbered {order}")
    return wrong


def missing_licences(walk: Walk) -> list[str]:
    """Return the objects for which neither they nor their Body nor the System state a licence."""
    stated = {body["id"] for body in walk.bodies if body.get("license")}
    if walk.system.get("license"):
        return []
    return [
        one
        for one, thing in walk.every().items()
        if not thing.get("deleted") and not thing.get("license") and thing.get("ratslupe:body") not in stated
    ]


def parts(thing: Thing, within: str = "") -> Iterator[tuple[Thing, str]]:
    """Yield an object and all that is embedded in it, each with the type that holds it."""
    if not isinstance(thing.get("id"), str):
        return
    yield thing, within
    name = type_of(thing)
    for own in PROPERTIES.get(name, ()):
        value = thing.get(own)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and own != "geojson":
                yield from parts(part, name)


def type_of(thing: Thing) -> str:
    """Return the type's last word."""
    return str(thing.get("type", "")).rpartition("/")[2]


def dereferenced(walk: Walk, most: int = 1_000_000) -> list[str]:
    """Return what is wrong at the ids: of listed objects the same, of embedded ones with the way back."""
    wrong: list[str] = []
    every = walk.every()
    for one, thing in [*every.items()][:most]:
        if (found := walk.object(one)) != thing:
            wrong.append(f"{one}: is another one in its list: {found}")
        for part, within in parts(thing):
            if part is thing:
                continue
            alone = every.get(part["id"]) or walk.object(part["id"])
            left = {name: value for name, value in part.items() if alone.get(name) != value}
            if left or type_of(alone) != type_of(part):
                wrong.append(f"{one}: {part['id']} is another one by itself: {left}")
            parent = PARENTS.get(type_of(part))
            if parent and parent.type == within and parent.property not in alone:
                wrong.append(f"{part['id']}: no way back")
    return wrong


def unresolved(walk: Walk) -> list[str]:
    """Return the references that lead nowhere, or to another type."""
    wrong: list[str] = []
    types = {one: type_of(thing) for one, thing in walk.every().items()} | {walk.server.url: "System"}
    for thing in walk.every().values():
        for part, _ in parts(thing):
            for name, prop in PROPERTIES[type_of(part)].items():
                value = part.get(name)
                if prop.kind not in REFERRING or value is None:
                    continue
                for one in value if isinstance(value, list) else [value]:
                    found = types.get(one) or type_of(walk.object(one))
                    if found != (prop.type or found) or not found:
                        wrong.append(f"{part['id']}: {name} leads to {one}, {found or 'nothing'}")
    return wrong


def unlisted(walk: Walk) -> list[str]:
    """Return what is embedded and stands in no list of its own."""
    every = walk.every()
    return [part["id"] for thing in every.values() for part, _ in parts(thing) if part["id"] not in every]


def filtered_amiss(server: Server, list_url: str) -> list[str]:
    """Return in what a list's time filters are wrong, asked of all of its objects."""
    wrong: list[str] = []
    every = {one["id"]: one for one in Walk(server).list(list_url, _type_at(server, list_url))}
    for name in ("created", "modified"):
        moments = sorted({one[name] for one in every.values()})
        for moment in {*moments[:1], *moments[len(moments) // 2 :][:1], *moments[-1:]}:
            quoted = str(moment).replace("+", "%2B")
            for word, holds in (("since", operator.ge), ("until", operator.le)):
                got = Walk(server, f"{name}_{word}={quoted}&limit=7").list(list_url, _type_at(server, list_url))
                alive = {one["id"] for one in got if not one.get("deleted")}
                should = {one for one, thing in every.items() if holds(thing[name], moment)}
                if alive != should:
                    wrong.append(f"{list_url} {name}_{word}={moment}: {len(alive)} instead of {len(should)}")
    late = Walk(server, "modified_since=2999-01-01T00:00:00%2B01:00").list(list_url, "")
    return wrong + [f"{list_url}: {one['id']} in the future" for one in late]


def _type_at(server: Server, list_url: str) -> str:
    name = urlsplit(list_url).path.rpartition("/")[2]
    return {own.lower(): type_ for own, type_ in LISTS.items()}.get(name, "Body")
