"""Numbers of papers: with a word before them, by the council's own shapes, and never a year, a law or a date."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts import Shapes, reference_key, references

NONE = Shapes()
YEARLY = Shapes.learned(f"2024/{number:04}" for number in range(1, 40))
PARTS = Shapes.learned([f"2024/{number:04}{part}" for number in range(1, 40) for part in ("", "/1", "/2")])
KINDS = Shapes.learned(f"{kind}/2024/{number}" for kind in ("BV", "AN", "MI") for number in range(10, 40))
PADDED = Shapes.learned(f"{number:04}/2024" for number in range(1, 40))
BARE = Shapes.learned(f"{number}/2024" for number in range(1, 240))
LETTERS = Shapes.learned([f"{kind}{number:04}/25" for kind in ("A", "DS", "I", "S") for number in range(1, 40)])
SLASHED = Shapes.learned(f"V/{number:04}/24-{part}" for number in range(1, 20) for part in (1, 2))
MUNICH = Shapes.learned(f"20-26 / V {number:05}" for number in range(1, 20))
SUPPLEMENTS = Shapes.learned([f"{number}/2019{more}" for number in range(10, 40) for more in ("", " 1. Ergänzung")])


def found(text: str, shapes: Shapes) -> list[str]:
    """Return how the numbers in a text are written."""
    return [text[fact.start : fact.end] for fact in references(text, shapes)]


@pytest.mark.parametrize(
    ("text", "shapes", "written"),
    [
        ("Vorlage 2024/045", NONE, "2024/045"),
        ("Vorlage Nr. 2024/045", NONE, "2024/045"),
        ("Vorlage Nr.: 2024/045", NONE, "2024/045"),
        ("Vorlage-Nr. 2024/045", NONE, "2024/045"),
        ("Vorlage- Nr. 2024/045", NONE, "2024/045"),
        ("Vorlage   Nr. \n2013/0189)", NONE, "2013/0189"),
        ("Vorlage: 2024/045", NONE, "2024/045"),
        ("Vorlagen-Nummer: 2024/045", NONE, "2024/045"),
        ("der Vorlagen 2024/045 ff.", NONE, "2024/045"),
        ("Beschlussvorlage 2024/045", NONE, "2024/045"),
        ("Informationsvorlage Nr. 2025/1078", NONE, "2025/1078"),
        ("GR-Vorlage 2014/0494", NONE, "2014/0494"),
        ("(siehe Drucksache 20/1234)", NONE, "20/1234"),
        ("Drucksache Nr. 0123/2024", NONE, "0123/2024"),
        ("Drs. 20/1234", NONE, "20/1234"),
        ("Drs 20/1234", NONE, "20/1234"),
        ("DS 0123/2024", NONE, "0123/2024"),
        ("DS-Nr. 0123/2024", NONE, "0123/2024"),
        ("mit DS 0123/2024-1", NONE, "0123/2024-1"),
        ("Drucksache V/0815/24-1", NONE, "V/0815/24-1"),
        ("Antrag A0135/25", NONE, "A0135/25"),
        ("des Antrags A0135/25", NONE, "A0135/25"),
        ("Änderungsantrag 2024/045-2", NONE, "2024/045-2"),
        ("Anfrage AF/2024/12", NONE, "AF/2024/12"),
        ("Anfragen BV/2024/12", NONE, "BV/2024/12"),
        ("Vorlage 2018/BV/0123", NONE, "2018/BV/0123"),
        ("Vorlage VI-DS-01234", NONE, "VI-DS-01234"),
        ("Vorlage 20-26 / V 12345", NONE, "20-26 / V 12345"),
        ("Vorlage 12345", NONE, "12345"),
        ("Vorlage 2024/045.", NONE, "2024/045"),
        ("Vorlage 2024/045, Seite 3", NONE, "2024/045"),
        ("VORLAGE 2024/045", NONE, "2024/045"),
        ("(2024/0045)", YEARLY, "2024/0045"),
        ("Vorlagen 17 und 2024/0045", YEARLY, "2024/0045"),
        ("siehe 2024/0045, TOP 3", YEARLY, "2024/0045"),
        ("siehe 2024/0045/1", PARTS, "2024/0045/1"),
        ("Vorlage 2024/0045/2", PARTS, "2024/0045/2"),
        ("gemäß BV/2024/12", KINDS, "BV/2024/12"),
        ("AN/2024/39 wird vertagt", KINDS, "AN/2024/39"),
        ("wie in 0012/2024 dargelegt", PADDED, "0012/2024"),
        ("Vorlage 188/2024", BARE, "188/2024"),
        ("Drucksache 3/2024", BARE, "3/2024"),
        ("laut A0012/25", LETTERS, "A0012/25"),
        ("laut DS0012/25.", LETTERS, "DS0012/25"),
        ("laut V/0012/24-1", SLASHED, "V/0012/24-1"),
        ("Sitzungsvorlage Nr. 20-26 / V 00012", MUNICH, "20-26 / V 00012"),
        ("laut 20-26 / V 00012,", MUNICH, "20-26 / V 00012"),
        ("Vorlage 12/2019 1. Ergänzung", SUPPLEMENTS, "12/2019 1. Ergänzung"),
        ("Vorlage 12/2019 vom 3. Mai", SUPPLEMENTS, "12/2019"),
    ],
)
def test_it_finds_numbers(text: str, shapes: Shapes, written: str) -> None:
    assert found(text, shapes) == [written]


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("im Jahr 12/2024", BARE),
        ("12/2024", BARE),
        ("Ausgabe 12/2024", BARE),
        ("Az. 188/2024", BARE),
        ("Haushalt 2015/2016", Shapes.learned(f"2015/{n}" for n in range(2000, 2040))),
        ("DOPPELHAUSHALT 2024/2025", YEARLY),
        ("im Schuljahr 2023/2024", YEARLY),
        ("2023/24", YEARLY),
        ("Verordnung (EU) 2024/1234", YEARLY),
        ("Verordnung (EG) Nr. 2024/1234", YEARLY),
        ("Richtlinie 2024/0024/EU", YEARLY),
        ("Richtlinie 2024/1024", YEARLY),
        ("2024/0024/EU", YEARLY),
        ("VO 2024/1234", YEARLY),
        ("Az.: 2024/0012", YEARLY),
        ("Aktenzeichen 2024/0012", YEARLY),
        ("Tel. 0721/2024", YEARLY),
        ("Tel. 0012/2024", PADDED),
        ("BGBl. 2024/0012", YEARLY),
        ("X2024/0045", YEARLY),
        ("2024/00456", YEARLY),
        ("12024/0045", YEARLY),
        ("1/2024/0045", YEARLY),
        ("2024/0045/77", YEARLY),
        ("2024/0045-7", YEARLY),
        ("2024/0045.7", YEARLY),
        ("2024.2024/0045", YEARLY),
        ("BV/2024/123456", KINDS),
        ("XBV/2024/12", KINDS),
        ("XX/2024/12", KINDS),
        ("Bundestagsdrucksache 20/1234", NONE),
        ("Bundestags-Drucksache 20/1234", NONE),
        ("BT-Drs. 20/1234", NONE),
        ("BT-Drucksache 20/1234", NONE),
        ("BT Drs. 20/1234", NONE),
        ("LT-Drs. 17/1234", NONE),
        ("Landtagsdrucksache 17/1234", NONE),
        ("Bundesratsdrucksache 17/1234", NONE),
        ("Drucksache 17/1234 des Deutschen Bundestages", NONE),
        ("Drucksache 17/1234 des Landtags", NONE),
        ("Antrag 23 (Seite 143)", NONE),
        ("Antrag Nr. 13", NONE),
        ("Vorlage Nr. 171", NONE),
        ("Vorlage 8.1", NONE),
        ("Antrag 1.103 (Seite 225)", NONE),
        ("Antrag vom 02.02.2011", NONE),
        ("Antrag der Fraktion", NONE),
        ("Vorlage 2024", NONE),
        ("Antrag 1999", NONE),
        ("Vorlage A", NONE),
        ("Vorlage ABC", NONE),
        ("die Vorlage", NONE),
        ("Vorlage Nr.:", NONE),
        ("ABDS 0123/2024", NONE),
        ("Vorlage 12.03.2024", NONE),
        ("Vorlage 2014,5", NONE),
        ("Vorlage 20145/0218x", NONE),
        ("A 5", LETTERS),
        ("auf der A 0012", LETTERS),
        ("Sitzung am 12.03.2024", BARE),
        ("15.000/2024", BARE),
        ("Seite 12/2019", SUPPLEMENTS),
        ("3506/0721", YEARLY),
        ("IBAN 2024/0045", YEARLY),
        ("", YEARLY),
        ("/", YEARLY),
    ],
)
def test_it_finds_none_where_none_is_certain(text: str, shapes: Shapes) -> None:
    assert found(text, shapes) == []


def test_it_finds_several_in_their_order() -> None:
    text = "Vorlagen 2024/0073 und 2024/0074 sowie Drucksache 2024/0001 (Haushalt 2024/2025)"
    assert found(text, YEARLY) == ["2024/0073", "2024/0074", "2024/0001"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0123/2024", "123/2024"),
        ("DS 0123/2024", "0123/2024"),
        ("DS0123/25", "0123/25"),
        ("Drs. 20/1234", "20/1234"),
        ("Drucksache 20/1234", "20/1234"),
        ("Vorlage Nr. 2024/045"[8:], "2024/45"),
        ("2024 / 045", "2024/045"),
        ("20-26 / V 12345", "20-26/V12345"),
        ("bv/2024/12", "BV/2024/12"),
        ("V/0815/24–1", "V/0815/24-1"),
        ("11/2019  1. Ergänzung", "11/2019 1. ERGÄNZUNG"),
        ("2024/045", "2024/045\u00a0"),
    ],
)
def test_spellings_of_one_number_are_equal(one: str, other: str) -> None:
    assert reference_key(one) == reference_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A0135/25", "DS0135/25"),
        ("A0135/25", "0135/25"),
        ("BV/2024/12", "MV/2024/12"),
        ("2024/12", "2024/12/1"),
        ("2024/12-1", "2024/12"),
        ("11/2019", "11/2019 1. Ergänzung"),
        ("2024/100", "2024/1"),
        ("11/2019 1", "11/20191"),
    ],
)
def test_other_numbers_stay_others(one: str, other: str) -> None:
    assert reference_key(one) != reference_key(other)


@pytest.mark.parametrize(
    "numbers", [[], ["", "A", "Antrag"], ["12345", "23456", "34567"], ["2024/1"] * 2, ["x" * 500 + "/1"] * 9]
)
def test_too_little_is_no_shape(numbers: list[str]) -> None:
    assert Shapes.learned(numbers).pattern is None


def test_a_shape_is_no_pattern_of_the_source() -> None:
    shapes = Shapes.learned(f"(.*)+[{number}]/9" for number in range(10, 40))
    assert found("Vorlage abcdef", shapes) == []
    assert shapes.pattern is not None
    assert shapes.pattern.search("(.*)+[12]/9")


@given(st.lists(st.text(alphabet="ABab019/-. ()[]*+?{}\\|^$ßä\n", max_size=20), max_size=30))
def test_it_learns_from_whatever_a_source_calls_a_number(numbers: list[str]) -> None:
    shapes = Shapes.learned(numbers * 3)
    for number in numbers:
        for fact in references(f"siehe {number} dort", shapes):
            assert fact.value


@given(st.text(alphabet="0123456789/-. ABVDSNrn.VorlageAntg:\n", max_size=80))
def test_its_places_are_in_the_text_and_part(text: str) -> None:
    end = 0
    for fact in references(text, PARTS):
        assert end <= fact.start < fact.end <= len(text)
        assert fact.value == reference_key(text[fact.start : fact.end])
        end = fact.end
