"""Which files may tell what became of which agenda items: minutes of their meeting, and extracts from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.facts.minutes import Item, are_minutes, day_of, group_names, is_closed
from app.models import AgendaItem, Consultation, File, Link, Meeting, Organization, Page, Paper
from app.queries.agendas import papers_of_items
from app.queries.papers import main_first
from app.queries.references import files_among, references
from app.shown import FILE_PARENTS, FILE_PROPERTIES, shown

BERLIN = ZoneInfo("Europe/Berlin")
MINUTES = frozenset({"resultsProtocol", "verbatimProtocol"})
_PAPER_FILES = ("mainFile", "auxiliaryFile")


@dataclass(frozen=True, slots=True)
class Task:
    """One file to look into: for results of these items, and for what these papers propose.

    `stated` is the text that the source gives where the bytes gave none; then it is bound to no bytes (`sha256`).
    `groups` are the names of the source's parties and groups as they are now.
    """

    file_id: str
    sha256: str | None
    items: tuple[Item, ...] = ()
    paper_ids: tuple[str, ...] = ()
    stated: str = ""
    groups: tuple[str, ...] = ()


def with_text(session: Session, file_ids: Sequence[str]) -> list[File]:
    """Return those of some files that are shown and may have text; asked for all at once, as it takes 6 ms to ask."""
    query = select(File).where(File.id.in_(file_ids), shown(File)).options(joinedload(File.blob)).order_by(File.id)
    return [file for file in session.scalars(query) if file.stand_in or file.blob_sha256 is not None]


def task_of(session: Session, file: File) -> Task | None:
    """Return what is to be looked for in a file that is shown; None where there is nothing."""
    stated = file.stand_in
    head = stated or session.scalar(select(Page.text).where(Page.sha256 == file.blob_sha256, Page.number == 1))
    if head is None:
        return None
    holders = _holders(session, file)
    items = tuple(_items(session, file, holders, head))
    papers = tuple(_papers_led_by(session, file, holders))
    if not items and not papers:
        return None
    groups = _groups(session, file.source_id) if items else ()
    return Task(file.id, None if stated else file.blob_sha256, items, papers, stated, groups)


def _groups(session: Session, source_id: int) -> tuple[str, ...]:
    """Return the names of the parties and groups that a source lists."""
    kind = func.lower(
        func.coalesce(Organization.organization_type, "") + " " + func.coalesce(Organization.classification, "")
    )
    called = or_(*(kind.contains(word) for word in ("fraktion", "partei", "ratsgruppe", "faction", "party")))
    query = select(Organization.name, Organization.short_name).where(Organization.source_id == source_id)
    rows = session.execute(query.where(called, shown(Organization)))
    return group_names(name for row in rows for name in row if name)


def _holders(session: Session, file: File) -> list[tuple[str, str]]:
    """Return the records that a file belongs to, with its role there ("" by the file's own word alone)."""
    theirs = select(Link.from_id, Link.property).where(Link.to_id == file.id, Link.property.in_(FILE_PROPERTIES))
    own = select(Link.to_id).where(Link.from_id == file.id, Link.property.in_(FILE_PARENTS))
    roles = dict.fromkeys(session.scalars(own), "")
    roles |= {row.from_id: row.property for row in session.execute(theirs.order_by(Link.from_id, Link.property))}
    return sorted(roles.items())


def _items(session: Session, file: File, holders: list[tuple[str, str]], head: str) -> list[Item]:
    roles, name = dict(holders), file.name or file.file_name or ""
    if is_closed(name, head):  # whatever role it was given
        return []
    named = are_minutes(name, head)
    if not named and not MINUTES & set(roles.values()) and "resolutionFile" not in roles.values():
        return []
    day = day_of(head)
    mine = (shown(AgendaItem), AgendaItem.source_id == file.source_id)
    consulted = or_(AgendaItem.id == Consultation.agenda_item_id, AgendaItem.consultation_id == Consultation.id)
    through_papers = (
        select(AgendaItem.id)
        .join(Consultation, consulted)
        .where(Consultation.paper_id.in_(roles), shown(Consultation), Consultation.source_id == file.source_id)
    )
    theirs = or_(
        AgendaItem.meeting_id.in_(roles), AgendaItem.id.in_(roles), AgendaItem.id.in_(through_papers.scalar_subquery())
    )
    query = select(AgendaItem, Meeting.start).join(Meeting, Meeting.id == AgendaItem.meeting_id)
    rows = session.execute(query.where(theirs, *mine, shown(Meeting)).order_by(AgendaItem.id)).all()
    fitting = []
    for item, start in rows:
        held = start.astimezone(BERLIN).date() if start else None
        # The minutes of the meeting before hang on the meeting that approves them: the day must be its own. What is
        # called its minutes by the source, and names no day, is believed.
        certain = roles.get(item.meeting_id or "") in MINUTES or item.id in roles
        if day == held if day else certain:
            fitting.append(item)
    papers = papers_of_items(session, fitting)
    return [
        Item(
            one.id, one.number or "", one.name or "", tuple(p.reference for p in papers.get(one.id, ()) if p.reference)
        )
        for one in fitting
    ]


def _papers_led_by(session: Session, file: File, holders: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the papers whose main document a file is: by its role, or where none has that role by its name."""
    query = select(Paper).where(Paper.id.in_([one for one, _ in holders]), shown(Paper)).order_by(Paper.id)
    for paper in session.scalars(query.where(Paper.source_id == file.source_id)).all():
        files = files_among(references(session, [paper.id], _PAPER_FILES).get(paper.id, {}))
        led = [one for one in files if one.role == "mainFile"]
        if not led and (sorted_files := main_first(paper, files)) is not files:
            led = sorted_files[:1]
        if any(one.target.id == file.id for one in led):
            yield paper.id
