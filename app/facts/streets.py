"""What streets are called, and what only sounds like one."""

import re
import unicodedata

# Words that end as streets do and name none: the kind of road, not the road.
_KINDS = """
anschluss
abwasser anlieger anliegerstich anwohner auto autobahn bau bundes bundesfern durchfahrts durchgangs eigentümer einbahn
einfall einfalls einkaufs erschließungs erschliessungs fahrrad fußgänger fern gemeinde gemeindeverbindungs geschäfts
gewerbeerschließungs haupterschließungs hauptverkehrs innenstadt kreis land landes mautpflichtige mischverkehrs
mautbundes neben nebenerschließungs orts ortsdurchfahrts ortsumgehungs parallel plan privat querspange quartiers rad
radschnell radvorrang radvorrangs sack sammel schnell seiten siedlungs spiel staats stadtring stich tempo umfahrungs
umgehungs umleitungs unterhaltungs ver verbindungs verkehrs verteiler vorfahrt vorfahrts vorrang wasserbundes
wirtschafts wohn wohnsammel zubringer zufahrts zugangs zuwegungs haupteinkaufs hauptgeschäfts erschließungsstich
bypass flanier fußgängerzonen haupteinfalls hauptsammel klima klimaschutz modell muster nachbar nachbarschafts parade
pflaster protokoll pracht prüf test teil traum vergnügungs fertigungs produktions waschanlagen wasch rettungs baum
beton bau bohr daten gesamt gemein halb misch
"""
_WAYS = """
ab abfahrts abwasser an anfahrts arbeits arm ausbildungs aus außen aussen bade bau begleit behelfs berufs betriebs
bildungs brems durch durchgangs dienst einweg entscheidungs erschließungs fahr fahrrad feld feuer finanzierungs flucht
flur förder fort fuß fuss fußgänger fussgänger fußgängerüber geh gemeinde grenz haupt heim heimarbeits holz instanzen
kirchen klage klein kombi königs kommunikations kompromiss kranken kuh land laufbahn lebens lehr leidens leiter leiten
lern lösungs mehr mittel mittler nachhause neben panorama pflege privat pilger post quer rad radfern fernrad
radschnell radwander radvorrang rechts regel rettungs rück rund sand schleich schiebe schienen schiffs schul schutz
seh seiten sonder sonderfahr spazier stations stich stiegen strom such transport trampel trimm trimmdich über um
unterhaltungs verbindungs verfahrens verkehrs versand versorgungs vertriebs verwaltungs vor wander wald
waldwirtschafts wasser wasserstraßen wirtschafts wohn wirtschaftswege zu zufahrts zugangs zuwegungs zweit reit
reisewegs kreuz instanzenzug meldeverfahrens umgehungs geh-und
"""
_SQUARES = """
abenteuerspiel abfallbehälterstand abfallsammel ablage absatz abstell aktivspiel angebots anlege ansatz arbeits
aufbruchs ausbildungs ausgleichs ausweich bade ball basketball bau behandlungs behinderten behindertenpark
beachvolleyball betreuungs bewegungs bolz brut buspark camping container dorf eck einsatz eis eltern fahrradabstell
fahrradstell familien ferien fest flug frauenpark frei freizeit führungs fußball gast gewerbe golf grill grund hafen
hart hockey hort hubschrauberlande haltestellen hunde jugendspiel kindergarten kinderspiel kindertagesstätten kita
kleinspiel kleinkinderspiel kompost krippen kranken kreisverkehrs kunstrasen lade lager lande landungs liege listen
mittags motorradstell markt nachwuchs natur naturspiel nist notbetreuungs park personenstell pflege pkw podest podiums
praktikums quartiers rang rasen rast reit ruhe sammel sammelstell sand schieds schlaf schlag schlüssel schul segelflug
senioren sitz skate skater spiel spielund spitzen sport stadt stadtteil stand start steh stell stellplatz stellplätze
steinspiel studien tabellen tagespflege tank tennis therapie titel tiefgaragenstell toiletten tor trainings trocken
turn umschlag umsteige umzugs unterbringungs unterstell ver veranstaltungs versteck verladungs vor wald wasserspiel
wartungs wasch wende werk wertstoff wirtschafts wochenmarkt wohnheim wohnmobil wohnmobilstell wohnwagen
wohnwagenabstell zelt ziel zirkus zweit lieblings logen marktstand messe abstellplatzund kursus kleinfeld schiess
exerzier truppenübungs übungs appell bahnhofsvor schlossvor rathausvor theatervor garagenvor quartiersvor heim
wettbewerbs rasenspiel
"""
_OTHERS = {
    "ring": """abschluss bewerbungs bohr box cover dichtungs ehe finger gold händler hopfen lese lohnsteuerhilfe
    maschinen oppositions schlüssel stoß schwimm werbe wirtschafts tauch turn verlags vertrauens volks kultur""",
    "damm": """bahn erd haupt hochwasser hochwasserschutz rheinhaupt schutz straßen bahnstrecken lärmschutz gleis rück
    vogel sommer winter fisch stau deich schutt stein""",
    "ufer": "anr ausr bach brut einh fluss gegen gewässer nord ost paarh see st süd west zur widerr hilfer",
    "allee": "baum plan mittel pracht daten",
    "gasse": "sack rettungs plan wohn bau tauben fahr stich blut schuss",
}
_GENERIC = {
    "straße": frozenset(_KINDS.split()),
    "weg": frozenset(_WAYS.split()),
    "platz": frozenset(_SQUARES.split()),
    **{ending: frozenset(words.split()) for ending, words in _OTHERS.items()},
}
_KIND_OF = {kind[:3]: kind for kind in _GENERIC} | {"cha": "allee"}
# Parts at whose end such a word stands: "Hauptverkehrsstraße", "Zweirichtungsradweg", "Besucherstellplatz".
_TAILS = {
    "straße": ("verkehrs", "erschließungs", "durchgangs", "umgehungs", "verbindungs", "sammel", "wohn", "zufahrts",
               "flug", "straßen"),
    "weg": ("rad", "geh", "fuß", "fuss", "wirtschafts", "verbindungs", "rettungs", "zufahrts", "zugangs", "über",
            "wander", "verkehrs", "transport", "fahr"),
    "platz": ("stell", "spiel", "park", "sport", "arbeits", "stand", "betreuungs", "rasen", "ausbildungs", "lager",
              "lande", "sitz", "bolz", "vor", "schul", "kita"),
}  # fmt: skip
# These are both: believed with a house number behind.
_PERHAPS = frozenset(("schul", "ring", "quer", "wasser", "stadt", "feuerwehr", "dorf", "wild"))
# What is written before a street and belongs to no name of one.
_NO_NAMES = """
dieser jener jeder welcher einer keiner meiner deiner seiner ihrer unserer eurer aller mancher solcher anderer
weiterer mehrerer beider vieler weniger einiger neuer alter guter kleiner großer hoher langer kurzer breiter erster
zweiter dritter letzter nächster oberer unterer vorderer hinterer innerer äußerer mittlerer besserer schlechter leerer
voller sicherer gesperrter nummer fläche hier über unter oder aber immer nur sowie inter super meister bürgermeister
oberbürgermeister ortsvorsteher vertreter vertreterin teilnehmer mitglieder anlieger anwohner eigentümer bewohner
nutzer einwohner verkehrsteilnehmer fußgänger radfahrer autofahrer bürger mieter träger geber käufer kinder lehrer
schüler leiter planer architekten ferner bisher daher später früher eher weiter vorher nachher unterhalb außer ohne
der per zur dauer mauer verkehrsgrüner privater kommunaler öffentlicher städtischer überörtlicher innerörtlicher
klassifizierter asphaltierter gepflasterter neuer befahrener ausgebauter betroffener angrenzender gegenüber hinter
wieder messer cluster center register muster filter manager poster server computer container partner
"""

# Parted words join again; an adjective stands in the first case: "in der Alten Gasse" is in "Alte Gasse".
_BROKEN = re.compile(r"-\s+")
_OF_OLD = "Alte|Neue|Lange|Kurze|Hohe|Breite|Große|Kleine|Obere|Untere|Vordere|Hintere|Innere|Äußere|Mittlere"
ADJECTIVE = rf"(?:{_OF_OLD})[nr]?"
_DECLINED = re.compile(rf"^({_OF_OLD})[nr](?= )")
_NOT_NAMES = frozenset(_NO_NAMES.split())
_DASHES = re.compile(r"[-‐‑‒–— \u00a0.]+")
_STREET = re.compile(r"[Ss]tr(?:asse|\.|)$")
_GENITIVE = re.compile(r"(?<=[Pp]latz)es$|(?<=[Ww]eg)e?s$|(?<=[Rr]ing)e?s$|(?<=[Dd]amm)e?s$|(?<=[Uu]fer)s$")


def shown_name(written: str) -> str:
    """Return the name of a street as it is shown: "Hauptstr." as "Hauptstraße", "Marktplatzes" as "Marktplatz"."""
    joined = _BROKEN.sub("-", " ".join(written.split()))
    name = _DECLINED.sub(r"\1", _GENITIVE.sub("", joined))
    return _STREET.sub(lambda match: f"{match.group()[0]}traße", name)


def street_key(name: str) -> str:
    """Return what the name of a street is compared by: "Haupt-Str." and "Hauptstraße" are the same."""
    whole = shown_name(unicodedata.normalize("NFKC", name))
    return _DASHES.sub("", whole).casefold().replace("ß", "ss")


def is_a_kind(first: str, ending: str) -> bool:
    """Tell whether the first part of a compound makes it a kind of road, not a name: "Erschließungs" + "straße"."""
    part, kind = first.lower(), _KIND_OF[ending[:3].lower()]
    return part in _GENERIC[kind] or part.endswith(_TAILS.get(kind, ("\0",))) or len(part) < 3


def may_be_a_kind(first: str) -> bool:
    """Tell whether a compound is a name in one town and a kind of road in another: "Schulstraße"."""
    return first.lower() in _PERHAPS


def is_no_name(adjective: str) -> bool:
    """Tell whether a word before "Straße" is no part of its name: "dieser Straße"; not so "Durlacher"."""
    word = adjective.lower()
    return word in _NOT_NAMES or word.endswith(("licher", "ischer", "nehmer", "meister", "tümer"))
