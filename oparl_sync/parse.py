"""JSON to objects: embedded ones unfolded with their parent and position, every value of our types, nothing lost.

What comes in ends either in `objects` or, with a Deviation that keeps it, in quarantine.
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from oparl_sync import problems, quirks, values
from oparl_sync.problems import Deviation
from oparl_sync.vocabulary import NON_PUBLIC_KEPT, PARENTS, PROPERTIES, Kind, Property

MAX_DEPTH = 16  # of embedding; the deepest that OParl knows is Meeting > AgendaItem > File

CONVERT = {
    Kind.TEXT: values.text,
    Kind.TEXTS: values.texts,
    Kind.DATE: values.day,
    Kind.MOMENT: values.moment,
    Kind.FLAG: values.flag,
    Kind.NUMBER: values.number,
    Kind.LINK: values.url,
}
VOLATILE = frozenset({"created", "modified"})
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(slots=True)
class Object:
    """One OParl object, ready to be stored."""

    type: str
    id: str
    values: dict[str, Any]
    raw: dict[str, Any]
    embedded: bool
    deleted: bool = False
    withheld: list[str] = field(default_factory=list)
    links: list[tuple[str, int, str]] = field(default_factory=list)
    children: list[tuple[str, str, int]] = field(default_factory=list)  # type, id, position
    content_hash: str = ""

    def seal(self) -> None:
        """Compute the hash that decides whether anything changed: of raw without its stamps, and of the parent."""
        self.content_hash = hash_of(self.type, self.raw, self.values)


@dataclass(slots=True)
class Parsed:
    """What one page held: objects with parents before their children, and what deviates."""

    objects: list[Object] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)
    seen: int = 0  # objects that came, embedded ones included: == stored + quarantined

    @property
    def quarantined(self) -> int:
        """Return how many could not be read as objects at all."""
        return sum(deviation.kind in problems.QUARANTINED for deviation in self.deviations)


def hash_of(object_type: str, raw: dict[str, Any], typed: dict[str, Any]) -> str:
    """Return the content hash: 32 hexadecimal digits, equal for an embedded copy and the same object alone."""
    back = {name for name, prop in PROPERTIES[object_type].items() if prop.kind is Kind.BACK}
    content = {k: v for k, v in raw.items() if k not in VOLATILE and k not in back}
    if parent := PARENTS.get(object_type):
        column, name = parent
        content[name] = typed.get(column)
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def objects(entries: list[Any], expected: str, *, where: str) -> Parsed:
    """Read the entries of one list page; `expected` is the type that the list promises, `where` its address."""
    parsed = Parsed()
    for position, entry in enumerate(entries):
        _Reader(parsed, where).read(entry, expected, position=position)
    for found in parsed.objects:
        found.seal()
    return parsed


class _Reader:
    """Reads one list entry with all that is embedded in it."""

    def __init__(self, parsed: Parsed, where: str) -> None:
        self.parsed = parsed
        self.where = where

    def deviates(self, kind: str, about: str, detail: str, object_type: str | None, raw: Any = None) -> None:
        self.parsed.deviations.append(Deviation(kind, about, detail, object_type, raw))

    def read(
        self,
        data: Any,
        expected: str,
        *,
        position: int,
        parent: Object | None = None,
        name: str = "data",
        taken: dict[str, Any] | None = None,
        depth: int = 0,
    ) -> Object | None:
        """Read one object; returns None when it went into quarantine."""
        self.parsed.seen += 1
        about = f"{parent.id if parent else self.where}#{name}-{position}"
        if not isinstance(data, dict) or depth > MAX_DEPTH:
            detail = "nested too deeply" if depth > MAX_DEPTH else f"expected an object, got {type(data).__name__}"
            self.deviates(problems.NO_OBJECT, about, detail, expected, data)
            return None
        identity = self._identify(data, expected, about, parent, name, position)
        if identity is None:
            return None
        object_type, oparl_id = identity
        if taken is not None:
            if oparl_id in taken and taken[oparl_id] != data and object_type == "Consultation":
                oparl_id = quirks.consultation_id_reused(oparl_id, data)
            taken[oparl_id] = data
        found = Object(object_type, oparl_id, {}, {}, embedded=parent is not None)
        self.parsed.objects.append(found)
        if str(data.get("deleted")).lower() == "true":
            self._bury(found, data)
        else:
            self._fill(found, quirks.aliases(data, object_type), depth)
        if parent is not None and (column := PARENTS.get(found.type)):
            found.values.setdefault(column[0], parent.id)
            found.values["position"] = position
        return found

    def _identify(
        self, data: dict[str, Any], expected: str, about: str, parent: Object | None, name: str, position: int
    ) -> tuple[str, str] | None:
        stated = data.get("type", data.get("Type"))
        object_type = quirks.type_in_any_spelling(stated) or (expected if _untyped(stated) else None)
        if object_type is None:
            self.deviates(problems.UNKNOWN_TYPE, about, f"type {str(stated)[:80]!r} is not of OParl", expected, data)
            return None
        oparl_id = data.get("id")
        if isinstance(oparl_id, str):
            oparl_id = oparl_id.strip()
        if oparl_id in EMPTY and parent is not None:
            oparl_id = quirks.embedded_without_id(parent.id, name, position)
        if not isinstance(oparl_id, str) or not values.is_url(oparl_id):
            detail = f"{object_type} without a usable id: {str(oparl_id)[:80]!r}"
            self.deviates(problems.NO_ID, about, detail, object_type, data)
            return None
        return object_type, oparl_id

    def _bury(self, found: Object, data: dict[str, Any]) -> None:
        """Keep of a tombstone what the specification keeps; whatever else it still carries was withdrawn."""
        found.deleted = True
        found.raw = {k: data[k] for k in ("id", "type", "created", "modified", "deleted") if k in data}
        for name in ("created", "modified"):
            if name in data:
                self._convert(found, name, PROPERTIES[found.type][name], data[name])

    def _fill(self, found: Object, data: dict[str, Any], depth: int) -> None:
        spec = PROPERTIES[found.type]
        secret = found.type == "AgendaItem" and _is_false(data.get("public"))
        for name, value in data.items():
            prop = spec.get(name)
            if prop is not None and (prop.kind is Kind.WITHHELD or (secret and name not in NON_PUBLIC_KEPT)):
                if value not in EMPTY:
                    found.withheld.append(name)
            elif prop is None:
                if secret:
                    found.withheld.append(name)
                    continue
                found.raw[name] = value
                if ":" not in name and name != "Type":
                    self._unknown(found, name)
            else:
                self._take(found, name, prop, value, depth)
        if found.type == "Meeting" and "end" in found.values:
            found.values["end"] = quirks.meeting_end_unknown(found.values.get("start"), found.values["end"])
        if found.type == "Location":
            found.values["longitude"], found.values["latitude"] = first_point(data.get("geojson"))

    def _take(self, found: Object, name: str, prop: Property, value: Any, depth: int) -> None:
        found.raw[name] = value
        if value in EMPTY:
            return
        if prop.kind in (Kind.PART, Kind.PARTS, Kind.CHILDREN):
            found.raw[name] = self._unfold(found, name, prop, value, depth)
        elif prop.kind is Kind.LINKS:
            found.raw[name] = self._link(found, name, value)
        elif prop.kind is Kind.JSON:
            if prop.column:
                found.values[prop.column] = value
        elif prop.kind in CONVERT:
            self._convert(found, name, prop, value)

    def _convert(self, found: Object, name: str, prop: Property, value: Any) -> None:
        try:
            found.values[prop.column] = CONVERT[prop.kind](value)
            if prop.kind is Kind.LINK and isinstance(value, dict):
                found.raw[name] = found.values[prop.column]  # an object in place of its URL: it may be a person's
        except values.Unusable as error:
            self.deviates(problems.WRONG_TYPE, f"{found.id}#{name}", f"{found.type}.{name}: {error}", found.type)

    def _link(self, found: Object, name: str, value: Any) -> Any:
        """Note references; returns what stands in raw: URLs, where the server put objects in their place."""
        standing: list[Any] = []
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            try:
                target = values.url(item)
            except values.Unusable as error:
                self.deviates(problems.WRONG_TYPE, f"{found.id}#{name}", f"{found.type}.{name}: {error}", found.type)
                target = None
            standing.append(target if isinstance(item, dict) else item)
            if target:
                found.links.append((name, position, target))
        return standing if isinstance(value, list) else standing[0]

    def _unfold(self, found: Object, name: str, prop: Property, value: Any, depth: int) -> Any:
        """Read what is embedded; returns the ids that stand for it in raw."""
        items = value if isinstance(value, list) else [value]
        taken: dict[str, Any] = {}
        standing: list[Any] = []
        for position, item in enumerate(items):
            if isinstance(item, str) and values.is_url(item.strip()):  # a reference where an object was promised
                target: str | None = item.strip()
                target_type = prop.type
            else:
                part = self.read(
                    item, prop.type, position=position, parent=found, name=name, taken=taken, depth=depth + 1
                )
                target, target_type = (part.id, part.type) if part else (None, "")
            standing.append(item if target is None else target)
            if target is None:
                continue
            if prop.kind is Kind.CHILDREN:
                found.children.append((target_type, target, position))
            else:
                found.links.append((name, position, target))
        return standing if isinstance(value, list) else standing[0]

    def _unknown(self, found: Object, name: str) -> None:
        detail = f"{found.type} has the property {name[:80]!r}, which OParl does not know"
        self.deviates(problems.UNKNOWN_PROPERTY, f"{found.type}.{name[:80]}", detail, found.type)


def first_point(geojson: Any) -> tuple[float | None, float | None]:
    """Return longitude and latitude of the first point of a GeoJSON object, or two Nones."""
    spot = geojson
    for step in ("geometry", "coordinates"):
        if isinstance(spot, dict) and step in spot:
            spot = spot[step]
    while isinstance(spot, list) and spot and isinstance(spot[0], list):
        spot = spot[0]
    if not (isinstance(spot, list) and len(spot) >= 2 and all(type(n) in (int, float) for n in spot[:2])):
        return None, None
    longitude, latitude = quirks.coordinates_swapped(float(spot[0]), float(spot[1]))
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else (None, None)


def _untyped(stated: Any) -> bool:
    # Bare tombstones and some organizations carry none; ALLRIS puts "gr" there and the URL into `Type`.
    return stated is None or (isinstance(stated, str) and "/" not in stated)


def _is_false(value: Any) -> bool:
    return value is False or str(value).strip().lower() in {"false", "0"}
