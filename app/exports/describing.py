"""What goes with the files of a generation: what they hold, who may do what with them, how they are cited and checked.

README.md, LICENSES.json, fields.csv, CITATION.cff, schema/TYPE.schema.json, COUNCIL/datapackage.json, croissant.jsonld
"""

import csv
from pathlib import Path
from typing import Any, Final

import orjson

from app.exports.csv_files import is_link_table, link_column
from app.exports.layout import README
from app.exports.manifest import ALL, Council, ExportFile, Manifest
from app.exports.meanings import meaning
from app.exports.readme import readme
from app.exports.signing import SigningKey
from app.exports.tables import TABLES, Column, Table
from app.vocabulary import Kind

_CSV_TYPE: Final = {
    Kind.DATE: "date",
    Kind.MOMENT: "datetime",
    Kind.FLAG: "boolean",
    Kind.NUMBER: "integer",
    Kind.ORDINAL: "integer",
    Kind.OBJECT: "object",
}
_SCHEMA: Final[dict[Kind, dict[str, Any]]] = {
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.FLAG: {"type": "boolean"},
    Kind.NUMBER: {"type": "integer"},
    Kind.ORDINAL: {"type": "integer"},
    Kind.OBJECT: {"type": "object"},
    Kind.LINK: {"type": "string", "format": "uri"},
    Kind.PART: {"type": "object", "required": ["id", "type"]},
    Kind.PARTS: {"type": "array", "items": {"type": "object", "required": ["id", "type"]}},
    Kind.CHILDREN: {"type": "array", "items": {"type": "object", "required": ["id", "type"]}},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
    Kind.LINKS: {"type": "array", "items": {"type": "string", "format": "uri"}},
    Kind.BACK: {"type": "array", "items": {"type": "string", "format": "uri"}},
}


def describe(built: Path, manifest: Manifest, key: SigningKey) -> None:
    """Write all that goes with the files."""
    (built / README).write_text(readme(manifest, key), encoding="utf-8")
    _json(built / "LICENSES.json", _licenses(manifest))
    (built / "CITATION.cff").write_text(_citation(manifest), encoding="utf-8")
    _json(built / "croissant.jsonld", _croissant(manifest))
    _dictionary(built / "fields.csv")
    for name, table in TABLES.items():
        _json(built / "schema" / f"{name}.schema.json", _schema(table, manifest.base_url))
    for council in manifest.councils:
        files = [one for one in manifest.files if one.body == council.body and one.format == "csv"]
        if files:
            _json(built / council.body / "datapackage.json", _package(council, files, manifest.base_url))


def _json(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _licenses(manifest: Manifest) -> list[dict[str, Any]]:
    """Return which licences hold, and for whose data."""
    every = sorted({one for council in manifest.councils for one in council.licenses})
    return [
        {
            "license": license_,
            "councils": [
                {"body": council.body, "name": council.name}
                for council in manifest.councils
                if license_ in council.licenses
            ],
        }
        for license_ in every
    ]


def _dictionary(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("type", "column", "property", "kind", "table", "names", "meaning_de"))
        for table in TABLES.values():
            for one in (*table.columns, *table.links):
                where = table.link_name(one) if one.several else table.type
                kind = _CSV_TYPE.get(one.kind, "string")
                writer.writerow((table.type, one.name, one.prop, kind, where, one.type, meaning(table.type, one.prop)))


def _schema(table: Table, base_url: str) -> dict[str, Any]:
    """Return what a line of a type holds, as a JSON Schema; vendors may add more under a prefix."""
    every = {one.prop: _described(table, one) for one in (*table.columns, *table.links)}
    every["id"]["format"] = "uri"
    every["type"] = {"const": f"https://schema.oparl.org/1.1/{table.type}"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base_url}/download/latest/schema/{table.type}.schema.json",
        "title": table.type,
        "type": "object",
        "properties": every,
        "required": ["id", "type", "created", "modified", "ratslupe:license", "ratslupe:originalId"],
    }


def _described(table: Table, column: Column) -> dict[str, Any]:
    return _SCHEMA.get(column.kind, {"type": "string"}) | {"description": meaning(table.type, column.prop)}


def _package(council: Council, files: list[ExportFile], base_url: str) -> dict[str, Any]:
    """Return the Frictionless description of a council's tables."""
    here = {one.path for one in files}
    return {
        "name": council.body,
        "title": f"{council.name}: OParl",
        "profile": "tabular-data-package",
        "homepage": f"{base_url}/data",
        "licenses": [_license(one) for one in council.licenses],
        "sources": [{"title": council.name, "path": base_url}],
        "resources": [_resource(one, here) for one in files],
    }


def _license(text: str) -> dict[str, str]:
    return {"title": text, "path": text} if text.startswith(("http://", "https://")) else {"title": text, "name": text}


def _resource(file: ExportFile, here: set[str]) -> dict[str, Any]:
    name = file.path.rpartition("/")[2]
    table = TABLES[file.type]
    if is_link_table(file.path):
        column = link_column(table, file.path)
        fields = [
            {"name": "id", "type": "string", "description": meaning(file.type, "id")},
            {"name": "position", "type": "integer"},
            {"name": "value", "type": "string", "description": meaning(file.type, column.prop)},
        ]
        schema: dict[str, Any] = {"fields": fields, "primaryKey": ["id", "position"]}
        owner = file.path.rpartition("/")[0] + f"/{file.type}.csv.gz"
        if owner in here:
            to = {"resource": file.type.lower(), "fields": "id"}
            schema["foreignKeys"] = [{"fields": "id", "reference": to}]
    else:
        schema = {"fields": [_field(table, one) for one in table.columns], "primaryKey": "id"}
    return {
        "name": name.removesuffix(".csv.gz").lower().replace("_", "-").replace(":", "-"),
        "path": name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "compression": "gz",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "schema": schema,
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    field = {"name": column.name, "type": _CSV_TYPE.get(column.kind, "string")}
    if field["type"] == "datetime":
        field["format"] = "%Y-%m-%dT%H:%M:%S%z"
    return field | {"description": meaning(table.type, column.prop)}


def _citation(manifest: Manifest) -> str:
    names = [one.name for one in manifest.councils if one.rows]
    told = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    title = orjson.dumps(f"Ratslupe: {told}").decode()
    lines = [
        "cff-version: 1.2.0",
        "message: Please name the version and the checksum of manifest.json with it.",
        "type: dataset",
        f"title: {title}",
        "authors:",
        *[f"  - name: {orjson.dumps(name).decode()}" for name in names or ["Ratslupe"]],
        f"version: {orjson.dumps(manifest.generation).decode()}",
        f"date-released: {manifest.day}",
        f"url: {orjson.dumps(f'{manifest.base_url}/download/{manifest.generation}/manifest.json').decode()}",
    ]
    return "\n".join(lines) + "\n"


_CONTEXT: Final[dict[str, Any]] = {
    "@language": "de",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "source": "cr:source",
    "fileObject": "cr:fileObject",
    "extract": "cr:extract",
    "column": "cr:column",
}


def _croissant(manifest: Manifest) -> dict[str, Any]:
    """Return the set as those who train models read it: https://docs.mlcommons.org/croissant."""
    whole = [one for one in manifest.files if one.body == ALL]
    base = f"{manifest.base_url}/download/{manifest.generation}"
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "ratslupe",
        "description": "OParl 1.1: " + ", ".join(one.name for one in manifest.councils),
        "url": f"{manifest.base_url}/data",
        "version": manifest.generation,
        "datePublished": manifest.day,
        "license": sorted({one for council in manifest.councils for one in council.licenses}),
        "distribution": [_file_object(one, base) for one in whole],
        "recordSet": [_record_set(one) for one in whole if one.format == "parquet"],
    }


def _file_object(file: ExportFile, base: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": f"{base}/{file.path}",
        "contentSize": f"{file.bytes} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _record_set(file: ExportFile) -> dict[str, Any]:
    table = TABLES[file.type]
    return {
        "@type": "cr:RecordSet",
        "@id": file.type,
        "name": file.type,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{file.type}/{one.name}",
                "name": one.name,
                "description": meaning(file.type, one.prop),
                "dataType": _CROISSANT.get(one.kind, "sc:Text"),
                "source": {"fileObject": {"@id": file.path}, "extract": {"column": one.name}},
            }
            for one in table.columns
        ],
    }


_CROISSANT: Final = {
    Kind.DATE: "sc:Date",
    Kind.MOMENT: "sc:DateTime",
    Kind.FLAG: "sc:Boolean",
    Kind.NUMBER: "sc:Integer",
    Kind.ORDINAL: "sc:Integer",
}
