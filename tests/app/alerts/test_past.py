"""What happened lately to something that is followed, and what of it would have been mailed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app import indexing
from app.alerts.past import Preview, past, preview
from app.alerts.targets import Target, near_target, search_target
from app.alerts.telling.lines import Line, lines
from app.models import News, Place
from app.models.places import PaperPlace
from search import SearchIndex, open_index
from tests import factories as make

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)  # a Friday


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[SearchIndex]:
    opened = open_index(f"embedded://{tmp_path}/past", texts=indexing.texts_of(engine))
    yield opened
    opened.close()


def keys(found: list[News]) -> list[str]:
    return [one.key for one in found]


def test_of_a_record_it_is_what_concerns_it(engine: Engine, session: Session, index: SearchIndex) -> None:
    paper, other, body = make.paper(), make.paper(), make.body()
    member = make.person()
    make.save(
        engine,
        [body, paper, other, member],
        make.news(paper, refs=[f"person:{member.id}"], at=NOW - timedelta(days=2)),
        make.news(paper, "changed", at=NOW - timedelta(days=1)),
        make.news(other, at=NOW - timedelta(hours=1)),
        make.news(paper, "decided", key="old", at=NOW - timedelta(days=31)),
    )
    ours = [f"changed:{paper.id}", f"new:{paper.id}"]
    assert keys(past(session, index, Target("paper", paper.id), moment=NOW)) == ours
    assert keys(past(session, index, Target("person", member.id), moment=NOW)) == ours[1:]
    assert keys(past(session, index, Target("body", body.id), moment=NOW)) == [f"new:{other.id}", *ours]
    assert keys(past(session, index, Target("body", body.id), limit=1, moment=NOW)) == [f"new:{other.id}"]
    assert "old" in keys(past(session, index, Target("paper", paper.id), days=40, moment=NOW))
    assert keys(past(session, index, Target("newsletter", f"body:{body.id}"), limit=1, moment=NOW))
    assert past(session, index, Target("meeting", "nowhere"), moment=NOW) == []


def test_of_a_search_it_is_what_happened_to_what_matches(engine: Engine, session: Session, index: SearchIndex) -> None:
    new, known, other = make.paper(), make.paper(date=date(2019, 1, 1)), make.paper(name="Der Haushalt")
    make.save(engine, make.body(), new, known, other)
    indexing.rebuild(engine, index)
    make.save(
        engine,
        make.news(new, at=NOW - timedelta(days=2)),
        make.news(other, at=NOW - timedelta(days=2)),
        # A decision is told where its paper matches, however old that is.
        make.news(known, "decided", at=NOW - timedelta(days=1)),
        make.news(known, "changed", at=NOW - timedelta(days=60)),
    )
    found = past(session, index, search_target("gartenstraße"), moment=NOW)
    assert keys(found) == [f"decided:{known.id}", f"new:{new.id}"]
    assert keys(past(session, index, search_target("gartenstraße type:Meeting"), moment=NOW)) == []
    assert keys(past(session, index, search_target("Haushalt"), moment=NOW)) == [f"new:{other.id}"]


def test_of_more_documents_than_are_looked_at_those_that_came_lately_are_found(
    engine: Engine, session: Session, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.alerts.past.LOOKED", 3)
    many = [make.paper() for _ in range(5)]
    late = make.paper(date=date(1998, 1, 1))  # put in only now
    make.save(engine, make.body(), many, late)
    make.save(engine, [make.change(one, backfill=True) for one in many], arrived := make.change(late))
    indexing.rebuild(engine, index)
    make.save(engine, make.news(late, at=NOW, seq=arrived.seq))
    assert keys(past(session, index, search_target("gartenstraße"), moment=NOW)) == [f"new:{late.id}"]


def test_of_a_circle_it_is_what_papers_about_places_inside_did(
    engine: Engine, session: Session, index: SearchIndex
) -> None:
    inside, outside, file = make.paper(), make.paper(), make.file()
    near, corner = (
        Place(source_id=1, key=key, name=key, longitude=9.5 + east, latitude=51.5 + north)
        for key, east, north in (("near", 0.002, 0.0), ("corner", 0.0068, 0.0042))
    )
    make.save(engine, [make.body(), inside, outside, file, near, corner])
    make.save(
        engine,
        PaperPlace(paper_id=inside.id, place_id=near.id, drawn=True),
        PaperPlace(paper_id=outside.id, place_id=corner.id, drawn=True),
        make.news(inside, at=NOW),
        make.news(file, matter_id=inside.id, at=NOW),
        make.news(outside, at=NOW),  # in the square around the circle, and not in the circle
        make.news(inside, "changed", at=NOW - timedelta(days=40)),
    )
    target = near_target((9.5, 51.5), 500, "Gartenstraße 1")
    assert keys(past(session, index, target, moment=NOW)) == [f"new:{file.id}", f"new:{inside.id}"]
    assert len(past(session, index, near_target((9.5, 51.5), 1000, ""), moment=NOW)) == 3


@pytest.mark.parametrize(
    ("frequency", "mails", "days"),
    [
        # Two mails a day, the rest at seven the next morning; what comes at night waits for it, too.
        ("instant", 4, {date(2026, 3, 10): 2, date(2026, 3, 11): 2, date(2026, 3, 18): 1}),
        ("daily", 2, {date(2026, 3, 11): 4, date(2026, 3, 18): 1}),
        ("weekly", 2, {date(2026, 3, 13): 4, date(2026, 3, 20): 1}),
        ("monthly", 0, {}),
    ],
)
def test_a_preview_counts_the_mails_that_would_have_come(
    engine: Engine,
    session: Session,
    index: SearchIndex,
    frequency: str,
    mails: int,
    days: dict[date, int],
) -> None:
    papers = [make.paper(name=f"Vorlage {number}") for number in range(6)]
    moments = [
        *(datetime(2026, 3, 10, hour, tzinfo=UTC) for hour in (8, 11, 14, 22)),
        datetime(2026, 3, 17, 23, tzinfo=UTC),
        NOW - timedelta(days=60),
    ]
    organization = make.organization()
    about = [f"organization:{organization.id}"]
    gone = make.paper(deleted=True)
    make.save(
        engine,
        [make.body(), organization, gone, *papers],
        [make.news(paper, refs=about, at=at) for paper, at in zip(papers, moments, strict=True)],
        make.news(gone, refs=about, at=moments[0]),
        make.news(gone, "withdrawn", refs=about, at=moments[0]),
    )
    target = Target("organization", organization.id)
    found = preview(session, index, target, "de", "https://portal.example", frequency=frequency, moment=NOW)
    assert (found.mails, dict(found.by_day)) == (mails, days)
    assert found.finds == sum(days.values())
    assert [line.title for line in found.lines][:2] == ["Vorlage 4", "Vorlage 3"]
    assert found.begins is None


def test_a_preview_of_what_never_happened_is_empty(session: Session, index: SearchIndex) -> None:
    assert preview(session, index, search_target("nichts"), "de", "", moment=NOW) == Preview()


def test_no_day_gets_more_mails_than_its_budget(engine: Engine, session: Session, index: SearchIndex) -> None:
    papers = [make.paper() for _ in range(60)]
    make.save(
        engine,
        [make.body(), *papers],
        [make.news(one, at=NOW - timedelta(minutes=47 * number)) for number, one in enumerate(papers)],
    )
    found = preview(session, index, Target("body", make.BODY_ID), "de", "", frequency="instant", moment=NOW)
    assert found.mails <= 2 * len(found.by_day)
    assert found.finds <= 60
    ordered = past(session, index, Target("body", make.BODY_ID), moment=NOW)
    assert all(one.seq > other.seq for one, other in pairwise(ordered))


def test_a_preview_counts_all_of_a_busy_council_and_words_a_few(
    engine: Engine, session: Session, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = [make.paper() for _ in range(400)]
    make.save(engine, [make.body(), *papers])
    weeks = [NOW - timedelta(days=2 + 7 * (number % 4)) for number in range(len(papers))]
    make.save(engine, [make.news(one, at=at) for one, at in zip(papers, weeks, strict=True)])
    worded: list[int] = []

    def some(session: Session, told: list[News], *rest: str) -> dict[str, Line]:
        worded.append(len(told))
        return lines(session, told, *rest)

    monkeypatch.setattr("app.alerts.past.lines", some)
    found = preview(session, index, Target("body", make.BODY_ID), "de", "", moment=NOW)
    assert (found.mails, found.finds, set(found.by_day.values())) == (4, 400, {100})
    assert (len(found.lines), worded, found.begins) == (5, [10], None)


def test_a_preview_that_cannot_count_all_says_from_which_day_on_it_counts(
    engine: Engine, session: Session, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.alerts.past.LOOKED", 4)
    papers = [make.paper() for _ in range(12)]
    make.save(engine, make.body(), papers)
    came = [NOW - timedelta(days=24 - 2 * number) for number in range(12)]
    changes = [make.change(one, at=at) for one, at in zip(papers, came, strict=True)]
    make.save(engine, changes)
    indexing.rebuild(engine, index)
    make.save(
        engine, [make.news(one, at=change.at, seq=change.seq) for one, change in zip(papers, changes, strict=True)]
    )
    found = preview(session, index, search_target("gartenstraße"), "de", "", frequency="daily", moment=NOW)
    assert (found.finds, found.begins) == (3, date(2026, 3, 13))
    monkeypatch.setattr("app.alerts.past.LOOKED", 2_000)
    found = preview(session, index, search_target("gartenstraße"), "de", "", frequency="daily", moment=NOW)
    assert (found.finds, found.begins) == (12, None)
