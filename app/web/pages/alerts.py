"""Being told of what is new: ask for it, confirm it by mail, end it with one click. No account, no cookie."""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from app.alerts import CONFIRM, UNSUBSCRIBE, AddressError, confirm, find, is_whole, subscribe, unsubscribe
from app.web.councils import of_this_portal
from app.web.i18n import gettext, language
from app.web.limits import spend_mail
from app.web.origin import same_origin
from app.web.result_words import matters_words
from app.web.site import session, site
from search import BadQuery, SearchError, parse_query

alerts = Blueprint("alerts", __name__)


@alerts.get("/alerts")
def form() -> str:
    """Show the form, with the query a reader came with."""
    return _form(request.args.get("q", "").strip())


@alerts.post("/alerts")
def ask() -> Response:
    """Take a subscription; the answer is the same whether the address is known here or not."""
    if not same_origin():
        abort(403)
    spend_mail()
    query, address = request.form.get("q", "").strip(), request.form.get("address", "").strip()
    works = site()
    query = of_this_portal(query)
    if not query:
        return make_response(_form(query, address, wrong_query=gettext("Write what you are interested in.")), 400)
    try:
        subscribe(works.engine, works.settings, address, query, language())
    except AddressError:
        return make_response(_form(query, address, wrong_address=True), 400)
    except BadQuery as error:
        return make_response(_form(query, address, wrong_query=gettext(error.template, **error.params)), 400)
    works.sender.wake()
    return _private(make_response(redirect("/alerts/asked", 303)))


@alerts.get("/alerts/asked")
def asked() -> str:
    """Say what happens next."""
    return render_template("alerts/asked.html", robots="noindex")


@alerts.get("/alerts/confirm/<token>")
def ask_to_confirm(token: str) -> Response:
    """Show what would be confirmed; only the button does it, because mail scanners follow links."""
    return _about(token, CONFIRM, "alerts/confirm.html")


@alerts.post("/alerts/confirm/<token>")
def confirmed(token: str) -> Response:
    """Start a subscription."""
    if not same_origin():
        abort(403)
    alert = confirm(site().engine, site().settings, token)
    if alert is None:
        return _private(make_response(render_template("alerts/gone.html", robots="noindex"), 404))
    return _private(make_response(render_template("alerts/confirmed.html", alert=alert, robots="noindex")))


@alerts.get("/alerts/unsubscribe/<token>")
def ask_to_end(token: str) -> Response:
    """Show what would be ended; whoever opens the link of an old mail once more learns that it is done.

    No trace of an ended alert is kept, so every link of full length gets that same answer.
    """
    if is_whole(token) and find(session(), site().settings, UNSUBSCRIBE, token) is None:
        return _private(make_response(render_template("alerts/over.html", robots="noindex")))
    return _about(token, UNSUBSCRIBE, "alerts/unsubscribe.html")


@alerts.post("/alerts/unsubscribe/<token>")
def ended(token: str) -> Response:
    """End a subscription: by the page's button, or by a mail program's one click (RFC 8058), from wherever it comes.

    The token alone decides. Ending what is ended already is no error.
    """
    unsubscribe(site().engine, site().settings, token)
    return _private(make_response(render_template("alerts/ended.html", robots="noindex")))


def _about(token: str, purpose: str, template: str) -> Response:
    alert = find(session(), site().settings, purpose, token)
    if alert is None:
        return _private(make_response(render_template("alerts/gone.html", robots="noindex"), 404))
    return _private(make_response(render_template(template, alert=alert, robots="noindex")))


def _form(query: str, address: str = "", *, wrong_address: bool = False, wrong_query: str | None = None) -> str:
    return render_template(
        "alerts/form.html",
        query=query,
        address=address,
        wrong_address=wrong_address,
        wrong_query=wrong_query,
        found=_found(query) if query and not wrong_query else None,
    )


def _found(query: str) -> str | None:
    """Return how much a query finds today in the words of the results, None where it cannot be asked."""
    try:
        # Nobody is mailed what holds some of the words alone.
        return matters_words(site().index.search(parse_query(query, limit=1, strict=True)))
    except SearchError:
        return None


def _private(response: Response) -> Response:
    """Keep a page whose address is a secret out of caches."""
    response.headers["Cache-Control"] = "no-store"
    return response
