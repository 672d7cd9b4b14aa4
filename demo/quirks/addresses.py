"""How anybody's servers deviate in addresses: other schemes, hosts and paths in ids, objects that are not listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from demo.responses import Behaviour, Request, Response, error
from demo.service import Service

from .altering import Item, altered, each, is_page, kind_of, links, list_of, number, pages
from .registry import quirk


def respelt(old: str, new: str) -> Behaviour:
    """Write every address in JSON that begins with `old` as if it began with `new`."""

    def behave(_: Request, response: Response) -> Response:
        if "json" not in response.headers.get("Content-Type", ""):
            return response
        return replace(response, body=response.body.replace(f'"{old}'.encode(), f'"{new}'.encode()))

    return behave


@quirk(
    "other-scheme-ids",
    row="A1",
    seen="Dresden, Düsseldorf, Wuppertal, Ulm (Somacos)",
    summary="ids, links and files say http where https is served, and the other way round",
)
def other_scheme(service: Service) -> Iterable[Behaviour]:
    """Exchange the scheme of all addresses."""
    scheme, _, rest = service.town.base.partition("://")
    return [respelt(f"{scheme}://{rest}", f"{'http' if scheme == 'https' else 'https'}://{rest}")]


@quirk(
    "ids-elsewhere",
    row="A2",
    seen="Karlsruhe",
    summary="ids name a host and a path where nothing answers",
)
def elsewhere(service: Service) -> Iterable[Behaviour]:
    """Write ids as of a host behind the one that answers."""
    parts = urlsplit(service.town.base)
    old, host = service.town.base, f"web1.{parts.hostname}"

    def nobody(request: Request, response: Response) -> Response:
        asked = request.headers.get("host", "").partition(":")[0]
        return error(404, "Nichts gefunden.") if asked == host else response

    return [respelt(old, f"{parts.scheme}://{host}/oparl"), nobody]


def _moved(service: Service, answer: Callable[[str], Response]) -> Iterable[Behaviour]:
    parts = urlsplit(service.town.base)
    new = parts._replace(path="/ris/oparl/neu").geturl()
    prefix = f"{urlsplit(new).path}/"

    def hear(request: Request) -> Request:
        path = request.target.partition("?")[0]
        return replace(request, path="/" + path.removeprefix(prefix)) if path.startswith(prefix) else request

    def behave(request: Request, response: Response) -> Response:
        return response if request.target.startswith(prefix) else answer(new + request.path)

    service.hears.append(hear)
    return [respelt(service.town.base, new), behave]


@quirk(
    "moved", row="A3", seen="Aachen, Braunschweig", summary="everything is at another address, and the old one is dead"
)
def moved(service: Service) -> Iterable[Behaviour]:
    """Answer at a new address alone."""
    return _moved(service, lambda _: error(404, "Nichts gefunden."))


@quirk(
    "moved-with-redirect",
    row="A3",
    seen="Leipzig, Bonn",
    summary="everything is at another address, to which the old one leads",
)
def moved_with_redirect(service: Service) -> Iterable[Behaviour]:
    """Lead from the old address to the new one, where all ids are new."""
    return _moved(service, lambda where: Response(301, b"", {"Location": where}))


def _unlisted(item: Item) -> bool:
    return kind_of(item) in ("Person", "Organization") and number(item) % 4 == 3


def _hide(_: Request, page: Item) -> Item:
    return page | {"data": [item for item in page["data"] if not _unlisted(item)]}


@quirk(
    "unlisted-objects", row="A4", seen="most", summary="some people and organizations are referred to but not listed"
)
def unlisted(_: Service) -> Iterable[Behaviour]:
    """Leave some objects out of their lists; they answer at their ids."""
    return [pages(_hide)]


@quirk(
    "missing-objects",
    row="A4",
    seen="most",
    summary="some people and organizations are referred to but nowhere to be found",
)
def missing(service: Service) -> Iterable[Behaviour]:
    """Leave some objects out of their lists, and answer 404 at their ids."""

    def behave(request: Request, response: Response) -> Response:
        item = service.town.objects.get(service.town.base + request.path)
        return error(404, "Nichts gefunden.") if item is not None and _unlisted(item) else response

    return [pages(_hide), behave]


@quirk("other-id-than-asked", row="A5", seen="several", summary="an object fetched alone spells its id in another way")
def other_id(_: Service) -> Iterable[Behaviour]:
    """Add a query to the id of single objects."""

    def change(_: Request, data: Any) -> Any:
        if is_page(data) or not isinstance(data, dict) or str(data.get("type", "")).endswith(("/System", "/Body")):
            return data
        return data | {"id": f"{data['id']}?alone=1"} if "id" in data else data

    return [altered(change)]


@quirk(
    "redirect-to-broken-host",
    row="A8",
    seen="bleckede, harsum, rosbach",
    summary="the entry leads to a host that is misspelt",
)
def broken_host(service: Service) -> Iterable[Behaviour]:
    """Redirect the System to where nothing is."""
    host = urlsplit(service.town.base).hostname

    def behave(request: Request, response: Response) -> Response:
        if request.path != "/system":
            return response
        return Response(301, b"", {"Location": f"https://www.{host}.invalid{request.target}"})

    return [behave]


@quirk("odd-urls", row="A13", seen="several", summary="addresses of files have spaces and bars in them")
def odd_urls(service: Service) -> Iterable[Behaviour]:
    """Put characters into file addresses that do not belong there; they are understood all the same."""

    def hear(request: Request) -> Request:
        path = request.path.replace("%20", " ").replace("%7C", "|").replace("%7c", "|")
        return replace(request, path=path.replace("/Anlage 1|", "/"))

    def change(file: Item) -> Item:
        url = file.get("accessUrl")
        return file | {"accessUrl": url.replace("/file/", "/file/Anlage 1|")} if url else file

    service.hears.append(hear)
    return [each("File", change)]


@quirk("relative-urls", row="A13", seen="several", summary="links to the next page are relative")
def relative_urls(_: Service) -> Iterable[Behaviour]:
    """Leave scheme and host out of links."""
    return [links(lambda _, __, url: urlsplit(url)._replace(scheme="", netloc="").geturl())]


@quirk("broken-urls", row="A13", seen="several", summary="references to other objects are no addresses")
def broken_urls(_: Service) -> Iterable[Behaviour]:
    """Spoil some references."""
    return [
        each("Paper", lambda paper: paper | {"relatedPaper": ["http://[x", "siehe oben"], "web": "www.rat.example"}),
        each("Consultation", lambda step: step | {"organization": ["http://[x", *step.get("organization", [])]}),
    ]


@quirk("dead-lists", row="O", seen="München Transparent", summary="System and Body answer, their lists are 404")
def dead_lists(_: Service) -> Iterable[Behaviour]:
    """Answer 404 for every list of the body."""

    def behave(request: Request, response: Response) -> Response:
        return error(404, "Not found") if list_of(request) not in (None, "body") else response

    return [behave]


@quirk("next-is-500", row="O", seen="politik-bei-uns", summary="every page but the first is a 500")
def next_is_500(_: Service) -> Iterable[Behaviour]:
    """Fail whenever a further page is asked for."""

    def behave(request: Request, response: Response) -> Response:
        return error(500, "Internal Server Error") if request.query.get("page", "1") != "1" else response

    return [behave]


@quirk(
    "ids-of-two-kinds", row="O", seen="München Transparent", summary="two organizations in one list bear the same id"
)
def colliding(service: Service) -> Iterable[Behaviour]:
    """Give the second organization of the town the id of the first."""
    first, second = (str(item["id"]) for item in service.town.of_type("Organization")[:2])

    def behave(_: Request, response: Response) -> Response:
        if "json" not in response.headers.get("Content-Type", ""):
            return response
        body = response.body.replace(json.dumps(second).encode(), json.dumps(first).encode())
        return replace(response, body=body)

    return [behave]
