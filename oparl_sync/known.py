"""What is stored already, asked for a page at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, null, or_, select, union_all
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, AgendaItem, Body, Change, Link, Source, System
from app.models.base import DEFAULT_PORTS
from app.rows import among
from app.shown import FILE_PARENTS
from app.vocabulary import HOLDING, PARENTS
from oparl_sync.parsed import Object

CHUNK = 400  # names in one IN (…); SQLite of Debian 12 allows 32,766, plans stay quick with few


@dataclass(slots=True)
class Known:
    """What decides how a stored object meets a copy that comes in."""

    id: str
    source_id: int
    source_host: str
    content_hash: str
    embedded: bool
    deleted: bool
    parent: str | None


def rows(session: Session, object_type: str, keys: Sequence[str]) -> dict[str, Known]:
    """Return what is stored under these keys."""
    table = OPARL_TYPES[object_type].__table__.c
    parent = table[PARENTS[object_type].column] if object_type in PARENTS else null()
    columns = (table.key, table.id, table.source_id, Source.url, table.content_hash, table.embedded, table.deleted)
    chosen = select(*columns, parent).join(Source, Source.id == table.source_id)
    found = [row for part in chunks(keys) for row in session.execute(chosen.where(among(session, table.key, part)))]
    hosts = {url: host_in(url) for url in {row.url for row in found}}
    return {
        key: Known(oparl_id, source_id, hosts[url], content_hash, embedded, deleted, holder)
        for key, oparl_id, source_id, url, content_hash, embedded, deleted, holder in found
    }


def raws(session: Session, object_type: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the raw objects by id."""
    model = OPARL_TYPES[object_type]
    return {
        oparl_id: raw
        for part in chunks(ids)
        for oparl_id, raw in session.execute(select(model.id, model.raw).where(among(session, model.id, part)))
    }


def holders(
    session: Session, object_type: str, copies: dict[str, Object], stored: dict[str, Known]
) -> dict[str, str | None]:
    """Return by key whose embedded copy counts, where that is not the one that came."""
    if not copies:
        return {}
    if object_type in PARENTS:
        return _still_theirs(session, object_type, copies, stored)
    ids = {stored[key].id: key for key in copies}
    # Only holders on the server that speaks: another one must not silence it by naming what is not its own. Of what
    # a non-public item names no copy ever comes.
    servers = {"/".join(str(copy.holder).split("/", 3)[:3]).partition("://")[2] for copy in copies.values()}
    there = [Link.from_id.startswith(f"{s}://{one}/", autoescape=True) for one in servers for s in ("https", "http")]
    closed = select(AgendaItem.id).where(AgendaItem.id == Link.from_id, AgendaItem.public.is_(False)).exists()
    first = select(Link.to_id, func.min(Link.from_id)).where(Link.property.in_(HOLDING), or_(*there), ~closed)
    found = {
        ids[oparl_id]: holder
        for part in chunks(list(ids))
        for oparl_id, holder in session.execute(first.where(among(session, Link.to_id, part)).group_by(Link.to_id))
    }
    # Compared without the scheme: a server that moves to https moves its holders too.
    return {key: min(str(copies[key].holder), holder, key=rest) for key, holder in found.items()}


def _still_theirs(
    session: Session, object_type: str, copies: dict[str, Object], stored: dict[str, Known]
) -> dict[str, str | None]:
    """Return the parents that still name children which another parent brought now."""
    parent = PARENTS[object_type]
    holders = {key: stored[key].parent or "" for key in copies}
    claimed = {key: holder for key, holder in holders.items() if rest(holder) != rest(str(copies[key].holder))}
    others = raws(session, parent.type, sorted(set(claimed.values())))
    return {
        key: holder
        for key, holder in claimed.items()
        if stored[key].id in _named(others.get(holder, {}), parent.children)
    }


def places(session: Session, created: Iterable[Object]) -> dict[str, int]:
    """Return the positions of new children that came alone, as their parents name them."""
    alone: dict[str, list[Object]] = {}
    for found in created:
        if found.type in PARENTS and "position" not in found.values and not found.deleted:
            alone.setdefault(found.type, []).append(found)
    positions: dict[str, int] = {}
    for object_type, children in alone.items():
        parent = PARENTS[object_type]
        by_child = {child.id: str(child.values.get(parent.column)) for child in children}
        known = raws(session, parent.type, sorted(set(by_child.values())))
        for child, holder in by_child.items():
            named = _named(known.get(holder, {}), parent.children)
            if child in named:
                positions[child] = named.index(child)
    return positions


def strip_unplaced(session: Session, locations: Iterable[Object], named: Collection[str]) -> None:
    """Strip places that came alone and that nothing refers to: only a person's reference, never kept, may do so.

    `named` is what else comes at the same time refers to.
    """
    alone = {found.id: found for found in locations if found.unplaced and not found.deleted}
    placed = {
        oparl_id
        for part in chunks(list(alone))
        for oparl_id in session.scalars(select(Link.to_id).where(among(session, Link.to_id, part)))
    }
    for oparl_id in alone.keys() - placed - set(named):
        alone[oparl_id].strip()


def held_by(session: Session, ids: Sequence[str]) -> list[str]:
    """Return what these objects hold or refer to by links."""
    chosen = select(Link.to_id).distinct()
    return [held for part in chunks(ids) for held in session.scalars(chosen.where(among(session, Link.from_id, part)))]


def backs(session: Session, ids: Sequence[str]) -> dict[str, set[tuple[str, int, str]]]:
    """Return the ways back that files have: property, place and id of what they say they belong to."""
    chosen = select(Link.from_id, Link.property, Link.position, Link.to_id).where(Link.property.in_(FILE_PARENTS))
    found: dict[str, set[tuple[str, int, str]]] = {}
    for part in chunks(ids):
        for oparl_id, name, position, parent in session.execute(chosen.where(among(session, Link.from_id, part))):
            found.setdefault(oparl_id, set()).add((name, position, parent))
    return found


def holding(session: Session, ids: Sequence[str]) -> set[tuple[str, str]]:
    """Return pairs of these files and what names them."""
    chosen = select(Link.to_id, Link.from_id).where(Link.property.in_(HOLDING))
    return {
        (file_id, holder)
        for part in chunks(ids)
        for file_id, holder in session.execute(chosen.where(among(session, Link.to_id, part)))
    }


def other_types(session: Session, types: dict[str, str]) -> dict[str, str]:
    """Return as what else these ids, told with their types, are stored, and not withdrawn.

    The log knows all that ever was.
    """
    log = Change.metadata.tables[Change.__tablename__].c  # the table itself: asked on every page
    chosen = select(log.object_id, log.object_type).distinct()
    logged = [
        row
        for part in chunks(list(types))
        for row in session.execute(chosen.where(among(session, log.object_id, part)))
    ]
    found = {}
    for oparl_id, other in logged:
        model = OPARL_TYPES[other]
        still = select(model.id).where(model.id == oparl_id, model.deleted.is_(False))
        if other != types[oparl_id] and session.scalar(still):
            found[oparl_id] = other
    return found


def owners(session: Session) -> dict[str, frozenset[str]]:
    """Return who speaks for the ids on a host, as the hosts on which those sources are; asked once in a transaction.

    That is who is there itself, or else those of whose Systems and Bodies the ids are there (Karlsruhe: web1, web2).
    """
    if "owners" not in session.info:
        urls = {number: host_in(url) for number, url in session.execute(select(Source.id, Source.url))}
        found = {host: {host} for host in urls.values()}
        theirs = [select(m.source_id, m.id).where(m.deleted.is_(False)) for m in (System, Body)]
        for number, oparl_id in session.execute(union_all(*theirs)):
            if (host := host_in(oparl_id)) not in urls.values():
                found.setdefault(host, set()).add(urls[number])
        session.info["owners"] = {host: frozenset(some) for host, some in found.items()}
    stated: dict[str, frozenset[str]] = session.info["owners"]
    return stated


def host_in(url: str) -> str:
    """Return host and port as they count in an object's key."""
    scheme, _, rest = url.partition("://")
    return rest.partition("/")[0].rpartition("@")[2].lower().removesuffix(DEFAULT_PORTS.get(scheme.lower(), ":"))


def rest(url: str) -> str:
    """Return an id without its scheme: servers that move to https say it both ways."""
    return url.partition("://")[2]


def chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield parts that fit one IN (…)."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _named(raw: dict[str, Any], name: str) -> list[Any]:
    stated = raw.get(name)
    return stated if isinstance(stated, list) else [stated]
