"""Generations of the data set: complete, true to their checksums, and in place at once or not at all."""

import gzip
import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.db import writing
from app.exports import ExportRunningError, Manifest, path_of, publish, published, publishing
from app.models import OPARL_TYPES, Paper
from tests import factories as make

BASE = "http://portal.example"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
LICENCE = "https://www.govdata.de/dl-de/by-2-0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exports"


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    path = path_of(folder, name)
    assert path is not None, name
    return [orjson.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def council(engine: Engine) -> Paper:
    paper = make.paper(name="Straße & Größe")
    make.save(engine, make.body(), make.system(license=LICENCE), paper, make.organization(), make.read_file(of=paper))
    return paper


def test_more_records_than_are_held_at_once_all_come(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.exports.records.AT_ONCE", 2)
    papers = [make.paper(name=f"Vorlage {number}") for number in range(7)]
    make.save(engine, make.body(license=LICENCE), *papers)
    publish(engine, folder, base_url=BASE)
    assert {line["id"] for line in lines(folder, "musterstadt/Paper.ndjson.gz")} == {paper.id for paper in papers}


def tree(folder: Path) -> dict[str, bytes]:
    current = (folder / "current").resolve()
    return {p.relative_to(current).as_posix(): p.read_bytes() for p in current.rglob("*") if p.is_file()}


def test_every_record_is_a_line_of_its_council_and_type(engine: Engine, folder: Path) -> None:
    paper = council(engine)
    manifest = publish(engine, folder, base_url=BASE)
    assert {file.path: file.rows for file in manifest.files} == {
        "musterstadt/System.ndjson.gz": 1,
        "musterstadt/Body.ndjson.gz": 1,
        "musterstadt/Organization.ndjson.gz": 1,
        "musterstadt/Paper.ndjson.gz": 1,
        "musterstadt/File.ndjson.gz": 1,
    }
    (line,) = lines(folder, "musterstadt/Paper.ndjson.gz")
    assert line == {
        **paper.raw,
        "ratslupe:body": "musterstadt",
        "ratslupe:changed": "2026-01-15T06:12:00+00:00",
        "ratslupe:license": LICENCE,
        "ratslupe:source": "https://council.example/oparl/system",
    }
    assert list(line) == sorted(line)


def test_lines_equal_rows_and_are_sorted_by_id(engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.exports.records.AT_ONCE", 10)
    papers = [make.paper() for _ in range(25)]
    odd = make.paper(id="https://council.example/oparl/Paper/Ä")
    make.save(engine, make.body(), papers, odd, [make.file() for _ in range(25)])
    publish(engine, folder, base_url=BASE)
    assert len(lines(folder, "musterstadt/File.ndjson.gz")) == 25
    ids = [line["id"] for line in lines(folder, "musterstadt/Paper.ndjson.gz")]
    assert ids == sorted((paper.id for paper in [*papers, odd]), key=str.encode)


def test_the_checksums_are_those_sha256sum_finds(engine: Engine, folder: Path) -> None:
    council(engine)
    manifest = publish(engine, folder, base_url=BASE)
    current = folder / "current"
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=current, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == len(manifest.files) + 2
    for file in manifest.files:
        content = (current / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_manifest_reads_as_it_was_written(engine: Engine, folder: Path) -> None:
    paper = council(engine)
    make.save(engine, make.change(paper, seq=41))
    manifest = publish(engine, folder, base_url=BASE)
    assert manifest.seq == 41
    assert published(folder) == manifest
    whole = orjson.loads((folder / "current" / "manifest.json").read_bytes())
    assert whole["schema_version"] == 1
    paper_file = next(file for file in whole["files"] if file["type"] == "Paper")
    assert paper_file["url"] == f"{BASE}/download/{manifest.generation}/musterstadt/Paper.ndjson.gz"
    assert path_of(folder, paper_file["url"].removeprefix(f"{BASE}/download/")) is not None


def test_the_same_records_give_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    council(engine)
    first, second = publish(engine, tmp_path / "a", base_url=BASE), publish(engine, tmp_path / "b", base_url=BASE)
    assert [file.sha256 for file in first.files] == [file.sha256 for file in second.files]


def test_nothing_new_makes_no_generation(engine: Engine, folder: Path) -> None:
    council(engine)
    first = publish(engine, folder, base_url=BASE)
    before = tree(folder)
    assert publish(engine, folder, base_url=BASE) == first
    assert tree(folder) == before
    assert sorted(p.name for p in folder.iterdir()) == [".lock", "current", "generations"]
    assert len(list((folder / "generations").iterdir())) == 1


def test_a_reader_of_an_old_manifest_finds_all_its_files(engine: Engine, folder: Path) -> None:
    paper = council(engine)
    made: list[Manifest] = []
    for number in range(5):
        with writing(engine) as session:
            session.execute(update(Paper).where(Paper.id == paper.id).values(raw=paper.raw | {"name": str(number)}))
        made.append(publish(engine, folder, base_url=BASE))
    kept = [m.generation for m in made if path_of(folder, f"{m.generation}/musterstadt/Paper.ndjson.gz")]
    assert kept == [m.generation for m in made[-3:]]
    for manifest in made[-3:]:
        for file in manifest.files:
            found = path_of(folder, f"{manifest.generation}/{file.path}")
            assert found is not None
            assert hashlib.sha256(found.read_bytes()).hexdigest() == file.sha256
    assert published(folder) == made[-1]


class TestLicence:
    """Nothing goes out for which nobody states a licence."""

    def test_a_council_without_one_stays_here_and_the_manifest_says_so(self, engine: Engine, folder: Path) -> None:
        make.save(engine, make.body(license=None), make.paper(), make.person())
        manifest = publish(engine, folder, base_url=BASE)
        assert manifest.files == ()
        (found,) = manifest.councils
        assert (found.body, found.rows, found.withheld, found.undecided) == ("musterstadt", 0, 3, True)
        whole = orjson.loads((folder / "current" / "manifest.json").read_bytes())
        assert whole["councils"][0]["reason"] == "no licence stated; the operator decides"

    @ON_SQLITE
    @pytest.mark.parametrize("words", ["", "  ", "k.A.", "unbekannt"])
    def test_words_that_say_nothing_are_no_licence(self, engine: Engine, folder: Path, words: str) -> None:
        make.save(engine, make.body(license=words), make.paper())
        assert publish(engine, folder, base_url=BASE).files == ()

    def test_the_operator_may_decide_where_the_source_is_silent(self, engine: Engine, folder: Path) -> None:
        make.save(engine, make.source(license="https://operator.example/terms"), make.body(license=None), make.paper())
        manifest = publish(engine, folder, base_url=BASE)
        assert manifest.councils[0].licenses == ("https://operator.example/terms",)
        assert not manifest.councils[0].undecided

    def test_the_nearest_one_holds(self, engine: Engine, folder: Path) -> None:
        own, file = make.paper(license="own"), make.file(license="object", file_license="file")
        make.save(
            engine,
            *(make.source(license="operator"), make.system(license="system"), make.body(license="body")),
            *(own, make.paper(), file, make.file(license="object")),
        )
        publish(engine, folder, base_url=BASE)
        papers = {line["id"]: line["ratslupe:license"] for line in lines(folder, "musterstadt/Paper.ndjson.gz")}
        assert sorted(papers.values()) == ["body", "own"]
        assert papers[own.id] == "own"
        files = [line["ratslupe:license"] for line in lines(folder, "musterstadt/File.ndjson.gz")]
        assert sorted(files) == ["file", "object"]

    def test_the_servers_holds_where_its_council_states_none(self, engine: Engine, folder: Path) -> None:
        make.save(
            engine,
            make.source(license="operator"),
            make.system(license="system"),
            make.body(license=None),
            make.paper(),
        )
        publish(engine, folder, base_url=BASE)
        assert lines(folder, "musterstadt/Paper.ndjson.gz")[0]["ratslupe:license"] == "system"


class TestFieldPolicy:
    """What is not for everybody is in no file."""

    def test_of_a_private_agenda_item_only_its_place_is_told(self, engine: Engine, folder: Path) -> None:
        held = make.meeting()
        item = make.agenda_item(held, public=False, name="Grundstück Müller", resolution_text="verkauft", order=3)
        secret = make.read_file(of=item, name="Kaufvertrag Müller")
        make.save(engine, make.body(), held, item, secret)
        publish(engine, folder, base_url=BASE)
        (line,) = lines(folder, "musterstadt/AgendaItem.ndjson.gz")
        assert {name for name in line if ":" not in name} == {"id", "type", "meeting", "number", "order", "public"}
        assert not any(
            "Müller".encode() in gzip.decompress(content)
            for name, content in tree(folder).items()
            if name.endswith("gz")
        )

    def test_contact_data_attendance_and_full_text_stay_here(self, engine: Engine, folder: Path) -> None:
        person, held, file = make.person(), make.meeting(), make.file()
        person.raw = person.raw | {
            "email": ["secret"],
            "phone": ["secret"],
            "location": "secret",
            "gender": "secret",
            "life": "secret",
        }
        held.raw = held.raw | {"participant": ["secret"]}
        file.raw = file.raw | {"text": "secret"}
        make.save(engine, make.body(), person, held, file)
        publish(engine, folder, base_url=BASE)
        for name in ("Person", "Meeting", "File"):
            assert "secret" not in str(lines(folder, f"musterstadt/{name}.ndjson.gz"))

    def test_of_a_withdrawn_record_only_that_is_told(self, engine: Engine, folder: Path) -> None:
        gone = make.paper(deleted=True)
        file = make.file(embedded=True, deleted=True)
        gone.raw = gone.raw | {"modified": "2026-02-01T00:00:00+01:00"}
        make.save(engine, make.body(), gone, make.read_file(of=gone, embedded=True), file)
        publish(engine, folder, base_url=BASE)
        (line,) = lines(folder, "musterstadt/Paper.ndjson.gz")
        assert {name: value for name, value in line.items() if ":" not in name} == {
            "id": gone.id,
            "type": gone.raw["type"],
            "deleted": True,
            "modified": "2026-02-01T00:00:00+01:00",
        }
        assert [line["id"] for line in lines(folder, "musterstadt/File.ndjson.gz")] == [file.id]


def test_each_council_of_a_server_has_its_own_folder(engine: Engine, folder: Path) -> None:
    hostile = "../../../etc/passwd/..\\Ämter"
    other, twin = (
        make.body(id="https://council.example/2", name=hostile),
        make.body(id="https://council.example/3", name=hostile),
    )
    make.save(
        engine,
        *(make.body(), other, twin, make.system()),
        *(make.paper(), make.paper(body_id=other.id), make.paper(body_id=twin.id), make.paper(body_id=None)),
    )
    manifest = publish(engine, folder, base_url=BASE)
    papers = {file.body for file in manifest.files if file.type == "Paper"}
    assert {"musterstadt-stadt-musterstadt", "musterstadt-etc-passwd-aemter"} < papers
    assert len(papers) == 3  # and none for the paper of which nobody states a licence
    assert {council.body: council.withheld for council in manifest.councils}["musterstadt"] == 2  # and the server's own
    assert sorted(p.name for p in folder.parent.iterdir() if p.name != "home") == ["exports"]
    inside = (folder / "current").resolve()
    assert all(len(p.relative_to(inside).parts) <= 2 for p in inside.rglob("*"))
    assert sum(file.rows for file in manifest.files) == 6


@ON_SQLITE
@pytest.mark.parametrize("slug", ["../up", "/abs", "..", "a/b"])
def test_a_hostile_short_name_stays_inside(engine: Engine, folder: Path, slug: str) -> None:
    make.save(engine, make.source(slug=slug), make.body(), make.paper())
    manifest = publish(engine, folder, base_url=BASE)
    assert all(path_of(folder, file.path) for file in manifest.files)
    assert sorted(p.name for p in folder.parent.iterdir() if p.name != "home") == ["exports"]


OUTSIDE = [
    *("", ".", "..", "../.lock", "/etc/passwd", "musterstadt", "musterstadt/../manifest.json", "generations"),
    *("musterstadt//Paper.ndjson.gz", "musterstadt/Paper.ndjson.gz\x00", "..\\x", "current/manifest.json"),
    "../../home/ratslupe.db",
]


@ON_SQLITE
def test_no_name_leads_out_of_what_is_published(engine: Engine, folder: Path) -> None:
    council(engine)
    publish(engine, folder, base_url=BASE)
    assert [name for name in OUTSIDE if path_of(folder, name)] == []


def test_before_the_first_there_is_nothing(folder: Path) -> None:
    assert published(folder) is None
    assert path_of(folder, "manifest.json") is None


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

    for owner, names in (
        (Path, ("mkdir", "rename", "symlink_to", "replace", "write_bytes", "write_text")),
        (publishing, ("_sync", "_sha256")),
    ):
        for name in names:
            around(owner, name)
    return lambda: steps


@ON_SQLITE
def test_a_kill_at_any_step_leaves_the_old_generation_or_the_new_one(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = council(engine)
    publish(engine, folder, base_url=BASE)
    strike = 0
    while True:
        strike += 1
        old = tree(folder)
        with writing(engine) as session:
            session.execute(update(Paper).where(Paper.id == paper.id).values(raw=paper.raw | {"name": str(strike)}))
        with monkeypatch.context() as patch:
            taken = crossings(patch, strike)
            try:
                publish(engine, folder, base_url=BASE)
            except KeyboardInterrupt:
                pass
            else:
                break
        seen = tree(folder)
        manifest = published(folder)
        assert manifest is not None
        assert {f.path: f.sha256 for f in manifest.files} == {
            name: hashlib.sha256(content).hexdigest() for name, content in seen.items() if name.endswith(".gz")
        }
        if seen != old:
            assert lines(folder, "musterstadt/Paper.ndjson.gz")[0]["name"] == str(strike)
    assert taken() > 20
    assert not list(folder.glob("tmp-*"))


def test_what_a_kill_left_is_swept_by_the_next(engine: Engine, folder: Path) -> None:
    council(engine)
    (folder / "tmp-dead" / "musterstadt").mkdir(parents=True)
    (folder / "tmp-dead" / "musterstadt" / "Paper.ndjson.gz").write_bytes(b"half")
    (folder / "tmp-link").symlink_to("generations/never")
    publish(engine, folder, base_url=BASE)
    assert not list(folder.glob("tmp-*"))


def test_two_at_once_are_refused(engine: Engine, folder: Path) -> None:
    council(engine)

    def second(done: int, total: int) -> None:
        with pytest.raises(ExportRunningError):
            publish(engine, folder, base_url=BASE)
        told.append((done, total))

    told: list[tuple[int, int]] = []
    publish(engine, folder, base_url=BASE, progress=second)
    assert told == [(5, 5)]


def test_a_damaged_manifest_is_no_manifest_and_the_next_export_replaces_it(engine: Engine, folder: Path) -> None:
    council(engine)
    publish(engine, folder, base_url=BASE)
    for damage in (b"", b"[]", b"{}", b'{"schema_version": 99}', b"\xff"):
        (folder / "current" / "manifest.json").write_bytes(damage)
        assert published(folder) is None
    assert publish(engine, folder, base_url=BASE) == published(folder)


def test_every_type_is_exported(engine: Engine, folder: Path) -> None:
    made = [
        getattr(make, name)()
        for name in (
            "system",
            "body",
            "legislative_term",
            "organization",
            "person",
            "membership",
            "meeting",
            "agenda_item",
            "paper",
            "consultation",
            "file",
            "location",
        )
    ]
    make.save(engine, make.source(license=LICENCE), made)
    manifest = publish(engine, folder, base_url=BASE)
    assert [file.type for file in manifest.files] == list(OPARL_TYPES)
    with Session(engine) as session:
        assert sum(file.rows for file in manifest.files) == sum(
            session.query(model).count() for model in OPARL_TYPES.values()
        )
