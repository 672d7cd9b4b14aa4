"""Every published file is opened by what readers open it with, and has the rows that the manifest says."""

import csv
import gzip
import io
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.config import ROOT
from app.exports import Manifest
from app.exports.signing import SigningKey
from app.exports.tables import TABLES
from tests import factories as make
from tests.app.exports.desk import Desk
from tests.conftest import missing

ODD = "Straße \"Größe\";\n=cmd|' /C calc'!A0, \t\\N\u2028\U0001f600"


@pytest.fixture
def manifest(desk: Desk) -> Manifest:
    """Publish a council with a record of each type, and of one some with odd names."""
    paper, held = make.paper(name=ODD, keyword=["a", "b,c", ODD]), make.meeting(cancelled=True)
    place = make.location(geojson={"type": "Point", "coordinates": [7.5, 51.4]}, description=ODD)
    file = make.read_file("Seite 1", "Seite 2", of=paper, size=5)
    names = ("legislative_term", "organization", "person", "membership", "consultation")
    item = make.agenda_item(held, result=ODD)
    desk.begin([getattr(make, name)() for name in names], paper, held, item, place, file, [make.paper() for _ in "ab"])
    make.save(desk.engine, make.link(paper, "location", place))
    return desk.publish(allows_text=lambda _session, _key: True)


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rows(manifest: Manifest, form: str) -> dict[str, int]:
    found = {file.path: file.rows for file in manifest.files if file.format == form}
    assert found
    return found


def test_csv_and_pandas(manifest: Manifest, folder: Path) -> None:
    pandas = pytest.importorskip("pandas")
    current = folder / "current"
    for path, count in rows(manifest, "csv").items():
        text = gzip.decompress((current / path).read_bytes()).decode()
        assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == count, path
        assert len(pandas.read_csv(current / path)) == count, path
    papers = pandas.read_csv(current / "musterstadt" / "Paper.csv.gz", keep_default_na=False)
    assert ODD in list(papers["name"])
    lines = pandas.read_json(current / "all" / "Paper.ndjson.gz", lines=True)
    assert len(lines) == 3


def test_sqlite(manifest: Manifest, folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "council.sqlite"
    plain.write_bytes(gzip.decompress((folder / "current" / "musterstadt.sqlite.gz").read_bytes()))
    with sqlite3.connect(plain) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        counts = {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in TABLES}
        assert sum(counts.values()) == rows(manifest, "sqlite")["musterstadt.sqlite.gz"]
        ((keywords,),) = db.execute(
            "SELECT group_concat(value, '|') FROM Paper JOIN Paper_keyword USING (id) WHERE name = ?", [ODD]
        ).fetchall()
        assert keywords == f"a|b,c|{ODD}"
        (whole,) = db.execute("SELECT json FROM Paper WHERE name = ?", [ODD]).fetchone()
        assert orjson.loads(whole)["name"] == ODD
        assert db.execute("SELECT cancelled FROM Meeting").fetchall() == [(1,)]
    db.close()


def test_duckdb(manifest: Manifest, folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    current = folder / "current"
    db = duckdb.connect()
    for form, reader in (("parquet", "read_parquet"), ("csv", "read_csv"), ("ndjson", "read_json")):
        for path, count in rows(manifest, form).items():
            said = ", header = true, all_varchar = true, quote = '\"', escape = '\"', strict_mode = true"
            more = said if form == "csv" else ", format = 'newline_delimited'" if form == "ndjson" else ""
            found = db.execute(f"SELECT count(*) FROM {reader}('{current / path}'{more})").fetchone()
            assert found == (count,), path
    types = db.execute(f"DESCRIBE SELECT * FROM '{current}/all/Paper.parquet'").fetchall()
    told = {name: type_ for name, type_, *_ in types}
    assert (told["date"], told["keyword"]) == ("DATE", "VARCHAR[]")
    assert told["modified"] == "TIMESTAMP WITH TIME ZONE"
    ((keyword,),) = db.execute(f"SELECT keyword FROM '{current}/all/Paper.parquet' WHERE name = ?", [ODD]).fetchall()
    assert keyword == ["a", "b,c", ODD]
    db.close()


@pytest.mark.filterwarnings("ignore")
def test_frictionless(manifest: Manifest, folder: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    package = folder.resolve() / "current" / "musterstadt" / "datapackage.json"
    report = frictionless.validate(str(package))
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == len(rows(manifest, "csv"))


def test_geojson_and_full_text(manifest: Manifest, folder: Path) -> None:
    current = folder / "current"
    whole = orjson.loads(gzip.decompress((current / "musterstadt" / "places.geojson.gz").read_bytes()))
    assert (whole["type"], len(whole["features"])) == ("FeatureCollection", 1)
    assert whole["features"][0]["geometry"] == {"type": "Point", "coordinates": [7.5, 51.4]}
    pages = gzip.decompress((current / "musterstadt" / "fulltext.ndjson.gz").read_bytes()).splitlines()
    assert [orjson.loads(page)["text"] for page in pages] == ["Seite 1", "Seite 2"]


@pytest.mark.filterwarnings("ignore")
def test_every_line_is_as_its_schema_says(manifest: Manifest, folder: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    current = folder / "current"
    for name in TABLES:
        schema = orjson.loads((current / "schema" / f"{name}.schema.json").read_bytes())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for line in gzip.decompress((current / "all" / f"{name}.ndjson.gz").read_bytes()).splitlines():
            assert [error.message for error in validator.iter_errors(orjson.loads(line))] == []


def test_ssh_keygen_verifies_the_checksums_and_nothing_else(manifest: Manifest, folder: Path, tmp_path: Path) -> None:
    current, key = folder / "current", SigningKey.kept_in(folder.parent)
    (tmp_path / "allowed_signers").write_text(key.allowed_signers)

    def verify(content: bytes) -> str:
        told = ["-f", str(tmp_path / "allowed_signers"), "-I", "ratslupe", "-n", "file"]
        signature = str(current / "SHA256SUMS.sig")
        try:
            command = ["ssh-keygen", "-Y", "verify", *told, "-s", signature]
            done = subprocess.run(command, input=content, capture_output=True, check=False)
        except FileNotFoundError:
            missing("ssh-keygen")
        return done.stdout.decode() + done.stderr.decode() if done.returncode == 0 else ""

    sums = (current / "SHA256SUMS").read_bytes()
    assert key.fingerprint in verify(sums)
    assert verify(sums + b"\n") == ""
    assert ((folder.parent / "signing_key").stat().st_mode & 0o777) == 0o600
    assert key.allowed_signers.strip() in (current / "README.md").read_text()
    assert SigningKey.kept_in(folder.parent).public == key.public


@pytest.mark.filterwarnings("ignore")
def test_the_examples_of_the_page_run(manifest: Manifest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pandas")
    text = (ROOT / "docs" / "downloads.md").read_text(encoding="utf-8")
    examples = dict(re.findall(r"```(python|sql)\n(.*?)```", text, re.DOTALL))
    monkeypatch.chdir(folder / "current")
    said: dict[str, Any] = {}
    exec(examples["python"], said)
    assert len(said["papers"]) == 3
    with duckdb.connect() as db:
        assert sum(count for _, count in db.execute(examples["sql"]).fetchall()) == 3
