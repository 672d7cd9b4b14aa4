"""Dates: in figures, in words, to the month; and what is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts import dates

MONTHS = [
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli"),
    *("August", "September", "Oktober", "November", "Dezember"),
]


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("am 12.03.2024 beschlossen", "12.03.2024", "2024-03-12"),
        ("am 1.3.2024", "1.3.2024", "2024-03-01"),
        ("am 01.3.2024", "01.3.2024", "2024-03-01"),
        ("am 4. 5. 2009", "4. 5. 2009", "2009-05-04"),
        ("am 4.\u00a05.\u00a02009", "4.\u00a05.\u00a02009", "2009-05-04"),
        ("(12.03.2024)", "12.03.2024", "2024-03-12"),
        ("12.03.2024.", "12.03.2024", "2024-03-12"),
        ("29.02.2024", "29.02.2024", "2024-02-29"),
        ("31.12.1999", "31.12.1999", "1999-12-31"),
        ("vom 12.03.24", "12.03.24", "2024-03-12"),
        ("bis 31.12.25 befristet", "31.12.25", "2025-12-31"),
        ("(12.03.24)", "12.03.24", "2024-03-12"),
        ("Stand 01.07.23,", "01.07.23", "2023-07-01"),
        ("am 12. März 2024", "12. März 2024", "2024-03-12"),
        ("am 5.  November  2008", "5.  November  2008", "2008-11-05"),
        ("am 12.\nMärz 2024", "12.\nMärz 2024", "2024-03-12"),
        ("am 12. März\n2024", "12. März\n2024", "2024-03-12"),
        ("12.Mai 2024", "12.Mai 2024", "2024-05-12"),
        ("12. MÄRZ 2024", "12. MÄRZ 2024", "2024-03-12"),
        ("12. Jan. 2024", "12. Jan. 2024", "2024-01-12"),
        ("12. Sept. 2024", "12. Sept. 2024", "2024-09-12"),
        ("12. Mrz. 2024", "12. Mrz. 2024", "2024-03-12"),
        ("12. Jänner 2024", "12. Jänner 2024", "2024-01-12"),
        ("2024-03-12", "2024-03-12", "2024-03-12"),
        ("Datum: 2024-03-12.", "2024-03-12", "2024-03-12"),
        ("im März 2024", "März 2024", "2024-03"),
        ("bis Ende Mai 2024", "Mai 2024", "2024-05"),
        ("(Oktober 2017)", "Oktober 2017", "2017-10"),
        ("MAI 2024", "MAI 2024", "2024-05"),
        ("Dez. 2024", "Dez. 2024", "2024-12"),
        ("zum 1. Januar 2020.", "1. Januar 2020", "2020-01-01"),
        ("1. bis 3. März 2024", "3. März 2024", "2024-03-03"),
        *((f"am 7. {name} 2025", f"7. {name} 2025", f"2025-{number:02}-07") for number, name in enumerate(MONTHS, 1)),
        *((f"im {name} 2025", f"{name} 2025", f"2025-{number:02}") for number, name in enumerate(MONTHS, 1)),
    ],
)
def test_it_finds_dates(text: str, written: str, value: str) -> None:
    assert [(text[fact.start : fact.end], fact.value) for fact in dates(text)] == [(written, value)]


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2024",
        "30.02.2024",
        "29.02.2023",
        "32.01.2024",
        "12.13.2024",
        "0.3.2024",
        "12.03.",
        "12.03",
        "Punkt 12.03.24",
        "12.3.24",
        "am 1.3.24",
        "Gliederung 1.2.10",
        "Version 3.12.2024.1"[:14],
        "A12.03.2024",
        "5.12.03.2024",
        "12/03/2024",
        "12.03.20245",
        "12.03.1824",
        "12.03.3024",
        "2024-13-01",
        "2024-02-30",
        "2024-03-123",
        "1-2024-03-12",
        "2024-03",
        "2024/03/12",
        "März",
        "im März",
        "März 24",
        "12. März",
        "Mai 20245",
        "Mai 2024/2025",
        "Mai 2024-12",
        "Sitzungsmai 2024",
        "XMai 2024",
        "Maier 2024",
        "Marz 2024",
        "31. April 2024",
        "32. Mai 2024",
        "0. Mai 2024",
        "Tel. 0721.12.2024",
        "in 2024",
        "",
        "..2024",
        "1..2024",
    ],
)
def test_it_finds_no_date_where_there_is_none(text: str) -> None:
    assert [text[fact.start : fact.end] for fact in dates(text)] == []


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{d}.{m}.{y}", "{d:02}.{m:02}.{y}", "{d}. {n} {y}"]),
)
def test_it_finds_every_day_of_the_calendar(day: date, form: str) -> None:
    written = form.format(d=day.day, m=day.month, y=day.year, n=MONTHS[day.month - 1])
    assert [fact.value for fact in dates(f"Sitzung am {written}, 18 Uhr")] == [day.isoformat()]


@given(st.text(alphabet="0123456789.-/ \nMaiJunJärz", max_size=60))
def test_its_places_are_in_the_text_and_part(text: str) -> None:
    end = 0
    for fact in dates(text):
        assert end <= fact.start < fact.end <= len(text)
        assert len(fact.value) in (7, 10)
        end = fact.end
