"""The weekly newsletter: what is in it, that each thing is in one issue alone, and when there is none."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.mails.templates import text_of_issue
from app.alerts.newsletters import (
    Issue,
    closes_after,
    compose,
    issue_due,
    issue_told,
    issues_of,
    next_issue,
    write_intro,
)
from app.alerts.targets import Target
from app.db import writing
from app.models import AgendaItem, Alert, AlertNotice, Meeting, NewsletterIntro, NewsletterIssue, OParlObject, Paper
from app.news.refreshing import NEWS_CONSUMER
from app.news.renaming import rename_targets
from tests import factories as make
from tests.app.alerts.conftest import Desk

BODY = Target("newsletter", f"body:{make.BODY_ID}")
FRIDAY = datetime(2026, 3, 6, 5, 0, tzinfo=UTC)  # six in Germany, when an issue closes
WEEK = timedelta(days=7)
ENDLESS = 2**40


def told(engine: Engine, *rows: object) -> None:
    """Write news, and let it be known that the log was read so far."""
    make.save(engine, *rows)  # type: ignore[arg-type]  # rows, and lists of them
    with writing(engine) as session:
        log.advance(session, NEWS_CONSUMER, make_number())


def make_number() -> int:
    [row, *_] = make.news(make.paper())
    return int(row.seq)  # type: ignore[union-attr]  # the first is the news


def composed(engine: Engine, target: Target = BODY, moment: datetime = FRIDAY, language: str = "de") -> Issue | None:
    with Session(engine) as session:
        return compose(session, target, language, 0, ENDLESS, moment, base_url="https://portal.example")


def titles(issue: Issue | None) -> list[str]:
    return [line.title for line in issue.papers.lines] if issue else []


def notices(engine: Engine) -> list[AlertNotice]:
    with Session(engine) as session:
        return list(session.scalars(select(AlertNotice).order_by(AlertNotice.alert_id, AlertNotice.key)))


@pytest.fixture
def council(engine: Engine) -> OParlObject:
    body = make.body()
    make.save(engine, body)
    return body


def follows(engine: Engine, target: Target = BODY, **columns: object) -> int:
    reader = make.subscriber(address=f"reader{make_number()}@example.org", **columns)
    asked = {"frequency": "weekly", "asked_at": FRIDAY - timedelta(days=2)}
    alert = make.alert(reader, target.kind, target.value, **asked)
    make.save(engine, reader)
    make.save(engine, alert)
    return alert.id


def decided(result: str, *, weight: str = "Bauantrag") -> tuple[Paper, Meeting, AgendaItem, list[object]]:
    paper = make.paper(name=weight)
    rows = make.station(paper, make.organization(), FRIDAY - timedelta(days=3), result=result, authoritative=True)
    return paper, rows[0], rows[1], [paper, *rows]


@pytest.mark.usefixtures("council")
class TestWhatIsInIt:
    def test_it_counts_decisions_by_their_results_and_says_each_in_words(self, engine: Engine) -> None:
        for result in ("einstimmig beschlossen", "mehrheitlich beschlossen", "vertagt"):
            paper, _, item, rows = decided(result, weight=f"Radweg, {result}")
            told(engine, *rows, make.news(item, "decided", matter_id=paper.id))
        issue = composed(engine)
        assert issue is not None
        assert issue.decided.total == 3
        assert issue.decided.figures.replace("\u00a0", " ") == "Beschlossen: 2, Vertagt: 1"
        said = {line.title: line.said for line in issue.decided.lines}
        assert said["Radweg, vertagt"][0].startswith("Vertagt")
        assert all(line.url.startswith("https://portal.example/papers/") for line in issue.decided.lines)

    def test_what_two_organizations_decided_about_one_paper_is_told_in_one_place(self, engine: Engine) -> None:
        paper, _, item, rows = decided("vertagt", weight="Radweg")
        again = make.station(paper, make.organization(), FRIDAY - timedelta(days=1), result="beschlossen", position=1)
        other, _, other_item, more = decided("abgelehnt", weight="Steg")
        items = ((again[1], paper), (item, paper), (other_item, other))
        told(engine, rows, again, more, [make.news(one, "decided", matter_id=about.id) for one, about in items])
        issue = composed(engine)
        assert issue is not None
        assert (issue.decided.total, issue.decided.rest) == (3, 0)
        [line] = [one for one in issue.decided.lines if one.title == "Radweg"]
        assert [sentence.split(".")[0].split()[0] for sentence in line.said] == ["Vertagt", "Beschlossen"]

    def test_new_papers_come_by_weight_and_the_rest_is_counted(self, engine: Engine) -> None:
        papers = [make.paper(name=f"Vorlage {number}") for number in range(10)]
        heavy = make.paper(name="Neubau der Brücke")
        stations = [
            make.station(heavy, make.organization(), FRIDAY + timedelta(days=days), position=days, authoritative=True)
            for days in (20, 30, 40)
        ]
        told(engine, papers, heavy, stations, [make.news(paper) for paper in (*papers, heavy)])
        issue = composed(engine)
        assert issue is not None
        assert titles(issue)[0] == "Neubau der Brücke"
        assert (issue.papers.total, len(issue.papers.lines), issue.papers.rest) == (11, 8, 3)
        assert issue.papers.url.startswith("https://portal.example/papers?body=")

    def test_the_next_meetings_name_their_weightiest_items_and_no_routine(self, engine: Engine) -> None:
        paper, council = make.paper(name="Neubau der Brücke"), make.organization(name="Rat")
        rows = make.station(paper, council, FRIDAY + timedelta(days=2), name="Brücke")
        routine = [
            make.agenda_item(rows[0], name=name, position=place)
            for place, name in enumerate(("Eröffnung der Sitzung", "Genehmigung der Niederschrift", "Parkgebühren"), 1)
        ]
        later = make.station(make.paper(), make.organization(), FRIDAY + timedelta(days=20))
        told(engine, paper, council, rows, routine, later)
        issue = composed(engine)
        assert issue is not None
        [meeting] = issue.meetings
        assert (meeting.title, meeting.count) == ("Rat", 4)
        assert [item.title for item in meeting.items] == ["Neubau der Brücke", "Parkgebühren"]

    def test_a_cancelled_meeting_is_told_as_cancelled_and_without_its_items(self, engine: Engine) -> None:
        paper = make.paper()
        rows = make.station(paper, make.organization(), FRIDAY + timedelta(days=2))
        rows[0].cancelled = True
        told(engine, paper, rows)
        issue = composed(engine)
        assert issue is not None
        assert [(one.cancelled, one.items) for one in issue.meetings] == [(True, ())]

    def test_of_what_was_withdrawn_meanwhile_no_word_is_left(self, engine: Engine) -> None:
        paper = make.paper(name="Geheimes Grundstück", deleted=True)
        told(engine, paper, make.news(paper), make.news(paper, "withdrawn"))
        assert composed(engine) is None  # it came and went between two issues

    def test_a_paper_that_is_new_is_not_told_again_as_changed(self, engine: Engine) -> None:
        paper = make.paper()
        told(engine, paper, make.news(paper), make.news(paper, "changed", key="changed:1"))
        issue = composed(engine)
        assert issue is not None
        assert (issue.papers.total, issue.others.total) == (1, 0)

    def test_a_new_paper_that_was_decided_stands_under_what_was_decided_alone(self, engine: Engine) -> None:
        paper, _, item, rows = decided("beschlossen", weight="Radweg")
        told(engine, *rows, make.news(paper), make.news(item, "decided", matter_id=paper.id))
        issue = composed(engine)
        assert issue is not None
        assert (issue.decided.total, issue.papers.total, issue.others.total) == (1, 0, 0)

    def test_a_meeting_with_more_items_says_how_many_of_them_are_named(self, engine: Engine) -> None:
        rows = make.station(make.paper(), make.organization(name="Rat"), FRIDAY + timedelta(days=2), name="Brücke")
        more = [make.agenda_item(rows[0], name=f"Punkt {place}", position=place) for place in range(1, 9)]
        told(engine, rows, more)
        issue = composed(engine)
        assert issue is not None
        assert "\n3 von 9 öffentlichen Punkten" in text_of_issue(issue, "de")

    def test_a_committee_gets_its_own(self, engine: Engine) -> None:
        ours, other = make.organization(), make.organization()
        mine, foreign = make.paper(name="Unsere"), make.paper(name="Andere")
        refs = ([f"organization:{ours.id}"], [f"organization:{other.id}"])
        told(engine, ours, other, mine, foreign, make.news(mine, refs=refs[0]), make.news(foreign, refs=refs[1]))
        assert titles(composed(engine, Target("newsletter", f"organization:{ours.id}"))) == ["Unsere"]
        assert sorted(titles(composed(engine))) == ["Andere", "Unsere"]

    def test_one_of_what_is_not_here_any_more_is_none(self, engine: Engine) -> None:
        gone = make.organization(deleted=True)
        paper = make.paper()
        told(engine, gone, paper, make.news(paper, refs=[f"organization:{gone.id}"]))
        assert composed(engine, Target("newsletter", f"organization:{gone.id}")) is None
        assert composed(engine, Target("newsletter", "body:https://council.example/nowhere")) is None

    def test_where_nothing_happened_there_is_none_but_a_meeting_of_this_week_is_something(self, engine: Engine) -> None:
        assert composed(engine) is None
        far = make.meeting(start=FRIDAY + timedelta(days=10))
        told(engine, far)
        assert composed(engine) is None
        told(engine, make.meeting(start=FRIDAY + timedelta(days=6)))
        assert composed(engine) is not None

    def test_what_the_operator_writes_harms_nobody_and_its_addresses_are_whole(self, engine: Engine) -> None:
        told(engine, make.meeting(start=FRIDAY + timedelta(days=1)))
        words = "# Hallo\n<script>alert(1)</script> [Mitte](/districts/mitte) [x](javascript:alert(1)) ![p](https://x.example/p)"
        with Session(engine) as session:
            issue = compose(session, BODY, "de", 0, ENDLESS, FRIDAY, base_url="https://portal.example", intro=words)
        assert issue is not None
        html = str(issue.intro_html)
        assert "<h2>Hallo</h2>" in html
        assert '<a href="https://portal.example/districts/mitte">' in html
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html


@pytest.mark.usefixtures("council")
class TestWhenItComes:
    def test_it_closes_on_friday_and_everybody_who_follows_is_owed_one(self, engine: Engine) -> None:
        first, second = follows(engine), follows(engine)
        follows(engine, confirmed_at=None)
        paper = make.paper()
        told(engine, paper, make.news(paper, at=FRIDAY - timedelta(days=1)))
        assert issue_due(engine, FRIDAY - WEEK + timedelta(seconds=1)) == 0  # nobody followed then
        assert issue_due(engine, FRIDAY - timedelta(seconds=1)) == 0
        assert issue_due(engine, FRIDAY) == 2
        assert issue_due(engine, FRIDAY + timedelta(hours=3)) == 0
        owed = notices(engine)
        assert [one.alert_id for one in owed] == sorted((first, second))
        assert {one.key for one in owed} == {f"newsletter:body:{make.BODY_ID}:2026-W10"}
        assert {one.kind for one in owed} == {"newsletter"}
        assert {one.due_at for one in owed} == {FRIDAY + timedelta(hours=2)}  # at eight

    def test_one_that_cannot_be_composed_keeps_back_no_other(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = make.organization(name="Ältestenrat")
        paper = make.paper()
        told(engine, bad, paper, make.news(paper, at=FRIDAY - timedelta(days=1)))
        follows(engine, Target("newsletter", f"aaa:{bad.id}"))
        good = follows(engine)

        def breaking(session: Session, target: Target, *given: Any, **more: Any) -> Issue | None:
            if target.kind == "aaa":
                raise LookupError
            return compose(session, target, *given, **more)

        monkeypatch.setattr("app.alerts.newsletters.compose", breaking)
        assert issue_due(engine, FRIDAY) == 1
        assert [one.alert_id for one in notices(engine)] == [good]

    def test_each_has_it_on_the_day_that_was_chosen_and_nobody_is_loaded_for_it(self, engine: Engine) -> None:
        days = {follows(engine): 4, follows(engine): 6, follows(engine): 6}
        with writing(engine) as session:
            for alert_id, weekday in days.items():
                session.execute(update(Alert).where(Alert.id == alert_id).values(weekday=weekday))
        told(engine, make.meeting(start=FRIDAY + timedelta(days=3)))
        loaded: list[object] = []

        def note(alert: Alert, _: object) -> None:
            loaded.append(alert)

        event.listen(Alert, "load", note)
        try:
            assert issue_due(engine, FRIDAY) == 3
        finally:
            event.remove(Alert, "load", note)
        due = {one.alert_id: one.due_at for one in notices(engine)}
        eight = FRIDAY + timedelta(hours=2)
        assert due == {one: eight + timedelta(days=weekday - 4) for one, weekday in days.items()}
        assert loaded == []

    def test_one_that_is_late_is_due_at_once(self, engine: Engine) -> None:
        follows(engine)
        told(engine, make.meeting(start=FRIDAY + timedelta(days=3)))
        issue_due(engine, FRIDAY + timedelta(days=1))
        assert [one.due_at for one in notices(engine)] == [FRIDAY + timedelta(hours=2)]

    def test_whoever_follows_after_it_closed_waits_for_the_next(self, engine: Engine) -> None:
        follows(engine)
        told(engine, make.meeting(start=FRIDAY + timedelta(days=3)))
        reader = make.subscriber(address="late@example.org")
        make.save(engine, reader)
        make.save(engine, make.alert(reader, BODY.kind, BODY.value, asked_at=FRIDAY + timedelta(minutes=1)))
        assert issue_due(engine, FRIDAY + timedelta(hours=1)) == 1

    def test_all_that_happened_is_in_one_issue_and_in_no_other(self, engine: Engine) -> None:
        follows(engine)
        papers = []
        for number in range(12):
            # Some of it becomes known days after it happened: the log is read behind the index.
            at = FRIDAY + timedelta(days=1.7 * number - 3)
            paper = make.paper(name=f"Vorlage {number}")
            papers.append(paper.name)
            told(engine, paper, make.news(paper, at=at))
            issue_due(engine, at + timedelta(days=(number % 3)))
        issue_due(engine, FRIDAY + 4 * WEEK)
        with Session(engine) as session:
            issues = session.scalars(select(NewsletterIssue).order_by(NewsletterIssue.week)).all()
            listed = [title for one in issues for title in titles(issue_told(session, one, "de"))]
        assert len(issues) == 4
        assert sorted(listed) == sorted(str(name) for name in papers)

    def test_a_quiet_week_owes_nothing_and_keeps_the_operators_words(self, engine: Engine) -> None:
        follows(engine)
        with writing(engine) as session:
            write_intro(session, BODY, "Guten Tag", FRIDAY - WEEK)
        assert issue_due(engine, FRIDAY) == 0
        told(engine, paper := make.paper(), make.news(paper, at=FRIDAY + timedelta(days=1)))
        assert issue_due(engine, FRIDAY + WEEK) == 1
        with Session(engine) as session:
            assert session.get(NewsletterIntro, BODY.value) is None
            [issue] = issues_of(session, BODY)  # the quiet week is none
            assert (issue.week, issue.words) == ("2026-W11", "Guten Tag")
            again = issue_told(session, issue, "de")
            assert again is not None
            assert again.intro == "Guten Tag"

    def test_the_operators_words_stand_above_one_issue_alone(self, engine: Engine) -> None:
        follows(engine)
        with writing(engine) as session:
            write_intro(session, BODY, "Alt", FRIDAY - WEEK)
            write_intro(session, BODY, "Neu", FRIDAY - WEEK)
        for weeks in range(2):
            told(engine, paper := make.paper(), make.news(paper, at=FRIDAY + weeks * WEEK - timedelta(days=1)))
            issue_due(engine, FRIDAY + weeks * WEEK)
        with Session(engine) as session:
            assert [one.words for one in issues_of(session, BODY)] == [None, "Neu"]

    def test_the_first_who_follows_is_not_told_of_months(self, engine: Engine) -> None:
        for days, name in ((-60, "Vor Monaten"), (-5, "Diese Woche")):
            told(engine, paper := make.paper(name=name), make.news(paper, at=FRIDAY + timedelta(days=days)))
        follows(engine)
        issue_due(engine, FRIDAY)
        with Session(engine) as session:
            [issue] = issues_of(session, BODY)
            assert titles(issue_told(session, issue, "de")) == ["Diese Woche"]

    def test_two_passes_at_once_owe_it_once(self, engine: Engine) -> None:
        follows(engine)
        told(engine, paper := make.paper(), make.news(paper, at=FRIDAY - timedelta(days=1)))
        counts: list[int] = []
        passes = [Thread(target=lambda: counts.append(issue_due(engine, FRIDAY))) for _ in range(4)]
        run(passes)
        assert sorted(counts) == [0, 0, 0, 1]
        assert len(notices(engine)) == 1

    def test_the_next_one_is_what_would_come_with_the_words_that_wait(self, engine: Engine) -> None:
        with Session(engine) as session:
            assert next_issue(session, BODY, "de", FRIDAY) is None
        told(engine, paper := make.paper(), make.news(paper, at=FRIDAY - timedelta(days=1)))
        with writing(engine) as session:
            write_intro(session, BODY, "Vorab", FRIDAY)
        with Session(engine) as session:
            issue = next_issue(session, BODY, "en", FRIDAY)
        assert issue is not None
        assert (issue.intro, issue.papers.total, issue.name) == ("Vorab", 1, "Stadt Musterstadt")

    def test_thousands_get_it_though_it_is_composed_once_and_none_after_it_was_withdrawn(self, engine: Engine) -> None:
        follows(engine)
        told(engine, paper := make.paper(name="Flüchtig"), make.news(paper, at=FRIDAY - timedelta(days=1)))
        issue_due(engine, FRIDAY)
        asked: list[str] = []
        with Session(engine) as session:
            [issue] = issues_of(session, BODY)
            assert titles(issue_told(session, issue, "de", moment=FRIDAY)) == ["Flüchtig"]
            event.listen(engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
            for _ in range(10):
                assert titles(issue_told(session, issue, "de", moment=FRIDAY)) == ["Flüchtig"]
        assert len(asked) <= 10
        with writing(engine) as session:
            session.get_one(Paper, paper.id).deleted = True
            session.add(make.change(paper, "deleted"))
        with Session(engine) as session:
            assert issue_told(session, issue, "de", moment=FRIDAY) is None

    def test_its_issues_move_along_with_the_server(self, engine: Engine) -> None:
        follows(engine)
        told(engine, paper := make.paper(), make.news(paper, at=FRIDAY - timedelta(days=1)))
        issue_due(engine, FRIDAY)
        with writing(engine) as session:
            rename_targets(session, {make.BODY_ID: "https://new.example/body/1"})
        with Session(engine) as session:
            assert session.scalar(select(NewsletterIssue.target)) == "body:https://new.example/body/1"
        assert issue_due(engine, FRIDAY + timedelta(hours=1)) == 0


def test_weeks_end_on_friday_at_six_whatever_clocks_do() -> None:
    summer = datetime(2026, 10, 24, 12, tzinfo=UTC)  # the night after it clocks are changed
    assert closes_after(summer) == datetime(2026, 10, 30, 5, tzinfo=UTC)
    assert closes_after(FRIDAY) == FRIDAY + WEEK
    assert closes_after(FRIDAY - timedelta(seconds=1)) == FRIDAY


def run(threads: Iterable[Thread]) -> None:
    started = list(threads)
    for one in started:
        one.start()
    for one in started:
        one.join()


def test_it_asks_the_database_a_bounded_number_of_questions(engine: Engine) -> None:
    make.save(engine, make.body())
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    sizes = []
    for _ in range(2):
        rows = []
        for _ in range(15):
            paper, _, item, more = decided("beschlossen")
            rows += [*more, *make.news(paper), *make.news(item, "decided", matter_id=paper.id)]
        told(engine, rows)
        asked.clear()
        composed(engine)
        sizes.append(len(asked))
    assert sizes[1] <= sizes[0] + 2
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Paper)) == 30


class TestTheMail:
    """The whole way: a change, a week, a mail."""

    def publish(self, desk: Desk, *rows: OParlObject) -> None:
        make.save(desk.engine, *rows)
        make.save(desk.engine, *(make.change(row, at=desk.now) for row in rows))
        desk.refresh()

    def test_it_comes_on_friday_at_eight_and_once(self, desk: Desk) -> None:
        desk.now = FRIDAY - timedelta(days=3)
        desk.follow(BODY)
        self.publish(desk, make.paper(name="Radweg am Anger"), make.paper(name="Steg am Ufer"))
        with writing(desk.engine) as session:
            write_intro(session, BODY, "Guten **Tag** aus dem [Rathaus](/organizations)", desk.now)
        for hours in (0, 24, 48, 71, 72, 73.9):
            desk.now = FRIDAY + timedelta(hours=hours - 72)
            desk.run()
        assert not desk.sink.taken
        desk.now = FRIDAY + timedelta(hours=2)
        for _ in range(2):
            desk.run()
        [mail] = desk.sink.taken
        assert mail.message["Subject"] == "Newsletter: Stadt Musterstadt, 27. Februar bis 6. März"
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        plain, html = mail.text(), mail.text("html")
        assert "Guten Tag aus dem Rathaus: http://portal.example/organizations" in plain
        assert 'Guten <strong>Tag</strong> aus dem <a href="http://portal.example/organizations">' in html
        for said in ("Radweg am Anger", "Steg am Ufer", "Neue Vorlagen (2)"):
            assert said in plain
            assert said in html
        assert "<img" not in html

    def test_a_quiet_week_and_what_was_withdrawn_since_bring_none(self, desk: Desk) -> None:
        desk.now = FRIDAY - timedelta(days=3)
        desk.follow(BODY)
        desk.now = FRIDAY + timedelta(hours=3)
        desk.run()
        paper = make.paper(name="Flüchtige Vorlage")
        self.publish(desk, paper)
        desk.now = FRIDAY + WEEK
        desk.run()
        assert len(desk.notices()) == 1
        with writing(desk.engine) as session:
            session.get_one(Paper, paper.id).deleted = True
            session.add(make.change(paper, "deleted", at=desk.now))
        desk.refresh()
        desk.now = FRIDAY + WEEK + timedelta(hours=2)
        desk.run()
        assert not desk.sink.taken


def test_what_is_composed_is_given_though_another_thread_forgets_it(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Emptied(dict[object, object]):
        def __setitem__(self, key: object, value: object) -> None:
            super().__setitem__(key, value)
            self.clear()

    paper = make.paper(name="Ein neuer Radweg")
    make.save(engine, make.body(), paper)
    told(engine, make.news(paper, at=FRIDAY - timedelta(hours=1)))
    monkeypatch.setattr("app.alerts.newsletters._KNOWN", Emptied())
    assert titles(next_issue(session, BODY, "de", FRIDAY)) == ["Ein neuer Radweg"]
