"""What is new reaches everybody who asked, once, whatever breaks on the way."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app import indexing
from app.alerts import UNSUBSCRIBE, outbox, unsubscribe
from app.config import ROOT
from app.db import writing
from app.models import Alert, AlertDelivery, AlertHit, File, Page, Paper
from tests import factories as make
from tests.app.alerts.conftest import READER, Desk

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part


class TestNews:
    """What a mail says."""

    def test_it_leads_to_the_page(self, desk: Desk) -> None:
        desk.follow(language="en")
        paper = make.paper(name="Lärmaktionsplan", reference="2026/1", paper_type="Vorlage")
        rows = make.read_file(
            "Vorwort", "Nichts", "In der Gartenstraße gilt <b>Tempo 30</b>.", of=paper, name="Anlage 3"
        )
        desk.publish(paper, rows)
        assert desk.run().sent == 1
        (taken,) = desk.sink.taken
        file = rows[0]
        assert taken.message["Subject"] == "1 new result: gartenstraße"
        address = f"http://portal.example/files/{file.key}?page=3#page=3"
        plain, html = taken.text(), taken.text("html")
        assert address in plain
        assert f'href="{address}"' in html
        assert "Anlage 3" in plain
        assert "Found on page 3." in plain
        assert "<strong>Gartenstraße</strong>" in html
        assert "&lt;b&gt;" in html
        assert "<b>Tempo" not in html
        assert "File, 1 March 2026" in plain

    @ON_SQLITE
    def test_every_kind_of_record_has_its_address(self, desk: Desk) -> None:
        desk.follow(language="en")
        held = make.meeting(name="Ortstermin Gartenstraße")
        item = make.agenda_item(held, name="Gartenstraße")
        rows = [
            make.paper(),
            held,
            item,
            make.organization(name="Beirat Gartenstraße"),
            make.person(name="G. Gartenstraße"),
        ]
        desk.publish(rows)
        desk.run()
        (taken,) = desk.sink.taken
        for path in (
            f"papers/{rows[0].key}",
            f"meetings/{held.key}",
            f"meetings/{held.key}#item-{item.key}",
            f"organizations/{rows[3].key}",
            f"people/{rows[4].key}",
        ):
            assert f"http://portal.example/{path}\n" in taken.text()

    @ON_SQLITE
    def test_nothing_in_it_is_loaded_from_anywhere(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper(name="Gartenstraße <img src=http://evil.example/x> <script>alert(1)</script>"))
        desk.run()
        html = desk.sink.taken[0].text("html")
        assert "<img" not in html
        assert "<script" not in html
        assert "src=" not in html.replace("src=http://evil.example", "")
        assert "url(" not in html
        assert "@import" not in html
        assert "<link" not in html

    @ON_SQLITE
    def test_words_of_a_search_cannot_add_headers(self, desk: Desk) -> None:
        desk.follow()
        with writing(desk.engine) as session:
            session.execute(update(Alert).values(query="gartenstraße\r\nBcc: other@y.example"))
        desk.publish(make.paper(name="Gartenstraße Bcc: other@y.example"))
        desk.run()
        (taken,) = desk.sink.taken
        assert desk.sink.recipients == [READER]
        assert taken.message["Bcc"] is None
        assert "\n" not in taken.message["Subject"]

    @ON_SQLITE
    def test_it_can_be_ended_with_one_post(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        desk.run()
        message = desk.sink.messages[0]
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = message["List-Unsubscribe"].strip("<>")
        assert link == f"http://portal.example/alerts/unsubscribe/{desk.link(UNSUBSCRIBE)}"
        assert unsubscribe(desk.engine, desk.settings, link.rpartition("/")[2])
        assert desk.count(Alert) == 0

    @ON_SQLITE
    def test_many_hits_are_counted_and_the_first_ones_shown(self, desk: Desk) -> None:
        desk.follow('gartenstraße "tempo 30"', language="en")
        desk.publish([make.paper() for _ in range(130)])
        desk.run()
        (taken,) = desk.sink.taken
        assert taken.message["Subject"] == '130 new results: gartenstraße "tempo 30"'
        assert taken.text().count("/papers/") == 20
        assert "110 more results are not listed here." in taken.text()
        search = taken.text().split("http://portal.example/search?")[1].split()[0]
        assert unquote_plus(search) == 'q=gartenstraße "tempo 30"&sort=newest'
        assert desk.count(AlertHit) == 130

    @ON_SQLITE
    @pytest.mark.parametrize("language", ["de", "en"])
    def test_it_is_in_the_readers_language(self, desk: Desk, language: str) -> None:
        desk.follow(language=language)
        desk.publish(make.paper())
        desk.run()
        words = {
            "de": ("1 neuer Treffer: gartenstraße", "Vorlage, 1. März 2026"),
            "en": ("1 new result: gartenstraße", "Paper, 1 March 2026"),
        }
        subject, kind = words[language]
        assert desk.sink.messages[0]["Subject"] == subject
        assert kind in desk.sink.taken[0].text()
        assert desk.sink.messages[0]["Content-Language"] == language
        assert f'<html lang="{language}">' in desk.sink.taken[0].text("html")


class TestOnce:
    """Each thing is told once, and nothing is that is no news."""

    def test_a_second_pass_says_nothing(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        desk.run()
        assert desk.run().searches == 0
        desk.publish(make.paper(name="Anderes"))
        assert desk.run().searches == 1
        assert len(desk.sink.taken) == 1

    def test_what_was_there_before_is_no_news(self, desk: Desk) -> None:
        desk.publish(make.paper())
        desk.follow()
        desk.publish(make.paper(name="Gartenstraße, zweiter Teil"))
        desk.run()
        assert "1 neue" in str(desk.sink.messages[0]["Subject"])

    def test_a_new_council_with_its_past_is_no_news(self, desk: Desk) -> None:
        desk.follow()
        paper = make.paper()
        desk.publish(paper, make.read_file("Gartenstraße", of=paper), backfill=True)
        with Session(desk.engine) as session:
            sha = session.scalar(select(Page.sha256))
        assert sha
        desk.run()
        assert desk.sink.taken == []

    def test_a_changed_or_rewritten_record_is_no_news(self, desk: Desk) -> None:
        desk.follow()
        paper = make.paper()
        desk.publish(paper)
        desk.run()
        make.save(desk.engine, make.change(paper, "updated", fields=["name"]))
        desk.refresh()
        desk.run()
        indexing.rebuild(desk.engine, desk.index)
        desk.run()
        assert len(desk.sink.taken) == 1

    def test_a_file_is_told_when_its_text_is_there_and_once(self, desk: Desk) -> None:
        desk.follow()
        paper = make.paper(name="Lärm")
        rows = make.read_file("In der Gartenstraße", of=paper, name="Anlage")
        file, read, page, link = rows
        file.blob_sha256 = None
        desk.publish(paper, file, link)
        desk.run()
        assert desk.sink.taken == []
        make.save(desk.engine, read, page)
        with writing(desk.engine) as session:
            session.execute(update(type(file)).values(blob_sha256=read.sha256))
        make.save(desk.engine, make.change(file, "updated", fields=["text"]))
        desk.refresh()
        desk.run()
        assert len(desk.sink.taken) == 1
        make.save(desk.engine, make.change(file, "updated", fields=["text"]))
        desk.refresh()
        desk.run()
        assert len(desk.sink.taken) == 1

    def test_what_the_index_has_beyond_the_log_is_not_told_twice(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        with writing(desk.engine) as session:
            # As if the indexer was killed after its commit and before it moved on.
            log.advance(session, indexing.CONSUMER, 1)
        early = make.paper(name="Ohne Treffer")
        make.save(desk.engine, early, make.change(early))
        with writing(desk.engine) as session:
            session.execute(update(Alert).values(seq=0))
        desk.run()
        assert len(desk.sink.taken) == 1
        desk.refresh()
        desk.run()
        assert len(desk.sink.taken) == 1

    def test_a_withdrawn_paper_is_left_out_of_what_waits(self, desk: Desk) -> None:
        desk.follow()
        gone, left = make.paper(name="Gartenstraße: Geheimes"), make.paper()
        desk.sink.rcpt_answers.append("450 later")
        desk.publish(gone, left)
        desk.run()
        with writing(desk.engine) as session:
            session.execute(update(Paper).where(Paper.id == gone.id).values(deleted=True, name=None))
        desk.wait(minutes=2)
        assert desk.run().sent == 1
        whole = desk.sink.taken[0].text() + desk.sink.taken[0].text("html")
        assert "Geheimes" not in whole
        assert left.key in whole
        assert "1 neue" in str(desk.sink.messages[0]["Subject"])

    def test_what_a_mail_quoted_is_forgotten_once_it_is_out(self, desk: Desk) -> None:
        desk.follow(address="nobody@example.org")
        desk.follow()
        desk.publish(make.paper(name="Gartenstraße: Zitat"), make.read_file("Die Gartenstraße: Zitat."))
        desk.sink.rcpt_answers.append("550 nobody here")
        counts = desk.run()
        assert (counts.refused, counts.sent) == (1, 1)
        assert set(desk.quoted()) == {"nobody@example.org"}  # tried once more
        desk.wait(hours=25)
        desk.sink.rcpt_answers.append("550 nobody here")
        desk.run()
        assert desk.quoted() == []
        assert desk.count(AlertHit) == 4  # each is still told once
        desk.refresh()
        desk.wait(hours=80)
        assert desk.run().sent == 0

    def test_what_was_withdrawn_is_quoted_nowhere(self, desk: Desk) -> None:
        desk.follow()
        desk.sink.rcpt_answers.append("450 later")
        gone = make.read_file("In der Gartenstraße: Geheimes", name="Anlage")
        desk.publish(gone, make.read_file("In der Gartenstraße: Anderes"))
        desk.run()
        assert len(desk.quoted()) == 2
        with writing(desk.engine) as session:
            session.execute(update(File).where(File.id == gone[0].id).values(deleted=True, name=None))
        desk.run()  # before the mail is due
        with Session(desk.engine) as session:
            left = session.scalars(select(AlertHit.snippet).where(AlertHit.snippet.is_not(None))).all()
        assert "Anderes" in str(left)
        assert "Geheimes" not in str(left)

    def test_a_mail_of_which_everything_was_withdrawn_is_not_sent(self, desk: Desk) -> None:
        desk.follow()
        desk.sink.rcpt_answers.append("450 later")
        desk.publish(make.paper())
        desk.run()
        with writing(desk.engine) as session:
            session.execute(update(Paper).values(deleted=True))
        desk.wait(minutes=2)
        assert desk.run().withdrawn == 1
        desk.wait(hours=80)
        desk.run()
        assert desk.sink.taken == []

    def test_the_same_question_is_asked_once(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(5):
            desk.follow(address=f"reader{number}@example.org")
        desk.follow("tempo")
        desk.publish(make.paper())
        counts = desk.run()
        assert (counts.searches, counts.alerts, counts.sent) == (2, 6, 6)
        assert Counter(taken.recipients[0] for taken in desk.sink.taken) == Counter(
            [READER, *(f"reader{number}@example.org" for number in range(5))]
        )

    def test_two_passes_at_once_send_each_mail_once(self, desk: Desk) -> None:
        for number in range(4):
            desk.follow(address=f"reader{number}@example.org")
        desk.publish(make.paper())
        start = threading.Barrier(3)

        def at_once() -> None:
            start.wait()
            desk.run()

        threads = [threading.Thread(target=at_once) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken.recipients[0] for taken in desk.sink.taken) == [f"reader{n}@example.org" for n in range(4)]


class TestTrouble:
    """Nothing is lost, and one bad address stops nobody."""

    def test_a_server_that_is_down_gets_the_same_mail_later(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        port, desk.sink.port = desk.sink.port, 1
        assert desk.run().deferred == 1
        with Session(desk.engine) as session:
            owed = session.scalars(select(AlertDelivery)).one()
        assert owed.sent_at is None
        assert owed.error
        desk.sink.port = port
        assert desk.run().sent == 0  # not due yet
        desk.wait(minutes=1)
        assert desk.run().sent == 1
        assert desk.sink.messages[0]["Message-ID"] == owed.message_id

    @ON_SQLITE
    def test_it_stops_at_once_where_nobody_answers(self, desk: Desk) -> None:
        for number in range(5):
            desk.follow(address=f"reader{number}@example.org")
        desk.publish(make.paper())
        port, desk.sink.port = desk.sink.port, 1
        assert desk.run().deferred == 1
        desk.sink.port = port
        desk.wait(minutes=1)
        assert desk.run().sent == 5

    @ON_SQLITE
    def test_one_bad_address_stops_nobody(self, desk: Desk) -> None:
        for number in range(3):
            desk.follow(address=f"reader{number}@example.org")
        desk.publish(make.paper())
        desk.sink.rcpt_answers.append("550 nobody here")
        counts = desk.run()
        assert (counts.refused, counts.sent) == (1, 2)

    @ON_SQLITE
    def test_a_refusal_is_tried_once_more_a_day_later(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        desk.sink.rcpt_answers += ["550 no"] * 5
        tries = []
        for _ in range(10):
            tries.append(desk.run().refused)
            desk.wait(hours=12)
        assert tries == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        assert desk.count(Alert) == 1

    @ON_SQLITE
    def test_a_delay_is_tried_again_ever_more_slowly_for_three_days(self, desk: Desk) -> None:
        desk.follow()
        desk.publish(make.paper())
        desk.sink.rcpt_answers += ["450 later"] * 100
        begun = desk.now
        tries = []
        for _ in range(24 * 60 * 5 // 15):
            if desk.run().deferred:
                tries.append((desk.now - begun).total_seconds() / 3600)
            desk.wait(minutes=15)
        assert tries[:3] == [0, 0.25, 0.5]
        assert all(later - earlier <= 6.25 for earlier, later in pairwise(tries))
        assert 71 < tries[-1] < 80

    def test_killed_between_yes_and_mark_it_sends_the_same_mail_again(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.follow()
        desk.publish(make.paper())

        def killed(*args: object, **values: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(outbox, "_mark", killed)
            with pytest.raises(KeyboardInterrupt):
                desk.run()
        assert len(desk.sink.taken) == 1
        assert desk.run().sent == 0  # the claim still holds
        desk.wait(minutes=10, seconds=1)
        assert desk.run().sent == 1
        first, second = desk.sink.messages
        assert first["Message-ID"] == second["Message-ID"]
        desk.wait(hours=80)
        assert desk.run().sent == 0

    @ON_SQLITE
    def test_a_killed_process_leaves_nothing_unsent(self, desk: Desk) -> None:
        for number in range(3):
            desk.follow(address=f"reader{number}@example.org")
        desk.publish(make.paper())
        children: list[subprocess.Popen[bytes]] = []
        desk.sink.on_taken = lambda: children[-1].kill() if len(desk.sink.taken) == 2 else None
        codes: list[int] = []
        while not codes or codes[-1]:
            children.append(subprocess.Popen([sys.executable, "-c", ONE_PASS], cwd=ROOT, env=environment(desk)))
            codes.append(children[-1].wait())
            with writing(desk.engine) as session:  # as if the claim had run out
                session.execute(update(AlertDelivery).where(AlertDelivery.sent_at.is_(None)).values(next_try=desk.now))
        assert codes == [-signal.SIGKILL, 0]
        sent = Counter((taken.recipients[0], str(taken.message["Message-ID"])) for taken in desk.sink.taken)
        assert sorted(sent.values()) == [1, 1, 2]
        assert {reader for reader, _ in sent} == {f"reader{n}@example.org" for n in range(3)}

    def test_killed_at_any_transaction_nothing_is_lost(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(2):
            desk.follow(address=f"reader{number}@example.org")
        desk.publish(make.paper())
        kills = 0
        while True:
            kills += 1
            try:
                with monkeypatch.context() as patch:
                    die_at(patch, kills)
                    desk.run()
                break
            except KeyboardInterrupt:
                desk.wait(minutes=10, seconds=1)
        assert kills > 4
        by_reader: dict[str, set[str]] = {}
        for taken in desk.sink.taken:
            by_reader.setdefault(taken.recipients[0], set()).add(str(taken.message["Message-ID"]))
        assert {reader: len(ids) for reader, ids in by_reader.items()} == {
            f"reader{n}@example.org": 1 for n in range(2)
        }
        assert len(desk.sink.taken) <= 2 + kills
        with Session(desk.engine) as session:
            assert all(session.scalars(select(AlertDelivery.sent_at)))

    @ON_SQLITE
    def test_a_search_that_is_no_longer_understood_is_counted_and_stops_nobody(self, desk: Desk) -> None:
        desk.follow()
        desk.follow("tempo", address="other@example.org")
        with writing(desk.engine) as session:
            session.execute(update(Alert).where(Alert.address == READER).values(query="wort " * 200))
        desk.publish(make.paper())
        counts = desk.run()
        assert (counts.failed, counts.sent) == (1, 1)


ONE_PASS = "from app.web.cli import main; main(['alerts'])"


def environment(desk: Desk) -> dict[str, str]:
    """Return the settings of a process that works on the desk's own records, index and mail server."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "RATSLUPE_HOME": str(desk.settings.home),
        "DATABASE_URL": desk.settings.database_url,
        "SEARCH_URL": desk.search_url,
        "MAIL_URL": desk.sink.url,
        "BASE_URL": desk.settings.base_url,
        "SECRET_KEY": desk.settings.secret_key,
    }


def die_at(patch: pytest.MonkeyPatch, strike: int) -> None:
    """Die as the `strike`-th transaction begins."""
    begun = 0

    def begin(engine: Engine) -> AbstractContextManager[Any]:
        nonlocal begun
        begun += 1
        if begun == strike:
            raise KeyboardInterrupt
        return writing(engine)

    for module in ("running", "matching", "outbox"):
        patch.setattr(f"app.alerts.{module}.writing", begin)
