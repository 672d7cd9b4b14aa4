"""A source to list pages: the System, its Bodies, their lists, page after page by `links.next`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.vocabulary import LISTS, PROPERTIES
from oparl_sync import values
from oparl_sync.client import OParlClient, host_of, resolve, rewrite_for
from oparl_sync.problems import ListBroken, NotOParl
from oparl_sync.quirks import aliases, empty_is_not_found, type_in_any_spelling
from oparl_sync.seen import Numbers

MAX_PAGES = 20_000  # of one list; the largest seen has 1,955
MAX_BODIES = 1_000
# A list may grow while it is read, and count nothing but what changed; one that makes up entries without end may not.
TIMES_TOTAL, SPARE = 2, 1_000
MAX_BARREN = 3  # pages in a row without a new id
FILTER = "modified_since"


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
    dropped: bool = False  # its link to the next page lost the filter


def endpoint(client: OParlClient, url: str, *, pinned_body: str | None = None) -> Endpoint:
    """Find the Bodies behind a System, a Body list or a Body; raises SyncError where there are none."""
    data, final = client.json(url)
    system: dict[str, Any] | None = None
    kind = type_in_any_spelling(data.get("type")) if isinstance(data, dict) else None
    if kind in ("System", "Body"):
        entries = [data]
    elif isinstance(data, list) or (isinstance(data, dict) and isinstance(data.get("data"), list)):
        entries = [entry for page in pages(client, url, first=(data, final), of_bodies=True) for entry in page.entries]
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


def pages(
    client: OParlClient,
    url: str,
    *,
    first: tuple[Any, str] | None = None,
    since: datetime | None = None,
    of_bodies: bool = False,
) -> Iterator[ListPage]:
    """Walk a list to its end; raises SyncError when a page fails, ListBroken when the list runs in a circle.

    `first` is the first page where that was read already, with the address it came from. `since` asks only for what
    was modified since then, on every page anew: many servers lose the filter in their links. A list `of_bodies` may be
    the one Body itself.
    """
    visited: set[str] = set()
    known = Numbers()
    barren = 0
    here: str | None = filtered(url, since) if since else url
    while here is not None:
        if here in visited:
            raise ListBroken(f"{here}: the list leads back to a page that was read already")
        if len(visited) >= MAX_PAGES:
            raise ListBroken(f"{url}: more than {MAX_PAGES} pages")
        visited.add(here)
        data, final = first or _answer(client, here, filtered=since is not None)
        first = None
        page = _page(data, here, final, since, of_bodies=of_bodies)
        if page.next_url and host_of(client.where(page.next_url)) != host_of(client.where(here)):
            raise ListBroken(f"{here}: the next page lies on another host ({host_of(page.next_url)})")
        named = [hash(str(entry.get("id"))) % 2**64 for entry in page.entries if isinstance(entry, dict)]
        barren = 0 if sum(map(known.add, named)) else barren + 1
        if page.total is not None and len(known) > TIMES_TOTAL * page.total + SPARE:
            raise ListBroken(f"{here}: the list says it has {page.total} entries, and goes on after {len(known)}")
        if barren >= MAX_BARREN and page.next_url:  # OWL-IT shows the same bodies under every page number
            if of_bodies:
                return  # none that is new will ever come
            raise ListBroken(f"{here}: {barren} pages in a row, and the list only repeats what was read before")
        yield page
        here = page.next_url


def filtered(url: str, since: datetime) -> str:
    """Return a list's address with the filter for what changed since a moment, in place of any that is there."""
    head, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != FILTER]
    # To the second: Somacos (older Wuppertal) refuses fractions.
    stamp = quote(since.isoformat(timespec="seconds"), safe="")
    return f"{head}?{'&'.join([*kept, f'{FILTER}={stamp}'])}"


def is_older(entry: Any, since: datetime) -> bool:
    """Tell whether an entry cannot have passed the filter: it was modified before, or does not say when."""
    try:
        stamp = values.moment(entry["modified"])
    except (KeyError, TypeError, values.Unusable):
        return isinstance(entry, dict)
    return stamp is None or stamp < since


def _answer(client: OParlClient, url: str, *, filtered: bool) -> tuple[Any, str]:
    try:
        return client.json(url)
    except NotOParl as error:
        if filtered and empty_is_not_found(error.status, error.payload):
            return [], url
        raise


def _page(data: Any, url: str, final: str, since: datetime | None, *, of_bodies: bool) -> ListPage:
    if isinstance(data, list):  # SD.NET answers an empty list with a bare one
        return ListPage(url, data, None, None)
    if of_bodies and _is_a("Body", data):  # ITK; any other single object is no list: rubin answers with the System
        return ListPage(url, [data], None, None)
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise NotOParl(f"{url} answers with JSON that is no OParl list{_said(data)}")
    links, numbers = data.get("links"), data.get("pagination")
    following = resolve(final, links.get("next")) if isinstance(links, dict) else None
    total = numbers.get("totalElements") if isinstance(numbers, dict) else None
    dropped = since is not None and following is not None and f"{FILTER}=" not in following
    if since is not None and following is not None:
        following = filtered(following, since)
    return ListPage(url, data["data"], following, total if type(total) is int and total >= 0 else None, dropped)


def _bodies_of(client: OParlClient, system: dict[str, Any], url: str) -> list[Any]:
    link = system.get("body")
    if isinstance(link, list):  # seen in the wild: the Bodies, or their URLs, in place of the list's URL
        return [client.json(item)[0] if values.is_url(item) else item for item in link[:MAX_BODIES]]
    if not isinstance(link, str) or not values.is_url(link.strip()):
        raise NotOParl(f"the System at {url} names no list of Bodies")
    return [entry for page in pages(client, link.strip(), of_bodies=True) for entry in page.entries]


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
