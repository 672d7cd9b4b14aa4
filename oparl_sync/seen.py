"""Sets of what a list had, in some 20 bytes an entry: a list may have a million."""

from array import array
from collections.abc import Iterable

FREE = 0  # marks a place that holds nothing: the number 0 itself is kept beside
FEWEST = 1 << 10  # places
_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")


class Numbers:
    """A set of 64-bit numbers that are spread evenly, as hashes are; a Python set takes a hundred bytes for each."""

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * FEWEST))
        self._held = 0
        self._zero = False

    def __len__(self) -> int:
        return self._held + self._zero

    def __contains__(self, number: int) -> bool:
        return self._zero if number == FREE else self._places[self._place(number)] == number

    def add(self, number: int) -> bool:
        """Add a number; tells whether it is new."""
        if number == FREE:
            new, self._zero = not self._zero, True
            return new
        place = self._place(number)
        if self._places[place] == number:
            return False
        self._places[place] = number
        self._held += 1
        if self._held * 3 > len(self._places) * 2:  # fuller, and places are long to find
            self._grow()
        return True

    def _place(self, number: int) -> int:
        """Return where a number is, or would be."""
        places = self._places
        last = len(places) - 1
        place = number & last
        while places[place] not in (FREE, number):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before, self._places = self._places, array("Q", bytes(16 * len(self._places)))
        for number in before:
            if number != FREE:
                self._places[self._place(number)] = number


class Keys:
    """A set of the keys of objects."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._numbers = Numbers()
        for key in keys:
            self.add(key)

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: str) -> bool:
        return _number(key) in self._numbers

    def add(self, key: str) -> None:
        """Add a key."""
        self._numbers.add(_number(key))


def _number(key: str) -> int:
    """Return the 64 bits that a key spells in letters of five."""
    return int(key.translate(_DIGITS), 32) >> 1
