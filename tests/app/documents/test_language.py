"""Which language a text is in, and whether it is any."""

import pytest

from app.documents.language import doubt, of

GERMAN = (
    "Der Rat der Stadt beschließt die Satzung über den Bebauungsplan und nimmt den Bericht der Stelle zur Kenntnis. "
    "Die Mittel sind im Haushalt für das Jahr vorgesehen, eine Entscheidung wird nach der Beratung im Rat erwartet."
)
ENGLISH = (
    "The council of the town adopts the plan and takes note of the report that was given by the administration. "
    "The funds are part of the budget for this year, and a decision is expected from the committee in the spring."
)
FRENCH = "Le conseil de la ville approuve les comptes et le rapport sur les travaux qui sont faits par la mairie."
NAMES = (
    "Anna Ahrens, Bernd Brandt, Clara Claasen, Dieter Dörr, Emma Ehlers, Fritz Falk, Grete Grothe, Hans Hinrichs " * 3
)
SUMS = "\n".join(f"{number}.{number:03},00 {number * 7} 0,00 -12.345,67" for number in range(40))


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (ENGLISH, "en"), (FRENCH, "fr")])
def test_it_knows_a_language_by_its_common_words(text: str, language: str) -> None:
    assert of(text) == language
    assert of(text.upper()) == language


@pytest.mark.parametrize("text", ["", "Der Rat der Stadt", NAMES, SUMS, f"{GERMAN} {ENGLISH}"])
def test_it_says_nothing_where_it_is_not_sure(text: str) -> None:
    assert of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anlage 3",
        GERMAN,
        ENGLISH,
        FRENCH,
        NAMES,
        SUMS,
        "Ratssitzung ........................ 1\nHaushalt ........................ 12\n" * 12,
        "Ja Nein Enthaltung\n" * 12,
        "\u2022 Punkt eins der Liste\n" * 12,
        "Bebau\ufffeungsplan und Flächen\ufffenutzungsplan \x02 liegen aus. " * 6,
    ],
)
def test_it_doubts_no_honest_page(text: str) -> None:
    assert doubt(text) == ""


def shifted(text: str, by: int) -> str:
    return "".join(chr(ord(letter) + by) if letter.isalpha() else letter for letter in text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (shifted(GERMAN, 1), "garbled"),
        (shifted(GERMAN, 3), "garbled"),
        # Glyph numbers of TrueType fonts taken for letters: the commonest fault of all.
        ("".join(chr(max(ord(letter) - 29, 1)) for letter in GERMAN), "unmapped"),
        ("".join(chr(0xE000 + ord(letter)) for letter in GERMAN), "unmapped"),
        ("\ufffd" * 20 + "Seite 1", "unmapped"),
        ("(cid:12)(cid:7)(cid:44) Seite 3", "unmapped"),
        (GERMAN.replace(" ", ""), "run together"),
        (" ".join(GERMAN), "spaced out"),
        # One font of two is broken: a fifth of the words are sound.
        (f"Es wird beantragt, die Kosten zu erstatten. {shifted(GERMAN, 1)} {shifted(ENGLISH, 1)}", "garbled"),
        ("$%&/()=?!+#*<>|" * 20, "garbled"),
    ],
)
def test_it_doubts_what_no_page_shows(text: str, why: str) -> None:
    assert doubt(text) == why
