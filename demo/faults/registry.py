"""What a fault is, and all faults by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.responses import Request, Response


@dataclass(frozen=True)
class Moment:
    """One request that a fault strikes: what would have been answered, and what chance and patience there are."""

    request: Request
    response: Response
    index: int
    seconds: float  # how long slow is
    size: int  # how many objects or megabytes make a bomb
    dice: random.Random = field(repr=False)


# Returns what is sent; the response itself where the fault has nothing to alter in it.
Strike = Callable[[Moment], Response]


@dataclass(frozen=True)
class Fault:
    """A way in which one answer goes wrong; a `lasting` one strikes again where its own links are followed."""

    name: str
    summary: str
    strike: Strike
    lasting: bool = False


FAULTS: dict[str, Fault] = {}
# In the query of links that lead on into a lasting fault.
MARK = "stoerung"


class UnknownFaultError(ValueError):
    """Raised for a name that no fault has, or a plan that cannot be read."""


def fault(name: str, summary: str, *, lasting: bool = False) -> Callable[[Strike], Strike]:
    """Enter the function that follows under a name; ValueError if the name is taken."""

    def enter(strike: Strike) -> Strike:
        if name in FAULTS:
            raise ValueError(f"two faults are called {name}")
        FAULTS[name] = Fault(name, summary, strike, lasting)
        return strike

    return enter


def named(name: str) -> Fault:
    """The fault of a name; UnknownFaultError if there is none."""
    if name not in FAULTS:
        raise UnknownFaultError(f"no fault is called {name}; --list-faults shows those there are")
    return FAULTS[name]
