"""What is new of the last days, by kind, from the log of changes: what a first walk brought in is news to nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Change, File, Meeting, OParlObject, Paper, Source
from app.models.changes import CREATED, DELETED, UPDATED
from app.queries.bodies import of_council
from app.shown import shown

DAYS = 7
AT_ONCE = 500  # ids in one question
MOST = 5_000  # of one kind: a server that names everything anew is no news


class News(StrEnum):
    """What is told, in this order."""

    PAPERS = "papers"
    FILES = "files"
    MEETINGS = "meetings"
    AGENDAS = "agendas"
    CANCELLED = "cancelled"
    MINUTES = "minutes"
    GONE_PAPERS = "withdrawn-papers"
    GONE_FILES = "withdrawn-files"


MODELS: Mapping[News, type[OParlObject]] = {
    **dict.fromkeys((News.PAPERS, News.GONE_PAPERS), Paper),
    **dict.fromkeys((News.FILES, News.GONE_FILES), File),
    **dict.fromkeys((News.MEETINGS, News.AGENDAS, News.CANCELLED, News.MINUTES), Meeting),
}
_WHOLE = {
    ("Paper", CREATED): News.PAPERS,
    ("File", CREATED): News.FILES,
    ("Meeting", CREATED): News.MEETINGS,
    ("Paper", DELETED): News.GONE_PAPERS,
    ("File", DELETED): News.GONE_FILES,
}
_GONE = frozenset({News.GONE_PAPERS, News.GONE_FILES})


def news(session: Session, moment: datetime, body: str | None = None) -> dict[News, list[str]]:
    """Return by kind the ids of what is new of the last days, the newest first; kinds without any are left out."""
    found: dict[News, dict[str, None]] = defaultdict(dict)
    for change in _changes(session, moment):
        for kind in _kinds(change):
            if len(found[kind]) < MOST:
                found[kind].setdefault(change.object_id)
    created = set(found[News.MEETINGS])
    # A meeting that is new did not have its agenda changed.
    found[News.AGENDAS] = {one: None for one in found[News.AGENDAS] if one not in created}
    here = {kind: _here(session, kind, list(found[kind]), body) for kind in News if found[kind]}
    return {kind: ids for kind, ids in here.items() if ids}


def rows_of(session: Session, kind: News, ids: Iterable[str]) -> Sequence[OParlObject]:
    """Return the records of a kind in the order of their ids; of what was withdrawn nothing."""
    wanted = list(ids)
    if kind in _GONE:
        return []
    model = MODELS[kind]
    rows = {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted), shown(model)))}
    return [rows[one] for one in wanted if one in rows]


def _changes(session: Session, moment: datetime) -> Iterable[Change]:
    # By source, as the index of news has it: a first walk of a million records is not looked at.
    sources = session.scalars(select(Source.id)).all()
    query = select(Change).where(Change.source_id.in_(sources), Change.at >= moment - timedelta(days=DAYS))
    query = query.where(~Change.backfill, Change.object_type.in_(("Paper", "File", "Meeting")))
    query = query.where(Change.kind.in_((CREATED, UPDATED, DELETED))).order_by(Change.seq.desc())
    return session.scalars(query.limit(4 * MOST))


def _kinds(change: Change) -> Iterable[News]:
    if kind := _WHOLE.get((change.object_type, change.kind)):
        yield kind
    if change.object_type != "Meeting" or change.kind != UPDATED:
        return
    diff, fields = change.diff or {}, change.fields or ()
    if diff.get("cancelled", [None, None])[1] is True:
        yield News.CANCELLED
    if "agendaItem" in fields:
        yield News.AGENDAS
    if "resultsProtocol" in fields and diff.get("resultsProtocol", [None, True])[1]:
        yield News.MINUTES


def _here(session: Session, kind: News, ids: Sequence[str], body: str | None) -> list[str]:
    """Return those of some ids that are still so, in their order; of one council alone where it is named."""
    model = MODELS[kind]
    allowed: set[str] = set()
    for start in range(0, len(ids), AT_ONCE):
        query = select(model.id).where(model.id.in_(ids[start : start + AT_ONCE]), *of_council(model, body))
        query = query.where(model.deleted if kind in _GONE else shown(model))
        allowed.update(session.scalars(query))
    return [one for one in ids if one in allowed]
