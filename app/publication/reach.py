"""Which records go out: those that are shown and whose licence is known; and to which council each belongs."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.indexing.lookups import chunks
from app.models import OPARL_TYPES, AgendaItem, Body, File, OParlObject, Source, key_of
from app.policies import policies
from app.privacy import DEFAULT
from app.publication.licences import Licences
from app.rows import among
from app.shown import present, shown

# What is embedded comes before what it is embedded in; a council comes last: its lists are open when they are full.
ORDER = (
    *("Location", "File", "LegislativeTerm", "Membership", "Consultation", "AgendaItem"),
    *("Paper", "Meeting", "Person", "Organization", "Body"),
)
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Going:
    """A record that goes out."""

    id: str
    key: str
    type: str
    source_id: int
    body_key: str | None
    license: str


class Reach:
    """Says which records go out, by what councils, servers and the operator state now."""

    def __init__(self, session: Session) -> None:
        self._session, self._licences = session, Licences.read(session)
        bodies = select(Body.source_id, Body.id, Body.key).where(~Body.deleted).order_by(Body.id)
        self._policies = policies(session)
        self._bodies: dict[int, dict[str, str]] = {}
        for source_id, body_id, key in session.execute(bodies):
            self._bodies.setdefault(source_id, {})[body_id] = key

    def terms(self) -> dict[int, str]:
        """Return by source what all of its records depend on, as a hash: licences, and which councils there are."""
        found = {}
        for source_id, stated in self._session.execute(select(Source.id, Source.license).order_by(Source.id)):
            bodies = self._bodies.get(source_id, {})
            said: list[Any] = [stated, self._licences.of_system.get(source_id), sorted(bodies)]
            said.append([self._licences.of_body.get(one) for one in sorted(bodies)])
            said.append(sorted(self._policies.get(source_id, DEFAULT).decided.items()))
            found[source_id] = hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()
        return found

    def among(self, object_type: str, keys: Sequence[str]) -> Iterator[Going]:
        """Yield those of some records that go out."""
        model = OPARL_TYPES[object_type]
        for part in chunks(keys, AT_ONCE):
            yield from self._going(model, self._shown(model).where(among(self._session, model.key, list(part))))

    def of(self, source_id: int, object_type: str) -> Iterator[Going]:
        """Yield all records of one type that go out of what a source brought."""
        model = OPARL_TYPES[object_type]
        query = self._shown(model).where(model.source_id == source_id)
        yield from self._going(model, query.execution_options(yield_per=AT_ONCE))

    def _shown(self, model: type[OParlObject]) -> Select[*tuple[Any, ...]]:
        # Of an agenda item that is not public it is told that it is there.
        there = present(model) if model is AgendaItem else shown(model)
        own = File.file_license if model is File else model.license
        return select(model.id, model.key, model.source_id, model.body_id, model.license, own.label("own")).where(there)

    def _going(self, model: type[OParlObject], query: Select[*tuple[Any, ...]]) -> Iterator[Going]:
        rows: Iterable[Row[Any]] = self._session.execute(query)
        for row in rows:
            body_id = row.id if model is Body else self._body(row.source_id, row.body_id)
            if license_ := self._licences.holding((row.own, row.license), body_id, row.source_id):
                body_key = key_of(body_id) if body_id else None
                yield Going(row.id, row.key, model.__name__, row.source_id, body_key, license_)

    def _body(self, source_id: int, body_id: str | None) -> str | None:
        """Return the council of a record: of a server with one all belong to that, else to the one they came with."""
        bodies = self._bodies.get(source_id, {})
        return next(iter(bodies)) if len(bodies) == 1 else body_id if body_id in bodies else None
