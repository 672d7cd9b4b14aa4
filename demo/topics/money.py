# ruff: noqa: E501 - one sentence of prose a line keeps the German readable
"""Budget, fees, order and the council's own affairs."""

from __future__ import annotations

from .base import Topic

TOPICS = (
    Topic(
        "budget", "Beschlussvorlage", "FB 2", ("HFA", "Rat"),
        ("Haushaltssatzung und Haushaltsplan {next_year}",),
        (
            "Der Entwurf der Haushaltssatzung {next_year} schließt im Ergebnisplan mit Erträgen von {income} Euro und Aufwendungen von {expense} Euro ab. Der Fehlbetrag wird durch Inanspruchnahme der Ausgleichsrücklage gedeckt; der Haushalt gilt damit nach § 75 Absatz 2 GO NRW als ausgeglichen.",
            "Die Investitionen betragen {cost}. Schwerpunkte sind der Ausbau des offenen Ganztags, die Kanalsanierung und die Ersatzbeschaffungen für die Feuerwehr.",
        ),
        (
            "Die Hebesätze bleiben unverändert. Risiken bestehen bei [der Kreisumlage, den Tarifabschlüssen und den Zinsen|der Gewerbesteuer und den Sozialaufwendungen].",
            "Der Entwurf lag nach § 80 Absatz 3 GO NRW öffentlich aus. Einwendungen sind nicht erhoben worden.",
        ),
        ("{Decider} beschließt die Haushaltssatzung der Stadt Lohenbrück für das Haushaltsjahr {next_year} mit ihren Anlagen.",
         "Der Stellenplan wird in der vorgelegten Fassung beschlossen."),
        "§§ 75 bis 80 Gemeindeordnung NRW (GO NRW)", 0, (6200000, 9800000, 10000), 0, None,
        {"income": (38200000, 39900000, 1000), "expense": (40100000, 41800000, 1000)}, {}, ("budget",), debated=True,
    ),
    Topic(
        "overspend", "Beschlussvorlage", "FB 2", ("HFA", "Rat"),
        ("Überplanmäßige Auszahlung: {subject}", "Außerplanmäßige Aufwendung: {subject}"),
        (
            "Für das Produktsachkonto „{subject}“ wird im Haushaltsjahr {year} eine zusätzliche Ermächtigung in Höhe von {cost} benötigt. [Die Preissteigerungen waren bei der Planaufstellung nicht absehbar.|Die Schlussrechnung übersteigt die Schätzung wegen zusätzlicher Entsorgungskosten.]",
        ),
        (
            "Die Aufwendung ist unabweisbar, da [vertragliche Verpflichtungen bestehen|andernfalls die Maßnahme unterbrochen werden müsste]. Die Deckung ist durch Mehrerträge bei [der Gewerbesteuer|den Schlüsselzuweisungen|den Bußgeldern] gewährleistet.",
            "Die Wertgrenze der Haushaltssatzung für erhebliche Aufwendungen (30.000 Euro) ist überschritten, sodass der Rat zuständig ist.",
        ),
        ("{Decider} stimmt der zusätzlichen Auszahlung ({subject}) in Höhe von {cost} gemäß § 83 Absatz 2 GO NRW zu.",),
        "§ 83 Absatz 2 Gemeindeordnung NRW (GO NRW)", 0.8, (31000, 240000, 1000), 0, None, {},
        {"subject": ("Heizkosten der städtischen Gebäude", "Winterdienst", "Schülerbeförderung", "Hilfen zur Erziehung",
                     "Unterhaltung der Wirtschaftswege", "Softwarelizenzen", "Stromkosten der Kläranlage Wiesbrück",
                     "Unterkünfte für geflüchtete Menschen", "Gebäudereinigung", "Beseitigung von Sturmschäden")},
    ),
    Topic(
        "report", "Bericht", "FB 2", ("HFA",),
        ("Finanzbericht zum {quarter}. Quartal {year}", "Haushaltsentwicklung {year}: {quarter}. Quartalsbericht"),
        (
            "Die Verwaltung berichtet nach § 26 KomHVO NRW über den Stand des Haushaltsvollzugs. Das Jahresergebnis wird derzeit mit {result} Euro besser als geplant erwartet.",
            "Die Gewerbesteuer liegt mit {trade} Euro [leicht unter|knapp über|im Rahmen] der Planung. Der Gemeindeanteil an der Einkommensteuer entwickelt sich [stabil|verhalten].",
        ),
        (
            "Bei den Personalaufwendungen zeichnen sich durch [unbesetzte Stellen|verzögerte Nachbesetzungen] Minderaufwendungen ab. Eine Haushaltssperre ist nicht erforderlich.",
        ),
        ("{Decider} nimmt den Finanzbericht zur Kenntnis.",), "§ 26 KomHVO NRW", 0.8, None, 0, None,
        {"quarter": (1, 3, 1), "result": (120000, 940000, 5000), "trade": (8100000, 11400000, 10000)},
    ),
    Topic(
        "audit", "Mitteilungsvorlage", "FB 2", ("RPA",),
        ("Bericht der örtlichen Rechnungsprüfung {year}: {field_name}", "Prüfung {last_year}: {field_name}"),
        (
            "Die örtliche Rechnungsprüfung hat das Sachgebiet „{field_name}“ geprüft. Ausgewertet wurden {samples} Vorgänge mit einem Volumen von {volume} Euro; die Auswahl erfolgte [risikoorientiert|nach dem Zufallsprinzip].",
            "[In vier Fällen war die Markterkundung unvollständig dokumentiert.|Die Vier-Augen-Freigabe wurde durchgehend eingehalten.|Zwei Rechnungen wurden nach Ablauf der Skontofrist bezahlt.]",
        ),
        ("Die Fachbereiche haben zu den Feststellungen Stellung genommen. [Drei Empfehlungen sind bereits umgesetzt.|Die Dienstanweisung wird bis zum Jahresende angepasst.]",),
        ("{Decider} nimmt den Prüfbericht zur Kenntnis.",), "§ 104 Gemeindeordnung NRW (GO NRW)", 2.2, None, 0, None,
        {"samples": (28, 140, 1), "volume": (180000, 3900000, 1000)},
        {"field_name": ("Vergabe von Bauleistungen", "Handkassen und Zahlstellen", "Personalabrechnung", "Zuwendungen an Vereine",
                        "Gebührenbescheide", "Anlagenbuchhaltung", "Reise- und Fortbildungskosten", "Mieten und Pachten")},
    ),
    Topic(
        "accounts", "Beschlussvorlage", "FB 2", ("RPA", "Rat"),
        ("Jahresabschluss {last_year}: Feststellung und Entlastung",),
        (
            "Der Jahresabschluss zum 31. Dezember {last_year} weist [einen Jahresüberschuss|einen Jahresfehlbetrag] von {result} Euro aus. Die Bilanzsumme beträgt {balance} Euro, das Eigenkapital {equity} Prozent.",
            "Die örtliche Rechnungsprüfung hat {samples} Vorgänge stichprobenweise geprüft. [Beanstandungen von wesentlicher Bedeutung haben sich nicht ergeben.|In drei Fällen war die Dokumentation der Markterkundung unvollständig.]",
        ),
        (
            "Der Bestätigungsvermerk wurde uneingeschränkt erteilt. Hinweise zur Verbesserung der Anlagenbuchhaltung werden im laufenden Jahr umgesetzt.",
        ),
        ("{Decider} stellt den geprüften Jahresabschluss zum 31. Dezember {last_year} fest.",
         "Das Ergebnis wird der Ausgleichsrücklage zugeführt oder entnommen.",
         "Die Ratsmitglieder erteilen der Verwaltungsleitung vorbehaltlos Entlastung."),
        "§§ 96, 102 Gemeindeordnung NRW (GO NRW)", 1.4, None, 0, None,
        {"result": (84000, 1240000, 500), "balance": (142000000, 158000000, 10000), "equity": (28, 36, 1), "samples": (34, 96, 1)},
    ),
    Topic(
        "fees", "Beschlussvorlage", "FB 2", ("BAS", "HFA", "Rat"),
        ("Gebührenkalkulation {fee} {next_year}", "{amendment}. Änderung der Gebührensatzung: {fee} {next_year}"),
        (
            "Die Gebühren ({fee}) sind nach § 6 KAG NRW jährlich zu kalkulieren. Die ansatzfähigen Kosten betragen {cost}; sie steigen gegenüber dem Vorjahr um {rise} Prozent, vor allem durch [Energie und Löhne|höhere Entsorgungspreise|Abschreibungen auf Neuinvestitionen].",
            "Aus Vorjahren sind Überdeckungen von {surplus} Euro gebührenmindernd einzusetzen.",
        ),
        (
            "Für einen Musterhaushalt mit vier Personen ergibt sich eine Mehrbelastung von {more} Euro im Jahr. [Im Vergleich der kreisangehörigen Kommunen liegt Lohenbrück weiterhin im unteren Drittel.|Die Gebühr bleibt unter dem Landesdurchschnitt.]",
        ),
        ("{Decider} beschließt die Änderung der Gebührensatzung ({fee}) zum 1. Januar {next_year}.",),
        "§§ 2, 4 und 6 Kommunalabgabengesetz NRW (KAG NRW)", 0.8, (420000, 3900000, 1000), 0, None,
        {"amendment": (3, 19, 1), "rise": (2, 9, 1), "surplus": (12000, 96000, 500), "more": (4, 31, 1)},
        {"fee": ("Schmutz- und Niederschlagswasser", "Straßenreinigung und Winterdienst", "Abfallentsorgung", "Friedhofswesen")},
        ("costs",),
    ),
    Topic(
        "sunday", "Beschlussvorlage", "FB 3", ("HFA", "Rat"),
        ("Ordnungsbehördliche Verordnung: verkaufsoffener Sonntag zum {fair}", "Freigabe verkaufsoffener Sonntage {next_year}: {fair}"),
        (
            "Der Werbering hat beantragt, die Geschäfte {in_st} und in der Innenstadt anlässlich der Veranstaltung „{fair}“ von 13 bis 18 Uhr zu öffnen. Die Veranstaltung hat im Vorjahr rund {guests} Gäste angezogen.",
        ),
        (
            "Nach der Rechtsprechung muss die Veranstaltung gegenüber der Ladenöffnung prägend sein. Die Besucherprognose bestätigt dies. Gewerkschaft, Kirchen und Handwerkskammer wurden angehört; [die Gewerkschaft hat Bedenken erhoben|grundsätzliche Bedenken wurden nicht vorgetragen].",
        ),
        ("{Decider} beschließt die ordnungsbehördliche Verordnung über das Offenhalten von Verkaufsstellen anlässlich der Veranstaltung „{fair}“.",),
        "§ 6 Ladenöffnungsgesetz NRW (LÖG NRW)", 0.4, None, 0, (), {"guests": (3000, 14000, 500)},
        {"fair": ("Lohenbrücker Frühling", "Gallusmarkt", "Wehrfest", "Kartoffelmarkt", "Lichtersonntag")}, ("map",), debated=True,
    ),
    Topic(
        "seats", "Beschlussvorlage", "VL", ("Rat",),
        ("Umbesetzung von Ausschüssen", "Bestellung eines Mitglieds in Gremien der Zweckverbände"),
        (
            "Die Fraktion {faction} hat mit Schreiben vom {survey} eine Änderung der Besetzung mitgeteilt. [Stimmberechtigtes Mitglied und Stellvertretung tauschen ihre Plätze.|Ein sachkundiger Bürger scheidet auf eigenen Wunsch aus.]",
        ),
        ("Umbesetzungen erfolgen durch einheitlichen Wahlvorschlag und bedürfen nach § 50 Absatz 3 GO NRW eines einstimmigen Beschlusses. Andernfalls wird nach den Grundsätzen der Verhältniswahl abgestimmt.",),
        ("{Decider} beschließt die Umbesetzung nach dem Vorschlag der Fraktion {faction}.",),
        "§ 50 Absatz 3 und § 58 Gemeindeordnung NRW", 0.7, None, 0, None,
    ),
    Topic(
        "vehicle", "Beschlussvorlage", "SEB", ("BAS",),
        ("Baubetriebshof: Ersatzbeschaffung {machine}", "Fuhrpark des Baubetriebshofs: {machine}"),
        (
            "Der Baubetriebshof benötigt Ersatz ({machine}). Das vorhandene Gerät aus dem Jahr {built} hat {hours} Betriebsstunden erreicht; die letzte Reparatur hätte {repair} Euro gekostet und wurde zurückgestellt.",
        ),
        (
            "Verglichen wurden Kauf, Leasing und interkommunale Nutzung. [Ein elektrischer Antrieb ist für den Einsatzzweck verfügbar und über die Laufzeit wirtschaftlicher.|Ein elektrischer Antrieb ist in dieser Leistungsklasse noch nicht verfügbar.] Die Mittel stehen im Wirtschaftsplan.",
        ),
        ("{Decider} stimmt der Beschaffung ({machine}) zum Preis von höchstens {cost} zu.",),
        "§ 4 Eigenbetriebsverordnung NRW", 1.2, (38000, 265000, 1000), 0, None,
        {"built": (2004, 2014, 1), "hours": (5200, 13800, 100), "repair": (6800, 24000, 100)},
        {"machine": ("Kleinkehrmaschine", "Kommunaltraktor", "Kanalspülfahrzeug", "Radlader", "Großflächenmäher",
                     "Winterdienststreuer", "Hubarbeitsbühne")}, ("costs",),
    ),
    Topic(
        "digital", "Mitteilungsvorlage", "FB 1", ("HFA",),
        ("Sachstand Digitalisierung der Verwaltung {year}", "Umsetzung des Onlinezugangsgesetzes: Bericht {year}"),
        (
            "Von den städtischen Leistungen sind {services} vollständig online verfügbar, {new} mehr als im Vorjahr. Am häufigsten genutzt werden [Meldebescheinigungen und die Hundeanmeldung|der Mängelmelder und die Terminvergabe].",
            "Der Anteil elektronisch geführter Akten liegt bei {files} Prozent. [Die Sitzungsunterlagen werden seit Februar ausschließlich digital bereitgestellt.|Das Bauaktenarchiv wurde vollständig gescannt.]",
        ),
        (
            "Im kommenden Jahr werden die elektronische Rechnung und das Serviceportal für Vereine eingeführt. Für Menschen ohne Internetzugang bleibt das Bürgerbüro mit unveränderten Öffnungszeiten erreichbar.",
        ),
        ("{Decider} nimmt den Bericht zur Kenntnis.",), "Onlinezugangsgesetz (OZG)", 0.6, None, 0, None,
        {"services": (64, 148, 1), "new": (11, 32, 1), "files": (48, 92, 1)},
    ),
)  # fmt: skip
