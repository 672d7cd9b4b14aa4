"""Whole minutes of a made-up council: each result at its item, with its votes and its place, and nothing besides."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.facts.minutes import Item, PartyVote, Result, Said, quotes_in, results_in
from tests.app.facts.minutes.samples import ALLRIS, RUBIN, SAMPLES, SDNET, SESSION, Sample

BRIDGE = Item("bridge", "2", "Neubau der Teichbrücke", ("12/2026",))
LINES = [
    *("TOP 2 Neubau der Teichbrücke", "2. Neubau der Teichbrücke", "TOP 3", "Beschluss:", "Abstimmungsergebnis:"),
    *("einstimmig", "12 Ja, 3 Nein", "abgelehnt", "Der Antrag wird vertagt.", "- 7 -", "", "Seite 2 von 9"),
    *(
        "Beschlussvorschlag:",
        "Der Rat beschließt den Neubau.",
        "Begründung:",
        "\x0b",
        "ß" * 70,
        "1. " * 30,
        "((((",
        "Ja",
    ),
]


def read(sample: Sample) -> dict[str, Said]:
    return {one.item.key: one for one in results_in(dict(enumerate(sample.pages, 1)), sample.agenda)}


@pytest.mark.parametrize("name", SAMPLES)
def test_it_finds_each_result_with_its_votes_and_nothing_besides(name: str) -> None:
    found = read(SAMPLES[name])
    votes = {key: (one.result, one.votes.yes, one.votes.no, one.votes.abstentions) for key, one in found.items()}
    assert votes == SAMPLES[name].expected


@pytest.mark.parametrize("name", SAMPLES)
def test_each_quote_stands_where_it_says(name: str) -> None:
    pages = dict(enumerate(SAMPLES[name].pages, 1))
    for one in results_in(pages, SAMPLES[name].agenda):
        assert one.place.quote
        assert pages[one.place.page][one.place.offset :].startswith(one.place.quote)


@pytest.mark.parametrize("name", SAMPLES)
def test_an_agenda_of_other_titles_finds_nothing(name: str) -> None:
    sample = SAMPLES[name]
    others = tuple(replace(item, title=f"Ganz andere Sache {item.key}", references=()) for item in sample.agenda)
    assert not results_in(dict(enumerate(sample.pages, 1)), others)


@pytest.mark.parametrize("name", SAMPLES)
def test_other_numbers_find_nothing(name: str) -> None:
    sample = SAMPLES[name]
    others = tuple(replace(item, number="77", references=()) for item in sample.agenda)
    assert not results_in(dict(enumerate(sample.pages, 1)), others)


def test_it_names_the_parties_that_are_named() -> None:
    assert set(read(RUBIN)["3.2"].parties) == {PartyVote("XYZ", "no"), PartyVote("ABC", "abstentions")}


def test_it_takes_the_number_of_the_resolution() -> None:
    assert read(SESSION)["2"].resolution_number == "12-07/26"
    assert read(SESSION)["3"].resolution_number is None


def test_the_list_at_the_front_is_no_report() -> None:
    """The last item of the list would otherwise take what is said before the first is called."""
    front = (
        "TOP 1 Eröffnung\nTOP 2 Neubau der Teichbrücke\nAbstimmungsergebnis: einstimmig\nTOP 1 Eröffnung\nGuten Tag."
    )
    assert not results_in({1: front}, [Item("1", "1", "Eröffnung"), BRIDGE])


def test_what_stands_behind_an_unknown_item_is_not_the_known_ones() -> None:
    text = "TOP 2 Neubau der Teichbrücke\nKeine Aussprache.\nTOP 2.5 Eilsache\nAbstimmungsergebnis: einstimmig\n"
    assert not results_in({1: text}, [BRIDGE])


def test_parts_that_are_treated_as_one_are_told_by_their_number_alone() -> None:
    items = [Item("a", "7.1", "Ausbau der Ringstraße"), Item("b", "7.2", "Ausbau der Hauptstraße")]
    head = "TOP 7.1 Ausbau der Ringstraße\nTOP 7.2 Ausbau der Hauptstraße\nBeschluss:\nEs wird gebaut.\n"
    assert not results_in({1: f"{head}Abstimmungsergebnis: einstimmig\n"}, items)
    apart = f"{head}Abstimmungsergebnis:\nTOP 7.1: einstimmig zugestimmt\nTOP 7.2: mehrheitlich abgelehnt\n"
    assert [(one.item.key, one.result) for one in results_in({1: apart}, items)] == [
        ("a", Result.ADOPTED),
        ("b", Result.REJECTED),
    ]


def test_a_result_over_a_page_is_quoted_up_to_its_end() -> None:
    pages = {4: "TOP 2 Neubau der Teichbrücke\nAbstimmungsergebnis: 12 Ja-Stimmen,", 5: "3 Nein-Stimmen\nTOP 3 Ende"}
    [found] = results_in(pages, [BRIDGE])
    assert (found.votes.yes, found.votes.no) == (12, 3)
    assert found.place.page == 4
    assert found.place.quote == "Abstimmungsergebnis: 12 Ja-Stimmen,"


POINTS = "1. Die Brücke wird in Holz gebaut.\n2. Sie kostet 30.000 Euro, die der Kreis zur Hälfte trägt.\n" * 4
VOTED = "Abstimmungsergebnis: 9 Ja-Stimmen, 2 Nein-Stimmen, 0 Enthaltungen\nErgebnis: mehrheitlich beschlossen"


def quoted(*texts: str) -> str:
    """Return what is quoted of the one result on these pages, having looked that it stands where it says."""
    pages = dict(enumerate(texts, 1))
    [found] = results_in(pages, [BRIDGE])
    assert (found.votes.yes, found.votes.no) == (9, 2)
    assert pages[found.place.page][found.place.offset :].startswith(found.place.quote)
    return found.place.quote


@pytest.mark.parametrize(
    "label", ["Beschluss:", "Beschlussempfehlung:", "Geänderter Beschluss:", "Abgestimmt wird über den Vorschlag:"]
)
def test_it_quotes_the_points_of_a_resolution_with_the_votes_on_it(label: str) -> None:
    assert len(POINTS) > 350
    text = f"TOP 2 Neubau der Teichbrücke\nFrau A fragt nach.\n{label}\n{POINTS}{VOTED}\nTOP 3 Ende"
    assert quoted(text) == f"{label}\n{POINTS}{VOTED}"


def test_of_a_resolution_too_long_to_quote_it_quotes_the_votes() -> None:
    assert quoted(f"TOP 2 Neubau der Teichbrücke\nBeschluss:\n{POINTS * 5}{VOTED}\nTOP 3 Ende") == VOTED


def test_where_no_resolution_stands_it_quotes_the_votes_and_nothing_of_the_debate() -> None:
    assert quoted(f"TOP 2 Neubau der Teichbrücke\nHerr B ist dafür.\n{VOTED}\nTOP 3 Ende") == VOTED


def test_it_quotes_nothing_of_another_item_or_of_what_is_closed() -> None:
    other = f"TOP 1 Anderes\nBeschluss:\n{POINTS}"
    assert quoted(f"{other}TOP 2 Neubau der Teichbrücke\n{VOTED}\nTOP 3 Ende") == VOTED
    closed = f"Nichtöffentlicher Teil\nBeschluss:\n{POINTS}Öffentlicher Teil\n"
    assert quoted(f"{closed}TOP 2 Neubau der Teichbrücke\n{VOTED}\nTOP 3 Ende") == VOTED


def test_a_resolution_on_the_page_before_leaves_the_votes() -> None:
    assert quoted(f"TOP 2 Neubau der Teichbrücke\nBeschluss:\n{POINTS}", f"{VOTED}\nTOP 3 Ende") == VOTED


def test_two_items_of_one_name_are_told_apart_by_their_number() -> None:
    items = [Item("a", "3", "Bericht der Verwaltung"), Item("b", "9", "Bericht der Verwaltung")]
    text = "TOP 3 Bericht der Verwaltung\nzur Kenntnis genommen\nTOP 9 Bericht der Verwaltung\nvertagt\n"
    assert {one.item.key: one.result for one in results_in({1: text}, items)} == {
        "a": Result.NOTED,
        "b": Result.DEFERRED,
    }


@pytest.mark.parametrize("label", ["Beschlussvorschlag:", "Beschlussantrag", "Antrag an den Gemeinderat:"])
def test_it_quotes_what_is_proposed_up_to_the_next_heading(label: str) -> None:
    page = f"Vorlage 12/2026\n{label}\n1. Die Brücke wird gebaut.\n2. Der Weg bleibt.\n\nBegründung:\nSie ist alt.\n"
    [found] = quotes_in({1: page})
    assert (found.kind, found.place.quote) == ("proposal", "1. Die Brücke wird gebaut.\n2. Der Weg bleibt.")
    assert page[found.place.offset :].startswith(found.place.quote)


@pytest.mark.parametrize(
    "page",
    [
        "Beschlussvorschlag:\nDie Brücke wird gebaut, und kein Ende ist zu sehen.",
        "Beschlussvorschlag:\n\nBegründung:\nSie ist alt, sehr alt sogar.",
        "Der Beschlussvorschlag der Verwaltung wird geprüft, sagt sie.\nBegründung:\nSie ist alt.",
        f"Beschlussvorschlag:\n{'Die Brücke wird gebaut. ' * 200}\nBegründung:\nSie ist alt.",
    ],
    ids=["endless", "empty", "in a sentence", "too long"],
)
def test_it_quotes_nothing_that_has_no_end_or_no_words(page: str) -> None:
    assert not quotes_in({1: page})


def test_it_quotes_the_summary_too() -> None:
    page = "Kurzfassung\nDie Brücke ist alt und wird ersetzt.\nFinanzielle Auswirkungen\nkeine\n"
    assert [(one.kind, one.place.quote) for one in quotes_in({1: page})] == [
        ("summary", "Die Brücke ist alt und wird ersetzt.")
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(LINES) | st.text(max_size=40), max_size=25).map("\n".join), max_size=4))
def test_whatever_it_reads_its_quotes_stand_there(texts: list[str]) -> None:
    pages = dict(enumerate(texts, 1))
    found = results_in(pages, [BRIDGE, Item("x", "3", "")])
    for place in [one.place for one in found] + [one.place for one in quotes_in(pages)]:
        assert pages[place.page][place.offset : place.offset + len(place.quote)] == place.quote
    assert len({one.item.key for one in found}) == len(found)


@pytest.mark.parametrize("line", [*LINES, "Ergebnis: einstimmig", "Der Antrag wird mit 1 gegen 2 Stimmen"])
def test_long_texts_of_one_line_come_to_an_end(line: str) -> None:
    """A thousand lines of anything; what is not linear would not end within the suite's patience."""
    text = "TOP 2 Neubau der Teichbrücke\n" + f"{line}\n" * 1000 + f"{line} " * 3000
    results_in({1: text}, [BRIDGE])
    quotes_in({1: text})


def test_the_samples_are_as_different_as_they_should_be() -> None:
    styles = [r"(?m)^Ö 3", r"(?m)^Vorlage: 0087", r"(?m)^Zu Punkt 3:", r"(?m)^3\.2\. "]
    for style, sample in zip(styles, (ALLRIS, SESSION, SDNET, RUBIN), strict=True):
        assert re.search(style, "\n".join(sample.pages))


@pytest.mark.parametrize(
    ("lines", "votes"),
    [
        (
            "Abstimmungsergebnis: 9 Ja-Stimmen, 1 Nein-Stimme, 0 Enthaltungen\nErgebnis: mehrheitlich beschlossen",
            (9, 1, 0),
        ),
        ("Ergebnis: mehrheitlich beschlossen\nAbstimmungsergebnis: 9 Ja-Stimmen, 1 Nein-Stimme", (9, 1, None)),
    ],
)
def test_votes_count_whichever_line_states_them(lines: str, votes: tuple[int, int, int | None]) -> None:
    page = f"Niederschrift\n2. Neubau der Teichbrücke\nBeschluss:\nDie Brücke wird gebaut.\n{lines}\n"
    (said,) = results_in({1: page}, [BRIDGE])
    assert said.result is Result.ADOPTED
    assert (said.votes.yes, said.votes.no, said.votes.abstentions) == votes
