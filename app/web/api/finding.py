"""The search, for programs."""

from typing import Any

from flask import Response

from app.answers.cursors import BadCursor, place_in, question_of, sealed
from app.answers.finding import Found, Wish, find
from app.web.api.asking import as_json, next_address, next_link
from app.web.api.lists import council, councils, total
from app.web.api.operations import Asked
from app.web.api.problems import Problem
from app.web.councils import councils as mirrored
from app.web.site import session, site
from search import BadQuery

_NARROWING = ("q", "body", "type", "organization", "date_from", "date_to", "license", "sort")


def search(asked: Asked) -> Response:
    """Answer with what is found."""
    question = question_of("search", {name: asked[name] for name in _NARROWING})
    wish = _wish(asked, _place(asked["cursor"], question))
    try:
        found = find(session(), site().index, site().settings.base_url, wish)
    except BadQuery as error:
        raise _refused(error) from error
    cursor = sealed(site().settings, "search", question, found.next) if found.next else None
    return next_link(as_json(_told(found, cursor)), cursor)


def _wish(asked: Asked, place: str) -> Wish:
    told = councils()
    return Wish(
        words=asked["q"],
        chosen={
            "body": [council(handle).slug for handle in asked["body"]],
            "type": asked["type"],
            "organization": asked["organization"],
        },
        since=asked["date_from"],
        until=asked["date_to"],
        sort=asked["sort"] or "",
        limit=asked["limit"],
        place=place,
        license=asked["license"],
        # Where all of them publish there is nothing to narrow.
        bodies=None if len(told) == len(mirrored()) else [one.slug for one in told],
    )


def _place(mark: str | None, question: str) -> str:
    if not mark:
        return ""
    try:
        return str(place_in(site().settings, "search", question, mark)[0])
    except BadCursor as error:
        raise Problem("bad-cursor", str(error)) from error


def _refused(error: BadQuery) -> Problem:
    fault = {"parameter": "q", "detail": error.message, "code": error.code, "position": error.position}
    return Problem("bad-query", error.message, errors=[fault])


def _told(found: Found, cursor: str | None) -> dict[str, Any]:
    results = found.results
    return {
        "total": total(found.total, exact=found.exact),
        "documents": found.documents,
        "next": next_address(cursor) if cursor else None,
        "cut": found.cut,
        "added": [{"written": one.written, "words": one.words, "reason": one.reason} for one in results.added],
        "unknown": results.unknown,
        "meant": results.meant or None,
        "data": found.hits,
    }
