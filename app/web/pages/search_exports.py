"""A search to take away: what is found as CSV, NDJSON or a workbook, and what was asked, when, and under which terms.

The files of rows hold nothing but rows; what they answer is at the address in `Link: …; rel="describedby"`, and in the
sheet "Abfrage" of a workbook. Only what may be passed on is in them: each row names its licence.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, abort, request, send_file, stream_with_context
from sqlalchemy import select

from app.exports.sheets import Cells, csv_lines, excel_lines, write_workbook
from app.models import PublicObject
from app.publication.names import PREFIX, Names
from app.queries.hits import Found, HitContext, hit_contexts
from app.rows import among
from app.web.councils import with_slugs
from app.web.i18n import gettext
from app.web.oparl.answers import names
from app.web.pages.search import address
from app.web.record_words import record_title, web_address
from app.web.searching import Asked, asked
from app.web.site import session, site
from search import BadQuery, Hit, Query, Results
from search.query import MAX_LIMIT, MAX_OFFSET

search_exports = Blueprint("search_exports", __name__)

COLUMNS: Final = (
    *("type", "title", "reference", "date", "body", "matter", "page", "passage", "url", "source_url", "license"),
    *("id", f"{PREFIX}originalId"),  # as in the downloads, so that rows can be joined with them
)
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: Final = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
IN_MEMORY: Final = 4 << 20


@search_exports.get("/search.<any(csv, ndjson, xlsx):form>")
def rows(form: str) -> Response:
    """Send what is found as rows, up to as many matters as the page of results shows; `excel=1` for Excel's CSV."""
    wish, query, first = _first()
    if form == "xlsx":
        return _workbook(wish, query, first)
    found = _rows(query, first)
    if form == "ndjson":
        lines = (orjson.dumps(dict(zip(COLUMNS, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in found)
        response = Response(stream_with_context(lines), content_type=TYPES[form])
    else:
        written = excel_lines if request.args.get("excel") == "1" else csv_lines
        text = written(_with_head(found))
        response = Response(stream_with_context(one.encode() for one in text), content_type=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{_name()}.{form}"'
    response.headers["Link"] = f'<{_meta_address()}>; rel="describedby"; type="application/json"'
    return _open(response)


@search_exports.get("/search.meta.json")
def meta() -> Response:
    """Say what a file of rows answers: the query, when it was asked, how much was found, and the terms."""
    wish, query, first = _first()
    return _open(Response(orjson.dumps(_told(wish, query, first)), content_type="application/json"))


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _first() -> tuple[Asked, Query, Results]:
    """Return what is asked, and the first of what is found."""
    wish = asked(with_slugs(request.args))
    try:
        query = wish.unpaged.query(MAX_LIMIT)
        if query.is_empty:
            abort(400)
        return wish, query, site().index.search(query)
    except BadQuery:
        abort(400)


def _told(wish: Asked, query: Query, first: Results) -> dict[str, Any]:
    said = {name: value for name, value in wish.unpaged.arguments.items() if value}
    return {
        "query": query.text,
        "address": f"{site().settings.base_url}/search?{urlencode(said, doseq=True)}",
        "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "documents": first.total,
        "matters": first.groups,
        "matters_at_most": MAX_OFFSET + MAX_LIMIT,
        "licence": gettext("Each row names the licence that holds for it; what has none is left out."),
        "source": f"Ratslupe, {site().settings.base_url}",
        "columns": list(COLUMNS),
    }


def _workbook(wish: Asked, query: Query, first: Results) -> Response:
    about = [
        (name, ", ".join(told) if isinstance(told, list) else told) for name, told in _told(wish, query, first).items()
    ]
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - it is closed when it was sent
    write_workbook(file, [("Treffer", _with_head(_rows(query, first))), ("Abfrage", about)])
    file.seek(0)
    return _open(send_file(file, mimetype=WORKBOOK, as_attachment=True, download_name=f"{_name()}.xlsx"))


def _with_head(rows: Iterator[Cells]) -> Iterator[Cells]:
    yield COLUMNS
    yield from rows


def _rows(query: Query, found: Results) -> Iterator[Cells]:
    """Yield a row for each document that the results name and that may be passed on, page by page."""
    ids = names()
    while True:
        hits = [one for hit in found.hits for one in (hit, *hit.also)]
        contexts = hit_contexts(
            session(), [Found(hit.type, hit.id, hit.parent, hit.group if hit.kind == "Paper" else "") for hit in hits]
        )
        licences = _licences([hit.key for hit in hits])
        for hit in hits:
            if (context := contexts.get(hit.id)) and (licence := licences.get(hit.key)):
                yield _row(hit, context, query, licence, ids)
        if not found.next:
            return
        found = site().index.search(replace(query, cursor=found.next))


def _licences(keys: list[str]) -> dict[str, str]:
    """Return the licences of those that may be passed on."""
    out = select(PublicObject.key, PublicObject.license).where(~PublicObject.deleted)
    return {key: one for key, one in session().execute(out.where(among(session(), PublicObject.key, keys))) if one}


def _row(hit: Hit, context: HitContext, query: Query, licence: str, ids: Names) -> Cells:
    matter, meeting = context.matter, context.meeting
    about = matter or meeting
    passage = "".join(segment.text for segment in hit.snippet)
    return (
        hit.type,
        str(record_title(context.row)),
        (matter.reference if matter else None) or "",
        hit.date.isoformat() if hit.date else "",
        hit.body,
        str(record_title(about)) if about is not None and about is not context.row else "",
        hit.page,
        passage,
        site().settings.base_url + address(hit, context, query).partition("?")[0],
        web_address(context.row.web) or "",
        licence,
        ids.id(hit.type, hit.key),
        context.row.id,
    )


def _name() -> str:
    return f"ratslupe-{datetime.now(UTC):%Y-%m-%d}"


def _meta_address() -> str:
    given = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "excel"])
    return f"{site().settings.base_url}/search.meta.json?{given}"
