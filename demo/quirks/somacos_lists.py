"""How lists and answers of SOMACOS Session deviate from OParl; what its objects do stands in `somacos`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from demo.quirks.altering import Item, instead, is_filtered, links, list_of, page_number, pages, without
from demo.quirks.registry import quirk
from demo.responses import Behaviour, Request, Response, error
from demo.service import FILTERS, Service


@quirk(
    "somacos-drops-filter",
    row="S1",
    seen="Münster",
    summary="from the third page on the links have lost the filter, and lead through everything since 1997",
)
def drops_filter(_: Service) -> Iterable[Behaviour]:
    """Leave the filter out of the links of every page but the first."""
    return [links(_unfiltered(lambda request: page_number(request) >= 2))]


@quirk("somacos-drops-filter-at-once", row="S1", seen="several", summary="no link carries the filter")
def drops_filter_at_once(_: Service) -> Iterable[Behaviour]:
    """Leave the filter out of all links."""
    return [links(_unfiltered(lambda _: True))]


def _unfiltered(when: Callable[[Request], bool]) -> Callable[[Request, str, str], str]:
    def change(request: Request, _: str, url: str) -> str:
        parts = urlsplit(url)
        kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in FILTERS]
        return urlunsplit(parts._replace(query=urlencode(kept))) if when(request) else url

    return change


@quirk(
    "somacos-echoes-plus",
    row="S2",
    seen="Köln, Münster",
    summary="links carry the filter's + as it is, which the server itself reads as a space",
)
def echoes_plus(_: Service) -> Iterable[Behaviour]:
    """Send links without any percent-encoding; whoever follows them as they are gets a 400."""
    return [links(lambda _, __, url: unquote(url))]


@quirk(
    "somacos-refuses-escapes",
    row="S2",
    seen="Wuppertal",
    summary="a percent-encoded query is 404, so are fractions of a second; + stands for itself",
)
def refuses_escapes(service: Service) -> Iterable[Behaviour]:
    """Understand a filter only as it was written by hand."""

    def hear(request: Request) -> Request:
        return replace(request, query={name: value.replace(" ", "+") for name, value in request.query.items()})

    def refused(request: Request) -> bool:
        return "%" in request.raw_query or "." in request.query.get("modified_since", "")

    service.hears.append(hear)
    raw = links(lambda _, __, url: unquote(url))
    return [raw, instead(refused, "404 page not found", status=404, content_type="text/plain")]


@quirk("somacos-refuses-filter", row="S3", seen="Münster", summary="a filtered list is 403")
def refuses_filter(_: Service) -> Iterable[Behaviour]:
    """Give the whole list or none."""
    return [instead(is_filtered, "<h1>Forbidden</h1>", status=403)]


@quirk("somacos-filter-is-400", row="S3", seen="Münster", summary="a filtered list is 400")
def filter_is_400(_: Service) -> Iterable[Behaviour]:
    """Give the whole list or none, in another word."""
    return [instead(is_filtered, "Bad Request", status=400, content_type="text/plain")]


@quirk("somacos-no-totals", row="S9", seen="Köln", summary="pagination says nothing about totals")
def no_totals(_: Service) -> Iterable[Behaviour]:
    """Number the pages, and no more."""

    def change(request: Request, page: Item) -> Item:
        return page | {"pagination": {"currentPage": page_number(request)}}

    return [pages(change)]


@quirk("somacos-404-as-text", row="S9", seen="Köln", summary="what is not there is told in plain text")
def not_found_as_text(_: Service) -> Iterable[Behaviour]:
    """Answer 404 without JSON."""

    def behave(_: Request, response: Response) -> Response:
        said = {"Content-Type": "text/plain"}
        return Response(404, b"404 page not found", said) if response.status == 404 else response

    return [behave]


@quirk(
    "somacos-spurious-500",
    row="S9",
    seen="Köln, Dresden",
    summary="every third address answers 500 or 503 when first asked for",
)
def spurious_500(_: Service) -> Iterable[Behaviour]:
    """Fail every third new address once, with a 500 and a 503 in turn."""
    seen: list[str] = []

    def fail(request: Request, response: Response) -> Response:
        if request.target in seen:
            return response
        seen.append(request.target)
        return error(500 if len(seen) % 2 else 503, "Serverfehler") if len(seen) % 3 == 0 else response

    return [fail]


@quirk(
    "somacos-endless-bodies",
    row="S10",
    seen="OWL-IT",
    summary="the list of bodies shows the same under every page number, and always has a next page",
)
def endless_bodies(service: Service) -> Iterable[Behaviour]:
    """Never end."""
    service.hears.append(lambda request: without(request, "page") if list_of(request) == "body" else request)

    def change(request: Request, page: Item) -> Item:
        following = f"{service.town.base}/body?page={page_number(request) + 1}"
        return page | {"links": {"next": following}} if list_of(request) == "body" else page

    return [pages(change)]


@quirk("somacos-body-for-list", row="S11", seen="ITK Rheinland", summary="the list of bodies is the one body itself")
def body_for_list(_: Service) -> Iterable[Behaviour]:
    """Send the body in place of its list."""
    return [pages(lambda request, page: page["data"][0] if list_of(request) == "body" else page)]


@quirk(
    "somacos-unfiltered-organizations", row="S13", seen="Karlsruhe", summary="the list of organizations minds no filter"
)
def unfiltered_organizations(service: Service) -> Iterable[Behaviour]:
    """Give all organizations, whatever was asked."""
    service.hears.append(lambda heard: without(heard, *FILTERS) if list_of(heard) == "organization" else heard)
    return []
