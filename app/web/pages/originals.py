"""The mirrored bytes: to be saved, or opened at an address of their own where nothing of the site is.

Whatever a council publishes may be a page with scripts. The site's own address therefore only ever hands it out to be
saved. With FILES_ORIGIN set, that host serves nothing but files, to be looked at, and neither gets nor sets a cookie.
"""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, request, send_file
from werkzeug.wrappers import Response

from app.config import Settings
from app.web.ranges import whole_unless_one_range
from app.web.reading import download_name, served_type
from app.web.site import site
from app.web.stored import path_of, shown_file, stored_blob

originals = Blueprint("originals", __name__)

ENDPOINT = "originals.original"
FOREIGN = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
# Browsers show these themselves. Chromium's reader of PDFs stays empty without allow-scripts, which is about its own:
# default-src forbids any to the file.
LOOKED_AT = dict.fromkeys(("image/png", "image/jpeg", "image/gif", "image/webp"), FOREIGN["Content-Security-Policy"])
LOOKED_AT["application/pdf"] = "sandbox allow-scripts; default-src 'none'"


def install(app: Flask, settings: Settings) -> None:
    """Serve the originals; at the host of FILES_ORIGIN nothing else."""
    app.register_blueprint(originals)
    host = urlsplit(settings.files_origin).netloc.lower()

    @app.before_request
    def only_files() -> None:
        if _is_theirs(host) and request.endpoint != ENDPOINT:
            abort(Response(status=404, mimetype="text/plain"))

    @app.after_request
    def no_cookies(response: Response) -> Response:
        if _is_theirs(host):
            response.headers.remove("Set-Cookie")
        return response


@originals.get("/files/<key>/original")
def original(key: str) -> Response:
    """Send the mirrored bytes, to be saved; at the host that is theirs alone, to be looked at."""
    file = shown_file(key)
    blob = stored_blob(file)
    if blob is None:
        abort(404)
    path = path_of(blob.sha256)
    whole_unless_one_range()
    media_type = served_type(blob.media_type)
    inline = media_type in LOOKED_AT and _is_theirs(urlsplit(site().settings.files_origin).netloc.lower())
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=not inline,
        download_name=download_name(file),
        etag=blob.sha256,
        conditional=True,
    )
    response.headers.update(FOREIGN)
    if inline:
        response.headers["Content-Security-Policy"] = LOOKED_AT[media_type]
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_theirs(host: str) -> bool:
    return bool(host) and request.host.lower() == host
