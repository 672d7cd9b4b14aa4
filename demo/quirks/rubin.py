"""How more! rubin deviates from OParl: *.gremien.info, Freiburg, Castrop-Rauxel; OParl 1.0 only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from demo.quirks.altering import Item, each, instead, links, list_of, number, rewritten, without
from demo.quirks.registry import quirk
from demo.responses import Behaviour, Request, Response
from demo.serial import encode
from demo.service import FILTERS, Service

ERROR = "https://schema.oparl.org/1.0/Error"
JSON = "application/json; charset=utf-8"


@quirk(
    "rubin-not-active",
    row="R1",
    seen="*.gremien.info",
    summary='everything answers 200 with an Error, "OParl is not active."',
)
def not_active(_: Service) -> Iterable[Behaviour]:
    """Answer as a server whose council has not booked OParl."""
    return [instead(lambda _: True, _error("OParl is not active."), content_type=JSON)]


@quirk(
    "rubin-test-expired",
    row="R1",
    seen="*.gremien.info",
    summary='the list of papers answers 200 with an Error, "test expired"',
)
def expired(_: Service) -> Iterable[Behaviour]:
    """Answer one list as if everything were well."""
    return [instead(lambda request: list_of(request) == "paper", _error("OParl test expired"), content_type=JSON)]


@quirk(
    "rubin-unknown-paths-answer-the-system",
    row="R1",
    seen="*.gremien.info",
    summary="what is not there answers 200 with the System; so does the list of papers",
)
def unknown_paths_answer_the_system(service: Service) -> Iterable[Behaviour]:
    """Answer with the System where there is nothing."""

    def behave(request: Request, response: Response) -> Response:
        if response.status != 404 and list_of(request) != "paper":
            return response
        return service.conforming(Request("GET", "/system", {}, {}))

    return [behave]


@quirk(
    "rubin-stamps-of-today",
    row="R2",
    seen="*.gremien.info",
    summary="all but organizations were created and modified today at 00:00; filters are ignored and leave the links",
)
def stamps_of_today(service: Service) -> Iterable[Behaviour]:
    """Give every object the day of the request, organizations no stamp at all."""

    def behave(text: str) -> str:
        return _STAMP.sub(lambda match: f'"{match[1]}":"{today()}"', text)

    def unstamped(item: Item) -> Item:
        return {name: value for name, value in item.items() if name not in ("created", "modified")}

    service.hears.append(lambda request: without(request, *FILTERS))
    return [rewritten(behave), each("Organization", unstamped)]


_STAMP = re.compile(r'"(created|modified)":"[^"]*"')


def today() -> str:
    """Return the beginning of this day, as the server's clock has it."""
    return datetime.now().astimezone().strftime("%Y-%m-%dT00:00:00+01:00")


@quirk(
    "rubin-pages-in-the-path",
    row="R3",
    seen="*.gremien.info",
    summary="pages are told apart in the path, /page/2; limit is ignored",
)
def pages_in_the_path(service: Service) -> Iterable[Behaviour]:
    """Move the number of the page from the query into the path."""

    def move(_request: Request, _name: str, url: str) -> str:
        return re.sub(r"\?page=(\d+)$", r"/page/\1", url)

    def hear(request: Request) -> Request:
        path, found, page = request.path.partition("/page/")
        if not found or not page.isdecimal():
            return without(request, "limit", "page")
        heard = without(request, "limit", "page")
        query = f"{heard.raw_query}&page={page}".removeprefix("&")
        return replace(heard, path=path, query=heard.query | {"page": page}, raw_query=query)

    service.hears.append(hear)
    return [links(move)]


@quirk(
    "rubin-text-in-file",
    row="R4",
    seen="Freiburg, Castrop-Rauxel",
    summary="File.text holds the whole text, of some a list of keywords that ends in %anl%;",
)
def text_in_file(_: Service) -> Iterable[Behaviour]:
    """Send along what is written in the files."""

    def tell(item: Item) -> Item:
        name = item.get("name", "")
        if number(item) % 3 == 0:
            return item | {"text": "Satzung;Gebühr;Haushalt;%anl%;"}
        return item | {"text": f"Niederschrift zu {name}.\nDer Rat befasst sich mit der Nordmannstanne."}

    return [each("File", tell)]


@quirk(
    "rubin-meeting-without-prefix",
    row="R5",
    seen="ruhrparlament.de",
    summary="meetings are called ni_3, consultations say 3",
)
def meeting_without_prefix(service: Service) -> Iterable[Behaviour]:
    """Call meetings by one name, and by another where papers are consulted on."""
    base = service.town.base
    plain = re.compile(re.escape(f"{base}/meeting/") + r"(?=\d)")

    def strip(item: Item) -> Item:
        return item | ({"meeting": item["meeting"].replace("/ni_", "/")} if "meeting" in item else {})

    def hear(request: Request) -> Request:
        if not request.path.startswith("/meeting/"):
            return request
        name = request.path.removeprefix("/meeting/")
        return replace(request, path=f"/meeting/{name[3:]}" if name.startswith("ni_") else "/.")

    service.hears.append(hear)
    return [rewritten(lambda text: plain.sub(f"{base}/meeting/ni_", text)), each("Consultation", strip)]


@quirk(
    "rubin-empty-geometry",
    row="R6",
    seen="*.gremien.info",
    summary="points without coordinates, organization_active_1 on organizations, phone [] on persons",
)
def empty_geometry(_: Service) -> Iterable[Behaviour]:
    """Send shapes with nothing in them, and a property of one's own without a prefix."""

    def change(item: Item) -> Item:
        nowhere = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": []}}
        return item | {"geojson": nowhere}

    return [
        each("Location", change),
        each("Organization", lambda item: item | {"organization_active_1": "1"}),
        each("Person", lambda item: item | {"phone": []}),
    ]


@quirk(
    "rubin-without-numbers",
    row="R7",
    seen="*.gremien.info",
    summary="no ags or rgs, ids with %7C, and underDirectionOf names a person",
)
def without_numbers(service: Service) -> Iterable[Behaviour]:
    """Name papers `v%7C3`, and a person where an office should stand."""
    base = service.town.base
    whole = re.compile(re.escape(f"{base}/paper/") + r"(?=\d)")

    def lead(item: Item) -> Item:
        return item | ({"underDirectionOf": [f"{base}/person/1"]} if "underDirectionOf" in item else {})

    def hear(request: Request) -> Request:
        return replace(request, path=request.path.replace("/paper/v%7C", "/paper/", 1))

    service.hears.append(hear)
    return [
        rewritten(lambda text: whole.sub(f"{base}/paper/v%7C", text)),
        each("Body", lambda item: {name: value for name, value in item.items() if name not in ("ags", "rgs")}),
        each("Paper", lead),
    ]


@quirk(
    "rubin-cancelled-in-the-name",
    row="R",
    seen="more! rubin",
    summary="a meeting that is called off says so in its name alone: +++ entfällt +++",
)
def cancelled_in_the_name(_: Service) -> Iterable[Behaviour]:
    """Call off every other meeting in its name."""

    def change(item: Item) -> Item:
        called_off = {"name": f"+++ entfällt +++ {item.get('name', '')}"} if number(item) % 2 == 0 else {}
        return {name: value for name, value in item.items() if name != "cancelled"} | called_off

    return [each("Meeting", change)]


def _error(message: str) -> bytes:
    return encode({"type": ERROR, "message": message})
