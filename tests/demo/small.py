"""A few papers and meetings of the made-up council, with all that belongs to them: small enough to be read often."""

import functools
import json
from typing import Any

from demo.serial import encode, kind_of
from demo.town import Town, build

SCALE = 0.1  # the smallest: 15 meetings, 60 papers, some 900 objects


@functools.cache
def _built() -> Town:
    return build(scale=SCALE)


def small_town(papers: int = 6, meetings: int = 4, people: int = 40) -> Town:
    """Return a town of its own with the first few papers, meetings and people, and all that belongs to them."""
    whole, objects = _built(), json.loads(_chosen(papers, meetings, people))
    return Town(whole.options, whole.base, objects, None, whole.history, whole.attachments)


@functools.cache
def _chosen(papers: int, meetings: int, people: int) -> bytes:
    whole = _built()
    town = Town(whole.options, whole.base, dict(whole.objects))
    limits = {"Paper": papers, "Meeting": meetings, "Person": people}
    kept: dict[str, bool] = {}
    for kind, limit in limits.items():
        for place, item in enumerate(town.of_type(kind)):
            kept[str(item["id"])] = place < limit
    parents = {"AgendaItem": "meeting", "Consultation": "paper", "Membership": "person"}
    for item in (item for kind in parents for item in town.of_type(kind)):
        kept[str(item["id"])] = kept[str(item[parents[kind_of(item)]])]
    for item in town.of_type("File") + town.of_type("Location"):
        owners = [o for name in ("paper", "meeting", "agendaItem", "papers", "meetings") for o in _list(item, name)]
        kept[str(item["id"])] = not owners or any(kept.get(str(owner), True) for owner in owners)
    gone = {uri for uri, stays in kept.items() if not stays}
    return encode({uri: _pruned(item, gone) for uri, item in town.objects.items() if uri not in gone})


def _list(item: dict[str, Any], name: str) -> list[object]:
    value = item.get(name, [])
    return value if isinstance(value, list) else [value]


def _pruned(item: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    found = {}
    for name, value in item.items():
        if isinstance(value, list):
            found[name] = [one for one in value if not isinstance(one, str) or one not in gone]
        elif not isinstance(value, str) or value not in gone:
            found[name] = value
    return found
