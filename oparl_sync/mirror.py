"""One pass over one source: where it is, its lists, and what has to be asked for alone."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import Writer, now
from app.models import ListCursor, Source, SyncRun
from oparl_sync import capability, councils, cursors, fetch, lookups, moving, parse, problems, references, walk
from oparl_sync.client import OParlClient
from oparl_sync.problems import Blocked, Closed, SyncError
from oparl_sync.progress import Progress
from oparl_sync.store import Counts, Store
from oparl_sync.values import is_true
from oparl_sync.work import Work

A_DAY = timedelta(days=1)
COMPLETE, PARTIAL, FAILING, BLOCKED = "complete", "partial", "failing", "blocked"
# Problems that a complete pass would meet again if they were there still.
MET_AGAIN = (
    problems.NO_ID,
    problems.NO_OBJECT,
    problems.UNKNOWN_TYPE,
    problems.WRONG_TYPE,
    problems.UNKNOWN_PROPERTY,
    problems.FOREIGN_ID,
    problems.SECOND_TYPE,
    problems.NOT_STORED,
)


def mirror(
    engine: Engine,
    writing: Writer,
    client: OParlClient,
    source: Source,
    progress: Progress,
    *,
    whole: bool = False,
    accept: bool = False,
) -> tuple[Counts, list[str]]:
    """Bring the records of one source up to date; returns the counts and why it is incomplete, nothing if it is not.

    `whole` reads every list from its beginning, unfiltered; `accept` believes that what is missing is gone.
    """
    run_id, began = _begin(engine, writing, source.id, anew=whole)
    counts, failures, before = Counts(), list[str](), client.requests
    state = FAILING
    moment: datetime | None = None
    blocked: Blocked | None = None
    try:
        found = fetch.endpoint(client, source.url, pinned_body=source.pinned_body)
        moment = client.last_date
        moving.follow(engine, writing, client, source, found)
        # Whichever clock is behind: from there on it is asked for again.
        work = Work(
            *(engine, writing, client, source, run_id, began, min(moment or now(), now()), progress),
            whole=whole,
            accept=accept,
        )
        counts.add(_save_endpoint(work, found))
        failures = _pass(work, found, counts)
        state = PARTIAL if failures else COMPLETE
    except Blocked as error:
        failures.append(str(error))
        state, blocked = BLOCKED, error
    except SyncError as error:
        failures.append(str(error))
    except SQLAlchemyError as error:  # told by its kind alone: its words may quote what is private
        failures.append(f"the database refuses what came: {type(getattr(error, 'orig', error)).__name__}")
    _end(writing, source, run_id, began, state, failures, counts, client.requests - before, moment, blocked)
    return counts, failures


def _pass(work: Work, found: fetch.Endpoint, counts: Counts) -> list[str]:
    """Read all lists, then what they left open; returns why it is incomplete. Raises Blocked."""
    failures = list[SyncError]()
    addresses = [address for body in found.bodies for address in fetch.lists(body)]
    listed = [body["id"].strip() for body in found.bodies if not is_true(body.get("deleted"))]
    earliest = cursors.earliest(work)
    for address in addresses:
        done, failure = walk.walk(work, address, earliest)
        counts.add(done)
        if failure:
            failures.append(failure)
    _mind_refusals(work, failures, len(addresses))
    if not failures:
        with work.writing() as session:
            cursors.forget_others(session, work.source.id, listed, [address.url for address in addresses])
    missing = councils.unlisted(work, listed)
    references.note(work)
    only = found.bodies[0]["id"].strip() if len(found.bodies) == 1 else None
    counts.add(lookups.work_off(work, body_id=only))
    counts.deleted += councils.take_back(work, listed)
    capability.probe(work)  # last: a server that fails at that may keep us waiting
    return [str(failure) for failure in failures] + missing


def _mind_refusals(work: Work, failures: list[SyncError], lists: int) -> None:
    """Raise Blocked where it is the whole source that refuses us, and not some of its lists alone."""
    refused = [failure for failure in failures if isinstance(failure, Closed)]
    if refused and len(refused) == lists:
        raise refused[0]
    if refused:  # a ban that began meanwhile: what its objects' own addresses say then is no answer about them
        work.client.json(work.source.url)


def _save_endpoint(work: Work, found: fetch.Endpoint) -> Counts:
    counts = Counts()
    system = parse.objects([found.system] if found.system else [], "System", where=work.source.url)
    bodies = {body["id"].strip(): parse.objects([body], "Body", where=work.source.url) for body in found.bodies}
    with work.writing() as session:
        complete = (ListCursor.source_id == work.source.id, ListCursor.last_complete.is_not(None))
        read = set(session.scalars(select(ListCursor.body_id).where(*complete)))
        counts.add(Store(work.source, None, backfill=not read).save(session, system))
        for body_id, parsed in bodies.items():
            counts.add(Store(work.source, body_id, backfill=body_id not in read).save(session, parsed))
    return counts


def _begin(engine: Engine, writing: Writer, source_id: int, *, anew: bool) -> tuple[int, datetime]:
    """Begin a run, or go on with the one that was killed; returns its id and when it began."""
    with Session(engine) as session:
        newest = select(SyncRun).where(SyncRun.source_id == source_id).order_by(SyncRun.id.desc()).limit(1)
        last = session.scalar(newest)
        killed = last is not None and last.finished_at is None and now() - last.started_at < cursors.RESUME_WITHIN
        if last is not None and killed and not anew:
            return last.id, last.started_at
    began = now()
    with writing() as session:
        result = session.execute(insert(SyncRun).values(source_id=source_id, started_at=began).returning(SyncRun.id))
        return result.scalar_one(), began


def _end(
    writing: Writer,
    source: Source,
    run_id: int,
    began: datetime,
    state: str,
    failures: Sequence[str],
    counts: Counts,
    requests: int,
    moment: datetime | None,
    blocked: Blocked | None,
) -> None:
    reason = "; ".join(failures)[:2000] or None
    values: dict[str, Any] = {"state": state, "state_reason": reason, "next_try": None}
    if moment is not None:
        values["clock_skew"] = round((moment - now()).total_seconds())
    if counts.created or counts.updated or counts.deleted:
        values["last_news"] = now()
    if state == COMPLETE:
        values |= {"last_complete": now(), "failures": 0, "failing_since": None}
    else:
        values |= {"failures": Source.failures + 1, "failing_since": source.failing_since or now()}
    if blocked is not None:
        values["next_try"] = now() + (blocked.wait or A_DAY)
    with writing() as session:
        whole = select(ListCursor.last_full).where(ListCursor.source_id == source.id)
        moments = session.scalars(whole).all()
        values["last_full"] = min((m for m in moments if m), default=None) if all(moments) else None
        done = {"finished_at": now(), "counts": asdict(counts) | {"requests": requests}, "error": reason}
        session.execute(update(SyncRun).where(SyncRun.id == run_id).values(**done))
        session.execute(update(Source).where(Source.id == source.id).values(**values))
        if state == COMPLETE:
            whole_run = not session.scalar(
                select(ListCursor.id).where(ListCursor.source_id == source.id, ListCursor.since.is_not(None)).limit(1)
            )
            kinds = (*MET_AGAIN, problems.LIST_FAILED, problems.MANY_MISSING) if whole_run else (problems.LIST_FAILED,)
            problems.solve(session, source.id, before=began, kinds=kinds)
