"""What a list or a holder has no more: asked for by its own address, and taken back only by what that answers."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import AgendaItem, Alias, Change, Lookup, Paper, Person, Problem
from app.shown import present
from oparl_sync import lookups, mirror, problems
from oparl_sync.progress import Progress
from tests.oparl_sync.council import SERVER, Council, thing, url
from tests.oparl_sync.filtering import Filtering

GONE = httpx.Response(404, json={"error": "nothing here"})


@pytest.fixture
def council() -> Filtering:
    made = Filtering()
    made.lists["paper"] = [made.stamped("Paper", n, name=f"Antrag {n}") for n in range(40)]
    return made


def take_away(council: Filtering, *numbers: int, said: Any = None) -> None:
    """Take papers from their list; their own addresses answer 404, or what is given."""
    gone = {url("Paper", n) for n in numbers}
    council.lists["paper"] = [one for one in council.lists["paper"] if one["id"] not in gone]
    for number in numbers:
        council.single("Paper", number, said or httpx.Response(404, json={}))


def alive(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Paper.id)).where(present(Paper))) or 0


def answers(session: Session) -> list[tuple[str, str | None]]:
    session.rollback()
    return sorted((row.reason, row.answer) for row in session.scalars(select(Lookup)))


def make_due(engine: Engine, *, days: int = 0, misses: int | None = None) -> None:
    """Let the time pass until what was asked for is asked for again."""
    values: dict[str, Any] = {"next_try": now() - timedelta(seconds=1)}
    if days:
        values["noted_at"] = now() - timedelta(days=days)
    if misses is not None:
        values["misses"] = misses
    with writing(engine) as session:
        session.execute(update(Lookup).values(**values))


@pytest.mark.parametrize("said", [404, 410, "tombstone", 401, 403])
def test_it_takes_back_what_a_whole_list_lacks_and_its_own_address_denies(
    council: Filtering, engine: Engine, session: Session, said: Any
) -> None:
    council.mirror(engine)
    answer = thing("Paper", 3, deleted=True) if said == "tombstone" else httpx.Response(said, json={})
    take_away(council, 3, said=answer)
    counts, failures = council.mirror(engine, full=True)
    assert (counts.deleted, failures, alive(session)) == (1, [], 39)
    row = session.get_one(Paper, url("Paper", 3))
    assert (row.deleted, row.name) == (True, None)
    last = session.scalars(select(Change).order_by(Change.seq.desc()).limit(1)).one()
    assert (last.object_id, last.kind, last.backfill) == (url("Paper", 3), "deleted", False)
    assert answers(session) == ([("unlisted", "restricted")] if said in (401, 403) else [])


@pytest.mark.parametrize(
    "said",
    [
        httpx.Response(500),
        httpx.Response(429),
        httpx.Response(400, json={}),
        httpx.Response(200, content=b"<html>Fehler</html>"),
        httpx.Response(200, content=b"<html>Zugriff pr\xc3\xbcfen</html>"),
        httpx.Response(403, content=b"<html>Zugriff pr\xc3\xbcfen</html>"),
        httpx.Response(200, json={"type": "https://schema.oparl.org/1.1/Error", "message": "OParl is not active."}),
        httpx.Response(200, json=thing("System", 1)),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"data": []}),
        httpx.Response(200, json=None),
        httpx.Response(200, content=b'{"id": "cut'),
    ],
)
def test_it_takes_back_nothing_for_an_answer_that_is_none(
    council: Filtering, engine: Engine, session: Session, said: httpx.Response
) -> None:
    council.mirror(engine)
    take_away(council, 3, said=said)
    counts, _ = council.mirror(engine, full=True)
    assert (counts.deleted, alive(session)) == (0, 40)
    assert answers(session) == [("unlisted", "failed")]
    # When it is certain, its address may say whatever it likes but that it is broken.
    make_due(engine, days=8, misses=3)
    council.says[url("Paper", 3)] = GONE
    assert council.mirror(engine)[0].deleted == 1


def test_it_keeps_what_no_list_has_and_its_own_address_has(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    take_away(council, 3, said=council.stamped("Paper", 3, name="in keiner Liste"))
    council.mirror(engine, full=True)
    assert (alive(session), answers(session)) == (40, [("unlisted", "alive")])
    assert session.get_one(Paper, url("Paper", 3)).name == "in keiner Liste"
    council.asked.clear()
    council.mirror(engine, full=True)
    assert url("Paper", 3) not in council.asked
    make_due(engine)
    council.single("Paper", 3, GONE)
    council.mirror(engine)
    assert alive(session) == 39


def test_it_gives_back_what_comes_again(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    before = list(council.lists["paper"])
    take_away(council, 3, 4)
    council.mirror(engine, full=True)
    assert alive(session) == 38
    council.lists["paper"] = before
    council.mirror(engine, full=True)
    assert (alive(session), answers(session)) == (40, [])
    assert session.get_one(Paper, url("Paper", 3)).name == "Antrag 3"


def test_it_gives_back_what_was_closed_and_is_open_again(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    take_away(council, 3, said=httpx.Response(401))
    council.mirror(engine, full=True)
    assert alive(session) == 39
    make_due(engine)
    council.single("Paper", 3, council.stamped("Paper", 3, name="wieder offen"))
    council.mirror(engine)
    assert alive(session) == 40


@pytest.mark.parametrize("many", [6, 20, 40])
def test_it_takes_back_nothing_when_too_much_is_missing_at_once(
    council: Filtering, engine: Engine, session: Session, many: int
) -> None:
    council.mirror(engine)
    take_away(council, *range(many))
    for _ in range(3):
        counts, failures = council.mirror(engine, full=True)
        assert (counts.deleted, failures, alive(session)) == (0, [], 40)
    assert answers(session) == [("unlisted", "held")] * many
    told = session.scalars(select(Problem).where(Problem.kind == problems.MANY_MISSING)).one()
    assert told.solved_at is None
    assert f"{many} objects" in told.detail
    # Three whole lists in a week without them: then it is believed.
    make_due(engine, days=8)
    council.mirror(engine, full=True)
    assert alive(session) == 40 - many


def test_it_takes_back_much_when_the_operator_says_so(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    take_away(council, *range(20))
    council.mirror(engine, full=True)
    source, quiet = council.source(engine), Progress(quiet=True)
    counts, _ = mirror.mirror(engine, lambda: writing(engine), council.client(), source, quiet, whole=True, accept=True)
    assert (counts.deleted, alive(session)) == (20, 20)


def test_it_forgets_what_was_missing_when_the_list_has_it_again(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    before = list(council.lists["paper"])
    take_away(council, *range(20))
    council.mirror(engine, full=True)
    council.lists["paper"] = before
    council.mirror(engine, full=True)
    assert (alive(session), answers(session)) == (40, [])


def test_it_takes_back_nothing_for_a_list_that_broke_off(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.answers[f"{SERVER}/list/paper?page=3"] = httpx.Response(500)
    council.mirror(engine, full=True)
    assert (alive(session), answers(session)) == (40, [])


def test_it_asks_a_part_that_its_holder_names_no_more(engine: Engine, session: Session) -> None:
    council = Council()
    items = [thing("AgendaItem", n, name=f"TOP {n}") for n in range(4)]
    council.lists["meeting"] = [thing("Meeting", 1, agendaItem=items)]
    council.mirror(engine)
    council.lists["meeting"] = [thing("Meeting", 1, agendaItem=items[:1])]
    council.answers[url("AgendaItem", 1)] = items[1]
    council.answers[url("AgendaItem", 2)] = httpx.Response(500)
    council.mirror(engine)
    assert answers(session) == [("unnamed", "alive"), ("unnamed", "failed")]
    rows = {row.id: row.deleted for row in session.scalars(select(AgendaItem))}
    assert rows == {url("AgendaItem", n): n == 3 for n in range(4)}
    shown = select(func.count(AgendaItem.id)).where(present(AgendaItem))
    assert session.scalar(shown) == 1
    council.answers[url("AgendaItem", 2)] = httpx.Response(410)
    make_due(engine)
    council.mirror(engine)
    session.rollback()
    assert session.get_one(AgendaItem, url("AgendaItem", 2)).deleted
    # Named again, they are there again.
    council.lists["meeting"] = [thing("Meeting", 1, agendaItem=items)]
    council.mirror(engine)
    session.rollback()
    assert (session.scalar(shown), answers(session)) == (4, [])


def test_a_kill_loses_nothing_that_was_still_to_be_asked(engine: Engine, session: Session) -> None:
    council = Council()
    items = [thing("AgendaItem", n, name=f"TOP {n}") for n in range(2)]
    council.lists["meeting"] = [thing("Meeting", 1, agendaItem=items)]
    council.mirror(engine)
    council.lists["meeting"] = [thing("Meeting", 1, agendaItem=items[:1])]

    def die(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    council.answers[url("AgendaItem", 1)] = die
    with pytest.raises(KeyboardInterrupt):
        council.mirror(engine)
    assert answers(session) == [("unnamed", None)]
    del council.answers[url("AgendaItem", 1)]
    council.mirror(engine)
    session.rollback()
    assert session.get_one(AgendaItem, url("AgendaItem", 1)).deleted


def test_it_fetches_what_is_referred_to_and_in_no_list_and_asks_once_for_what_is_nowhere(
    engine: Engine, session: Session
) -> None:
    council = Council()
    people = [url("Person", 1), url("Person", 2), "https://elsewhere.example/person/3"]
    council.lists["paper"] = [thing("Paper", 1, originatorPerson=people)]
    council.answers[url("Person", 1)] = thing("Person", 1, name="Erika Muster", email="privat@example.org")
    council.mirror(engine)
    assert [row.name for row in session.scalars(select(Person))] == ["Erika Muster"]
    assert answers(session) == [("reference", "gone"), ("unlisted", "alive")]
    log = select(Change.backfill).where(Change.object_id == url("Person", 1))
    assert list(session.scalars(log)) == [True]
    council.asked.clear()
    council.mirror(engine)
    assert not any("person/" in address for address in council.asked)
    assert not any("elsewhere" in address for address in council.asked)


def test_it_does_not_fetch_more_at_once_than_a_server_should_be_asked(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lookups.MOST, "reference", 3)
    council = Council()
    council.lists["paper"] = [thing("Paper", 1, originatorPerson=[url("Person", n) for n in range(8)])]
    council.mirror(engine)
    asked = select(func.count(Lookup.id)).where(Lookup.answer == "gone")
    assert session.scalar(asked) == 3
    council.mirror(engine)
    session.rollback()
    assert session.scalar(asked) == 6


def test_it_gives_up_for_now_on_a_server_that_answers_nothing_any_more(council: Filtering, engine: Engine) -> None:
    council.mirror(engine)
    take_away(council, *range(20), said=httpx.Response(500))
    council.asked.clear()
    council.mirror(engine, full=True)
    asked = {address for address in council.asked if "/paper/" in address}
    assert 0 < len(asked) <= lookups.GIVE_UP_AFTER


@pytest.mark.parametrize("said", [GONE, thing("Person", 1, deleted=True)], ids=["404", "tombstone"])
def test_it_takes_back_what_came_by_reference_alone(engine: Engine, session: Session, said: Any) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", 1, originatorPerson=[url("Person", 1)])]
    council.answers[url("Person", 1)] = thing("Person", 1, name="Erika Muster")
    council.mirror(engine)
    make_due(engine)
    council.answers[url("Person", 1)] = said
    council.mirror(engine)
    assert session.get_one(Person, url("Person", 1)).deleted
    assert answers(session) == []


def test_a_night_of_maintenance_pages_takes_back_nothing_that_was_alive_all_the_time(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    gone = council.lists["paper"][20:]
    council.lists["paper"] = council.lists["paper"][:20]
    for entry in gone:
        council.says[entry["id"]] = entry
    for _ in range(4):
        council.mirror(engine, full=True)
        make_due(engine, days=8)
    for entry in gone:
        council.says[entry["id"]] = httpx.Response(200, content=b"<!doctype html>Wartung")
    council.mirror(engine, full=True)
    assert alive(session) == 40


@pytest.mark.parametrize("other", [thing("Paper", 1), thing("Paper", 777, deleted=True)], ids=["alive", "withdrawn"])
def test_another_object_at_its_address_says_nothing_about_it(
    council: Filtering, engine: Engine, session: Session, other: Any
) -> None:
    council.mirror(engine)
    take_away(council, 3, said=other)
    council.mirror(engine, full=True)
    assert (alive(session), answers(session)) == (40, [("unlisted", "failed")])
    assert session.get(Paper, url("Paper", 777)) is None


def test_what_is_referred_to_by_another_name_is_known_by_both(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", 1, originatorPerson=[url("Person", 1) + "/"])]
    council.answers[url("Person", 1) + "/"] = thing("Person", 1, name="Erika Muster")
    council.mirror(engine)
    assert session.scalars(select(Alias.new_id)).one() == url("Person", 1)
    council.mirror(engine)
    assert answers(session) == [("reference", "alive")]


def test_what_never_answers_keeps_nothing_else_from_being_asked(council: Filtering, engine: Engine) -> None:
    council.mirror(engine)
    take_away(council, 1, 2, 3, 4, 5, said=httpx.Response(500))
    council.mirror(engine, full=True)
    council.lists["paper"][0] |= {"originatorPerson": [url("Person", 7)]}
    council.single("Person", 7, thing("Person", 7, name="Erika Muster"))
    council.asked.clear()
    council.mirror(engine, full=True)
    assert url("Person", 7) in council.asked
