"""What datasets and their files are called: in German as the portals that harvest them are, for readers in English."""

from dataclasses import dataclass
from typing import Final

IANA: Final = "https://www.iana.org/assignments/media-types/"
FILE_TYPE: Final = "http://publications.europa.eu/resource/authority/file-type/"
EVERY: Final = "all"  # the folder of files that hold all councils' records
WHOLE: Final = "whole"  # the type of files that hold all types
ENGLISH_LEAD: Final = (
    "All public records of this kind from the council information system, mirrored over OParl and compared every day."
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of records: what a dataset of it is called, tells, and is found by."""

    title: str
    english: str
    tells: str
    keywords: tuple[str, ...] = ()
    oparl: str = ""  # the type of its records in the database


KINDS: Final = {
    "system": Kind("OParl-System", "OParl system", "Der OParl-Server, aus dem die Daten stammen.", (), "System"),
    "body": Kind("Körperschaft", "Body", "Name, Schlüssel und Wahlperioden der Körperschaft.", (), "Body"),
    "organization": Kind(
        "Gremien und Fraktionen",
        "Committees and political groups",
        "Gremien, Fraktionen und Ämter.",
        ("Gremium", "Ausschuss", "Fraktion"),
        "Organization",
    ),
    "person": Kind(
        "Mandatsträger",
        "Elected members",
        "Namen und Mitgliedschaften der Mandatsträger, ohne Kontaktdaten.",
        ("Mandatsträger", "Ratsmitglied"),
        "Person",
    ),
    "membership": Kind(
        "Mitgliedschaften", "Memberships", "Wer wann in welchem Gremium war.", ("Mitgliedschaft",), "Membership"
    ),
    "meeting": Kind(
        "Sitzungen", "Meetings", "Sitzungen mit Zeit, Ort und Tagesordnung.", ("Sitzung", "Tagesordnung"), "Meeting"
    ),
    "agendaitem": Kind(
        "Tagesordnungspunkte",
        "Agenda items",
        "Tagesordnungspunkte mit Ergebnis.",
        ("Tagesordnung", "Beschluss"),
        "AgendaItem",
    ),
    "paper": Kind(
        "Drucksachen",
        "Papers",
        "Vorlagen, Anträge und Anfragen mit Beratungsfolge und Dokumenten.",
        ("Drucksache", "Vorlage", "Antrag", "Anfrage"),
        "Paper",
    ),
    "consultation": Kind(
        "Beratungen", "Consultations", "Welche Drucksache wo beraten wurde.", ("Beratungsfolge",), "Consultation"
    ),
    "file": Kind(
        "Dokumente", "Files", "Angaben zu den Dokumenten: Name, Größe, Datum, Adresse.", ("Dokument",), "File"
    ),
    "location": Kind("Orte", "Locations", "Sitzungsorte und Orte, um die es geht.", ("Ort", "Geodaten"), "Location"),
    "legislativeterm": Kind(
        "Wahlperioden", "Legislative terms", "Wahlperioden mit Anfang und Ende.", ("Wahlperiode",), "LegislativeTerm"
    ),
    "decision": Kind(
        "Beschlüsse",
        "Decisions",
        "Was beschlossen wurde: Tagesordnungspunkte mit Ergebnis.",
        ("Beschluss",),
        "AgendaItem",
    ),
    "fulltext": Kind(
        "Volltexte", "Full texts", "Der Text der Dokumente, Seite für Seite.", ("Volltext", "Dokument"), "File"
    ),
    "place": Kind("Orte", "Places", "Orte, um die es in Drucksachen geht.", ("Ort", "Geodaten"), "Location"),
    WHOLE: Kind("Gesamtbestand", "Everything", "Alle Arten von Datensätzen in einer Datei."),
}
ALWAYS: Final = ("Ratsinformation", "Kommunalpolitik", "OParl")
# What files of a type are called elsewhere.
SAME: Final = {
    "": WHOLE,
    "all": WHOLE,
    "text": "fulltext",
    "page": "fulltext",
    "places": "place",
    "decisions": "decision",
}


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, its word in the EU's list where it has one, and its media type when unpacked."""

    title: str
    code: str | None
    media_type: str
    english: str = ""  # where it is another


_LINES: Final = Format(
    "NDJSON (ein JSON-Objekt je Zeile)", "JSON", "application/json", "NDJSON (one JSON object per line)"
)
FORMATS: Final = {
    "ndjson": _LINES,
    "jsonl": _LINES,
    "json": Format("JSON", "JSON", "application/json"),
    "csv": Format("CSV", "CSV", "text/csv"),
    "sqlite": Format("SQLite-Datenbank", None, "application/vnd.sqlite3", "SQLite database"),
    "parquet": Format("Parquet", "PARQUET", "application/vnd.apache.parquet"),
    "geojson": Format("GeoJSON", "GEOJSON", "application/geo+json"),
    "fulltext": Format("NDJSON (eine Zeile je Seite)", "JSON", "application/json", "NDJSON (one line per page)"),
    "text": Format("Text", "TXT", "text/plain"),
    "txt": Format("Text", "TXT", "text/plain"),
}
INTERFACE: Final = Format("OParl 1.1 (Schnittstelle)", "JSON", "application/json", "OParl 1.1 (interface)")
AND_PACKED: Final = ", gepackt"
_ENGLISH: Final = {one.title: one.english for one in (*FORMATS.values(), INTERFACE) if one.english} | {
    AND_PACKED: ", gzip"
}
PACKED: Final = {".gz": "application/gzip", ".zst": "application/zstd", ".zip": "application/zip"}


def kind_of(type_: str, format_: str = "") -> tuple[str, Kind]:
    """Return the word for a type of files in a dataset's name, and what it is called: by itself, if unknown."""
    word = "fulltext" if format_ == "fulltext" else type_.lower()
    word = SAME.get(word, word)
    return word, KINDS.get(word) or Kind(type_, type_, f"Datensätze der Art {type_}.")


def dataset_in_english(name: str, publisher: str, title: str) -> str:
    """Return what a dataset is called in English, by its own name, and name and title of whose it is."""
    word = name.removeprefix(f"{publisher}-")
    return f"{kind_of(word)[1].english} – {'all councils' if publisher == EVERY else title}"


def file_in_english(title: str) -> str:
    """Return what a file is called in English, by what it is called."""
    for german, english in _ENGLISH.items():
        title = title.replace(german, english)
    return title
