"""Strict JSON Schemas of OParl 1.1, made from the table of its properties: stricter than those of the specification.

Beyond them: `created` and `modified` are required, moments have the one form that OParl wants, nothing is empty,
nothing is unknown but what has a prefix, what is embedded does not name what it is in, and a tombstone is no more
than that.
"""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from app.publication.names import LISTS
from app.vocabulary import PARENTS, PROPERTIES, Kind, Property

SCHEMA = "https://schema.oparl.org/1.1/"
ADDRESS = r"^https?://[^\s/]+(/\S*)?$"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"
DAY = r"^\d{4}-\d\d-\d\d$"
ADDRESSES = {
    *("id", "type", "web", "website", "license", "fileLicense", "accessUrl", "downloadUrl", "externalServiceUrl"),
    *("system", "product", "vendor", "oparlVersion"),
}
MOMENTS = {"licenseValidSince", "oparlSince"}
REQUIRED = {
    "System": ("oparlVersion", "body"),
    "Body": ("name", *LISTS, "legislativeTerm"),
    "File": ("accessUrl",),
    "AgendaItem": ("order",),
}
MAY_BE_EMPTY = {("Body", "legislativeTerm")}
ONLY_1_0 = {"Location": {"organization", "meeting", "paper"}, "System": {"otherOparlVersions"}}
TEXT = {"type": "string", "pattern": r"\S"}
URL = {"type": "string", "pattern": ADDRESS}


def faults(thing: dict[str, Any]) -> list[str]:
    """Return in what an object is not as OParl 1.1 wants it."""
    name = str(thing.get("type", "")).rpartition("/")[2]
    if name not in PROPERTIES:
        return [f"unknown type {thing.get('type')}"]
    return [f"{name}{error.json_path[1:]}: {error.message[:120]}" for error in _validator(name).iter_errors(thing)]


@cache
def _validator(name: str) -> Draft202012Validator:
    tombstone = _closed(name, {"deleted": {"const": True}}, ("deleted",))
    whole = _object(name)
    return Draft202012Validator({"if": {"required": ["deleted"]}, "then": tombstone, "else": whole})


def _closed(name: str, properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    own = {"id": URL, "type": {"const": SCHEMA + name}}
    own |= {one: {"type": "string", "pattern": MOMENT} for one in ("created", "modified")}
    return {
        "type": "object",
        "properties": properties | own,
        "patternProperties": {"^[^:]+:.+$": {"not": {"enum": [None, "", [], {}]}}},
        "additionalProperties": False,
        "required": ["id", "type", "created", "modified", *required],
    }


def _object(name: str, within: str | None = None) -> dict[str, Any]:
    left_out = {"deleted", *ONLY_1_0.get(name, ())}
    parent = PARENTS.get(name)
    if within is not None and parent is not None and parent.type == within:
        left_out.add(parent.property)
    spec = {one: prop for one, prop in PROPERTIES[name].items() if one not in left_out}
    if within is not None:
        spec = {one: prop for one, prop in spec.items() if prop.kind is not Kind.BACK}
    properties = {one: _value(name, one, prop) for one, prop in spec.items() if prop.kind is not Kind.WITHHELD}
    if name == "Organization":
        properties |= {one: {"type": "integer", "minimum": 0} for one in ("memberCount", "votingMemberCount")}
    return _closed(name, properties, REQUIRED.get(name, ()))


def _value(name: str, own: str, prop: Property) -> dict[str, Any]:
    kind = prop.kind
    if own in ADDRESSES or kind in (Kind.LINK, Kind.LIST):
        return URL
    if own == "equivalent" or kind is Kind.LINKS or kind is Kind.BACK:
        return _some(URL)
    if kind in (Kind.PART, Kind.PARTS, Kind.CHILDREN):
        held = _object(prop.type, within=name)
        empty = (name, own) in MAY_BE_EMPTY
        return held if kind is Kind.PART else {**_some(held), "minItems": 0} if empty else _some(held)
    if kind is Kind.DATE:
        return {"type": "string", "pattern": MOMENT if own in MOMENTS else DAY}
    return {
        Kind.TEXTS: _some(TEXT),
        Kind.MOMENT: {"type": "string", "pattern": MOMENT},
        Kind.FLAG: {"type": "boolean"},
        Kind.NUMBER: {"type": "integer", "minimum": 0},
        Kind.ORDINAL: {"type": "integer", "minimum": 0},
        Kind.OBJECT: {"type": "object", "required": ["type"]},
    }.get(kind, TEXT)


def _some(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}
