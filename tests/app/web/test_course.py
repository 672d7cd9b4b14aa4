"""How much there is of each month."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.db import writing
from app.web.course import MOST_BARS, course_of
from app.web.searching import Asked
from search import FacetCount, Query, Results, SearchIndex
from search.query import MAX_FILTERS
from tests import factories
from tests.app.web.conftest import Page, Town, reindex

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def results(months: dict[str, int], bodies: tuple[str, ...] = (), undated: int = 0) -> Results:
    """What a search says that counted months."""
    facets = {
        "month": tuple(FacetCount(month, count) for month, count in months.items()),
        "body": tuple(FacetCount(body, 1) for body in bodies),
    }
    return Results(sum(months.values()) + undated, (), facets, 0.0)


class Councils:
    """An index in which each council has one month of its own."""

    def search(self, query: Query) -> Results:
        """Find what the one council has."""
        [[slug]] = [each.values for each in query.filters if each.field == "body"]
        assert query.counted == ("month",)
        return results({f"20{slug[-2:]}-03": 7})


def test_it_lays_months_on_a_line_with_the_gaps_they_have() -> None:
    found = course_of(Councils(), Asked(), results({"2024-11": 1, "2025-02": 70, "2025-01": 35}, undated=3))  # type: ignore[arg-type]  # it is asked nothing
    assert found is not None
    assert (found.first, found.last, found.peak, found.most) == (
        date(2024, 11, 1),
        date(2025, 2, 1),
        date(2025, 2, 1),
        70,
    )
    assert [(x, height, peak) for x, _, height, peak in found.bars] == [
        ("0.000", 1, False),
        ("50.000", 35, False),
        ("75.000", 70, True),
    ]
    assert [(row.year, row.counts[0], row.counts[1], row.counts[10]) for row in found.rows] == [
        (2025, 35, 70, 0),
        (2024, 0, 0, 1),
    ]
    assert found.undated == 3
    assert course_of(Councils(), Asked(), results({})) is None  # type: ignore[arg-type]  # the same


def test_a_wrong_date_long_ago_does_not_press_the_others_together() -> None:
    found = course_of(Councils(), Asked(), results({"1200-01": 1, "2025-02": 70}))  # type: ignore[arg-type]  # it is asked nothing
    assert found is not None
    [bar] = found.bars
    assert float(bar[0]) == pytest.approx(100 - 100 / MOST_BARS, abs=0.01)
    assert [row.year for row in found.rows] == [2025, 1200]


@ON_ONE
def test_several_councils_have_rows_of_their_own(app: Flask, town: Town) -> None:
    index: SearchIndex = Councils()  # type: ignore[assignment]  # all that is asked of it
    wish = Asked("Radweg", months=True)
    with app.test_request_context():
        found = course_of(index, wish, results({"2024-03": 7, "2025-03": 7}, ("rat24", "rat25")))
        assert found is not None
        assert found.several
        assert [(row.slug, row.year, sum(row.counts)) for row in found.rows] == [("rat25", 2025, 7), ("rat24", 2024, 7)]
        one = course_of(index, replace(wish, chosen={"body": ("rat24",)}), results({"2024-03": 7}, ("rat24", "rat25")))
        assert one is not None
        assert not one.several


@ON_ONE
def test_it_is_shown_where_it_is_asked_for_and_leads_to_each_month(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings
) -> None:
    with writing(engine) as session:
        session.add_all(
            factories.paper(name="Findling", reference=f"2025/{n}", date=date(2025, 5, 1 + n)) for n in range(2)
        )
        session.add(factories.paper(name="Findling", reference="2024/1", date=date(2024, 5, 1)))
    reindex(engine, settings)
    plain = client.get("/search?q=Findling").text
    assert "rl-course" not in plain
    [wanted] = [one["href"] for one in Page(plain).every("a") if "months=1" in one.get("href", "")]
    shown = client.get(wanted).text
    assert "Am meisten im Mai\u00a02025: 2 Dokumente" in shown
    table = shown.partition('class="rl-table')[2].partition("</table>")[0]
    links = [one["href"] for one in Page(table).every("a")]
    assert links == [f"/search?q=Findling&months=1&month={year}-05" for year in (2025, 2024)]
    of_month = client.get(links[0]).text
    assert "<h1>2\u00a0Vorlagen</h1>" in of_month
    assert "Filter entfernen: </span>Mai\u00a02025<" in of_month
    assert "2024-05" in of_month  # the other months stay to be chosen


@ON_ONE
def test_councils_that_cannot_be_asked_one_by_one_have_no_rows(app: Flask, town: Town) -> None:
    most = " ".join(f'-gremium:="Nr. {number}"' for number in range(MAX_FILTERS))
    with app.test_request_context():
        found = course_of(Councils(), Asked(f"Radweg {most}"), results({"2024-03": 7}, ("a", "b")))  # type: ignore[arg-type]  # it is asked nothing
    assert found is not None
    assert (found.most, found.rows) == (7, ())
