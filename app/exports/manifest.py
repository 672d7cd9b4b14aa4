"""What a generation holds: manifest.json, read and written. A delta has one of the same form."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson

SCHEMA_VERSION = 2
ALL = "all"  # what stands for the council where a file is of all of them


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of a generation; `licenses` are all that hold for records in it, each record names its own.

    `type` is empty where a file holds several, `body` is "all" where it is of all councils; `rows` are lines, rows of
    a table, features or pages of text.
    """

    path: str
    type: str
    body: str
    format: str
    media_type: str
    rows: int
    bytes: int
    sha256: str
    licenses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Council:
    """One council: records published, and those left out because nobody states a licence for them."""

    body: str
    name: str
    rows: int
    withheld: int
    licenses: tuple[str, ...]

    @property
    def undecided(self) -> bool:
        """Whether all of it is left out: no licence stated, the operator decides."""
        return self.withheld > 0 and not self.rows


class Named:
    """What is called by its day."""

    __slots__ = ()
    generation: str
    since: int | None

    @property
    def day(self) -> str:
        """Return its date."""
        return self.generation[:10]

    @property
    def revision(self) -> int:
        """Return which version of its day it is, from 1."""
        return int(self.generation[12:] or 1)

    @property
    def folder(self) -> str:
        """Return where its files are below `/download/`."""
        return self.generation if self.since is None else f"deltas/{self.generation}"


@dataclass(frozen=True, slots=True)
class Version(Named):
    """What there is to know of a generation or delta but for its files, of which there are thousands."""

    generation: str
    created: datetime
    seq: int
    edition: str
    since: int | None
    rows: int
    size: int

    @classmethod
    def from_json(cls, text: bytes) -> "Version":
        """Read it from manifest.json; raises ValueError where that is none of ours."""
        with _reading(text) as whole:
            return cls(
                generation=whole["generation"],
                created=datetime.fromisoformat(whole["created"]),
                seq=whole["seq"],
                edition=whole["edition"],
                since=whole["since"],
                rows=sum(one["rows"] for one in whole["councils"]),
                size=sum(one["bytes"] for one in whole["files"]),
            )


@dataclass(frozen=True, slots=True)
class Manifest(Named):
    """One generation: what had gone out up to number `seq` of an edition; a delta begins behind `since`."""

    generation: str
    created: datetime
    seq: int
    base_url: str
    councils: tuple[Council, ...]
    files: tuple[ExportFile, ...]
    edition: str = ""
    previous: str | None = None  # the generation before, to which a delta of the same name leads on
    since: int | None = None

    @property
    def rows(self) -> int:
        """Return the records of all councils, each counted once."""
        return sum(council.rows for council in self.councils)

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.bytes for file in self.files)

    def to_json(self) -> bytes:
        """Return manifest.json."""
        files = [asdict(file) | {"url": f"{self.base_url}/download/{self.folder}/{file.path}"} for file in self.files]
        whole = {"schema_version": SCHEMA_VERSION, **asdict(self), "revision": self.revision, "files": files}
        whole["councils"] = [
            asdict(council) | ({"reason": "no licence stated; the operator decides"} if council.withheld else {})
            for council in self.councils
        ]
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Read manifest.json; raises ValueError where it is none of ours."""
        with _reading(text) as whole:
            return cls(
                generation=whole["generation"],
                created=datetime.fromisoformat(whole["created"]),
                seq=whole["seq"],
                base_url=whole["base_url"],
                councils=tuple(Council(**_known(Council, one)) for one in whole["councils"]),
                files=tuple(ExportFile(**_known(ExportFile, one)) for one in whole["files"]),
                edition=whole["edition"],
                previous=whole["previous"],
                since=whole["since"],
            )

    def named(self, generation: str, previous: str | None) -> "Manifest":
        """Return it with its name."""
        return replace(self, generation=generation, previous=previous)

    def holding(self, files: Sequence[ExportFile], councils: tuple[Council, ...]) -> "Manifest":
        """Return it with other files."""
        return replace(self, files=tuple(files), councils=councils)

    def as_delta(self, since: int, files: Sequence[ExportFile], councils: tuple[Council, ...]) -> "Manifest":
        """Return the manifest of the delta that leads to it."""
        return replace(self, since=since, files=tuple(files), councils=councils)

    def same_data(self, other: "Manifest") -> bool:
        """Whether both hold the same bytes."""
        mine, theirs = (self.files, self.councils), (other.files, other.councils)
        return mine == theirs and (self.base_url, self.edition) == (other.base_url, other.edition)


@contextmanager
def _reading(text: bytes) -> Iterator[dict[str, Any]]:
    try:
        whole: dict[str, Any] = orjson.loads(text)
        if whole["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"manifest of schema {whole['schema_version']!r}")
        yield whole
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no manifest: {error!r}") from error


def _known(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v := values[name], list) else v for name in kind.__slots__}
