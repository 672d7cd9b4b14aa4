"""A browser is pushed to when a mail goes out, by a key that services know; what is pushed is empty."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.alerts.channels.push import headers_of, notification, public_key
from app.alerts.channels.registered import is_due
from app.config import Settings
from app.models import AlertChannel, Subscriber
from tests import factories as make
from tests.app.alerts.calls import NOON, Heard, Line

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PUSH = "https://push.example/send/abc"


def says(status: int) -> Callable[[Heard], httpx.Response]:
    return lambda _: httpx.Response(status)


@pytest.fixture
def line(engine: Engine, settings: Settings) -> Line:
    return Line(engine, settings, answer=says(201))


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def home(tmp_path: object) -> Settings:
    return Settings.from_environment(
        {"RATSLUPE_HOME": str(tmp_path), "SECRET_KEY": "only-for-tests", "CONTACT": "clerk@example.org"}
    )


def test_services_know_us_by_a_signature_for_them_alone(home: Settings) -> None:
    headers = headers_of(home, "https://push.example:444/send/abc?x", NOON)
    scheme, _, fields = headers["Authorization"].partition(" ")
    parts = dict(part.strip().split("=", 1) for part in fields.split(","))
    head, claims, signature = parts["t"].split(".")
    assert (scheme, parts["k"]) == ("vapid", public_key(home))
    assert json.loads(read(head)) == {"typ": "JWT", "alg": "ES256"}
    said = json.loads(read(claims))
    assert (said["aud"], said["sub"]) == ("https://push.example:444", "mailto:clerk@example.org")
    assert NOON.timestamp() < said["exp"] <= (NOON + timedelta(hours=24)).timestamp()
    raw = read(signature)
    assert len(raw) == 64
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read(parts["k"]))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))  # raises where it is not ours


def test_the_key_is_that_of_the_portal_and_stays(home: Settings) -> None:
    assert public_key(home) == public_key(replace(home, contact=""))
    assert public_key(home) != public_key(replace(home, secret_key="another"))
    assert len(read(public_key(home))) == 65
    kept = replace(home, secret_key="")
    assert public_key(kept) == public_key(kept)


def test_nobody_is_named_where_nobody_is_to_be_asked(home: Settings) -> None:
    nobody = replace(home, contact="", base_url="https://portal.example")
    token = headers_of(nobody, PUSH, NOON)["Authorization"].split("t=")[1].split(",")[0]
    assert json.loads(read(token.split(".")[1]))["sub"] == "https://portal.example"


@pytest.mark.parametrize(("hour", "life"), [(11, 9 * 3600), (19, 3600), (6, 14 * 3600)])
def test_a_push_that_waits_for_a_telephone_does_not_come_at_night(home: Settings, hour: int, life: int) -> None:
    moment = datetime(2026, 3, 2, hour, tzinfo=UTC)  # an hour later in Germany
    assert int(headers_of(home, PUSH, moment)["TTL"]) == life


def test_it_pushes_once_for_each_mail_and_says_nothing(line: Line) -> None:
    line.add("push", PUSH)
    papers = [make.paper(name="Geheimnisvolle Vorlage"), make.paper(), make.paper()]
    make.save(line.engine, *papers)
    line.tell(papers[0])
    assert line.send().sent == 0, "what waits for its mail is not pushed"
    line.mail(papers[1])
    line.mail(papers[2], kind="reminder")
    line.send()
    line.send()
    assert [(heard.url, heard.body) for heard in line.heard] == [(PUSH, b"")] * 2
    for heard in line.heard:
        assert heard.headers["authorization"].startswith("vapid t=")
        assert heard.headers["content-length"] == "0"
        assert "Geheim" not in str(heard.headers)


@ON_ONE
def test_it_pushes_neither_old_mails_nor_other_kinds(line: Line) -> None:
    paper = make.paper()
    make.save(line.engine, paper)
    line.mail(paper)
    line.wait(minutes=1)
    line.add("push", PUSH)
    for kind in ("confirm", "manage"):
        make.save(line.engine, make.alert_delivery(line.subscriber_id, kind, created_at=line.now))
    line.send()
    assert line.heard == []


@ON_ONE
def test_it_pushes_nothing_at_night(line: Line) -> None:
    line.add("push", PUSH)
    paper = make.paper()
    make.save(line.engine, paper)
    line.now = datetime(2026, 3, 2, 19, 59, tzinfo=UTC)  # a minute to nine in Germany
    assert not due(line)
    line.mail(paper)
    assert due(line)
    line.answer = says(503)
    line.send()
    line.answer = says(201)
    for _ in range(9):
        line.wait(hours=1)
        assert not due(line)
        line.send()
    assert len(line.heard) == 1
    line.wait(hours=1, minutes=1)
    assert due(line)
    assert line.send().sent == 1
    assert not due(line)


def due(line: Line) -> bool:
    with Session(line.engine) as session:
        return is_due(session, line.now)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(line: Line, status: int) -> None:
    channel_id = line.add("push", PUSH)
    paper = make.paper()
    make.save(line.engine, paper)
    line.mail(paper)
    line.answer = says(status)
    assert line.send().ended == 1
    assert line.channel(channel_id) is None
    line.send()
    assert len(line.heard) == 1


@ON_ONE
def test_what_was_withdrawn_disturbs_nobody(line: Line) -> None:
    line.add("push", PUSH)
    paper = make.paper()
    make.save(line.engine, paper)
    line.mail(paper)
    line.withdraw(paper)
    assert line.send().withdrawn == 1
    assert line.heard == []


def shown(line: Line, channel_id: int) -> tuple[str, str, str]:
    with Session(line.engine) as session:
        channel = session.get_one(AlertChannel, channel_id)
        subscriber = session.get_one(Subscriber, line.subscriber_id)
        found, last = notification(session, line.settings, channel, subscriber, "https://portal.example/mine")
    with line.writing() as session:
        session.get_one(AlertChannel, channel_id).seen = last
    return found.title, found.body, found.url


@ON_ONE
def test_it_shows_what_was_not_fetched_yet(line: Line) -> None:
    channel_id = line.add("push", PUSH)
    papers = [make.paper(name=f"Radweg {number}") for number in range(6)]
    make.save(line.engine, *papers)
    line.mail(papers[0])
    line.send()
    assert shown(line, channel_id)[::2] == ("Radweg 0", f"http://portal.example/papers/{papers[0].key}")
    assert shown(line, channel_id)[0] == "Nichts Neues mehr"

    line.mail(papers[1])
    line.send()
    line.mail(*papers[2:])
    line.send()
    title, body, url = shown(line, channel_id)
    assert title == "5 Nachrichten"
    assert body.splitlines() == ["Radweg 1", "Radweg 2", "Radweg 3", "und 2 weitere"]
    assert url == "https://portal.example/mine"


@ON_ONE
def test_it_shows_nothing_of_what_is_not_pushed_yet(line: Line) -> None:
    channel_id = line.add("push", PUSH)
    paper = make.paper(name="Radweg")
    make.save(line.engine, paper)
    line.mail(paper)
    line.pause(paused=True)
    line.send()
    assert shown(line, channel_id)[0] == "Nichts Neues mehr"
    line.pause(paused=False)
    line.send()
    assert shown(line, channel_id)[0] == "Radweg"
