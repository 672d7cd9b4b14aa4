"""What happened, in sentences: of a piece of news that is told, from the changes behind it and the records of now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alerts.telling.differences import Differences, rows_of
from app.alerts.telling.naming import plain, title_of
from app.models import AgendaItem, Change, Consultation, Meeting, Membership, OParlObject, Organization
from app.models import news as happened
from app.queries.minutes import minuted
from app.queries.paths import Path, Station
from app.queries.states import PaperState, Standing
from app.shown import shown
from app.speech import Voice
from app.standing import paper_state

MOST = 4  # sentences on one piece of news


@dataclass(frozen=True, slots=True)
class Subject:
    """One piece of news with the records behind it, as they are now."""

    key: str
    kind: str
    row: OParlObject
    changes: Sequence[Change]
    path: Path
    meeting: Meeting | None
    organizations: tuple[Organization, ...]


def said_of(session: Session, subjects: Sequence[Subject], voice: Voice) -> dict[str, tuple[str, ...]]:
    """Return by key the sentences on each; what is no more as it was told has no entry."""
    words = _Words(session, subjects, voice)
    found: dict[str, tuple[str, ...]] = {}
    for subject in subjects:
        said = words.said(subject)
        if said is not None:
            found[subject.key] = tuple(dict.fromkeys(plain(one) for one in said if one))[:MOST]
    return found


class _Words:
    """Knows for some news what is needed to say it."""

    def __init__(self, session: Session, subjects: Sequence[Subject], voice: Voice) -> None:
        self._voice = voice
        changes = [change for subject in subjects for change in subject.changes]
        self._differences = Differences(session, changes, voice)
        joined = {change.object_id for change in changes if change.object_type == "Membership"}
        rows = rows_of(session, {Membership: joined}).values()
        self._members = {row.id: row for row in rows if isinstance(row, Membership)}
        theirs = {row.organization_id for row in self._members.values() if row.organization_id}
        self._organizations = rows_of(session, {Organization: theirs})
        items = [one.row.id for one in subjects if one.kind == happened.DECIDED and isinstance(one.row, AgendaItem)]
        self._minuted = minuted(session, items) if items else {}
        self._items = items_counted(session, [one.row.id for one in subjects if one.kind == happened.AGENDA])

    def said(self, subject: Subject) -> Iterable[str] | None:
        """Return the sentences on one piece of news; None where it is no more so."""
        gettext = self._voice.gettext
        match subject.kind:
            case happened.NEW:
                return self._arrived(subject)
            case happened.CHANGED:
                return list(self._differing(subject)) or [gettext("Something in it was changed.")]
            case happened.PLANNED:
                moved = list(self._differing(subject, ("cancelled", "start")))
                return moved or ([gettext("A date is set now.")] if subject.path.next else [])
            case happened.AGENDA:
                return self._agenda(subject)
            case happened.DECIDED:
                return self._decided(subject)
        return ()

    def _arrived(self, subject: Subject) -> Iterator[str]:
        for change in subject.changes:
            member = self._members.get(change.object_id)
            organization = self._organizations.get((member and member.organization_id) or "")
            if member is not None and organization is not None:
                role = (member.role or "").strip() or self._voice.gettext("Member")
                name = title_of(self._voice, organization)
                yield self._voice.gettext("New there: %(organization)s, %(role)s.", organization=name, role=role)

    def _agenda(self, subject: Subject) -> Iterable[str]:
        count = self._items.get(subject.row.id, 0)
        if not subject.key.endswith(f":{subject.row.id}"):  # not the first time that it is told
            told = list(self._differing(subject, ("agendaItem",)))
            return told or [self._voice.gettext("The agenda changed.")]
        if not count:
            return [self._voice.gettext("The agenda is published.")]
        ngettext = self._voice.ngettext
        return [ngettext("The agenda is published: %(num)s item.", "The agenda is published: %(num)s items.", count)]

    def _decided(self, subject: Subject) -> Iterable[str] | None:
        """Say what became of an agenda item, by whom and when; None where its result was taken back."""
        item = subject.row
        if not isinstance(item, AgendaItem):
            return ()
        station = next((one for one in subject.path.stations if one.agenda_item is item), None)
        if station is None:
            said = self._minuted.get(item.id, ())
            # It stands for itself: no paper is consulted there.
            station = Station(Consultation(), subject.meeting, item, subject.organizations, False, minuted=said)
        if station.outcome is None and not station.minuted:
            return None
        standing = Standing.AWAITED if station.outcome is None else Standing.DECIDED
        return [str(paper_state(self._voice, PaperState(standing, station)))]

    def _differing(self, subject: Subject, only: Sequence[str] = ()) -> Iterator[str]:
        for change in subject.changes:
            yield from self._differences.of(change, subject.row.id, only)


def items_counted(session: Session, meetings: Sequence[str]) -> dict[str, int]:
    """Return how many public items are on the agendas of some meetings."""
    if not meetings:
        return {}
    query = select(AgendaItem.meeting_id, func.count()).where(AgendaItem.meeting_id.in_(meetings), shown(AgendaItem))
    return {one or "": count for one, count in session.execute(query.group_by(AgendaItem.meeting_id))}
