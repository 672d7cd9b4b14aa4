"""The map, and the pages of streets and districts: complete without scripts, quick, and silent about the reader."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app.alerts.targets import Target, circle_of, read_target
from app.config import Settings, SettingsError
from app.db import now, writing
from app.facts import street_key
from app.models import Paper, Place
from app.web import create_app
from app.web.site import EXTENSION
from oparl_sync import facts, places
from oparl_sync.progress import Progress
from oparl_sync.streets_cli import streets
from tests import factories
from tests.app.web.conftest import HOSTILE, Page

QUIET = Progress(quiet=True)
ROAD = {"type": "LineString", "coordinates": [[9.500, 51.500], [9.510, 51.500]]}
LANE = {"type": "LineString", "coordinates": [[9.503, 51.502], [9.507, 51.502]]}
OUTLINE = {"type": "Polygon", "coordinates": [[[9.4, 51.4], [9.6, 51.4], [9.6, 51.6], [9.4, 51.6], [9.4, 51.4]]]}
FEATURES = [
    {"properties": {"highway": "residential", "name": "Gartenstraße"}, "geometry": ROAD},
    {"properties": {"highway": "residential", "name": "Amselweg"}, "geometry": LANE},
    {"properties": {"kind": "district", "name": "Nordstadt"}, "geometry": OUTLINE},
    {"properties": {"addr:street": "Gartenstraße", "addr:housenumber": "12"},
     "geometry": {"type": "Point", "coordinates": [9.5052, 51.5001]}},
]  # fmt: skip


@dataclass(frozen=True)
class Near:
    """A paper about a house, and one about the next street."""

    house: Paper
    lane: Paper


@pytest.fixture
def near(engine: Engine, settings: Settings, tmp_path: Path) -> Near:
    """Give two papers with places."""
    today = now().date()
    house = factories.paper(name="Radweg", date=today)
    # Whatever a title names is a place of its paper; this one is about the lane alone.
    named = HOSTILE.replace("Gartenstraße", "Amselweg")
    lane = factories.paper(name=named, reference="2026/2", date=today - timedelta(days=9))
    old = factories.paper(name="Kanal", reference="1999/1", date=today.replace(year=today.year - 20, day=1))
    council = factories.organization(name="Rat der Stadt")
    factories.save(
        engine,
        [factories.source(), factories.body(), council, house, lane, old],
        factories.read_file("Vor dem Haus Gartenstraße 12 wird gebaut.", "Noch einmal: Gartenstraße 12", of=house),
        factories.read_file("Im Amselweg 3 <script>alert(1)</script> steht ein Baum.", of=lane),
        factories.read_file("In der Gartenstraße liegt ein alter Kanal.", of=old),
        factories.station(house, council, now() + timedelta(days=9)),
        [factories.change(one) for one in (house, lane, old)],
    )
    (tmp_path / "town.geojson").write_text(json.dumps({"features": FEATURES}))
    CliRunner().invoke(streets, ["load", "musterstadt", str(tmp_path / "town.geojson")], obj=settings)
    facts.waiting(engine, QUIET)
    places.refresh(engine, QUIET)
    return Near(house, lane)


@contextmanager
def counted(client: FlaskClient) -> Iterator[list[str]]:
    """Give the statements that are asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = client.application.extensions[EXTENSION].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_what_is_near_an_address_is_listed_and_drawn_with_the_same_numbers(client: FlaskClient, near: Near) -> None:
    answer = client.get("/map?address=Gartenstr.+12,+59998+Musterstadt&radius=500")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert "Gartenstraße\u00a012" in answer.text
    assert "2\u00a0Vorlagen" in answer.text or "2 Vorlagen" in answer.text
    listed = [item["id"] for item in page.every("li") if item.get("id", "").startswith("place-")]
    drawn = [link["href"] for link in page.every("a") if link.get("href", "").startswith("#place-")]
    assert listed == ["place-1", "place-2"]
    assert sorted(drawn) == ["#place-1", "#place-2"]
    assert "Ihre Adresse verlässt diese Seite nicht." in answer.text
    assert "Kanal" not in answer.text
    assert "Kanal" in client.get("/map?address=Gartenstraße&period=all").text


def test_what_is_about_ones_own_street_comes_first_however_far_off_its_middle_lies(
    client: FlaskClient, engine: Engine, near: Near
) -> None:
    with writing(engine) as session:
        street = session.scalars(select(Place).where(Place.key == street_key("Gartenstraße"))).one()
        street.latitude = (street.latitude or 0.0) + 0.01  # a kilometre
    page = client.get("/map?address=Gartenstr.+12,+59998+Musterstadt&radius=250&period=all").text
    spots = page.partition('id="place-1"')[2]
    assert "Ihre Straße" in spots.partition('id="place-2"')[0]
    assert "Kanal" in spots


def test_an_address_that_is_not_known_is_answered_with_those_like_it(client: FlaskClient, near: Near) -> None:
    page = client.get("/map?address=Gartnstrasse+3").text
    assert "Wir wissen nicht, wo" in page
    assert "address=Gartenstra%C3%9Fe" in page


def test_two_towns_with_the_same_street_are_asked_apart(client: FlaskClient, engine: Engine, near: Near) -> None:
    other = factories.body(id="https://other.example/body/1", name="Nachbarstadt", source_id=2)
    spot = factories.location(id="https://other.example/location/1", source_id=2, body_id=other.id)
    factories.save(engine, factories.source(id=2, slug="nachbar", url="https://other.example/system"), other, spot)
    factories.save(engine, factories.change(spot, source_id=2))
    places.refresh(engine, QUIET)
    page = client.get("/map?address=Gartenstraße").text
    assert "Mehrere Orte haben eine solche Straße" in page
    assert "body=nachbar" in page
    assert "Umgebung" in client.get("/map?address=Gartenstraße&body=nachbar").text


def test_the_map_is_moved_by_links(client: FlaskClient, near: Near) -> None:
    page = Page(client.get("/map").text)
    moves = [link["href"] for link in page.every("a") if link.get("data-step")]
    assert len(moves) == 6
    assert all(client.get(href).status_code == 200 for href in moves)


def test_it_asks_the_same_number_of_statements_however_much_there_is(
    client: FlaskClient, engine: Engine, near: Near
) -> None:
    addresses = ("/map?period=all", "/map?address=Gartenstraße+12", "/streets/gartenstrasse", "/districts/nordstadt")
    few = []
    for address in addresses:
        with counted(client) as asked:
            client.get(address)
        few.append(len(asked))
    for number in range(30):
        paper = factories.paper(name=f"Nr. {number}", reference=f"{number}/2", date=now().date())
        text = f"Gartenstraße {number + 1} und Amselweg {number}"
        factories.save(engine, paper, factories.read_file(text, of=paper), factories.change(paper))
    facts.waiting(engine, QUIET)
    places.refresh(engine, QUIET)
    for address, before in zip(addresses, few, strict=True):
        with counted(client) as asked:
            client.get(address)
        assert len(asked) <= before + 1, address


def test_a_street_is_an_entry(client: FlaskClient, near: Near) -> None:
    answer = client.get("/streets/gartenstrasse")
    page = answer.text
    assert '<h1 lang="de">Garten\u00adstraße</h1>' in page or '<h1 lang="de">Gartenstraße</h1>' in page
    assert "<mark>Gartenstraße" in page
    assert "S.\u00a01\u00a0von\u00a02" in page
    assert "Nächste Sitzungen dazu" in page
    assert "follow=search%3Aplace%3A%3D%22Gartenstra%C3%9Fe%22" in page
    assert "street=Gartenstra%C3%9Fe" in page
    assert client.get("/streets/Gartenstr.").location == "/streets/gartenstrasse"


def test_a_district_is_an_entry(client: FlaskClient, near: Near) -> None:
    page = client.get("/districts/nordstadt").text
    assert "3 Vorlagen" in page
    assert "/streets/amselweg" in page
    assert 'class="rl-map__outline"' in page


def test_streets_are_found_by_letter_and_name(client: FlaskClient, near: Near) -> None:
    assert "/streets/gartenstrasse" in client.get("/streets").text
    assert "/streets/amselweg" in client.get("/streets?letter=A").text
    assert "/streets/gartenstrasse" in client.get("/streets?q=garten").text
    assert "Keine Straße heißt" in client.get("/streets?q=Zwetschgenpfad").text


def test_a_paper_shows_its_places_and_leads_to_their_pages(client: FlaskClient, near: Near) -> None:
    page = client.get(f"/papers/{near.house.key}").text
    assert "rl-map--flat" in page
    assert 'href="/streets/gartenstrasse' in page


def test_what_others_wrote_stays_text(client: FlaskClient, near: Near) -> None:
    for address in ("/map", "/streets/amselweg", "/districts/nordstadt", "/map?address=Amselweg"):
        page = client.get(address).text
        assert "<script>alert" not in page
    assert "{{ 7*7 }}" in client.get("/streets/amselweg").text


SILLY = (
    "/map?at=nix&span=x", "/map?at=nan,inf&span=nan", "/map?at=99,999&span=-5", "/map?at=51.5,9.5&span=1e30",
    "/map?at=89.99,179.99&span=5", "/map?radius=-1&period=x&type=%00", "/map?address=%00", "/map?address=1",
    "/map?address=" + "x" * 3000, "/map?address=12", "/streets?letter=%00", "/streets?q=%00", "/streets?q=12",
    "/streets?letter=%25",
)  # fmt: skip


def test_silly_questions_are_answered(client: FlaskClient, near: Near) -> None:
    assert {address: client.get(address).status_code for address in SILLY} == dict.fromkeys(SILLY, 200)


def test_where_nothing_is_there_is_nothing_to_draw(client: FlaskClient, engine: Engine) -> None:
    assert {address: client.get(address).status_code for address in SILLY} == dict.fromkeys(SILLY, 200)
    factories.save(engine, factories.source(), factories.body())
    assert "ist noch nicht bekannt" in client.get("/map").text


@pytest.mark.usefixtures("near")
def test_a_district_may_have_any_name(client: FlaskClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(Place).values(district="Süd/West?", district_key=street_key("Süd/West?")))
    [link] = re.findall('href="(/districts/[^"]*)"', client.get("/streets").text)
    page = Page(client.get(link).text)
    [english] = {one["href"] for one in page.every("a") if one.get("lang") == "en"}
    assert client.get(english).status_code == 200
    assert client.get("/districts/SÜD/West%3F", follow_redirects=True).request.path == "/districts/süd/west?"


def test_unknown_streets_and_districts_are_not_found(client: FlaskClient, near: Near) -> None:
    for address in (
        "/streets/nix",
        "/streets/%00",
        "/districts/nix",
        "/streets/" + "x" * 99,
        "/streets/gartenstrasse?page=9",
    ):
        assert client.get(address).status_code == 404


def test_nothing_foreign_is_loaded_unless_the_operator_says_so(
    client: FlaskClient, settings: Settings, near: Near
) -> None:
    answer = client.get("/map")
    assert "img-src 'self';" in answer.headers["Content-Security-Policy"]
    own = replace(settings, tiles_url="https://tiles.example/{z}/{x}/{y}.png", tiles_credit="© Landesamt")
    app = create_app(own)
    answer, privacy = app.test_client().get("/map"), app.test_client().get("/privacy").text
    app.extensions[EXTENSION].close()
    assert "img-src 'self' https://tiles.example;" in answer.headers["Content-Security-Policy"]
    assert "https://tiles.example/" in answer.text
    assert "© Landesamt" in answer.text
    assert "Die Bilder der Karte lädt Ihr Browser von tiles.example." in privacy
    assert "Die Bilder der Karte" not in client.get("/privacy").text
    assert "tiles.example" not in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "given", [{"TILES_URL": "https://t.example/x.png"}, {"TILES_URL": "https://t.example/{z}/{x}/{y}"},
              {"TILES_URL": "https://a;b/{z}/{x}/{y}", "TILES_CREDIT": "x"},
              {"TILES_URL": "https://[/{z}/{x}/{y}", "TILES_CREDIT": "x"},
              {"TILES_URL": "https://łódź.example/{z}/{x}/{y}", "TILES_CREDIT": "x"}],
)  # fmt: skip
def test_settings_of_tiles_that_cannot_be_used_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="TILES_"):
        Settings.from_environment(given)


def test_a_street_is_followed_by_its_place_and_an_address_by_a_circle(
    client: FlaskClient, engine: Engine, near: Near
) -> None:
    def target(path: str) -> Target:
        links = [urlsplit(one["href"]) for one in Page(client.get(path).text).every("a") if "follow=" in one["href"]]
        [text] = [parse_qs(link.query)["follow"][0] for link in links]
        with Session(engine) as session:
            return read_target(session, text)

    assert target("/streets/gartenstrasse") == Target("search", 'place:="Gartenstraße"')
    assert target("/districts/nordstadt").kind == "search"
    around = target("/map?address=Gartenstraße+12&radius=250")
    assert around.kind == "near"
    circle = circle_of(around)
    assert (circle.metres, circle.label) == (250, "Gartenstraße 12")
    assert circle.point == pytest.approx((9.5052, 51.5001))
