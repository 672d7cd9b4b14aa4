"""A search to take away: its rows in each form, what they answer, and nothing that may not be passed on."""

import csv
import io

import openpyxl
import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from app.config import Settings
from app.db import writing
from app.models import Body, Source
from app.publication import refreshing
from app.web.pages.search_exports import COLUMNS
from tests.app.web.conftest import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ASKED = "q=Gartenstra%C3%9Fe"


@pytest.fixture(autouse=True)
def out(engine: Engine, settings: Settings, town: Town) -> None:
    """Have the town's records go out."""
    refreshing.refresh(engine, settings.base_url)


def lines(client: FlaskClient, asked: str = ASKED) -> list[dict[str, str]]:
    return [orjson.loads(line) for line in client.get(f"/search.ndjson?{asked}").data.splitlines()]


def test_each_form_has_the_same_rows_and_each_names_its_licence(client: FlaskClient, town: Town) -> None:
    found = lines(client)
    assert town.paper.id in [row["ratslupe:originalId"] for row in found]
    assert all(row["license"] and row["url"].startswith("http://portal.example/") for row in found)
    assert [tuple(row) for row in found] == [COLUMNS] * len(found)
    answer = client.get(f"/search.csv?{ASKED}")
    told = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["id"] for row in told] == [row["id"] for row in found]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/search.xlsx?{ASKED}").data))
    assert book.sheetnames == ["Treffer", "Abfrage"]
    head, *rows = book["Treffer"].iter_rows(values_only=True)
    assert head == COLUMNS
    assert [row[-2] for row in rows] == [row["id"] for row in found]
    assert dict(book["Abfrage"].iter_rows(values_only=True))["query"] == "Gartenstraße"


def test_rows_can_be_joined_with_what_programs_get_elsewhere(client: FlaskClient) -> None:
    found = lines(client)
    assert {row["type"] for row in found} > {"Paper"}
    for row in found:
        record = client.get(row["id"].removeprefix("http://portal.example")).json
        assert record is not None
        assert (record["id"], record["ratslupe:originalId"]) == (row["id"], row["ratslupe:originalId"])
        assert record["type"].endswith(row["type"])


def test_it_says_what_its_rows_answer(client: FlaskClient) -> None:
    answer = client.get(f"/search.csv?{ASKED}&type=Paper&excel=1")
    assert answer.text.startswith("\ufefftype;title;")
    address, _, relation = answer.headers["Link"].partition(">; ")
    assert relation.startswith('rel="describedby"')
    told = client.get(address.removeprefix("<http://portal.example")).json
    assert told is not None
    assert told["query"] == 'Gartenstraße type:"Paper"'
    assert told["address"] == "http://portal.example/search?q=Gartenstra%C3%9Fe&type=Paper"
    assert told["documents"] == len(lines(client, f"{ASKED}&type=Paper"))
    assert told["asked_at"]
    assert 0 < told["matters"] <= told["documents"]
    assert told["matters_at_most"] == 1100


def test_what_nobody_states_a_licence_for_is_left_out(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    assert lines(client)
    with writing(engine) as session:
        session.execute(update(Body).values(license=None))
        session.execute(update(Source).values(license=None))
    refreshing.refresh(engine, settings.base_url)
    assert lines(client) == []


def test_a_formula_of_a_council_is_text_in_excel(client: FlaskClient) -> None:
    for row in csv.reader(io.StringIO(client.get(f"/search.csv?{ASKED}&excel=1").text, newline=""), delimiter=";"):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize("asked", ["", "q=", "q=(", "type=", "after=x"])
@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "meta.json"])
def test_where_nothing_is_asked_nothing_is_sent(client: FlaskClient, form: str, asked: str) -> None:
    assert client.get(f"/search.{form}?{asked}").status_code == 400


def test_the_page_of_results_leads_there(client: FlaskClient) -> None:
    text = client.get(f"/search?{ASKED}&sort=newest&from=x").text
    for form in ("xlsx", "csv", "ndjson"):
        assert f"/search.{form}?" in text
    assert "/search.csv?q=Gartenstra%C3%9Fe&amp;sort=newest" in text
