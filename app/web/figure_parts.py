"""What every figure is made of: the sums of what is asked, a table, and the words around it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.addresses import record_url
from app.models import Organization
from app.queries import figures as queries
from app.queries.figures import DECISION, DEFERRAL, MEETING, PAPER, SETTLED, Scope, Sums
from app.web import figure_words as words
from app.web.councils import councils
from app.web.filters import number, today
from app.web.i18n import gettext, ngettext
from app.web.record_words import record_title
from app.web.site import session

MONTHLY = 2  # years up to which months are told apart
Months = Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; its first cell leads to `href`."""

    cells: tuple[str | int | None, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `columns` are name, heading and whether it holds numbers; `kind` is how it is drawn."""

    name: str
    title: str
    lead: str
    columns: tuple[tuple[str, str, bool], ...]
    rows: tuple[Row, ...]
    kind: str = "table"
    drawing: Any = None
    legend: tuple[tuple[str, str], ...] = ()
    note: str = ""
    method: str = ""


@dataclass(slots=True)
class Material:
    """What all figures are made from, asked for once and only where it is needed."""

    scope: Scope
    _sums: Sums | None = None
    _committees: list[tuple[Organization, Sums]] | None = None
    _councils: list[tuple[str, str, Sums]] | None = None

    @property
    def sums(self) -> Sums:
        """Everything together."""
        if self._sums is None:
            self._sums = queries.sums(session(), self.scope)
        return self._sums

    @property
    def monthly(self) -> bool:
        """Whether months are told apart."""
        return self.scope.last - self.scope.first < MONTHLY

    @property
    def committees(self) -> list[tuple[Organization, Sums]]:
        """The organizations that met, by name."""
        if self._committees is None:
            self._committees = self.organizations(queries.COMMITTEE)
        return self._committees

    def organizations(self, role: str) -> list[tuple[Organization, Sums]]:
        """The organizations of a role with their sums, by name; those that are not shown are left out."""
        found = queries.sums_by_organization(session(), self.scope, role)
        known = queries.named(session(), found)
        rows = [(known[one], sums) for one, sums in found.items() if one in known]
        return sorted(rows, key=lambda row: (record_title(row[0]).casefold(), row[0].id))

    @property
    def parts(self) -> list[tuple[str, str, Sums]]:
        """Name, address and sums of what is compared: organizations of one council, or else councils."""
        if self.scope.body is None and len(councils()) > 1:
            return self.councils
        return [(record_title(one), record_url("Organization", one.key), sums) for one, sums in self.committees]

    @property
    def councils(self) -> list[tuple[str, str, Sums]]:
        """The same of councils."""
        if self._councils is None:
            found = queries.sums_by_council(session(), self.scope)
            known = [one for one in councils() if one.id in found]
            self._councils = [(one.name, f"/figures?body={one.slug}", found[one.id]) for one in known]
        return self._councils


def finished(begun: Figure, rows: tuple[Row, ...], kind: str = "table", drawing: Any = None) -> Figure:
    """Return a figure with its table, its drawing and how it was counted."""
    return replace(begun, rows=rows, kind=kind, drawing=drawing, method=gettext(words.METHODS[begun.name]))


def numbers(sums: Sums) -> tuple[int, int, int, int, int | None]:
    """Return meetings, papers, decisions, deferrals and the middle of the days."""
    return sums.of(MEETING), sums.of(PAPER), sums.of(DECISION, *SETTLED), sums.of(DEFERRAL), sums.middle


def numbers_columns() -> tuple[tuple[str, str, bool], ...]:
    """Return the headings of these."""
    return (
        ("meetings", gettext("Meetings"), True),
        ("papers", gettext("Papers"), True),
        ("decisions", gettext("Decisions"), True),
        ("deferrals", gettext("Postponed"), True),
        ("middle", gettext("Middle, in days"), True),
    )


def periods(material: Material, counted: Months) -> list[tuple[int, int]]:
    """Return the years asked for, or their months; what is still to come only as far as something is known of it."""
    day, known = today(), max((one for one, n in counted.items() if n), default=(0, 0))
    if not material.monthly:
        years = range(material.scope.first, material.scope.last + 1)
        return [(year, 0) for year in years if year <= max(day.year, known[0])]
    every = ((year, month) for year in range(material.scope.first, material.scope.last + 1) for month in range(1, 13))
    return [one for one in every if one <= max((day.year, day.month), known)]


def stamp(year: int, month: int) -> str:
    """Return a period as programs write it: 2026-03, or 2026."""
    return f"{year}-{month:02}" if month else str(year)


def stamped(text: str) -> str:
    """Return such a period in words."""
    year, _, month = text.partition("-")
    return words.period_words(int(year), int(month or 0))


def undated(material: Material) -> str:
    """Say how many papers are in no year."""
    count = queries.undated(session(), material.scope)
    if not count:
        return ""
    return ngettext("%(num)s paper has no date.", "%(count)s papers have no date.", count, count=number(count))
