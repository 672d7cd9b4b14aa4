"""Sets that a list of a million entries fits into: they hold what was put in, and nothing else."""

import random
import sys

from hypothesis import given
from hypothesis import strategies as st

from app.models import key_of
from oparl_sync.seen import FEWEST, FREE, Keys, Numbers

# Low bits alike, as of numbers that want the same place; the largest; and the one that marks a free place.
CLOSE = st.integers(0, 40).map(lambda at: at * 2**40) | st.sampled_from([FREE, 1, 2**64 - 1, FEWEST - 1, FEWEST])


@given(st.lists(CLOSE | st.integers(0, 2**64 - 1)))
def test_it_holds_what_was_put_in_once(numbers: list[int]) -> None:
    mine, real = Numbers(), set[int]()
    for number in numbers:
        assert mine.add(number) is (number not in real)
        real.add(number)
        assert len(mine) == len(real)
    for number in [*numbers, FREE, 5, 2**64 - 1, 2**40]:
        assert (number in mine) is (number in real)


def test_it_grows_and_loses_nothing() -> None:
    draw = random.Random(3)
    numbers = [draw.getrandbits(64) for _ in range(20_000)]
    mine = Numbers()
    assert sum(map(mine.add, numbers)) == len(mine) == len(set(numbers))
    assert all(number in mine for number in numbers)
    assert not any(draw.getrandbits(64) in mine for _ in range(20_000))
    assert not any(map(mine.add, numbers))
    assert sys.getsizeof(mine._places) < 30 * len(numbers)


def test_it_takes_the_same_number_for_ever() -> None:
    mine = Numbers()
    assert sum(mine.add(7) for _ in range(3 * FEWEST)) == 1


def test_keys_are_told_apart_to_the_last_bit() -> None:
    keys = [key_of(f"https://rat.example/paper/{number}") for number in range(5_000)]
    mine = Keys(keys[::2])
    mine.add(keys[0])
    assert len(mine) == 2_500
    assert [key in mine for key in keys] == [True, False] * 2_500
    assert "a" * 13 not in mine  # the key that is nothing but zeros
    mine.add("a" * 13)
    assert "a" * 13 in mine
    assert "a" * 12 + "c" not in mine  # the last letter holds four bits
    assert len(Keys(["a" * 13, "7" * 12 + "6"])) == 2
