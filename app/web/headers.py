"""What every answer says about itself: what it may load, whether it changed, how long it holds."""

from typing import Any

import orjson
from flask import Flask, Response, request

from app.config import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
TWO_YEARS = "max-age=63072000"


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; a page that needs a stricter policy sets its own before."""
    secure = settings.base_url.startswith("https://")

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "frame-ancestors *" in response.headers["Content-Security-Policy"]:
            del response.headers["X-Frame-Options"]  # the older word for the same knows no "anybody"
        if secure:
            response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
        return _named(response)


def _named(response: Response) -> Response:
    """Give a page a name of its content, by which it is asked for again cheaply: app.web.kept answers 304.

    A weak one: it is the same page, compressed or not.
    """
    if request.method not in ("GET", "HEAD") or response.mimetype != "text/html":
        return response
    response.vary.update(("Cookie", "Accept-Language", "Accept-Encoding"))
    if "Cache-Control" not in response.headers:
        response.cache_control.no_cache = True
    if response.status_code == 200 and not response.direct_passthrough:
        response.add_etag(weak=True)
    return response


def open_data(content: dict[str, Any]) -> Response:
    """Answer with JSON that programs anywhere may read, and ask for again cheaply."""
    return open_to_all(Response(orjson.dumps(content), mimetype="application/json"))


def open_to_all(response: Response) -> Response:
    """Let programs anywhere read an answer, and ask for it again cheaply."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response
