"""Pages of results follow one another, whatever is added and taken out between two of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from search import Document, SearchIndex
from search.engine import Found
from search.searching import Index
from tests.contract.town import ask, put

DAYS = 60


def paper(number: int, day: date) -> Document:
    return Document(f"d{number}", "Paper", f"Brunnen {number}", date=day)


@pytest.fixture
def fountains(index: SearchIndex) -> SearchIndex:
    """Give an index of papers, one of each day."""
    put(index, *(paper(number, date(2020, 1, 1) + timedelta(number)) for number in range(DAYS)))
    return index


def walked(index: SearchIndex, cursor: str = "") -> list[str]:
    """Follow the pages to the end; gives the ids of what they show."""
    found: list[str] = []
    while True:
        page = ask(index, "Brunnen", sort="newest", cursor=cursor, limit=10)
        found += [hit.id for hit in page.hits]
        cursor = page.next
        if not cursor:
            return found


def test_it_shows_every_matter_once(fountains: SearchIndex) -> None:
    assert walked(fountains) == [f"d{number}" for number in reversed(range(DAYS))]


@pytest.mark.parametrize("added", [1, 10, 35, 45, 200])
def test_it_goes_on_behind_what_was_shown_however_much_came_before_it(fountains: SearchIndex, added: int) -> None:
    first = ask(fountains, "Brunnen", sort="newest", limit=10)
    put(fountains, *(paper(number, date(2024, 1, 1)) for number in range(100, 100 + added)))
    assert walked(fountains, first.next) == [f"d{number}" for number in reversed(range(DAYS - 10))]


def test_it_goes_on_at_the_same_place_where_the_last_matter_is_gone(fountains: SearchIndex) -> None:
    first = ask(fountains, "Brunnen", sort="newest", limit=10)
    with fountains.writer() as batch:
        batch.delete(first.hits[-1].id)
    assert walked(fountains, first.next) == [f"d{number}" for number in reversed(range(DAYS - 11))]


def test_it_leads_back(fountains: SearchIndex) -> None:
    pages = [ask(fountains, "Brunnen", sort="newest", limit=10)]
    while pages[-1].next:
        pages.append(ask(fountains, "Brunnen", sort="newest", limit=10, cursor=pages[-1].next))
    assert [page.first for page in pages] == [0, 10, 20, 30, 40, 50]
    back = [ask(fountains, "Brunnen", sort="newest", limit=10, cursor=page.previous) for page in pages[1:]]
    assert [[hit.id for hit in page.hits] for page in back] == [[hit.id for hit in page.hits] for page in pages[:-1]]
    assert not pages[0].previous


def test_it_ends_where_less_is_left_than_was_counted(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    put(index, *(Document(f"d{number}", "File", "Brunnen", group="one", kind="Paper") for number in range(80)))
    assert isinstance(index, Index)
    with index._engine.reader() as reader:
        find, asked = type(reader).find, list[int]()

    def shrinking(self: Any, *args: Any, limit: int, **options: Any) -> Found:
        asked.append(limit)
        assert len(asked) < 10, "it goes on for ever"
        found: Found = find(self, *args, limit=limit, **options)
        return replace(found, total=found.total + 1)  # in a cluster each answer is of its own moment

    monkeypatch.setattr(type(reader), "find", shrinking)
    [hit] = ask(index, "Brunnen").hits
    assert hit.more + len(hit.also) == 79
