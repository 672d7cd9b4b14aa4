"""Which request meets which fault: told beforehand, or drawn from a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random
from typing import Self

from demo.responses import Request, Response

from .registry import FAULTS, MARK, Moment, UnknownFaultError, named

SECONDS = 60.0
BOMB = 1_000_000


class FaultPlan:
    """A behaviour that lets faults strike; requests are counted from 0, over all the server or over one path.

    `played` holds what struck: index over all requests, name of the fault, target of the request.
    `seconds` is how long a slow answer takes; `size` how many objects, or MiB/1000, a bomb holds.
    """

    def __init__(
        self, faults: Mapping[int, str] | None = None, *, seconds: float = SECONDS, size: int = BOMB, seed: int = 0
    ) -> None:
        self.seconds, self.size, self.seed = seconds, size, seed
        self.played: list[tuple[int, str, str]] = []
        self.requests = 0
        self.ended = False
        self._planned: dict[tuple[str | None, int], str] = {}
        self._by_path: Counter[str] = Counter()
        self._names: list[str] = []
        self._rate, self._until = 0.0, 0
        for index, name in (faults or {}).items():
            self.at(index, name)

    def at(self, index: int, name: str, times: int = 1, *, path: str | None = None) -> Self:
        """Let a fault strike a request and the `times` - 1 after it; with a path the requests for that path count."""
        named(name)
        for place in range(index, index + times):
            self._planned[path, place] = name
        return self

    @classmethod
    def random(
        cls,
        seed: int,
        rate: float,
        names: Iterable[str] = (),
        *,
        until: int | None = None,
        seconds: float = SECONDS,
        size: int = BOMB,
    ) -> Self:
        """Let one of the named faults, or of all, strike each request with this probability, up to the `until`-th."""
        plan = cls(seconds=seconds, size=size, seed=seed)
        plan._names = [named(name).name for name in names] or sorted(FAULTS)
        plan._rate, plan._until = rate, until if until is not None else 2**63
        return plan

    def end(self) -> None:
        """From now on nothing goes wrong any more."""
        self.ended = True

    def __call__(self, request: Request, response: Response) -> Response:
        """Answer one request, rightly or not; called for every request, in their order."""
        index, nth = self.requests, self._by_path[request.path]
        self.requests += 1
        self._by_path[request.path] += 1
        if self.ended:
            return response
        dice = Random(f"{self.seed}:{index}")
        name = self._chosen(request, index, nth, dice)
        if name is None:
            return response
        moment = Moment(request, response, index, self.seconds, self.size, dice)
        struck = FAULTS[name].strike(moment)
        if struck is not response:
            self.played.append((index, name, request.target or request.path))
        return struck

    def _chosen(self, request: Request, index: int, nth: int, dice: Random) -> str | None:
        marked, _, _ = request.query.get(MARK, "").rpartition(".")
        if marked in FAULTS and FAULTS[marked].lasting:
            return marked
        planned = self._planned.get((request.path, nth)) or self._planned.get((None, index))
        if planned is None and index < self._until and dice.random() < self._rate:
            planned = dice.choice(self._names)
        return planned


def planned(singly: Iterable[str], randomly: str | None) -> FaultPlan | None:
    """Read `NAME@INDEX`, `NAME@PATH:INDEX` and `SEED:RATE`; UnknownFaultError where that cannot be understood."""
    plan = None
    try:
        if randomly:
            seed, _, rate = randomly.partition(":")
            plan = FaultPlan.random(int(seed), float(rate))
        for one in singly:
            plan = plan or FaultPlan()
            name, _, place = one.partition("@")
            path, _, index = place.rpartition(":")
            plan.at(int(index), name, path=path or None)
    except UnknownFaultError:
        raise
    except ValueError:
        raise UnknownFaultError("a fault is given as NAME@INDEX or NAME@PATH:INDEX, faults as SEED:RATE") from None
    return plan
