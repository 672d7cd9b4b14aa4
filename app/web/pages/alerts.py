"""Being told of what is new: ask for it, confirm or refuse it, end it with one click. No account, no cookie."""

from datetime import timedelta
from time import monotonic, sleep

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from app.alerts.ending import refuse, unsubscribe
from app.alerts.frequencies import MEANING, OFFERED, WEEKDAYS, WORDS
from app.alerts.subscribing import (
    alerts_of,
    ask_for_link,
    confirm,
    find_alert,
    find_subscriber,
    subscribe,
)
from app.alerts.targets import RADII, SEARCH
from app.alerts.tokens import CONFIRM, END, MANAGE, REFUSE, is_whole
from app.alerts.tokens import token as made
from app.db import now
from app.mail import AddressError
from app.models import Subscriber
from app.web.followed import described, followed, ways
from app.web.i18n import gettext, language
from app.web.limits import spend_mail
from app.web.origin import same_origin
from app.web.previews import Preview, preview_of
from app.web.result_words import matters_words
from app.web.site import session, site
from app.web.wishes import Wish, check, read_wish
from search import SearchError, parse_query

TRAP = "website"  # a field that nobody sees; who fills it in is a program
# What is done for an address depends on whether it is known: 5 ms or 20, on a machine with much else to do 70 or 90. An
# answer takes this long, or twice as long, whatever was done.
TAKES = 0.25  # seconds
FRESH = timedelta(hours=1)  # after it the mail that confirmed opens nothing more: it may lie in others' hands

alerts = Blueprint("alerts", __name__)


@alerts.get("/alerts")
def form() -> Response:
    """Show the form, with what a reader came to follow."""
    wish = read_wish(request.args)
    return private(make_response(_form(wish)))


@alerts.post("/alerts")
def ask() -> Response:
    """Take a subscription; the answer is the same whether the address is known here or not."""
    if not same_origin():
        abort(403)
    wish = read_wish(request.form)
    if "look" in request.form:
        return private(make_response(_form(wish)))
    spend_mail()
    begun = monotonic()
    if not check(wish):
        return private(make_response(_form(wish), 400))
    works = site()
    if not request.form.get(TRAP):
        for target in wish.targets:
            subscribe(
                works.engine,
                works.settings,
                wish.address,
                target,
                language(),
                frequency=wish.frequency,
                weekday=wish.weekday,
            )
        works.sender.wake()
    _take_time(begun)
    return private(make_response(redirect("/alerts/asked", 303)))


@alerts.get("/alerts/asked")
def asked() -> str:
    """Say what happens next."""
    return render_template("alerts/asked.html", robots="noindex")


@alerts.get("/alerts/link")
def link() -> str:
    """Show the form that sends the link to all of one's alerts."""
    return render_template("alerts/link.html", robots="noindex", address="")


@alerts.post("/alerts/link")
def send_link() -> Response:
    """Mail the link; the answer is the same whether the address follows anything or not."""
    if not same_origin():
        abort(403)
    spend_mail()
    begun = monotonic()
    address = request.form.get("address", "").strip()
    try:
        ask_for_link(site().engine, site().settings, address)
    except AddressError:
        page = render_template("alerts/link.html", robots="noindex", address=address, wrong_address=True)
        return private(make_response(page, 400))
    site().sender.wake()
    _take_time(begun)
    return private(make_response(redirect("/alerts/link/asked", 303)))


@alerts.get("/alerts/link/asked")
def link_asked() -> str:
    """Say that the link is on its way, if there is anything to show."""
    return render_template("alerts/link_asked.html", robots="noindex")


@alerts.get("/alerts/confirm/<token>")
def ask_to_confirm(token: str) -> Response:
    """Show what would be confirmed; only the button does it, because mail scanners follow links."""
    subscriber = find_subscriber(session(), site().settings, CONFIRM, token)
    if subscriber is None:
        return gone(expired=is_whole(token))
    if subscriber.confirmed_at is not None:
        return _page("alerts/confirmed.html", rows=[])
    rows = followed(alerts_of(session(), subscriber))
    return _page("alerts/confirm.html", rows=rows, refuse_url=_refuse_url(subscriber))


@alerts.post("/alerts/confirm/<token>")
def confirmed(token: str) -> Response:
    """Start what was asked for."""
    if not same_origin():
        abort(403)
    subscriber = confirm(site().engine, site().settings, token)
    if subscriber is None or subscriber.confirmed_at is None:
        return gone()
    if now() - subscriber.confirmed_at > FRESH:
        return _page("alerts/confirmed.html", rows=[])
    manage = f"/alerts/manage/{made(site().settings, MANAGE, subscriber.nonce)}"
    return _page("alerts/confirmed.html", rows=followed(alerts_of(session(), subscriber)), manage=manage)


@alerts.get("/alerts/refuse/<token>")
def ask_to_refuse(token: str) -> Response:
    """Show what "I did not ask for this" does; only the button does it."""
    subscriber = find_subscriber(session(), site().settings, REFUSE, token)
    if subscriber is None:
        return over() if is_whole(token) else gone()
    return _page("alerts/refuse.html")


@alerts.post("/alerts/refuse/<token>")
def refused(token: str) -> Response:
    """Forget an address, and write to it no more."""
    if not same_origin():
        abort(403)
    if not is_whole(token):
        return gone()
    return _page("alerts/refused.html") if refuse(site().engine, site().settings, token) else over()


@alerts.get("/alerts/unsubscribe/<token>")
def ask_to_end(token: str) -> Response:
    """Show what would be ended; whoever opens the link of an old mail once more learns that it is done.

    No trace of an ended alert is kept, so every link of full length gets that same answer.
    """
    if not is_whole(token):
        return gone()
    one = find_alert(session(), site().settings, token)
    if one is not None:
        return _page("alerts/unsubscribe.html", rows=followed([one]))
    everybody = find_subscriber(session(), site().settings, END, token)
    if everybody is None:
        return over()
    return _page("alerts/unsubscribe.html", rows=followed(alerts_of(session(), everybody)), all_of_them=True)


@alerts.post("/alerts/unsubscribe/<token>")
def ended(token: str) -> Response:
    """End it: by the page's button, or by a mail program's one click (RFC 8058), from wherever it comes.

    The token alone decides. Ending what is ended already is no error.
    """
    unsubscribe(site().engine, site().settings, token)
    return _page("alerts/ended.html")


def gone(*, expired: bool = False) -> Response:
    """Say that a link is not good; of one to confirm, that its time is over."""
    return secret(
        make_response(render_template("alerts/gone.html", robots="noindex", unnamed=True, expired=expired), 404)
    )


def over() -> Response:
    """Say that there is nothing left to end."""
    return _page("alerts/over.html")


def private(response: Response) -> Response:
    """Keep a page out of caches: its address is a secret, or it repeats what somebody typed."""
    response.headers["Cache-Control"] = "no-store"
    return response


def secret(response: Response) -> Response:
    """Keep the address of a page to whoever has it: no other page and no log is told where a reader came from."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return private(response)


def _page(template: str, **given: object) -> Response:
    return secret(make_response(render_template(template, robots="noindex", unnamed=True, **given)))


def _form(wish: Wish) -> str:
    return render_template(
        "alerts/form.html",
        wish=wish,
        fixed=described(wish.fixed) if wish.fixed else None,
        found=_found(wish),
        previews=_previews(wish),
        ways=[way for target in wish.targets for way in ways(target)],
        frequencies=[(one, gettext(WORDS[one]), gettext(MEANING[one])) for one in OFFERED],
        weekdays=[gettext(day) for day in WEEKDAYS],
        radii=RADII,
        trap=TRAP,
        robots="noindex" if request.args else None,
    )


def _found(wish: Wish) -> str | None:
    """Return how much a search finds today in the words of the results, None where it cannot be asked."""
    query = next((one.value for one in wish.targets if one.kind == SEARCH), "")
    try:
        # Nobody is mailed what holds some of the words alone.
        return matters_words(site().index.search(parse_query(query, limit=1, strict=True))) if query else None
    except SearchError:
        return None


def _previews(wish: Wish) -> list[tuple[str, Preview]]:
    """Return what each of the things asked for would have sent."""
    found = ((target, preview_of(target, wish.frequency, wish.weekday)) for target in wish.targets)
    return [(described(target).name, preview) for target, preview in found if preview is not None]


def _refuse_url(subscriber: Subscriber) -> str:
    return f"/alerts/refuse/{made(site().settings, REFUSE, subscriber.nonce)}"


def _take_time(begun: float) -> None:
    if TAKES:
        sleep(TAKES - (monotonic() - begun) % TAKES)
