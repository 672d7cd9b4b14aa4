"""Files: the list, and each read page by page."""

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from app.models import File, Paper, Source
from app.queries import files as queries
from app.queries.file_states import FileFilter, by_state
from app.queries.paths import NO_PATH, consultation_paths
from app.web.filters import number
from app.web.i18n import gettext
from app.web.marking import marker_of
from app.web.mentions import leads_of
from app.web.page_words import SHEETS
from app.web.pages.originals import LOOKED_AT
from app.web.pages.records import (
    Choice,
    body_asked,
    council_choice,
    history_of,
    origin,
    page_number,
    pager,
    words_asked,
)
from app.web.passages import Hits, paragraphs
from app.web.reading import UNNAMED, download_name, flowing, mark
from app.web.record_words import state_word
from app.web.site import session, site
from app.web.state import holdings
from app.web.stored import drawn, shown_file, stored_blob
from search import Segment

files = Blueprint("files", __name__)


@files.get("/files", strict_slashes=False)
def index() -> str:
    """Show files, newest first."""
    db = session()
    source = _source_asked()
    wanted = FileFilter(body_asked(), source.id if source else None, words_asked("state", 32))
    counts = by_state(holdings(), wanted)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    listed = queries.files(db, wanted, page=page_number(), total=total)
    papers = queries.papers_of_files(db, list(listed.rows))
    return render_template(
        "files/index.html",
        section="papers",
        files=listed,
        papers=papers,
        paths=consultation_paths(db, {paper.id for paper in papers.values()}),
        no_path=NO_PATH,
        pager=pager(listed),
        choices=_choices(wanted, counts, source),
    )


def _source_asked() -> Source | None:
    slug = words_asked("source", 64)
    if slug is None:
        return None
    return session().scalar(select(Source).where(Source.slug == slug)) or abort(404)


def _choices(wanted: FileFilter, counts: dict[str, int], source: Source | None) -> list[Choice]:
    if wanted.state:
        counts.setdefault(wanted.state, 0)
    options = [(state, f"{state_word(state)} ({number(count)})") for state, count in counts.items()]
    return [
        Choice("state", gettext("State"), options, wanted.state or ""),
        *council_choice(),
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
    """Show a page of a file: its picture beside its text."""
    file = shown_file(key)
    db = session()
    numbers = queries.page_numbers(db, file)
    number, count = page_number(), numbers[-1] if numbers else 0
    if number > max(count, 1):
        abort(404)
    query, literal = words_asked("q") or "", bool(request.args.get("literal"))
    marker = marker_of(query, lambda: site().index, literal=literal)
    marked = mark(marker, queries.page_texts(db, file) if marker else {}, number)
    page = queries.page_read(db, file, number) or queries.PageRead("")
    hits = Hits.of(marked.hits, number, request.args.get("hit", 0, int))
    return render_template(
        "files/file.html",
        section="papers",
        file=file,
        number=number,
        count=count,
        page=page,
        paragraphs=paragraphs(
            marked.segments or [Segment(flowing(page.text))],
            hits,
            leads_of(db, file, number),
            sheet=page.method in SHEETS,
        ),
        query=query,
        literal=literal,
        hits=hits,
        until=marked.until,
        stored=stored_blob(file) is not None,
        drawn=drawn(file, number),
        unread=queries.unread_pages(db, file),
        looked_at=_looked_at(file),
        saved_as_bytes=download_name(file).endswith(UNNAMED),
        history=history_of(file),
        **_belonging(file),
        **origin(file),
    )


def _belonging(file: File) -> dict[str, object]:
    """Return what a file belongs to, and of papers where they stand."""
    parents = queries.parents_of(session(), file)
    paths = consultation_paths(session(), [one.record.id for one in parents if isinstance(one.record, Paper)])
    return {"parents": parents, "paths": paths, "no_path": NO_PATH}


def _looked_at(file: File) -> str | None:
    """Return where the original can be looked at, None where it can only be saved."""
    blob, host = stored_blob(file), site().settings.files_origin
    here = blob is not None and blob.dropped_at is None and blob.media_type in LOOKED_AT
    return f"{host}/files/{file.key}/original" if host and here else None
