"""Papers: lists of them, one of them, and what belongs to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, extract, func, or_, select
from sqlalchemy.orm import Session

from app.facts import street_key
from app.models import Consultation, File, Link, Paper
from app.queries.mentions import names_street
from app.queries.paging import SIZE, Paged, counted, paged
from app.queries.references import Reference
from app.shown import shown

ORIGINATORS = ("originatorPerson", "originatorOrganization")
# How a paper belongs to another, and how that one does to it.
MIRRORED = {
    "relatedPaper": "relatedPaper",
    "superordinatedPaper": "subordinatedPaper",
    "subordinatedPaper": "superordinatedPaper",
}
# What papers are called after what they are: "Beschlussvorlage", "Änderungs-/Ergänzungsantrag", "Antrag CDU_3" ...
_IS_PAPER = re.compile(r"[\w/-]*(?:vorlage|antrag|anfrage)(?![^\W_])")
_NUMBERING = re.compile(r"^(?:[\W\d_]|top\b)+")  # ... also behind "TOP 3, "


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """What a list of papers is narrowed to; None: not narrowed."""

    paper_type: str | None = None
    body: str | None = None
    organization: str | None = None
    originator: str | None = None
    year: int | None = None
    street: str | None = None  # by its name, in any spelling


def papers(session: Session, wanted: PaperFilter | None = None, *, page: int = 1, size: int = SIZE) -> Paged[Paper]:
    """Return papers, newest first, those without a date last."""
    query = select(Paper).where(*_narrowed(wanted or PaperFilter()))
    return paged(session, query.order_by(Paper.date.desc().nulls_last(), Paper.id.desc()), page, size)


def paper_by_key(session: Session, key: str) -> Paper | None:
    """Return a paper, withdrawn or not."""
    return session.scalar(select(Paper).where(Paper.key == key))


def paper_types(session: Session, wanted: PaperFilter | None = None) -> dict[str, int]:
    """Return type -> count, most frequent first, in the source's own words, of what is wanted of any type."""
    count = func.count()
    others = _narrowed(replace(wanted or PaperFilter(), paper_type=None))
    query = select(Paper.paper_type, count).where(*others).group_by(Paper.paper_type)
    return counted(session.execute(query.order_by(count.desc(), Paper.paper_type)))


def paper_years(session: Session, wanted: PaperFilter | None = None) -> dict[int, int]:
    """Return year -> count, newest first, of what is wanted of any year."""
    year = extract("year", Paper.date)
    others = _narrowed(replace(wanted or PaperFilter(), year=None))
    query = select(year, func.count()).where(*others, Paper.date.is_not(None)).group_by(year)
    return {int(found): count for found, count in counted(session.execute(query.order_by(year.desc()))).items()}


def related_papers(session: Session, paper: Paper, said: Mapping[str, list[Reference]]) -> dict[str, list[Reference]]:
    """Return what belongs to a paper, by OParl property, whichever side says so; `said` is what itself refers to."""
    related = {name: list(said[name]) for name in MIRRORED if name in said}
    known = {reference.target.id for found_here in related.values() for reference in found_here}
    for name, other in session.execute(_relating(), {"paper": paper.id}):
        if other.id not in known:
            known.add(other.id)
            related.setdefault(MIRRORED[name], []).append(Reference(MIRRORED[name], other))
    return related


@cache  # a question is built once: to build it takes as long as to answer it
def _relating() -> Select[str, Paper]:
    return (
        select(Link.property, Paper)
        .join(Paper, Paper.id == Link.from_id)
        .where(Link.to_id == bindparam("paper"), Link.property.in_(MIRRORED), ~Paper.deleted)
        .order_by(Paper.date.desc(), Paper.id)
    )


def _narrowed(wanted: PaperFilter) -> list[ColumnElement[bool]]:
    found = [~Paper.deleted]
    if wanted.paper_type is not None:
        found.append(Paper.paper_type == wanted.paper_type)
    if wanted.body is not None:
        found.append(Paper.body_id == wanted.body)
    if wanted.organization is not None:
        found.append(_of_organization(wanted.organization))
    if wanted.originator is not None:
        found.append(_links_to(wanted.originator, ORIGINATORS))
    if wanted.street is not None:
        found.append(names_street(street_key(wanted.street)))
    if wanted.year is not None:
        first = date(wanted.year, 1, 1)
        found += [Paper.date >= first, Paper.date <= first.replace(month=12, day=31)]
    return found


def _links_to(record_id: str, properties: tuple[str, ...]) -> ColumnElement[bool]:
    return Paper.id.in_(select(Link.from_id).where(Link.to_id == record_id, Link.property.in_(properties)))


def _of_organization(organization_id: str) -> ColumnElement[bool]:
    consulted = (
        select(Consultation.paper_id)
        .join(Link, Link.from_id == Consultation.id)
        .where(Link.to_id == organization_id, Link.property == "organization", shown(Consultation))
    )
    linked = ("originatorOrganization", "underDirectionOf")
    return or_(_links_to(organization_id, linked), Paper.id.in_(consulted))


def main_first(paper: Paper, files: list[Reference]) -> list[Reference]:
    """Return a paper's files with its main document first; SOMACOS Session does not say which that is, but its name."""
    if any(file.role == "mainFile" for file in files):
        return files
    main = next((file for file in files if isinstance(file.target, File) and _is_main(paper, file.target)), None)
    return files if main is None else [main, *(file for file in files if file is not main)]


def _is_main(paper: Paper, file: File) -> bool:
    if file.name and file.name == paper.name:
        return True
    name = (file.name or "").casefold().removeprefix((paper.reference or "").casefold())
    name = _NUMBERING.sub("", name)
    kind = (paper.paper_type or "").casefold()
    return bool(_IS_PAPER.match(name)) or (bool(kind) and name.startswith(kind))
