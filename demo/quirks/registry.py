"""What a quirk is, all quirks by name, and playing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from demo.responses import Behaviour
from demo.service import Service

# Called once for a server: it may change the service and its town, and returns what alters the answers.
# What it keeps in variables of its own (counters, addresses it has seen) is kept for that server alone.
Play = Callable[[Service], Iterable[Behaviour]]


@dataclass(frozen=True)
class Quirk:
    """A way in which real servers deviate; `row` is where the quirk table has it, `seen` which servers do it."""

    name: str
    row: str
    seen: str
    summary: str
    play: Play


QUIRKS: dict[str, Quirk] = {}


class UnknownQuirkError(ValueError):
    """Raised for a name that no quirk has."""


def quirk(name: str, *, row: str, seen: str, summary: str) -> Callable[[Play], Play]:
    """Enter the function that follows under a name; ValueError if the name is taken."""

    def enter(play: Play) -> Play:
        if name in QUIRKS:
            raise ValueError(f"two quirks are called {name}")
        QUIRKS[name] = Quirk(name, row, seen, summary, play)
        return play

    return enter


def play(service: Service, names: Iterable[str]) -> None:
    """Let a service play quirks, in the order in which they are named; UnknownQuirkError for a name that none has."""
    names = list(names)
    for name in names:
        if name not in QUIRKS:
            raise UnknownQuirkError(f"no quirk is called {name}; --list-quirks shows those there are")
    for name in names:
        service.behaviours.extend(QUIRKS[name].play(service))
