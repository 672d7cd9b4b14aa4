"""How complete the mirror is: what each source publishes, what is held here, what was read, and what is in the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Body, ListCursor, Problem, Source, SyncRun
from app.models.files import WAITING
from app.queries.file_states import READ, states_by_source
from app.shown import attached
from app.slugs import body_slugs

# Worst first, as a page about gaps should begin.
UNKNOWN = "Unknown"
ORDER = ("failing", "partial", "new", "complete")


@dataclass(slots=True)
class TypeCounts:
    """Records of one type: list entries at the source (None: the source has no list of them, or it was never read to
    its end), records held, objects that could not be stored, and records withdrawn."""

    published: int | None = None
    held: int = 0
    quarantined: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class FileCounts:
    """Files that gave text, that gave none, and that still have to be fetched or read; `reasons` counts the second."""

    read: int = 0
    unreadable: int = 0
    waiting: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """How many there are."""
        return self.read + self.unreadable + self.waiting


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """Open problems of one kind: how many, since when, and one of them in words."""

    kind: str
    count: int
    since: datetime
    example: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """All that is known about the state of one source."""

    source: Source
    bodies: tuple[Body, ...]
    types: dict[str, TypeCounts]
    files: FileCounts
    problems: tuple[ProblemCount, ...]
    run: SyncRun | None = field(default=None)

    @property
    def name(self) -> str:
        """What readers call it: its councils, or its short name before the first walk."""
        return ", ".join(body.name or body.short_name or body.id for body in self.bodies) or self.source.slug


def status(session: Session) -> list[dict[str, Any]]:
    """Return what `ratslupe status --json` prints under "sources"."""
    return [
        {
            "slug": one.source.slug,
            "url": one.source.url,
            "state": one.source.state,
            "last_complete": one.source.last_complete.isoformat() if one.source.last_complete else None,
            "types": {
                name: {
                    "published": counts.published,
                    "held": counts.held,
                    "quarantined": counts.quarantined,
                    "deleted": counts.deleted,
                }
                for name, counts in one.types.items()
            },
            "files": {"read": one.files.read, "unreadable": one.files.unreadable, "waiting": one.files.waiting},
        }
        for one in source_status(session)
    ]


def source_status(session: Session) -> list[SourceStatus]:
    """Return the state of every source, the worst first."""
    types, files = _type_counts(session), _file_counts(session)
    problems, bodies, runs = _problems(session), councils(session), _last_runs(session)
    found = [
        SourceStatus(
            source=source,
            bodies=tuple(body for body in bodies if body.source_id == source.id),
            types=types.get(source.id, {}),
            files=files.get(source.id, FileCounts()),
            problems=tuple(problems.get(source.id, ())),
            run=runs.get(source.id),
        )
        for source in session.scalars(select(Source).order_by(Source.slug))
    ]
    return sorted(found, key=lambda one: ORDER.index(one.source.state) if one.source.state in ORDER else 0)


def councils(session: Session) -> Sequence[Body]:
    """Return the councils that are mirrored, by name."""
    return session.scalars(select(Body).where(~Body.deleted, ~Body.embedded).order_by(Body.name, Body.id)).all()


def council_names(session: Session) -> dict[str, str]:
    """Return the names of the councils by the short name they are searched and downloaded under."""
    slugs = body_slugs(session)
    return {slugs[one.id]: one.name or one.short_name or slugs[one.id] for one in councils(session) if one.id in slugs}


def last_complete(session: Session) -> datetime | None:
    """Return the moment up to which every source is known in full; None while one of them never was."""
    moments = session.scalars(select(Source.last_complete)).all()
    known = [moment for moment in moments if moment]
    return min(known) if known and len(known) == len(moments) else None


def file_counts(session: Session) -> FileCounts:
    """Return the counts over all sources."""
    counts = _file_counts(session).values()
    reasons: Counter[str] = Counter()
    for one in counts:
        reasons.update(dict(one.reasons))
    return FileCounts(
        sum(one.read for one in counts),
        sum(one.unreadable for one in counts),
        sum(one.waiting for one in counts),
        tuple(reasons.most_common()),
    )


def _type_counts(session: Session) -> dict[int, dict[str, TypeCounts]]:
    found: dict[int, dict[str, TypeCounts]] = {}

    def of(source_id: int, name: str) -> TypeCounts:
        return found.setdefault(source_id, {}).setdefault(name, TypeCounts())

    held = union_all(
        *(
            select(model.source_id, literal(name).label("name"), model.deleted, func.count().label("n"))
            .where(or_(model.deleted, attached(model)))
            .group_by(model.source_id, model.deleted)
            for name, model in OPARL_TYPES.items()
        )
    )
    for source_id, name, deleted, count in session.execute(held):
        if deleted:
            of(source_id, name).deleted = count
        else:
            of(source_id, name).held = count
    lists = select(
        ListCursor.source_id,
        ListCursor.object_type,
        func.sum(ListCursor.published),
        func.count() - func.count(ListCursor.published),
    )
    for source_id, name, entries, unread in session.execute(
        lists.group_by(ListCursor.source_id, ListCursor.object_type)
    ):
        of(source_id, name).published = None if unread else int(entries or 0)
    lost = select(Problem.source_id, Problem.object_type, func.count()).where(
        Problem.quarantined, Problem.solved_at.is_(None)
    )
    for source_id, of_type, count in session.execute(lost.group_by(Problem.source_id, Problem.object_type)):
        # What came without a type is not lost from the count either.
        of(source_id, of_type or UNKNOWN).quarantined = count
    order = list(OPARL_TYPES)
    return {
        source_id: dict(sorted(types.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))
        for source_id, types in found.items()
    }


def _file_counts(session: Session) -> dict[int, FileCounts]:
    found = {}
    for source_id, states in states_by_source(session).items():
        reasons = Counter({state: count for state, count in states.items() if state not in (READ, WAITING)})
        found[source_id] = FileCounts(states[READ], reasons.total(), states[WAITING], tuple(reasons.most_common()))
    return found


def _problems(session: Session) -> dict[int, list[ProblemCount]]:
    query = (
        select(Problem.source_id, Problem.kind, func.count(), func.min(Problem.first_seen), func.min(Problem.detail))
        .where(Problem.solved_at.is_(None))
        .group_by(Problem.source_id, Problem.kind)
        .order_by(func.count().desc(), Problem.kind)
    )
    found: dict[int, list[ProblemCount]] = {}
    for source_id, kind, count, since, example in session.execute(query):
        found.setdefault(source_id, []).append(ProblemCount(kind, count, since, example))
    return found


def _last_runs(session: Session) -> dict[int, SyncRun]:
    newest = select(func.max(SyncRun.id)).group_by(SyncRun.source_id)
    return {run.source_id: run for run in session.scalars(select(SyncRun).where(SyncRun.id.in_(newest)))}
