"""Single values: whatever a server sends becomes our type, None, or a sentence."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oparl_sync import values
from oparl_sync.values import Unusable

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
ALL = [
    values.text,
    values.term,
    values.texts,
    values.day,
    values.moment,
    values.flag,
    values.number,
    values.ordinal,
    values.url,
]


@given(st.sampled_from(ALL), ANYTHING)
def test_it_answers_or_says_why_not(convert: Any, value: Any) -> None:
    try:
        convert(value)
        said = ""
    except Unusable as error:
        said = str(error)
    assert len(said) < 200


@given(st.text())
def test_it_never_lets_nul_or_blanks_through(value: str) -> None:
    found = values.text(value)
    assert found is None or (found and "\x00" not in found)


@given(st.datetimes() | st.datetimes(timezones=st.timezones()))
def test_it_gives_moments_that_every_zone_can_show(value: datetime) -> None:
    try:
        found = values.moment(value.isoformat())
    except Unusable:
        return
    if found is not None:
        moment, widest = found.astimezone(UTC), timedelta(hours=14)
        assert moment - widest < moment < moment + widest


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01T18:00:00+02:00", datetime(2024, 5, 1, 16, tzinfo=UTC)),
        ("2024-05-01T16:00:00Z", datetime(2024, 5, 1, 16, tzinfo=UTC)),
        ("2024-05-01 18:00:00", datetime(2024, 5, 1, 16, tzinfo=UTC)),
        ("2024-01-01T18:00:00.123", datetime(2024, 1, 1, 17, 0, 0, 123000, tzinfo=UTC)),
        ("0000-00-00T00:00:00", None),
        ("0001-01-01T00:00:00", None),
        ("  ", None),
    ],
)
def test_it_reads_moments(value: str, expected: datetime | None) -> None:
    assert values.moment(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("2024-05-01T23:30:00Z", date(2024, 5, 2)),
        ("9999-12-31", date(9999, 12, 31)),
        ("", None),
    ],
)
def test_it_reads_days_as_they_are_in_germany(value: str, expected: date | None) -> None:
    assert values.day(value) == expected


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59-05:00", "31.12.2024", 20240101, "2024-13-01", {"a": 1}])
def test_it_refuses_moments_that_are_none(value: Any) -> None:
    with pytest.raises(Unusable):
        values.moment(value)


@pytest.mark.parametrize(
    ("convert", "value", "expected"),
    [
        (values.number, "12", 12),
        (values.number, " ", None),
        (values.number, 2**63 - 1, 2**63 - 1),
        (values.ordinal, 2**31 - 1, 2**31 - 1),
        (values.flag, "True", True),
        (values.flag, 0, False),
        (values.flag, "nein", False),
        (values.texts, "one", ["one"]),
        (values.texts, [None, "", "a", 3], ["a", "3"]),
        (values.text, ["only"], "only"),
        (values.text, [None], None),
        (values.text, "a\x00b", "ab"),
        (values.text, "N/A", None),
        (values.url, " https://a.example/x ", "https://a.example/x"),
    ],
)
def test_it_understands_what_servers_mean(convert: Any, value: Any, expected: Any) -> None:
    assert convert(value) == expected


@pytest.mark.parametrize(
    ("convert", "value"),
    [
        (values.number, 2**63),
        (values.ordinal, 2**31),
        (values.number, True),
        (values.number, "9" * 5000),
        (values.flag, "vielleicht"),
        (values.text, {}),
        (values.text, ["a", "b"]),
        (values.url, 5),
        (values.term, "x" * 501),
    ],
)
def test_it_refuses_what_no_column_takes(convert: Any, value: Any) -> None:
    with pytest.raises(Unusable):
        convert(value)


@pytest.mark.parametrize(
    "value",
    [
        "http://[x",
        "https://",
        "https:///x",
        "ftp://a.example/",
        "https://a.example/\x00",
        f"https://a.example/{chr(0xD800)}",
        "//a.example/x",
        "https://a.example/" + "x" * 2048,
        "https://a.example/" + "ü" * 1500,
        "https://℀.example/",
        7,
        None,
    ],
)
def test_it_takes_no_id_that_a_database_or_a_browser_could_not_keep(value: Any) -> None:
    assert not values.is_url(value)


@pytest.mark.parametrize(
    "value", ["http://a.example", "https://a.example:8080/x?typ=gr&id=1", "https://räte.example/ü", "http://[::1]/x"]
)
def test_it_takes_ids_as_they_are_in_the_field(value: str) -> None:
    assert values.is_url(value)


def test_it_never_quotes_what_may_be_private() -> None:
    with pytest.raises(Unusable) as told:
        values.number({"email": "secret@example.org"})
    assert "secret" not in str(told.value)
