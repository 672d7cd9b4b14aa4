"""One council alone: of the others a request's session sees nothing, and neither does its search.

The rule stands where questions are put and not in the pages: what a page, a feed or an interface asks of the database
is answered as if the other councils were not there. Counts that are kept by source are those of the source.
"""

from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import event, false
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria

from app.db import Base
from app.models import Body, OParlObject, Source, System
from app.slugs import body_slugs
from search import Hit, Match, Query, Results, SearchIndex, Suggestion, parse_query

SECONDS = 30.0  # for which it is believed that the council is the one with this short name


@dataclass
class Alone:
    """The rule for the council with a short name; where there is none, nothing is there."""

    slug: str
    sessions: sessionmaker[Session]
    _options: tuple[float, list[Any]] | None = None
    _lock: Lock = field(default_factory=Lock)

    def restrict(self, session: Session) -> None:
        """Let a session see this council alone."""
        event.listen(session, "do_orm_execute", self._rule)

    def _rule(self, state: ORMExecuteState) -> None:
        # What is loaded behind a row carries the options of the question that brought the row.
        if state.is_select and not state.is_relationship_load and not state.is_column_load:
            state.statement = state.statement.options(*self.options())

    def options(self) -> list[Any]:
        """Return the conditions, one for each type of record."""
        with self._lock:
            if self._options is None or monotonic() - self._options[0] >= SECONDS:
                self._options = monotonic(), self._ask()
            return self._options[1]

    def _ask(self) -> list[Any]:
        with self.sessions() as every:
            slugs = body_slugs(every)
            body_id = next((body for body, slug in slugs.items() if slug == self.slug), None)
            body = every.get(Body, body_id) if body_id else None
            return [_condition(model, body) for model in _concerned()]


def _concerned() -> list[Any]:
    """Return the types whose rows belong to a council, or to the source it comes from."""
    models = [mapper.class_ for mapper in Base.registry.mappers]
    columns = ("body_id", "body_key", "source_id")
    return [one for one in models if one is Source or any(hasattr(one, column) for column in columns)]


def _condition(model: Any, body: Body | None) -> Any:
    # Lambdas, because only these are put to aliases as well.
    if body is None:
        return with_loader_criteria(model, lambda _cls: false(), include_aliases=True)
    body_id, body_key, source_id = body.id, body.key, body.source_id
    if model is Body:
        return with_loader_criteria(model, lambda cls: cls.id == body_id, include_aliases=True)
    if model is Source:
        return with_loader_criteria(model, lambda cls: cls.id == source_id, include_aliases=True)
    if hasattr(model, "body_key"):
        return with_loader_criteria(model, lambda cls: cls.body_key == body_key, include_aliases=True)
    records = hasattr(model, "body_id") and (issubclass(model, OParlObject) or not hasattr(model, "source_id"))
    if records and model is not System:
        return with_loader_criteria(model, lambda cls: cls.body_id == body_id, include_aliases=True)
    return with_loader_criteria(model, lambda cls: cls.source_id == source_id, include_aliases=True)


class IndexAlone:
    """An index in which only one council is found; what is not asked for here is the index's own."""

    def __init__(self, index: SearchIndex, slug: str) -> None:
        self._index = index
        self._filters = parse_query("", chosen={"body": (slug,)}).filters

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def search(self, query: Query) -> Results:
        """Search this council."""
        return self._index.search(replace(query, filters=(*query.filters, *self._filters)))

    def matching(self, query: Query) -> tuple[Match, ...]:
        """Return what matches of this council."""
        return self._index.matching(replace(query, filters=(*query.filters, *self._filters)))

    def suggest(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """Suggest titles; of more than are asked for, because those of others are left out behind."""
        return self._index.suggest(typed, min(limit * 4, 100))

    def related(self, document_id: str, limit: int = 5, *, kind: str = "Paper", text_key: str = "") -> tuple[Hit, ...]:
        """Return related matters; more than are asked for, as above."""
        return self._index.related(document_id, min(limit * 4, 100), kind=kind, text_key=text_key)
