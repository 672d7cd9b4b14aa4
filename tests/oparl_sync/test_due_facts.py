"""Facts of what changes: nothing found in an old text is kept, nothing that more knowledge would find is lost."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.documents import PageText, Reading, ocr
from app.facts import facts as facts_of
from app.facts import street_key
from app.files import open_store
from app.models import Blob, File, Page, Street
from app.queries.mentions import spans
from oparl_sync import due_documents, due_facts, extract, facts, scans, towns
from tests import factories
from tests.oparl_sync.test_facts import QUIET, found
from tests.oparl_sync.test_scans import Recogniser, recognise, save_scan

STREET = "Sitzung in der Gartenstraße 5"
PLACE = "gartenstrasse"


@pytest.fixture(autouse=True)
def recogniser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(scans, "Sandbox", Recogniser)
    monkeypatch.setattr(ocr, "installed", lambda: True)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr(Recogniser, "text", STREET)
    yield
    Recogniser.asked.clear()


def before_written(first: Callable[[], object]) -> Any:
    """Let something happen when facts were found and are not written yet."""
    original, done = facts._found, list[int]()

    def finding(*arguments: Any) -> Iterator[Any]:
        for portion in original(*arguments):
            if not done:
                done.append(1)
                first()
            yield portion

    return mock.patch.object(facts, "_found", finding)


@pytest.mark.parametrize("pages", [2, 3])
def test_text_that_is_recognised_meanwhile_is_looked_through(engine: Engine, settings: Settings, pages: int) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", *["scan"] * pages)
    store = open_store(settings.files_url)
    once_more = partial(scans.waiting, engine, store, settings, QUIET, enough=lambda: bool(Recogniser.asked))
    with before_written(once_more):
        assert facts.waiting(engine, QUIET) == 0
    assert (facts.is_owed(engine), found(engine)) == (True, [])
    recognise(engine, settings)
    facts.waiting(engine, QUIET)
    assert found(engine) == [(page, "place", PLACE) for page in range(1, pages + 1)]


def test_while_a_document_is_recognised_no_page_leads_where_its_old_text_did(
    engine: Engine, settings: Settings
) -> None:
    factories.save(engine, factories.source())
    save_scan(engine, settings, "a", *["garbled"] * 3)
    with writing(engine) as session:
        session.execute(update(Page).values(text="XX Gartenstraße 5"))
    facts.waiting(engine, QUIET)
    scans.waiting(engine, open_store(settings.files_url), settings, QUIET, enough=lambda: bool(Recogniser.asked))
    with Session(engine) as session:
        file = session.scalars(select(File)).one()
        assert [len(spans(session, file, page)) for page in (1, 2, 3)] == [0, 0, 1]


def test_a_text_that_is_read_anew_keeps_nothing_of_the_old_one(engine: Engine) -> None:
    file, blob, *pages = factories.read_file("In der Gartenstraße 5")
    factories.save(engine, factories.source(), file, blob, pages)
    facts.waiting(engine, QUIET)
    reading = Reading("ok", (PageText("Am 2. Mai 2026, Gartenstraße", "test"),), "test", "text/plain")
    with writing(engine) as session:
        extract._note(session, {blob.sha256: reading}, {blob.sha256})
    assert (facts.is_owed(engine), found(engine)) == (True, [])


def test_what_other_rules_found_is_kept_until_it_is_looked_for_again(engine: Engine) -> None:
    factories.save(engine, factories.source(), *(factories.read_file(f"Gartenstraße {n}") for n in range(1, 4)))
    facts.waiting(engine, QUIET)
    with writing(engine) as session:
        session.execute(update(Blob).values(facts_version="0"))
    assert facts.is_owed(engine)
    with mock.patch.object(due_facts, "RENEWED", 2):
        assert facts.waiting(engine, QUIET, enough=lambda: True) == 0
        assert len(found(engine)) == 3
        assert facts.waiting(engine, QUIET) == 3
    assert not facts.is_owed(engine)


def test_streets_that_are_brought_meanwhile_count_for_all(engine: Engine) -> None:
    texts = ["Haus Espenkamp 5", "Am Espenkamp 7, Espenkamp 9"]
    file, *rows = factories.read_file(texts[0])
    factories.save(engine, factories.source(), file, rows, factories.read_file(texts[1]))

    def brought() -> None:
        with writing(engine) as session:
            session.add(Street(source_id=file.source_id, key=street_key("Espenkamp"), name="Espenkamp"))
            facts.again(session, file.source_id)

    with before_written(brought), mock.patch.object(facts, "BATCH", 1):
        facts.waiting(engine, QUIET)
        facts.waiting(engine, QUIET)
    assert not facts.is_owed(engine)
    assert [value for _, _, value in found(engine)] == ["espenkamp"] * len(found(engine))
    assert len(found(engine)) >= 2


def test_a_text_that_the_rules_fail_at_costs_itself_alone(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    factories.save(engine, factories.source(), *(factories.read_file(f"Am {day}. Mai 2026") for day in (1, 2, 3)))

    def failing(words: str, known: Any) -> Any:
        if "2. Mai" in words:
            raise ValueError("no rule foresaw it")
        return facts_of(words, known)

    with mock.patch.object(facts, "facts", failing):
        assert facts.waiting(engine, QUIET) == 3
    assert not facts.is_owed(engine)
    assert sorted(value for _, _, value in found(engine)) == ["2026-05-01", "2026-05-03"]
    assert "The rules for facts fail" in caplog.text


def test_a_place_that_the_rules_fail_at_costs_no_text(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.location(description="Saal"), factories.read_file(STREET))
    with mock.patch.object(towns, "places", side_effect=ValueError("no rule foresaw it")):
        assert facts.waiting(engine, QUIET) == 1
    assert found(engine) == [(1, "place", PLACE)]


@pytest.mark.parametrize("error", [MemoryError])
def test_what_is_not_a_texts_fault_is_raised(engine: Engine, error: type[BaseException]) -> None:
    factories.save(engine, factories.source(), factories.read_file(STREET))
    with mock.patch.object(facts, "facts", side_effect=error), pytest.raises(error):
        facts.waiting(engine, QUIET)
    assert facts.is_owed(engine)


def test_a_new_kind_of_number_is_looked_for_in_recent_texts(engine: Engine) -> None:
    lately, long_ago = (factories.read_file(f"wie in BV-17-0012 auf Seite {n}") for n in (1, 2))
    lately[1].stored_at, long_ago[1].stored_at = now() - timedelta(days=9), now() - timedelta(days=900)
    factories.save(engine, factories.source(), lately, long_ago)
    facts.waiting(engine, QUIET)
    assert found(engine) == []
    factories.save(engine, [factories.paper(reference=f"BV-17-{number:04}") for number in range(10, 15)])
    factories.save(engine, factories.read_file("ohne alles"))  # as new papers come with new files
    facts.waiting(engine, QUIET)
    assert found(engine) == [(1, "reference", "bv-17-12")]
    assert not facts.is_owed(engine)


def test_what_is_next_is_found_by_an_index(engine: Engine) -> None:
    blobs = [factories.blob(f"{n}".encode(), facts_version="1", reader_version="9") for n in range(3000)]
    factories.save(engine, factories.source(), blobs)
    if engine.dialect.name == "postgresql":
        with writing(engine) as session:
            session.execute(text("ANALYZE"))
    theirs = r"ix_blob_(owing_facts|facts_version)"
    reasons = r"ix_blob_(read_state|claim|reader_version)"
    for ask, index in ((facts.is_owed, theirs), (portion_of, theirs), (due_documents.is_owed, reasons)):
        plans = plans_of(engine, ask)
        assert plans
        for plan in plans:
            assert re.search(index, plan), plan
            assert not re.search(r"Seq Scan on blob|TEMP B-TREE|Sort Key", plan), plan


def portion_of(engine: Engine) -> None:
    with Session(engine) as session:
        due_facts.portion(session)


def plans_of(engine: Engine, ask: Callable[[Engine], object]) -> list[str]:
    """Return how the database answers each query on bytes that is asked."""
    asked = list[tuple[str, Any]]()

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if " blob" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        ask(engine)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        return [
            "\n".join(str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters))
            for statement, parameters in asked
        ]
