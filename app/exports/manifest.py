"""What a generation holds: manifest.json, read and written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of a generation; `licenses` are all that hold for records in it, each record names its own."""

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


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: all changes up to `seq` are in it, and perhaps some of later ones."""

    generation: str
    created: datetime
    seq: int
    base_url: str
    councils: tuple[Council, ...]
    files: tuple[ExportFile, ...]

    def to_json(self) -> bytes:
        """Return manifest.json."""
        files = [
            asdict(file) | {"url": f"{self.base_url}/download/{self.generation}/{file.path}"} for file in self.files
        ]
        whole = {"schema_version": SCHEMA_VERSION, **asdict(self), "files": files}
        whole["councils"] = [
            asdict(council) | ({"reason": "no licence stated; the operator decides"} if council.withheld else {})
            for council in self.councils
        ]
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Read manifest.json; raises ValueError where it is none of ours."""
        try:
            whole: dict[str, Any] = orjson.loads(text)
            if whole["schema_version"] != SCHEMA_VERSION:
                raise ValueError(f"manifest of schema {whole['schema_version']!r}")
            return cls(
                generation=whole["generation"],
                created=datetime.fromisoformat(whole["created"]),
                seq=whole["seq"],
                base_url=whole["base_url"],
                councils=tuple(Council(**_known(Council, one)) for one in whole["councils"]),
                files=tuple(ExportFile(**_known(ExportFile, one)) for one in whole["files"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no manifest: {error!r}") from error

    def same_data(self, other: "Manifest") -> bool:
        """Whether both hold the same bytes."""
        return (self.files, self.councils, self.base_url) == (other.files, other.councils, other.base_url)


def _known(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v := values[name], list) else v for name in kind.__slots__}
