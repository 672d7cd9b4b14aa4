"""Sums of money: every way in which councils write them, and everything that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts import amounts

MILLION = 100_000_000  # cents


@pytest.mark.parametrize(
    ("text", "written", "value"),
    [
        ("Kosten von 500 Euro entstehen", "500 Euro", "50000"),
        ("Kosten von 500 € entstehen", "500 €", "50000"),
        ("Kosten von 500€ entstehen", "500€", "50000"),
        ("Kosten von 500 EUR entstehen", "500 EUR", "50000"),
        ("Kosten von 500 EURO entstehen", "500 EURO", "50000"),
        ("1.234 Euro", "1.234 Euro", "123400"),
        ("1.234,56 €", "1.234,56 €", "123456"),
        ("1.234.567,89 €", "1.234.567,89 €", "123456789"),
        ("1234,56 €", "1234,56 €", "123456"),
        ("12345 Euro", "12345 Euro", "1234500"),
        ("1\u00a0234\u00a0567 Euro", "1\u00a0234\u00a0567 Euro", "123456700"),
        ("1\u202f234 €", "1\u202f234 €", "123400"),
        ("0,50 €", "0,50 €", "50"),
        ("12,5 Euro", "12,5 Euro", "1250"),
        ("12.50 €", "12.50 €", "1250"),
        ("50 Cent je Blatt", "50 Cent", "50"),
        ("1.200,- Euro", "1.200,- Euro", "120000"),
        ("1.200,-- €", "1.200,-- €", "120000"),
        ("1.200,– €", "1.200,– €", "120000"),
        ("2,5 Mio. Euro", "2,5 Mio. Euro", str(250_000_000)),
        ("2,5 Mio. €", "2,5 Mio. €", str(250_000_000)),
        ("2,5 Mio €", "2,5 Mio €", str(250_000_000)),
        ("2,5  Mio.  €", "2,5  Mio.  €", str(250_000_000)),
        ("2,125 Mio. Euro", "2,125 Mio. Euro", str(212_500_000)),
        ("30 Millionen Euro", "30 Millionen Euro", str(30 * MILLION)),
        ("1 Million Euro", "1 Million Euro", str(MILLION)),
        ("eine Million Euro", "eine Million Euro", str(MILLION)),
        ("mit einer Million Euro", "einer Million Euro", str(MILLION)),
        ("zwei Millionen Euro", "zwei Millionen Euro", str(2 * MILLION)),
        ("1,1 Mrd. Euro", "1,1 Mrd. Euro", str(1100 * MILLION)),
        ("3 Milliarden Euro", "3 Milliarden Euro", str(3000 * MILLION)),
        ("1.500 Mio. €", "1.500 Mio. €", str(1500 * MILLION)),
        ("399 T€", "399 T€", "39900000"),
        ("399 TEUR", "399 TEUR", "39900000"),
        ("37 TEuro", "37 TEuro", "3700000"),
        ("25 Tsd. Euro", "25 Tsd. Euro", "2500000"),
        ("30 Tausend Euro", "30 Tausend Euro", "3000000"),
        ("2,5 Mio.\nEuro", "2,5 Mio.\nEuro", str(250_000_000)),
        ("rund 140.000\nEuro", "140.000\nEuro", "14000000"),
        ("EUR 1.200,00", "EUR 1.200,00", "120000"),
        ("€ 8.350.000,00 für", "€ 8.350.000,00", "835000000"),
        ("EUR  3.200", "EUR  3.200", "320000"),
        ("€ 50 Mio. und", "€ 50 Mio.", str(50 * MILLION)),
        ("T€ 1.250,5 ", "T€ 1.250,5", "125050000"),
        ("-22.500 Euro", "-22.500 Euro", "-2250000"),
        ("saldiert −124.595,08 €", "−124.595,08 €", "-12459508"),
        ("(-41.029,83 €)", "-41.029,83 €", "-4102983"),
        ("2 bis 3 Mio. Euro", "2 bis 3 Mio. Euro", f"{2 * MILLION}..{3 * MILLION}"),
        ("10.000 bis 20.000 Euro", "10.000 bis 20.000 Euro", "1000000..2000000"),
        ("10.000 - 20.000 Euro", "10.000 - 20.000 Euro", "1000000..2000000"),
        ("10.000 – 20.000 €", "10.000 – 20.000 €", "1000000..2000000"),
        ("5-10 Euro", "5-10 Euro", "500..1000"),
        ("500 € bis 3.000 €", "500 €", "50000"),
        ("16,5 - 19,0 Mio. Euro", "16,5 - 19,0 Mio. Euro", f"{MILLION * 33 // 2}..{19 * MILLION}"),
        ("25 Tsd – 80 Tsd. Euro", "25 Tsd – 80 Tsd. Euro", "2500000..8000000"),
        ("450,01 bis 1.300,- €", "450,01 bis 1.300,- €", "45001..130000"),
        ("2024 - 500.000 €", "500.000 €", "50000000"),
        ("§ 3: 100 Euro", "100 Euro", "10000"),
        ("(100 Euro)", "100 Euro", "10000"),
        ("„100 Euro“", "100 Euro", "10000"),
        ("2,50 €/Monat", "2,50 €", "250"),
        ("4.544 EUR/m²", "4.544 EUR", "454400"),
        ("im Jahr 2020 17.700 € eingeplant", "17.700 €", "1770000"),
        ("in 2024 mit 52,3 Mio. Euro", "52,3 Mio. Euro", "5230000000"),
    ],
)
def test_it_finds_sums_and_what_they_are_worth(text: str, written: str, value: str) -> None:
    found = list(amounts(text))
    assert [text[fact.start : fact.end] for fact in found[:1]] == [written]
    assert found[0].value == value
    assert found[0].number == int(value.rpartition("..")[2])


@pytest.mark.parametrize(
    "text",
    [
        "Der Euro ist stark",
        "in € geschätzt",
        "in T€ - - in T€",
        "20 Europaabgeordnete",
        "3 Euroschlüssel",
        "die 1-Euro-Jobs",
        "die 20-Mio.-Euro-Grenze",
        "der EURegKA e. V.",
        "100 Prozent",
        "100 DM",
        "100 CHF",
        "100 US-Dollar",
        "2024/045 Euro",
        "A5 Euro",
        "im Haushalt\n2024\n€",
        "in EUR 2024",
        "2024 EUR 7",
        "Einnahmen 2020 € 26.674,48",
        "€ 2024 2025",
        "EUR 7",
        "€ 3",
        "12 500 Euro",
        "4 354 874 € 112,2 %",
        "§5 Euro",
        "0 Euro",
        "0,00 €",
        "1,234 €",
        "0,5 Cent",
        "Nr. 12:30 Euro",
        "4,5,6 Euro",
        "v1.2.3 Euro",
        "99999999999999999999 Euro",
        "Euro",
        "€€€€",
        "",
        ",- €",
        "Mio. Euro",
        "die Million Euro",
    ],
)
def test_it_finds_no_sum_where_none_is_certain(text: str) -> None:
    assert [text[fact.start : fact.end] for fact in amounts(text)] == []


def test_it_finds_several_in_their_order() -> None:
    text = "von 10 Euro auf 20 Euro, davon 4,5 Mio. € (Vorjahr: EUR 1,00) und 30 T€"
    assert [fact.number for fact in amounts(text)] == [1000, 2000, 450_000_000, 100, 3_000_000]


def test_it_reads_columns_of_a_table_one_by_one() -> None:
    text = "Summe 2.330.000 €4.960.000 € 7.720.000 €\n-7.012.556\n€"
    assert [fact.number for fact in amounts(text)] == [233_000_000, 496_000_000, 772_000_000, -701_255_600]


@given(st.text(alphabet="0123456789.,-–€ EUROMioTsdbis\n\u00a0§/xa", max_size=80))
def test_its_places_are_in_the_text_and_part(text: str) -> None:
    end = 0
    for fact in amounts(text):
        assert end <= fact.start < fact.end <= len(text)
        assert any(sign in text[fact.start : fact.end] for sign in ("€", "EUR", "Euro", "Cent"))
        assert fact.number is not None
        assert fact.value.rpartition("..")[2] == str(fact.number)
        end = fact.end
