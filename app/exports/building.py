"""One traversal: each object is read once, and told to every format; what is of all councils is made of their files."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import orjson

from app.exports import parquet
from app.exports.checking import check
from app.exports.formats import FORMATS
from app.exports.holdings import FULLTEXT, Holdings, Part, is_moved
from app.exports.manifest import ALL, Council, ExportFile
from app.exports.packed import Packed, join, unpacked
from app.exports.tables import TABLES, Row, Table
from app.exports.writers import GZIP, Begin, Writer, Written

PARQUET = "application/vnd.apache.parquet"
# A quotation mark inside a text has a backslash before it: this is the property itself, and no text that looks like it.
_LICENSE = b'"ratslupe:license":'
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
Progress = Callable[[int, int], None]
_OFTEN = 1000


@dataclass(slots=True)
class Built:
    """What was written, councils in their order."""

    councils: list[Council] = field(default_factory=list)
    files: list[ExportFile] = field(default_factory=list)


@dataclass(slots=True)
class _Build:
    """A generation being written into a folder."""

    holdings: Holdings
    built: Path
    formats: tuple[Begin, ...]
    total: int
    progress: Progress | None
    result: Built = field(default_factory=Built)
    done: int = 0
    longest: dict[str, int] = field(default_factory=dict)  # line in bytes, by type
    licenses: dict[str, dict[str, set[bytes]]] = field(default_factory=dict)  # as JSON, by council and type

    def council(self, part: Part) -> None:
        """Write all files of one council."""
        writers: list[Writer] = []
        try:
            rows = self._objects(part, writers)
            written = [one for writer in writers for one in writer.close()]
        except BaseException:
            for writer in writers:
                with suppress(Exception):  # what went wrong first is told
                    writer.close()
            raise
        written += self._pages(part) if rows else []
        for one in written:
            self.result.files.append(self._file(one, part.slug))
        if rows or part.withheld:
            licenses = self._of(part.slug, "")
            self.result.councils.append(Council(part.slug, part.name, rows, part.withheld, licenses))

    def _objects(self, part: Part, writers: list[Writer]) -> int:
        """Tell a council's objects to all formats, which are begun with the first; returns how many there are."""
        rows = 0
        for name, table in TABLES.items():
            lines = self.holdings.lines(part, name)
            if (first := next(lines, None)) is None:
                continue
            if not writers:
                writers.extend(begin(self.built, part.slug) for begin in self.formats)
            for writer in writers:
                writer.begin(table)
            rows += self._of_type(table, chain((first,), lines), [writer.write for writer in writers], part.slug)
        return rows

    def _of_type(self, table: Table, lines: Iterable[bytes], writes: Sequence[Callable[[Row], None]], slug: str) -> int:
        """Tell the objects of one type to all formats; a million of them come along here, one after the other."""
        told, longest, rows = set[bytes](), self.longest.get(table.type, 0), 0
        for line in lines:
            row = Row(table, line)
            for write in writes:
                write(row)
            for said in line.split(_LICENSE)[1:]:
                if licence := _TEXT.match(said):
                    told.add(licence[0])
            longest = max(longest, len(line))
            rows += 1
            if self.progress and (self.done + rows) % _OFTEN == 0:
                self.progress(self.done + rows, max(self.total, self.done + rows))
        self.done += rows
        self.longest[table.type] = longest
        self.licenses.setdefault(slug, {})[table.type] = told
        return rows

    def _pages(self, part: Part) -> list[Written]:
        rows, file = 0, None
        try:
            for line in self.holdings.pages(part):
                file = file or Packed(self.built / part.slug / FULLTEXT)
                file.write(line + b"\n")
                rows += 1
        finally:
            if file:
                file.close()
        return [Written(f"{part.slug}/{FULLTEXT}", "File", "fulltext", GZIP, rows)] if rows else []

    def whole(self) -> None:
        """Write what is of all councils."""
        for name, table in TABLES.items():
            lines = [one for one in self.result.files if one.type == name and one.format == "ndjson"]
            if not lines:
                continue
            paths, rows = [self.built / one.path for one in lines], sum(one.rows for one in lines)
            path = f"{ALL}/{name}.ndjson.gz"
            join(paths, self.built / path)
            written = [Written(path, name, "ndjson", GZIP, rows)]
            if parquet.is_possible() and self.formats == FORMATS:
                path = f"{ALL}/{name}.parquet"
                parquet.write(table, paths, self.built / path, longest=self.longest[name])
                written.append(Written(path, name, "parquet", PARQUET, rows))
            self.result.files += [self._file(one, ALL) for one in written]

    def _file(self, one: Written, slug: str) -> ExportFile:
        path = self.built / one.path
        check(path, one)
        return ExportFile(
            path=one.path,
            type=one.type,
            body=slug,
            format=one.format,
            media_type=one.media_type,
            rows=one.rows,
            bytes=path.stat().st_size,
            sha256=sha256(path),
            licenses=self._of(slug, one.type),
        )

    def _of(self, slug: str, object_type: str) -> tuple[str, ...]:
        """Return the licences in what is of a council (or all of them) and a type (or all of them)."""
        councils = self.licenses.values() if slug == ALL else [self.licenses.get(slug, {})]
        mine = (said for types in councils for name, said in types.items() if object_type in (name, ""))
        return tuple(sorted({orjson.loads(one) for one in set[bytes]().union(*mine)} - {""}))


def build(
    holdings: Holdings,
    built: Path,
    *,
    total: int = 0,
    progress: Progress | None = None,
    formats: tuple[Begin, ...] = FORMATS,
) -> Built:
    """Write everything into a folder, and read it again; raises checking.InvalidExport where that is not the same."""
    making = _Build(holdings, built, formats, total, progress)
    for part in holdings.parts:
        making.council(part)
    making.whole()
    if progress and making.done:
        progress(making.done, making.done)
    return making.result


def build_lines(parts: Iterable[tuple[str, str, Iterator[bytes]]], built: Path) -> list[ExportFile]:
    """Write lines by council and type, and all councils' of a type together: what a delta is."""
    by_type: dict[str, list[ExportFile]] = {}
    for slug, name, lines in parts:
        rows, path, file = 0, f"{slug}/{name}.ndjson.gz", None
        try:
            for line in lines:
                file = file or Packed(built / path)
                file.write(line + b"\n")
                rows += 1
        finally:
            if file:
                file.close()
        if rows:
            by_type.setdefault(name, []).append(_line_file(built, slug, name, path, rows))
    for name, some in list(by_type.items()):
        path = f"{ALL}/{name}.ndjson.gz"
        if rows := _of_all(some, built, path):
            by_type[name].append(_line_file(built, ALL, name, path, rows))
    return sorted((one for some in by_type.values() for one in some), key=lambda one: one.path)


def _of_all(files: list[ExportFile], built: Path, path: str) -> int:
    """Write the lines of all councils, but for what one left to another; returns how many these are."""
    parts = [built / one.path for one in files]
    moved = sum(is_moved(line) for part in parts for line in unpacked(part))
    rows = sum(one.rows for one in files) - moved
    if not moved:
        join(parts, built / path)
    elif rows:
        with Packed(built / path) as file:
            for line in (one for part in parts for one in unpacked(part) if not is_moved(one)):
                file.write(line + b"\n")
    return rows


def _line_file(built: Path, slug: str, name: str, path: str, rows: int) -> ExportFile:
    check(built / path, Written(path, name, "ndjson", GZIP, rows))
    size = (built / path).stat().st_size
    return ExportFile(path, name, slug, "ndjson", GZIP, rows, size, sha256(built / path), ())


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
