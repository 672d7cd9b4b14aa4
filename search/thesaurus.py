"""OpenThesaurus as further words for the same thing: only where the operator has installed it, and names its file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from search.synonyms import Group, Synonyms, Term, key_of

MAX_MEMBERS = 12  # larger groups mean many things a little
MIN_LETTERS = 4
_NOTE = re.compile(r"\s*\([^)]*\)\s*")  # (ugs.), (fig.)
_NOUN = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+")
_NEVER = ("derb", "vulg", "veraltet", "abwertend", "Hauptform: ")


@cache
def load(path: Path) -> Synonyms:
    """The nouns of a file as Debian's openthesaurus-de-text has it, one group a line; read once. Raises OSError."""
    return read(path.read_text("utf-8", "replace").splitlines())


def read(lines: Iterable[str]) -> Synonyms:
    """Groups of single nouns that have one sense each, told by how many groups hold them."""
    groups = list(_groups(lines))
    senses = Counter(key for group in groups for key in group)
    alone = ({key: word for key, word in group.items() if senses[key] == 1} for group in groups)
    return Synonyms(_group(group) for group in alone if len(group) > 1)


def _groups(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The nouns of each line by what they are known by."""
    for line in lines:
        members = line.split(";")
        if not line.startswith("#") and len(members) <= MAX_MEMBERS:
            words = (_NOTE.sub("", member) for member in members if not any(note in member for note in _NEVER))
            nouns = [word for word in words if len(word) >= MIN_LETTERS and _NOUN.fullmatch(word)]
            yield {key_of((noun,)): noun for noun in nouns}


def _group(nouns: dict[str, str]) -> Group:
    same: tuple[Term, ...] = tuple((noun,) for noun in nouns.values())
    return Group(same, (), tuple(nouns))
