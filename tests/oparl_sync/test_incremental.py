"""Later passes: asked only for what changed, where that can be trusted, and read whole where it cannot."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import AgendaItem, Change, ListCursor, Meeting, Paper, Problem, SeenPage, Source
from oparl_sync import cursors, problems
from oparl_sync.store import Counts
from tests.dump import differences, dump
from tests.oparl_sync.council import SERVER, thing, url
from tests.oparl_sync.filtering import Filtering

DAY = timedelta(days=1)


@pytest.fixture
def council() -> Filtering:
    made = Filtering()
    made.lists["paper"] = [made.stamped("Paper", n, name=f"Antrag {n}") for n in range(12)]
    return made


def cursor_of(session: Session, object_type: str = "Paper") -> ListCursor:
    session.rollback()
    return session.scalars(select(ListCursor).where(ListCursor.object_type == object_type)).one()


def names(session: Session) -> list[str | None]:
    session.rollback()
    return sorted(session.scalars(select(Paper.name).where(Paper.deleted.is_(False))))  # type: ignore[type-var]


def since_of(address: str) -> datetime:
    return datetime.fromisoformat(httpx.URL(address).params["modified_since"])


def test_it_asks_each_list_once_for_what_changed_and_writes_no_record(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    before = session.scalar(select(func.count(Change.seq)))
    council.asked.clear()
    assert council.mirror(engine) == (Counts(unchanged=2), [])
    asked = council.lists_asked()
    assert len(asked) == 4
    assert all("modified_since=" in address for address in asked)
    session.rollback()
    assert session.scalar(select(func.count(Change.seq))) == before


def test_it_asks_further_back_than_to_the_last_time_with_an_offset_and_no_fraction(
    council: Filtering, engine: Engine
) -> None:
    council.mirror(engine)
    council.asked.clear()
    began = now()
    council.mirror(engine)
    asked = council.lists_asked()
    assert all("%2B00%3A00" in address and "." not in address.partition("modified_since=")[2] for address in asked)
    assert all(began - since_of(address) >= cursors.OVERLAP for address in asked)
    assert len({since_of(address) for address in asked}) == 1


def test_it_takes_what_is_new_changed_and_withdrawn_from_a_filtered_list(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    papers = council.lists["paper"]
    papers[3] = council.stamped("Paper", 3, ago=timedelta(minutes=1), name="anders")
    papers[4] = council.stamped("Paper", 4, ago=timedelta(minutes=1), deleted=True)
    papers.append(council.stamped("Paper", 50, ago=timedelta(minutes=1), name="neu"))
    assert council.mirror(engine) == (Counts(created=1, updated=1, deleted=1, unchanged=2), [])
    assert {"anders", "neu"} <= set(names(session))
    assert "Antrag 4" not in names(session)
    assert cursor_of(session).published == 12
    assert council.mirror(engine)[0].deleted == 0


def test_it_puts_the_filter_into_links_that_lost_it(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.filters = "drops"
    for number in range(5):
        council.lists["paper"][number] = council.stamped("Paper", number, ago=timedelta(minutes=1), name="anders")
    council.asked.clear()
    council.mirror(engine)
    assert [address.count("modified_since=") for address in council.lists_asked()] == [1] * 6
    assert cursor_of(session).drops_filter
    assert names(session).count("anders") == 5


@pytest.mark.parametrize(("filters", "verdict"), [("ignored", "ignored"), ("403", "rejected"), ("400", "rejected")])
def test_it_reads_whole_what_cannot_be_filtered(
    council: Filtering, engine: Engine, session: Session, filters: str, verdict: str
) -> None:
    council.filters = filters
    council.mirror(engine)
    assert cursor_of(session).filtering == verdict
    council.lists["paper"][3]["name"] = "anders, und niemand sagt es"
    council.asked.clear()
    assert council.mirror(engine)[0].updated == 1
    assert not any("modified_since" in address for address in council.lists_asked() if "paper" in address)


def test_it_learns_nothing_of_a_filter_from_a_server_that_fails(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.filters = "500"
    council.mirror(engine)
    assert cursor_of(session, "Organization").filtering == "unknown"
    council.filters = "ok"
    for hours, known in ((23, "unknown"), (25, "ok")):
        with writing(engine) as writer:
            moment = now() - timedelta(hours=hours)
            writer.execute(update(ListCursor).where(ListCursor.probed_at.is_not(None)).values(probed_at=moment))
        council.mirror(engine)
        assert cursor_of(session, "Organization").filtering == known


def test_it_asks_a_failing_server_about_its_filters_last_and_once(council: Filtering, engine: Engine) -> None:
    council.filters = "503"
    council.lists["meeting"] = [council.stamped("Meeting", 1, organization=[url("Organization", 9)])]
    council.mirror(engine)
    alone = council.asked.index(url("Organization", 9))
    tried = [number for number, address in enumerate(council.asked) if "modified_since" in address]
    assert min(tried) > alone
    assert len({council.asked[number] for number in tried}) == 1


def test_it_does_not_trust_a_filter_that_lets_nothing_through(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.filters = "empty"
    council.mirror(engine)
    assert cursor_of(session).filtering == "rejected"
    assert cursor_of(session, "Meeting").filtering == "ok"  # of an empty list it says nothing else
    council.lists["paper"][3] = council.stamped("Paper", 3, ago=timedelta(minutes=1), name="anders")
    council.mirror(engine)
    assert "anders" in names(session)


def test_it_trusts_a_filter_though_the_newest_that_it_knows_is_in_no_list(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.lists["meeting"] = [council.stamped("Meeting", 1, organization=[url("Organization", 9)])]
    council.lists["organization"] = [council.stamped("Organization", 1)]
    council.single("Organization", 9, council.stamped("Organization", 9, ago=timedelta(minutes=1)))
    council.mirror(engine)
    assert cursor_of(session, "Organization").filtering == "ok"


@pytest.mark.parametrize("status", ["403", "404", "500"])
def test_it_reads_a_list_whole_whose_filter_fails_from_now_on(
    council: Filtering, engine: Engine, session: Session, status: str
) -> None:
    council.mirror(engine)
    council.filters = status
    council.lists["paper"][3]["name"] = "anders"
    assert council.mirror(engine)[1] == []
    assert "anders" in names(session)


def test_it_notices_a_filter_that_is_ignored_from_now_on(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.filters = "ignored"
    council.mirror(engine)
    assert cursor_of(session).filtering == "ignored"


def test_it_takes_sd_nets_404_for_an_empty_filtered_list_alone(council: Filtering, engine: Engine) -> None:
    council.mirror(engine)
    told = {"error": "Die angeforderte Ressource wurde nicht gefunden.", "code": 802, "type": "SD.NET RIM Webservice"}
    plain = council._handle

    def handle(request: httpx.Request) -> httpx.Response:
        wanted = "/list/" in str(request.url) and "modified_since" in str(request.url)
        return httpx.Response(404, json=told) if wanted else plain(request)

    council._handle = handle  # type: ignore[method-assign]  # an SD.NET server
    council.asked.clear()
    assert council.mirror(engine)[1] == []
    assert council.lists_asked() == []
    council.answers[f"{SERVER}/list/paper"] = httpx.Response(404, json=told)
    assert "404" in council.mirror(engine, full=True)[1][0]


@pytest.mark.parametrize("stamp", [None, "2000-01-01T00:00:00+01:00", "today"])
def test_it_does_not_trust_stamps_that_say_nothing(
    council: Filtering, engine: Engine, session: Session, stamp: str | None
) -> None:
    for entry in council.lists["paper"]:
        if stamp is None:
            del entry["modified"]
        else:
            entry["modified"] = now().replace(hour=0, minute=0).isoformat() if stamp == "today" else stamp
    council.filters = "ignored" if stamp is None else "ok"
    council.mirror(engine)
    assert cursor_of(session).stamps == "synthetic"
    council.lists["paper"][3]["name"] = "anders"
    assert council.mirror(engine)[0].updated == 1


def test_it_reads_everything_whole_once_a_week(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.lists["paper"][3]["name"] = "anders, und niemand sagt es"
    assert council.mirror(engine)[0].updated == 0
    with writing(engine) as writer:
        writer.execute(update(ListCursor).values(last_full=now() - cursors.WHOLE_EVERY - timedelta(seconds=1)))
    assert council.mirror(engine)[0].updated == 1
    assert session.scalar(select(func.count()).select_from(SeenPage)) == 0


def test_it_reads_everything_whole_when_told(council: Filtering, engine: Engine) -> None:
    council.mirror(engine)
    council.lists["paper"][3]["name"] = "anders, und niemand sagt es"
    assert council.mirror(engine, full=True)[0].updated == 1


def test_it_keeps_the_cursor_where_a_page_failed_and_asks_for_the_same_again(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    before = cursor_of(session).synced_until
    papers = council.lists["paper"]
    for number in range(6):
        papers[number] = council.stamped("Paper", number, ago=timedelta(minutes=5 + number), name="anders")
    plain = council._handle

    def failing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.url.params.get("page") == "2" else plain(request)

    council._handle = failing  # type: ignore[method-assign]  # a server with a bad page
    assert len(council.mirror(engine)[1]) == 1
    assert cursor_of(session).synced_until == before
    assert names(session).count("anders") == 4  # those behind the bad page too
    council._handle = plain  # type: ignore[method-assign]  # healed
    assert council.mirror(engine)[1] == []
    assert names(session).count("anders") == 6
    assert cursor_of(session).error is None


def test_it_counts_what_lies_behind_a_bad_page_once(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    council.lists["paper"] += [council.stamped("Paper", n, ago=timedelta(minutes=n), name="neu") for n in range(12, 18)]
    plain = council._handle

    def failing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.url.params.get("page") == "2" else plain(request)

    council._handle = failing  # type: ignore[method-assign]  # a server with a bad page
    assert len(council.mirror(engine)[1]) == 1
    assert (cursor_of(session).published, names(session).count("neu")) == (16, 4)
    council._handle = plain  # type: ignore[method-assign]  # healed
    assert council.mirror(engine)[1] == []
    assert (cursor_of(session).published, names(session).count("neu")) == (18, 6)


@pytest.mark.parametrize("days", [400, -400])
def test_it_misses_nothing_whatever_the_servers_clock_says(
    council: Filtering, engine: Engine, session: Session, days: int
) -> None:
    council.skew = timedelta(days=days)
    council.mirror(engine)
    council.lists["paper"][3] = thing(
        "Paper", 3, name="anders", modified=(now() + council.skew).isoformat(timespec="seconds")
    )
    council.mirror(engine)
    assert "anders" in names(session)
    assert abs(session.scalars(select(Source.clock_skew)).one() or 0) == pytest.approx(400 * 86400, abs=60)


def test_it_misses_nothing_where_the_clock_is_wrong_and_the_stamps_are_right(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.skew = timedelta(days=400)
    council.mirror(engine)
    council.lists["paper"][3] = council.stamped("Paper", 3, ago=timedelta(minutes=1), name="anders")
    council.mirror(engine)
    assert "anders" in names(session)


def test_it_reads_everything_whole_when_the_servers_clock_was_set_back(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    council.skew = timedelta(days=-10)
    council.lists["paper"][3] = council.stamped("Paper", 3, ago=timedelta(days=10), name="anders")
    council.mirror(engine)
    assert "anders" in names(session)


def test_it_goes_by_its_own_clock_where_the_server_tells_no_time(council: Filtering, engine: Engine) -> None:
    council.tells_time = False
    council.mirror(engine)
    council.asked.clear()
    council.mirror(engine)
    assert all(timedelta(hours=24) <= now() - since_of(a) < timedelta(hours=25) for a in council.lists_asked())


def test_it_reads_a_list_again_that_moved_while_it_was_read(
    council: Filtering, engine: Engine, session: Session
) -> None:
    plain, shifted = council._handle, list[Any]()

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "2" and "paper" in str(request.url) and not shifted:
            shifted.append(council.lists["paper"].pop(0))  # the third becomes the second: nobody is shown it
        return plain(request)

    council._handle = handle  # type: ignore[method-assign]  # a list that moves
    council.mirror(engine)
    assert "Antrag 2" in names(session)
    assert cursor_of(session).published == 12  # what the first reading saw is not forgotten
    assert not cursor_of(session).again


def test_it_does_not_read_for_ever_a_list_that_always_moves(council: Filtering, engine: Engine) -> None:
    plain = council._handle

    def handle(request: httpx.Request) -> httpx.Response:
        if "paper" in str(request.url):
            council.lists["paper"].append(council.stamped("Paper", 100 + len(council.asked), name="noch einer"))
        return plain(request)

    council._handle = handle  # type: ignore[method-assign]  # a list that grows with every page
    council.per_page = 5
    assert council.mirror(engine)[1] == []


def test_it_stops_at_a_list_that_brings_nothing_new_on_three_pages(council: Filtering, engine: Engine) -> None:
    one, two = council.lists["paper"][:2]
    for number in range(20):
        page = {"data": [one] if number % 2 else [two], "links": {"next": f"{SERVER}/p?n={number + 1}"}}
        council.answers[f"{SERVER}/p?n={number}" if number else f"{SERVER}/list/paper"] = page
    council.asked.clear()
    _, failures = council.mirror(engine)
    assert "repeats" in failures[0]
    assert sum(f"{SERVER}/p?" in address for address in council.asked) == 4


def test_it_compares_contents_and_not_stamps(council: Filtering, engine: Engine, session: Session) -> None:
    council.mirror(engine)
    before = dump(engine)
    for entry in council.lists["paper"]:
        entry["modified"] = now().isoformat(timespec="seconds")
    assert council.mirror(engine)[0] == Counts(unchanged=14)
    assert differences({k: v for k, v in before.items() if k == "paper"}, {"paper": dump(engine)["paper"]}) == []


def test_it_solves_what_a_whole_pass_did_not_meet_again_and_no_other(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.lists["paper"][3]["date"] = "nie"
    council.mirror(engine)
    council.mirror(engine)
    told = select(Problem.solved_at).where(Problem.kind == problems.WRONG_TYPE)
    assert list(session.scalars(told)) == [None]
    session.rollback()
    del council.lists["paper"][3]["date"]
    council.mirror(engine, full=True)
    assert session.scalars(told).one() is not None


def test_it_asks_meetings_for_the_agenda_that_their_list_leaves_out(engine: Engine, session: Session) -> None:
    council = Filtering()

    def meeting(number: int, **more: Any) -> dict[str, Any]:
        start = (now() - timedelta(days=100 + number)).isoformat(timespec="seconds")
        return council.stamped("Meeting", number, name=f"Sitzung {number}", start=start, **more)

    council.lists["meeting"] = [meeting(n) for n in range(6)]
    for number in range(6):
        item = thing("AgendaItem", number, name=f"TOP {number}")
        council.single("Meeting", number, meeting(number, agendaItem=[item]))
    council.mirror(engine)
    council.mirror(engine)
    assert session.scalar(select(func.count(AgendaItem.id))) == 6
    assert cursor_of(session, "Meeting").omits == ["agendaItem"]
    before = session.scalar(select(func.count(Change.seq)))
    assert council.mirror(engine, full=True)[0].updated == 0
    session.rollback()
    assert session.scalar(select(func.count(Change.seq))) == before
    # A change that the list tells of is one whose agenda is asked for again.
    council.lists["meeting"][2] = meeting(2, ago=timedelta(minutes=1)) | {"name": "verlegt"}
    council.single("Meeting", 2, council.lists["meeting"][2] | {"agendaItem": [thing("AgendaItem", 20, name="neu")]})
    council.mirror(engine)
    session.rollback()
    items = select(AgendaItem.name).where(AgendaItem.meeting_id == url("Meeting", 2))
    assert list(session.scalars(items)) == ["neu"]
    assert session.get_one(Meeting, url("Meeting", 2)).name == "verlegt"
