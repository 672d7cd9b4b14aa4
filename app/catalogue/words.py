"""What datasets and their files are called: in German, as the portals are that harvest them."""

from dataclasses import dataclass
from typing import Final

IANA: Final = "https://www.iana.org/assignments/media-types/"
FILE_TYPE: Final = "http://publications.europa.eu/resource/authority/file-type/"
EVERY: Final = "all"  # the folder of files that hold all councils' records
WHOLE: Final = "whole"  # the type of files that hold all types


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of records: what a dataset of it is called, tells, and is found by."""

    title: str
    tells: str
    keywords: tuple[str, ...] = ()
    oparl: str = ""  # the type of its records in the database


KINDS: Final = {
    "system": Kind("OParl-System", "Der OParl-Server, aus dem die Daten stammen.", (), "System"),
    "body": Kind("Körperschaft", "Name, Schlüssel und Wahlperioden der Körperschaft.", (), "Body"),
    "organization": Kind(
        "Gremien und Fraktionen", "Gremien, Fraktionen und Ämter.", ("Gremium", "Ausschuss", "Fraktion"), "Organization"
    ),
    "person": Kind(
        "Mandatsträger",
        "Namen und Mitgliedschaften der Mandatsträger, ohne Kontaktdaten.",
        ("Mandatsträger", "Ratsmitglied"),
        "Person",
    ),
    "membership": Kind("Mitgliedschaften", "Wer wann in welchem Gremium war.", ("Mitgliedschaft",), "Membership"),
    "meeting": Kind("Sitzungen", "Sitzungen mit Zeit, Ort und Tagesordnung.", ("Sitzung", "Tagesordnung"), "Meeting"),
    "agendaitem": Kind(
        "Tagesordnungspunkte", "Tagesordnungspunkte mit Ergebnis.", ("Tagesordnung", "Beschluss"), "AgendaItem"
    ),
    "paper": Kind(
        "Drucksachen",
        "Vorlagen, Anträge und Anfragen mit Beratungsfolge und Dokumenten.",
        ("Drucksache", "Vorlage", "Antrag", "Anfrage"),
        "Paper",
    ),
    "consultation": Kind("Beratungen", "Welche Drucksache wo beraten wurde.", ("Beratungsfolge",), "Consultation"),
    "file": Kind("Dokumente", "Angaben zu den Dokumenten: Name, Größe, Datum, Adresse.", ("Dokument",), "File"),
    "location": Kind("Orte", "Sitzungsorte und Orte, um die es geht.", ("Ort", "Geodaten"), "Location"),
    "legislativeterm": Kind("Wahlperioden", "Wahlperioden mit Anfang und Ende.", ("Wahlperiode",), "LegislativeTerm"),
    "decision": Kind(
        "Beschlüsse", "Was beschlossen wurde: Tagesordnungspunkte mit Ergebnis.", ("Beschluss",), "AgendaItem"
    ),
    "fulltext": Kind("Volltexte", "Der Text der Dokumente, Seite für Seite.", ("Volltext", "Dokument"), "File"),
    "place": Kind("Orte", "Orte, um die es in Drucksachen geht.", ("Ort", "Geodaten"), "Location"),
    WHOLE: Kind("Gesamtbestand", "Alle Arten von Datensätzen in einer Datei."),
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


FORMATS: Final = {
    "ndjson": Format("NDJSON (ein JSON-Objekt je Zeile)", "JSON", "application/json"),
    "jsonl": Format("NDJSON (ein JSON-Objekt je Zeile)", "JSON", "application/json"),
    "json": Format("JSON", "JSON", "application/json"),
    "csv": Format("CSV", "CSV", "text/csv"),
    "sqlite": Format("SQLite-Datenbank", None, "application/vnd.sqlite3"),
    "parquet": Format("Parquet", "PARQUET", "application/vnd.apache.parquet"),
    "geojson": Format("GeoJSON", "GEOJSON", "application/geo+json"),
    "fulltext": Format("NDJSON (eine Zeile je Seite)", "JSON", "application/json"),
    "text": Format("Text", "TXT", "text/plain"),
    "txt": Format("Text", "TXT", "text/plain"),
}
PACKED: Final = {".gz": "application/gzip", ".zst": "application/zstd", ".zip": "application/zip"}


def kind_of(type_: str, format_: str = "") -> tuple[str, Kind]:
    """Return the word for a type of files in a dataset's name, and what it is called: by itself, if unknown."""
    word = "fulltext" if format_ == "fulltext" else type_.lower()
    word = SAME.get(word, word)
    return word, KINDS.get(word) or Kind(type_, f"Datensätze der Art {type_}.")
