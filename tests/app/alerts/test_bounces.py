"""What comes back is read by the name of our own mail; two in a row end everything, and forged ones nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from app.alerts.mails.bounces import take
from app.config import Settings
from app.models import Alert, AlertDelivery, Subscriber, Suppression
from app.web.cli import main
from tests.app.alerts.post import Post
from tests.app.smtp import listening

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def post(engine: Engine, settings: Settings) -> Iterator[Post]:
    with listening() as sink:
        yield Post(engine, settings, sink)


def report(mail: AlertDelivery, *, action: str = "failed", status: str = "5.1.1", attached: str = "") -> bytes:
    """Return what Postfix writes of a mail that it could not deliver (RFC 3464)."""
    head = attached or f"Message-ID: {mail.message_id}\nSubject: 1 Neuigkeit"
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: clerk@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; somebody.else@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} User unknown

--=_b
Content-Type: text/rfc822-headers

{head}
--=_b--
""".encode()


def sent(post: Post, kind: str = "news") -> AlertDelivery:
    """Return a mail that a server took."""
    reader = next(iter(post.all(Subscriber)), None) or post.reader()
    if not post.all(Alert):
        post.alert(reader)
    return post.owe(reader, kind, sent_at=post.now, attempts=1)


class TestCounted:
    """Two in a row."""

    def test_the_second_in_a_row_ends_it(self, post: Post) -> None:
        first, second = sent(post), sent(post)
        assert take(post.engine, post.settings, report(first)) == "bounced"
        assert [one.bounces for one in post.all(Subscriber)] == [1]
        assert take(post.engine, post.settings, report(first)) == "bounced"  # told twice
        assert [one.bounces for one in post.all(Subscriber)] == [1]
        assert take(post.engine, post.settings, report(second)) == "suppressed"
        assert post.all(Subscriber) == post.all(Alert) == post.all(AlertDelivery) == []
        assert [one.reason for one in post.all(Suppression)] == ["bounced"]

    @ON_SQLITE
    def test_one_that_arrives_in_between_begins_the_count_anew(self, post: Post) -> None:
        first, _, third = sent(post), sent(post), sent(post)
        take(post.engine, post.settings, report(first))
        take(post.engine, post.settings, report(third))
        assert [one.bounces for one in post.all(Subscriber)] == [1]

    @ON_SQLITE
    def test_a_confirmation_that_reaches_nobody_is_forgotten(self, post: Post) -> None:
        asked = post.reader(confirmed_at=None)
        mail = post.owe(asked, "confirm", sent_at=post.now, attempts=1)
        assert take(post.engine, post.settings, report(mail)) == "suppressed"
        assert post.all(Subscriber) == []

    @ON_SQLITE
    def test_a_complaint_ends_it_at_once(self, post: Post) -> None:
        mail = sent(post)
        complaint = report(mail).replace(b"delivery-status", b"feedback-report")
        assert take(post.engine, post.settings, complaint) == "complained"
        assert [one.reason for one in post.all(Suppression)] == ["refused"]


@ON_SQLITE
class TestNotCounted:
    """What says nothing about the address."""

    def test_a_delay_is_none(self, post: Post) -> None:
        mail = sent(post)
        assert take(post.engine, post.settings, report(mail, action="delayed", status="4.4.1")) == "delayed"
        assert [one.bounces for one in post.all(Subscriber)] == [0]

    def test_a_policy_is_about_us(self, post: Post) -> None:
        mail = sent(post)
        assert take(post.engine, post.settings, report(mail, status="5.7.1")) == "policy"
        assert [one.bounces for one in post.all(Subscriber)] == [0]

    def test_what_was_given_up_after_days_counts(self, post: Post) -> None:
        assert take(post.engine, post.settings, report(sent(post), status="4.4.7")) == "bounced"

    def test_somebody_away_is_there(self, post: Post) -> None:
        away = f"From: reader@example.org\nIn-Reply-To: {sent(post).message_id}\nSubject: Urlaub\n\nBin weg. 550 km."
        assert take(post.engine, post.settings, away.encode()) is None

    def test_who_does_not_know_the_name_of_a_mail_ends_nothing(self, post: Post) -> None:
        mail = sent(post)
        mail.message_id = f"<{'0' * 32}@portal.example>"
        assert take(post.engine, post.settings, report(mail)) is None
        forged = f"To: {post.all(Subscriber)[0].address}"
        assert take(post.engine, post.settings, report(mail, attached=forged)) is None
        assert [one.bounces for one in post.all(Subscriber)] == [0]

    def test_what_is_no_mail_at_all_says_nothing(self, post: Post) -> None:
        mail = sent(post)
        whole = report(mail)
        for broken in (
            b"",
            b"\0\xff" * 500,
            whole[:-200].replace(b"Message-ID", b"X"),
            b"Content-Type: \xff/;;\n\n" * 9,
        ):
            assert take(post.engine, post.settings, broken) is None
        for cut in range(0, len(whole), 37):
            assert take(post.engine, post.settings, whole[:cut]) in (None, "bounced")

    def test_a_server_with_words_of_its_own_is_understood(self, post: Post) -> None:
        words = f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.example
Subject: failure notice

Hi. This is the qmail-send program at mail.example.
<reader@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: {sent(post).message_id}
"""
        assert take(post.engine, post.settings, words.encode()) == "bounced"


@ON_SQLITE
def test_the_command_reads_files_and_what_a_mail_server_pipes(post: Post, tmp_path: Path) -> None:
    first, second = sent(post), sent(post)
    environment = {
        "RATSLUPE_HOME": str(post.settings.home),
        "DATABASE_URL": post.settings.database_url,
        "SECRET_KEY": post.settings.secret_key,
    }
    path = tmp_path / "back.eml"
    path.write_bytes(report(first))
    run = CliRunner().invoke(main, ["bounces", str(path)], env=environment)
    assert (run.exit_code, run.output) == (0, f"bounced: {path}\n")
    run = CliRunner().invoke(main, ["bounces", "-"], env=environment, input=report(second))
    assert (run.exit_code, run.output) == (0, "suppressed: -\n")
    run = CliRunner().invoke(main, ["bounces", "-"], env=environment, input=b"Subject: Hello\n\nHi")
    assert (run.exit_code, run.output) == (0, "not ours: -\n")
