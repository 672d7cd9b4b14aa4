"""What the operator decided about personal data of a source is done: to what comes, and to what is here.

What is decided to be taken in comes with the next sync, which reads everything again; what is decided to be kept out
goes at once, from rows, raw objects and history, and the log tells all that is made of them.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import changes
from app.models import OPARL_TYPES, Hidden, Link, ListCursor
from app.models.changes import UPDATED
from app.policies import decide, policy_of
from app.privacy import LEVELS, Policy
from app.vocabulary import PROPERTIES, Kind
from oparl_sync import erasures
from oparl_sync.parsed import Object, Parsed
from oparl_sync.writes import table_of

BATCH = 500
LONGEST = 500  # characters of what is taken in by decision
MOST = 20  # of them


def admit(session: Session, source_id: int, parsed: Parsed) -> int:
    """Make of a page what may be stored of it; returns how many objects that leaves out: they were erased."""
    follow(session, source_id, parsed)
    return erasures.take_out(session, parsed)


def follow(session: Session, source_id: int, parsed: Parsed) -> None:
    """Take into a page what was decided to be kept, and out of it what was decided not to be."""
    policy = policy_of(session, source_id)
    if not policy.decided:
        return
    for found in parsed.objects:
        if not found.deleted and _follow(found, policy):
            found.seal()


def _follow(found: Object, policy: Policy) -> bool:
    """Return whether anything is other than it was."""
    taken = {name: found.offered[name] for name in policy.taken_in(found.type) & found.offered.keys()}
    taken = {name: value for name, stated in taken.items() if (value := _plain(stated)) is not None}
    found.raw |= taken
    found.withheld = [name for name in found.withheld if name not in taken]
    out = [name for name in policy.withheld_inside(found.type) if name in found.raw]
    for name in out:
        del found.raw[name]
        found.withheld.append(name)
        if prop := PROPERTIES[found.type].get(name):
            found.values.pop(prop.column, None)
    found.links = [one for one in found.links if one[0] not in out]
    return bool(taken or out)


def _plain(stated: Any) -> Any:
    """Return a text or a short list of texts as they came; None for anything else: nobody decided about that."""
    if isinstance(stated, str):
        # What cannot be printed has no place in an address or a telephone number.
        text = "".join(c for c in stated if not unicodedata.category(c).startswith("C")).strip()
        return text if 0 < len(text) <= LONGEST else None
    if isinstance(stated, list):
        texts = [text for one in stated[:MOST] if isinstance(one, str) and (text := _plain(one)) is not None]
        return texts or None
    return None


def change(
    session: Session, source_id: int, levels: Mapping[tuple[str, str], str], *, by: str, reason: str, at: datetime
) -> int:
    """Record decisions and carry them out; returns how many records lost something."""
    before = policy_of(session, source_id)
    wanted = {what: level for what, level in levels.items() if before.level(*what) != level}
    decide(session, source_id, [(*what, level) for what, level in wanted.items()], by=by, reason=reason, at=at)
    wider = [what for what, level in wanted.items() if LEVELS.index(level) > LEVELS.index(before.level(*what))]
    if any(before.level(*what) == LEVELS[0] for what in wider):
        session.execute(update(ListCursor).where(ListCursor.source_id == source_id).values(last_full=None))
    lost = 0
    for what, level in wanted.items():
        if level == LEVELS[0]:
            lost += _drop(session, source_id, *what, at)
    return lost


def _drop(session: Session, source_id: int, object_type: str, name: str, at: datetime) -> int:
    """Take a property out of all records of a type that a source brought."""
    table = table_of(object_type)
    chosen = select(table).where(table.c.source_id == source_id, table.c.deleted.is_(False)).order_by(table.c.id)
    last, count = "", 0
    while rows := session.execute(chosen.where(table.c.id > last).limit(BATCH)).mappings().all():
        last = rows[-1]["id"]
        held = [dict(row) for row in rows if name in row["raw"]]
        for row in held:
            session.execute(update(table).where(table.c.id == row["id"]).values(_without(object_type, row, name, at)))
        ids = [row["id"] for row in held]
        session.execute(delete(Link).where(Link.from_id.in_(ids), Link.property == name))
        changes.forget_wording(session, ids)
        changes.append(session, [_line(object_type, row, source_id, name, at) for row in held])
        count += len(held)
    return count + _drop_hidden(session, source_id, object_type, name)


def _without(object_type: str, row: Mapping[str, Any], name: str, at: datetime) -> dict[str, Any]:
    raw = {key: value for key, value in row["raw"].items() if key != name}
    values: dict[str, Any] = {"raw": raw, "withheld": sorted({*(row["withheld"] or ()), name}), "changed_at": at}
    prop = PROPERTIES[object_type].get(name)
    if prop is not None and prop.kind is Kind.TEXT:
        values[prop.column] = None
    # As the next sync reads it; only whether it differs counts.
    values["content_hash"] = "" if raw else row["content_hash"]
    return values


def _drop_hidden(session: Session, source_id: int, object_type: str, name: str) -> int:
    """Take it out of what is hidden too: it would come back with that."""
    mine = select(Hidden).where(Hidden.source_id == source_id, Hidden.object_type == object_type)
    count = 0
    for one in list(session.scalars(mine)):
        row = one.kept["row"]
        if name in row["raw"]:
            prop = PROPERTIES[object_type].get(name)
            kept = orjson.loads(orjson.dumps(one.kept))
            del kept["row"]["raw"][name]
            if prop is not None and prop.kind is Kind.TEXT:
                kept["row"][prop.column] = None
            kept["links"] = [link for link in kept["links"] if link[0] != name]
            kept["diffs"] = []
            one.kept = kept
            count += 1
    session.flush()
    return count


def _line(object_type: str, row: Mapping[str, Any], source_id: int, name: str, at: datetime) -> dict[str, Any]:
    return {
        "object_type": object_type,
        "object_id": row["id"],
        "source_id": source_id,
        "kind": UPDATED,
        "fields": [name],
        "diff": None,
        "content_hash": None,
        "backfill": True,  # news to nobody
        "at": at,
    }


def held(session: Session, source_id: int, what: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return how many records of a source are known to have a property that is not kept, by "Type.property"."""
    found: dict[str, int] = {}
    for object_type, name in what:
        model = OPARL_TYPES[object_type]
        columns = select(model.withheld).where(model.source_id == source_id, model.withheld.is_not(None))
        found[f"{object_type}.{name}"] = sum(name in (withheld or ()) for withheld in session.scalars(columns))
    return found
