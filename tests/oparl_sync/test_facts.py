"""Texts are looked through once, newest first, a batch a commit; whatever happens in between, no fact is wrong."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.facts import FACTS_VERSION
from app.files import open_store
from app.models import Blob, File, Mention, Page, Paper, Street
from oparl_sync import download, due_facts, erase, facts
from oparl_sync.progress import Progress
from tests import factories

QUIET = Progress(quiet=True)
TEXT = "Mit Vorlage 2026/0417 wurden am 12.03.2026 für die Gartenstraße 5 insgesamt 12.500 Euro bewilligt."


def found(engine: Engine) -> list[tuple[int, str, str]]:
    """Return page, kind and value of all facts."""
    with Session(engine) as session:
        rows = session.scalars(select(Mention).order_by(Mention.sha256, Mention.page, Mention.start))
        return [(row.page, row.kind, row.value) for row in rows]


def test_it_finds_what_stands_on_each_page(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file(TEXT, "", "Am 1. Mai 2026"))
    assert facts.is_owed(engine)
    assert facts.waiting(engine, QUIET) == 1
    assert not facts.is_owed(engine)
    assert found(engine) == [
        (1, "reference", "2026/417"),
        (1, "date", "2026-03-12"),
        (1, "place", "gartenstrasse"),
        (1, "amount", "1250000"),
        (3, "date", "2026-05-01"),
    ]
    with Session(engine) as session:
        for row in session.scalars(select(Mention).where(Mention.page == 1)):
            assert TEXT[row.start : row.end].strip()
        (amount,) = session.scalars(select(Mention).where(Mention.kind == "amount"))
        assert (TEXT[amount.start : amount.end], amount.number) == ("12.500 Euro", 1_250_000)


def test_it_does_so_once(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file(TEXT))
    facts.waiting(engine, QUIET)
    before = found(engine)
    assert facts.waiting(engine, QUIET) == 0
    assert found(engine) == before


@pytest.mark.parametrize("version", [None, "0"])
def test_it_does_so_again_for_a_new_text_and_by_new_rules(engine: Engine, version: str | None) -> None:
    factories.save(engine, factories.source(), factories.read_file(TEXT))
    facts.waiting(engine, QUIET)
    with writing(engine) as session:
        session.execute(update(Page).values(text="Am 2. Mai 2026"))
        session.execute(update(Blob).values(facts_version=version))
    assert facts.waiting(engine, QUIET) == 1
    assert found(engine) == [(1, "date", "2026-05-02")]


def test_what_is_not_read_yet_waits(engine: Engine) -> None:
    rows = factories.read_file(TEXT)
    rows[1].read_state = None
    factories.save(engine, factories.source(), rows)
    assert facts.waiting(engine, QUIET) == 0
    assert found(engine) == []


def test_a_text_without_facts_is_done_all_the_same(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file("Nichts", ""), factories.blob(b"of nobody"))
    assert facts.waiting(engine, QUIET) == 2
    assert not facts.is_owed(engine)


def test_the_newest_documents_come_first(engine: Engine) -> None:
    rows = [factories.read_file(f"Am {day}. Mai 2026") for day in (1, 2, 3)]
    for age, (_, blob, *_) in zip((2, 1, 3), rows, strict=True):
        blob.stored_at = now() - timedelta(days=age)
    factories.save(engine, factories.source(), *rows)
    with mock.patch.object(facts, "BATCH", 1), stopped_before(2), pytest.raises(KeyboardInterrupt):
        facts.waiting(engine, QUIET)
    assert found(engine) == [(1, "date", "2026-05-02")]


def test_a_killed_run_is_taken_up_where_it_was(engine: Engine) -> None:
    factories.save(engine, factories.source(), *(factories.read_file(f"Am {day}. Mai 2026") for day in range(1, 8)))
    for kills in range(4):
        with mock.patch.object(facts, "BATCH", 2), stopped_before(2 if kills else 1), pytest.raises(KeyboardInterrupt):
            facts.waiting(engine, QUIET)
        assert len(found(engine)) == 2 * kills
    assert facts.waiting(engine, QUIET) == 1
    assert sorted(found(engine)) == [(1, "date", f"2026-05-0{day}") for day in range(1, 8)]


def test_what_is_read_anew_in_the_meantime_stays_owed(engine: Engine) -> None:
    rows = factories.read_file(TEXT)
    factories.save(engine, factories.source(), rows)

    def meanwhile(session: Session) -> None:
        session.execute(update(Page).values(text="Am 2. Mai 2026"))
        due_facts.forget(session, [rows[1].sha256])

    with once(facts, "_note", meanwhile, engine):
        assert facts.waiting(engine, QUIET) == 0
    assert (facts.is_owed(engine), found(engine)) == (True, [])
    assert facts.waiting(engine, QUIET) == 1
    assert found(engine) == [(1, "date", "2026-05-02")]


def test_what_is_erased_in_the_meantime_leaves_nothing(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file(TEXT))

    def meanwhile(session: Session) -> None:
        session.execute(delete(Page))
        session.execute(delete(Blob))

    with once(facts, "_note", meanwhile, engine):
        facts.waiting(engine, QUIET)
    assert found(engine) == []


def test_an_erased_paper_takes_its_facts_with_it(engine: Engine, settings: Any) -> None:
    paper = factories.paper(reference="GEHEIM 2026/1")
    factories.save(engine, factories.source(), paper, factories.read_file(TEXT, of=paper))
    facts.waiting(engine, QUIET)
    assert found(engine)
    erase.erase(engine, paper.id, "http://portal.example")
    download.tidy(engine, open_store(settings.files_url))
    assert found(engine) == []
    with Session(engine) as session:
        assert session.scalars(select(Paper.reference_key)).all() == [None]


def test_papers_from_before_get_the_keys_of_their_numbers(engine: Engine) -> None:
    papers = [factories.paper(reference="DS 0123/2026", reference_key=None), factories.paper(reference=None)]
    factories.save(engine, factories.source(), *papers)
    facts.waiting(engine, QUIET)
    with Session(engine) as session:
        keys = {row.reference: row.reference_key for row in session.scalars(select(Paper))}
    assert keys == {"DS 0123/2026": "123/2026", None: None}


def test_it_knows_the_numbers_and_the_streets_of_the_source(engine: Engine) -> None:
    text = "wie in BV-17-0012 für den Lohedamm und Am Alten Wehr 3, nicht am Anger"
    papers = [factories.paper(reference=f"BV-17-{number:04}") for number in range(10, 15)]
    places = [
        factories.location(street_address="Lohedamm 15", description="Am Alten Wehr 1, 59999 Lohenbrück"),
        factories.location(street_address="Rathaus", description="Sitzungssaal"),
    ]
    factories.save(engine, factories.source(), factories.body(), papers, places, factories.read_file(text))
    with writing(engine) as session:
        session.add(Street(source_id=1, key="amaltenwehr", name="Am Alten Wehr"))
    facts.waiting(engine, QUIET)
    assert [value for _, _, value in found(engine)] == ["bv-17-12", "lohedamm", "amaltenwehr"]


def test_more_knowledge_of_a_town_lets_its_texts_be_looked_through_again(engine: Engine) -> None:
    file, *rows = factories.read_file("Am Zirkel 5 wird am Espenkamp 3 gebaut")
    factories.save(engine, factories.source(), factories.body(), file, *rows)
    facts.waiting(engine, QUIET)
    assert found(engine) == []
    with writing(engine) as session:
        session.add(Street(source_id=1, key="espenkamp", name="Espenkamp"))
        facts.again(session, file.source_id)
    facts.waiting(engine, QUIET)
    assert found(engine) == [(1, "place", "espenkamp")]


def test_a_page_of_nothing_but_sums_is_bounded(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file("12 Euro, " * 9_000))
    facts.waiting(engine, QUIET)
    assert len(found(engine)) == facts.MOST


def test_a_document_of_nothing_but_sums_is_bounded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MOST_OF_ALL", 5)
    factories.save(engine, factories.source(), factories.read_file(*["12 Euro, 13 Euro"] * 9))
    facts.waiting(engine, QUIET)
    assert [page for page, _, _ in found(engine)] == [1, 1, 2, 2, 3]
    assert not facts.is_owed(engine)


def test_it_holds_the_facts_of_few_documents_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "MOST_OF_ALL", 4)
    files = [factories.read_file(f"Am {day}. Mai 2026", "am 1. Juni 2026") for day in range(1, 8)]
    factories.save(engine, factories.source(), *files)
    written, sizes = facts._note, list[list[int]]()

    def noted(session: Session, revisions: dict[str, int], rows: dict[str, Any]) -> int:
        assert revisions.keys() == rows.keys()
        sizes.append([len(one) for one in rows.values()])
        return written(session, revisions, rows)

    monkeypatch.setattr(facts, "_note", noted)
    assert facts.waiting(engine, QUIET) == 7
    assert sizes == [[2, 2], [2, 2], [2, 2], [2]]
    assert len(found(engine)) == 14


def test_of_a_text_without_pages_only_so_much_is_looked_through(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "LONGEST", 40)
    factories.save(engine, factories.source(), factories.read_file("Am 1. Mai 2026 und so fort" + " " * 40 + "12 Euro"))
    facts.waiting(engine, QUIET)
    assert found(engine) == [(1, "date", "2026-05-01")]


def test_the_version_is_noted(engine: Engine) -> None:
    factories.save(engine, factories.source(), factories.read_file(TEXT))
    facts.waiting(engine, QUIET)
    with Session(engine) as session:
        assert session.scalars(select(Blob.facts_version)).all() == [FACTS_VERSION]
        assert session.scalar(select(File.id)) is not None


def stopped_before(batch: int) -> Any:
    """Interrupt before the results of this batch are written, counted from 1."""
    written, calls = facts._note, list[int]()

    def counting(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == batch:
            raise KeyboardInterrupt
        return written(*arguments)

    return mock.patch.object(facts, "_note", counting)


def once(module: Any, name: str, first: Any, engine: Engine) -> Any:
    """Let something happen before the function is called for the first time, in its own transaction."""
    original, done = getattr(module, name), list[int]()

    def acting(session: Session, *arguments: Any) -> Any:
        if not done:
            done.append(1)
            first(session)
        return original(session, *arguments)

    return mock.patch.object(module, name, acting)
