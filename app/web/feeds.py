"""Feeds as data: what happened to something that can be followed, as entries that programs tell apart for ever."""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select

from app.alerts.past import LIMIT, past, withdrawn_since
from app.alerts.targets import NEAR, SEARCH, Described, Target, describe
from app.alerts.telling.lines import Line, lines
from app.db import now
from app.models import Alert, AlertNotice, News, Subscriber
from app.models.news import AGENDA, CHANGED, DECIDED, NEW, PLANNED, WITHDRAWN
from app.web.i18n import N_, gettext, language
from app.web.site import session, site
from app.web.voices import voice

DAYS: Final = 365
SEARCH_DAYS: Final = 90
# Of a feed in which nothing stands: it has to name a day, and to be the same each time.
NEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)
ONE_NAMESPACE: Final = uuid.UUID("8e6f9a5e-52f5-5a0c-9d6b-4f0a3f0f6a27")  # ours, drawn once
TITLES: Final = {
    NEW: N_("New: %(title)s"),
    CHANGED: N_("Changed: %(title)s"),
    PLANNED: N_("To be debated: %(title)s"),
    AGENDA: N_("Agenda: %(title)s"),
    DECIDED: N_("Decided: %(title)s"),
    WITHDRAWN: "%(title)s",
}
# What XML 1.0 has no way to write, and what ends or turns a line of text around.
_UNWRITABLE = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news; `title` says what kind it is, `about` what it concerns, `reasons` which alerts told of it."""

    id: str
    title: str
    at: datetime
    line: Line
    about: str
    said: tuple[str, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `path` is its address without its form, `home` that of its page, `gone` are entries to be taken out."""

    id: str
    title: str
    about: str
    home: str
    path: str
    asked: str
    language: str
    entries: tuple[Entry, ...] = ()
    gone: tuple[tuple[str, datetime], ...] = ()
    hub: str = ""

    @property
    def updated(self) -> datetime:
        """When something was last added or taken out."""
        return max([*(one.at for one in self.entries), *(at for _, at in self.gone)], default=NEVER)

    def url(self, form: str) -> str:
        """Return the whole address of one of its forms: atom, json or txt."""
        return f"{site().settings.base_url}{self.path}.{form}" + (f"?{self.asked}" if self.asked else "")


def feed_of(target: Target, path: str, asked: str) -> Feed:
    """Return the feed of something that can be followed; raises search.SearchError."""
    found_anew = target.kind in (SEARCH, NEAR)
    days = SEARCH_DAYS if target.kind == SEARCH else DAYS
    news = past(session(), site().index, target, days=days)
    told = lines(session(), news, language(), site().settings.base_url)
    gone = _gone(news, told)
    if found_anew:  # what is withdrawn matches nothing, and lies nowhere, any more
        gone |= {entry_id(key): at for key, at in withdrawn_since(session(), now() - timedelta(days=days))}
    called = describe(session(), target, voice())
    entries = _entries(news, told)
    hub = "" if found_anew else site().settings.websub_hub
    return _feed(target.ref, called, path, asked, entries, gone, hub)


def feed_of_all(subscriber: Subscriber, path: str) -> Feed:
    """Return the private feed of all that somebody follows: what was found for the mails, whenever those come."""
    theirs = select(Alert).where(Alert.subscriber_id == subscriber.id).order_by(Alert.id)
    alerts = {alert.id: alert for alert in session().scalars(theirs)}
    noticed = (
        select(News, AlertNotice.alert_id)
        .join(AlertNotice, AlertNotice.key == News.key)
        .where(AlertNotice.alert_id.in_(alerts))
        .order_by(News.seq.desc(), News.id.desc(), AlertNotice.alert_id)
        .limit(LIMIT * 3)
    )
    news: dict[str, News] = {}
    found_by: dict[str, list[int]] = {}
    for one, alert_id in session().execute(noticed) if alerts else ():
        news.setdefault(one.key, one)
        found_by.setdefault(one.key, []).append(alert_id)
    names = {key: describe(session(), Target(one.kind, one.value), voice()).name for key, one in alerts.items()}
    newest = list(news.values())[:LIMIT]
    told = lines(session(), newest, language(), site().settings.base_url)
    reasons = {key: tuple(names[alert_id] for alert_id in ids) for key, ids in found_by.items()}
    called = Described(gettext("Everything I follow"), "", "/alerts")
    return _feed(f"mine:{subscriber.nonce}", called, path, "", _entries(newest, told, reasons), _gone(newest, told), "")


def entry_id(key: str) -> str:
    """Return what an entry is known by for ever: made of what happened, and of nothing that can be set or moved."""
    return uuid.uuid5(ONE_NAMESPACE, key).urn


def written(text: str) -> str:
    """Return a text without what XML cannot hold, and without signs that turn what follows around."""
    return _UNWRITABLE.sub("", text)


def moment_of(value: datetime) -> str:
    """Return a moment as RFC 3339 has it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _feed(
    ref: str,
    called: Described,
    path: str,
    asked: str,
    entries: Sequence[Entry],
    gone: Mapping[str, datetime],
    hub: str,
) -> Feed:
    base_url = site().settings.base_url
    title = f"{called.kind}: {called.name}" if called.kind else called.name
    return Feed(
        id=uuid.uuid5(ONE_NAMESPACE, f"{base_url} {language()} {ref}").urn,
        title=f"{written(title)} – Ratslupe",
        about=gettext("What is new, what changes and what is decided."),
        home=base_url + called.path,
        path=path,
        asked=asked,
        language=language(),
        entries=tuple(entries),
        gone=tuple(sorted(gone.items(), key=lambda one: (one[1], one[0]), reverse=True)[:LIMIT]),
        hub=hub,
    )


def _entries(
    news: Iterable[News], told: Mapping[str, Line], reasons: Mapping[str, tuple[str, ...]] | None = None
) -> list[Entry]:
    return [_entry(one, told[one.key], (reasons or {}).get(one.key, ())) for one in news if one.key in told]


def _entry(news: News, line: Line, reasons: tuple[str, ...]) -> Entry:
    title = gettext(TITLES[news.kind]) % {"title": line.title}
    about = ", ".join(part for part in (line.kind_word, line.about, line.day) if part)
    said = [*line.said, line.state]
    return Entry(
        entry_id(news.key),
        written(title),
        news.at,
        line,
        written(about),
        tuple(written(one) for one in said if one),
        tuple(map(written, reasons)),
    )


def _gone(news: Iterable[News], told: Mapping[str, Line]) -> dict[str, datetime]:
    """Return the ids of entries that stood here and may not be shown any more, with when that was seen."""
    every = list(news)
    taken: dict[str, datetime] = {}
    for one in every:
        if one.kind == WITHDRAWN:
            taken[one.object_id] = max(one.at, taken.get(one.object_id, one.at))
    missing = (one for one in every if one.key not in told)
    return {entry_id(one.key): taken.get(one.object_id) or taken.get(one.matter_id or "") or one.at for one in missing}
