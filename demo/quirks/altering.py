"""What quirks are made of: altering JSON answers, single objects, list pages and links; telling requests apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from demo.register import LISTS
from demo.responses import Behaviour, Request, Response, error
from demo.serial import encode
from demo.service import FILTERS

Item = dict[str, Any]
KINDS = {name.lower(): name for name in (*LISTS.values(), "System", "Body")}


def altered(change: Callable[[Request, Any], Any]) -> Behaviour:
    """Alter the JSON of every answer with 200; `change` returns what is sent in its place."""

    def behave(request: Request, response: Response) -> Response:
        if response.status != 200 or "json" not in response.headers.get("Content-Type", ""):
            return response
        try:
            data = json.loads(response.body)
        except ValueError:  # another quirk made something else of it
            return response
        return replace(response, body=encode(change(request, data)))

    return behave


def rewritten(change: Callable[[str], str]) -> Behaviour:
    """Alter the text of every JSON answer with 200, wherever it stands: addresses, above all."""

    def behave(_: Request, response: Response) -> Response:
        if response.status != 200 or "json" not in response.headers.get("Content-Type", ""):
            return response
        return replace(response, body=change(response.body.decode()).encode())

    return behave


def each(kind: str, change: Callable[[Item], Item | None]) -> Behaviour:
    """Alter every object of a type wherever it occurs: in lists, alone, embedded; None leaves it out."""

    def within(value: Any) -> Any:
        if isinstance(value, list):
            return [new for old in value if (new := within(old)) is not None or old is None]
        if not isinstance(value, dict):
            return value
        found = {name: new for name, old in value.items() if (new := within(old)) is not None or old is None}
        return change(found) if kind_of(found) == kind else found

    def behave(request: Request, response: Response) -> Response:
        sent = _altered(request, response)
        return error(404, "Unter dieser Adresse gibt es nichts.") if sent.body == b"null" else sent

    _altered = altered(lambda _, data: within(data))
    return behave


def pages(change: Callable[[Request, Item], Any]) -> Behaviour:
    """Alter every list page; `change` gets the page and returns what is sent in its place."""
    return altered(lambda request, data: change(request, data) if is_page(data) else data)


def links(change: Callable[[Request, str, str], str | None]) -> Behaviour:
    """Alter the links of every list page: `change` gets name and address; None leaves the link out."""

    def relink(request: Request, page: Item) -> Item:
        stated: dict[str, str] = page.get("links", {})
        found = {name: new for name, url in stated.items() if (new := change(request, name, url)) is not None}
        return page | {"links": found}

    return pages(relink)


def instead(
    when: Callable[[Request], bool],
    body: str | bytes,
    *,
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    **headers: str,
) -> Behaviour:
    """Send something else where `when` says so, whatever the answer would have been; `Retry_After="3"` is a header."""
    content = body.encode() if isinstance(body, str) else body
    extra = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(request: Request, response: Response) -> Response:
        return Response(status, content, {"Content-Type": content_type} | extra) if when(request) else response

    return behave


def without(request: Request, *names: str) -> Request:
    """Return the request as if these names were not in its query: for `service.hears`."""
    kept = [(name, value) for name, value in parse_qsl(request.raw_query, keep_blank_values=True) if name not in names]
    return replace(request, query=dict(kept), raw_query=urlencode(kept))


def is_filtered(request: Request) -> bool:
    """Tell whether a request carries one of the four time filters."""
    return any(name in request.query for name in FILTERS)


def is_page(data: Any) -> bool:
    """Tell a list page from a single object."""
    return isinstance(data, dict) and isinstance(data.get("data"), list)


def list_of(request: Request) -> str | None:
    """Return which list is asked for: "body", "paper", "agendaItem", ...; None for anything else."""
    parts = request.path.strip("/").split("/")
    if parts == ["body"]:
        return "body"
    return parts[2] if len(parts) == 3 and parts[:1] == ["body"] and parts[2] in LISTS else None


def page_number(request: Request) -> int:
    """Return which page of a list is asked for; the first is 1."""
    stated = request.query.get("page", "1")
    return int(stated) if stated.isdecimal() else 1


def kind_of(item: Item) -> str | None:
    """Return Paper, Meeting, ... from the type's address, or from the id where another quirk took the type away."""
    stated = item.get("type")
    if isinstance(stated, str) and "/" in stated:
        return KINDS.get(stated.rstrip("/").rsplit("/", 1)[1].lower())
    parts = str(item.get("id", "")).split("/")
    return KINDS.get(parts[-2].lower()) if len(parts) > 1 and "data" not in item else None


def number(item: Item) -> int:
    """Return the number at the end of an object's id, to choose some of many; 0 where there is none."""
    last = str(item.get("id", "")).rsplit("/", 1)[-1]
    return int(last) if last.isdecimal() else 0
