"""What a stretch of the log is about: its records as they are now, and what the log knows of each."""

from dataclasses import dataclass, field
from datetime import MINYEAR, datetime
from typing import Any

from app.models import AgendaItem, Change, Consultation, Meeting, Membership, OParlObject, Paper
from app.queries.history import SAME_WALK
from app.speech import BERLIN


@dataclass(slots=True)
class Behind:
    """What a stretch of the log is about; `history` has the changes of each record, oldest first."""

    papers: dict[str, Paper] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    items: dict[str, AgendaItem] = field(default_factory=dict)
    consultations: dict[str, Consultation] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)
    others: dict[str, OParlObject] = field(default_factory=dict)  # people and organizations
    holders: dict[str, list[str]] = field(default_factory=dict)  # of files: papers, meetings, agenda items
    located: dict[str, list[str]] = field(default_factory=dict)  # meetings by their place
    links: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (id, property) to ids
    minuted: dict[str, set[str]] = field(default_factory=dict)  # kinds of results that minutes say, by item
    history: dict[str, list[Change]] = field(default_factory=dict)
    first: dict[str, Change] = field(default_factory=dict)  # that created them
    told: dict[str, list[tuple[str | None, set[str]]]] = field(default_factory=dict)  # (matter, refs) of earlier news
    servers: dict[int, str] = field(default_factory=dict)
    about: dict[str, list[Consultation]] = field(default_factory=dict)  # by the agenda item that they name
    dealing: dict[str, AgendaItem] = field(default_factory=dict)  # by the consultation that they name
    agendas: dict[str, list[AgendaItem]] = field(default_factory=dict)  # by their meeting
    there: dict[str, list[Consultation]] = field(default_factory=dict)  # by the meetings that they are or were in
    stations: dict[str, list[Consultation]] = field(default_factory=dict)  # by their paper
    schemes: dict[str, str] = field(default_factory=dict)  # ids that only got another scheme
    alike: set[int] = field(default_factory=set)  # changes that brought other bytes with the text of before
    unread: set[int] = field(default_factory=set)  # or with bytes that are still to be read, where one was before

    def heard(self, one: OParlObject, other: OParlObject) -> bool:
        """Whether one record may speak of another: they come from one server."""
        if one.source_id == other.source_id:
            return True
        return self.servers.get(one.source_id, "") == self.servers.get(other.source_id)

    def linked(self, oparl_id: str, *properties: str) -> list[str]:
        """Return to what a record links by these properties."""
        return [to for name in properties for to in self.links.get((oparl_id, name), ())]

    def arrived(self, oparl_id: str) -> Change | None:
        """Return the change that first brought a record here; None where the log does not tell."""
        return self.first.get(rest(oparl_id))

    def log_of(self, oparl_id: str) -> list[Change]:
        """Return the changes of a record, oldest first, under whatever name it had then."""
        return self.history.get(rest(oparl_id), [])

    def existed(self, oparl_id: str, seq: int) -> bool:
        """Whether a record was here at a change already."""
        first = self.arrived(oparl_id)
        return first is None or first.seq <= seq

    def came_with(self, change: Change, other_id: str) -> bool:
        """Whether another record was new on the walk on which this change was seen."""
        first = self.arrived(other_id)
        return first is not None and not first.backfill and abs(change.at - first.at) < SAME_WALK

    def value(self, oparl_id: str, name: str, seq: int, now: str | None) -> str | None:
        """Return what a property was at a change: what later changes altered is undone; None where that was no text."""
        later = self._next(oparl_id, name, seq)
        return now if later is None else text_of(later[0])

    def was_public(self, item: AgendaItem, seq: int) -> bool:
        """Return whether an item could be read at a change, whatever it is now."""
        later = self._next(item.id, "public", seq)
        return (item.public if later is None else later[0]) is not False

    def is_public(self, item: AgendaItem, seq: int) -> bool:
        """Return whether an item can be read, and could be at a change: of that moment's news nobody is told later."""
        return item.public is not False and self.was_public(item, seq)

    def start(self, meeting: Meeting, seq: int) -> datetime | None:
        """Return when a meeting was to begin at a change."""
        later = self._next(meeting.id, "start", seq)
        return moment_of(meeting.start if later is None else later[0])

    def _next(self, oparl_id: str, name: str, seq: int) -> list[Any] | None:
        """Return what a property was and became, as the source wrote it, when it was next altered after a change."""
        later = (one.diff[name] for one in self.log_of(oparl_id) if one.seq > seq and one.diff and name in one.diff)
        return next(later, None)

    def meeting_of(self, consultation: Consultation, seq: int) -> Meeting | None:
        """Return where a consultation took place or was planned at a change: where its item stands, or as it says."""
        item = self.items.get(consultation.agenda_item_id or "") or self.dealing.get(consultation.id)
        named = self.value(consultation.id, "meeting", seq, consultation.meeting_id)
        if item is not None and not self.existed(item.id, seq):
            item = None
        for one, said_by in ((item.meeting_id if item else None, item), (named, consultation)):
            meeting = self.meetings.get(one or "")
            if meeting is not None and said_by is not None and self.heard(said_by, meeting):
                return meeting if self.existed(meeting.id, seq) else None
        return None

    def papers_of(self, item: AgendaItem, seq: int | None = None) -> list[Paper]:
        """Return the papers that an agenda item is about, or that it was about at a change."""
        named = self.consultations.get(item.consultation_id or "")
        found = [
            self.papers[one.paper_id]
            for one in self.about.get(item.id, ([named] if named else []))
            if one.paper_id in self.papers
            and (seq is None or self.existed(one.id, seq))
            and self.heard(one, item)
            and self.heard(one, self.papers[one.paper_id])
        ]
        return list(dict.fromkeys(found))

    def tie(self) -> None:
        """Note which items, consultations and meetings belong together: some servers say it there, some here."""
        for _, item in sorted(self.items.items()):
            if item.consultation_id:
                self.dealing.setdefault(item.consultation_id, item)
            self.agendas.setdefault(item.meeting_id or "", []).append(item)
        for _, one in sorted(self.consultations.items()):
            self.stations.setdefault(one.paper_id or "", []).append(one)
            if one.agenda_item_id:
                self.about.setdefault(one.agenda_item_id, []).append(one)
            item_of = self.items.get(one.agenda_item_id or "") or self.dealing.get(one.id)
            named = {one.meeting_id, item_of.meeting_id if item_of else None}
            named |= {text_of((change.diff or {}).get("meeting", [None])[0]) for change in self.log_of(one.id)}
            for meeting_id in named:
                if meeting_id is not None:
                    self.there.setdefault(meeting_id, []).append(one)


def rest(oparl_id: str) -> str:
    """Return an id without its scheme: servers that move to https call the same record by the other one."""
    return oparl_id.partition("://")[2]


def text_of(said: Any) -> str | None:
    """Return what a source wrote where a text or an id is expected; None where it wrote anything else."""
    return said if isinstance(said, str) else None


def moment_of(said: Any) -> datetime | None:
    """Return a moment as a source wrote it, or as it is kept; None where it is none, or stands for none."""
    try:
        moment = said if isinstance(said, datetime) else datetime.fromisoformat(str(said).strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)
        # Where calendars begin and end nothing is held; a day more or less cannot be reckoned with there.
        return moment if moment.astimezone(BERLIN).year > MINYEAR else None
    except (ValueError, OverflowError):
        return None
