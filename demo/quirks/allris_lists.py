"""How lists and answers of CC e-gov ALLRIS deviate from OParl: version 3 (`system.asp`) and version 4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from demo.quirks.altering import Item, altered, instead, links, list_of, page_number, pages, rewritten, without
from demo.quirks.registry import quirk
from demo.responses import Behaviour, Request, Response, error
from demo.service import FILTERS, Service

CONSTANT = "2000-01-01T00:00:00+01:00"
# One that does not begin like a web page.
ERROR_PAGE = "<!-- 500 -->\n<html><body><h1>Es ist ein Fehler aufgetreten.</h1></body></html>"


@quirk("allris-spurious-500", row="C2", seen="Leipzig", summary="second pages answer 500 when first asked for")
def spurious_500(_: Service) -> Iterable[Behaviour]:
    """Fail each list's second page once."""
    failed: set[str] = set()

    def fail(request: Request, response: Response) -> Response:
        if page_number(request) != 2 or request.path in failed:
            return response
        failed.add(request.path)
        return error(500, "Interner Fehler")

    return [fail]


@quirk("allris-page-500", row="C2", seen="Leipzig", summary="the second page of papers always answers 500")
def page_500(_: Service) -> Iterable[Behaviour]:
    """Never give the second page of the papers."""
    return [instead(lambda request: list_of(request) == "paper" and page_number(request) == 2, "", status=500)]


@quirk("allris-module-500", row="C2", seen="Laatzen, Lüneburg", summary="everything answers 500")
def module_500(_: Service) -> Iterable[Behaviour]:
    """Fail whatever is asked, the System itself too."""
    return [instead(lambda _: True, "OParl-Modul nicht verfügbar", status=500)]


@quirk(
    "allris-synthetic-stamps",
    row="C5",
    seen="Osnabrück, Braunschweig, Potsdam",
    summary="all objects were created and modified on 2000-01-01; modified_since gives all, created_since nothing",
)
def synthetic_stamps(service: Service) -> Iterable[Behaviour]:
    """Give every object one constant stamp."""
    return _stamped(service, lambda: CONSTANT)


@quirk(
    "allris-stamps-of-the-request",
    row="C5",
    seen="Peine",
    summary="all objects were created and modified when they are asked for; modified_since gives all",
)
def stamps_of_the_request(service: Service) -> Iterable[Behaviour]:
    """Give every object the moment of the request."""
    return _stamped(service, lambda: service.town.clock().astimezone().isoformat(timespec="seconds"))


def _stamped(service: Service, stamp: Callable[[], str]) -> Iterable[Behaviour]:
    def change(data: Any) -> Any:
        if isinstance(data, list):
            return [change(one) for one in data]
        if not isinstance(data, dict):
            return data
        stamps = dict.fromkeys(("created", "modified") if "modified" in data else (), stamp())
        return {name: change(value) for name, value in data.items()} | stamps

    def nothing_created(request: Request, page: Item) -> Item:
        return page | {"data": [], "links": {}} if "created_since" in request.query else page

    service.hears.append(lambda request: without(request, *FILTERS))
    return [altered(lambda _, data: change(data)), pages(nothing_created)]


@quirk(
    "allris-filter-lost-in-next",
    row="C5",
    seen="other installations",
    summary="lists are filtered, but the link to the next page loses the filter",
)
def filter_lost_in_next(_: Service) -> Iterable[Behaviour]:
    """Drop what was asked from the links of pages."""
    return [links(lambda _request, _name, url: _url_without(url, FILTERS))]


@quirk("allris-ten-a-page", row="C6", seen="Osnabrück", summary="ten entries a page, whatever limit is asked for")
def ten_a_page(service: Service) -> Iterable[Behaviour]:
    """Make pages as short as they are there."""
    service.page_size = 10
    return []


@quirk("allris-newest-first", row="C6", seen="Peine", summary="lists begin with what came last")
def newest_first(service: Service) -> Iterable[Behaviour]:
    """Turn the lists around."""
    town = service.town
    town.objects = dict(reversed(town.objects.items()))
    town.revision += 1
    return []


@quirk(
    "allris-limit-hides-next",
    row="C7",
    seen="Berlin-Mitte",
    summary="limit=n gives n objects and no next page, as if that were all",
)
def limit_hides_next(_: Service) -> Iterable[Behaviour]:
    """Cut off what lies beyond the limit."""

    def cut(request: Request, page: Item) -> Item:
        limit = request.query.get("limit", "")
        return page | {"data": page["data"][: int(limit)], "links": {}} if limit.isdecimal() else page

    return [pages(cut)]


@quirk(
    "allris-lists-with-a-query",
    row="C10",
    seen="Berlin",
    summary="the addresses of lists carry a query of their own: papers.asp?body=1",
)
def lists_with_a_query(service: Service) -> Iterable[Behaviour]:
    """Ask for lists by `/papers.asp?body=1`, without which there is nothing."""
    base = service.town.base

    def name(match: re.Match[str]) -> str:
        query = match[2].replace("?", "&")
        return f"{base}/{match[1]}s.asp?body=1{query}"

    def hear(request: Request) -> Request:
        match = re.fullmatch(r"/(\w+)s\.asp", request.path)
        if match is None:
            return request
        if request.query.get("body") != "1":
            return replace(request, path="/.")
        return replace(without(request, "body"), path=f"/body/1/{match[1]}")

    service.hears.append(hear)
    whole = re.compile(re.escape(f"{base}/body/1/") + r"(\w+)((?:\?[^\"]*)?)(?=\")")
    return [rewritten(lambda text: whole.sub(name, text))]


@quirk(
    "allris-html-with-200",
    row="C12",
    seen="Aachen",
    summary="the list of papers is a web page with 200 that begins with a comment",
)
def html_with_200(_: Service) -> Iterable[Behaviour]:
    """Send an error page as if nothing were wrong."""
    return [instead(lambda request: list_of(request) == "paper", ERROR_PAGE)]


@quirk("allris-robots-disallow", row="C13", seen="*.sitzung-online.de", summary="robots.txt allows nothing to anybody")
def robots_disallow(_: Service) -> Iterable[Behaviour]:
    """Forbid all machines everything."""
    forbidden = "User-agent: *\nDisallow: /\n"
    return [instead(lambda request: request.target == "/robots.txt", forbidden, content_type="text/plain")]


def _url_without(url: str, names: Iterable[str]) -> str:
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return urlunsplit(parts._replace(query=urlencode(kept)))
