"""Figures: what councils do, counted; each as a drawing, as a table, as CSV and as JSON."""

import csv
import io
import re

from flask import Blueprint, Response, abort, render_template, request

from app.models import Organization
from app.queries import figures as queries
from app.queries.figures import Scope
from app.queries.organizations import organization_by_key
from app.web.charts import spark
from app.web.figure_parts import Figure, Material, stamped
from app.web.figures import NAMES, figure
from app.web.figures import figures as all_figures
from app.web.filters import today
from app.web.headers import open_data, open_to_all
from app.web.pages.records import (
    body_asked,
    council_choice,
    organization_choice,
    organizations_offered,
    record_asked,
)
from app.web.search_curves import MOST, Compared, compared, queries_asked
from app.web.site import session, site

figures = Blueprint("figures", __name__)

USUAL = 5  # years that are shown where none are asked for
EARLIEST, LATEST = 1946, 2100
_FORMULA = re.compile(r"^[=+\-@\t\r]")  # what a spreadsheet would carry out


@figures.record_once
def _install(state: object) -> None:
    app = state.app  # type: ignore[attr-defined]  # Flask's BlueprintSetupState
    app.jinja_env.globals.update(spark_of=spark, papers_by_year=_papers_by_year)
    app.jinja_env.filters["stamped"] = stamped


@figures.get("/figures", strict_slashes=False)
def index() -> str | tuple[str, int]:
    """Show all figures, or searches over time where some are asked for."""
    if asked := queries_asked(request.args):
        return _searches(asked)
    material, known = _material()
    return render_template(
        "figures/index.html",
        section="figures",
        robots="noindex, follow" if set(request.args) - {"lang"} else None,
        figures={one.name: one for one in all_figures(material)} if known else {},
        search_words=[],
        most=MOST,
        **_filters(material, known),
    )


def _searches(asked: list[str]) -> tuple[str, int]:
    body_asked()  # ends with 404 for a council that is not here
    first, last = _year("since"), _year("until")
    result = compared(site().index, asked, *_ordered(first, last))
    page = render_template(
        "figures/search.html",
        section="figures",
        robots="noindex",
        result=result,
        search_words=asked,
        most=MOST,
        since=first,
        until=last,
        councils_choice=council_choice(),
    )
    return page, 400 if result.faulty else 200


@figures.get("/figures/<name>.json")
def as_json(name: str) -> Response:
    """Tell one figure to programs."""
    told, scope = _told(name)
    names = [column[0] for column in told.columns]
    return open_data(
        {
            "name": told.name,
            "title": told.title,
            "note": " ".join(filter(None, (told.lead, told.note))),
            "method": told.method,
            "url": f"{site().settings.base_url}/figures",
            "since": scope.first or None,
            "until": None if scope.last == Scope().last else scope.last,
            "columns": [{"name": name, "label": label} for name, label, _ in told.columns],
            "rows": [dict(zip(names, row.cells, strict=True)) for row in told.rows],
        }
    )


@figures.get("/figures/<name>.csv")
def as_csv(name: str) -> Response:
    """Give one figure's table to a spreadsheet."""
    told, _ = _told(name)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_harmless(column[0]) for column in told.columns])
    writer.writerows([_harmless(cell) for cell in row.cells] for row in told.rows)
    response = Response(written.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="ratslupe-{told.name}.csv"'
    return open_to_all(response)


def _told(name: str) -> tuple[Figure, Scope]:
    if name == "search":
        asked = queries_asked(request.args) or abort(404)
        body_asked()
        first, last = _ordered(_year("since"), _year("until"))
        result: Compared = compared(site().index, asked, first, last)
        if result.figure is None or result.faulty:
            abort(400)
        return result.figure, Scope(first=first or 0, last=last or Scope().last)
    if name not in NAMES:
        abort(404)
    material, _ = _material()
    return figure(name, material) or abort(404), material.scope


def _material() -> tuple[Material, tuple[int, int] | None]:
    """Return what is asked for, and the years of which anything is known."""
    organization = record_asked("organization", organization_by_key)
    scope = Scope(body_asked(), *_counted_as(organization))
    known = queries.years(session(), scope)
    first, last = _ordered(_year("since"), _year("until"))
    if known:
        end = last or min(known[1], today().year)
        begin = first or max(known[0], min(end - USUAL + 1, known[1]))
        scope = Scope(scope.body, scope.organization, scope.role, min(begin, end), end)
    return Material(scope), known


def _counted_as(organization: Organization | None) -> tuple[str | None, str]:
    if organization is None:
        return None, queries.COUNCIL
    met = queries.years(session(), Scope(None, organization.id, queries.COMMITTEE))
    return organization.id, queries.COMMITTEE if met else queries.ORIGINATOR


def _filters(material: Material, known: tuple[int, int] | None) -> dict[str, object]:
    organization = record_asked("organization", organization_by_key)
    return {
        "since": material.scope.first,
        "until": material.scope.last,
        "years": [(one, one) for one in range(known[0], min(known[1], today().year + 1) + 1)] if known else [],
        "councils_choice": council_choice(),
        "organization": organization_choice(organizations_offered(organization), organization),
    }


def _year(name: str) -> int | None:
    year = request.args.get(name, type=int)
    return year if year is not None and EARLIEST <= year <= LATEST else None


def _ordered(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    return (last, first) if first and last and first > last else (first, last)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _papers_by_year(body: str | None = None, organization: str | None = None) -> dict[int, int]:
    return queries.papers_by_year(session(), body=body, organization=organization)
