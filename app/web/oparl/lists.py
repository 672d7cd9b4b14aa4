"""A page of a list: texts from the table, joined; and the ways to the others."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, cast

import orjson
from flask import Flask, Response, current_app, request

from app.publication import reading
from app.publication.reading import ListOf, Window
from app.web.oparl.answers import json
from app.web.oparl.asking import Asked, asked
from app.web.site import session, site

EXTENSION: Final = "ratslupe.oparl"
REMEMBERED: Final = 1_000
# What `omit_internal` leaves out, by the last word of the type; each of them stands in a list of its own.
INTERNAL: Final = {
    "Body": ("legislativeTerm",),
    "Person": ("membership",),
    "Meeting": ("auxiliaryFile", "agendaItem"),
    "AgendaItem": ("auxiliaryFile",),
    "Paper": ("auxiliaryFile", "location"),
}


@dataclass
class Totals:
    """How many objects lists have, as long as nothing changes."""

    _known: dict[tuple[ListOf, Window], tuple[int, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, listed: ListOf, window: Window) -> int:
        """Return how many objects a list has now."""
        until = reading.newest(session())
        with self._lock:
            said = self._known.get((listed, window))
        if said is not None and said[0] == until:
            return said[1]
        total = reading.count(session(), listed, window)
        with self._lock:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[listed, window] = until, total
        return total


def install(app: Flask) -> None:
    """Begin with nothing counted."""
    app.extensions[EXTENSION] = Totals()


def page_of(listed: ListOf, path: str) -> Response:
    """Answer with the page of a list that is asked for; `path` is that of the list."""
    wanted = asked(request.args)
    page = reading.page(session(), listed, wanted.window, wanted.after, wanted.limit)
    objects = [_without(one) for one in page.objects] if wanted.omits else page.objects
    total = _total(listed, wanted, page)
    links = _links(wanted, site().settings.base_url + path, page, total)
    counts = {"totalElements": total, "elementsPerPage": wanted.limit}
    ends = orjson.dumps({"pagination": counts, "links": links})[1:]
    response = json(b'{"data":[' + ",".join(objects).encode() + b"]," + ends)
    if "next" in links:
        response.headers["Link"] = f'<{links["next"]}>; rel="next"'
    return response


def _total(listed: ListOf, wanted: Asked, page: reading.Page) -> int:
    """Return how many objects the list has: as its first page said, which is counted only where more follow."""
    if wanted.total is not None:
        return wanted.total
    if not page.more and not wanted.after:
        return len(page.objects)
    return cast(Totals, current_app.extensions[EXTENSION]).of(listed, wanted.window)


def _links(wanted: Asked, list_url: str, page: reading.Page, total: int) -> dict[str, str]:
    first = wanted.address(list_url)
    own = first if wanted.total is None else wanted.address(list_url, wanted.after, wanted.total)
    links = {"first": first, "self": own}
    if page.more:
        links["next"] = wanted.address(list_url, page.until, total)
    else:
        links["last"] = own
    return links


def _without(text: str) -> str:
    """Return an object without what is embedded in it and has a list of its own; what it embeds itself alike."""
    return orjson.dumps(_leaner(orjson.loads(text))).decode()


def _leaner(value: Any) -> Any:
    if isinstance(value, list):
        return [_leaner(one) for one in value]
    if not isinstance(value, dict):
        return value
    left = INTERNAL.get(str(value.get("type", "")).rpartition("/")[2], ()) if "id" in value else ()
    return {name: _leaner(one) for name, one in value.items() if name not in left}
