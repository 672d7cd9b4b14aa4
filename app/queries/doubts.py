"""Where minutes say something else than the source: its word stands, but is not told as a fact."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.models import AgendaItem
from app.queries.minutes import Minuted, minuted
from app.queries.outcomes import Outcome, outcome_of


def contradicting(said: Iterable[Minuted], stated: Outcome | None) -> tuple[Minuted, ...]:
    """Return what of minutes is not what the source says."""
    return tuple(one for one in said if one.contradicts(stated))


def contradicted(session: Session, items: Iterable[AgendaItem]) -> dict[str, tuple[Minuted, ...]]:
    """Return the ids of those public agenda items that minutes contradict -> what these say; in one query."""
    results = {item.id: outcome_of(item.result) for item in items if item.public is not False}
    stated = {one: outcome for one, outcome in results.items() if outcome}
    said = minuted(session, stated) if stated else {}
    found = {one: contradicting(those, stated[one]) for one, those in said.items()}
    return {one: those for one, those in found.items() if those}
