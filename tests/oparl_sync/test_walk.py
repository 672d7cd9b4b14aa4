"""A source from its System to the last page: lists, failures, killed runs, loops, moved hosts."""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import AgendaItem, Body, Change, File, ListCursor, Paper, Person, Problem, Source, SyncRun, System
from oparl_sync import cursors, mirror, walk
from oparl_sync.progress import Progress
from oparl_sync.store import Counts
from tests.dump import differences, dump
from tests.oparl_sync.council import LISTS, SERVER, Council, thing, url


@pytest.fixture
def council() -> Council:
    made = Council()
    made.lists["paper"] = [thing("Paper", n, name=f"Antrag {n}") for n in range(5)]
    made.lists["person"] = [thing("Person", 1, name="Erika Muster", email=["privat@example.org"])]
    return made


def source_of(session: Session) -> Source:
    session.rollback()
    return session.scalars(select(Source)).one()


def papers(session: Session) -> int | None:
    session.rollback()
    return session.scalar(select(func.count(Paper.id)))


def test_it_mirrors_all_lists_and_nothing_the_second_time(council: Council, engine: Engine, session: Session) -> None:
    assert council.mirror(engine) == (Counts(created=8), [])
    before, changes = dump(engine), session.scalar(select(func.count(Change.seq)))
    assert council.mirror(engine) == (Counts(unchanged=8), [])
    assert differences(before, dump(engine)) == []
    assert (source_of(session).state, session.scalar(select(func.count(Change.seq)))) == ("complete", changes)
    cursor = session.scalars(select(ListCursor).where(ListCursor.object_type == "Paper")).one()
    assert (cursor.published, cursor.pages, cursor.next_url) == (5, 3, None)


def test_it_needs_no_second_change_where_objects_come_embedded_and_alone(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists = {name: [] for name in LISTS}
    file, place = thing("File", 1, name="Vorlage"), thing("Location", 1, description="Rathaus")
    station = thing("Consultation", 1, meeting=url("Meeting"))
    item = thing("AgendaItem", 1, name="Haushalt", auxiliaryFile=[file])
    council.lists |= {
        "organization": [thing("Organization", 1, location=place)],
        "person": [thing("Person", 1, membership=[thing("Membership", 1, organization=url("Organization"))])],
        "meeting": [thing("Meeting", 1, agendaItem=[item], location=place)],
        "paper": [thing("Paper", n, consultation=[station] if n == 1 else [], mainFile=file) for n in (1, 2)],
        "membership": [thing("Membership", 1, person=url("Person"), organization=url("Organization"), role="Mitglied")],
        "agendaItem": [item | {"meeting": url("Meeting"), "result": "beschlossen", "order": 0}],
        "consultation": [station | {"paper": url("Paper"), "role": "Entscheidung"}],
        "file": [file | {"paper": [url("Paper")], "size": 5}],
        "locationList": [place | {"meetings": [url("Meeting")], "room": "7"}],
    }
    council.mirror(engine)
    before = dump(engine)
    counts, failures = council.mirror(engine)
    assert (counts.created, counts.updated, counts.deleted, failures) == (0, 0, 0, [])
    assert differences(before, dump(engine)) == []
    assert session.scalars(select(File.size)).one() == 5
    row = session.scalars(select(AgendaItem)).one()
    assert (row.result, row.position) == ("beschlossen", 0)


def test_it_goes_on_with_the_other_lists_when_one_fails(council: Council, engine: Engine, session: Session) -> None:
    council.answers[f"{SERVER}/list/paper?page=2"] = httpx.Response(500)
    _, failures = council.mirror(engine)
    assert failures == [f"{SERVER}/list/paper?page=2 answered HTTP 500 each time it was asked"]
    assert (source_of(session).state, source_of(session).last_complete, papers(session)) == ("partial", None, 3)
    assert [(p.kind, p.about) for p in session.scalars(select(Problem))] == [("list-failed", f"{SERVER}/list/paper")]
    council.answers.clear()
    assert council.mirror(engine)[1] == []
    assert (source_of(session).state, papers(session)) == ("complete", 5)
    assert session.scalars(select(Problem)).one().solved_at is not None


@pytest.mark.parametrize(
    ("failing", "asked", "held"),
    [("5", "234567", 12), ("56", "234567", 10), ("3", "234567", 12), ("46", "234567", 10), ("34567", "2345", 4)],
)
def test_it_reads_what_lies_behind_pages_that_always_fail(
    council: Council, engine: Engine, session: Session, failing: str, asked: str, held: int
) -> None:
    council.lists["paper"] = [thing("Paper", number) for number in range(14)]
    for number in failing:
        council.answers[f"{SERVER}/list/paper?page={number}"] = httpx.Response(500)
    for _ in range(2):  # the second time it is no use to go on there; after three failing pages the server is let alone
        council.asked.clear()
        council.mirror(engine)
        pages = {one.partition("?page=")[2] for one in council.asked if one.startswith(f"{SERVER}/list/paper?page=")}
        assert pages == set(asked)
        assert papers(session) == held
        assert (source_of(session).state, source_of(session).last_complete) == ("partial", None)
        session.rollback()


def test_it_goes_on_where_a_killed_run_stopped(council: Council, engine: Engine, session: Session) -> None:
    killed = KeyboardInterrupt()

    def die(_: httpx.Request) -> httpx.Response:
        raise killed

    council.answers[f"{SERVER}/list/paper?page=3"] = die
    with pytest.raises(KeyboardInterrupt):
        council.mirror(engine)
    council.answers.clear()
    council.asked.clear()
    assert council.mirror(engine)[1] == []
    lists = [address for address in council.asked if "/list/" in address and "modified_since" not in address]
    assert lists == [f"{SERVER}/list/paper?page=3"]
    assert (papers(session), session.scalar(select(func.count(SyncRun.id)))) == (5, 1)
    council.asked.clear()
    council.mirror(engine)
    assert len([a for a in council.asked if "/list/" in a and "modified_since" not in a]) == 6


@pytest.mark.parametrize("why", ["full", "old"])
def test_it_begins_anew_when_told_or_when_the_killed_run_is_old(council: Council, engine: Engine, why: str) -> None:
    def die(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    council.answers[f"{SERVER}/list/paper?page=2"] = die
    with pytest.raises(KeyboardInterrupt):
        council.mirror(engine)
    council.answers.clear()
    if why == "old":
        with writing(engine) as session:
            started = now() - cursors.RESUME_WITHIN - timedelta(seconds=1)
            session.execute(update(SyncRun).values(started_at=started))
            session.execute(update(ListCursor).values(started_at=started))
    council.asked.clear()
    council.mirror(engine, full=why == "full")
    assert f"{SERVER}/list/paper" in council.asked


def test_it_keeps_the_news_of_a_first_walk_apart(council: Council, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.lists["paper"].append(thing("Paper", 9))
    council.mirror(engine)
    assert list(session.scalars(select(Change.object_id).where(~Change.backfill))) == [url("Paper", 9)]


@pytest.mark.parametrize(
    ("next_url", "said"),
    [
        (f"{SERVER}/list/paper", "leads back"),
        ("https://elsewhere.example/list", "another host"),
        (5, "no address"),
        ("http://[x", "no address"),
        (f"{SERVER}/" + "x" * 3000, "no address"),
        (f"{SERVER}/list/nothing", "HTTP 404"),
    ],
)
def test_it_takes_no_list_for_read_that_it_could_not_walk(
    council: Council, engine: Engine, next_url: Any, said: str
) -> None:
    council.answers[f"{SERVER}/list/paper"] = {"data": [thing("Paper", 1)], "links": {"next": next_url}}
    _, failures = council.mirror(engine)
    assert len(failures) == 1
    assert said in failures[0]


def test_it_stops_at_a_list_that_shows_the_same_for_ever(council: Council, engine: Engine) -> None:
    def same(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", 1))
        return httpx.Response(
            200, json={"data": [thing("Paper", 1)], "links": {"next": f"{SERVER}/list/paper?page={number + 1}"}}
        )

    for page in ("", *(f"?page={n}" for n in range(2, 9))):
        council.answers[f"{SERVER}/list/paper{page}"] = same
    assert "repeats" in council.mirror(engine)[1][0]


@pytest.mark.parametrize("page", [[], {"data": []}, {"data": [], "links": None, "pagination": {"totalElements": "5"}}])
def test_it_takes_an_empty_list_for_empty(council: Council, engine: Engine, session: Session, page: Any) -> None:
    council.mirror(engine)
    council.answers[f"{SERVER}/list/paper"] = page
    assert council.mirror(engine) == (Counts(unchanged=3), [])
    assert papers(session) == 5


@pytest.mark.parametrize(
    "page", [b"<html>Zugriff pr\xc3\xbcfen</html>", b"<!doctype html>", b"", {"data": {}}, {"data": None}, "text", 5]
)
def test_it_takes_nothing_that_is_no_list_for_an_empty_one(
    council: Council, engine: Engine, session: Session, page: Any
) -> None:
    council.mirror(engine)
    council.answers[f"{SERVER}/list/paper"] = page
    assert len(council.mirror(engine)[1]) == 1
    assert papers(session) == 5


def test_it_keeps_all_of_a_page_that_holds_all_a_council_has(
    council: Council, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "SLICE", 7)
    council.lists["paper"] = [thing("Paper", n, mainFile=thing("File", n % 9)) for n in range(50)]
    council.per_page = 100
    counts, failures = council.mirror(engine)
    assert (counts.created, failures) == (50 + 9 + 3, [])
    counts, _ = council.mirror(engine)
    assert (counts.created, counts.updated) == (0, 0)


def test_it_finds_the_bodies_behind_every_kind_of_address(council: Council, engine: Engine) -> None:
    council.answers[url("Body")] = council.whole_body()
    council.answers[f"{SERVER}/all"] = [council.system]
    council.answers[f"{SERVER}/inline"] = thing("System", 1, body=[council.whole_body()])
    council.answers[f"{SERVER}/urls"] = thing("System", 1, body=[url("Body")])
    for address in (url("Body"), f"{SERVER}/bodies", f"{SERVER}/all", f"{SERVER}/inline", f"{SERVER}/urls"):
        assert council.mirror(engine, address)[1] == [], address


@pytest.mark.parametrize(
    "body",
    [
        {"name": "no id"},
        thing("Body", 1) | {"id": "x"},
        thing("Paper", 1),
        "text",
        None,
        thing("Body", 1) | {"id": "http://[x"},
    ],
)
def test_it_says_so_where_there_is_no_body(council: Council, engine: Engine, session: Session, body: Any) -> None:
    council.answers[f"{SERVER}/bodies"] = {"data": [body]}
    assert council.mirror(engine)[1] == [f"{url('System')} lists no Body"]
    assert source_of(session).state == "failing"


def test_it_stores_a_body_without_lists(council: Council, engine: Engine, session: Session) -> None:
    council.lists = {}
    council.body |= {
        "type": f"{url('Body')[:0]}https://schema.oparl.org/1.0/Body",
        "paper": [{"name": "inline"}],
        "person": 5,
    }
    assert council.mirror(engine) == (Counts(created=2), [])
    assert session.scalar(select(func.count(Body.id))) == 1
    assert {p.about for p in session.scalars(select(Problem))} == {f"{url('Body')}#paper", f"{url('Body')}#person"}


def test_it_dials_where_it_was_told_when_a_server_names_another_host(engine: Engine, session: Session) -> None:
    council = Council()
    council.lists["paper"] = [thing("Paper", n) for n in range(3)]
    plain = council.handle

    def elsewhere(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "real.example"
        return plain(httpx.Request("GET", str(request.url).replace("https://real.example/ris", "https://rat.example")))

    council.handle = elsewhere  # type: ignore[method-assign]  # the same council, seen from outside
    assert council.mirror(engine, "https://real.example/ris/oparl/system/1")[1] == []
    assert sorted(session.scalars(select(Paper.id))) == [url("Paper", n) for n in range(3)]
    assert session.scalars(select(System.id)).one() == url("System")


def test_it_keeps_no_contact_data_in_any_column(council: Council, engine: Engine, session: Session) -> None:
    council.lists["person"].append({"type": "gr", "email": "privat@example.org", "name": "without an id"})
    council.mirror(engine)
    assert session.scalars(select(Person)).one().withheld == ["email"]
    assert "privat@" not in repr(dump(engine))
    assert session.scalars(select(Problem)).one().quarantined


def test_it_waits_as_long_as_a_server_asks(council: Council, engine: Engine) -> None:
    busy = [httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503, headers={b"retry-after": b"\xb2"})]
    council.answers[f"{SERVER}/bodies"] = lambda _: (
        busy.pop(0) if busy else httpx.Response(200, json={"data": [council.whole_body()]})
    )
    slept: list[float] = []
    client = council.client(sleep=slept.append)
    mirror.mirror(engine, partial(writing, engine), client, council.source(engine), Progress(quiet=True))
    assert any(6.5 < pause <= 7 for pause in slept)
    assert not busy
