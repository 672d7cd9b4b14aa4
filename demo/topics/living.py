# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Schools, children, social matters, culture, green spaces and water."""

from __future__ import annotations

from .base import Topic

_NURSERIES = ("Kindertagesstätte Auenland", "Kindertagesstätte Pusteblume", "Kindertagesstätte Steinbeker Strolche")
_PRIMARY = ("Grundschule Am Stadtgraben", "Grundschule Kirchlohe", "Grundschule Brinkrode")

TOPICS = (
    Topic(
        "allday", "Beschlussvorlage", "FB 5", ("SKS", "HFA", "Rat"),
        ("Ausbau der Offenen Ganztagsschule: {building}", "Rechtsanspruch auf Ganztagsbetreuung: Erweiterung {building}"),
        (
            "Ab dem Schuljahr 2026/2027 haben Kinder im Grundschulalter stufenweise einen Rechtsanspruch auf ganztägige Förderung. Am Standort {building} besuchen derzeit {kids} von {pupils} Kindern den Ganztag; auf der Warteliste stehen {waiting}.",
            "Mensa und Gruppenräume sind auf {capacity} Kinder ausgelegt. [Gegessen wird bereits in drei Schichten.|Die Klassenräume werden schon heute doppelt genutzt.]",
        ),
        (
            "Nach der Schülerprognose werden bis zum Schuljahr 2029/2030 Plätze für {need} Kinder benötigt. Vorgeschlagen wird ein eingeschossiger Anbau in Holzrahmenbauweise mit [zwei Gruppenräumen und Mensaerweiterung|drei multifunktionalen Räumen].",
            "Das Land fördert den Ausbau mit {percent} Prozent der zuwendungsfähigen Kosten. Schulleitung, Träger und Elternvertretung haben an der Raumplanung mitgewirkt.",
        ),
        ("{Decider} beschließt die Erweiterung der Offenen Ganztagsschule am Standort {building} um {more} Plätze.",
         "Der Eigenanteil der Stadt in Höhe von {own} wird bereitgestellt."),
        "§ 24 Absatz 4 SGB VIII, Ganztagsförderungsgesetz (GaFöG)", 0.9, (240000, 1850000, 10000), 60, _PRIMARY,
        {"kids": (84, 146, 1), "pupils": (190, 262, 1), "waiting": (9, 34, 1), "capacity": (75, 100, 5), "need": (150, 210, 5),
         "more": (25, 75, 25)}, annexes=("costs",),
    ),
    Topic(
        "enrolment", "Mitteilungsvorlage", "FB 5", ("SKS",),
        ("Anmeldezahlen zum Schuljahr {school_year}", "Schülerzahlen und Klassenbildung {school_year}"),
        (
            "Zum kommenden Schuljahr wurden an den drei Lohenbrücker Grundschulen {pupils} Kinder angemeldet, {less} mehr als im Vorjahr. [Auf die Grundschule Am Stadtgraben entfällt fast die Hälfte.|Der Zuwachs geht auf die Neubaugebiete in Brinkrode zurück.]",
            "An der Sekundarschule liegen {sek} Anmeldungen vor, am Gymnasium am Lohedamm {gym}.",
        ),
        (
            "Die kommunale Klassenrichtzahl beträgt {classes}. Damit können an allen Standorten die Eingangsklassen im bisherigen Umfang gebildet werden; [kein Kind muss abgewiesen werden|vier Kinder werden an einem anderen Standort aufgenommen].",
        ),
        ("{Decider} nimmt die Anmeldezahlen zur Kenntnis.",), "§ 46 Schulgesetz NRW", 0.5, None, 0, None,
        {"pupils": (138, 171, 1), "less": (3, 14, 1), "sek": (74, 96, 1), "gym": (88, 117, 1), "classes": (6, 8, 1)},
    ),
    Topic(
        "nursery", "Beschlussvorlage", "FB 3", ("SFG", "HFA", "Rat"),
        ("{building}: Erweiterung um eine Gruppe", "Kindergartenbedarfsplanung: zusätzliche Gruppe {building}"),
        (
            "Die Kindergartenbedarfsplanung weist für den Stadtteil {district} im kommenden Kindergartenjahr ein Fehl von {missing} Plätzen aus, davon {young} für Kinder unter drei Jahren. Die Betreuungsquote der unter Dreijährigen liegt bei {quota} Prozent.",
            "[Der Träger hat seine Bereitschaft erklärt, die Gruppe zum 1. August zu übernehmen.|Das Landesjugendamt hat die Betriebserlaubnis in Aussicht gestellt.]",
        ),
        (
            "Am Standort {building}, {address}, kann eine Gruppe in [Modulbauweise auf der vorhandenen Spielfläche|den frei werdenden Räumen im Obergeschoss] eingerichtet werden. Geprüft wurde auch eine Waldgruppe, für die sich jedoch kein Träger gefunden hat.",
            "Der laufende Betrieb kostet die Stadt nach Abzug der Landesmittel und Elternbeiträge {running} Euro im Jahr.",
        ),
        ("{Decider} beschließt die Einrichtung einer zusätzlichen Gruppe am Standort {building}.",
         "Die Investitionskosten von {cost} werden außerhalb des Budgets bereitgestellt."),
        "§ 24 SGB VIII, Kinderbildungsgesetz (KiBiz)", 0.8, (160000, 820000, 5000), 50, _NURSERIES,
        {"missing": (11, 38, 1), "young": (4, 16, 1), "quota": (34, 47, 1), "running": (64000, 138000, 1000)}, annexes=("costs",),
    ),
    Topic(
        "shelter", "Mitteilungsvorlage", "FB 3", ("SFG",),
        ("Unterbringung geflüchteter Menschen: Sachstand", "Bericht zur Belegung der Unterkünfte {street}"),
        (
            "Zum Stichtag leben {people} geflüchtete Menschen in städtischen Unterkünften, davon {kids} Kinder und Jugendliche. Die Unterkunft {in_st} ist mit {share} Prozent belegt.",
            "Die Aufnahmeverpflichtung nach dem Flüchtlingsaufnahmegesetz ist zu {quota} Prozent erfüllt. [In den kommenden Wochen werden neun Personen zugewiesen.|Weitere Zuweisungen sind angekündigt.]",
        ),
        (
            "[Das Café der Begegnung wird von 22 Ehrenamtlichen getragen.|Der Sprachkurs der Volkshochschule ist ausgebucht, ein zweiter beginnt nach den Ferien.] Die Verwaltung mietet weiterhin Wohnungen im Stadtgebiet an, um Gemeinschaftsunterkünfte zu entlasten.",
        ),
        ("{Decider} nimmt den Sachstandsbericht zur Kenntnis.",), "§ 3 Flüchtlingsaufnahmegesetz NRW", 0.6, None, 0, (),
        {"people": (164, 238, 1), "kids": (48, 81, 1), "share": (74, 98, 1), "quota": (94, 104, 1)},
    ),
    Topic(
        "playground", "Beschlussvorlage", "FB 4", ("SFG", "BPA"),
        ("Erneuerung des Spielplatzes {street}", "Spielplatz {street}: Neugestaltung mit Wasserspiel"),
        (
            "Der Spielplatz {in_st} wurde {built} angelegt. Bei der Hauptuntersuchung nach DIN EN 1176 wurden {faults} Mängel festgestellt; [das Klettergerüst musste gesperrt werden|die Seilbahn ist seit dem Sommer außer Betrieb].",
            "An der Beteiligung im {survey_month} haben {kids} Kinder und {parents} Erwachsene teilgenommen. Am häufigsten gewünscht wurden [ein Kletterwald und Schatten|ein Wasserspiel und eine Nestschaukel|eine Rutsche am Hang und Sitzgelegenheiten].",
        ),
        (
            "Der Entwurf berücksichtigt {inclusive} inklusive Spielgeräte, einen fallschutzgeeigneten Belag und die Pflanzung von {trees} Bäumen. Die Fläche von {area} Quadratmetern bleibt vollständig erhalten.",
            "Die Unterhaltung durch den Baubetriebshof erhöht sich um etwa 1.200 Euro im Jahr. [Der Förderverein hat eine Spende von 5.000 Euro zugesagt.|Sponsoren werden auf einer Tafel genannt.]",
        ),
        ("{Decider} beschließt die Neugestaltung des Spielplatzes {in_st} mit Kosten von {cost}.",),
        "DIN EN 1176, § 8 Bauordnung NRW", 0.9, (38000, 210000, 1000), 0, (),
        {"built": (1986, 2006, 1), "faults": (6, 21, 1), "kids": (24, 88, 1), "parents": (12, 41, 1), "inclusive": (2, 5, 1),
         "trees": (3, 9, 1), "area": (640, 2400, 20)}, annexes=("map",),
    ),
    Topic(
        "trees", "Beschlussvorlage", "FB 4", ("UKM",),
        ("Fällung und Ersatzpflanzung von Bäumen {in_st}", "Baumbestand {in_st}: Ergebnis der Baumkontrolle"),
        (
            "Bei der Regelkontrolle nach der FLL-Baumkontrollrichtlinie wurden {in_st} {felled} {species} mit [Brandkrustenpilz|Stammfäule|starkem Totholz und Standschäden] festgestellt. Die Verkehrssicherheit ist nicht mehr gegeben.",
            "Ein Gutachten mit Zugversuch hat bestätigt, dass [ein Erhalt auch mit Kronensicherung nicht möglich ist|zwei der Bäume nach einem Kronenschnitt erhalten werden können].",
        ),
        (
            "Als Ersatz werden {new} klimaangepasste Bäume mit einem Stammumfang von 18 bis 20 Zentimetern gepflanzt, [Feldahorn und Hopfenbuche|Silberlinde und Zerreiche|Amberbaum und Französischer Ahorn]. Die Baumgruben werden auf zwölf Kubikmeter vergrößert.",
            "Die Fällungen erfolgen außerhalb der Brut- und Setzzeit bis zum 28. Februar. Vor Beginn werden die Bäume auf Höhlen und Fledermausquartiere untersucht.",
        ),
        ("{Decider} stimmt der Fällung von {felled} Bäumen ({species}) {in_st} zu.",
         "Im gleichen Straßenzug sind {new} Ersatzbäume zu pflanzen und für drei Jahre zu wässern."),
        "§ 39 Absatz 5 Bundesnaturschutzgesetz, Baumschutzsatzung der Stadt Lohenbrück", 1.0, (4200, 38000, 100), 0, (),
        {"felled": (2, 11, 1), "new": (4, 22, 1)},
        {"species": ("Rosskastanien", "Winterlinden", "Eschen", "Bergahorne", "Rotbuchen")}, ("letter", "map"), debated=True,
    ),
    Topic(
        "flood", "Beschlussvorlage", "FB 4", ("UKM", "HFA", "Rat"),
        ("Starkregenvorsorge {street}", "Hochwasserschutz an der Lohe: Maßnahmen im Bereich {street}"),
        (
            "Beim Starkregen vom {survey} fielen in 90 Minuten {rain} Liter je Quadratmeter. {In_st} liefen {cellars} Keller voll, die Feuerwehr war mit {crew} Kräften im Einsatz.",
            "Die Starkregengefahrenkarte weist den Bereich als Fließweg mit Wassertiefen von bis zu {depth} Zentimetern aus. [Der Durchlass DN 600 ist bereits bei einem zehnjährlichen Ereignis überlastet.|Die Verrohrung des Mühlenbachs wirkt als Engstelle.]",
        ),
        (
            "Vorgeschlagen werden ein Notwasserweg, die Öffnung des verrohrten Abschnitts und eine Retentionsfläche mit {volume} Kubikmetern. Die Flächen befinden sich [im Eigentum der Stadt|überwiegend in städtischem Eigentum; mit zwei Eigentümern wird verhandelt].",
            "Den Eigentümerinnen und Eigentümern wird eine kostenlose Beratung zum Objektschutz angeboten. Das Land fördert die Maßnahme mit {percent} Prozent.",
        ),
        ("{Decider} beschließt die Starkregenvorsorge {in_st} mit einer Retentionsfläche von {volume} Kubikmetern.",
         "Die Verwaltung wird beauftragt, die wasserrechtliche Genehmigung beim Kreis Lohetal zu beantragen."),
        "§ 5 Absatz 2 und § 68 Wasserhaushaltsgesetz (WHG)", 0.9, (140000, 1300000, 10000), 70, (),
        {"rain": (58, 112, 1), "cellars": (14, 63, 1), "crew": (38, 110, 2), "depth": (25, 80, 5), "volume": (450, 5200, 50)},
        annexes=("map", "costs"),
    ),
    Topic(
        "sewer", "Beschlussvorlage", "SEB", ("BAS",),
        ("Kanalsanierung {street}", "Erneuerung des Mischwasserkanals {in_st}"),
        (
            "Die Kamerabefahrung des Mischwasserkanals {in_st} hat {damages} Schäden der Zustandsklassen 0 und 1 ergeben, darunter [Scherbenbildung und einragende Stutzen|Wurzeleinwuchs und undichte Muffen|einen Rohrbruch auf zwei Metern Länge].",
            "Der Kanal DN {dn} stammt aus dem Jahr {built} und ist auf {length} Metern betroffen. [Hydraulisch ist er nach dem Generalentwässerungsplan ausreichend bemessen.|Er ist nach dem Generalentwässerungsplan hydraulisch überlastet.]",
        ),
        (
            "Die Sanierung im Schlauchliningverfahren ist gegenüber der offenen Bauweise um rund {cheaper} Prozent günstiger und vermeidet lange Sperrungen. {houses} Hausanschlüsse werden mit Hutprofilen eingebunden.",
            "Die Kosten werden über die Abwassergebühren refinanziert; die Auswirkung beträgt etwa 1,2 Cent je Kubikmeter.",
        ),
        ("{Decider} beschließt die Sanierung des Kanals {in_st} auf {length} Metern im Schlauchliningverfahren.",
         "Der Auftrag ist nach öffentlicher Ausschreibung an den wirtschaftlichsten Bieter zu vergeben."),
        "§ 46 Landeswassergesetz NRW, Selbstüberwachungsverordnung Abwasser (SüwVO Abw)", 1.5, (65000, 520000, 5000), 0, (),
        {"damages": (8, 42, 1), "dn": (300, 800, 100), "built": (1936, 1978, 1), "length": (110, 640, 10), "cheaper": (28, 45, 1),
         "houses": (6, 38, 1)}, annexes=("map", "costs"),
    ),
    Topic(
        "culture", "Beschlussvorlage", "FB 5", ("SKS",),
        ("Zuschüsse zur Vereinsförderung {year}", "Förderung der Kulturarbeit {year}: Verteilung der Mittel"),
        (
            "Für die Förderung der Vereine stehen im Haushalt {year} {cost} zur Verfügung. Bis zum Stichtag sind {requests} Anträge eingegangen; beantragt wurden zusammen {asked} Euro.",
            "[Besonders gestiegen sind die Energiekosten der vereinseigenen Anlagen.|Erstmals haben sich drei Chöre zu einer gemeinsamen Veranstaltungsreihe zusammengeschlossen.]",
        ),
        (
            "Die Verwaltung schlägt vor, die Mittel nach den Richtlinien zu {youth} Prozent für die Jugendarbeit, im Übrigen nach Mitgliederzahl zu verteilen. [Der Stadtsportverband|Der Stadtkulturrat] hat dem Vorschlag zugestimmt.",
        ),
        ("{Decider} beschließt die Verteilung der Fördermittel in Höhe von {cost} nach dem Vorschlag der Verwaltung.",),
        "Richtlinien der Stadt Lohenbrück zur Vereinsförderung", 0.5, (24000, 68000, 500), 0, None,
        {"requests": (19, 47, 1), "asked": (52000, 96000, 500), "youth": (50, 65, 5)}, annexes=("costs",),
    ),
    Topic(
        "concept", "Beschlussvorlage", "FB 4", ("UKM", "Rat"),
        ("{concept} für die Stadt Lohenbrück", "{concept}: Beschluss über das Handlungsprogramm"),
        (
            "Der Rat hat die Verwaltung mit der Erarbeitung des Konzepts ({concept}) beauftragt. Das Konzept wurde [in vier öffentlichen Werkstätten|mit einer Onlinebeteiligung und zwei Stadtteilspaziergängen] mit {people} Teilnehmenden entwickelt.",
            "Es enthält {measures} Maßnahmen, die nach Wirkung, Kosten und Umsetzbarkeit bewertet sind. Die ersten Schritte sind im Haushalt {year} veranschlagt.",
        ),
        (
            "Mit dem Beschluss erfüllt die Stadt die Voraussetzung für Förderanträge bei Bund und Land. [Eine Koordinationsstelle ist auf drei Jahre befristet und zu 70 Prozent gefördert.|Zusätzliche Stellen sind nicht vorgesehen.]",
            "Der Umsetzungsstand wird dem Ausschuss jährlich berichtet. Das vollständige Konzept ist als Anlage beigefügt.",
        ),
        ("{Decider} beschließt das Konzept ({concept}) als Grundlage des weiteren Handelns.",
         "Über jede Maßnahme mit Kosten von mehr als 25.000 Euro ist gesondert zu beschließen."),
        "§ 41 Absatz 1 Gemeindeordnung NRW (GO NRW)", 0.8, (35000, 120000, 1000), 70, None,
        {"people": (86, 420, 2), "measures": (14, 26, 1)},
        {"concept": ("Integriertes Klimaschutzkonzept", "Kommunale Wärmeplanung", "Radverkehrskonzept", "Spielflächenkonzept",
                     "Hitzeaktionsplan", "Grünflächen- und Biodiversitätskonzept", "Handlungskonzept Wohnen",
                     "Sportstättenentwicklungsplan")}, ("concept",), debated=True,
    ),
)  # fmt: skip
