"""`python -m tests.fuzz.atheris_pages CORPUS -runs=N -seed=N`: pages changed by what they reach in reading and parsing.

The first byte of an input says which list it comes from, and whether the rest are the bytes of a page or choices from
which one is made. Whatever is raised ends the run, with the input in a file.
"""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["oparl_sync"]):
    from tests.fuzz.checking import Tally, parsed
from tests.fuzz.pages import RAW, TYPES, page


class Chosen(Random):
    """Choices that are read from bytes; once they are used up, always the first of all."""

    def __new__(cls, _: bytes) -> "Chosen":
        """Take no seed from the bytes."""
        return super().__new__(cls)

    def __init__(self, choices: bytes) -> None:
        super().__init__(0)
        self.left = atheris.FuzzedDataProvider(choices)

    def random(self) -> float:
        """Return a number from 0 to 1, in steps of one 256th: what is compared with it has no finer ones."""
        return float(self.left.ConsumeInt(1) % 256) / 256

    def getrandbits(self, k: int) -> int:
        """Return that many bits."""
        return int(self.left.ConsumeUInt((k + 7) // 8)) >> (-k % 8)


def check(data: bytes) -> None:
    """Check one input."""
    if not data:
        return
    expected = TYPES[(data[0] & ~RAW) % len(TYPES)]
    content = data[1:] if data[0] & RAW else page(Chosen(data[1:]), expected)
    parsed(content, expected, Tally())


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
