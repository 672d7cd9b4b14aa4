"""How Sternberg SD.NET RIM deviates from OParl."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from demo.quirks.altering import (
    Item,
    altered,
    each,
    instead,
    is_filtered,
    is_page,
    kind_of,
    links,
    list_of,
    number,
    pages,
)
from demo.quirks.registry import quirk
from demo.register import LISTS, SCHEMA
from demo.responses import Behaviour, Request, Response, Wire
from demo.serial import encode
from demo.service import Service

NOT_FOUND = {
    "error": "Die angeforderte Ressource wurde nicht gefunden.",
    "code": 802,
    "type": "SD.NET RIM Webservice",
}
ALWAYS = "1900-01-01T00:00:00+00:00"
SLOW = 38.0  # seconds a page


@quirk(
    "sdnet-empty-is-404",
    row="N1",
    seen="Krefeld",
    summary="a filtered list that is empty is a 404 with code 802, said to be a web page",
)
def empty_is_404(_: Service) -> Iterable[Behaviour]:
    """Call nothing new an error."""

    def behave(request: Request, response: Response) -> Response:
        if list_of(request) is None or not is_filtered(request) or response.status != 200:
            return response
        empty = json.loads(response.body) in ([], {}) or not json.loads(response.body).get("data")
        return Response(404, encode(NOT_FOUND), {"Content-Type": "text/html"}) if empty else response

    return [behave]


@quirk("sdnet-bare-empty-list", row="N2", seen="Krefeld, Essen", summary="an empty list is a bare []")
def bare_empty_list(_: Service) -> Iterable[Behaviour]:
    """Send [] for a list without entries."""
    return [pages(lambda _, page: page if page["data"] else [])]


@quirk("sdnet-membership-array", row="N2", seen="Essen", summary="a membership, and the list of them, is a bare array")
def membership_array(service: Service) -> Iterable[Behaviour]:
    """Send arrays where a list page or an object belongs."""

    def change(request: Request, data: Any) -> Any:
        if request.path.startswith("/membership/"):
            return [data]
        return data["data"] if list_of(request) == "membership" and is_page(data) else data

    service.page_size = max(service.page_size, 1000)
    return [altered(change)]


@quirk("sdnet-body-for-list", row="N3", seen="Krefeld", summary="the list of bodies is the one body itself")
def body_for_list(_: Service) -> Iterable[Behaviour]:
    """Send the body in place of its list."""
    return [pages(lambda request, page: page["data"][0] if list_of(request) == "body" else page)]


@quirk(
    "sdnet-untyped-tombstones",
    row="N4",
    seen="Krefeld",
    summary="what was withdrawn has no type, and stands in unfiltered lists too",
)
def untyped_tombstones(service: Service) -> Iterable[Behaviour]:
    """Show tombstones always, and do not say of what."""

    def hear(request: Request) -> Request:
        whole = list_of(request) is None or is_filtered(request)
        return request if whole else replace(request, query=request.query | {"modified_since": ALWAYS})

    def unheard(_: Request, __: str, url: str) -> str:
        parts = urlsplit(url)
        kept = [(name, value) for name, value in parse_qsl(parts.query) if value != ALWAYS]
        return urlunsplit(parts._replace(query=urlencode(kept)))

    def untype(item: Item) -> Item:
        return {name: v for name, v in item.items() if name != "type"} if item.get("deleted") else item

    service.hears.append(hear)
    return [links(unheard), *(each(kind, untype) for kind in LISTS.values())]


@quirk("sdnet-untyped-objects", row="N4", seen="Krefeld", summary="organizations and places have no type")
def untyped_objects(_: Service) -> Iterable[Behaviour]:
    """Leave the type out."""

    def untype(item: Item) -> Item:
        return {name: value for name, value in item.items() if name != "type"}

    return [each("Organization", untype), each("Location", untype)]


@quirk(
    "sdnet-place-of-person-embedded",
    row="N5",
    seen="Krefeld",
    summary="a person's location is the place itself in place of its address",
)
def place_of_person_embedded(service: Service) -> Iterable[Behaviour]:
    """Tell where everybody lives."""

    def change(person: Item) -> Item:
        home = {
            "id": f"{service.town.base}/location/{700_000 + number(person)}",
            "type": f"{SCHEMA}Location",
            "streetAddress": f"Privatweg {number(person)}",
        }
        return person if person.get("deleted") else person | {"location": home}

    return [each("Person", change)]


def _files_at(service: Service, stated: str, real: str) -> list[Behaviour]:
    """State one address for files, and answer at another; both below the base, with {n} for the number."""
    there = re.compile(re.escape(f"/{real}").replace(re.escape("{n}"), r"(\d+)"))

    def hear(request: Request) -> Request:
        found = there.fullmatch(request.path)
        return replace(request, path=f"/file/{found[1]}/access") if found else request

    def change(file: Item) -> Item:
        address = f"{service.town.base}/{stated.format(n=number(file))}"
        return file if file.get("deleted") else file | {"accessUrl": address, "downloadUrl": address}

    service.hears.append(hear)
    return [each("File", change)]


@quirk("sdnet-file-double-slash", row="N6", seen="Krefeld", summary="addresses of files say files//rim for files/rim")
def file_double_slash(service: Service) -> Iterable[Behaviour]:
    """State addresses with a slash too many."""
    return _files_at(service, "files//rim/{n}.pdf", "files/rim/{n}.pdf")


@quirk(
    "sdnet-file-doubled-ending",
    row="N6",
    seen="Krefeld",
    summary="the last ending of a file's address repeats the one before it; it should be .pdf",
)
def file_doubled_ending(service: Service) -> Iterable[Behaviour]:
    """State addresses of which the last part is wrong."""
    return _files_at(service, "files/{n}.eml.eml", "files/{n}.eml.pdf")


@quirk("sdnet-octetstream", row="N6", seen="Krefeld", summary="every file is an application/octetstream")
def octetstream(_: Service) -> Iterable[Behaviour]:
    """Do not say what a file is, in a word that does not exist."""

    def behave(request: Request, response: Response) -> Response:
        if not request.path.startswith("/file/") or "pdf" not in response.headers.get("Content-Type", ""):
            return response
        return replace(response, headers=response.headers | {"Content-Type": "application/octetstream; charset=UTF-8"})

    return [behave, each("File", lambda file: file | {"mimeType": "application/octetstream"})]


def _ags(change: Callable[[str], str]) -> list[Behaviour]:
    return [each("Body", lambda body: body | {"ags": change(body["ags"])})]


@quirk("sdnet-ags-seven-digits", row="N7", seen="several", summary="the body's key has lost its leading zero")
def ags_seven_digits(_: Service) -> Iterable[Behaviour]:
    """Take the key for a number."""
    return _ags(lambda ags: ags.removeprefix("0"))


@quirk("sdnet-ags-nine-digits", row="N7", seen="Krefeld", summary="the body's key has a zero too many at its end")
def ags_nine_digits(_: Service) -> Iterable[Behaviour]:
    """Add a digit."""
    return _ags(lambda ags: f"{ags}0")


@quirk("sdnet-filter-is-503", row="N8", seen="Solingen", summary="a filtered list is 503 and a web page")
def filter_is_503(_: Service) -> Iterable[Behaviour]:
    """Break down over a filter."""
    return [instead(is_filtered, "<html><body>Service Unavailable</body></html>", status=503)]


@quirk("sdnet-refuses-limit", row="N8", seen="Solingen", summary="limit is 400")
def refuses_limit(_: Service) -> Iterable[Behaviour]:
    """Allow nobody to say how many objects a page shall hold."""
    return [instead(lambda request: "limit" in request.query, '{"error":"limit"}', status=400)]


@quirk("sdnet-slow", row="N8", seen="Solingen", summary=f"a page takes {SLOW:.0f} seconds")
def slow(_: Service) -> Iterable[Behaviour]:
    """Take time over lists."""

    def behave(request: Request, response: Response) -> Response:
        return response if list_of(request) is None else replace(response, wire=Wire(delay=SLOW))

    return [behave]


@quirk(
    "sdnet-ids-without-body",
    row="N9",
    seen="older versions",
    summary="references lack the /body/1 that the ids of objects have; both addresses answer",
)
def ids_without_body(service: Service) -> Iterable[Behaviour]:
    """Call objects otherwise than those do who refer to them."""
    root = f"{service.town.base}/"
    named = f"{root}body/1/"

    def own(value: Any) -> Any:
        if isinstance(value, list):
            return [own(item) for item in value]
        if not isinstance(value, dict):
            return value
        found = {name: own(item) for name, item in value.items()}
        oparl_id = str(found.get("id", ""))
        if kind_of(found) not in (None, "System", "Body") and not oparl_id.startswith(named):
            found["id"] = oparl_id.replace(root, named, 1)
        return found

    def hear(request: Request) -> Request:
        long = list_of(request) is None and request.path.startswith("/body/1/")
        return replace(request, path=request.path.removeprefix("/body/1")) if long else request

    service.hears.append(hear)
    return [altered(lambda _, data: own(data))]


@quirk("sdnet-disabled", row="N10", seen="ekom21", summary="OParl is switched off for this council: everything is 400")
def disabled(_: Service) -> Iterable[Behaviour]:
    """Be there without being there."""
    return [instead(lambda _: True, encode({"error": "OParl ist nicht aktiv."}), status=400)]


@quirk("sdnet-wall", row="N10", seen="ratsinfomanagement.net, Hamm", summary="every request is led to a wall for bots")
def wall(_: Service) -> Iterable[Behaviour]:
    """Ask everybody to prove to be human, elsewhere."""

    def behave(request: Request, _: Response) -> Response:
        if request.path == "/.":
            return Response(403, b"<html>/.well-known/rescaled-waf/</html>", {"Content-Type": "text/html"})
        return Response(302, b"", {"Location": "/.well-known/rescaled-waf/"})

    return [behave]
