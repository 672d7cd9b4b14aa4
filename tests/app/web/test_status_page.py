"""How complete it is: to readers in words, to programs in a fixed form, to monitors in a status."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.queries.status import last_complete, source_status, status
from app.web import create_app
from app.web.pages.status import PROBLEMS
from oparl_sync import problems
from tests import factories
from tests.app.web.conftest import Town


def test_it_counts_what_was_published_held_quarantined_and_deleted(engine: Engine) -> None:
    papers = [factories.paper(), factories.paper(), factories.paper(deleted=True)]
    lost = factories.problem(kind="no-id", quarantined=True)
    solved = factories.problem(kind="no-id", quarantined=True, solved_at=datetime.now(UTC))
    factories.save(engine, papers, lost, solved, factories.list_cursor(published=4), factories.list_cursor(published=1))
    with Session(engine) as session:
        [found] = status(session)
    assert found["slug"] == "musterstadt"
    assert found["types"]["Paper"] == {"published": 5, "held": 2, "quarantined": 1, "deleted": 1}
    assert set(found) == {"slug", "url", "state", "last_complete", "types", "files"}


def test_it_does_not_know_what_is_published_before_every_list_was_read(engine: Engine) -> None:
    factories.save(engine, factories.list_cursor(published=4), factories.list_cursor(published=None))
    with Session(engine) as session:
        [found] = status(session)
    assert found["types"]["Paper"]["published"] is None


def test_it_counts_each_file_once_as_read_unreadable_or_waiting(engine: Engine) -> None:
    scan = factories.blob(b"scan", read_state="empty")
    unread = factories.blob(b"unread", read_state=None)
    files: list[factories.Rows] = [
        factories.read_file("Text"),
        factories.file(fetch_state="waiting"),
        factories.file(fetch_state="failed"),
        factories.file(fetch_state="gone"),
        factories.file(fetch_state="fetched", blob_sha256=scan.sha256),
        factories.file(fetch_state="fetched", blob_sha256=unread.sha256),
        factories.file(fetch_state="fetched", blob_sha256=scan.sha256, deleted=True),
    ]
    factories.save(engine, scan, unread, files)
    with Session(engine) as session:
        [found] = source_status(session)
        assert status(session)[0]["files"] == {"read": 1, "unreadable": 3, "waiting": 2}
    assert found.files.total == 6
    assert dict(found.files.reasons) == {"empty": 1, "failed": 1, "gone": 1}


def test_it_puts_the_worst_first_and_trusts_only_what_all_know(engine: Engine) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    sources = [
        factories.source(slug="gut", last_complete=late),
        factories.source(slug="kaputt", state="failing", last_complete=early),
        factories.source(slug="halb", state="partial", last_complete=late),
    ]
    factories.save(engine, sources)
    with Session(engine) as session:
        assert [one.source.slug for one in source_status(session)] == ["kaputt", "halb", "gut"]
        assert last_complete(session) == early


def test_it_knows_no_date_while_one_source_was_never_complete(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.source(slug="neu", last_complete=None))
    with Session(engine) as session:
        assert last_complete(session) is None


def test_it_tells_readers_what_is_missing_and_why(client: FlaskClient, engine: Engine) -> None:
    factories.save(
        engine,
        factories.source(state="failing", state_reason="HTTP 500 on every list."),
        factories.body(name="Stadt Musterstadt"),
        factories.problem(kind="no-id", quarantined=True, detail="A list entry has no id."),
        factories.problem(kind="brand-new-kind", detail="Something <new> happened."),
        [factories.file(fetch_state="failed"), factories.file(fetch_state="failed")],
    )
    text = client.get("/status").text
    assert "Der Server antwortet nicht, wie er soll: Stadt Musterstadt." in text
    assert "<b>2</b> Dateien liefert der Server nicht aus." in text
    assert "Objekte kommen ohne Kennung" in text
    assert "Something &lt;new&gt; happened." in text
    assert "%" not in text.partition("<main")[2].partition("</main>")[0]


def test_it_says_that_and_why_a_council_is_incomplete(client: FlaskClient, engine: Engine) -> None:
    early = datetime(2026, 1, 1, 6, tzinfo=UTC)
    reason = "https://council.example/papers?page=7: HTTP 500 <b>"
    factories.save(
        engine,
        factories.source(state="partial", state_reason=reason, last_complete=early),
        factories.body(name="Stadt Musterstadt"),
    )
    text = client.get("/status").text
    assert "Die Daten von Stadt Musterstadt sind unvollständig." in text
    assert "alles bis zu diesem Stand: 1.\u00a0Januar" in text
    assert "https://council.example/papers?page=7: HTTP 500 &lt;b&gt;" in text
    assert "Unvollständig</span>" in text
    assert "Wird eingelesen" not in text
    assert "Der Server antwortet nicht" not in text


def test_it_has_words_for_every_kind_of_problem_and_for_no_other() -> None:
    kinds = {
        getattr(problems, name) for name in dir(problems) if name.isupper() and isinstance(getattr(problems, name), str)
    }
    assert set(PROBLEMS) == kinds


def test_it_is_well_while_database_and_index_answer(client: FlaskClient, town: Town) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": True, "search": True})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_says_which_part_does_not_answer(settings: Settings) -> None:
    broken = Settings.from_environment(
        {
            "RATSLUPE_HOME": str(settings.home),
            "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1",
            "SEARCH_URL": f"embedded://{settings.home / 'index'}",
        }
    )
    answer = create_app(broken).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "failing", "database": False, "search": True})
    page = create_app(broken).test_client().get("/")
    assert page.status_code == 503
    assert "127.0.0.1" not in page.text


def test_it_keeps_crawlers_out_of_searches(app: Flask) -> None:
    answer = app.test_client().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /search" in answer.text
    assert "Disallow: /papers" not in answer.text
