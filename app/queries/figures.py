"""What figures show, from sums that were counted ahead: a few rows a year, however many records there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.models import Organization, Tally
from app.queries.organizations import member_counts
from app.shown import shown

PAPER, DECISION, DEFERRAL, MEETING = "paper", "decision", "deferral", "meeting"
COUNCIL, COMMITTEE, ORIGINATOR = "council", "committee", "originator"
ADOPTED = ("accepted", "amended")
SETTLED = (*ADOPTED, "rejected")
_PARTY = ("fraktion", "partei", "gruppe", "wähler", "faction", "party")
_ENOUGH = 5  # decisions: the middle of fewer is chance


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are narrowed to: one council, one organization, years from the first to the last."""

    body: str | None = None
    organization: str | None = None
    role: str = COUNCIL  # what the organization is counted as
    first: int = 0
    last: int = 9999


@dataclass(slots=True)
class Sums:
    """Counts by kind, each by year, month and outcome; and how many days decisions took."""

    counts: dict[str, Counter[tuple[int, int, str]]] = field(default_factory=dict)
    days: list[int] = field(default_factory=list)

    def add(self, row: Tally) -> None:
        """Add one row."""
        mine = self.counts.setdefault(row.kind, Counter())
        for month, outcome, count in row.counts:
            mine[row.year, month, outcome] += count
        self.days += row.days

    def of(self, kind: str, *outcomes: str) -> int:
        """Return how many there are of a kind, or of these outcomes of it."""
        return sum(n for (_, _, word), n in self.counts.get(kind, {}).items() if not outcomes or word in outcomes)

    def by(self, kind: str, *outcomes: str, monthly: bool = False) -> dict[tuple[int, int], int]:
        """Return how many by year and month; by year alone the month is 0."""
        found: Counter[tuple[int, int]] = Counter()
        for (year, month, word), n in self.counts.get(kind, {}).items():
            if not outcomes or word in outcomes:
                found[year, month if monthly else 0] += n
        return found

    def outcomes(self, kind: str) -> dict[str, int]:
        """Return how many by outcome."""
        found: Counter[str] = Counter()
        for (_, _, word), n in self.counts.get(kind, {}).items():
            found[word] += n
        return found

    @property
    def middle(self) -> int | None:
        """How many days half of the decisions took at most; None where they are too few to say."""
        return round(median(self.days)) if len(self.days) >= _ENOUGH else None


def years(session: Session, scope: Scope) -> tuple[int, int] | None:
    """Return the first and the last year of which anything is known."""
    first, last = session.execute(
        select(func.min(Tally.year), func.max(Tally.year)).where(_of(scope), Tally.year > 0)
    ).one()
    return None if first is None else (first, last)


def sums(session: Session, scope: Scope) -> Sums:
    """Return everything of a scope together."""
    found = Sums()
    for row in session.scalars(select(Tally).where(_of(scope), _between(scope))):
        found.add(row)
    return found


def sums_by_council(session: Session, scope: Scope) -> dict[str, Sums]:
    """Return the same by council: id of the Body to its sums."""
    found: dict[str, Sums] = {}
    for row in session.scalars(select(Tally).where(_of(scope), _between(scope))):
        found.setdefault(row.body_id, Sums()).add(row)
    return found


def sums_by_organization(session: Session, scope: Scope, role: str) -> dict[str, Sums]:
    """Return the same by organization: id to its sums."""
    chosen = select(Tally).where(Tally.role == role, _between(scope))
    if scope.body is not None:
        chosen = chosen.where(Tally.body_id == scope.body)
    if scope.organization is not None:
        chosen = chosen.where(Tally.organization_id == scope.organization)
    found: dict[str, Sums] = {}
    for row in session.scalars(chosen):
        found.setdefault(row.organization_id, Sums()).add(row)
    return found


def undated(session: Session, scope: Scope) -> int:
    """Return how many papers have no date that can be."""
    rows = session.scalars(select(Tally.counts).where(_of(scope), Tally.year == 0, Tally.kind == PAPER))
    return sum(count for counts in rows for _, _, count in counts)


def papers_by_year(session: Session, *, body: str | None = None, organization: str | None = None) -> dict[int, int]:
    """Return year -> papers of a council, or of an organization: brought in by it, or else on its agendas."""
    if organization is None:
        scopes = [Scope(body)]
    else:
        scopes = [Scope(None, organization, role) for role in (ORIGINATOR, COMMITTEE)]
    for scope in scopes:
        rows = session.scalars(select(Tally).where(_of(scope), Tally.kind == PAPER, Tally.year > 0))
        found: Counter[int] = Counter()
        for row in rows:
            found[row.year] += sum(count for _, _, count in row.counts)
        if found:
            return dict(sorted(found.items()))
    return {}


def named(session: Session, ids: Iterable[str]) -> dict[str, Organization]:
    """Return organizations that are shown, by id."""
    chosen = select(Organization).where(Organization.id.in_(list(ids)), shown(Organization))
    return {one.id: one for one in session.scalars(chosen)}


def seats(session: Session, day: date) -> Mapping[str, int]:
    """Return how many people belong to each organization on a day."""
    return member_counts(session, day)


def is_party(organization: Organization) -> bool:
    """Whether an organization is a party's group, by what its council calls it."""
    kind = f"{organization.organization_type or ''} {organization.classification or ''}".casefold()
    return any(word in kind for word in _PARTY)


def _of(scope: Scope) -> ColumnElement[bool]:
    found = [Tally.role == scope.role, Tally.organization_id == (scope.organization or "")]
    if scope.body is not None:
        found.append(Tally.body_id == scope.body)
    return and_(*found)


def _between(scope: Scope) -> ColumnElement[bool]:
    return Tally.year.between(scope.first, scope.last)
