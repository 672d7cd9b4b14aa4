"""README.md: what a reader of a generation has to know, in German and English."""

# ruff: noqa: E501 - the rows of tables cannot be broken

from app.exports.manifest import Manifest
from app.exports.signing import NAMESPACE, SIGNER, SigningKey

_TEXT = """\
# Ratslupe: die Daten zum Mitnehmen / the data to take away

{base_url}/download/{generation}/ · {day} · {rows} Objekte / objects

## Deutsch

| Datei | Inhalt |
|---|---|
| `RAT/TYP.ndjson.gz` | je Rat und OParl-Typ: eine Zeile je Objekt, wie es auch unter `/oparl/v1.1` steht, nach `id` sortiert |
| `RAT/TYP.csv.gz`, `RAT/TYP_EIGENSCHAFT.csv.gz` | dasselbe als Tabellen (`datapackage.json`); was mehrfach steht, in einer eigenen Tabelle: id, position, value |
| `RAT.sqlite.gz` | dasselbe als SQLite-Datei, das ganze Objekt in der Spalte `json` |
| `RAT/places.geojson.gz` | die Orte, die eine Lage haben (RFC 7946) |
| `RAT/fulltext.ndjson.gz` | der Text der Dateien, eine Zeile je Seite, nur wo es so entschieden ist |
| `all/TYP.ndjson.gz`, `all/TYP.parquet` | alle Räte zusammen |
| `manifest.json`, `SHA256SUMS`, `SHA256SUMS.sig` | alle Dateien mit Zeilen, Größe, Prüfsumme und Lizenzen; Prüfsummen; ihre Unterschrift |
| `fields.csv`, `schema/` | was die Spalten bedeuten; JSON-Schemas |
| `LICENSES.json`, `CITATION.cff`, `croissant.jsonld` | Lizenzen; wie zu zitieren ist; für Maschinen |

Jedes Objekt nennt seine Lizenz (`ratslupe:license`), seine Herkunft (`ratslupe:originalId`) und seinen Rat (`ratslupe:body`).
Nicht enthalten: Kontaktdaten von Personen und Anwesenheitslisten (wenn nichts anderes entschieden ist), Nichtöffentliches, und alles, für das niemand eine Lizenz
nennt (`manifest.json`, `withheld`). Was zurückgezogen ist, fehlt; was seit der Ausgabe davor fehlt, sagt `/download/deltas/`.

Spiegel wenden bitte `{base_url}/download/redactions.ndjson` an: Was dort steht, wurde nachträglich entfernt.

## English

| File | Content |
|---|---|
| `COUNCIL/TYPE.ndjson.gz` | for each council and OParl type: a line for each object as `/oparl/v1.1` has it, sorted by `id` |
| `COUNCIL/TYPE.csv.gz`, `COUNCIL/TYPE_PROPERTY.csv.gz` | the same as tables (`datapackage.json`); what stands several times has a table: id, position, value |
| `COUNCIL.sqlite.gz` | the same as an SQLite file, with the whole object in the column `json` |
| `COUNCIL/places.geojson.gz` | places with a position (RFC 7946) |
| `COUNCIL/fulltext.ndjson.gz` | the text of files, a line for each page, only where it was decided so |
| `all/TYPE.ndjson.gz`, `all/TYPE.parquet` | all councils together |
| `manifest.json`, `SHA256SUMS`, `SHA256SUMS.sig` | all files with rows, size, checksum and licences; checksums; their signature |
| `fields.csv`, `schema/` | what columns mean; JSON Schemas |
| `LICENSES.json`, `CITATION.cff`, `croissant.jsonld` | licences; how to cite; for machines |

Each object names its licence (`ratslupe:license`), its origin (`ratslupe:originalId`) and its council (`ratslupe:body`).
Left out: contact data of people and attendance lists (unless it was decided otherwise), what is not public, and whatever nobody states a licence for
(`manifest.json`, `withheld`). What was withdrawn is missing; what is missing since the version before, `/download/deltas/` says.

Mirrors are asked to apply `{base_url}/download/redactions.ndjson`: what stands there was taken out afterwards.

## Prüfen / verify

```
sha256sum --check --ignore-missing SHA256SUMS
echo '{signer}' > allowed_signers
ssh-keygen -Y verify -f allowed_signers -I {name} -n {namespace} -s SHA256SUMS.sig < SHA256SUMS
```

{fingerprint}
"""


def readme(manifest: Manifest, key: SigningKey) -> str:
    """Return the text of a generation."""
    return _TEXT.format(
        base_url=manifest.base_url,
        generation=manifest.generation,
        day=manifest.day,
        rows=manifest.rows,
        signer=key.allowed_signers.strip(),
        name=SIGNER,
        namespace=NAMESPACE,
        fingerprint=key.fingerprint,
    )
