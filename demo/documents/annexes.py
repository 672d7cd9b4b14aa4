# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Short annexes: cost estimates, traffic counts, site plans, scanned letters."""

from __future__ import annotations

from collections.abc import Callable

from demo.config import POSTCODE, TOWN
from demo.matters import OFFICE, Matter
from demo.places import STREETS, district_of
from demo.words import decimal, euro, expand, long_date, number

from .blocks import Block, Document, Fields, Heading, SitePlan, Space, Table, Text
from .papers import rng_of, signer

# What a table of costs lists, by the kind of thing that is paid for.
_ROAD = (
    "Baustelleneinrichtung und Verkehrssicherung",
    "Rückbau und Aufbruch",
    "Erdarbeiten und Entsorgung",
    "Entwässerung und Leitungsbau",
    "Trag- und Deckschichten",
    "Borde, Rinnen und Pflaster",
    "Beleuchtung und Elektroarbeiten",
    "Markierung und Beschilderung",
    "Bepflanzung und Fertigstellungspflege",
    "Ausstattung",
)
_HOUSE = (
    "Baustelleneinrichtung und Gerüst",
    "Abbruch und Schadstoffentsorgung",
    "Rohbau",
    "Zimmer- und Holzbau",
    "Dachabdichtung",
    "Fenster und Sonnenschutz",
    "Heizung, Lüftung, Sanitär",
    "Elektroarbeiten",
    "Innenausbau und Oberflächen",
    "Außenanlagen",
)
_LAMPS = (
    "LED-Leuchten",
    "Masten und Fundamente",
    "Kabel und Übergangskästen",
    "Montage",
    "Demontage und Entsorgung",
    "Steuerung und Nachtabsenkung",
)
_SOLAR = (
    "Module",
    "Wechselrichter",
    "Unterkonstruktion und Montage",
    "Zählerschrank und Netzanschluss",
    "Blitzschutz",
    "Gerüst",
)
_PURCHASE = (
    "Grundgerät oder Fahrgestell",
    "Aufbau",
    "Beladung und Zubehör",
    "Funk und Telematik",
    "Überführung und Zulassung",
    "Einweisung",
)
_GRANTS = (
    "Sportverein Kernstadt",
    "Turngemeinde Brinkrode",
    "Musikzug Kirchlohe",
    "Heimatverein Steinbeke",
    "Schützenbruderschaft Ostlohe",
    "Kantorei Lohenbrück",
    "Theaterkreis Wallstraße",
    "Jugendrotkreuz",
)
_LEDGER = (
    "Personalaufwendungen",
    "Sach- und Dienstleistungen",
    "Abschreibungen",
    "Transferaufwendungen",
    "Zinsen",
    "Sonstige Aufwendungen",
)
_LISTS = {"renovation": _HOUSE, "allday": _HOUSE, "nursery": _HOUSE, "lighting": _LAMPS, "solar": _SOLAR, "vehicle": _PURCHASE,
          "firestation": _PURCHASE, "culture": _GRANTS, "report": _LEDGER, "accounts": _LEDGER, "fees": _LEDGER}  # fmt: skip


def _document(matter: Matter, kind: str, blocks: list[Block], scanned: bool = False) -> Document:
    return Document(f"{kind}: {matter.title}", OFFICE[matter.office].name, kind, f"{kind} zur Vorlage {matter.reference}",
                    tuple(blocks), scanned=scanned)  # fmt: skip


def costs(matter: Matter) -> Document:
    """A table whose rows add up to the amount in the paper."""
    rng = rng_of(matter, "costs")
    total = int(matter.facts.get("cost_number", rng.randrange(40000, 900000, 1000)))
    known = _LISTS.get(matter.topic.key, _ROAD)
    works = sorted(rng.sample(known, rng.randint(5, len(known))), key=known.index)
    # Planning and a reserve first; what is left is split by lot and the last line takes the rounding.
    building = known in (_ROAD, _HOUSE)
    planning, reserve = (total * 14 // 100, total * 6 // 100) if building else (0, 0)
    left = total - planning - reserve
    lots = [rng.uniform(0.4, 1.8) for _ in works]
    parts = [int(left * lot / sum(lots)) for lot in lots]
    parts[-1] += left - sum(parts)
    rows = [("Pos.", "Leistung", "Betrag in Euro", "Anteil")]
    amounts = list(zip(works, parts, strict=True))
    if building:
        amounts += [("Baunebenkosten (Planung, Gutachten)", planning), ("Unvorhergesehenes", reserve)]
    rows += [
        (f"{n:02d}", name, number(amount), f"{decimal(100 * amount / total, 1)} %")
        for n, (name, amount) in enumerate(amounts, 1)
    ]
    rows.append(("", "Gesamtsumme", number(total), "100,0 %"))
    note = (
        "Die Kostenschätzung beruht auf [mittleren Einheitspreisen aus Ausschreibungen der letzten zwölf Monate|dem Baupreisindex "
        "des zweiten Quartals|einer vergleichbaren Maßnahme im Nachbarort]. Alle Beträge enthalten die Umsatzsteuer von 19 Prozent. "
        "[Die Genauigkeit wird mit plus/minus 20 Prozent angegeben.|Preissteigerungen bis zur Vergabe sind mit 4 Prozent eingerechnet.]"
    )
    if known in (_LEDGER, _GRANTS):
        note = "Die Beträge sind auf volle Euro gerundet und mit der Kämmerei abgestimmt. [Rundungsdifferenzen sind möglich.|Vorjahreswerte liegen dem Ausschuss vor.]"
    return _document(matter, "Kostenübersicht", [
        Heading("Kostenübersicht", 1), Fields((("Maßnahme", matter.title), ("Vorlage", matter.reference), ("Stand", long_date(matter.day)))),
        Table(tuple(rows), (1, 6, 2.4, 1.6), numeric=2, total=True), Text(expand(note, rng)),
        Text(f"Aufgestellt: {signer(matter)}, {OFFICE[matter.office].name}; Gesamtsumme: {euro(total)}."),
    ])  # fmt: skip


def survey(matter: Matter) -> Document:
    """Hourly counts of a day."""
    rng = rng_of(matter, "survey")
    vehicles = int(matter.facts["vehicles"].replace(".", ""))
    shape = [1, 1, 1, 1, 2, 6, 16, 26, 20, 15, 15, 16, 18, 17, 18, 22, 28, 27, 21, 14, 9, 6, 4, 2]
    weights = [value * rng.uniform(0.88, 1.12) for value in shape]
    counts = [int(vehicles * weight / sum(weights)) for weight in weights]
    counts[16] += vehicles - sum(counts)
    heavy = int(matter.facts["heavy"])
    rows = [("Stunde", "Kfz gesamt", "davon Schwerverkehr", "V85 in km/h")]
    v85 = int(matter.facts["v85"])
    rows += [
        (f"{hour:02d}–{hour + 1:02d} Uhr", number(count), number(count * heavy // 100), str(v85 + rng.randint(-2, 2)))
        for hour, count in enumerate(counts)
    ]
    rows.append(("Summe / Tageswert", number(vehicles), number(vehicles * heavy // 100), str(v85)))
    return _document(matter, "Verkehrszählung", [
        Heading(f"Verkehrszählung {matter.facts['in_st']}", 1),
        Text(f"Gezählt wurde am {matter.facts['survey']} in beiden Fahrtrichtungen mit einem Seitenradargerät. Das Gerät war "
             "verdeckt an einem Leuchtenmast angebracht; Wetter: trocken, außerhalb der Schulferien."),
        Table(tuple(rows), (3, 2, 2.4, 2), numeric=1, total=True),
    ])  # fmt: skip


def site_plan(matter: Matter) -> Document:
    """A plan of the surroundings with the area hatched."""
    rng = rng_of(matter, "map")
    street = matter.place.street if matter.place else "Rathausplatz"
    others = [name for name in STREETS[district_of(street)] if name != street]
    return _document(matter, "Lageplan", [
        Heading(f"Lageplan: {matter.title}", 1),
        SitePlan(f"{matter.reference}", f"{street}, Stadtteil {district_of(street)}", (street, *rng.sample(others, 2))),
        Text("Unmaßstäbliche Darstellung. Die Schraffur kennzeichnet den Bereich der Maßnahme. Plangrundlage: Stadtgrundkarte "
             f"der Stadt {TOWN}.", size=9),
    ])  # fmt: skip


_LETTERS = (
    "als Anwohner {of_st} möchten wir uns zu der geplanten Maßnahme äußern. [Grundsätzlich begrüßen wir das Vorhaben.|Wir haben große Sorgen wegen der Zufahrt zu unserem Grundstück.]",
    "[Seit Jahren beobachten wir, dass hier zu schnell gefahren wird.|In den Abendstunden ist kein freier Stellplatz zu finden.|Unsere Kinder müssen die Straße jeden Morgen überqueren.] Bitte berücksichtigen Sie dies bei Ihrer Entscheidung.",
    "[Wir bitten um einen Ortstermin.|Gern stehen wir für ein Gespräch zur Verfügung.|Wir bitten, dieses Schreiben dem Ausschuss vorzulegen.]",
    "[Außerdem möchten wir auf die alten Bäume hinweisen, die das Ortsbild prägen.|Bitte denken Sie auch an die älteren Menschen in unserer Nachbarschaft.]",
)


def letter(matter: Matter) -> Document:
    """A neighbours' letter, scanned at the post room: no text layer."""
    rng = rng_of(matter, "letter")
    blocks: list[Block] = [
        Text(f"Nachbarschaft {matter.facts['street']}"), Text(f"{POSTCODE} {TOWN}"), Space(14), Text(f"An die Stadt {TOWN}"), Space(10),
        Text(f"Eingang: {matter.facts['survey']}", bold=True), Space(10), Text(f"Betreff: {matter.facts['street']}", bold=True),
        Text("Sehr geehrte Damen und Herren,"),
        *(Text(expand(line, rng, matter.facts)) for line in _LETTERS),
        Space(12), Text("Mit freundlichen Grüßen"), Space(20), Text(f"({rng.randint(9, 64)} Unterschriften)"),
    ]  # fmt: skip
    return _document(matter, "Anliegerschreiben", blocks, scanned=True)


def form(matter: Matter) -> Document:
    """A building application form, scanned: no text layer."""
    rng = rng_of(matter, "form")
    rows = [("Feld", "Angabe"), ("Vorhaben", matter.facts["project"]), ("Baugrundstück", matter.facts["address"]),
            ("Gemarkung", matter.facts["district"]), ("Flur / Flurstück", f"{rng.randint(2, 30)} / {rng.randint(11, 900)}"),
            ("Grundstücksgröße", f"{number(rng.randrange(420, 3900, 10))} m²"), ("Bruttogrundfläche", f"{number(rng.randrange(120, 1400, 5))} m²"),
            ("Stellplätze", str(rng.randint(2, 12))), ("Eingang", matter.facts["survey"])]  # fmt: skip
    return _document(matter, "Bauantragsformular", [
        Heading("Antrag auf Baugenehmigung", 1), Table(tuple(rows), (3, 6)),
        Text("Die Bauvorlagen sind vollständig beigefügt. Die Nachbarn wurden benachrichtigt."), Space(30), Text("Unterschrift: liegt vor"),
    ], scanned=True)  # fmt: skip


def title_of(kind: str) -> str:
    """The annex's name as shown in lists."""
    return {"costs": "Kostenübersicht", "survey": "Verkehrszählung", "map": "Lageplan", "letter": "Anliegerschreiben",
            "scan": "Bauantragsformular", "landuse": "Begründung mit Umweltbericht", "concept": "Konzept mit Maßnahmenblättern",
            "budget": "Haushaltsplan", "answer": "Antwort der Verwaltung"}[kind]  # fmt: skip


SHORT: dict[str, Callable[[Matter], Document]] = {
    "costs": costs, "survey": survey, "map": site_plan, "letter": letter, "scan": form,
}  # fmt: skip
