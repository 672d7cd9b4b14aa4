"""What is looked for in little time is what a slower look finds."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from search import german
from search.needles import in_a_row
from search.spelling import one_change

WORDS = st.text(alphabet="abc", min_size=2, max_size=6)


@given(WORDS, WORDS)
@settings(max_examples=300, deadline=None, database=None)
def test_a_word_becomes_all_that_differ_in_one_letter_but_the_first(word: str, other: str) -> None:
    if word[0] == other[0] and OSA.distance(word, other) == 1:
        assert other in one_change(word)
    assert all(each[0] == word[0] and OSA.distance(word, each) == 1 for each in one_change(word))


@given(
    st.text(alphabet="abA \n", max_size=40),
    st.lists(st.text(alphabet="ab", min_size=1, max_size=2), min_size=2, max_size=3),
)
@settings(max_examples=300, deadline=None, database=None)
def test_a_title_is_found_in_a_text_however_its_lines_are_broken(text: str, words: list[str]) -> None:
    pattern = re.compile(r"\s+".join(words), re.IGNORECASE)
    assert list(in_a_row(text, words)) == [match.span() for match in pattern.finditer(text)]


@given(st.lists(st.text(alphabet="ab-\n \x01\u00ad\u0308\f", max_size=12), max_size=5))
@settings(max_examples=300, deadline=None, database=None)
def test_all_pages_of_a_text_are_cleaned_as_each_alone_is(pages: list[str]) -> None:
    assert german.clean_pages(pages) == list(map(german.clean, pages))
