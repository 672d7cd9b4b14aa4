"""Words that differ little from one that is written, for an engine that can only be asked whether it holds a word."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase


def one_change(word: str) -> set[str]:
    """What a word becomes by one letter left out, put in, changed, or standing after the next; the first one stays."""
    return {*_changed(word)} - {word}


def _changed(word: str) -> Iterator[str]:
    for place in range(1, len(word) + 1):
        before, here, behind = word[:place], word[place : place + 1], word[place + 1 :]
        yield before + behind
        if behind:
            yield before + behind[0] + here + behind[1:]
        for letter in ascii_lowercase:
            yield before + letter + here + behind
            if here:
                yield before + letter + behind
