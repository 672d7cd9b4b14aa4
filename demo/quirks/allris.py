"""How the objects of CC e-gov ALLRIS deviate from OParl; what its lists do stands in `allris_lists`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from demo.quirks.altering import Item, altered, each, rewritten
from demo.quirks.registry import quirk
from demo.responses import Behaviour, Request, Response
from demo.service import Service


@quirk(
    "allris-raw-control-characters", row="C1", seen="Braunschweig", summary="control characters stand raw in strings"
)
def raw_control_characters(_: Service) -> Iterable[Behaviour]:
    """Put a line break, a tab and two others into the names of papers, as no JSON may have them."""

    def spoil(item: Item) -> Item:
        return item | {"name": f"{item.get('name', '')}\n\tmit\x0bUmbruch\x01"}

    def unescape(_: Request, response: Response) -> Response:
        body = response.body
        for written, raw in ((b"\\n", b"\n"), (b"\\t", b"\t"), (b"\\u000b", b"\x0b"), (b"\\u0001", b"\x01")):
            body = body.replace(written, raw)
        return replace(response, body=body)

    return [each("Paper", spoil), unescape]


@quirk(
    "allris-object-for-array",
    row="C3",
    seen="Bonn",
    summary='auxiliaryFile is an object, texts are "N/A", " " or empty',
)
def object_for_array(_: Service) -> Iterable[Behaviour]:
    """Send one attachment alone instead of a list of one, and placeholders where there is nothing to say."""

    def change(item: Item) -> Item:
        attached = item.get("auxiliaryFile")
        one = attached[0] if isinstance(attached, list) and len(attached) == 1 else attached
        found = item if attached is None else item | {"auxiliaryFile": one}
        return found | {"shortName": "N/A", "web": " ", "license": ""}

    return [each("Paper", change), each("Meeting", change)]


@quirk(
    "allris-file-without-facts",
    row="C4",
    seen="Bonn",
    summary='files with an empty downloadUrl, size 0, mimeType "pdf" and a moment for a date',
)
def file_without_facts(_: Service) -> Iterable[Behaviour]:
    """Say little, and that wrong, of files."""

    def change(item: Item) -> Item:
        stated = {"downloadUrl": "", "size": 0, "mimeType": "pdf"}
        return item | stated | ({"date": f"{item['date']}T00:00:00+02:00"} if "date" in item else {})

    return [each("File", change)]


@quirk(
    "allris-type-beside-type",
    row="C8",
    seen="Bonn",
    summary='organizations have type "gr" or "at", the type\'s address stands in Type; ids differ in the query only',
)
def type_beside_type(service: Service) -> Iterable[Behaviour]:
    """Call organization 5 `organizations?typ=gr&id=3`, and 6 `organizations?typ=at&id=3`."""
    base = service.town.base

    def name(match: re.Match[str]) -> str:
        place = int(match[1]) + 1
        return f"{base}/organizations?typ={('gr', 'at')[place % 2]}&id={place // 2}"

    def retype(item: Item) -> Item:
        kind = "gr" if "typ=gr" in item["id"] else "at"
        return {("Type" if name == "type" else name): value for name, value in item.items()} | {"type": kind}

    def hear(request: Request) -> Request:
        if request.path != "/organizations" or not request.query.get("id", "").isdecimal():
            return request
        place = 2 * int(request.query["id"]) - (request.query.get("typ") == "gr")
        return replace(request, path=f"/organization/{place}", query={}, raw_query="")

    service.hears.append(hear)
    whole = re.compile(re.escape(f"{base}/organization/") + r"(\d+)(?=\")")
    return [rewritten(lambda text: whole.sub(name, text)), each("Organization", retype)]


@quirk(
    "allris-sparse-consultations",
    row="C9",
    seen="Leipzig, Langenhagen",
    summary="embedded consultations name neither meeting nor agenda item; alone they say agendaitem",
)
def sparse_consultations(_: Service) -> Iterable[Behaviour]:
    """Leave out where a paper is consulted on, except in the consultations' own list."""

    def sparse(item: Item) -> Item:
        inside = item.get("consultation", [])
        kept = [{k: v for k, v in one.items() if k not in ("meeting", "agendaItem")} for one in inside]
        return item | ({"consultation": kept} if kept else {})

    def misspell(item: Item) -> Item:
        return {("agendaitem" if name == "agendaItem" else name): value for name, value in item.items()}

    return [each("Paper", sparse), each("Consultation", misspell)]


@quirk(
    "allris-order-from-100001",
    row="C10",
    seen="Leipzig",
    summary="the order of agenda items begins with 100001",
)
def order_from_100001(_: Service) -> Iterable[Behaviour]:
    """Count agenda items from far above nothing."""
    return [each("AgendaItem", lambda item: item | {"order": 100_001 + item.get("order", 0)})]


@quirk(
    "allris-terms-without-stamps",
    row="C11",
    seen="several",
    summary="embedded legislative terms have neither created nor modified",
)
def terms_without_stamps(_: Service) -> Iterable[Behaviour]:
    """Leave out the stamps of terms."""
    stamps = ("created", "modified")
    return [each("LegislativeTerm", lambda item: {k: v for k, v in item.items() if k not in stamps})]


@quirk(
    "allris-snake-case", row="C11", seen="several", summary="locations say street_address, postal_code, sub_locality"
)
def snake_case(_: Service) -> Iterable[Behaviour]:
    """Spell the properties of locations as other languages do."""
    names = {"streetAddress": "street_address", "postalCode": "postal_code", "subLocality": "sub_locality"}
    return [each("Location", lambda item: {names.get(name, name): value for name, value in item.items()})]


@quirk(
    "allris-licence-on-body-only",
    row="C14",
    seen="Osnabrück, Braunschweig, Leipzig",
    summary='only the Body states a licence; the System is called "… der Stadt Musterstadt"',
)
def licence_on_body_only(_: Service) -> Iterable[Behaviour]:
    """Say nothing of licences but on the Body, and leave the System's name as it was delivered."""

    def change(data: Any) -> Any:
        if isinstance(data, list):
            return [change(one) for one in data]
        if not isinstance(data, dict):
            return data
        mine = () if str(data.get("type")).endswith("/Body") else ("license", "fileLicense")
        return {name: change(value) for name, value in data.items() if name not in mine}

    system = each("System", lambda item: item | {"name": "ALLRIS OParl der Stadt Musterstadt"})
    return [altered(lambda _, data: change(data)), system]
