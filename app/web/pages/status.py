"""How complete the mirror is, told to readers and to monitors."""

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.db import now
from app.queries.days import days_read
from app.queries.status import source_status
from app.queries.status import status as as_data
from app.web.headers import open_data
from app.web.i18n import gettext
from app.web.site import session, site
from app.web.state import holdings, remembered
from app.web.status_words import (
    failure_words,
    file_reason,
    lag_words,
    list_words,
    problem_words,
    reason_words,
    skew_words,
    state_of,
    ticks_words,
)
from search import SearchError

status = Blueprint("status", __name__)

IN_ONE_PAGE = 12  # sources; of more the page is a list, and each has one of its own: all of 65 would be half a megabyte


@status.get("/status")
def overview() -> str:
    """Show what is published there, what is held here, and what is missing and why; of one source where it is named."""
    sources, moment = source_status(session(), holdings()), now()
    asked = request.args.get("source", "")
    shown = [one for one in sources if one.source.slug == asked] if asked else sources
    if asked and not shown:
        abort(404)
    return render_template(
        "status/status.html",
        section="status",
        sources=sources,
        shown=shown,
        whole=bool(asked) or len(sources) <= IN_ONE_PAGE,
        days=remembered("days read", lambda: days_read(session(), [one.source for one in sources], moment)),
        ticks_words=ticks_words,
        moment=moment,
        complete=sum(one.state == "ok" for one in sources),
        published=sum(one.published for one in sources),
        accounted=sum(one.accounted for one in sources),
        files=sum(one.files.total for one in sources),
        read=sum(one.files.read for one in sources),
        state_of=state_of,
        reason_words=reason_words,
        failure_words=failure_words,
        file_reason=file_reason,
        problem_words=problem_words,
        list_words=list_words,
        lag_words=lag_words,
        skew_words=skew_words,
        percent=percent,
    )


@status.get("/status.json")
def data() -> Response:
    """Tell the same to programs."""
    return open_data({"sources": as_data(session())})


def percent(part: int, whole: int) -> str:
    """Return a share; one that is not all is never rounded up to all, and one that is something never down to none."""
    if not whole:
        return "–"
    share = 100 * part / whole
    shown = round(share)
    if shown == 100 and part < whole:
        return gettext("over %(percent)s %%", percent=99)
    return gettext("under %(percent)s %%", percent=1) if shown == 0 and part else f"{shown}\u00a0%"


@status.get("/healthz")
def health() -> Response:
    """Answer monitors: 200 while database and index answer, 503 and which does not otherwise."""
    checks = {"database": _answers_database(), "search": _answers_search()}
    well = all(checks.values())
    response = make_response(jsonify(status="ok" if well else "failing", **checks), 200 if well else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answers_database() -> bool:
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _answers_search() -> bool:
    try:
        site().index.count()
    except SearchError:
        return False
    return True
