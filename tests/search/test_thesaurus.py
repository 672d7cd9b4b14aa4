from __future__ import annotations

from pathlib import Path

import pytest

from search import Document, EngineUnavailable, open_index, parse_query, thesaurus
from search.synonyms import Synonyms

LINES = """# OpenThesaurus - German Thesaurus in text format
Ampel;Lichtzeichenanlage;Verkehrsampel (ugs.);Lichtsignal geben
Gaul (derb);Pferd;Ross
Bank;Geldhaus;Kreditinstitut
Bank;Sitzbank
Radweg;Radwege
Rad fahren;radeln
Dings;Aaa;Bbb;Ccc;Ddd;Eee;Fff;Ggg;Hhh;Iii;Jjj;Kkk;Lll
"""


@pytest.fixture
def known(tmp_path: Path) -> Synonyms:
    path = tmp_path / "openthesaurus.txt"
    path.write_text(LINES, "utf-8")
    return thesaurus.load(path)


def test_it_takes_single_nouns_of_a_group_without_their_notes(known: Synonyms) -> None:
    assert known.also(["Ampeln"]) == (("Lichtzeichenanlage",), ("Verkehrsampel",))
    assert known.longest(["eine", "Verkehrsampel"], 1) == (1, (("Ampel",), ("Lichtzeichenanlage",)))


def test_it_takes_no_rude_word(known: Synonyms) -> None:
    assert known.also(["Pferde"]) == (("Ross",),)
    assert known.also(["Gaul"]) == ()


def test_it_leaves_out_words_of_several_senses(known: Synonyms) -> None:
    assert known.also(["Bank"]) == ()
    assert known.also(["Kreditinstitut"]) == (("Geldhaus",),)
    assert known.also(["Sitzbank"]) == ()


@pytest.mark.parametrize("typed", ["Radweg", "radeln", "Rad", "Dings", "Aaa"])
def test_it_leaves_out_forms_of_one_word_verbs_and_large_groups(known: Synonyms, typed: str) -> None:
    assert known.also([typed]) == ()


def test_it_is_searched_for_besides_our_own_list_where_it_is_wanted(tmp_path: Path, known: Synonyms) -> None:
    with open_index(f"embedded://{tmp_path}/index").writer() as batch:
        batch.put(Document("signal", "Paper", "Lichtzeichenanlage am Markt"))
        batch.put(Document("waste", "Paper", "Abfallentsorgung"))
    index = open_index(f"embedded://{tmp_path}/index", thesaurus=tmp_path / "openthesaurus.txt")
    for typed, found in (("Verkehrsampeln", "signal"), ("Müllabfuhr", "waste")):
        results = index.search(parse_query(typed))
        assert [hit.id for hit in results.hits] == [found]
        assert [one.reason for one in results.added] == ["synonym"]
    assert not index.search(parse_query("Verkehrsampeln", literal=True)).hits
    index.close()
    plain = open_index(f"embedded://{tmp_path}/index")
    assert not plain.search(parse_query("Verkehrsampeln", sort="newest")).hits
    plain.close()
    with pytest.raises(EngineUnavailable, match="nowhere"):
        open_index(f"embedded://{tmp_path}/index", thesaurus=tmp_path / "nowhere.txt")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        thesaurus.load(tmp_path / "nowhere.txt")
