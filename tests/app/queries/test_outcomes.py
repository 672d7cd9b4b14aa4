import pytest

from app.queries.outcomes import Outcome, outcome_of, votes_in


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (None, None),
        ("", None),
        ("  \n ", None),
        ("einstimmig beschlossen", Outcome.ACCEPTED),
        ("Mehrheitlich zugestimmt", Outcome.ACCEPTED),
        ("einstimmig empfohlen", Outcome.ACCEPTED),
        ("ungeändert beschlossen", Outcome.ACCEPTED),
        ("unverändert   angenommen", Outcome.ACCEPTED),
        ("ohne Gegenstimme beschlossen", Outcome.ACCEPTED),
        ("einstimmig, ohne Enthaltung", Outcome.ACCEPTED),
        ("mit Stellungnahme einverstanden", Outcome.ACCEPTED),
        ("geändert beschlossen", Outcome.AMENDED),
        ("mit einer Änderung beschlossen", Outcome.AMENDED),
        ("Mit Maßgabe empfohlen", Outcome.AMENDED),
        ("teilweise zugestimmt", Outcome.AMENDED),
        ("teilweise abgelehnt", Outcome.AMENDED),
        ("mehrheitlich abgelehnt", Outcome.REJECTED),
        ("nicht empfohlen", Outcome.REJECTED),
        ("wurde nicht mehrheitlich beschlossen", Outcome.REJECTED),
        ("Ablehnung empfohlen", Outcome.REJECTED),
        ("Damit ist der Antrag zurückgewiesen.", Outcome.REJECTED),
        ("vertagt", Outcome.POSTPONED),
        ("einstimmig zurückgestellt", Outcome.POSTPONED),
        ("verwiesen in Fachausschuss", Outcome.REFERRED),
        ("zur Kenntnis genommen", Outcome.NOTED),
        ("Kenntnisnahme", Outcome.NOTED),
        ("ohne Beschluss", Outcome.NONE),
        ("Ohne", Outcome.NONE),
        ("keine Abstimmung", Outcome.NONE),
        ("-.-", Outcome.NONE),
        ("vom Antragsteller zurückgezogen", Outcome.NONE),
        ("von der Tagesordnung abgesetzt", Outcome.NONE),
        ("13 Ja-Stimmen, 0 Enthaltungen, 2 Nein-Stimmen", Outcome.ACCEPTED),
        ("4 Ja-Stimmen, 9 Nein-Stimmen, 0 Enthaltungen", Outcome.REJECTED),
        ("7 Ja, 7 Nein", Outcome.REJECTED),
        ("7 Ja-Stimmen / 1 Enthaltung", Outcome.ACCEPTED),
        ("siehe Dokument Abstimmungsergebnisse", Outcome.OTHER),
        ("vorberaten ohne Änderungen", Outcome.OTHER),
        ("<script>alert(1)</script>", Outcome.OTHER),
        ("x" * 100_000, Outcome.OTHER),
    ],
)
def test_it_reads_the_kind_of_a_result(result: str | None, outcome: Outcome | None) -> None:
    assert outcome_of(result) == outcome


def test_an_endless_number_is_no_count_of_votes() -> None:
    words = "9" * 200_000 + " ja"  # no number that Python reads, and minutes to try as one
    assert outcome_of(words) is Outcome.OTHER
    assert votes_in(words) is None
