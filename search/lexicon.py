"""Nouns that German council papers build their compounds from, by subject; lower case."""

_COUNCIL = """
abgeordnete abstimmung amt amtsblatt anfrage anhörung antrag anlage arbeit arbeitskreis aufsicht ausschuss
beauftragte bedarf beirat bekanntmachung beratung bericht bescheid beschluss beteiligung bezirk büro bund bündnis
bürger bürgermeister dezernat dienst dezernent einladung entscheidung entwurf ergebnis erlass fachbereich fraktion
frage gemeinde gemeinderat gericht geschäft geschäftsordnung gesetz gesellschaft gespräch gremium gruppe haupt
information jahr jugend kammer kanzlei kommission kommune konzept kreis kreistag land landkreis landrat leitung
liste magistrat maßnahme meister mehrheit mitglied mitteilung mitwirkung mitbestimmung niederschrift ober ordnung
ordnungsamt organisation ort ortschaft ortschaftsrat partei person personal personalrat petition politik präsident
protokoll prüfung rat rathaus ratsherr recht referat regelung region register richtlinie satzung senat sitzung
sitzungsvorlage sonder sprecher staat stadt stadtrat stadtteil stellungnahme stelle stellvertreter tag tagesordnung
tagesordnungspunkt teil termin umfrage unter unterausschuss verband verein verfahren verfügung verordnung vertrag
vertreter vertretung verwaltung verwaltungsrat volk vorlage vorsitz vorsitzende vorschlag wahl wahlkreis wähler
widerspruch zeit zentrum ziel zukunft zustimmung zweck zweckverband
"""
_MONEY = """
abgabe abrechnung abschluss anleihe auftrag aufwand aufwendung ausgabe ausschreibung beihilfe beitrag betrag betrieb
budget bürgschaft darlehen defizit eigenbetrieb einnahme entgelt erlös ertrag etat finanz finanzierung finanzplan
fond förderung fördermittel gebühr geld gewerbe gewinn grundsteuer grundstück haushalt haushaltsplan
haushaltssatzung hebesatz investition jahresabschluss kasse kauf konto kosten kredit leistung lohn markt miete
mittel nachtrag nachtragshaushalt pacht pauschale plan preis programm rechnung rücklage rückstellung sanierung
schuld schulden sicherung sponsoring steuer tarif umlage umsatz unternehmen vergabe verkauf vermögen vermächtnis
verpflichtung versicherung verwendung wirtschaft wirtschaftsplan zahlung zins zuschuss zuweisung zuwendung stiftung
"""
_BUILDING = """
abbruch abriss änderung anbau architekt aufstellung ausbau bau bauamt bauantrag bauausschuss bauland bauleitplan
bauplatz baustelle bebauung bebauungsplan besichtigung boden brücke dach denkmal denkmalschutz einrichtung
entwicklung erbbaurecht erhalt erhaltung erneuerung errichtung erschließung erweiterung fassade fenster fläche
flächennutzungsplan garten gebäude gebiet gelände genehmigung gestaltung grenze grund halle haus hochbau hof
immobilie industrie instandhaltung instandsetzung keller lage lager modernisierung neubau nutzung park planung platz
quartier raum rahmenplan renovierung rückbau saal siedlung stadtplanung städtebau standort statik tiefbau turm umbau
umgestaltung umnutzung unterbringung unterhaltung ufer verkleinerung viertel wand wohnbau wohnraum wohnung zaun
zimmer objekt
"""
_TRAFFIC = """
ampel auto autobahn bahn bahnhof bahnsteig bus carsharing elektro fahrbahn fahrrad fahrt fahrzeug fuß fußgänger
fußweg gasse gehweg geschwindigkeit haltestelle kraft kreisel kreuzung kreisverkehr lade ladesäule lärm lärmschutz
linie mobilität nahverkehr netz parkplatz parken parkraum parkhaus pendler querung rad radfahrer radverkehr radweg
route säule schiene schutzstreifen signal spur straße straßenbahn strecke streifen tempo tunnel überweg umleitung
unfall verbindung verkehr verkehrsausschuss verkehrsberuhigung weg wegweiser zone zug zufahrt überquerung allee
"""
_NATURE = """
abfall abwasser artenschutz bach baum beleuchtung beseitigung biotop blume brunnen deponie emission energie
entsorgung entwässerung fluss forst gas gewässer grün grünfläche hochwasser hochwasserschutz hund kanal kanalisation
klärwerk klima klimaschutz landschaft licht luft müll natur naturschutz pflanze pflanzung photovoltaik pflege quelle
recycling regen reinigung schutz see solar spiel spielplatz stadtwerk strom teich tier trinkwasser umwelt
umweltschutz versorgung wald wärme wasser weiher werk wetter wiese wind windkraft winter winterdienst winterdienst
friedhof grab bestattung reduzierung
"""
_PEOPLE = """
alter alten angebot arzt asyl ausbildung ausländer bad becken begegnung behinderte berufsschule beruf besucher
betreuung bewohner bibliothek bildung bücherei chor ehrenamt ehrung eltern erziehung familie feier ferien fest feuer
feuerwehr film flüchtling frau freibad freizeit freiwillige gast geschichte gesundheit gleichstellung grundschule
gymnasium hallenbad heim helfer hilfe hochschule hort inklusion integration internet jubiläum kind kinder
kindergarten kindertagesstätte kita kirche klasse klinik konzert kranken krankenhaus krippe kultur kunst lehrer
lehrling leben medien mensch musik musikschule museum nacht partnerschaft polizei praktikum preisträger rettung
rettungsdienst schüler schulbezirk schule schulhof schulweg senioren seniorenheim sicherheit sozial soziales sport
sportanlage sporthalle sportplatz sprache stätte studie theater tourismus träger treff turnhalle universität
unterkunft unterricht veranstaltung verwaltungsgericht volkshochschule weihnacht weihnachtsmarkt werkstatt wohnheim
zuwanderung
"""
_WORK = """
ablauf abteilung akte aktion analyse anzahl anpassung arbeitsplatz arbeitsmarkt aufgabe ausstattung ausweis automat
bearbeitung beginn begründung beschaffung besetzung bestand betreiber daten datenschutz digital digitalisierung
digitalpakt dokument einführung einsatz erfassung erhöhung ermittlung eröffnung feststellung formular fortschreibung
führung funktion gerät geräte handel handlung hinweis karte kontrolle konzeption kündigung messung modell muster
nachweis nummer personalkosten pflicht projekt prozess qualität quote rahmen reform satz schaden schild schulung
software stand statistik stellenplan steuerung struktur strategie studie system technik test überwachung übersicht
übernahme umsetzung untersuchung verbesserung verbot verlängerung verteilung verzeichnis video vorhaben vereinbarung
wartung werbung wert wettbewerb zahl zentrale zusammenarbeit zuständigkeit abstand haltung halter halt material
möbel gegenstand lieferung mangel ersatz
"""
WORDS = frozenset(f"{_COUNCIL}{_MONEY}{_BUILDING}{_TRAFFIC}{_NATURE}{_PEOPLE}{_WORK}".split())
