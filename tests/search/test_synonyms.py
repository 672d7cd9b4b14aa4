from __future__ import annotations

from importlib.resources import files

import pytest

from search import german, synonyms
from search.synonyms import Synonyms, Term

OURS = files("search").joinpath("synonyms.txt").read_text("utf-8")
GROUPS = list(synonyms.read(OURS))


def beside(typed: str) -> set[str]:
    return {" ".join(term) for term in synonyms.ours().also(german.tokens(typed))}


def listed(text: str) -> Synonyms:
    return Synonyms(synonyms.read(text))


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("Müllabfuhr", "Abfallentsorgung"),
        ("muellabfuhr", "Abfallentsorgung"),
        ("Kitas", "Kindertagesstätte"),
        ("Kindergärten", "Kindertageseinrichtung"),
        ("ÖPNV", "öffentlicher Personennahverkehr"),
        ("öffentlichen Nahverkehrs", "ÖPNV"),
        ("Bus und Bahn", "ÖPNV"),
        ("Schlaglöcher", "Straßenschaden"),
        ("Blitzer", "Geschwindigkeitsüberwachung"),
        ("Strafzettel", "Verwarnungsgeld"),
        ("Zebrastreifen", "Fußgängerüberweg"),
        ("Tempo 30", "Geschwindigkeitsbeschränkung"),
        ("Flüchtlinge", "Asylsuchende"),
        ("Sozialwohnungen", "geförderter Wohnraum"),
        ("Radwege", "Radverkehrsanlage"),
        ("B-Plan", "Bebauungsplan"),
        ("B Plan", "Bebauungsplan"),
        ("LKWs", "Lastkraftwagen"),
        ("OB", "Oberbürgermeister"),
        ("Rad-Weg", "Radverkehrsanlage"),
        ("VHS", "Volkshochschule"),
        ("Hartz IV", "Grundsicherung für Arbeitsuchende"),
    ],
)
def test_it_knows_the_words_of_an_office_for_those_of_a_citizen(typed: str, official: str) -> None:
    assert official in beside(typed)


@pytest.mark.parametrize(
    ("typed", "everyday"),
    [("Verwarnungsgeld", "Strafzettel"), ("Geschwindigkeitsüberwachung", "Blitzer"), ("Haushalt", "Etat")],
)
def test_it_does_not_go_back_from_a_wider_word(typed: str, everyday: str) -> None:
    assert everyday not in beside(typed)


@pytest.mark.parametrize("typed", ["Asbest", "gegen", "ob", "und", "Bank", "Karlsruhe", "2024", ""])
def test_it_adds_nothing_to_what_only_looks_alike(typed: str) -> None:
    assert not beside(typed)


def test_the_longest_term_is_taken() -> None:
    ours = synonyms.ours()
    words = ("öffentlicher", "Nahverkehr", "in", "Tempo", "30", "Zone")
    assert ours.longest(words)[0] == 2
    assert ours.longest(words, 1)[0] == 1
    assert ours.longest(words, 2) == (0, ())
    assert ours.longest(words, 3)[0] == 3
    assert ours.longest(("Bus", "und", "Bahn"))[0] == ours.longest(("Bus", "Bahn"))[0] + 1


def test_a_term_of_our_list_brings_all_others_of_its_group() -> None:
    lost = []
    for group in GROUPS:
        for term in group.same:
            expected = {*group.same, *group.also} - {term}
            lost += [(term, other) for other in expected - {*synonyms.ours().also(term)} if not _fuller(term)]
    assert not lost


def _fuller(term: Term) -> bool:
    """Whether more groups hold a term than may be searched for."""
    return len(synonyms.ours().also(term)) == synonyms.MAX_OTHERS


def test_our_list_is_large_and_every_group_is_written_once() -> None:
    assert len(GROUPS) > 500
    assert len({group.same for group in GROUPS}) == len(GROUPS)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Kita", "two different terms"),
        ("Kita = Kita", "none twice"),
        ("Radweg = Radwege", "none twice"),
        ("Kita = Hort > Kita", "none twice"),
        ("Kita = und", "und is too common"),
        ("Kita = ", "1 to 6 words"),
        ("Kita > ", "1 to 6 words"),
        ("> Kita, Hort", "1 to 6 words"),
        ("Kita = a1 b2 c3 d4 e5 f6 g7", "1 to 6 words"),
    ],
)
def test_it_tells_which_line_is_no_group(line: str, fault: str) -> None:
    with pytest.raises(ValueError, match=rf"^line 3: .*{fault}"):
        list(synonyms.read(f"# words\n\n{line}\n"))


def test_groups_that_share_a_term_add_up_and_no_further() -> None:
    both = listed("Auto = Wagen > Kfz\nAuto = Karre  # said of both\nKarre = Kiste")
    assert both.also(["Auto"]) == (("Wagen",), ("Kfz",), ("Karre",))
    assert both.also(["Wagen"]) == (("Auto",), ("Kfz",))
    assert both.also(["Kfz"]) == ()


def test_it_brings_only_so_many() -> None:
    many = listed("Ding = " + " = ".join(f"Wort{number}" for number in range(20)))
    assert len(many.also(["Dinge"])) == synonyms.MAX_OTHERS
