"""OParl servers that are known: presets for `ratslupe source add`, and what is told of a place not mirrored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from app.directory.build import HERE, rows

PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
NUMBERED = re.compile(r"(?:instance )?[0-9]+", re.IGNORECASE)
# The best first: what a door says of a place with several servers is what the best of them last said.
STATES = ("ok", "closed", "unchecked", "blocked", "broken", "disabled", "moved", "gone")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One known server, or one Body on it; `area` is a key as `Place.areas` has it, `checked` a day or a month."""

    id: str
    name: str
    vendor: str
    version: str
    url: str
    body: str | None
    area: str
    state: str
    checked: str
    replaced_by: str | None
    note: str

    @property
    def host(self) -> str:
        """The host it is on."""
        return urlsplit(self.url).hostname or ""

    @property
    def told(self) -> str:
        """What it last did and when, for one line."""
        said = self.note or {"ok": "answered with OParl", "unchecked": "nobody asked it yet"}.get(
            self.state, self.state
        )
        return f"{said} ({self.checked})" if self.checked else said


@cache
def endpoints() -> dict[str, Endpoint]:
    """Return all by their ids."""
    return {
        row["id"]: Endpoint(**{k: v or None if k in ("body", "replaced_by") else v for k, v in row.items()})  # type: ignore[arg-type]  # only these two are optional
        for row in rows(HERE / "endpoints.tsv")
    }


def called(name: str) -> Endpoint | None:
    """Return the one with this id, also where it is typed with umlauts and spaces ("köln")."""
    return endpoints().get("-".join(name.casefold().translate(PLAIN).split()))


def matching(word: str) -> list[Endpoint]:
    """Return those whose id, name, maker, address or state has this word; all without one."""
    wanted = word.casefold().strip()
    return [
        one
        for one in endpoints().values()
        if wanted in f"{one.id} {one.name} {one.vendor} {one.url} {one.state}".casefold()
    ]


def standing_for(one: Endpoint) -> Endpoint:
    """Return the entry that took the place of one that moved, or itself."""
    passed = {one.id}
    while one.replaced_by and one.replaced_by in endpoints() and one.replaced_by not in passed:
        one = endpoints()[one.replaced_by]
        passed.add(one.id)
    return one


def on_host(host: str) -> list[Endpoint]:
    """Return the entries on a host, the best first."""
    return best_first(one for one in endpoints().values() if one.host == host.lower())


def at_url(url: str) -> Endpoint | None:
    """Return the entry with this address, http or https."""
    wanted = url.partition("://")[2].rstrip("/")
    return next((one for one in endpoints().values() if one.url.partition("://")[2].rstrip("/") == wanted), None)


def of_area(area: str) -> list[Endpoint]:
    """Return the servers of a municipality with its boroughs, an association or a district, the best first."""
    city = area.removesuffix("00") if len(area) == 8 and area.endswith("000000") else None
    return best_first(
        one for one in endpoints().values() if one.area == area or (city is not None and one.area.startswith(city))
    )


def telling_name(stated: str | None, preset: str | None) -> str | None:
    """Return a council's own name, or the known one where that says nothing ("0529", "Instance 0001")."""
    if stated and not NUMBERED.fullmatch(stated.strip()):
        return stated
    known = endpoints().get(preset or "")
    return known.name if known is not None and known.body is not None else stated


def best_first(found: Iterable[Endpoint]) -> list[Endpoint]:
    """Sort by state, then by name."""
    return sorted(found, key=lambda one: (STATES.index(one.state), one.name, one.id))
