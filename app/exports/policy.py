"""What is decided beyond a council's records: whether its texts may be taken away, and what may be no more."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Body, PolicyDecision
from app.policies import policies, policy_of
from app.privacy import DEFAULT, OPEN

# By type, the properties that went out and do no more; FULLTEXT of a File is the text that was read in it.
Narrowed = Mapping[str, frozenset[str]]


def allows_text(session: Session, body_key: str | None) -> bool:
    """Whether the full text of a council's files may be taken away: not until the operator decides so."""
    source_id = session.scalar(select(Body.source_id).where(Body.key == body_key)) if body_key else None
    return policy_of(session, source_id).has_fulltext


def narrowed(session: Session) -> dict[int, Narrowed]:
    """Return by source what once went out, by decision or before one, and may go out no more."""
    present = policies(session)
    asked = select(PolicyDecision.source_id, PolicyDecision.object_type, PolicyDecision.property, PolicyDecision.level)
    found: dict[int, dict[str, set[str]]] = {}
    for source_id, type_, name, level in session.execute(asked):
        went_out = OPEN in (level, DEFAULT.level(type_, name))
        if went_out and present[source_id].level(type_, name) != OPEN:
            found.setdefault(source_id, {}).setdefault(type_, set()).add(name)
    return {one: {type_: frozenset(some) for type_, some in told.items()} for one, told in found.items()}
