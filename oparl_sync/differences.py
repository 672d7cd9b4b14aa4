"""What changed in a record, in the words of its own properties: what the log keeps beside the names of the fields.

property: [from, to]      one value; None where there was or is none
property: [gone, come]    a list: what only the one and only the other has; both empty: the same in another order

A part that its holder names no more, or names again, has the holder's property: [holder, None], [None, holder].
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from app.vocabulary import PARENTS, PROPERTIES, Kind
from oparl_sync import privacy
from oparl_sync.known import Known
from oparl_sync.parsed import BACK, VOLATILE, Object

Diff = dict[str, list[Any]]

# The types whose history is kept; a Location is where a meeting was moved to.
TRACKED = frozenset({"Paper", "Meeting", "AgendaItem", "Consultation", "File", "Location"})
LONGEST = 20_000  # characters of one value: the longest resolution of two councils has 14,000
CUT = " […]"
_REFERRING = frozenset({Kind.LINK, Kind.LINKS, Kind.PART, Kind.PARTS, Kind.CHILDREN, Kind.BACK})
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def outweighs(found: Object, other: Object) -> bool:
    """Of copies on one page: alive or gone on its own before what a tombstone holds, alone before embedded."""
    if found.with_holder != other.with_holder:
        return other.with_holder
    if found.embedded != other.embedded:
        return other.embedded
    return not found.embedded or str(found.holder) <= str(other.holder)


def differs(found: Object, old: Known, source_id: int) -> bool:
    """Tell whether what came says something else than what is stored."""
    if found.with_holder:
        return False
    if old.source_id != source_id and not found.deleted:
        return True
    if found.deleted:
        return not old.deleted
    if found.embedded and not old.embedded:
        return False  # it speaks for itself, also when it said that it is gone
    return old.deleted or found.content_hash != old.content_hash


def fields_between(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the properties that differ, but for stamps."""
    return sorted(k for k in old.keys() | new.keys() if k not in VOLATILE and old.get(k) != new.get(k))


def of_update(found: Object, before: dict[str, Any], fields: Iterable[str], old: Known) -> Diff | None:
    """Return how a record differs from what was stored; None where no history is kept or nothing may be told.

    Of an agenda item that is not public nothing is told but that it turned so.
    """
    if found.type not in TRACKED or (found.type == "Location" and found.unplaced):
        return None
    if old.deleted:
        return {"deleted": [True, False]}
    if found.secret:
        return {} if privacy.is_secret(before) else {"public": [True, False]}
    spec = PROPERTIES[found.type]
    diff: Diff = {}
    for name in fields:
        if _was_so(found, name, before, old):
            continue
        refers = name in spec and spec[name].kind in _REFERRING
        one, other = before.get(name), found.raw.get(name)
        pair = _lists(one, other) if isinstance(one, list) or isinstance(other, list) else _values(one, other, refers)
        if pair is not None:
            diff[name] = pair
    return diff


def _was_so(found: Object, name: str, before: dict[str, Any], old: Known) -> bool:
    """Tell whether a way back names whom the record belonged to already: copies embedded there leave it out."""
    if before.get(name) not in _EMPTY:
        return False
    parent = PARENTS.get(found.type)
    if parent is not None and name == parent.property:
        holder = found.values.get(parent.column)
        return old.parent is not None and holder is not None and _same(holder) == _same(old.parent)
    return old.embedded and name in BACK[found.type]


def of_ways_back(before: Iterable[tuple[str, int, str]], after: Iterable[tuple[str, int, str]]) -> Diff:
    """Return how the records differ that a file says it belongs to: property, place and id of each."""
    had, has = ({(name, parent) for name, _, parent in ways} for ways in (before, after))
    diff: Diff = {}
    for side, only in enumerate((had - has, has - had)):
        for name, parent in sorted(only):
            diff.setdefault(name, [[], []])[side].append(parent)
    return diff


def of_naming(object_type: str, name: str, holder: str, *, lost: bool) -> Diff | None:
    """Return that a holder names a part no more, or again."""
    if object_type not in TRACKED:
        return None
    return {name: [holder, None] if lost else [None, holder]}


def _values(before: Any, after: Any, refers: bool) -> list[Any] | None:
    before, after = (None if value in _EMPTY else value for value in (before, after))
    if before == after or (refers and _same(before) == _same(after)):
        return None
    return [_bounded(before), _bounded(after)]


def _lists(before: Any, after: Any) -> list[Any] | None:
    old, new = _listed(before), _listed(after)
    had, has = Counter(map(_same, old)), Counter(map(_same, new))
    gone, come = _only(old, had - has), _only(new, has - had)
    if gone or come:
        return [gone, come]
    return [[], []] if list(map(_same, old)) != list(map(_same, new)) else None


def _listed(value: Any) -> list[Any]:
    return [item for item in (value if isinstance(value, list) else [value]) if item not in _EMPTY]


def _only(items: Sequence[Any], wanted: Counter[bytes]) -> list[Any]:
    found = []
    for item in items:
        if wanted[_same(item)] > 0:
            wanted[_same(item)] -= 1
            found.append(_bounded(item))
    return found


def _same(value: Any) -> bytes:
    """Return what two values have alike that say the same: a server that moves to https refers to what it did."""
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        value = value.partition("://")[2]
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + CUT
    if isinstance(value, dict | list):
        text = orjson.dumps(value).decode()
        return value if len(text) <= LONGEST else text[:LONGEST] + CUT
    return value
