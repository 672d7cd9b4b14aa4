"""What a query needs is in every document that it finds: nothing is lost by looking at that first."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from search import Document, needs, open_index, parse_query, terms_of

DOCUMENTS = [
    Document("1", "Paper", "Radverkehrskonzept für die Innenstadt", ("Der Ausbau der Radwege kostet 3 Mio. Euro.",)),
    Document("2", "File", "Haushaltssatzung 2026", ("Die Müllabfuhr wird teurer.", "Tempo 30 in der Gartenstraße 12")),
    Document("3", "Paper", "Neubau der Kita Nord", ("Der B-Plan Nr. 17 wird geändert. Wir bauen 4 Gruppen.",)),
    Document("4", "Meeting", "Ausschuss für Bauen und Verkehr", ("Rathaus",)),
    Document("5", "Person", "Dr. Jorun Eichhoff", ("SPD, Fraktionsvorsitz",)),
    Document("6", "Paper", "Café am Markt", ("Sondernutzung der Straße",)),
]
QUERIES = """
rad radweg Radwegeausbau müllentsorgung "tempo 30" kita OR müll kita AND nord (rad* AND innenstadt) OR markt
gartenstr* tempo NEAR/3 gartenstraße titel:kita -kita bauausschuss b-plan bplan eichhoff haushalt satzung "der ausbau"
typ:Paper rad typ:File nicht:da kindergarten cafe straße kosten der und die NOT rad 2026 30 ausschuss
"""


def queries() -> list[str]:
    words = QUERIES.split()
    return [
        *words,
        *map(" ".join, pairwise(words)),
        *map(" ".join, zip(words[::3], words[2::3], strict=False)),
    ]


def test_where_a_document_is_found_it_may_match(tmp_path: Path) -> None:
    found = ruled_out = 0
    for document in DOCUMENTS:
        index = open_index(f"embedded://{tmp_path}/{document.id}")
        with index.writer() as batch:
            batch.put(document)
        for text in queries():
            query = replace(parse_query(text, strict=True), as_spelled=True, sort="newest", limit=100)
            may = index.may_match(needs(query))
            hits = index.matching(query)
            assert may or not hits, (text, document.id)
            found, ruled_out = found + len(hits), ruled_out + (not may)
        index.close()
    assert found > 100
    assert ruled_out > 200


def test_where_a_document_is_found_its_terms_have_what_is_needed(tmp_path: Path) -> None:
    found = ruled_out = 0
    index = open_index(f"embedded://{tmp_path}/index")
    with index.writer() as batch:
        for document in DOCUMENTS:
            batch.put(document)
    terms = {document.id: terms_of(document) for document in DOCUMENTS}
    for text in queries():
        query = replace(parse_query(text, strict=True), as_spelled=True, sort="newest", limit=100)
        hits, needed = {one.id for one in index.matching(query)}, needs(query)
        may = {one for one, held in terms.items() if not any(held.isdisjoint(some) for some in needed)}
        assert hits <= may, text
        found, ruled_out = found + len(hits), ruled_out + len(terms) - len(may)
    index.close()
    assert found > 100
    assert ruled_out > 200


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
def test_an_index_of_a_document_holds_no_term_that_it_is_not_said_to_hold(tmp_path: Path, number: int) -> None:
    index = open_index(f"embedded://{tmp_path}/index")
    with index.writer() as batch:
        batch.put(DOCUMENTS[number])
    terms = [terms_of(document) for document in DOCUMENTS]
    held = {term for term in set[str]().union(*terms) if index.may_match((frozenset((term,)),))}
    index.close()
    assert len(held) > 5
    assert held <= terms[number]


@pytest.mark.parametrize("text", ["", "-rad", "gart*", "typ:Paper", "rad* OR kita"])
def test_where_a_document_may_be_found_without_a_word_none_is_needed(text: str) -> None:
    assert needs(parse_query(text, strict=True)) == ()


def test_one_of_the_words_for_the_same_thing_is_enough() -> None:
    (some,) = needs(parse_query("kita", strict=True))
    assert len(some) > 1
