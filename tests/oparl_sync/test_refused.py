"""Lists that are refused: only what was refused is missing, and a ban takes nothing back."""

import httpx
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import ListCursor, Meeting, Paper, Problem, Source
from oparl_sync import problems
from oparl_sync.robots import Robots
from tests.oparl_sync.council import SERVER, url
from tests.oparl_sync.filtering import Filtering


@pytest.fixture
def council() -> Filtering:
    made = Filtering()
    for name, kind in (("person", "Person"), ("meeting", "Meeting"), ("paper", "Paper")):
        made.lists[name] = [made.stamped(kind, n, name=f"{kind} {n}") for n in range(8)]
    return made


def states(session: Session) -> tuple[str, str | None]:
    session.rollback()
    source = session.scalars(select(Source)).one()
    return source.state, source.state_reason


def alive(session: Session, model: type[Paper] | type[Meeting]) -> int:
    session.rollback()
    return len(session.scalars(select(model.id).where(model.deleted.is_(False))).all())


@pytest.mark.parametrize("status", [401, 403])
def test_it_reads_the_other_lists_where_one_is_refused(
    council: Filtering, engine: Engine, session: Session, status: int
) -> None:
    council.answers[f"{SERVER}/list/person"] = httpx.Response(status)
    for _ in range(2):
        failures = council.mirror(engine)[1]
        assert len(failures) == 1
        assert f"/list/person refuses us (HTTP {status})" in failures[0]
    assert states(session) == ("partial", failures[0])
    assert session.scalars(select(Source.next_try)).one() is None
    assert (alive(session, Paper), alive(session, Meeting)) == (8, 8)
    told = select(Problem.about).where(Problem.kind == problems.LIST_FAILED)
    assert list(session.scalars(told)) == [f"{SERVER}/list/person"]
    council.lists["paper"].append(council.stamped("Paper", 50))
    assert council.mirror(engine)[0].created == 0  # stamped long ago: the filter is trusted all the same
    del council.answers[f"{SERVER}/list/person"]
    assert council.mirror(engine)[1] == []
    assert states(session) == ("complete", None)


def test_it_reads_the_other_lists_where_robots_txt_keeps_it_from_one(
    council: Filtering, engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    council.answers["https://rat.example/robots.txt"] = b"User-agent: *\nDisallow: /oparl/list/person\n"
    polite = council.client(robots=Robots())
    monkeypatch.setattr(council, "client", lambda: polite)
    failures = council.mirror(engine)[1]
    assert len(failures) == 1
    assert "robots.txt asks programs not to read /oparl/list/person" in failures[0]
    assert alive(session, Paper) == 8
    assert f"{SERVER}/list/person" not in council.asked


def test_it_reads_whole_where_robots_txt_forbids_only_the_filter(
    council: Filtering, engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    council.per_page = 10
    council.answers["https://rat.example/robots.txt"] = b"User-agent: *\nDisallow: /*modified_since\n"
    polite = council.client(robots=Robots())
    monkeypatch.setattr(council, "client", lambda: polite)
    assert council.mirror(engine)[1] == []
    assert set(session.scalars(select(ListCursor.filtering))) == {"rejected"}
    council.lists["paper"][3]["name"] = "anders"
    assert council.mirror(engine)[0].updated == 1


def test_it_is_blocked_where_every_list_is_refused(council: Filtering, engine: Engine, session: Session) -> None:
    for name in council.lists:
        council.answers[f"{SERVER}/list/{name}"] = httpx.Response(403)
    assert len(council.mirror(engine)[1]) == 1
    assert states(session)[0] == "blocked"
    assert session.scalars(select(Source.next_try)).one() is not None


@pytest.mark.parametrize("address", [url("System"), f"{SERVER}/bodies"])
def test_it_is_blocked_where_its_own_address_is_refused(
    council: Filtering, engine: Engine, session: Session, address: str
) -> None:
    council.answers[address] = httpx.Response(403)
    council.mirror(engine)
    assert states(session)[0] == "blocked"


def test_it_stops_at_a_wall_before_one_list(council: Filtering, engine: Engine, session: Session) -> None:
    council.answers[f"{SERVER}/list/person"] = httpx.Response(403, headers={"cf-mitigated": "challenge"})
    council.mirror(engine)
    assert states(session)[0] == "blocked"
    assert f"{SERVER}/list/paper" not in council.asked


def test_it_takes_nothing_back_where_a_ban_begins_while_it_reads(
    council: Filtering, engine: Engine, session: Session
) -> None:
    council.mirror(engine)
    gone = council.lists["meeting"].pop()
    plain, banned = council._handle, list[str]()

    def handle(request: httpx.Request) -> httpx.Response:
        if "/list/paper" in str(request.url):
            banned.append(str(request.url))
        return httpx.Response(403) if banned else plain(request)

    council._handle = handle  # type: ignore[method-assign]  # a server that had enough
    council.mirror(engine, full=True)
    assert states(session)[0] == "blocked"
    assert alive(session, Meeting) == 8
    council._handle = plain  # type: ignore[method-assign]  # a day later
    council.single("Meeting", 7, gone)
    assert council.mirror(engine)[1] == []
    assert alive(session, Meeting) == 8
