"""Nobody makes the site mail strangers all day, and nobody keeps the others from asking."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.alerts.mails.sender import Sender
from app.web import limits
from app.web.limits import BURST, BURST_OF_ALL, SECONDS, SECONDS_OF_ALL, Buckets, Limits, prefix_of

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Ask = Callable[..., tuple[int, str | None]]


@pytest.fixture
def ask(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Give the form, sent from some address."""
    monkeypatch.setattr(Sender, "wake", lambda _: None)
    monkeypatch.setattr("app.web.pages.alerts.TAKES", 0.0)

    def send(peer: str, number: int = 0, **headers: str) -> tuple[int, str | None]:
        answer = client.post(
            "/alerts",
            data={"q": "Rad", "address": f"reader{number}@example.org"},
            environ_base={"REMOTE_ADDR": peer},
            headers=headers,
        )
        return answer.status_code, answer.headers.get("Retry-After")

    return send


@ON_ONE
def test_a_network_is_stopped_and_told_for_how_long(ask: Ask, client: FlaskClient) -> None:
    assert [ask(f"8.8.8.{n}", n)[0] for n in range(BURST)] == [303] * BURST
    status, wait = ask("8.8.8.200", 99)
    assert status == 429
    assert wait is not None
    assert SECONDS - 60 < int(wait) <= SECONDS
    assert ask("8.8.4.4")[0] == 303
    page = client.post("/alerts", data={"q": "Rad"}, environ_base={"REMOTE_ADDR": "8.8.8.8"})
    assert (page.status_code, page.headers["Cache-Control"]) == (429, "no-store")
    assert "Zu viele Anfragen" in page.text
    assert "Warten Sie 5 Minuten" in page.text


@ON_ONE
def test_nobody_gets_around_it_by_writing_another_address_into_a_header(ask: Ask) -> None:
    answers = [ask("8.8.8.8", n, **{"X-Forwarded-For": f"9.9.{n}.9"})[0] for n in range(BURST + 1)]
    assert answers == [303] * BURST + [429]


@ON_ONE
def test_all_together_are_stopped_too(ask: Ask) -> None:
    answers = [ask(f"8.8.{n}.8", n)[0] for n in range(BURST_OF_ALL + 1)]
    assert answers == [303] * BURST_OF_ALL + [429]


@ON_ONE
def test_looking_and_ending_are_never_limited(ask: Ask, client: FlaskClient) -> None:
    for number in range(BURST + 1):
        ask("8.8.8.8", number)
    near = {"REMOTE_ADDR": "8.8.8.8"}
    assert client.get("/alerts", environ_base=near).status_code == 200
    assert client.post(f"/alerts/unsubscribe/{'0' * 32}.{'A' * 43}", environ_base=near).status_code == 200


def test_who_is_over_the_limit_takes_nothing_from_the_others() -> None:
    both = Limits()
    waits = [both.wait("8.8.8.8", 0) for _ in range(BURST_OF_ALL * 2)]
    assert waits.count(0) == BURST
    assert both.wait("9.9.9.9", 0) == 0


def test_tokens_come_back_one_by_one_and_no_more_than_fit() -> None:
    bucket = Buckets(2, 10.0)
    assert [bucket.take("a", 0) for _ in range(3)] == [0, 0, 10]
    assert bucket.take("a", 4) == 6
    assert [bucket.take("a", 10) for _ in range(2)] == [0, 10]
    assert [bucket.take("a", 10_000) for _ in range(3)] == [0, 0, 10]
    assert bucket.take("b", 10_000) == 0
    assert SECONDS_OF_ALL * BURST_OF_ALL >= 60


def test_it_remembers_no_more_than_it_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 100)
    bucket = Buckets(1, 10.0)
    for number in range(5000):
        bucket.take(str(number), 0)
    assert len(bucket._filled) == 100
    assert bucket.take("4999", 0) == 10


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("8.8.8.8", "8.8.8.0/24"),
        ("::ffff:8.8.8.8", "8.8.8.0/24"),
        ("2a00:1450:4001:82a::200e", "2a00:1450:4001:800::/56"),
        ("127.0.0.1", None),
        ("172.18.0.3", None),
        ("::1", None),
        ("fe80::1%eth0", None),
        ("", None),
        (None, None),
        ("unix:", None),
    ],
)
def test_a_prefix_is_what_one_customer_has(address: str | None, prefix: str | None) -> None:
    assert prefix_of(address) == prefix
