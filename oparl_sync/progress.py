"""How far a long step has come: bars with counts and remaining time on a terminal, one line a step elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

from tqdm import tqdm


class Step(Protocol):
    """One step under way."""

    def advance(self, count: int = 1, *, total: int | None = None) -> None:
        """Say that `count` more are done, and how many there are in all where that is known now."""


class Progress:
    """Shows steps on standard error, which leaves standard output to what was asked for."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Say nothing at all when `quiet`."""
        self.quiet = quiet

    @contextmanager
    def step(self, name: str, total: int | None = None, *, unit: str = "objects") -> Iterator[Step]:
        """Show one step while the block runs."""
        on_terminal = sys.stderr.isatty()
        with tqdm(
            desc=f"{name:<24}",
            total=total,
            unit=f" {unit}",
            disable=self.quiet or not on_terminal,
            file=sys.stderr,
            dynamic_ncols=True,
        ) as bar:
            step = _Bar(bar)
            yield step
        if not on_terminal:
            self.say(f"{name}: {step.done} {unit.removesuffix('s') if step.done == 1 else unit}")

    def say(self, line: str) -> None:
        """Print one line that stays."""
        if not self.quiet:
            tqdm.write(line, file=sys.stderr)


class _Bar:
    def __init__(self, bar: "tqdm[NoReturn]") -> None:
        self.bar = bar
        self.done = 0

    def advance(self, count: int = 1, *, total: int | None = None) -> None:
        self.done += count
        if total is not None:
            self.bar.total = total
        self.bar.update(count)
