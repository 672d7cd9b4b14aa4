"""`ratslupe streets`: lists of every kind that towns and OpenStreetMap give away; what is none is refused in a line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.models import Blob, Street
from oparl_sync import facts
from oparl_sync.progress import Progress
from oparl_sync.streets_cli import streets
from tests import factories

FEATURES = {"type": "FeatureCollection", "features": [{"properties": {"name": "Espenkamp"}}, {"properties": None}, {}]}
ELEMENTS = {"elements": [{"tags": {"highway": "residential", "name": "Espenkamp"}}, {"tags": {"highway": "path"}}, {}]}
KINDS = {
    "list.txt": "Espenkamp\n\nEspenkamp\n  \nx\n123\n" + "A" * 500,
    "list.csv": "id;Name;Ort\n1;Espenkamp;Lohenbrück\n2;;\n",
    "tabs.tsv": "strasse\tplz\nEspenkamp\t59999\n",
    "list.geojson": json.dumps(FEATURES),
    "osm.json": json.dumps(ELEMENTS),
    "names.json": json.dumps(["Espenkamp", None, 7]),
    "bom.txt": "\ufeffEspenkamp\r\n",
}


def called(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(streets, words, obj=settings)


def known(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(row.key, row.name) for row in session.scalars(select(Street).order_by(Street.key))]


@pytest.mark.parametrize("name", KINDS)
def test_it_takes_lists_of_every_kind(engine: Engine, settings: Settings, tmp_path: Path, name: str) -> None:
    factories.save(engine, factories.source())
    (tmp_path / name).write_text(KINDS[name])
    assert called(settings, "musterstadt", str(tmp_path / name)).exit_code == 0
    assert known(engine) == [("espenkamp", "Espenkamp")]


def test_a_list_takes_the_place_of_the_one_before(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    factories.save(engine, factories.source(), factories.read_file("Haus Espenkamp 3"))
    facts.waiting(engine, Progress(quiet=True))
    (tmp_path / "a.txt").write_text("Auf dem Hügel\nHauptstr.")
    (tmp_path / "b.txt").write_text("Espenkamp")
    assert called(settings, "musterstadt", str(tmp_path / "a.txt")).exit_code == 0
    assert known(engine) == [("aufdemhügel", "Auf dem Hügel"), ("hauptstrasse", "Hauptstraße")]
    assert called(settings, "musterstadt", str(tmp_path / "b.txt")).exit_code == 0
    assert known(engine) == [("espenkamp", "Espenkamp")]
    with Session(engine) as session:
        assert session.scalars(select(Blob.facts_version)).all() == [None]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("none.csv", b"id;ort\n1;Lohe\n"),
        ("broken.json", b"{"),
        ("other.json", b'{"a": 1}'),
        ("number.json", b"7"),
        ("bytes.txt", b"\xff\xfe\x00"),
        ("deep.json", b"[" * 100_000),
    ],
)
def test_what_is_no_list_is_refused(
    engine: Engine, settings: Settings, tmp_path: Path, name: str, content: bytes
) -> None:
    factories.save(engine, factories.source())
    (tmp_path / name).write_bytes(content)
    answer = called(settings, "musterstadt", str(tmp_path / name))
    assert answer.exit_code == 2, answer.output
    assert known(engine) == []


def test_a_source_that_is_not_here_is_refused(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Espenkamp")
    assert called(settings, "nowhere", str(tmp_path / "a.txt")).exit_code == 2
    assert known(engine) == []
