"""The proof finds words wherever they lie and however they are written there, and after an erasure finds none."""

import bz2
import gzip
import io
import lzma
import os
import random
import sqlite3
import sys
import tarfile
import unicodedata
import zipfile
import zlib
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.orm import Session

from app import indexing
from app.alerts.channels.registered import add_channel, owe
from app.config import Settings
from app.db import Base, now, writing
from app.exports import publish
from app.files import open_store
from app.mail import FolderMailer
from app.models import AlertChannel, Blob, Paper, key_of
from app.news import refreshing as news
from app.reports import Said, take
from oparl_sync.erase_cli import erase as erase_command
from oparl_sync.needles import LONGEST, NoNeedle, needle
from oparl_sync.opened import pieces
from oparl_sync.progress import Progress
from oparl_sync.proof_cli import prove_erased
from oparl_sync.proving import Proof, _beyond, prove
from search import Document, open_index
from tests import factories
from tests.contract.town import put
from tests.oparl_sync.council import Council, save, thing, url
from tests.oparl_sync.test_erase import published

QUIET = Progress(quiet=True)
NAME = "Jürgen Groß-Weißkohl"


def times(data: bytes, word: str = NAME) -> int:
    return needle(word).times(data)


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        NAME.upper().encode(),
        NAME.lower().encode(),
        unicodedata.normalize("NFD", NAME).encode(),
        NAME.encode("latin-1"),
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        orjson.dumps(NAME),
        b'"J\\u00fcrgen Gro\\u00df-Wei\\u00dfkohl"',
        b"J&uuml;rgen Gro&szlig;-Wei&#223;kohl",
        b"J&#xFC;rgen<b> Gro&szlig;-Wei&#223;kohl",
        quote(NAME).encode(),
        b"J=C3=BCrgen =\r\nGro=C3=9F-Wei=C3=9Fk=\r\nohl",
        "Jür\u00adgen\nGroß-\u200bWeißkohl".encode(),
        orjson.dumps(f"{NAME[:6]}\n{NAME[7:]}"),
        orjson.dumps(orjson.dumps(f"{NAME[:6]}\r\n{NAME[7:]}").decode()),
        b"J\\u00fcrgen\\u00a0Gro\\u00df-Wei\\u00dfkohl",
        repr({"name": f"{NAME[:6]}\t{NAME[7:]}"}).encode(),
        NAME.replace(" ", "\u00a0").encode("latin-1"),
        NAME.replace(" ", "\u202f").replace("-", "\u2011").encode(),
        NAME.replace(" ", "\r\n").encode("utf-16-le"),
        NAME.replace("kohl", "-\n  kohl").encode(),
        orjson.dumps(NAME.replace("kohl", "-\nkohl")),
        NAME.replace("gen", '</w:t></w:r><w:r w:rsidR="00A1"><w:t>gen').encode(),
        NAME.replace("ß-", "ß&shy;-").encode(),
    ],
)
def test_it_finds_a_name_however_it_is_written(written: bytes) -> None:
    assert times(b"vorher " + written + b" nachher") == 1


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("erika@example.org", "mailto:erika%40example.org"),
        ("erika@example.org", "erika&#64;example.org"),
        ("erika@example.org", "erika&#x40;example.org"),
        ("erika@example.org", "erika=40example.org"),
        ("erika@example.org", r"erika\u0040example.org"),
        ("+49 2429 1234", "tel:%2B49%202429+1234"),
        ("12/2024 Müller", r"\"12\/2024 M\u00fcller"),
        ("12/2024", "?q=12%2F2024"),
        ("d'Alberti", r"it\'s d\'alberti"),
        ("d'Alberti", "D\u2019Alberti"),
    ],
)
def test_it_finds_addresses_and_numbers_however_they_are_written(word: str, written: str) -> None:
    assert times(written.encode(), word) == 1


@pytest.mark.parametrize("other", ["Jürgen", "Juergen Groß", "Jürgen GroßWeißkohl", "Jürgen; Groß-Weißkohl"])
def test_it_does_not_find_what_is_another_name(other: str) -> None:
    assert times(other.encode()) == 0


@pytest.mark.parametrize("word", ["", "  ", "ab", "x" * (LONGEST + 1)])
def test_it_refuses_what_would_be_found_everywhere(word: str) -> None:
    with pytest.raises(NoNeedle):
        needle(word)


def test_signs_of_a_pattern_are_plain_letters() -> None:
    assert needle("a.*b(").times(b"axxb( a.*b(") == 1


def looked_into(data: bytes, name: str = "x") -> tuple[int, list[str]]:
    unread: list[str] = []
    found = pieces(io.BytesIO(data), name, 100, unread)
    return sum(needle("GEHEIM").times(piece) for _, piece in found), unread


def database(path: Path) -> bytes:
    with sqlite3.connect(path) as rows:
        rows.execute("CREATE TABLE t (x)")
        rows.execute("INSERT INTO t VALUES (?)", (b"." * 9_000 + gzip.compress(b"GEHEIM"),))
        rows.execute("INSERT INTO t VALUES (?)", (gzip.compress(b"GEHEIM"),))
    rows.close()
    return path.read_bytes()


def zipped(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return kept.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message.set_content("GEHEIM äöü", cte="base64")
    message.add_attachment(gzip.compress(b"GEHEIM"), maintype="application", subtype="gzip")
    return message.as_bytes()


def test_it_looks_into_what_is_packed(tmp_path: Path) -> None:
    assert looked_into(b"GEHEIM") == (1, [])
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert looked_into(pack(b"nichts" * 99 + b"GEHEIM")) in ((1, []), (2, [])), (
            pack
        )  # small ones lie there as they are
    assert looked_into(zipped(a=b"GEHEIM", b=gzip.compress(zipped(c=b"GEHEIM GEHEIM")))) == (3, [])
    assert looked_into(mail(), "a.eml") == (2, [])
    assert looked_into(gzip.compress(database(tmp_path / "db"))) == (1, [])


def tarred(**members: bytes) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return kept.getvalue()


def pdf(*streams: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"".join(b"<<>>stream\r\n" + one + b"\nendstream\n" for one in streams)


def test_it_looks_into_what_is_packed_in_tar_and_pdf() -> None:
    filler = random.Random(1).randbytes(300_000).hex().encode()
    assert looked_into(gzip.compress(tarred(a=b"offen", b=gzip.compress(b"nichts" * 99 + b"GEHEIM")))) == (1, [])
    assert looked_into(pdf(b"\xff\xd8 a picture", zlib.compress(filler + b"GEHEIM"))) == (1, [])
    broken = zlib.compress(b"GEHEIM" + filler)
    whole = zlib.compress(b"nichts" * 99 + b"GEHEIM")
    hits, unread = looked_into(pdf(broken[:200_000] + b"????" * 99, whole))
    assert (hits >= 2, unread) == (True, []), "what comes before the fault, and what comes after"


@pytest.mark.parametrize("magic", [b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01", b"LPKSHHRH"])
def test_it_says_what_is_packed_in_a_way_that_it_does_not_know(magic: bytes) -> None:
    hits, unread = looked_into(magic + b"nothing that could be read")
    assert (hits, len(unread)) == (0, 1)
    assert looked_into(zipped(a=magic + b"nothing"))[1], "inside of others too"


def test_it_looks_into_parquet_where_duckdb_is_and_says_so_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as rows:
        rows.execute(f"COPY (SELECT 'vor GEHEIM nach' AS name, 7 AS n) TO '{tmp_path}/x.parquet' (COMPRESSION zstd)")
    data = (tmp_path / "x.parquet").read_bytes()
    hits, unread = looked_into(zipped(table=data))
    assert (hits > 0, unread) == (True, [])
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert looked_into(data)[1] == ["x: DuckDB is not installed, which reads it"]


def test_it_says_what_it_cannot_look_into() -> None:
    nested = b"GEHEIM"
    for _ in range(9):
        nested = gzip.compress(nested)
    assert looked_into(nested) == (0, ["x!!!!: packed too often"])
    for broken in (gzip.compress(b"GEHEIM" * 99)[:30], b"PK\x03\x04 nothing", b"SQLite format 3\x00 nothing"):
        hits, unread = looked_into(broken)
        assert (hits, len(unread)) == (0, 1), broken


def test_a_find_is_not_lost_between_two_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oparl_sync.opened.PIECE", 10)
    for before in range(25):
        assert looked_into(b"." * before + b"GEHEIM" + b"." * 30)[0] >= 1, before


def everywhere(engine: Engine, settings: Settings) -> str:
    """Let a needle be in a name, in the text of a PDF, in a followed alert, in a feed, a mail and a download."""
    store = open_store(settings.files_url)
    published(engine, Council(), store, read=True)
    reader = factories.subscriber()
    alert, delivery = factories.alert(reader), factories.alert_delivery(reader)
    for row in (reader, alert, delivery):
        factories.save(engine, row)
    add_channel(engine, settings, reader.id, "webhook", "https://hook.example/")
    with writing(engine) as writer:
        writer.execute(update(AlertChannel).values(verified_at=now()))
        writer.add(factories.notice(alert, writer.get_one(Paper, url("Paper")), delivery=delivery))
        owe(writer, {reader.id: [(alert.id, f"new:{url('Paper')}")]}, now())
        writer.add(factories.problem(source_id=1, kind="no-id", quarantined=True, raw=f"{url('Paper')} GEHEIM"))
    key = key_of(url("Paper"))
    take(engine, settings, Said("GEHEIM steht da", object_type="Paper", object_key=key))
    take(engine, settings, Said("GEHEIM", page=f"http://portal.example/papers/{key}?x"))
    index = open_index(settings.search_url)
    indexing.rebuild(engine, index)
    index.close()
    news.refresh(engine)
    publish(engine, settings.exports, base_url="http://portal.example")
    message = EmailMessage()
    message["To"], message["Message-ID"] = "a@example.org", "<1@portal.example>"
    message.set_content(f"Neu: GEHEIM Antrag, http://portal.example/papers/{key}", cte="base64")
    FolderMailer(settings.home / "mail").send(message)
    with Session(engine) as session:
        blob = session.query(Blob.sha256).scalar()
    return str(blob)


def run(settings: Settings, *words: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(prove_erased, [*words, "--json"], obj=settings)
    assert done.exit_code in (0, 1), done.output
    return done.exit_code, orjson.loads(done.stdout)


def test_after_an_erasure_nothing_of_it_is_found_anywhere(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    everywhere(engine, settings)
    code, before = run(settings, "GEHEIM")
    places = " ".join(one["where"] for one in before["found"])  # type: ignore[attr-defined]
    assert code == 1
    for place in ("paper.name", "page.text", "change.diff", "problem.raw", "report.words", "index", ".eml!", ".gz!"):
        assert place in places, (place, places)
    done = CliRunner().invoke(erase_command, [url("Paper"), "--yes"], obj=settings)
    assert done.exit_code == 0, done.output
    code, after = run(settings, "GEHEIM")
    assert (after["found"], after["unread"], code) == ([], [], 0)
    assert after["rows"]
    assert run(settings, "offen")[0] == 1, "what was not erased is still here"
    (tmp_path / "log").write_text("GET /papers?q=geheim")
    assert run(settings, "GEHEIM", "--also", str(tmp_path / "log"))[0] == 1


def test_a_quick_erasure_leaves_bytes_and_says_so_and_the_next_one_takes_them(
    engine: Engine, settings: Settings
) -> None:
    everywhere(engine, settings)
    done = CliRunner().invoke(erase_command, [url("Paper"), "--yes", "--quick"], obj=settings)
    assert (done.exit_code, "still hold it" in done.output) == (0, True)
    assert run(settings, "GEHEIM")[0] == 1
    done = CliRunner().invoke(erase_command, [url("Paper"), "--yes"], obj=settings)
    assert done.exit_code == 0, done.output
    assert run(settings, "GEHEIM")[0] == 0


@pytest.mark.parametrize("engine_of_search", ["tantivy", "whoosh"])
def test_terms_of_deleted_documents_are_found(settings: Settings, engine_of_search: str, tmp_path: Path) -> None:
    index = open_index(f"{engine_of_search}://{tmp_path}/index")
    put(index, *(Document(f"p{n}", "Paper", f"Antrag {n}", ("Holzbrink",) if n == 1 else ("Wald",)) for n in range(9)))
    assert index.traces("Holzbrink") == 1
    with index.writer() as batch:
        batch.delete("p1")
    assert index.traces("Holzbrinkk") == 0
    with index.rebuilding() as new, new.batch() as batch:
        batch.put(Document("p2", "Paper", "Antrag", ("Wald",)))
    index.forget_old()
    assert index.traces("Holzbrink") == 0
    assert index.traces("") == 0
    assert len([one for one in (tmp_path / "index").iterdir() if one.is_dir()]) == 1
    index.close()


def test_bytes_that_no_record_knows_keep_it_from_being_proven(engine: Engine, settings: Settings) -> None:
    store = open_store(settings.files_url)
    stored = store.put(iter([b"\x89PNG drawn letters"]), 1000)
    proof: Proof = prove(engine, settings, [needle("GEHEIM")], QUIET)
    assert not proof.holds
    assert any(stored.sha256 in line for line in proof.unread)
    store.delete(stored.sha256)
    assert prove(engine, settings, [needle("GEHEIM")], QUIET).holds


def test_it_takes_words_of_any_kind(engine: Engine, settings: Settings) -> None:
    save(engine, [thing("Paper", 1, name="offen")], "Paper")
    for word in ('"; DROP TABLE paper; --', "%' OR 1=1", "a" * LONGEST, "🦊🦊🦊", "NEAR/5 OR ("):
        assert run(settings, word)[0] == 0, word
    assert CliRunner().invoke(prove_erased, ["ab"], obj=settings).exit_code == 2


def test_a_database_beside_the_folder_is_looked_through_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "portal.db"
    settings = Settings.from_environment({"RATSLUPE_HOME": str(tmp_path / "home"), "DATABASE_URL": f"sqlite:///{path}"})
    path.parent.mkdir()
    engine = create_engine(settings.database_url)
    Base.metadata.create_all(engine)
    with engine.connect() as rows:  # deleted, and still in a free page
        rows.exec_driver_sql("PRAGMA secure_delete=OFF")
        rows.exec_driver_sql("CREATE TABLE t (x)")
        rows.exec_driver_sql("INSERT INTO t VALUES ('GEHEIM')")
        rows.exec_driver_sql("DROP TABLE t")
        rows.commit()
    proof = prove(engine, settings, [needle("GEHEIM")], QUIET)
    assert [where for where, _ in proof.found] == [str(path)]
    engine.dispose()


def test_folders_behind_links_are_looked_into_and_what_is_shut_is_told(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.home.mkdir(exist_ok=True)
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "log").write_text("GEHEIM")
    (tmp_path / "disk" / "round").symlink_to(tmp_path / "disk")
    (settings.home / "copies").symlink_to(tmp_path / "disk")
    proof = prove(engine, settings, [needle("GEHEIM")], QUIET)
    assert [where for where, _ in proof.found] == [str(settings.home / "copies" / "log")]
    (tmp_path / "disk" / "log").unlink()
    assert prove(engine, settings, [needle("GEHEIM")], QUIET).holds
    real = os.scandir

    def shut(path: Any = ".") -> Any:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    (settings.home / "shut").mkdir()
    monkeypatch.setattr(os, "scandir", shut)
    assert prove(engine, settings, [needle("GEHEIM")], QUIET).unread == [f"{settings.home / 'shut'}: Permission denied"]


def test_a_store_without_the_bytes_that_records_know_proves_nothing(engine: Engine, settings: Settings) -> None:
    factories.save(engine, Blob(sha256="a" * 64, size=1, stored_at=now()))
    proof = prove(engine, settings, [needle("GEHEIM")], QUIET)
    assert (proof.unread, proof.unseen) == ([f"file store {'a' * 64}: it is not there"], 1)
    with writing(engine) as session:
        session.execute(update(Blob).values(dropped_at=now()))
    proof = prove(engine, settings, [needle("GEHEIM")], QUIET)
    assert (proof.holds, proof.unseen) == (True, 0), "given up, its text kept"


@pytest.mark.parametrize("kind", ["tantivy", "whoosh"])
def test_an_index_that_is_used_no_more_proves_nothing(
    engine: Engine, settings: Settings, tmp_path: Path, kind: str
) -> None:
    settings = replace(settings, search_url=f"{kind}://{tmp_path}/index")
    index = open_index(settings.search_url)
    put(index, Document("p1", "Paper", "Antrag", ("Holzbrink",)))
    with index.rebuilding() as new, new.batch() as batch:
        batch.put(Document("p2", "Paper", "Antrag", ("Wald",)))
    proof = prove(engine, settings, [needle("Holzbrink")], QUIET)
    assert [line.partition(": ")[2] for line in proof.unread] == ["an index that is used no more"]
    index.forget_old()
    assert prove(engine, settings, [needle("Holzbrink")], QUIET).holds
    living = (Document(f"n{n}", "Paper", "Frau Wald", ("Wald",)) for n in range(9))
    put(index, Document("p3", "Paper", "Herr Holz", ("Brink & Holz",)), *living)
    with index.writer() as batch:
        batch.delete("p3")
    left = prove(engine, settings, [needle("Frau Wald"), needle("Brink & Holz"), needle("Herr Wald")], QUIET).found
    assert ("index", "Frau Wald") in left
    assert ("index, deleted documents", "Brink & Holz") in left
    assert ("index, deleted documents", "Herr Wald") not in left, "no document holds both"
    index.close()


def test_it_says_what_others_keep(engine: Engine, settings: Settings) -> None:
    done = CliRunner().invoke(prove_erased, ["GEHEIM"], obj=settings)
    assert done.exit_code == 0
    assert ("PostgreSQL: rows that are dead" in done.output) == (engine.dialect.name == "postgresql")
    assert "cluster" not in done.output
    far = replace(settings, search_url="opensearch://localhost/x", files_url="s3://bucket")
    assert list(_beyond(engine, far))[-2:] == [
        "the files of the search cluster",
        "bytes in the bucket that no record names",
    ]
