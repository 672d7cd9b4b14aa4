# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Land use, building and the town's own houses."""

from __future__ import annotations

from .base import Topic

_SCHOOLS = (
    "Grundschule Am Stadtgraben",
    "Grundschule Kirchlohe",
    "Grundschule Brinkrode",
    "Sekundarschule Lohenbrück",
    "Gymnasium am Lohedamm",
)
_ROOFS = (
    *_SCHOOLS,
    "Dreifachsporthalle Nordring",
    "Baubetriebshof",
    "Stadthalle",
    "Kindertagesstätte Pusteblume",
    "Turnhalle Brinkrode",
    "Feuerwehrgerätehaus Ostlohe",
)

TOPICS = (
    Topic(
        "landuse", "Beschlussvorlage", "FB 4", ("BPA", "Rat"),
        ("Bebauungsplan Nr. {plan} „{street}“: Aufstellungsbeschluss", "{amendment}. Änderung des Bebauungsplans Nr. {plan} „{street}“: Beschluss über die öffentliche Auslegung"),
        (
            "Das Plangebiet liegt im Stadtteil {district} [nördlich|südlich|westlich] {of_st} und umfasst rund {area} Quadratmeter. Der Flächennutzungsplan stellt [Wohnbaufläche|gemischte Baufläche|zum Teil Fläche für die Landwirtschaft] dar.",
            "[Der Eigentümer|Eine Erbengemeinschaft|Die städtische Entwicklungsgesellschaft] beabsichtigt, die Fläche mit {flats} Wohneinheiten zu bebauen. Nach der Wohnraumbedarfsanalyse fehlen in Lohenbrück bis 2035 rund 480 Wohnungen, vor allem [kleine barrierefreie Wohnungen|bezahlbare Mietwohnungen für Familien].",
        ),
        (
            "Die Planung dient der Innenentwicklung. [Das Verfahren nach § 13a BauGB ist anwendbar, da die zulässige Grundfläche unter 20.000 Quadratmetern bleibt.|Es wird das Regelverfahren mit Umweltprüfung durchgeführt.]",
            "Vorgesehen ist ein allgemeines Wohngebiet (WA) mit einer Grundflächenzahl von 0,4 und zwei Vollgeschossen. Flachdächer und flach geneigte Dächer sind zu begrünen, Stellplätze mit wasserdurchlässigen Belägen herzustellen. {social} Prozent der Geschossfläche sind für den öffentlich geförderten Wohnungsbau gebunden.",
            "Das Niederschlagswasser kann wegen [des anstehenden Lehms|des hohen Grundwasserstands] nur zum Teil versickert werden; ein Rückhaltebecken mit {basin} Kubikmetern ist eingeplant. Die artenschutzrechtliche Vorprüfung hat [keine Verbotstatbestände ergeben|Hinweise auf Quartiere der Zwergfledermaus ergeben, für die Ersatzquartiere vorgesehen sind].",
        ),
        ("{Decider} beschließt gemäß § 2 Absatz 1 BauGB, das Verfahren für den Bebauungsplan Nr. {plan} „{street}“ durchzuführen.",
         "Ziel der Planung ist die Ausweisung eines allgemeinen Wohngebiets mit etwa {flats} Wohneinheiten.",
         "Die Verwaltung wird beauftragt, die Öffentlichkeit nach § 3 und die Behörden nach § 4 BauGB zu beteiligen."),
        "§ 2 Absatz 1, §§ 3, 4 und 13a Baugesetzbuch (BauGB)", 1.6, (18000, 64000, 1000), 0, (),
        {"plan": (41, 128, 1), "amendment": (1, 4, 1), "area": (3800, 41000, 100), "social": (20, 35, 5),
         "basin": (120, 900, 10)},
        annexes=("map", "landuse"), debated=True,
    ),
    Topic(
        "permit", "Beschlussvorlage", "FB 4", ("BPA",),
        ("Bauantrag {address}: {project}", "Einvernehmen nach § 36 BauGB: {project}, {address}"),
        (
            "Für das Grundstück {address} ist ein Antrag auf {project} eingegangen. Das Vorhaben liegt [im unbeplanten Innenbereich und ist nach § 34 BauGB zu beurteilen|im Geltungsbereich eines Bebauungsplans; beantragt wird eine Befreiung von der Baugrenze um {metres} Meter].",
            "Die nähere Umgebung ist [durch ein- und zweigeschossige Wohnhäuser mit Satteldach|von gründerzeitlicher Blockrandbebauung|durch Hofstellen und Nebengebäude] geprägt.",
        ),
        (
            "Das Vorhaben fügt sich nach Art und Maß der baulichen Nutzung in die Eigenart der näheren Umgebung ein. Die Erschließung ist gesichert; [vier|sechs|acht] Stellplätze werden auf dem Grundstück nachgewiesen.",
            "Nachbarliche Belange werden [durch die einzuhaltenden Abstandsflächen gewahrt|nach Prüfung der Verschattung nicht unzumutbar beeinträchtigt]. [Die untere Denkmalbehörde wurde beteiligt und hat zugestimmt.|Belange des Denkmalschutzes sind nicht berührt.]",
        ),
        ("{Decider} erteilt das gemeindliche Einvernehmen zu dem Vorhaben {address} ({project}).",),
        "§§ 31, 34 und 36 Baugesetzbuch (BauGB)", 1.4, None, 0, (), {"metres": (1, 4, 1)},
        {"project": ("Neubau eines Mehrfamilienhauses mit acht Wohneinheiten", "Nutzungsänderung einer Gaststätte in Wohnraum",
                     "Errichtung einer Lagerhalle", "Anbau an eine Arztpraxis", "Umbau einer Scheune zu Wohnzwecken",
                     "Neubau eines Doppelhauses mit Garagen", "Errichtung eines Mobilfunkmastes", "Dachgeschossausbau mit Gauben")},
        ("map", "scan"), debated=True,
    ),
    Topic(
        "renovation", "Beschlussvorlage", "FB 4", ("SKS", "BPA", "HFA"),
        ("Sanierung {building}: {part}", "{building}: {part}, Bau- und Finanzierungsbeschluss"),
        (
            "Am Standort {building} ({address}) besteht seit Längerem Handlungsbedarf. Die Bauunterhaltung hat [erhebliche Mängel|den Ablauf der technischen Nutzungsdauer|wiederkehrende Feuchteschäden] dokumentiert; in den letzten drei Jahren mussten {repairs} Notreparaturen beauftragt werden.",
            "Das Gebäude stammt aus dem Jahr {built} und wird von {users} Menschen täglich genutzt. Der Wärmeverbrauch liegt mit {heat} Kilowattstunden je Quadratmeter [deutlich über|um gut die Hälfte über] dem Vergleichswert für Gebäude dieser Art.",
        ),
        (
            "Das beauftragte Ingenieurbüro hat zwei Varianten untersucht. Variante A beschränkt sich auf die Instandsetzung, Variante B schließt die energetische Ertüchtigung ein. Über einen Betrachtungszeitraum von 30 Jahren ist Variante B um {better} Prozent günstiger und spart {co2} Tonnen Kohlendioxid im Jahr.",
            "Die Arbeiten sollen überwiegend in den Sommerferien stattfinden. [Für zwei Klassen|Für den Fachunterricht|Für die Betreuung] werden Ausweichräume im Erdgeschoss eingerichtet. Der Schadstoffbericht weist [künstliche Mineralfasern in abgehängten Decken|keine auffälligen Befunde] aus.",
            "Die Maßnahme ist im Förderprogramm für kommunale Gebäude angemeldet; der Zuwendungsbescheid wird {start} erwartet. Ein förderunschädlicher Maßnahmenbeginn ist beantragt.",
        ),
        ("{Decider} beschließt die Maßnahme „{part}“ am Standort {building} in der Variante B mit Gesamtkosten von {cost}.",
         "Die Mittel sind in den Haushalten {year} und {next_year} bereitzustellen.",
         "Über Kostenabweichungen von mehr als 10 Prozent ist der Haupt- und Finanzausschuss unverzüglich zu unterrichten."),
        "§ 13 Kommunalhaushaltsverordnung NRW (KomHVO NRW), § 79 Schulgesetz NRW", 1.4, (95000, 2400000, 5000), 45,
        (*_SCHOOLS, "Dreifachsporthalle Nordring", "Stadtbücherei", "Freibad Lohedamm", "Turnhalle Brinkrode"),
        {"repairs": (4, 17, 1), "built": (1958, 1988, 1), "users": (90, 860, 10), "heat": (138, 236, 1), "better": (8, 22, 1),
         "co2": (18, 96, 1)},
        {"part": ("Erneuerung des Daches", "Erneuerung der Sanitäranlagen", "Austausch der Fenster und Fassadendämmung",
                  "Umstellung der Heizungsanlage", "Einbau einer Lüftungsanlage", "Erneuerung der Elektroinstallation",
                  "Ertüchtigung des Brandschutzes")},
        ("costs",),
    ),
    Topic(
        "solar", "Beschlussvorlage", "FB 4", ("UKM", "HFA"),
        ("Photovoltaikanlage {building}", "Errichtung einer Photovoltaikanlage auf dem Dach: {building}"),
        (
            "Das Dach des Objekts {building}, {address}, eignet sich nach der Prüfung der Statik für eine Photovoltaikanlage mit {kwp} Kilowatt Spitzenleistung. Der erwartete Jahresertrag liegt bei {yield_} Kilowattstunden.",
            "Der Eigenverbrauchsanteil wird auf {own_use} Prozent geschätzt. [Ein Batteriespeicher erhöht den Anteil um weitere 14 Prozentpunkte.|Ein Speicher ist zunächst nicht vorgesehen, die Leitungswege werden aber vorbereitet.]",
        ),
        (
            "Bei einem Strombezugspreis von {price} Cent je Kilowattstunde amortisiert sich die Anlage nach {years} Jahren. Der Betrieb durch die Stadt ist wirtschaftlicher als die Verpachtung der Dachfläche.",
            "Mit der Anlage kommt die Stadt dem Ziel des Klimaschutzkonzepts näher, bis 2035 auf allen geeigneten städtischen Dächern Strom zu erzeugen. Vermieden werden rechnerisch {co2} Tonnen Kohlendioxid im Jahr.",
        ),
        ("{Decider} beschließt die Errichtung einer Photovoltaikanlage mit {kwp} Kilowatt Spitzenleistung ({building}).",),
        "§ 42a Bauordnung NRW (BauO NRW), Erneuerbare-Energien-Gesetz (EEG)", 0.8, (48000, 260000, 1000), 0, _ROOFS,
        {"kwp": (29, 148, 1), "yield_": (27000, 139000, 500), "own_use": (38, 81, 1), "price": (24, 33, 1), "years": (8, 14, 1),
         "co2": (11, 58, 1)}, annexes=("costs",),
    ),
    Topic(
        "firestation", "Beschlussvorlage", "FB 3", ("HFA", "Rat"),
        ("Ersatzbeschaffung für den Löschzug {district}: {vehicle}", "Feuerwehr, Löschzug {district}: Beschaffung {vehicle}"),
        (
            "Das vorhandene Fahrzeug am Standort {building} ist {age} Jahre alt und hat {repairs} Werkstattaufenthalte in den letzten zwei Jahren verursacht. Der Brandschutzbedarfsplan sieht die Ersatzbeschaffung für {year} vor.",
            "Die Lieferzeiten liegen derzeit bei {months} Monaten. [Eine Beteiligung an der Sammelbeschaffung des Kreises wurde geprüft, passt aber zeitlich nicht.|Die Beschaffung soll gemeinsam mit zwei Nachbarkommunen ausgeschrieben werden.]",
        ),
        (
            "Die freiwillige Feuerwehr hat das Anforderungsprofil gemeinsam mit der Verwaltung erarbeitet. Das Fahrzeug sichert das Schutzziel „acht Minuten, neun Funktionen“ im Stadtteil {district}; der Erreichungsgrad lag zuletzt bei {reach} Prozent.",
            "Die Ausschreibung erfolgt in drei Losen: Fahrgestell, Aufbau und Beladung. Das Land beteiligt sich über die Feuerschutzpauschale.",
        ),
        ("{Decider} beschließt die Ersatzbeschaffung für den Löschzug {district} ({vehicle}) zum Preis von höchstens {cost}.",
         "Für das Haushaltsjahr {next_year} wird eine Verpflichtungsermächtigung in gleicher Höhe erteilt."),
        "§ 3 Gesetz über den Brandschutz, die Hilfeleistung und den Katastrophenschutz (BHKG)", 0.5, (185000, 590000, 5000), 0,
        ("Feuerwehrgerätehaus Steinbeke", "Feuerwehrgerätehaus Ostlohe"),
        {"age": (21, 31, 1), "repairs": (5, 14, 1), "months": (18, 34, 1), "reach": (74, 91, 1)},
        {"vehicle": ("Löschgruppenfahrzeug LF 20", "Hilfeleistungslöschgruppenfahrzeug HLF 10",
                     "Gerätewagen Logistik GW-L 2", "Mannschaftstransportfahrzeug", "Einsatzleitwagen ELW 1")},
        ("costs",),
    ),
    Topic(
        "naming", "Beschlussvorlage", "FB 4", ("BPA", "Rat"),
        ("Benennung einer Planstraße im Baugebiet {street}", "Straßenbenennung im Stadtteil {district}: „{newname}“"),
        (
            "Im Baugebiet {street} wird {finish} die Erschließung abgeschlossen. Die neue Straße ist zu benennen, damit Hausnummern vergeben und Versorgungsanschlüsse beantragt werden können.",
            "Der Heimatverein {district} hat den Namen „{newname}“ vorgeschlagen. [Die Bezeichnung geht auf eine alte Flurbezeichnung zurück, die im Urkataster von 1828 verzeichnet ist.|Der Name erinnert an die frühere Nutzung des Geländes.]",
        ),
        (
            "Eine Verwechslungsgefahr mit bestehenden Straßennamen im Stadtgebiet besteht nicht. Rettungsleitstelle und Post haben keine Bedenken.",
            "[Alternativ wurde der Name „Sonnenhang“ beraten, der jedoch in drei Nachbargemeinden bereits vorkommt.|Weitere Vorschläge sind nicht eingegangen.]",
        ),
        ("{Decider} beschließt, die Planstraße A im Baugebiet {street} „{newname}“ zu benennen.",),
        "§ 4 Absatz 2 Straßen- und Wegegesetz NRW", 0.05, None, 0, (), {},
        {"newname": ("Am Flachsrottenteich", "Leineweberpfad", "Zum Kiebitzgrund", "An der Lehmkuhle", "Töpferwinkel",
                     "Bleichwiese", "Seilergang")}, ("map",),
    ),
)  # fmt: skip
