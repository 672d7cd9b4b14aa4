"""The results page: exact, page by page, to be narrowed, and never a bare zero."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from werkzeug.datastructures import MultiDict

from app.config import Settings
from app.db import writing
from app.models import Blob, File, Paper
from app.web.searching import asked
from search import open_index, parse_query
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_leads_to_the_page_of_the_document(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File").text
    assert f"/files/{town.file.key}?page=1" in text
    assert f"/files/{town.file.key}?page=2" in text
    assert "S.\u00a01\u00a0von\u00a02" in text
    assert "<mark>Gartenstraße</mark>" in text


@ON_ONE
def test_it_shows_the_page_where_it_can_be_drawn(client: FlaskClient, town: Town, engine: Engine) -> None:
    def pictures(query: str) -> list[dict[str, str]]:
        return [one for one in Page(client.get(f"/search?q={query}").text).every("img") if "/page/" in one["src"]]

    page, marks = pictures("18.400&type=File")
    assert page["src"] == f"/files/{town.file.key}/page/2.webp?w=160"
    assert marks["src"] == f"/files/{town.file.key}/page/2.svg?q=18.400&w=160"
    assert (page["width"], page["height"], page["alt"], page["loading"]) == ("160", "226", "", "lazy")
    assert (marks["alt"], marks["loading"]) == ("", "lazy")
    assert len(pictures("Gartenstraße")) == 2  # beside the paper, of the file that stands below it
    assert pictures("Radweg") == []
    for columns in ({"media_type": "application/zip"}, {"read_state": "damaged"}):
        with writing(engine) as session:
            session.execute(update(Blob).values(**{"media_type": "application/pdf", "read_state": "ok", **columns}))
        assert pictures("18.400&type=File") == []


def test_it_counts_exactly_what_the_index_counts(client: FlaskClient, town: Town, settings: Settings) -> None:
    index = open_index(settings.search_url)
    total = index.search(parse_query("Gartenstraße")).total
    index.close()
    assert total >= 3
    assert f"<h1>{total} Treffer</h1>" in client.get("/search?q=Gartenstraße").text


def test_it_says_where_a_paper_stands(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Tempo&type=Paper").text
    assert "Noch nicht entschieden." in text
    assert "Rat der Stadt" in text
    assert "#sign-lens" in text


@ON_ONE
def test_it_narrows_and_takes_each_filter_away_again(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File&organization=Ausschuss+für+Mobilität").text
    checked = {(one["name"], one["value"]) for one in Page(text).every("input") if "checked" in one}
    assert checked == {("type", "File"), ("organization", "Ausschuss für Mobilität")}
    chips = [one["href"] for one in Page(text).every("a") if one.get("class") == "rl-chip"]
    assert [set(parse_qs(urlsplit(chip).query)) for chip in chips] == [{"q", "organization"}, {"q", "type"}]


@ON_ONE
def test_it_offers_the_other_values_of_a_filter_that_is_set(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&type=File").text
    offered = {
        one["value"] for one in Page(text).every("input") if one.get("name") == "type" and one.get("type") == "checkbox"
    }
    assert {"File", "Paper"} <= offered


@ON_ONE
def test_it_keeps_a_filter_visible_that_leaves_nothing(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße&organization=Gibt+es+nicht").text
    assert "Kein Treffer" in text
    assert "Gibt es nicht" in text
    assert "Filter „Gibt es nicht“ entfernen" in text
    assert "/alerts?q=" in text


@ON_ONE
def test_it_explains_a_query_it_cannot_carry_out(client: FlaskClient) -> None:
    answer = client.get("/search?q=ab*")
    assert answer.status_code == 400
    assert "mindestens 3 Buchstaben" in answer.text
    assert 'value="ab*"' in answer.text
    english = client.get("/search?q=after:gestern&lang=en")
    assert english.status_code == 400
    assert "is not a date" in english.text


def test_it_hides_a_withdrawn_record_before_the_index_knows(client: FlaskClient, town: Town, engine: Engine) -> None:
    assert f"/papers/{town.hostile.key}" in client.get("/search?q=Gartenstraße&type=Paper").text
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == town.hostile.id).values(deleted=True))
        session.execute(update(File).where(File.id == town.file.id).values(deleted=True))
    text = client.get("/search?q=Gartenstraße").text
    assert town.hostile.key not in text
    assert town.file.key not in text
    assert "18.400 Euro" not in text


@ON_ONE
def test_it_hands_the_whole_search_on_to_an_alert(client: FlaskClient, town: Town) -> None:
    links = Page(client.get("/search?q=Tempo&type=Paper&after=2026-01-01&sort=newest").text).every("a")
    [link] = {one["href"] for one in links if one["href"].startswith("/alerts?q=")}
    [query] = parse_qs(urlsplit(link).query)["q"]
    again = parse_query(query)
    assert {one.field: one.values for one in again.filters} == {"type": ("Paper",)}
    assert str(again.after) == "2026-01-01"


@ON_ONE
def test_it_counts_the_last_day_in(client: FlaskClient, town: Town) -> None:
    assert f"/papers/{town.paper.key}" in client.get("/search?q=Tempo&until=2026-03-01&type=Paper").text
    assert f"/papers/{town.paper.key}" not in client.get("/search?q=Tempo&until=2026-02-28&type=Paper").text


@ON_ONE
def test_it_answers_any_address(client: FlaskClient, town: Town) -> None:
    for address in (
        "q=&page=-1",
        "q=Tempo&page=99999999999999999999",
        "q=Tempo&page=zwei",
        "q=Tempo&year=abcd&year=2026",
        "q=Tempo&after=0000-99-99&until=9999-12-31",
        "q=Tempo&sort=random",
        "q=Tempo&page=²",
        "q=%00%ff",
        "type=Unknown&q=x",
        "q=" + "a" * 3000,
        "&".join(f"organization=o{n}" for n in range(40)),
    ):
        assert client.get(f"/search?{address}").status_code in (200, 400), address


@ON_ONE
def test_it_explains_the_search_where_nothing_is_asked(client: FlaskClient) -> None:
    text = client.get("/search").text
    assert 'id="help"' in text
    assert "Anführungszeichen" in text


def test_it_reads_the_address_as_it_is_written() -> None:
    wish = asked(
        MultiDict([("q", " Tempo 30 "), ("type", "Paper"), ("type", "Paper"), ("year", "20x6"), ("page", "3")])
    )
    assert (wish.words, wish.chosen, wish.page) == ("Tempo 30", {"type": ("Paper",)}, 3)
    assert asked(MultiDict()).is_blank


@pytest.mark.parametrize(
    ("address", "order"),
    [({}, "best"), ({"q": "Tempo sort:neueste"}, "newest"), ({"q": "Tempo sort:neueste", "sort": "oldest"}, "oldest")],
)
def test_it_takes_an_order_from_the_words_where_none_is_chosen(address: dict[str, str], order: str) -> None:
    assert asked(MultiDict(address)).query().sort == order


@ON_ONE
def test_it_shows_one_matter_once_and_counts_all_of_it(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Gartenstraße").text
    cards = [one for one in Page(text).every("li") if "rl-hit" in one.get("class", "").split()]
    listed = text.partition('<ol class="rl-hits"')[2].partition("</ol>\n")[0]
    total = int(text.partition("<h1>")[2].partition(" Treffer")[0])
    below = text.partition('rl-also">')[2].partition("</ul>")[0].count("<li>")
    assert below == 1
    assert len(cards) + below == total
    assert f"/papers/{town.paper.key}" in listed
    assert f"/files/{town.file.key}?page=1" in listed
    assert "1 davon steht beim ersten Treffer derselben Vorlage." in text
    assert "Außerdem zu dieser Vorlage:" in text


@ON_ONE
def test_it_puts_agenda_items_to_their_paper(client: FlaskClient, town: Town) -> None:
    text = client.get("/search?q=Tempo").text.partition('<ol class="rl-hits"')[2].partition("<footer")[0]
    assert text.count('<li class="rl-hit') == 1
    assert "#item-" in text.partition('rl-also">')[2].partition("</ul>")[0]
    assert f"/meetings/{town.meeting.key}#item-" in text
    assert "Ausschuss für Mobilität" in text


@ON_ONE
def test_it_offers_no_filters_where_nothing_could_be_filtered(client: FlaskClient, town: Town) -> None:
    nothing = client.get("/search?q=Zzyzx").text
    assert "rl-filters" not in nothing
    assert "Zeitraum" not in nothing
    assert "rl-filters" in client.get("/search?q=Zzyzx&type=Paper").text
    assert 'details class="rl-filters">' in client.get("/search?q=Tempo").text


@ON_ONE
def test_it_tells_a_screen_reader_the_outcome_once(client: FlaskClient, town: Town) -> None:
    once = client.get("/search?q=Anger&type=Paper").text.partition('<ol class="rl-hits"')[2].partition("<footer")[0]
    assert once.count("Rat der Stadt") == once.count("empfohlen") == 1
    assert '<ol aria-hidden="true"><li aria-hidden="true">' in once
    # Of a longer way the sentence tells the last station only.
    two = client.get("/search?q=Tempo&type=Paper").text.partition('<ol class="rl-hits"')[2]
    assert two.count('<li aria-hidden="true">') + two.count('class="rl-mini__open" aria-hidden="true"') == 1
    assert "Ausschuss für Mobilität" in two.partition("rl-mini__state")[0]
