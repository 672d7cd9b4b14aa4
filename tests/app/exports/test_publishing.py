"""Generations of the data set: complete, true to their checksums, and in place at once or not at all."""

import csv
import gzip
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.exports import (
    DiskFullError,
    ExportRunningError,
    InvalidExport,
    Manifest,
    building,
    checking,
    finishing,
    path_of,
    published,
)
from app.exports.tables import TABLES
from app.models import Paper
from tests import factories as make
from tests.app.exports.desk import BASE, LICENCE, Desk, oid

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part


def council(desk: Desk) -> Paper:
    paper = make.paper(name="Straße & Größe")
    desk.begin(make.system(), paper, make.organization(), make.read_file(of=paper))
    return paper


def test_every_object_is_a_line_of_its_council_and_type_as_it_goes_out(desk: Desk) -> None:
    paper = council(desk)
    manifest = desk.publish()
    assert {file.path: file.rows for file in manifest.files if file.format == "ndjson" and file.body != "all"} == {
        f"musterstadt/{name}.ndjson.gz": 1 for name in ("Body", "Organization", "Paper", "File")
    }
    (line,) = desk.lines("musterstadt/Paper.ndjson.gz")
    assert (line["id"], line["name"], line["ratslupe:license"]) == (oid(paper), "Straße & Größe", LICENCE)
    assert desk.lines("all/Paper.ndjson.gz") == [line]
    assert [(one.body, one.rows, one.licenses) for one in manifest.councils] == [("musterstadt", 4, (LICENCE,))]


def test_the_licence_of_a_file_is_what_holds_whatever_is_written_in_it(desk: Desk) -> None:
    own, other = make.paper(license='Frei "für alle" \\ immer'), make.paper(license="CC BY 4.0")
    desk.begin(own, other)
    manifest = desk.publish()
    (papers,) = [one for one in manifest.files if one.path == "musterstadt/Paper.ndjson.gz"]
    assert papers.licenses == ("CC BY 4.0", own.license)


def test_more_than_is_read_at_once_all_comes_in_the_order_of_keys(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exports.holdings.AT_ONCE", 3)
    papers = [make.paper() for _ in range(25)]
    desk.begin(papers)
    desk.publish()
    ids = [line["id"] for line in desk.lines("musterstadt/Paper.ndjson.gz")]
    assert ids == sorted(map(oid, papers))


def test_the_checksums_are_those_sha256sum_finds_and_every_file_has_one(desk: Desk, folder: Path) -> None:
    council(desk)
    manifest = desk.publish()
    current = folder / "current"
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=current, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == len(desk.tree()) - 2  # but for the list itself and its signature
    for file in manifest.files:
        content = (current / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_manifest_reads_as_it_was_written(desk: Desk, folder: Path) -> None:
    council(desk)
    manifest = desk.publish()
    assert published(folder) == manifest
    whole = orjson.loads((folder / "current" / "manifest.json").read_bytes())
    assert (whole["schema_version"], whole["revision"], whole["since"]) == (2, 1, None)
    for file in whole["files"]:
        assert file["url"] == f"{BASE}/download/{manifest.generation}/{file['path']}"
        assert path_of(folder, file["url"].removeprefix(f"{BASE}/download/")) is not None


def test_the_same_table_gives_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    council(desk)
    make.save(desk.engine, [make.paper() for _ in range(50)], make.location(geojson=POINT))
    other = Desk(desk.engine, tmp_path / "other" / "exports")
    first, second = desk.publish(), other.publish()
    assert {file.format for file in first.files} == {"ndjson", "csv", "sqlite", "geojson", "parquet"}
    assert first.files == second.files


POINT = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.5, 51.4]}, "properties": {}}


def test_nothing_new_makes_no_generation(desk: Desk, folder: Path) -> None:
    council(desk)
    first, before = desk.publish(), desk.tree()
    assert desk.publish() == first
    assert desk.tree() == before
    assert [path.name for path in (folder / "generations").iterdir()] == [first.generation]
    assert not list(folder.glob("tmp-*"))


class TestLicence:
    """Nothing goes out for which nobody states one."""

    def test_a_council_without_one_stays_here_and_the_manifest_says_so(self, desk: Desk, folder: Path) -> None:
        make.save(desk.engine, make.body(license=None), make.paper(), make.person())
        manifest = desk.publish()
        assert manifest.files == ()
        (found,) = manifest.councils
        assert (found.body, found.rows, found.withheld, found.undecided) == ("musterstadt", 0, 3, True)
        whole = orjson.loads((folder / "current" / "manifest.json").read_bytes())
        assert whole["councils"][0]["reason"] == "no licence stated; the operator decides"

    def test_what_states_its_own_goes_out_of_such_a_council(self, desk: Desk) -> None:
        make.save(desk.engine, make.body(license=None), make.paper(license="own"), make.paper())
        (found,) = desk.publish().councils
        assert (found.rows, found.withheld, found.licenses) == (1, 2, ("own",))


def test_what_is_not_for_everybody_is_in_no_file(desk: Desk) -> None:
    person, held = make.person(), make.meeting()
    item = make.agenda_item(held, public=False, name="GEHEIM", resolution_text="GEHEIM")
    person.raw = person.raw | {"email": ["GEHEIM"], "gender": "GEHEIM", "life": "GEHEIM"}
    held.raw = held.raw | {"participant": ["GEHEIM"]}
    secret, file = make.read_file("GEHEIM 1", of=item, name="GEHEIM"), make.read_file("GEHEIM 2", of=held)
    file[0].raw = file[0].raw | {"text": "GEHEIM"}
    desk.begin(person, held, item, secret, file)
    desk.publish()
    assert b"GEHEIM" not in desk.everything()
    (line,) = desk.lines("musterstadt/AgendaItem.ndjson.gz")
    assert line["public"] is False


def test_each_council_of_a_server_has_its_own_folder(desk: Desk, folder: Path) -> None:
    hostile = "../../../etc/passwd/..\\Ämter"
    other, twin = (make.body(id=f"https://council.example/{number}", name=hostile, license=None) for number in (2, 3))
    desk.begin(other, twin, make.paper(), make.paper(body_id=other.id), make.paper(body_id=None))
    manifest = desk.publish()
    papers = {file.body for file in manifest.files if file.type == "Paper"}
    assert {"all", "musterstadt", "musterstadt-stadt-musterstadt", "musterstadt-etc-passwd-aemter"} == papers
    assert sorted(path.name for path in folder.parent.iterdir()) == ["exports", "signing_key"]
    inside = (folder / "current").resolve()
    assert all(len(path.relative_to(inside).parts) <= 2 for path in inside.rglob("*"))


@ON_SQLITE
@pytest.mark.parametrize("slug", ["../up", "/abs", "..", "a/b", "all", "schema", "deltas", "latest"])
def test_a_hostile_short_name_stays_inside_and_takes_nobodys_place(desk: Desk, folder: Path, slug: str) -> None:
    desk.begin(make.source(slug=slug, license=LICENCE), make.paper())
    manifest = desk.publish()
    assert all(path_of(folder, file.path) for file in manifest.files)
    assert len({file.path for file in manifest.files}) == len(manifest.files)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["exports", "signing_key"]


OUTSIDE = [
    *("", ".", "..", "../.lock", "/etc/passwd", "musterstadt", "musterstadt/../manifest.json", "generations"),
    *("musterstadt//Paper.ndjson.gz", "musterstadt/Paper.ndjson.gz\x00", "..\\x", "current/manifest.json"),
    *("../signing_key", "deltas", "deltas/..", "deltas/x", ".lock", "names", "2026-13-99/manifest.json"),
]


@ON_SQLITE
def test_no_name_leads_out_of_what_is_published(desk: Desk, folder: Path) -> None:
    council(desk)
    desk.publish()
    assert [name for name in OUTSIDE if path_of(folder, name)] == []


def test_before_the_first_there_is_nothing(folder: Path) -> None:
    assert published(folder) is None
    assert path_of(folder, "manifest.json") is None


@ON_SQLITE
def test_a_file_that_reads_otherwise_publishes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = council(desk)
    first = desk.publish()
    desk.alter(paper, name="Neu")
    for name in ("ndjson", "csv", "sqlite", "parquet"):
        with monkeypatch.context() as patch:
            patch.setitem(checking._COUNT, name, lambda _path: 99)
            with pytest.raises(InvalidExport, match="99 rows of"):
                desk.publish()
        assert published(desk.folder) == first
        assert not list(desk.folder.glob("tmp-*"))


@ON_SQLITE
def test_a_full_disk_leaves_the_last_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = council(desk)
    first = desk.publish()
    desk.alter(paper, name="Neu")
    usage = shutil.disk_usage(desk.folder)
    with monkeypatch.context() as patch:
        patch.setattr("app.exports.keeping.shutil.disk_usage", lambda _path: usage._replace(free=2 * first.size - 1))
        with pytest.raises(DiskFullError):
            desk.publish()
    assert published(desk.folder) == first

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(building, "join", full)
        with pytest.raises(OSError, match="No space"):
            desk.publish()
    assert published(desk.folder) == first
    assert not list(desk.folder.glob("tmp-*"))
    assert desk.publish().generation != first.generation


def crossings(patch: pytest.MonkeyPatch, strike: int) -> Callable[[], int]:
    """Die at the `strike`-th step that reaches the disk; tells how many steps there were."""
    steps = 0

    def around(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == strike:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        patch.setattr(owner, name, step)

    for name in ("mkdir", "rename", "symlink_to", "replace", "write_bytes", "write_text", "touch"):
        around(Path, name)
    around(building, "sha256")
    around(finishing, "sync")
    return lambda: steps


@ON_SQLITE
def test_a_kill_at_any_step_leaves_the_old_generation_or_the_new_one(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.exports.parquet.is_possible", lambda: False)
    paper = council(desk)
    desk.publish()
    strike = 0
    while True:
        strike += 2 if strike < 12 else 13
        old = desk.tree()
        desk.alter(paper, name=str(strike))
        with monkeypatch.context() as patch:
            taken = crossings(patch, strike)
            try:
                desk.publish()
            except KeyboardInterrupt:
                pass
            else:
                break
        seen, manifest = desk.tree(), published(folder)
        assert manifest is not None
        assert {f.path: f.sha256 for f in manifest.files} == {
            name: hashlib.sha256(content).hexdigest() for name, content in seen.items() if name.endswith(".gz")
        }
        if seen != old:
            assert desk.lines("musterstadt/Paper.ndjson.gz")[0]["name"] == str(strike)
    assert taken() > 20
    assert not list(folder.glob("tmp-*"))


def test_what_a_kill_left_is_swept_by_the_next(desk: Desk, folder: Path) -> None:
    council(desk)
    (folder / "tmp-dead" / "musterstadt").mkdir(parents=True)
    (folder / "tmp-dead" / "musterstadt" / "Paper.ndjson.gz").write_bytes(b"half")
    (folder / "tmp-link").symlink_to("generations/never")
    desk.publish()
    assert not list(folder.glob("tmp-*"))


def test_two_at_once_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    council(desk)
    told: list[tuple[int, int]] = []

    def second(done: int, total: int) -> None:
        with pytest.raises(ExportRunningError):
            desk.publish()
        told.append((done, total))

    desk.publish(progress=second)
    assert told == [(4, 4)]


def test_a_damaged_manifest_is_no_manifest_and_the_next_export_replaces_it(desk: Desk, folder: Path) -> None:
    council(desk)
    desk.publish()
    for damage in (b"", b"[]", b"{}", b'{"schema_version": 99}', b"\xff"):
        (folder / "current" / "manifest.json").write_bytes(damage)
        assert published(folder) is None
    assert desk.publish() == published(folder)


def test_a_generation_of_an_earlier_form_goes(desk: Desk, folder: Path) -> None:
    council(desk)
    old = folder / "generations" / "20260101T000000000000Z-01234567"
    old.mkdir(parents=True)
    (old / "manifest.json").write_bytes(b'{"schema_version": 1}')
    (folder / "current").symlink_to(f"generations/{old.name}")
    assert desk.publish() == published(folder)
    desk.publish()
    assert not old.exists()


def test_every_type_is_exported_and_described(desk: Desk, folder: Path) -> None:
    names = ("legislative_term", "organization", "person", "membership", "meeting", "agenda_item", "paper")
    made = [getattr(make, name)() for name in (*names, "consultation", "file", "location")]
    desk.begin(made)
    manifest = desk.publish()
    assert [file.type for file in manifest.files if file.format == "ndjson" and file.body == "all"] == list(TABLES)
    with (folder / "current" / "fields.csv").open(encoding="utf-8", newline="") as file:
        told = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    for one in manifest.files:
        if one.format == "csv":
            head = gzip.decompress((folder / "current" / one.path).read_bytes()).decode().partition("\r\n")[0]
            name = one.path.rpartition("/")[2].removesuffix(".csv.gz")
            if "_" in name:
                assert (name, name.partition("_")[2]) in told
            else:
                assert {(name, column) for column in head.split(",")} <= told
    assert published(folder) == manifest
    assert Manifest.from_json(manifest.to_json()) == manifest
