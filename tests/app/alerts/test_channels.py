"""A call that is owed comes once, however often we are killed; who does not answer is tried for three days."""

import dataclasses
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from app.alerts.channels import calling
from app.alerts.channels.registered import (
    QUOTA,
    BadEndpoint,
    TooMany,
    UnknownService,
    channels_of,
    end_channel,
    forget_owed,
    is_due,
    last_errors,
    owe,
)
from app.config import Settings
from app.models import Alert, AlertChannel, Subscriber
from tests import factories as make
from tests.app.alerts.calls import HOOK, Heard, Line, takes

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def line(engine: Engine, settings: Settings) -> Line:
    return Line(engine, settings)


def says(status: int) -> Callable[[Heard], httpx.Response]:
    return lambda _: httpx.Response(status)


def test_it_calls_nothing_that_has_not_answered_the_challenge(line: Line) -> None:
    line.answer = says(200)
    channel_id = line.add()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    assert line.send().verified == 0
    assert [list(heard.json) for heard in line.heard] == [["type", "challenge"]]
    channel = line.channel(channel_id)
    assert channel is not None
    assert channel.verified_at is None

    line.answer = takes
    line.wait(minutes=2)
    assert line.send().verified == 1
    line.tell(make.paper())
    assert [call.key == "challenge" for call in line.calls()] == [True, False]


@ON_ONE
def test_an_address_that_sends_everything_back_is_not_used(line: Line) -> None:
    line.answer = lambda heard: httpx.Response(200, content=heard.body)
    channel_id = line.add()
    sent = line.send()
    assert (sent.verified, sent.failed) == (0, 1)
    channel = line.channel(channel_id)
    assert channel is not None
    assert channel.verified_at is None


@ON_ONE
def test_it_asks_four_times_whether_an_address_waits(line: Line) -> None:
    line.answer = says(200)
    channel_id = line.add()
    for _ in range(40):
        line.send()
        line.wait(minutes=10)
    assert len(line.heard) == 4
    channel = line.channel(channel_id)
    assert channel is not None
    assert channel.disabled_at is not None
    with Session(line.engine) as session:
        assert last_errors(session, [channel])[channel_id] == "given up: answered without the challenge"

    line.answer = takes
    assert line.add() == channel_id
    line.send()
    channel = line.channel(channel_id)
    assert channel is not None
    assert (channel.disabled_at, channel.failures, channel.verified_at) == (None, 0, line.now)


def test_it_tells_each_thing_once(line: Line) -> None:
    line.verified()
    papers = [make.paper(name=f"Radweg {number}") for number in range(3)]
    make.save(line.engine, *papers)
    line.tell(papers[0], papers[1])
    line.send()
    line.tell(papers[2])
    line.send()
    line.send()
    told = [[item["title"] for item in heard.json["items"]] for heard in line.heard]
    assert told == [["Radweg 0", "Radweg 1"], ["Radweg 2"]]
    assert [call.notices for call in line.calls()] == [[], [], []], "nothing is kept of what was told"
    assert len({heard.headers["idempotency-key"] for heard in line.heard}) == 2


@ON_ONE
def test_it_splits_what_is_too_much_for_one_call(line: Line) -> None:
    line.verified()
    papers = [make.paper(name=f"Radweg {number}") for number in range(230)]
    make.save(line.engine, *papers)
    line.tell(*papers)
    line.send()
    assert sorted(len(heard.json["items"]) for heard in line.heard) == [30, 100, 100]


def test_what_is_owed_goes_with_the_notices_that_are_written(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    with pytest.raises(ZeroDivisionError), line.writing() as session:
        calling_owe(session, line, paper)
        raise ZeroDivisionError
    assert line.send().sent == 0


def calling_owe(session: Session, line: Line, paper: Any) -> None:
    assert owe(session, {line.subscriber_id: [(line.alert_id, f"new:{paper.id}")]}, line.now) == 1


@ON_ONE
def test_it_tries_again_with_the_same_key_and_then_no_more(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    line.answer = says(503)
    began, times = line.now, []
    for _ in range(50):
        before = len(line.heard)
        line.send()
        times += [line.now - began] if len(line.heard) > before else []
        line.wait(hours=2)
    assert len(times) == 17
    assert timedelta(hours=60) < times[-1] < timedelta(hours=90)
    assert len({heard.headers["idempotency-key"] for heard in line.heard}) == 1
    assert line.calls()[-1].next_try is None
    assert line.calls()[-1].error == "given up: status 503"


@ON_ONE
def test_it_gives_up_an_address_that_fails_for_three_days(line: Line) -> None:
    channel_id = line.verified()
    line.answer = says(500)
    for hour in range(0, 24 * 5, 3):
        if hour % 12 == 0:
            paper = make.paper()
            make.save(line.engine, paper)
            line.tell(paper)
        line.send()
        channel = line.channel(channel_id)
        assert channel is not None
        if channel.disabled_at is not None:
            assert channel.failures >= 20
            assert hour >= 72
            break
        line.wait(hours=3)
    else:
        pytest.fail("it was never given up")
    heard = len(line.heard)
    line.tell(make.paper())
    line.wait(hours=7)
    line.send()
    assert len(line.heard) == heard


@ON_ONE
def test_it_forgives_when_an_answer_is_good_again(line: Line) -> None:
    channel_id = line.verified()
    papers = [make.paper(), make.paper()]
    make.save(line.engine, *papers)
    line.answer = says(500)
    line.tell(papers[0])
    line.send()
    line.answer = takes
    line.wait(minutes=1)
    assert line.send().sent == 1
    channel = line.channel(channel_id)
    assert channel is not None
    assert channel.failures == 0
    with Session(line.engine) as session:
        assert last_errors(session, [channel]) == {}


@ON_ONE
def test_it_calls_no_more_where_nobody_is(line: Line) -> None:
    channel_id = line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    line.answer = says(410)
    assert line.send().ended == 1
    channel = line.channel(channel_id)
    assert channel is not None
    assert channel.disabled_at == line.now


@ON_ONE
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_it_is_not_sent_elsewhere(line: Line, status: int) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    line.answer = lambda _: httpx.Response(status, headers={"Location": "https://elsewhere.example/"})
    assert line.send().failed == 1
    assert [heard.url for heard in line.heard] == [HOOK]


@ON_ONE
def test_one_that_fails_keeps_nobody_waiting(line: Line) -> None:
    line.verified("https://bad.example/")
    line.verified("https://good.example/")
    papers = [make.paper(name=f"Radweg {number}") for number in range(5)]
    make.save(line.engine, *papers)
    for paper in papers:
        line.tell(paper)
        line.wait(seconds=1)
    line.answer = lambda heard: httpx.Response(500 if "bad" in heard.url else 200)
    line.send()
    assert [heard.url for heard in line.heard].count("https://bad.example/") == 1
    assert [heard.url for heard in line.heard].count("https://good.example/") == 5


@ON_ONE
def test_a_slow_one_is_waited_for_beside_the_others(line: Line) -> None:
    for number in range(4):
        line.verified(f"https://{number}.example/")
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    together = threading.Barrier(4, timeout=10)

    def answer(_: Heard) -> httpx.Response:
        together.wait()
        return httpx.Response(200)

    line.answer = answer
    assert line.send().sent == 4


def test_two_passes_at_once_call_once(line: Line) -> None:
    line.verified()
    papers = [make.paper() for _ in range(6)]
    make.save(line.engine, *papers)
    for paper in papers:
        line.tell(paper)
        line.wait(seconds=1)
    threads = [threading.Thread(target=line.send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    line.send()
    assert len(line.heard) == 6
    assert len({heard.headers["idempotency-key"] for heard in line.heard}) == 6


def test_a_kill_after_the_answer_calls_again_with_the_same_key(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(calling, "_mark", killed)
        with pytest.raises(KeyboardInterrupt):
            line.send()
    line.send()
    assert len(line.heard) == 1, "the claim holds while the call may still be made"
    line.wait(minutes=5)
    assert line.send().sent == 1
    assert len({heard.headers["idempotency-key"] for heard in line.heard}) == 1


def test_it_tells_nothing_of_what_was_withdrawn_meanwhile(line: Line) -> None:
    line.verified()
    gone, stays = make.paper(name="Geheime Vorlage"), make.paper(name="Radweg")
    make.save(line.engine, gone, stays)
    line.tell(gone)
    line.tell(gone, stays, alert=_second(line))
    line.withdraw(gone)
    assert line.send().withdrawn == 1
    assert [[item["title"] for item in heard.json["items"]] for heard in line.heard] == [["Radweg"]]
    assert b"Geheim" not in line.heard[0].body


def _second(line: Line) -> Alert:
    alert = make.alert(line.subscriber_id, value="radweg")
    make.save(line.engine, alert)
    return alert


@ON_ONE
def test_whoever_pauses_is_called_afterwards(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.pause(paused=True)
    line.tell(paper)
    for _ in range(10):
        line.send()
        line.wait(days=1)
        assert not due(line)
    assert line.heard == []
    line.pause(paused=False)
    assert due(line)
    assert line.send().sent == 1


def test_whoever_leaves_leaves_nothing(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    with line.writing() as session:
        session.execute(delete(Subscriber).where(Subscriber.id == line.subscriber_id))
    assert line.send().sent == 0
    assert (line.heard, line.calls()) == ([], [])


def test_nothing_is_owed_about_what_was_erased(line: Line) -> None:
    channel_id = line.verified()
    one = "https://ris.example/paper/1"
    stay = [
        f"new:{one}0",
        f"decided:{one}x:agreed",
        "newsletter:body:abc:2026-W48",
        f"planned:{one}/2:{one}3:2026-03-02",
    ]
    go = [f"new:{one}", f"agenda:{one}:17", f"planned:{one}:{one}3:2026-03-02", f"planned:{one}3:{one}:2026-03-02"]
    with line.writing() as session:
        owe(session, {line.subscriber_id: [(line.alert_id, key) for key in (*stay, *go)]}, line.now)
        owe(session, {line.subscriber_id: [(line.alert_id, go[0])]}, line.now)
    with line.writing() as session:
        forget_owed(session, [one, "https://ris.example/paper/99"])
    assert [sorted(key for _, key in call.notices) for call in line.calls()] == [[], sorted(stay), []]
    assert line.send().withdrawn == 2
    assert line.channel(channel_id) is not None


@ON_ONE
def test_an_alert_that_ended_is_told_no_more(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    with line.writing() as session:
        session.execute(delete(Alert).where(Alert.id == line.alert_id))
    assert line.send().withdrawn == 1
    assert line.heard == []


@ON_ONE
def test_it_begins_no_call_when_its_time_is_over(line: Line) -> None:
    line.verified()
    paper = make.paper()
    make.save(line.engine, paper)
    line.tell(paper)
    assert line.send(seconds=0).sent == 0
    assert line.send().sent == 1


@ON_ONE
def test_it_says_when_there_is_something_to_do(line: Line) -> None:
    assert not due(line)
    line.add()
    assert due(line)
    line.send()
    assert not due(line)


def due(line: Line) -> bool:
    with Session(line.engine) as session:
        return is_due(session, line.now)


def test_it_forgets_calls_that_are_long_over(line: Line) -> None:
    line.verified()
    line.wait(days=31)
    line.send()
    assert line.calls() == []


@ON_ONE
def test_nobody_has_more_than_five(line: Line) -> None:
    ids = [line.add(endpoint=f"https://{number}.example/") for number in range(QUOTA)]
    with pytest.raises(TooMany):
        line.add(endpoint="https://more.example/")
    assert line.add(endpoint="https://0.example/") == ids[0]
    line.add("push", "https://push.example/1")
    assert end_channel(line.engine, line.subscriber_id, ids[0])
    assert not end_channel(line.engine, line.subscriber_id, ids[0])
    line.add(endpoint="https://more.example/")
    with Session(line.engine) as session:
        assert len(channels_of(session, line.subscriber_id)) == QUOTA + 1


@ON_ONE
def test_nobody_ends_anothers(line: Line) -> None:
    channel_id = line.add()
    assert not end_channel(line.engine, line.subscriber_id + 1, channel_id)
    assert line.channel(channel_id) is not None


@ON_ONE
@pytest.mark.parametrize(
    "endpoint",
    ["", "hook.example", "ftp://hook.example/", "https://user:word@hook.example/", "https://127.1/", "https://a b/",
     "https://hook.example/\r\nX: y", "https://hook.example/" + "a" * 3000, "javascript:alert(1)"],
)  # fmt: skip
def test_it_takes_no_address_that_cannot_be_called(line: Line, endpoint: str) -> None:
    for kind in ("webhook", "push"):
        with pytest.raises(BadEndpoint):
            line.add(kind, endpoint)
    with Session(line.engine) as session:
        assert channels_of(session, line.subscriber_id) == []


@ON_ONE
def test_what_somebody_follows_goes_over_no_open_line(line: Line) -> None:
    with pytest.raises(BadEndpoint):
        line.add("push", "http://push.example/1")
    line.add(endpoint="http://hook.example/")  # a portal on trial, itself without a certificate
    line.settings = dataclasses.replace(line.settings, base_url="https://portal.example")
    with pytest.raises(BadEndpoint):
        line.add(endpoint="http://other.example/")


@ON_ONE
@pytest.mark.parametrize("kind", ["webhook", "push"])
@pytest.mark.parametrize("port", [80, 444, 8443])
def test_only_the_port_of_https_is_called(line: Line, kind: str, port: int) -> None:
    line.settings = dataclasses.replace(line.settings, base_url="https://portal.example")
    with pytest.raises(BadEndpoint):
        line.add(kind, f"https://push.example:{port}/1")
    channel = line.channel(line.add(kind, "https://push.example:443/1"))
    assert channel is not None
    assert channel.endpoint == "https://push.example/1"


@ON_ONE
@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("fcm.googleapis.com", True), ("updates.push.services.mozilla.com", True), ("web.push.apple.com", True),
        ("wns2-par02p.notify.windows.com", True), ("push.example", True), ("eu.push.example", True),
        ("hook.example", False), ("googleapis.com", False), ("storage.googleapis.com", False),
        ("notfcm.googleapis.com", False), ("fcm.googleapis.com.hook.example", False), ("93.184.216.34", False),
        ("hook.example#.push.apple.com", False), ("hook.example?.push.apple.com", False),
    ],
)  # fmt: skip
def test_browsers_are_pushed_to_by_services_that_are_known(line: Line, host: str, known: bool) -> None:
    expected: Any = nullcontext() if known else pytest.raises(UnknownService)
    with expected:
        line.add("push", f"https://{host}/send/1")
    line.settings = dataclasses.replace(line.settings, push_services=())
    if host.endswith("push.example"):
        with pytest.raises(UnknownService):
            line.add("push", f"https://{host}/send/2")


@ON_ONE
def test_a_refused_address_is_a_failure_and_no_more(line: Line) -> None:
    channel_id = line.add(endpoint="https://169.254.169.254/latest/")
    assert line.send().failed == 1
    assert line.heard == []
    channel = line.channel(channel_id)
    assert isinstance(channel, AlertChannel)
    with Session(line.engine) as session:
        assert "not a public address" in last_errors(session, [channel])[channel_id]
