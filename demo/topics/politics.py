# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Motions and questions of the factions."""

from __future__ import annotations

from .base import Topic


def _motion(
    key: str, office: str, route: tuple[str, ...], title: str, ask: tuple[str, ...], why: tuple[str, ...],
    street: bool = True, weight: float = 1.0,
) -> Topic:  # fmt: skip
    return Topic(
        key, "Antrag", office, route, (title,), why,
        ("Wir bitten die Verwaltung, [die Kosten zu ermitteln und Fördermöglichkeiten aufzuzeigen|die Umsetzung mit den Beteiligten vor Ort abzustimmen|bis zur nächsten Sitzung eine Einschätzung vorzulegen].",
         "[Weitere Begründung erfolgt mündlich.|Für Rückfragen stehen wir in der Sitzung gern zur Verfügung.]"),
        ask, "§ 48 Absatz 1 GO NRW, Geschäftsordnung des Rates", weight, None, 0, () if street else None, debated=True,
    )  # fmt: skip


def _question(
    key: str, office: str, committee: str, title: str, asks: tuple[str, ...], why: tuple[str, ...], street: bool = True
) -> Topic:
    return Topic(key, "Anfrage", office, (committee,), (title,), why, asks, ("Die Beantwortung der Anfrage wird zur Kenntnis genommen.",),
                 "§ 55 Absatz 1 GO NRW", 1.0, None, 0, () if street else None)  # fmt: skip


# A paper without a consultation of its own: it hangs below the motion it answers.
OPINION = Topic(
    "opinion", "Stellungnahme", "VL", ("Rat",), ("Stellungnahme der Verwaltung",),
    ("Die Fraktion {faction} hat mit dem Antrag {motion} ({motion_title}) um Beratung gebeten. Die Verwaltung nimmt dazu wie folgt Stellung.",
     "Die Zuständigkeit der Stadt ist gegeben. [Vergleichbare Maßnahmen wurden in zwei Nachbarkommunen umgesetzt; die Erfahrungen sind überwiegend gut.|Eine Umsetzung ist mit dem vorhandenen Personal in diesem Jahr nicht möglich.|Die Maßnahme lässt sich mit ohnehin anstehenden Arbeiten verbinden.]"),
    ("Die Kosten werden überschlägig auf {cost} geschätzt. [Haushaltsmittel stehen nicht zur Verfügung und wären für {next_year} anzumelden.|Die Mittel können aus dem laufenden Budget erwirtschaftet werden.]",
     "Die Verwaltung empfiehlt, [dem Antrag zu folgen|den Antrag in geänderter Form zu beschließen|den Antrag zunächst als Prüfauftrag zu verstehen]."),
    ("Die Stellungnahme ist bei der Beratung des Antrags zu berücksichtigen.",), "", 0, (2500, 28000, 500), 0, None,
)  # fmt: skip

TOPICS = (
    _motion("fountain", "SEB", ("UKM", "Rat"), "Trinkwasserbrunnen {in_st}",
            ("Die Verwaltung wird beauftragt, {in_st} einen öffentlichen, barrierefreien Trinkwasserbrunnen zu errichten.",),
            ("Heiße Sommer belasten ältere Menschen und kleine Kinder besonders. Ein Trinkwasserbrunnen {in_st} [liegt an einem stark begangenen Fußweg|würde den Platz aufwerten und Einwegflaschen vermeiden].",
             "Nach der Novelle des Wasserhaushaltsgesetzes gehört die Bereitstellung von Trinkwasser im öffentlichen Raum zur Daseinsvorsorge.")),
    _motion("slow", "FB 3", ("UKM",), "Prüfung von Tempo 30 {in_st}",
            ("Die Verwaltung wird beauftragt, für {acc_st} die Anordnung von Tempo 30 zu prüfen und eine Geschwindigkeitsmessung durchzuführen.",),
            ("Anwohnerinnen und Anwohner {of_st} berichten von [hohen Geschwindigkeiten in den Abendstunden|gefährlichen Überholmanövern|Lärm durch Schwerverkehr].",
             "Seit der Änderung der Straßenverkehrs-Ordnung haben Kommunen mehr Spielraum, den sie nutzen sollten.")),
    _motion("benches", "FB 4", ("BPA",), "Sitzbänke und Schatten {in_st}",
            ("{In_st} werden mindestens drei seniorengerechte Sitzbänke aufgestellt und an geeigneter Stelle Bäume gepflanzt.",),
            ("Wer nicht mehr gut zu Fuß ist, braucht Gelegenheiten zum Ausruhen. {In_st} gibt es auf [600|450|700] Metern keine einzige Bank.",)),
    _motion("charging", "FB 4", ("UKM", "HFA"), "Ladesäulen für Elektrofahrzeuge {in_st}",
            ("Die Verwaltung wird beauftragt, {in_st} Standorte für öffentliche Ladesäulen zu benennen und per Konzession auszuschreiben.",),
            ("Viele Haushalte {in_st} haben keinen eigenen Stellplatz. Ohne öffentliche Ladepunkte [bleibt ihnen der Umstieg verwehrt|ist Elektromobilität für sie keine Option].",)),
    _motion("meadow", "SEB", ("UKM",), "Blühwiesen statt Rasen: Pflege der Grünflächen {in_st}",
            ("Die städtischen Grünflächen {in_st} werden auf zweimalige Mahd im Jahr umgestellt und mit Regiosaatgut eingesät.",),
            ("Der Rückgang der Insekten ist auch in Lohenbrück messbar. Eine extensive Pflege [spart auf Dauer Arbeitszeit|ist ökologisch wertvoll und kostengünstig].",)),
    _motion("stream", "FB 1", ("HFA", "Rat"), "Übertragung der Ratssitzungen im Internet",
            ("Die öffentlichen Sitzungen des Rates werden als Videostream übertragen und für sechs Monate bereitgehalten.",
             "Die Hauptsatzung ist entsprechend zu ändern."),
            ("Berufstätige und Familien können Sitzungen am Donnerstagabend oft nicht besuchen. [Transparenz schafft Vertrauen.|Andere Kommunen haben gute Erfahrungen gemacht.]",), False, 0.1),
    _motion("nightbus", "FB 3", ("UKM", "HFA", "Rat"), "Nachtbus am Wochenende: Anbindung des Stadtteils {district}",
            ("Die Verwaltung verhandelt mit dem Kreis und dem Verkehrsunternehmen über eine Nachtbuslinie in den Stadtteil {district}.",),
            ("Nach 21 Uhr ist der Stadtteil {district} ohne Auto nicht mehr zu erreichen. [Davon sind vor allem Jugendliche betroffen.|Auch Beschäftigte im Schichtdienst sind darauf angewiesen.]",), False),
    _motion("turf", "FB 5", ("SKS", "HFA", "Rat"), "Kunstrasenplatz {in_st}",
            ("Die Verwaltung wird beauftragt, die Umwandlung des Tennenplatzes {in_st} in einen Kunstrasenplatz ohne Mikroplastik zu planen.",),
            ("Der Ascheplatz ist bei [Regen wochenlang gesperrt|Trockenheit eine Staubquelle]. Mit 14 Jugendmannschaften ist der Verein am Rand seiner Möglichkeiten.",), weight=0.1),
    _motion("participation", "VL", ("HFA", "Rat"), "Bürgerbudget für den Stadtteil {district}",
            ("Dem Stadtteil {district} wird ein jährliches Bürgerbudget von 5.000 Euro zur Verfügung gestellt, über dessen Verwendung die Einwohnerschaft entscheidet.",),
            ("Die Menschen {in_district} wissen selbst am besten, was vor Ort fehlt. [Kleine Beträge können viel bewirken.|Das stärkt das Ehrenamt.]",), False, 0.5),
    _question("q_works", "FB 4", "BPA", "Anfrage zum Stand der Bauarbeiten {in_st}",
              ("Wann werden die Arbeiten {in_st} abgeschlossen?", "Welche Mehrkosten sind bislang entstanden?", "Wie werden Gewerbetreibende über Sperrungen informiert?"),
              ("Die Einschränkungen {in_st} dauern [länger als angekündigt|bereits mehrere Monate]. Betroffene wenden sich mit Fragen an unsere Fraktion.",)),
    _question("q_school", "FB 3", "SKS", "Anfrage zur Schulwegsicherheit {in_st}",
              ("Wie viele Unfälle mit Kindern wurden {in_st} in den letzten fünf Jahren registriert?", "Gibt es einen aktuellen Schulwegplan?", "Welche kurzfristigen Maßnahmen hält die Verwaltung für möglich?"),
              ("Vor Unterrichtsbeginn kommt es {in_st} regelmäßig zu [unübersichtlichen Situationen durch Elterntaxis|gefährlichem Halten in zweiter Reihe].",)),
    _question("q_vacant", "VL", "HFA", "Anfrage zum Leerstand {in_st}",
              ("Wie viele Ladenlokale stehen {in_st} leer?", "Welche Gespräche mit Eigentümern wurden geführt?", "Kann das Sofortprogramm Innenstadt genutzt werden?"),
              ("Der Leerstand {in_st} ist [unübersehbar|in den letzten zwei Jahren gewachsen].",)),
    _question("q_trees", "FB 4", "UKM", "Anfrage zu Baumfällungen {in_st}",
              ("Aus welchem Grund wurden die Bäume {in_st} gefällt?", "Wo und wann wird nachgepflanzt?", "Wurde der Artenschutz geprüft?"),
              ("In der [vergangenen Woche|Zeit vor den Ferien] wurden {in_st} mehrere alte Bäume gefällt, ohne dass der Ausschuss informiert war.",)),
    _question("q_fire", "FB 3", "HFA", "Anfrage zur Tagesverfügbarkeit der freiwilligen Feuerwehr {in_district}",
              ("Wie hoch ist die Tagesverfügbarkeit im Löschzug {district}?", "Wie werden Arbeitgeber einbezogen?", "Ist die Doppelmitgliedschaft vorgesehen?"),
              ("Die Sicherheit der Bevölkerung hängt am Ehrenamt. [Uns erreichten Hinweise auf Engpässe am Vormittag.|Der Bedarfsplan nennt hier Defizite.]",), False),
    _question("q_flats", "FB 4", "SFG", "Anfrage zum öffentlich geförderten Wohnungsbau {in_district}",
              ("Wie viele Wohnungen mit Mietpreisbindung gibt es {in_district}?", "Wie viele fallen bis 2030 aus der Bindung?", "Welche Flächen kommen für Neubau in Frage?"),
              ("Bezahlbarer Wohnraum ist auch in Lohenbrück knapp. [Auf eine Anzeige melden sich Dutzende.|Familien ziehen ins Umland.]",), False),
)  # fmt: skip
