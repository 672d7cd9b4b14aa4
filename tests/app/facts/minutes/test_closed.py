"""What was decided behind closed doors is told of no public item, however the minutes say that the doors are closed."""

import pytest

from app.facts.minutes import Item, Result, are_minutes, is_closed, results_in
from app.facts.minutes.closed import without_closed
from tests.app.facts.minutes.samples import SAMPLES

FIRE = Item("fire", "2", "Neubau Feuerwehrhaus am Anger")
HALL = Item("hall", "3", "Sanierung der Sporthalle")
TITLE = "Niederschrift über die Sitzung des Rates am 12.03.2026\n"
OPEN = "2 Neubau Feuerwehrhaus am Anger\nAbstimmungsergebnis: 12 Ja, 3 Nein\n"
SECRET = "2 Neubau Feuerwehrhaus am Anger\nAbstimmungsergebnis: 2 Ja, 13 Nein\n"
SECRET_HALL = "3 Sanierung der Sporthalle\nAbstimmungsergebnis: 1 Ja, 14 Nein\n"
HEADINGS = {
    "plain": "Nichtöffentlicher Teil",
    "apart": "Nicht öffentlicher Teil",
    "hyphen": "Nicht-öffentlicher Teil",
    "capitals": "NICHTÖFFENTLICHER TEIL",
    "sitting": "Nichtöffentliche Sitzung",
    "small": "nichtöffentliche Sitzung",
    "dated": "Nichtöffentliche Sitzung des Rates vom 12.03.2026",
    "part two": "Teil II: nichtöffentlich",
    "roman": "II. Nichtöffentlicher Teil",
    "letter": "B) Nichtöffentlicher Teil:",
    "ruled": "--- Nichtöffentlicher Teil ---",
    "clock": "Nichtöffentlicher Teil (19:35 Uhr bis 20:10 Uhr)",
    "in": "In nichtöffentlicher Sitzung",
    "agenda": "Nichtöffentliche Tagesordnung",
    "begins": "Beginn der nichtöffentlichen Sitzung: 20:15 Uhr",
    "two lines": "Nichtöffentlicher\nTeil",
    "broken": "Nicht-\nöffentlicher Teil",
    "broken later": "Nichtöffent-\nlicher Teil",
    "without umlaut": "Nichtoeffentlicher Teil",
    "held together": "Nicht\u00a0öffentlicher Teil",
    "status": "Status: nicht öffentlich",
    "item": "N 1 Grundstück am Bach",
    "named item": "TOP N 1: Grundstück am Bach",
    "end of the open": "Ende des öffentlichen Teils um 19:30 Uhr",
    "closes": "Der Vorsitzende schließt die öffentliche Sitzung um 19:30 Uhr.",
    "closes at": "Der Vorsitzende schließt um 19.30 Uhr die öffentliche Sitzung.",
    "excluded": "Die Öffentlichkeit wird ausgeschlossen.",
    "own minutes": "Niederschrift\nüber die 7. nichtöffentliche Sitzung des Rates",
    "marked": "1 Ankauf der Mühle (nichtöffentlich)",
    "marked in two letters": "1 Ankauf der Mühle (NÖ)",
    "numbered in two letters": "TOP NÖ 4: Ankauf der Mühle",
    "two letters": "NÖ-Teil",
    "two letters with a point": "Nö. Teil",
    "two letters with points": "N.Ö. Sitzung",
    "two letters apart": "N Ö Teil",
    "two letters alone": "NÖ",
    "confidential": "Vertraulicher Teil",
    "confidential sitting": "II. Vertrauliche Sitzung",
    "secret": "Geheimer Teil",
    "shut": "Geschlossene Sitzung",
    "internal": "B) Interne Beratung",
    "labelled": "Intern: nichtöffentlich",
    "labelled sitting": "Sitzungsart: Nichtöffentliche Sitzung",
    "letters apart": "N i c h t ö f f e n t l i c h e r  T e i l",
    "letters apart, part": "B  V E R T R A U L I C H E R   T E I L",
    "state": "Die Nichtöffentlichkeit wird hergestellt.",
    "state asked for": "Sie schließt und bittet, die Nichtöffentlichkeit herzustellen.",
    "state heading": "Herstellung der Nichtöffentlichkeit",
    "goes on": "Die Sitzung wird um 20.15 Uhr nichtöffentlich fortgesetzt.",
    "opens confidential": "Die Vorsitzende eröffnet den vertraulichen Teil.",
    "leaves": "Die Öffentlichkeit verlässt den Saal.",
    "own confidential minutes": "Niederschrift\nüber die 7. vertrauliche Sitzung des Rates",
}


def told(*pages: str) -> dict[str, tuple[Result, int | None]]:
    found = results_in(dict(enumerate(pages, 1)), [FIRE, HALL])
    return {one.item.key: (one.result, one.votes.yes) for one in found}


@pytest.mark.parametrize("name", HEADINGS)
@pytest.mark.parametrize("joint", ["\n", "\f"], ids=["line", "page"])
def test_what_follows_a_closed_heading_is_told_of_nobody(name: str, joint: str) -> None:
    text = joint.join([TITLE + OPEN, HEADINGS[name], SECRET, SECRET_HALL])
    assert told(*text.split("\f")) == {"fire": (Result.ADOPTED, 12)}


@pytest.mark.parametrize("name", HEADINGS)
def test_a_closed_part_in_front_is_told_of_nobody_either(name: str) -> None:
    secret = f"{TITLE}1 Eröffnung\nGuten Tag.\n{HEADINGS[name]}\n{SECRET}{SECRET_HALL}"
    assert told(secret) == {}
    assert told(secret, "Öffentlicher Teil\n" + OPEN) == {"fire": (Result.ADOPTED, 12)}


@pytest.mark.parametrize(
    "line",
    ["Öffentlicher Teil", "I. Öffentliche Sitzung", "Fortsetzung der öffentlichen Sitzung", "Teil I: öffentlich",
     "Die Öffentlichkeit wird wiederhergestellt."],
)  # fmt: skip
def test_it_goes_on_where_the_public_is_let_in_again(line: str) -> None:
    text = f"{TITLE}{OPEN}Nichtöffentlicher Teil\n{SECRET}{line}\n3 Sanierung der Sporthalle\nvertagt\n"
    assert told(text) == {"fire": (Result.ADOPTED, 12), "hall": (Result.DEFERRED, None)}


@pytest.mark.parametrize(
    "line",
    ["Der Rat kommt auf den öffentlichen Teil zurück.", "Nicht-\nöffentlicher Teil", "Ende des\nöffentlichen Teils",
     "Nichtöffentlicher Teil", "Ö 2", "Öffentlicher Teil war um 19 Uhr zu Ende", "TOP Ö 9 Verschiedenes"],
)  # fmt: skip
def test_what_only_speaks_of_the_public_lets_nobody_in(line: str) -> None:
    assert told(f"{TITLE}{OPEN}Nichtöffentlicher Teil\n{line}\n{SECRET}{SECRET_HALL}") == {"fire": (Result.ADOPTED, 12)}


def test_a_running_head_of_the_pages_lets_nobody_in() -> None:
    head = "Öffentliche Sitzung\n"
    pages = [f"{head}{TITLE}{OPEN}", f"{head}Nichtöffentlicher Teil\n{SECRET}", f"{head}{SECRET_HALL}", head]
    assert told(*pages) == {"fire": (Result.ADOPTED, 12)}


@pytest.mark.parametrize(
    "title",
    ["Bekanntgabe der Beschlüsse aus der\nnichtöffentlichen Sitzung vom 3.2.2026",
     "Bekanntgabe der in\nnichtöffentlicher Sitzung gefassten Beschlüsse",
     "Genehmigung der\nNiederschrift über die nichtöffentliche Sitzung",
     "Geheime Abstimmung", "Wahl\ngeheim", "Vertrag nach der NÖ Gemeindeordnung", "Interne Verrechnung",
     "Öffentlicher Teil: 18:00 Uhr - 19:10 Uhr\nNichtöffentlicher Teil: 19:10 Uhr - 20:00 Uhr"],
)  # fmt: skip
def test_what_only_names_a_closed_meeting_costs_nothing(title: str) -> None:
    assert told(f"{TITLE}1 {title}\nOhne Aussprache.\n{OPEN}") == {"fire": (Result.ADOPTED, 12)}


@pytest.mark.parametrize(
    "head",
    ["Niederschrift über die nichtöffentliche Sitzung des Rates", "Niederschrift\nüber die 3. nicht öffentliche Runde",
     "NICHTÖFFENTLICH\nNiederschrift über die Sitzung", "Vertrauliche Niederschrift des Rates", "NÖ-Protokoll",
     "Niederschrift über die geschlossene Sitzung", "N i c h t ö f f e n t l i c h e   S i t z u n g\nNiederschrift",
     "Protokoll (nicht-öffentlich)", "Vertraulich\nProtokoll",
     "Niederschrift über die nichtöffentliche Sitzung im Anschluss an die öffentliche Sitzung",
     "Auszug aus der Niederschrift der nichtöffent-\nlichen Sitzung", "Protokoll der nichtoeffentlichen Sitzung",
     "Beschlussauszug aus der Nicht-\nöffentlichen Sitzung",
     "Niederschrift über die unter Ausschluss der Öffentlichkeit geführte Sitzung"],
)  # fmt: skip
def test_minutes_of_a_closed_meeting_are_none(head: str) -> None:
    text = f"{head} am 12.03.2026\n{OPEN}"
    assert is_closed("", text)
    assert not are_minutes("Niederschrift", text)
    assert told(text) == {}


@pytest.mark.parametrize(
    "head",
    ["Niederschrift nach § 53 NÖ Gemeindeordnung", "Niederschrift über die öffentliche und vertrauliche Sitzung",
     "Niederschrift über die öffentliche und nichtöffentliche Sitzung", "Niederschrift (öffentlich)",
     "Niederschrift über die nichtöffentliche und öffentliche Sitzung", "Niederschrift über die Sitzung",
     "Niederschrift über die Sitzung\nTagesordnung\n1 Niederschrift der nichtöffentlichen Sitzung"],
)  # fmt: skip
def test_minutes_of_a_public_meeting_are_minutes(head: str) -> None:
    text = f"{head}\n{OPEN}"
    assert are_minutes("", text)
    assert told(text) == {"fire": (Result.ADOPTED, 12)}


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_moves_where_a_part_is_left_out(name: str) -> None:
    text = "\n".join(SAMPLES[name].pages)
    public, _ = without_closed(text)
    assert len(public) == len(text)
    assert all(mine in (theirs, " ") for mine, theirs in zip(public, text, strict=True))


@pytest.mark.parametrize(
    ("name", "closed"),
    [("Niederschrift_NÖ_2026.pdf", True), ("Protokoll (vertraulich)", True), ("Protokoll nö", True),
     ("Interne Niederschrift", True), ("Protokoll Ö und NÖ", False), ("Protokoll Internationale Woche", False),
     ("Niederschrift Böblinger Weg", False), ("Öffentliche Niederschrift", False)],
)  # fmt: skip
def test_a_name_says_in_short_that_the_meeting_was_closed(name: str, closed: bool) -> None:
    assert is_closed(name, "") is closed
