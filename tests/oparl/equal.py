"""Whether a mirror of our own server holds what the portal behind it publishes: rows compared, modulo ids."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import OPARL_TYPES, File, Link, Page, PublicObject, key_of
from app.privacy import NON_PUBLIC_KEPT, NOT_PUBLISHED
from app.publication.licences import addressed, stated
from app.publication.names import Names
from app.shown import present
from app.vocabulary import PARENTS, PROPERTIES, Kind

PLAIN = {Kind.TEXT, Kind.TERM, Kind.TEXTS, Kind.DATE, Kind.MOMENT, Kind.FLAG, Kind.NUMBER, Kind.OBJECT}
LINKED = {Kind.LINKS, Kind.PART, Kind.PARTS}
# What is the portal's own by right: stamps, addresses of bytes, and what the bytes themselves say of them.
OURS = {
    "File": {"accessUrl", "downloadUrl", "mimeType", "size", "sha1Checksum", "sha512Checksum"},
    "Body": {"license", "system"},
    "Organization": {"membership"},
}
STAMPS = {"created", "modified"}
Rows = dict[str, dict[str, Any]]  # by public id
Named = Callable[[str | None], str | None]


def published(engine: Engine, base_url: str) -> Rows:
    """Return what a portal publishes, by the ids under which it does."""
    names = Names(base_url)
    with Session(engine) as session:
        types = dict(session.execute(select(PublicObject.key, PublicObject.type).where(~PublicObject.deleted)).all())

    def named(oparl_id: str | None) -> str | None:
        key = key_of(oparl_id) if oparl_id else ""
        return names.id(types[key], key) if key in types else None

    found = _rows(engine, named)
    wanted = {names.id(type_, key) for key, type_ in types.items()}
    assert wanted <= found.keys(), sorted(wanted - found.keys())[:5]
    return {one: values for one, values in found.items() if one in wanted}


def mirrored(engine: Engine) -> Rows:
    """Return what a mirror holds, by its ids."""
    found = _rows(engine, lambda oparl_id: oparl_id)
    with Session(engine) as session:
        there = {
            oparl_id
            for name, model in OPARL_TYPES.items()
            if name != "System"
            for oparl_id in session.scalars(select(model.id).where(present(model)))
        }
    return {one: values for one, values in found.items() if one in there}


def differences(one: Rows, other: Rows) -> list[str]:
    """Return in what two differ."""
    wrong = [f"missing {name}" for name in sorted(one.keys() - other.keys())]
    wrong += [f"too much {name}" for name in sorted(other.keys() - one.keys())]
    for name in sorted(one.keys() & other.keys()):
        for field in one[name].keys() | other[name].keys():
            mine, theirs = one[name].get(field), other[name].get(field)
            if mine != theirs:
                wrong.append(f"{name} {field}: {mine!r} / {theirs!r}"[:400])
    return wrong


def _rows(engine: Engine, named: Named) -> Rows:
    found: Rows = {}
    with Session(engine) as session:
        links: dict[str, dict[str, list[str]]] = {}
        for link in session.scalars(select(Link).order_by(Link.from_id, Link.property, Link.position)):
            links.setdefault(link.from_id, {}).setdefault(link.property, []).append(link.to_id)
        pages: dict[str, list[str]] = {}
        for page in session.execute(select(Page.sha256, Page.number, Page.text).order_by(Page.sha256, Page.number)):
            pages.setdefault(page.sha256, []).append(page.text)
        for name, model in OPARL_TYPES.items():
            for row in session.scalars(select(model)) if name != "System" else ():
                if (own := named(row.id)) is None:
                    continue
                found[own] = _values(name, row, links.get(row.id, {}), named)
                if isinstance(row, File):
                    found[own] |= {"bytes": row.blob_sha256, "text": pages.get(row.blob_sha256 or "")}
    return found


def _values(name: str, row: Any, links: dict[str, list[str]], named: Named) -> dict[str, Any]:
    values: dict[str, Any] = {"type": name, "place": row.position if name in PARENTS else None}
    secret = name == "AgendaItem" and row.public is False
    withheld = OURS.get(name, set()) | NOT_PUBLISHED.get(name, frozenset()) | STAMPS
    for own, prop in PROPERTIES[name].items():
        if own in withheld or (secret and own not in NON_PUBLIC_KEPT):
            continue
        if prop.kind in PLAIN:
            values[own] = _plain(own, getattr(row, prop.column))
        elif prop.kind is Kind.LINK:
            values[own] = named(getattr(row, prop.column))
        elif prop.kind in LINKED:
            some = [found for one in links.get(own, ()) if (found := named(one)) is not None]
            values[own] = some[: 1 if prop.kind is Kind.PART else None]
    return values


def _plain(own: str, value: Any) -> Any:
    if own in ("license", "fileLicense"):
        return addressed(text) if (text := stated(value)) else None
    return value.strip() or None if isinstance(value, str) else None if value in ([], {}) else value
