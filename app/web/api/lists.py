"""Objects: one by its key, or a list of a type; each as it went out, letter by letter."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response, current_app

from app.answers import published
from app.answers.cursors import BadCursor, place_in, question_of, sealed
from app.answers.published import Council, Row, Wanted
from app.web.api.asking import next_address, next_link
from app.web.api.operations import JSON, Asked
from app.web.api.parameters import Parameter
from app.web.api.problems import Problem, refused
from app.web.site import session, site
from app.web.state import remembered

COUNTS = "ratslupe.api.counts"
SORTS = ("key", "modified", "-modified")


def councils() -> list[Council]:
    """Return the councils of which anything went out; asked for seldom, for all of them are looked at."""
    return remembered("councils published", lambda: published.councils(session()))


def council(handle: str) -> Council:
    """Return the council with a short name or a key; raises Problem."""
    found = next((one for one in councils() if handle in (one.slug, one.key)), None)
    if found is None:
        known = ", ".join(one.slug for one in councils()[:50]) or "none"
        raise refused("body", f"no council published here is called so; these are: {known}")
    return found


def one(asked: Asked) -> Response:
    """Answer with one object, or its tombstone."""
    found = published.object_by_key(session(), asked["key"])
    if found is None:
        raise Problem("not-found", "No object with this key is published here.")
    return Response(found.json.encode(), mimetype=JSON)


def listing(name: str, parameters: Sequence[Parameter]) -> Any:
    """Return what answers a list."""
    narrowing = [one.name for one in parameters if one.name not in ("cursor", "limit")]

    def answer(asked: Asked) -> Response:
        bodies = [council(handle) for handle in asked["body"]] or councils()
        wanted = Wanted(published.LISTS[name], tuple(sorted({one.key for one in bodies})), asked["license"])
        question = question_of(name, {each: asked[each] for each in narrowing})
        rows, more = _rows(wanted, asked, name, question)
        cursor = sealed(site().settings, name, question, *_place(rows[-1], asked["sort"])) if more else None
        return _listed(wanted, rows, cursor)

    return answer


def _rows(wanted: Wanted, asked: Asked, name: str, question: str) -> tuple[list[Row], bool]:
    limit, sort = asked["limit"], asked["sort"]
    behind = _behind(asked["cursor"], name, question)
    if sort == "key":
        return published.by_key(session(), wanted, (behind[0], behind[1]) if behind else None, limit)
    newest = sort == "-modified"
    return published.by_change(session(), wanted, behind[0] if behind else None, limit, newest=newest)


def _behind(mark: str | None, name: str, question: str) -> Sequence[Any]:
    if not mark:
        return ()
    try:
        return place_in(site().settings, name, question, mark)
    except BadCursor as error:
        raise Problem("bad-cursor", str(error)) from error


def _place(row: Row, sort: str) -> tuple[str | int, ...]:
    return (row.body, row.key) if sort == "key" else (row.seq,)


def _listed(wanted: Wanted, rows: Sequence[Row], cursor: str | None) -> Response:
    counts: published.Counts = current_app.extensions.setdefault(COUNTS, published.Counts())
    value, exact = counts.of(session(), wanted)
    head = orjson.dumps(
        {"total": total(value, exact=exact), "next": next_address(cursor) if cursor else None, "data": []}
    )
    # What an object says stands there as it went out: nothing of it is read and written anew.
    whole = head.removesuffix(b"]}") + b",".join(row.json.encode() for row in rows) + b"]}"
    return next_link(Response(whole, mimetype=JSON), cursor)


def total(value: int, *, exact: bool) -> dict[str, object]:
    """Return how many there are: exactly so many, or so many at least."""
    return {"value": value, "relation": "eq" if exact else "gte"}
