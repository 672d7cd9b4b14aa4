"""Following a street: which streets a text names is found out after it is indexed."""

import pytest
from sqlalchemy import update

from app.alerts import happened, matching
from app.alerts.matching import PATIENCE
from app.db import writing
from app.facts import FACTS_VERSION
from app.indexing import stale
from app.models import Blob, Mention
from tests import factories as make
from tests.app.alerts.conftest import Desk

STREET = 'ort:="Gartenstraße"'


def arrive(desk: Desk) -> tuple[str, str]:
    """Let a file with a text arrive, and be indexed; returns its id, and the hash of its bytes."""
    rows = make.read_file("Etwas in der Gartenstraße", name="Anlage")
    make.save(desk.engine, rows)
    make.save(desk.engine, make.change(rows[0], at=desk.now, fields=["text"]))
    desk.refresh()
    return rows[0].id, rows[1].sha256


def look_through(desk: Desk, file_id: str, sha256: str) -> None:
    """Find the street in the text."""
    with writing(desk.engine) as session:
        session.add(
            Mention(sha256=sha256, page=1, start=13, end=25, kind="place", value="gartenstrasse", label="Gartenstraße")
        )
        session.execute(update(Blob).values(facts_version=FACTS_VERSION))
        stale.note(session, "File", [file_id])


def test_whoever_follows_a_street_learns_of_texts_in_which_it_is_found_later(desk: Desk) -> None:
    desk.follow(STREET)
    file_id, sha256 = arrive(desk)
    assert desk.run().alerts == 0  # nobody goes past it
    look_through(desk, file_id, sha256)
    assert desk.run().alerts == 0  # found, and not yet in the index
    desk.refresh()
    assert desk.run().sent == 1
    assert desk.run().sent == 0


def test_nobody_waits_for_ever_for_a_text_that_is_not_looked_through(desk: Desk) -> None:
    desk.follow(STREET)
    arrive(desk)
    assert desk.run().alerts == 0
    desk.wait(seconds=PATIENCE.total_seconds() + 1)
    assert desk.run().alerts == 1


@pytest.mark.parametrize("most", [1, 2, happened.MOST])
def test_many_news_behind_a_text_carry_nobody_past_it(desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(matching, "window", lambda session, after, until: happened.window(session, after, until, most))
    desk.follow(STREET)
    before = desk.alerts()[0].seq
    file_id, sha256 = arrive(desk)
    papers = [make.paper(name="Brücke", reference=f"2026/{number}") for number in range(20, 25)]
    desk.publish(*papers)
    assert desk.run().alerts == 0
    assert desk.alerts()[0].seq == before
    look_through(desk, file_id, sha256)
    desk.refresh()
    assert desk.run().notices == 1
    assert [one.object_id for one in desk.notices()] == [file_id]
