"""Who may speak of what: a source of what it brought, and of what lies on its own server; of nothing else."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from oparl_sync import known, problems
from oparl_sync.known import Known
from oparl_sync.parsed import Object
from oparl_sync.problems import Deviation

OURS = "ours"
SHARED = "shared"


def verdict(source_id: int, host: str, found: Object, old: Known) -> str | Deviation:
    """Tell whether a source may speak of what is stored: OURS, or SHARED with another, or why it may not."""
    if old.source_id == source_id:
        return OURS
    if old.source_host == host:
        # Two councils of one server are two sources that share its persons and the system itself.
        return SHARED
    return OURS if known.host_in(found.id) == host else _foreign(found)


def refused(
    session: Session, source_id: int, host: str, new: dict[str, Object], others: dict[str, str]
) -> Iterator[tuple[str, Deviation]]:
    """Yield new objects on another source's server, and those whose id is another type's already, by their keys.

    `others` are the types of such ids.
    """
    strange = [key for key, found in new.items() if known.host_in(found.id) != host]
    taken = known.hosts_of_others(session, source_id) if strange else set()
    foreign = {key for key in strange if known.host_in(new[key].id) in taken}
    yield from ((key, _foreign(new[key])) for key in foreign)
    for key, found in new.items():
        if found.id in others and key not in foreign:
            yield key, of_two_types(found, others[found.id])


def of_two_types(found: Object, other: str) -> Deviation:
    """Return what is told of an object that comes as two things at once; the first one counts."""
    detail = f"{found.id} comes as {found.type}, and is {other} already"
    return Deviation(problems.SECOND_TYPE, found.id, detail, found.type)


def _foreign(found: Object) -> Deviation:
    detail = f"{found.id} belongs to another source and was not taken from this one"
    return Deviation(problems.FOREIGN_ID, found.id, detail, found.type)
