"""What a council hands over: the same path as what is read from a server, whatever the file is like."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, open_engine, writing
from app.models import Body, Change, File, ListCursor, Meeting, Paper, Problem, Source, SyncRun
from oparl_sync import bundles, doors, sources
from oparl_sync.bundles import NoBundle, opened
from tests.oparl_sync.council import thing, url
from tests.oparl_sync.test_enduring import refuse

Import = Callable[..., Result]
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BODY = thing("Body", name="Stadt Musterhausen", license="https://www.govdata.de/dl-de/zero-2-0")


@pytest.fixture
def take(settings: Settings, tmp_path: Path) -> Import:
    """Give the command: from bytes, or from lines."""

    def invoke(content: bytes | list[Any], *words: str, name: str = "council.ndjson") -> Result:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else lines(content))
        return CliRunner().invoke(doors.import_, [str(path), *words, "--json"], obj=settings)

    return invoke


def lines(entries: list[Any]) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def zipped(files: dict[str, Any], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return buffer.getvalue()


def council(papers: int = 3) -> list[dict[str, Any]]:
    return [
        BODY,
        thing("Meeting", name="Rat", agendaItem=[thing("AgendaItem")]),
        *(thing("Paper", n) for n in range(papers)),
    ]


def counts(done: Result) -> dict[str, int]:
    assert done.stdout, done.stderr
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return {name: found[name] for name in ("created", "updated", "deleted", "quarantined")}


def zeros(**more: int) -> dict[str, int]:
    return {"created": 0, "updated": 0, "deleted": 0, "quarantined": 0} | more


def ask(settings: Settings, query: Any) -> list[Any]:
    engine = open_engine(settings.database_url)
    with Session(engine) as session:
        found = list(session.scalars(query).all())
    engine.dispose()
    return found


def test_a_file_becomes_a_source_and_the_same_file_again_changes_nothing(take: Import, settings: Settings) -> None:
    done = take(council())
    assert done.exit_code == 0, done.output
    assert counts(done) == zeros(created=6)
    again = take(council())
    assert (again.exit_code, counts(again)) == (0, zeros())
    changed = take([*council(), thing("Paper", 1, name="neu"), thing("Paper", 9)])
    assert counts(changed) == zeros(created=1, updated=1)
    (source,) = ask(settings, select(Source))
    assert (source.slug, source.url, source.state) == ("musterhausen", "import:musterhausen", "complete")
    assert {one.body_id for one in ask(settings, select(Meeting))} == {BODY["id"]}
    assert ask(settings, select(Body.name)) == ["Stadt Musterhausen"]
    assert len(ask(settings, select(SyncRun))) == 3
    first = select(Change.backfill).where(Change.object_id == url("Paper", 0))
    later = select(Change.backfill).where(Change.object_id == url("Paper", 9))
    assert (ask(settings, first), ask(settings, later)) == ([True], [False])


@ON_ONE
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (lines(council()), "a.ndjson"),
        (b"\xef\xbb\xbf" + lines(council()).replace(b"\n", b"\r\n\r\n"), "a.jsonl"),
        (gzip.compress(lines(council())), "a.ndjson.gz"),
        (json.dumps(council()).encode(), "a.json"),
        (json.dumps({"data": council(), "links": {}}).encode(), "a.json"),
        (zipped({"body.json": BODY, "m.json": council()[1], "paper-1.json": {"data": council()[2:]}}), "a.zip"),
        (zipped({"all.ndjson": lines(council())}), "a.zip"),
        (zipped({"deep/er/all.ndjson.gz": gzip.compress(lines(council())), "readme.txt": b"hello"}), "a.ZIP"),
    ],
    ids=range(8),
)
def test_it_takes_lines_lists_and_zips(take: Import, content: bytes, name: str) -> None:
    done = take(content, name=name)
    assert done.exit_code == 0, done.output
    assert counts(done) == zeros(created=6)


@ON_ONE
def test_what_has_no_type_is_kept_aside_and_counted(take: Import, settings: Settings) -> None:
    bare = {"id": url("Paper", 5), "name": "A"}
    odd: list[Any] = [
        bare,
        {"type": "https://schema.oparl.org/1.1/Nonsense", "id": "https://x.example/"},
        7,
        None,
        [],
        "x",
    ]
    done = take([*council(), *odd])
    assert (done.exit_code, counts(done)) == (0, zeros(created=6, quarantined=6))
    assert len(ask(settings, select(Problem).where(Problem.quarantined))) == 6
    # Where a list says what its entries are, they need not say it themselves.
    listed = take(zipped({"papers.json": {"data": [bare]}}), "--source", "musterhausen", name="a.zip")
    assert counts(listed) == zeros(created=1)


@ON_ONE
def test_of_a_file_that_breaks_off_what_is_whole_is_stored(take: Import, settings: Settings) -> None:
    whole = lines([*council(), thing("Paper", 77, name="x" * 500)])
    cut = take(whole[:-40])
    assert (cut.exit_code, counts(cut)) == (1, zeros(created=6))
    assert "line 6 is not JSON, and the file ends there" in cut.stderr
    (source,) = ask(settings, select(Source))
    assert source.state == "partial"
    assert source.last_complete is None
    packed = gzip.compress(lines([*council(40), *(thing("Paper", 100 + n, name=str(n) * 99) for n in range(400))]))
    half = take(packed[: len(packed) // 2], name="b.ndjson.gz")
    assert half.exit_code == 1
    assert "breaks off" in half.stderr
    assert counts(half)["created"] > 37
    done = take(lines(council()) + b"{broken\n" + lines([thing("Paper", 78)]), name="c.ndjson")
    assert (done.exit_code, counts(done)) == (1, zeros(created=1))
    assert "c.ndjson line 6 is not JSON (" in done.stderr
    assert done.stderr.count("\n") == 1
    assert take(whole).exit_code == 0
    assert ask(settings, select(Source.state)) == ["complete"]


@ON_ONE
def test_a_half_zip_and_no_file_at_all_are_one_line(take: Import, settings: Settings) -> None:
    for content, name in ((zipped({"a.json": council()})[:-30], "a.zip"), (b"", "b.zip"), (b"PK\x03\x04", "c.zip")):
        done = take(content, name=name)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
    empty = take(b"", name="d.ndjson")
    assert empty.exit_code == 2
    assert "no Body" in empty.stderr
    garbage = take(b"\x00\xff" * 5000, "--name", "X", name="e.ndjson")
    assert garbage.exit_code == 1
    assert ask(settings, select(Source)) == []
    assert CliRunner().invoke(doors.import_, ["/nowhere"], obj=settings).exit_code == 2


@ON_ONE
def test_a_file_without_a_body_needs_a_name(take: Import, settings: Settings) -> None:
    assert take([thing("Paper")]).exit_code == 2
    done = take([thing("Paper")], "--name", "Gemeinde Musterdorf")
    assert counts(done) == zeros(created=2)
    assert ask(settings, select(Body.name)) == ["Gemeinde Musterdorf"]
    assert ask(settings, select(Paper.body_id)) == ["https://rat.example/#body"]
    more = take([thing("Paper", 2)], "--source", "musterdorf")
    assert counts(more) == zeros(created=1)
    assert take([thing("Paper", 2)], "--source", "Ä b").exit_code == 2


@ON_ONE
def test_a_complete_file_withdraws_what_it_does_not_hold(take: Import, settings: Settings) -> None:
    assert take(council(60), "--complete").exit_code == 0
    assert ask(settings, select(ListCursor.published).where(ListCursor.object_type == "Paper")) == [60]
    assert counts(take(council(58))) == zeros(), "and others do not"
    assert counts(take(council(58), "--complete")) == zeros(deleted=2)
    assert counts(take(council(60), "--complete"))["updated"] == 2, "and what comes back is there again"
    held = take(council(20), "--complete")
    assert (held.exit_code, counts(held)) == (1, zeros())
    assert "Paper: 40 of 60 are not in the file; none is taken back without --accept" in held.stderr
    cut = take(lines(council(58))[:-5], "--complete", "--accept")
    assert (cut.exit_code, counts(cut)["deleted"]) == (1, 0), "half a file says nothing about what is gone"
    assert counts(take(council(20), "--complete", "--accept")) == zeros(deleted=40)
    assert counts(take([BODY], "--complete")) == zeros(deleted=2), "a few of a type may go, all of many may not"


@ON_ONE
def test_a_file_does_not_take_another_councils_records(take: Import, settings: Settings) -> None:
    engine = open_engine(settings.database_url)
    with writing(engine) as session:
        session.add(Source(slug="other", url=url("System"), state="new", added_at=now()))
    engine.dispose()
    done = take(council(), "--source", "mine")
    assert counts(done)["created"] == 0
    assert counts(done)["quarantined"] == 6
    pushed = take(council(), "--source", "other")
    assert counts(pushed)["created"] == 6, "the source itself may be brought by hand"
    assert ask(settings, select(Source.url).where(Source.slug == "other")) == [url("System")]


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@ON_ONE
def test_attachments_are_found_by_path_checksum_and_name(take: Import, settings: Settings) -> None:
    contents = {n: PDF + str(n).encode() for n in range(1, 8)}
    files = [
        thing("File", 1, accessUrl="files/a/one.pdf"),
        thing("File", 2, accessUrl="a/zwei%20zwei.pdf", fileName="anders.pdf"),
        thing("File", 3, accessUrl="nowhere.pdf", sha512Checksum=hashlib.sha512(contents[3]).hexdigest().upper()),
        thing("File", 4, accessUrl="x.pdf", fileName="vier.pdf"),
        thing("File", 5, accessUrl="not/there.pdf"),
        thing("File", 6, accessUrl="y.pdf", fileName="doppelt.pdf"),
        thing("File", 7, accessUrl="z.pdf", fileName="doppelt.pdf"),
    ]
    bundle = {
        "objects.json": [BODY, thing("Paper", auxiliaryFile=files)],
        "files/a/one.pdf": contents[1],
        "files/a/zwei zwei.pdf": contents[2],
        "files/some/thing": contents[3],
        "deep/vier.pdf": contents[4],
        "doppelt.pdf": contents[6],
        "unasked.pdf": contents[7],
    }
    done = take(zipped(bundle), name="a.zip")
    assert done.exit_code == 0, done.output
    found = {f.id: (f.fetch_state, f.blob_sha256) for f in ask(settings, select(File))}
    for n in (1, 2, 3, 4):
        assert found[url("File", n)] == ("fetched", hashlib.sha256(contents[n]).hexdigest()), n
    for n in (5, 6, 7):
        assert found[url("File", n)][0] == "failed", n
    before = ask(settings, select(func.count()).select_from(Change))
    assert counts(take(zipped(bundle), name="a.zip")) == zeros()
    assert ask(settings, select(func.count()).select_from(Change)) == before
    again = take(zipped(bundle | {"files/a/one.pdf": b"%PDF-new"}), name="a.zip")
    assert again.exit_code == 0
    (one,) = ask(settings, select(File.blob_sha256).where(File.id == url("File", 1)))
    assert one == hashlib.sha256(b"%PDF-new").hexdigest()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"../../etc/passwd": b"x"}, "no name of a file"),
        ({"/etc/passwd": b"x"}, "no name of a file"),
        ({"a\\b.json": b"{}"}, "no name of a file"),
        ({"C:x.json": b"{}"}, "no name of a file"),
        ({"bomb.json": b" " * (51 * 1024 * 1024)}, "times its size"),
    ],
    ids=range(5),
)
def test_a_zip_that_means_harm_is_refused_whole(tmp_path: Path, files: dict[str, Any], said: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(files))
    with pytest.raises(NoBundle, match=said), opened(path):
        pass


def test_a_zip_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.json": [1, 2], "b.json": [3], "c.zip": b"PK"}))
    with opened(path) as bundle:
        found = list(bundle.entries())
    assert [one for one in found if isinstance(one, bundles.Fault)] == [
        bundles.Fault("c.zip is a zip inside the zip, which is not opened")
    ]
    monkeypatch.setattr(bundles, "MAX_JSON", 4)
    with opened(path) as bundle:
        told = [one.told for one in bundle.entries() if isinstance(one, bundles.Fault)]
    assert any("larger than" in one for one in told)
    for name, limit in (("MAX_ENTRIES", 2), ("MAX_TOTAL", 5)):
        with monkeypatch.context() as patch:
            patch.setattr(bundles, name, limit)
            with pytest.raises(NoBundle), opened(path):
                pass
    locked = bytearray(zipped({"a.json": []}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[locked.find(mark) + (6 if mark[2] == 3 else 8)] |= 1
    path.write_bytes(locked)
    with pytest.raises(NoBundle, match="password"), opened(path):
        pass


def test_lines_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_LINE", 1000)
    monkeypatch.setattr(bundles, "SMALL", 5000)
    long = tmp_path / "a.ndjson"
    long.write_bytes(b"{}\n" + b"[" * 2000)
    bomb = tmp_path / "b.ndjson.gz"
    bomb.write_bytes(gzip.compress(b"{}\n" * 3_000_000))
    wrong = tmp_path / "c.ndjson"
    wrong.write_bytes(b"no\n" * 5000)
    for path, said in ((long, "too long"), (bomb, "far more than its size"), (wrong, "is this OParl?")):
        with opened(path) as bundle:
            *_, last = bundle.entries()
        assert isinstance(last, bundles.Fault), path
        assert said in last.told


@ON_ONE
def test_a_damaged_member_costs_only_itself(take: Import) -> None:
    content = bytearray(zipped({"a.json": council(), "b.json": [thing("Paper", 50)]}, compression=zipfile.ZIP_STORED))
    content[content.find(b"paper/50")] ^= 1
    done = take(bytes(content), name="a.zip")
    assert (done.exit_code, counts(done)) == (1, zeros(created=6))
    assert "b.json is damaged" in done.stderr


@ON_ONE
def test_a_council_that_opens_its_server_later_is_moved_there(take: Import, settings: Settings) -> None:
    take(council(), "--complete")
    listed = CliRunner().invoke(sources.source, ["list"], obj=settings)
    assert "import:musterhausen" in listed.stdout
    engine = open_engine(settings.database_url)
    with writing(engine) as session:
        session.execute(update(Source).values(url=url("System")))
    engine.dispose()
    assert counts(take(council(), "--source", "musterhausen")) == zeros()


@ON_ONE
def test_what_a_complete_file_holds_is_not_gone_because_it_cannot_be_read(take: Import, settings: Settings) -> None:
    def alive() -> int:
        return len(ask(settings, select(Paper.id).where(Paper.deleted.is_(False))))

    take([*council(10), thing("AgendaItem", 2)], "--complete")
    odd = thing("Paper", 9) | {"type": "Vorlage!", "auxiliary": [{"id": url("AgendaItem", 2)}]}
    assert counts(take([*council(9), odd], "--complete")) == zeros(quarantined=1)
    assert counts(take([*council(9), thing("Meeting", 2) | {"id": url("Paper", 9)}], "--complete"))["deleted"] == 1
    assert alive() == 10
    for nameless in (thing("Paper", 9) | {"id": None}, 7):
        held = take([*council(9), nameless], "--complete")
        assert (held.exit_code, counts(held)) == (1, zeros(quarantined=1))
        assert "nothing is taken back: of 1 of the entries the id cannot be read" in held.stderr
    assert alive() == 10
    assert counts(take(council(9), "--complete")) == zeros(deleted=1)


@ON_ONE
def test_one_entry_that_the_database_refuses_costs_only_itself(take: Import, settings: Settings) -> None:
    take(council(1))
    engine = open_engine(settings.database_url)
    refuse(engine, "paper")
    engine.dispose()
    done = take([*council(5), thing("Paper", 5, name="bad"), thing("Paper", 6)], "--complete")
    assert (done.exit_code, counts(done)) == (0, zeros(created=5, quarantined=1))
    assert ask(settings, select(Problem.kind)) == ["not-stored"]


@ON_ONE
def test_a_mistyped_name_makes_no_empty_source(take: Import, settings: Settings) -> None:
    assert take(council()).exit_code == 0
    for refused in (
        take(council(), "--source", "mustrehausen"),
        take(council(), "--source", "mustrehausen", "--name", "Musterhausen"),
        take([thing("Paper", 1)], "--name", "Mustrehausen"),
    ):
        assert refused.exit_code == 2
        assert "this council is here as musterhausen: say --source musterhausen" in refused.stderr
    unknown = take([thing("Paper", 1)], "--source", "mustrehausen")
    assert unknown.exit_code == 2
    assert "there is no source mustrehausen" in unknown.stderr
    assert ask(settings, select(Source.slug)) == ["musterhausen"]
    assert take(council(), "--source", "musterhausen").exit_code == 0
