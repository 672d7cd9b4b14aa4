"""What meetings bring: dates that move, papers that get a date, agendas that appear, results."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.facts.minutes import Result
from app.models import AgendaItem, Change, Consultation, Meeting, Paper
from app.models.changes import CREATED, DELETED, UPDATED
from app.models.news import AGENDA, CHANGED, DECIDED, PLANNED
from app.news.behind import Behind, moment_of, text_of
from app.news.refs import Found, found_of, refs_of_meeting
from app.queries.history import SAME_WALK
from app.queries.minutes import OUTCOMES
from app.queries.outcomes import Outcome, outcome_of
from app.speech import BERLIN

CLOSE = timedelta(hours=48)  # so shortly before a meeting its agenda's changes are told
OLD = timedelta(days=120)  # results of meetings so long ago are history that is completed
A_DAY = timedelta(days=1)
_SAYING = frozenset({"name", "meeting", "agendaItem", "public", "deleted"})
_PLACE = frozenset({"description", "streetAddress", "room", "subLocality", "locality"})
_SAYS_NOTHING = frozenset({None, Outcome.OTHER, Outcome.NONE})


def moves(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    """Yield meetings that are held at another time or place than was said, or not at all; only before they are held."""
    for change in page:
        if change.object_type == "Location" and change.kind == UPDATED and _PLACE & (change.diff or {}).keys():
            there = behind.located.get(change.object_id, ())
            # A place that many name was corrected; one that only this meeting has says where it was moved to.
            meeting = behind.meetings.get(there[0]) if len(there) == 1 else None
            if meeting is not None and _is_ahead(behind.start(meeting, change.seq), change.at):
                yield _moved(change, meeting, behind)
        elif change.object_type == "Meeting" and change.kind == UPDATED and _moves(change, behind):
            meeting = behind.meetings.get(change.object_id)
            if meeting is not None:
                yield _moved(change, meeting, behind)


def _moved(change: Change, meeting: Meeting, behind: Behind) -> Found:
    refs = refs_of_meeting(behind, meeting)
    if "cancelled" in (change.diff or ()):
        there = _stations(behind.there.get(meeting.id, ()), behind, change.seq)
        refs |= {f"paper:{paper.id}" for _, paper, held in there if held is meeting}
    found = found_of(change, CHANGED, refs=refs, matter=meeting.id, key=f"changed:{meeting.id}:{change.seq}")
    found.object_type, found.object_id, found.document_id = "Meeting", meeting.id, meeting.id
    return found


def _moves(change: Change, behind: Behind) -> bool:
    diff = dict(change.diff or {})
    if "deleted" in diff:
        return True
    first = behind.arrived(change.object_id)
    soon = first is not None and change.at - first.at < SAME_WALK
    told = []
    for name in ("start", "end", "location", "cancelled"):
        if name not in diff:
            continue
        before, after = diff[name]
        same = name in ("start", "end") and moment_of(before) == moment_of(after) is not None
        nothing = name == "cancelled" and not before and not after
        told += [name] if not (same or nothing or (soon and before is None)) else []
    meeting = behind.meetings.get(change.object_id)
    starts = [moment_of(one) for one in diff.get("start", ())]
    starts += [behind.start(meeting, change.seq)] if meeting is not None else []
    # When it really ended is noted afterwards.
    return bool(told) and any(_is_ahead(one, change.at) for one in starts)


def _is_ahead(start: datetime | None, at: datetime) -> bool:
    return start is not None and start > at


def plans(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    """Yield papers that got a date, or another day; not those that came with it."""
    consultations = {one.object_id: one for one in page if one.object_type == "Consultation" and _ties(one, "meeting")}
    items = {one.object_id: one for one in page if one.object_type == "AgendaItem" and _ties(one, "consultation")}
    meetings = {one.object_id: one for one in page if one.object_type == "Meeting" and _moves_day(one)}
    if not (consultations or items or meetings):
        return
    last = page[-1].seq
    # Where the consultation names the meeting itself, nothing is new when its item appears there.
    by_item = {one.id: items[item_id] for item_id in items for one in _about(behind, item_id) if not one.meeting_id}
    concerned = {one for one in (*consultations, *by_item) if one in behind.consultations}
    concerned |= {one.id for meeting_id in meetings for one in behind.there.get(meeting_id, ())}
    some = [behind.consultations[one] for one in sorted(concerned)]
    for consultation, paper, meeting in _stations(some, behind, last):
        change = consultations.get(consultation.id) or meetings.get(meeting.id) or by_item.get(consultation.id)
        start = behind.start(meeting, last) if change else None
        if change is None or start is None or not _is_ahead(start, change.at) or behind.came_with(change, paper.id):
            continue
        refs = {f"paper:{paper.id}", *(f"person:{one}" for one in behind.linked(paper.id, "originatorPerson"))}
        day = start.astimezone(BERLIN).date()
        key = f"planned:{consultation.id}:{meeting.id}:{day}"
        found = found_of(change, PLANNED, refs=refs, matter=paper.id, key=key)
        found.object_type, found.object_id, found.document_id = "Paper", paper.id, paper.id
        yield found


def _about(behind: Behind, item_id: str) -> list[Consultation]:
    item = behind.items.get(item_id)
    named = behind.consultations.get(item.consultation_id or "") if item else None
    return [*behind.about.get(item_id, ()), *([named] if named else [])]


def _ties(change: Change, name: str) -> bool:
    if change.kind == CREATED:
        return True
    said = (change.diff or {}).get(name) or (change.diff or {}).get("agendaItem")
    return change.kind == UPDATED and bool(said and said[1])


def _moves_day(change: Change) -> bool:
    if change.kind == CREATED:
        return True  # what was to be consulted on there may be known already
    if change.kind != UPDATED or "start" not in (change.diff or {}):
        return False
    days = [
        moment.astimezone(BERLIN).date() if moment else None for moment in map(moment_of, (change.diff or {})["start"])
    ]
    return days[0] != days[1]


def _stations(some: Iterable[Consultation], behind: Behind, seq: int) -> Iterator[tuple[Consultation, Paper, Meeting]]:
    """Yield on what is consulted where, as it was at a change."""
    for consultation in some:
        paper = behind.papers.get(consultation.paper_id or "")
        meeting = behind.meeting_of(consultation, seq) if paper else None
        if paper is None or meeting is None or not behind.existed(consultation.id, seq):
            continue
        if behind.heard(consultation, paper):
            yield consultation, paper, meeting


def agendas(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    """Yield meetings whose agenda appeared, and those whose agenda changed shortly before."""
    told: dict[str, list[Change]] = {}
    for change in page:
        for meeting_id in _agenda_of(change, behind):
            told.setdefault(meeting_id, []).append(change)
    for meeting_id, changes in told.items():
        meeting, first = behind.meetings.get(meeting_id), changes[0]
        start = behind.start(meeting, page[-1].seq) if meeting else None
        if meeting is None or start is None or not _is_ahead(start, first.at):
            continue
        seqs = [change.seq for change in changes]
        if _is_first(meeting_id, first, behind):
            if not behind.came_with(first, meeting_id) and any(map(_brings, changes)):
                yield _agenda(first, meeting, f"agenda:{meeting_id}", seqs, refs_of_meeting(behind, meeting))
        elif start - first.at <= CLOSE:
            refs = refs_of_meeting(behind, meeting, council=False)
            yield _agenda(first, meeting, f"agenda:{meeting_id}:{first.seq}", seqs, refs)


def _brings(change: Change) -> bool:
    """Whether a change put an item on an agenda, or opened one that nobody could read until then."""
    return change.kind == CREATED or (change.diff or {}).get("public", [None])[0] is False


def _agenda(change: Change, meeting: Meeting, key: str, changes: list[int], refs: set[str]) -> Found:
    found = found_of(change, AGENDA, refs=refs, matter=meeting.id, key=key, changes=changes)
    found.object_type, found.object_id, found.document_id = "Meeting", meeting.id, meeting.id
    return found


def _agenda_of(change: Change, behind: Behind) -> set[str]:
    """Return on whose agendas a change put something, took something, or renamed it."""
    diff = change.diff or {}
    if change.object_type == "Meeting":
        listed = change.kind == UPDATED and _lists_others(diff.get("agendaItem", ()), change, behind)
        return {change.object_id} if listed else set()
    if change.object_type != "AgendaItem" or (change.kind == UPDATED and not _SAYING & diff.keys()):
        return set()
    item = behind.items.get(change.object_id)
    if item is not None and not behind.was_public(item, change.seq) and "public" not in diff:
        return set()  # what nobody may read is no agenda
    found = {item.meeting_id} if item is not None and item.meeting_id else set()
    for name in ("meeting", "agendaItem"):  # what it was named by until now, and is from now on
        found |= {one for one in diff.get(name, ()) if isinstance(one, str)}
    return found


def _lists_others(sides: Sequence[Any], change: Change, behind: Behind) -> bool:
    """Whether a list of items is another than before, not counting those that are not public."""
    named = [set(map(str, side)) if isinstance(side, list) else set() for side in sides]
    if not any(named):
        return False
    others = named[0].symmetric_difference(*named[1:])
    items = [behind.items.get(one) for one in others]
    return not others or any(item is None or behind.was_public(item, change.seq) for item in items)


def _is_first(meeting_id: str, change: Change, behind: Behind) -> bool:
    """Whether no agenda of a meeting was seen before: its items come on one walk, on several pages."""
    items = [one for one in behind.agendas.get(meeting_id, ()) if behind.was_public(one, change.seq - 1)]
    arrived = [first for one in items if (first := behind.arrived(one.id)) is not None]
    return all(not one.backfill and change.at - one.at < SAME_WALK for one in arrived if one.seq < change.seq)


def decisions(page: Sequence[Change], behind: Behind) -> Iterator[Found]:
    """Yield results, stated by the server or read from minutes; the same one in other words is none."""
    for change in page:
        item = behind.items.get(change.object_id) if change.object_type == "AgendaItem" else None
        if item is None or not behind.is_public(item, change.seq) or change.kind == DELETED:
            continue
        outcome = _outcome(change, item, behind)
        meeting = behind.meetings.get(item.meeting_id or "")
        start = behind.start(meeting, change.seq) if meeting else None
        if outcome is None or (start and not -A_DAY < change.at - start < OLD):
            continue
        yield _decided(change, item, meeting, outcome, behind)


def _decided(change: Change, item: AgendaItem, meeting: Meeting | None, outcome: Outcome, behind: Behind) -> Found:
    papers = behind.papers_of(item)
    refs = refs_of_meeting(behind, meeting) if meeting else set()
    for paper in papers:
        refs |= {f"paper:{paper.id}", f"body:{paper.body_id}"} if paper.body_id else {f"paper:{paper.id}"}
        refs |= {f"person:{one}" for one in behind.linked(paper.id, "originatorPerson")}
        refs |= {f"organization:{one}" for one in behind.linked(paper.id, "originatorOrganization")}
    matter = papers[0].id if papers else item.id
    found = found_of(change, DECIDED, refs=refs, matter=matter, key=f"decided:{item.id}:{outcome.value}")
    found.document_id = matter
    return found


def _outcome(change: Change, item: AgendaItem, behind: Behind) -> Outcome | None:
    """Return what became of an item with this change; None where that is not told, or was told before."""
    if "minutes" in (change.fields or ()):
        kinds = {OUTCOMES[Result(one)] for one in behind.minuted.get(item.id, ())}
        return kinds.pop() if len(kinds) == 1 else None
    diff = change.diff or {}
    if change.kind != CREATED and "result" not in diff:
        return None
    now = outcome_of(behind.value(item.id, "result", change.seq, item.result))
    before = outcome_of(text_of(diff["result"][0])) if "result" in diff else None
    return None if now in _SAYS_NOTHING or now is before else now
