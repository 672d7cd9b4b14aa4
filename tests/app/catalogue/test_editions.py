"""From one edition to the next: names and days stay, only what changed is another, and all of it is swapped at once."""

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.catalogue import Catalogue, current, reading
from app.catalogue.names import Names
from app.config import Settings
from app.db import now, writing
from app.exports import publish, published, publishing, redact
from app.models import Alias, Body, Paper, PublicObject, key_of
from app.policies import decide
from app.publication.refreshing import refresh
from tests import factories as make
from tests.app.catalogue.conftest import OTHER, Publish
from tests.app.catalogue.holding import file, manifest, written
from tests.app.catalogue.reading_rdf import DCAT, DCT, names, parsed
from tests.factories.records import BODY_ID

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def said(settings: Settings, name: str, key: str) -> str:
    """Return what an edition says of a dataset, in the words of CKAN."""
    found = current(settings.exports)
    assert found is not None
    package = found.package(name)
    assert package is not None
    extras: dict[str, str] = {one["key"]: one["value"] for one in package["extras"]}
    return extras[key]


def take_back(engine: Engine, paper: Paper) -> None:
    """Withdraw a paper, as the worker does."""
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == paper.id).values(deleted=True))
    make.save(engine, make.change(paper, "deleted"))


def test_only_what_changed_is_modified_and_says_what_went(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    gone = make.paper(name="Zu viel")
    make.save(engine, gone)
    publishing()
    before = {name: said(settings, f"musterstadt-{name}", "modified") for name in ("paper", "person")}
    assert said(settings, "musterstadt-paper", "version_notes").endswith("gelöscht: 0; gelöscht insgesamt: 0.")
    with writing(engine) as session:  # a day ago
        session.execute(update(PublicObject).values(modified=now() - timedelta(days=1)))
    publishing()
    yesterday = said(settings, "musterstadt-person", "modified")
    assert yesterday < before["person"]
    take_back(engine, gone)
    publishing()
    assert said(settings, "musterstadt-paper", "version_notes").endswith("gelöscht: 1; gelöscht insgesamt: 1.")
    assert said(settings, "musterstadt-paper", "modified") > yesterday
    assert said(settings, "musterstadt-person", "modified") == yesterday


def test_nothing_new_is_no_new_edition_and_a_new_setting_is(
    town: None, publishing: Publish, settings: Settings
) -> None:
    first = publishing()
    assert publishing().generation == first.generation
    object.__setattr__(settings, "contact", "daten@stadt.example")
    second = publishing()
    assert second.generation != first.generation
    assert second.files == first.files
    assert said(settings, "musterstadt-paper", "contact_email") == "daten@stadt.example"
    assert publishing().generation == second.generation


@ON_ONE
def test_a_council_keeps_its_name_whatever_its_short_name_becomes(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    publishing()
    issued = said(settings, "musterstadt-paper", "issued")
    # The server gets a second council: the first one's short name is another from now on.
    make.save(engine, make.body(id=f"{BODY_ID}0", name="Samtgemeinde"), make.change(f"{BODY_ID}0"))
    publishing()
    edition = current(settings.exports)
    assert edition is not None
    assert "musterstadt-stadt-musterstadt" in edition.slugs
    assert edition.council("musterstadt-stadt-musterstadt") == "musterstadt" == edition.council("musterstadt")
    assert "http://portal.example/dataset/musterstadt-paper" in names(parsed(edition.folder / "catalog-1.ttl", "ttl"))
    assert said(settings, "musterstadt-paper", "issued") == issued


@ON_ONE
def test_a_council_whose_server_moved_keeps_its_name(session: Session, engine: Engine) -> None:
    old, new = key_of(BODY_ID), key_of("https://new.example/body/1")
    known = Names({"musterstadt": old}, {})
    with writing(engine) as rows:
        rows.add(make.source())
        rows.flush()
        rows.add(Alias(key=old, old_id=BODY_ID, new_id="https://new.example/body/1", source_id=1, at=now()))
    assert known.give(session, {"neustadt": new}) == {"neustadt": "musterstadt"}
    assert known.councils == {"musterstadt": new}


@ON_ONE
def test_a_name_is_never_given_to_another_council(session: Session) -> None:
    known = Names({"musterstadt": "a"}, {})
    assert known.give(session, {"musterstadt": "b"}) == {"musterstadt": "musterstadt-b"}
    assert known.give(session, {"musterstadt": "b", "alt": "a"}) == {
        "musterstadt": "musterstadt-b",
        "alt": "musterstadt",
    }


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"councils": 3, "issued": {}}', b'{"councils": {"a": 1}}', b"\xff"]
)
def test_names_that_cannot_be_read_are_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "names.json").write_bytes(content)
    assert Names.read(tmp_path) == Names()
    assert Names.read(tmp_path / "missing") == Names()


@ON_ONE
@pytest.mark.parametrize("point", ["write", "finish", "put_in_place"])
def test_a_fault_at_any_point_leaves_the_edition_before(
    engine: Engine, town: None, publishing: Publish, settings: Settings, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    first = publishing()
    edition = current(settings.exports)
    make.save(engine, paper := make.paper(), make.change(paper))
    with monkeypatch.context() as broken:
        holder: object = Catalogue if point == "write" else publishing_module()
        broken.setattr(holder, point, _fails)
        with pytest.raises(OSError, match="full"):
            publishing()
    now_there = published(settings.exports)
    assert now_there is not None
    assert now_there.generation == first.generation
    assert current(settings.exports) == edition
    assert publishing().generation != first.generation


def _fails(*_: object, **__: object) -> None:
    raise OSError("the disk is full")


def publishing_module() -> object:
    """Return the module whose steps are broken."""
    return publishing


@ON_ONE
def test_an_edition_is_found_while_its_generation_is_kept(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    publishing()
    first = current(settings.exports)
    assert first is not None
    make.save(engine, paper := make.paper(), make.change(paper))
    publishing()
    second = current(settings.exports)
    assert second is not None
    assert second.name != first.name
    assert current(settings.exports, first.name) == first
    assert current(settings.exports, "made-up") is None
    for path in sorted(first.folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    first.folder.rmdir()
    assert current(settings.exports, first.name) is None
    assert current(settings.exports) == second


@ON_ONE
def test_a_generation_without_a_catalogue_has_none(engine: Engine, town: None, settings: Settings) -> None:
    assert current(settings.exports) is None
    publish(engine, settings.exports, base_url=settings.base_url)
    assert current(settings.exports) is None
    refresh(engine, settings.base_url)
    publish(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))
    assert current(settings.exports) is not None


@ON_ONE
def test_days_that_cannot_be_are_no_coverage(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    from datetime import date  # noqa: PLC0415

    make.save(
        engine, make.paper(date=date(201, 5, 1)), make.paper(date=date(9202, 1, 1)), make.paper(date=date(2019, 2, 3))
    )
    publishing()
    assert said(settings, "musterstadt-paper", "temporal_start") == "2019-02-03"
    assert said(settings, "musterstadt-paper", "temporal_end") == "2026-03-01"


@ON_ONE
def test_a_place_on_another_continent_moves_no_town(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    make.save(engine, make.location(longitude=0.0, latitude=0.0), make.location(longitude=51.3, latitude=7.4))
    publishing()
    box = orjson.loads(said(settings, "musterstadt-paper", "spatial"))["coordinates"][0]
    assert (min(box), max(box)) == ([7.4, 51.3], [7.5, 51.4])


@ON_ONE
def test_writing_before_reading_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing was read"):
        Catalogue(settings).write(tmp_path)


@ON_ONE
def test_a_catalogue_of_no_files_has_a_page_without_datasets(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = written(session, settings, manifest([]), tmp_path / "built")
    graph = parsed(folder / "catalog-1.ttl", "ttl")
    assert names(graph) == set()
    assert list(graph.subjects(DCT.modified)) == list(graph.subjects(None, DCAT.Catalog))
    assert orjson.loads((folder / "data.json").read_bytes())["dataset"] == []
    assert file("a", "Paper").body == "a"


@ON_ONE
def test_two_councils_of_one_name_have_datasets_of_their_own(
    engine: Engine, town: None, other_town: None, publishing: Publish, settings: Settings
) -> None:
    with writing(engine) as session:
        session.execute(update(Body).where(Body.id == OTHER).values(name="Stadt Musterstadt"))
    publishing()
    edition = current(settings.exports)
    assert edition is not None
    assert {"musterstadt", "nachbarstadt"} <= {one["name"] for one in edition.organizations}
    assert len({one["id"] for one in edition.packages}) == len(edition.packages)


def _texts_in(settings: Settings) -> set[str]:
    """Return the datasets of full text that are named anywhere in what is published now."""
    found = current(settings.exports)
    assert found is not None
    listed = {one["name"] for one in found.packages if "fulltext" in one["name"]}
    folder = found.folder
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "names.json":
            assert (b"fulltext" in path.read_bytes()) is (bool(listed) and b"fulltext" in path.read_bytes()), path
    return listed


@ON_ONE
def test_texts_are_named_only_while_a_decision_lets_them_go_out(
    engine: Engine, town: None, publishing: Publish, settings: Settings
) -> None:
    make.save(engine, make.read_file("GEHEIM", of=(paper := make.paper())), paper)
    publishing()
    assert _texts_in(settings) == set()
    _decide(engine, "open")
    publishing()
    assert _texts_in(settings) == {"musterstadt-fulltext"}
    _decide(engine, "page")
    redact(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))
    assert _texts_in(settings) == set()
    assert current(settings.exports).was("musterstadt-fulltext")  # type: ignore[union-attr]
    assert not list(settings.exports.rglob("fulltext*"))


def _decide(engine: Engine, level: str) -> None:
    with writing(engine) as session:
        decide(session, 1, [("File", "fulltext", level)], by="DSB", reason="Beschluss", at=now())


@ON_ONE
def test_a_catalogue_stays_as_long_as_somebody_may_read_its_pages(
    engine: Engine, town: None, publishing: Publish, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions = []
    for day in (4, 3, 2):
        monkeypatch.setattr(publishing_module(), "now", lambda day=day: now() - timedelta(days=day))
        make.save(engine, paper := make.paper(), make.change(paper, "created"))
        publishing()
        editions.append(current(settings.exports).name)  # type: ignore[union-attr]
    assert [current(settings.exports, one) is not None for one in editions] == [False, True, True]
    assert len([*settings.exports.rglob(".catalogue")]) == 2
    reading._kept.clear()
    assert current(settings.exports, "0" * 20) is None
    assert len(reading._kept) == 0  # whoever asks for what is not there fills no memory
