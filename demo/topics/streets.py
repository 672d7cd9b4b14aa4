# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Streets and mobility."""

from __future__ import annotations

from .base import Topic

TOPICS = (
    Topic(
        "tempo30", "Beschlussvorlage", "FB 3", ("UKM",),
        ("Anordnung von Tempo 30 {in_st}", "Geschwindigkeitsbegrenzung {in_st}: Tempo 30 auf {length} Metern"),
        (
            "{The_st} ist eine [innerörtliche Sammelstraße|Haupterschließungsstraße|stark befahrene Verbindung] im Stadtteil {district}. Nach der [Verkehrszählung|Seitenradarmessung|Dauerzählung] vom {survey} wird der Abschnitt werktags von rund {vehicles} Kraftfahrzeugen befahren; der Anteil des Schwerverkehrs liegt bei {heavy} Prozent.",
            "Die Geschwindigkeit, die 85 Prozent der Fahrzeuge nicht überschreiten (V85), wurde mit {v85} km/h gemessen. In den vergangenen drei Jahren hat die Kreispolizeibehörde {accidents} Unfälle mit Personenschaden aufgenommen, [zwei davon auf dem Schulweg|davon einen mit einem schwer verletzten Radfahrer|überwiegend an den Einmündungen].",
            "Anlass der Prüfung waren [Eingaben aus der Anwohnerschaft|eine Unterschriftenliste mit 118 Namen|Hinweise der Schulpflegschaft] zu Lärm und fehlenden Querungsmöglichkeiten. [Insbesondere ältere Menschen meiden die Straße zu Fuß.|Kinder queren hier auf dem Weg zur Bushaltestelle.]",
        ),
        (
            "Nach § 45 Absatz 9 Satz 4 StVO kann eine Geschwindigkeitsbeschränkung auf 30 km/h [vor schützenswerten Einrichtungen|auf hochfrequentierten Schulwegen|im Lückenschluss zwischen zwei bestehenden Strecken] ohne den Nachweis einer besonderen Gefahrenlage angeordnet werden. Diese Voraussetzung ist {in_st} auf einer Länge von {length} Metern erfüllt.",
            "Der Zeitverlust für den Durchgangsverkehr beträgt rechnerisch {delay} Sekunden. Der Busverkehr wird nicht beeinträchtigt; das Verkehrsunternehmen hat [keine Einwände erhoben|der Regelung zugestimmt].",
            "Der Beurteilungspegel an den straßennahen Fassaden sinkt nach der überschlägigen Berechnung um 2 bis 3 dB(A). Das entspricht in der Wahrnehmung etwa einer Halbierung des Verkehrs.",
        ),
        ("{Decider} beauftragt die Verwaltung, {in_st} auf einer Länge von {length} Metern ganztägig Tempo 30 anzuordnen.",
         "Sechs Monate nach der Anordnung ist eine Vergleichsmessung durchzuführen und dem Ausschuss zu berichten."),
        "§ 45 Straßenverkehrs-Ordnung (StVO), § 39 StVO", 1.3, (2800, 9600, 100), 0, (),
        {"vehicles": (1800, 7400, 50), "heavy": (3, 9, 1), "v85": (41, 58, 1), "accidents": (3, 8, 1),
         "length": (180, 720, 10), "delay": (6, 19, 1)},
        annexes=("survey", "map"), debated=True,
    ),
    Topic(
        "resurfacing", "Beschlussvorlage", "FB 4", ("BPA", "HFA"),
        ("Fahrbahnsanierung {in_st}", "Grundhafte Erneuerung {of_st}: Bau- und Finanzierungsbeschluss",
         "Deckenerneuerung {in_st} zwischen Hausnummer {from_no} und {to_no}"),
        (
            "Die Fahrbahn {of_st} weist auf einer Länge von {length} Metern [Netzrisse, Spurrinnen und zahlreiche Flickstellen|erhebliche Verdrückungen und offene Nähte|tiefe Schlaglöcher und Randabbrüche] auf. Bei der Zustandserfassung im Straßenkataster wurde der Abschnitt mit der Note {grade} bewertet; ab 4,5 gilt eine Straße als dringend sanierungsbedürftig.",
            "Bohrkerne vom {survey} haben gezeigt, dass der vorhandene Aufbau mit {thick} Zentimetern nicht der Belastungsklasse {load} entspricht. [Teerhaltiges Material wurde nicht gefunden.|In zwei von sechs Proben wurde teerhaltiges Material festgestellt, das gesondert zu entsorgen ist.]",
            "Der Unterhaltungsaufwand der letzten fünf Jahre lag für diesen Abschnitt bei zusammen {upkeep} Euro. Eine weitere Flickung ist [wirtschaftlich nicht mehr vertretbar|nur noch für eine Winterperiode möglich].",
        ),
        (
            "Vorgesehen sind der Ausbau der Asphaltschichten, die Erneuerung der Borde und Rinnen sowie [die Anpassung von 14 Straßenabläufen|ein beidseitiger Gehweg von 2,30 Metern Breite|die Absenkung der Borde an allen Querungsstellen]. Die Bauzeit wird mit {weeks} Wochen veranschlagt; die Arbeiten werden [halbseitig|in drei Abschnitten|unter Vollsperrung] ausgeführt.",
            "Die Stadtentwässerung und die Versorgungsträger wurden beteiligt. [Der Wasserbeschaffungsverband erneuert im gleichen Zug die Trinkwasserleitung.|Der Netzbetreiber verlegt Leerrohre für Glasfaser mit.|Weitere Leitungsarbeiten stehen nicht an.]",
            "Für straßenbauliche Maßnahmen, die ab dem 1. Januar 2018 beschlossen wurden, erstattet das Land die Straßenausbaubeiträge in voller Höhe. Die Anliegerinnen und Anlieger werden nicht belastet.",
        ),
        ("{Decider} beschließt die Sanierung {of_st} auf einer Länge von {length} Metern nach der vorgestellten Planung.",
         "Die Auszahlungen in Höhe von {cost} werden im Haushaltsjahr {year} freigegeben.",
         "Die Verwaltung wird beauftragt, die Bauleistungen öffentlich auszuschreiben."),
        "§ 9 Straßen- und Wegegesetz NRW (StrWG NRW), § 8a Kommunalabgabengesetz NRW", 1.6, (120000, 980000, 5000), 0, (),
        {"length": (140, 860, 10), "thick": (28, 44, 1), "weeks": (6, 26, 1), "upkeep": (9000, 48000, 500),
         "from_no": (2, 20, 2), "to_no": (24, 88, 2)},
        {"grade": ("4,6", "4,7", "4,8", "4,9"), "load": ("Bk1,0", "Bk1,8", "Bk3,2")},
        ("costs", "map"),
    ),
    Topic(
        "cycling", "Beschlussvorlage", "FB 4", ("UKM", "BPA", "Rat"),
        ("Radverkehrsführung {in_st}", "Bau eines Geh- und Radwegs {in_st}", "Fahrradstraße {in_st}: Planungsbeschluss"),
        (
            "{The_st} ist Teil der im Radverkehrskonzept festgelegten {axis}. Derzeit [endet der Radweg unvermittelt am Ortseingang|teilen sich Radfahrende die Fahrbahn mit rund 5.000 Kraftfahrzeugen am Tag|ist der vorhandene Radweg nur 1,10 Meter breit].",
            "An einem Zähltag im {survey_month} wurden zwischen 6 und 22 Uhr {bikes} Radfahrende erfasst, davon {pupils} im Schülerverkehr. [Das entspricht einem Zuwachs von 21 Prozent gegenüber der Zählung vor drei Jahren.|Gegenüber der letzten Zählung ist das eine Zunahme um gut ein Viertel.]",
        ),
        (
            "Die Verwaltung hat drei Varianten untersucht: einen Schutzstreifen, eine Fahrradstraße und einen baulich getrennten Zweirichtungsradweg. Die Vorzugsvariante [schneidet bei Sicherheit und Fahrkomfort am besten ab|kommt ohne Grunderwerb aus|erhält den überwiegenden Teil der Stellplätze].",
            "Durch die Maßnahme entfallen {parking} Stellplätze am Fahrbahnrand. Eine Parkraumerhebung an zwei Werktagen ergab eine Auslastung von höchstens {load} Prozent, sodass der Bedarf [in zumutbarer Entfernung|auf den verbleibenden Flächen] gedeckt werden kann.",
            "Die Maßnahme ist nach den Förderrichtlinien Nahmobilität des Landes mit bis zu {percent} Prozent der zuwendungsfähigen Ausgaben förderfähig. Der Antrag ist bis zum 1. Juni zu stellen.",
        ),
        ("{Decider} stimmt der Vorzugsvariante für die Radverkehrsführung {in_st} zu.",
         "Die Verwaltung wird beauftragt, Fördermittel in Höhe von {funding} zu beantragen und den städtischen Eigenanteil von {own} in den Haushalt {next_year} einzustellen."),
        "§ 2 Absatz 4 StVO, Empfehlungen für Radverkehrsanlagen (ERA 2010)", 1.2, (85000, 640000, 5000), 70, (),
        {"bikes": (240, 1450, 10), "pupils": (60, 220, 5), "parking": (6, 31, 1), "load": (54, 82, 1)},
        {"axis": ("Hauptachse Kernstadt – Kirchlohe", "Schulwegachse Lohedamm", "Velo-Achse Ost", "Freizeitroute Lohetal")},
        ("map", "costs", "letter"), debated=True,
    ),
    Topic(
        "busstop", "Beschlussvorlage", "FB 4", ("BPA",),
        ("Barrierefreier Umbau der Bushaltestelle „{street}“", "Bushaltestelle {street}: barrierefreier Ausbau und Wartehalle"),
        (
            "Nach § 8 Absatz 3 Personenbeförderungsgesetz ist für den öffentlichen Personennahverkehr eine vollständige Barrierefreiheit zu erreichen. Von den {stops} Haltestellenkanten im Stadtgebiet sind bislang {done} umgebaut.",
            "Die Haltestelle {street} wird [von den Linien 462 und R 48|von der Stadtbuslinie C 3 und vier Schulbussen|im Halbstundentakt von der Linie 465] bedient. An Schultagen steigen hier {boarding} Fahrgäste ein und aus. Der vorhandene Bord ist mit {kerb} Zentimetern zu niedrig, ein Blindenleitsystem fehlt.",
        ),
        (
            "Geplant sind Kasseler Borde mit 18 Zentimetern Höhe, Auffindestreifen und Einstiegsfeld, [eine begrünte Wartehalle|eine Wartehalle mit Sitzgelegenheit] sowie {racks} Fahrradabstellbügel. [Die Behindertenbeauftragte hat der Planung zugestimmt.|Die Hinweise der Behindertenbeauftragten sind eingearbeitet.]",
            "Der Zweckverband für den Nahverkehr hat eine Förderung von {percent} Prozent in Aussicht gestellt. Während der Bauzeit von {weeks} Wochen wird eine Ersatzhaltestelle [80 Meter weiter nördlich|vor der Einmündung] eingerichtet.",
        ),
        ("{Decider} beschließt den barrierefreien Umbau der Haltestelle {street} mit Gesamtkosten von {cost}.",),
        "§ 8 Absatz 3 Personenbeförderungsgesetz (PBefG)", 0.9, (48000, 165000, 1000), 90, (),
        {"stops": (118, 124, 2), "done": (61, 97, 1), "boarding": (45, 310, 5), "kerb": (8, 13, 1), "racks": (4, 12, 2),
         "weeks": (5, 11, 1)},
        annexes=("map", "costs"),
    ),
    Topic(
        "crossing", "Beschlussvorlage", "FB 3", ("UKM",),
        ("Fußgängerüberweg {in_st}", "Querungshilfe {in_st} in Höhe Hausnummer {house}"),
        (
            "[Elternvertretungen|Der Seniorenbeirat|Anwohnerinnen und Anwohner] haben um eine sichere Querung {of_st} gebeten. In der Spitzenstunde zwischen 7.15 und 8.15 Uhr queren {walkers} Personen, bei einer Verkehrsstärke von {vehicles} Kraftfahrzeugen.",
            "Die Verkehrskommission aus Straßenverkehrsbehörde, Polizei und Straßenbaulastträger hat die Örtlichkeit am {survey} besichtigt. [Die Sichtweiten sind ausreichend, wenn zwei Stellplätze entfallen.|Die vorhandene Beleuchtung muss ergänzt werden.]",
        ),
        (
            "Nach der Richtlinie R-FGÜ 2001 liegt die Stelle im Bereich „[FGÜ möglich|FGÜ empfohlen]“. Eine Lichtsignalanlage wäre mit rund 85.000 Euro deutlich teurer und brächte längere Wartezeiten.",
            "[Die Kreispolizeibehörde hat zugestimmt.|Das Einvernehmen mit der Kreispolizeibehörde liegt vor.] Die Ausführung ist {start} vorgesehen.",
        ),
        ("{Decider} spricht sich für die Anlage eines Fußgängerüberwegs {in_st} in Höhe der Hausnummer {house} aus.",
         "Die Verwaltung wird beauftragt, die verkehrsrechtliche Anordnung zu erlassen."),
        "§ 26 StVO, Richtlinien für die Anlage und Ausstattung von Fußgängerüberwegen (R-FGÜ 2001)", 0.9, (11000, 38000, 500), 0, (),
        {"walkers": (52, 148, 1), "vehicles": (210, 640, 5)}, annexes=("map",), debated=True,
    ),
    Topic(
        "lighting", "Beschlussvorlage", "FB 4", ("BPA",),
        ("Umrüstung der Straßenbeleuchtung {in_st} auf LED", "Erneuerung der Straßenbeleuchtung {in_st}"),
        (
            "{In_st} stehen {lamps} Leuchten mit [Quecksilberdampflampen|Natriumdampflampen] aus dem Jahr {built}. Ersatzleuchtmittel sind [nicht mehr lieferbar|nur noch in Restbeständen erhältlich]; die Standsicherheitsprüfung hat {weak} Masten beanstandet.",
            "Der Stromverbrauch des Abschnitts liegt bei {power} Kilowattstunden im Jahr.",
        ),
        (
            "Mit LED-Leuchten in [Warmweiß (3.000 Kelvin)|insektenfreundlichem Bernsteinton (2.200 Kelvin)] und einer Nachtabsenkung zwischen 23 und 5 Uhr sinkt der Verbrauch um rund {saving} Prozent. Die Investition amortisiert sich nach {years} Jahren.",
            "Die Leuchten strahlen nicht in den oberen Halbraum. Damit werden die Anforderungen zum Schutz nachtaktiver Insekten nach § 41a Bundesnaturschutzgesetz bereits heute eingehalten.",
        ),
        ("{Decider} beschließt die Umrüstung von {lamps} Leuchten {in_st} auf LED-Technik.",
         "Der Auftrag ist im Rahmen des bestehenden Beleuchtungsvertrags zu erteilen."),
        "§ 41a Bundesnaturschutzgesetz, DIN EN 13201", 0.8, (14000, 96000, 500), 25, (),
        {"lamps": (12, 64, 1), "built": (1974, 1994, 1), "weak": (2, 9, 1), "power": (6200, 31000, 100),
         "saving": (62, 78, 1), "years": (6, 11, 1)},
        annexes=("costs",),
    ),
    Topic(
        "parking", "Beschlussvorlage", "FB 3", ("UKM", "HFA"),
        ("Bewohnerparkzone {street}", "Neuordnung des Parkens {in_st}", "Parkraumbewirtschaftung {in_st}: Einführung einer Höchstparkdauer"),
        (
            "Der Parkdruck {in_st} hat in den letzten Jahren zugenommen. Bei der Erhebung am {survey} waren von {spaces} Stellplätzen am Vormittag {load} Prozent belegt; der Anteil der Fremdparker lag bei {foreign} Prozent.",
            "[Im Zuge der Anwohnerversammlung|In der Bürgersprechstunde|Über den Mängelmelder] wurde wiederholt beklagt, dass Rettungswege zugestellt und Gehwege zugeparkt werden.",
        ),
        (
            "Die Voraussetzungen für eine Bewohnerparkzone nach § 45 Absatz 1b Nummer 2a StVO liegen vor. Die Gebühr für einen Bewohnerparkausweis beträgt {fee} Euro im Jahr; sie deckt den Aufwand für Ausstellung und Überwachung.",
            "Zwei Stellplätze werden für [Carsharing|Menschen mit Behinderung|Lieferverkehr] reserviert. Nach einem Jahr werden die Wirkungen überprüft.",
        ),
        ("{Decider} beschließt die Einrichtung einer Bewohnerparkzone {in_st}.",
         "Die Jahresgebühr für den Bewohnerparkausweis wird auf {fee} Euro festgesetzt."),
        "§ 45 Absatz 1b StVO, § 6a Absatz 5a Straßenverkehrsgesetz", 0.6, (6000, 24000, 500), 0, (),
        {"spaces": (38, 164, 2), "load": (86, 99, 1), "foreign": (31, 58, 1), "fee": (30, 120, 5)},
        annexes=("map", "letter"), debated=True,
    ),
    Topic(
        "roadworks", "Mitteilungsvorlage", "FB 4", ("BPA",),
        ("Sachstand Baumaßnahme {street}", "Bericht über laufende Straßenbaustellen, hier: {street}"),
        (
            "Die Verwaltung berichtet über den Stand der Arbeiten {in_st}. Seit dem {survey} sind {percent_done} Prozent der Leitungsarbeiten abgeschlossen. [Der Zeitplan wird eingehalten.|Wegen hoher Grundwasserstände liegt die Maßnahme drei Wochen hinter dem Plan.|Ein unbekannter Gewölbekeller hat die Arbeiten um zwei Wochen verzögert.]",
            "Bislang wurden {done_cost} Euro abgerechnet. [Nachträge sind in Höhe von 4,2 Prozent der Auftragssumme angemeldet.|Nachträge wurden nicht gestellt.]",
        ),
        (
            "Die Erreichbarkeit der Grundstücke wird [tagesweise mit den Anliegern abgestimmt|durchgängig für Rettungsfahrzeuge gewährleistet]. Die Müllabfuhr erfolgt über Sammelstellen an der Einmündung.",
            "Die Verkehrsfreigabe ist {finish} geplant. Über die Internetseite der Stadt und den Baustellenbrief wird laufend informiert.",
        ),
        ("{Decider} nimmt den Bericht zur Kenntnis.",), "", 1.2, None, 0, (),
        {"percent_done": (15, 95, 5), "done_cost": (42000, 610000, 1000)},
    ),
)  # fmt: skip
