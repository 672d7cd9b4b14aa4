"""How the servers of the world are treated: one table for all threads of a process, one row a domain.

Many councils share a server, so what counts is the registrable domain and not the host. Whoever wants to ask takes the
next free slot, in the order of coming: of 25 sources on one domain each gets every 25th. A domain that asks for time
gets it from everybody, and one that fails again and again is left alone for a while.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from oparl_sync.problems import ServerFailed

PACE = 1.0  # seconds between two requests to one domain; reliability before speed, and most servers are small
MAX_DELAY = 30.0  # seconds; of what a robots.txt may ask for between two requests
MAX_HOLD = 3600.0  # seconds; of what a Retry-After may ask for
MAX_WAIT = 120.0  # seconds that somebody waits in line; what takes longer is told, and tried at another time
AT_ONCE = 4  # answers that may be under way from one domain, on average
FAILURES = 12  # in a row, until a domain is left alone: three requests with all their tries
FIRST_REST = 60.0  # seconds; doubled each time it fails again
LONGEST_REST = 3600.0


@dataclass(slots=True)
class _Domain:
    free: float = 0.0  # when the next slot begins
    held: float = 0.0  # until when nobody asks, because it said so
    delay: float = PACE
    took: float = 0.0  # seconds that an answer takes, on average
    failures: int = 0
    rest: float = FIRST_REST
    resting: float | None = None  # it is left alone until then; then one may try
    trying: bool = False
    gate: threading.Lock = field(default_factory=threading.Lock)


def pause(seconds: float) -> None:
    """Wait; for no time not even a moment, in which a busy machine would let others go first."""
    if seconds > 0:
        time.sleep(seconds)


class Hosts:
    """The pace, the pauses and the failures of every domain; safe to share between threads."""

    def __init__(self, *, sleep: Callable[[float], None] = pause, clock: Callable[[], float] = time.monotonic) -> None:
        """Take what waits and what tells the time; `sleep` is called before every request, also for no time."""
        self._sleep = sleep
        self._clock = clock
        self._domains: dict[str, _Domain] = {}

    def turn(self, domain: str, *, paced: bool = True) -> None:
        """Wait until a domain may be asked; raises ServerFailed where that is too far away."""
        row = self._row(domain)
        while True:
            with row.gate:
                moment = self._clock()
                self._mind_failures(row, domain, moment)
                if row.held - moment > MAX_WAIT:
                    raise _not_now(f"{domain} asked for a pause", row.held - moment)
                held = row.held
                begins = max(moment, row.held, row.free if paced else 0.0)
                if paced:
                    # Slow answers lengthen the slots, so that they do not pile up: a queue is as long as the arrivals
                    # in the time that one takes.
                    row.free = begins + max(row.delay, row.took / AT_ONCE)
            self._sleep(begins - moment)
            if row.held == held:  # else it asked for a pause meanwhile
                return

    def hold(self, domain: str, seconds: float) -> None:
        """Ask a domain nothing for so long, as it wishes."""
        row = self._row(domain)
        with row.gate:
            row.held = max(row.held, self._clock() + min(seconds, MAX_HOLD))

    def slow_down(self, domain: str, seconds: float) -> None:
        """Leave at least so much time between two requests to a domain, as its robots.txt wishes."""
        row = self._row(domain)
        with row.gate:
            row.delay = max(row.delay, min(seconds, MAX_DELAY))

    def worked(self, domain: str, seconds: float) -> None:
        """Note an answer and the time that it took."""
        row = self._row(domain)
        with row.gate:
            row.failures, row.resting, row.trying, row.rest = 0, None, False, FIRST_REST
            row.took += (seconds - row.took) / 5

    def failed(self, domain: str) -> None:
        """Note that an answer did not come, or was an error of the server."""
        row = self._row(domain)
        with row.gate:
            row.failures += 1
            if row.failures >= FAILURES and (row.resting is None or row.trying):
                row.resting, row.trying = self._clock() + row.rest, False
                row.rest = min(2 * row.rest, LONGEST_REST)

    def _mind_failures(self, row: _Domain, domain: str, moment: float) -> None:
        if row.resting is None:
            return
        if moment < row.resting:
            raise _not_now(f"{domain} failed {row.failures} times in a row", row.resting - moment)
        row.resting, row.trying = moment + MAX_WAIT, True  # the others wait for what this one learns

    def _row(self, domain: str) -> _Domain:
        return self._domains.setdefault(domain, _Domain())


def _not_now(why: str, seconds: float) -> ServerFailed:
    return ServerFailed(f"{why}: it is not asked for the next {_told(seconds)}", wait=timedelta(seconds=seconds))


def _told(seconds: float) -> str:
    return f"{round(seconds)} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Without the private part of the list: who rents space below a provider's name shares the provider's machines.
    return PublicSuffixList(only_icann=True)


@lru_cache(maxsize=4096)
def domain_of(url: str) -> str:
    """Return the registrable domain of a URL; host and port where it is an address or a name without one."""
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").rstrip("."), split.port
    except ValueError:
        return ""
    try:
        ip_address(host)
    except ValueError:
        if found := _suffixes().privatesuffix(host):
            return str(found)
    return f"{host}:{port}" if port else host
