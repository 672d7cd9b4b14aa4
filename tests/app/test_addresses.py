"""One address for each record, whoever names it."""

import pytest

from app.addresses import address_of, record_url
from app.alerts import letters
from app.models import key_of
from search import Document

MEETING = "https://council.example/meeting/1"


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


@pytest.mark.parametrize("object_type", ["Paper", "Meeting", "Person", "Organization", "AgendaItem"])
def test_a_mail_leads_where_the_site_does(object_type: str) -> None:
    parent = MEETING if object_type == "AgendaItem" else ""
    document = Document(id="https://council.example/x", type=object_type, key="a b", title="", parent=parent)
    assert letters._path(document, None) == address_of(object_type, "a b", parent=parent)
    if parent:
        assert letters._path(document, None) == f"/meetings/{key_of(MEETING)}#item-a%20b"
