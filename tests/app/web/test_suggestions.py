"""Suggestions while typing: streets, numbers and titles, as a page, as data, and as what the search field loads."""

from datetime import date

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, update

from app.db import session_factory, writing
from app.models import File, Link, Mention, Paper
from app.queries.suggestions import papers_numbered, streets_beginning
from search import EngineUnavailable
from search.searching import Index
from tests import factories
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def streets(town: Town, engine: Engine) -> Town:
    """Give the town with streets that were found in its file, one of them three times."""
    named = [
        *[("gartenstrasse", "Gartenstraße 12")] * 3,
        ("gartenweg", "Gartenweg"),
        ("gärtnerplatz", "Gärtnerplatz 4"),
        ("gasse", None),
    ]
    with writing(engine) as session:
        session.add_all(
            Mention(sha256=town.file.blob_sha256, page=1, start=n, end=n + 1, kind="place", value=value, label=label)
            for n, (value, label) in enumerate(named)
        )
    return town


def asked(client: FlaskClient, typed: str, **options: str) -> dict[str, list[str]]:
    """The texts that are suggested, by kind."""
    answer = client.get("/search/suggest.json", query_string={"q": typed, **options})
    assert answer.status_code == 200
    return {one["kind"]: [each["text"] for each in one["suggestions"]] for one in answer.json["groups"]}  # type: ignore[index]  # it is JSON


def test_streets_begin_so_each_once_and_without_their_numbers(streets: Town, engine: Engine) -> None:
    with session_factory(engine)() as session:
        assert streets_beginning(session, "garten", 5) == ["Gartenstraße", "Gartenweg"]
        assert streets_beginning(session, "Garten-Str.", 5) == ["Gartenstraße"]
        assert streets_beginning(session, "gä", 5) == ["Gärtnerplatz"]
        assert len(streets_beginning(session, "g", 2)) == 2
        assert set(streets_beginning(session, "g", 9)) == {"Gartenstraße", "Gartenweg", "Gärtnerplatz", "gasse"}
        assert streets_beginning(session, "", 5) == []


def test_streets_of_withdrawn_files_are_not_suggested(streets: Town, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(File).where(File.id == streets.file.id).values(deleted=True))
    with session_factory(engine)() as session:
        assert streets_beginning(session, "garten", 5) == []


def test_numbers_of_papers_begin_so_however_they_are_written(town: Town, engine: Engine) -> None:
    with writing(engine) as session:
        session.add(factories.paper(name="Findling", reference="2026/0418", date=date(2026, 3, 2)))
    with session_factory(engine)() as session:
        for typed in ("2026/04", "2026/041", "2026/0", "Vorlage 2026/041", "2026 / 41"):
            assert [paper.reference for paper in papers_numbered(session, typed, 5)] == ["2026/0417", "2026/0418"], (
                typed
            )
        assert [paper.reference for paper in papers_numbered(session, "2026/0418", 5)] == ["2026/0418"]
        assert len(papers_numbered(session, "2026/04", 1)) == 1
        assert papers_numbered(session, "Tempo", 5) == []


@ON_ONE
def test_they_are_grouped_in_one_order(client: FlaskClient, streets: Town) -> None:
    found = asked(client, "gart")
    assert list(found) == ["place", "Paper"]
    assert found["place"] == ["Gartenstraße", "Gartenweg"]
    assert set(found["Paper"]) == {"Tempo 30 in der Gartenstraße", streets.hostile.name}
    assert asked(client, "Eich") == {"Person": ["Dr. Jorun Eichhoff"]}
    assert asked(client, "Aussch") == {"Organization": ["Ausschuss für Mobilität"]}
    assert asked(client, "2026/04") == {"Paper": ["Tempo 30 in der Gartenstraße"]}
    assert asked(client, "Zzyzx") == asked(client, "a") == asked(client, " ") == {}


@ON_ONE
def test_the_page_and_the_data_and_the_module_say_the_same(client: FlaskClient, town: Town) -> None:
    data = client.get("/search/suggest.json?q=Tempo")
    assert data.mimetype == "application/json"
    assert data.headers["Cache-Control"] == "private, max-age=60"
    assert {"Cookie", "Accept-Language"} <= set(data.headers["Vary"].split(", "))
    negotiated = client.get("/search/suggest?q=Tempo", headers={"Accept": "application/json"})
    assert negotiated.get_data() == data.get_data()
    assert "Accept" in negotiated.headers["Vary"].split(", ")
    module = client.get("/search/suggest.js?q=Tempo")
    assert module.content_type == "text/javascript; charset=utf-8"
    begin, end = b"export default ", b";\n"
    assert orjson.loads(module.get_data().removeprefix(begin).removesuffix(end)) == data.json["groups"]  # type: ignore[index]  # it is JSON
    page = client.get("/search/suggest?q=Tempo", headers={"Accept": "text/html,*/*;q=0.8"})
    assert f'<a href="/papers/{town.paper.key}" lang="de">' in page.text
    assert "Antrag 2026/0417" in page.text
    [field] = [one for one in Page(page.text).every("input") if one.get("name") == "q"]
    assert field["value"] == "Tempo"


@ON_ONE
def test_headings_are_in_the_language_of_the_reader(client: FlaskClient, town: Town) -> None:
    german, english = (
        client.get(f"/search/suggest.json?q=Tempo&lang={one}").get_data(as_text=True) for one in ("de", "en")
    )
    assert '"heading":"Vorlagen"' in german
    assert '"heading":"Papers"' in english


@ON_ONE
def test_what_is_typed_and_what_is_called_so_is_text_and_nothing_else(client: FlaskClient, town: Town) -> None:
    page = client.get("/search/suggest", query_string={"q": "Gartenstraße"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "<b>x</b>" not in client.get("/search/suggest", query_string={"q": "<b>x</b>"}).text
    for typed in (
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "(" * 500,
        "*",
        "2026/" * 99,
        "ä" * 5000,
    ):
        for ending in ("", ".json", ".js"):
            assert client.get(f"/search/suggest{ending}", query_string={"q": typed}).status_code == 200, typed


@ON_ONE
def test_a_withdrawn_record_is_not_suggested_before_the_index_knows(
    client: FlaskClient, town: Town, engine: Engine
) -> None:
    assert "Tempo 30 in der Gartenstraße" in asked(client, "Tempo")["Paper"]
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == town.paper.id).values(deleted=True))
    assert asked(client, "Tempo") == {}


@ON_ONE
def test_streets_and_numbers_are_suggested_while_the_index_is_away(
    client: FlaskClient, streets: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailable("it is away")

    monkeypatch.setattr(Index, "suggest", away)
    assert asked(client, "Garten") == {"place": ["Gartenstraße", "Gartenweg"]}
    assert asked(client, "2026/0417") == {"Paper": ["Tempo 30 in der Gartenstraße"]}


@ON_ONE
def test_whoever_has_no_scripts_finds_their_page(client: FlaskClient, town: Town) -> None:
    unscripted = client.get("/search").text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert [one.get("href") for one in Page(unscripted).every("a")] == ["/search/suggest"]


def test_streets_of_what_is_not_public_are_not_suggested(streets: Town, engine: Engine) -> None:
    secret = factories.agenda_item(streets.meeting, public=False, name=None, number="N 9")
    factories.save(engine, secret, factories.link(streets.file, "agendaItem", secret))
    with writing(engine) as session:
        session.execute(delete(Link).where(Link.to_id == streets.file.id))
    with session_factory(engine)() as session:
        assert streets_beginning(session, "garten", 5) == []


def test_zeros_are_no_beginning_of_a_number(town: Town, engine: Engine) -> None:
    with session_factory(engine)() as session:
        assert papers_numbered(session, "00", 3) == []
        assert papers_numbered(session, "2026", 3)
