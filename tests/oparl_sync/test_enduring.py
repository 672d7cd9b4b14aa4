"""Runs that meet a database that refuses something, lists that fail for ever, servers that are away for long."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.files import open_store
from app.models import AgendaItem, Change, File, ListCursor, Meeting, Paper, Problem, Source, SyncRun
from app.models.files import FAILED, WAITING
from oparl_sync import download, due_files, leases, mirror, parse, problems, run
from oparl_sync.parsed import Parsed
from oparl_sync.progress import Progress
from tests.oparl_sync.council import SERVER, Council, problems_of, save, thing, url

QUIET = Progress(quiet=True)


def refuse(engine: Engine, table: str) -> None:
    """Let the database refuse rows with the name `bad`."""
    with writing(engine) as session:
        if engine.dialect.name == "sqlite":
            session.execute(
                text(
                    f"CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN new.name = 'bad' "
                    "BEGIN SELECT RAISE(ABORT, 'private words'); END"
                )
            )
            return
        session.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN IF NEW.name = 'bad' THEN "
                "RAISE EXCEPTION 'private words'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
            )
        )
        session.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"))


def test_it_quarantines_what_the_database_refuses_and_takes_the_rest(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", n, name="bad" if n == 1 else f"{n}") for n in range(5)]
    refuse(engine, "paper")
    counts, failures = council.mirror(engine)
    assert (counts.quarantined, failures) == (1, [])
    assert session.scalar(select(func.count(Paper.id))) == 4
    assert problems_of(session) == [("not-stored", url("Paper"))]
    assert "private" not in repr([one.detail for one in session.scalars(select(Problem))])
    cursor = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
    assert (cursor.published, cursor.next_url) == (5, None)
    session.rollback()
    assert council.mirror(engine)[0].quarantined == 1


def test_it_ends_in_one_line_where_a_source_cannot_be_stored_at_all(engine: Engine, session: Session) -> None:
    council = Council()
    council.body["name"] = "bad"
    refuse(engine, "body")
    _, failures = council.mirror(engine)
    assert len(failures) == 1
    assert "private" not in failures[0]
    assert session.scalars(select(Source.state)).one() == "failing"
    assert session.scalars(select(SyncRun.finished_at)).one() is not None


def test_it_tells_news_of_a_council_of_which_one_list_always_fails(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", 1)]
    council.answers[f"{SERVER}/list/meeting"] = httpx.Response(500)
    council.mirror(engine)
    council.lists["paper"].append(thing("Paper", 2))
    council.mirror(engine)
    chosen = select(Change.backfill).where(Change.object_type == "Paper").order_by(Change.seq)
    assert list(session.scalars(chosen)) == [True, False]


def test_it_takes_the_history_of_a_second_council_for_no_news(engine: Engine, session: Session) -> None:
    council = Council()
    council.mirror(engine)
    second = thing("Body", 2, name="Second", paper=f"{SERVER}/papers/2")
    council.answers[f"{SERVER}/papers/2"] = {"data": [thing("Paper", 7)], "links": {}, "pagination": {}}
    council.answers[f"{SERVER}/bodies"] = {"data": [council.whole_body(), second], "links": {}, "pagination": {}}
    council.mirror(engine)
    chosen = select(Change.backfill).where(Change.object_id.in_((url("Body", 2), url("Paper", 7))))
    assert list(session.scalars(chosen)) == [True, True]


def test_it_forgets_the_old_address_of_a_list_once_all_was_read(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", 1)]
    council.mirror(engine)
    council.body["paper"] = f"{SERVER}/moved"
    council.answers[f"{SERVER}/moved"] = httpx.Response(500)
    chosen = select(ListCursor.url, ListCursor.published).where(ListCursor.object_type == "Paper")
    council.mirror(engine)
    assert (f"{SERVER}/list/paper", 1) in [tuple(row) for row in session.execute(chosen)]
    session.rollback()
    council.answers[f"{SERVER}/moved"] = {"data": [thing("Paper", 1)], "links": {}, "pagination": {}}
    council.mirror(engine)
    assert [tuple(row) for row in session.execute(chosen)] == [(f"{SERVER}/moved", 1)]


def test_it_asks_a_server_that_is_away_once_a_day_and_at_once_when_told(
    engine: Engine, session: Session, tmp_path: Path
) -> None:
    council, store = Council(), open_store(f"file://{tmp_path}/files")
    council.answers[f"{SERVER}/f"] = httpx.Response(500)
    save(engine, [thing("File", 1, accessUrl=f"{SERVER}/f"), thing("File", 2)], "File")
    with writing(engine) as writer:
        writer.get_one(File, url("File")).attempts = 5000
    source = council.source(engine).id
    download.missing(engine, source, council.client(), store, QUIET)
    row = session.get_one(File, url("File"))
    assert (row.fetch_state, row.attempts) == (WAITING, 5001)
    assert row.next_try is not None
    assert timedelta(hours=23) < row.next_try - now() <= timedelta(hours=24)
    assert session.get_one(File, url("File", 2)).fetch_state == FAILED
    session.rollback()
    due_files.again(engine, source)
    rows = session.scalars(select(File)).all()
    assert {(row.fetch_state, row.attempts, row.next_try) for row in rows} == {(WAITING, 0, None)}


def test_it_does_not_mirror_a_source_that_another_worker_has(
    settings: Settings, engine: Engine, tmp_path: Path
) -> None:
    source = Council().source(engine)
    with leases.held(engine, tmp_path / "other", f"source:{source.id}"):
        # Within one process a lease cannot be taken twice either.
        summary = run.sync(settings, engine, progress=QUIET)
    assert "works on it already" in summary.failures[source.slug][0]
    assert summary.requests == 0


def test_it_takes_what_was_withdrawn_from_the_search_before_it_fetches_files(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    council = Council()
    council.source(engine)
    monkeypatch.setattr(run, "_net", lambda _: council.client().net)
    for step in ("index.refresh", "download.missing", "run.read"):
        monkeypatch.setattr(f"oparl_sync.{step}", lambda *_, name=step: order.append(name))
    run.sync(settings, engine, progress=QUIET)
    assert order == ["index.refresh", "download.missing", "run.read", "index.refresh"]


def test_it_reads_a_page_before_it_keeps_others_from_writing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    council, inside = Council(), [False]
    council.lists["paper"] = [thing("Paper", 1)]
    parsed_inside = []

    @contextmanager
    def watched() -> Iterator[Session]:
        with writing(engine) as session:
            inside[0] = True
            yield session
            inside[0] = False

    def objects(*args: object, **options: object) -> Parsed:
        parsed_inside.append(inside[0])
        return real(*args, **options)  # type: ignore[arg-type]

    real = parse.objects
    monkeypatch.setattr(parse, "objects", objects)
    mirror.mirror(engine, watched, council.client(), council.source(engine), QUIET)
    assert parsed_inside
    assert parsed_inside.count(True) == 0


def test_it_forgets_in_few_statements(engine: Engine, session: Session) -> None:
    entries = [thing("Paper", n, date="x") for n in range(450)]
    save(engine, [*entries, thing("Meeting", 1, start="x")], "Paper")
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with writing(engine) as writer:
        problems.forget(writer, [entry["id"] for entry in entries])
    assert sum(statement.startswith("DELETE") for statement in statements) <= 5
    assert problems_of(session) == [("wrong-type", f"{url('Meeting')}#start")]
    assert session.scalar(select(func.count(Meeting.id))) == 1
    assert session.scalar(select(func.count(AgendaItem.id))) == 0
