"""News of what servers write that is nothing of the kind: no record stops the news of all others."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app import changes as log
from app.db import writing
from app.models import Blob, Change
from app.news import refreshing as news
from app.news import rules
from app.news.behind import Behind
from app.news.refs import Found
from tests import factories as make
from tests.app.alerts.press import MONDAY, Press, consultation, file, item, meeting, paper
from tests.oparl_sync.anything import DIFFERENCES
from tests.oparl_sync.council import Council, thing, url

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def press(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Press:
    """Give a council of which each kind of record is known whose history is kept."""
    found = Press(engine, monkeypatch)
    for kind, entry in (
        ("Organization", thing("Organization", name="Bauausschuss")),
        ("Person", thing("Person", name="Jorun Eichhoff")),
        ("Meeting", meeting(location=thing("Location", room="Saal"), agendaItem=[item(1, result=7)])),
        ("Paper", paper(mainFile=file(), consultation=[consultation(1, meeting=url("Meeting"))])),
    ):
        found.publish(kind, entry, backfill=True)
    assert found.heard() == []
    return found


def no_complaint(caplog: pytest.LogCaptureFixture) -> bool:
    return not [one for one in caplog.records if one.name == rules.__name__]


@ON_SQLITE
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pages=st.lists(st.lists(DIFFERENCES, min_size=1, max_size=6), min_size=1, max_size=3), day=st.integers(-3, 3))
def test_whatever_a_server_writes_news_go_on(
    press: Press,
    caplog: pytest.LogCaptureFixture,
    pages: list[list[tuple[str, dict[str, list[Any]]]]],
    day: int,
) -> None:
    press.now = MONDAY + timedelta(days=20 + day)
    for page in pages:
        press.now += timedelta(minutes=1)
        _differ(press, page)
    press.index()
    news.refresh(press.engine, moment=press.now)
    with Session(press.engine) as session:
        assert news.reached(session) == log.last_seq(session)
    assert no_complaint(caplog)


def _differ(press: Press, page: list[tuple[str, dict[str, list[Any]]]]) -> None:
    source = Council().source(press.engine)
    blank = {"kind": "updated", "content_hash": None, "backfill": False, "at": press.now, "source_id": source.id}
    lines = [
        blank | {"object_type": kind, "object_id": url(kind), "fields": list(diff), "diff": diff} for kind, diff in page
    ]
    with writing(press.engine) as session:
        log.append(session, lines)


def test_a_result_that_was_no_text_is_told_once_it_is_one(press: Press, caplog: pytest.LogCaptureFixture) -> None:
    press.now = MONDAY + timedelta(days=20)
    for result in (["Beschlossen"], "Beschlossen", {"is": "Beschlossen"}):
        press.publish("Meeting", meeting(location=url("Location"), agendaItem=[item(1, result=result)]))
    assert press.heard() == ["decided:agendaitem/1:accepted"]
    assert no_complaint(caplog)


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z"])
def test_a_date_that_stands_for_none_is_none(press: Press, caplog: pytest.LogCaptureFixture, never: str) -> None:
    press.publish("Meeting", meeting(2, start=None) | {"start": never})
    both = [consultation(1, meeting=url("Meeting")), consultation(2, meeting=url("Meeting", 2))]
    press.publish("Paper", paper(mainFile=file(), consultation=both))
    assert press.heard() == ["new:meeting/2"]
    press.publish("Meeting", meeting(2))
    assert press.heard() == [f"changed:meeting/2:{press.read}", "planned:consultation/2:meeting/2:2026-03-22"]
    assert no_complaint(caplog)


def test_a_meeting_that_was_named_by_something_else_than_its_id_is_told(
    press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    press.publish("Paper", paper(2, consultation=[consultation(2, meeting={"id": url("Meeting"), "type": "x"})]))
    press.publish("Paper", paper(2, consultation=[consultation(2, meeting=url("Meeting"))]))
    press.publish("Meeting", meeting(location=thing("Location", room="Saal"), start=MONDAY + timedelta(days=21)))
    assert [one.kind for one in press.told()] == ["new", "changed", "planned", "planned"]
    assert no_complaint(caplog)


def test_what_cannot_be_told_costs_nothing_but_itself(
    press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    as_it_is = rules._of_record

    def breaking(change: Change, behind: Behind) -> Any:
        if change.object_id == url("Paper", 3):
            raise TypeError("unhashable")
        found: list[Found] = list(as_it_is(change, behind))
        return found

    monkeypatch.setattr(rules, "_of_record", breaking)
    press.publish("Paper", paper(2), paper(3), paper(4))
    press.publish("Paper", paper(5))
    assert press.heard() == ["new:paper/2", "new:paper/4", "new:paper/5"]
    assert url("Paper", 3) in caplog.text


@ON_SQLITE
@pytest.mark.parametrize(
    ("before", "after", "at_once", "later"),
    [
        ("Tempo 30", "Tempo  30\n", False, False),  # a PDF that is made anew whenever it is asked for
        ("Tempo 30", "Tempo 50", False, True),
        ("", "Tempo 50", True, True),
        (None, "Tempo 30", True, True),  # what it said before is forgotten
    ],
)
def test_other_bytes_with_the_same_text_are_no_news(
    press: Press, before: str | None, after: str, at_once: bool, later: bool
) -> None:
    old, new = make.blob(b"old"), make.blob(b"new", read_state=None)
    make.save(press.engine, new, *([old, make.page(old, 1, before)] if before is not None else []))
    press.note("File", 1, "content", diff={"sha256": [old.sha256, new.sha256], "size": [1, 2]})
    assert bool(press.heard()) == at_once
    with writing(press.engine) as session:
        session.execute(update(Blob).values(read_state="ok"))
    make.save(press.engine, make.page(new, 1, after))
    press.note("File", 1, "text")
    assert bool(press.heard()) == later
