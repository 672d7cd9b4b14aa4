"""Items of an agenda that nobody may read: they are no agenda, and none that changed; nor are they when news are made
anew."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from app.news import refreshing as news
from tests.app.alerts.press import MONDAY, Press, item, meeting
from tests.oparl_sync.council import thing

CLOSE = 19  # days, until the first meeting is a day ahead


@pytest.fixture
def press(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Press:
    """Give a council that was mirrored before, with a committee and a meeting."""
    found = Press(engine, monkeypatch)
    found.publish("Organization", thing("Organization", name="Bauausschuss"), backfill=True)
    found.publish("Meeting", meeting(), backfill=True)
    return found


def secret(number: int = 9, **more: Any) -> dict[str, Any]:
    """Build an item behind closed doors."""
    return item(number, public=False, **more)


def agendas(press: Press) -> list[str]:
    """Return what is told of agendas since the last time."""
    return [one.key.split(":")[1] for one in press.told() if one.kind == "agenda"]


def whole(press: Press) -> list[tuple[str, int]]:
    """Return all that was ever told of agendas."""
    return [(one.key, one.seq) for one in press.every() if one.kind == "agenda"]


def made_anew(press: Press) -> list[tuple[str, int]]:
    """Return it as it is when news are made anew."""
    news.rebuild(press.engine, moment=press.now)
    return whole(press)


def test_they_are_no_agenda_and_the_first_that_may_be_read_is(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[secret(8), secret(9)]))
    assert press.heard() == []
    press.publish("Meeting", meeting(agendaItem=[secret(8), secret(9), item(1)]), days=1)
    assert press.heard() == ["agenda:meeting/1", "new:agendaitem/1"]


def test_the_agenda_of_a_meeting_that_was_announced_with_them_is_told_when_it_comes(press: Press) -> None:
    press.publish("Meeting", meeting(2, agendaItem=[secret()]))
    assert press.heard() == ["new:meeting/2"]
    press.publish("Meeting", meeting(2, agendaItem=[secret(), item(1), item(2)]), days=3)
    assert set(press.heard()) == {"agenda:meeting/2", "new:agendaitem/1", "new:agendaitem/2"}


@pytest.mark.parametrize(
    "items",
    [
        [item(1), secret(), secret(8)],
        [item(1), secret(name="Grundstück")],
        [item(1)],
    ],
    ids=["one more", "another name", "one less"],
)
def test_an_agenda_does_not_change_by_them(press: Press, items: list[dict[str, Any]]) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1), secret()]))
    assert agendas(press) == ["meeting/1"]
    press.publish("Meeting", meeting(agendaItem=items), days=CLOSE)
    assert agendas(press) == []


@pytest.mark.parametrize(("before", "after"), [(secret(2), item(2)), (item(2), secret(2))], ids=["opened", "closed"])
def test_it_does_where_one_is_opened_or_closed(press: Press, before: dict[str, Any], after: dict[str, Any]) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1), before]))
    press.told()
    press.publish("Meeting", meeting(agendaItem=[item(1), after]), days=CLOSE)
    assert agendas(press) == ["meeting/1"]


def test_what_is_opened_is_an_agenda_from_then_on(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[secret(1)]))
    assert press.heard() == []
    press.publish("Meeting", meeting(agendaItem=[item(1)]), days=2)
    assert press.heard() == ["agenda:meeting/1"], "an item that was here is not new, but nobody could read it"
    press.publish("Meeting", meeting(agendaItem=[item(1), item(2)]), minutes=5)
    assert agendas(press) == []
    live = [one.key for one in press.every()]
    news.rebuild(press.engine, moment=press.now)
    assert [one.key for one in press.every()] == live, "it was not public when it came, though it is by now"


def test_what_is_closed_later_was_an_agenda(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1)]))
    assert "agenda:meeting/1" in press.heard()
    press.publish("Meeting", meeting(agendaItem=[secret(1)]), days=2)
    press.publish("Meeting", meeting(agendaItem=[secret(1), item(2)]), days=1)
    assert agendas(press) == [], "it is not the first one"
    live = whole(press)
    assert made_anew(press) == live


def test_news_made_anew_say_the_same_of_changes_shortly_before(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1)]))
    press.publish("Meeting", meeting(agendaItem=[item(1), secret(2)]), days=CLOSE)
    assert agendas(press) == ["meeting/1"]
    press.publish("Meeting", meeting(agendaItem=[item(1), item(2)]), hours=2)
    assert agendas(press) == ["meeting/1"]
    live = whole(press)
    assert made_anew(press) == live
    assert press.now < MONDAY + timedelta(days=20)
