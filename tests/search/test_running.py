"""Running lines are known by standing at the edges of pages; what they repeat neither leads nor counts twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from search import parse_query
from search.highlight import Marker, Passages
from search.running import endings

HEAD = "Gesamtabschluss 2022 der Stadt Musterfeld"


def paged(*texts: str, head: str = HEAD) -> list[str]:
    return [f"{text}\n\n{head}\nSeite {number} von {len(texts)}" for number, text in enumerate(texts, 1)]


def passages(query: str, pages: list[str], title: str = "") -> Passages:
    return Marker(parse_query(query)).passages(pages, title)


def shown(found: Passages) -> list[str]:
    return ["".join(part.text for part in snippet.segments) for snippet in found.snippets]


def test_it_knows_what_ends_page_after_page_digits_aside() -> None:
    pages = paged("Eins", "Zwei", "Drei", "Vier")
    found = endings(pages)
    assert [page[: end.start] for page, end in zip(pages, found, strict=True)] == [
        f"{word}\n\n" for word in ("Eins", "Zwei", "Drei", "Vier")
    ]
    assert [[pages[n][start:end] for start, end in one.again] for n, one in enumerate(found)] == [
        [],
        *([HEAD, f"Seite {n} von 4"] for n in (2, 3, 4)),
    ]


def test_a_last_paragraph_is_no_running_line() -> None:
    pages = [f"Text {word}\n\nDer Rat beschließt {word}." for word in ("Bäume", "Wege", "Brücken", "Bänke")]
    assert [end.start for end in endings(pages)] == list(map(len, pages))
    letters = [f"Text {word}\n\nMit freundlichen Grüßen" for word in ("Bäume", "Wege")]
    twice = [*letters, "Mehr", "Noch mehr", "Ende"]
    assert [end.start for end in endings(twice)] == list(map(len, twice))
    assert [end.start for end in endings([f"{HEAD}\n\n{HEAD}"])] == [2 * len(HEAD) + 2]
    assert endings([]) == []


def test_the_first_page_may_keep_as_its_title_what_the_others_repeat() -> None:
    pages = ["Einladung\nam Montag", "am Dienstag\n\nEinladung"]
    assert [(end.start, end.again) for end in endings(pages)] == [(len(pages[0]), ()), (13, ((13, 22),))]


def test_a_number_alone_is_no_running_line_and_page_numbers_of_any_length_are() -> None:
    pages = [f"Die Summe ist\n\n{word}" for word in ("12000", "viel", "wenig", "nichts")]
    assert [end.start for end in endings(pages)] == list(map(len, pages))
    counted = [f"Text {word}\n\nSeite {number}" for word, number in zip("abcd", (9, 10, 999, 1000), strict=True)]
    assert {
        page[end.start :] == page.split("\n\n")[1] for page, end in zip(counted, endings(counted), strict=True)
    } == {True}


@given(st.lists(st.text(alphabet="ab1\n ", max_size=30), max_size=6))
@settings(max_examples=300, deadline=None, database=None)
def test_whatever_the_pages_hold_the_places_are_in_them(pages: list[str]) -> None:
    for page, end in zip(pages, endings(pages), strict=True):
        assert 0 <= end.start <= len(page)
        assert all(end.start <= first < last <= len(page) or first == last for first, last in end.again)


def test_a_passage_of_the_text_leads_and_the_head_counts_once() -> None:
    pages = paged("Vorwort", "Zahlen", "In Musterfeld wird gebaut.", "Anhang")
    found = passages("Musterfeld", pages)
    assert found.page == 3
    assert shown(found) == ["In Musterfeld wird gebaut."]
    assert [(page.number, page.count) for page in found.pages] == [(1, 1), (3, 1)]


def test_what_stands_in_heads_alone_is_still_shown() -> None:
    found = passages("Gesamtabschluss", paged("Vorwort", "Zahlen", "Anhang"))
    assert found.page == 1
    assert HEAD in shown(found)[0]
    assert [(page.number, page.count) for page in found.pages] == [(1, 1)]
    numbers = passages("4", paged("Eins", "Zwei", "Drei", "Vier", "Fünf", head="Blatt"))
    assert numbers.page == 4
    assert [(page.number, page.count) for page in numbers.pages] == [(4, 1)]


def test_a_passage_leads_that_does_not_merely_repeat_the_title() -> None:
    title = "Radweg in der Gartenstraße"
    first = f"Stadt Musterfeld\n{title.replace(' in', chr(10) + 'in')}\n" + "Anlass ist ein Beschluss. " * 30
    pages = [f"{first}Der vorhandene Radweg ist nur 1,10 Meter breit.", f"Vorlage 3 · {title}\nAnlagen"]
    found = passages("Radweg", pages, title)
    assert found.page == 1
    assert "Der vorhandene Radweg ist nur" in shown(found)[0]
    assert len(found.snippets) == 1
    assert [(page.number, page.count) for page in found.pages] == [(1, 2), (2, 1)]
    assert shown(passages("Gartenstraße", pages, title))[0].startswith("Stadt Musterfeld Radweg in der Gartenstraße")
