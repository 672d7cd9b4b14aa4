"""The made-up council, with quirks, as the worker meets it: in memory, through the guarded client."""

import functools
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES
from demo.quirks import play
from demo.responses import Behaviour, Request
from demo.serial import kind_of
from demo.service import Service
from demo.town import Town, build
from oparl_sync.store import Counts
from tests.oparl_sync.council import Council

SCALE = 0.1  # the smallest: 15 meetings, 60 papers, some 900 objects


@functools.cache
def _built() -> Town:
    return build(scale=SCALE)


def small_town(papers: int = 6, meetings: int = 4) -> Town:
    """Return a town of its own with the first few papers and meetings, and all that belongs to them."""
    whole = _built()
    town = Town(whole.options, whole.base, dict(whole.objects), None, whole.history, whole.attachments)
    limits = {"Paper": papers, "Meeting": meetings}
    kept: dict[str, bool] = {}
    for kind, limit in limits.items():
        for place, item in enumerate(town.of_type(kind)):
            kept[str(item["id"])] = place < limit
    parents = {"AgendaItem": "meeting", "Consultation": "paper"}
    for item in town.of_type("AgendaItem") + town.of_type("Consultation"):
        kept[str(item["id"])] = kept[str(item[parents[kind_of(item)]])]
    for item in town.of_type("File") + town.of_type("Location"):
        owners = [o for name in ("paper", "meeting", "agendaItem", "papers", "meetings") for o in _list(item, name)]
        kept[str(item["id"])] = not owners or any(kept.get(str(owner), True) for owner in owners)
    gone = {uri for uri, stays in kept.items() if not stays}
    town.objects = {uri: _pruned(item, gone) for uri, item in town.objects.items() if uri not in gone}
    return town


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


class Playing(Council):
    """The made-up council as an OParl server that plays quirks."""

    def __init__(
        self,
        *quirks: str,
        town: Town | None = None,
        base: str = "https://rat.example/oparl/v1.1",
        behaviours: Iterable[Behaviour] = (),
    ) -> None:
        super().__init__()
        self.town = town or small_town()
        self.town.rebase(base)
        self.service = Service(self.town, list(behaviours))
        self.prefix = urlsplit(base).path
        self.address = f"{base}/system"
        play(self.service, quirks)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        target = request.url.raw_path.decode()
        path, _, query = target.partition("?")
        inside = path.removeprefix(self.prefix) if path.startswith(self.prefix + "/") else "/."
        headers = {name.lower(): value for name, value in request.headers.items()}
        values = dict(parse_qsl(query, keep_blank_values=True))
        answer = self.service.answer(Request(request.method, inside, values, headers, query, target))
        return httpx.Response(answer.status, content=answer.body, headers=answer.headers)

    def sync(self, engine: Engine, *, full: bool = False) -> tuple[Counts, list[str]]:
        """Walk all lists once; returns the counts and why it is incomplete."""
        return self.mirror(engine, self.address, full=full)


def published(town: Town) -> dict[str, set[str]]:
    """Return the ids of what the town publishes, by type."""
    found: dict[str, set[str]] = {kind: set() for kind in OPARL_TYPES}
    for uri, item in town.objects.items():
        if not item.get("deleted"):
            found[kind_of(item)].add(uri)
    return found


def held(engine: Engine, key: Callable[[str], str] = str) -> dict[str, set[str]]:
    """Return the ids of what the mirror holds and shows as not withdrawn, by type; `key` alters each id first."""
    with Session(engine) as session:
        return {
            kind: {key(uri) for uri in session.scalars(select(model.id).where(model.deleted.is_(False)))}
            for kind, model in OPARL_TYPES.items()
        }
