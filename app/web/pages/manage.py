"""All that one address follows, behind one signed link: change it, pause, end it, take it along."""

from collections.abc import Callable

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from app.alerts.frequencies import MEANING, OFFERED, WEEKDAYS, WORDS
from app.alerts.managing import (
    change_alert,
    delete_all,
    end_alert,
    exported,
    pause,
    renew,
    set_language,
    turned_away,
    waiting_for,
)
from app.alerts.subscribing import MOST, MOST_A_DAY, alerts_of, find_subscriber
from app.alerts.tokens import FEED, MANAGE
from app.alerts.tokens import token as made
from app.db import now
from app.models import Subscriber
from app.translations import FULL
from app.web.followed import followed
from app.web.i18n import N_, gettext
from app.web.origin import same_origin
from app.web.pages.alerts import gone, over, secret
from app.web.site import session, site

DONE = {
    "change": N_("Changed."),
    "end": N_("The alert is ended."),
    "pause": N_("We write nothing until you go on."),
    "resume": N_("We write again."),
    "language": N_("The language is changed."),
    "renew": N_("All secret addresses are new. The old ones are good for nothing any more."),
}

manage = Blueprint("manage", __name__)


@manage.get("/alerts/manage/<token>")
def show(token: str) -> Response:
    """Show all that somebody follows."""
    subscriber = _subscriber(token)
    if subscriber is None:
        return gone()
    feed = f"/feeds/mine/{made(site().settings, FEED, subscriber.nonce)}"
    done = request.args.get("done", "")
    page = render_template(
        "alerts/manage.html",
        robots="noindex",
        unnamed=True,
        subscriber=subscriber,
        token=token,
        rows=followed(alerts_of(session(), subscriber)),
        waiting=waiting_for(session(), subscriber) if subscriber.paused_at else 0,
        turned_away=turned_away(session(), subscriber, now()),
        most=MOST,
        most_a_day=MOST_A_DAY,
        own_feed=site().settings.base_url + feed,
        done=gettext(DONE[done]) if done in DONE else "",
        frequencies=[(one, gettext(WORDS[one]), gettext(MEANING[one])) for one in OFFERED],
        weekdays=[gettext(day) for day in WEEKDAYS],
        spoken=FULL,
    )
    return secret(make_response(page))


@manage.post("/alerts/manage/<token>")
def change(token: str) -> Response:
    """Do what a button says, and show everything again; where nothing is left, say that it is over."""
    if not same_origin():
        abort(403)
    todo = request.form.get("do", "")
    if todo == "delete":
        good = delete_all(site().engine, site().settings, token)
        return (
            secret(make_response(render_template("alerts/deleted.html", robots="noindex", unnamed=True)))
            if good
            else gone()
        )
    if todo == "renew":
        fresh = renew(site().engine, site().settings, token)
        return _done(fresh, todo) if fresh else gone()
    if todo not in DONE:
        abort(400)
    if not _actions()[todo](token):
        return gone()
    if _subscriber(token) is None:
        return over()
    return _done(token, todo)


@manage.get("/alerts/manage/<token>/export.json")
def export(token: str) -> Response:
    """Send everything that is kept about an address."""
    subscriber = _subscriber(token)
    if subscriber is None:
        return gone()
    content = orjson.dumps(exported(session(), subscriber), option=orjson.OPT_INDENT_2)
    response = secret(Response(content, mimetype="application/json"))
    response.headers["Content-Disposition"] = 'attachment; filename="ratslupe-alerts.json"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _done(token: str, todo: str) -> Response:
    return secret(make_response(redirect(f"/alerts/manage/{token}?done={todo}", 303)))


def _actions() -> dict[str, Callable[[str], bool]]:
    at = (site().engine, site().settings)
    number = _number("alert")
    weekday = _number("weekday")
    often = request.form.get("frequency", "")

    def changed(token: str) -> bool:
        try:
            return change_alert(*at, token, number, frequency=often, weekday=weekday)
        except ValueError:
            abort(400)

    return {
        "change": changed,
        "end": lambda token: end_alert(*at, token, number),
        "pause": lambda token: pause(*at, token, paused=True),
        "resume": lambda token: pause(*at, token, paused=False),
        "language": lambda token: set_language(*at, token, request.form.get("language", "")),
    }


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _subscriber(token: str) -> Subscriber | None:
    found = find_subscriber(session(), site().settings, MANAGE, token)
    return found if found is not None and found.confirmed_at is not None else None
