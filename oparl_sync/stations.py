"""Consultations that share an id and are not the same: SOMACOS Session gives one id to several.

They are told apart by paper and place (agenda item, meeting or role), and by what is stored: embedded in one paper or
in several, together or one by one in a list. The first of an id keeps it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.models import Consultation, Link, Lookup, Paper, key_of
from app.models.changes import DELETED, UPDATED
from app.rows import among
from oparl_sync import quirks
from oparl_sync.known import chunks
from oparl_sync.parsed import Object, Parsed
from oparl_sync.writes import Lines, Row, table_of

CHILDREN = "consultation"


@dataclass(frozen=True, slots=True)
class _Station:
    """Which consultation has an id: of a paper, somewhere, since when."""

    paper: str
    place: str
    item: str | None
    created: datetime | None

    def is_at(self, other: "_Station | None") -> bool:
        return other is not None and (self.paper, self.place) == (other.paper, other.place)

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
    # Whichever order they come in: the further ones were created later (Karlsruhe, 88 of 89).
    claims.sort(key=_age)
    held = _stored(session, {key_of(_said(found)) for found in claims})
    for found in claims:  # one that moved to another paper is no second one
        first = held.get(key_of(_said(found)))
        elsewhere = first is not None and first.paper != _station(found).paper
        if first is not None and elsewhere and not _is_named(session, parsed, first, _said(found)):
            del held[key_of(_said(found))]
    for found in claims:
        held.setdefault(key_of(_said(found)), _station(found))
    open_ = [found for found in claims if not _station(found).is_at(held[key_of(_said(found))])]
    held |= _stored(session, {key_of(one) for found in open_ for one in (_by_paper(found), _by_place(found))})
    own = {_which(found): _own(found, held) for found in claims}
    names = {one: own[one] for one in map(_which, claims) if one[1].is_at(held.get(key_of(own[one])))}
    for found in claims:
        if (one := _which(found)) not in names:
            names[one] = _name(found, own[one], held, set(names.values()))
    for found in claims:
        _rename(parsed, found, names[_which(found)])


def merge(session: Session, lines: Lines, lost: Iterable[tuple[str, Sequence[str]]]) -> list[Row]:
    """Give ids back that papers name no more to consultations of other papers that were told apart from them.

    `lost` are the ids and the papers that named them.

    Returns what the log is told.
    """
    table, told = table_of("Consultation"), list[Row]()
    for oparl_id, papers in lost:
        mine = (table.c.source_id == lines.source_id, table.c.deleted.is_(False))
        of_others = (table.c.id.startswith(f"{oparl_id}#", autoescape=True), table.c.paper_id.not_in(papers))
        further = select(table).where(*of_others, *mine)
        other = session.execute(further.order_by(table.c.id).limit(1)).mappings().first()
        if other is None or not session.scalar(select(table.c.id).where(table.c.id == oparl_id, *mine)):
            continue
        kept = {name: value for name, value in other.items() if name not in ("id", "key", "first_seen")}
        session.execute(delete(table).where(table.c.id == other["id"]))
        session.execute(update(table).where(table.c.id == oparl_id).values(**kept))
        session.execute(delete(Link).where(Link.from_id == oparl_id))
        session.execute(update(Link).where(Link.from_id == other["id"]).values(from_id=oparl_id))
        session.execute(delete(Lookup).where(Lookup.object_id == other["id"]))
        _name_again(session, str(other["paper_id"]), other["id"], oparl_id)
        # It is the same consultation by another id: news to nobody.
        quiet = replace(lines, backfill=True)
        told.append(quiet.line("Consultation", other["id"], DELETED))
        told.append(quiet.line("Consultation", oparl_id, UPDATED, ["paper"], other["content_hash"]))
    return told


def _name_again(session: Session, paper_id: str, old: str, new: str) -> None:
    raw = session.scalar(select(Paper.raw).where(Paper.id == paper_id))
    named = (raw or {}).get(CHILDREN)
    if raw is None or not named:
        return
    raw[CHILDREN] = [new if one == old else one for one in named] if isinstance(named, list) else new
    paper = Object("Paper", paper_id, {}, raw)
    paper.seal()
    session.execute(update(Paper).where(Paper.id == paper_id).values(raw=raw, content_hash=paper.content_hash))


def _is_named(session: Session, parsed: Parsed, first: _Station, oparl_id: str) -> bool:
    """Tell whether the paper that an id was stored with names it still, in its newest copy."""
    key = key_of(f"https://{first.paper}")
    on_page = next((one.raw for one in parsed.objects if one.type == "Paper" and key_of(one.id) == key), None)
    raw = on_page or session.scalar(select(Paper.raw).where(Paper.key == key))
    if raw is None:  # a list may tell of it before any paper does
        return True
    named = raw.get(CHILDREN)
    return any(str(one).partition("#")[0] == oparl_id for one in (named if isinstance(named, list) else [named]))


def _age(found: Object) -> tuple[bool, float, str]:
    created = found.values.get("created")
    return created is None, created.timestamp() if created else 0.0, _station(found).place


def _which(found: Object) -> tuple[str, "_Station"]:
    """Return what two copies of one consultation have in common."""
    return key_of(_said(found)), replace(_station(found), item=None, created=None)


def _own(found: Object, held: dict[str, _Station]) -> str:
    """Return the id that the first consultation of its paper has: the server's, unless another paper was first."""
    is_first = held[key_of(_said(found))].paper == _station(found).paper
    return _said(found) if is_first else _by_paper(found)


def _name(found: Object, own: str, held: dict[str, _Station], taken: set[str]) -> str:
    """Return the id of one that is not, or not yet, what is stored under its paper's own id."""
    first = held.get(key_of(own))
    further = first is not None and not found.embedded and _station(found).is_further(first)
    return _by_place(found) if key_of(_by_place(found)) in held or own in taken or further else own


def _said(found: Object) -> str:
    """Return the id that its server gives it."""
    stated = found.raw.get("id")
    return stated.strip() if isinstance(stated, str) and stated.strip() else found.id


def _station(found: Object) -> _Station:
    values = found.values
    item, meeting, role = (values.get(name) for name in ("agenda_item_id", "meeting_id", "role"))
    return _at(values["paper_id"], item, meeting, role, values.get("created"))


@lru_cache(maxsize=2_048)  # each of a page's is asked for four times
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
