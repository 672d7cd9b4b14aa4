"""What is counted ahead is what counting from nothing would give, after whatever happened."""

import random
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app import changes, tallies
from app.db import writing
from app.models import AgendaItem, Consultation, Meeting, OParlObject, Organization, Paper, Tally, TallyDue, TallyEvent
from app.models.changes import DELETED, UPDATED
from oparl_sync.withdraw import withdraw
from tests import factories


def log(engine: Engine, *rows: OParlObject, kind: str = "created") -> None:
    """Tell the log of records."""
    factories.save(engine, [factories.change(row, kind) for row in rows])


def counts(engine: Engine, kind: str, organization: str = "", role: str = "council") -> dict[tuple[int, int, str], int]:
    """Return what is counted: year, month and outcome to how many."""
    chosen = select(Tally).where(Tally.kind == kind, Tally.organization_id == organization, Tally.role == role)
    with Session(engine) as session:
        return {(row.year, month, word): n for row in session.scalars(chosen) for month, word, n in row.counts}


def assert_true(engine: Engine) -> None:
    """Nothing is wrong, nothing is owed, and counting from nothing changes nothing."""
    with Session(engine) as session:
        assert tallies.differences(session) == []
        assert session.scalar(select(TallyDue)) is None


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 17, tzinfo=UTC)


def test_it_counts_papers_decisions_deferrals_and_meetings(engine: Engine) -> None:
    council, committee = factories.organization(name="Rat"), factories.organization(name="Bauausschuss")
    party = factories.organization(name="Liste", organization_type="Fraktion")
    paper = factories.paper(date=date(2025, 11, 20))
    first = factories.station(paper, committee, at(2025, 12, 1), result="vertagt")
    last = factories.station(
        paper, council, at(2026, 1, 19), result="einstimmig beschlossen", role="Entscheidung", position=1
    )
    brought = factories.link(paper, "originatorOrganization", party)
    factories.save(engine, council, committee, party, paper, first, last, brought)
    log(engine, paper, first[0], last[0])
    done = tallies.refresh(engine)
    assert (done.records, done.years) == (3, 2)
    assert counts(engine, "paper") == {(2025, 11, "accepted"): 1}
    assert counts(engine, "decision") == {(2026, 1, "accepted"): 1}
    assert counts(engine, "decision", council.id, "committee") == {(2026, 1, "accepted"): 1}
    assert counts(engine, "decision", party.id, "originator") == {(2026, 1, "accepted"): 1}
    assert counts(engine, "decision", committee.id, "committee") == {}
    assert counts(engine, "deferral", committee.id, "committee") == {(2025, 12, ""): 1}
    assert counts(engine, "meeting") == {(2025, 12, "held"): 1, (2026, 1, "held"): 1}
    with Session(engine) as session:
        of_council = select(Tally.days).where(Tally.kind == "decision", Tally.role == "council")
        assert session.scalar(of_council) == [60]
    assert_true(engine)


@pytest.mark.parametrize(
    ("day", "held", "result", "expected"),
    [
        (date(2026, 3, 1), at(2026, 2, 1), "beschlossen", None),  # dates that run backwards
        (date(219, 3, 1), at(2026, 2, 1), "beschlossen", None),  # a slip of the keyboard
        (None, at(2026, 2, 1), "beschlossen", None),
        (date(2026, 1, 1), at(2026, 2, 1), "zur Kenntnis genommen", None),  # nothing was decided
        (date(2026, 1, 1), at(2026, 2, 1), "abgelehnt", 31),
        (date(2026, 2, 1), datetime(2026, 2, 1, 23, 30, tzinfo=UTC), "beschlossen", 1),  # by German clocks
    ],
)
def test_days_are_counted_where_they_can_be(
    engine: Engine, day: date | None, held: datetime, result: str, expected: int | None
) -> None:
    paper, council = factories.paper(date=day), factories.organization()
    factories.save(engine, council, paper, factories.station(paper, council, held, result=result, authoritative=True))
    log(engine, paper)
    tallies.refresh(engine)
    with Session(engine) as session:
        event = session.scalars(select(TallyEvent).where(TallyEvent.kind == "decision")).one()
        assert event.days == expected
        paper_event = session.scalars(select(TallyEvent).where(TallyEvent.kind == "paper")).one()
        assert paper_event.year == (day.year if day and day.year > 1946 else 0)


def test_what_is_withdrawn_or_not_public_is_not_counted(engine: Engine) -> None:
    paper, other, council = factories.paper(), factories.paper(), factories.organization()
    secret = factories.station(other, council, at(2026, 2, 1), result="beschlossen", public=False, authoritative=True)
    held = factories.station(paper, council, at(2026, 2, 1), result="beschlossen", authoritative=True)
    factories.save(engine, council, paper, other, secret, held)
    log(engine, paper, other, secret[0], held[0])
    tallies.refresh(engine)
    assert sorted(word for _, _, word in counts(engine, "paper")) == ["accepted", "private"]
    assert sum(counts(engine, "decision").values()) == 1
    with writing(engine) as session:
        for model, row in ((Paper, paper), (Meeting, held[0])):
            session.execute(update(model).where(model.id == row.id).values(deleted=True))
    log(engine, paper, held[0], kind=DELETED)
    tallies.refresh(engine)
    assert sum(counts(engine, "decision").values()) == 0
    assert sum(counts(engine, "paper").values()) == sum(counts(engine, "meeting").values()) == 1
    assert_true(engine)


def test_a_second_time_changes_nothing_and_an_empty_log_is_no_fault(engine: Engine) -> None:
    assert tallies.refresh(engine) == tallies.rebuild(engine) == tallies.Counts()
    paper = factories.paper()
    factories.save(engine, paper)
    log(engine, paper)
    assert tallies.refresh(engine).records == 1
    before = counts(engine, "paper")
    assert tallies.refresh(engine) == tallies.Counts()
    assert counts(engine, "paper") == before


def test_years_noted_by_a_killed_run_are_added_up_by_the_next(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = factories.paper()
    factories.save(engine, paper)
    log(engine, paper)
    with monkeypatch.context() as patch:
        patch.setattr("app.tallies.upkeep._sums", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tallies.refresh(engine)
    assert counts(engine, "paper") == {}
    assert tallies.refresh(engine).years == 1
    assert_true(engine)


def test_counting_anew_mends_what_is_wrong(engine: Engine) -> None:
    papers = [factories.paper(date=date(2020 + n, 1, 1)) for n in range(4)]
    factories.save(engine, papers)
    log(engine, *papers)
    tallies.refresh(engine)
    right = counts(engine, "paper")
    with writing(engine) as session:
        session.execute(update(Tally).values(counts=[[1, "accepted", 99]]))
        session.execute(delete(TallyEvent).where(TallyEvent.record_id == papers[0].id))
        session.execute(update(TallyEvent).where(TallyEvent.record_id == papers[1].id).values(record_id="gone"))
    with Session(engine) as session:
        assert {papers[0].id, papers[1].id, "gone"} <= set(tallies.differences(session))
    assert tallies.rebuild(engine).records == 4
    assert counts(engine, "paper") == right
    assert_true(engine)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_it_is_what_counting_from_nothing_gives(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    organizations = [factories.organization(name=f"Ausschuss {n}") for n in range(3)]
    papers = [factories.paper(date=date(2020 + n % 4, 1 + n % 12, 2)) for n in range(12)]
    words = ["vertagt", "beschlossen", "abgelehnt", "zur Kenntnis genommen", None, "zurückgezogen"]
    stations = [
        factories.station(
            chance.choice(papers), chance.choice(organizations), at(2020 + n % 5, 1 + n % 12, 3), result=words[n % 6]
        )
        for n in range(24)
    ]
    factories.save(engine, organizations, papers, stations)
    log(engine, *organizations, *papers, *(part for one in stations for part in one[:3]))
    every: list[OParlObject] = [*organizations, *papers, *(part for one in stations for part in one[:3])]
    for step in range(30):
        row = chance.choice(every)
        with writing(engine) as session:
            kind = change(session, row, chance)
            changes.append(session, [entry(row, kind)])
        if step % 7 == 0:
            tallies.refresh(engine)
    tallies.refresh(engine)
    assert_true(engine)


def change(session: Session, row: OParlObject, chance: random.Random) -> str:
    """Let something happen to a record; returns what the log calls it."""
    model = type(row)
    if chance.random() < 0.25:
        session.execute(update(model).where(model.id == row.id).values(deleted=True))
        return DELETED
    values: dict[type[OParlObject], dict[str, object]] = {
        Paper: {"date": date(chance.randrange(2018, 2026), 5, 5)},
        Meeting: {"start": at(chance.randrange(2018, 2026), 6, 6), "cancelled": chance.random() < 0.3},
        AgendaItem: {"result": chance.choice(["vertagt", "beschlossen", None]), "public": chance.random() < 0.8},
        Consultation: {"authoritative": chance.choice([True, False, None])},
        Organization: {"deleted": False},
    }
    session.execute(update(model).where(model.id == row.id).values(**values[model]))
    return UPDATED


def entry(row: OParlObject, kind: str) -> dict[str, object]:
    about = {"object_type": type(row).__name__, "object_id": row.id, "source_id": 1, "kind": kind, "fields": None}
    return about | {"diff": None, "content_hash": None, "backfill": False, "at": factories.SEEN}


def test_what_a_council_withdraws_of_a_paper_is_not_counted_any_more(engine: Engine) -> None:
    council = factories.organization()
    papers = [factories.paper(date=date(2025, 1, 1)) for _ in range(6)]
    held = [
        factories.station(one, council, at(2025, 2, 1), result="beschlossen", role="Entscheidung") for one in papers
    ]
    factories.save(engine, council, papers, held)
    with writing(engine) as session:  # of half of them only the item names the consultation
        said = update(Consultation).where(Consultation.paper_id.in_([one.id for one in papers[3:]]))
        session.execute(said.values(agenda_item_id=None, meeting_id=None))
    log(engine, *papers, *(station[0] for station in held))
    tallies.refresh(engine)
    assert sum(counts(engine, "decision").values()) == 6
    for number, kind in enumerate((Consultation, AgendaItem, Meeting) * 2):
        [gone] = [row for row in held[number] if isinstance(row, kind)]
        with writing(engine) as session:
            withdraw(session, kind.__name__, [gone.id], source_id=1, backfill=False, at=factories.SEEN)
        tallies.refresh(engine)
        assert sum(counts(engine, "decision").values()) == 5 - number
    assert_true(engine)


def test_a_meeting_that_only_its_items_name_moves_its_decisions(engine: Engine) -> None:
    paper, council = factories.paper(date=date(2025, 1, 1)), factories.organization()
    station = factories.station(paper, council, at(2025, 2, 1), result="beschlossen", role="Entscheidung")
    factories.save(engine, council, paper, station)
    with writing(engine) as session:
        session.execute(update(Consultation).values(meeting_id=None))
    log(engine, paper, station[0])
    tallies.refresh(engine)
    with writing(engine) as session:
        session.execute(update(Meeting).values(start=at(2025, 3, 1)))
    log(engine, station[0], kind=UPDATED)
    tallies.refresh(engine)
    assert counts(engine, "decision") == {(2025, 3, "accepted"): 1}
    assert_true(engine)


def test_ids_that_no_index_can_hold_stop_nobodys_figures(engine: Engine) -> None:
    novel = "https://council.example/" + "".join(str(number) for number in range(500))
    paper, council = factories.paper(date=date(2025, 1, 1), body_id=novel), factories.organization(id=f"{novel}/1")
    station = factories.station(paper, council, at(2025, 2, 1), result="beschlossen", role="Entscheidung")
    factories.save(engine, council, paper, station)
    log(engine, paper, station[0])
    tallies.refresh(engine)
    assert sum(counts(engine, "decision").values()) == 1
    assert_true(engine)
