"""One address for each record, whoever names it."""

import pytest

from app.addresses import address_of, record_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("Paper", "abc"), "/papers/abc"),
        (("File", "a/b?c"), "/files/a%2Fb%3Fc"),
        (("Location", "abc"), "/status"),
        (("AgendaItem", "abc"), "/meetings"),
    ],
)
def test_a_record_has_one_address(given: tuple[str, str], expected: str) -> None:
    assert address_of(*given) == expected


def test_only_a_file_has_pages_and_words_to_mark() -> None:
    assert record_url("File", "abc", 3, "a&b") == "/files/abc?page=3&q=a%26b#page=3"
    assert record_url("Paper", "abc", 3, "a&b") == "/papers/abc"
