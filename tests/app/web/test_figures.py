"""The figures: what they find, how they are narrowed, their tables and data, and searches over time."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app import tallies
from app.models import Organization
from app.web.search_curves import MOST
from app.web.site import EXTENSION
from tests import factories
from tests.app.web.conftest import HOSTILE, Page, Town

pytestmark = pytest.mark.usefixtures("database_url")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here."""
    path = tmp_path / "home" / "ratslupe.db"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def council(engine: Engine) -> tuple[Organization, Organization]:
    """Give a council and its committee, with twenty papers of three years."""
    council, committee = factories.organization(name="Rat"), factories.organization(name="=Bau & <b>Umwelt</b>")
    party = factories.organization(name="Liste", organization_type="Fraktion")
    rows: list[object] = [factories.body(name="Stadt Musterstadt"), council, committee, party]
    for number in range(20):
        paper = factories.paper(date=date(2023 + number % 3, 3, 1))
        where = committee if number % 4 == 0 else council
        result = "vertagt" if number == 7 else "abgelehnt" if number == 5 else "einstimmig beschlossen"
        start = datetime(2023 + number % 3, 4, 1 + number, 15, tzinfo=UTC)
        rows += [paper, factories.station(paper, where, start, result=result, role="Entscheidung")]
        rows += [factories.link(paper, "originatorOrganization", party)] if number < 6 else []
    factories.save(engine, rows)  # type: ignore[arg-type]  # rows and lists of rows
    tallies.rebuild(engine)
    return council, committee


@pytest.fixture
def read(client: FlaskClient) -> Callable[[str], str]:
    """Give a function that reads a page in English; anything but 200 fails."""

    def read(address: str) -> str:
        response = client.get(address, headers={"Accept-Language": "en"})
        assert response.status_code == 200, f"{address}: {response.status}"
        return response.get_data(as_text=True)

    return read


@pytest.mark.usefixtures("council")
def test_titles_are_findings(read: Callable[[str], str]) -> None:
    page = read("/figures?since=2023&until=2025")
    assert "18 of 20 papers were adopted" in page
    assert "Half of the decisions came within 41 days" in page
    assert "1 time a paper was postponed" in page
    assert "20 meetings, none cancelled" in page
    assert "Papers brought in by each group" in page


@pytest.mark.usefixtures("council")
def test_little_is_said_of_little(read: Callable[[str], str], engine: Engine) -> None:
    page = read("/figures?since=2030&until=2030")
    assert "0 papers in this time" in page
    assert "No decision with a known duration in this time" in page
    assert "<rect" not in page.partition('id="papers"')[2].partition("</section>")[0]


def test_nothing_counted_is_told(read: Callable[[str], str]) -> None:
    assert "Nothing is counted here yet." in read("/figures")


def test_every_drawing_is_named_and_has_a_real_table(
    read: Callable[[str], str], council: tuple[Organization, Organization]
) -> None:
    text = read("/figures")
    page = Page(text)
    pictures = [one for one in page.every("div") if one.get("role") == "img"]
    assert len(pictures) == 5
    assert all(one["aria-label"].endswith("The numbers are in the table below.") for one in pictures)
    assert text.count("<table") == text.count("<caption") == 7
    assert {one.get("scope") for one in page.every("th")} == {"col", "row"}
    assert not any("style" in attributes for _, attributes in page.elements)
    assert "<b>Umwelt</b>" not in text
    # A drawing whose text scales would be unreadable on a phone: none that holds text has a viewBox.
    for inner in re.findall(r"<svg[^>]*viewBox.*?</svg>", text, re.DOTALL):
        assert "<text" not in inner
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert len(ids) == len(set(ids))


def test_they_are_narrowed_by_organization_and_years(
    client: FlaskClient, council: tuple[Organization, Organization]
) -> None:
    every = client.get("/figures/papers.json").get_json()
    assert [(row["period"], row["papers"]) for row in every["rows"]][:3] == [("2023", 7), ("2024", 7), ("2025", 6)]
    part = client.get(f"/figures/papers.json?organization={council[1].key}").get_json()
    assert sum(row["papers"] for row in part["rows"]) == 5
    months = client.get("/figures/papers.json?since=2024&until=2024").get_json()
    assert {row["period"]: row["papers"] for row in months["rows"]}["2024-03"] == 7
    turned = client.get("/figures/papers.json?since=2025&until=2024").get_json()
    assert (turned["since"], turned["until"]) == (2024, 2025)


@pytest.mark.usefixtures("council")
def test_data_may_be_read_by_programs_anywhere(client: FlaskClient) -> None:
    for ending, kind in (("json", "application/json"), ("csv", "text/csv")):
        for name in ("papers", "results", "duration", "deferrals", "meetings", "committees", "parties"):
            response = client.get(f"/figures/{name}.{ending}")
            assert response.status_code == 200
            assert response.mimetype == kind
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            again = client.get(f"/figures/{name}.{ending}", headers={"If-None-Match": response.headers["ETag"]})
            assert again.status_code == 304


@pytest.mark.usefixtures("council")
def test_a_spreadsheet_carries_nothing_out(client: FlaskClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/figures/committees.csv").get_data(as_text=True))))
    assert rows[0] == ["name", "meetings", "papers", "decisions", "deferrals", "middle"]
    assert ["'=Bau & <b>Umwelt</b>", "5", "5", "5", "0", "39"] in rows


@pytest.mark.usefixtures("council")
def test_what_is_not_here_is_404_and_silly_years_are_left_out(client: FlaskClient) -> None:
    for address in (
        "/figures/nothing.csv",
        "/figures/councils.json",
        "/figures/search.json",
        "/figures?organization=zzzzzzzzzzzzz",
        "/figures?body=nowhere",
        "/figures?q=a&body=nowhere",
        "/figures?organization=%00",
    ):
        assert client.get(address).status_code == 404, address
    for asked in ("since=x", "since=99999999999999999999", "until=-1", "since=&until=", "since=%00"):
        assert client.get(f"/figures?{asked}").status_code == 200
        assert client.get(f"/figures/duration.csv?{asked}").status_code == 200


@pytest.mark.usefixtures("council")
def test_the_page_asks_few_questions(app: Flask, client: FlaskClient) -> None:
    client.get("/people")
    statements: list[str] = []
    engine = app.extensions[EXTENSION].engine

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    assert client.get("/figures").status_code == 200
    assert sum(one.startswith("SELECT") for one in statements) <= 16


def test_of_several_councils_each_is_drawn_small(engine: Engine, read: Callable[[str], str]) -> None:
    other = f"{factories.SERVER}/body/2"
    papers = [factories.paper(date=date(2024 + n % 2, 1, 1), body_id=body) for n in range(4) for body in (None, other)]
    for paper in papers:
        paper.body_id = paper.body_id or factories.BODY_ID
    factories.save(engine, factories.body(name="Astadt"), factories.body(name="Bstadt", id=other), papers)
    tallies.rebuild(engine)
    page = read("/figures")
    assert "The councils side by side" in page
    assert page.count("<polyline") == 2
    slug = re.search(r'href="/figures\?body=([^"]+)"[^>]*>Astadt', page)
    assert slug is not None
    alone = read(f"/figures?body={slug[1]}")
    assert "The councils side by side" not in alone
    assert "4 papers" in alone


def test_a_search_is_a_curve(town: Town, read: Callable[[str], str]) -> None:
    page = read("/figures?q=Radweg&q=Gartenstraße")
    assert page.count("<polyline") == 2
    assert 'href="/search?q=Radweg"' in page
    assert 'value="Gartenstraße"' in page
    found = re.findall(r'name="q"', page)
    assert len(found) == 3  # one more to compare with
    assert "noindex" in page


def test_a_search_is_data(town: Town, client: FlaskClient) -> None:
    told = client.get("/figures/search.json?q=Radweg").get_json()
    assert [column["name"] for column in told["columns"]] == ["period", "Radweg"]
    assert sum(row["Radweg"] for row in told["rows"]) > 0
    assert client.get("/figures/search.csv?q=Radweg").get_data(as_text=True).startswith("period,Radweg\r\n")


def test_the_data_behind_a_curve_are_those_that_are_drawn(town: Town, client: FlaskClient) -> None:
    assert "/figures/search.csv?q=Radweg&q=Gartenstra%C3%9Fe" in _data(client, "/figures?q=Radweg&q=Gartenstraße")


@pytest.mark.usefixtures("council")
@pytest.mark.parametrize("asked", ["?since=2023&until=2024", ""])
def test_the_data_behind_a_drawing_are_those_that_are_drawn(client: FlaskClient, asked: str) -> None:
    assert f"/figures/papers.csv{asked}" in _data(client, f"/figures{asked}")


def _data(client: FlaskClient, page: str) -> list[str]:
    """Return where a page says that its data are; each of them is there."""
    links = [unescape(one) for one in re.findall(r'href="(/figures/[a-z]+\.(?:csv|json)[^"]*)"', client.get(page).text)]
    assert {client.get(link).status_code for link in links} == {200}
    return links


def test_what_cannot_be_searched_for_is_explained(town: Town, client: FlaskClient) -> None:
    response = client.get("/figures?q=R*&q=Radweg", headers={"Accept-Language": "en"})
    text = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "cannot be searched for" in text
    assert text.count("<polyline") == 1  # the others are drawn all the same
    assert client.get("/figures/search.json?q=R*").status_code == 400


def test_what_is_not_found_and_what_is_hostile(town: Town, client: FlaskClient) -> None:
    nothing = client.get("/figures?q=Xylophonkonzertreihe", headers={"Accept-Language": "en"})
    assert "Nothing is found in this time" in nothing.get_data(as_text=True)
    for words in (HOSTILE, "\0", "a" * 3_000, "(" * 200, "nach:2024", "%s %(x)s {0}"):
        response = client.get("/figures", query_string={"q": words})
        assert response.status_code in (200, 400)
        assert "<script>alert" not in response.get_data(as_text=True)
    many = client.get("/figures", query_string={"q": [f"Wort{n}" for n in range(9)]})
    assert many.get_data(as_text=True).count('name="q"') == MOST


def test_the_small_drawing_says_its_numbers(app: Flask) -> None:
    source = '{% import "_macros/figures.html" as figs with context %}{{ figs.spark(years, "/figures", "Papers") }}'
    with app.test_request_context("/"):
        drawn = render_template_string(source, years={2023: 1, 2025: 4})
        assert drawn.count("<rect") == 2
        assert "2023: 1, 2025: 4." in drawn
        assert render_template_string(source, years={2023: 1}).strip() == ""


def test_the_small_drawing_counts_ahead(app: Flask, council: tuple[Organization, Organization]) -> None:
    source = "{{ papers_by_year(organization=one) }}"
    with app.test_request_context("/"):
        assert render_template_string(source, one=council[1].id) == "{2023: 2, 2024: 2, 2025: 1}"
        assert render_template_string(source, one="nobody") == "{}"


@pytest.fixture(autouse=True)
def _closed(engine: Engine) -> Iterator[None]:
    yield
    engine.dispose()
