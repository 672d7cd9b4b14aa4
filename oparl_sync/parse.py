"""JSON to objects: embedded ones unfolded with their parent and position, every value of our types, nothing lost.

What comes in ends either in `objects` or, with a Deviation that keeps it, in quarantine.
"""

from collections.abc import Callable
from typing import Any

from app.facts import reference_key
from app.privacy import DECIDABLE, NON_PUBLIC_KEPT
from app.vocabulary import CLOSED, PARENTS, PROPERTIES, UNQUOTED, Kind, Property
from oparl_sync import privacy, problems, quirks, values
from oparl_sync.parsed import Child, Object, Parsed
from oparl_sync.problems import Deviation

MAX_DEPTH = 16  # of embedding; the deepest that OParl knows is Meeting > AgendaItem > File

CONVERT: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: values.text,
    Kind.TERM: values.term,
    Kind.TEXTS: values.texts,
    Kind.DATE: values.day,
    Kind.MOMENT: values.moment,
    Kind.FLAG: values.flag,
    Kind.NUMBER: values.number,
    Kind.ORDINAL: values.ordinal,
    Kind.OBJECT: values.json_object,
}
HOLDERS = frozenset({Kind.PART, Kind.PARTS, Kind.CHILDREN})
EMPTY: tuple[Any, ...] = (None, "", [], {})


def objects(entries: list[Any], expected: str, *, where: str, first: int = 0) -> Parsed:
    """Read entries of a list page; `expected` is the type that the list promises, `where` its address.

    `first` is the place of the first entry on its page.
    """
    parsed = Parsed()
    reader = _Reader(parsed, where)
    for position, entry in enumerate(entries, first):
        reader.read(entry, expected, "data", position)
    sealed = []
    for found in parsed.objects:
        try:
            found.seal()
            sealed.append(found)
        except TypeError:  # 254 levels are what the database's JSON is written with
            reader.deviates(problems.NO_OBJECT, found.id, f"{found.type} is nested too deeply", found.type)
    parsed.objects = sealed
    return parsed


class _Reader:
    """Reads list entries with all that is embedded in them."""

    def __init__(self, parsed: Parsed, where: str) -> None:
        self.parsed = parsed
        self.where = where

    def deviates(self, kind: str, about: str, detail: str, object_type: str | None, raw: Any = None) -> None:
        kept = privacy.scrubbed(raw, person=object_type in CLOSED)
        self.parsed.deviations.append(Deviation(kind, about, detail, object_type, kept))

    def misfits(self, found: Object, name: str, detail: str | values.Unusable) -> None:
        if isinstance(detail, values.Unusable):
            quoted = UNQUOTED.isdisjoint((found.type, PROPERTIES[found.type][name].type))
            detail = str(detail) if quoted else detail.reason
        self.deviates(problems.WRONG_TYPE, f"{found.id}#{name}", f"{found.type}.{name}: {detail}", found.type)

    def read(
        self,
        data: Any,
        expected: str,
        name: str,
        position: int,
        *,
        holder: Object | None = None,
        depth: int = 0,
        part: bool = False,
    ) -> Object | None:
        """Read one object; returns None when it went into quarantine. A `part` may lack an id of its own."""
        self.parsed.seen += 1
        about = f"{holder.id if holder else self.where}#{name}-{position}"
        if not isinstance(data, dict) or depth > MAX_DEPTH:
            said = values.shown(data, quoted=expected not in UNQUOTED)
            detail = "nested too deeply" if depth > MAX_DEPTH else f"expected an object, got {said}"
            harmless = isinstance(data, dict | list) or expected not in UNQUOTED
            self.deviates(problems.NO_OBJECT, about, detail, expected, data if harmless else None)
            return None
        identity = self._identify(data, expected, about, (holder.id, name, position) if holder and part else None)
        if identity is None:
            return None
        object_type, oparl_id = identity
        if holder is not None:
            oparl_id = quirks.body_left_out(holder.id, oparl_id)
        found = Object(object_type, oparl_id, {}, {}, holder=holder.id if holder else None)
        self.parsed.objects.append(found)
        found.with_holder = holder is not None and holder.deleted
        if found.with_holder or values.is_true(data.get("deleted")):
            self._bury(found, data, depth)
        else:
            self._fill(found, quirks.aliases(data, object_type), depth)
        return found

    def _identify(
        self, data: dict[str, Any], expected: str, about: str, place: tuple[str, str, int] | None
    ) -> tuple[str, str] | None:
        stated = quirks.type_beside_type(data)
        object_type = quirks.type_in_any_spelling(stated) or (expected if quirks.is_untyped(stated) else None)
        if object_type is None:
            said = values.shown(stated, quoted=expected not in UNQUOTED)
            self.deviates(problems.UNKNOWN_TYPE, about, f"type {said} is not of OParl", expected, data)
            return None
        oparl_id = data.get("id")
        if isinstance(oparl_id, str):
            oparl_id = oparl_id.strip()
        if oparl_id in EMPTY and place is not None:
            oparl_id = quirks.embedded_without_id(*place)
        if not isinstance(oparl_id, str) or not values.is_url(oparl_id):
            said = values.shown(oparl_id, quoted=object_type not in UNQUOTED)
            detail = f"{object_type} without a usable id: {said}"
            self.deviates(problems.NO_ID, about, detail, object_type, data)
            return None
        return object_type, oparl_id

    def _bury(self, found: Object, data: dict[str, Any], depth: int) -> None:
        """Keep of a tombstone what the specification keeps; whatever else it still carries was withdrawn."""
        found.deleted = True
        found.raw = {k: data[k] for k in ("id", "type", "created", "modified", "deleted") if k in data}
        spec = PROPERTIES[found.type]
        for name in ("created", "modified"):
            self._convert(found, name, spec[name], data.get(name))
        for name, value in data.items():
            if name in spec and spec[name].kind in HOLDERS:
                for position, item in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(item, dict) and values.is_url(item.get("id")):
                        self.read(item, spec[name].type, name, position, holder=found, depth=depth + 1)

    def _fill(self, found: Object, data: dict[str, Any], depth: int) -> None:
        spec = PROPERTIES[found.type]
        found.secret = found.type == "AgendaItem" and privacy.is_secret(data)
        for name, value in data.items():
            prop = spec.get(name)
            closed = found.secret and name not in NON_PUBLIC_KEPT
            if prop is None:
                kept = not closed and found.type not in CLOSED and not privacy.is_personal(name)
            else:
                kept = not closed and prop.kind is not Kind.WITHHELD
            if not kept:
                self._withhold(found, name, prop, value)
            elif prop is None:
                found.raw[name] = privacy.scrubbed(value)
            else:
                found.raw[name] = value
                if value not in EMPTY:
                    self._take(found, name, prop, value, depth)
            if prop is None and ":" not in name and name != "Type" and not closed:
                detail = f"{found.type} has the property {name[:80]!r}, which OParl does not know"
                self.deviates(problems.UNKNOWN_PROPERTY, f"{found.type}.{name[:80]}", detail, found.type)
        self._settle(found, data)

    def _withhold(self, found: Object, name: str, prop: Property | None, value: Any) -> None:
        if value not in EMPTY:
            found.withheld.append(name)
            if (found.type, name) in DECIDABLE:
                found.offered[name] = value
        if found.secret and prop is not None and prop.type == "File":  # which those are, so that nobody shows them
            found.links += [(name, *place) for place in _named(found.id, value)]

    def _settle(self, found: Object, data: dict[str, Any]) -> None:
        """Bring values in line that depend on several properties."""
        if found.secret:
            found.values["public"] = False  # also where it says so in words that are not understood
        if found.type == "Meeting" and "end" in found.values:
            found.values["end"] = quirks.meeting_end_unknown(found.values.get("start"), found.values["end"])
        if found.type == "Meeting" and quirks.called_off_in_its_name(found.values.get("name")):
            found.values["cancelled"] = True
        if found.type == "File":
            _settle_file(found.values)
        if found.type == "Paper" and (number := found.values.get("reference")):
            found.values["reference_key"] = reference_key(number)
        if found.type == "Body" and (ags := found.values.get("ags")):
            found.values["ags"] = quirks.ags_of_eight_digits(ags)
        if found.type == "Location":
            found.values["longitude"], found.values["latitude"] = quirks.first_point(data.get("geojson"))
            if not found.embedded and privacy.is_place_of_persons_only(data):
                found.strip()
            found.unplaced = not found.embedded and not privacy.is_placed(data)

    def _take(self, found: Object, name: str, prop: Property, value: Any, depth: int) -> None:
        if prop.kind in CONVERT:
            self._convert(found, name, prop, value)
        elif prop.kind is Kind.LINK:
            self._point(found, name, prop, value, depth)
        elif prop.kind in HOLDERS or prop.kind is Kind.LINKS:
            self._refer(found, name, prop, value, depth)
        elif prop.kind is Kind.LIST and not isinstance(value, str):
            self.misfits(found, name, f"expected the URL of a list, got {values.shown(value)}")
            found.raw[name] = None
        elif isinstance(value, dict | list):
            found.raw[name] = privacy.scrubbed(value)
        if prop.kind is Kind.BACK and prop.type and not found.embedded:
            found.back += [(name, *place) for place in _named(found.id, value)]

    def _convert(self, found: Object, name: str, prop: Property, value: Any) -> None:
        if value in EMPTY:
            return
        try:
            found.values[prop.column] = CONVERT[prop.kind](value)
        except values.Unusable as error:
            self.misfits(found, name, error)
            found.raw[name] = privacy.scrubbed(value)

    def _point(self, found: Object, name: str, prop: Property, value: Any, depth: int) -> None:
        """Read a reference to one other object; where a list of several stands, the first counts."""
        several = isinstance(value, list)
        read = [self._target(found, name, prop, item, 0, depth) for item in (value if several else [value])]
        targets = [target for target in read if target]
        if len(targets) > 1:
            self.misfits(found, name, "several objects where one is expected; the first was taken")
        found.values[prop.column] = targets[0] if targets else None
        if several or isinstance(value, dict):
            found.raw[name] = targets if several else (targets[0] if targets else privacy.scrubbed(value))

    def _refer(self, found: Object, name: str, prop: Property, value: Any, depth: int) -> None:
        """Read references, and what is embedded; in raw ids stand for objects."""
        items = value if isinstance(value, list) else [value]
        standing: list[Any] = []
        for position, item in enumerate(items):
            target = self._target(found, name, prop, item, position, depth)
            if target is not None:
                standing.append(target if isinstance(item, dict) else item)
            else:
                standing.append(None if prop.type in UNQUOTED and isinstance(item, str) else privacy.scrubbed(item))
            if target is not None and prop.kind is Kind.CHILDREN:
                found.children.append(Child(prop.type, target, position, isinstance(item, dict)))
            elif target is not None:
                found.links.append((name, position, target))
        found.raw[name] = standing if isinstance(value, list) else standing[0]

    def _target(
        self,
        found: Object,
        name: str,
        prop: Property,
        item: Any,
        position: int,
        depth: int,
    ) -> str | None:
        """Return the id of what is referred to by its URL or by standing there itself."""
        if not isinstance(item, dict):
            try:
                target = values.url(item)
            except values.Unusable as error:
                self.misfits(found, name, error)
                return None
            return quirks.spelt_as_own(found.id, target) if target else None
        part = prop.kind in HOLDERS
        child = self.read(item, prop.type, name, position, holder=found, depth=depth + 1, part=part)
        if child is None:
            return None
        if prop.kind is Kind.CHILDREN and (parent := PARENTS.get(child.type)) and not child.deleted:
            if child.values.get(parent.column) is None:
                child.values[parent.column] = found.id
            child.values["position"] = position
        return child.id


def _settle_file(stated: dict[str, Any]) -> None:
    if (size := stated.get("size")) is not None:
        stated["size"] = quirks.size_unknown(size)
    if (mime_type := stated.get("mime_type")) is not None:
        stated["mime_type"] = quirks.mime_type_of_nothing(quirks.mime_type_is_an_ending(mime_type))


def _named(own_id: str, value: Any) -> list[tuple[int, str]]:
    """Return place and id of the objects that are named or embedded here; what is neither is passed over."""
    found = []
    for place, item in enumerate(value if isinstance(value, list) else [value]):
        stated = item.get("id") if isinstance(item, dict) else item
        if isinstance(stated, str) and values.is_url(stated := stated.strip()):
            found.append((place, quirks.spelt_as_own(own_id, stated)))
    return found
