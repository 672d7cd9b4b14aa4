"""How complete the mirror is: what each source publishes, what is held here, what was read, and what is in the way."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import now
from app.directory.endpoints import telling_name
from app.models import Body, ListCursor, Lookup, Problem, Source, SyncRun
from app.models.files import WAITING
from app.queries.coverage import TypeCounts, type_counts
from app.queries.file_states import READ, Holding, holdings
from app.queries.silence import Silence, newest_dates, silences
from app.queries.verdict import STATES, Verdict, judge
from app.slugs import body_slugs


@dataclass(frozen=True, slots=True)
class FileCounts:
    """Files that gave text, that gave none, and that still have to be fetched or read; `reasons` counts the second."""

    read: int = 0
    unreadable: int = 0
    waiting: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """How many there are."""
        return self.read + self.unreadable + self.waiting


@dataclass(frozen=True, slots=True)
class LookupCounts:
    """Objects that are asked for one by one: still to be asked, not for the public, and gone in too great a number to
    be believed without a second look."""

    waiting: int = 0
    restricted: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """Open problems of one kind: how many, since when, and one of them in words."""

    kind: str
    count: int
    since: datetime
    example: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """All that is known about the state of one source."""

    source: Source
    bodies: tuple[Body, ...]
    types: dict[str, TypeCounts]
    files: FileCounts
    problems: tuple[ProblemCount, ...]
    verdict: Verdict
    lists: tuple[ListCursor, ...] = ()
    lookups: LookupCounts = field(default=LookupCounts())
    silence: Silence | None = field(default=None)
    run: SyncRun | None = field(default=None)

    @property
    def state(self) -> str:
        """The state in one word of app.queries.verdict, as it was measured."""
        return self.verdict.state

    @property
    def name(self) -> str:
        """What readers call it: its councils, or its short name before the first walk."""
        return ", ".join(_name(body, self.source.preset) for body in self.bodies) or self.source.slug

    @property
    def published(self) -> int:
        """How many records its lists name, as far as they were read."""
        return sum(counts.published or 0 for counts in self.types.values())

    @property
    def accounted(self) -> int:
        """How many of these are here, or known not to be storable."""
        return self.published - self.missing

    @property
    def missing(self) -> int:
        """How many of these are not here."""
        return sum(counts.missing or 0 for counts in self.types.values())

    @property
    def known_until(self) -> datetime | None:
        """The moment up to which all is known; None before every list was read once."""
        moments = [one.synced_until or one.last_complete for one in self.lists] or [self.source.last_complete]
        return min((one for one in moments if one), default=None) if all(moments) else None

    def lag(self, moment: datetime) -> timedelta | None:
        """How far the mirror is behind, at most."""
        return max(moment - self.known_until, timedelta()) if self.known_until else None


def status(session: Session, slugs: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return what `ratslupe status --json` prints under "sources": of all, or of the named ones."""
    moment, wanted = now(), set(slugs)
    return [_as_data(one, moment) for one in source_status(session) if not wanted or one.source.slug in wanted]


def source_status(session: Session, held: Iterable[Holding] | None = None) -> list[SourceStatus]:
    """Return the state of every source, the worst first; `held` is asked for where it is not given."""
    moment = now()
    sources = session.scalars(select(Source).order_by(Source.slug)).all()
    types, files, lookups = (
        type_counts(session),
        _file_counts(holdings(session) if held is None else held),
        _lookups(session),
    )
    problems, bodies, runs, lists = _problems(session), councils(session), _last_runs(session), _lists(session)
    silent, newest = silences(session, sources, moment), newest_dates(session, moment)
    found = []
    for source in sources:
        mine = types.get(source.id, {})
        waiting, cursors = lookups.get(source.id, LookupCounts()), lists.get(source.id, [])
        verdict = judge(
            source,
            cursors,
            mine,
            held_back=waiting.held,
            silence=silent.get(source.id),
            newest=newest.get(source.id, {}),
            moment=moment,
        )
        found.append(
            SourceStatus(
                source=source,
                bodies=tuple(body for body in bodies if body.source_id == source.id),
                types=mine,
                files=files.get(source.id, FileCounts()),
                problems=tuple(problems.get(source.id, ())),
                verdict=verdict,
                lists=tuple(cursors),
                lookups=waiting,
                silence=silent.get(source.id),
                run=runs.get(source.id),
            )
        )
    return sorted(found, key=lambda one: STATES.index(one.state))


def _as_data(one: SourceStatus, moment: datetime) -> dict[str, Any]:
    source, lag = one.source, one.lag(moment)
    return {
        "slug": source.slug,
        "name": one.name,
        "url": source.url,
        "state": one.state,
        "reasons": [{"code": reason.code, "text": reason.text} for reason in one.verdict.reasons],
        "detail": source.state_reason,
        "last_complete": _iso(source.last_complete),
        "last_full": _iso(source.last_full),
        "known_until": _iso(one.known_until),
        "lag": round(lag.total_seconds()) if lag is not None else None,
        "last_news": _iso(one.silence.since) if one.silence else None,
        "usual_silence": one.silence.usual if one.silence else None,
        "failures": source.failures,
        "failing_since": _iso(source.failing_since),
        "next_try": _iso(source.next_try),
        "clock_skew": source.clock_skew,
        "robots_ignored": source.robots_ignored,
        "types": {
            name: {
                "published": counts.published,
                "held": counts.held,
                "quarantined": counts.quarantined,
                "deleted": counts.deleted,
                "missing": counts.missing,
                "erased": counts.erased,
                "hidden": counts.hidden,
            }
            for name, counts in one.types.items()
        },
        "files": {"read": one.files.read, "unreadable": one.files.unreadable, "waiting": one.files.waiting},
        "lookups": asdict(one.lookups),
        "lists": [_list_as_data(cursor) for cursor in one.lists],
        "problems": [{"kind": p.kind, "count": p.count, "since": _iso(p.since)} for p in one.problems],
    }


def _list_as_data(cursor: ListCursor) -> dict[str, Any]:
    return {
        "type": cursor.object_type,
        "url": cursor.url,
        "published": cursor.published,
        "last_complete": _iso(cursor.last_complete),
        "last_full": _iso(cursor.last_full),
        "synced_until": _iso(cursor.synced_until),
        "filtering": cursor.filtering,
        "drops_filter": cursor.drops_filter,
        "stamps": cursor.stamps,
        "omits": cursor.omits or [],
        "error": cursor.error,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def councils(session: Session) -> Sequence[Body]:
    """Return the councils that are mirrored, by name."""
    return session.scalars(select(Body).where(~Body.deleted, ~Body.embedded).order_by(Body.name, Body.id)).all()


def named_councils(session: Session) -> list[tuple[str, Body]]:
    """Return the councils that are mirrored with what readers call them, by that."""
    presets = dict(session.execute(select(Source.id, Source.preset)).all())
    return sorted(((_name(body, presets.get(body.source_id)), body) for body in councils(session)), key=itemgetter(0))


def council_names(session: Session) -> dict[str, str]:
    """Return the names of the councils by the short name they are searched and downloaded under."""
    slugs = body_slugs(session)
    return {slugs[body.id]: name for name, body in named_councils(session) if body.id in slugs}


def _name(body: Body, preset: str | None) -> str:
    return telling_name(body.name or body.short_name, preset) or body.id


def last_complete(session: Session) -> datetime | None:
    """Return the moment up to which every source is known in full; None while one of them never was."""
    moments = session.scalars(select(Source.last_complete)).all()
    known = [moment for moment in moments if moment]
    return min(known) if known and len(known) == len(moments) else None


def _file_counts(held: Iterable[Holding]) -> dict[int, FileCounts]:
    states: dict[int, Counter[str]] = {}
    for one in held:
        states.setdefault(one.source, Counter())[one.state] += one.files
    found = {}
    for source_id, counts in states.items():
        reasons = Counter({state: count for state, count in counts.items() if state not in (READ, WAITING)})
        found[source_id] = FileCounts(counts[READ], reasons.total(), counts[WAITING], tuple(reasons.most_common()))
    return found


def _problems(session: Session) -> dict[int, list[ProblemCount]]:
    query = (
        select(Problem.source_id, Problem.kind, func.count(), func.min(Problem.first_seen), func.min(Problem.detail))
        .where(Problem.solved_at.is_(None))
        .group_by(Problem.source_id, Problem.kind)
        .order_by(func.count().desc(), Problem.kind)
    )
    found: dict[int, list[ProblemCount]] = {}
    for source_id, kind, count, since, example in session.execute(query):
        found.setdefault(source_id, []).append(ProblemCount(kind, count, since, example))
    return found


def _last_runs(session: Session) -> dict[int, SyncRun]:
    newest = select(func.max(SyncRun.id)).group_by(SyncRun.source_id)
    return {run.source_id: run for run in session.scalars(select(SyncRun).where(SyncRun.id.in_(newest)))}


def _lists(session: Session) -> dict[int, list[ListCursor]]:
    found: dict[int, list[ListCursor]] = {}
    for cursor in session.scalars(select(ListCursor).order_by(ListCursor.id)):
        found.setdefault(cursor.source_id, []).append(cursor)
    return found


def _lookups(session: Session) -> dict[int, LookupCounts]:
    query = select(Lookup.source_id, Lookup.answer, func.count()).group_by(Lookup.source_id, Lookup.answer)
    counted: dict[int, Counter[str]] = {}
    for source_id, answer, count in session.execute(query):
        counted.setdefault(source_id, Counter())[answer or "waiting"] += count
    return {
        source_id: LookupCounts(counts["waiting"] + counts["failed"], counts["restricted"], counts["held"])
        for source_id, counts in counted.items()
    }
