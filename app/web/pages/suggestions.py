"""Suggestions for what is being typed: as data for the search field, and as a page for whoever asks for one."""

from typing import Any

import orjson
from flask import Blueprint, Response, make_response, render_template, request

from app.web.i18n import gettext
from app.web.site import session, site
from app.web.suggesting import HEADINGS, Suggested, grouped, suggested

suggestions = Blueprint("suggestions", __name__)
LONGEST = 100  # characters that are looked at
KEPT = 60  # seconds that a browser need not ask again


@suggestions.get("/search/suggest")
def page() -> Response:
    """Show what somebody may mean, or give it as data to programs that ask for JSON."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        response = data()
    else:
        typed = _typed()
        groups = [(gettext(HEADINGS[kind]), found) for kind, found in grouped(_found(typed)).items()]
        words = {"section": "search", "robots": "noindex", "typed": typed, "groups": groups}
        response = make_response(render_template("search/suggestions.html", **words))
    response.vary.add("Accept")
    return response


@suggestions.get("/search/suggest.json")
def data() -> Response:
    """Give what somebody may mean as data: groups, each with a heading and its suggestions."""
    typed = _typed()
    return _kept(orjson.dumps({"q": typed, "groups": _groups(typed)}), "application/json")


@suggestions.get("/search/suggest.js")
def module() -> Response:
    """Give the same groups as a module, the one kind of data that our own policy lets a page load while it is read."""
    return _kept(b"export default " + orjson.dumps(_groups(_typed())) + b";\n", "text/javascript")


def suggestions_typed() -> tuple[str, list[Suggested]]:
    """Return what was typed, and what may be meant by it."""
    typed = _typed()
    return typed, _found(typed)


def _groups(typed: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "heading": gettext(HEADINGS[kind]),
            "suggestions": [{"text": one.text, "note": one.note, "href": one.href} for one in found],
        }
        for kind, found in grouped(_found(typed)).items()
    ]


def _kept(content: bytes, media_type: str) -> Response:
    response = Response(content, content_type=f"{media_type}; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.private = True
    response.cache_control.max_age = KEPT
    response.vary.update(("Cookie", "Accept-Language"))
    return response


def _found(typed: str) -> list[Suggested]:
    return suggested(session(), lambda: site().index, typed)


def _typed() -> str:
    return request.args.get("q", "").strip()[:LONGEST]
