"""Whether there may be a document with what a query needs: no engine says no where one is found."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from search import BadQuery, Document, Query, SearchIndex, needs, parse_query
from tests.contract.test_same_hits import documents, question
from tests.contract.town import TOWN, put

SEEDS = range(6)
QUESTIONS = 40  # of each set of documents


def typed(text: str, *, literal: bool = False) -> Query:
    """Read what is asked of documents that are new: every word of it, as it is spelled."""
    return replace(parse_query(text, strict=True, literal=literal), as_spelled=True, sort="newest", limit=100)


def may(index: SearchIndex, text: str) -> bool:
    return index.may_match(needs(typed(text)))


@pytest.mark.parametrize(
    "text",
    [
        *("radweg", "RADWEGEN", "Radwegeausbau", "Ausschuss", "lindenstraße", "Lindenstr.", "groesse", "cafe", "0123"),
        *('"Anfrage der Fraktion"', "Gebühren OR Größe", "unbekannt OR Größe", "Ausbau NEAR/4 Lindenstraße"),
        *("title:radweg", "Haus*", "-Radweg", "typ:Vorlage", "der", "Radweg -unbekannt", "müller typ:Person"),
    ],
)
def test_what_is_found_may_match(sights: SearchIndex, text: str) -> None:
    assert sights.matching(typed(text))
    assert may(sights, text)


@pytest.mark.parametrize(
    "text",
    [
        *("unbekannt", "radweg unbekannt", "unbekannt typ:Vorlage", "-radweg unbekannt", '"der unbekannte Radweg"'),
        *("schwimmbad OR hallenbad", "Radweg (schwimmbad OR hallenbad)", "unbekannt NEAR/5 Radweg", "title:unbekannt"),
    ],
)
def test_a_word_that_no_document_holds_rules_it_out(sights: SearchIndex, text: str) -> None:
    assert not may(sights, text)
    assert sights.matching(typed(text)) == ()


def test_of_each_set_one_term_is_enough_and_of_every_set_one_is_needed(sights: SearchIndex) -> None:
    (here,), (other,) = needs(typed("der"))[0], needs(typed("mueller"))[0]
    nowhere = "nowhere"
    assert sights.may_match((frozenset((here,)),))
    assert sights.may_match((frozenset((here, nowhere)),))
    assert sights.may_match((frozenset((here,)), frozenset((other, nowhere)))), "they are held by two documents"
    assert not sights.may_match((frozenset((here,)), frozenset((nowhere,))))
    assert not sights.may_match((frozenset(),))


def test_where_nothing_is_needed_anything_may_match(sights: SearchIndex) -> None:
    assert sights.may_match(())


def test_an_empty_index_holds_no_term(index: SearchIndex) -> None:
    assert not may(index, "radweg")
    assert index.may_match(())


def test_what_comes_is_asked_at_once_and_what_is_put_anew_says_what_it_says_now(index: SearchIndex) -> None:
    put(index, TOWN[0])
    assert not may(index, "Spielplatz")
    put(index, Document("u/9", "Paper", "Spielplatz", ("Rutsche",)))
    assert may(index, "Spielplatz")
    assert may(index, "Rutsche")
    put(index, Document("u/9", "Paper", "Schaukel", ()))
    assert may(index, "Schaukel")


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_asked_of_whatever_is_held_nothing_is_lost(index: SearchIndex, seed: int) -> None:
    chance = Random(f"may match {seed}")
    held = documents(chance)
    put(index, *held)
    gone = chance.sample(held, len(held) // 4)
    with index.writer() as batch:
        for document in gone:
            batch.delete(document.id)
    found = 0
    for _ in range(QUESTIONS):
        text = question(chance)
        try:
            query = typed(text, literal=chance.random() < 0.5)
        except BadQuery:
            continue
        hits = index.matching(query)
        assert index.may_match(needs(query)) or not hits, text
        found += bool(hits)
    assert found or len(held) < 4
