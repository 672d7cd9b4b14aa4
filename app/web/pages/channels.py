"""Other ways than the mail: programs that are called, browsers that are pushed to, and what a browser then asks for."""

from typing import Final
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from sqlalchemy import select, update

from app.alerts.channels import webhooks
from app.alerts.channels.push import notification, public_key
from app.alerts.channels.registered import (
    BadEndpoint,
    TooMany,
    UnknownService,
    add_channel,
    channels_of,
    end_channel,
    endpoint_hash,
    last_errors,
)
from app.alerts.subscribing import find_subscriber
from app.alerts.tokens import FEED, MANAGE
from app.alerts.tokens import token as made
from app.db import now, writing
from app.models import Alert, AlertChannel, AlertNotice, ChannelDelivery, Subscriber
from app.models.alerts import PUSH, WEBHOOK
from app.web.i18n import N_, gettext, language
from app.web.limits import spend_mail
from app.web.origin import same_origin
from app.web.pages.alerts import gone, private, secret
from app.web.site import session, site

MOST_SHOWN: Final = 50
FAULTS: Final = {
    "address": N_("This address cannot be called. It has to begin with https:// and to name no port."),
    "service": N_("We do not know the service that passes notices on to this browser."),
    "many": N_("You have as many as there can be. End one first."),
}

channels = Blueprint("channels", __name__)


@channels.post("/alerts/manage/<token>/webhooks")
def add_webhook(token: str) -> Response:
    """Note the address of a program; the worker asks it whether it waits for us."""
    return _add(token, WEBHOOK)


@channels.post("/alerts/manage/<token>/push")
def add_browser(token: str) -> Response:
    """Note a browser that may be pushed to."""
    return _add(token, PUSH)


@channels.post("/alerts/manage/<token>/channels/<int(max=2147483647):channel_id>/end")
def end(token: str, channel_id: int) -> Response:
    """End a channel; ending what is ended already is no error."""
    if not same_origin():
        abort(403)
    subscriber = _subscriber(token)
    if subscriber is None:
        return gone()
    end_channel(site().engine, subscriber.id, channel_id)
    return _back(token)


@channels.post("/alerts/push")
def push() -> Response:
    """Tell a browser what it was pushed for; it names itself by the address at which it is pushed to."""
    if not same_origin():
        abort(403)
    endpoint = request.form.get("endpoint", "")
    hashed = endpoint_hash(endpoint)
    known = select(AlertChannel).where(AlertChannel.endpoint_hash == hashed, AlertChannel.kind == PUSH)
    channel = session().scalar(known)
    subscriber = session().get(Subscriber, channel.subscriber_id) if channel is not None else None
    if channel is None or subscriber is None or channel.endpoint != endpoint:
        return private(make_response(Response("{}", 404, mimetype="application/json")))
    page = f"{site().settings.base_url}/alerts/new/{made(site().settings, FEED, subscriber.nonce)}"
    shown, last = notification(session(), site().settings, channel, subscriber, page)
    if last > channel.seen:
        with writing(site().engine) as writer:
            seen = update(AlertChannel).where(AlertChannel.id == channel.id, AlertChannel.seen < last)
            writer.execute(seen.values(seen=last))
            fetched = (ChannelDelivery.channel_id == channel.id, ChannelDelivery.id <= last)
            writer.execute(update(ChannelDelivery).where(*fetched).values(notices=[]))
    said = {"title": shown.title, "body": shown.body, "url": shown.url, "lang": subscriber.language}
    return private(Response(orjson.dumps(said), mimetype="application/json"))


@channels.get("/alerts/new/<token>")
def new(token: str) -> Response:
    """Show what somebody was told lately: where a notification of several pieces of news leads."""
    subscriber = find_subscriber(session(), site().settings, FEED, token)
    if subscriber is None or subscriber.confirmed_at is None:
        return gone()
    theirs = (
        select(AlertNotice.alert_id, AlertNotice.key)
        .join(Alert, Alert.id == AlertNotice.alert_id)
        .where(Alert.subscriber_id == subscriber.id, AlertNotice.due_at <= now())
        .order_by(AlertNotice.created_at.desc(), AlertNotice.seq.desc())
    )
    keys = [tuple(row) for row in session().execute(theirs.limit(MOST_SHOWN))]
    entries = webhooks.told(session(), keys, subscriber.id, language(), "")
    return secret(
        make_response(render_template("alerts/new.html", robots="noindex", unnamed=True, entries=entries[::-1]))
    )


@channels.app_template_global()
def channels_for(subscriber: Subscriber) -> dict[str, object]:
    """Return what the manage page shows of a follower's channels, and what is needed to add one."""
    own = channels_of(session(), subscriber.id)
    errors = last_errors(session(), own)
    return {
        "browsers": [(one, urlsplit(one.endpoint).hostname) for one in own if one.kind == PUSH],
        "webhooks": [(one, _state(one, errors.get(one.id, ""))) for one in own if one.kind == WEBHOOK],
        "key": public_key(site().settings),
        "known": " ".join(one.endpoint_hash for one in own if one.kind == PUSH),
        "fault": gettext(FAULTS[fault]) if (fault := request.args.get("channel", "")) in FAULTS else "",
    }


def _state(channel: AlertChannel, error: str) -> str:
    """Say how it stands with a webhook; nothing of what our network told us of theirs."""
    if channel.disabled_at is not None:
        ended = gettext("We call it no more. Add it once more when it works.")
        return f"{_fault(error)} {ended}"
    if channel.failures:
        again = gettext("We try it again.")
        return f"{_fault(error)} {again}"
    if channel.verified_at is None:
        return gettext("We ask it whether it waits for us. Load this page again in a minute.")
    return gettext("It is called with everything new.")


def _fault(error: str) -> str:
    words = error.removeprefix("given up: ")
    if words.startswith("status "):
        return gettext("It answered with status %(status)s.", status=words.removeprefix("status "))
    if words.startswith("answered without"):
        return gettext("It answered without our word.")
    return gettext("It does not answer.")


def _add(token: str, kind: str) -> Response:
    if not same_origin():
        abort(403)
    subscriber = _subscriber(token)
    if subscriber is None:
        return gone()
    spend_mail()
    try:
        add_channel(site().engine, site().settings, subscriber.id, kind, request.form.get("endpoint", ""))
    except UnknownService:
        return _back(token, "service")
    except BadEndpoint:
        return _back(token, "address")
    except TooMany:
        return _back(token, "many")
    return _back(token)


def _back(token: str, fault: str = "") -> Response:
    said = f"?channel={fault}" if fault else ""
    return secret(make_response(redirect(f"/alerts/manage/{token}{said}#channels", 303)))


def _subscriber(token: str) -> Subscriber | None:
    found = find_subscriber(session(), site().settings, MANAGE, token)
    return found if found is not None and found.confirmed_at is not None else None
