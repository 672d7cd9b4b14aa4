"""The first page, from the empty portal to a town with a history."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db import now
from app.queries.subjects import matters_and_places, subjects
from tests import factories
from tests.app.web.conftest import Page, Town


def test_it_tells_a_newcomer_how_to_add_a_council(client: FlaskClient) -> None:
    german, english = client.get("/").text, client.get("/?lang=en").text
    assert "ratslupe source add" in german
    assert "Hier ist noch kein Rat eingerichtet." in german
    assert "No council is mirrored here yet." in english


def test_it_is_honest_while_nothing_is_read(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, factories.source(state="new", last_complete=None))
    text = client.get("/").text
    assert "Die Dokumente werden noch gelesen." in text
    assert "Noch sind keine Vorlagen veröffentlicht." in text
    assert "Noch ist kein Rat vollständig eingelesen." in text


def test_it_shows_how_much_there_is_and_what_is_new(client: FlaskClient, town: Town) -> None:
    text = client.get("/").text
    assert "<b>1\u00a0Dokumenten</b>" in text.replace("1 Dokumenten", "1\u00a0Dokumenten")
    assert "<b>2 Seiten</b>" in text
    assert f"/papers/{town.paper.key}" in text
    assert f"/meetings/{town.meeting.key}" in text
    assert "Radweg am Anger" in text
    assert "Beschlossen" in text


def test_it_lays_the_lens_between_past_and_coming_meetings(client: FlaskClient, engine: Engine) -> None:
    council = factories.organization(name="Rat")
    stops = [
        factories.station(factories.paper(), council, now() + timedelta(days=days), result="beschlossen")
        for days in (-40, -30, -20, -10, 10, 20, 30, 40)
    ]
    factories.save(engine, council, [factories.body()], *stops)
    text = client.get("/").text
    kinds = [
        one["class"].rpartition("--")[2]
        for one in Page(text).every("li")
        if one.get("class", "").startswith("rl-stop ")
    ]
    assert kinds == ["past", "past", "past", "today", "planned", "planned", "planned"]
    assert text.count("1\u00a0Beschluss") == 3


def test_it_strikes_a_cancelled_meeting_and_says_so(client: FlaskClient, engine: Engine) -> None:
    meeting = factories.meeting(name="Bauausschuss", start=now() + timedelta(days=3), cancelled=True)
    factories.save(engine, factories.body(), meeting)
    text = client.get("/").text
    assert "rl-struck" in text
    assert "Abgesagt" in text


def test_it_never_shows_what_is_not_public(client: FlaskClient, engine: Engine) -> None:
    council = factories.organization(name="Rat")
    secret = factories.station(
        factories.paper(), council, now() - timedelta(days=1), result="beschlossen", name="Kauf der Villa", public=False
    )
    factories.save(engine, council, factories.body(), secret)
    assert "Villa" not in client.get("/").text


@pytest.mark.parametrize(
    ("titles", "matters", "places"),
    [
        ([], [], []),
        ([None, ""], [], []),
        (["Neuer Antrag der Fraktion", "Ein Bericht der Verwaltung", "Erste Änderung der Satzungen"], [], []),
        (
            [
                "Mehr Schatten",
                "Mehr Schatten im Park",
                "Die Kanalsanierung",
                "Kanalsanierung am Ring",
                "Die Lagerhalle",
            ],
            ["Kanalsanierung", "Schatten"],
            [],
        ),
        (["An der Gartenstraße", "An der Gartenstraße", "Die Ringallee", "Der Birkenweg"], [], ["Gartenstraße"]),
        (["Neuer Radweg an der Ringallee"], ["Radweg"], ["Ringallee"]),
        (["Überplanmäßige Kosten des Schwimmbads", "Überplanmäßige Kosten des Schwimmbads"], ["Kosten"], []),
    ],
)
def test_it_takes_its_examples_from_what_the_council_talks_about(
    titles: list[str | None], matters: list[str], places: list[str]
) -> None:
    assert matters_and_places(titles) == (matters, places)


def test_its_examples_are_a_matter_a_street_and_a_name_and_change_by_the_day(engine: Engine) -> None:
    person, council = factories.person(name="Ada Ölmann", family_name="Ölmann"), factories.organization()
    gone = factories.person(name="Bo Zett", family_name="Zett", deleted=True)
    titles = [
        "Kanalsanierung Gartenstraße",
        "Kanalsanierung in der Gartenstraße",
        "Fahrbahnsanierung",
        "Die Fahrbahnsanierung",
    ]
    factories.save(engine, person, council, gone, [factories.paper(name=title) for title in titles])
    factories.save(engine, factories.membership(person, council), factories.membership(gone, council))
    with Session(engine) as session:
        days = [subjects(session, date(2026, 11, 21) + timedelta(n)) for n in range(4)]
        assert subjects(session, date(2026, 11, 21)) == days[0]
    assert {tuple(day[1:]) for day in days} == {("Gartenstraße", "Ölmann")}
    assert days[0][0] != days[1][0]
    assert {day[0] for day in days} == {"Kanalsanierung", "Fahrbahnsanierung"}


def test_every_example_finds_something(client: FlaskClient, town: Town) -> None:
    links = [one["href"] for one in Page(client.get("/").text).every("a") if one["href"].startswith("/search?q=")]
    assert links
    for link in links:
        assert "Kein Treffer" not in client.get(link).text, link
