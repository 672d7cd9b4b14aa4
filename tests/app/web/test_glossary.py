"""The words of councils: explained once a page, in the reader's language, and never in the way."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.translations import LANGUAGES, SIMPLE
from app.web.glossary import known, term, terms
from app.web.prose import SHIPPED
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LONGEST_SIMPLE = 14  # words in a sentence of Leichte Sprache


def test_there_are_enough_words_each_said_in_three_languages() -> None:
    assert len(terms()) >= 60
    assert len({one.slug for one in terms()}) == len(terms())
    for one in terms():
        assert [language for language, _ in one.said] == ["de", "en", "de-simple"]
        assert all(said.endswith(".") for _, said in one.said), one.word
    words = [word.lower() for one in terms() for word in (one.word, *one.also)]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_simple_german_has_short_sentences() -> None:
    texts = [said for one in terms() for language, said in one.said if language == SIMPLE]
    texts += [path.read_text() for path in (SHIPPED / SIMPLE).glob("*.md")]
    for text in texts:
        for sentence in re.split(r"[.?!:]\s|\n", text):
            assert len(sentence.split()) <= LONGEST_SIMPLE, sentence


@ON_ONE
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_all_words(client: FlaskClient, language: str) -> None:
    client.set_cookie("language", language)
    page = Page(client.get("/glossary").text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {one.slug for one in terms()} <= set(ids)


def test_a_word_is_known_however_it_is_written() -> None:
    for word in ("Vorberatung", " vorberatung ", "VORBERATEND", "Beschlußvorlage", "zur Kenntnis genommen"):
        assert known(word) is not None, word
    assert known("Zzyzx") is None


@ON_ONE
def test_a_page_explains_a_word_once(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        first = str(term("Vorberatung"))
        assert first.startswith('<span class="rl-term" lang="de"><a href="/glossary#vorberatung"')
        assert 'role="tooltip" id="term-vorberatung"' in first
        assert term("Vorberatung") == "Vorberatung"
        assert term("Vorberatend") == "Vorberatend"
        assert term("<b>x</b>") == "<b>x</b>"
        assert term(None) == ""


@ON_ONE
def test_a_paper_page_explains_its_kind_and_roles(client: FlaskClient, town: Town) -> None:
    text = client.get(f"/papers/{town.paper.key}").text
    hrefs = [one["href"] for one in Page(text).every("a") if one.get("href", "").startswith("/glossary#")]
    assert len(hrefs) == len(set(hrefs)) >= 1
    assert client.get(f"/papers/{town.hostile.key}").status_code == 200
