"""List pages that lead astray: round in circles, on for ever, elsewhere, nowhere, or past what they should hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from demo.responses import Response
from demo.serial import encode

from .bodies import is_json
from .registry import MARK, Moment, Strike, fault

Page = dict[str, Any]


def paged(change: Callable[[Moment, Page], Page]) -> Strike:
    """Alter a list page; anything else is left as it is."""

    def strike(moment: Moment) -> Response:
        if not is_json(moment.response):
            return moment.response
        try:
            page = json.loads(moment.response.body)
            _here(page)
        except (ValueError, TypeError, KeyError):
            return moment.response
        body = encode(change(moment, page))
        return moment.response if body == moment.response.body else replace(moment.response, body=body)

    return strike


def _here(page: Page) -> str:
    return str(page["links"]["self"])


def _leading(page: Page, where: str | None) -> Page:
    rest = {name: url for name, url in page["links"].items() if name != "next"}
    return page | {"links": rest | ({"next": where} if where else {})}


def _on(moment: Moment, page: Page, name: str) -> str:
    """An address that was never seen before and answers with the same page."""
    _, _, count = moment.request.query.get(MARK, "").rpartition(".")
    turn = int(count) + 1 if count.isdecimal() else 1
    plain = _here(page).partition("?")[0]
    query = {key: value for key, value in moment.request.query.items() if key != MARK}
    return f"{plain}?{urlencode(query | {MARK: f'{name}.{turn}'})}"


@fault("endless-pages", "the same page under ever new addresses", lasting=True)
@paged
def _endless(moment: Moment, page: Page) -> Page:
    return _leading(page, _on(moment, page, "endless-pages"))


@fault("endless-empty-pages", "empty pages without end", lasting=True)
@paged
def _endless_empty(moment: Moment, page: Page) -> Page:
    return _leading(page | {"data": []}, _on(moment, page, "endless-empty-pages"))


@fault("endless-objects", "pages without end, each of objects that nobody has ever seen", lasting=True)
@paged
def _endless_objects(moment: Moment, page: Page) -> Page:
    following = _on(moment, page, "endless-objects")
    turn = following.rpartition(".")[2]
    new = [item | {"id": f"{item['id']}{place}{turn:0>6}"} for place, item in enumerate(page["data"][:3])]
    return _leading(page | {"data": new}, following)


@fault("next-first", "the next page is the first one again")
@paged
def _first(_: Moment, page: Page) -> Page:
    return _leading(page, page["links"]["first"])


@fault("next-self", "the next page is this one")
@paged
def _self(_: Moment, page: Page) -> Page:
    return _leading(page, _here(page))


@fault("next-same-page", "the next page holds the same as this one, once")
@paged
def _same(moment: Moment, page: Page) -> Page:
    return _leading(page, _on(moment, page, "next-same-page"))


@fault("next-foreign-host", "the next page lies on another host")
@paged
def _foreign(_: Moment, page: Page) -> Page:
    return _leading(page, urlsplit(_here(page))._replace(netloc="andere-stadt.example").geturl())


@fault("next-private", "the next page lies in a private network")
@paged
def _private(_: Moment, page: Page) -> Page:
    return _leading(page, urlsplit(_here(page))._replace(netloc="192.168.1.1").geturl())


@fault("next-file", "the next page is a file of the reader's own machine")
@paged
def _file(_: Moment, page: Page) -> Page:
    return _leading(page, "file:///etc/passwd")


@fault("next-nonsense", "the next page is no address")
@paged
def _nonsense(_: Moment, page: Page) -> Page:
    return _leading(page, "http://[seite-2")


@fault("next-missing", "the list ends here although there is more")
@paged
def _missing(_: Moment, page: Page) -> Page:
    return _leading(page, None)


@fault("next-404", "there is no next page where it should be")
@paged
def _gone(_: Moment, page: Page) -> Page:
    return _leading(page, f"{_here(page).partition('?')[0]}/weiter")


@fault("empty-page-with-next", "an empty page in the middle of the list")
@paged
def _hole(_: Moment, page: Page) -> Page:
    return page | {"data": []} if "next" in page["links"] else page


@fault("empty-list", "a list that is said to hold nothing")
@paged
def _empty(_: Moment, page: Page) -> Page:
    return {"data": [], "pagination": {"totalElements": 0}, "links": {"self": _here(page)}}


@fault("half-page", "a page from which half of the objects are missing")
@paged
def _half(_: Moment, page: Page) -> Page:
    return page | {"data": page["data"][::2]}


@fault("page-twice", "a page that holds each object twice")
@paged
def _doubled(_: Moment, page: Page) -> Page:
    return page | {"data": page["data"] * 2}


@fault("page-reversed", "a page in another order")
@paged
def _reversed(_: Moment, page: Page) -> Page:
    return page | {"data": page["data"][::-1]}


@fault("no-links", "a page without links and numbers")
@paged
def _no_links(_: Moment, page: Page) -> Page:
    return {"data": page["data"]}


@fault("data-null", "a page whose objects are null")
@paged
def _null(_: Moment, page: Page) -> Page:
    return page | {"data": None}


@fault("data-junk", "a page with things among its objects that are none")
@paged
def _junk(_: Moment, page: Page) -> Page:
    return page | {"data": [None, 7, "x", [], {}, {"id": 3}, *page["data"]]}
