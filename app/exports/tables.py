"""OParl as tables: what is a column of a type, and what is a table of links beside it; one truth for all formats.

A column holds one value, or the id of the one thing that is named. Of what is named several times each is a row of a
table `TYPE_PROPERTY`: id, position, value. What vendors add has no column: it is in the lines, and in `json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.db import JsonObject
from app.privacy import NOT_PUBLISHED
from app.publication.names import PREFIX
from app.vocabulary import PROPERTIES, Kind

SEVERAL: Final = frozenset({Kind.TEXTS, Kind.LINKS, Kind.PARTS, Kind.CHILDREN, Kind.BACK})
_NO_COLUMN: Final = frozenset({Kind.JSON, Kind.WITHHELD, Kind.LIST})
_MOMENTS: Final = frozenset({"licenseValidSince", "oparlSince"})  # days at the source, moments by OParl
_BACK: Final = {
    "File": ("paper", "meeting", "agendaItem"),
    "Location": ("bodies", "organizations", "meetings", "papers"),
}
_ADDED: Final[Mapping[str, tuple[tuple[str, Kind], ...]]] = {
    "Organization": (("memberCount", Kind.NUMBER), ("votingMemberCount", Kind.NUMBER)),
    "File": ((f"{PREFIX}originalAccessUrl", Kind.TEXT), (f"{PREFIX}sha256", Kind.TEXT)),
}
_OURS: Final[tuple[tuple[str, Kind], ...]] = (
    (f"{PREFIX}body", Kind.LINK),
    (f"{PREFIX}license", Kind.TEXT),
    (f"{PREFIX}page", Kind.TEXT),
    (f"{PREFIX}originalId", Kind.TEXT),
    (f"{PREFIX}originalCreated", Kind.MOMENT),
    (f"{PREFIX}originalModified", Kind.MOMENT),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a type as tables have it."""

    prop: str
    kind: Kind
    type: str = ""  # of what it names

    @property
    def name(self) -> str:
        """Return what it is called in tables: a colon would have to be quoted everywhere."""
        return self.prop.replace(":", "_")

    @property
    def several(self) -> bool:
        """Whether it is a table of its own."""
        return self.kind in SEVERAL


@dataclass(frozen=True, slots=True)
class Table:
    """A type: its columns, and its tables of links."""

    type: str
    columns: tuple[Column, ...]
    links: tuple[Column, ...]

    def link_name(self, column: Column) -> str:
        """Return the name of a table of links."""
        return f"{self.type}_{column.name}"


class Row:
    """One object: its line as it goes out, and the same taken apart, once, and only where a format asks for it."""

    __slots__ = ("_cells", "_form", "_links", "_table", "line")

    def __init__(self, table: Table, line: bytes) -> None:
        self._table, self.line = table, line
        self._form: JsonObject | None = None
        self._cells: list[Any] | None = None
        self._links: list[list[str]] | None = None

    @property
    def form(self) -> JsonObject:
        """Return the object; raises ValueError where the line is none."""
        if self._form is None:
            self._form = orjson.loads(self.line)
        return self._form

    @property
    def cells(self) -> list[Any]:
        """Return a text, number, bool or None for each column."""
        if self._cells is None:
            get = self.form.get
            self._cells = [_cell(get(column.prop), column.kind) for column in self._table.columns]
        return self._cells

    @property
    def links(self) -> list[list[str]]:
        """Return what is named in each table of links."""
        if self._links is None:
            self._links = [_several(self.form.get(column.prop)) for column in self._table.links]
        return self._links


def _columns(object_type: str) -> tuple[Column, ...]:
    withheld = NOT_PUBLISHED.get(object_type, frozenset())
    found = [Column("id", Kind.TERM)]
    for name, prop in PROPERTIES[object_type].items():
        if prop.kind in _NO_COLUMN or name in withheld or name in ("created", "modified"):
            continue
        if prop.kind is Kind.BACK and name not in _BACK.get(object_type, ()):
            continue
        found.append(Column(name, Kind.MOMENT if name in _MOMENTS else prop.kind, prop.type))
    added = (*_ADDED.get(object_type, ()), ("created", Kind.MOMENT), ("modified", Kind.MOMENT), *_OURS)
    return (*found, *(Column(name, kind) for name, kind in added))


def _table(object_type: str) -> Table:
    every = _columns(object_type)
    single = tuple(one for one in every if not one.several)
    return Table(object_type, single, tuple(one for one in every if one.several))


TABLES: Final[Mapping[str, Table]] = {name: _table(name) for name in PROPERTIES if name != "System"}


def _cell(value: Any, kind: Kind) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if value is None or isinstance(value, (bool, int)):
        return value
    if kind is Kind.PART and isinstance(value, dict):
        return value.get("id")
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _several(value: Any) -> list[str]:
    named = [one.get("id") if isinstance(one, dict) else one for one in value] if isinstance(value, list) else []
    return [one.replace("\x00", "") for one in named if isinstance(one, str)]
