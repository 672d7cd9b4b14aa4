"""The records behind a stretch of the log, as they are now, and what the log knows of each: in a constant number of
questions, however many changes there are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app import changes as log
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Alias,
    Change,
    Consultation,
    Link,
    Meeting,
    Membership,
    MinutesResult,
    News,
    NewsRef,
    OParlObject,
    Organization,
    Paper,
    Person,
    Source,
    key_of,
)
from app.models.changes import CREATED, DELETED, ERASED
from app.queries.history import SAME_WALK
from app.rows import among
from app.shown import FILE_PARENTS, FILE_PROPERTIES
from app.speech import BERLIN

T = TypeVar("T", bound=OParlObject)
_ORIGINATORS = ("originatorPerson", "originatorOrganization", "underDirectionOf")


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
    told: dict[str, list[tuple[str | None, set[str]]]] = field(default_factory=dict)  # (matter, refs) of earlier news
    servers: dict[int, str] = field(default_factory=dict)
    about: dict[str, list[Consultation]] = field(default_factory=dict)  # by the agenda item that they name
    dealing: dict[str, AgendaItem] = field(default_factory=dict)  # by the consultation that they name
    agendas: dict[str, list[AgendaItem]] = field(default_factory=dict)  # by their meeting
    stations: dict[str, list[Consultation]] = field(default_factory=dict)  # by their paper
    schemes: dict[str, str] = field(default_factory=dict)  # ids that only got another scheme

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
        return next((one for one in self.log_of(oparl_id) if one.kind == CREATED), None)

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

    def value(self, oparl_id: str, name: str, seq: int, now: Any) -> Any:
        """Return what a property was at a change, as the source wrote it: what later changes altered is undone."""
        later = (one for one in self.log_of(oparl_id) if one.seq > seq and one.diff and name in one.diff)
        change = next(later, None)
        return now if change is None or change.diff is None else change.diff[name][0]

    def start(self, meeting: Meeting, seq: int) -> datetime | None:
        """Return when a meeting was to begin at a change."""
        return moment_of(self.value(meeting.id, "start", seq, meeting.start))

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
        """Note which items and consultations belong together: some servers say it there, some here."""
        for _, one in sorted(self.consultations.items()):
            self.stations.setdefault(one.paper_id or "", []).append(one)
            if one.agenda_item_id:
                self.about.setdefault(one.agenda_item_id, []).append(one)
        for _, item in sorted(self.items.items()):
            if item.consultation_id:
                self.dealing.setdefault(item.consultation_id, item)
            self.agendas.setdefault(item.meeting_id or "", []).append(item)


def rest(oparl_id: str) -> str:
    """Return an id without its scheme: servers that move to https call the same record by the other one."""
    return oparl_id.partition("://")[2]


def moment_of(said: Any) -> datetime | None:
    """Return a moment as a source wrote it, or as it is kept; None where it is none."""
    if isinstance(said, datetime):
        return said
    try:
        moment = datetime.fromisoformat(str(said).strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)


def in_todays_names(session: Session, batch: Sequence[Change]) -> dict[str, str]:
    """Call the records of some changes what they are called now; returns which of them only got another scheme."""
    ids: dict[str, set[str]] = {}
    for change in batch:
        ids.setdefault(change.object_type, set()).add(change.object_id)
    every = {key_of(one): one for some in ids.values() for one in some}
    moved = select(Alias.key, Alias.new_id).where(among(session, Alias.key, sorted(every)))
    today = {row.key: row.new_id for row in session.execute(moved)}
    for object_type, some in ids.items():
        model = OPARL_TYPES[object_type]
        query = select(model.key, model.id).where(among(session, model.key, sorted(map(key_of, some))))
        today |= {row.key: row.id for row in session.execute(query)}
    about: dict[str, list[Consultation]] = field(default_factory=dict)  # by the agenda item that they name
    dealing: dict[str, AgendaItem] = field(default_factory=dict)  # by the consultation that they name
    agendas: dict[str, list[AgendaItem]] = field(default_factory=dict)  # by their meeting
    stations: dict[str, list[Consultation]] = field(default_factory=dict)  # by their paper
    schemes: dict[str, str] = {}
    session.expunge_all()  # what is written here is no change of the log
    for change in batch:
        now = today.get(key_of(change.object_id), change.object_id)
        if change.kind == DELETED and change.object_id != now and rest(change.object_id) == rest(now):
            schemes[change.object_id] = now  # that the old name ended is all that it says
        else:
            change.object_id = now
    return schemes


def behind(session: Session, batch: Sequence[Change]) -> Behind:
    """Read all that is needed to tell what some changes mean."""
    if not batch:
        return Behind()
    found = Behind(schemes=in_todays_names(session, batch))
    found.servers = {number: urlsplit(url).netloc.lower() for number, url in session.execute(_SERVERS)}
    ids: dict[str, set[str]] = {}
    for change in batch:
        ids.setdefault(change.object_type, set()).add(change.object_id)
    _holders(session, found, ids.get("File", set()))
    _places(session, found, ids.get("Location", set()))
    held = {one for some in found.holders.values() for one in some}
    _ways(session, found, ids, held)
    _papers(session, found, ids.get("Paper", set()) | held)
    _people(session, found, ids)
    found.tie()
    mentioned = {one for some in ids.values() for one in some} | {*found.papers, *found.meetings}
    mentioned |= {*found.items, *found.consultations}
    _histories(session, found, mentioned | {one.person_id for one in found.memberships.values() if one.person_id})
    gone = [one.object_id for one in batch if one.kind in (DELETED, ERASED) or "public" in (one.fields or ())]
    _told(session, found, gone)
    read = [one.object_id for one in batch if one.object_type == "AgendaItem" and "minutes" in (one.fields or ())]
    for item_id, result in session.execute(_RESULTS.where(among(session, MinutesResult.agenda_item_id, read))):
        found.minuted.setdefault(item_id, set()).add(result)
    return found


_SERVERS = select(Source.id, Source.url)
_RESULTS = select(MinutesResult.agenda_item_id, MinutesResult.result)


def _rows(session: Session, model: type[T], column: Any, ids: Collection[str]) -> dict[str, T]:
    if not ids:
        return {}
    query = select(model).where(among(session, column, sorted(ids)), ~model.deleted).options(defer(model.raw))
    return {row.id: row for row in session.scalars(query)}


def _links(session: Session, found: Behind, ids: Iterable[str], properties: Sequence[str]) -> None:
    query = select(Link.from_id, Link.property, Link.to_id).where(Link.property.in_(properties))
    query = query.where(among(session, Link.from_id, sorted(set(ids)))).order_by(Link.from_id, Link.position)
    for from_id, name, to_id in session.execute(query):
        found.links.setdefault((from_id, name), []).append(to_id)


def _holders(session: Session, found: Behind, files: Collection[str]) -> None:
    """Find by what files are held, by either side's word."""
    if not files:
        return
    named, own = sorted(files), sorted(files)
    theirs = select(Link.to_id, Link.from_id).where(among(session, Link.to_id, named))
    mine = select(Link.from_id, Link.to_id).where(among(session, Link.from_id, own))
    for query in (theirs.where(Link.property.in_(FILE_PROPERTIES)), mine.where(Link.property.in_(FILE_PARENTS))):
        for file_id, holder in session.execute(query.order_by(Link.from_id, Link.to_id)):
            if holder not in found.holders.setdefault(file_id, []):
                found.holders[file_id].append(holder)


def _places(session: Session, found: Behind, places: Collection[str]) -> None:
    if places:
        query = select(Link.to_id, Link.from_id).where(among(session, Link.to_id, sorted(places)))
        for place_id, holder in session.execute(query.where(Link.property == "location")):
            found.located.setdefault(place_id, []).append(holder)


def _ways(session: Session, found: Behind, ids: dict[str, set[str]], held: set[str]) -> None:
    """Read the agenda items, consultations and meetings that the changes are about, and what ties them together."""
    found.items |= _rows(session, AgendaItem, AgendaItem.id, ids.get("AgendaItem", set()) | held)
    # Whether an agenda is a new one, all of its items have to tell.
    agendas = ids.get("Meeting", set()) | {one.meeting_id for one in found.items.values() if one.meeting_id}
    found.items |= _rows(session, AgendaItem, AgendaItem.meeting_id, agendas)
    found.consultations |= _rows(session, Consultation, Consultation.id, ids.get("Consultation", set()))
    found.consultations |= _rows(session, Consultation, Consultation.agenda_item_id, found.items.keys())
    found.consultations |= _rows(session, Consultation, Consultation.meeting_id, ids.get("Meeting", set()))
    consulted = {one.consultation_id for one in found.items.values() if one.consultation_id}
    found.consultations |= _rows(session, Consultation, Consultation.id, consulted - found.consultations.keys())
    _tied(session, found)
    meetings = ids.get("Meeting", set()) | held | {one for some in found.located.values() for one in some}
    meetings |= {one.meeting_id for one in found.items.values() if one.meeting_id}
    meetings |= {one.meeting_id for one in found.consultations.values() if one.meeting_id}
    found.meetings |= _rows(session, Meeting, Meeting.id, meetings)


def _tied(session: Session, found: Behind) -> None:
    """Read the items that consultations are about: some servers name these there, some the other way round."""
    named = {one.agenda_item_id for one in found.consultations.values() if one.agenda_item_id}
    found.items |= _rows(session, AgendaItem, AgendaItem.id, named - found.items.keys())
    found.items |= _rows(session, AgendaItem, AgendaItem.consultation_id, found.consultations.keys())


def _papers(session: Session, found: Behind, ids: set[str]) -> None:
    """Read papers with all their stations, and whom papers and meetings concern."""
    ids = ids | {one.paper_id for one in found.consultations.values() if one.paper_id}
    found.papers |= _rows(session, Paper, Paper.id, ids)
    found.consultations |= _rows(session, Consultation, Consultation.paper_id, found.papers.keys())
    _tied(session, found)
    more = {one.meeting_id for one in found.items.values() if one.meeting_id}
    more |= {one.meeting_id for one in found.consultations.values() if one.meeting_id}
    found.meetings |= _rows(session, Meeting, Meeting.id, more - found.meetings.keys())
    _links(session, found, found.papers, _ORIGINATORS)
    _links(session, found, {*found.meetings, *found.consultations}, ("organization",))


def _people(session: Session, found: Behind, ids: dict[str, set[str]]) -> None:
    found.memberships |= _rows(session, Membership, Membership.id, ids.get("Membership", set()))
    people = ids.get("Person", set()) | {one.person_id for one in found.memberships.values() if one.person_id}
    found.others |= _rows(session, Person, Person.id, people)
    found.others |= _rows(session, Organization, Organization.id, ids.get("Organization", set()))


def _histories(session: Session, found: Behind, ids: set[str]) -> None:
    """Read the log of records, also under the names that they had before."""
    wanted = sorted(ids)
    names = log.names_of(session, wanted)
    query = select(Change).where(among(session, Change.object_id, sorted(names))).order_by(Change.seq)
    for change in session.scalars(query):
        found.history.setdefault(rest(names[change.object_id]), []).append(change)


def _told(session: Session, found: Behind, ids: Sequence[str]) -> None:
    """Read what was told of records that are gone now: nothing else knows whom they concerned."""
    if not ids:
        return
    query = select(News.id, News.object_id, News.matter_id).where(among(session, News.object_id, ids))
    rows = session.execute(query.order_by(News.id)).all()
    refs: dict[int, set[str]] = {}
    chosen = select(NewsRef.news_id, NewsRef.ref).where(NewsRef.news_id.in_([row.id for row in rows]))
    for news_id, ref in session.execute(chosen):
        refs.setdefault(news_id, set()).add(ref)
    for news_id, object_id, matter_id in rows:
        found.told.setdefault(object_id, []).append((matter_id, refs.get(news_id, set())))
