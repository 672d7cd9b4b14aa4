"""Minutes to results: what files say became of agenda items, and what papers propose; behind the log, like the index.

A change of a file, a paper, a meeting or an agenda item makes what depends on it be worked out again. How far this has
come is the position of a reader of the log that is called after the version of the rules: another version begins anew.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, delete, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import changes
from app.db import writing
from app.facts.minutes import FIRST_PAGES, VERSION, quotes_in, results_in
from app.indexing import stale
from app.models import AgendaItem, Change, Consultation, Consumer, File, Link, MinutesResult, Page, PaperQuote
from app.queries.minutes_files import Task, task_of, with_text
from app.shown import FILE_PARENTS, FILE_PROPERTIES, shown
from oparl_sync import minutes_news
from oparl_sync.known import chunks
from oparl_sync.progress import Progress, Step

logger = logging.getLogger(__name__)
BATCH = 500  # changes; a kill makes at most what depends on these be worked out again
PREFIX = "minutes:"
NAME = PREFIX + VERSION
MAX_PAGES = 1_000
MAX_TEXT = 4 * 1024 * 1024  # characters: the longest minutes seen have 600,000


def refresh(engine: Engine, progress: Progress, *, enough: Callable[[], bool] = lambda: False) -> int:
    """Bring results and quotes up to the log, until it is `enough`; returns how many files were looked into.

    A file that the rules cannot cope with is told in the program's log and costs itself alone.
    """
    with Session(engine) as session:
        position, last = changes.position(session, NAME), changes.last_seq(session)
    if position >= last:
        return 0
    if not position:
        _forget_versions(engine)
    read: set[str] = set()
    with progress.step("Reading minutes", last - position, unit="changes") as step:
        while position < last and not enough():
            position = _batch(engine, position, last, read, step, enough)
            if position == last:
                last = _own(engine, last)
    return len(read)


def _own(engine: Engine, last: int) -> int:
    """Return up to where the log holds only what this step itself told it behind a change."""
    with Session(engine) as session:
        for change in changes.since(session, last):
            if change.fields != [minutes_news.READ]:
                break
            last = change.seq
    return last


def is_owed(engine: Engine) -> bool:
    """Whether the log holds more than was worked out."""
    with Session(engine) as session:
        return changes.position(session, NAME) < changes.last_seq(session)


def _batch(engine: Engine, position: int, last: int, read: set[str], step: Step, enough: Callable[[], bool]) -> int:
    """Work out what a stretch of the log alters; where it is `enough` meanwhile, nothing is written of it.

    What was `read` in this run was read as it is behind `last`, and is not read again for what comes before that: else
    a first pass reads each minutes for each of their items.
    """
    with Session(engine) as session:
        batch = changes.since(session, position, until=last, limit=BATCH)
        if not batch:  # numbers that were given out and never written
            with writing(engine) as writer:
                changes.advance(writer, NAME, last)
            return last
        named = {change.object_id for change in batch if change.object_type == "Paper"}
        # Quotes of a paper that is named are forgotten, whichever files they came from: those are read all the same.
        files = sorted(_files_behind(session, batch) - read | _files_of(session, sorted(named)))
        papers, results, quotes = set(named), [], []
        for file in (file for part in chunks(files) for file in with_text(session, part)):
            if enough():
                return position
            for task, said, proposed in _read(session, file):
                papers.update(task.paper_ids)
                results += said
                quotes += proposed
    with writing(engine) as session:
        before = _said(session, files)
        without = minutes_news.silent(session, {row["agenda_item_id"] for row in results})
        _forget(session, files, sorted(papers))
        _write(session, results, quotes)
        minutes_news.tell(session, without)
        stale.note(session, "AgendaItem", {item_id for item_id, *_ in before ^ _said(session, files)})
        changes.advance(session, NAME, batch[-1].seq)
    read.update(files)
    step.advance(len(batch))
    return batch[-1].seq


def _read(session: Session, file: File) -> list[tuple[Task, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Return what one file says; nothing where the rules fail at it, so that the log goes on behind it."""
    try:
        task = task_of(session, file)
        return [(task, list(_results(session, task)), list(_quotes(session, task)))] if task else []
    except (MemoryError, SQLAlchemyError):  # not the file's fault, and the next one would fail as well
        raise
    except Exception:  # rules meet text and numbers of any kind: what none foresaw must not stop all councils
        logger.exception("What the minutes %s say could not be worked out; they are left out", file.id)
        return []


def _files_behind(session: Session, batch: Sequence[Change]) -> set[str]:
    """Return the files whose results a stretch of the log may alter: those it names, and those of what it names."""
    named: dict[str, set[str]] = {}
    for change in batch:
        if change.fields == [minutes_news.READ]:
            continue  # that a result was read in minutes does not alter what they say
        named.setdefault(change.object_type, set()).add(change.object_id)
    papers = named.get("Paper", set())
    holders = papers | named.get("Meeting", set()) | named.get("AgendaItem", set())
    # Where a paper is on the agenda, the minutes are found by its number, or name it.
    holders |= _consulted(session, Consultation.paper_id, papers)
    holders |= _consulted(session, Consultation.id, named.get("Consultation", set()))
    for part in chunks(sorted(named.get("AgendaItem", set()))):
        rows = session.execute(
            select(AgendaItem.meeting_id, Consultation.paper_id)
            .outerjoin(
                Consultation,
                or_(Consultation.agenda_item_id == AgendaItem.id, Consultation.id == AgendaItem.consultation_id),
            )
            .where(AgendaItem.id.in_(part))
        )
        holders |= {one for row in rows for one in row if one}
    return named.get("File", set()) | _files_of(session, sorted(holders))


def _consulted(session: Session, column: InstrumentedAttribute[Any], ids: set[str]) -> set[str]:
    """Return the papers, agenda items and meetings of the consultations that have one of these in a column."""
    item = or_(AgendaItem.id == Consultation.agenda_item_id, AgendaItem.consultation_id == Consultation.id)
    query = select(Consultation.paper_id, AgendaItem.id, AgendaItem.meeting_id).outerjoin(AgendaItem, item)
    found = (row for part in chunks(sorted(ids)) for row in session.execute(query.where(column.in_(part))))
    return {one for row in found for one in row if one}


def _files_of(session: Session, holders: list[str]) -> set[str]:
    files: set[str] = set()
    for part in chunks(holders):
        theirs = select(Link.to_id).where(Link.from_id.in_(part), Link.property.in_(FILE_PROPERTIES))
        own_word = select(Link.from_id).where(Link.to_id.in_(part), Link.property.in_(FILE_PARENTS))
        files |= set(session.scalars(theirs)) | set(session.scalars(own_word))
    return files


def _results(session: Session, task: Task) -> Iterable[dict[str, Any]]:
    if not task.items:
        return
    for said in results_in(_pages(session, task, MAX_PAGES), task.items, task.groups):
        yield {
            "file_id": task.file_id,
            "agenda_item_id": said.item.key,
            "sha256": task.sha256,
            "result": said.result.value,
            **asdict(said.votes),
            "parties": [asdict(one) for one in said.parties] or None,
            "resolution_number": said.resolution_number,
            **asdict(said.place),
        }


def _quotes(session: Session, task: Task) -> Iterable[dict[str, Any]]:
    found = quotes_in(_pages(session, task, FIRST_PAGES)) if task.paper_ids else []
    said = {"file_id": task.file_id, "sha256": task.sha256}
    for paper_id in task.paper_ids:
        for words in found:
            yield {"paper_id": paper_id, "kind": words.kind, **said, **asdict(words.place)}


def _pages(session: Session, task: Task, most: int) -> dict[int, str]:
    """Return the text of a file's first pages by number, as far as it is kept in memory."""
    if task.stated:
        return {1: task.stated}
    query = select(Page.number, Page.text).where(Page.sha256 == task.sha256, Page.number <= most).order_by(Page.number)
    found: dict[int, str] = {}
    size = 0
    for number, text in session.execute(query):
        size += len(text)
        if size > MAX_TEXT:
            break
        found[number] = text
    return found


def _said(session: Session, files: Sequence[str]) -> set[tuple[str, str, str | None]]:
    """Return (agenda item, result, hash of the bytes) as files say; the bytes count, for old ones state nothing."""
    said = select(MinutesResult.agenda_item_id, MinutesResult.result, MinutesResult.sha256)
    rows = (row for part in chunks(files) for row in session.execute(said.where(MinutesResult.file_id.in_(part))))
    return {(item_id, result, sha256) for item_id, result, sha256 in rows}


def _forget(session: Session, files: Sequence[str], papers: Sequence[str]) -> None:
    for part in chunks(files):
        session.execute(delete(MinutesResult).where(MinutesResult.file_id.in_(part)))
        session.execute(delete(PaperQuote).where(PaperQuote.file_id.in_(part)))
    for part in chunks(papers):
        session.execute(delete(PaperQuote).where(PaperQuote.paper_id.in_(part)))


def _write(session: Session, results: list[dict[str, Any]], quotes: list[dict[str, Any]]) -> None:
    """Write what was found; of what was withdrawn meanwhile nothing, and of a paper's blocks the first of a kind."""
    files = _still(session, File, [row["file_id"] for row in (*results, *quotes)])
    items = _still(session, AgendaItem, [row["agenda_item_id"] for row in results])
    results = [row for row in results if row["file_id"] in files and row["agenda_item_id"] in items]
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in quotes:
        if row["file_id"] in files:
            first.setdefault((row["paper_id"], row["kind"]), row)
    if results:
        session.execute(insert(MinutesResult), results)
    if first:
        session.execute(insert(PaperQuote), list(first.values()))


def _still(session: Session, model: type[File] | type[AgendaItem], ids: Iterable[str]) -> set[str]:
    # Locked, so that nothing that is withdrawn at the same moment is written after it went.
    locked = select(model.id).with_for_update()
    return {
        found
        for part in chunks(sorted(set(ids)))
        for found in session.scalars(locked.where(model.id.in_(part), shown(model)))
    }


def _forget_versions(engine: Engine) -> None:
    """Let go of how far other versions of the rules had come."""
    with writing(engine) as session:
        session.execute(delete(Consumer).where(Consumer.name.startswith(PREFIX), Consumer.name != NAME))
