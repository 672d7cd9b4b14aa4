"""What mails say: one to a person, each thing once with all its reasons, and how to end it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.alerts.mails.letters import letter_of
from app.alerts.mails.sections import MOST, SHOWN
from app.alerts.targets import near_target
from app.alerts.tokens import CONFIRM, END, MANAGE, REFUSE, UNSUBSCRIBE, token
from app.config import Settings
from app.db import now, writing
from app.mail import Letter, compose
from app.models import AlertDelivery, Meeting, NewsletterIssue, Subscriber
from tests import factories as make
from tests.app.alerts.post import Post
from tests.app.smtp import Sink
from tests.app.web.conftest import Page

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SITE = "http://portal.example"
TOMORROW = datetime(2026, 3, 3, 16, tzinfo=UTC)


@pytest.fixture
def post(engine: Engine, settings: Settings) -> Post:
    return Post(engine, settings, Sink())


def letter(post: Post, mail: AlertDelivery) -> Letter | None:
    with Session(post.engine) as session:
        row = session.get_one(AlertDelivery, mail.id)
        reader = session.get_one(Subscriber, row.subscriber_id)
        return letter_of(session, post.settings, reader, row, post.now)


def read(post: Post, mail: AlertDelivery) -> Letter:
    found = letter(post, mail)
    assert found is not None
    return found


def link(post: Post, page: str, purpose: str, nonce: str) -> str:
    return f"{SITE}/alerts/{page}/{token(post.settings, purpose, nonce)}"


def owe(post: Post, *alerts: tuple[str, str], language: str = "en", **columns: Any) -> tuple[Any, list[Any], Any]:
    """Return a reader who follows some things, and a mail to them."""
    reader = post.reader(language=language)
    return reader, [post.alert(reader, kind, value, **columns) for kind, value in alerts], post.owe(reader)


class TestNews:
    """One mail, a section for each thing that is followed."""

    def test_a_hit_has_its_state_its_page_its_words_and_its_reason(self, post: Post) -> None:
        _, (alert,), mail = owe(post, ("search", "gartenstraße"))
        paper = make.paper()
        rows = make.read_file("Text", "Text", "in der Gartenstraße gilt <b>Tempo 30</b>", of=paper, name="Anlage 3")
        make.save(post.engine, paper, rows)
        post.tell(alert, mail, rows[0], matter_id=paper.id)
        mailed = read(post, mail)
        address = f"{SITE}/files/{rows[0].key}?page=3#page=3"
        assert mailed.subject == "1 new: gartenstraße"
        assert address in mailed.text
        assert f'href="{address}"' in mailed.html
        assert "File, Tempo 30 in der Gartenstraße" in mailed.text
        assert "Found on page 3." in mailed.text
        assert "<strong>Gartenstraße</strong>" in mailed.html
        assert "&lt;b&gt;" in mailed.html
        assert "<b>Tempo" not in mailed.html
        assert "No consultation is published." in mailed.text
        assert f"{SITE}/search?q=gartenstra%C3%9Fe&amp;sort=newest" in mailed.html

    def test_what_stands_behind_many_others_says_where_it_was_found(self, post: Post) -> None:
        _, (alert,), mail = owe(post, ("search", "gartenstraße"))
        paper = make.paper(name="Radweg")
        first = make.read_file("Text", "in der Gartenstraße gilt Tempo 30", of=paper, name="Gutachten")
        others = [
            make.read_file("Text", f"Gartenstraße {number}", of=paper, name=f"Anlage {number}") for number in range(15)
        ]
        make.save(post.engine, paper, first, *others)
        post.tell(alert, mail, first[0], matter_id=paper.id, seq=1)
        for seq, other in enumerate(others, 2):
            post.tell(alert, mail, other[0], kind="changed", matter_id=paper.id, seq=seq)
        assert read(post, mail).text.count("Found on page 2.") == 1 + SHOWN

    def test_what_is_german_in_it_says_so(self, post: Post) -> None:
        area = near_target((9.5, 51.5), 500, "Markt").value
        _, (search, around), mail = owe(post, ("search", "gartenstraße"), ("near", area))
        paper, gone = make.paper(name="Tempo 30"), make.paper(deleted=True)
        make.save(post.engine, paper, gone, rows := make.read_file("Die Gartenstraße", of=paper, name="Anlage"))
        post.tell(search, mail, rows[0], matter_id=paper.id)
        post.tell(search, mail, gone, "withdrawn")
        post.tell(around, mail, paper)
        html = read(post, mail).html
        assert '<html lang="en">' in html
        assert 'lang="de">gartenstraße</a>' in html
        assert 'lang="de">Anlage</a>' in html
        assert '<span lang="de">Tempo 30</span>' in html
        assert '<p class="snippet" lang="de">' in html
        for ours in ("A paper was withdrawn", "500 m around Markt"):
            assert f'lang="de">{ours}' not in html
            assert ours in html

    def test_what_two_alerts_found_stands_once_with_both_reasons(self, post: Post) -> None:
        paper = make.paper()
        make.save(post.engine, paper)
        reader, (search, follows), mail = owe(post, ("search", "tempo"), ("paper", paper.id))
        for alert in (search, follows):
            post.tell(alert, mail, paper, "changed")
        mailed = read(post, mail)
        assert mailed.subject == "1 new: tempo and 1 more alert"
        assert mailed.text.count("\nTempo 30 in der Gartenstraße\n") == 1
        assert "Found in its title. It also" in mailed.text
        assert "It also belongs to your alert “Tempo 30 in der Gartenstraße”." in mailed.text
        assert "1 more stands further up, with another alert." in mailed.text
        assert mailed.end == link(post, "unsubscribe", END, reader.nonce)
        for alert in (search, follows):
            assert link(post, "unsubscribe", UNSUBSCRIBE, alert.nonce) in mailed.text
            assert link(post, "unsubscribe", UNSUBSCRIBE, alert.nonce) in mailed.html

    def test_what_comes_to_a_decision_soon_stands_first(self, post: Post) -> None:
        _, (alert,), mail = owe(post, ("search", "tempo"), language="de")
        council, later, gone = make.organization(name="Rat"), make.paper(name="Später"), make.paper(deleted=True)
        soon, decided = make.paper(name="Bald"), make.paper(name="Fertig")
        ahead = make.station(soon, council, now() + timedelta(days=9), authoritative=True)
        over = make.station(decided, council, datetime(2026, 1, 1, 17, tzinfo=UTC), result="beschlossen")
        make.save(post.engine, council, later, gone, soon, decided, ahead, over)
        post.tell(alert, mail, later, "new", seq=9)
        post.tell(alert, mail, soon, "new", seq=1)
        post.tell(alert, mail, soon, "changed", seq=2)
        post.tell(alert, mail, over[1], "decided", matter_id=decided.id)
        post.tell(alert, mail, gone, "withdrawn")
        text = read(post, mail).text
        order = ["Bald wird entschieden (1)", "Neu (1)", "Entschieden (1)", "Zurückgezogen (1)"]
        assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
        assert text.startswith("4 Neuigkeiten für Sie\n")
        assert text.index("\nSpäter\n") > text.index("\nBald\n")

    def test_what_happened_to_one_record_is_one_thing_and_each_sentence_stands_once(self, post: Post) -> None:
        _, (committee, meeting), mail = owe(post, ("search", "rat"), ("organization", "x"))
        held = make.meeting(name="Sitzung", start=datetime(2099, 1, 1, 17, tzinfo=UTC))
        items = [make.agenda_item(held, name=f"Punkt {number}", number=str(number)) for number in (1, 2)]
        diff = {"agendaItem": [[items[0].id], [items[0].id, items[1].id]]}
        moved = {"start": ["2098-12-30T17:00:00+01:00", "2099-01-01T18:00:00+01:00"]}
        first = make.change(held, "updated", fields=[*diff, *moved], diff=diff | moved)
        second = make.change(held, "updated", fields=[*diff], diff=diff)
        make.save(post.engine, held, items, first, second)
        post.tell(committee, mail, held, "changed", key="changed:1", seq=1, changes=[first.seq])
        post.tell(committee, mail, held, "agenda", key=f"agenda:{held.id}:2", seq=2, changes=[second.seq])
        post.tell(meeting, mail, held, "agenda", key=f"agenda:{held.id}:2", seq=2, changes=[second.seq])
        mailed = read(post, mail)
        assert mailed.subject == "1 new: rat and 1 more alert"
        assert "Changed (1)" in mailed.text  # an agenda that grew is not new
        assert "New (" not in mailed.text
        assert mailed.text.count("was extended by") == 1
        assert mailed.text.count("was moved from") == 1
        assert "1 more stands further up, with another alert." in mailed.text

    def test_the_first_agenda_is_new(self, post: Post) -> None:
        _, (alert,), mail = owe(post, ("search", "rat"))
        held = make.meeting(name="Sitzung", start=datetime(2099, 1, 1, 17, tzinfo=UTC))
        make.save(post.engine, held)
        post.tell(alert, mail, held, "agenda", changes=[])
        text = read(post, mail).text
        assert "New (1)" in text
        assert "It concerns a meeting that this search found." in text

    @ON_SQLITE
    def test_a_withdrawal_says_when_we_wrote_of_it_and_which_council_it_was(self, post: Post) -> None:
        body, paper = make.body(name="Stadt Beispiel"), make.paper(name="Geheimes", deleted=True)
        reader, (alert,), before = owe(post, ("search", "tempo"), language="de")
        make.save(post.engine, body, paper, make.news(paper, "withdrawn"))
        post.tell(alert, before, paper, "new")
        with writing(post.engine) as session:
            session.execute(update(AlertDelivery).values(sent_at=post.now, next_try=None))
        mail = post.owe(reader)
        post.tell(alert, mail, paper, "withdrawn")
        text = read(post, mail).text
        assert "Vorlage, Stadt Beispiel\n" in text
        assert "Es stand in unserer Mail vom 2. März 2026." in text
        assert "Geheimes" not in text

    @ON_SQLITE
    def test_a_filter_is_named_only_where_the_search_has_one(self, post: Post) -> None:
        paper = make.paper()
        make.save(post.engine, paper)
        _, (alert,), mail = owe(post, ("search", "tempo type:paper"))
        post.tell(alert, mail, paper)
        assert "Found in its title or by a filter." in read(post, mail).text

    def test_many_are_counted_and_the_first_ones_shown(self, post: Post) -> None:
        _, alerts, mail = owe(post, *(("search", f"wort{number}") for number in range(20)))
        papers = [make.paper(name=f"Vorlage {number}") for number in range(130)]
        make.save(post.engine, papers)
        rows = [make.notice(alerts[0], paper, delivery=mail) for paper in papers[:100]]
        for number, alert in enumerate(alerts[1:]):
            rows += [make.notice(alert, paper, delivery=mail) for paper in papers[100 + number : 103 + number]]
        make.save(post.engine, rows)
        mailed = read(post, mail)
        assert mailed.subject.startswith("121 new: wort0 and 19 more alerts")
        assert "New (100)" in mailed.text
        assert f"{100 - SHOWN} more are not listed here." in mailed.text
        assert SHOWN + 19 <= mailed.text.count(f"{SITE}/papers/") <= MOST
        assert len(mailed.html.encode()) < 100_000  # where Gmail cuts a mail off

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            ("paper", "It concerns the paper that you follow."),
            ("person", "It concerns the person whom you follow."),
            ("organization", "It concerns the organization that you follow."),
            ("meeting", "It concerns the meeting that you follow."),
            ("body", "It comes from the council that you follow."),
            ("near", "It lies in the surroundings that you follow."),
        ],
    )
    def test_each_kind_has_its_reason_and_its_target(self, post: Post, kind: str, reason: str) -> None:
        rows = {
            "paper": make.paper(name="Ziel"),
            "person": make.person(name="Ziel"),
            "organization": make.organization(name="Ziel"),
            "meeting": make.meeting(name="Ziel"),
            "body": make.body(name="Ziel"),
        }
        told = make.paper(name="Etwas")
        make.save(post.engine, list(rows.values()), told)
        value = near_target((9.5, 51.5), 500, "Ziel").value if kind == "near" else rows[kind].id
        _, (alert,), mail = owe(post, (kind, value))
        post.tell(alert, mail, told)
        mailed = read(post, mail)
        assert reason in mailed.text
        assert "Ziel" in mailed.subject

    def test_what_began_without_another_confirmation_is_named_with_its_end(self, post: Post) -> None:
        paper = make.paper()
        make.save(post.engine, paper)
        reader, (old,), mail = owe(post, ("search", "alt"))
        new = post.alert(reader, "search", "neu", asked_at=post.now)
        post.tell(old, mail, paper)
        mailed = read(post, mail)
        assert "These alerts are new:\nSearch: neu\n" in mailed.text
        assert link(post, "unsubscribe", UNSUBSCRIBE, new.nonce) in mailed.html
        with writing(post.engine) as session:
            session.execute(update(AlertDelivery).values(sent_at=post.now, next_try=None))
        post.wait(days=1)
        later = post.owe(reader)
        post.tell(old, later, paper, "changed")
        assert "These alerts are new" not in read(post, later).text

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("frequency", "said"),
        [
            ("instant", "Sie bekommen diese Mail, kurz nachdem wir etwas Neues gefunden haben."),
            ("daily", "Sie bekommen diese Mail einmal am Tag, um 8 Uhr, wenn es Neues gibt."),
        ],
    )
    def test_its_foot_says_how_often_in_one_sentence(self, post: Post, frequency: str, said: str) -> None:
        paper = make.paper()
        make.save(post.engine, paper)
        _, (alert,), mail = owe(post, ("search", "tempo"), language="de", frequency=frequency)
        post.tell(alert, mail, paper)
        assert said in read(post, mail).text

    def test_its_foot_says_how_often_and_how_to_end_it(self, post: Post) -> None:
        paper = make.paper()
        make.save(post.engine, paper)
        reader, (alert,), mail = owe(post, ("search", "tempo"), language="de", frequency="weekly", weekday=4)
        post.tell(alert, mail, paper)
        mailed = read(post, mail)
        assert "Sie bekommen diese Mail einmal in der Woche, freitags um 8 Uhr, wenn es Neues gibt." in mailed.text
        assert mailed.end == link(post, "unsubscribe", UNSUBSCRIBE, alert.nonce)
        for words in (mailed.text, mailed.html):
            assert link(post, "manage", MANAGE, reader.nonce) in words
            assert link(post, "refuse", REFUSE, reader.nonce) in words
            assert mailed.end in words
        message = compose(mailed)
        assert message["List-Unsubscribe"] == f"<{mailed.end}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == "<alerts.portal.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"] == mail.message_id
        assert message["Content-Language"] == "de"

    @ON_SQLITE
    def test_nothing_in_it_is_loaded_from_anywhere(self, post: Post) -> None:
        paper = make.paper(name="<img src=http://evil.example/x> <script>alert(1)</script>")
        make.save(post.engine, paper)
        _, (alert,), mail = owe(post, ("search", "tempo"))
        post.tell(alert, mail, paper)
        page = Page(read(post, mail).html)
        names = {tag for tag, _ in page.elements}
        assert not names & {"img", "script", "link", "iframe", "object", "embed", "video", "audio", "svg"}
        assert not [found for _, found in page.elements if {"src", "background", "srcset"} & found.keys()]
        assert "url(" not in read(post, mail).html
        assert "@import" not in read(post, mail).html


class TestReminder:
    """The evening before."""

    @ON_SQLITE
    def test_it_names_the_place_and_all_its_reasons_in_one_sentence(self, post: Post) -> None:
        held, place = make.meeting(start=TOMORROW), make.location(room="Saal 1", street_address="Markt 1")
        make.save(post.engine, held, place, make.link(held, "location", place))
        reader = post.reader(language="de")
        mail = post.owe(reader, "reminder")
        for value in ("rad", "tempo"):
            alert = post.alert(reader, "search", value)
            post.tell(alert, mail, held, "reminder", key=f"reminder:{held.id}:2026-03-03", matter_id=None)
        mailed = read(post, mail)
        for words in (mailed.text, mailed.html):
            assert "Saal 1, Markt 1" in words
            assert "Zu Ihren Meldungen „rad“, „tempo“." in words

    def remind(self, post: Post, start: datetime, **columns: Any) -> tuple[Letter | None, Any]:
        council, paper, other = make.organization(name="Rat"), make.paper(), make.paper(name="Anderes")
        rows = make.station(paper, council, start, number="Ö 7")
        held = rows[0]
        point = make.agenda_item(held, name="Anderes")
        stop = make.consultation(other, held, point)
        make.save(post.engine, council, paper, other, rows, point, stop)
        with writing(post.engine) as session:
            session.execute(update(Meeting).values(**{"name": "12. Sitzung"} | columns))
        reader = post.reader(language="en")
        alert, mail = post.alert(reader, "paper", paper.id), post.owe(reader, "reminder")
        post.tell(alert, mail, held, "reminder", key=f"reminder:{held.id}:2026-03-03", matter_id=None)
        return letter(post, mail), held

    def test_it_names_the_meeting_and_what_of_it_is_followed(self, post: Post) -> None:
        mailed, held = self.remind(post, TOMORROW)
        assert mailed is not None
        assert mailed.subject.replace("\xa0", " ") == "Tomorrow: Rat: 12. Sitzung, 3 March 2026"
        assert "Item Ö\xa07, Antrag 2026/0417" in mailed.text
        assert "Anderes" not in mailed.text
        assert "For your alert “Tempo 30 in der Gartenstraße”." in mailed.text
        assert "\n2 public items are on the agenda.\n" in mailed.text
        assert "2 public items are on the agenda." in mailed.html
        assert f"{SITE}/meetings/{held.key}" in mailed.text
        assert "Tuesday, 3 March 2026, 17:00." in mailed.text

    @ON_SQLITE
    @pytest.mark.parametrize(
        ("start", "columns"),
        [
            (TOMORROW, {"cancelled": True}),
            (TOMORROW, {"deleted": True}),
            (TOMORROW + timedelta(days=9), {}),
            (TOMORROW - timedelta(days=2), {}),
        ],
    )
    def test_a_meeting_that_is_not_tomorrow_is_none(self, post: Post, start: datetime, columns: dict[str, Any]) -> None:
        assert self.remind(post, start, **columns)[0] is None


class TestOthers:
    """Mails that are no news."""

    @pytest.mark.parametrize("language", ["de", "en"])
    def test_a_confirmation_says_nothing_of_interests(self, post: Post, language: str) -> None:
        reader = post.reader(confirmed_at=None, language=language)
        post.alert(reader, "search", "Scheidung Hauptstraße")
        mailed = read(post, post.owe(reader, "confirm"))
        for words in (mailed.text, mailed.html, mailed.subject):
            assert "Scheidung" not in words
        assert link(post, "confirm", CONFIRM, reader.nonce) in mailed.text
        assert link(post, "refuse", REFUSE, reader.nonce) in mailed.html
        assert mailed.end == link(post, "unsubscribe", END, reader.nonce)
        assert f'<html lang="{language}">' in mailed.html

    def test_the_link_to_all_alerts_names_none_of_them(self, post: Post) -> None:
        reader = post.reader(language="de")
        post.alert(reader, "search", "Scheidung Hauptstraße")
        mailed = read(post, post.owe(reader, "manage"))
        assert mailed.subject == "Der Link zu Ihren Meldungen"
        assert link(post, "manage", MANAGE, reader.nonce) in mailed.text
        assert "Scheidung" not in mailed.text + mailed.html


class TestNewsletter:
    """A week of a council, in the same mail as everything else."""

    def test_it_is_a_part_of_the_mail_with_its_own_end(self, post: Post) -> None:
        council, paper = make.body(name="Musterstadt"), make.paper(name="Neues Bad")
        reader = post.reader(language="en")
        make.save(post.engine, council, paper, make.news(paper))
        issue = NewsletterIssue(
            target=f"body:{council.id}",
            week="2026-W10",
            since_seq=0,
            until_seq=10**9,
            made_at=post.now,
            words="Das **Bad** kommt.",
            told=True,
        )
        make.save(post.engine, issue)
        weekly = post.alert(reader, "newsletter", issue.target, frequency="weekly")
        mail = post.owe(reader)
        post.tell(weekly, mail, council, "newsletter", key=f"newsletter:{issue.target}:2026-W10")
        mailed = read(post, mail)
        assert mailed.subject == "Newsletter: Musterstadt, 27 February to 6 March"
        assert "You asked us to write" not in mailed.text
        for words in (mailed.text, mailed.html):
            assert "The week from 27 February to 6 March" in words
            assert f"{SITE}/newsletter/body/musterstadt?week=2026-W10" in words
        assert "\nDas Bad kommt.\n" in mailed.text
        assert f"{SITE}/papers/{paper.key}" in mailed.text
        assert "<strong>Bad</strong>" in mailed.html
        assert mailed.end == link(post, "unsubscribe", UNSUBSCRIBE, weekly.nonce)

    @ON_SQLITE
    def test_two_of_them_are_counted_as_newsletters(self, post: Post) -> None:
        council, board, paper = make.body(name="Musterstadt"), make.organization(name="Bauausschuss"), make.paper()
        make.save(post.engine, council, board, paper, make.news(paper, refs=[f"organization:{board.id}"]))
        reader, row = post.reader(language="de"), {"since_seq": 0, "until_seq": 10**12, "told": True}
        mail = post.owe(reader)
        for target in (f"body:{council.id}", f"organization:{board.id}"):
            make.save(post.engine, NewsletterIssue(target=target, week="2026-W48", made_at=post.now, **row))
            weekly = post.alert(reader, "newsletter", target)
            post.tell(weekly, mail, council, "newsletter", key=f"newsletter:{target}:2026-W48")
        assert read(post, mail).subject == "Newsletter: Musterstadt und 1 weiterer, 20. bis 27. November"

    @ON_SQLITE
    def test_one_of_which_nothing_is_left_is_not_sent(self, post: Post) -> None:
        council = make.body(name="Musterstadt", deleted=True)
        reader = post.reader()
        make.save(post.engine, council)
        target = f"body:{council.id}"
        row = {"since_seq": 0, "until_seq": 10**9, "made_at": post.now, "told": True}
        make.save(post.engine, NewsletterIssue(target=target, week="2026-W10", **row))
        weekly, mail = post.alert(reader, "newsletter", target), post.owe(reader)
        post.tell(weekly, mail, council, "newsletter", key=f"newsletter:{target}:2026-W10")
        assert letter(post, mail) is None
