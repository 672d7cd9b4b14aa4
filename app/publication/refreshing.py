"""From the log to the table: what goes out is written anew where it changed, and what goes no more leaves a tombstone.

Records of a source whose terms are others than before (a licence, a council that came) are all written anew; else what
changed, and what that touches. Killed at any time, the next turn goes on; of two at once the later one begins again.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.db import now, writing
from app.indexing.lookups import chunks
from app.models import Change, PublicObject, PublicSource, PublicState
from app.models.changes import ERASED
from app.models.publication import TO_BE_WRITTEN
from app.publication import around
from app.publication.around import Keys
from app.publication.forms import VERSION
from app.publication.names import ROOT, Names
from app.publication.reach import ORDER, Going, Reach
from app.publication.writing import MovedOnError, Presence, Turn, unless_moved_on

BATCH = 500  # changes
AT_ONCE = 500  # records that are loaded together
MANY = 20_000  # records touched by one batch: to go through all of the source is quicker then
Enough = Callable[[], bool]


@dataclass(slots=True)
class Counts:
    """What a turn did: changes read, forms looked at, written, and tombstones."""

    changes: int = 0
    looked: int = 0
    written: int = 0
    gone: int = 0
    progress: Callable[[int], object] = field(default=lambda _: None, repr=False, compare=False)

    def add(self, turn: Turn, state: PublicState) -> PublicState:
        """Count a turn that was written; returns how far the table is."""
        self.looked += turn.looked
        self.written += turn.written
        self.gone += turn.lost
        self.progress(turn.looked)
        return state


@dataclass(slots=True)
class _Batch:
    """What some changes touch, by key: what may have come or gone, and of what the form may be another."""

    changed: dict[str, list[str]] = field(default_factory=dict)
    maybe: Keys = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)


def refresh(
    engine: Engine,
    base_url: str,
    *,
    enough: Enough = lambda: False,
    progress: Callable[[int], object] = lambda _: None,
) -> Counts:
    """Bring the table up to the log, until it is `enough`; `progress` hears how many forms each turn looked at."""
    counts, names, hurry = Counts(progress=progress), Names(base_url), _Hurry(engine)
    while not enough():
        state = _begin(engine, f"{VERSION} {base_url}")
        try:
            if not (_whole(engine, names, state, counts, enough, hurry) or _some(engine, names, state, counts)):
                break
        except MovedOnError:  # another one did it meanwhile
            continue
    return counts


class _Hurry:
    """Tells whether something has to go that cannot wait until a source is written as a whole."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen = self._last = 0

    def is_on(self, state: PublicState) -> bool:
        """Look through what the log has since it was last looked at; it may be long."""
        with Session(self._engine) as session:
            seen, newest = max(self._seen, state.position), log.last_seq(session)
            if newest > seen:
                self._seen = newest
                self._last = log.last_that_cannot_wait(session, seen) or self._last
        return min(self._last, newest) > state.position  # the log may have become shorter


def is_owed(engine: Engine, base_url: str) -> bool:
    """Whether something is to be done."""
    with Session(engine) as session:
        state = session.get(PublicState, 1)
        if state is None or state.form != f"{VERSION} {base_url}" or state.position < log.last_seq(session):
            return True
        return bool(_others(session, Reach(session).terms()))


def again(session: Session, source_id: int) -> None:
    """Have all records of a source written anew, in the caller's transaction."""
    session.execute(update(PublicSource).where(PublicSource.source_id == source_id).values(terms=TO_BE_WRITTEN))


def _begin(engine: Engine, form: str) -> PublicState:
    """Return how far the table is; where its form is another, or it was never made, a new edition begins."""
    with Session(engine) as session:
        state = session.get(PublicState, 1)
    if state is not None and state.form == form:
        return state
    with writing(engine) as session:
        present = session.get(PublicState, 1, with_for_update=True)
        if present is not None and present.form == form:
            return present
        edition = secrets.token_hex(8)
        if present is None:
            for table in (PublicObject, PublicSource):
                session.execute(delete(table))
            stamp, position = now().replace(microsecond=0), log.last_seq(session)
            present = PublicState(id=1, edition=edition, form=form, position=position, seq=0, stamp=stamp)
            session.add(present)
        else:
            _renew(session, present.form.partition(" ")[2], form.partition(" ")[2])
            # Numbers go on where they were: whoever kept one of the old edition never takes it for one of the new.
            present.edition, present.form = edition, form
    return present


def _renew(session: Session, before: str, base_url: str) -> None:
    """Have all forms made anew. What went stays told: whoever asks for what changed since has to hear of it."""
    if before == base_url:  # they are as they were until then, and lists stay open
        session.execute(update(PublicSource).values(terms=TO_BE_WRITTEN))
        return
    session.execute(delete(PublicSource))
    session.execute(delete(PublicObject).where(~PublicObject.deleted))
    ids = (f'"{one}{ROOT}/' for one in (before, base_url))
    session.execute(update(PublicObject).values(json=func.replace(PublicObject.json, *ids)))


def _others(session: Session, terms: Mapping[int, str]) -> list[int]:
    """Return the sources whose records went out under other terms than hold now, or never."""
    known = dict(session.execute(select(PublicSource.source_id, PublicSource.terms)).all())
    return sorted(source_id for source_id, said in terms.items() if known.get(source_id) != said)


def _whole(engine: Engine, names: Names, state: PublicState, counts: Counts, enough: Enough, hurry: _Hurry) -> bool:
    """Write all records of a source whose terms are others now, until it is `enough`; says whether it did."""
    with Session(engine) as session:
        reach = Reach(session)
        terms = reach.terms()
        others = _others(session, terms)
        if not others or hurry.is_on(state):
            return False
        source_id = others[0]
        going = {one.key: one.type for name in ORDER for one in reach.of(source_id, name)}
    presence = Presence(going)
    for name in ORDER:
        keys = sorted(key for key, type_ in going.items() if type_ == name)
        for some in chunks(keys, AT_ONCE):
            if enough() or hurry.is_on(state):  # what is written then is gone through again, and not written again
                return True
            turn = Turn(engine, names, state, presence)
            with Session(engine) as session:
                turn.read(session, name, list(Reach(session).among(name, some)))
            state = counts.add(turn, turn.write())
    with Session(engine) as session:
        mine = select(PublicObject.key).where(PublicObject.source_id == source_id, ~PublicObject.deleted)
        left = [key for key in session.scalars(mine) if key not in going]
    for some in chunks(left, AT_ONCE):
        turn = Turn(engine, names, state, presence)
        turn.lose(some, set())
        state = counts.add(turn, turn.write())
    with writing(engine) as session:
        unless_moved_on(session, state)  # it may have been given up meanwhile
        session.merge(PublicSource(source_id=source_id, terms=terms[source_id]))
    return True


def _some(engine: Engine, names: Names, state: PublicState, counts: Counts) -> bool:
    """Write what the next changes touch; says whether there were any."""
    with Session(engine) as session:
        changes = log.since(session, state.position, limit=BATCH)
        if not changes:
            return False
        batch = _batch(session, names, changes)
        counts.changes += len(changes)
        reach = Reach(session)
        going = {one.key: one for name, some in _by_type(batch.maybe).items() for one in reach.among(name, some)}
        there = Presence.read(session, batch.maybe)
        came = {key: one.type for key, one in going.items() if key not in there}
        gone = [key for key in batch.maybe if key in there and key not in going]
        touched = _touched(session, batch, came, gone)
        turn = Turn(engine, names, state, Presence(dict(came), set(gone)), until=changes[-1].seq)
        # What was withdrawn before it was erased has a tombstone that does not say that it is to be forgotten.
        turn.lose({*gone, *batch.erased} - going.keys(), batch.erased)
        if len(touched) > MANY:
            turn.give_up(batch.sources)
        else:
            by_type = _by_type({key: name for key, name in touched.items() if key not in gone})
            for name in ORDER:
                for some in chunks(by_type.get(name, ()), AT_ONCE):
                    turn.read(session, name, _of(reach, name, some, going))
    counts.add(turn, turn.write())
    return True


def _of(reach: Reach, name: str, keys: Sequence[str], known: Mapping[str, Going]) -> list[Going]:
    found = [known[key] for key in keys if key in known]
    return found + list(reach.among(name, [key for key in keys if key not in known]))


def _batch(session: Session, names: Names, changes: Iterable[Change]) -> _Batch:
    batch = _Batch()
    for change in changes:
        batch.changed.setdefault(change.object_type, []).append(change.object_id)
        batch.sources |= {change.source_id} if change.source_id is not None else set()
        if change.kind == ERASED:
            batch.erased |= around.keys_of({change.object_type: [change.object_id]}).keys()
    batch.maybe = around.keys_of(batch.changed) | around.held_by(session, names, batch.changed)
    batch.maybe = {key: name for key, name in batch.maybe.items() if name in ORDER}
    return batch


def _touched(session: Session, batch: _Batch, came: Keys, gone: Iterable[str]) -> Keys:
    """Return of what the form may be another: what changed, what it holds, what holds it, and what names who came."""
    turned = came | {key: batch.maybe[key] for key in gone}
    found = batch.maybe | around.naming(session, around.ids_of(session, turned))
    found |= around.holding(session, around.ids_of(session, found))
    return {key: name for key, name in found.items() if name in ORDER}


def _by_type(keys: Keys) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, name in sorted(keys.items()):
        found.setdefault(name, []).append(key)
    return found
