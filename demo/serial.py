"""Flat objects to what a server sends: children embedded without their way back."""

from __future__ import annotations

import json

from .register import SCHEMA, Json
from .town import Town

SCHEMA_1_0 = "https://schema.oparl.org/1.0/"
EMBEDDED = {
    "Body": ("legislativeTerm", "location"),
    "Organization": ("location",),
    "Person": ("locationObject", "membership"),
    "Meeting": ("location", "invitation", "resultsProtocol", "auxiliaryFile", "agendaItem"),
    "AgendaItem": ("resolutionFile", "auxiliaryFile"),
    "Paper": ("mainFile", "auxiliaryFile", "location", "consultation"),
}
BACK = {
    "LegislativeTerm": ("body",),
    "Membership": ("person",),
    "AgendaItem": ("meeting",),
    "Consultation": ("paper",),
    "File": ("paper", "meeting", "agendaItem"),
    "Location": ("bodies", "organizations", "persons", "meetings", "papers"),
}
# What `omit_internal=true` leaves out, as the specification lists it.
INTERNAL = {
    "AgendaItem": ("auxiliaryFile",),
    "Meeting": ("auxiliaryFile", "agendaItem"),
    "Paper": ("auxiliaryFile", "location"),
    "Person": ("membership",),
    "Body": ("legislativeTerm",),
}

# What OParl 1.0 does not know, and what it calls otherwise; its license stands on System and Body alone.
NEW = {
    "Body": ("agendaItem", "consultation", "file", "membership", "locationList", "legislativeTermList"),
    "Organization": ("consultation",),
    "Person": ("locationObject",),
    "AgendaItem": ("order",),
    "File": ("sha512Checksum",),
    "Location": ("persons",),
}
RENAMED = {"organizations": "organization", "meetings": "meeting"}


def kind_of(item: Json) -> str:
    """Paper, Meeting, ... from the type address."""
    return str(item["type"]).rsplit("/", 1)[1]


def full(town: Town, item: Json, omit_internal: bool = False, embedded: bool = False) -> Json:
    """One object as sent; embedded copies lack their back-references, withdrawn children are left out."""
    kind = kind_of(item)
    dropped = (BACK.get(kind, ()) if embedded else ()) + (INTERNAL.get(kind, ()) if omit_internal else ())
    found: Json = {}
    for name, value in item.items():
        if name in dropped:
            continue
        sent = _children(town, value, omit_internal) if name in EMBEDDED.get(kind, ()) else value
        if sent not in (None, []):
            found[name] = sent
    return found


def as_1_0(value: Json) -> Json:
    """The same object, and all that is embedded in it, in the words of OParl 1.0."""
    kind = kind_of(value)
    dropped = NEW.get(kind, ()) + (() if kind in ("System", "Body") else ("license",))
    found: Json = {}
    for name, old in value.items():
        if name not in dropped:
            new = RENAMED.get(name, name) if kind == "Location" else name
            found[new] = [_as_1_0(one) for one in old] if isinstance(old, list) else _as_1_0(old)
    return found


def _as_1_0(value: object) -> object:
    # A geometry has a type, too, but no address.
    return as_1_0(value) if isinstance(value, dict) and "id" in value else _older(value)


def _older(value: object) -> object:
    return value.replace(SCHEMA, SCHEMA_1_0) if isinstance(value, str) else value


def _children(town: Town, value: object, omit_internal: bool) -> object:
    if isinstance(value, list):
        items = [town.objects[uri] for uri in value if uri in town.objects]
        return [full(town, item, omit_internal, True) for item in items if not item.get("deleted")]
    item = town.objects.get(str(value))
    return full(town, item, omit_internal, True) if item and not item.get("deleted") else None


def encode(value: object) -> bytes:
    """JSON in UTF-8 without escapes or byte order mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
