"""The figures of a council, or of all: a finding, a drawing, and the table that both are made from."""

from collections.abc import Callable

from app.addresses import record_url
from app.queries import figures as queries
from app.queries.figures import ADOPTED, DEFERRAL, MEETING, PAPER
from app.web import charts
from app.web import figure_words as words
from app.web.councils import councils
from app.web.figure_parts import (
    Figure,
    Material,
    Months,
    Row,
    finished,
    numbers,
    numbers_columns,
    periods,
    stamp,
    undated,
)
from app.web.filters import today
from app.web.i18n import gettext
from app.web.record_words import record_title
from app.web.site import session

MOST_ROWS = 12  # of a drawing; the table has all
NAMES = ("papers", "results", "duration", "deferrals", "meetings", "committees", "parties", "councils")
_LOOKS = {"accepted": "full", "amended": "hatched", "private": "dashed", "open": "dashed"}
_SIGNS = {"withdrawn": "none", "open": "planned"}


def figure(name: str, material: Material) -> Figure | None:
    """Return one figure; None where it makes no sense for what is asked."""
    return _FIGURES[name](material)


def figures(material: Material) -> list[Figure]:
    """Return all that make sense, in their order."""
    return [one for name in NAMES if (one := figure(name, material))]


def _papers(material: Material) -> Figure:
    sums, monthly = material.sums, material.monthly
    whole, part = sums.by(PAPER, monthly=monthly), sums.by(PAPER, *ADOPTED, monthly=monthly)
    lead = gettext("Papers of each month.") if monthly else gettext("Papers of each year.")
    if material.scope.last >= today().year:
        lead += " " + gettext("%(year)s is not over yet.", year=today().year)
    return _over_time(
        Figure(
            "papers",
            words.papers_finding(sums, monthly),
            lead,
            (_period(), ("papers", gettext("Papers"), True), ("adopted", gettext("Adopted"), True)),
            (),
            legend=(("full", gettext("adopted")), ("outlined", gettext("all papers"))),
            note=undated(material),
        ),
        material,
        whole,
        part,
    )


def _meetings(material: Material) -> Figure:
    sums, monthly = material.sums, material.monthly
    whole, part = sums.by(MEETING, monthly=monthly), sums.by(MEETING, "held", monthly=monthly)
    return _over_time(
        Figure(
            "meetings",
            words.meetings_finding(sums),
            gettext("Meetings of each month.") if monthly else gettext("Meetings of each year."),
            (_period(), ("meetings", gettext("Meetings"), True), ("held", gettext("Held or planned"), True)),
            (),
            legend=(("full", gettext("held or planned")), ("outlined", gettext("cancelled"))),
        ),
        material,
        whole,
        part,
    )


def _over_time(begun: Figure, material: Material, whole: Months, part: Months) -> Figure:
    listed = periods(material, whole)
    several = len({year for year, _ in listed}) > 1
    values = [(one, whole.get(one, 0), part.get(one, 0)) for one in listed]
    drawing = charts.columns(
        [(words.period_words(*one), words.short_period(*one, several=several), n, m) for one, n, m in values]
    )
    rows = tuple(Row((stamp(*one), n, m)) for one, n, m in values)
    return finished(begun, rows, "columns", drawing if any(whole.values()) else None)


def _results(material: Material) -> Figure:
    found = material.sums.outcomes(PAPER)
    listed = [(one, found.get(one, 0)) for one in words.OUTCOMES if found.get(one) or one in ("accepted", "rejected")]
    drawing = charts.bars(
        [(words.outcome_words(one), n, _LOOKS.get(one, "outlined"), _SIGNS.get(one, one), "") for one, n in listed]
    )
    return finished(
        Figure(
            "results",
            words.results_finding(material.sums),
            gettext("What became of the papers that were brought in in this time."),
            (("result", gettext("Result"), False), ("papers", gettext("Papers"), True)),
            (),
        ),
        tuple(Row((words.outcome_words(one), n)) for one, n in listed),
        "bars",
        drawing if sum(found.values()) else None,
    )


def _duration(material: Material) -> Figure:
    parts = [one for one in material.parts if one[2].days]
    most = sorted(parts, key=lambda one: -len(one[2].days))[:MOST_ROWS]
    most.sort(key=lambda one: (one[2].middle is None, one[2].middle, one[0].casefold()))
    every = (gettext("All together"), "", material.sums)
    drawn = [every, *most] if len(most) > 1 else most or [every]
    drawing = charts.strips([(name, href, sums.days) for name, href, sums in drawn])
    note = ""
    if drawing.beyond:
        note = gettext("What took longer than %(days)s days is counted at the right edge.", days=drawing.top)
    tabled = [every, *sorted(parts, key=lambda one: one[0].casefold())]
    return finished(
        Figure(
            "duration",
            words.duration_finding(material.sums),
            gettext("Every tick is a paper, the ring is the middle: half went faster, half took longer."),
            (
                ("name", gettext("Decided by"), False),
                ("decisions", gettext("Decisions"), True),
                ("middle", gettext("Middle, in days"), True),
                ("shortest", gettext("Shortest"), True),
                ("longest", gettext("Longest"), True),
            ),
            (),
            note=note,
        ),
        tuple(Row((name, len(sums.days), sums.middle, *_ends(sums.days)), href) for name, href, sums in tabled),
        "strips",
        drawing if material.sums.days else None,
    )


def _deferrals(material: Material) -> Figure:
    listed = [(name, sums.of(DEFERRAL), href) for name, href, sums in material.parts if sums.of(DEFERRAL)]
    listed.sort(key=lambda one: (-one[1], one[0].casefold()))
    return finished(
        Figure(
            "deferrals",
            words.deferrals_finding(material.sums, [(name, n) for name, n, _ in listed]),
            gettext("How often each put off a paper."),
            (("name", gettext("Postponed by"), False), ("deferrals", gettext("Times"), True)),
            (),
        ),
        tuple(Row((name, n), href) for name, n, href in listed),
        "bars",
        charts.bars([(name, n, "full", "", href) for name, n, href in listed[:MOST_ROWS]]) if listed else None,
    )


def _committees(material: Material) -> Figure | None:
    if material.scope.body is None and len(councils()) > 1:
        return None
    rows = sorted(material.committees, key=lambda one: -one[1].of(PAPER))
    if not rows:
        return None
    most = [(record_title(one), sums.of(PAPER)) for one, sums in rows]
    return finished(
        Figure(
            "committees",
            words.committees_finding(most),
            "",
            (
                ("name", gettext("Organization"), False),
                *numbers_columns(),
            ),
            (),
        ),
        tuple(Row((record_title(one), *numbers(sums)), record_url("Organization", one.key)) for one, sums in rows),
    )


def _parties(material: Material) -> Figure | None:
    if material.scope.body is None and len(councils()) > 1:
        return None
    members = queries.seats(session(), today())
    rows = [(one, sums) for one, sums in material.organizations(queries.ORIGINATOR) if queries.is_party(one)]
    rows.sort(key=lambda one: -members.get(one[0].id, 0))
    if not rows:
        return None
    return finished(
        Figure(
            "parties",
            gettext("Papers brought in by each group"),
            "",
            (
                ("name", gettext("Group"), False),
                ("seats", gettext("Seats"), True),
                ("papers", gettext("Papers"), True),
                ("adopted", gettext("Adopted"), True),
                ("middle", gettext("Middle, in days"), True),
            ),
            (),
            note=gettext("In the order of seats. We do not use the colours of parties."),
        ),
        tuple(
            Row(
                (record_title(one), members.get(one.id, 0), sums.of(PAPER), sums.of(PAPER, *ADOPTED), sums.middle),
                record_url("Organization", one.key),
            )
            for one, sums in rows
        ),
    )


def _councils(material: Material) -> Figure | None:
    if material.scope.body is not None or material.scope.organization is not None or len(councils()) < 2:
        return None
    rows = material.councils
    every = range(material.scope.first, min(material.scope.last, today().year) + 1)
    series = [(name, href, sums.by(PAPER)) for name, href, sums in rows]
    most = max((n for _, _, counts in series for n in counts.values()), default=0)
    drawings = [
        (
            name,
            href,
            charts.curves(
                [(name, [counts.get((year, 0), 0) for year in every])], list(map(str, every)), height=80, most=most
            ),
        )
        for name, href, counts in sorted(series, key=lambda one: -sum(one[2].values()))[:MOST_ROWS]
    ]
    return finished(
        Figure(
            "councils",
            gettext("The councils side by side"),
            gettext("Papers of each year, all on the same scale."),
            (
                ("name", gettext("Council"), False),
                *numbers_columns(),
            ),
            (),
        ),
        tuple(Row((name, *numbers(sums)), href) for name, href, sums in rows),
        "multiples",
        drawings if most else None,
    )


def _period() -> tuple[str, str, bool]:
    return "period", gettext("Time"), False


def _ends(days: list[int]) -> tuple[int | None, int | None]:
    return (min(days), max(days)) if days else (None, None)


_FIGURES: dict[str, Callable[[Material], Figure | None]] = {
    "papers": _papers,
    "results": _results,
    "duration": _duration,
    "deferrals": _deferrals,
    "meetings": _meetings,
    "committees": _committees,
    "parties": _parties,
    "councils": _councils,
}
