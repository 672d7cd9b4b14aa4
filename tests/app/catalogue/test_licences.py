"""Licences: from what sources write to the list, and nothing more open than it was stated."""

import pytest

from app.catalogue.licences import CODES, NAMES, OPEN, code_of, terms
from tests.app.catalogue.holding import BY, ZERO


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("https://www.govdata.de/dl-de/zero-2-0", "dl-zero-de/2.0"),
        ("http://govdata.de/dl-de/by-2-0/", "dl-by-de/2.0"),
        ("https://www.govdata.de/dl-de/by-2-0#text", "dl-by-de/2.0"),
        (" https://creativecommons.org/licenses/by/4.0/ ", "cc-by/4.0"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", "cc-by/4.0"),
        ("http://dcat-ap.de/def/licenses/officialWork", "officialWork"),
        ("http://dcat-ap.de/def/licenses/made-up", None),
        ("https://stadt.example/lizenz", None),
        ("CC BY 4.0", "cc-by/4.0"),
        ("DL-DE->Zero-2.0", "dl-zero-de/2.0"),
        ("CC BY", None),
        ("Zero", None),
        ("https://[half", None),
        ("", None),
        ("javascript:alert(1)", None),
    ],
)
def test_it_knows_addresses_as_sources_write_them(stated: str, code: str | None) -> None:
    assert code_of(stated) == code


def test_every_word_has_a_name() -> None:
    assert set(CODES.values()) <= set(NAMES)
    assert set(NAMES) >= OPEN


@pytest.mark.parametrize(
    ("stated", "code", "is_open", "by"),
    [
        ([ZERO], "dl-zero-de/2.0", True, False),
        ([BY], "dl-by-de/2.0", True, True),
        ([ZERO, BY], "other-open", True, True),
        ([ZERO, "https://stadt.example/lizenz"], "other-closed", False, False),
        (["https://stadt.example/lizenz"], "other-closed", False, False),
        (["https://creativecommons.org/licenses/by-nc/4.0/"], "cc-by-nc/4.0", False, True),
        ([ZERO, "https://creativecommons.org/licenses/by-nc/4.0/"], "other-closed", False, True),
        ([], "other-closed", False, False),
    ],
)
def test_of_several_only_what_all_allow_is_promised(stated: list[str], code: str, is_open: bool, by: bool) -> None:
    found = terms(stated)
    assert (found.code, found.is_open, found.by) == (code, is_open, by)
    assert found.stated == (() if len(stated) == 1 and code_of(stated[0]) else tuple(sorted(stated)))
