"""How our OParl server answers: JSON for programs anywhere, an Error object for what went wrong."""

from typing import Final

import orjson
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.publication.names import ROOT, SCHEMA, Names
from app.web import rates
from app.web.errors import reference
from app.web.headers import open_to_all
from app.web.site import site

METHODS: Final = "GET, HEAD, OPTIONS"
# What a script may read of an answer, and send with a question.
EXPOSED: Final = (
    "ETag, Last-Modified, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Content-Disposition, Content-Range"
)
SENT: Final = "If-Modified-Since, If-None-Match, Range"
A_DAY: Final = "86400"
_BASE: Final = ROOT.rsplit("/", 1)[0]
_WORDS: Final = {
    400: "The address asks for something in a way that is not known here.",
    404: "There is no such object.",
    405: "This can be read, and nothing else.",
    410: "This was withdrawn.",
    429: "These are too many questions at once; Retry-After says when the next will be answered.",
    500: "Something went wrong here.",
    503: "The database is away at the moment.",
}


def names() -> Names:
    """Return what makes our ids."""
    return Names(site().settings.base_url)


def is_ours(path: str) -> bool:
    """Whether a path is one of the OParl server's."""
    return path == _BASE or path.startswith(f"{_BASE}/")


def install(app: Flask) -> None:
    """Let scripts of other sites read all that is answered here, errors and redirects of the routing included."""

    @app.after_request
    def open_wide(response: Response) -> Response:
        if is_ours(request.path):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            response.headers["X-Robots-Tag"] = "noindex"
            rates.tell(response)
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = METHODS
                response.headers["Access-Control-Allow-Headers"] = SENT
                response.headers["Access-Control-Max-Age"] = A_DAY
        return response


def json(content: bytes) -> Response:
    """Answer with finished JSON, which is asked for again cheaply."""
    return open_to_all(Response(content, mimetype="application/json"))


def sent_to(path: str) -> Response:
    """Send to the one address of what was asked for, with all that was asked of it."""
    query = request.query_string.decode("ascii", "replace")
    target = site().settings.base_url + path + (f"?{query}" if query else "")
    return Response(status=301, headers={"Location": target})


def known(error: HTTPException) -> AnyResponse:
    """Answer what a client did wrong, or asked for in vain."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    return _error(error.code, error, None if error.code < 500 else reference(error))


def away(error: OperationalError) -> Response:
    """Answer while the database cannot be asked."""
    response = _error(503, None, reference(error))
    response.headers["Retry-After"] = "60"
    return response


def unknown(error: Exception) -> Response:
    """Answer what we did wrong."""
    return _error(500, None, reference(error))


def _error(code: int, error: HTTPException | None, number: str | None) -> Response:
    said = getattr(error, "said", None) or _WORDS.get(code) or (error.name if error else "Error")
    told = {"type": f"{SCHEMA}Error", "message": said} | ({"debug": f"reference {number}"} if number else {})
    response = Response(orjson.dumps(told), code, mimetype="application/json")
    for name, value in error.get_headers() if error else ():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    return response
