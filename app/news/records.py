"""Reading what a stretch of the log is about: in a constant number of questions, however many changes there are."""

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app import changes as log
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Alias,
    Blob,
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
    Page,
    Paper,
    Person,
    Source,
    key_of,
)
from app.models.changes import CREATED, DELETED, ERASED
from app.news.behind import Behind, rest
from app.rows import among
from app.shown import FILE_PARENTS, FILE_PROPERTIES

T = TypeVar("T", bound=OParlObject)
_ORIGINATORS = ("originatorPerson", "originatorOrganization", "underDirectionOf")


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
    mentioned = {one for some in ids.values() for one in some} | {*found.papers, *found.meetings}
    mentioned |= {*found.items, *found.consultations}
    _histories(session, found, mentioned | {one.person_id for one in found.memberships.values() if one.person_id})
    _texts(session, found, ids.get("File", set()))
    found.tie()
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
        name = rest(names[change.object_id])
        found.history.setdefault(name, []).append(change)
        if change.kind == CREATED:
            found.first.setdefault(name, change)


def _texts(session: Session, found: Behind, files: Collection[str]) -> None:
    """Compare the texts of files before and after other bytes came; those that no file refers to have none any more."""
    pairs: dict[int, tuple[str, str]] = {}
    for change in (one for file_id in files for one in found.log_of(file_id)):
        old, new = (change.diff or {}).get("sha256", (None, None))
        if "content" in (change.fields or ()) and isinstance(old, str) and isinstance(new, str):
            pairs[change.seq] = (old, new)
    if not pairs:
        return
    blobs = sorted({one for pair in pairs.values() for one in pair})
    texts: dict[str, Any] = {}
    pages = select(Page.sha256, Page.text).where(among(session, Page.sha256, blobs)).order_by(Page.sha256, Page.number)
    for sha256, text in session.execute(pages.execution_options(yield_per=500)):
        if words := text.split():
            texts.setdefault(sha256, blake2b()).update(" ".join(["", *words]).encode())
    owed = select(Blob.sha256).where(among(session, Blob.sha256, blobs), Blob.read_state.is_(None))
    unread = set(session.scalars(owed))
    said = {sha256: text.digest() for sha256, text in texts.items()}
    found.alike = {seq for seq, (old, new) in pairs.items() if old in said and said[old] == said.get(new)}
    found.unread = {seq for seq, (old, new) in pairs.items() if old in said and new in unread}


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
