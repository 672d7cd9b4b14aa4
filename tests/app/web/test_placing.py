"""A street in what was typed leads to what is there, and from there a way leads back to plain words."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.db import writing
from app.models import Mention
from app.web.placing import named_place
from search.query import MAX_FILTERS
from tests.app.web.conftest import Page, Town, reindex

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACES = ("Lindenstraße", "Alter Markt", "Markt", "Alte Gasse", "Gänseweg", "Nordstadt", "St. Georgen-Straße")


@pytest.mark.parametrize(
    ("typed", "place", "rest"),
    [
        ("Lindenstraße", "Lindenstraße", ""),
        ("radweg lindenstr.", "Lindenstraße", "radweg"),
        ("Linden-Str. 12a Radweg", "Lindenstraße", "Radweg"),
        ("Lindenstraße 2024", "Lindenstraße", "2024"),
        ("Wochenmarkt Alter Markt, Umbau", "Alter Markt", "Wochenmarkt Umbau"),
        ("Markt", "Markt", ""),
        ("in der Alten Gasse", "Alte Gasse", "in der"),
        ("Gaenseweg", "Gänseweg", ""),
        ("Spielplatz Nordstadt", "Nordstadt", "Spielplatz"),
        ("St. Georgen Straße", "St. Georgen-Straße", ""),
    ],
)
def test_it_knows_a_place_however_it_is_written(typed: str, place: str, rest: str) -> None:
    assert named_place(typed, PLACES) == (place, rest)


@pytest.mark.parametrize("typed", ["Linden Straßenbahn", "Lindenstraßen", '"Alter Markt"', "-Markt", "Straße", ""])
def test_it_takes_nothing_else_for_a_place(typed: str) -> None:
    assert named_place(typed, PLACES) is None


@pytest.fixture
def street(town: Town, engine: Engine, settings: Settings) -> Town:
    """Give the town with a street that was found in its file."""
    with writing(engine) as session:
        session.add(
            Mention(
                sha256=town.file.blob_sha256,
                page=1,
                start=38,
                end=50,
                kind="place",
                value="gartenstrasse",
                label="Gartenstraße 12",
            )
        )
    reindex(engine, settings)
    return town


@ON_ONE
def test_its_band_leads_to_what_is_there_and_back(client: FlaskClient, street: Town) -> None:
    text = client.get("/search?q=Gartenstraße").text
    band = text.partition('class="rl-band')[2].partition("</section>")[0]
    assert "1\u00a0Vorlage zu diesem Ort" in band
    there, map_of_it = [one["href"] for one in Page(band).every("a")]
    assert map_of_it == "/streets/gartenstrasse"
    listed = client.get(there).text
    assert f"/papers/{street.paper.key}" in listed
    assert f"/papers/{street.hostile.key}" not in listed  # its title holds the word, and no text names the street
    back = listed.partition('class="rl-band')[2].partition("</section>")[0]
    [plain] = [one["href"] for one in Page(back).every("a")]
    assert f"/papers/{street.hostile.key}" in client.get(plain).text


@ON_ONE
def test_its_band_keeps_the_other_words_and_filters(client: FlaskClient, street: Town) -> None:
    text = client.get("/search?q=Tempo+Gartenstraße+12&year=2026&sort=newest").text
    band = text.partition('class="rl-band')[2].partition("</section>")[0]
    assert "mit „Tempo“ zu diesem Ort" in band
    there, _street = [one["href"] for one in Page(band).every("a")]
    assert there == "/search?q=Tempo&year=2026&sort=newest&place=Gartenstra%C3%9Fe"
    assert 'value="Tempo"' in client.get(there).text


@ON_ONE
def test_there_is_no_band_where_more_than_words_is_asked(client: FlaskClient, street: Town) -> None:
    for query in ('"Gartenstraße"', "Tempo OR Gartenstraße", "Tempo -Gartenstraße", "Tempo"):
        assert "rl-band" not in client.get("/search", query_string={"q": query}).text, query


@ON_ONE
def test_a_search_with_as_many_filters_as_there_can_be_has_no_band_and_is_answered(
    client: FlaskClient, street: Town
) -> None:
    most = " ".join(f'-gremium:="Nr. {number}"' for number in range(MAX_FILTERS))
    assert 'class="rl-band' in client.get("/search", query_string={"q": "Gartenstraße"}).text
    answer = client.get("/search", query_string={"q": f"Gartenstraße {most}"})
    assert answer.status_code == 200
    assert "/papers/" in answer.text
    assert 'class="rl-band' not in answer.text
