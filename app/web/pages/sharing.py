"""What leads to a record from elsewhere: short addresses, QR codes, posters, citations."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import segno
from flask import Blueprint, Flask, Response, abort, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from app.addresses import record_url
from app.models import File, Meeting, OParlObject, Organization, Paper, Person
from app.queries import meetings, organizations, papers, people
from app.queries.files import behind_doors
from app.queries.keys import LENGTH, beginning
from app.queries.meetings import meeting_rows
from app.queries.paths import consultation_path
from app.queries.references import references
from app.web.citing import FORMATS, Citation, sentence
from app.web.filters import local, shortened, today
from app.web.licences import licence
from app.web.pages.records import found, lookup, origin
from app.web.record_words import record_title, web_address
from app.web.site import session, site
from app.web.stored import shown_file
from app.web.wording import organization_names, type_word

sharing = Blueprint("sharing", __name__)

# A letter a type: papers, meetings, files, organizations, humans.
LETTERS: dict[str, type[OParlObject]] = {"p": Paper, "m": Meeting, "f": File, "o": Organization, "h": Person}
SHORTEST = 8  # letters of a key: among a million records one in a million shares them with another
CODE = re.compile(rf"[a-z2-7]{{{SHORTEST},{LENGTH}}}")
BY_KEY: dict[str, Callable[[Session, str], OParlObject | None]] = {
    "papers": papers.paper_by_key,
    "meetings": meetings.meeting_by_key,
    "people": people.person_by_key,
    "organizations": organizations.organization_by_key,
}
DAY = 86_400
FOLDER = "<any(papers, meetings, people, organizations, files):folder>"
POSTER = "<any(papers, meetings, organizations):folder>"


def install(app: Flask) -> None:
    """Let templates name short addresses."""
    app.jinja_env.globals.update(short_url=short_url)
    app.register_blueprint(sharing)


def short_url(record: OParlObject) -> str:
    """Return the short address of a record: it is made of the key and asks nothing of the database."""
    letter = next(one for one, model in LETTERS.items() if isinstance(record, model))
    return f"{_base()}/{letter}/{record.key[:SHORTEST]}"


def _base() -> str:
    return site().settings.base_url.rstrip("/")


def _url(record: OParlObject) -> str:
    return record_url(type(record).__name__, record.key)


@sharing.get("/<any(p, m, f, o, h):letter>/<code>")
def short(letter: str, code: str) -> Response:
    """Lead to the record; where two share a code, to both."""
    typed = code.strip().lower()
    if not CODE.fullmatch(typed):
        abort(404)
    rows = beginning(session(), LETTERS[letter], typed)
    if len(rows) > 1:
        hidden = behind_doors(session(), [row for row in rows if isinstance(row, File)])
        listed = [row for row in rows if not row.deleted and row.id not in hidden]
        if len(listed) > 1:
            return make_response(render_template("sharing/several.html", robots="noindex", records=listed), 300)
        rows = listed or rows  # its own page says what became of one
    if not rows:
        abort(404)
    response = make_response(redirect(_url(rows[0]), 301))
    response.cache_control.max_age = DAY
    return response


def _record(folder: str, key: str) -> OParlObject:
    """Return the record that a page is about; ends with 404 or 410 as its own page does."""
    if folder == "files":
        return shown_file(key)
    return found(lookup(BY_KEY[folder], key))


@sharing.get(f"/{FOLDER}/<key>/cite")
def cite(folder: str, key: str) -> str:
    """Show how a record is cited."""
    record = _record(folder, key)
    citation = _citation(record)
    formats = {ending: make(citation) for ending, (make, _) in FORMATS.items() if ending != "txt"}
    return render_template(
        "sharing/cite.html",
        section=folder if folder != "files" else "papers",
        robots="noindex",
        record=record,
        folder=folder,
        citation=citation,
        sentences=[("de", sentence(citation, "de")), ("en", sentence(citation, "en"))],
        formats=formats,
    )


@sharing.get(f"/{FOLDER}/<key>/cite.<ending>")
def citation_file(folder: str, key: str, ending: str) -> Response:
    """Give the citation as a file."""
    if ending not in FORMATS:
        abort(404)
    make, media_type = FORMATS[ending]
    citation = _citation(_record(folder, key))
    response = Response(make(citation), content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{citation.label}.{ending}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@sharing.get(f"/{FOLDER}/<key>/qr.<any(svg, png):ending>")
def code(folder: str, key: str, ending: str) -> Response:
    """Draw the short address as a QR code."""
    drawn, media_type = _code(short_url(_record(folder, key)), ending)
    response = Response(drawn, mimetype=media_type)
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    response.headers["X-Robots-Tag"] = "noindex"
    if request.args.get("save") == "1":
        response.headers["Content-Disposition"] = f'attachment; filename="ratslupe-{key}.{ending}"'
    response.add_etag()
    response.make_conditional(request)
    return response


@sharing.get(f"/{POSTER}/<key>/poster")
def poster(folder: str, key: str) -> str:
    """Show a record on one sheet of paper, to hang up where it matters."""
    record = _record(folder, key)
    db = session()
    row = meeting_rows(db, [record])[0] if isinstance(record, Meeting) else None
    return render_template(
        "sharing/poster.html",
        section=folder,
        robots="noindex",
        record=record,
        row=row,
        path=consultation_path(db, record.id) if isinstance(record, Paper) else None,
        heading=_heading(record, row.organizations if row else ()),
        **origin(record),
    )


def _heading(record: OParlObject, organizations_met: tuple[Organization, ...]) -> str:
    return organization_names(organizations_met) if organizations_met else record_title(record)


@lru_cache(maxsize=256)
def _code(address: str, ending: str) -> tuple[bytes, str]:
    made, kept = segno.make(address, error="m", micro=False), BytesIO()
    if ending == "png":
        made.save(kept, kind="png", scale=24, border=4)
        return kept.getvalue(), "image/png"
    # Always dark on light: readers of codes take nothing else.
    made.save(kept, kind="svg", border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None)
    return kept.getvalue(), "image/svg+xml"


def _citation(record: OParlObject) -> Citation:
    around = origin(record)
    body, source = around["body"], around["source"]
    page = max(0, request.args.get("page", 0, type=int)) if isinstance(record, File) else 0
    page = page if page < 100_000 else 0
    day = record.start if isinstance(record, Meeting) else getattr(record, "date", None)
    original = getattr(record, "access_url", None) or record.web
    kind = getattr(record, "paper_type", None) or getattr(record, "organization_type", None)
    stand = getattr(source, "last_complete", None)
    return Citation(
        key=record.key,
        kind=shortened(kind, 120) or type_word(type(record).__name__),
        title=shortened(_title(record), 500),
        publisher=shortened(getattr(body, "name", None), 200) or site().settings.base_url,
        authors=_authors(record),
        day=local(day).date() if isinstance(record, Meeting) and day else day,
        number=shortened(getattr(record, "reference", None), 80) or None,
        page=page or None,
        address=f"{_base()}{_url(record)}" + (f"?page={page}#page={page}" if page else ""),
        original=web_address(original),
        stand=local(stand).date() if stand else None,
        seen=today(),
        licence=licence(record.license or getattr(body, "license", None)).name,
    )


def _title(record: OParlObject) -> str:
    if not isinstance(record, Meeting):
        return record_title(record)
    [row] = meeting_rows(session(), [record])
    return _heading(record, row.organizations)


def _authors(record: OParlObject) -> tuple[str, ...]:
    """Return the organizations a paper came from; what people bring in is cited under its council."""
    if not isinstance(record, Paper):
        return ()
    named = references(session(), [record.id]).get(record.id, {}).get("originatorOrganization", [])
    return tuple(shortened(record_title(one.target), 200) for one in named if isinstance(one.target, OParlObject))[:5]
