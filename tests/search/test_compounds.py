from __future__ import annotations

from pathlib import Path

import pytest

from search import german, lexicon

SAMPLE = Path(__file__).with_name("compounds.tsv")
PRECISION, RECALL = 0.98, 0.95  # measured: 0.993 and 0.968


def stems(pieces: list[str]) -> set[str]:
    return {german.term(piece) for piece in pieces}


def inside(pieces: list[str]) -> set[str]:
    """What may be found: every run of pieces, save the whole word."""
    size = len(pieces)
    runs = [pieces[a:b] for a in range(size) for b in range(a + 1, size + 1) if b - a < size]
    return stems(["".join(run) for run in runs])


def test_it_cuts_a_sample_of_council_words_as_a_reader_does() -> None:
    found = right = wanted = hit = 0
    for line in SAMPLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        must = line.replace("/", "").split("|")
        parts = set(german.analyse("".join(must)).parts.split())
        found += len(parts)
        right += len(parts & inside(line.replace("/", "|").split("|")))
        if len(must) > 1:
            wanted += len(stems(must))
            hit += len(stems(must) & parts)
    assert wanted > 400
    assert right / found >= PRECISION
    assert hit / wanted >= RECALL


@pytest.mark.parametrize(
    ("word", "halves"),
    [
        ("Landesstraße", "Land Straße"),  # not Landess|traße
        ("Stadterneuerung", "Stadt Erneuerung"),  # not Stadter|neuerung
        ("Fahrradweg", "Fahrrad Weg"),  # not Fahr|radweg
        ("Bußgeldbescheid", "Bußgeld Bescheid"),
        ("Radwegenetzausbau", "Radwegenetz Ausbau"),
        ("Goetheallee", "Goethe Allee"),
        ("Stadtbiotop", "Stadt Biotop"),
        ("barrierearmer", "Barriere armer"),
        ("Schulwegsicherheit", "Schulweg Sicherheit"),
    ],
)
def test_it_cuts_in_two_where_the_sense_is(word: str, halves: str) -> None:
    assert german.halves(word) == tuple(map(german.term, halves.split()))


@pytest.mark.parametrize(
    "word",
    [
        "bürokratischer", "abzuwarten", "nachzuweisen", "ermöglichte", "möglichen", "unterscheiden",
        "Mannheimer", "Gegenstände", "Zusammenhänge", "kommuniziert", "harmonischen", "gemeinsamen", "vereinzelt",
    ],
)  # fmt: skip
def test_it_sees_no_nouns_in_endings(word: str) -> None:
    assert german.halves(word) is None


def test_a_list_of_words_tells_which_line_is_none() -> None:
    with pytest.raises(ValueError, match=r"line 2: no section is called \[nouns\]"):
        lexicon.read("# head\n[nouns]\nhaus")
    with pytest.raises(ValueError, match="line 1: words in lower case"):
        lexicon.read("haus")
    with pytest.raises(ValueError, match="line 3: words in lower case"):
        lexicon.read("[any]\nhaus\nHof")


def test_our_list_holds_enough_words_and_none_twice() -> None:
    words = lexicon.load()
    assert len(words["any"]) > 4000
    assert not words["any"] & (words["first"] | words["last"])
    assert words["whole"] <= words["any"]
    assert all(len(word) >= 3 for section in words.values() for word in section)
