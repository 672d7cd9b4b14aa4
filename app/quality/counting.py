"""Counting: all measures of all councils, in one statement for each type of record and a few beside.

Whatever the number of measures each record is read once, and nothing of it comes here but sums.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, Body, File, ListCursor, PageScan, Problem, Source
from app.privacy import WITHHELD as WITHHELD_PROPERTIES
from app.publication.licences import Licences
from app.quality.catalogue import measures
from app.quality.measures import (
    ACCESS,
    FRESHNESS,
    LICENCES,
    PRIVACY,
    VALIDITY,
    WITHHELD,
    Measure,
    by_type,
    joined,
    owner,
    readable,
)
from app.queries.verdict import EXPECTED

Counts: TypeAlias = dict[str, list[int | None]]
# What deviates from OParl; what became of lists and files is counted by itself.
DEVIATIONS = frozenset(
    {
        *("no-id", "no-object", "unknown-type", "wrong-type", "unknown-property", "foreign-id", "second-type"),
        *("not-stored", "many-missing", "file-differs"),
    }
)
OTHER = "other"


@dataclass(slots=True)
class _Asked:
    """What is counted, for whom, and what was found: by the id of the Body."""

    session: Session
    moment: datetime
    bodies: dict[str, int]  # id of the council -> its source
    found: dict[str, Counts]
    newest: dict[str, datetime] = field(default_factory=dict)


def count(session: Session, moment: datetime, bodies: Collection[str] | None = None) -> dict[str, Counts]:
    """Return what there is to say of each council, or of those named: id of the Body -> name -> [how many, of]."""
    chosen = select(Body.id, Body.source_id).where(~Body.deleted)
    if bodies is not None:
        chosen = chosen.where(Body.id.in_(list(bodies)))
    listed = dict(session.execute(chosen).all())
    asked = _Asked(session, moment, listed, {one: {} for one in listed})
    if not listed:
        return {}
    _freshness(asked)
    grouped = by_type(measures(moment).values())
    for name in OPARL_TYPES:
        if name in grouped:
            _records(asked, name, grouped[name])
    _licences(asked)
    _problems(asked)
    for name, properties in WITHHELD_PROPERTIES.items():
        _withheld(asked, name, properties)
    _private(asked)
    for body_id, newest in asked.newest.items():
        if not _stamps_of_today(asked, body_id):
            asked.found[body_id][f"{FRESHNESS}.modified"] = [(moment - newest).days, None]
    return asked.found


def _records(asked: _Asked, name: str, mine: list[Measure]) -> None:
    model: Any = OPARL_TYPES[name]
    sums: list[Any] = []
    for one in mine:
        sums += [func.count(case((and_(one.of, one.amiss), 1))), func.count(case((one.of, 1)))]
    newest = func.max(case((model.modified <= asked.moment, model.modified)))
    statement = joined(select(owner(model), newest, *sums).select_from(model), model)
    statement = statement.where(readable(model), _of(asked, owner(model))).group_by(owner(model))
    for body_id, stamp, *numbers in asked.session.execute(statement):
        if body_id not in asked.found:
            continue
        if stamp:
            asked.newest[body_id] = max(stamp, asked.newest.get(body_id, stamp))
        for number, one in enumerate(mine):
            asked.found[body_id][one.name] = [numbers[2 * number], numbers[2 * number + 1]]
    for counts in asked.found.values():
        for one in mine:
            counts.setdefault(one.name, [0, 0])


def _of(asked: _Asked, column: Any) -> Any:
    """Return the condition that picks the councils; of a few only, so that no statement has ten thousand values."""
    return column.in_(list(asked.bodies)) if len(asked.bodies) <= 50 else column.is_not(None)


def _licences(asked: _Asked) -> None:
    """Take back that records lack a licence where one is stated for all of them."""
    licences = Licences.read(asked.session)
    for body_id, source_id in asked.bodies.items():
        if licences.holding((), body_id, source_id):
            for name, counted in asked.found[body_id].items():
                if name.endswith(f".{LICENCES}"):
                    counted[0] = 0


def _freshness(asked: _Asked) -> None:
    sources = {one.id: one for one in asked.session.scalars(select(Source))}
    lists: dict[int, list[ListCursor]] = {}
    for cursor in asked.session.scalars(select(ListCursor)):
        lists.setdefault(cursor.source_id, []).append(cursor)
    for body_id, source_id in asked.bodies.items():
        source, counts = sources[source_id], asked.found[body_id]
        if source.last_complete:
            counts[f"{FRESHNESS}.walk"] = [(asked.moment - source.last_complete).days, None]
        own = [one for one in lists.get(source_id, ()) if one.body_id in (None, body_id)]
        late = [one for one in own if not one.last_complete or asked.moment - one.last_complete > EXPECTED]
        counts[f"{FRESHNESS}.lists"] = [len(late), len(own)]
        if source.state in ("blocked", "failing"):
            since = source.failing_since or source.last_complete or source.added_at
            counts[f"{ACCESS}.{source.state}"] = [(asked.moment - since).days, None]


def _stamps_of_today(asked: _Asked, body_id: str) -> bool:
    """Whether the server says of everything that it changed just now: then nothing can be told by that."""
    synthetic = select(ListCursor.id).where(
        ListCursor.source_id == asked.bodies[body_id], ListCursor.stamps == "synthetic"
    )
    return asked.session.scalar(synthetic.limit(1)) is not None


def _problems(asked: _Asked) -> None:
    statement = (
        select(Problem.source_id, Problem.kind, Problem.object_type, func.count())
        .where(Problem.solved_at.is_(None), Problem.kind.in_(DEVIATIONS))
        .group_by(Problem.source_id, Problem.kind, Problem.object_type)
    )
    of_source: dict[int, Counts] = {}
    for source_id, kind, of_type, number in asked.session.execute(statement):
        counts = of_source.setdefault(source_id, {})
        name = f"{VALIDITY}.{kind}.{of_type if of_type in OPARL_TYPES else OTHER}"
        counts[name] = [(counts.get(name, [0])[0] or 0) + number, None]
    for body_id, source_id in asked.bodies.items():
        asked.found[body_id] |= {name: list(pair) for name, pair in of_source.get(source_id, {}).items()}


def _withheld(asked: _Asked, name: str, properties: Collection[str]) -> None:
    """Count by property what was there and is not kept; names that are none of OParl's are not repeated here."""
    model: Any = OPARL_TYPES[name]
    whole: Mapping[str, int] = dict(
        asked.session.execute(
            select(model.body_id, func.count())
            .where(readable(model), _of(asked, model.body_id))
            .group_by(model.body_id)
        ).all()
    )
    statement = (
        select(model.body_id, model.withheld, func.count())
        .where(readable(model), model.withheld.is_not(None), _of(asked, model.body_id))
        .group_by(model.body_id, model.withheld)
    )
    for body_id, kept_back, number in asked.session.execute(statement):
        counts = asked.found.get(body_id)
        if counts is None:
            continue
        for property_ in {one if one in properties else OTHER for one in kept_back or ()}:
            pair = counts.setdefault(f"{name}.{WITHHELD}.{property_}", [0, whole.get(body_id, 0)])
            pair[0] = (pair[0] or 0) + number


def _private(asked: _Asked) -> None:
    """Count pages on which something may be private; each document of a council once."""
    documents = (
        select(File.blob_sha256.label("sha256"), File.body_id.label("body_id"))
        .distinct()
        .where(readable(File), File.blob_sha256.is_not(None), _of(asked, File.body_id))
        .subquery()
    )
    statement = (
        select(documents.c.body_id, func.sum(PageScan.flagged), func.sum(PageScan.pages))
        .join(PageScan, PageScan.sha256 == documents.c.sha256)
        .group_by(documents.c.body_id)
    )
    for body_id, flagged, pages in asked.session.execute(statement):
        if body_id in asked.found:
            asked.found[body_id][f"{PRIVACY}.pages"] = [int(flagged), int(pages)]
