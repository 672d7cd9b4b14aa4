# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""The statement of reasons of a land-use plan, with environmental report: about a dozen pages."""

from __future__ import annotations

import random
from collections.abc import Iterator

from demo.config import TOWN
from demo.matters import OFFICE, Matter
from demo.places import STREETS, district_of
from demo.words import decimal, expand, long_date, number

from .blocks import Block, Document, Heading, PageBreak, SitePlan, Space, Table, Text
from .papers import rng_of

_CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1 Anlass und Ziel der Planung", (
        "Die Nachfrage nach Wohnraum in {town} übersteigt seit Jahren das Angebot. [Familien, die eine Wohnung mit mehr als vier Zimmern suchen, warten im Mittel 14 Monate.|Ältere Menschen finden kaum barrierefreie Wohnungen in ihrem Stadtteil.] Mit dem Bebauungsplan Nr. {plan} sollen die planungsrechtlichen Voraussetzungen für etwa {flats} Wohneinheiten geschaffen werden.",
        "Die Fläche {in_st} ist im Baulandprogramm der Stadt mit der Priorität [1|2] verzeichnet. Sie ist erschlossen, liegt [600|850|1.100] Meter vom nächsten Nahversorger entfernt und ist mit dem Stadtbus zu erreichen.",
        "Ziele der Planung sind die Arrondierung des Siedlungsrands, die Mischung von Eigentum und Mietwohnungsbau, die Sicherung von {social} Prozent gefördertem Wohnraum sowie ein klimaangepasster Umgang mit Niederschlagswasser.")),
    ("2 Räumlicher Geltungsbereich", (
        "Das Plangebiet umfasst rund {area} Quadratmeter in der Gemarkung {district}, Flur {flur}. Es wird im Norden durch [Wohngrundstücke|einen Wirtschaftsweg], im Osten durch [den Mühlenbach|eine Baumreihe], im Süden durch {acc_st} und im Westen durch [die freie Feldflur|den Friedhof] begrenzt.",
        "Das Gelände fällt von Nordwesten nach Südosten um etwa [drei|vier|sechs] Meter ab. Die genaue Abgrenzung ergibt sich aus der Planzeichnung im Maßstab 1:500.")),
    ("3 Übergeordnete Planungen", (
        "Der Regionalplan legt das Plangebiet als Allgemeinen Siedlungsbereich fest. Ziele der Raumordnung stehen der Planung nicht entgegen; die Anpassung nach § 34 Landesplanungsgesetz wurde [bestätigt|beantragt].",
        "Der Flächennutzungsplan der Stadt {town} stellt Wohnbaufläche dar. Der Bebauungsplan ist damit im Sinne des § 8 Absatz 2 BauGB aus dem Flächennutzungsplan entwickelt.",
        "Ein Landschaftsplan trifft für den Innenbereich keine Festsetzungen. Schutzgebiete nach dem Bundesnaturschutzgesetz sind im Umkreis von [400|900] Metern nicht vorhanden. Das Überschwemmungsgebiet der Lohe wird nicht berührt.")),
    ("4 Bestand und Umgebung", (
        "Die Fläche wird derzeit [als Grünland bewirtschaftet|von einer aufgegebenen Gärtnerei eingenommen|als Lagerplatz genutzt]. Am Rand stehen {trees} erhaltenswerte Laubbäume, die eingemessen und in der Planzeichnung festgesetzt wurden.",
        "Die Nachbarschaft besteht überwiegend aus Einzel- und Doppelhäusern der sechziger und siebziger Jahre mit ein bis zwei Vollgeschossen. [Prägend ist das Ensemble der alten Schule.|Südlich schließt ein Mischgebiet mit Handwerksbetrieben an.]",
        "Altlasten sind im Kataster des Kreises nicht verzeichnet. [Luftbilder aus dem Jahr 1945 zeigen keine Bombentrichter.|Vor Baubeginn ist eine Sondierung auf Kampfmittel erforderlich.]")),
    ("5 Städtebauliches Konzept", (
        "Das Konzept sieht eine ringförmige Wohnstraße vor, an der sich Hausgruppen um gemeinsame Höfe ordnen. Im Eingangsbereich an {the_st_dat} sind zwei Geschosswohnungsbauten mit je [acht|zwölf] Wohnungen vorgesehen; nach Norden nimmt die Dichte ab.",
        "Ein Quartiersplatz von {square} Quadratmetern mit Spielgeräten bildet die Mitte. Fuß- und Radwege verbinden das Gebiet mit [der Grundschule|dem Sportgelände|der Haltestelle] und halten es vom Durchgangsverkehr frei.",
        "Der ruhende Verkehr wird in Sammelanlagen und Carports untergebracht. Je Wohneinheit sind 1,5 Stellplätze nachzuweisen, für geförderte Wohnungen ein Stellplatz; je 30 Quadratmeter Wohnfläche ist ein überdachter Fahrradstellplatz herzustellen.")),
    ("6 Festsetzungen", (
        "Art der baulichen Nutzung: Festgesetzt wird ein allgemeines Wohngebiet (WA) nach § 4 BauNVO. Tankstellen und Gartenbaubetriebe werden ausgeschlossen, weil sie [mit der Kleinteiligkeit|mit der Wohnruhe] nicht vereinbar sind.",
        "Maß der baulichen Nutzung: Die Grundflächenzahl beträgt 0,4, die Geschossflächenzahl 0,8. Die Gebäudehöhe wird auf [9,50|10,50|11,00] Meter über dem Bezugspunkt begrenzt. Staffelgeschosse sind nur mit einem Rücksprung von 1,50 Metern zulässig.",
        "Bauweise und überbaubare Flächen: Es gilt die offene Bauweise. Baugrenzen lassen Spielraum für die Stellung der Gebäude; in den Höfen sind Nebenanlagen bis 20 Kubikmeter zulässig.",
        "Grünordnung: Dächer mit einer Neigung bis 15 Grad sind mit mindestens zehn Zentimetern Substrat zu begrünen. Je angefangene 300 Quadratmeter Grundstücksfläche ist ein standortgerechter Laubbaum zu pflanzen. Schottergärten sind unzulässig.",
        "Energie: Auf mindestens 50 Prozent der Dachfläche sind Photovoltaikmodule zu errichten. Die Wärmeversorgung erfolgt über [ein kaltes Nahwärmenetz|dezentrale Wärmepumpen]; feste und flüssige fossile Brennstoffe sind ausgeschlossen.")),
    ("7 Erschließung, Ver- und Entsorgung", (
        "Die verkehrliche Anbindung erfolgt über {acc_st}. Das Gutachten erwartet {trips} zusätzliche Kraftfahrzeugfahrten am Tag, davon {peak} in der nachmittäglichen Spitzenstunde. Der Knotenpunkt bleibt in der Qualitätsstufe B.",
        "Das Schmutzwasser wird dem Kanal DN 300 zugeleitet. Niederschlagswasser wird auf den Grundstücken zurückgehalten und gedrosselt über ein Becken mit {basin} Kubikmetern in den Vorfluter abgegeben. Die Drosselmenge ist mit der unteren Wasserbehörde auf [zwei|drei] Liter je Sekunde und Hektar abgestimmt.",
        "Löschwasser steht mit 96 Kubikmetern je Stunde über zwei Stunden zur Verfügung. Die Abfallsammelfahrzeuge können die Ringstraße ohne Rückwärtsfahrt befahren. Für Glasfaser werden Leerrohre verlegt.")),
    ("8 Umweltbericht", (
        "Schutzgut Mensch: Die Orientierungswerte der DIN 18005 werden tags eingehalten und nachts an der südlichen Baureihe um bis zu 2 dB(A) überschritten. Festgesetzt werden Schallschutzfenster und [eine lärmabgewandte Grundrissorientierung|schallgedämmte Lüftungen].",
        "Schutzgut Tiere und Pflanzen: Kartiert wurden {birds} Vogelarten, darunter [Star und Feldsperling|Haussperling und Mehlschwalbe] als planungsrelevante Arten. Als vorgezogene Ausgleichsmaßnahme sind {boxes} Nistkästen im räumlichen Zusammenhang anzubringen.",
        "Schutzgut Boden: Betroffen sind überwiegend Pseudogley-Parabraunerden mit mittlerer bis hoher Funktionserfüllung. Oberboden ist getrennt auszubauen und wiederzuverwenden. Die Versiegelung nimmt um {sealed} Quadratmeter zu.",
        "Schutzgut Wasser: Das Grundwasser steht in [1,60|2,10|2,80] Metern Tiefe an. Durch Dachbegrünung, Mulden und wasserdurchlässige Beläge wird der Abfluss auf das natürliche Maß begrenzt. Ein Starkregen mit hundertjährlicher Wiederkehr wird schadlos über die Grünachse abgeführt.",
        "Schutzgut Klima und Luft: Die Fläche hat eine [geringe|mittlere] Bedeutung für die Kaltluftentstehung. Eine Luftleitbahn von 18 Metern Breite wird freigehalten.",
        "Schutzgut Landschaft und Kulturgüter: Das Ortsbild wird durch die gestaffelte Höhenentwicklung und die Randeingrünung gewahrt. [Bodendenkmäler sind nicht bekannt; die Meldepflicht nach § 16 Denkmalschutzgesetz wird als Hinweis aufgenommen.|Die archäologische Sachverhaltsermittlung ergab keine Befunde.]",
        "Nullvariante: Ohne die Planung bliebe die Fläche in ihrer jetzigen Nutzung. Der Wohnraumbedarf müsste an anderer Stelle, voraussichtlich im Außenbereich, gedeckt werden.")),
    ("9 Eingriff und Ausgleich", (
        "Die Bilanzierung nach dem Verfahren des Landes ergibt ein Defizit von {deficit} Biotopwertpunkten. Es wird über das Ökokonto der Stadt in der Loheaue bei Wiesbrück ausgeglichen, wo [Grünland vernässt|eine Obstwiese angelegt|ein Auwald entwickelt] wird.",
        "Die Zuordnung der Ausgleichsfläche zu den Eingriffsgrundstücken wird nach § 9 Absatz 1a BauGB festgesetzt; die Kosten werden nach der Satzung der Stadt über Kostenerstattungsbeträge umgelegt.")),
    ("10 Abwägung", (
        "Die frühzeitige Beteiligung der Öffentlichkeit fand am {survey} im Bürgerhaus statt. Es gingen {letters} Stellungnahmen ein. Schwerpunkte waren der Baustellenverkehr, die Gebäudehöhe und die Sorge um Überflutungen.",
        "Die Anregung, die Höhe um ein Geschoss zu verringern, wird nicht berücksichtigt: Der Abstand zur vorhandenen Bebauung beträgt mindestens [14|18|22] Meter, eine unzumutbare Verschattung ist nach der Besonnungsstudie ausgeschlossen.",
        "Der Anregung, den Fußweg zur Haltestelle zu beleuchten, wird gefolgt. Die Forderung nach einer zweiten Zufahrt wird zurückgewiesen, weil sie [Grunderwerb voraussetzt|zu Schleichverkehr führen würde] und verkehrlich nicht erforderlich ist.",
        "Der Kreis Lohetal als untere Naturschutzbehörde bat um eine Verlängerung der ökologischen Baubegleitung auf drei Jahre. Dem wird entsprochen.")),
    ("11 Kosten und Durchführung", (
        "Die Erschließung wird durch einen Vertrag nach § 11 BauGB auf den Vorhabenträger übertragen. Der Stadt entstehen Kosten für [die Anpassung des Knotenpunkts|die öffentliche Spielfläche] und für die Verfahrensbegleitung.",
        "Der Vertrag sichert den Anteil des geförderten Wohnungsbaus auf 25 Jahre, eine Bauverpflichtung binnen [drei|vier] Jahren und die Beteiligung an den Folgekosten der Kindertagesbetreuung.")),
)  # fmt: skip


def landuse(matter: Matter) -> Document:
    """Cover, eleven chapters, a balance of areas, a plan and textual notes."""
    rng = rng_of(matter, "landuse")
    facts = _facts(matter, rng)
    blocks: list[Block] = [Heading("Inhalt", 1)]
    blocks += [Text(title) for title, _ in _CHAPTERS]
    blocks.append(PageBreak())
    for position, (title, lines) in enumerate(_CHAPTERS):
        blocks.append(Heading(title, 1))
        for number_, line in enumerate(lines, 1):
            blocks.append(Heading(f"{title.split()[0]}.{number_} {_caption(line)}", 3))
            blocks.append(Text(expand(line.removeprefix(f"{_caption(line)}: "), rng, facts)))
        if position == 1:
            blocks += _plan(matter, rng)
        if position == 5:
            blocks += _areas(matter, rng)
        if position == 7:
            blocks += _species(rng)
        blocks.append(PageBreak() if position in (4, 8) else Space(8))
    blocks += [Text(f"{TOWN}, {long_date(matter.day)}"), Text("Fachbereich 4 – Bauen, Planen, Umwelt")]
    name = f"Bebauungsplan Nr. {matter.facts['plan']} „{matter.facts['street']}“"
    return Document(f"Begründung zum {name}", OFFICE["FB 4"].name, "Begründung", f"{name} · Begründung mit Umweltbericht", tuple(blocks),
                    cover=(name, "Begründung mit Umweltbericht", f"Stadtteil {matter.facts['district']}", f"Stand: {long_date(matter.day)}"),
                    letterhead=False)  # fmt: skip


_CAPTIONS = (
    ("Die Nachfrage", "Wohnraumbedarf"), ("Die Fläche {in_st}", "Lage im Stadtgebiet"), ("Ziele der", "Planungsziele"), ("Das Plangebiet", "Abgrenzung"),
    ("Das Gelände", "Topografie"), ("Der Regional", "Regionalplan"), ("Der Flächen", "Flächennutzungsplan"), ("Ein Landschafts", "Schutzgebiete"),
    ("Die Fläche wird", "Heutige Nutzung"), ("Die Nachbar", "Umgebung"), ("Altlasten", "Altlasten und Kampfmittel"), ("Das Konzept", "Bebauung"),
    ("Ein Quartier", "Freiraum und Wege"), ("Der ruhende", "Stellplätze"), ("Die verkehr", "Verkehr"), ("Das Schmutz", "Entwässerung"),
    ("Löschwasser", "Brandschutz und Versorgung"), ("Die Bilanz", "Bilanz"), ("Die Zuordnung", "Zuordnung"), ("Die frühzeitige", "Frühzeitige Beteiligung"),
    ("Die Anregung, die", "Gebäudehöhe"), ("Der Anregung", "Wege und Zufahrten"), ("Der Kreis", "Naturschutz"), ("Die Erschließung", "Städtebaulicher Vertrag"),
    ("Der Vertrag", "Bindungen und Fristen"),
)  # fmt: skip


def _caption(line: str) -> str:
    return next((caption for start, caption in _CAPTIONS if line.startswith(start)), line.split(":", maxsplit=1)[0])


def _facts(matter: Matter, rng: random.Random) -> dict[str, str]:
    area = int(matter.facts["area"].replace(".", ""))
    drawn = {"flur": (2, 31), "trees": (5, 28), "square": (320, 900), "trips": (80, 640), "birds": (17, 31),
             "boxes": (4, 18), "deficit": (2800, 19400), "letters": (6, 57)}  # fmt: skip
    facts = {name: number(rng.randint(low, high)) for name, (low, high) in drawn.items()}
    # A tenth of the day's traffic in the busiest hour is the usual rule of thumb.
    facts["peak"] = str(int(facts["trips"]) // 10)
    street = matter.facts["the_st"].removeprefix("die ").removeprefix("der ")
    dative = f"der {street}" if matter.facts["the_st"].startswith("die ") else f"dem {street}"
    return {**matter.facts, **facts, "town": TOWN, "sealed": number(area * 42 // 100), "the_st_dat": dative}


def _plan(matter: Matter, rng: random.Random) -> Iterator[Block]:
    street = matter.facts["street"]
    others = [name for name in STREETS[district_of(street)] if name != street]
    yield SitePlan(
        f"plan {matter.reference}",
        f"Geltungsbereich Bebauungsplan Nr. {matter.facts['plan']}",
        (street, *rng.sample(others, 2)),
    )


def _areas(matter: Matter, rng: random.Random) -> Iterator[Block]:
    area = int(matter.facts["area"].replace(".", ""))
    names = (
        "Allgemeines Wohngebiet",
        "Öffentliche Verkehrsfläche",
        "Fuß- und Radwege",
        "Öffentliche Grünfläche",
        "Rückhaltebecken",
    )
    parts = [area * share // 100 for share in (63, 15, rng.randint(3, 5), 10)]
    parts.append(area - sum(parts))
    rows = [("Flächenbilanz", "m²", "Anteil")]
    rows += [
        (name, number(part), f"{decimal(100 * part / area, 1)} %") for name, part in zip(names, parts, strict=True)
    ]
    yield Table((*rows, ("Plangebiet gesamt", number(area), "100,0 %")), (5, 2, 2), numeric=1, total=True)


def _species(rng: random.Random) -> Iterator[Block]:
    names = ("Star", "Feldsperling", "Haussperling", "Mehlschwalbe", "Zwergfledermaus", "Breitflügelfledermaus", "Girlitz", "Bluthänfling",
             "Waldkauz", "Turmfalke")  # fmt: skip
    rows = [("Art", "Nachweis", "Erhaltungszustand", "Betroffenheit")]
    rows += [
        (name, rng.choice(("Brutvogel", "Nahrungsgast", "Quartierverdacht", "Durchzügler")), rng.choice(("günstig", "ungünstig")),
         rng.choice(("keine", "durch Ersatzquartiere vermeidbar", "durch Bauzeitenregelung vermeidbar")))
        for name in sorted(rng.sample(names, 6))
    ]  # fmt: skip
    yield Table(tuple(rows), (3, 2, 2.2, 3.6))
