"""A captured council that lives: it answers from memory, filters or does not, and changes as councils do."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.real.captured import Capture

PER_PAGE = 25
Item = dict[str, Any]
EMBEDDED = {
    "Paper": ("mainFile", "auxiliaryFile", "consultation"),
    "Meeting": ("invitation", "resultsProtocol", "verbatimProtocol", "auxiliaryFile", "agendaItem"),
    "AgendaItem": ("resolutionFile", "auxiliaryFile"),
    "Person": ("membership",),
}
KIN = {"AgendaItem": "agendaItem", "File": "auxiliaryFile", "Consultation": "consultation", "Membership": "membership"}


def kind_of(item: Item) -> str:
    return str(item.get("type", "")).rpartition("/")[2]


@dataclass(slots=True)
class Place:
    """Where an object stands: in a list, or in its holders, the innermost first."""

    item: Item
    holders: list[Item] = field(default_factory=list)


class Changing:
    """The server of a capture of OParl 1.0."""

    def __init__(self, capture: Capture, *, honest: bool) -> None:
        self.honest = honest
        self.url = capture.origin + capture.system
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.before_answer: Callable[[int], None] = lambda _: None
        self.asked: list[str] = []
        self.single: dict[str, Any] = {}
        self.lists: dict[str, list[Item]] = {}
        self.gone: dict[str, Item | None] = {}  # tombstone, or nothing
        self.apart: dict[str, Item] = {}  # what is at its own address alone
        for path, content in capture.pages.items():
            page, address = json.loads(content), capture.origin + path.partition("?")[0]
            if "data" in page and not address.endswith("/body"):
                self.lists.setdefault(address, []).extend(page["data"])
            else:
                self.single[address] = page
        self.used: set[str] = set()

    # what it answers

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as it comes out of the guarded client."""
        self.asked.append(str(request.url))
        split = urlsplit(str(request.url))
        address = f"{split.scheme}://{split.netloc}{split.path}"
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        status, answer = 200, self.single.get(address)
        if address in self.lists:
            status, answer = self._page(address, query)
        elif answer is None and (answer := self.gone.get(address) or self.apart.get(address)) is None:
            found = self.places().get(address)
            status, answer = (200, found.item) if found else (404, {"error": "not found"})
        headers = {"Date": format_datetime(self.now, usegmt=True), "Content-Type": "application/json"}
        return httpx.Response(status, content=json.dumps(answer).encode(), headers=headers)

    def _page(self, address: str, query: dict[str, str]) -> tuple[int, Item]:
        entries, since = self.lists[address], query.get("modified_since")
        kept = ""
        if since and self.honest:
            bound = datetime.fromisoformat(since := since.replace(" ", "+"))
            entries = [e for e in entries if datetime.fromisoformat(e["modified"]) >= bound]
            kept = f"&modified_since={since.replace('+', '%2B')}"
            if not entries:  # as SD.NET says that there is nothing
                return 404, {"error": "Nicht gefunden.", "code": 802, "type": "SD.NET RIM Webservice"}
        page, last = int(query.get("page", 1)), max(1, -(-len(entries) // PER_PAGE))
        links = {"first": f"{address}?page=1{kept}"}
        if page < last:
            links["next"] = f"{address}?page={page + 1}{kept}"
        numbers = {"totalElements": len(entries), "currentPage": page, "totalPages": last}
        return 200, {"data": entries[(page - 1) * PER_PAGE : page * PER_PAGE], "pagination": numbers, "links": links}

    def entries(self) -> Iterator[tuple[Item, str]]:
        """Yield every entry of every list, with the type that the list promises."""
        for address, page in self.single.items():
            for entry in page.get("data", [page]):
                yield entry, "Body" if address.endswith("/body") else "System"
        for address, entries in self.lists.items():
            for entry in entries:
                yield entry, address.rpartition("/")[2].capitalize()

    def places(self) -> dict[str, Place]:
        """Return every object that is published, by id."""
        found: dict[str, Place] = {}

        def look(item: Item, holders: list[Item]) -> None:
            found[item["id"]] = Place(item, holders)
            for name in EMBEDDED.get(kind_of(item), ()):
                for child in _several(item.get(name)):
                    if isinstance(child, dict):
                        look(child, [item, *holders])

        for entries in self.lists.values():
            for entry in entries:
                if not entry.get("deleted"):
                    look(entry, [])
        return found

    # how it changes

    def choose(self, kind: str, count: int, dice: Random) -> list[Place]:
        """Return objects of a type that nothing has happened to yet, nor to what holds them or is held by them."""
        free = [
            place
            for oparl_id, place in sorted(self.places().items())
            if kind_of(place.item) == kind
            and self.used.isdisjoint((oparl_id, *(holder["id"] for holder in place.holders)))
            and (kind not in KIN or place.holders)
        ]
        chosen: list[Place] = []
        for place in dice.sample(free, len(free)):
            roots = [place.item["id"], *(holder["id"] for holder in place.holders)]
            if self.used.isdisjoint(roots) and self.used.isdisjoint(_within(place.item)):
                self.used.update(roots, _within(place.item))
                chosen.append(place)
            if len(chosen) == count:
                return chosen
        raise AssertionError(f"the capture has not {count} of {kind} left")

    def stamp(self, *items: Item) -> None:
        """Set `modified` to this moment."""
        for item in items:
            item["modified"] = self.now.isoformat(timespec="seconds")

    def remove(self, place: Place, *, tombstone: bool, listed: bool = False) -> None:
        """Take an object from where it stands; a tombstone is left at its address, and in its list, or neither."""
        item = place.item
        stump = {name: item[name] for name in ("id", "type", "created") if name in item} | {"deleted": True}
        self.stamp(stump)
        self.gone[item["id"]] = stump if tombstone else None
        for one in _within(item):
            self.gone.setdefault(one, None)
        if place.holders:
            self.take_out(place)
            return
        for entries in self.lists.values():
            for number, entry in enumerate(entries):
                if entry is item:
                    entries[number : number + 1] = [stump] if listed else []
                    return

    @staticmethod
    def take_out(place: Place) -> None:
        """Let the holder name an object no more."""
        holder = place.holders[0]
        for name in EMBEDDED[kind_of(holder)]:
            if holder.get(name) is place.item:
                del holder[name]
            elif isinstance(holder.get(name), list):
                holder[name] = [one for one in holder[name] if one is not place.item]

    def move(self, place: Place, onto: Place) -> None:
        """Give a child to another holder of the same type."""
        self.take_out(place)
        name = KIN[kind_of(place.item)]
        onto.item[name] = [*_several(onto.item.get(name)), place.item]

    def add_paper(self, like: Place, number: int) -> None:
        """Publish a paper made after another."""
        new = copy.deepcopy({k: v for k, v in like.item.items() if k not in EMBEDDED["Paper"]})
        new |= {
            "id": f"{like.item['id']}{number:05}",
            "name": f"Neue Vorlage {number}",
            "created": self.now.isoformat(),
        }
        self.stamp(new)
        next(entries for address, entries in self.lists.items() if address.endswith("/paper")).append(new)

    def moves(self, onto: str) -> None:
        """Answer on another host from now on, and call everything by it."""
        scheme, _, host, _ = self.url.split("/", 3)
        before = f"{scheme}//{host}/"

        def renamed(value: Any) -> Any:
            return json.loads(json.dumps(value).replace(before, onto))

        self.url, self.single = renamed(self.url), renamed(self.single)
        self.lists, self.gone, self.apart = renamed(self.lists), renamed(self.gone), renamed(self.apart)

    def later(self, **time: float) -> None:
        """Let its clock go on."""
        self.now += timedelta(**time)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _within(item: Item) -> list[str]:
    found = []
    for name in EMBEDDED.get(kind_of(item), ()):
        for child in _several(item.get(name)):
            if isinstance(child, dict):
                found += [child["id"], *_within(child)]
    return found
