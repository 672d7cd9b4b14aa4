"""One piece of news before it is a row, and whom papers and meetings concern: those who can follow something."""

from dataclasses import dataclass
from datetime import datetime

from app.models import Change, Meeting, Paper
from app.news.behind import Behind


@dataclass(slots=True)
class Found:
    """What happened; where it `moves`, it is told anew when more is known of it: its key stays, its number grows."""

    seq: int
    key: str
    kind: str
    object_type: str
    object_id: str
    document_id: str
    matter_id: str | None
    source_id: int | None
    at: datetime
    changes: list[int]
    refs: set[str]
    moves: bool = False


def found_of(
    change: Change,
    kind: str,
    *,
    refs: set[str],
    matter: str | None = None,
    key: str | None = None,
    changes: list[int] | None = None,
    moves: bool = False,
) -> Found:
    """Return news about the record that changed; a record is new only once, anything else as often as it happens."""
    own = f"{kind}:{change.object_id}" if kind == "new" else f"{kind}:{change.object_id}:{change.seq}"
    return Found(
        seq=change.seq,
        key=key or own,
        kind=kind,
        object_type=change.object_type,
        object_id=change.object_id,
        document_id=change.object_id,
        matter_id=matter,
        source_id=change.source_id,
        at=change.at,
        changes=[change.seq] if changes is None else changes,
        refs=refs,
        moves=moves,
    )


def refs_of_paper(behind: Behind, paper: Paper, *, council: bool = True) -> set[str]:
    """Return whom a paper concerns: who brought it in, who leads or consults on it; its council where that is told."""
    stations = [one for one in behind.stations.get(paper.id, ()) if behind.heard(one, paper)]
    organizations = behind.linked(paper.id, "originatorOrganization", "underDirectionOf")
    for station in stations:
        item = behind.items.get(station.agenda_item_id or "") or behind.dealing.get(station.id)
        where = (item.meeting_id if item else None) or station.meeting_id
        organizations += behind.linked(station.id, "organization") or behind.linked(where or "", "organization")
    refs = {f"paper:{paper.id}", *(f"organization:{one}" for one in organizations)}
    refs |= {f"person:{one}" for one in behind.linked(paper.id, "originatorPerson")}
    return refs | ({f"body:{paper.body_id}"} if council and paper.body_id else set())


def refs_of_meeting(behind: Behind, meeting: Meeting, *, council: bool = True) -> set[str]:
    """Return whom a meeting concerns: the organizations that meet, and its council where that is told."""
    refs = {f"meeting:{meeting.id}", *(f"organization:{one}" for one in behind.linked(meeting.id, "organization"))}
    return refs | ({f"body:{meeting.body_id}"} if council and meeting.body_id else set())
