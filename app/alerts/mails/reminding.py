"""What a reminder says: which meetings are about to begin, and what of theirs somebody follows or was told about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import address_of
from app.alerts.mails.vouched import named
from app.alerts.targets import PAPER
from app.alerts.telling.differences import place_of
from app.alerts.telling.lines import Line, lines
from app.alerts.telling.naming import kind_word, title_of
from app.alerts.telling.wording import items_counted
from app.models import AgendaItem, Alert, AlertNotice, Meeting, Paper
from app.queries.agendas import papers_of_items
from app.queries.meetings import meeting_rows
from app.shown import shown
from app.speech import Voice, held, in_germany

NEAR: Final = timedelta(hours=36)  # what begins later was moved since the evening on which it was to be told
TREATED: Final = 5  # items named of one meeting


@dataclass(frozen=True, slots=True)
class Treated:
    """An item of the agenda on something that is followed."""

    number: str
    title: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """A meeting that is about to begin: `near` is "Tomorrow", `where` its place, `count` how many public items it has,
    and `reason` names the alerts that it is told for."""

    line: Line
    near: str
    start: datetime
    alert_ids: frozenset[int]
    reason: str
    where: str = ""
    count: int = 0
    treated: tuple[Treated, ...] = ()
    rest: int = 0


def reminded(
    session: Session,
    alerts: Sequence[Alert],
    notices: Sequence[AlertNotice],
    voice: Voice,
    base_url: str,
    moment: datetime,
) -> list[Reminded]:
    """Return the meetings of a reminder as they begin one after another; none that was called off, moved or is over."""
    ids = {notice.object_id for notice in notices}
    query = select(Meeting).where(Meeting.id.in_(ids), shown(Meeting), Meeting.start > moment)
    query = query.where(Meeting.start <= moment + NEAR, Meeting.cancelled.is_not(True)).order_by(Meeting.start)
    meetings = session.scalars(query.order_by(Meeting.id)).all() if ids else []
    told = {notice.object_id: notice for notice in notices}
    said = lines(session, told.values(), voice.language, base_url)
    items = _treated(session, alerts, notices, meetings)
    counts = items_counted(session, [meeting.id for meeting in meetings])
    places = {row.meeting.id: row.location for row in meeting_rows(session, meetings)}
    names = {alert.id: named(session, alert, voice).name for alert in alerts}
    found = []
    for meeting in meetings:
        line = said.get(told[meeting.id].key)
        if line is None or meeting.start is None:
            continue
        theirs = sorted({notice.alert_id for notice in notices if notice.object_id == meeting.id} & names.keys())
        on_it = tuple(_words(voice, item, paper, base_url) for item, paper in items.get(meeting.id, ()))
        where = places.get(meeting.id)
        one = Reminded(line, _near(voice, meeting.start, moment), meeting.start, frozenset(theirs), "")
        why, there = _reason(voice, [names[alert_id] for alert_id in theirs]), place_of(where) if where else ""
        rest = max(0, len(on_it) - TREATED)
        counted = counts.get(meeting.id, 0)
        found.append(replace(one, reason=why, where=there, count=counted, treated=on_it[:TREATED], rest=rest))
    return found


def _treated(
    session: Session, alerts: Iterable[Alert], notices: Sequence[AlertNotice], meetings: Sequence[Meeting]
) -> dict[str, list[tuple[AgendaItem, Paper]]]:
    """Return by meeting the items on papers that these alerts follow, or have told about."""
    query = select(AgendaItem).where(AgendaItem.meeting_id.in_([one.id for one in meetings]), shown(AgendaItem))
    items = session.scalars(query.order_by(AgendaItem.position, AgendaItem.id)).all()
    papers = papers_of_items(session, items) if items else {}
    on_agenda = {paper.id for some in papers.values() for paper in some}
    asked = {notice.alert_id for notice in notices}
    followed = {one.value for one in alerts if one.kind == PAPER and one.id in asked}
    told = select(AlertNotice.matter_id).where(AlertNotice.alert_id.in_(asked), AlertNotice.matter_id.in_(on_agenda))
    wanted = followed | {one for one in session.scalars(told) if one}
    found: dict[str, list[tuple[AgendaItem, Paper]]] = {}
    for item in items:
        paper = next((one for one in papers.get(item.id, ()) if one.id in wanted), None)
        if paper is not None:
            found.setdefault(item.meeting_id or "", []).append((item, paper))
    return found


def _words(voice: Voice, item: AgendaItem, paper: Paper, base_url: str) -> Treated:
    number = voice.gettext("Item %(number)s", number=held(item.number)) if item.number else ""
    url = base_url + address_of("Paper", paper.key)
    return Treated(number, title_of(voice, paper), kind_word(voice, paper), url)


def _reason(voice: Voice, names: Sequence[str]) -> str:
    quoted = ", ".join(voice.gettext("“%(text)s”", text=name) for name in names)
    return voice.ngettext("For your alert %(names)s.", "For your alerts %(names)s.", len(names), names=quoted)


def _near(voice: Voice, start: datetime, moment: datetime) -> str:
    there, here = in_germany(start), in_germany(moment)
    days = (there - here).days if there and here else 0
    return {0: voice.gettext("Today"), 1: voice.gettext("Tomorrow")}.get(days) or voice.weekday(start)
