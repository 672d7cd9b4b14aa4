"""Files: the list, each read page by page, and the mirrored bytes to take away."""

from flask import Blueprint, abort, render_template, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.files import FileMissing, open_store
from app.models import File, Source
from app.models.files import FETCHED
from app.queries import files as queries
from app.queries.bodies import bodies
from app.queries.file_states import FileFilter, state_counts
from app.web.filters import number
from app.web.i18n import gettext
from app.web.pages.records import (
    Choice,
    body_asked,
    council_choice,
    found,
    history_of,
    lookup,
    origin,
    page_number,
    pager,
    words_asked,
)
from app.web.ranges import whole_unless_one_range
from app.web.reading import download_name, flowing, mark, served_type
from app.web.record_words import state_word
from app.web.site import session, site

files = Blueprint("files", __name__)

# Bytes from elsewhere: never shown as a page of ours, whatever they are, and never able to run anything.
FOREIGN = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@files.get("/files", strict_slashes=False)
def index() -> str:
    """Show files, newest first."""
    db = session()
    source = _source_asked()
    wanted = FileFilter(body_asked(), source.id if source else None, words_asked("state", 32))
    listed = queries.files(db, wanted, page=page_number())
    return render_template(
        "files/index.html",
        section="papers",
        files=listed,
        papers=queries.papers_of_files(db, list(listed.rows)),
        pager=pager(listed),
        choices=_choices(wanted, source),
    )


def _source_asked() -> Source | None:
    slug = words_asked("source", 64)
    if slug is None:
        return None
    return session().scalar(select(Source).where(Source.slug == slug)) or abort(404)


def _choices(wanted: FileFilter, source: Source | None) -> list[Choice]:
    db = session()
    counts = state_counts(db, wanted)
    if wanted.state:
        counts.setdefault(wanted.state, 0)
    options = [(state, f"{state_word(state)} ({number(count)})") for state, count in counts.items()]
    return [
        Choice("state", gettext("State"), options, wanted.state or ""),
        *council_choice(bodies(db)),
        Choice(
            "source",
            gettext("Source"),
            [(one.slug, one.slug) for one in (source,) if one],
            source.slug if source else "",
            hidden=True,
        ),
    ]


@files.get("/files/<key>")
def show(key: str) -> str:
    """Show a page of a file's text."""
    file = _shown(key)
    db = session()
    numbers = queries.page_numbers(db, file)
    number, count = page_number(), numbers[-1] if numbers else 0
    if number > max(count, 1):
        abort(404)
    query = words_asked("q") or ""
    marked = mark(query, queries.page_texts(db, file) if query else {}, number)
    return render_template(
        "files/file.html",
        section="papers",
        file=file,
        parents=queries.parents_of(db, file),
        number=number,
        count=count,
        text=flowing(queries.page_text(db, file, number) or "") if count else "",
        query=query,
        segments=marked.segments,
        hits=marked.hits,
        until=marked.until,
        stored=file.fetch_state == FETCHED and file.blob is not None,
        history=history_of(file),
        **origin(file),
    )


@files.get("/files/<key>/original")
def original(key: str) -> Response:
    """Send the mirrored bytes, always to be saved and never to be opened as a page of this site."""
    file = _shown(key)
    if file.fetch_state != FETCHED or file.blob is None:
        abort(404)
    try:
        path = open_store(site().settings.files_url).path(file.blob.sha256)
    except FileMissing:
        abort(404)
    whole_unless_one_range()
    response = send_file(
        path,
        mimetype=served_type(file.blob.media_type),
        as_attachment=True,
        download_name=download_name(file),
        etag=file.blob.sha256,
        conditional=True,
    )
    response.headers.update(FOREIGN)
    return response


def _shown(key: str) -> File:
    file = found(lookup(queries.file_by_key, key))
    if queries.behind_doors(session(), [file]):
        abort(404)
    return file
