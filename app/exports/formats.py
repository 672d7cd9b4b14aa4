"""The formats that are written, one file each."""

from pathlib import Path
from types import TracebackType
from typing import Protocol

from app.exports.ndjson import NdjsonFile
from app.exports.records import Record


class ExportWriter(Protocol):
    """One file of one format being written."""

    def write(self, record: Record) -> None:
        """Append one record."""

    def __enter__(self) -> "ExportWriter": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Exporter(Protocol):
    """A format: how its files are called, and how one is begun. The same records must give the same bytes."""

    @property
    def name(self) -> str:
        """The word for it in the manifest."""

    @property
    def suffix(self) -> str:
        """What its file names end with."""

    @property
    def media_type(self) -> str:
        """What it is served as."""

    def __call__(self, path: Path) -> ExportWriter:
        """Begin a file."""


FORMATS: tuple[Exporter, ...] = (NdjsonFile,)
