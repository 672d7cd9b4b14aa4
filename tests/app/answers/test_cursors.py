"""Marks of a place: made here alone, for one purpose and one question."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.cursors import LONGEST, BadCursor, opened, place_in, question_of, sealed
from app.config import Settings


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of a portal."""
    return Settings.embedded(tmp_path_factory.mktemp("home"), SECRET_KEY="one")


def test_it_says_what_was_put_into_it(told: Settings) -> None:
    mark = sealed(told, "papers", "q", "ü", 7)
    assert place_in(told, "papers", "q", mark) == ("ü", 7)
    assert opened(told, "papers", mark).question == "q"
    assert mark.isascii()
    assert mark.replace("-", "").replace("_", "").isalnum()


def test_it_is_for_one_purpose_one_question_and_one_portal(told: Settings, tmp_path: Path) -> None:
    mark = sealed(told, "papers", "q", 1)
    with pytest.raises(BadCursor):
        opened(told, "files", mark)
    with pytest.raises(BadCursor):
        place_in(told, "papers", "r", mark)
    with pytest.raises(BadCursor):
        opened(Settings.embedded(tmp_path, SECRET_KEY="another"), "papers", mark)


@given(st.text(max_size=LONGEST + 10))
def test_no_other_text_is_one(told: Settings, text: str) -> None:
    with pytest.raises(BadCursor):
        opened(told, "papers", text)


@given(st.data())
def test_no_letter_of_it_can_be_changed(told: Settings, data: st.DataObject) -> None:
    mark = sealed(told, "papers", "q", 12345)
    place = data.draw(st.integers(0, len(mark) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda one: one != mark[place]))
    with pytest.raises(BadCursor):
        opened(told, "papers", mark[:place] + letter + mark[place + 1 :])


def test_a_question_is_named_by_what_narrows_it() -> None:
    assert question_of("papers", {"a": 1, "b": None}) == question_of("papers", {"b": None, "a": 1})
    assert question_of("papers", {"a": 1}) != question_of("papers", {"a": "1"})
