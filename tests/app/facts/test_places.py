"""Streets: by their form, by what the town is known to have; never kinds of roads, never persons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts import Town, places, shown_name, street_key, street_of

NOWHERE = Town()
TOWN = Town.of(
    ["Marktstraße", "Am Alten Wehr", "Lohedamm", "Schulstraße", "Espenkamp", "Ziegeleiweg", "Rathausplatz", "Nordring",
     "Zur Alten Schmiede", "Hohler Weg", "Steinweg", "Im Winkel"],
)  # fmt: skip


def labels(text: str, town: Town = NOWHERE) -> list[str]:
    """Return the streets in a text as they are shown."""
    return [fact.label or "" for fact in places(text, town)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("in der Kaiserstraße", "Kaiserstraße"),
        ("in der Kaiserstrasse", "Kaiserstraße"),
        ("in der Kaiserstr.", "Kaiserstraße"),
        ("in der Kaiserstr. und", "Kaiserstraße"),
        ("in der Durlacher Allee", "Durlacher Allee"),
        ("in der Karlsruher Straße", "Karlsruher Straße"),
        ("in der Karlsruher Str.", "Karlsruher Straße"),
        ("in der Alten Karlsruher Straße", "Alte Karlsruher Straße"),
        ("Ostloher Landstraße 17", "Ostloher Landstraße 17"),
        ("Rintheimer Hauptstraße 81", "Rintheimer Hauptstraße 81"),
        ("Rintheimer Querallee 2", "Rintheimer Querallee 2"),
        ("Hauptstraße", "Hauptstraße"),
        ("Willy-Brandt-Platz", "Willy-Brandt-Platz"),
        ("des Willy-Brandt-Platzes", "Willy-Brandt-Platz"),
        ("Pfarrer-Brüggemann-Weg", "Pfarrer-Brüggemann-Weg"),
        ("Karl-Friedrich-Str.", "Karl-Friedrich-Straße"),
        ("Graf-von-der-Goltz-Straße", "Graf-von-der-Goltz-Straße"),
        ("St.-Barbara-Weg", "St.-Barbara-Weg"),
        ("in der St. Stefan-Straße", "St. Stefan-Straße"),
        ("Siegfried-\nKühn-Straße", "Siegfried-Kühn-Straße"),
        ("Marktplatz-Kaiserstraße", "Kaiserstraße"),
        ("Wald-, Karl- und Herrenstraße", "Herrenstraße"),
        ("Kaiserstraße/Ecke Zirkel", "Kaiserstraße"),
        ("„Kaiserstraße“", "Kaiserstraße"),
        ("(Kaiserstraße)", "Kaiserstraße"),
        ("Kaiserstraße 12", "Kaiserstraße 12"),
        ("Kaiserstraße 12a", "Kaiserstraße 12a"),
        ("Kaiserstraße 12 a", "Kaiserstraße 12 a"),
        ("Kaiserstraße 12-14", "Kaiserstraße 12-14"),
        ("Kaiserstraße 12 - 14", "Kaiserstraße 12 - 14"),
        ("Kaiserstraße 12–14a", "Kaiserstraße 12–14a"),
        ("Kaiserstraße 12 bis 14", "Kaiserstraße 12 bis 14"),
        ("Kaiserstraße 12/14", "Kaiserstraße 12/14"),
        ("Kaiserstraße Nr. 12", "Kaiserstraße 12"),
        ("Kaiserstraße 12. Die Verwaltung", "Kaiserstraße 12"),
        ("Kaiserstraße 12 wird saniert", "Kaiserstraße 12"),
        ("Kaiserstraße 2024", "Kaiserstraße"),
        ("Kaiserstraße 12. März", "Kaiserstraße"),
        ("Kaiserstraße 12.03.2024", "Kaiserstraße"),
        ("Kaiserstraße 3,5 km", "Kaiserstraße"),
        ("Kaiserstraße 15 Stellplätze", "Kaiserstraße"),
        ("Kaiserstraße 30 km", "Kaiserstraße"),
        ("Kaiserstraße 50 %", "Kaiserstraße"),
        ("Kaiserstraße 1. Änderung", "Kaiserstraße"),
        ("Haselweg 18a", "Haselweg 18a"),
        ("Rathausplatz 1", "Rathausplatz 1"),
        ("Ostring 5", "Ostring 5"),
        ("Lohedamm 15", "Lohedamm 15"),
        ("Rheinufer 3", "Rheinufer 3"),
        ("Stuttgarter Platz 3", "Stuttgarter Platz 3"),
        ("Schulstraße 3", "Schulstraße 3"),
        ("Ringstraße 40", "Ringstraße 40"),
        ("Lange Straße 5", "Lange Straße 5"),
        ("in der Langen Straße 5", "Lange Straße 5"),
        ("Eichelgasse", "Eichelgasse"),
    ],
)
def test_it_knows_a_street_by_its_form(text: str, label: str) -> None:
    assert labels(text) == [label]


@pytest.mark.parametrize(
    "text",
    [
        "die Erschließungsstraße",
        "eine Bundesstraße",
        "Landstraße",
        "Kreisstraße 12",
        "die Landesstraße 600",
        "als Fahrradstraße",
        "Einbahnstraße",
        "Hauptverkehrsstraße",
        "Durchgangsstraße",
        "Stichstraße",
        "Anschlussstraße",
        "Planstraße A",
        "Zufahrtsstraße",
        "Privatstraße",
        "Gemeindeverbindungsstraße",
        "Umgehungsstraße",
        "Nebenstraße",
        "Autobahn",
        "Schulstraße",
        "Ringstraße",
        "Sackgasse",
        "Rettungsgasse",
        "Straßen und Wege",
        "Straße",
        "die Straße 5",
        "Str. 5",
        "Allee",
        "dieser Straße",
        "Dieser Straße",
        "Einer Straße",
        "Öffentlicher Straße",
        "Eigentümer Straße",
        "Oberbürgermeister Straße",
        "Oberbürgermeister\nStraße",
        "Nummer Straße",
        "der Radweg",
        "Radweg 3",
        "Gehweg 2",
        "Rechtsweg 2",
        "Umweg 3",
        "Fußweg 10",
        "Parkplatz 3",
        "Stellplatz 12",
        "Arbeitsplatz 3",
        "Spielplatz 4",
        "Kinderspielplatz 4",
        "Sportplatz 1",
        "Kitaplatz 3",
        "Betreuungsplatz 5",
        "am Marktplatz",
        "Weinweg",
        "Kulturring",
        "Sponsoring 5",
        "Carsharing 3",
        "Monitoring 20",
        "Catering 3",
        "Engineering 3",
        "Döring 12",
        "Käufer 3",
        "Verkäufer 12",
        "Anrufer 3",
        "Läufer 7",
        "Hochwasserdamm 3",
        "Straßendamm 2",
        "Pkw-Stellplatz 3",
        "R-Parkplatz 3",
        "Hauptfriedhof-Fußweg 3",
        "Erster Platz",
        "Letzter Platz",
        "Sicherer Weg",
        "Neuer Weg",
        "Herr Steinweg 5",
        "Herrn Kreuzweg 3",
        "Frau Anger-Straße",
        "Frau Lammstraße",
        "Stadträtin Birkenweg 2",
        "Bürgermeister Kirchgasse",
        "Familie Sandgasse",
        "GmbHKaiserstraße",
        "straße",
        "Bau-straße",
        "kaiserstraße",
        "Straßburg",
        "Am Montag, 12. März",
        "Am Ende 3",
        "Zum Punkt 4",
        "An der Sitzung 12",
        "Zwergfledermausflugstraße",
        "",
    ],
)
def test_it_finds_no_street_where_none_is_certain(text: str) -> None:
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("auf der Schulstraße", "Schulstraße"),
        ("am Rathausplatz", "Rathausplatz"),
        ("des Rathausplatzes", "Rathausplatz"),
        ("des Ziegeleiwegs", "Ziegeleiweg"),
        ("des Ziegeleiweges", "Ziegeleiweg"),
        ("am Nordring", "Nordring"),
        ("des Lohedamms", "Lohedamm"),
        ("die Straße Am Alten Wehr", "Am Alten Wehr"),
        ("Am Alten Wehr 3", "Am Alten Wehr 3"),
        ("(Am Alten Wehr)", "Am Alten Wehr"),
        ("Grundstück Zur Alten Schmiede 4b", "Zur Alten Schmiede 4b"),
        ("Espenkamp 7", "Espenkamp 7"),
        ("Hohler Weg 1-3", "Hohler Weg 1-3"),
        ("am Steinweg", "Steinweg"),
        ("Markt-Str. 5", "Marktstraße 5"),
        ("Marktstr. 5, 59 Meter", "Marktstraße 5"),
    ],
)
def test_it_knows_the_streets_of_the_town(text: str, label: str) -> None:
    assert labels(text, TOWN) == [label]


@pytest.mark.parametrize(
    "text",
    [
        "Dreifelderstr. 28, 70599 Stuttgart",
        "Dreifelderstr. 28 | 70599 Stuttgart",
        "Dreifelderstraße 28\n70599 Stuttgart",
        "Kapuzinerstraße 84 b, 4020 Linz",
        "Stadt · Rathausplatz 1 · 59999 Lohenbrück",
        "Marktstr. 5, D-59999 Lohenbrück",
        "Am Alten Wehr wird gebaut",
        "Espenkamp ist zuständig",
        "Frau Espenkamp 7",
        "Herr Steinweg",
        "Im Winkel steht",
        "Am Alten Wehrturm 3",
        "Espenkamper 7",
    ],
)
def test_it_leaves_out_what_may_be_something_else(text: str) -> None:
    assert labels(text, TOWN) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hauptstr.", "Hauptstraße"),
        ("Hauptstrasse", "Hauptstraße"),
        ("Haupt-Str.", "Hauptstraße"),
        ("HAUPTSTRASSE", "Hauptstraße"),
        ("Karl Friedrich Straße", "Karl-Friedrich-Straße"),
        ("Marktplatzes", "Marktplatz"),
        ("Lindenweges", "Lindenweg"),
        ("Alten Gasse", "Alte Gasse"),
        ("St. Barbara-Weg", "St.-Barbara-Weg"),
    ],
)
def test_spellings_of_one_street_are_equal(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)


def test_a_name_is_shown_in_full() -> None:
    assert [shown_name(name) for name in ("Hauptstr.", "Kölner Str.", "Marktplatzes", "Neuen Gasse")] == [
        *("Hauptstraße", "Kölner Straße", "Marktplatz", "Neue Gasse")
    ]


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("August-Scholl-Str. 5", "August-Scholl-Straße"),
        ("Rathausplatz 1, 59999 Lohenbrück", "Rathausplatz"),
        ("Espenkamp 3a", "Espenkamp"),
        ("Am Alten Wehr 12-14", "Am Alten Wehr"),
        ("Gartenstraße", "Gartenstraße"),
        ("Großer Sitzungssaal", None),
        ("Rathaus", None),
        ("", None),
        ("12", None),
        ("59999 Lohenbrück", None),
    ],
)
def test_it_takes_the_street_from_an_address(address: str, street: str | None) -> None:
    assert street_of(address) == street


@given(st.text(alphabet="AKHaeinrsptß-. \nStraßePlatzWegRing0123456789,ÄüHerrFu", max_size=80))
def test_its_places_are_in_the_text_and_part(text: str) -> None:
    for town in (NOWHERE, TOWN):
        end = 0
        for fact in places(text, town):
            assert end <= fact.start < fact.end <= len(text)
            assert fact.value
            assert fact.label
            end = fact.end
