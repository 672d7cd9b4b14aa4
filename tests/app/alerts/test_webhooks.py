"""What a program is told: signed, in words anybody can pass on, and nothing that the records do not say just now."""

import hmac
import json
import subprocess
import sys
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts.channels import calling
from app.alerts.channels.registered import add_channel, owe
from app.alerts.channels.webhooks import challenge_body, challenge_of, is_answered, told
from app.alerts.telling.brief import MOST, brief, briefs
from app.alerts.telling.lines import Line as Said
from app.config import ROOT, Settings
from app.models import Subscriber
from app.net import GuardedClient
from tests import factories as make
from tests.app.alerts.calls import Line
from tests.app.alerts.conftest import Desk
from tests.app.net.test_namespace import _own_network, tripped

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def line(engine: Engine, settings: Settings) -> Line:
    return Line(engine, settings)


def checked(secret: str, header: str, body: bytes, moment: datetime) -> bool:
    """Check a signature as docs/webhooks.md tells a program to."""
    fields = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret.encode(), f"{fields['t']}.".encode() + body, sha256).hexdigest()
    fresh = abs(moment.timestamp() - int(fields["t"])) < 300
    return hmac.compare_digest(expected, fields["v1"]) and fresh


def test_it_says_what_happened_and_what_it_belongs_to(line: Line) -> None:
    line.verified()
    paper = make.paper(name="Radweg am Anger", reference="2026/0417", paper_type="Antrag")
    make.save(line.engine, paper)
    other = make.alert(line.subscriber_id, "paper", paper.id)
    make.save(line.engine, other)
    line.tell(paper)
    line.tell(paper, alert=other)
    line.send()
    first, second = (heard.json for heard in line.heard)
    item = first["items"][0]
    assert (item["key"], item["kind"], item["type"]) == (f"new:{paper.id}", "new", "Paper")
    assert (item["title"], item["kind_word"]) == ("Radweg am Anger", "Antrag 2026/0417")
    assert item["url"] == f"http://portal.example/papers/{paper.key}"
    assert item["alerts"] == [line.alert_id]
    assert first["alerts"] == [
        {
            "id": line.alert_id,
            "target": "search:gartenstraße",
            "name": "gartenstraße",
            "kind": "Suche",
            "url": "http://portal.example/search?q=gartenstra%C3%9Fe&sort=newest",
        }
    ]
    assert second["alerts"][0]["target"] == f"paper:{paper.key}"
    assert first["text"].startswith("Antrag 2026/0417: Radweg am Anger\n")
    assert first["text"].endswith(item["url"])
    assert first["id"] == line.heard[0].headers["idempotency-key"]


@ON_ONE
def test_nobody_hears_what_somebody_else_follows(line: Line) -> None:
    line.verified()
    paper, reader = make.paper(), make.subscriber(address="other@example.org")
    make.save(line.engine, paper, reader)
    other = make.alert(reader, value="suchtberatung")
    make.save(line.engine, other)
    make.save(line.engine, make.notice(other, paper, created_at=line.now))
    with line.writing() as session:  # whatever made it name what is not its own
        owe(session, {line.subscriber_id: [(other.id, f"new:{paper.id}")]}, line.now)
    assert line.send().withdrawn == 1
    assert line.heard == []


@ON_ONE
def test_a_call_that_cannot_be_worded_keeps_back_no_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    channel_id = line.verified()
    bad, good = make.paper(name="Unsagbar"), make.paper(name="Radweg")
    make.save(line.engine, bad, good)
    line.tell(bad)
    line.tell(good)

    def breaking(session: Session, notices: Any, *given: Any) -> Any:
        if notices[0][1].endswith(bad.id):
            raise LookupError
        return told(session, notices, *given)

    monkeypatch.setattr("app.alerts.channels.webhooks.told", breaking)
    for _ in range(100):
        line.send()
        line.wait(hours=1)
    assert [heard.json["items"][0]["title"] for heard in line.heard] == ["Radweg"]
    unsaid = line.calls()[1]
    assert (unsaid.next_try, unsaid.sent_at, unsaid.error) == (None, None, "given up: not worded: LookupError")
    channel = line.channel(channel_id)
    assert channel is not None
    assert (channel.failures, channel.disabled_at) == (0, None), "the other side is not to blame"


@ON_ONE
def test_what_two_alerts_match_is_one_item(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    other = make.alert(line.subscriber_id, "paper", paper.id)
    make.save(line.engine, other)
    from app.alerts.channels.registered import owe  # noqa: PLC0415 - as matching does for one pass

    with line.writing() as session:
        notices = [make.notice(alert, paper) for alert in (line.alert, other)]
        session.add_all(notices)
        owe(session, {line.subscriber_id: [(one.alert_id, one.key) for one in notices]}, line.now)
    line.send()
    assert [item["alerts"] for item in line.heard[0].json["items"]] == [[line.alert_id, other.id]]
    assert len(line.heard[0].json["alerts"]) == 2


@ON_ONE
def test_its_signature_can_be_checked(line: Line) -> None:
    channel = line.channel(line.add())
    assert channel is not None
    paper = make.paper()
    make.save(line.engine, paper)
    line.send()
    line.tell(paper)
    line.send()
    assert len(line.heard) == 2
    for heard in line.heard:
        header = heard.headers["ratslupe-signature"]
        assert checked(channel.secret, header, heard.body, line.now)
        assert not checked(channel.secret, header, heard.body + b" ", line.now)
        assert not checked("x" + channel.secret, header, heard.body, line.now)
        assert not checked(channel.secret, header, heard.body, line.now + timedelta(hours=1))
        assert heard.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        ("{word}", True),
        (" {word}\n", True),
        ('{{"answer": "{word}", "more": 1}}', True),
        ('"{word}"', False),
        ('{{"type":"challenge","challenge":"{word}"}}', False),
        ('{{"type":"challenge","challenge":"{word}","answer":"{word}"}}', False),
        ('{{"challenge": "{word}"}}', False),
        ("", False),
        ("{{}}", False),
        ('{{"answer": 5}}', False),
        ('["{word}"]', False),
        ("{word}{word}", False),
        ("<html>{word}</html>", False),
    ],
)
def test_it_knows_its_own_word(answer: str, good: bool) -> None:
    given = answer.format(word=challenge_of("secret")).encode()
    assert is_answered("secret", given) == good
    assert not is_answered("another secret", given)
    assert json.loads(challenge_body("secret")) == {"type": "challenge", "challenge": challenge_of("secret")}
    assert not is_answered("secret", challenge_body("secret"))


@given(st.binary(max_size=40))
def test_no_answer_is_too_odd(answer: bytes) -> None:
    assert not is_answered("secret", answer)
    assert not is_answered("secret", orjson.dumps({"answer": answer.decode("latin-1")}))


def said(title: str, said: tuple[str, ...] = (), url: str = "https://portal.example/papers/abc") -> Said:
    return Said(key="new:1", kind="new", title=title, kind_word="Antrag", url=url, day="", said=said)


@given(st.lists(st.tuples(st.text(max_size=700), st.text(max_size=700)), min_size=1, max_size=30))
def test_its_words_fit_and_end_with_an_address(given_lines: list[tuple[str, str]]) -> None:
    lines = [said(title, (what,)) for title, what in given_lines]
    text = briefs(lines, "de")
    assert len(text) <= MOST
    if len(lines) == 1:
        assert text.endswith(lines[0].url)


def test_it_says_how_many_more_there_are() -> None:
    lines = [said(f"Vorlage {number}: {'Ausbau der Straße ' * 5}") for number in range(9)]
    text = briefs(lines, "de")
    told = text.count("•")
    assert 2 <= told < 9
    assert text.endswith(f"und {9 - told} weitere")
    assert brief(said("Radweg", ("Neu.",))) == "Antrag: Radweg\nNeu.\nhttps://portal.example/papers/abc"


@pytest.mark.xdist_group("namespace")
def test_its_calls_never_reach_an_address_that_is_not_public() -> None:
    command = [*_own_network(), sys.executable, "-m", "tests.app.net.namespace", "webhooks"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    result = orjson.loads(done.stdout)
    assert len(result["hostile"]) >= 300
    assert tripped(result) == {}
    assert result["opened"] == result["seen"]
    reached = [url for url, addresses in result["controls"].items() if addresses]
    assert len(reached) == len(result["controls"]) >= 30


def test_the_operators_own_networks_are_not_for_anybody(settings: Settings) -> None:
    from app.alerts.channels.calling import open_client  # noqa: PLC0415 - beside what it is about
    from app.net import Refused  # noqa: PLC0415 - as above

    assert settings.fetch_allow_networks
    with open_client(settings) as client, pytest.raises(Refused):
        client.post("http://127.0.0.1:9/", b"{}")


def test_a_program_hears_within_the_pass_in_which_it_happened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.follow("gartenstraße", frequency="weekly")
    with Session(desk.engine) as session:
        subscriber_id = session.scalars(select(Subscriber.id)).one()
    heard: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(200, text=orjson.loads(request.content).get("challenge", ""))

    client = GuardedClient(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(calling, "open_client", lambda _: client)
    add_channel(desk.engine, desk.settings, subscriber_id, "webhook", "https://hook.example/", moment=desk.now)
    desk.run()
    paper = make.paper(name="Tempo 30")
    desk.publish(paper, make.read_file("Deckblatt", "Der Ausbau der Gartenstraße beginnt.", of=paper))
    desk.run()
    desk.run()
    assert ["challenge" in orjson.loads(one.content) for one in heard] == [True, False]
    (item,) = [one for one in orjson.loads(heard[1].content)["items"] if one["page"]]
    assert item["page"] == 2
    assert "Gartenstraße" in item["snippet"]
