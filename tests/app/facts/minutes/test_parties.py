"""Parties are named by what they are called, never persons, and only where it is certain what they voted on."""

import pytest

from app.facts.minutes import Item, PartyVote, Result, Votes, results_in
from app.facts.minutes.parties import group_names
from app.facts.minutes.votes import parties_in

GROUPS = group_names(["SPD-Fraktion", "FBQ Lindenau", "Fraktion Wir für Lindenau e. V.", "Fraktion Müller", "Huber"])
PASSAGES: list[tuple[str, dict[str, str]]] = [
    ("20 Ja (CDU, SPD), 5 Nein (AfD)", {"CDU": "yes", "SPD": "yes", "AfD": "no"}),
    ("20 Ja (CDU, BM), 5 Nein (AfD, fraktionslos)", {"CDU": "yes", "AfD": "no"}),
    ("9 Ja-Stimmen (CDU, Bündnis 90/Die Grünen)", {"CDU": "yes", "Bündnis 90/Die Grünen": "yes"}),
    ("9 Ja-Stimmen (FPÖ-, SPÖ- + ÖVP-Fraktion, MFG)", {"FPÖ": "yes", "SPÖ": "yes", "ÖVP": "yes", "MFG": "yes"}),
    ("gegen die Stimmen der SPD abgelehnt.", {"SPD": "no"}),
    ("gegen die Stimmen der SPD beschlossen", {"SPD": "no"}),
    ("bei Enthaltung der FDP angenommen", {"FDP": "abstentions"}),
    ("bei Enthaltung der GRÜNEN und Gegenstimmen der SPD", {"GRÜNEN": "abstentions"}),
    ("gegen die Stimmen der Linken und der AfD", {"Linken": "no", "AfD": "no"}),
    ("gegen die Stimmen der CDU-\nFraktion und der Fraktion DIE LINKE.", {"CDU": "no", "DIE LINKE": "no"}),
    ("gegen die Stimmen der CDU,\nSPD und Bündnis 90/\nDie Grünen",
     {"CDU": "no", "SPD": "no", "Bündnis 90/ Die Grünen": "no"}),
    ("mit den Stimmen der CDU- und der FDP-Fraktion", {"CDU": "yes", "FDP": "yes"}),
    ("gegen die Stimmen der CDU (5), der SPD (3) und der AfD (2)", {"CDU": "no", "SPD": "no", "AfD": "no"}),
    ("mit den Stimmen von BSW, Volt und ÖDP", {"BSW": "yes", "Volt": "yes", "ÖDP": "yes"}),
    ("gegen die Stimmen der Gruppe CDU/FDP", {"CDU/FDP": "no"}),
    ("gegen die Stimmen der ABC-Fraktion, der Fraktion XYZ", {"ABC": "no", "XYZ": "no"}),
    ("gegen die Stimmen der Wählergemeinschaft Lindenau beschlossen", {"Wählergemeinschaft Lindenau": "no"}),
    ("gegen die Stimmen von FBQ Lindenau und Freien Wählern", {"FBQ Lindenau": "no", "Freien Wählern": "no"}),
    ("gegen die Stimmen der SPD\nBeschluss:", {"SPD": "no"}),
    ("gegen die Stimmen der SPD-Fraktion und von Herrn MUSTER", {"SPD": "no"}),
]  # fmt: skip
PERSONS = [
    "gegen die Stimme von GR Muster",
    "2 Nein (GR Muster, StR BEISPIEL)",
    "12 Ja (OB Muster, CDU)",
    "2 Nein (Frau Beispiel, SPD)",
    "gegen die Stimmen von Herrn MUSTER",
    "gegen die Stimmen der SPD-Stadträte Muster und Beispiel",
    "gegen die Stimmen der SPD Stadträte Muster und Beispiel",
    "gegen die Stimmen der SPD\nStadträte Muster und Beispiel",
    "gegen die Stimme der SPD (Frau Beispiel)",
    "gegen die Stimmen der SPD mit Ausnahme von Frau Beispiel",
    "gegen die Stimmen der Stadtrats-Fraktion",
    "gegen die Stimmen der Fraktion Herr Muster",
    "gegen die Stimmen von Müller und Huber",
]


@pytest.mark.parametrize(("passage", "votes"), PASSAGES, ids=range(len(PASSAGES)))
def test_it_names_parties_as_they_are_called(passage: str, votes: dict[str, str]) -> None:
    assert {one.party: one.vote for one in parties_in(passage, GROUPS)} == votes


@pytest.mark.parametrize("passage", PERSONS, ids=range(len(PERSONS)))
def test_it_names_no_person(passage: str) -> None:
    assert parties_in(passage, GROUPS) == ()


def test_it_reads_tables_of_parties_it_knows() -> None:
    table = "Ja Nein Enthaltungen\nBM 1 - -\nMUSTER 1 - -\nSPD 2 4 1\nFBQ Lindenau 3 - -\nAfD-Fraktion - 2 -"
    assert parties_in(table, GROUPS) == (
        PartyVote("SPD", "yes", 2),
        PartyVote("SPD", "no", 4),
        PartyVote("SPD", "abstentions", 1),
        PartyVote("FBQ Lindenau", "yes", 3),
        PartyVote("AfD", "no", 2),
    )


REFUSED: list[tuple[str, Votes, dict[str, str]]] = [
    ("Der Antrag wird mit den Stimmen von CDU und FDP gegen die Stimmen der SPD bei Enthaltung der AfD abgelehnt.",
     Votes(), {"AfD": "abstentions"}),
    ("Der Antrag wird bei 3 Gegenstimmen abgelehnt.", Votes(), {}),
    ("Der Antrag wird bei 3 Gegenstimmen und 2 Enthaltungen abgelehnt.", Votes(abstentions=2), {}),
    ("Beschluss:\nDer Antrag wird abgelehnt.\nAbstimmungsergebnis:\nmehrheitlich\ngegen die Stimmen der SPD",
     Votes(), {}),
    ("Beschluss:\nDer Rat lehnt den Antrag ab.\nAbstimmungsergebnis: 9 Ja (CDU), 3 Nein (SPD)", Votes(), {}),
    ("Abstimmungsergebnis: abgelehnt bei 3 Gegenstimmen (SPD)", Votes(), {}),
    ("Abstimmungsergebnis: abgelehnt, 3 Ja (SPD), 9 Nein (CDU, FDP)", Votes(3, 9),
     {"SPD": "yes", "CDU": "no", "FDP": "no"}),
]  # fmt: skip
AGREED = "Der Antrag wird mehrheitlich mit den Stimmen von CDU und FDP gegen die Stimmen der SPD angenommen."


def _read(passage: str, *groups: str) -> tuple[Result, Votes, dict[str, str]]:
    items = [Item("bridge", "5", "Neubau der Teichbrücke"), Item("x", "6", "Verschiedenes")]
    text = f"Niederschrift\nTOP 5 Neubau der Teichbrücke\n{passage}\nTOP 6 Verschiedenes\n"
    said = next(one for one in results_in({1: text}, items, groups) if one.item.key == "bridge")
    return said.result, said.votes, {one.party: one.vote for one in said.parties}


@pytest.mark.parametrize(("passage", "votes", "parties"), REFUSED, ids=range(len(REFUSED)))
def test_of_a_refusal_it_tells_who_was_against_only_where_that_is_certain(
    passage: str, votes: Votes, parties: dict[str, str]
) -> None:
    assert _read(passage) == (Result.REJECTED, votes, parties)


def test_of_what_was_agreed_to_it_tells_who_was_against() -> None:
    assert _read(AGREED) == (Result.ADOPTED, Votes(), {"CDU": "yes", "FDP": "yes", "SPD": "no"})


def test_parties_that_voted_on_an_amendment_are_not_told_of_the_matter() -> None:
    amendment = "Änderungsantrag ABC: abgelehnt gegen die Stimmen der SPD"
    form = f"Abstimmungsergebnis:\n{amendment}\nBeschlussvorlage: einstimmig zugestimmt"
    assert _read(form) == (Result.ADOPTED, Votes(), {})


def test_it_takes_the_names_of_the_councils_own_groups() -> None:
    passage = "Abstimmungsergebnis: 9 Ja (CDU), 3 Nein (FBQ)"
    assert _read(passage)[2] == {"CDU": "yes"}
    assert _read(passage, "FBQ-Fraktion")[2] == {"CDU": "yes", "FBQ": "no"}
