"""A mail of news as data: a section for each thing that is followed, and in it what happened.

Each record stands in it once, with all that happened to it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.alerts.mails.quoting import Key, Quote
from app.alerts.mails.vouched import named
from app.alerts.targets import BODY, MEETING, NEAR, ORGANIZATION, PAPER, PERSON, SEARCH, Described
from app.alerts.telling.lines import Line, found_in, lines
from app.alerts.telling.naming import plain
from app.models import Alert, AlertDelivery, AlertNotice
from app.models.news import AGENDA, CHANGED, DECIDED, NEW, PLANNED, WITHDRAWN
from app.speech import Voice
from app.translations import N_
from search import BadQuery, parse_query

SAID: Final = 6  # sentences on one thing, the newest
SHOWN: Final = 3  # of each kind in a section; the rest is counted, and linked
MOST: Final = 40  # in one mail: beyond some hundred kilobytes mail programs cut it off
# What stands under which heading; what comes to a decision soon is told first, whatever happened to it.
SOON: Final = "soon"
_HEADINGS: Final = {
    SOON: N_("To be decided soon"),
    NEW: N_("New"),
    CHANGED: N_("Changed"),
    DECIDED: N_("Decided"),
    WITHDRAWN: N_("Withdrawn"),
}
_UNDER: Final = {AGENDA: CHANGED, PLANNED: CHANGED}
_CONCERNS: Final = {
    PAPER: N_("It concerns the paper that you follow."),
    PERSON: N_("It concerns the person whom you follow."),
    ORGANIZATION: N_("It concerns the organization that you follow."),
    MEETING: N_("It concerns the meeting that you follow."),
    BODY: N_("It comes from the council that you follow."),
    NEAR: N_("It lies in the surroundings that you follow."),
}
Quoting: TypeAlias = Callable[[Sequence[AlertNotice]], Mapping[Key, Quote]]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that something happened to, and why it is told: for each alert that found it one sentence."""

    line: Line
    reasons: tuple[str, ...]
    heading: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some of a section under one heading: how many there are, and the first of them."""

    heading: str
    total: int
    items: tuple[Item, ...]


@dataclass(slots=True)
class Section:
    """What an alert found: `total` things, of which `above` stand in an earlier section already."""

    alert: Alert
    target: Described
    url: str
    total: int = 0
    above: int = 0
    groups: list[Group] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """How many are not listed anywhere in the mail."""
        return self.total - self.above - sum(len(group.items) for group in self.groups)


def sections_of(
    session: Session,
    alerts: Iterable[Alert],
    notices: Sequence[AlertNotice],
    voice: Voice,
    base_url: str,
    quoting: Quoting,
) -> tuple[list[Section], int]:
    """Return the sections that have something to tell, in the order in which they were asked for, and how many things
    all of them tell.

    What two alerts found stands in the section of the first, with the reasons of both. Only what is shown is quoted.
    """
    newest = sorted(notices, key=lambda one: (-one.seq, one.key))
    told = lines(session, newest, voice.language, base_url)
    by_alert: dict[int, dict[str, set[str]]] = {}
    for notice in notices:
        if (line := told.get(notice.key)) is not None:
            by_alert.setdefault(notice.alert_id, {}).setdefault(_record(line), set()).add(notice.key)
    order = [alert for alert in sorted(alerts, key=lambda one: one.id) if alert.id in by_alert]
    targets = {alert.id: named(session, alert, voice) for alert in order}
    entries = _entries(told, notices)
    found, picks, above = list[Section](), dict[int, Pick](), set[str]()
    left = MOST
    for alert in order:
        theirs, target = by_alert[alert.id].keys(), targets[alert.id]
        found.append(Section(alert, target, base_url + target.path, len(theirs), len(theirs & above)))
        picks[alert.id] = _pick([one for one in entries if one.record in theirs and one.record not in above], left)
        left -= sum(len(some) for _, some in picks[alert.id].values())
        above |= theirs
    shown = _shown(picks)
    quotes = quoting([one for one in notices if (one.alert_id, one.key) in shown])
    mailed = written_before(session, [alert.id for alert in alerts], notices)
    wording = _Wording(told, by_alert, targets, quotes, mailed)
    for section in found:
        section.groups = wording.groups(section.alert, picks[section.alert.id], voice)
    return found, len(above)


@dataclass(frozen=True, slots=True)
class _Entry:
    """All that happened to one record, as one thing: the keys of its news, newest first."""

    record: str
    line: Line
    keys: tuple[str, ...]
    heading: str


Pick: TypeAlias = dict[str, tuple[int, Sequence[_Entry]]]  # by heading how many there are, and the first of them


def _pick(entries: Iterable[_Entry], left: int) -> Pick:
    by_heading: dict[str, list[_Entry]] = {heading: [] for heading in _HEADINGS}
    for entry in entries:
        by_heading[entry.heading].append(entry)
    found: Pick = {}
    for heading, some in by_heading.items():
        shown = some[: max(0, min(SHOWN, left))]
        left -= len(shown)
        if shown:
            found[heading] = len(some), shown
    return found


def _shown(picks: Mapping[int, Pick]) -> set[Key]:
    """Return which notices a mail shows, by alert and key."""
    return {
        (alert_id, key)
        for alert_id, pick in picks.items()
        for _, some in pick.values()
        for one in some
        for key in one.keys
    }


@dataclass(frozen=True, slots=True)
class _Wording:
    """What is known when the things of a mail are put into words."""

    told: Mapping[str, Line]
    by_alert: Mapping[int, Mapping[str, Set[str]]]
    targets: Mapping[int, Described]
    quotes: Mapping[Key, Quote]
    mailed: Mapping[str, datetime]

    def groups(self, alert: Alert, pick: Pick, voice: Voice) -> list[Group]:
        """Return what a section shows, in words."""
        return [
            Group(voice.gettext(_HEADINGS[heading]), total, tuple(self._item(alert, one, voice) for one in some))
            for heading, (total, some) in pick.items()
        ]

    def _item(self, alert: Alert, entry: _Entry, voice: Voice) -> Item:
        quote = next((self.quotes[alert.id, key] for key in entry.keys if (alert.id, key) in self.quotes), (None, ()))
        line = found_in(entry.line, *quote, voice.language)
        kinds = {self.told[key].kind for key in self.by_alert[alert.id][entry.record]}
        also = [
            target.name
            for other, target in self.targets.items()
            if other != alert.id and entry.record in self.by_alert[other]
        ]
        return Item(line, _reasons(line, kinds, alert, also, self.mailed, voice), entry.heading)


def _record(line: Line) -> str:
    """Return what a line is about: what leads to one place is one thing, but what was withdrawn is each its own."""
    return line.key if line.kind == WITHDRAWN else line.url


def _entries(told: Mapping[str, Line], notices: Iterable[AlertNotice]) -> list[_Entry]:
    """Return what is told of each record, the newest first; each sentence once, as they came one after another."""
    # Only the first agenda is new; one that grew has changed.
    first = {one.key for one in notices if one.kind == AGENDA and one.key == f"{AGENDA}:{one.object_id}"}
    together: dict[str, list[Line]] = {}
    for line in told.values():
        together.setdefault(_record(line), []).append(line)
    found = []
    for record, some in together.items():
        said = tuple(dict.fromkeys(sentence for line in reversed(some) for sentence in line.said))[-SAID:]
        line = replace(some[0], said=said, state="" if some[0].state in said else some[0].state)
        under = {NEW if one.key in first else _UNDER.get(one.kind, one.kind) for one in some}
        heading = next((one for one in (WITHDRAWN, DECIDED, NEW) if one in under), CHANGED)
        soon = line.soon and heading in (NEW, CHANGED)
        found.append(_Entry(record, line, tuple(one.key for one in some), SOON if soon else heading))
    return found


def written_before(session: Session, alerts: Iterable[int], notices: Iterable[AlertNotice]) -> dict[str, datetime]:
    """Return by key when the last mail went out that told of what some notices say is withdrawn."""
    gone = {one.object_id: one.key for one in notices if one.kind == WITHDRAWN}
    if not gone:
        return {}
    about = or_(AlertNotice.object_id.in_(gone), AlertNotice.matter_id.in_(gone))
    sent = select(AlertNotice.object_id, AlertNotice.matter_id, AlertDelivery.sent_at)
    sent = sent.join(AlertDelivery, AlertDelivery.id == AlertNotice.delivery_id).where(
        AlertNotice.alert_id.in_(alerts), about, AlertNotice.kind != WITHDRAWN, AlertDelivery.sent_at.is_not(None)
    )
    found: dict[str, datetime] = {}
    for object_id, matter_id, at in session.execute(sent.order_by(AlertDelivery.sent_at)):
        key = gone.get(object_id) or gone.get(matter_id or "")
        if key and at:
            found[key] = at
    return found


def _reasons(
    line: Line, kinds: Set[str], alert: Alert, also: Iterable[str], mailed: Mapping[str, datetime], voice: Voice
) -> tuple[str, ...]:
    """Say why a thing is told, and name the other alerts that found the same."""
    before = mailed.get(line.key)
    reasons = [
        reason_of(line, kinds, alert, voice),
        voice.gettext("It stood in our mail of %(day)s.", day=plain(voice.day(before))) if before else "",
        *(voice.gettext("It also belongs to your alert “%(name)s”.", name=name) for name in also),
    ]
    return tuple(one for one in reasons if one)


def reason_of(line: Line, kinds: Set[str], alert: Alert, voice: Voice) -> str:
    """Say why an alert tells a thing; of a search, where the words were found, or that these kinds of news follow."""
    if alert.kind != SEARCH:
        return voice.gettext(_CONCERNS[alert.kind]) if alert.kind in _CONCERNS else ""
    if line.reason or line.kind == WITHDRAWN:
        return line.reason
    if kinds <= {PLANNED, DECIDED}:
        return voice.gettext("It concerns a paper that this search found.")
    if kinds <= {AGENDA}:
        return voice.gettext("It concerns a meeting that this search found.")
    if _narrowed(alert.value):
        return voice.gettext("Found in its title or by a filter.")
    return voice.gettext("Found in its title.")


def _narrowed(text: str) -> bool:
    """Say whether a search asks for more than words."""
    try:
        asked = parse_query(text)
    except BadQuery:
        return True
    return bool(asked.filters or asked.after or asked.before or asked.min_pages or asked.max_pages)
