"""Sentences as minutes have them: one kind of result, or none where they might mean another."""

import pytest

from app.facts.minutes import Item, Result, results_in
from app.facts.minutes.wording import kind_of, plain

A, C, R, D, F, N, W = (
    Result.ADOPTED,
    Result.AMENDED,
    Result.REJECTED,
    Result.DEFERRED,
    Result.REFERRED,
    Result.NOTED,
    Result.WITHDRAWN,
)
WORDINGS: list[tuple[str, Result | None]] = [
    ("einstimmig beschlossen", A),
    ("Einstimmig angenommen.", A),
    ("mehrheitlich zugestimmt", A),
    ("Einstimmige Zustimmung", A),
    ("Der Beschlussvorschlag wird mehrheitlich angenommen.", A),
    ("Der Rat beschließt einstimmig den Neubau.", A),
    ("Der Ausschuss empfiehlt dem Rat, den Neubau zu beschließen.", A),
    ("Die Niederschrift wird genehmigt.", A),
    ("ungeändert beschlossen", A),
    ("unverändert angenommen", A),
    ("Der Rat stimmt der Vorlage zu.", A),
    ("Dem Antrag wurde stattgegeben.", A),
    ("Dem Antrag wird entsprochen.", A),
    ("Dem Vorschlag der Verwaltung wird gefolgt.", A),
    ("Die Satzung wird verabschiedet.", A),
    ("laut Vorlage", A),
    ("wie vorgeschlagen", A),
    ("Zum Vorsitzenden wird Herr Beispiel gewählt.", A),
    ("ohne Gegenstimmen angenommen", A),
    ("geändert beschlossen", C),
    ("mit Änderungen angenommen", C),
    ("in geänderter Fassung beschlossen", C),
    ("mit folgender Ergänzung zugestimmt", C),
    ("mit der Maßgabe beschlossen, dass der Weg bleibt", C),
    ("abgelehnt", R),
    ("einstimmig abgelehnt", R),
    ("Mehrheitliche Ablehnung", R),
    ("Der Antrag wird nicht angenommen.", R),
    ("Der Antrag wird mehrheitlich nicht angenommen.", R),
    ("Dem Antrag wird nicht zugestimmt.", R),
    ("Dem Antrag wird bei zwei Enthaltungen nicht zugestimmt.", R),
    ("Der Rat stimmt dem Antrag nicht zu.", R),
    ("Der Ausschuss lehnt den Antrag ab.", R),
    ("Die Mitglieder lehnen den Antrag mehrheitlich ab.", R),
    ("Der Rat lehnte den Antrag gegen die Stimmen der ABC ab.", R),
    ("Der Antrag wird dem Rat zur Ablehnung empfohlen.", R),
    ("Der Ausschuss empfiehlt dem Rat, den Antrag abzulehnen.", R),
    ("nicht beschlossen", R),
    ("nicht empfohlen", R),
    ("Der Antrag findet keine Mehrheit.", R),
    ("Der Einwand wird verworfen.", R),
    ("Dem Antrag wird nicht gefolgt.", R),
    ("Dem Begehren wird nicht entsprochen.", R),
    ("Der Antrag wurde mit den Stimmen der ABC nicht beschlossen.", R),
    ("vertagt", D),
    ("Der Punkt wird vertagt.", D),
    ("zurückgestellt", D),
    ("Die Beratung wird auf die nächste Sitzung verschoben.", D),
    ("Der Vertagung wird zugestimmt.", D),
    ("Einstimmig wird die Vertagung beschlossen.", D),
    ("Der Ausschuss stellt die Vorlage zurück.", D),
    ("in den Ausschuss für Bau verwiesen", F),
    ("Der Antrag wird an den Umweltausschuss überwiesen.", F),
    ("verwiesen", F),
    ("einstimmig verwiesen", F),
    ("verwiesen in den Fachausschuss", F),
    ("Der Antrag wird zur weiteren Beratung in den Schulausschuss verwiesen.", F),
    ("Die Vorlage wird an die Verwaltung zurückverwiesen.", F),
    ("Der Verweisung in den Ausschuss wird zugestimmt.", F),
    ("Das Postulat wird dem Stadtrat zur Prüfung überwiesen.", F),
    ("Damit ist das Geschäft der GPK überwiesen.", F),
    ("zur Kenntnis genommen", N),
    ("Der Rat nimmt den Bericht zur Kenntnis.", N),
    ("Der Bericht wird zustimmend zur Kenntnis genommen.", N),
    ("Kenntnisnahme", N),
    ("Die Mitglieder nehmen Kenntnis.", N),
    ("Der Ausschuss nahm die Mitteilung zur Kenntnis.", N),
    ("Kenntnis genommen", N),
    ("zurückgezogen", W),
    ("Der Antrag wird zurückgezogen.", W),
    ("Der Antrag wurde von der Fraktion zurückgenommen.", W),
    ("Die Fraktion zieht ihren Antrag zurück.", W),
    ("Der Antrag wird nicht weiterverfolgt.", W),
    ("Der Antrag wird nicht weiter verfolgt.", W),
    # Nothing, rather than something wrong.
    ("", None),
    ("Ohne Aussprache.", None),
    ("keine Abstimmung", None),
    ("Der Vorsitzende verweist auf die Vorlage.", None),
    ("Auf die Anlage wird verwiesen.", None),
    ("Der Antrag wird teilweise angenommen.", None),
    ("zum Teil abgelehnt", None),
    ("Der Antrag wird nicht abgelehnt.", None),
    ("Der Antrag wird nicht vertagt.", None),
    ("Der Antrag wurde nicht zurückgezogen.", None),
    ("Der Punkt wird nicht in den Ausschuss verwiesen.", None),
    ("Der Bericht wird nicht zur Kenntnis genommen.", None),
    ("Der Antrag, die Vorlage abzulehnen, wird angenommen.", None),
    ("Der Antrag auf Ablehnung der Vorlage wird beschlossen.", None),
    ("Änderung angenommen, Vorlage abgelehnt", None),
    ("Die Verweisung wird abgelehnt.", None),
    ("Die Vertagung wird abgelehnt.", None),
    ("zur Kenntnis genommen und beschlossen", None),
    ("zurückgezogen und neu beschlossen", None),
    ("vertagt oder verwiesen in den Ausschuss", None),
    ("unter Vorbehalt zugestimmt", None),
    ("erledigt", None),
    ("abgesetzt", None),
    ("Die Einwendung wird zurückgewiesen.", None),
    ("Der Rat berät.", None),
    ("Frau Beispiel bedankt sich.", None),
]


@pytest.mark.parametrize(("words", "kind"), WORDINGS, ids=range(len(WORDINGS)))
def test_it_finds_the_kind_of_a_wording_or_none(words: str, kind: Result | None) -> None:
    assert kind_of(plain(words)) is kind


@pytest.mark.parametrize(
    ("words", "kind"), [("Der Antrag wird ab-\ngelehnt.", R), ("mehr-\nheitlich zuge-\n stimmt", A)], ids=["one", "two"]
)
def test_words_broken_at_the_line_end_are_whole(words: str, kind: Result) -> None:
    assert kind_of(plain(words)) is kind


# What stands below an item's title, and what the item came to by it.
PASSAGES: list[tuple[str, Result | None]] = [
    ("Abstimmungsergebnis: einstimmig", A),
    ("Abstimmungsergebnis:\neinstimmig", A),
    ("Abstimmungsergebnis: mehrheitlich bei 2 Gegenstimmen", A),
    ("Abstimmung: 12 dafür, 3 dagegen", A),
    ("Abstimmungsergebnis: 3 Ja-Stimmen, 12 Nein-Stimmen", R),
    ("Abstimmungsergebnis: 6 Ja, 6 Nein, 0 Enthaltungen", R),
    ("Abstimmungsergebnis: Zustimmung: 12 Ablehnung: 0 Enthaltung: 1", A),
    ("Abstimmungsergebnis: Zustimmung: 2 Ablehnung: 9", R),
    ("Abstimmungsergebnis: 12 : 3", A),
    ("Ergebnis: abgelehnt", R),
    ("Ergebnis: zurückgezogen", W),
    ("Beratungsergebnis: geändert beschlossen", C),
    ("Beschluss:\nDer Antrag wird abgelehnt.\nAbstimmungsergebnis: einstimmig", R),
    ("Beschluss:\nDer Rat lehnt den Antrag ab.\nAbstimmungsergebnis: 12 Ja, 3 Nein", R),
    ("Beschluss:\nKenntnisnahme\nAbstimmungsergebnis: keine Abstimmung", N),
    ("Beschluss:\nVerwiesen in den Fachausschuss\nAbstimmungsergebnis: keine Abstimmung", F),
    ("Beschluss:\nDer Rat nimmt den Bericht zur Kenntnis.\nAbstimmungsergebnis: einstimmig", N),
    ("Beschluss:\nDer Rat nimmt den Bericht zur Kenntnis.", N),
    ("Beschluss:\nDie Vorlage wird vertagt.", D),
    ("Geänderter Beschluss:\nDer Weg bleibt.\nAbstimmungsergebnis: einstimmig", C),
    ("Beschlussvorschlag:\nDer Weg bleibt.\nAbstimmungsergebnis: 5 Ja, 4 Nein", A),
    ("Der Antrag wird mit 4 gegen 9 Stimmen abgelehnt.", R),
    ("Der Antrag wird mit\n9 Ja-Stimmen\ngegen 4 Nein-Stimmen\nangenommen.", A),
    ("Der Ausschuss beschließt einstimmig:", A),
    ("ungeändert beschlossen", A),
    ("Damit ist das Geschäft vertagt.", D),
    ("Der Vorsitzende vertagt den Tagesordnungspunkt.", D),
    ("Der Antrag zu Punkt 5. der Tagesordnung wird einstimmig angenommen.", A),
    ("Der Änderungsantrag wird abgelehnt.\nDer Antrag wird mit 9 gegen 4 Stimmen angenommen.", A),
    ("Abstimmungsergebnis:\nÄnderungsantrag ABC: mehrheitlich abgelehnt\nBeschlussvorlage: einstimmig zugestimmt", A),
    # Nothing, rather than something wrong.
    ("Der Änderungsantrag wird mit 4 gegen 9 Stimmen abgelehnt.", None),
    ("Der Antrag auf Vertagung wird mit 4 gegen 9 Stimmen abgelehnt.", None),
    ("Die Dringlichkeit des Antrags wird einstimmig zuerkannt.", None),
    ("Abstimmungsergebnis:\nZiffer 1: angenommen\nZiffer 2: abgelehnt", None),
    ("Abstimmungsergebnis: 6 Ja-Stimmen, der Rest Nein-Stimmen", None),
    ("Abstimmungsergebnis: siehe Anlage", None),
    ("Abstimmungsergebnis: keine Abstimmung", None),
    ("Abstimmungsergebnis: 3 Ja, 12 Nein, angenommen", None),
    ("Beschluss:\nKenntnisnahme und Verweisung in den Bauausschuss\nAbstimmungsergebnis: keine Abstimmung", None),
    ("Beschluss:\nDie Stellungnahme A wird abgelehnt, der Plan beschlossen.\nAbstimmungsergebnis: einstimmig", None),
    ("Beschluss:\nKenntnisnahme\nAbstimmungsergebnis: keine Abstimmung\nDer Vorsitzende vertagt den Punkt.", None),
    ("Der Antrag wird angenommen, wenn die Mittel reichen.", None),
    ("Frau Beispiel: Der Antrag wird abgelehnt, das wissen wir doch.", None),
    ("Der Antrag wurde bereits vom Rat einstimmig abgelehnt.", None),
    ("Der Antrag wird mit 9 gegen 4 Stimmen angenommen.\nDer Antrag wird mit 9 gegen 4 Stimmen abgelehnt.", None),
    ("Die Punkte 5 und 6 werden gemeinsam beraten.\nDer Antrag wird einstimmig angenommen.", None),
    ("Der Antrag zu Punkt 6. der Tagesordnung wird einstimmig angenommen.", None),
    ("die Verwaltung hat den Vorschlag damals\nangenommen.", None),
    ("Abstimmung über den Änderungsantrag: einstimmig", None),
]


@pytest.mark.parametrize(("passage", "kind"), PASSAGES, ids=range(len(PASSAGES)))
def test_it_finds_what_an_item_came_to_or_nothing(passage: str, kind: Result | None) -> None:
    text = f"Niederschrift\nTOP 5 Neubau der Teichbrücke\nFrau Beispiel berichtet.\n{passage}\nTOP 6 Verschiedenes\n"
    found = results_in({1: text}, [Item("bridge", "5", "Neubau der Teichbrücke"), Item("x", "6", "Verschiedenes")])
    assert {one.item.key: one.result for one in found} == ({"bridge": kind} if kind else {})


def test_there_are_enough_of_them() -> None:
    assert len(WORDINGS) + len(PASSAGES) >= 120
