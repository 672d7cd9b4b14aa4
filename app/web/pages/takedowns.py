"""Take something down: a request of a person or a municipality, with a number, a month, and a state to be seen."""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from app.addresses import FOLDERS, record_url
from app.mail import AddressError
from app.models import OParlObject
from app.reports import record_of
from app.takedowns import mails, tickets
from app.takedowns.tickets import LONGEST_PAGE, LONGEST_WORDS, PERSON, REASONS, REFERENCE, WHO, Asked, new_reference
from app.translations import N_
from app.web.i18n import gettext, language
from app.web.limits import spend_report
from app.web.origin import same_origin
from app.web.pages.reports import TRAP, came_from
from app.web.site import session, site

takedowns = Blueprint("takedowns", __name__)
WHO_WORDS = {"person": N_("for myself or another person"), "municipality": N_("for the municipality or the council")}
REASON_WORDS = {
    "personal": N_("It shows personal data that should not be public."),
    "court": N_("A court or an authority has ordered it."),
    "council": N_("The municipality has withdrawn or replaced it."),
    "other": N_("Another reason"),
}


@takedowns.get("/takedown")
def form() -> str:
    """Show the form, with the record a reader came from, and how many asked before."""
    about = _record(request.args.get("type", ""), request.args.get("key", ""))
    page = _page_of(about) or request.args.get("page", "")[:LONGEST_PAGE] or came_from()
    return _form(about, Asked("", "", PERSON, page))


@takedowns.post("/takedown")
def ask() -> Response:
    """Keep a request, and tell its number."""
    if not same_origin():
        abort(403)
    spend_report()
    names = ("words", "page", "address", "type", "key", "who", "reason", TRAP)
    given = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}
    about = _record(given["type"], given["key"])
    kind, key = (type(about).__name__, about.key) if about else ("", "")
    who = given["who"] if given["who"] in WHO else PERSON
    asked = Asked(given["words"], given["reason"], who, given["page"], given["address"], kind, key, language())
    if faults := _faults(asked):
        return make_response(_form(about, asked, faults), 400)
    if given[TRAP]:
        return _told(new_reference())
    try:
        reference = tickets.take(site().engine, asked)
    except AddressError:
        return make_response(_form(about, asked, {"address": _address_fault()}), 400)
    site().courier.wake()
    return _told(reference)


@takedowns.get("/takedown/<reference>")
def told(reference: str) -> Response:
    """Say the number; what was written is not shown again, so the address is no secret."""
    if not REFERENCE.fullmatch(reference):
        abort(404)
    said = {"reference": reference, "mailed": bool(site().settings.contact)}  # without CONTACT no mail goes out
    return _unkept(render_template("takedown/told.html", section="takedown", **said, robots="noindex"))


@takedowns.get("/takedown/state/<token>")
def state(token: str) -> Response:
    """Show what became of a request, to whoever has the mailed link; nothing of what was written."""
    ticket = tickets.by_token(session(), site().settings, token)
    if ticket is None:
        abort(404)
    page = render_template(
        "takedown/state.html",
        section="takedown",
        ticket=ticket,
        due=tickets.due(ticket),
        said=gettext(mails.state_of(ticket)),
        reason=gettext(REASON_WORDS[ticket.reason]),
        robots="noindex",
    )
    return _unkept(page)


def _unkept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _told(reference: str) -> Response:
    return make_response(redirect(f"/takedown/{reference}", 303))


def _faults(asked: Asked) -> dict[str, str]:
    """Return what is missing, by field."""
    faults = {}
    if asked.reason not in REASONS:
        faults["reason"] = gettext("Choose a reason.")
    if not asked.words.replace("\x00", ""):
        faults["words"] = gettext("Write what is to go, and why.")
    if len(asked.words) > LONGEST_WORDS:
        faults["words"] = gettext("That is too long. Write at most %(count)s characters.", count=LONGEST_WORDS)
    if not asked.object_key and not asked.page.replace("\x00", ""):
        faults["page"] = gettext("Write the address of the page it is about.")
    if len(asked.page) > LONGEST_PAGE:
        faults["page"] = gettext("That is too long. Write at most %(count)s characters.", count=LONGEST_PAGE)
    if not asked.address:
        faults["address"] = _address_fault()
    return faults


def _address_fault() -> str:
    return gettext("The address is not complete. Example: name@provider.org")


def _form(about: OParlObject | None, asked: Asked, faults: dict[str, str] | None = None) -> str:
    return render_template(
        "takedown/form.html",
        section="takedown",
        about=about,
        asked=asked,
        faults=faults or {},
        who={name: gettext(word) for name, word in WHO_WORDS.items()},
        reasons={name: gettext(word) for name, word in REASON_WORDS.items()},
        numbers=tickets.numbers(session()),
        longest=LONGEST_WORDS,
        longest_page=LONGEST_PAGE,
        kept=tickets.KEPT.days,
        trap=TRAP,
    )


def _record(object_type: str, key: str) -> OParlObject | None:
    return record_of(session(), object_type, key) if object_type in FOLDERS else None


def _page_of(about: OParlObject | None) -> str:
    return site().settings.base_url + record_url(type(about).__name__, about.key) if about else ""
