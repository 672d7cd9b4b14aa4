"""Whatever a text is, looking through it takes time in proportion to its length: no pattern can go back far."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest

from app.facts import Known, Shapes, Town, amounts, dates, facts, places, references, street_key

LENGTH = 250_000  # characters: hundreds of times what a page of print has
FARTHEST = 60  # repeats of one part of a pattern
TOWN = Town.of(["Am Alten Wehr", "Espenkamp", "Marktstraße"])
KNOWN = Known(Shapes.learned([f"{kind}/2024/{n:04}/{n % 9}" for kind in ("BV", "A") for n in range(40)]), TOWN)
HOSTILE = [
    "1",
    "1.",
    "111.",
    "1,",
    "1 ",
    "1\u00a0",
    "1-",
    "€",
    "1€",
    "1 €-",
    "- ",
    "T€",
    "Euro ",
    "Mio. Euro",
    "1 bis ",
    "1 Mio. bis ",
    "EUR 1.",
    "12.12.",
    "1. 1. ",
    "Mai ",
    "1. Mai\n",
    "2024-",
    "2024-01-",
    "Vorlage ",
    "Vorlage Nr.: ",
    "VorlageVorlage",
    "DS",
    "Antrag A",
    "Antrag A1/A1-",
    "BV/2024/",
    "A/A/A/",
    "2024/0001/",
    "A",
    "Aa",
    "Aa-",
    "Aaaaaaaaaaaaaaaaaaaaaaaaa-",
    "Aa-von-der-",
    "Straße",
    "Straße ",
    "Aa-Straße-",
    "Aastraße",
    "Aastraße 1",
    "Aastraße 1 - ",
    "Alter Straße ",
    "Aer Straße ",
    "Am Alten ",
    "Am Alten Wehr ",
    "Espenkamp ",
    "Herr ",
    "platz",
    "Ring ",
    "\n",
    " ",
    "\x00",
    "ß",
    "İ",
]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield all patterns that texts are searched with."""
    names = ("amounts", "dates", "places", "references", "shapes", "streets")
    modules = [import_module(f"app.facts.{name}") for name in names]
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__}.{name}", value
    if KNOWN.shapes.pattern is not None:
        yield "learned", KNOWN.shapes.pattern


# Of what is short anyway: the number of a paper, the name of a street.
SHORT = {
    "app.facts.shapes._TOKEN",
    "app.facts.references._DIGITS",
    "app.facts.references._ZEROS",
    "app.facts.streets._DASHES",
    "app.facts.streets._BROKEN",
}


@pytest.mark.parametrize(("name", "pattern"), [pytest.param(*each, id=each[0]) for each in patterns()])
def test_no_part_of_a_pattern_repeats_without_end(name: str, pattern: re.Pattern[str]) -> None:
    unbounded = re.findall(r"(?<!\\)(?:[*+]|\{\d*,\})", re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", pattern.pattern))
    assert name in SHORT or not unbounded
    counts = [int(count) for count in re.findall(r"\{(?:\d+,)?(\d+)\}", pattern.pattern)]
    assert max(counts, default=0) <= FARTHEST


@pytest.mark.parametrize("piece", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
def test_a_long_text_of_anything_is_looked_through(piece: str) -> None:
    text = piece * (LENGTH // len(piece))
    for found in (references(text, KNOWN.shapes), places(text, TOWN), amounts(text), dates(text)):
        end = 0
        for each in found:
            assert end <= each.start < each.end <= len(text)
            end = each.end


def test_it_finds_all_kinds_in_their_order() -> None:
    text = "Am 12.03.2024 wurden laut Vorlage BV/2024/0012/3 für die Marktstraße 5 insgesamt 12.500 Euro bewilligt."
    found = [(str(each.kind), text[each.start : each.end]) for each in facts(text, KNOWN)]
    assert found == [
        ("date", "12.03.2024"),
        ("reference", "BV/2024/0012/3"),
        ("place", "Marktstraße 5"),
        ("amount", "12.500 Euro"),
    ]
    assert street_key("Marktstraße") == facts(text, KNOWN)[2].value
