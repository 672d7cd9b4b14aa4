"""Who belongs to whom: parents to touch when a child changes, children that go with their parent."""

from __future__ import annotations

from collections.abc import Iterable

from .serial import EMBEDDED, kind_of
from .town import Town


def moment(town: Town) -> str:
    """What the server's clock shows, as it is written into `modified`."""
    return town.clock().isoformat(timespec="seconds")


def holders(town: Town, uri: str) -> list[str]:
    """Whatever embeds an object, and what embeds that in turn."""
    found = []
    for holder, item in town.objects.items():
        names = EMBEDDED.get(kind_of(item), ())
        if any(uri == item.get(name) or uri in many(item.get(name)) for name in names):
            found += [holder, *holders(town, holder)]
    return found


def many(value: object) -> list[object]:
    """A list, or nothing where there is none."""
    return value if isinstance(value, list) else []


def touch(town: Town, uris: Iterable[str]) -> tuple[str, ...]:
    """Set `modified` of these, and of all that embed them; returns what was touched."""
    now = moment(town)
    wanted = [uri for uri in uris if uri in town.objects and not town.objects[uri].get("deleted")]
    every = dict.fromkeys([*wanted, *(holder for uri in wanted for holder in holders(town, uri))])
    for uri in every:
        town.put(town.objects[uri] | {"modified": now})
    return tuple(every)


def with_children(town: Town, uri: str) -> tuple[str, ...]:
    """An object and what only it embeds, without places: those are shared."""
    found, above = [uri], set(holders(town, uri))
    for name in EMBEDDED.get(kind_of(town.objects[uri]), ()):
        value = town.objects[uri].get(name)
        for child in map(str, value if isinstance(value, list) else [value]):
            item = town.objects.get(child)
            if item is None or item.get("deleted") or kind_of(item) == "Location":
                continue
            if set(holders(town, child)) <= {*found, *above}:
                found += with_children(town, child)
    return tuple(dict.fromkeys(found))
