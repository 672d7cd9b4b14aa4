"""One request: counted, checked, answered, and told in headers how it may be kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import http_date

from app.web import rates
from app.web.api.operations import JSON, Operation
from app.web.api.parameters import checked, in_path
from app.web.site import site

PREFIX = "/api/v1"
METHODS = ("GET", "HEAD", "OPTIONS")
# Flask has to bring these here, too, so that they are refused in our words.
_OTHERS = ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")
EXPOSED = "Link, ETag, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset"
A_DAY = "86400"


def add(app: Flask, operation: Operation) -> None:
    """Answer an operation at its address."""

    def view(**path: str) -> Response:
        if request.method == "OPTIONS":
            return _options()
        if request.method not in METHODS:
            raise MethodNotAllowed(METHODS)
        rates.spend()
        asked = in_path(operation.in_path, path) | checked(operation.parameters, request.args)
        return _finished(operation, operation.answer(asked))

    app.add_url_rule(
        PREFIX + operation.rule,
        f"api.{operation.name}",
        view,
        methods=(*METHODS, *_OTHERS),
        provide_automatic_options=False,
    )


def install(app: Flask) -> None:
    """Let programs anywhere read all answers below the prefix, those included that nobody made here."""
    rates.install(app)

    @app.after_request
    def _open(response: Response) -> Response:
        if is_ours(request.path):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            response.headers["X-Robots-Tag"] = "noindex"
            rates.tell(response)
        return response


def is_ours(path: str) -> bool:
    """Whether a path is one of the interface's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/") or path == "/openapi.json"


def as_json(content: object) -> Response:
    """Return an answer."""
    return Response(orjson.dumps(content), mimetype=JSON)


def next_link(response: Response, cursor: str | None) -> Response:
    """Say where the next page is."""
    if cursor:
        response.headers.add("Link", f'<{next_address(cursor)}>; rel="next"')
    return response


def next_address(cursor: str, name: str = "cursor") -> str:
    """Return the address of the next page: this one's, with another cursor."""
    said: Mapping[str, list[str]] = {**dict(request.args.lists()), name: [cursor]}
    return f"{site().settings.base_url}{request.path}?{urlencode(said, doseq=True)}"


def _finished(operation: Operation, response: Response) -> Response:
    # What was taken away may not be seen in any cache: it may be kept, and asks each time whether it still holds.
    response.headers["Cache-Control"] = "public, no-cache"
    if gone := operation.deprecated:
        response.headers["Deprecation"] = f"@{int(_midnight(gone.since).timestamp())}"
        if gone.until:
            response.headers["Sunset"] = http_date(_midnight(gone.until))
        if gone.instead:
            response.headers.add("Link", f'<{gone.instead}>; rel="deprecation"')
    response.add_etag()
    response.make_conditional(request)
    return response


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), UTC)


def _options() -> Response:
    response = Response(status=204)
    response.headers["Allow"] = response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match, If-Modified-Since"
    response.headers["Access-Control-Max-Age"] = A_DAY
    return response
