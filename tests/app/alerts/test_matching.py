"""Each alert is to tell each piece of news that concerns it: once, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts import happened, matching, noticing
from app.config import Settings
from app.db import writing
from app.models import Alert, AlertNotice, News, Subscriber
from app.rows import insert_all
from tests import factories as make
from tests.app.alerts.happening import NOW, Town, item_of, short


@pytest.fixture
def town(engine: Engine, settings: Settings) -> Town:
    return Town(engine, settings)


def test_a_search_is_told_of_what_it_finds_and_of_nothing_else(town: Town) -> None:
    found, other = make.paper(), make.paper(name="Brücke am Markt", reference="2026/1")
    scan = make.read_file("Nichts.", "Die Gartenstraße wird saniert.", of=other)
    make.save(town.engine, found, other, scan)
    alert, stranger = town.follow(), town.follow(value="kita")
    for row, matter in ((found, found), (other, other), (scan[0], other)):
        town.tell(row, matter=matter)
    done = town.match()
    assert town.told(alert) == [f"new {short(found)}", f"new {short(scan[0])}"]
    assert town.told(stranger) == []
    assert (done.notices, done.alerts, done.failed) == (2, 2, 0)
    assert town.match().alerts == 0
    assert len(town.told(alert)) == 2


def test_the_same_question_is_asked_once_however_many_ask_it(town: Town) -> None:
    alerts = [town.follow() for _ in range(3)]
    paper = make.paper()
    make.save(town.engine, paper)
    town.tell(paper)
    done = town.match()
    assert done.searches == 1
    assert [town.told(alert) for alert in alerts] == [[f"new {short(paper)}"]] * 3


def test_words_count_as_they_are_spelled_with_their_synonyms(town: Town) -> None:
    # Nothing else is in the index of one pass: there the nearest word would be the only one there is.
    paper = make.paper(name="Neue Entsorgung", reference="2026/2")
    bins = make.paper(name="Müllabfuhr", reference="2026/3")
    make.save(town.engine, paper, bins)
    wrong, other = town.follow(value="entsorkung"), town.follow(value="müllentsorgung")
    town.tell(paper)
    town.tell(bins)
    town.match()
    assert town.told(wrong) == []
    assert town.told(other) == [f"new {short(bins)}"]


def test_what_is_followed_by_its_id_is_looked_up(town: Town) -> None:
    paper, person = make.paper(), make.person()
    file = make.file()
    make.save(town.engine, paper, person, file, make.link(paper, "mainFile", file))
    mine, hers = town.follow("paper", paper.id), town.follow("person", person.id)
    council, others = town.follow("body", make.BODY_ID), town.follow("paper", "https://council.example/oparl/paper/0")
    town.tell(file, matter=paper, refs=[f"paper:{paper.id}", f"person:{person.id}"])
    town.tell(paper, "changed", refs=[f"paper:{paper.id}", f"body:{make.BODY_ID}"])
    town.match()
    assert town.told(mine) == [f"new {short(file)}", f"changed {short(paper)}"]
    assert town.told(hers) == [f"new {short(file)}"]
    assert town.told(council) == [f"changed {short(paper)}"]
    assert town.told(others) == []


def test_only_what_happened_after_the_alert_began_is_told(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    first = town.tell(paper, refs=[f"paper:{paper.id}"])
    early = town.follow("paper", paper.id)
    late, late_search = town.follow("paper", paper.id, seq=first), town.follow(seq=first)
    town.tell(paper, "changed", refs=[f"paper:{paper.id}"])
    town.match()
    assert town.told(early) == [f"new {short(paper)}", f"changed {short(paper)}"]
    assert town.told(late) == town.told(late_search) == [f"changed {short(paper)}"]


def test_nobody_who_did_not_confirm_is_told_and_begins_where_it_was_asked_for(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow(confirmed_at=None)
    town.tell(paper)
    town.match()
    assert town.told(alert) == []
    with writing(town.engine) as session:
        session.execute(update(Subscriber).values(confirmed_at=NOW))
    town.match()
    assert town.told(alert) == [f"new {short(paper)}"]


def test_what_came_of_a_matter_is_told_to_whoever_was_told_of_it(town: Town) -> None:
    paper, meeting = make.paper(name="Radverkehr", reference="2026/6"), make.meeting()
    item, rows = item_of(meeting, paper, result="beschlossen")
    scan = make.read_file("Die Gartenstraße wird saniert.", of=paper)
    make.save(town.engine, paper, meeting, rows, scan)
    alert, stranger = town.follow(), town.follow(value="kita")
    town.tell(scan[0], matter=paper)
    town.match()
    # The file held the word, the paper does not.
    town.tell(item, "decided", matter=paper, document=paper)
    town.match()
    assert town.told(alert) == [f"new {short(scan[0])}", f"decided {short(item)}"]
    assert town.told(stranger) == []


def test_where_a_pass_ends_makes_no_difference_to_who_was_told(town: Town) -> None:
    paper, meeting = make.paper(name="Radverkehr", reference="2026/6"), make.meeting()
    item, rows = item_of(meeting, paper, result="beschlossen")
    scan = make.read_file("Die Gartenstraße wird saniert.", of=paper)
    make.save(town.engine, paper, meeting, rows, scan)
    alert = town.follow()
    town.tell(item, "planned", matter=paper, document=paper)  # before anything was told of it
    town.tell(scan[0], matter=paper)
    town.tell(item, "decided", matter=paper, document=paper)
    town.match()
    assert town.told(alert) == [f"new {short(scan[0])}", f"decided {short(item)}"]


def test_news_of_which_more_is_known_by_now_is_told_once(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert, late = town.follow("paper", paper.id), town.follow(value="sanierung")
    town.tell(paper, refs=[f"paper:{paper.id}"], key="new:1")
    town.match()
    with writing(town.engine) as session:
        session.execute(update(News).values(seq=7))
        session.execute(update(type(paper)).values(name="Sanierung der Gartenstraße"))
        log.advance(session, "news", 7)
    town.match()
    assert town.told(alert) == town.told(late) == [f"new {short(paper)}"]


def test_many_news_are_read_in_parts_with_the_same_outcome(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [make.paper(reference=f"2026/{number}") for number in range(7)]
    make.save(town.engine, *papers)
    alert = town.follow()
    for paper in papers:
        town.tell(paper)
    with writing(town.engine) as session:  # one change told three things
        session.execute(update(News).where(News.seq.in_((2, 3, 4))).values(seq=2))
    whole = happened.window
    monkeypatch.setattr(matching, "window", lambda session, after, until: whole(session, after, until, 2))
    town.match()
    assert town.told(alert) == [f"new {short(paper)}" for paper in papers]


def test_a_pass_that_breaks_off_is_gone_on_with(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alerts = [town.follow() for _ in range(4)]
    town.tell(paper)
    monkeypatch.setattr(noticing, "ROWS", 1)
    strikes = iter([0, 0, 1])

    def breaking(*given: Any) -> None:
        if next(strikes):
            raise KeyboardInterrupt
        insert_all(*given)

    monkeypatch.setattr(noticing, "insert_all", breaking)
    with pytest.raises(KeyboardInterrupt):
        town.match()
    assert sorted(len(town.told(alert)) for alert in alerts) == [0, 0, 1, 1]
    monkeypatch.undo()
    town.match()
    assert [town.told(alert) for alert in alerts] == [[f"new {short(paper)}"]] * 4


def test_of_two_passes_at_once_one_writes(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow("paper", paper.id)
    town.tell(paper, refs=[f"paper:{paper.id}"])
    with Session(town.engine) as session:
        news = happened.window(session, 0, 9)
        assert news is not None
        stale = [noticing.Follower(*row) for row in session.execute(matching.followers(Alert.id > 0))]
    first, second = matching.Matched(), matching.Matched()
    for found in (first, second):
        notices = noticing.Notices(town.engine, NOW, news, found)
        notices.add(stale[0], news.of(f"paper:{paper.id}"), news.until)
        notices.finish()
    assert (first.notices, second.notices) == (1, 0)
    assert town.told(alert) == [f"new {short(paper)}"]


def test_what_does_not_go_at_once_is_matched_when_its_hour_comes(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    quick, weekly = town.follow(), town.follow(frequency="weekly")
    town.tell(paper)
    town.now += timedelta(minutes=2)
    town.match(whole=False)
    assert (len(town.told(quick)), len(town.told(weekly))) == (1, 0)
    town.now += timedelta(minutes=14)
    town.match(whole=False)
    assert len(town.told(weekly)) == 1


def test_before_mails_go_at_eight_all_that_came_until_then_is_matched(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    daily = town.follow(frequency="daily")
    town.now = NOW.replace(hour=6, minute=59)  # 7:59 in Germany
    town.tell(paper)
    town.now += timedelta(minutes=2)
    town.match(whole=False)
    assert len(town.told(daily)) == 1
    with Session(town.engine) as session:
        assert session.scalars(select(AlertNotice.due_at)).one() == NOW.replace(hour=7)


def test_what_is_not_in_a_hurry_is_broken_off_and_gone_on_with(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alerts = [town.follow(value=value, frequency="daily") for value in ("gartenstraße", "tempo", "30")]
    town.tell(paper)
    asked = iter([False, False, False, True, True, True])
    town.match(enough=lambda: next(asked, True))
    assert 0 < sum(len(town.told(alert)) for alert in alerts) < 3
    town.match()
    assert [len(town.told(alert)) for alert in alerts] == [1, 1, 1]


def test_newsletters_are_left_to_those_who_compose_them(town: Town) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    alert = town.follow("newsletter", f"body:{make.BODY_ID}")
    town.tell(paper, refs=[f"body:{make.BODY_ID}"])
    town.match()
    with Session(town.engine) as session:
        assert session.scalars(select(Alert.seq).where(Alert.id == alert.id)).one() == 0


def test_a_search_that_cannot_be_understood_any_more_waits_and_is_counted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make.paper()
    make.save(town.engine, paper)
    odd, good = town.follow(value='"' * 3000), town.follow()
    town.tell(paper)
    for _ in range(2):
        assert town.match().failed == 1
    assert (len(town.told(good)), town.told(odd)) == (1, [])
    monkeypatch.setattr(matching, "window", lambda *_: pytest.fail("nobody is to be told anything"))
    assert town.match().failed == 1
    monkeypatch.undo()
    with writing(town.engine) as session:
        session.execute(update(Alert).where(Alert.id == odd.id).values(value="gartenstraße 30"))
    assert town.match().failed == 0
    with Session(town.engine) as session:
        assert session.scalars(select(Alert.seq).where(Alert.id == odd.id)).one() > 0
