"""Report an error: what is wrong on a page, delivered to the operator, with a number to name. No account, no cookie."""

import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from app.addresses import FOLDERS, record_url
from app.models import OParlObject
from app.reports import LONGEST_PAGE, LONGEST_WORDS, AddressError, Said, new_reference, record_of, take
from app.web.i18n import gettext, language
from app.web.limits import spend_report
from app.web.origin import same_origin
from app.web.site import session, site

REFERENCE = re.compile(r"R-[2-9A-HJ-NP-Z]{4}-[0-9]{2}")
TRAP = "website"  # a field that nobody sees; who fills it in is a program

reports = Blueprint("reports", __name__)


@reports.get("/report")
def form() -> str:
    """Show the form, with the record and the page a reader came from."""
    about = _record(request.args.get("type", ""), request.args.get("key", ""))
    return _form(about, Said("", page=_page_of(about) or request.args.get("page", "")[:LONGEST_PAGE] or came_from()))


@reports.post("/report")
def report() -> Response:
    """Keep a report, and tell its number."""
    if not same_origin():
        abort(403)
    spend_report()
    # Browsers count a new line as one character and send two.
    given = {
        name: request.form.get(name, "").replace("\r\n", "\n").strip()
        for name in ("words", "page", "address", "type", "key", TRAP)
    }
    about = _record(given["type"], given["key"])
    said = Said(
        given["words"],
        given["page"],
        given["address"],
        type(about).__name__ if about else "",
        about.key if about else "",
        language(),
    )
    if fault := _fault(said):
        return make_response(_form(about, said, wrong_words=fault), 400)
    if given[TRAP]:
        return _told(new_reference())
    try:
        reference = take(site().engine, site().settings, said)
    except AddressError:
        return make_response(_form(about, said, wrong_address=True), 400)
    site().courier.wake()
    return _told(reference)


@reports.get("/report/<reference>")
def told(reference: str) -> Response:
    """Say the number; what was written is not shown again, so the address is no secret."""
    if not REFERENCE.fullmatch(reference):
        abort(404)
    response = make_response(render_template("report/told.html", reference=reference, robots="noindex"))
    response.headers["Cache-Control"] = "no-store"
    return response


def _told(reference: str) -> Response:
    return make_response(redirect(f"/report/{reference}", 303))


def _fault(said: Said) -> str | None:
    if not said.words.replace("\x00", ""):
        return gettext("Write what is wrong.")
    if len(said.words) > LONGEST_WORDS or len(said.page) > LONGEST_PAGE:
        return gettext("That is too long. Write at most %(count)s characters.", count=LONGEST_WORDS)
    return None


def _form(about: OParlObject | None, said: Said, *, wrong_words: str | None = None, wrong_address: bool = False) -> str:
    return render_template(
        "report/form.html",
        section="report",
        about=about,
        said=said,
        longest=LONGEST_WORDS,
        longest_page=LONGEST_PAGE,
        trap=TRAP,
        wrong_words=wrong_words,
        wrong_address=wrong_address,
    )


def _record(object_type: str, key: str) -> OParlObject | None:
    return record_of(session(), object_type, key) if object_type in FOLDERS else None


def _page_of(about: OParlObject | None) -> str:
    return site().settings.base_url + record_url(type(about).__name__, about.key) if about else ""


def came_from() -> str:
    """Return the page of ours that a reader came from, as the browser says."""
    base = site().settings.base_url
    came = (request.referrer or "")[:LONGEST_PAGE]
    try:
        parts = urlsplit(came if came.isprintable() else "")
    except ValueError:  # half an IPv6 address
        return ""
    if parts.netloc not in (request.host, urlsplit(base).netloc) or parts.path.startswith(
        ("/report", "/takedown", "/alerts/")
    ):
        return ""
    return base + parts.path + (f"?{parts.query}" if parts.query else "")
