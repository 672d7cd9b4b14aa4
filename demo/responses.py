"""Requests and responses as plain values, so that they can be altered on their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .serial import encode

ERROR_TYPE = "https://schema.oparl.org/1.1/Error"
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request; path is relative to the base address ("/." outside of it), query holds the last value of each name.

    `target` is the whole path and query as it was asked for.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    raw_query: str = ""
    target: str = ""


@dataclass(frozen=True)
class Wire:
    """What happens to a response below HTTP; as it stands here, nothing."""

    delay: float = 0.0  # seconds before the first byte
    portion: int = 0  # bytes of the body at a time, with `pause` seconds after each; 0 is all at once
    pause: float = 0.0
    chunked: bool = False
    claimed: int | None = None  # stated as Content-Length in place of the body's true length
    cut: int | None = None  # bytes of the body after which the connection ends
    silent: bool = False  # it ends before a single byte is sent
    reset: bool = False  # it ends with a reset; else it is closed


@dataclass
class Response:
    """What will be sent; Content-Length is added at the end, and Date unless it is there (left out where empty)."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wire: Wire = Wire()


# A step between answer and wire; it may alter, replace or delay a response.
Behaviour = Callable[[Request, Response], Response]
# A step between wire and answer: the request that is answered in place of the one that came.
Hearing = Callable[[Request], Request]


def json_response(body: bytes, status: int = 200, **headers: str) -> Response:
    """A JSON answer that any web page may read."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, body, {"Content-Type": JSON_TYPE, "Access-Control-Allow-Origin": "*", **extra})


def error(status: int, message: str) -> Response:
    """An OParl Error object with the status it stands for."""
    return json_response(encode({"type": ERROR_TYPE, "message": message}), status)


def conditional(request: Request, response: Response) -> Response:
    """304 without body where the client already has this state."""
    tag = response.headers.get("ETag")
    asked = request.headers.get("if-none-match")
    since = request.headers.get("if-modified-since")
    same = (
        tag in [part.strip().removeprefix("W/") for part in asked.split(",")] or asked.strip() == "*"
        if asked is not None
        else since is not None and since == response.headers.get("Last-Modified")
    )
    if response.status != 200 or not tag or not same:
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("Content-")}
    return Response(304, b"", kept)


def ranged(request: Request, response: Response) -> Response:
    """206 with one range of the body, 416 where it lies beyond the end; several ranges are answered in full."""
    asked = request.headers.get("range", "")
    condition = request.headers.get("if-range")
    stale = condition is not None and condition not in (
        response.headers.get("ETag"),
        response.headers.get("Last-Modified"),
    )
    if response.status != 200 or not asked.startswith("bytes=") or "," in asked or stale:
        return response
    first, dash, last = asked.removeprefix("bytes=").strip().partition("-")
    size = len(response.body)
    if not dash or not (first + last).isdecimal():
        return response
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or (not first and int(last) == 0):
        return Response(416, b"", response.headers | {"Content-Range": f"bytes */{size}"})
    if end < start:
        return response
    return Response(
        206, response.body[start : end + 1], response.headers | {"Content-Range": f"bytes {start}-{end}/{size}"}
    )
