"""Whatever text and agenda a source sends, reading it takes a bounded number of steps; counted, not timed."""

import pytest

from app.facts.minutes import Item, Result, reading, results_in, sections
from app.facts.minutes import headings as titles
from app.facts.minutes.headings import bare_number, headings
from app.facts.minutes.passages import Passage, results

FIRE = Item("fire", "2", "Neubau Feuerwehrhaus am Anger")


@pytest.mark.parametrize(
    "number", ["9" * 5000, "Ö " + "9" * 5000, "5." + "9" * 5000, "1." * 3000, "٣" * 5000, "1234567"]
)
def test_a_number_that_is_none_is_no_number(number: str) -> None:
    assert bare_number(number) == ""
    assert results_in({1: f"TOP {number} Neubau\nAbstimmungsergebnis: einstimmig"}, [Item("a", number, "Neubau")]) == []


@pytest.mark.parametrize(
    ("number", "bare"),
    [("Ö 5.1.", "5.1"), ("TOP 05.01", "5.1"), ("999999", "999999"), ("7a", "7a"), ("1.2.3.4.5", "1.2.3.4.5")],
)
def test_a_number_is_one_whatever_stands_around_it(number: str, bare: str) -> None:
    assert bare_number(number) == bare


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The stretches that were looked through for results."""
    stretches: list[tuple[int, int]] = []

    def counted(text: str, start: int, end: int) -> list[Passage]:
        stretches.append((start, end))
        return results(text, start, end)

    monkeypatch.setattr(reading, "results", counted)
    return stretches


def chain(length: int, told: str) -> tuple[str, list[Item]]:
    items = [Item(str(n), f"7.{n}", f"Ausbau der Strecke {n:03}") for n in range(1, length + 1)]
    return "".join(f"TOP {one.number} {one.title}\n" for one in items) + told, items


def test_items_that_are_treated_as_one_are_read_once(read: list[tuple[int, int]]) -> None:
    text, items = chain(20, "Abstimmungsergebnis:\nTOP 7.3: einstimmig zugestimmt\n" + "Es wird beraten.\n" * 1000)
    found = results_in({1: text}, items)
    assert [(one.item.key, one.result) for one in found] == [("3", Result.ADOPTED)]
    assert sum(end - start for start, end in read) <= len(text)


def test_of_too_many_that_are_treated_as_one_nothing_is_read(read: list[tuple[int, int]]) -> None:
    told = "Abstimmungsergebnis:\nTOP 7.3: einstimmig zugestimmt\n"
    text, items = chain(sections.MAX_CHAIN, told)
    assert [one.item.key for one in results_in({1: text}, items)] == ["3"]
    read.clear()
    text, items = chain(sections.MAX_CHAIN + 1, told)
    assert results_in({1: text}, items) == []
    assert read == []


def test_numbers_of_no_item_cost_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "_Title", pytest.fail)
    assert headings("1\n" * 1000 + "3 Anderes\n" * 1000, [FIRE]) == []


@pytest.mark.parametrize("same", [1, 50])
def test_comparing_titles_ends(monkeypatch: pytest.MonkeyPatch, same: int) -> None:
    compared = 0
    is_of = titles._Title.is_of  # the step that is counted

    def counted(title: titles._Title, wanted: titles._Wanted) -> bool:
        nonlocal compared
        compared += 1
        return is_of(title, wanted)

    monkeypatch.setattr(titles._Title, "is_of", counted)  # as above
    monkeypatch.setattr(titles, "MAX_COMPARED", 500)
    agenda = [Item(str(n), "2", f"Neubau Feuerwehrhaus Abschnitt {n}") for n in range(same)]
    assert headings("2\n" * 3000, agenda) == []
    assert compared <= 500 + same


def test_more_headings_than_minutes_have_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(titles, "MAX_HEADINGS", 100)
    assert len(headings("TOP 2 Neubau Feuerwehrhaus am Anger\n" * 100, [FIRE])) == 100
    assert headings("TOP 2 Neubau Feuerwehrhaus am Anger\n" * 101, [FIRE]) == []
