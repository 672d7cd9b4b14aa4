"""The pictures that stand beside links to papers and meetings, drawn when somebody first asks for one."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import cast

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import TooManyRequests

from app.models import Body, Meeting, OParlObject
from app.queries import meetings as meeting_queries
from app.queries import papers as paper_queries
from app.queries.bodies import body_named
from app.queries.paths import Path, consultation_path
from app.standing import State
from app.web.card import Card, draw
from app.web.filters import day, soft, weekday
from app.web.i18n import asked_language, gettext, speak
from app.web.limits import Buckets, Limits
from app.web.pages.records import found, lookup
from app.web.record_words import place_words, record_title, times
from app.web.site import session
from app.web.standing import path_state
from app.web.state import site_state
from app.web.wording import organization_names, station_sign

cards = Blueprint("cards", __name__, url_prefix="/cards")

EXTENSION = "ratslupe.cards"
KEPT = 200  # pictures a process remembers, 60 kB each
HOUR = 3_600
# A tenth of a second each. What fetches them are the servers of the few networks where links are shared.
BURST, SECONDS = 60, 1.0
BURST_OF_ALL, SECONDS_OF_ALL = 120, 0.25


@dataclass
class Drawer:
    """Draws one card at a time, and keeps the last ones."""

    limits: Limits = field(
        default_factory=lambda: Limits(each=Buckets(BURST, SECONDS), all=Buckets(BURST_OF_ALL, SECONDS_OF_ALL))
    )
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def picture(self, card: Card, address: str | None) -> bytes:
        """Return a card as a PNG; raises TooManyRequests where it would have to be drawn and too many were."""
        with self._lock:
            if card.tag in self._kept:
                self._kept.move_to_end(card.tag)
                return self._kept[card.tag]
        seconds = self.limits.wait(address, monotonic())
        if seconds:
            raise TooManyRequests(retry_after=math.ceil(seconds))
        with self._lock:
            drawn = self._kept.get(card.tag) or draw(card)
            self._kept[card.tag] = drawn
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn


@cards.record_once
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = Drawer()


@cards.get("/site.png")
def default() -> Response:
    """Draw the card of every page that has none of its own."""
    speak(asked_language())
    return _sent(Card(_town(None), gettext("Read up on what your council decides.")))


@cards.get("/papers/<key>.png")
def paper(key: str) -> Response:
    """Draw a paper: its title, its way, and where it stands."""
    row = found(lookup(paper_queries.paper_by_key, key))
    speak(asked_language())
    path = consultation_path(session(), row.id)
    state = path_state(path)
    return _sent(Card(_town(row), soft(record_title(row)), _signs(path), state.headline, _where(state)))


@cards.get("/meetings/<key>.png")
def meeting(key: str) -> Response:
    """Draw a meeting: who meets, when and where."""
    row = found(lookup(meeting_queries.meeting_by_key, key))
    [listed] = meeting_queries.meeting_rows(session(), [row])
    speak(asked_language())
    title = organization_names(listed.organizations) if listed.organizations else record_title(row)
    return _sent(Card(_town(row), soft(title), (), *_when(row, place_words(listed.location).partition(",")[0])))


def _when(row: Meeting, place: str) -> tuple[str, str]:
    when = ", ".join(part for part in (weekday(row.start), times(row)) if part) or gettext("No date is known.")
    return (gettext("Cancelled:"), when) if row.cancelled else (when, place)


def _where(state: State) -> str:
    """Return who decides and when: the sentence of the page is longer than a line of the picture."""
    if state.station is None or state.station.start is None:
        return state.rest
    return f"{organization_names(state.station.organizations)}, {day(state.station.start)}"


def _signs(path: Path) -> tuple[str, ...]:
    return tuple("lens" if station is path.next else station_sign(station) for station in path.stations)


def _town(row: OParlObject | None) -> str:
    body: Body | None = body_named(session(), row.body_id) if row else None
    councils = site_state().councils
    return (body.name if body else councils[0] if len(councils) == 1 else "") or ""


def _sent(card: Card) -> Response:
    response = Response(mimetype="image/png")
    response.set_etag(card.tag)
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    # Shown on the pages of others: that is what it is for.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    if card.tag not in request.if_none_match:
        drawer = cast(Drawer, current_app.extensions[EXTENSION])
        response.set_data(drawer.picture(card, request.remote_addr))
    response.make_conditional(request)
    return response
