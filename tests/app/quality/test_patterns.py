"""What may be private is found by its shape; numbers of papers are let be; no text takes long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quality.patterns import KINDS, LONGEST, flags, is_iban


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00", {"iban": 1}),
        ("DE89370400440532013000, AT61 1904 3002 3457 3201", {"iban": 2}),
        ("DE88 3704 0044 0532 0130 00", {}),  # its check digits are wrong
        ("mobil 0171 2345678", {"mobile": 1}),
        ("+49 (0) 171 / 23 45 67 8", {"mobile": 1}),
        ("Tel.: 0201/88-12345", {"phone": 1}),
        ("+49 201 8812345", {"phone": 1}),
        ("Vorlage 0201/2024 vom 12.03.2024", {}),
        ("Az. 0960/2018-12", {}),
        ("012345 678901", {}),
        ("max.muster@gmx.de und rathaus@stadt.example", {"email": 1}),
        ("geb. am 12.03.1971", {"birth": 1}),
        ("geboren 3. März 1971", {"birth": 1}),
        ("(* 1. 4. 1950)", {"birth": 1}),
        ("Das Gebäude wurde am 12.03.1971 eingeweiht", {}),
        ("Frau X, wohnhaft in der Gartenstraße", {"home": 1}),
        ("Wohnhaftung", {}),
        ("", {}),
    ],
)
def test_it_flags_what_may_be_private(text: str, found: dict[str, int]) -> None:
    assert dict(flags(text)) == found


def test_a_check_digit_has_to_be_right() -> None:
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
    assert not is_iban("DE")


@pytest.mark.parametrize(
    "part", ["0", "DE", "DE89", "0 1 ", "a@", "geb. in ", "Tel ", "DE89 3704 0044 0532 0130 00 ", "+49(0)", "@gmx"]
)
def test_no_text_keeps_it_busy(part: str) -> None:
    """A shape that tries all ways would be at it for hours."""
    assert set(flags(part * (LONGEST // len(part) // 10))) <= set(KINDS)


def test_a_page_is_looked_at_to_an_end() -> None:
    assert dict(flags(" " * LONGEST + "wohnhaft")) == {}


@given(st.text(alphabet="0123456789 +-/().@gmxdeDE*\n\u00a0äS", max_size=400))
def test_it_takes_any_text(text: str) -> None:
    assert set(flags(text)) <= set(KINDS)
