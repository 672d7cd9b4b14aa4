"""Politeness: one pace a domain for all threads, pauses that were asked for, and servers that are left alone."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from oparl_sync.hosts import FAILURES, FIRST_REST, LONGEST_REST, MAX_DELAY, MAX_HOLD, MAX_WAIT, Hosts, domain_of
from oparl_sync.problems import ServerFailed

RAT = "rat.example"


class Clock:
    """A time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hosts(clock: Clock) -> Hosts:
    return Hosts(sleep=clock.sleep, clock=clock)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://sdnetrim.kdvz-frechen.de/rim4957/webservice/oparl", "kdvz-frechen.de"),
        ("https://a.gremien.info/oparl", "gremien.info"),
        ("https://B.Gremien.Info.:443/oparl", "gremien.info"),
        ("https://council.example.co.uk/", "example.co.uk"),
        ("https://rat.github.io/", "github.io"),
        ("https://www.xn--mllheim-n2a.de/", "xn--mllheim-n2a.de"),
        ("http://127.0.0.1:8001/oparl", "127.0.0.1:8001"),
        ("http://[::1]:8001/oparl", "::1:8001"),
        ("http://localhost/oparl", "localhost"),
        ("http://[x", ""),
        ("", ""),
    ],
)
def test_it_counts_by_the_domain_that_somebody_registered(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_it_leaves_a_second_between_two_requests_to_a_domain(hosts: Hosts, clock: Clock) -> None:
    began = clock.now
    for _ in range(5):
        hosts.turn(RAT)
        hosts.turn("other.example")
    assert clock.now - began == 4
    hosts.turn(RAT, paced=False)
    assert clock.now - began == 4


def test_it_gives_each_of_many_threads_its_turn() -> None:
    gate, slots, order = threading.Condition(), list[float](), list[str]()
    clock = Clock()
    waiting = threading.Barrier(25)

    def sleep(seconds: float) -> None:
        with gate:
            slots.append(clock.now + seconds)
            order.append(threading.current_thread().name)
        waiting.wait()  # nobody comes back before all have asked

    hosts = Hosts(sleep=sleep, clock=clock)

    def ask() -> None:
        for _ in range(4):
            hosts.turn(RAT)

    threads = [threading.Thread(target=ask, name=str(number)) for number in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == [1000.0 + second for second in range(100)]
    for round_ in range(4):
        assert set(Counter(order[25 * round_ : 25 * round_ + 25]).values()) == {1}


def test_it_asks_a_slow_domain_less_often(hosts: Hosts, clock: Clock) -> None:
    for _ in range(50):
        hosts.worked(RAT, 38.0)
    hosts.turn(RAT)
    began = clock.now
    hosts.turn(RAT)
    assert 9 < clock.now - began < 9.6
    for _ in range(50):
        hosts.worked(RAT, 0.1)
    hosts.turn(RAT)
    began = clock.now
    hosts.turn(RAT)
    assert clock.now - began == 1


def test_it_pauses_for_the_whole_domain(hosts: Hosts, clock: Clock) -> None:
    hosts.turn(RAT)
    hosts.hold(RAT, 30)
    hosts.hold(RAT, 7)  # no shorter than what was asked for before
    began = clock.now
    hosts.turn("other.example")
    assert clock.now == began
    hosts.turn(RAT, paced=False)
    assert clock.now - began == 30


def test_a_pause_that_is_asked_for_meanwhile_counts_for_who_waits_already(clock: Clock) -> None:
    asked = [10.0]

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if asked and seconds:
            table.hold(RAT, asked.pop())

    table = Hosts(sleep=sleep, clock=clock)
    table.turn(RAT)
    table.turn(RAT)
    assert clock.slept == [0, 1, 10]


def test_it_waits_for_no_long_pause_but_says_when_it_is_over(hosts: Hosts, clock: Clock) -> None:
    hosts.hold(RAT, 7 * 24 * 3600)
    with pytest.raises(ServerFailed, match=r"^rat\.example asked for a pause: .* 60 minutes$") as caught:
        hosts.turn(RAT)
    assert caught.value.wait == timedelta(seconds=MAX_HOLD)
    assert clock.slept == []
    clock.now += MAX_HOLD - MAX_WAIT
    hosts.turn(RAT)
    assert clock.slept == [MAX_WAIT]


def test_it_leaves_as_much_time_as_robots_are_asked_for(hosts: Hosts, clock: Clock) -> None:
    hosts.slow_down(RAT, 5)
    hosts.slow_down("other.example", 86400)
    hosts.slow_down("third.example", 0.01)
    for domain, pause in ((RAT, 5), ("other.example", MAX_DELAY), ("third.example", 1)):
        hosts.turn(domain)
        began = clock.now
        hosts.turn(domain)
        assert clock.now - began == pause


def test_it_leaves_a_domain_alone_that_fails_and_tries_it_again(hosts: Hosts, clock: Clock) -> None:
    rest = FIRST_REST
    for _ in range(FAILURES - 1):
        hosts.failed(RAT)
    hosts.worked(RAT, 1)  # one that worked, and counting begins anew
    for _ in range(FAILURES - 1):
        hosts.failed(RAT)
    hosts.turn(RAT)
    hosts.failed(RAT)
    for _ in range(8):
        with pytest.raises(ServerFailed, match=r"^rat\.example failed \d+ times in a row: ") as caught:
            hosts.turn(RAT)
        assert caught.value.wait == timedelta(seconds=rest)
        hosts.failed(RAT)  # one that was under way: the rest is no longer for that
        hosts.turn("other.example")
        clock.now += rest
        hosts.turn(RAT)  # one may try
        with pytest.raises(ServerFailed):
            hosts.turn(RAT)  # and the others wait for what it learns
        hosts.failed(RAT)
        rest = min(2 * rest, LONGEST_REST)
    clock.now += rest
    hosts.turn(RAT)
    hosts.worked(RAT, 1)
    hosts.turn(RAT)
    for _ in range(FAILURES):
        hosts.failed(RAT)
    with pytest.raises(ServerFailed) as caught:
        hosts.turn(RAT)
    assert caught.value.wait == timedelta(seconds=FIRST_REST)


def test_one_that_tried_and_never_told_keeps_nobody_out_for_ever(hosts: Hosts, clock: Clock) -> None:
    for _ in range(FAILURES):
        hosts.failed(RAT)
    clock.now += FIRST_REST
    hosts.turn(RAT)
    clock.now += MAX_WAIT
    hosts.turn(RAT)
