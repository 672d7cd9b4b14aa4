"""What changes mean to readers: records that are new, differ or are gone. What meetings bring is in meetings."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy.exc import SQLAlchemyError

from app.models import Change, Meeting
from app.models.changes import CREATED, DELETED, ERASED, UPDATED
from app.models.news import CHANGED, NEW, WITHDRAWN
from app.news.behind import Behind
from app.news.meetings import agendas, decisions, moves, plans
from app.news.refs import Found, found_of, refs_of_meeting, refs_of_paper
from app.queries.history import SAME_WALK
from app.queries.references import FILE_ROLES

log = logging.getLogger(__name__)

TEXT, CONTENT = "text", "content"
# Pages that were recognised from a scan come after the first text of a file: they are news with it.
RECOGNISED = timedelta(days=7)
_WORTH_TELLING = frozenset({"name", "paperType", "originatorPerson", "originatorOrganization", "deleted"})
_WHOLE = frozenset({"Paper", "Meeting"})
_TAKEN_BACK = _WHOLE | frozenset({"File", "AgendaItem"})


def derive(batch: Sequence[Change], behind: Behind) -> Iterator[Found]:
    """Yield what happened, in the log's order; of what is found twice the first counts.

    What one page of a list brought is taken together: its changes have the same moment. One that cannot be understood
    costs nothing but itself.
    """
    for _, each in groupby(batch, key=lambda one: (one.source_id, one.at)):
        page = list(each)
        try:
            found = _on(page, behind)
        except SQLAlchemyError:
            raise  # the database is to blame, not what was said
        except Exception:
            log.exception("what happened on a page cannot be told at once; it is tried change by change")
            found = [one for change in page for one in _alone(change, behind)]
        yield from found


def _alone(change: Change, behind: Behind) -> list[Found]:
    try:
        return _on([change], behind)
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("change %s of %s cannot be told, and is left out", change.seq, change.object_id)
        return []


def _on(page: Sequence[Change], behind: Behind) -> list[Found]:
    found = list(_of_page(page, behind))
    for one in found:
        behind.told.setdefault(one.object_id, []).append((one.matter_id, one.refs))
    return [*found, *_withdrawn(page, behind)]


def _of_page(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    for change in page:
        yield from _of_record(change, behind)
    yield from moves(page, behind)
    yield from plans(page, behind)
    yield from agendas(page, behind)
    yield from decisions(page, behind)


def _of_record(change: Change, behind: Behind) -> Iterator[Found]:
    match change.object_type:
        case "Paper":
            yield from _paper(change, behind)
        case "File":
            yield from _file(change, behind)
        case "Meeting" if change.kind == CREATED:
            meeting = behind.meetings.get(change.object_id)
            refs = refs_of_meeting(behind, meeting) if meeting else {f"meeting:{change.object_id}"}
            yield found_of(change, NEW, refs=refs, matter=change.object_id)
        case "AgendaItem" if change.kind == CREATED:
            yield from _item(change, behind)
        case "Person" | "Organization" if change.kind == CREATED:
            row = behind.others.get(change.object_id)
            refs = {f"{change.object_type.lower()}:{change.object_id}"}
            refs |= {f"body:{row.body_id}"} if row and row.body_id else set()
            yield found_of(change, NEW, refs=refs)
        case "Membership" if change.kind == CREATED:
            yield from _membership(change, behind)


def _paper(change: Change, behind: Behind) -> Iterator[Found]:
    paper = behind.papers.get(change.object_id)
    own = {f"paper:{change.object_id}"}
    if change.kind == CREATED:
        yield found_of(change, NEW, refs=refs_of_paper(behind, paper) if paper else own, matter=change.object_id)
    elif change.kind == UPDATED and _tells(change, behind):
        refs = refs_of_paper(behind, paper, council=False) if paper else own
        yield found_of(change, CHANGED, refs=refs, matter=change.object_id)


def _tells(change: Change, behind: Behind) -> bool:
    """Whether something differs that readers would want to know, and does not only complete what just came."""
    told = {name: sides for name, sides in (change.diff or {}).items() if name in _WORTH_TELLING}
    told = {name: sides for name, sides in told.items() if sides != [[], []]}
    return bool(told) and not completes(change, behind, told.values())


def completes(change: Change, behind: Behind, sides: Iterable[Sequence[object]]) -> bool:
    """Whether a change only adds to what was first seen on the same walk."""
    first = behind.arrived(change.object_id)
    soon = first is not None and change.at - first.at < SAME_WALK
    return soon and all(before in (None, []) and after not in (None, []) for before, after in sides)


def _file(change: Change, behind: Behind) -> Iterator[Found]:
    """A file is news when it appears, and again when its text can be read: who was told of it is not told twice.

    Other bytes are news where they say something else: where there was a text, that waits until theirs is read.
    """
    fields = change.fields or ()
    if change.kind == CREATED:
        yield _of_file(change, behind, NEW, f"new:{change.object_id}")
    elif change.kind == UPDATED and CONTENT in fields:
        if change.seq not in behind.alike | behind.unread:
            yield _of_file(change, behind, CHANGED, f"changed:{change.object_id}:{change.seq}")
    elif change.kind == UPDATED and TEXT in fields:
        yield from _text(change, behind)
    elif change.kind == UPDATED and "deleted" in (change.diff or ()):
        yield _of_file(change, behind, CHANGED, f"changed:{change.object_id}:{change.seq}")


def _text(change: Change, behind: Behind) -> Iterator[Found]:
    before = [one for one in behind.log_of(change.object_id) if one.seq < change.seq]
    first = next((one for one in before if one.kind == CREATED), None)
    replaced = [one for one in before if CONTENT in (one.fields or ()) and not one.backfill]
    read = [one for one in before if TEXT in (one.fields or ())]
    if replaced:
        since = [one for one in read if one.seq > replaced[-1].seq]
        tells = replaced[-1].seq not in behind.alike
        if tells and (not since or change.at - since[0].at < RECOGNISED):
            key = f"changed:{change.object_id}:{replaced[-1].seq}"
            yield _of_file(change, behind, CHANGED, key, changes=[replaced[-1].seq])
    elif (
        first is not None
        and not first.backfill
        and not any(one.backfill for one in read[:1])
        and (not read or change.at - read[0].at < RECOGNISED)
    ):
        yield _of_file(change, behind, NEW, f"new:{change.object_id}", changes=[first.seq])


def _of_file(change: Change, behind: Behind, kind: str, key: str, changes: list[int] | None = None) -> Found:
    matter, refs = None, set[str]()
    first = behind.arrived(change.object_id) or change
    for holder in behind.holders.get(change.object_id, ()):
        papers, meeting = _of_holder(holder, behind)
        matter = matter or next(iter(papers), None) or (meeting.id if meeting else None)
        for paper_id in papers:
            if kind == CHANGED or not behind.came_with(first, paper_id):
                refs |= refs_of_paper(behind, behind.papers[paper_id], council=False)
        if meeting and not papers and (kind == CHANGED or not behind.came_with(first, meeting.id)):
            refs |= refs_of_meeting(behind, meeting, council=False)
    return found_of(change, kind, key=key, refs=refs, matter=matter, changes=changes, moves=True)


def _of_holder(holder: str, behind: Behind) -> tuple[list[str], Meeting | None]:
    """Return the papers that a file belongs to by what holds it, and the meeting."""
    if holder in behind.papers:
        return [holder], None
    if holder in behind.meetings:
        return [], behind.meetings[holder]
    item = behind.items.get(holder)
    if item is None or item.public is False:
        return [], None
    return [paper.id for paper in behind.papers_of(item)], behind.meetings.get(item.meeting_id or "")


def _item(change: Change, behind: Behind) -> Iterator[Found]:
    """An agenda item without a paper is found by its name alone; whom its meeting concerns is told of the agenda."""
    item = behind.items.get(change.object_id)
    if item is None or not item.name or not behind.is_public(item, change.seq) or item.consultation_id:
        return
    if not behind.papers_of(item, change.seq):
        # Who is told of an item is told what became of it, not of all others of its meeting.
        yield found_of(change, NEW, refs=set(), matter=item.id)


def _membership(change: Change, behind: Behind) -> Iterator[Found]:
    membership = behind.memberships.get(change.object_id)
    if membership is None or not membership.person_id:
        return
    if membership.end_date is not None and membership.end_date < change.at.date():
        return
    refs = {f"person:{membership.person_id}"}
    refs |= {f"organization:{membership.organization_id}"} if membership.organization_id else set()
    found = found_of(change, NEW, refs=refs)
    found.object_type, found.object_id = "Person", membership.person_id
    # Whoever finds the person by a search is told of the person.
    new = behind.came_with(change, membership.person_id)
    found.document_id = change.object_id if new else membership.person_id
    yield found


def _withdrawn(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    back = [one for one in page if one.object_type in _TAKEN_BACK and _takes_back(one)]
    # That a server calls them by https now is nothing that it takes back.
    back = [one for one in back if one.object_id not in behind.schemes]
    whole = {f"{one.object_type.lower()}:{one.object_id}" for one in back if one.object_type in _WHOLE}
    held = _let_go(page)
    for change in back:
        told = behind.told.get(change.object_id, ())
        refs = set().union(*(refs for _, refs in told))
        if change.object_type in _WHOLE:
            refs.add(f"{change.object_type.lower()}:{change.object_id}")
            yield found_of(change, WITHDRAWN, refs=refs, matter=change.object_id)
            continue
        if refs & whole:  # whoever hears that the whole is gone need not hear of each part
            refs = {ref for ref in refs - whole if ref.startswith("paper:")}
        matter = next((one for one, _ in told if one), None)
        if (holder := held.get(change.object_id)) is not None:
            refs.add(f"{holder[0].lower()}:{holder[1]}")
            matter = matter or holder[1]
        if told or change.object_type == "File":
            yield found_of(change, WITHDRAWN, refs=refs, matter=matter)


def _takes_back(change: Change) -> bool:
    if change.kind in (DELETED, ERASED):
        return True
    return change.object_type == "AgendaItem" and (change.diff or {}).get("public") == [True, False]


def _let_go(page: Sequence[Change]) -> dict[str, tuple[str, str]]:
    """Return of files that papers and meetings name no more, on the same page, which did."""
    found: dict[str, tuple[str, str]] = {}
    for change in page:
        if change.kind == UPDATED and change.object_type in ("Paper", "Meeting"):
            for name in FILE_ROLES:
                gone = (change.diff or {}).get(name, [None])[0]
                for one in gone if isinstance(gone, list) else [gone]:
                    if isinstance(one, str):
                        found[one] = (change.object_type, change.object_id)
    return found
