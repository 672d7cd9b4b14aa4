"""What became of the papers that somebody brought in, and how an organization decided: counted ahead by app.tallies."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Link, Tally, TallyEvent
from app.queries.papers import ORIGINATORS


def became_of(session: Session, originator_id: str) -> Counter[str]:
    """Return what became of how many papers of a person or a group, in words of app.tallies.events; in one query."""
    theirs = select(Link.from_id).where(Link.to_id == originator_id, Link.property.in_(ORIGINATORS))
    query = (
        select(TallyEvent.outcome, func.count())
        .where(TallyEvent.record_id.in_(theirs), TallyEvent.kind == "paper")
        .group_by(TallyEvent.outcome)
    )
    return Counter(dict(session.execute(query).all()))


def decisions_of(session: Session, organization_id: str) -> Counter[str]:
    """Return how an organization decided how many papers, and how many it put off ("postponed"); in one query."""
    query = select(Tally.kind, Tally.counts).where(
        Tally.organization_id == organization_id, Tally.role == "committee", Tally.kind.in_(("decision", "deferral"))
    )
    found: Counter[str] = Counter()
    for kind, counts in session.execute(query):
        for _month, outcome, count in counts:
            found["postponed" if kind == "deferral" else outcome] += count
    return found
