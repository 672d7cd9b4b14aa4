# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""A concept with one sheet a measure: 16 to 30 pages."""

from __future__ import annotations

import random
from collections.abc import Iterator

from demo.cast import OFFICES
from demo.config import TOWN
from demo.matters import OFFICE, Matter
from demo.places import DISTRICTS, STREETS
from demo.words import euro, expand, listing, long_date, number

from .blocks import Block, Document, Fields, Heading, PageBreak, Space, Table, Text
from .papers import rng_of

_DEEDS = (
    ("Beratungsangebot für private Haushalte", "Bürgerinnen und Bürger erhalten eine unabhängige Erstberatung. Sie findet an zwei Nachmittagen im Monat in der Stadtbücherei statt und wird mit der Verbraucherberatung abgestimmt."),
    ("Sanierungsfahrplan für städtische Gebäude", "Für alle Gebäude mit mehr als 500 Quadratmetern Nutzfläche wird ein Fahrplan erstellt, der Zustand, Verbrauch und Reihenfolge der Arbeiten festlegt."),
    ("Trinkbrunnen und schattige Sitzplätze", "In der Innenstadt und in jedem Stadtteil entsteht mindestens ein kühler Ort mit Trinkwasser, Schatten und Sitzgelegenheit."),
    ("Entsiegelung von Schulhöfen", "Asphaltflächen werden in Abschnitten aufgebrochen und durch Beete, Bäume und wasserdurchlässige Beläge ersetzt. Schülerinnen und Schüler planen mit."),
    ("Sichere Fahrradabstellanlagen", "An Schulen, Haltestellen und Sportstätten werden überdachte Anlagen errichtet; ein Teil erhält abschließbare Boxen."),
    ("Lückenschluss im Radverkehrsnetz", "Die im Netzplan markierten Lücken werden nach Nutzen und Bauaufwand geordnet und schrittweise geschlossen."),
    ("Baumpatenschaften", "Anwohnerinnen und Anwohner übernehmen das Wässern junger Straßenbäume. Die Stadt stellt Wassersäcke und eine Ansprechperson."),
    ("Kommunales Energiemanagement", "Verbräuche werden monatlich erfasst und ausgewertet. Auffälligkeiten führen binnen zwei Wochen zu einer Prüfung vor Ort."),
    ("Förderprogramm Dach- und Fassadenbegrünung", "Private Eigentümer erhalten einen Zuschuss von bis zu 40 Prozent der Kosten. Das Programm ist zunächst auf drei Jahre angelegt."),
    ("Barrierefreie Wege zwischen den Stadtteilen", "Bordabsenkungen, taktile Elemente und Ruhebänke werden entlang der Hauptwege ergänzt."),
    ("Jugendforum", "Zweimal im Jahr beraten Jugendliche über ein eigenes Budget. Die Ergebnisse werden im Fachausschuss vorgestellt."),
    ("Naturnahe Gewässerrandstreifen", "Entlang der Lohe und des Mühlenbachs werden auf städtischen Flächen zehn Meter breite Streifen aus der Bewirtschaftung genommen."),
    ("Mehrfachnutzung von Sporthallen", "Freie Zeiten werden über ein Buchungssystem vergeben. Kurse für Ältere erhalten am Vormittag Vorrang."),
    ("Warnung vor Hitze und Starkregen", "Pflegeeinrichtungen, Schulen und Kindertagesstätten werden über einen Verteiler benachrichtigt und erhalten Handlungsempfehlungen."),
    ("Photovoltaik auf kommunalen Dächern", "Geeignete Dächer werden nacheinander belegt. Überschüsse werden bilanziell an anderen Liegenschaften genutzt."),
    ("Wohnen im Bestand", "Eigentümer großer Einfamilienhäuser werden zu Teilung, Umbau und Tausch beraten."),
    ("Bewegungsparcours", "Wetterfeste Geräte für alle Altersgruppen ergänzen die Spielplätze und werden von Vereinen betreut."),
    ("Ladeinfrastruktur im öffentlichen Raum", "Bis 2030 soll in jedem Stadtteil mindestens ein öffentlicher Ladepunkt je 250 Einwohner verfügbar sein."),
    ("Blühflächen und Regiosaatgut", "Zwölf Prozent der städtischen Rasenflächen werden in artenreiche Wiesen umgewandelt und zweimal im Jahr gemäht."),
    ("Abwärme aus der Kläranlage", "Eine Machbarkeitsstudie untersucht, ob das gereinigte Abwasser ein Wärmenetz in Wiesbrück speisen kann."),
    ("Carsharing in der Innenstadt", "Zwei Stellplätze werden für ein stationsgebundenes Angebot ausgeschrieben; die Verwaltung nutzt die Fahrzeuge am Vormittag selbst."),
    ("Regenwassernutzung auf Friedhöfen", "Zisternen ersetzen Trinkwasser an den Schöpfstellen. Bei Trockenheit wird aus dem Rückhaltebecken nachgespeist."),
    ("Spielflächen für kleine Kinder", "Jeder Stadtteil erhält eine eingezäunte Fläche mit Sandspiel, Schatten und Sitzplätzen für Begleitpersonen."),
    ("Öffentlichkeitsarbeit und jährlicher Bericht", "Ein kurzer Jahresbericht mit Kennzahlen wird dem Ausschuss vorgelegt und allgemein verständlich veröffentlicht."),
    ("Leerstandskataster", "Leer stehende Gebäude werden erfasst und Eigentümer angesprochen. Ziel ist eine Wiedernutzung von zehn Objekten im Jahr."),
    ("Mobilstationen", "Haltestelle, Leihrad, Abstellanlage und Information werden an drei Knoten zusammengeführt."),
)  # fmt: skip

_INTRO = (
    ("Ausgangslage", ("{town} hat rund 14.200 Einwohnerinnen und Einwohner in sechs Stadtteilen. [Die Altersgruppe über 65 wächst bis 2040 um ein Viertel.|Die Zahl der Haushalte steigt stärker als die Bevölkerung.] Das Konzept knüpft an die Leitlinien der Stadtentwicklung an und fasst vorhandene Planungen zusammen.",
                      "Grundlage sind eine Bestandsaufnahme, die Auswertung von [Verbrauchs- und Verkehrsdaten|Geodaten und Begehungen] sowie Gespräche mit {talks} Schlüsselpersonen aus Vereinen, Schulen und Wirtschaft.")),
    ("Beteiligung", ("An {rounds} Veranstaltungen nahmen {people} Menschen teil; über die Onlinekarte gingen {hints} Hinweise ein. [Die meisten Hinweise betrafen die Kernstadt und Kirchlohe.|Auffällig viele Hinweise kamen aus Steinbeke und Ostlohe.]",
                     "Die Ergebnisse wurden in einer Steuerungsgruppe aus Verwaltung, Fraktionen und Fachleuten gebündelt. Doppelungen wurden zusammengeführt, nicht kommunal beeinflussbare Vorschläge weitergeleitet.")),
    ("Ziele und Leitlinien", ("Das Handlungsprogramm verfolgt vier Ziele: Wirkung vor Symbolik, Bestand vor Neubau, Beteiligung von Anfang an und messbare Ergebnisse. Jede Maßnahme hat eine verantwortliche Stelle, einen Zeitrahmen und eine Kennzahl.",
                              "Die Bewertung erfolgt nach Wirkung, Kosten, Umsetzbarkeit und Akzeptanz auf einer Skala von eins bis fünf. Maßnahmen mit mehr als 15 Punkten werden vorrangig umgesetzt.")),
)  # fmt: skip


def concept(matter: Matter) -> Document:
    """Introduction, overview table and the sheets."""
    rng = rng_of(matter, "concept")
    name = matter.facts["concept"]
    count = int(matter.facts["measures"])
    deeds = rng.sample(_DEEDS, count)
    facts = {
        **matter.facts,
        "town": TOWN,
        "talks": str(rng.randint(14, 38)),
        "rounds": str(rng.randint(3, 6)),
        "hints": number(rng.randint(140, 1180)),
    }
    blocks: list[Block] = []
    for position, (title, lines) in enumerate(_INTRO, 1):
        blocks.append(Heading(f"{position} {title}", 1))
        blocks += [Text(expand(line, rng, facts)) for line in lines]
    blocks += [Heading("4 Bevölkerung nach Stadtteilen", 1), _people(rng), Heading("5 Übersicht der Maßnahmen", 1)]
    sheets = [_Sheet(position, title, text, matter, rng) for position, (title, text) in enumerate(deeds, 1)]
    rows = tuple((f"M {s.position}", s.title, s.period, euro(s.cost), str(s.points)) for s in sheets)
    blocks.append(Table((("Nr.", "Maßnahme", "Zeitraum", "Kosten", "Punkte"), *rows), (0.9, 5, 1.7, 2, 1.1), numeric=3))
    for sheet in sheets:
        blocks += [PageBreak(), *sheet.blocks()]
    return Document(f"{name} der Stadt {TOWN}", OFFICE[matter.office].name, "Konzept", f"{name} · {TOWN}", tuple(blocks),
                    cover=(name, f"Bericht für die Stadt {TOWN}", f"Stand: {long_date(matter.day)}"), letterhead=False)  # fmt: skip


def _people(rng: random.Random) -> Table:
    base = {
        "Kernstadt": 6320,
        "Kirchlohe": 2140,
        "Brinkrode": 1890,
        "Ostlohe": 1260,
        "Steinbeke": 1410,
        "Wiesbrück": 1180,
    }
    rows = [("Stadtteil", "Einwohner", "unter 18", "über 65")]
    for name, usual in base.items():
        people = usual + rng.randint(-20, 20)
        rows.append(
            (
                name,
                number(people),
                number(people * rng.randint(15, 20) // 100),
                number(people * rng.randint(19, 26) // 100),
            )
        )
    return Table(tuple(rows), (4, 2, 2, 2), numeric=1)


class _Sheet:
    """One measure with its figures."""

    def __init__(self, position: int, title: str, text: str, matter: Matter, rng: random.Random) -> None:
        self.position, self.title, self.text, self.rng = position, title, text, rng
        year = matter.day.year
        start = year + rng.randint(0, 2)
        self.period = f"{start}–{start + rng.randint(1, 4)}"
        self.cost = rng.randrange(4000, 240000, 1000)
        self.scores = [rng.randint(2, 5) for _ in range(4)]
        self.points = sum(self.scores)
        self.office = rng.choice(OFFICES[1:]).name
        self.areas = sorted(rng.sample(list(DISTRICTS), rng.randint(1, 3)))
        self.street = rng.choice(STREETS[self.areas[0]])

    def blocks(self) -> Iterator[Block]:
        rng = self.rng
        yield Heading(f"M {self.position}: {self.title}", 1)
        yield Fields((("Verantwortlich", self.office), ("Zeitraum", self.period), ("Kosten", euro(self.cost)),
                      ("Stadtteile", listing(self.areas)), ("Kennzahl", expand("[Anzahl erreichter Haushalte|Tonnen CO2 im Jahr|Zahl der umgesetzten Standorte|Quadratmeter umgestalteter Fläche|Zufriedenheit in der Befragung]", rng))))  # fmt: skip
        yield Heading("Beschreibung")
        yield Text(self.text)
        yield Text(
            expand(
                f"Begonnen wird [im Bereich {self.street}|im Stadtteil {self.areas[0]}|mit einem Pilotvorhaben im Bereich {self.street}], weil dort [der Bedarf nach der Bestandsaufnahme am größten ist|die Eigentumsverhältnisse eine rasche Umsetzung erlauben|ohnehin Bauarbeiten anstehen].",
                rng,
            )
        )
        yield Heading("Handlungsschritte")
        steps = ("Zuständigkeiten und Ablauf festlegen", "Förderantrag vorbereiten und einreichen", "Standorte [prüfen|mit den Anliegern abstimmen]",
                 "Leistungen ausschreiben", "Umsetzung begleiten und öffentlich berichten", "Wirkung nach zwei Jahren auswerten")  # fmt: skip
        chosen = [step for step in steps if rng.random() < 0.75] or list(steps[:3])
        for number_, step in enumerate(chosen, 1):
            yield Text(expand(step, rng) + ".", f"{number_}.")
        yield Heading("Bewertung")
        names = ("Wirkung", "Kosten", "Umsetzbarkeit", "Akzeptanz")
        rows = [(name, str(score), "*" * score) for name, score in zip(names, self.scores, strict=True)]
        yield Table((("Kriterium", "Punkte", ""), *rows, ("Summe", str(self.points), "")), (4, 1.5, 3), total=True)
        yield Text(
            expand(
                "Hemmnisse: [begrenzte Personalkapazität|lange Lieferzeiten|fehlende Flächen|unsichere Förderkulisse]. Synergien: [Kanalsanierung im gleichen Abschnitt|Schulentwicklungsplanung|Stadtmarketing|Ehrenamtsförderung].",
                rng,
            )
        )
        yield Space(4)
