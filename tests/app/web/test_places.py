"""Every municipality has a door, and where it is closed a letter that asks for it to be opened."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now, writing
from app.directory.endpoints import endpoints
from app.directory.places import places
from app.models import Source
from app.queries.places import covered, doors, towns_here
from app.web.pages.places import SAID, _wanted
from app.web.site import EXTENSION
from tests import factories
from tests.app.web.conftest import Page
from tests.app.web.test_frame import assert_clean

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Mirrored = Callable[..., None]


@pytest.fixture
def mirrored(engine: Engine) -> Mirrored:
    """Give what mirrors a council: with the columns of its Body, and of its source."""
    number = iter(range(1, 99))

    def add(state: str = "complete", *, preset: str | None = None, pinned: str | None = None, **body: Any) -> None:
        one = next(number)
        address = f"https://rat{one}.example/system"
        with writing(engine) as session:
            source = Source(
                slug=f"rat{one}", url=address, preset=preset, pinned_body=pinned, added_at=now(), state=state
            )
            session.add(source)
            session.flush()
            source_id = source.id
        factories.save(engine, factories.body(id=f"https://rat{one}.example/body", source_id=source_id, **body))

    return add


@ON_ONE
def test_it_finds_places_with_their_doors(client: FlaskClient, mirrored: Mirrored) -> None:
    mirrored(name="Rat am Rhein", ags="5111000")
    page = client.get("/councils?q=düsseldorf").text
    assert 'href="/councils/rat1"' in page
    assert "Server bekannt, noch nicht hier" in client.get("/councils?q=50667").text
    assert "Kein Server bekannt" in client.get("/councils?q=Garmisch").text
    nothing = client.get("/councils?q=Atlantis%00<b>").text
    assert "Kein Ort für „Atlantis&lt;b&gt;“" in nothing
    assert "Es gibt mehr." in client.get("/councils?q=b").text


@ON_ONE
def test_it_counts_the_municipalities_that_are_here(client: FlaskClient, mirrored: Mirrored, app: Flask) -> None:
    assert "0 von 10.796 Gemeinden" in client.get("/councils").text.replace("\u00a0", " ")
    mirrored(name="A", ags="05111000")
    mirrored(name="the same once more", rgs="051110000000")
    mirrored(name="Kreis ohne Gemeinde", ags="05358000")
    mirrored(name="Instance 0001", preset="wuppertal", pinned="https://oparl.wuppertal.de/oparl/bodies/0001")
    mirrored(name="Stadt Flensburg")
    mirrored(name="Nirgendwo")
    app.extensions.pop("ratslupe.state")
    page = client.get("/councils").text.replace("\u00a0", " ")
    assert "3 von 10.796 Gemeinden" in page
    assert [name in page for name in ("Düsseldorf", "Flensburg", "Wuppertal")] == [True] * 3
    assert "Stadt Wuppertal" in client.get("/places/05124000").text, "and not: Instance 0001"


@ON_ONE
def test_a_place_that_is_here_leads_to_its_records(client: FlaskClient, mirrored: Mirrored) -> None:
    mirrored(name="Rat am Rhein", ags="05111000")
    page = client.get("/places/05111000").text
    assert "Den Rat von Düsseldorf finden Sie hier." in page
    assert 'href="/councils/rat1"' in page
    assert client.get("/councils/rat1").status_code == 200
    assert "mailto:" not in page
    assert client.get("/places/05111000/letter.txt").status_code == 404


@ON_ONE
def test_a_known_server_can_be_added(client: FlaskClient) -> None:
    page = client.get("/places/05315000").text
    assert "ratslupe source add koeln" in page
    assert "Stand 15. September 2026" in page.replace("\u00a0", " ")
    assert "mailto:" not in page


@ON_ONE
@pytest.mark.parametrize(
    ("ags", "said"),
    [
        ("09180117", "Ich bitte Sie, die OParl-Schnittstelle Ihres Ratsinformationssystems einzuschalten"),
        ("05314000", "weist aber Programme ab"),
        ("05154044", "weist aber Programme ab"),
        ("06440019", "sie funktioniert zurzeit aber nicht"),
        ("05914000", "Ich bitte Sie, die OParl-Schnittstelle"),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_where_none_is_open_a_letter_asks_for_it(client: FlaskClient, ags: str, said: str, language: str) -> None:
    place = places().by_ags[ags]
    page = client.get(f"/places/{ags}?lang={language}")
    assert said in page.text
    assert "Ratsinformationssystems von " + place.name in page.text
    assert 'lang="de"' in page.text
    text = client.get(f"/places/{ags}/letter.txt?lang={language}")
    assert text.mimetype == "text/plain"
    assert f'filename="oparl-{ags}.txt"' in text.headers["Content-Disposition"]
    assert said in text.text
    assert "Sehr geehrte Damen und Herren," in text.text
    assert "http://portal.example" in text.text
    assert "%(" not in text.text
    (link,) = (a["href"] for a in Page(page.text).every("a") if a.get("href", "").startswith("mailto:"))
    assert urlsplit(link).path == ""
    mail = parse_qs(urlsplit(link).query)
    body = mail["body"][0].replace("\r\n\r\n", "\n\n")
    assert mail["subject"][0] + "\n\n" + body + "\n" == text.text
    assert len(link) < 8000


@ON_ONE
def test_a_source_that_is_refused_is_pleaded_for_by_its_address(client: FlaskClient, mirrored: Mirrored) -> None:
    mirrored("blocked", name="Rat", ags="05111000")
    page = client.get("/places/05111000").text
    assert "weist aber Programme ab" in page
    assert "https://rat1.example/system" in page
    assert "Ratslupe (clerk@example.org)" in page
    assert 'href="/status?source=rat1"' in page


@ON_ONE
def test_the_councils_above_a_place_are_named(client: FlaskClient, mirrored: Mirrored) -> None:
    mirrored(name="Kreis Düren", ags="05358000")
    page = client.get("/places/05358004").text
    assert 'href="/councils/rat1"' in page
    assert "Übergeordnete Räte" in page


@ON_ONE
def test_a_city_has_the_servers_of_its_boroughs(client: FlaskClient) -> None:
    page = client.get("/places/11000000").text
    assert page.count("sitzungsdienst-") >= 10


@ON_ONE
def test_what_is_no_place_is_not_found(client: FlaskClient) -> None:
    for path in ("1", "99999999", "0531500", "053150000", "%00", "05315000/letter", "٠٥٣١٥٠٠٠", "05358"):
        assert client.get(f"/places/{path}").status_code == 404, path
    assert client.get("/places/x/letter.txt").status_code == 404


@ON_ONE
def test_every_page_names_where_the_directory_is_from_and_is_clean(client: FlaskClient, mirrored: Mirrored) -> None:
    mirrored(name="<script>alert(1)</script>", ags="05111000")
    for address in ("/councils", "/councils?q=neustadt", "/places/05111000", "/places/05314000", "/places/09180117"):
        for language in ("de", "en"):
            page = client.get(address, headers={"Accept-Language": language}).text
            assert "Statistisches Bundesamt (Destatis)" in page
            assert "OpenStreetMap contributors" in page
            assert "https://www.govdata.de/dl-de/by-2-0" in page
            assert page.count("<h1") == 1
            assert "<script>alert" not in page
            assert_clean(page, address)
    assert 'href="/councils"' in client.get("/").text


@ON_ONE
def test_every_state_of_a_server_has_words_and_every_place_a_page(app: Flask, client: FlaskClient) -> None:
    assert {one.state for one in endpoints().values()} <= SAID.keys()
    with app.app_context(), app.extensions[EXTENSION].sessions() as session:
        here = covered(session)
    for place in list(places().by_ags.values())[::50]:
        _wanted(doors(place, here)[0])
    assert towns_here(here) == []
    for one in list(endpoints().values())[::9]:
        if one.area in places().by_ags:
            assert client.get(f"/places/{one.area}").status_code == 200
