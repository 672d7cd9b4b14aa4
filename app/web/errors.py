"""The pages for what went wrong: what happened, what a reader can do, and a number to name."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from flask import Flask, Response, current_app, g, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Gone, HTTPException, ServiceUnavailable

from search import SearchError
from search.query import MAX_TYPED

log = logging.getLogger(__name__)
LONGEST = 300  # characters of an address that is told in a report
VOICES = "ratslupe.errors.voices"
# Status, number to name, and the error where one is known.
Voice: TypeAlias = Callable[[int, str | None, HTTPException | None], Response]


class Withdrawn(Gone):
    """Raised for a record that its council took back: the page names type, council and day, nothing of the content.

    `ours` says that it was us: "hidden" while a request is looked into, "erased" for good.
    """

    def __init__(
        self, object_type: str, council: str | None = None, seen: datetime | None = None, ours: str = ""
    ) -> None:
        super().__init__()
        self.object_type, self.council, self.seen, self.ours = object_type, council, seen, ours


def install(app: Flask) -> None:
    """Answer errors with pages."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(SearchError, _unavailable)
    app.register_error_handler(Exception, _unknown)


def speaks(app: Flask, concerns: Callable[[str], bool], voice: Voice) -> None:
    """Let errors at some paths be told otherwise than by a page: programs read no pages."""
    app.extensions.setdefault(VOICES, []).append((concerns, voice))


def _known(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    number = reference(error) if error.code >= 500 else None
    return _page(error.code, number, error)


def _unavailable(error: Exception) -> Response:
    response = _page(503, reference(error), ServiceUnavailable())
    response.headers["Retry-After"] = "60"
    return response


def _unknown(error: Exception) -> Response:
    return _page(500, reference(error), None)


def reference(error: BaseException) -> str:
    """Log what went wrong under a number that is told."""
    number = secrets.token_hex(4)
    # The rule and not the path: links that are mailed carry their secret there, and a log is read by others.
    rule = request.url_rule or "(no page)"
    log.error("%s %s (reference %s)", request.method, rule, number, exc_info=error)
    return number


def _page(code: int, reference: str | None, error: HTTPException | None) -> Response:
    # Past 500 the database may be what failed: such a page asks it nothing.
    g.bare = code >= 500
    for concerns, voice in current_app.extensions.get(VOICES, ()):
        if concerns(request.path):
            return _finished(voice(code, reference, error), error)
    words = {"code": code, "reference": reference, "error": error, "wait": _minutes(error)}
    # A search that failed need not be typed again.
    asked = request.args.get("q", "")[:MAX_TYPED] if request.path == "/search" else ""
    page = render_template("errors/error.html", **words, asked=asked, here_address=request.path[:LONGEST])
    return _finished(make_response(page, code), error)


def _finished(response: Response, error: HTTPException | None) -> Response:
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
