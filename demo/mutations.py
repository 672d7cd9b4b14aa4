"""Changes to the town, so that a mirror can be compared with it: each is a function of the town and a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from .documents.line import pdf
from .kin import holders, many, moment, touch, with_children
from .register import SCHEMA, Json
from .responses import Request, Response
from .serial import EMBEDDED, kind_of
from .town import Town

LISTED = ("Organization", "Person", "Meeting", "Paper", "AgendaItem", "Consultation", "File", "Membership", "Location")
# Child, property that names its parent, and the parent's property that names the child.
CHILDREN = (
    ("Consultation", "paper", "consultation"),
    ("AgendaItem", "meeting", "agendaItem"),
    ("Membership", "person", "membership"),
)


@dataclass(frozen=True)
class Mutation:
    """What was changed, by ids; `told` says whether `modified` was set on all of it, so that a filter finds it."""

    name: str
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    told: bool = True


Change = Callable[[Town, int], Mutation]
MUTATIONS: dict[str, Change] = {}


class NothingToChangeError(ValueError):
    """Raised where the town holds nothing to which this could be done."""


def mutate(town: Town, seed: int, names: Iterable[str] = ()) -> Mutation:
    """Make one change, chosen by the seed among the named ones or all; what the town does not allow is passed over."""
    chosen = list(names) or sorted(MUTATIONS)
    Random(f"which:{seed}").shuffle(chosen)
    for name in chosen:
        try:
            return MUTATIONS[name](town, seed)
        except NothingToChangeError:
            continue
    raise NothingToChangeError(f"none of {', '.join(sorted(chosen))} can be done to this town")


class Meanwhile:
    """A behaviour that changes the town while it is being read: after the request of an index, counted from 0."""

    def __init__(self, town: Town, changes: dict[int, str], seed: int = 0) -> None:
        self.town, self.changes, self.seed = town, changes, seed
        self.requests = 0
        self.done: list[Mutation] = []

    def __call__(self, _: Request, response: Response) -> Response:
        """Let the answer pass, and change the town for the next one."""
        name = self.changes.get(self.requests)
        if name is not None:
            self.done.append(MUTATIONS[name](self.town, self.seed + self.requests))
        self.requests += 1
        return response


def _one(town: Town, dice: Random, kinds: Iterable[str]) -> Json:
    """One live object of these types; each type is as likely as the next."""
    for kind in dice.sample(list(kinds), len(list(kinds))):
        if found := town.of_type(kind):
            return dice.choice(found)
    raise NothingToChangeError(f"there is no {' or '.join(kinds)}")


def update(town: Town, seed: int, *, own: bool = True, parents: bool = True) -> Mutation:
    """Give an object another name or role; `modified` follows on the object itself, on its parents, or nowhere."""
    dice = Random(f"update:{seed}")
    item = _one(town, dice, LISTED)
    uri, now = str(item["id"]), moment(town)
    field = next(n for n in ("name", "role", "description", "streetAddress", "id") if n in item)
    altered: Json = {"role" if field == "id" else field: f"{item.get(field, '')} (geändert {dice.randrange(10**6)})"}
    town.put(item | altered | ({"modified": now} if own else {}))
    above = holders(town, uri)
    touched = touch(town, above) if parents else ()
    return Mutation("update", (uri, *touched), told=own and (parents or not above))


def delete(town: Town, seed: int, *, parents: bool = True) -> Mutation:
    """Withdraw an object with all that is its own: tombstones stay, and the parents are touched."""
    dice = Random(f"delete:{seed}")
    uri = str(_one(town, dice, ("Paper", "Meeting", "AgendaItem", "Consultation", "File", "Membership"))["id"])
    above, gone = holders(town, uri), with_children(town, uri)
    now = moment(town)
    for one in gone:
        town.delete(one, now)
    touched = touch(town, (*above, *_recounted(town, above))) if parents else ()
    return Mutation("delete", touched, gone=gone, told=parents or not above)


def depublish(town: Town, seed: int, *, status: int = 404) -> Mutation:
    """Let an object vanish with all that is its own: no tombstone, nobody's `modified` tells."""
    dice = Random(f"depublish:{seed}")
    gone = with_children(town, str(_one(town, dice, ("Paper", "Meeting", "Consultation", "AgendaItem", "File"))["id"]))
    for one in gone:
        town.depublish(one, status)
    return Mutation("depublish", gone=gone, told=False)


def undelete(town: Town, seed: int) -> Mutation:
    """Publish again what was withdrawn or had vanished, with all that went with it."""
    dice = Random(f"undelete:{seed}")
    if not town.withdrawn:
        raise NothingToChangeError("nothing was ever withdrawn")
    uri = dice.choice(sorted(town.withdrawn))
    now, back = moment(town), [uri]
    for one in back:
        for name in EMBEDDED.get(kind_of(town.withdrawn[one]), ()):
            value = town.withdrawn[one].get(name)
            back += [str(c) for c in (value if isinstance(value, list) else [value]) if str(c) in town.withdrawn]
    for one in dict.fromkeys(back):
        town.put(town.withdrawn[one] | {"modified": now})
    above = holders(town, uri)
    touched = touch(town, (*above, *_recounted(town, (uri, *above))))
    return Mutation("undelete", touched, added=tuple(dict.fromkeys(back)))


def _parted(town: Town, dice: Random) -> tuple[Json, Json, str, str]:
    """A child with its parent, and the properties by which they name each other."""
    for kind, up, down in dice.sample(CHILDREN, len(CHILDREN)):
        found = [
            c
            for c in town.of_type(kind)
            if _alive(town, c.get(up)) and c["id"] in many(town.objects[str(c[up])].get(down))
        ]
        if found:
            child = dice.choice(found)
            return child, town.objects[str(child[up])], up, down
    raise NothingToChangeError("no parent has a child")


def _alive(town: Town, uri: object) -> bool:
    return str(uri) in town.objects and not town.objects[str(uri)].get("deleted")


def _counted(town: Town, parent: str, down: str) -> tuple[str, ...]:
    """Number agenda items as they stand; returns those whose place changed."""
    changed = []
    if down == "agendaItem":
        items = [town.objects[str(uri)] for uri in many(town.objects[parent].get(down)) if _alive(town, uri)]
        for order, item in enumerate(items):
            if item.get("order") != order:
                town.put(item | {"order": order})
                changed.append(str(item["id"]))
    return tuple(changed)


def _recounted(town: Town, uris: Iterable[str]) -> list[str]:
    return [item for uri in uris if _alive(town, uri) for item in _counted(town, uri, "agendaItem")]


def remove_child(town: Town, seed: int) -> Mutation:
    """Take a child from its parent: it stays where it is, and belongs to nobody."""
    child, parent, up, down = _parted(town, Random(f"remove:{seed}"))
    uri, holder = str(child["id"]), str(parent["id"])
    town.put({name: value for name, value in child.items() if name != up})
    town.put(parent | {down: [one for one in many(parent[down]) if one != uri]})
    return Mutation("remove-child", touch(town, (uri, holder, *_counted(town, holder, down))))


def move_child(town: Town, seed: int) -> Mutation:
    """Give a child to another parent of the same type, at the end of what that one has."""
    dice = Random(f"move:{seed}")
    child, parent, up, down = _parted(town, dice)
    uri, old = str(child["id"]), str(parent["id"])
    others = [str(one["id"]) for one in town.of_type(kind_of(parent)) if one["id"] != old]
    if not others:
        raise NothingToChangeError("there is no other parent")
    new = dice.choice(others)
    town.put(parent | {down: [one for one in many(parent[down]) if one != uri]})
    town.put(town.objects[new] | {down: [*many(town.objects[new].get(down)), uri]})
    town.put(child | {up: new})
    return Mutation("move-child", touch(town, (uri, old, new, *_counted(town, old, down), *_counted(town, new, down))))


def reorder(town: Town, seed: int) -> Mutation:
    """Change the order of a meeting's agenda."""
    dice = Random(f"reorder:{seed}")
    found = [meeting for meeting in town.of_type("Meeting") if len(many(meeting.get("agendaItem"))) > 1]
    if not found:
        raise NothingToChangeError("no agenda has two items")
    meeting = dice.choice(found)
    items, uri = list(many(meeting["agendaItem"])), str(meeting["id"])
    town.put(meeting | {"agendaItem": [*items[1:], items[0]]})
    return Mutation("reorder", touch(town, (uri, *_counted(town, uri, "agendaItem"))))


def add(town: Town, seed: int) -> Mutation:
    """Publish a paper with a file and a consultation, made after one that is there."""
    dice = Random(f"add:{seed}")
    old = _one(town, dice, ("Paper",))
    now, number = moment(town), _next_number(town)
    paper, file, step = (f"{town.base}/{kind}/{number}" for kind in ("paper", "file", "consultation"))
    head: Json = {"created": now, "modified": now}
    town.put(
        {name: old[name] for name in ("body", "paperType", "originatorOrganization") if name in old}
        | {"id": paper, "type": SCHEMA + "Paper", "name": f"Nachtrag {number}", "reference": f"N/{number}"}
        | {"date": now[:10], "mainFile": file, "consultation": [step]}
        | head
    )
    town.put({"id": step, "type": SCHEMA + "Consultation", "paper": paper, "role": "Kenntnisnahme"} | head)
    name = f"nachtrag-{number}.pdf"
    town.put(
        {"id": file, "type": SCHEMA + "File", "name": f"Nachtrag {number}", "fileName": name, "date": now[:10]}
        | {"mimeType": "application/pdf", "accessUrl": f"{file}/access", "paper": [paper]}
        | head
    )
    town.replaced[number] = pdf(f"Nachtrag {number}")
    return Mutation("add", added=(paper, step, file))


def _next_number(town: Town) -> int:
    taken = [uri.rsplit("/", 1)[1] for uri in (*town.objects, *town.withdrawn)]
    return max((int(one) for one in taken if one.isdecimal()), default=0) + 1


def replace_bytes(town: Town, seed: int, *, told: bool = True) -> Mutation:
    """Give a file other bytes; told, `modified`, size and checksum follow; else only its ETag shows it."""
    dice = Random(f"bytes:{seed}")
    file = _one(town, dice, ("File",))
    uri = str(file["id"])
    data = pdf(f"Neue Fassung {dice.randrange(10**6)}")
    town.replaced[int(uri.rsplit("/", 1)[1])] = data
    town.revision += 1
    if not told:
        return Mutation("replace-bytes", (uri,), told=False)
    town.put(file | {"size": len(data), "sha512Checksum": hashlib.sha512(data).hexdigest()})
    return Mutation("replace-bytes", touch(town, (uri,)))


def turn_clock(town: Town, seed: int) -> Mutation:
    """Turn the server's clock by up to 400 days, forth or back: what changes from now on bears its stamps."""
    by, before = timedelta(days=Random(f"clock:{seed}").randint(-400, 400)), town.clock
    town.clock = lambda: before() + by
    return Mutation("turn-clock")


def move_host(town: Town, base: str) -> Mutation:
    """Move all addresses to another base: every id changes."""
    old = [uri for uri, item in town.objects.items() if not item.get("deleted")]
    before = town.base
    town.rebase(base)
    return Mutation("move-host", added=tuple(uri.replace(before, base) for uri in old), gone=tuple(old), told=False)


MUTATIONS |= {
    "update": update,
    "update-own-stamp": lambda town, seed: update(town, seed, parents=False),
    "update-silent": lambda town, seed: update(town, seed, own=False, parents=False),
    "delete": delete,
    "delete-own-stamp": lambda town, seed: delete(town, seed, parents=False),
    "depublish": depublish,
    "depublish-401": lambda town, seed: depublish(town, seed, status=401),
    "undelete": undelete,
    "remove-child": remove_child,
    "move-child": move_child,
    "reorder": reorder,
    "add": add,
    "replace-bytes": replace_bytes,
    "replace-bytes-silent": lambda town, seed: replace_bytes(town, seed, told=False),
    "turn-clock": turn_clock,
}
