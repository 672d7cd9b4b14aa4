"""A source to list pages: the System, its Bodies, their lists, page after page by `links.next`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from oparl_sync import values
from oparl_sync.client import OParlClient, host_of, resolve, rewrite_for
from oparl_sync.problems import NotOParl, ServerFailed
from oparl_sync.quirks import aliases, type_in_any_spelling
from oparl_sync.vocabulary import LISTS, PROPERTIES

MAX_PAGES = 20_000  # of one list; the largest seen has 1,955
MAX_BODIES = 1_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What stands behind a source's URL."""

    system: dict[str, Any] | None
    bodies: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ListAddress:
    """One external list of a Body."""

    body_id: str
    object_type: str
    url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list; `next_url` is None on the last."""

    url: str
    entries: list[Any]
    next_url: str | None
    total: int | None


def endpoint(client: OParlClient, url: str, *, pinned_body: str | None = None) -> Endpoint:
    """Find the Bodies behind a System, a Body list or a Body; raises SyncError where there are none."""
    data, final = client.json(url)
    system: dict[str, Any] | None = None
    kind = type_in_any_spelling(data.get("type")) if isinstance(data, dict) else None
    if kind in ("System", "Body"):
        entries = [data]
    elif isinstance(data, list) or (isinstance(data, dict) and isinstance(data.get("data"), list)):
        entries = [entry for page in pages(client, url, first=(data, final)) for entry in page.entries]
    else:
        raise NotOParl(f"{url} answers with JSON that is no OParl System, Body list or Body{_said(data)}")
    bodies: list[Any] = []
    for entry in entries[:MAX_BODIES]:
        if _is_a("System", entry):  # a server with several versions may answer with several
            _mind_other_host(client, url, entry)
            system = system or entry
            bodies += _bodies_of(client, entry, url)
        else:
            if kind == "Body":
                _mind_other_host(client, url, entry)
            bodies.append(entry)
    return Endpoint(system, _usable(bodies, url, pinned_body))


def _usable(bodies: list[Any], url: str, pinned_body: str | None) -> list[dict[str, Any]]:
    found = {body["id"].strip(): body for body in bodies if _is_a("Body", body) and values.is_url(_id(body))}
    if pinned_body is not None:
        found = {k: v for k, v in found.items() if k == pinned_body}
    if not found:
        wanted = f" with the id {pinned_body}" if pinned_body else ""
        raise NotOParl(f"{url} lists no Body{wanted}")
    return list(found.values())[:MAX_BODIES]


def lists(body: dict[str, Any]) -> list[ListAddress]:
    """Return the lists that a Body links, in the order in which they are to be read: 4 in OParl 1.0, 10 in 1.1."""
    body = aliases(body, "Body")
    return [
        ListAddress(body["id"].strip(), PROPERTIES["Body"][name].type, body[name].strip())
        for name in LISTS
        if isinstance(body.get(name), str) and values.is_url(body[name].strip())
    ]


def pages(client: OParlClient, url: str, *, first: tuple[Any, str] | None = None) -> Iterator[ListPage]:
    """Walk a list to its end; raises SyncError when a page fails or the list runs in a circle.

    `first` is the first page where that was read already, with the address it came from.
    """
    visited: set[str] = set()
    here: str | None = url
    before: list[Any] = []
    while here is not None:
        if here in visited:
            raise ServerFailed(f"{here}: the list leads back to a page that was read already")
        if len(visited) >= MAX_PAGES:
            raise ServerFailed(f"{url}: more than {MAX_PAGES} pages")
        visited.add(here)
        data, final = first or client.json(here)
        first = None
        page = _page(data, here, final)
        if page.entries and page.entries == before:  # OWL-IT shows the same under every page number
            raise ServerFailed(f"{here}: the page repeats the one before it")
        if page.next_url and host_of(client.where(page.next_url)) != host_of(client.where(here)):
            raise ServerFailed(f"{here}: the next page lies on another host ({host_of(page.next_url)})")
        yield page
        before, here = page.entries, page.next_url


def modified_since(url: str, moment: datetime) -> str:
    """Return a list's address with the filter for what changed since a moment."""
    stamp = quote(moment.isoformat(timespec="seconds"), safe="")
    return f"{url}{'&' if urlsplit(url).query else '?'}modified_since={stamp}"


def is_filtered(page: ListPage, moment: datetime) -> bool:
    """Tell whether a page holds only what was modified since a moment: many servers do not mind the filter."""
    for entry in page.entries:
        try:
            stamp = values.moment(entry["modified"])
        except (KeyError, TypeError, values.Unusable):
            return False
        if stamp is None or stamp < moment:
            return False
    return True


def _page(data: Any, url: str, final: str) -> ListPage:
    if isinstance(data, list):  # SD.NET answers an empty list with a bare one
        return ListPage(url, data, None, None)
    if isinstance(data, dict) and type_in_any_spelling(data.get("type")):  # ITK answers with the one Body itself
        return ListPage(url, [data], None, None)
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise NotOParl(f"{url} answers with JSON that is no OParl list{_said(data)}")
    links, numbers = data.get("links"), data.get("pagination")
    following = resolve(final, links.get("next")) if isinstance(links, dict) else None
    total = numbers.get("totalElements") if isinstance(numbers, dict) else None
    return ListPage(url, data["data"], following, total if isinstance(total, int) else None)


def _bodies_of(client: OParlClient, system: dict[str, Any], url: str) -> list[Any]:
    link = system.get("body")
    if isinstance(link, list):  # seen in the wild: the Bodies, or their URLs, in place of the list's URL
        return [client.json(item)[0] if values.is_url(item) else item for item in link[:MAX_BODIES]]
    if not isinstance(link, str) or not values.is_url(link.strip()):
        raise NotOParl(f"the System at {url} names no list of Bodies")
    return [entry for page in pages(client, link.strip()) for entry in page.entries]


def _is_a(object_type: str, data: Any) -> bool:
    """Tell whether this is such an object, also one that leaves its type out but has what only that type has."""
    if not isinstance(data, dict):
        return False
    stated = type_in_any_spelling(data.get("type"))
    if stated is None and data.get("type") is None:
        return object_type == "Body" and any(isinstance(data.get(name), str) for name in ("paper", "meeting"))
    return stated == object_type


def _id(data: dict[str, Any]) -> Any:
    stated = data.get("id")
    return stated.strip() if isinstance(stated, str) else stated


def _mind_other_host(client: OParlClient, asked: str, stated: dict[str, Any]) -> None:
    """Dial the operator's address where an endpoint calls itself by another scheme or host."""
    own = _id(stated)
    if values.is_url(own) and (rewrite := rewrite_for(asked, own)):
        client.rewrites.append(rewrite)


def _said(data: Any) -> str:
    message = data.get("message") if isinstance(data, dict) else None
    return f": {message[:200]!r}" if isinstance(message, str) else ""
