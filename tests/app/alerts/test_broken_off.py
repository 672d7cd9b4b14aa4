"""A pass that is broken off at eight o'clock: nobody gets in two mails what belongs in one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts import running
from app.alerts.bundling import bundle
from app.alerts.matching import LATE, match
from app.alerts.rehearsing import Listener
from app.config import Settings
from app.models import AlertNotice
from tests import factories as make
from tests.app.alerts.happening import Town

SIX = datetime(2026, 3, 2, 5, tzinfo=UTC)  # in Germany
EIGHT = datetime(2026, 3, 2, 7, tzinfo=UTC)
THINGS = 3  # that one reader follows, each with an alert of its own


class Slow:
    """Patience that is over after so many questions."""

    def __init__(self, questions: int) -> None:
        self._answers = iter([False] * questions)

    def is_over(self) -> bool:
        """See running._Patience."""
        return next(self._answers, True)


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    """Give somebody who hears once a day, of three things of which each changed at six."""
    town = Town(engine, settings, EIGHT + timedelta(seconds=5))
    papers = [make.paper(reference=f"2026/{number}") for number in range(THINGS)]
    make.save(engine, *papers)
    first = town.follow("paper", papers[0].id, frequency="daily")
    make.save(engine, *(make.alert(first.subscriber_id, "paper", one.id, frequency="daily") for one in papers[1:]))
    for one in papers:
        town.tell(one, "changed", refs=[f"paper:{one.id}"], at=SIX)
    return town


def passes(town: Town, monkeypatch: pytest.MonkeyPatch, questions: int, heard: Listener) -> Iterator[int]:
    """Do passes of so many questions, five seconds apart; yields how many things wait after each."""
    while True:
        monkeypatch.setattr(running, "_Patience", lambda _: Slow(questions))
        running.pass_on(town.engine, heard, town.settings, clock=lambda: town.now, paced=False)
        with Session(town.engine) as session:
            yield len(session.scalars(select(AlertNotice.key).where(AlertNotice.delivery_id.is_(None))).all())
        town.now += timedelta(seconds=5)


def follow_at_once(town: Town) -> tuple[Any, Any]:
    """Have somebody else, and the same reader, follow another paper, and hear of it at once."""
    paper = make.paper(reference="2026/99")
    make.save(town.engine, paper)
    other = town.follow("paper", paper.id)
    town.tell(paper, "changed", refs=[f"paper:{paper.id}"], at=town.now)
    return paper, other


def test_whoever_hears_once_a_day_gets_one_mail_of_all_of_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Listener()
    counted = []
    for waiting in passes(town, monkeypatch, 2, heard):
        counted.append((waiting, len(heard.messages)))
        if heard.messages or len(counted) > THINGS:
            break
    # What was found waits until all of it is.
    assert counted == [(1, 0), (2, 0), (0, 1)]
    (mail,) = heard.messages
    assert str(mail["Subject"]).startswith("3 ")


def test_what_goes_at_once_goes_meanwhile(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    _, other = follow_at_once(town)
    heard = Listener()
    waiting = next(passes(town, monkeypatch, 2, heard))
    assert waiting == 1
    assert [str(one["To"]) for one in heard.messages] == [f"reader{other.subscriber_id}@example.org"]


def test_reminders_go_meanwhile(town: Town) -> None:
    alert, meeting = town.follow(frequency="daily"), make.meeting()
    make.save(town.engine, meeting)
    make.save(town.engine, make.notice(alert, meeting, "reminder", due_at=SIX))
    assert bundle(town.engine, town.settings, town.now, at_once=True) == 1


def test_only_what_is_broken_off_while_mails_are_to_go_is_waited_for(town: Town) -> None:
    def pass_at(moment: datetime) -> bool:
        return match(town.engine, town.settings, moment, whole=False, enough=lambda: True).broken

    assert pass_at(EIGHT + timedelta(seconds=1))
    assert pass_at(EIGHT + LATE - timedelta(seconds=1))
    # Who waits for what never comes to an end waits no longer.
    assert not pass_at(EIGHT + LATE)
    assert not pass_at(EIGHT - timedelta(seconds=1))
    # Nor is a pass that came to the end.
    assert not match(town.engine, town.settings, EIGHT, whole=False).broken
    assert not pass_at(EIGHT)


def test_a_pass_that_never_comes_to_an_end_keeps_no_mail(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Listener()
    each = passes(town, monkeypatch, 2, heard)
    assert next(each) == 1
    town.now = EIGHT + LATE
    assert next(each) == 0
    assert len(heard.messages) == 1
