"""The town's districts, streets and buildings; where they are says the plan."""

from __future__ import annotations

from dataclasses import dataclass

from .mapping import at

DISTRICTS = ("Kernstadt", "Kirchlohe", "Brinkrode", "Ostlohe", "Steinbeke", "Wiesbrück")

STREETS = {
    "Kernstadt": (
        "Marktstraße", "Am Alten Wehr", "Bahnhofstraße", "Gerberstraße", "Lindenallee", "Rathausplatz",
        "Schützenstraße", "Mühlentorweg", "Kaiserstraße", "Poststraße", "Wallstraße", "Am Stadtgraben",
        "Friedhofsweg", "Goethestraße", "Bürgermeister-Hölscher-Straße", "Hospitalstraße", "Ziegeleiweg",
        "Lohedamm", "Kolpingstraße", "Nordring", "Südring", "Feldstraße",
    ),
    "Kirchlohe": ("Kirchloher Straße", "Pfarrer-Brüggemann-Weg", "Am Glockenturm", "Dorfstraße", "Heideweg",
                  "Zur Alten Schmiede", "Kapellenweg", "Espenkamp"),
    "Brinkrode": ("Brinkroder Straße", "Am Sportplatz", "Hohler Weg", "Eichengrund", "Schulstraße", "Buchenstraße",
                  "Rodelandweg"),
    "Ostlohe": ("Ostloher Landstraße", "Industriestraße", "Gewerbering", "Schlosserweg", "Am Umspannwerk",
                "Wiesengrund", "Deichweg"),
    "Steinbeke": ("Steinbeker Straße", "Am Steinbruch", "Kalkofenweg", "Mühlenbachstraße", "Höhenweg",
                  "Birkenweg", "Waldstraße"),
    "Wiesbrück": ("Wiesbrücker Straße", "Brückenstraße", "Am Lohebogen", "Uferweg", "Gartenstraße", "Auenweg",
                  "Kranichstraße"),
}  # fmt: skip

BUILDINGS = {
    "Rathaus": ("Rathausplatz", 1),
    "Grundschule Am Stadtgraben": ("Am Stadtgraben", 12),
    "Grundschule Kirchlohe": ("Dorfstraße", 8),
    "Grundschule Brinkrode": ("Schulstraße", 3),
    "Sekundarschule Lohenbrück": ("Goethestraße", 40),
    "Gymnasium am Lohedamm": ("Lohedamm", 15),
    "Kindertagesstätte Auenland": ("Auenweg", 6),
    "Kindertagesstätte Pusteblume": ("Kapellenweg", 11),
    "Kindertagesstätte Steinbeker Strolche": ("Birkenweg", 4),
    "Dreifachsporthalle Nordring": ("Nordring", 70),
    "Turnhalle Brinkrode": ("Am Sportplatz", 2),
    "Freibad Lohedamm": ("Lohedamm", 48),
    "Stadtbücherei": ("Poststraße", 9),
    "Stadthalle": ("Schützenstraße", 22),
    "Feuerwehrgerätehaus Steinbeke": ("Steinbeker Straße", 31),
    "Feuerwehrgerätehaus Ostlohe": ("Ostloher Landstraße", 17),
    "Baubetriebshof": ("Industriestraße", 24),
    "Kläranlage Wiesbrück": ("Uferweg", 50),
    "Jugendzentrum Gleis 3": ("Bahnhofstraße", 3),
    "Bürgerhaus Wiesbrück": ("Wiesbrücker Straße", 19),
    "Heimatmuseum": ("Gerberstraße", 5),
    "Friedhofskapelle": ("Friedhofsweg", 30),
}


@dataclass(frozen=True)
class Place:
    """A spot in town; longitude and latitude in degrees, number 0 for a whole street."""

    street: str
    number: int
    district: str
    longitude: float
    latitude: float
    name: str = ""
    room: str = ""

    @property
    def address(self) -> str:
        """Marktstraße 4, or the street alone."""
        return f"{self.street} {self.number}" if self.number else self.street

    @property
    def key(self) -> str:
        """What makes two places the same place."""
        return f"{self.name}|{self.address}|{self.room}"


def district_of(street: str) -> str:
    """The district a street runs in."""
    return next(district for district, streets in STREETS.items() if street in streets)


def place(street: str, house: int = 0, name: str = "", room: str = "") -> Place:
    """A place on a street, where the town's plan has it."""
    return Place(street, house, district_of(street), *at(street, house), name, room)


def building(name: str, room: str = "") -> Place:
    """One of the town's own buildings."""
    street, house = BUILDINGS[name]
    return place(street, house, name, room)
