"""What is searched for beside what was typed, and what is told of words that nothing holds."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from search import Document, SearchIndex, open_index, parse_query

TEXTS = {
    "satzung": ("Haushaltssatzung 2026", "Die Haushaltssatzung wird beschlossen."),
    "damm": ("Dammweg", "Die Fahrbahn am Dammweg ist in schlechtem Zustand. Der Haushalt gibt das her."),
    "kita": ("Vorlage 0084/2024", "Ein Platz in der Kindertagesstätte kostet Geld; die Abgabe ist hoch."),
    "hund": ("Hundewiese", "Der Hund läuft, die Steuer bleibt."),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    index = open_index(f"embedded://{tmp_path}")
    with index.writer() as batch:
        for number, (name, (title, text)) in enumerate(TEXTS.items(), 1):
            batch.put(Document(name, "Paper", title, (text,), date=date(2024, number, 1)))
    yield index
    index.close()


def found(index: SearchIndex, typed: str) -> list[str]:
    return [hit.id for hit in index.search(parse_query(typed)).hits]


def test_a_compound_with_another_joint_is_the_same(index: SearchIndex) -> None:
    results = index.search(parse_query("Haushaltsatzung"))
    assert [hit.id for hit in results.hits] == ["satzung"]
    [added] = results.added
    assert (added.reason, added.words) == ("spelling", ("Haushaltssatzung",))


@pytest.mark.parametrize("typed", ["84/2024", "0084/2024", "00084/2024", "title:84/2024", '"84/2024"'])
def test_zeros_before_a_number_do_not_matter(index: SearchIndex, typed: str) -> None:
    assert found(index, typed) == ["kita"]
    assert not found(index, typed.replace("84", "840"))


def test_what_asks_with_how_is_not_looked_for(index: SearchIndex) -> None:
    assert sorted(found(index, "Wie hoch ist der Haushalt?")) == ["damm", "satzung"]
    assert found(index, "hoch") == ["kita"]


@pytest.mark.parametrize("typed", ["Frau Bußmann", "frau bussmann", "Herrn Bußmann"])
def test_how_a_person_is_addressed_is_not_looked_for(index: SearchIndex, typed: str) -> None:
    with index.writer() as batch:
        batch.put(Document("person", "Person", "Gisela Bußmann"))
        batch.put(Document("minutes", "File", "Niederschrift", ("Frau Bußmann fragt, Herr Holz antwortet.",)))
        batch.put(Document("women", "Paper", "Frau und Beruf", ("Mehr Arbeit für jede Frau.",)))
    assert found(index, typed) == ["person", "minutes"]
    strict = index.search(parse_query("Frau und Beruf", strict=True)).hits
    assert [hit.id for hit in strict] == ["women"]  # a stop word is no name
    assert sorted(found(index, "Frau")) == ["minutes", "women"]
    assert found(index, '"Frau Bußmann"') == ["minutes"]


def test_it_tells_of_words_that_nothing_holds(index: SearchIndex) -> None:
    assert index.search(parse_query("Haushalt Zwergkaninchen")).unknown == ("Zwergkaninchen",)
    assert index.search(parse_query("Haushalt Hundesteuer")).unknown == ()  # its halves are words of the council
    assert index.search(parse_query("Haushaltsatzung")).unknown == ()
    assert index.search(parse_query("Haushalt Zwergkaninchen", literal=True)).unknown == ()


def test_a_beginning_counts_more_in_a_title(index: SearchIndex) -> None:
    assert found(index, "Haushalt*") == ["satzung", "damm"]


def test_what_is_new_stands_first_where_nothing_is_better(index: SearchIndex) -> None:
    assert found(index, "type:Paper") == ["hund", "kita", "damm", "satzung"]
    assert found(index, "type:Paper sort:oldest") == ["satzung", "damm", "kita", "hund"]


def test_a_name_is_no_compound(index: SearchIndex) -> None:
    with index.writer() as batch:
        batch.put(Document("person", "Person", "Gisela Bußmann"))
        batch.put(Document("bus", "Paper", "Fahrplan", ("Der Bus fährt öfter.",)))
    assert found(index, "Bus") == ["bus"]
    assert found(index, "Bussmann") == ["person"]


def test_a_short_question_is_asked_in_other_words_too_and_a_long_one_is_not(index: SearchIndex) -> None:
    assert [one.words[0] for one in index.search(parse_query("Was kostet die Kita?")).added] == ["Kindertagesstätte"]
    assert found(index, "Was kostet die Kita?")[0] == "kita"
    assert index.search(parse_query("Was kostet die Kita am Dammweg im Winter?")).added == ()
