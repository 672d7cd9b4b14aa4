"""How complete the mirror is, told to readers, to monitors and to crawlers."""

from flask import Blueprint, Response, jsonify, make_response, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.queries.status import SourceStatus, source_status
from app.web.i18n import N_, gettext, ngettext
from app.web.site import session, site
from search import SearchError

status = Blueprint("status", __name__)

# What a state is called and drawn as; the signs mean the same as everywhere: filled = went through.
STATES = {
    "complete": ("accepted", N_("Up to date")),
    "partial": ("amended", N_("Incomplete")),
    "new": ("planned", N_("Not read yet")),
    "failing": ("postponed", N_("Disturbed")),
}
# Neither is read to its end: of one the server does not answer, of the other some of its lists.
DISTURBED = frozenset({"failing", "partial"})
PROBLEMS = {
    "list-failed": N_("Lists of the server cannot be read to their end."),
    "no-id": N_("Objects come without an id and cannot be stored."),
    "no-object": N_("List entries are no objects and cannot be stored."),
    "unknown-type": N_("Objects are of no known type and cannot be stored."),
    "wrong-type": N_("A value is of the wrong kind and is left out."),
    "unknown-property": N_("Objects have properties that OParl does not know."),
    "foreign-id": N_("Objects carry the id of another server and are not stored."),
    "second-type": N_("Objects carry the id of an object of another type and are not stored."),
    "not-stored": N_("Objects hold something that the database refuses."),
    "file-failed": N_("Files cannot be fetched from the server."),
    "unreadable-file": N_("Files cannot be read."),
}


def file_reason(reason: str, count: int) -> str:
    """Say in words why files gave no text; the reasons are those of readings, and of fetching."""
    known = {
        "empty": ngettext("file is a scan without text.", "files are scans without text.", count),
        "encrypted": ngettext("file is locked with a password.", "files are locked with a password.", count),
        "damaged": ngettext("file is damaged.", "files are damaged.", count),
        "too_large": ngettext("file is too large to be read.", "files are too large to be read.", count),
        "crashed": ngettext("file made the reader fail.", "files made the reader fail.", count),
        "timeout": ngettext("file takes too long to be read.", "files take too long to be read.", count),
        "not_a_document": ngettext("file is an error page.", "files are error pages.", count),
        "unsupported": ngettext("file is of a kind we do not read.", "files are of a kind we do not read.", count),
        "gone": ngettext("file is no longer at the council.", "files are no longer at the council.", count),
        "failed": ngettext("file is not delivered by the server.", "files are not delivered by the server.", count),
    }
    return known.get(reason) or ngettext("file was not read.", "files were not read.", count)


@status.get("/status")
def overview() -> str:
    """Show what is published there, what is held here, and what is missing and why."""
    sources = source_status(session())
    return render_template(
        "status/status.html",
        section="status",
        sources=sources,
        disturbed=[one for one in sources if one.source.state in DISTURBED],
        files=sum(one.files.total for one in sources),
        read=sum(one.files.read for one in sources),
        state_of=state_of,
        file_reason=file_reason,
        problem_words=problem_words,
    )


def state_of(one: SourceStatus) -> tuple[str, str]:
    """Return sign and word of a source's state."""
    sign, word = STATES.get(one.source.state, ("noted", one.source.state))
    return sign, gettext(word)


def problem_words(kind: str, example: str) -> str:
    """Say what a kind of problem means; one that has no words yet is told by its first case."""
    return gettext(PROBLEMS[kind]) if kind in PROBLEMS else example


@status.get("/healthz")
def health() -> Response:
    """Answer monitors: 200 while database and index answer, 503 and which does not otherwise."""
    checks = {"database": _answers_database(), "search": _answers_search()}
    well = all(checks.values())
    response = make_response(jsonify(status="ok" if well else "failing", **checks), 200 if well else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answers_database() -> bool:
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _answers_search() -> bool:
    try:
        site().index.count()
    except SearchError:
        return False
    return True


@status.get("/robots.txt")
def robots() -> Response:
    """Let crawlers read records, and keep them out of the endless room of searches."""
    lines = ("User-agent: *", "Disallow: /search", "Disallow: /alerts", "Disallow: /display", "Disallow: /*?*lang=", "")
    return Response("\n".join(lines), mimetype="text/plain")
