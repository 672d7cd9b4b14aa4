"""A record as an OParl 1.1 object: under our ids, with nothing that is not public, and with what it was at its source.

Values are taken from the columns, into which the mirror has read what is as OParl wants it; what vendors add under a
prefix of their own stays as it is, what they add without one gets `source:`. Nothing is null, nothing is empty.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final, Protocol

import orjson

from app.addresses import FOLDERS, address_of
from app.db import JsonObject
from app.models import key_of
from app.privacy import DEFAULT, NON_PUBLIC_KEPT
from app.publication.licences import addressed, stated
from app.publication.loading import CHILDREN, Loaded, Row, is_held
from app.publication.names import LISTS, LISTS_OF_ORGANIZATION, PREFIX, SCHEMA, Names
from app.speech import BERLIN
from app.vocabulary import PARENTS, PROPERTIES, Kind, Property

VERSION: Final = "1"  # another one makes all forms anew
FOREIGN: Final = "source:"
DEEPEST: Final = 40  # levels in what a council says as it likes; JSON is written down to 254 of them
# OParl 1.1 has these; no page asks for them, so they have no columns.
_COUNTED = {"Organization": frozenset({"memberCount", "votingMemberCount"})}
_OF_FILE = {"Paper": "paper", "Meeting": "meeting", "AgendaItem": "agendaItem"}
_OF_PLACE = {"Body": "bodies", "Organization": "organizations", "Meeting": "meetings", "Paper": "papers"}
_MOST: Final = 2**31 - 1  # of people: more than that is none, and no number to some who read it
_LOCAL_TIMES: Final = 1893  # the last year with them
_ADDRESS: Final = re.compile(r"https?://[^\s/]+(?:/\S*)?")
_OWN = frozenset({"id", "type", "created", "modified", "deleted"})
# Of bytes that are handed out from here their source may say what is not so any more.
_CHECKSUMS = frozenset({"sha1Checksum", "sha512Checksum"})
_OURS = {"File": frozenset({"accessUrl", "downloadUrl"}), "AgendaItem": frozenset({"order"})}


class Published(Protocol):
    """Which records go out."""

    def type_of(self, key: str) -> str | None:
        """Return the type of a record that goes out, None for any other."""

    def modified(self, key: str) -> str:
        """Return the `modified` of one that went out, as it stands in its form."""


@dataclass(frozen=True, slots=True)
class Forms:
    """Writes the forms of records that were loaded together."""

    names: Names
    loaded: Loaded
    published: Published

    def form(self, oparl_id: str, license_: str, body_key: str | None) -> JsonObject:
        """Return the form of a record by itself, without `modified`."""
        object_type, row = self.loaded.rows[oparl_id]
        made = self._object(object_type, row, within=None)
        said = {"body": self.names.id("Body", body_key) if body_key else None, "license": license_}
        if object_type in FOLDERS or (object_type == "AgendaItem" and row["meeting_id"]):
            said["page"] = self.names.base_url + address_of(object_type, row["key"], parent=row.get("meeting_id") or "")
        said |= {"originalCreated": moment(row["created"]), "originalModified": moment(row["modified"])}
        if object_type == "Body" or body_key is None:  # what is in no council's lists inherits from none
            made["license"] = addressed(license_)
        return made | {PREFIX + name: value for name, value in said.items() if value}

    def _object(self, object_type: str, row: Row, within: str | None) -> JsonObject:
        """Return an object, embedded in one of a type or by itself."""
        made: JsonObject = {"id": self.names.id(object_type, row["key"]), "type": SCHEMA + object_type}
        secret = object_type == "AgendaItem" and row["public"] is False
        policy = self.loaded.policies.get(row["source_id"], DEFAULT)
        withheld = _OURS.get(object_type, frozenset()) | policy.withheld_outside(object_type)
        if object_type == "File" and is_held(row):
            withheld |= _CHECKSUMS
        for name, prop in _SPOKEN[object_type]:
            if row.get(prop.column, name) is None or name in withheld or (secret and name not in NON_PUBLIC_KEPT):
                continue
            if (value := self._value(object_type, row, name, prop, within)) not in _EMPTY:
                made[name] = value
        for name in sorted(policy.taken_in(object_type) - withheld):
            if (value := _shallow(row["raw"].get(name))) not in _EMPTY:
                made[name] = value
        made |= self._own(object_type, row) | ({} if secret else _foreign(object_type, row["raw"]))
        if within is None:
            made |= self._back(object_type, row["id"])
        made["created"] = moment(created_of(row))
        if within is not None:
            made["modified"] = self.published.modified(row["key"])
        return made | {PREFIX + "originalId": row["id"]}

    def _value(self, object_type: str, row: Row, name: str, prop: Property, within: str | None) -> Any:
        if prop.kind in _PLAIN:
            return (_FORMED.get(name) or _PLAIN[prop.kind])(row[prop.column])
        if prop.kind is Kind.LINK:
            parent = PARENTS.get(object_type)
            told = within is not None and parent is not None and parent.property == name
            return None if told else self.names.system if name == "system" else self._id(row[prop.column])
        if prop.kind is Kind.LINKS:
            named = self.loaded.members.get(row["id"], ()) if name == "membership" else self._linked(row["id"], name)
            return [found for one in named if (found := self._id(one))]
        return self._held(object_type, row["id"], name, prop.kind)

    def _held(self, object_type: str, oparl_id: str, name: str, kind: Kind) -> Any:
        if kind is Kind.CHILDREN:
            return [*self._embedded(object_type, self._children(oparl_id, name))]
        found = self._embedded(object_type, self._linked(oparl_id, name))
        if kind is Kind.PART:
            return next(found, None)
        return [*found] if kind is Kind.PARTS else None  # lists and ways back are ours

    def _linked(self, oparl_id: str, name: str) -> Iterable[str]:
        return self.loaded.links.get(oparl_id, {}).get(name, ())

    def _id(self, oparl_id: str | None) -> str | None:
        """Return the id of what is named; None for what does not go out: nobody is sent to a foreign server."""
        key = key_of(oparl_id) if oparl_id else ""
        object_type = self.published.type_of(key) if key else None
        return self.names.id(object_type, key) if object_type else None

    def _embedded(self, within: str, ids: Iterable[str]) -> Iterator[JsonObject]:
        for one in ids:
            found = self.loaded.rows.get(one)
            if found and self.published.type_of(found[1]["key"]) == found[0]:
                yield self._object(*found, within=within)

    def _own(self, object_type: str, row: Row) -> JsonObject:
        """Return what only we can say: addresses of lists and bytes, places in an agenda."""
        key = row["key"]
        if object_type == "Body":
            lists = {name: self.names.list("Body", key, name) for name in LISTS}
            terms = {name: [*self._embedded("Body", self._children(row["id"], name))] for name in CHILDREN["Body"]}
            called = {"name": row["name"] or row["short_name"] or key, "system": self.names.system}
            return called | lists | terms
        if object_type == "Organization":
            return {name: self.names.list("Organization", key, name) for name in LISTS_OF_ORGANIZATION}
        if object_type == "AgendaItem":
            return {"order": self.loaded.places.get(row["id"], max(0, row["order"] or 0))}
        return self._bytes(row) if object_type == "File" else {}

    def _children(self, oparl_id: str, name: str) -> Iterable[str]:
        return self.loaded.children.get(oparl_id, {}).get(name, ())

    def _bytes(self, row: Row) -> JsonObject:
        made: JsonObject = {"accessUrl": self.names.bytes(row["key"], save=False)}
        if row["access_url"]:
            made[PREFIX + "originalAccessUrl"] = row["access_url"]
        if is_held(row) and (blob := self.loaded.bytes.get(row["blob_sha256"])):
            made |= {"downloadUrl": self.names.bytes(row["key"], save=True), "size": blob.size}
            made[PREFIX + "sha256"] = blob.sha256
            made |= {"mimeType": blob.media_type} if blob.media_type else {}
        return made

    def _back(self, object_type: str, oparl_id: str) -> JsonObject:
        """Return the ways back of a file or a place that stands by itself."""
        names = {"File": _OF_FILE, "Location": _OF_PLACE}.get(object_type)
        if names is None:
            return {}
        found: dict[str, list[str]] = {}
        for holder in sorted(self.loaded.holders.get(oparl_id, ())):
            name = names.get(self.published.type_of(key_of(holder)) or "")
            if name and (one := self._id(holder)):
                found.setdefault(name, []).append(one)
        return {name: sorted(found[name]) for name in names.values() if name in found}


# The properties that may stand in a form, but for those that every object has and that are ours.
_SPOKEN: Final = {
    name: [
        (prop, one)
        for prop, one in spec.items()
        if prop not in _OWN and one.kind not in (Kind.LIST, Kind.BACK, Kind.WITHHELD, Kind.JSON)
    ]
    for name, spec in PROPERTIES.items()
}
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


def created_of(row: Row) -> datetime:
    """Return since when a record is there: as its source says, unless that is later than it was seen here."""
    stated: datetime | None = row["created"]
    seen: datetime = row["first_seen"]
    return stated if stated is not None and stated <= seen else seen


@lru_cache(maxsize=10_000)  # of a walk's records most came in the same seconds
def moment(value: datetime | None) -> str | None:
    """Return a moment as OParl writes it: to the second, with its offset in Germany."""
    try:
        local = value.astimezone(BERLIN) if value else None
        # Before there was one time in all of Germany, its offset had seconds, which OParl cannot say.
        local = local.astimezone(UTC) if local and local.year <= _LOCAL_TIMES else local
    except OverflowError:  # in the first and the last hours of time
        return None
    return local.isoformat(timespec="seconds") if local else None


def tombstone(names: Names, object_type: str, key: str, created: datetime, reason: str) -> JsonObject:
    """Return what is left of a record that goes out no more, without `modified`."""
    left = {"id": names.id(object_type, key), "type": SCHEMA + object_type, "created": moment(created)}
    return left | {"deleted": True, PREFIX + "reason": reason}


def finished(text: bytes, stamp: str) -> str:
    """Return a form as JSON with its `modified`, given the rest of it."""
    return f'{text[:-1].decode()},"modified":"{stamp}"}}'


def _foreign(object_type: str, raw: JsonObject) -> JsonObject:
    """Return what a vendor adds to OParl."""
    spec = PROPERTIES[object_type]
    found: JsonObject = {}
    for name, value in raw.items():
        if name in spec or _shallow(value) in _EMPTY:
            continue
        if name in _COUNTED.get(object_type, ()):
            is_number = isinstance(value, int) and not isinstance(value, bool)
            found |= {name: value} if is_number and 0 <= value <= _MOST else {}
        elif not name.startswith(("@", PREFIX)):
            found[name if ":" in name.strip(":") else FOREIGN + name] = value
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _address(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if _ADDRESS.fullmatch(text) else None


def _licence(value: Any) -> str | None:
    text = stated(value) if isinstance(value, str) else None
    return addressed(text) if text else None


def _texts(value: Any) -> list[str]:
    return [one for one in value if _text(one)] if isinstance(value, list) else []


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _midnight(value: date | None) -> str | None:
    return moment(datetime.combine(value, time(), BERLIN)) if value else None


def _same(value: Any) -> Any:
    return value


def _shallow(value: Any, deepest: int = DEEPEST) -> Any:
    """Return a value that no reader stumbles over: one form that nobody can write would keep all others waiting."""
    if not isinstance(value, (dict, list)):
        return value
    inner = value.values() if isinstance(value, dict) else value
    return value if deepest and all(_shallow(one, deepest - 1) is one for one in inner) else None


_PLAIN: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _text,
    Kind.TERM: _text,
    Kind.TEXTS: _texts,
    Kind.DATE: _day,
    Kind.MOMENT: moment,
    Kind.FLAG: _same,
    Kind.NUMBER: _same,
    Kind.ORDINAL: _same,
    Kind.OBJECT: _shallow,
}


# By their names, because OParl wants addresses of these, and moments of what are days at the source.
_FORMED: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("web", "website", "externalServiceUrl"), _address),
    **dict.fromkeys(("license", "fileLicense"), _licence),
    **dict.fromkeys(("licenseValidSince", "oparlSince"), _midnight),
    "equivalent": lambda value: [found for one in _texts(value) if (found := _address(one))],
}


def dumped(form: JsonObject) -> bytes:
    """Return a form as bytes, always the same for the same form."""
    return orjson.dumps(form)
