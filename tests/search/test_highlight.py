from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import Snippet, german, parse_query
from search.highlight import Marker, Passages
from search.needles import everywhere, needles, places

PROSE = "Die Verwaltung berichtet über den Stand der Arbeiten und nimmt zu den Fragen Stellung. "


def passages(text: str, *pages: str) -> Passages:
    return Marker(parse_query(text)).passages(pages)


def plain(snippet: Snippet) -> str:
    return "".join(part.text for part in snippet.segments)


def marked(snippet: Snippet) -> list[str]:
    return [part.text for part in snippet.segments if part.marked]


def test_it_chooses_the_page_that_answers_most_words() -> None:
    found = passages("Brunnen Markt", "Brunnen " * 9, "Am Markt steht ein Brunnen.", "Markt")
    assert found.page == 2
    assert [(page.number, page.count) for page in found.pages] == [(1, 9), (2, 2), (3, 1)]
    assert [snippet.page for snippet in found.snippets] == [2, 1]


def test_it_marks_near_a_stop_word_only_what_is_found_there() -> None:
    [snippet] = passages("der NEAR/2 Markt", "Der Markt liegt dort, wo der alten Märkte viele waren.").snippets
    assert marked(snippet) == ["Der", "Markt"]
    [snippet] = passages("alt NEAR/2 Markt", "Der Markt liegt dort, wo der alten Märkte viele waren.").snippets
    assert marked(snippet) == ["alten", "Märkte"]


def test_it_prefers_words_side_by_side() -> None:
    assert passages("alter Markt", "Markt und alter", "Alter Markt", "Markt und alter und Markt und alter").page == 2


def test_it_shows_two_passages_of_one_page() -> None:
    text = f"{PROSE * 5}Der Brunnen am Markt. {PROSE * 9}Ein anderer Brunnen. {PROSE * 5}"
    first, second = passages("Brunnen Markt", text).snippets
    assert marked(first) == ["Brunnen", "Markt"]
    assert marked(second) == ["Brunnen"]
    assert (first.page, second.page) == (None, None)


def test_it_cuts_at_sentences_and_words_and_says_so() -> None:
    text = f"{PROSE * 5}Der Brunnen\nam   Markt ist trocken. {PROSE * 5}"
    shown = plain(passages("Brunnen", text).snippets[0])
    assert "Der Brunnen am Markt ist trocken." in shown
    assert 150 < len(shown) < 300
    assert set(shown.removeprefix("… ").removesuffix(" …").split()) <= set(text.split())
    assert shown.endswith(" …")


def test_it_keeps_a_passage_short_where_there_are_no_spaces() -> None:
    shown = plain(passages("Brunnen", "x" * 5_000 + " Brunnen " + "y" * 5_000).snippets[0])
    assert "Brunnen" in shown
    assert len(shown) < 600


def test_it_marks_only_whole_phrases() -> None:
    found = passages('"Rat der Stadt"', "Der Rat der Gemeinde, die Stadt, der Rat\nder Stadt.")
    assert marked(found.snippets[0]) == ["Rat", "der", "Stadt"]


def test_it_marks_quoted_words_only_in_the_form_they_were_quoted_in() -> None:
    text = "Der Bau, die Bauern und Bauer Holzer: Straßen, STRASSE, Häuser, ein Haus, Holz und Bauer Holz."
    assert marked(passages('"Bauer"', text).snippets[0]) == ["Bauer", "Bauer"]
    assert marked(passages('"strasse"', text).snippets[0]) == ["STRASSE"]
    assert marked(passages('"ein Haus"', text).snippets[0]) == ["ein", "Haus"]
    assert marked(passages('"Bauer Holzer"', text).snippets[0]) == ["Bauer", "Holzer"]
    assert passages('"Bauern Holzer"', text).page is None
    assert marked(passages("Haus", text).snippets[0]) == ["Häuser", "Haus"]


def test_it_marks_compounds_and_their_other_forms() -> None:
    found = passages(
        "Radwegeausbau", "Der Ausbau der neuen Radwege. Ein Radwegeausbau! Ausbau ja, aber nicht für die Radwege."
    )
    assert marked(found.snippets[0]) == ["Ausbau", "Radwege", "Radwegeausbau"]
    assert marked(passages("Weg", "Ein Radweg.").snippets[0]) == ["Radweg"]


def test_it_does_not_mark_what_was_excluded() -> None:
    assert marked(passages("Brunnen -Markt", "Brunnen, Markt").snippets[0]) == ["Brunnen"]


def test_it_begins_at_the_first_text_where_nothing_was_asked() -> None:
    found = passages("", "", " \n Anfang. " + PROSE * 9)
    assert found.page is None
    assert found.snippets[0].page == 2
    assert plain(found.snippets[0]).startswith("Anfang. Die")
    assert passages("", "", " ").snippets == ()


def test_it_sees_words_behind_accents_and_letters_that_grow() -> None:
    assert marked(passages("Cafe", "İm Café am Café").snippets[0]) == ["Café", "Café"]


WORDS = [
    "Bauer",
    "Müller",
    "Müllers",
    "Roessler",
    "Holzer",
    "Straße",
    "Strasse",
    "str",
    "Lindenstr",
    "Größe",
    "Groesse",
    "Gebühren",
    "gebuehr",
    "Steuer",
    "Haus",
    "häuser",
]
WORDS += [
    "Rat",
    "Radwegeausbau",
    "Ausschüsse",
    "Ausschuß",
    "neue",
    "Marktpl",
    "quer",
    "über",
    "2024",
    "Maßnahmen",
    "Öl",
]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), st.sampled_from(WORDS))
@settings(max_examples=200, deadline=None, database=None)
def test_it_overlooks_no_word_in_the_quick_look(words: list[str], asked: str) -> None:
    text = ", ".join(words)
    stem, exact = german.term(asked), german.exact(asked)
    terms = {start: german.analyse(text[start:end]) for start, end in everywhere(text).items()}
    wanted = {start for start, word in terms.items() if stem in (word.stem, *word.parts.split())}
    assert wanted <= places(text, needles([stem])).keys()
    quoted = {start for start, word in terms.items() if word.exact == exact}
    assert quoted <= places(text, needles([exact])).keys()


@pytest.mark.parametrize(
    "text", ["Brunnen", "Straße Gebühren Haushalt", '"Stand der Arbeiten"', "Ver*", "Radwegeausbau"]
)
def test_it_understands_each_word_once_however_many_pages_there_are(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picker = random.Random(7)
    words = PROSE.split() + WORDS + ["Brunnen", "Verkehr"]
    pages = [" ".join(picker.choices(words, k=350)) for _ in range(500)]
    marker, understood = Marker(parse_query(text)), list[str]()
    analyse = german.analyse

    def counted(word: str) -> german.Word:
        understood.append(word)
        return analyse(word)

    monkeypatch.setattr(german, "analyse", counted)
    found = marker.passages(pages)
    assert understood
    assert len(understood) == len(set(understood)) <= len(set(words))
    assert len(found.pages) <= 50


def test_a_sentence_shows_more_than_the_head_of_a_form() -> None:
    head = (
        "Vorlage Nr. 12 Amt Tiefbau Datum 4. August Ort Bahnhofstraße, Stadtteil Kernstadt Beratungsfolge Sitzung am "
    )
    text = head + "Zuständigkeit " * 20 + "Die Bahnhofstraße ist ein Teil der Achse und wird von vielen benutzt."
    [first, *_] = Marker(parse_query("Bahnhofstraße")).passages((text,)).snippets
    assert "ist ein Teil der Achse" in "".join(segment.text for segment in first.segments)


def test_it_looks_around_so_many_words_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "Brunnen am Markt. " * 100
    whole = passages("Brunnen NEAR/3 Markt", *[page] * 9)
    assert [one.count for one in whole.pages] == [200] * 9
    monkeypatch.setattr("search.highlight.MAX_TRIED", 400)
    some = passages("Brunnen NEAR/3 Markt", *[page] * 9)
    assert (some.page, some.snippets) == (whole.page, whole.snippets)
    assert 0 < sum(one.count for one in some.pages) <= 800
    assert sum(one.count for one in passages("Brunnen", *[page] * 9).pages) == 900  # a word alone costs little
