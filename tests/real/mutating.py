"""Documents made worse: a few bytes, a number, an object, a piece; the same number makes the same mutation."""

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?![\w.])")
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?\bendobj", re.DOTALL)
_EDGES = (0, -1, 1, 255, 65536, 2**31 - 1, -(2**31), 2**32, 2**63 - 1, 10**30)

Mutation = Callable[[bytearray, Random], None]


def _bytes(data: bytearray, dice: Random) -> None:
    for _ in range(dice.choice((1, 3, 10, 100))):
        data[dice.randrange(len(data))] = dice.randrange(256)


def _bits(data: bytearray, dice: Random) -> None:
    for _ in range(max(len(data) // dice.choice((500, 5_000, 50_000)), 1)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _cut(data: bytearray, dice: Random) -> None:
    del data[dice.randrange(len(data)) + 1 :]


def _without(data: bytearray, dice: Random) -> None:
    start = dice.randrange(len(data))
    del data[start : min(start + dice.choice((1, 16, 512, 8192)), len(data) - 1)]


def _twice(data: bytearray, dice: Random) -> None:
    start = dice.randrange(len(data))
    piece = data[start : start + dice.choice((16, 512, 8192))]
    data[start:start] = piece * dice.choice((1, 2, 50))


def _number(data: bytearray, dice: Random) -> None:
    places = [match.span() for match in _NUMBER.finditer(data)]
    for start, end in sorted(dice.sample(places, min(len(places), dice.choice((1, 2, 8)))), reverse=True):
        near = int(data[start:end]) + dice.choice((-1, 1)) if end - start < 20 else 0
        data[start:end] = b"%d" % dice.choice((*_EDGES, near))


def _name(data: bytearray, dice: Random) -> None:
    places = [match.span() for match in _NAME.finditer(data)]
    if places:
        (start, end), (first, last) = dice.choice(places), dice.choice(places)
        data[start:end] = data[first:last]


def _object(data: bytearray, dice: Random) -> None:
    places = [match.span() for match in _OBJECT.finditer(data)]
    if places:
        (start, end), (first, last) = dice.choice(places), dice.choice(places)
        data[start:end] = data[first:last]


_MUTATIONS: tuple[Mutation, ...] = (_bytes, _bits, _cut, _without, _twice, _number, _number, _name, _object)


def mutated(seeds: list[bytes], number: int) -> bytes:
    """Return mutation of this number: of each seed in turn, up to three changes in one."""
    dice, seed = Random(number), seeds[number % len(seeds)]
    # A checksum would keep whatever is in an archive from being looked at: of three, two are packed again.
    return _packed(seed, dice) if seed.startswith(b"PK") and number % 3 else _worse(seed, dice)


def _worse(seed: bytes, dice: Random) -> bytes:
    data = bytearray(seed or b"x")
    for _ in range(dice.choice((1, 1, 2, 3))):
        dice.choice(_MUTATIONS)(data, dice)
    return bytes(data)


def _packed(seed: bytes, dice: Random) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as archive, zipfile.ZipFile(target, "w") as other:
        unlucky = dice.choice(archive.namelist())
        for name in archive.namelist():
            data = archive.read(name)
            other.writestr(name, _worse(data, dice) if name == unlucky else data)
    return target.getvalue()
