"""Consultations that share an id and are not the same: SOMACOS Session gives one id to several.

Those of one paper that come together are told apart when they are read (quirks.somacos). Here they are told apart by
what is stored: where they come one by one, in a list of their own, or with another paper. What counts is id, paper and
station (agenda item, meeting or role); whose the id was first keeps it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Consultation, key_of
from app.rows import among
from oparl_sync import quirks
from oparl_sync.known import chunks
from oparl_sync.parsed import Object, Parsed

CHILDREN = "consultation"


@dataclass(frozen=True, slots=True)
class _Station:
    """Which consultation has an id: of a paper, somewhere, since when."""

    paper: str
    place: str
    item: str | None
    created: datetime | None

    def is_at(self, other: "_Station") -> bool:
        return (self.paper, self.place) == (other.paper, other.place)

    def is_further(self, other: "_Station") -> bool:
        """Tell a further consultation from one that was put on another agenda."""
        both = self.created and other.created and self.item and other.item
        return bool(both) and self.created != other.created and self.item != other.item


def tell_apart(session: Session, parsed: Parsed) -> None:
    """Let consultations that share an id with another one come under an id of their own, also in their papers."""
    claims = [found for found in parsed.objects if found.type == "Consultation" and not found.deleted]
    claims = [found for found in claims if found.values.get("paper_id")]
    if not claims:
        return
    stored = _stored(session, {key_of(_said(found)) for found in claims})
    settled = _settle(claims, stored)
    open_ = [found for found in claims if id(found) not in settled and found.id == _said(found)]
    ways = {id(found): (_by_place(found), _by_paper(found)) for found in open_}
    taken = _keys(session, {key_of(one) for names in ways.values() for one in names})
    claimed = set(settled.values())
    for found in claims:
        if (key := settled.get(id(found))) is not None:
            _rename(parsed, found, _said(found))
    for found in open_:
        key = key_of(found.id)
        by_place, by_paper = ways[id(found)]
        mine, first = _station(found), stored[key]
        if key_of(by_place) in taken:
            _rename(parsed, found, by_place)
        elif mine.paper != first.paper:
            _rename(parsed, found, by_paper)
        elif key in claimed or (not found.embedded and mine.is_further(first)):
            _rename(parsed, found, by_place)


def _settle(claims: Iterable[Object], stored: dict[str, _Station]) -> dict[int, str]:
    """Return the keys of those that are what is stored under the id they were given, or whose the id is from now on."""
    settled: dict[int, str] = {}
    for found in claims:
        key, mine = key_of(_said(found)), _station(found)
        if found.id == _said(found) and key not in stored:
            stored[key] = mine
        if key in stored and mine.is_at(stored[key]):
            settled[id(found)] = key
    return settled


def _said(found: Object) -> str:
    """Return the id that its server gives it."""
    stated = found.raw.get("id")
    return stated.strip() if isinstance(stated, str) and stated.strip() else found.id


def _station(found: Object) -> _Station:
    values = found.values
    item, meeting, role = (values.get(name) for name in ("agenda_item_id", "meeting_id", "role"))
    return _at(values["paper_id"], item, meeting, role, values.get("created"))


def _at(
    paper: str | None, item: str | None, meeting: str | None, role: str | None, created: datetime | None
) -> _Station:
    place = quirks.station_of({"agendaItem": item, "meeting": meeting, "role": role})
    return _Station(quirks.station_of({"paper": paper}), place, item, created)


def _by_place(found: Object) -> str:
    values = found.values
    stated = {"agendaItem": values.get("agenda_item_id"), "meeting": values.get("meeting_id")}
    return quirks.consultation_id_reused(_said(found), stated | {"role": values.get("role")})


def _by_paper(found: Object) -> str:
    return quirks.consultation_id_reused(_said(found), {"paper": found.values["paper_id"]})


def _stored(session: Session, keys: set[str]) -> dict[str, _Station]:
    one = Consultation
    chosen = select(one.key, one.paper_id, one.agenda_item_id, one.meeting_id, one.role, one.created)
    rows = [
        row for part in chunks(sorted(keys)) for row in session.execute(chosen.where(among(session, one.key, part)))
    ]
    return {key: _at(paper, item, meeting, role, created) for key, paper, item, meeting, role, created in rows if paper}


def _keys(session: Session, keys: set[str]) -> set[str]:
    chosen = select(Consultation.key)
    return {
        key
        for part in chunks(sorted(keys))
        for key in session.scalars(chosen.where(among(session, Consultation.key, part)))
    }


def _rename(parsed: Parsed, found: Object, name: str) -> None:
    """Give it another id, also where its paper names it."""
    old, place = found.id, found.values.get("position")
    if old == name:
        return
    found.id = name
    for paper in parsed.objects:
        if paper.id == found.holder and paper.type == "Paper":
            named = paper.raw.get(CHILDREN)
            if isinstance(named, list) and isinstance(place, int) and named[place] == old:
                named[place] = name
            elif named == old:
                paper.raw[CHILDREN] = name
            paper.children = [
                replace(child, id=name) if (child.id, child.position) == (old, place) else child
                for child in paper.children
            ]
            paper.seal()
