"""The pages for what went wrong: what happened, what a reader can do, and a number to name."""

import logging
import secrets
from datetime import datetime

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Gone, HTTPException, ServiceUnavailable

from search import SearchError
from search.query import MAX_TYPED

log = logging.getLogger(__name__)
LONGEST = 300  # characters of an address that is told in a report


class Withdrawn(Gone):
    """Raised for a record that its council took back: the page names type, council and day, nothing of the content."""

    def __init__(self, object_type: str, council: str | None = None, seen: datetime | None = None) -> None:
        super().__init__()
        self.object_type, self.council, self.seen = object_type, council, seen


def install(app: Flask) -> None:
    """Answer errors with pages."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(SearchError, _unavailable)
    app.register_error_handler(Exception, _unknown)


def _known(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    reference = _reference(error) if error.code >= 500 else None
    return _page(error.code, reference, error)


def _unavailable(error: Exception) -> Response:
    response = _page(503, _reference(error), ServiceUnavailable())
    response.headers["Retry-After"] = "60"
    return response


def _unknown(error: Exception) -> Response:
    return _page(500, _reference(error), None)


def _reference(error: BaseException) -> str:
    reference = secrets.token_hex(4)
    # The rule and not the path: links that are mailed carry their secret there, and a log is read by others.
    rule = request.url_rule or "(no page)"
    log.error("%s %s (reference %s)", request.method, rule, reference, exc_info=error)
    return reference


def _page(code: int, reference: str | None, error: HTTPException | None) -> Response:
    # Past 500 the database may be what failed: such a page asks it nothing.
    g.bare = code >= 500
    words = {"code": code, "reference": reference, "error": error, "wait": _minutes(error)}
    # A search that failed need not be typed again.
    asked = request.args.get("q", "")[:MAX_TYPED] if request.path == "/search" else ""
    page = render_template("errors/error.html", **words, asked=asked, here_address=request.path[:LONGEST])
    response = make_response(page, code)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _minutes(error: HTTPException | None) -> int:
    """Return how many minutes somebody has to wait, 0 where that is not known."""
    seconds = getattr(error, "retry_after", None)
    return -(-seconds // 60) if isinstance(seconds, int) else 0
