"""What a record refers to, resolved: rows where they are here, bare ids where they are not."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.models import File, Link, Location, Meeting, OParlObject, Organization, Paper, Person
from app.rows import several

TARGETS: dict[str, type[OParlObject]] = {
    **dict.fromkeys(("mainFile", "auxiliaryFile", "invitation", "resultsProtocol"), File),
    **dict.fromkeys(("verbatimProtocol", "resolutionFile", "derivativeFile"), File),
    **dict.fromkeys(("originatorOrganization", "underDirectionOf", "organization"), Organization),
    **dict.fromkeys(("originatorPerson", "participant"), Person),
    **dict.fromkeys(("relatedPaper", "superordinatedPaper", "subordinatedPaper", "paper"), Paper),
    "location": Location,
    "meeting": Meeting,
}
# Here more! rubin names the person in charge instead of the office.
OR_PERSONS = frozenset({"underDirectionOf"})
FILE_ROLES = tuple(name for name, model in TARGETS.items() if model is File)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is referred to and has not arrived here."""

    id: str

    @property
    def host(self) -> str:
        """The server it is on; the id itself where that is no address."""
        try:
            return urlsplit(self.id).hostname or self.id
        except ValueError:
            return self.id


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: the OParl property it is made by, and what is at its other end."""

    role: str
    target: OParlObject | Missing

    @property
    def here(self) -> bool:
        """Whether the other side is in this mirror."""
        return not isinstance(self.target, Missing)


def references(
    session: Session, ids: Iterable[str], properties: Iterable[str] = TARGETS
) -> dict[str, dict[str, list[Reference]]]:
    """Return record id -> property -> references in the source's order; one query, and one for each type met.

    What was withdrawn at the other end is left out; a file comes with its bytes' row.
    """
    links = list(session.scalars(_links(), {"ids": list(ids), "properties": list(properties)}))
    rows: dict[str, OParlObject] = {}
    for model in dict.fromkeys(TARGETS[link.property] for link in links):
        wanted = {link.to_id for link in links if TARGETS[link.property] is model}
        rows |= _rows(session, model, wanted)
    if strays := {link.to_id for link in links if link.property in OR_PERSONS and link.to_id not in rows}:
        rows |= _rows(session, Person, strays)
    found: dict[str, dict[str, list[Reference]]] = {}
    for link in links:
        target: OParlObject | Missing = rows.get(link.to_id) or Missing(link.to_id)
        if isinstance(target, Missing) or not target.deleted:
            here = found.setdefault(link.from_id, {}).setdefault(link.property, [])
            here.append(Reference(link.property, target))
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _links() -> Select[Link]:
    query = select(Link).where(Link.from_id.in_(several("ids")), Link.property.in_(several("properties")))
    return query.order_by(Link.from_id, Link.property, Link.position)


def files_among(found: dict[str, list[Reference]]) -> list[Reference]:
    """Return the references to files in the order they are read in: the main one first; each file once."""
    seen: set[str] = set()
    files: list[Reference] = []
    for role in FILE_ROLES:
        for reference in found.get(role, ()):
            if reference.target.id not in seen:
                seen.add(reference.target.id)
                files.append(reference)
    return files


def rows_named(session: Session, model: type[OParlObject], ids: Iterable[str | None]) -> dict[str, OParlObject]:
    """Return the rows with these ids that were not withdrawn."""
    return {id_: row for id_, row in _rows(session, model, {one for one in ids if one}).items() if not row.deleted}


def _rows(session: Session, model: type[OParlObject], ids: set[str]) -> dict[str, OParlObject]:
    return {row.id: row for row in session.scalars(_with_ids(model), {"ids": sorted(ids)})}


@cache
def _with_ids(model: type[OParlObject]) -> Select[OParlObject]:
    query = select(model).where(model.id.in_(several("ids")))
    return query.options(joinedload(File.blob)) if model is File else query
