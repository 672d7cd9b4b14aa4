"""A mail of news as data: a section for each thing that is followed, and in it what happened, each thing once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from app.alerts.targets import BODY, MEETING, NEAR, ORGANIZATION, PAPER, PERSON, SEARCH, Described, Target, describe
from app.alerts.telling.lines import Line, found_in, lines
from app.models import Alert, AlertNotice
from app.models.news import AGENDA, CHANGED, DECIDED, NEW, PLANNED, WITHDRAWN
from app.speech import Voice
from app.translations import N_

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
_UNDER: Final = {AGENDA: NEW, PLANNED: CHANGED}
_CONCERNS: Final = {
    PAPER: N_("It concerns the paper that you follow."),
    PERSON: N_("It concerns the person whom you follow."),
    ORGANIZATION: N_("It concerns the organization that you follow."),
    MEETING: N_("It concerns the meeting that you follow."),
    BODY: N_("It comes from the council that you follow."),
    NEAR: N_("It lies in the surroundings that you follow."),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened, and why it is told: for each alert that found it one sentence."""

    line: Line
    reasons: tuple[str, ...]


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
    session: Session, alerts: Iterable[Alert], notices: Sequence[AlertNotice], voice: Voice, base_url: str
) -> tuple[list[Section], int]:
    """Return the sections that have something to tell, in the order in which they were asked for, and how many things
    all of them tell.

    What two alerts found stands in the section of the first, with the reasons of both.
    """
    newest = sorted(notices, key=lambda one: (-one.seq, one.key))
    told = lines(session, newest, voice.language, base_url)
    by_alert: dict[int, dict[str, AlertNotice]] = {}
    for notice in notices:
        if notice.key in told:
            by_alert.setdefault(notice.alert_id, {})[notice.key] = notice
    order = [alert for alert in sorted(alerts, key=lambda one: one.id) if alert.id in by_alert]
    targets = {alert.id: describe(session, Target(alert.kind, alert.value), voice) for alert in order}
    found: list[Section] = []
    above: set[str] = set()
    left = MOST
    for alert in order:
        theirs = by_alert[alert.id]
        target = targets[alert.id]
        section = Section(alert, target, base_url + target.path, len(theirs), len(theirs.keys() & above))
        others = {one.id: by_alert[one.id] for one in order if one.id != alert.id}
        items = [
            _item(line, alert, theirs[key], _also(key, others, targets, voice), voice)
            for key, line in told.items()
            if key in theirs and key not in above
        ]
        section.groups = _groups(items, voice, left)
        left -= sum(len(group.items) for group in section.groups)
        above |= theirs.keys()
        found.append(section)
    return found, len(above)


def reason_of(line: Line, alert: Alert, voice: Voice) -> str:
    """Say why an alert tells a thing; of a search, where the words were found."""
    if alert.kind != SEARCH:
        return voice.gettext(_CONCERNS[alert.kind]) if alert.kind in _CONCERNS else ""
    if line.reason:
        return line.reason
    if line.kind in (PLANNED, DECIDED):
        return voice.gettext("It concerns a paper that this search found.")
    if line.kind == WITHDRAWN:
        return voice.gettext("We had told you about it.")
    return voice.gettext("Found in its title or by a filter.")


def _item(line: Line, alert: Alert, notice: AlertNotice, also: tuple[str, ...], voice: Voice) -> Item:
    line = found_in(line, notice.page, notice.snippet, voice.language)
    return Item(line, tuple(one for one in (reason_of(line, alert, voice), *also) if one))


def _also(
    key: str, others: Mapping[int, Mapping[str, AlertNotice]], targets: Mapping[int, Described], voice: Voice
) -> tuple[str, ...]:
    """Name the other alerts that found the same."""
    names = [targets[one].name for one, theirs in others.items() if key in theirs]
    return tuple(voice.gettext("It also belongs to your alert “%(name)s”.", name=name) for name in names)


def _groups(items: Sequence[Item], voice: Voice, left: int) -> list[Group]:
    by_heading: dict[str, list[Item]] = {heading: [] for heading in _HEADINGS}
    for item in items:
        kind = _UNDER.get(item.line.kind, item.line.kind)
        soon = item.line.soon and kind in (NEW, CHANGED)
        by_heading[SOON if soon else kind if kind in _HEADINGS else NEW].append(item)
    groups: list[Group] = []
    for heading, some in by_heading.items():
        shown = tuple(some[: max(0, min(SHOWN, left))])
        left -= len(shown)
        if some:
            groups.append(Group(voice.gettext(_HEADINGS[heading]), len(some), shown))
    return [group for group in groups if group.items]
