"""The bytes of files: to be looked at as a browser shows them, and to be saved.

Whoever asks for `access` gets them without a word that they be saved, as OParl wants it: what no browser runs goes by
its name and can do nothing here (`sandbox`), all else is plain bytes. What is not kept here is at its council.
"""

from pathlib import Path

from flask import Response, redirect, send_file
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.models import File
from app.publication.reading import Found
from app.web.pages.originals import FOREIGN, LOOKED_AT
from app.web.ranges import whole_unless_one_range
from app.web.reading import download_name, served_type
from app.web.stored import path_of, shown_file, stored_blob


def access(found: Found) -> AnyResponse:
    """Send a file to be looked at; one whose bytes are not here is at its council's address."""
    file = shown_file(found.key)
    path = _path(file)
    if path is not None:
        return _sent(file, path, save=False)
    if not (file.access_url or "").startswith(("http://", "https://")):
        raise NotFound
    return redirect(file.access_url or "", 302, Response=Response)


def download(found: Found) -> AnyResponse:
    """Send a file to be saved."""
    file = shown_file(found.key)
    path = _path(file)
    if path is None:
        raise NotFound
    return _sent(file, path, save=True)


def _path(file: File) -> Path | None:
    blob = stored_blob(file)
    try:
        return path_of(blob.sha256) if blob else None
    except NotFound:
        return None


def _sent(file: File, path: Path, *, save: bool) -> Response:
    whole_unless_one_range()
    media_type = served_type(file.blob.media_type if file.blob else None)
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=save,
        download_name=download_name(file),
        etag=file.blob_sha256 or True,
        conditional=True,
    )
    response.headers.update(FOREIGN)
    if not save and media_type in LOOKED_AT:
        response.headers["Content-Security-Policy"] = LOOKED_AT[media_type]
    return response
