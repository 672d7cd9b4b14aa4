"""The formats that are written while a council's objects go by, one after the other, each type in turn."""

from app.exports.csv_files import CsvFiles
from app.exports.geojson import GeoJson
from app.exports.ndjson import NdjsonFiles
from app.exports.sqlite_file import SqliteFile
from app.exports.writers import Begin

FORMATS: tuple[Begin, ...] = (NdjsonFiles, CsvFiles, SqliteFile, GeoJson)
