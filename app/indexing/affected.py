"""From changes to documents: a document is written again when something it contains has changed.

Paper         itself and its files, and the agenda items that are about it, with theirs
Consultation  what its paper does
File          itself, the paper that shows the streets it names, and the agenda items whose results it states
Meeting       itself, its agenda items and files, and the papers it consults on
AgendaItem    itself and its files, and the papers whose result it says, with theirs
Person        itself, and the papers it brought in with their files
Organization  itself, and all that bear its name: papers, meetings, agenda items, files, members
Membership    its person        Location  the papers and meetings there        Body  everything of its source
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.indexing.documents import DOCUMENT_TYPES
from app.indexing.files import files_of
from app.indexing.lookups import AT_ONCE, chunks
from app.models import AgendaItem, Body, Change, Consultation, Link, Meeting, Membership, MinutesResult, Paper
from app.models.changes import UPDATED
from app.shown import FILE_PROPERTIES

Ids = dict[str, set[str]]  # document ids by type

# Others quote these only by their names, so that nothing else about them concerns others.
QUOTED = {"Organization": {"name"}, "Person": {"name"}, "Body": {"name", "shortName"}}
# These name what quotes them, or are named by it, in rows that go when they are withdrawn.
NAMING = frozenset({"Paper", "Consultation", "File", "Meeting", "AgendaItem", "Membership"})


def affected(session: Session, changes: Iterable[Change]) -> Ids:
    """Return the ids of the documents to write again or to take out, by type."""
    changed: Ids = {}
    quoted: Ids = {}
    for change in changes:
        changed.setdefault(change.object_type, set()).add(change.object_id)
        names = QUOTED.get(change.object_type)
        if names is None or change.kind != UPDATED or change.fields is None or names & set(change.fields):
            quoted.setdefault(change.object_type, set()).add(change.object_id)
    found = behind(session, quoted)
    for name, ids in changed.items():
        if name in DOCUMENT_TYPES:
            found.setdefault(name, set()).update(ids)
    return found


def behind(session: Session, stale: Ids) -> Ids:
    """Return what is to be written again where the texts of records say something else by now."""
    found = {name: set(ids) for name, ids in stale.items() if name in DOCUMENT_TYPES}
    for object_type, ids in stale.items():
        if object_type in _RULES:
            for name, others in _RULES[object_type](session, ids).items():
                found.setdefault(name, set()).update(others)
    return found


def _file(session: Session, ids: Collection[str]) -> Ids:
    # A meeting's file is held by no paper: under the wrong type its meeting would be taken for a paper that is gone.
    papers = _column(session, Paper.id, Paper.id, _linking(session, ids, set(FILE_PROPERTIES)))
    for chunk in chunks(ids, AT_ONCE):
        own_word = select(Link.to_id).where(Link.from_id.in_(chunk), Link.property == "paper")
        papers.update(session.scalars(own_word))
    items = _column(session, MinutesResult.agenda_item_id, MinutesResult.file_id, ids)
    found = _agenda_item(session, items)
    return {"Paper": papers | found["Paper"], "AgendaItem": items, "File": found["File"]}


def _paper(session: Session, ids: Collection[str]) -> Ids:
    return _about(session, ids, _column(session, Consultation.id, Consultation.paper_id, ids))


def _consultation(session: Session, ids: Collection[str]) -> Ids:
    return _about(session, _column(session, Consultation.paper_id, Consultation.id, ids), ids)


def _about(session: Session, papers: Collection[str], consultations: Collection[str]) -> Ids:
    """Papers, what is about them by these consultations, and the files of all."""
    items = _column(session, Consultation.agenda_item_id, Consultation.id, consultations)
    items |= _column(session, AgendaItem.id, AgendaItem.consultation_id, consultations)
    return {"Paper": set(papers), "AgendaItem": items, "File": files_of(session, {*papers, *items})}


def _meeting(session: Session, ids: Collection[str]) -> Ids:
    papers = _column(session, Consultation.paper_id, Consultation.meeting_id, ids)
    items = _column(session, AgendaItem.id, AgendaItem.meeting_id, ids)
    files = files_of(session, {*ids, *items, *papers})
    return {"Meeting": set(ids), "AgendaItem": items, "Paper": papers, "File": files}


def _agenda_item(session: Session, ids: Collection[str]) -> Ids:
    consulted = _column(session, AgendaItem.consultation_id, AgendaItem.id, ids)
    papers = _column(session, Consultation.paper_id, Consultation.agenda_item_id, ids)
    papers |= _column(session, Consultation.paper_id, Consultation.id, consulted)
    return {"Paper": papers, "File": files_of(session, {*ids, *papers})}


def _person(session: Session, ids: Collection[str]) -> Ids:
    return _about(session, _linking(session, ids, {"originatorPerson"}), ())


def _organization(session: Session, ids: Collection[str]) -> Ids:
    holders = _linking(session, ids, {"organization"})
    found = _meeting(session, _column(session, Meeting.id, Meeting.id, holders))
    papers = _linking(session, ids, {"underDirectionOf", "originatorOrganization"})
    papers |= _column(session, Consultation.paper_id, Consultation.id, holders)
    found["Paper"] |= papers
    found["File"] |= files_of(session, papers)
    found["Person"] = _column(session, Membership.person_id, Membership.organization_id, ids)
    return found


def _membership(session: Session, ids: Collection[str]) -> Ids:
    return {"Person": _column(session, Membership.person_id, Membership.id, ids)}


def _location(session: Session, ids: Collection[str]) -> Ids:
    there = _linking(session, ids, {"location"})
    return {
        "Paper": _column(session, Paper.id, Paper.id, there),
        "Meeting": _column(session, Meeting.id, Meeting.id, there),
    }


def _body(session: Session, ids: Collection[str]) -> Ids:
    # The short name of one council depends on how many its server has.
    sources = _column(session, Body.source_id, Body.id, ids)
    return {name: _column(session, model.id, model.source_id, sources) for name, model in DOCUMENT_TYPES.items()}


_RULES: dict[str, Callable[[Session, Collection[str]], Ids]] = {
    "File": _file,
    "Paper": _paper,
    "Consultation": _consultation,
    "Meeting": _meeting,
    "AgendaItem": _agenda_item,
    "Person": _person,
    "Organization": _organization,
    "Membership": _membership,
    "Location": _location,
    "Body": _body,
}


def _column(
    session: Session, column: InstrumentedAttribute[Any], where: InstrumentedAttribute[Any], values: Collection[Any]
) -> set[Any]:
    found: set[Any] = set()
    for chunk in chunks(values, AT_ONCE):
        found.update(session.scalars(select(column).where(where.in_(chunk), column.is_not(None))))
    return found


def _linking(session: Session, ids: Collection[str], properties: Collection[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(ids, AT_ONCE):
        found.update(session.scalars(select(Link.from_id).where(Link.to_id.in_(chunk), Link.property.in_(properties))))
    return found
