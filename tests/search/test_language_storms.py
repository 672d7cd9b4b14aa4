"""Whatever is typed is a query or a BadQuery, and gives the same query again from its own text."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeGuard

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search import BadQuery, parse_query
from search.query import (
    FILTER_FIELDS,
    MAX_TERMS,
    AnyOf,
    Every,
    Node,
    Not,
    Query,
)
from tests.search.asking import asked, leaves

STORMS = (
    "x" * 100_000,
    "(" * 100_000,
    '"' * 100_000,
    "(" * 2_000,
    ")" * 2_000,
    "()" * 1_000,
    "*" * 2_000,
    "a*" * 1_000,
    "abc* " * 400,
    "-" * 2_000,
    '"' * 2_000,
    "a(" * 1_000,
    "a(b" * 600,
    "title:" * 333,
    "title:(" * 280,
    "typ:(" * 400,
    "NOT " * 500,
    "OR " * 660,
    "a OR " * 400,
    "a NEAR/1 " * 220,
    "typ:paper OR " * 150,
    "\ud800\udfff" * 900,
    "\u202e\u200f" * 900,
    "a\u0308" * 900,
    "\u0344" * 2_000,
    "\x00\x1f\x85" * 600,
    "ﷺ" * 2_000,
    "§ 1" * 600,
    "1\u00a0000" * 400,
    "nach:" * 400,
    "𝟚" * 2_000,
)


@pytest.mark.parametrize("text", STORMS, ids=range(len(STORMS)))
def test_it_survives_storms(text: str) -> None:
    _it_is_a_query_or_a_bad_query(text)


PIECES = (
    *(
        '"',
        "„",
        "“",
        "(",
        ")",
        "-",
        ":",
        "*",
        "=",
        ",",
        "§",
        "5",
        "\u00ad",
        "\u202e",
        "\ud800",
        "\u00a0",
        "a\u0308",
        "ß",
    ),
    *(
        "rad",
        "Weg*",
        "der",
        "OR",
        "ODER",
        "AND",
        "UND",
        "NOT",
        "NICHT",
        "NEAR",
        "NAHE/3",
        "NEAR/11",
        "TOP:5",
        "http://",
    ),
    *("type:", "typ:File", "typ:(", "title:", "titel:(", "gremium:", "gremium:=", "ausschuss:(", "von:", "von:2020"),
    *(
        "nach:2024",
        "bis:2023",
        "after:",
        "jahr:",
        "jahr:2024",
        "seiten:>5",
        "sort:neueste",
        "ergebnis:vertagt",
        "ort:(",
    ),
)


TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from((*PIECES, " ")), max_size=60).map("".join))


VALUES = st.one_of(st.text(max_size=30), st.sampled_from(("Paper", "2024", "2024-05", "noted", '"Rat" -')))


CHOSEN = st.dictionaries(st.sampled_from(FILTER_FIELDS), st.lists(VALUES, max_size=3), max_size=2)


@given(TEXTS, st.one_of(st.just({}), CHOSEN))
@settings(max_examples=1_000, deadline=None, database=None)
@example('"', {"organization": ["-"]})
@example("(" * 8 + '"' + "a" * 247, {"type": ["Paper"]})
def test_it_turns_every_text_into_a_query_or_a_bad_query(text: str, chosen: Mapping[str, Sequence[str]]) -> None:
    _it_is_a_query_or_a_bad_query(text, chosen)


def test_it_does_so_with_5000_more_that_look_like_searches() -> None:
    dice = random.Random(5)  # hypothesis finds the odd ones, and takes ten times as long for each
    for _ in range(5_000):
        texts = [dice.choice(PIECES) + dice.choice(("", " ", " ")) for _ in range(dice.randint(1, 16))]
        _it_is_a_query_or_a_bad_query("".join(texts), dice.choice(({}, {"organization": ["Rat (neu)"]})))


def _it_is_a_query_or_a_bad_query(text: str, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
    """Nothing else, and the same query again from its own text."""
    try:
        query = parse_query(text, chosen=chosen or {})
    except BadQuery as error:
        assert error.message  # noqa: PT017 - either outcome is right
        assert 0 <= error.position <= len(text)  # noqa: PT017
        return
    assert asked(parse_query(query.text)) == asked(query)
    assert _words(query) <= MAX_TERMS
    assert _depth(query.must) <= 3 * 8 + 3


def _words(query: Query) -> int:
    found = {id(leaf): leaf for leaf in leaves((*query.must, *query.without))}
    return sum(len(leaf.tokens) for leaf in found.values())


def _depth(nodes: Sequence[Node]) -> int:
    inside = [node.nodes if isinstance(node, AnyOf | Every) else (node.node,) for node in nodes if _holds(node)]
    return 1 + max(map(_depth, inside), default=0)


def _holds(node: Node) -> TypeGuard[AnyOf | Every | Not]:
    return isinstance(node, AnyOf | Every | Not)
