"""Pages are looked through once, again when their text is another, and what is found is never their words."""

from typing import Any

import pytest
from sqlalchemy import Engine, delete, inspect, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Blob, File, Page, PageFlag, PageScan
from app.quality import scanning
from app.quality.counting import count
from app.quality.patterns import VERSION
from tests import factories

IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.fixture
def blob(engine: Engine) -> Blob:
    """Give a document of three pages, of which two hold what may be private."""
    paper = factories.paper()
    read = factories.read_file(f"{IBAN} und {IBAN}", "nichts", "wohnhaft, geb. 1.2.1960", of=paper)
    factories.save(engine, factories.body(), paper, read)
    return next(row for row in read if isinstance(row, Blob))


def found(engine: Engine) -> list[tuple[int, str, int]]:
    with Session(engine) as session:
        rows = session.execute(
            select(PageFlag.page, PageFlag.kind, PageFlag.count).order_by(PageFlag.page, PageFlag.kind)
        )
        return [(page, kind, number) for page, kind, number in rows]


def test_it_looks_once_and_counts_by_page_and_kind(engine: Engine, blob: Blob) -> None:
    assert scanning.waiting(engine) == 1
    assert scanning.waiting(engine) == 0
    assert found(engine) == [(1, "iban", 2), (3, "birth", 1), (3, "home", 1)]
    with Session(engine) as session:
        assert not scanning.is_owed(session)
        assert count(session, now())[factories.BODY_ID]["privacy.pages"] == [2, 3]
        [first, *_] = scanning.flagged(session, factories.BODY_ID)
        assert (first.page, first.kind, first.count) == (1, "iban", 2)
        assert list(scanning.flagged(session, "https://elsewhere.example/body")) == []


def test_nothing_of_what_was_found_is_kept(engine: Engine, blob: Blob) -> None:
    scanning.waiting(engine)
    with engine.connect() as connection:
        for table in ("page_flag", "page_scan", "quality_snapshot"):
            assert inspect(engine).has_table(table)
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert "3704" not in str(rows)
            assert "1960" not in str(rows)


@pytest.mark.parametrize("column", [{"facts_revision": 7}, {}])
def test_a_text_that_was_read_anew_is_looked_through_anew(engine: Engine, blob: Blob, column: dict[str, Any]) -> None:
    scanning.waiting(engine)
    with writing(engine) as session:
        session.execute(update(Page).values(text="nichts"))
        if column:
            session.execute(update(Blob).values(**column))
        else:  # other shapes
            session.execute(update(PageScan).values(version=f"{VERSION}0"))
    assert scanning.waiting(engine) == 1
    assert found(engine) == []


def test_it_stops_when_it_is_told_and_goes_on_there(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "AT_ONCE", 2)
    blobs = [factories.blob(sha256=f"{number:064x}") for number in range(5)]
    factories.save(engine, blobs, [factories.page(one, text=IBAN) for one in blobs])
    told: list[tuple[int, int]] = []
    assert scanning.waiting(engine, enough=lambda: len(told) == 1, progress=lambda *one: told.append(one)) == 2
    assert told == [(2, 5)]
    assert scanning.waiting(engine) == 3
    assert len(found(engine)) == 5


def test_a_document_that_goes_meanwhile_leaves_nothing(
    engine: Engine, blob: Blob, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = scanning._looked_through

    def and_lose(*told: Any) -> Any:
        seen = look(*told)
        with writing(engine) as session:
            session.execute(delete(Blob))
        return seen

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "_looked_through", and_lose)
        scanning.waiting(engine)
    assert found(engine) == []


def test_what_is_gone_is_forgotten(engine: Engine, blob: Blob) -> None:
    scanning.waiting(engine)
    with writing(engine) as session:
        session.execute(delete(Page))
        session.execute(delete(Blob))
    scanning.tidy(engine)
    assert found(engine) == []
    with Session(engine) as session:
        assert session.scalar(select(PageScan.sha256)) is None


def test_of_what_is_withdrawn_nothing_is_listed(engine: Engine, blob: Blob) -> None:
    scanning.waiting(engine)
    with writing(engine) as session:
        session.execute(update(File).values(deleted=True))
    with Session(engine) as session:
        assert list(scanning.flagged(session)) == []
        assert "privacy.pages" not in count(session, now())[factories.BODY_ID]


def test_pictures_of_text_are_counted(engine: Engine, blob: Blob) -> None:
    with writing(engine) as session:
        session.execute(update(Page).where(Page.number == 2).values(method="ocr"))
    scanning.waiting(engine)
    with Session(engine) as session:
        assert count(session, now())[factories.BODY_ID]["File.files.scans"] == [1, 1]
