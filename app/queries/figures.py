"""What figures show, from sums that were counted ahead: a few rows a year, however many records there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from app.models import Organization, Tally
from app.queries.organizations import member_counts
from app.shown import shown

PAPER, DECISION, DEFERRAL, MEETING = "paper", "decision", "deferral", "meeting"
YEAR = "year"  # the sums of all of these, months not told apart
COUNCIL, COMMITTEE, ORIGINATOR = "council", "committee", "originator"
ADOPTED = ("accepted", "amended")
SETTLED = (*ADOPTED, "rejected")
_PARTY = ("fraktion", "partei", "gruppe", "wähler", "faction", "party")
Rows: TypeAlias = list[list[Any]]
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

    counts: defaultdict[str, Counter[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(Counter))
    days: list[int] = field(default_factory=list)

    def add(self, year: int, kind: str, counts: Rows, days: list[int]) -> None:
        """Add one row."""
        for part, outcome, count in counts:
            name, month = (str(part), 0) if kind == YEAR else (kind, int(part))
            self.counts[name][year, month, outcome] += count
        self.days += days

    def of(self, kind: str, *outcomes: str) -> int:
        """Return how many there are of a kind, or of these outcomes of it."""
        return sum(n for (_, _, word), n in self.counts[kind].items() if not outcomes or word in outcomes)

    def by(self, kind: str, *outcomes: str, monthly: bool = False) -> dict[tuple[int, int], int]:
        """Return how many by year and month; by year alone the month is 0."""
        found: Counter[tuple[int, int]] = Counter()
        for (year, month, word), n in self.counts[kind].items():
            if not outcomes or word in outcomes:
                found[year, month if monthly else 0] += n
        return found

    def outcomes(self, kind: str) -> dict[str, int]:
        """Return how many by outcome."""
        found: Counter[str] = Counter()
        for (_, _, word), n in self.counts[kind].items():
            found[word] += n
        return found

    @property
    def middle(self) -> int | None:
        """How many days half of the decisions took at most; None where they are too few to say."""
        self.days.sort()  # once: what is sorted already is sorted in no time
        return round(median(self.days)) if len(self.days) >= _ENOUGH else None


def years(session: Session, scope: Scope) -> tuple[int, int] | None:
    """Return the first and the last year of which anything is known."""
    first, last = session.execute(
        select(func.min(Tally.year), func.max(Tally.year)).where(_of(scope), Tally.year > 0)
    ).one()
    return (first, last) if last else None


def sums(session: Session, scope: Scope) -> Sums:
    """Return everything of a scope together, by month."""
    found = Sums()
    for row in session.execute(_rows(Tally.year, Tally.kind).where(_of(scope), _between(scope), Tally.kind != YEAR)):
        found.add(*row)
    return found


def sums_by_council(session: Session, scope: Scope) -> dict[str, Sums]:
    """Return the same by council and year: id of the Body to its sums."""
    return _grouped(session, _rows(Tally.body_id, Tally.year).where(_of(scope), _between(scope), Tally.kind == YEAR))


def sums_by_organization(session: Session, scope: Scope, role: str) -> dict[str, Sums]:
    """Return the same by organization and year: id to its sums."""
    chosen = _rows(Tally.organization_id, Tally.year).where(Tally.role == role, _between(scope), Tally.kind == YEAR)
    if scope.body is not None:
        chosen = chosen.where(Tally.body_id == scope.body)
    if scope.organization is not None:
        chosen = chosen.where(Tally.organization_id == scope.organization)
    return _grouped(session, chosen)


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
        found: Counter[int] = Counter()
        chosen = select(Tally.year, Tally.counts).where(_of(scope), Tally.kind == PAPER, Tally.year > 0)
        for year, counts in session.execute(chosen):
            found[year] += sum(count for _, _, count in counts)
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


def _rows(*names: Any) -> Select[Any]:
    return select(*names, Tally.counts, Tally.days)


def _grouped(session: Session, chosen: Select[Any]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for name, year, counts, days in session.execute(chosen):
        found.setdefault(name, Sums()).add(year, YEAR, counts, days)
    return found
