"""From a query to what every engine has to do: index terms, runs of them, and how much each weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from search import german
from search.query import MAX_ALL_WORDS, AnyOf, Leaf, Node, Phrase, Prefix, Query, Word

TITLE, TEXT, PARTS, EXACT = "title", "text", "parts", "exact"
# Measured on 38,500 council files: a title weighs best between 1 and 2, parts of compounds between 0.2 and 0.6.
WEIGHTS = {TITLE: 1.5, TEXT: 1.0, PARTS: 0.4}
HALVES_WEIGHT = 0.4
AS_TYPED_WEIGHT = 50.0  # measured: with 8, one name in ten was not first; with 50, all but one of 104 were
TOGETHER_WEIGHT = 0.5  # words that stand side by side as typed; at 2.0 it does harm
BETWEEN_HALVES = 2  # "Ausbau der neuen Radwege" for Radwegeausbau
MAX_EXPANSION = 256  # words that one prefix may stand for, the most frequent first


@dataclass(frozen=True, slots=True)
class Term:
    """Documents that hold this term."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Documents that hold these terms (two or more) one after the other; between two of them `gap` others may stand."""

    field: str
    texts: tuple[str, ...]
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Beginning:
    """Documents that hold one of the MAX_EXPANSION most frequent terms that begin so; it scores 1."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Some:
    """Documents that match at least one; scores add up."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every one; scores add up."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """The same documents with their score multiplied."""

    part: Expression
    weight: float


Expression: TypeAlias = Term | Run | Beginning | Some | All | Weighted


@dataclass(frozen=True, slots=True)
class Plan:
    """What must match (empty: everything does), what must not, and what only lifts the score."""

    must: tuple[Expression, ...]
    without: tuple[Expression, ...]
    bonus: tuple[Expression, ...]


def plan(query: Query) -> Plan:
    """What an engine has to do for the words of a query; its filters are restrictions of their own."""
    return Plan(
        must=tuple(_node(node) for node in query.must),
        without=tuple(_leaf(leaf) for leaf in query.without),
        bonus=(*_together(query.must), *_as_typed(query.must), *_in_title(query.must)),
    )


def words_in_a_row(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The stems of a short query of bare words only, which are best found side by side; else nothing."""
    words = [node for node in nodes if isinstance(node, Word)]
    if not 2 <= len(words) <= MAX_ALL_WORDS or len(words) != len(nodes):
        return ()
    return _stems([token for word in words for token in word.tokens])


def _together(nodes: Sequence[Node]) -> tuple[Expression, ...]:
    stems = words_in_a_row(nodes)
    return (Weighted(_run(stems), TOGETHER_WEIGHT),) if stems else ()


def _as_typed(nodes: Sequence[Node]) -> Iterator[Expression]:
    """The very form of a word that stands alone, so that nothing else says whether Holzer is a person or of wood."""
    match nodes:
        case (Word((token,)),) if german.ends_in_er(token):
            yield Weighted(Term(EXACT, german.exact(token)), AS_TYPED_WEIGHT)


def _in_title(nodes: Sequence[Node]) -> Iterator[Expression]:
    """Quoted words are looked for in title and text as one; in a title they weigh more."""
    for node in nodes:
        if isinstance(node, Phrase):
            yield Weighted(_in(TITLE, _stems(node.tokens)), WEIGHTS[TITLE])


def _node(node: Node) -> Expression:
    if isinstance(node, AnyOf):
        return Some(tuple(_leaf(leaf) for leaf in node.nodes))
    return _leaf(node)


def _leaf(leaf: Leaf) -> Expression:
    match leaf:
        case Phrase(tokens):
            return _in(EXACT, tuple(map(german.exact, tokens)))
        case Prefix(tokens):
            last: Expression = Beginning(EXACT, german.beginning(tokens[-1]))
            before = tuple(_run((stem,)) for stem in _stems(tokens[:-1]))
            return All((*before, last)) if before else last
        case Word((token,)):
            return _word(token)
        case Word(tokens):
            joined = german.joined(tokens)
            run = _run(_stems(tokens))
            return Some((run, _run((joined,)))) if joined else run


def _word(token: str) -> Expression:
    """A word in any inflection, as a part of others, and, if it is a compound itself, its halves side by side."""
    stem = german.term(token)
    ways: list[Expression] = [Weighted(Term(field, stem), weight) for field, weight in WEIGHTS.items()]
    halves = german.halves(token)
    if halves:
        ways.append(Weighted(_run(halves), HALVES_WEIGHT))
        ways.append(Weighted(_run(halves[::-1], BETWEEN_HALVES), HALVES_WEIGHT))
    return Some(tuple(ways))


def _run(stems: tuple[str, ...], gap: int = 0) -> Expression:
    """Terms one after the other, in the title or in the text."""
    return Some(tuple(Weighted(_in(field, stems, gap), WEIGHTS[field]) for field in (TITLE, TEXT)))


def _in(field: str, terms: tuple[str, ...], gap: int = 0) -> Expression:
    return Run(field, terms, gap) if len(terms) > 1 else Term(field, terms[0])


def _stems(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(german.term(token) for token in tokens)
