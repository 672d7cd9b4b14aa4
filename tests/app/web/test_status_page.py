"""How complete it is: to readers in words, to programs in a fixed form, to monitors in a status."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now
from app.models import Erasure, Hidden
from app.queries.silence import SHORTEST, WITHOUT_HABIT, usual
from app.queries.status import last_complete, source_status, status
from app.queries.verdict import REASONS, STATES
from app.web import create_app, status_words
from app.web.cli import status as command
from app.web.pages.status import IN_ONE_PAGE, percent
from app.web.status_words import PROBLEMS, failure_words
from oparl_sync import problems
from tests import factories
from tests.app.web.conftest import Town

KEYS = {
    *("slug", "name", "url", "state", "reasons", "detail", "last_complete", "last_full", "known_until", "lag"),
    *("last_news", "usual_silence", "failures", "failing_since", "next_try", "clock_skew", "robots_ignored"),
    *("types", "files", "lookups", "lists", "problems"),
}


def fresh(**columns: Any) -> dict[str, Any]:
    """Return the columns of something that was read to its end just now."""
    return {"last_complete": now(), **columns}


def judged(engine: Engine) -> tuple[str, list[str]]:
    """Return the state of the one source, and the reasons for it."""
    with Session(engine) as session:
        [found] = source_status(session)
    return found.state, [reason.code for reason in found.verdict.reasons]


class TestCounts:
    def test_it_counts_what_was_published_held_quarantined_and_deleted(self, engine: Engine) -> None:
        papers = [factories.paper(), factories.paper(), factories.paper(deleted=True)]
        lost = factories.problem(kind="no-id", quarantined=True)
        solved = factories.problem(kind="no-id", quarantined=True, solved_at=datetime.now(UTC))
        lists = factories.list_cursor(published=4), factories.list_cursor(published=1)
        factories.save(engine, papers, lost, solved, lists)
        with Session(engine) as session:
            [found] = status(session)
        assert set(found) == KEYS
        assert found["types"]["Paper"] == {
            "published": 5,
            "held": 2,
            "quarantined": 1,
            "deleted": 1,
            "missing": 2,
            "erased": 0,
            "hidden": 0,
        }

    def test_it_does_not_know_what_is_published_before_every_list_was_read(self, engine: Engine) -> None:
        factories.save(engine, factories.list_cursor(published=4), factories.list_cursor(published=None))
        with Session(engine) as session:
            [found] = status(session)
        assert (found["types"]["Paper"]["published"], found["types"]["Paper"]["missing"]) == (None, None)

    def test_what_came_inside_others_makes_up_for_nothing(self, engine: Engine) -> None:
        paper = factories.paper()
        embedded = [factories.file(embedded=True) for _ in range(5)]
        links = [factories.link(paper, "auxiliaryFile", row, n) for n, row in enumerate(embedded)]
        cursor = factories.list_cursor(object_type="File", published=3)
        factories.save(engine, paper, embedded, links, factories.file(), cursor)
        with Session(engine) as session:
            counts = source_status(session)[0].types["File"]
        assert (counts.held, counts.missing, counts.beyond) == (6, 2, 3)

    def test_it_misses_nothing_that_was_erased_or_that_another_source_of_the_server_holds(self, engine: Engine) -> None:
        gone = factories.paper(deleted=True)
        sources = [factories.source(), factories.source(slug="zwei", url=f"{factories.SERVER}/body/2")]
        factories.save(engine, sources)
        mine = [factories.list_cursor(published=3), factories.list_cursor(source_id=2, published=2)]
        papers = [factories.paper(), factories.paper()]
        factories.save(engine, papers, gone, mine, Erasure(key=gone.key, object_type="Paper", at=now()))
        with Session(engine) as session:
            found = {one.source.slug: one.types["Paper"].missing for one in source_status(session)}
        assert found == {"musterstadt": 0, "zwei": 0}

    def test_it_misses_nothing_that_is_hidden_until_somebody_decides(self, engine: Engine) -> None:
        gone = factories.paper(deleted=True)
        factories.save(engine, factories.paper(), gone, factories.list_cursor(published=2))
        with Session(engine) as session:
            of = {"key": gone.key, "object_type": "Paper", "root_id": gone.id, "source_id": 1}
            session.add(Hidden(object_id=gone.id, at=now(), kept={}, **of))
            session.commit()
            [found] = status(session)
        counts = found["types"]["Paper"]
        assert (counts["missing"], counts["hidden"], counts["deleted"]) == (0, 1, 1)

    def test_it_counts_each_file_once_as_read_unreadable_or_waiting(self, engine: Engine) -> None:
        scan = factories.blob(b"scan", read_state="empty")
        unread = factories.blob(b"unread", read_state=None)
        files: list[factories.Rows] = [
            factories.read_file("Text"),
            factories.file(fetch_state="waiting"),
            factories.file(fetch_state="failed"),
            factories.file(fetch_state="gone"),
            factories.file(fetch_state="fetched", blob_sha256=scan.sha256),
            factories.file(fetch_state="fetched", blob_sha256=unread.sha256),
            factories.file(fetch_state="fetched", blob_sha256=scan.sha256, deleted=True),
        ]
        factories.save(engine, scan, unread, files)
        with Session(engine) as session:
            [found] = source_status(session)
            assert status(session)[0]["files"] == {"read": 1, "unreadable": 3, "waiting": 2}
        assert found.files.total == 6
        assert dict(found.files.reasons) == {"empty": 1, "failed": 1, "gone": 1}

    def test_a_share_is_never_rounded_to_all_or_to_nothing(self, app: Flask) -> None:
        with app.test_request_context():
            shares = [percent(*pair) for pair in ((9999, 10000), (1, 1000), (0, 5), (5, 5), (1, 2), (0, 0))]
        assert shares == ["über 99 %", "unter 1 %", "0\u00a0%", "100\u00a0%", "50\u00a0%", "–"]


class TestVerdict:
    def test_ok_has_to_be_earned(self, engine: Engine) -> None:
        factories.save(engine, factories.source(**fresh(added_at=now())), factories.paper(date=None))
        factories.save(engine, factories.list_cursor(**fresh(published=1)))
        assert judged(engine) == ("ok", [])

    @pytest.mark.parametrize(
        ("source", "cursor", "expected"),
        [
            ({}, {"published": 2}, ("partial", ["missing"])),
            ({}, {"error": "HTTP 500"}, ("partial", ["lists"])),
            ({}, {"last_complete": None, "published": None}, ("partial", ["lists"])),
            ({}, {"last_complete": now() - timedelta(days=3)}, ("behind", ["behind"])),
            ({"state": "partial"}, {}, ("partial", ["broken-off"])),
            ({"state": "new", "last_complete": None}, {"last_complete": None, "published": 9}, ("new", ["unread"])),
            ({"last_complete": None}, {}, ("new", ["unread"])),
            ({"state": "failing", "failing_since": now()}, {"published": 2}, ("failing", ["failing", "missing"])),
            ({"state": "blocked"}, {"error": "HTTP 403"}, ("blocked", ["blocked", "lists"])),
            ({"added_at": now() - timedelta(days=46)}, {}, ("silent", ["silent"])),
        ],
    )
    def test_it_names_what_keeps_it_from_being_ok(
        self, engine: Engine, source: dict[str, Any], cursor: dict[str, Any], expected: tuple[str, list[str]]
    ) -> None:
        factories.save(engine, factories.source(**fresh(added_at=now()) | source), factories.paper(date=None))
        factories.save(engine, factories.list_cursor(**fresh(published=1) | cursor))
        assert judged(engine) == expected

    def test_what_is_held_back_is_not_ok(self, engine: Engine) -> None:
        factories.save(
            engine,
            factories.source(**fresh(added_at=now())),
            factories.list_cursor(**fresh(published=0)),
            factories.body(),
        )
        answers = ("held", "held", "restricted", None, "failed", "gone", "alive")
        factories.save(engine, [factories.lookup(answer=answer) for answer in answers])
        assert judged(engine) == ("partial", ["held"])
        with Session(engine) as session:
            assert status(session)[0]["lookups"] == {"waiting": 2, "restricted": 1, "held": 2}

    def test_what_holds_nothing_is_not_ok(self, engine: Engine) -> None:
        factories.save(engine, factories.source(**fresh(added_at=now())))
        assert judged(engine) == ("partial", ["empty"])

    def test_it_has_a_sign_and_a_word_for_every_state_and_reason(self) -> None:
        assert set(status_words.STATES) == set(STATES)
        assert {state for state, _ in REASONS.values()} == set(STATES) - {"ok"}

    def test_it_puts_the_worst_first_and_trusts_only_what_all_know(self, engine: Engine) -> None:
        early, late = datetime(2026, 1, 1, tzinfo=UTC), now()
        sources = [
            factories.source(slug="gut", last_complete=late, added_at=late),
            factories.source(slug="kaputt", state="failing", last_complete=early, added_at=late),
            factories.source(slug="halb", state="partial", last_complete=late, added_at=late),
        ]
        factories.save(engine, sources)
        factories.save(
            engine, [factories.body(source_id=one.id, id=f"https://council.example/body/{one.slug}") for one in sources]
        )
        with Session(engine) as session:
            assert [one.source.slug for one in source_status(session)] == ["kaputt", "halb", "gut"]
            assert last_complete(session) == early

    def test_it_knows_no_date_while_one_source_was_never_complete(self, engine: Engine) -> None:
        factories.save(engine, factories.source(), factories.source(slug="neu", last_complete=None))
        with Session(engine) as session:
            assert last_complete(session) is None


class TestSilence:
    @pytest.mark.parametrize(
        ("gaps", "days"),
        [
            ([], WITHOUT_HABIT),
            ([1] * 6, WITHOUT_HABIT),
            ([1] * 30, SHORTEST),
            ([7] * 30, SHORTEST),
            ([14] * 20, 42),
            ([1] * 95 + [40] * 5, SHORTEST),  # a summer is no habit
        ],
    )
    def test_it_learns_what_is_usual(self, gaps: list[int], days: int) -> None:
        found = [date(2026, 1, 1)]
        for gap in gaps:
            found.append(found[-1] + timedelta(days=gap))
        assert usual(found if gaps else []) == days

    @pytest.mark.parametrize(("last", "state"), [(20, "ok"), (22, "silent")])
    def test_a_source_that_falls_silent_turns_yellow_though_all_syncs_succeed(
        self, engine: Engine, last: int, state: str
    ) -> None:
        start = now()
        paper = factories.paper(date=None)
        factories.save(engine, factories.source(**fresh(added_at=start - timedelta(days=300))))
        news = [factories.change(paper, at=start - timedelta(days=last + 2 * n, hours=1)) for n in range(20)]
        # Neither what was there before us nor what we read in files is news from there.
        quiet = [
            factories.change(paper, backfill=True, at=start),
            factories.change(paper, "updated", fields=["text"], at=start),
        ]
        factories.save(engine, paper, news, quiet, factories.list_cursor(**fresh(published=1)))
        assert judged(engine)[0] == state

    def test_a_council_whose_meetings_end_turns_yellow(self, engine: Engine) -> None:
        factories.save(engine, factories.source(**fresh(added_at=now())))
        last = now() - timedelta(days=130)
        meetings = [factories.meeting(start=last - timedelta(days=30 * n)) for n in range(6)]
        slip = factories.meeting(start=datetime(2924, 1, 1, tzinfo=UTC))
        factories.save(engine, meetings, slip)
        assert judged(engine) == ("silent", ["no-meetings"])
        factories.save(engine, factories.meeting(start=now() + timedelta(days=30)))
        assert judged(engine) == ("ok", [])

    def test_one_old_paper_is_no_alarm(self, engine: Engine) -> None:
        factories.save(engine, factories.source(**fresh(added_at=now())), factories.paper(date=date(2020, 1, 1)))
        assert judged(engine) == ("ok", [])


class TestPage:
    def test_it_tells_readers_what_is_missing_and_why(self, client: FlaskClient, engine: Engine) -> None:
        source = factories.source(state="failing", state_reason="https://x.example/<b>: HTTP 500")
        factories.save(
            engine,
            source,
            factories.body(name="Stadt Musterstadt"),
            factories.problem(kind="no-id", quarantined=True, detail="A list entry has no id."),
            factories.problem(kind="brand-new-kind", detail="Something <new> happened."),
            [factories.file(fetch_state="failed"), factories.file(fetch_state="failed")],
        )
        text = client.get("/status").text
        assert "Der Server antwortet nicht, wie er soll, seit: 15.\u00a0Januar" in text
        assert "Der Server meldet einen eigenen Fehler." in text
        assert "https://x.example/&lt;b&gt;: HTTP 500" in text
        assert "<b>2</b> Dateien liefert der Server nicht aus." in text
        assert "Objekte kommen ohne Kennung" in text
        assert "Something &lt;new&gt; happened." in text
        assert "%(" not in text

    def test_it_says_list_by_list_what_failed(self, client: FlaskClient, engine: Engine) -> None:
        factories.save(engine, factories.source(**fresh(state="partial")), factories.body())
        broken = factories.list_cursor(
            object_type="Meeting", error="https://x.example: HTTP 403", last_complete=None, published=None
        )
        odd = factories.list_cursor(**fresh(filtering="ignored", drops_filter=True, stamps="synthetic", omits=["file"]))
        factories.save(engine, broken, odd)
        text = client.get("/status").text
        assert "Unvollständig</span>" in text
        assert "Listen, die nicht zu Ende gelesen werden konnten: 1." in text
        assert "Sitzungen: Der Server lässt Programme nicht ein." in text
        assert "Sie kann nicht sagen, was neu ist, und schickt jedes Mal alles." in text
        assert "Ihre weiteren Seiten vergessen, wonach gefragt war." in text
        assert "Sie behauptet von allem, es sei gerade erst geändert worden." in text
        assert "Sie lässt Teile ihrer Einträge weg" in text

    def test_it_tells_clock_pause_and_robots(self, client: FlaskClient, engine: Engine) -> None:
        source = factories.source(
            **fresh(state="blocked", clock_skew=-5400.0, robots_ignored="Der Rat <hat> zugestimmt."),
            next_try=now() + timedelta(hours=3),
            failing_since=now() - timedelta(days=2),
        )
        factories.save(engine, source)
        text = client.get("/status").text
        assert "geht 90 Minuten nach" in text
        assert "Der Rat &lt;hat&gt; zugestimmt." in text
        assert "Nächster Versuch" in text
        assert "Ausgesperrt</span>" in text

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("https://x/robots.txt asks programs not to read /; that is respected", "bittet Programme"),
            ("https://x answered HTTP 503 each time it was asked", "eigenen Fehler"),
            ("https://x/a: HTTP 404", "gibt es nicht mehr"),
            ("x: the page repeats the one before it", "endet nie"),
            ("x: the next page lies on another host (y)", "zu einem anderen"),
            ("https://x answers with JSON that is no OParl list", "etwas anderem"),
            ("https://x/OParl/HTML: x: no connection (refused)", "nicht erreichbar"),
            ("https://x: x: no such host (NXDOMAIN)", "nicht bekannt"),
            ("https://x: x: the answer stalled or took longer than 30 s", "nicht rechtzeitig"),
            ("https://x: x: 900 of 1000 announced bytes came", "brach ab"),
            ("x failed 5 times in a row: it is not asked for the next hour", "ruhen"),
            ("something nobody thought of", "antwortet nicht, wie er soll"),
        ],
    )
    def test_it_translates_what_machines_say(self, app: Flask, said: str, meant: str) -> None:
        with app.test_request_context():
            assert meant in failure_words(said)

    def test_it_has_words_for_every_kind_of_problem_and_for_no_other(self) -> None:
        names = (name for name in dir(problems) if name.isupper())
        kinds = {value for name in names if isinstance(value := getattr(problems, name), str)}
        assert set(PROBLEMS) == kinds


class TestData:
    def test_of_many_sources_each_has_a_page_of_its_own(self, client: FlaskClient, engine: Engine) -> None:
        for number in range(IN_ONE_PAGE + 1):
            factories.save(
                engine, factories.source(id=number + 50, slug=f"rat{number}", url=f"https://rat{number}.example")
            )
        page = client.get("/status").text
        assert page.count('class="rl-council rl-council--row"') == IN_ONE_PAGE + 1
        assert 'href="https://rat3.example"' not in page
        assert 'href="/status?source=rat3"' in page
        one = client.get("/status?source=rat3").text.partition("<main")[2].partition("</main>")[0]
        assert 'href="https://rat3.example"' in one
        assert one.count("rl-council__name") == 1
        assert client.get("/status?source=atlantis").status_code == 404

    def test_it_gives_programs_the_same(self, client: FlaskClient, engine: Engine) -> None:
        factories.save(
            engine,
            factories.source(**fresh(added_at=now())),
            factories.list_cursor(**fresh(published=0)),
            factories.body(),
        )
        answer = client.get("/status.json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json is not None
        [found] = answer.json["sources"]
        assert set(found) == KEYS
        assert found["state"] == "ok"
        assert found["lists"][0]["filtering"] == "unknown"
        assert client.get("/status.json").headers["ETag"]

    def test_the_command_exits_with_one_where_a_source_is_not_ok(self, engine: Engine, settings: Settings) -> None:
        def run(*words: str) -> Any:
            return CliRunner().invoke(command, words, obj=settings)

        assert run().exit_code == 0
        good = factories.source(**fresh(added_at=now()), slug="gut")
        bad = factories.source(slug="kaputt", state="failing", state_reason="HTTP 500")
        factories.save(engine, good, bad)
        factories.save(engine, factories.body(source_id=good.id))
        assert run().exit_code == 1
        assert run("gut", "--json").exit_code == 0
        told = run("kaputt")
        assert told.exit_code == 1
        assert re.search(r"kaputt: failing, last complete 2026-01-15 06:12\n  Its server does not answer", told.output)
        assert run("niemand").exit_code == 2


def test_it_is_well_while_database_and_index_answer(client: FlaskClient, town: Town) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": True, "search": True})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_says_which_part_does_not_answer(settings: Settings) -> None:
    broken = Settings.from_environment(
        {
            "RATSLUPE_HOME": str(settings.home),
            "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1",
            "SEARCH_URL": f"embedded://{settings.home / 'index'}",
        }
    )
    answer = create_app(broken).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "failing", "database": False, "search": True})
    page = create_app(broken).test_client().get("/")
    assert page.status_code == 503
    assert "127.0.0.1" not in page.text


def test_it_keeps_crawlers_out_of_searches(app: Flask) -> None:
    answer = app.test_client().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /search" in answer.text
    assert "Disallow: /papers" not in answer.text
