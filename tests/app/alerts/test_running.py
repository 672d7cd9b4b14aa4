"""One pass: from what happened to mails that are sent; broken off anywhere, rehearsed, and when the next one is due."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.alerts import matching, running
from app.alerts.mails import outbox
from app.alerts.matching import read_ahead
from app.alerts.running import EVERY, Watch, run
from app.alerts.targets import PAPER, Target
from app.db import Base, now, writing
from app.mail import open_mailer
from app.models import AlertDelivery, AlertNotice
from app.web.cli import main
from search import BadQuery
from tests import factories as make
from tests.app.alerts.conftest import READER, Desk


def rows(desk: Desk) -> dict[str, int]:
    """Count all rows of the database."""
    with Session(desk.engine) as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def sent_to(desk: Desk) -> list[str]:
    return [taken.recipients[0] for taken in desk.sink.taken]


def test_what_happens_is_mailed_in_one_pass_and_once(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper())
    done = desk.run()
    assert (done.news, done.searches, done.alerts, done.notices, done.bundled, done.sent) == (1, 1, 1, 1, 1, 1)
    assert sent_to(desk) == [READER]
    desk.wait(minutes=10)
    assert desk.run().sent == 0
    assert len(desk.sink.taken) == 1


def test_what_a_first_walk_brings_is_no_news(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper(), backfill=True)
    done = desk.run()
    assert (done.notices, done.sent) == (0, 0)


def test_one_mail_tells_what_several_alerts_have_found(desk: Desk) -> None:
    paper = make.paper()
    desk.publish(paper)
    desk.run()
    desk.follow()
    desk.follow(Target(PAPER, paper.id))
    rows_of_file = make.read_file("In der Gartenstraße gilt Tempo 30.", of=paper)
    at = make.SEEN + timedelta(days=3)  # not on the walk that brought the paper
    later = [make.change(rows_of_file[0], at=at), make.change(rows_of_file[0], "updated", fields=["text"], at=at)]
    make.save(desk.engine, rows_of_file)
    make.save(desk.engine, *later)
    desk.refresh()
    desk.wait(hours=1)
    done = desk.run()
    assert (done.notices, done.bundled, done.sent) == (2, 1, 1)


STEPS = ("news.refresh", "match", "remind", "bundle", "send_owed")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_pass_that_dies_between_two_steps_is_made_good_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, moment: str
) -> None:
    desk.follow()
    desk.publish(make.paper())
    holder, _, name = f"running.{step}".removeprefix("running.").rpartition(".")
    module: Any = getattr(running, holder) if holder else running
    whole = getattr(module, name)

    def dying(*given: Any, **named: Any) -> Any:
        if moment == "after":
            whole(*given, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, name, dying)
    with pytest.raises(KeyboardInterrupt):
        desk.run()
    monkeypatch.undo()
    desk.run()
    assert sent_to(desk) == [READER]
    assert desk.count(AlertNotice) == desk.count(AlertDelivery) == 1


@pytest.mark.parametrize("step", ["forget_unconfirmed", *STEPS[:-1], "newsletters.issue_due"])
def test_what_breaks_at_one_thing_does_the_others_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.ask()  # the confirmation is owed
    holder, _, name = step.rpartition(".")

    def breaking(*given: Any, **named: Any) -> Any:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(getattr(running, holder) if holder else running, name, breaking)
    with pytest.raises(OverflowError):
        desk.run()
    assert sent_to(desk) == [READER]


def test_a_rehearsal_says_what_would_be_sent_and_changes_nothing(desk: Desk) -> None:
    desk.follow()
    desk.publish(make.paper())
    before = rows(desk)
    for _ in range(2):
        counts = run(desk.engine, open_mailer(desk.sink.url), desk.settings, clock=lambda: desk.now, dry=True)
        assert (counts.notices, counts.sent) == (1, 1)
        assert [address for address, _ in counts.mails] == [READER]
    assert rows(desk) == before
    assert desk.sink.taken == []
    desk.run()
    assert [str(taken.message["Subject"]) for taken in desk.sink.taken] == [subject for _, subject in counts.mails]


@pytest.mark.parametrize("dry", [False, True])
def test_a_rehearsal_spares_no_mail_server_and_keeps_nobody_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, dry: bool
) -> None:
    monkeypatch.setattr(outbox, "PACE", 1000.0)
    slept: list[float] = []
    monkeypatch.setattr("app.alerts.mails.outbox.time.sleep", slept.append)
    desk.follow()
    desk.publish(make.paper())
    run(desk.engine, open_mailer(desk.sink.url), desk.settings, clock=lambda: desk.now, dry=dry)
    assert [seconds > 900 for seconds in slept] == [not dry]


@pytest.mark.parametrize("dry", [False, True])
def test_the_command_says_what_it_did(desk: Desk, dry: bool) -> None:
    desk.now = now()
    desk.ask()
    settings = replace(desk.settings, mail_url=desk.sink.url)
    words = ["alerts", "--json", *(["--dry-run"] if dry else [])]
    done = CliRunner().invoke(main, words, obj=settings)
    assert done.exit_code == 0, done.output
    said = orjson.loads(done.output)
    assert said["confirmations"] == 1
    assert [address for address, _ in said["mails"]] == ([READER] if dry else [])
    assert len(desk.sink.taken) == (0 if dry else 1)
    plain = CliRunner().invoke(main, ["alerts", "--dry-run"], obj=settings)
    assert ("nothing of it was done" in plain.output, READER in plain.output) == (True, dry)


def test_the_worker_looks_and_passes_only_where_there_is_a_reason(desk: Desk) -> None:
    watch = Watch(desk.engine)
    assert watch.is_due(now())
    mailer = open_mailer(desk.sink.url)
    desk.follow()
    watch.pass_on(mailer, desk.settings)
    assert not watch.is_due(now())
    assert watch.is_due(now() + EVERY)
    desk.publish(make.paper())
    assert watch.is_due(now())
    watch.pass_on(mailer, desk.settings)
    desk.ask(address="other@example.org")
    assert watch.is_due(now())  # a confirmation is owed
    watch.pass_on(mailer, desk.settings)
    assert not watch.is_due(now())


def test_a_mail_server_that_is_away_is_not_asked_every_second(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(desk.engine)
    for number in range(4):
        desk.ask(address=f"reader{number}@example.org")
    monkeypatch.setattr(outbox, "PACE", 0.0)
    watch.pass_on(open_mailer("smtp://127.0.0.1:1"), desk.settings)
    assert not watch.is_due(now())
    assert watch.is_due(now() + timedelta(minutes=1))


def test_meetings_are_looked_at_once_a_minute_and_what_is_old_once_an_hour(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def note(name: str) -> int:
        done.append(name)
        return 0

    monkeypatch.setattr(running, "remind", lambda *_: note("remind"))
    monkeypatch.setattr(running, "prune", lambda *_: note("prune"))
    moment = now()
    monkeypatch.setattr(running, "now", lambda: moment)
    watch, mailer = Watch(desk.engine), open_mailer(desk.sink.url)
    for seconds in (0, 1, 61, 62, 3601):
        moment = moment.replace(microsecond=0) + timedelta(seconds=seconds)
        watch.pass_on(mailer, desk.settings)
        moment -= timedelta(seconds=seconds)
    assert done == ["remind", "prune", "remind", "remind", "prune"]


def test_searches_that_go_at_once_are_read_before_there_is_news(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, frequency in {"brunnen": "instant", "markt": "daily", "tunnel": "instant"}.items():
        desk.follow(text, frequency=frequency)
    desk.ask("kirche", "nobody@example.org", frequency="instant")  # never confirmed
    limits = BadQuery("too_long", limit=1)  # they have changed since
    read: list[str] = []

    def note(text: str, _thesaurus: object) -> None:
        read.append(text)
        raise limits

    monkeypatch.setattr(matching, "understood", note)
    read_ahead(desk.engine, desk.settings, lambda: bool(read))
    assert len(read) == 1
    read.clear()
    read_ahead(desk.engine, desk.settings, lambda: False)
    assert sorted(read) == ["brunnen", "tunnel"]


def test_a_worker_reads_searches_ahead_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead: list[object] = []
    monkeypatch.setattr(running, "read_ahead", lambda *given: ahead.append(given))
    watch, mailer = Watch(desk.engine), open_mailer(desk.sink.url)
    watch.pass_on(mailer, desk.settings)
    watch.pass_on(mailer, desk.settings)
    assert len(ahead) == 1


def test_a_look_asks_four_questions(desk: Desk) -> None:
    watch = Watch(desk.engine)
    watch.pass_on(open_mailer(desk.sink.url), desk.settings)
    asked: list[str] = []
    event.listen(desk.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    watch.is_due(now())
    assert len([one for one in asked if one.startswith("SELECT")]) == 4, asked


def test_nothing_to_do_writes_nothing_but_once(desk: Desk) -> None:
    desk.follow()
    desk.run()
    before = rows(desk)
    desk.run()
    assert rows(desk) == before
    with writing(desk.engine) as session:  # and holds nobody up
        session.execute(select(AlertNotice))
