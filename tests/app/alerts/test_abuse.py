"""Whoever wants to fill other people's mailboxes through the portal gets few mails out of it, counted where they land.

SIGNUPS says how many forms are sent: a few hundred by default, 10,000 to prove it.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from unicodedata import normalize

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.alerts.mails.sender import Sender
from app.alerts.subscribing import subscribe
from app.alerts.targets import Target
from app.config import Settings
from app.mail import AddressError, open_mailer
from app.models import AlertDelivery, Subscriber
from app.web import create_app
from app.web.limits import BURST, BURST_OF_ALL
from app.web.site import EXTENSION
from tests.app.smtp import Sink, listening

SIGNUPS = int(os.environ.get("SIGNUPS", "300"))
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
TARGET = Target("search", "gartenstraße")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as opened:
        yield opened


@pytest.fixture
def site(settings: Settings, engine: Engine, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give the site with a mail server that is there."""
    monkeypatch.setattr("app.web.pages.alerts.TAKES", 0.0)
    app = create_app(replace(settings, mail_url=sink.url))
    yield app
    app.extensions[EXTENSION].close()


def ask(client: FlaskClient, peer: str, address: str, query: str = "Rad") -> int:
    answer = client.post("/alerts", data={"q": query, "address": address}, environ_base={"REMOTE_ADDR": peer})
    answer.close()
    return answer.status_code


def settle(app: Flask) -> None:
    """Let the sender finish what it was woken for."""
    app.extensions[EXTENSION].sender.close()


def test_one_network_bombs_nobody(site: Flask, sink: Sink) -> None:
    client = site.test_client()
    answers = [ask(client, f"203.0.113.{n % 250}", f"victim{n}@example.org") for n in range(SIGNUPS)]
    settle(site)
    taken = answers.count(303)
    # One more is let through every five minutes, and this takes less.
    assert BURST <= taken <= BURST + 2
    assert answers.count(429) == SIGNUPS - taken
    assert len(sink.taken) == taken
    assert len({one.recipients[0] for one in sink.taken}) == taken


@ON_SQLITE
def test_many_networks_bomb_no_single_box(site: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.limits.Buckets.take", lambda *_: 0.0)  # as if there were a network for each
    client = site.test_client()
    spellings = ("victim@example.org", "Victim@Example.ORG", " VICTIM@example.org ", "victim@EXAMPLE.org")
    for n in range(min(SIGNUPS, 1000)):
        assert ask(client, f"8.{n // 250}.{n % 250}.1", spellings[n % 4], f"wort{n}") == 303
    for n in range(20):
        client.post("/alerts/link", data={"address": spellings[n % 4]})
    settle(site)
    assert sink.recipients == ["victim@example.org"]


def test_all_networks_together_bomb_not_everybody(site: Flask, sink: Sink) -> None:
    client = site.test_client()
    answers = [ask(client, f"9.{n // 250}.{n % 250}.1", f"victim{n}@example.org") for n in range(SIGNUPS)]
    settle(site)
    taken = answers.count(303)
    assert BURST_OF_ALL <= taken < SIGNUPS  # ten more a minute
    assert len(sink.taken) == taken


@ON_SQLITE
def test_an_hour_has_its_limit_whatever_the_site_forgot(
    site: Flask, sink: Sink, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buckets are forgotten when the site starts anew, and each process has its own; what was mailed is in rows."""
    monkeypatch.setattr("app.web.limits.Buckets.take", lambda *_: 0.0)
    monkeypatch.setattr("app.alerts.subscribing.MOST_AT_ONCE", 25)
    client = site.test_client()
    for n in range(60):
        assert ask(client, "8.8.8.8", f"victim{n}@example.org") == 303
    settle(site)
    assert len(sink.taken) == 25


ABSURD = (
    *("", " ", "@", "a@", "@b.de", "a", "a@b", "a@b.", "a@.de", "a@@b.de", "a@b@c.de", "a b@c.de", "a@b c.de"),
    *("a@b.de\r\nBcc: x@y.de", "a@b.de\nTo: x@y.de", "a@b.de\x00", "a@b.de%0d%0aBcc:x@y.de", "a@b.de\u2028x@y.de"),
    *("a@b.de,x@y.de", "a@b.de;x@y.de", "<a@b.de>", "A <a@b.de>", '"a b"@c.de', '"a@x.de"@c.de', "a@[127.0.0.1]"),
    *(
        "a@127.0.0.1",
        "a@localhost",
        "a@2130706433",
        "a@xn--.de",
        "a@-b.de",
        "a@b-.de",
        "a..b@c.de",
        ".a@b.de",
        "a.@b.de",
    ),
    *(f"{'a' * 65}@b.de", f"a@{'b' * 64}.de", f"a@{'b.' * 130}de", "a" * 100_000, "ä@b.de", "a@b.de " * 50),
    *("a@b.de>", "a(x)@b.de", "a@b.de(x)", "a@b.de/../x", "mailto:a@b.de", "a@b.de?cc=x@y.de", "a\\@b.de", "a@b\\.de"),
    *("a@exa\u200bmple.d\u0435\u202e", "a\u202e@b.de", "a@b。", "a@\ud7ff.de", "a@b.de\t", "\ta@b.de"),
)
GOOD = {
    "reader@example.org": "reader@example.org",
    " Reader@EXAMPLE.org ": "reader@example.org",
    "a+b_c-d.e@example.org": "a+b_c-d.e@example.org",
    "o'neil@example.org": "o'neil@example.org",
    "r@müller-straße.de": "r@xn--mller-strae-46a18a.de",
    normalize("NFD", "r2@müller.de"): "r2@xn--mller-kva.de",
    "r3@ＭÜＬＬＥＲ．de": "r3@xn--mller-kva.de",
    "r4@пример.рф": "r4@xn--e1afmkfd.xn--p1ai",
    f"{'a' * 64}@example.org": f"{'a' * 64}@example.org",
    "!#$%&*/=?^`{|}~@example.org": "!#$%&*/=?^`{|}~@example.org",
}


@ON_SQLITE
def test_absurd_addresses_get_nothing_and_good_ones_one_mail_each(
    settings: Settings, engine: Engine, sink: Sink
) -> None:
    for text in ABSURD:
        with pytest.raises(AddressError):
            subscribe(engine, settings, text, TARGET, "de")
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0
    for text in GOOD:
        subscribe(engine, settings, text, TARGET, "de")
    sender = Sender(engine, open_mailer(sink.url), settings)
    sender.wake()
    sender.close()
    assert sorted(sink.recipients) == sorted(set(GOOD.values()))
    for mail in sink.taken:
        assert len(mail.recipients) == 1
        assert mail.message["To"].addresses[0].addr_spec == mail.recipients[0]
        assert not {"Bcc", "Cc", "Reply-To", "Sender"} & set(mail.message.keys())
        assert [len(mail.message.get_all(name) or []) for name in ("To", "From")] == [1, 1]


@ON_SQLITE
def test_a_confirmation_says_nothing_that_somebody_typed(settings: Settings, engine: Engine, sink: Sink) -> None:
    for n, words in enumerate(('"Sie haben gewonnen" evil.example', "https://evil.example gewonnen")):
        target = Target("search" if n else "near", words if n else "51.50000,8.00000,500,Gewonnen evil.example")
        subscribe(engine, settings, "reader@example.org", target, "de")
        subscribe(engine, settings, f"gewonnen{n}@example.org", Target("search", words), "en")
    sender = Sender(engine, open_mailer(sink.url), settings)
    sender.wake()
    sender.close()
    assert len(sink.taken) == 3
    for mail in sink.taken:
        del mail.message["To"]
        whole = (mail.message.as_string() + mail.text() + mail.text("html")).casefold()
        for word in ("evil.example", "gewonnen", "gartenstra"):
            assert word not in whole


def test_nobody_is_mailed_by_looking(site: Flask, sink: Sink, engine: Engine) -> None:
    """Scanners and previews of mail programs follow every link."""
    client = site.test_client()
    for path in (
        "/alerts?q=Rad&address=victim@example.org",
        "/alerts/link?address=victim@example.org",
        "/alerts/asked",
    ):
        for method in (client.get, client.head):
            assert method(path).status_code == 200
    settle(site)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(AlertDelivery)) == 0
    assert sink.taken == []
