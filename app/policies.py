"""What was decided about personal data of each source, by whom and on which ground; the newest decision counts.

policy_of(session, source_id) -> Policy     what holds for a source
policies(session) -> {source_id: Policy}    of all sources about which something was decided
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import PolicyDecision
from app.privacy import DEFAULT, Policy


def policy_of(session: Session, source_id: int | None) -> Policy:
    """Return what holds for a source."""
    if source_id is None:
        return DEFAULT
    return _policies(session.scalars(_decisions().where(PolicyDecision.source_id == source_id))).get(source_id, DEFAULT)


def policies(session: Session) -> dict[int, Policy]:
    """Return what holds for each source about which something was decided."""
    return _policies(session.scalars(_decisions()))


def decisions(session: Session, source_id: int) -> list[PolicyDecision]:
    """Return what was decided about a source, oldest first."""
    return list(session.scalars(_decisions().where(PolicyDecision.source_id == source_id)))


def decide(
    session: Session, source_id: int, what: Iterable[tuple[str, str, str]], *, by: str, reason: str, at: datetime
) -> None:
    """Record decisions, in the caller's transaction: type, property and level of each."""
    for object_type, name, level in what:
        told = {"object_type": object_type, "property": name, "level": level}
        session.add(PolicyDecision(source_id=source_id, at=at, by=by, reason=reason, **told))
    session.flush()


def _decisions() -> Select[PolicyDecision]:
    return select(PolicyDecision).order_by(PolicyDecision.id)


def _policies(found: Iterable[PolicyDecision]) -> dict[int, Policy]:
    decided: dict[int, dict[tuple[str, str], str]] = {}
    for one in found:
        decided.setdefault(one.source_id, {})[one.object_type, one.property] = one.level
    return {source_id: Policy(levels) for source_id, levels in decided.items()}
