"""The people, parties, committees and offices of the town. All of them are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

TERM_STARTS = (date(2020, 11, 1), date(2025, 11, 1))
TERM_ENDS = (date(2025, 10, 31), date(2030, 10, 31))


@dataclass(frozen=True)
class Faction:
    """A group of councillors; dates only where they differ from the town's."""

    short: str
    name: str
    start: date = TERM_STARTS[0]
    end: date | None = None


@dataclass(frozen=True)
class Committee:
    """A committee; seats besides the chair of the council."""

    short: str
    name: str
    seats: int
    weekday: int  # Monday 0
    weeks_before: int  # before the council of the same cycle
    room: str
    building: str = "Rathaus"


@dataclass(frozen=True)
class Office:
    """A part of the administration; `head` is the family name of who signs."""

    short: str
    name: str
    head: str


@dataclass(frozen=True)
class Human:
    """One of forty people; factions[0] of the term from 2020, factions[1] of the term from 2025."""

    given: str
    family: str
    gender: str
    title: str
    life: str
    factions: tuple[str, str]

    @property
    def key(self) -> str:
        return self.family

    @property
    def salutation(self) -> str:
        """Frau / Herr."""
        return "Frau" if self.gender == "female" else "Herr"

    @property
    def name(self) -> str:
        """With title, as on a ballot."""
        return f"{self.title} {self.given} {self.family}".strip()

    def as_councillor(self) -> str:
        """Ratsfrau Brinkmann / Ratsherr Brinkmann."""
        return f"{'Ratsfrau' if self.gender == 'female' else 'Ratsherr'} {self.family}"


FACTIONS = (
    Faction("BFL", "Bürgerforum Lohenbrück"),
    Faction("GSL", "Gemeinschaft Stadt und Land"),
    Faction("LSS", "Liste Soziale Stadt"),
    Faction("ÖLL", "Ökologische Liste Lohetal"),
    Faction("UO", "Unabhängige Ortsteile"),
    Faction("ZL", "Zukunft Lohenbrück", end=TERM_ENDS[0]),
    Faction("JF", "Junges Forum", start=TERM_STARTS[1]),
)

COMMITTEES = (
    Committee("Rat", "Rat der Stadt Lohenbrück", 26, 3, 0, "Großer Sitzungssaal"),
    Committee("HFA", "Haupt- und Finanzausschuss", 10, 3, 1, "Großer Sitzungssaal"),
    Committee("BPA", "Ausschuss für Bauen und Stadtplanung", 9, 1, 2, "Großer Sitzungssaal"),
    Committee("UKM", "Ausschuss für Umwelt, Klimaschutz und Mobilität", 9, 2, 3, "Kleiner Sitzungssaal"),
    Committee("SKS", "Ausschuss für Schule, Kultur und Sport", 9, 0, 2, "Aula", "Gymnasium am Lohedamm"),
    Committee("SFG", "Ausschuss für Soziales, Familie und Generationen", 9, 0, 3, "Saal", "Bürgerhaus Wiesbrück"),
    Committee("RPA", "Rechnungsprüfungsausschuss", 7, 1, 1, "Kleiner Sitzungssaal"),
    Committee("BAS", "Betriebsausschuss Stadtentwässerung und Baubetriebshof", 7, 2, 1, "Sozialraum",
              "Baubetriebshof"),
)  # fmt: skip

OFFICES = (
    Office("VL", "Verwaltungsleitung", "Vehmeier"),
    Office("FB 1", "Fachbereich 1 – Zentrale Dienste und Digitalisierung", "Oestermann"),
    Office("FB 2", "Fachbereich 2 – Finanzen", "Grothues"),
    Office("FB 3", "Fachbereich 3 – Ordnung und Soziales", "Sundermeier"),
    Office("FB 4", "Fachbereich 4 – Bauen, Planen, Umwelt", "Petzold-Rieke"),
    Office("FB 5", "Fachbereich 5 – Schule, Kultur und Sport", "Oestermann"),
    Office("SEB", "Eigenbetrieb Stadtentwässerung und Baubetriebshof", "Wischnewski"),
)

MAYORS = ("Vehmeier", "Landwehr")
# The mayor of the running term sat in the council before; her seat of 2020 ended when she was elected.
SUCCESSION = ("Uhlenbrock", "Terbrüggen", date(2024, 3, 31))  # resigned, moved up, last day
CROSSING = ("Möllenkamp", "GSL", "UO", date(2023, 5, 31))  # person, from, to, last day in the old faction

_F, _M = "female", "male"
PEOPLE = (
    Human("Heinrich", "Vehmeier", _M, "", "Bürgermeister bis Oktober 2025, Verwaltungswirt", ("", "")),
    Human("Beate", "Oestermann", _F, "", "Erste Beigeordnete", ("", "")),
    Human("Cornelia", "Grothues", _F, "", "Kämmerin", ("", "")),
    Human("Jörg", "Sundermeier", _M, "", "Fachbereichsleiter", ("", "")),
    Human("Anke", "Petzold-Rieke", _F, "Dipl.-Ing.", "Technische Beigeordnete", ("", "")),
    Human("Marek", "Wischnewski", _M, "", "Betriebsleiter", ("", "")),
    Human("Katharina", "Landwehr", _F, "Dr.", "Bürgermeisterin seit November 2025, Juristin", ("BFL", "")),
    Human("Wilhelm", "Brinkhoff", _M, "", "Landwirt", ("BFL", "BFL")),
    Human("Sabine", "Holtkötter", _F, "", "Steuerberaterin", ("BFL", "BFL")),
    Human("Yusuf", "Karaca-Weiß", _M, "", "Elektromeister", ("BFL", "BFL")),
    Human("Petra", "Nölkensmeier", _F, "", "Apothekerin", ("BFL", "BFL")),
    Human("Thomas", "Schulze Althoff", _M, "", "Unternehmer", ("BFL", "")),
    Human("Ingrid", "Köttermann", _F, "", "Realschullehrerin im Ruhestand", ("BFL", "BFL")),
    Human("Daniel", "Rüschoff", _M, "", "Bankkaufmann", ("", "BFL")),
    Human("Svenja", "Hagedorn", _F, "", "Architektin", ("", "BFL")),
    Human("Friedhelm", "Düsterhaus", _M, "", "Polizeibeamter", ("", "BFL")),
    Human("Markus", "Möllenkamp", _M, "", "Zimmermeister", ("GSL", "UO")),
    Human("Elisabeth", "Freitag", _F, "", "Landfrau", ("GSL", "GSL")),
    Human("Georg", "Stüwe", _M, "", "Forstwirt", ("GSL", "GSL")),
    Human("Monika", "Averbeck", _F, "", "Hotelfachfrau", ("GSL", "GSL")),
    Human("Bernd", "Uhlenbrock", _M, "", "Kaufmann", ("GSL", "")),
    Human("Christa", "Terbrüggen", _F, "", "Krankenpflegerin", ("", "GSL")),
    Human("Reinhard", "Jasper", _M, "", "Versicherungsmakler", ("GSL", "")),
    Human("Leonie", "Wördemann", _F, "", "Agraringenieurin", ("", "GSL")),
    Human("Ulrike", "Sandkühler", _F, "", "Sozialarbeiterin", ("LSS", "LSS")),
    Human("Mehmet", "Yildirim", _M, "", "Maschinenbautechniker", ("LSS", "LSS")),
    Human("Gisela", "Bußmann", _F, "", "Erzieherin", ("LSS", "LSS")),
    Human("Stefan", "Kroll", _M, "", "Gewerkschaftssekretär", ("LSS", "LSS")),
    Human("Horst", "Wibbeke", _M, "", "Rentner", ("LSS", "")),
    Human("Aylin", "Demir", _F, "", "Lehrerin", ("", "LSS")),
    Human("Annette", "Feldhaus", _F, "Dr.", "Biologin", ("ÖLL", "ÖLL")),
    Human("Jonas", "Kipshagen", _M, "", "Energieberater", ("ÖLL", "ÖLL")),
    Human("Renate", "Overmeyer", _F, "", "Buchhändlerin", ("ÖLL", "ÖLL")),
    Human("Tobias", "Lütkehaus", _M, "", "Fahrradmechaniker", ("ÖLL", "")),
    Human("Ludger", "Ebbinghoff", _M, "", "Ortslandwirt", ("UO", "UO")),
    Human("Marianne", "Störmer", _F, "", "Bäckermeisterin", ("UO", "UO")),
    Human("Klaus-Dieter", "Rabeneck", _M, "", "Ingenieur", ("ZL", "")),
    Human("Silvia", "Ahlemeyer", _F, "", "Werbekauffrau", ("ZL", "")),
    Human("Finn", "Brockschmidt", _M, "", "Student", ("", "JF")),
    Human("Hanna", "Quante", _F, "", "Softwareentwicklerin", ("", "JF")),
)
