# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""The yearly budget: preliminary report and one page a product, about forty pages whose figures add up."""

from __future__ import annotations

import random
from collections.abc import Iterator

from demo.config import TOWN
from demo.matters import OFFICE, Matter
from demo.words import expand, long_date, number

from .blocks import Block, Document, Fields, Heading, PageBreak, Table, Text
from .papers import rng_of

# product, office, share of the town's expenses in thousandths, own income in percent of expenses, purpose, figure, its value
_PRODUCTS = (
    ("01.01.01", "Politische Gremien", "VL", 9, 0, "Vorbereitung und Betreuung der Sitzungen des Rates und seiner Ausschüsse", "Sitzungen", 30),
    ("01.02.01", "Verwaltungssteuerung", "VL", 14, 2, "Leitung der Verwaltung, Öffentlichkeitsarbeit, Städtepartnerschaften", "Pressemitteilungen", 210),
    ("01.03.01", "Personalmanagement", "FB 1", 21, 4, "Gewinnung, Entwicklung und Abrechnung des Personals", "Beschäftigte", 186),
    ("01.04.01", "Informationstechnik", "FB 1", 26, 3, "Betrieb der Fachverfahren, Netze und Arbeitsplätze einschließlich der Schulen", "Endgeräte", 1240),
    ("01.05.01", "Finanzbuchhaltung", "FB 2", 13, 5, "Buchhaltung, Zahlungsabwicklung und Vollstreckung", "Buchungen", 48600),
    ("01.06.01", "Gebäudemanagement", "FB 4", 74, 18, "Bewirtschaftung und Unterhaltung der städtischen Gebäude", "Gebäude", 84),
    ("01.07.01", "Zentrale Dienste", "FB 1", 11, 1, "Poststelle, Beschaffung, Archiv und Fuhrpark", "Sendungen", 61400),
    ("02.01.01", "Allgemeine Gefahrenabwehr", "FB 3", 8, 22, "Ordnungsbehördliche Aufgaben, Gewerbe, Märkte", "Verfahren", 940),
    ("02.02.01", "Verkehrsüberwachung", "FB 3", 6, 130, "Überwachung des ruhenden Verkehrs", "Verwarnungen", 5200),
    ("02.03.01", "Einwohnerwesen und Wahlen", "FB 3", 12, 41, "Melde- und Passwesen, Durchführung von Wahlen", "Vorgänge", 17800),
    ("02.04.01", "Brandschutz und Hilfeleistung", "FB 3", 31, 8, "Freiwillige Feuerwehr mit drei Löschzügen, vorbeugender Brandschutz", "Einsätze", 214),
    ("03.01.01", "Grundschulen", "FB 5", 42, 6, "Trägerschaft der drei Grundschulen", "Schülerinnen und Schüler", 612),
    ("03.02.01", "Sekundarschule", "FB 5", 24, 5, "Trägerschaft der Sekundarschule mit gemeinsamem Lernen", "Schülerinnen und Schüler", 486),
    ("03.03.01", "Gymnasium", "FB 5", 29, 5, "Trägerschaft des Gymnasiums am Lohedamm", "Schülerinnen und Schüler", 731),
    ("03.04.01", "Offene Ganztagsschule", "FB 5", 33, 58, "Außerunterrichtliche Angebote an den Grundschulen", "Plätze", 395),
    ("03.05.01", "Schülerbeförderung", "FB 5", 22, 3, "Organisation und Finanzierung des Schülerspezialverkehrs", "Fahrschüler", 418),
    ("04.01.01", "Stadtbücherei", "FB 5", 9, 12, "Ausleihe, Leseförderung, Veranstaltungen", "Entleihungen", 71200),
    ("04.02.01", "Heimatpflege und Museum", "FB 5", 5, 9, "Heimatmuseum, Denkmalpreis, Vereinszuschüsse", "Besuche", 3900),
    ("04.03.01", "Volkshochschule und Musikschule", "FB 5", 8, 0, "Umlagen an die Zweckverbände", "Unterrichtsstunden", 8100),
    ("05.01.01", "Leistungen für Asylsuchende", "FB 3", 38, 71, "Unterbringung, Versorgung und Betreuung", "Leistungsberechtigte", 204),
    ("05.02.01", "Soziale Einrichtungen", "FB 3", 12, 34, "Obdach, Seniorenarbeit, Quartiersbüro", "Beratungen", 1480),
    ("06.01.01", "Kindertagesbetreuung", "FB 3", 61, 23, "Zuschüsse an Träger, eigene Gebäude", "Plätze", 598),
    ("06.02.01", "Jugendarbeit", "FB 3", 10, 11, "Jugendzentrum, mobile Arbeit, Ferienspiele", "Teilnahmen", 6100),
    ("06.03.01", "Spielplätze", "FB 4", 7, 1, "Unterhaltung und Erneuerung der Spielflächen", "Spielplätze", 31),
    ("08.01.01", "Sportstätten", "FB 5", 16, 9, "Sporthallen und Sportplätze", "Nutzungsstunden", 14900),
    ("08.02.01", "Freibad", "FB 5", 14, 37, "Betrieb des Freibads Lohedamm", "Badegäste", 46300),
    ("09.01.01", "Stadtplanung", "FB 4", 12, 7, "Bauleitplanung, Rahmenplanung, Geoinformation", "Verfahren", 11),
    ("10.01.01", "Bauordnung und Denkmalschutz", "FB 4", 7, 48, "Stellungnahmen zu Bauanträgen, Denkmalliste", "Vorgänge", 260),
    ("11.01.01", "Abfallwirtschaft", "SEB", 36, 100, "Sammlung und Entsorgung der Abfälle, Wertstoffhof", "Tonnen", 6850),
    ("11.02.01", "Abwasserbeseitigung", "SEB", 78, 102, "Kanalnetz, Pumpwerke und Kläranlage Wiesbrück", "Kilometer Kanal", 128),
    ("12.01.01", "Straßen, Wege, Brücken", "FB 4", 71, 28, "Bau und Unterhaltung der Gemeindestraßen und Wirtschaftswege", "Kilometer Straße", 143),
    ("12.02.01", "Straßenreinigung und Winterdienst", "SEB", 9, 82, "Reinigung nach Satzung, Winterdienst nach Dringlichkeit", "Einsatztage", 34),
    ("12.03.01", "Öffentlicher Nahverkehr", "FB 3", 13, 20, "Stadtbus, Bürgerbus, Haltestellen", "Fahrgäste", 118000),
    ("13.01.01", "Grünflächen und Gewässer", "FB 4", 19, 3, "Parks, Straßenbäume, Gewässerunterhaltung", "Bäume", 7400),
    ("13.02.01", "Friedhöfe", "SEB", 11, 74, "Betrieb von vier Friedhöfen", "Bestattungen", 148),
    ("14.01.01", "Klimaschutz", "FB 4", 6, 46, "Klimaschutzmanagement, Förderprogramme, Energieberatung", "Beratungen", 180),
    ("15.01.01", "Wirtschaftsförderung und Tourismus", "VL", 9, 6, "Bestandspflege, Gründungsberatung, Stadtmarketing", "Betriebsbesuche", 46),
)  # fmt: skip

_REPORT = (
    ("Rahmenbedingungen", ("Der Haushalt {year} steht unter dem Eindruck [steigender Sozial- und Personalaufwendungen|einer stagnierenden Konjunktur|hoher Baupreise]. Die Orientierungsdaten des Landes lassen bei den Gemeinschaftssteuern einen Zuwachs von [1,8|2,4|3,1] Prozent erwarten.",
                           "Die Steuerkraft der Stadt {town} liegt leicht über dem Mittel vergleichbarer Kommunen. Die Schlüsselzuweisungen sinken dadurch um {less} Euro.")),
    ("Erträge", ("Die Gewerbesteuer ist mit {trade} Euro veranschlagt. Drei Betriebe im Gewerbering tragen zusammen gut ein Drittel des Aufkommens; [ihre Entwicklung wird aufmerksam verfolgt|Nachzahlungen für Vorjahre sind nicht eingeplant].",
                 "Der Hebesatz der Grundsteuer B bleibt bei 560 Prozent, der Gewerbesteuer bei 445 Prozent. Gebühren sind kostendeckend kalkuliert.")),
    ("Aufwendungen", ("Die Personalaufwendungen steigen um [3,9|4,6|5,2] Prozent, bedingt durch den Tarifabschluss und {posts} zusätzliche Stellen in der Kindertagesbetreuung und im Bauwesen.",
                      "Die Kreisumlage ist mit einem Satz von [36,8|37,4|38,1] Prozent die größte einzelne Aufwendung. Für die Unterhaltung der Straßen werden {roads} Euro bereitgestellt, das sind rund {metre} Euro je Meter.")),
    ("Schulden und Rücklagen", ("Die Investitionskredite belaufen sich am Jahresende auf {debt} Euro, das entspricht {head} Euro je Einwohner. Liquiditätskredite werden nur unterjährig benötigt.",
                                "Die Ausgleichsrücklage reicht nach der mittelfristigen Planung bis {until}. Eine Haushaltssicherung wird vermieden, wenn die Verbesserungsvorschläge der Strukturkommission umgesetzt werden.")),
)  # fmt: skip


def budget(matter: Matter) -> Document:
    """Report, overall plan and the products."""
    rng = rng_of(matter, "budget")
    year = int(matter.facts["next_year"])
    expense = int(matter.facts["expense"].replace(".", ""))
    income = int(matter.facts["income"].replace(".", ""))
    whole = sum(row[3] for row in _PRODUCTS)
    products = [(row, expense * 78 // 100 * row[3] // whole) for row in _PRODUCTS]
    debt = rng.randrange(18_000_000, 26_000_000, 1000)
    facts = {"year": str(year), "town": TOWN, "less": number(rng.randrange(80000, 640000, 1000)), "trade": number(rng.randrange(8_200_000, 11_000_000, 10000)),
             "posts": str(rng.randint(2, 6)), "roads": number(1_430_000), "metre": "10", "debt": number(debt), "head": number(debt // 14200), "until": str(year + rng.randint(2, 4))}  # fmt: skip
    blocks: list[Block] = [Heading("Vorbericht", 1)]
    for title, lines in _REPORT:
        blocks += [Heading(title), *(Text(expand(line, rng, facts)) for line in lines)]
    blocks += _overall(income, expense, products, rng)
    for row, amount in products:
        blocks += [PageBreak(), *_product(row, amount, year, rng)]
    return Document(f"Haushaltsplan {year}", OFFICE["FB 2"].name, "Haushaltsplan", f"Stadt {TOWN} · Haushaltsplan {year}", tuple(blocks),
                    cover=(f"Haushaltsplan {year}", f"Haushaltssatzung und Anlagen der Stadt {TOWN}", f"Entwurf vom {long_date(matter.day)}"), letterhead=False)  # fmt: skip


_Row = tuple[str, str, str, int, int, str, str, int]


def _overall(income: int, expense: int, products: list[tuple[_Row, int]], rng: random.Random) -> Iterator[Block]:
    yield Heading("Gesamtergebnisplan", 1)
    parts = [income * share // 1000 for share in (462, 241, 168, rng.randint(40, 52), 31)]
    parts.append(income - sum(parts))
    names = (
        "Steuern und ähnliche Abgaben",
        "Zuwendungen und allgemeine Umlagen",
        "Öffentlich-rechtliche Leistungsentgelte",
        "Kostenerstattungen",
        "Privatrechtliche Leistungsentgelte",
        "Sonstige ordentliche Erträge",
    )
    in_products = sum(amount for _, amount in products)
    costs = (
        ("Aufwendungen der Produkte", in_products),
        ("Kreisumlage und Transferaufwendungen", expense - in_products),
    )
    rows = [
        ("Position", "Ansatz in Euro"),
        *((name, number(part)) for name, part in zip(names, parts, strict=True)),
        ("Summe der Erträge", number(income)),
    ]
    rows += [(name, f"-{number(part)}") for name, part in costs]
    yield Table((*rows, ("Jahresergebnis", f"-{number(expense - income)}")), (6, 3), numeric=1, total=True)
    yield Heading("Übersicht der Produkte", 1)
    lines = tuple((row[0], row[1], number(amount), number(amount * row[4] // 100)) for row, amount in products)
    yield Table((("Produkt", "Bezeichnung", "Aufwand", "Ertrag"), *lines, ("", "Summe", number(in_products), number(sum(a * r[4] // 100 for r, a in products)))), (1.4, 5, 2, 2), numeric=2, total=True)  # fmt: skip


_GOALS = (
    "Die Qualität der Leistung wird bei [gleichbleibendem|leicht steigendem] Aufwand gehalten.",
    "Bis zum Jahresende werden [die Abläufe vollständig digital abgebildet|die Wartezeiten um ein Fünftel verkürzt|zwei Standorte zusammengelegt].",
    "Der Kostendeckungsgrad soll in drei Jahren um [zwei|vier] Prozentpunkte steigen.",
    "Die Zusammenarbeit mit [den Nachbarkommunen|dem Kreis|den örtlichen Vereinen] wird ausgebaut.",
    "Der Energieverbrauch wird gegenüber dem Vorjahr um [drei|fünf|acht] Prozent gesenkt.",
    "Anfragen der Einwohnerschaft werden [binnen drei Arbeitstagen|spätestens nach einer Woche] beantwortet.",
)  # fmt: skip


def _product(row: _Row, amount: int, year: int, rng: random.Random) -> Iterator[Block]:
    code, name, office, _, cover, purpose, figure, value = row
    yield Heading(f"Produkt {code} {name}", 1)
    yield Fields(
        (("Produktbereich", code[:2]), ("Verantwortlich", OFFICE[office].name), ("Beschreibung", purpose + "."))
    )
    yield Heading("Ziele")
    for goal in rng.sample(_GOALS, 3):
        yield Text(expand(goal, rng), "–")
    yield Heading("Kennzahlen")
    values = [
        value * rng.randint(93, 100) // 100,
        value * rng.randint(96, 103) // 100,
        value,
        value * rng.randint(99, 106) // 100,
    ]
    yield Table((("Kennzahl", *(str(year + shift) for shift in (-2, -1, 0, 1))), (figure, *map(number, values)),
                 ("Aufwand je Einwohner in Euro", *(number(max(1, amount * share // 100 // 14200)) for share in (93, 97, 100, 103)))), (4, 1.5, 1.5, 1.5, 1.5), numeric=1)  # fmt: skip
    yield Heading("Teilergebnisplan")
    yield _plan(amount, cover, year, rng)
    yield Text(
        expand(
            "Erläuterung: [Der Mehrbedarf ergibt sich aus Tarifsteigerungen und gestiegenen Energiepreisen.|Im Ansatz sind einmalige Gutachterkosten enthalten.|Die Veränderung gegenüber dem Vorjahr folgt aus der Neuordnung der internen Verrechnung.|Der Ansatz wurde nach dem Rechnungsergebnis fortgeschrieben.] [Nachbesetzungen erfolgen erst nach sechs Monaten.|Verträge werden im Jahresverlauf neu ausgeschrieben.|Fördermittel sind nur veranschlagt, soweit ein Bescheid vorliegt.]",
            rng,
        )
    )


def _plan(amount: int, cover: int, year: int, rng: random.Random) -> Table:
    shares = [rng.randint(30, 48), rng.randint(18, 28), rng.randint(6, 12)]
    names = (
        "Personalaufwendungen",
        "Sach- und Dienstleistungen",
        "Abschreibungen",
        "Transfer- und sonstige Aufwendungen",
    )
    rows = [
        (
            "Position",
            *(
                f"{kind} {year + shift}"
                for kind, shift in (("Ergebnis", -2), ("Ansatz", -1), ("Ansatz", 0), ("Plan", 1))
            ),
        )
    ]
    totals = [amount * share // 100 for share in (91, 96, 100, 103)]
    columns = [[total * share // 100 for share in shares] for total in totals]
    for column, total in zip(columns, totals, strict=True):
        column.append(total - sum(column))
    rows.append(("Erträge", *(number(total * cover // 100) for total in totals)))
    rows += [(label, *(f"-{number(column[n])}" for column in columns)) for n, label in enumerate(names)]
    rows.append(("Ergebnis", *(number(total * cover // 100 - total) for total in totals)))
    return Table(tuple(rows), (4, 2, 2, 2, 2), numeric=1, total=True)
