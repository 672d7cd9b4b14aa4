"""Words that citizens and offices use for the same thing, read from synonyms.txt.

A line of such a file is a group: Müllabfuhr = Müllentsorgung > Abfallentsorgung, Abfallwirtschaft
What stands between = means the same, and each of them is searched for with any other. What follows > is searched for
with the words before it, and never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from search import german

MAX_WORDS = 6  # of one term: Sonderpädagogisches Bildungs- und Beratungszentrum
MAX_OTHERS = 8  # that one term brings along; each is a search of its own

Term: TypeAlias = tuple[str, ...]


class Group(NamedTuple):
    """Terms that mean the same, and terms that are only searched for with them."""

    same: tuple[Term, ...]
    also: tuple[Term, ...]
    keys: tuple[str, ...]  # what those of `same` are known by


class Synonyms:
    """Terms by the stems of their words, so that they are known in any inflection and spelling."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._others: dict[str, dict[Term, None]] = {}
        self._abbreviations: dict[str, str] = {}
        for group in groups:
            for key, term in zip(group.keys, group.same, strict=True):
                self._abbreviations |= {german.beginning(word): key_of([word]) for word in filter(_is_short, term)}
                others = self._others.setdefault(key, {})
                others.update(dict.fromkeys(other for other in (*group.same, *group.also) if other != term))

    def also(self, tokens: Sequence[str]) -> tuple[Term, ...]:
        """The other terms for a run of written words that is a term as a whole, as they are written in the list."""
        key = "".join(map(self._typed, _said(tokens)))
        found = self._others.get(key)
        if found is None and len(tokens) > 1:
            found = self._others.get(german.joined(tuple(tokens)))  # Kinder-Garten
        if found is None and key.endswith("s"):
            found = self._others.get(key[:-1])  # Kitas: the stemmer leaves a plural on s as it is
        return tuple(found or ())[:MAX_OTHERS]

    def longest(self, tokens: Sequence[str], place: int = 0) -> tuple[int, tuple[Term, ...]]:
        """How many words from a place on are a term, the longest one, and its other terms; 0 and none if no term is."""
        for end in range(min(len(tokens), place + MAX_WORDS), place, -1):
            ends = {tokens[place], tokens[end - 1]}
            others = self.also(tokens[place:end]) if len(_said(list(ends))) == len(ends) else ()
            if others:
                return end - place, others
        return 0, ()

    def _typed(self, token: str) -> str:
        exact = german.exact(token)
        short = self._abbreviations.get(exact) or self._abbreviations.get(exact.removesuffix("s"))
        return short or german.term(token)


@cache
def ours() -> Synonyms:
    """The list that comes with this package, read when it is first asked for."""
    return Synonyms(read(files("search").joinpath("synonyms.txt").read_text("utf-8")))


def read(text: str) -> Iterator[Group]:
    """The groups of a list; raises ValueError with the number of a line that is none."""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if said:
            before, arrow, behind = said.partition(">")
            same, others = _terms(before, "=", number), _terms(behind, ",", number) if arrow else ()
            keys = tuple(map(key_of, (*same, *others)))
            if len(keys) < 2 or len(set(keys)) < len(keys):
                raise ValueError(f"line {number}: a group holds two different terms or more, and none twice")
            yield Group(same, others, keys[: len(same)])


def _terms(said: str, mark: str, number: int) -> tuple[Term, ...]:
    terms = tuple(tuple(german.tokens(term)) for term in said.split(mark))
    for term in terms:
        if not 0 < len(term) <= MAX_WORDS:
            raise ValueError(f"line {number}: a term has 1 to {MAX_WORDS} words")
        if not _said(term):
            raise ValueError(f"line {number}: {' '.join(term)} is too common to search for")
    return terms


def key_of(term: Sequence[str]) -> str:
    """What a term of a list is known by: its stems without stop words, as one, for Rad-Weg is also written Radweg."""
    return "".join(german.beginning(word).upper() if _is_short(word) else _stem(word) for word in _said(term))


def _stem(word: str) -> str:
    """The same as german.term, without taking the word apart."""
    return german.stem(word.lower())


def _said(tokens: Sequence[str]) -> list[str]:
    """The words that are not too common; in capitals they are abbreviations: OB is the mayor."""
    return [token for token in tokens if token.isupper() or german.beginning(token) not in german.HOLES]


def _is_short(word: str) -> bool:
    """Whether a word of a list is an abbreviation, which has no other forms: ASB is not the stem of Asbest."""
    return not word[1:].islower()
