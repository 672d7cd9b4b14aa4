"""A server that moved: what its ids are called now, found out from what it says of itself, and carried out.

Compared are the System and the Bodies: what their old and their new ids have in common at their ends is cut off, and
what is left is the rule. Where the shape changed too, the operator gives the rules. Before anything is renamed, one
page of two lists of the new server is read: at least half of what stands there has to be known under its new name.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import Writer
from app.directory.endpoints import at_url
from app.models import OPARL_TYPES, Body, ListCursor, SeenPage, Source, System, key_of
from oparl_sync import fetch
from oparl_sync.client import OParlClient
from oparl_sync.renaming import Moved, Renaming
from oparl_sync.rules import CannotMove, Rule

COMPARED = ("Organization", "Paper")


def follow(engine: Engine, writing: Writer, client: OParlClient, source: Source, found: fetch.Endpoint) -> Moved | None:
    """Rename what is stored where the server behind a source's unchanged URL calls itself otherwise now.

    Returns None where it does not; raises CannotMove where it does and the rest does not fit.
    """
    with Session(engine) as session:
        rules = moved(session, source, found.system, found.bodies)
        if not rules:
            return None
        check(session, client, source, rules, found)
    with writing() as session:
        return carry_out(session, source, rules, source.url, found)


def moved(
    session: Session,
    source: Source,
    system: dict[str, Any] | None,
    bodies: Sequence[dict[str, Any]],
    *,
    renamed_too: bool = False,
) -> list[Rule]:
    """Return the rules for a source whose server calls all that is stored of it by other names now; [] if it does not.

    Only where every Body that is stored finds itself again by its name: another council at a known address is not the
    one that was there. `renamed_too` takes the end of its id for enough: the operator said that it is the same.
    """
    stored = _alive(session, Body, source)
    found = {_id(body): body for body in bodies}
    known = {key_of(oparl_id) for oparl_id in found}
    if not stored or any(key_of(body.id) in known for body in stored):
        return []
    pairs = [(body.id, _same(body, found, by_end=renamed_too)) for body in stored]
    if any(new is None for _, new in pairs):
        return []
    if system is not None and _id(system):
        pairs += [(row.id, _id(system)) for row in _alive(session, System, source)]
    return _rules([(old, new) for old, new in pairs if new])


def check(session: Session, client: OParlClient, source: Source, rules: Sequence[Rule], found: fetch.Endpoint) -> None:
    """Read a page of two lists, and raise CannotMove where the rules do not lead to what stands there."""
    renaming = Renaming(session, source, rules)
    ours = {key_of(renaming.new(body.id)) for body in _alive(session, Body, source)}
    bodies = [body for body in found.bodies if key_of(_id(body)) in ours] or found.bodies
    addresses = [a for body in bodies for a in fetch.lists(body) if a.object_type in COMPARED]
    for object_type in COMPARED:
        address = next((a for a in addresses if a.object_type == object_type), None)
        if address is None:
            continue
        model = OPARL_TYPES[object_type]
        stored = session.scalars(select(model.id).where(model.source_id == source.id, model.deleted.is_(False)))
        expected = {key_of(renaming.new(oparl_id)) for oparl_id in stored}
        page = next(fetch.pages(client, address.url))
        ids = [_id(entry) for entry in page.entries if isinstance(entry, dict) and _id(entry)]
        unknown = [oparl_id for oparl_id in ids if key_of(oparl_id) not in expected]
        if expected and len(unknown) * 2 > len(ids):
            raise CannotMove(
                f"{unknown[0]} is new to us, and so are most on {page.url}: the ids are not called so by "
                f"{' or '.join(f'{rule.before} -> {rule.after}' for rule in rules) or 'any rule'}; give --map OLD NEW"
            )


def carry_out(session: Session, source: Source, rules: Sequence[Rule], url: str, found: fetch.Endpoint) -> Moved:
    """Rename all that is stored of a source, and read it from `url` from now on; raises CannotMove.

    Its places in the lists are kept, so that the next walk is none of a new council; walks under way begin anew.
    """
    renaming = Renaming(session, source, rules)
    _move_cursors(session, renaming, [address for body in found.bodies for address in fetch.lists(body)])
    done = renaming.carry_out()
    known = at_url(url)
    values = {"url": url, "next_try": None} | ({"preset": known.id} if known else {})
    session.execute(update(Source).where(Source.id == source.id).values(**values))
    return done


def _move_cursors(session: Session, renaming: Renaming, addresses: Sequence[fetch.ListAddress]) -> None:
    """Give each place in a list the list's new address: by its Body and type, else by the rules."""
    cursors = session.scalars(select(ListCursor).where(ListCursor.source_id == renaming.source.id)).all()
    session.execute(delete(SeenPage).where(SeenPage.cursor_id.in_([cursor.id for cursor in cursors])))
    there = {cursor.url: cursor.id for cursor in cursors}
    for cursor in cursors:
        body_id = renaming.new(cursor.body_id) if cursor.body_id else None
        same = [a for a in addresses if a.object_type == cursor.object_type and _is_same(a.body_id, body_id)]
        url = same[0].url if len(same) == 1 else renaming.new(cursor.url)
        if there.get(url, cursor.id) != cursor.id:  # a sync was there before us, and read it from its beginning
            session.execute(delete(SeenPage).where(SeenPage.cursor_id == there[url]))
            session.execute(delete(ListCursor).where(ListCursor.id == there[url]))
        values = {"url": url, "body_id": body_id, "next_url": None, "started_at": None}
        session.execute(update(ListCursor).where(ListCursor.id == cursor.id).values(**values))


def _is_same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and key_of(one) == key_of(other)


def _rules(pairs: Sequence[tuple[str, str]]) -> list[Rule]:
    rules = {}
    for old, new in pairs:
        if key_of(old) != key_of(new):
            rule = common_end_cut(old, new)
            rules[rule.before] = rule
    return list(rules.values())


def common_end_cut(old: str, new: str) -> Rule:
    """Return the rule from one id to the other: both without the parts of their paths that are the same at the end."""
    one, other = old.split("/"), new.split("/")
    while len(one) > 3 and len(other) > 3 and one[-1] == other[-1]:
        one.pop()
        other.pop()
    return Rule("/".join(one), "/".join(other))


def _same(body: Body, found: dict[str, dict[str, Any]], *, by_end: bool) -> str | None:
    """Return the new id of a Body, None where it is not clear which."""
    end = body.id.rsplit("/", 1)[-1]
    ends_so = [oparl_id for oparl_id in found if oparl_id.rsplit("/", 1)[-1] == end]
    named_so = [oparl_id for oparl_id, one in found.items() if body.name and one.get("name") == body.name]
    both = [oparl_id for oparl_id in named_so if oparl_id in ends_so]
    either = (both, named_so, ends_so) if by_end or not body.name else (both, named_so)
    return next((few[0] for few in either if len(few) == 1), None)


def _alive(session: Session, model: Any, source: Source) -> list[Any]:
    return list(session.scalars(select(model).where(model.source_id == source.id, model.deleted.is_(False))))


def _id(data: dict[str, Any]) -> str:
    stated = data.get("id")
    return stated.strip() if isinstance(stated, str) else ""
