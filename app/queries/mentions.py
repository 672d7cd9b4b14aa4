"""What texts mention, resolved: papers that are named by their numbers, streets, sums of money and dates.

A number means a paper only where exactly one paper of the same source and council has it.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.facts import Kind, street_of
from app.models import Blob, File, Link, Mention, Paper
from app.queries.references import FILE_ROLES
from app.shown import shown

MOST = 200  # rows of one kind that are looked at for a page of ours
Number = tuple[int, str | None, str]  # of a paper: its source, its council, the key of its number


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a page's text: `paper` is the paper whose number stands there, None for what is no number."""

    start: int
    end: int
    kind: str
    label: str | None
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a paper's files name, and where first: its key, how it is shown, how many times."""

    value: str
    label: str
    count: int
    file: File
    page: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A paper that is named, or that names one: in which file, on which page first."""

    paper: Paper
    file: File
    page: int


def spans(session: Session, file: File, page: int) -> list[Span]:
    """Return the numbers of known papers and the streets on one page, in order and not overlapping; three queries.

    Of text that was read anew and not looked through yet there are none: the places would be wrong.
    """
    chosen = (
        select(Mention)
        .join(Blob, Blob.sha256 == Mention.sha256)
        .where(Mention.sha256 == file.blob_sha256, Mention.page == page, Blob.facts_version.is_not(None))
        .where(Mention.kind.in_((Kind.REFERENCE, Kind.PLACE)))
        .order_by(Mention.start)
    )
    found = list(session.scalars(chosen))
    own = {paper.id for paper in _papers_holding(session, [file.id]).get(file.id, ())}
    papers = _papers(session, {_number(file, row) for row in found if row.kind == Kind.REFERENCE})
    marked, end = list[Span](), 0
    for row in found:
        paper = papers.get(_number(file, row)) if row.kind == Kind.REFERENCE else None
        if row.start >= end and (row.kind == Kind.PLACE or (paper is not None and paper.id not in own)):
            marked.append(Span(row.start, row.end, row.kind, row.label, paper))
            end = row.end
    return marked


def cited_by(session: Session, paper: Paper) -> list[Cited]:
    """Return the papers that a paper's files name, itself left out, in the order in which they are named."""
    found: dict[str, Cited] = {}
    rows = _of_files(session, paper, Kind.REFERENCE)
    papers = _papers(session, {_number(file, row) for file, row in rows})
    for file, row in rows:
        named = papers.get(_number(file, row))
        if named is not None and named.id != paper.id:
            found.setdefault(named.id, Cited(named, file, row.page))
    return list(found.values())


def citing(session: Session, paper: Paper) -> list[Cited]:
    """Return the papers whose files name a paper, newest first; none where another paper has its number too."""
    if not paper.reference_key or _number_of(paper) not in _papers(session, {_number_of(paper)}):
        return []
    holder = aliased(Paper)
    chosen = (
        select(holder, File, func.min(Mention.page))
        .select_from(Mention)
        .join(File, File.blob_sha256 == Mention.sha256)
        .join(Link, (Link.to_id == File.id) & Link.property.in_(FILE_ROLES))
        .join(holder, holder.id == Link.from_id)
        .where(Mention.kind == Kind.REFERENCE, Mention.value == paper.reference_key, holder.id != paper.id)
        .where(holder.source_id == paper.source_id, holder.body_id.is_not_distinct_from(paper.body_id))
        .where(shown(holder), shown(File))
        .group_by(holder.id, File.id)
        .order_by(holder.date.desc().nulls_last(), holder.id, File.id)
        .limit(MOST)
    )
    found: dict[str, Cited] = {}
    for other, file, page in session.execute(chosen):
        found.setdefault(other.id, Cited(other, file, page))
    return list(found.values())


def named_in(session: Session, paper: Paper, kind: Kind) -> list[Named]:
    """Return the streets, sums or dates that a paper's files name: sums by size, the others by how often."""
    rows = _of_files(session, paper, kind)
    counts = Counter(row.value for _, row in rows)
    labels: dict[str, Counter[str]] = {}
    first: dict[str, tuple[File, Mention]] = {}
    for file, row in rows:
        label = row.label or row.value
        labels.setdefault(row.value, Counter())[(street_of(label) or label) if kind is Kind.PLACE else label] += 1
        first.setdefault(row.value, (file, row))
    named = [
        Named(value, _plainest(labels[value]), counts[value], file, row.page, row.number)
        for value, (file, row) in first.items()
    ]
    if kind is Kind.AMOUNT:
        return sorted(named, key=lambda one: (-(one.number or 0), one.value))
    if kind is Kind.DATE:
        return sorted(named, key=lambda one: one.value)
    return sorted(named, key=lambda one: (-one.count, one.label))


def names_street(street: str) -> ColumnElement[bool]:
    """Return the condition that a paper's shown files name a street, by its key."""
    holding = (
        select(Link.from_id)
        .join(File, File.id == Link.to_id)
        .join(Mention, Mention.sha256 == File.blob_sha256)
        .where(Mention.kind == Kind.PLACE, Mention.value == street, Link.property.in_(FILE_ROLES), shown(File))
    )
    return Paper.id.in_(holding)


def _of_files(session: Session, paper: Paper, kind: Kind) -> list[tuple[File, Mention]]:
    """Return what a paper's shown files mention, the main file first."""
    chosen = (
        select(File, Mention)
        .join(Link, (Link.to_id == File.id) & (Link.from_id == paper.id) & Link.property.in_(FILE_ROLES))
        .join(Mention, Mention.sha256 == File.blob_sha256)
        .where(Mention.kind == kind, shown(File))
        .order_by(Link.property.desc(), Link.position, File.id, Mention.page, Mention.start)
    )
    return [(file, row) for file, row in session.execute(chosen.limit(10 * MOST))]


def _papers(session: Session, numbers: Collection[Number]) -> dict[Number, Paper]:
    """Return the papers with these numbers where only one has it."""
    if not numbers:
        return {}
    sources, _, keys = (set(part) for part in zip(*numbers, strict=True))
    chosen = select(Paper).where(Paper.reference_key.in_(keys), Paper.source_id.in_(sources), shown(Paper))
    found: dict[Number, list[Paper]] = {}
    for paper in session.scalars(chosen):
        found.setdefault(_number_of(paper), []).append(paper)
    return {number: papers[0] for number, papers in found.items() if number in numbers and len(papers) == 1}


def _papers_holding(session: Session, files: Iterable[str]) -> dict[str, list[Paper]]:
    chosen = select(Link.to_id, Paper).join(Paper, Paper.id == Link.from_id)
    found: dict[str, list[Paper]] = {}
    for file, paper in session.execute(chosen.where(Link.to_id.in_(list(files)), Link.property.in_(FILE_ROLES))):
        found.setdefault(file, []).append(paper)
    return found


def _number(file: File, row: Mention) -> Number:
    return file.source_id, file.body_id, row.value


def _number_of(paper: Paper) -> Number:
    return paper.source_id, paper.body_id, paper.reference_key or ""


def _plainest(labels: Counter[str]) -> str:
    """Return the label that is there most often, of equal ones the shortest."""
    return min(labels, key=lambda label: (-labels[label], len(label), label))
