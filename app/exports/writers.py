"""What a format is: it is told of each object once, and says in the end which files it wrote."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.exports.tables import Row, Table

GZIP = "application/gzip"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, by its path in the generation; `type` is empty where it holds several."""

    path: str
    type: str
    format: str
    media_type: str
    rows: int


class Writer(Protocol):
    """A format of one council being written."""

    def begin(self, table: Table) -> None:
        """Go on with the objects of another type."""

    def write(self, row: Row) -> None:
        """Append one object."""

    def close(self) -> list[Written]:
        """End all files; returns what was written. Also after a fault, so that none stays open."""


class Begin(Protocol):
    """How a format is begun for a council, in the folder of a generation. The same objects give the same bytes."""

    def __call__(self, built: Path, slug: str) -> Writer:
        """Begin."""
