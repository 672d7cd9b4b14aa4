"""Running heads and feet are set apart, and nothing else is."""

from collections.abc import Iterator

from app.documents.heads import set_apart
from app.documents.reading import PageText

BODY = ["Sachverhalt", "Haushalt", "Verkehr", "Schule", "Kultur", "Sport", "Umwelt", "Bau", "Recht", "Soziales"]


def apart(*texts: str) -> list[str]:
    pages = [PageText(text, "pdfium") for text in texts]
    return [page.text for page in set_apart(pages, len(pages))]


def test_it_moves_heads_and_feet_to_the_end_of_their_page() -> None:
    texts = [
        f"Stadt Musterfeld\nDrucksache 12/2026\n{word} beginnt.\nEnde von {word}.\nSeite {n} von 10"
        for n, word in enumerate(BODY, 1)
    ]

    for number, (text, word) in enumerate(zip(apart(*texts), BODY, strict=True), 1):
        assert (
            text == f"{word} beginnt.\nEnde von {word}.\n\nStadt Musterfeld\nDrucksache 12/2026\nSeite {number} von 10"
        )


def test_no_word_is_lost_and_the_order_of_pages_stays() -> None:
    texts = [f"Kopf\n{word} {n}\nmehr\n- {n} -" for n, word in enumerate(BODY)]

    for before, after in zip(texts, apart(*texts), strict=True):
        assert sorted(before.split()) == sorted(after.split())


def test_left_and_right_pages_have_heads_of_their_own() -> None:
    texts = [f"{'Amtsblatt' if n % 2 else 'Nummer 7'}\n{word}\nText {word}" for n, word in enumerate(BODY)]

    assert [text.split("\n")[0] for text in apart(*texts)] == BODY


def test_a_number_alone_is_a_head_only_if_it_counts_the_pages() -> None:
    counted = [f"{n + 17}\n{word}\nText {word}" for n, word in enumerate(BODY)]
    sums = [f"{n * n * 100}\n{word}\nText {word}" for n, word in enumerate(BODY)]

    assert [text.split("\n")[0] for text in apart(*counted)] == BODY
    assert apart(*sums) == sums


def test_numbers_that_differ_otherwise_make_lines_differ() -> None:
    texts = [f"Antrag {n * n + 3}\n{word}\nText {word}" for n, word in enumerate(BODY)]

    assert apart(*texts) == texts


def test_a_foot_that_was_drawn_before_the_text_is_known_at_either_edge() -> None:
    foot = "Stadt Musterfeld · Rathausplatz 1 Seite {} von 10"
    first = [f"{foot.format(n)}\nNiederschrift · 17.09.2026\n{word}\nText {word}" for n, word in enumerate(BODY, 1)]
    assert [text.split("\n")[0] for text in apart(*first)] == BODY
    # Drawn last on most pages, first on some; and first before a head.
    mixed = [
        f"{foot.format(n)}\n{word}\nText {word}" if n % 3 == 0 else f"{word}\nText {word}\n{foot.format(n)}"
        for n, word in enumerate(BODY, 1)
    ]
    assert [text.split("\n\n")[0] for text in apart(*mixed)] == [f"{word}\nText {word}" for word in BODY]


def test_a_foot_drawn_first_is_known_on_the_first_of_two_pages_by_counting_them() -> None:
    foot = "Stadt Musterfeld · Seite {} von 2"
    assert apart(f"{foot.format(1)}\nEinladung\nMontag", f"{foot.format(2)}\nAnlage\nDienstag") == [
        f"Einladung\nMontag\n\n{foot.format(1)}",
        f"Anlage\nDienstag\n\n{foot.format(2)}",
    ]
    assert apart("Anlage 1\nMontag", "Anlage 2\nDienstag")[0] == "Anlage 1\nMontag"


def test_what_two_pages_begin_with_is_no_head_on_the_first() -> None:
    first, second = apart("Einladung\nam Montag", "Einladung\nam Dienstag")

    assert first == "Einladung\nam Montag"
    assert second == "am Dienstag\n\nEinladung"


def test_what_two_pages_end_with_is_a_foot_on_both() -> None:
    assert apart("Antrag\nText\nRathaus, Musterweg 1", "Seite zwei\nMehr\nRathaus, Musterweg 1") == [
        "Antrag\nText\n\nRathaus, Musterweg 1",
        "Seite zwei\nMehr\n\nRathaus, Musterweg 1",
    ]


def test_pages_that_are_all_alike_stay_as_they_are() -> None:
    texts = ["Kopf\nFuß"] * 5

    assert apart(*texts) == texts


def test_empty_pages_and_single_ones_do_no_harm() -> None:
    assert apart() == []
    assert apart("") == [""]
    assert apart("Kopf\nText") == ["Kopf\nText"]
    assert apart("", "\n \n", "") == ["", "\n \n", ""]


def test_a_paragraph_that_recurs_in_the_middle_stays() -> None:
    texts = [
        f"{word} eins\n{word} zwei\n{word} drei\n{word} vier\nDer Rat beschließt.\n" + f"{word}\n" * 5 for word in BODY
    ]

    assert apart(*texts) == texts


def test_it_passes_pages_on_before_all_are_read() -> None:
    read: list[int] = []

    def pages() -> Iterator[PageText]:
        for number in range(100):
            read.append(number)
            yield PageText(f"Kopf\n{number * 7}\nText", "pdfium")

    next(iter(set_apart(pages(), 100)))
    assert len(read) < 10
