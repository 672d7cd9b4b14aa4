"""Papers are placed: behind the log, by Locations and by what their files name; nothing stays of what was withdrawn."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.models import Address, MapShape, Mention, Paper, PaperPlace, Place
from oparl_sync import facts, places
from oparl_sync.erase_cli import erase
from oparl_sync.progress import Progress
from oparl_sync.removing import remove
from oparl_sync.streets_cli import streets
from oparl_sync.withdraw import withdraw
from tests import factories

QUIET = Progress(quiet=True)
LINE = {"type": "LineString", "coordinates": [[9.50, 51.50], [9.51, 51.50]]}
OUTLINE = {"type": "Polygon", "coordinates": [[[9.4, 51.4], [9.6, 51.4], [9.6, 51.6], [9.4, 51.6], [9.4, 51.4]]]}
TOWN = {
    "type": "FeatureCollection",
    "features": [
        {"properties": {"highway": "residential", "name": "Gartenstraße"}, "geometry": LINE},
        {"properties": {"addr:street": "Gartenstr.", "addr:housenumber": "12 a", "name": "Bäckerei"},
         "geometry": {"type": "Point", "coordinates": [9.504, 51.5001]}},
        {"properties": {"boundary": "administrative", "admin_level": "10", "name": "Nordstadt"}, "geometry": OUTLINE},
        {"properties": {"natural": "water", "name": "Stadtsee"}, "geometry": OUTLINE},
        {"properties": {"boundary": "administrative", "admin_level": "8", "name": "Musterstadt"}, "geometry": OUTLINE},
    ],
}  # fmt: skip


def told(engine: Engine) -> dict[str, list[tuple[str, bool, int | None]]]:
    """Return by paper the names of its places, whether each is drawn, and the page."""
    chosen = select(Paper.name, Place.name, PaperPlace.drawn, PaperPlace.page).join(
        PaperPlace, PaperPlace.paper_id == Paper.id
    )
    found: dict[str, list[tuple[str, bool, int | None]]] = {}
    with Session(engine) as session:
        rows = session.execute(chosen.join(Place, Place.id == PaperPlace.place_id).order_by(Place.key))
        for paper, place, drawn, page in rows:
            found.setdefault(paper or "", []).append((place, drawn, page))
    return found


def load(settings: Settings, folder: Path, *contents: tuple[str, str]) -> str:
    """Bring files as the operator would."""
    for name, text in contents:
        (folder / name).write_text(text)
    words = ["load", "musterstadt", *(str(folder / name) for name, _ in contents)]
    answer = CliRunner().invoke(streets, words, obj=settings)
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture
def paper(engine: Engine, settings: Settings, tmp_path: Path) -> Paper:
    """Give a paper whose file names a house, in a town whose gazetteer is known."""
    paper = factories.paper(name="Radweg")
    read = factories.read_file("Der Radweg.", "Vor dem Haus Gartenstraße 12a und im Amselweg 3.", of=paper)
    factories.save(engine, factories.source(), factories.body(), paper, read, factories.change(paper))
    load(settings, tmp_path, ("town.geojson", json.dumps(TOWN)))
    facts.waiting(engine, QUIET)
    places.refresh(engine, QUIET)
    return paper


def test_a_gazetteer_is_points_houses_and_shapes(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    factories.save(engine, factories.source())
    rows = (
        "street;housenumber;lat;lon;ortsteil\nAm Anger;1;51,61;9,51;Süd\nAm Anger;3;51,63;9,53;\nAm Anger;2;51,62;9,52;"
    )
    said = load(settings, tmp_path, ("town.geojson", json.dumps(TOWN)), ("houses.csv", rows))
    assert "2 streets, 4 houses, 3 shapes" in said
    with Session(engine) as session:
        told = {(row.street_key, row.number): row for row in session.scalars(select(Address))}
        kinds = sorted(session.scalars(select(MapShape.kind)))
    assert kinds == ["district", "street", "water"]
    street = told["gartenstrasse", ""]
    assert (street.longitude, street.latitude) == pytest.approx((9.505, 51.5))
    assert street.district == "Nordstadt"
    assert told["gartenstrasse", "12a"].longitude == 9.504
    middle = told["amanger", ""]
    assert (middle.longitude, middle.district) == (9.52, "Süd")


def test_metres_of_a_grid_are_refused(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    factories.save(engine, factories.source())
    (tmp_path / "utm.csv").write_text("name;lat;lon\nAm Anger;5712345;412345\n")
    answer = CliRunner().invoke(streets, ["load", "musterstadt", str(tmp_path / "utm.csv")], obj=settings)
    assert answer.exit_code == 2
    assert "WGS 84" in answer.output


def test_a_known_house_stands_for_its_street_on_the_map(engine: Engine, paper: Paper) -> None:
    assert told(engine) == {
        "Radweg": [("Amselweg", True, 2), ("Gartenstraße", False, 2), ("Gartenstraße 12a", True, 2)]
    }
    with Session(engine) as session:
        house = session.scalars(select(Place).where(Place.key == "gartenstrasse 12a")).one()
        assert (house.longitude, house.district_key, house.papers, house.drawn) == (9.504, "nordstadt", 1, 1)
        unknown = session.scalars(select(Place).where(Place.key == "amselweg")).one()
        assert unknown.latitude is None


def test_a_title_names_streets_too(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    titles = ["Umbau der Gartenstraße 12a", "Ein Zaun Am Anger", "Amselweg: Sachstand"]
    papers = [factories.paper(name=title) for title in titles]
    read = factories.read_file("Nichts.", "Ein Haus im Amselweg 3.", of=papers[2])
    factories.save(engine, factories.source(), factories.body(), *papers, *read, *map(factories.change, papers))
    rows = "street;housenumber;lat;lon\nAm Anger;1;51,61;9,51\n"
    load(settings, tmp_path, ("town.geojson", json.dumps(TOWN)), ("houses.csv", rows))
    facts.waiting(engine, QUIET)
    places.refresh(engine, QUIET)
    assert told(engine) == {
        titles[0]: [("Gartenstraße", False, None), ("Gartenstraße 12a", True, None)],
        titles[1]: [("Am Anger", True, None)],
        titles[2]: [("Amselweg", True, 2)],
    }


@pytest.mark.parametrize("where", ["oparl_sync.spots.places", "oparl_sync.towns.places"])
def test_a_title_or_a_place_that_the_rules_fail_at_stops_no_council(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    paper = factories.paper(name="Umbau der Gartenstraße")
    factories.save(engine, factories.source(), factories.body(), factories.location(description="Saal"), paper)
    factories.save(engine, factories.read_file("Im Amselweg 3 steht ein Baum.", of=paper), factories.change(paper))
    facts.waiting(engine, QUIET)

    def fails(*_: object) -> None:
        raise ValueError("no rule foresaw it")

    monkeypatch.setattr(where, fails)
    places.refresh(engine, QUIET)
    assert "Amselweg" in [name for name, _, _ in told(engine)["Umbau der Gartenstraße"]]


def test_doing_it_again_changes_nothing(engine: Engine, paper: Paper) -> None:
    before = told(engine)
    assert places.refresh(engine, QUIET) == 0
    assert not places.is_owed(engine)
    factories.save(engine, factories.change(paper, "updated"))
    assert places.is_owed(engine)
    assert places.refresh(engine, QUIET) == 1
    assert told(engine) == before


def test_what_is_withdrawn_leaves_the_map_at_once(engine: Engine, paper: Paper) -> None:
    with writing(engine) as session:
        withdraw(session, "Paper", [paper.id], source_id=1, backfill=False, at=now())
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(PaperPlace)) == 0
        assert session.scalar(select(func.count()).select_from(Place)) == 0
    places.refresh(engine, QUIET)
    assert told(engine) == {}


def test_a_location_is_a_place_and_teaches_an_address(engine: Engine) -> None:
    paper = factories.paper(name="Spielplatz")
    spot = factories.location(street_address="Am Teichweg 4", sub_locality="Süd")
    pool = factories.location(street_address=None, description="Freibad", longitude=9.6, latitude=51.6)
    links = [factories.link(paper, "location", spot), factories.link(paper, "location", pool, 1)]
    news = [factories.change(one) for one in (paper, spot, pool)]
    factories.save(engine, factories.source(), factories.body(), paper, spot, pool, links, news)
    places.refresh(engine, QUIET)
    assert told(engine) == {
        "Spielplatz": [("Freibad", True, None), ("Am Teichweg", False, None), ("Am Teichweg 4", True, None)]
    }
    with Session(engine) as session:
        assert session.scalars(select(Address.number)).all() == ["4"]
    with writing(engine) as session:
        withdraw(session, "Location", [spot.id], source_id=1, backfill=False, at=now())
    places.refresh(engine, QUIET)
    assert [name for name, *_ in told(engine)["Spielplatz"]] == ["Freibad"]
    with Session(engine) as session:
        assert session.scalars(select(Address)).all() == []


def test_texts_that_were_looked_through_anew_are_placed_anew(engine: Engine, paper: Paper) -> None:
    with writing(engine) as session:
        session.execute(delete(Mention))
        facts.again(session, 1)
    with writing(engine) as session:
        session.execute(delete(PaperPlace))
    facts.waiting(engine, QUIET)
    assert places.is_owed(engine)
    places.refresh(engine, QUIET)
    assert len(told(engine)["Radweg"]) == 3


def test_nothing_is_left_of_a_source_that_is_given_up(engine: Engine, paper: Paper) -> None:
    remove(lambda: writing(engine), 1)
    with Session(engine) as session:
        for model in (Address, MapShape, Place, PaperPlace):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_where_a_street_lies_is_told_by_a_location_that_comes_later_and_goes_with_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "BATCH", 1)
    paper, other = factories.paper(name="Zaun"), factories.paper(name="Tor")
    there = factories.location(street_address="Amselweg 3", longitude=9.5, latitude=51.5, embedded=False)
    read = factories.read_file("Im Amselweg 3 wird gebaut.", of=paper)
    named = factories.link(other, "location", there)
    factories.save(engine, factories.source(), factories.body(), paper, other, there, named, read)
    facts.waiting(engine, QUIET)
    places.refresh(engine, QUIET)
    factories.save(engine, *(factories.change(one) for one in (paper, there, other)))
    places.refresh(engine, QUIET)
    assert _point(engine, "amselweg") == (9.5, 51.5)
    with writing(engine) as session:
        withdraw(session, "Location", [there.id], source_id=1, backfill=False, at=now())
    places.refresh(engine, QUIET)
    assert _point(engine, "amselweg") == (None, None)
    with Session(engine) as session:
        assert session.scalars(select(PaperPlace.paper_id)).all() == [paper.id]
    assert not places.is_owed(engine)


def _point(engine: Engine, key: str) -> tuple[float | None, float | None]:
    with Session(engine) as session:
        longitude, latitude = session.execute(select(Place.longitude, Place.latitude).where(Place.key == key)).one()
    return longitude, latitude


def test_a_location_that_is_erased_is_no_place_any_more(engine: Engine, settings: Settings) -> None:
    paper = factories.paper(name="Zaun")
    private = factories.location(description="Praxis GEHEIM", street_address=None, embedded=False)
    factories.save(engine, factories.source(), paper, private, factories.link(paper, "location", private))
    factories.save(engine, factories.change(paper))
    places.refresh(engine, QUIET)
    assert told(engine)
    answer = CliRunner().invoke(erase, [private.id, "--yes"], obj=settings)
    assert answer.exit_code == 0, answer.output
    with Session(engine) as session:
        assert session.scalars(select(Place.name)).all() == []


def test_numbers_of_houses_may_be_numbers_and_tags_may_be_anything(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    factories.save(engine, factories.source())
    point = {"type": "Point", "coordinates": [9.5, 51.5]}
    houses = [
        {"properties": {"addr:street": "Am Anger", "addr:housenumber": 7, "name": "Bäckerei"}, "geometry": point},
        {"properties": {"name": "Am Anger", "place": ["suburb"], "kind": {}}, "geometry": point},
    ]
    assert "1 streets, 1 houses" in load(settings, tmp_path, ("houses.geojson", json.dumps({"features": houses})))


def test_the_name_of_a_district_may_be_a_novel(engine: Engine) -> None:
    paper, novel = factories.paper(name="Zaun"), "".join(str(number) for number in range(2_000))
    there = factories.location(street_address="Amselweg 3", sub_locality=novel, embedded=False)
    factories.save(engine, factories.source(), paper, there, factories.link(paper, "location", there))
    factories.save(engine, factories.change(paper), factories.change(there))
    places.refresh(engine, QUIET)
    with Session(engine) as session:
        assert set(session.scalars(select(Place.district))) == {novel[:80]}
