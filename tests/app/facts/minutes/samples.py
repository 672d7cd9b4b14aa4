"""Minutes of a made-up council as four kinds of software print them, and what became of each item by them."""

from dataclasses import dataclass

from app.facts.minutes import Item, Result


@dataclass(frozen=True)
class Sample:
    """Pages, the agenda, and by number what minutes say: result, votes for, against, abstaining."""

    pages: tuple[str, ...]
    agenda: tuple[Item, ...]
    expected: dict[str, tuple[Result, int | None, int | None, int | None]]


def _agenda(*rows: tuple[str, str] | tuple[str, str, str]) -> tuple[Item, ...]:
    return tuple(Item(row[0], row[0], row[1], tuple(row[2:])) for row in rows)


AGENDA_LIST = """Tagesordnung
Öffentlicher Teil
"""

# ALLRIS: "TOP Ö 3", the result as a word, votes in a list below.
ALLRIS = Sample(
    (
        """Niederschrift
über die 12. öffentliche Sitzung des Rates der Stadt Lindenau
Sitzungstermin: Donnerstag, 12.03.2026
Anwesend:
Frau Ada Beispiel  ABC
Herr Bert Muster  XYZ
Tagesordnung
Öffentlicher Teil
Ö 1  Eröffnung der Sitzung
Ö 2  Neubau der Kindertagesstätte am Teich  BV/0123/2026
Ö 3  Antrag der ABC-Fraktion: Tempo 30 in der Gartenstraße  AT/0044/2026
Ö 4  Bericht über die Grünflächen  MV/0051/2026
Ö 5  Sanierung der Sporthalle
Nichtöffentlicher Teil
N 6  Grundstücksangelegenheit
Protokoll:
Öffentlicher Teil
Ö 1  Eröffnung der Sitzung
Die Bürgermeisterin eröffnet die Sitzung. Die Niederschrift der letzten Sitzung wird einstimmig genehmigt.
Ö 2  Neubau der Kindertagesstätte am Teich  BV/0123/2026
Herr Muster fragt nach den Kosten. Die Verwaltung verweist auf die Vorlage.
Beschluss:
Der Rat beschließt:
1. Die Kindertagesstätte wird gebaut.
2. Die Mittel werden bereitgestellt.
Abstimmungsergebnis:
Ja-Stimmen: 21
Nein-Stimmen: 4
Enthaltungen: 2
""",
        """Ö 3  Antrag der ABC-Fraktion: Tempo 30 in der Gartenstraße  AT/0044/2026
Frau Beispiel begründet den Antrag. Herr Muster sagt, so ein Antrag sei schon einmal abgelehnt worden.
Beschluss:
Der Antrag wird abgelehnt.
Abstimmungsergebnis:
mehrheitlich
gegen die Stimmen der ABC-Fraktion
Ö 4  Bericht über die Grünflächen  MV/0051/2026
zur Kenntnis genommen
Ö 5  Sanierung der Sporthalle
Die Vorlage wird von der Verwaltung zurückgezogen.
Nichtöffentlicher Teil
N 6  Grundstücksangelegenheit
Abstimmungsergebnis: einstimmig beschlossen
""",
    ),
    _agenda(
        ("Ö 1", "Eröffnung der Sitzung"),
        ("Ö 2", "Neubau der Kindertagesstätte am Teich", "BV/0123/2026"),
        ("Ö 3", "Antrag der ABC-Fraktion: Tempo 30 in der Gartenstraße", "AT/0044/2026"),
        ("Ö 4", "Bericht über die Grünflächen", "MV/0051/2026"),
        ("Ö 5", "Sanierung der Sporthalle"),
    ),
    {
        "Ö 2": (Result.ADOPTED, 21, 4, 2),
        "Ö 3": (Result.REJECTED, None, None, None),
        "Ö 4": (Result.NOTED, None, None, None),
        "Ö 5": (Result.WITHDRAWN, None, None, None),
    },
)

# SessionNet: plain numbers, the paper's number on a line of its own, a row of counts.
SESSION = Sample(
    (
        """Beschlussprotokoll
der 7. Sitzung des Bauausschusses vom 05.02.2026
1. Feststellung der Beschlussfähigkeit
2. Bebauungsplan Nr. 14 "Am Anger", Aufstellungsbeschluss
Vorlage: 0087/2026
3. Ausbau der Ringstraße
Vorlage: 0091/2026
4. Mitteilungen

1. Feststellung der Beschlussfähigkeit
Der Vorsitzende stellt die Beschlussfähigkeit fest.
2. Bebauungsplan Nr. 14 "Am Anger", Aufstellungs-
beschluss
Vorlage: 0087/2026
Beschluss-Nr.: 12-07/26
Beschlussempfehlung:
1. Der Plan wird aufgestellt.
2. Der Beschluss ist bekannt zu machen.
geändert beschlossen
Abstimmungsergebnis:
Anwesend: 11 Ja: 8 Nein: 2 Enthaltung: 1 Befangen: 0
3. Ausbau der Ringstraße
Vorlage: 0091/2026
Es wird beantragt, den Punkt zu vertagen.
zurückgestellt
4. Mitteilungen
Es liegen keine Mitteilungen vor.
""",
    ),
    _agenda(
        ("1", "Feststellung der Beschlussfähigkeit"),
        ("2", 'Bebauungsplan Nr. 14 "Am Anger", Aufstellungsbeschluss', "0087/2026"),
        ("3", "Ausbau der Ringstraße", "0091/2026"),
        ("4", "Mitteilungen"),
    ),
    {"2": (Result.AMENDED, 8, 2, 1), "3": (Result.DEFERRED, None, None, None)},
)

# SD.NET: "Zu Punkt 3", how it was voted in one line, parties in a table.
SDNET = Sample(
    (
        """Öffentliche Niederschrift
über die Sitzung des Hauptausschusses am 10. Februar 2026
Zu Punkt 1: Einwohnerfragestunde
Es werden keine Fragen gestellt.
Zu Punkt 2: Erhöhung der Hundesteuer
Beschluss:
Der Hauptausschuss empfiehlt dem Rat, die Hundesteuer zu erhöhen.
Abstimmungsergebnis:
Ja Nein Enthaltungen
BM 1
ABC 6 - -
XYZ - 4 1
Zu Punkt 3: Beitritt zum Verein "Radland"
Beschluss:
Der Ausschuss beschließt den Beitritt.
Abstimmungsergebnis: einstimmig, 0 Enthaltungen
- 2 -
""",
        """Zu Punkt 4: Anfrage zum Hallenbad
Der Ausschuss nimmt die Antwort der Verwaltung zur Kenntnis.
Zu Punkt 5: Verkauf der Mühle
Beschluss:
Der Hauptausschuss lehnt den Verkauf ab.
Abstimmungsergebnis: 13 Ja-Stimmen, 0 Enthaltungen, 0 Nein-Stimmen
""",
    ),
    _agenda(
        ("1", "Einwohnerfragestunde"),
        ("2", "Erhöhung der Hundesteuer"),
        ("3", 'Beitritt zum Verein "Radland"'),
        ("4", "Anfrage zum Hallenbad"),
        ("5", "Verkauf der Mühle"),
    ),
    {
        "3": (Result.ADOPTED, None, None, 0),
        "4": (Result.NOTED, None, None, None),
        # What they voted for was the refusal: these votes are not the matter's.
        "5": (Result.REJECTED, None, None, None),
    },
)

# more! rubin: numbers of two parts, sentences that say what the council did.
RUBIN = Sample(
    (
        """Niederschrift (öffentlich)
über die 40. Sitzung des Rates der Stadt am 26.03.2026
3.1. Sachstand Radschnellweg
31021-26
Der Rat der Stadt nimmt den Sachstand einstimmig zur Kenntnis.
3.2. Wohnungsbau am Hafen
31044-26
Hierzu liegt ein Antrag der ABC-Fraktion vor.
Der Rat der Stadt lehnt den Änderungsantrag der ABC-Fraktion mehrheitlich ab.
Der Rat der Stadt beschließt mehrheitlich gegen die Stimmen der Fraktion XYZ und bei Enthaltung der Fraktion ABC:
Der Wohnungsbau am Hafen wird fortgeführt.
4.1. Umbenennung der Brunnengasse
31050-26
Der Rat der Stadt verweist die Vorlage einstimmig in den Kulturausschuss.
4.2. Prüfung eines Trinkbrunnens
Frau Beispiel: Der Rat lehnt solche Wünsche immer ab!
Das Gespräch wird fortgesetzt.
""",
    ),
    _agenda(
        ("3.1", "Sachstand Radschnellweg", "31021-26"),
        ("3.2", "Wohnungsbau am Hafen", "31044-26"),
        ("4.1", "Umbenennung der Brunnengasse", "31050-26"),
        ("4.2", "Prüfung eines Trinkbrunnens"),
    ),
    {
        "3.1": (Result.NOTED, None, None, None),
        "3.2": (Result.ADOPTED, None, None, None),
        "4.1": (Result.REFERRED, None, None, None),
    },
)
SAMPLES = {"allris": ALLRIS, "session": SESSION, "sdnet": SDNET, "rubin": RUBIN}
