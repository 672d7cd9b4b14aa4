"""Pages of files as pictures, and where on them the words stand that were searched for."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from app.documents import album
from app.documents.picture import SCALE, BadPicture, PlacedWord
from app.documents.preview_cache import PAGE, PREVIEW_VERSION, THUMBNAIL, PreviewsBusy
from app.models import Blob, File
from app.queries.files import page_read
from app.web.marking import marker_of, places_of
from app.web.pages.records import words_asked
from app.web.site import session, site
from app.web.stored import drawn, path_of, shown_file

pictures = Blueprint("pictures", __name__)
pictures.add_app_template_global(drawn, "drawn")

WIDTHS = (THUMBNAIL, PAGE)
# What its council takes back must soon be gone here too, so each is asked about again; the answer is 304 and short.
SECONDS = 300
# A picture stands alone: nothing in it may load, run or be framed.
POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
# What stands beside a result where there is no picture: browsers show it whatever the status, and no broken image.
BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1.414"/>'


@pictures.get("/files/<key>/page/<int:number>.webp")
def picture(key: str, number: int) -> Response:
    """Send a page as a picture, as wide as for reading or, with w=160, as beside a result."""
    file = shown_file(key)
    blob = _blob(file, number)
    kept = _album(blob)
    width = PAGE if kept else _width()  # the only one that was drawn while the bytes were here

    def draw() -> bytes:
        if kept:
            return album.picture(path_of(kept), number, width)
        path = partial(path_of, blob.sha256)
        return site().previews.picture(blob.sha256, number, width, blob.media_type or "", path)

    return _answer(f"{blob.sha256}-{PREVIEW_VERSION}-{number}-{width}", "image/webp", draw, _width())


@pictures.get("/files/<key>/page/<int:number>.svg")
def marks(key: str, number: int) -> Response:
    """Send the marks that lie over a page's picture, for the words of q; with w=160 as for the small one."""
    file = shown_file(key)
    blob = _blob(file, number)
    query, literal, width = words_asked("q") or "", bool(request.args.get("literal")), _width()

    def draw() -> bytes:
        marker = marker_of(query, lambda: site().index, literal=literal)
        if kept := _album(blob):
            return _over(places_of(marker, album.words(path_of(kept), number)), width)
        path = partial(path_of, blob.sha256)
        read = page_read(session(), file, number)
        scanned = read is not None and read.method == "ocr"
        media_type = blob.media_type or ""
        words = site().previews.words(blob.sha256, number, media_type, path, width=width, scanned=scanned)
        return _over(places_of(marker, words), width)

    # The query is in the address: but for new synonyms, the marks of one address change only with the bytes.
    return _answer(f"{blob.sha256}-{PREVIEW_VERSION}-{number}-marks-{width}", "image/svg+xml", draw, width)


def _blob(file: File, number: int) -> Blob:
    blob = file.blob
    if blob is None or not drawn(file, number) or not 1 <= number <= max(blob.page_count or 0, 1):
        abort(404)
    return blob


def _album(blob: Blob) -> str | None:
    """Name the bytes that hold pictures and words of a document whose own were given up."""
    return blob.previews_sha256 if blob.dropped_at is not None else None


def _width() -> int:
    width = request.args.get("w", PAGE, int)
    if width not in WIDTHS:
        abort(404)
    return width


def _answer(etag: str, media_type: str, draw: Callable[[], bytes], width: int) -> Response:
    response = Response(mimetype=media_type)
    if not request.if_none_match.contains_weak(etag):
        try:
            response.data = draw()
        except BadPicture:
            return _nothing(404, width)
        except PreviewsBusy:
            return _nothing(503, width)
        except HTTPException as error:  # nobody has the bytes, or their store does not answer
            return _nothing(error.code or 404, width)
    response.set_etag(etag)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.private = True
    response.cache_control.max_age = SECONDS
    response.cache_control.must_revalidate = True
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns the response it was given


def _nothing(status: int, width: int) -> Response:
    if status == 404 and width != THUMBNAIL:
        abort(404)
    body, mimetype = (BLANK, "image/svg+xml") if width == THUMBNAIL else ("", "text/plain")
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    return Response(body, status, headers | ({"Retry-After": "2"} if status == 503 else {}), mimetype=mimetype)


def _over(words: list[PlacedWord], width: int) -> bytes:
    """Return the marks as they lie over the page, stretched with it."""
    # Two pixels of a page 1,000 wide more on each side, so that the outline does not touch the letters. Where no letter
    # can be read, the mark itself must be seen.
    room, stroke = (2 * SCALE // PAGE, 1.5) if width == PAGE else (2 * SCALE // 100, 1)
    marks = "".join(
        f'<rect x="{left - room}" y="{top - room}" width="{across + 2 * room}" height="{down + 2 * room}" '
        'vector-effect="non-scaling-stroke"/>'
        for word in words
        for left, top, across, down in word.places
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SCALE} {SCALE}" preserveAspectRatio="none">'
        f'<g fill="#ffed58" fill-opacity=".55" stroke="#131525" stroke-width="{stroke}">'
        f"{marks}</g></svg>"
    ).encode()
