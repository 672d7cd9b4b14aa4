"""Who may speak of what: a source of what it brought, and of what lies on its own server; of nothing else."""

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from oparl_sync import known, problems
from oparl_sync.known import Known
from oparl_sync.parsed import Object
from oparl_sync.problems import Deviation

OURS = "ours"
SHARED = "shared"


def verdict(session: Session, source_id: int, host: str, found: Object, old: Known) -> str | Deviation:
    """Tell whether a source may speak of what is stored: OURS, or SHARED with another, or why it may not.

    Two councils of one server are two sources that share its persons and the system itself: the first one's word
    counts, but what it took back and the other still has is the other's.
    """
    if old.source_id == source_id:
        return OURS
    owners = known.owners(session).get(known.host_in(found.id), frozenset())
    if old.source_host == host or {host, old.source_host} <= owners:
        returns = old.deleted and not found.deleted and (old.embedded or not found.embedded)
        return OURS if returns else SHARED
    return OURS if host in owners else _foreign(found)


def refused(
    session: Session, host: str, new: dict[str, Object], others: dict[str, str]
) -> Iterator[tuple[str, Deviation]]:
    """Yield new objects on another source's server, and those whose id is another type's already, by their keys.

    `others` are the types of such ids.
    """
    foreign = set()
    if any(known.host_in(found.id) != host for found in new.values()):
        owners = known.owners(session)
        foreign = {key for key, found in new.items() if host not in owners.get(known.host_in(found.id), (host,))}
    yield from ((key, _foreign(new[key])) for key in foreign)
    for key, found in new.items():
        if found.id in others and key not in foreign:
            yield key, of_two_types(found, others[found.id])


def confine(session: Session, host: str, came: Iterable[Object]) -> None:
    """Take references to another source's server: nobody puts anything on another council's agenda. Raw keeps them."""
    own = (f"https://{host}/", f"http://{host}/")
    for found in came:
        columns = {
            name: stated
            for name, stated in found.values.items()
            if name.endswith("_id") and isinstance(stated, str) and not stated.startswith(own)
        }
        links = [to for _, _, to in (*found.links, *found.back) if not to.startswith(own)]
        if not columns and not links:
            continue
        owners = known.owners(session)
        hosts = {to: known.host_in(to) for to in (*columns.values(), *links)}
        theirs = {to for to, there in hosts.items() if host not in owners.get(there, (host,))}
        for name in [name for name, stated in columns.items() if stated in theirs]:
            # Without a Body of its own it is of the one whose lists are read.
            found.values.pop(name) if name == "body_id" else found.values.update({name: None})
        found.links = [one for one in found.links if one[2] not in theirs]
        found.back = [one for one in found.back if one[2] not in theirs]


def of_two_types(found: Object, other: str) -> Deviation:
    """Return what is told of an object that comes as two things at once; the first one counts."""
    detail = f"{found.id} comes as {found.type}, and is {other} already"
    return Deviation(problems.SECOND_TYPE, found.id, detail, found.type)


def _foreign(found: Object) -> Deviation:
    detail = f"{found.id} belongs to another source and was not taken from this one"
    return Deviation(problems.FOREIGN_ID, found.id, detail, found.type)
