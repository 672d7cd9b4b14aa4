"""What the operator erases is gone everywhere, and stays gone whatever its server says."""

import gzip
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.orm import Session

from app import changes as log
from app import indexing
from app.alerts.channels.registered import add_channel, owe
from app.catalogue import Catalogue
from app.config import Settings
from app.db import Base, now, writing
from app.documents import Reading, Sandbox
from app.exports import path_of, publish
from app.exports import published as published_now
from app.files import FileStore, StoreDown, open_store
from app.models import (
    AgendaItem,
    AlertChannel,
    AlertDelivery,
    AlertNotice,
    Alias,
    Blob,
    Change,
    ChannelDelivery,
    Erasure,
    File,
    News,
    Paper,
    key_of,
)
from app.news import refreshing as news
from oparl_sync import download, erase, extract, parts
from oparl_sync.erase_cli import erase as command
from oparl_sync.progress import Progress
from oparl_sync.removing import remove
from oparl_sync.run import sync
from oparl_sync.sources import source as group
from oparl_sync.store import Counts
from search import open_index, parse_query
from tests import factories
from tests.oparl_sync.council import SERVER, Council, save, thing, url
from tests.real.captured import small_pdf

QUIET = Progress(quiet=True)
SITE = "http://portal.example"


def everything(engine: Engine) -> str:
    """Return all that any table says, as text; in whole: a row cuts what is long where it shows itself."""
    with engine.connect() as connection:
        tables = (table.name for table in Base.metadata.sorted_tables)
        return " ".join(
            str(tuple(row)) for name in tables for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        )


def secret_paper(**more: Any) -> dict[str, Any]:
    file = thing("File", 1, name="GEHEIM Anlage", accessUrl=f"{SERVER}/files/1")
    stop = thing("Consultation", 1, role="GEHEIM Vorberatung")
    return thing("Paper", 1, name="GEHEIM Antrag", mainFile=file, consultation=[stop], **more)


def published(engine: Engine, council: Council, store: FileStore, *, read: bool = False) -> None:
    """Let a paper be mirrored, changed and read with its file, which shares its bytes with nobody."""
    council.answers[f"{SERVER}/files/1"] = small_pdf("GEHEIM Text")
    save(engine, [thing("Body", license="https://www.govdata.de/dl-de/zero-2-0")], "Body")
    save(engine, [secret_paper(reference="GEHEIM 1"), thing("Paper", 2, name="offen")], "Paper")
    save(engine, [secret_paper(reference="GEHEIM 2")], "Paper")
    assert download.missing(engine, council.source(engine).id, council.client(), store, QUIET) == 1
    if read:
        extract.waiting(engine, store, QUIET, sandboxes=1)


@pytest.fixture
def store(settings: Settings) -> FileStore:
    return open_store(settings.files_url)


def run(settings: Settings, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(command, words, obj=settings, input=answer)


def test_it_leaves_nothing_anywhere(engine: Engine, session: Session, settings: Settings, store: FileStore) -> None:
    published(engine, Council(), store, read=True)
    reader = factories.subscriber()
    alert, mail = factories.alert(reader), factories.alert_delivery(reader)
    for row in (reader, alert, mail):
        factories.save(engine, row)
    with writing(engine) as writer:
        about = writer.get_one(Paper, url("Paper"))
        writer.add(factories.notice(alert, about, delivery=mail))
        raw = {"id": "?", "mainFile": {"id": url("File"), "name": "GEHEIM"}}
        problem = factories.problem(source_id=1, kind="no-id", quarantined=True, raw=str(raw))
        writer.add(problem)
    index = open_index(settings.search_url)
    indexing.rebuild(engine, index)
    assert index.search(parse_query("GEHEIM")).total
    assert news.refresh(engine) == 3  # two papers and a file
    old = publish(engine, settings.exports, base_url=SITE, beside=Catalogue(settings))
    [blob] = session.scalars(select(Blob.sha256)).all()
    assert "GEHEIM" in everything(engine)
    index.close()
    session.rollback()

    result = run(settings, url("Paper"), "--yes")
    assert result.exit_code == 0, result.output
    assert "1 Paper, 1 Consultation, 1 File erased" in result.output
    assert "GEHEIM" not in everything(engine)
    assert not store.exists(blob)
    index = open_index(settings.search_url)
    assert index.search(parse_query("GEHEIM")).total == 0
    assert not indexing.verify(engine, index)
    indexing.rebuild(engine, index)
    assert index.search(parse_query("GEHEIM")).total == 0
    index.close()
    session.rollback()
    kinds = session.scalars(select(Change.kind).where(Change.object_id == url("Paper")).order_by(Change.seq)).all()
    assert kinds == ["created", "updated", "erased"]
    assert session.scalars(select(AlertNotice)).all() == []
    assert session.scalars(select(AlertDelivery.id)).all() == [mail.id]
    assert news.refresh(engine) == 2  # that both are gone, for feeds that they stood in
    session.rollback()
    told = session.scalars(select(News.key).order_by(News.seq)).all()
    assert [key.rpartition(":")[0] for key in told[1:]] == [f"withdrawn:{url(kind)}" for kind in ("Paper", "File")]
    assert told[0] == f"new:{url('Paper', 2)}"
    new = published_now(settings.exports)
    assert new is not None
    assert new.generation != old.generation
    assert publish(engine, settings.exports, base_url=SITE, beside=Catalogue(settings)) == new
    left = [gzip.decompress(path.read_bytes()) for path in settings.exports.rglob("*.gz")]
    assert left
    assert b"GEHEIM" not in b"".join(left)
    current = [path_of(settings.exports, f"{new.generation}/{one.path}") for one in new.files]
    assert all(isinstance(path, Path) for path in current)


@pytest.mark.parametrize("way", ["erased", "removed"])
def test_it_goes_out_of_calls_that_are_owed(
    engine: Engine, session: Session, settings: Settings, store: FileStore, way: str
) -> None:
    council = Council()
    published(engine, council, store)
    reader = factories.subscriber()
    factories.save(engine, reader)
    alert = factories.alert(reader)
    factories.save(engine, alert)
    add_channel(engine, settings, reader.id, "webhook", "https://hook.example/")
    keys = (f"new:{url('Paper')}", "new:https://elsewhere.example/paper/1")
    with writing(engine) as writer:
        writer.execute(update(AlertChannel).values(verified_at=now()))
        owe(writer, {reader.id: [(alert.id, key) for key in keys]}, now())
    if way == "erased":
        assert run(settings, url("Paper"), "--yes").exit_code == 0
    else:
        remove(lambda: writing(engine), council.source(engine).id)
    (owed,) = session.scalars(select(ChannelDelivery.notices).where(ChannelDelivery.notices != []))
    assert owed == [[alert.id, keys[1]]]


@pytest.mark.parametrize("again", ["alone", "embedded", "tombstone first", "as news"])
def test_it_stays_gone_whatever_comes(engine: Engine, session: Session, store: FileStore, again: str) -> None:
    published(engine, Council(), store)
    erase.erase(engine, url("Paper"), SITE)
    download.tidy(engine, store)
    seq = log.last_seq(session)
    save(engine, [thing("Paper", 1, deleted=True)] if again == "tombstone first" else [], "Paper")
    pages: dict[str, tuple[list[Any], str]] = {
        "alone": ([thing("File", 1, name="GEHEIM", paper=[url("Paper")])], "File"),
        "embedded": ([thing("Meeting", 1, auxiliaryFile=[thing("File", 1, name="GEHEIM")])], "Meeting"),
        "tombstone first": ([secret_paper()], "Paper"),
        "as news": ([secret_paper(auxiliaryFile=[thing("File", 9, name="GEHEIM neu")])], "Paper"),
    }
    entries, expected = pages[again]
    counts = save(engine, entries, expected)
    save(engine, entries, expected, backfill=True)
    session.rollback()
    assert "GEHEIM" not in everything(engine)
    assert counts.created == (again == "embedded")
    logged = session.scalars(select(Change.object_type).where(Change.seq > seq)).all()
    assert logged == (["Meeting"] if again == "embedded" else [])
    save(engine, [thing("Consultation", 5, paper=url("Paper"), role="GEHEIM")], "Consultation")
    save(engine, [thing("File", 6, paper=[url("Paper")], name="GEHEIM")], "File")
    save(engine, [secret_paper() | {"id": 7}, {"id": url("Paper"), "type": "?", "name": "GEHEIM"}], "Paper")
    assert "GEHEIM" not in everything(engine)


def test_it_counts_what_it_does_not_take(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    erase.erase(engine, url("Paper"), SITE)
    assert save(engine, [secret_paper(), thing("Paper", 2, name="offen")], "Paper") == Counts(unchanged=4)


def test_it_spares_what_others_hold_too(engine: Engine, session: Session, store: FileStore) -> None:
    council = Council()
    for number in (1, 2):
        council.answers[f"{SERVER}/files/{number}"] = small_pdf("the same bytes")
    shared = thing("File", 1, accessUrl=f"{SERVER}/files/1")
    other = thing("File", 2, accessUrl=f"{SERVER}/files/2")
    save(engine, [thing("Paper", 1, mainFile=shared, auxiliaryFile=[other])], "Paper")
    save(engine, [thing("Paper", 2, mainFile=shared)], "Paper")
    download.missing(engine, council.source(engine).id, council.client(), store, QUIET)
    reached = erase.erase(engine, url("Paper", 1), SITE)
    assert reached.counts == {"Paper": 1, "File": 1}
    download.tidy(engine, store)
    session.rollback()
    assert session.get_one(File, url("File", 1)).blob_sha256 == session.scalars(select(Blob.sha256)).one()


def test_it_finds_a_record_by_id_key_and_address(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1), thing("Paper", 2)], "Paper")
    save(engine, [thing("AgendaItem", 1)], "AgendaItem")
    key, item = key_of(url("Paper")), key_of(url("AgendaItem"))
    addresses = [f"{SITE}/papers/{key}", f"{SITE}/papers/{key}/history.json", f"/papers/{key}?lang=en"]
    for named in (url("Paper"), url("Paper").replace("https", "http"), key, *addresses):
        assert list(erase.extent(session, named, SITE)) == [url("Paper")], named
    for named in (f"{SITE}/meetings/{key_of('x')}#item-{item}", f"/agenda-items/{item}"):
        assert list(erase.extent(session, named, SITE)) == [url("AgendaItem")], named
    with writing(engine) as writer:
        old = "https://alt.example/1"
        values = {"key": key_of(old), "old_id": old, "new_id": url("Paper"), "source_id": 1, "at": now()}
        writer.execute(insert(Alias).values(**values))
    session.rollback()
    assert list(erase.extent(session, old, SITE)) == [url("Paper")]
    for named in ("", "nothing", "https://council.example/unknown", f"{SITE}/papers/", "x" * 13):
        with pytest.raises(erase.NotErasable):
            erase.extent(session, named, SITE)


def test_it_keeps_the_old_ids_of_what_moved_away_too(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1)], "Paper")
    old = f"{SERVER}/alt/1"
    with writing(engine) as writer:
        values = {"key": key_of(old), "old_id": old, "new_id": url("Paper"), "source_id": 1, "at": now()}
        writer.execute(insert(Alias).values(**values))
    erase.erase(engine, url("Paper"), SITE)
    assert set(session.scalars(select(Erasure.key))) == {key_of(old), key_of(url("Paper"))}
    erase.erase(engine, url("Paper"), SITE)  # twice is no fault
    save(engine, [thing("Paper", 1, name="GEHEIM") | {"id": old}], "Paper")
    assert "GEHEIM" not in everything(engine)


def test_it_does_not_erase_a_whole_council(engine: Engine, settings: Settings, session: Session) -> None:
    save(engine, [thing("Body")], "Body")
    result = run(settings, url("Body"), "--yes")
    assert result.exit_code == 2
    assert "whole Body" in result.output


def test_it_asks_first(engine: Engine, settings: Settings, session: Session) -> None:
    save(engine, [thing("Paper", 1, name="bleibt")], "Paper")
    result = run(settings, url("Paper"), answer="n\n")
    assert result.exit_code == 1
    assert f"Paper {url('Paper')}" in result.output
    assert session.get_one(Paper, url("Paper")).name == "bleibt"
    session.rollback()
    assert run(settings, url("Paper"), "--json", answer="y\n").exit_code == 0
    session.rollback()
    assert session.get_one(Paper, url("Paper")).deleted


def test_it_takes_a_meetings_agenda_with_it(engine: Engine, session: Session) -> None:
    save(
        engine, [thing("Meeting", 1, agendaItem=[thing("AgendaItem", 1, auxiliaryFile=[thing("File", 1)])])], "Meeting"
    )
    assert erase.erase(engine, url("Meeting"), SITE).counts == {"Meeting": 1, "AgendaItem": 1, "File": 1}
    assert session.get_one(AgendaItem, url("AgendaItem")).deleted


def test_a_source_is_removed_with_all_that_is_its(
    engine: Engine, session: Session, store: FileStore, settings: Settings
) -> None:
    council = Council()
    published(engine, council, store, read=True)
    index = open_index(settings.search_url)
    indexing.rebuild(engine, index)
    assert index.search(parse_query("offen")).total
    index.close()
    slug = council.source(engine).slug
    assert CliRunner().invoke(group, ["remove", "nobody", "--yes"], obj=settings).exit_code == 2
    assert CliRunner().invoke(group, ["remove", slug], input="n\n", obj=settings).exit_code == 1
    assert "GEHEIM" in everything(engine)
    done = CliRunner().invoke(group, ["remove", slug, "--yes"], obj=settings)
    assert done.exit_code == 0, done.output
    said = everything(engine)
    assert "GEHEIM" not in said
    assert "offen" not in said
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in ("change", "consumer", "lease", "alembic_version", "public_state"):
                assert connection.execute(select(table)).first() is None, table.name
    gone = session.scalars(select(Change).order_by(Change.seq.desc())).first()
    assert gone is not None
    assert (gone.kind, gone.source_id) == ("deleted", None)
    index = open_index(settings.search_url)
    assert index.search(parse_query("offen")).total == 0
    assert not indexing.verify(engine, index)
    index.close()
    save(engine, [secret_paper()], "Paper")
    assert "GEHEIM" in everything(engine), "where it is added again it is read again"


class Down:
    """A council that was read and indexed, with a picture of its file, and a file store that refuses to delete."""

    def __init__(self, engine: Engine, settings: Settings, store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.settings, self.store, self.council = engine, settings, store, Council()
        self.patches = monkeypatch
        published(engine, self.council, store, read=True)
        index = open_index(settings.search_url)
        indexing.rebuild(engine, index)
        index.close()
        with Session(engine) as session:
            self.blob = session.scalars(select(Blob.sha256)).one()
        self.picture = settings.previews / self.blob / "1-1-1000.webp"
        self.picture.parent.mkdir(parents=True)
        self.picture.write_bytes(b"")

    def run(self, command: click.Command, *words: str) -> Result:
        """Run a command while the store is down."""

        def refuse(*_: object) -> None:
            raise StoreDown("the bucket council does not answer")

        with self.patches.context() as patches:
            patches.setattr(type(self.store), "delete", refuse)
            return CliRunner().invoke(command, words, obj=self.settings)

    def check(self, result: Result) -> None:
        """See that nothing but bytes is left, and that it is said."""
        assert (result.exit_code, type(result.exception)) == (1, SystemExit)
        assert "not everywhere. Bytes are still in the file store: the bucket council does not answer." in result.output
        assert "GEHEIM" not in everything(self.engine)
        assert not self.picture.parent.exists()
        index = open_index(self.settings.search_url)
        assert index.search(parse_query("GEHEIM")).total == 0
        index.close()
        assert self.store.exists(self.blob)


@pytest.fixture
def down(engine: Engine, settings: Settings, store: FileStore, monkeypatch: pytest.MonkeyPatch) -> Down:
    return Down(engine, settings, store, monkeypatch)


def test_while_the_file_store_is_down_all_goes_but_bytes_and_these_when_it_is_said_again(down: Down) -> None:
    down.check(down.run(command, url("Paper"), "--yes"))
    down.check(down.run(command, url("Paper"), "--yes"))
    again = run(down.settings, url("Paper"), "--yes")
    assert again.exit_code == 0, again.output
    assert not down.store.exists(down.blob)
    with Session(down.engine) as session:
        assert session.scalars(select(Blob.sha256)).all() == []


def test_bytes_of_a_removed_source_go_with_the_next_pass(down: Down) -> None:
    down.check(down.run(group, "remove", down.council.source(down.engine).slug, "--yes"))
    assert sync(down.settings, down.engine, progress=QUIET).failures == {}
    assert not down.store.exists(down.blob)


def test_what_is_read_while_it_is_erased_does_not_come_back(
    engine: Engine, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(engine, Council(), store)
    read = Sandbox.read

    def meanwhile(self: Sandbox, *arguments: Any, **named: Any) -> Reading:
        erase.erase(engine, url("Paper"), SITE)
        download.forget_texts(engine)  # the row of the bytes stays as long as their store is down
        return read(self, *arguments, **named)

    monkeypatch.setattr(Sandbox, "read", meanwhile)
    assert extract.waiting(engine, store, QUIET, sandboxes=1) == 1
    assert "GEHEIM" not in everything(engine)
    assert download.tidy(engine, store) == 1


def test_it_forgets_what_has_only_come_in_part(engine: Engine, settings: Settings, store: FileStore) -> None:
    save(engine, [secret_paper(), thing("Paper", 2, mainFile=thing("File", 2, accessUrl=f"{SERVER}/files/2"))], "Paper")
    begun: dict[int, Path] = {}
    for number in (1, 2):
        said = {"etag": '"1"', "content-length": str(parts.WORTHWHILE)}
        with parts.of(store.scratch, f"{url('File', number)}\n{SERVER}/files/{number}") as part:
            list(part.anew(said, iter([b"GEHEIM"])))
        [begun[number]] = set(store.scratch.glob(".tmp-part-*")) - set(begun.values())
    done = run(settings, url("Paper"), "--yes")
    assert done.exit_code == 0, done.output
    assert [begun[number].exists() for number in (1, 2)] == [False, True]
