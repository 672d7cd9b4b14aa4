"""What texts mention, resolved: papers that are named by their numbers, streets, sums of money and dates.

A number means a paper only where exactly one paper of the same source and council has it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.facts import Kind, street_of
from app.models import File, Link, Mention, Paper
from app.queries.references import FILE_ROLES, Reference
from app.rows import among, several
from app.shown import shown

NAMING = 10_000  # files that may name one number: 65 councils count from 1 each year
MOST = 200  # rows of one kind that are looked at for a page of ours
Files = dict[str, File]  # by their bytes, in order
Where = tuple[ColumnElement[bool], ...]
Naming = tuple[Kind, str]  # of what is named: its kind and its key
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
class AllNamed:
    """The first that files name of one kind, how many different ones they name, and how many files name any."""

    first: Sequence[Named]
    total: int
    files: int = 0


@dataclass(frozen=True, slots=True)
class Cited:
    """A paper that is named, or that names one: in which file, on which page first."""

    paper: Paper
    file: File
    page: int


def spans(session: Session, file: File, page: int) -> list[Span]:
    """Return the numbers of known papers and the streets on one page, in order and not overlapping; three queries.

    Whoever writes a text that was read anew deletes its mentions in the same commit, so that no place is a wrong one.
    """
    if page == 1 and file.stand_in:  # what is shown there is not what the places were found in
        return []
    chosen = select(Mention).where(Mention.sha256 == file.blob_sha256, Mention.page == page)
    chosen = chosen.where(Mention.kind.in_((Kind.REFERENCE, Kind.PLACE))).order_by(Mention.start)
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


def held_files(paper: Paper, files: Iterable[Reference]) -> Files:
    """Return the files of a paper that is shown by their bytes, in their order.

    Whether they are shown needs no question: a paper that is shown shows what its own source says are its files.
    """
    found: Files = {}
    for file in (reference.target for reference in files):
        if isinstance(file, File) and file.blob_sha256 and file.source_id == paper.source_id and not file.deleted:
            found.setdefault(file.blob_sha256, file)
    return found


def cited_by(session: Session, paper: Paper, files: Files) -> list[Cited]:
    """Return the papers that a paper's files name, itself left out, in the order in which they are named; in one query.

    A number is passed by where several papers have it.
    """
    if not files:
        return []
    sources = {file.source_id for file in files.values()}
    numbered = (Paper.reference_key == Mention.value) & Paper.source_id.in_(sources)
    chosen = (
        select(Mention.sha256, Mention.page, Paper)
        .join(Paper, numbered)
        .where(Mention.sha256.in_(files), Mention.kind == Kind.REFERENCE, shown(Paper))
        .order_by(_in_order(files), Mention.page, Mention.start)
        .limit(10 * MOST)
    )
    holders: dict[Number, set[str]] = {}
    rows = [(files[sha256], page, named) for sha256, page, named in session.execute(chosen)]
    for _, _, named in rows:
        holders.setdefault(_number_of(named), set()).add(named.id)
    found: dict[str, Cited] = {}
    for file, page, named in rows:
        ours = (named.source_id, named.body_id) == (file.source_id, file.body_id)
        if ours and named.id != paper.id and len(holders[_number_of(named)]) == 1:
            found.setdefault(named.id, Cited(named, file, page))
    return list(found.values())


def citing(session: Session, paper: Paper) -> list[Cited]:
    """Return the papers whose files name a paper, newest first; none where another paper has its number too.

    The bytes that name it are asked for first: of most papers there are none, and told how few they are, no database
    begins with all papers of the council.
    """
    if not paper.reference_key:
        return []
    naming = select(Mention.sha256).where(Mention.kind == Kind.REFERENCE, Mention.value == paper.reference_key)
    sha256s = session.scalars(naming.distinct().order_by(Mention.sha256).limit(NAMING)).all()
    if not sha256s:
        return []
    holder, same = _others()
    alike = (same.source_id == paper.source_id, same.body_id.is_not_distinct_from(paper.body_id), shown(same))
    numbered = select(func.count()).where(same.reference_key == paper.reference_key, *alike).scalar_subquery()
    chosen = (
        select(holder, File, func.min(Mention.page))
        .select_from(Mention)
        .join(File, File.blob_sha256 == Mention.sha256)
        .join(Link, (Link.to_id == File.id) & Link.property.in_(FILE_ROLES))
        .join(holder, holder.id == Link.from_id)
        .where(Mention.kind == Kind.REFERENCE, Mention.value == paper.reference_key, holder.id != paper.id)
        .where(among(session, Mention.sha256, sha256s))
        .where(holder.source_id == paper.source_id, holder.body_id.is_not_distinct_from(paper.body_id))
        .where(shown(holder), shown(File), numbered == 1)
        .group_by(holder.id, File.id)
        .order_by(holder.date.desc().nulls_last(), holder.id, File.id)
        .limit(MOST)
    )
    found: dict[str, Cited] = {}
    for other, file, page in session.execute(chosen):
        found.setdefault(other.id, Cited(other, file, page))
    return list(found.values())


def named_in(session: Session, files: Files, kinds: Collection[Kind], most: int = MOST) -> dict[Kind, AllNamed]:
    """Return of each kind the first that a paper's files name: sums by size, streets by how often, dates in order.

    Two queries, however many kinds.
    """
    counted = _counted(session, files, kinds, most) if files else {}
    if not counted:
        return {kind: AllNamed([], 0) for kind in kinds}
    places, labels = _first_places(session, files, counted)
    found = {}
    for kind in kinds:
        rows = counted.get(kind, ())
        named = [Named(r.value, labels[kind, r.value], r.times, *places[kind, r.value], r.size) for r in rows]
        if kind is Kind.PLACE:
            named.sort(key=lambda one: (-one.count, one.label))
        elif kind is Kind.DATE:
            named.sort(key=lambda one: one.value)  # some databases pass over the hyphens
        found[kind] = AllNamed(named, rows[0].total, rows[0].files) if rows else AllNamed([], 0)
    return found


def _counted(session: Session, files: Files, kinds: Collection[Kind], most: int) -> dict[Kind, list[Row[Any]]]:
    """Return of each kind the first values: how often they are named, how large they are, and how many there are."""
    found: dict[Kind, list[Row[Any]]] = {}
    told = {"files": list(files), "kinds": [str(kind) for kind in kinds], "most": most}
    for row in session.execute(_counting(), told):
        found.setdefault(Kind(row.kind), []).append(row)
    return found


@cache  # a question is built once: to build it takes as long as to answer it
def _counting() -> Select[Any]:
    here: Where = (Mention.sha256.in_(several("files")), Mention.kind.in_(several("kinds")))
    times, size = func.count().label("times"), func.max(Mention.number).label("size")
    by_size = case((Mention.kind == Kind.AMOUNT, size)).desc().nulls_last()
    order = (by_size, case((Mention.kind == Kind.PLACE, times)).desc().nulls_last(), Mention.value)
    of = (
        select(Mention.kind, Mention.value, times, size)
        .add_columns(func.count().over(partition_by=Mention.kind).label("total"))
        .add_columns(func.row_number().over(partition_by=Mention.kind, order_by=order).label("rank"))
        .where(*here)
        .group_by(Mention.kind, Mention.value)
        .subquery()
    )
    holding = select(Mention.kind, func.count(Mention.sha256.distinct()).label("files")).where(*here)
    each = holding.group_by(Mention.kind).subquery()
    chosen = select(of, each.c.files).join(each, each.c.kind == of.c.kind)
    return chosen.where(of.c.rank <= bindparam("most")).order_by(of.c.kind, of.c.rank)


def _first_places(
    session: Session, files: Files, counted: Mapping[Kind, Sequence[Row[Any]]]
) -> tuple[dict[Naming, tuple[File, int]], dict[Naming, str]]:
    """Return in which file, the main one first, and on which page each is named first; and how it is shown: as it is
    written most often, a street without its numbers."""
    values = [(Mention.kind == kind) & Mention.value.in_([row.value for row in rows]) for kind, rows in counted.items()]
    page, times = func.min(Mention.page), func.count()
    chosen = select(Mention.kind, Mention.value, Mention.label, Mention.sha256, page, times)
    chosen = chosen.where(Mention.sha256.in_(files), or_(*values))
    order = {sha256: place for place, sha256 in enumerate(files)}
    first: dict[Naming, tuple[int, int, str]] = {}
    labels: dict[Naming, Counter[str]] = {}
    grouped = chosen.group_by(Mention.kind, Mention.value, Mention.label, Mention.sha256)
    for kind, value, label, sha256, number, count in session.execute(grouped):
        key = Kind(kind), value
        place = order[sha256], number, sha256
        first[key] = min(first.get(key, place), place)
        shown_as = label or value
        street = street_of(shown_as) if kind == Kind.PLACE else None
        labels.setdefault(key, Counter())[street or shown_as] += count
    places = {key: (files[sha256], number) for key, (_, number, sha256) in first.items()}
    return places, {key: _plainest(counts) for key, counts in labels.items()}


def is_mentioned(session: Session, street: str) -> bool:
    """Tell whether any text names a street, by its key."""
    return (
        session.scalar(select(Mention.page).where(Mention.kind == Kind.PLACE, Mention.value == street).limit(1))
        is not None
    )


def names_street(street: str) -> ColumnElement[bool]:
    """Return the condition that a paper's shown files name a street, by its key."""
    holding = (
        select(Link.from_id)
        .join(File, File.id == Link.to_id)
        .join(Mention, Mention.sha256 == File.blob_sha256)
        .where(Mention.kind == Kind.PLACE, Mention.value == street, Link.property.in_(FILE_ROLES), shown(File))
    )
    return Paper.id.in_(holding)


@cache  # what is shown of them is a condition of its own for each alias, and kept
def _others() -> tuple[type[Paper], type[Paper]]:
    return aliased(Paper), aliased(Paper)


def _in_order(files: Files) -> ColumnElement[int]:
    return case({sha256: place for place, sha256 in enumerate(files)}, value=Mention.sha256)


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
