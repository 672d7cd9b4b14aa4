"""The static files, under an address that changes with their content, so that browsers may keep them for ever."""

import gzip
from functools import lru_cache
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, send_from_directory

from app.config import ROOT

FOLDER = ROOT / "static"
YEAR, HOUR = 31_536_000, 3_600
TEXTS = frozenset({".css", ".js", ".svg"})

assets = Blueprint("assets", __name__)


@lru_cache
def version() -> str:
    """Return one short hash of all static files; in the path, so that `url(fonts/…)` in a sheet carries it too."""
    digest = blake2b(digest_size=5)
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def asset(name: str) -> str:
    """Return the address of a static file."""
    return f"/static/{version()}/{name}"  # as `versioned` has it: thirty times in a page


@assets.get("/static/<stamp>/<path:name>")
def versioned(stamp: str, name: str) -> Response:
    """Serve a static file: for a year if the address names this version, for an hour if another's page asks."""
    current = stamp == version()
    response = _compressed(name) or send_from_directory(FOLDER, name)
    response.cache_control.public = True
    response.cache_control.max_age = YEAR if current else HOUR
    response.cache_control.immutable = current
    response.vary.add("Accept-Encoding")
    return response


@assets.get("/favicon.ico")
def favicon() -> Response:
    """Serve the sign of the site where browsers look without being told."""
    return versioned("icon", "favicon.svg")


def _compressed(name: str) -> Response | None:
    if not request.accept_encodings.quality("gzip") or Path(name).suffix not in TEXTS:
        return None
    content = _zipped(name, version())
    if content is None:
        abort(404)
    response = Response(content, mimetype=guess_type(name)[0])
    response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=32)
def _zipped(name: str, stamp: str) -> bytes | None:  # noqa: ARG001 - the stamp keeps two versions apart
    try:
        path = (FOLDER / name).resolve()
        if not path.is_relative_to(FOLDER) or not path.is_file():
            return None
        return gzip.compress(path.read_bytes(), mtime=0)
    except (OSError, ValueError):  # longer than a name can be, or with a character that no name has
        return None


def install(app: Flask) -> None:
    """Serve the assets and let templates name them."""
    app.register_blueprint(assets)
    app.jinja_env.globals["asset"] = asset
