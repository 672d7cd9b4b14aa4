"""Asking to take something down: a number, a mail with a link, a month, numbers for everybody, and then forgotten."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app import reports
from app.config import Settings
from app.db import now, writing
from app.mail import FolderMailer, RefusedError, UnreachableError, open_mailer
from app.models import Takedown, TakedownMail
from app.takedowns import mails, tickets
from app.takedowns.tickets import REFERENCE, Asked, decide, forget, numbers, remind, take
from app.web.limits import BURST
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GIVEN = {"words": "Mein Name steht da.", "reason": "personal", "who": "person", "address": "a@b.example"}


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note that mails were to be sent, and send none."""
    woken: list[str] = []
    monkeypatch.setattr(reports.Courier, "wake", lambda _: woken.append("mail"))
    return woken


def kept(engine: Engine) -> list[Takedown]:
    with Session(engine) as session:
        return list(session.scalars(select(Takedown).order_by(Takedown.id)))


def mailed(settings: Settings) -> dict[str, EmailMessage]:
    folder = Path(urlsplit(settings.mail_url).path)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return {str(one["To"]): one for one in found}


def texts(settings: Settings, to: str) -> list[str]:
    folder = Path(urlsplit(settings.mail_url).path)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return [one.get_content() for one in found if str(one["To"]) == to]


def send(engine: Engine, settings: Settings) -> dict[str, EmailMessage]:
    mails.send_owed(engine, open_mailer(settings.mail_url), settings)
    return mailed(settings)


def test_a_record_page_leads_to_it_and_a_request_is_kept_mailed_and_seen(
    client: FlaskClient, town: Town, engine: Engine, settings: Settings, quiet: list[str]
) -> None:
    key = town.paper.key
    assert f'href="/takedown?type=Paper&amp;key={key}"' in client.get(f"/papers/{key}").text
    form = client.get(f"/takedown?type=Paper&key={key}").text
    fields = {one.get("name"): one.get("value") for one in Page(form).every("input")}
    assert (fields["key"], fields["page"]) == (key, f"http://portal.example/papers/{key}")
    answer = client.post("/takedown", data=GIVEN | {"type": "Paper", "key": key, "page": "x"})
    assert answer.status_code == 303
    [ticket] = kept(engine)
    assert (ticket.object_key, ticket.reason, ticket.who, ticket.state) == (key, "personal", "person", "open")
    assert REFERENCE.fullmatch(ticket.reference)
    assert ticket.reference in client.get(answer.headers["Location"]).text
    assert quiet == ["mail"]
    found = send(engine, settings)
    to_operator, to_asker = found["clerk@example.org"], found["a@b.example"]
    assert "Mein Name steht da." in to_operator.get_content()
    assert f"/papers/{key}" in to_operator.get_content()
    assert to_operator["Reply-To"] == "a@b.example"
    said = to_asker.get_content()
    assert "Mein Name" not in said + str(to_asker), "what somebody typed is mailed to nobody but the operator"
    link = re.search(r"http://portal\.example(/takedown/state/\S+)", said)
    assert link
    seen = client.get(link[1])
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store")
    assert ticket.reference in seen.text
    assert "Mein Name" not in seen.text
    assert "a@b.example" not in seen.text
    assert client.get(link[1][:-1] + ("A" if link[1][-1] != "A" else "B")).status_code == 404
    for silly in ("x", "%00", "a" * 500, f"{ticket.nonce}.{'A' * 43}"):
        assert client.get(f"/takedown/state/{silly}").status_code == 404


@ON_ONE
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": " \x00 "}, "words"),
        ({"words": "x" * 5001}, "words"),
        ({"page": "y" * 501}, "page"),
        ({"page": "\x00"}, "page"),
        ({"address": ""}, "address"),
        ({"address": "nobody"}, "address"),
        ({"address": "a@b.de\r\nBcc: c@d.de"}, "address"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    client: FlaskClient, engine: Engine, given: dict[str, str], field: str
) -> None:
    answer = client.post("/takedown", data=GIVEN | {"page": "http://portal.example/papers/x"} | given)
    assert answer.status_code == 400
    wrong = [one for _, one in Page(answer.text).elements if one.get("aria-invalid") == "true"]
    assert [one["id"] for one in wrong] == [field]
    assert kept(engine) == []


@ON_ONE
def test_a_reason_is_one_of_four_and_all_that_is_missing_is_said_at_once(client: FlaskClient, engine: Engine) -> None:
    answer = client.post("/takedown", data={"reason": "revenge"})
    assert answer.status_code == 400
    for name in ("reason", "words", "page", "address"):
        assert f'id="error-{name}"' in answer.text
    client.post("/takedown", data=GIVEN | {"page": "x", "who": "the mayor's <b>cat"})
    assert kept(engine)[0].who == "person"


@ON_ONE
def test_programs_strangers_and_floods_are_kept_out(client: FlaskClient, engine: Engine) -> None:
    data = GIVEN | {"page": "x"}
    trapped = client.post("/takedown", data=data | {"website": "https://spam.example"})
    assert REFERENCE.fullmatch(trapped.headers["Location"].rpartition("/")[2])
    assert client.post("/takedown", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert kept(engine) == []
    far = {"REMOTE_ADDR": "203.0.113.9"}
    answers = [client.post("/takedown", data=data, environ_base=far).status_code for _ in range(BURST + 1)]
    assert answers == [303] * BURST + [429]
    for path in ("/takedown/R-ABCD-23", "/takedown/T-ABCD-2x", "/takedown/<b>"):
        assert client.get(path).status_code == 404


@ON_ONE
def test_hostile_words_do_nothing(client: FlaskClient, engine: Engine, settings: Settings) -> None:
    words = "\x1b]0;x\x07<script>alert(1)</script>\r\n\r\nBcc: x@y.example"
    client.post("/takedown", data=GIVEN | {"words": words, "page": "x\n\x1b[2Jy", "address": "a@b.example"})
    [ticket] = kept(engine)
    assert ticket.words == "]0;x<script>alert(1)</script>\n\nBcc: x@y.example"
    assert ticket.page == "x [2Jy"
    assert set(send(engine, settings)) == {"clerk@example.org", "a@b.example"}
    bad = client.post("/takedown", data={"words": words, "reason": "personal", "address": "<script>"})
    assert "<script>alert" not in bad.text


@ON_ONE
def test_numbers_are_told_to_everybody_and_nothing_else(client: FlaskClient, engine: Engine) -> None:
    at = now() + timedelta(minutes=1)
    references = [take(engine, Asked("secret words", "court", address="a@b.example", page="x")) for _ in range(4)]
    decide(engine, references[0], "erased", moment=at + timedelta(days=5))
    decide(engine, references[1], "hidden", final=False, moment=at + timedelta(days=1))
    decide(engine, references[2], "refused", "weil", moment=at + timedelta(days=3))
    with Session(engine) as session:
        assert numbers(session) == tickets.Numbers(4, 1, 1, 1, 1, 3)
    text = client.get("/takedown").text
    assert [int(one) for one in re.findall(r'<dd class="rl-num">(\d+)</dd>', text)] == [4, 1, 1, 1, 1]
    assert "secret" not in text


def test_what_became_of_it_is_mailed_and_the_link_says_it(
    client: FlaskClient, engine: Engine, settings: Settings
) -> None:
    reference = take(engine, Asked("x", "personal", address="a@b.example", page="x"))
    send(engine, settings)
    path = urlsplit(tickets.link(settings, kept(engine)[0])).path
    for state, final, word in (("hidden", False, "solange wir es prüfen"), ("hidden", True, "bleibt verborgen")):
        decide(engine, reference, state, final=final)
        assert word in client.get(path).text
        send(engine, settings)
        assert any(word in text for text in texts(settings, "a@b.example"))
    decide(engine, reference, "hidden", final=True)
    decide(engine, reference, "refused", "Der Rat hat es\nöffentlich beraten.\x1b[1m")
    assert "öffentlich beraten" in client.get(path).text
    with pytest.raises(tickets.AlreadyOver):
        decide(engine, reference, "erased")
    with pytest.raises(KeyError):
        decide(engine, "T-NONE-00", "erased")
    with Session(engine) as session:
        kinds = session.scalars(select(TakedownMail.kind).order_by(TakedownMail.id)).all()
    assert kinds == ["asked", "received", "told", "told", "told"], "the same is told once"


def test_whose_it_was_is_forgotten_a_month_after_it_is_settled(engine: Engine, settings: Settings) -> None:
    at = now()
    settled, open_ = (take(engine, Asked("words", "other", address="a@b.example", page="x")) for _ in range(2))
    decide(engine, settled, "refused", "answer", moment=at)
    assert forget(engine, moment=at + timedelta(days=29)) == 0
    with writing(engine) as session:
        session.execute(update(TakedownMail).values(error="550 <a@b.example> unknown"))
    assert forget(engine, moment=at + timedelta(days=31)) == 1
    with Session(engine) as session:
        number = session.scalars(select(Takedown.id).where(Takedown.reference == settled)).one()
        errors = session.scalars(select(TakedownMail.error).where(TakedownMail.takedown_id == number)).all()
    assert set(errors) == {None}
    by = {one.reference: one for one in kept(engine)}
    gone = by[settled]
    assert (gone.words, gone.address, gone.page, gone.answer, gone.state) == ("", None, "", None, "refused")
    assert by[open_].address
    assert forget(engine, moment=at + timedelta(days=366)) == 1
    assert mails.send_owed(engine, open_mailer(settings.mail_url), settings) == 2, "the operator's"
    assert set(mailed(settings)) == {"clerk@example.org"}


def test_the_operator_is_reminded_once_before_the_month_ends(engine: Engine, settings: Settings) -> None:
    at = now()
    reference = take(engine, Asked("x", "personal", page="x"), moment=at)
    assert remind(engine, moment=at + timedelta(days=22)) == 0
    assert [remind(engine, moment=at + timedelta(days=24)) for _ in range(3)] == [1, 0, 0]
    other = take(engine, Asked("x", "personal", page="x"), moment=at)
    decide(engine, other, "refused")
    assert remind(engine, moment=at + timedelta(days=60)) == 0
    assert reference


@ON_ONE
def test_mails_wait_for_the_server_and_for_a_contact(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, Asked("x", "personal", address="a@b.example", page="x"))
    nobody = Settings.embedded(settings.home)
    assert mails.send_owed(engine, open_mailer(settings.mail_url), nobody) == 0

    def away(*_: object) -> None:
        raise UnreachableError("no")

    with monkeypatch.context() as patches:
        patches.setattr(FolderMailer, "send", away)
        assert mails.send_owed(engine, open_mailer(settings.mail_url), settings) == 0
    later = now() + timedelta(minutes=20)
    with monkeypatch.context() as patches:
        patches.setattr(FolderMailer, "send", lambda *_: (_ for _ in ()).throw(RefusedError("5xx")))
        assert mails.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: later) == 0
    week = now() + timedelta(days=8)
    assert mails.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: week) == 2
    assert mails.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: week) == 0


def test_an_unknown_kind_of_request_is_refused(engine: Engine) -> None:
    for who, reason in (("cat", "personal"), ("person", "revenge")):
        with pytest.raises(ValueError, match="no such request"):
            take(engine, Asked("x", reason, who))


@ON_ONE
def test_nobody_fills_the_box_of_somebody_else(engine: Engine, settings: Settings) -> None:
    at = now()
    asked = Asked("x", "personal", address="victim@b.example", page="x")
    references = [take(engine, asked, moment=at + timedelta(minutes=n)) for n in range(9)]
    later = at + timedelta(hours=1)
    mails.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: later)
    assert len(texts(settings, "victim@b.example")) == 3
    assert len(texts(settings, "clerk@example.org")) == 9, "each is taken all the same"
    take(engine, asked, moment=at + timedelta(days=2))
    decide(engine, references[-1], "refused", moment=at + timedelta(days=2))
    later = at + timedelta(days=2)
    mails.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: later)
    assert len(texts(settings, "victim@b.example")) == 5, "another day, and what is decided"


@ON_ONE
def test_a_mail_that_cannot_be_made_keeps_back_no_other(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("broken", "whole"):
        take(engine, Asked(words, "personal", page="x"))
    real = mails._to_operator

    def made(given: Settings, mail: TakedownMail, ticket: Takedown) -> EmailMessage:
        if ticket.words == "broken":
            raise ValueError("secret")
        return real(given, mail, ticket)

    monkeypatch.setattr(mails, "_to_operator", made)
    assert mails.send_owed(engine, open_mailer(settings.mail_url), settings) == 1
    assert "whole" in texts(settings, "clerk@example.org")[0]
    with Session(engine) as session:
        assert [one.error for one in session.scalars(select(TakedownMail).where(TakedownMail.sent_at.is_(None)))] == [
            "not worded: ValueError"
        ]
