"""Every place has a door: its council is here, or its server is known, or none is."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.directory.endpoints import Endpoint, at_url, endpoints, of_area, telling_name
from app.directory.places import Place, area_of, places
from app.models import Body, Source

HERE, KNOWN, NONE = "here", "known", "none"
DISTRICT, ASSOCIATION = 5, 9  # digits of their keys


@dataclass(frozen=True, slots=True)
class Council:
    """A council that is mirrored here, with where it comes from."""

    body: Body
    source: Source

    @property
    def name(self) -> str:
        """What readers call it: its own name, or what is known of it where that says nothing ("0529")."""
        return telling_name(self.body.name, self.source.preset) or self.source.slug


@dataclass(frozen=True, slots=True)
class Door:
    """What there is of one area; `councils` are here, `known` are servers of the area that are not."""

    area: str
    name: str
    councils: tuple[Council, ...] = ()
    known: tuple[Endpoint, ...] = ()

    @property
    def state(self) -> str:
        """Return here, known or none."""
        return HERE if self.councils else KNOWN if self.known else NONE

    @property
    def best(self) -> Endpoint | None:
        """The known server that answers best."""
        return self.known[0] if self.known else None


Covered = dict[str, tuple[Council, ...]]


def covered(session: Session) -> Covered:
    """Return the councils that are mirrored here by the key of their area; those of no known area under ""."""
    query = select(Body, Source).join(Source, Source.id == Body.source_id).where(~Body.deleted, ~Body.embedded)
    found: dict[str, list[Council]] = {}
    for body, source in session.execute(query.order_by(Body.name, Body.id)):
        found.setdefault(_area(body, source), []).append(Council(body, source))
    return {area: tuple(councils) for area, councils in found.items()}


def doors(place: Place, here: Covered) -> list[Door]:
    """Return the door of a place, and those of its association and its district."""
    names = {ASSOCIATION: place.association, DISTRICT: place.district}
    return [_door(area, names.get(len(area), place.name), here) for area in place.areas]


def own_doors(found: Iterable[Place], here: Covered) -> list[tuple[Place, Door]]:
    """Return places with the door of each one's own council."""
    return [(place, _door(place.ags, place.name, here)) for place in found]


def towns_here(here: Covered) -> list[Place]:
    """Return the municipalities whose own council is mirrored here, by name."""
    towns = [places().by_ags[area] for area in here if area in places().by_ags]
    return sorted(towns, key=lambda place: place.name)


def _door(area: str, name: str, here: Covered) -> Door:
    mine = [council for key, councils in here.items() if _is_in(key, area) for council in councils]
    return Door(area, name, tuple(mine), tuple(of_area(area)))


def _is_in(key: str, area: str) -> bool:
    """Tell whether an area is the other one, or a borough of it."""
    return key == area or (area.endswith("000000") and len(key) == len(area) and key.startswith(area[:6]))


def _area(body: Body, source: Source) -> str:
    known = endpoints().get(source.preset or "") or at_url(source.url)
    preset = known.area if known and (known.body is None or known.body == source.pinned_body) else ""
    named = places().named(body.name or "")
    return area_of(body.ags, body.rgs) or preset or (named.ags if named else "")
