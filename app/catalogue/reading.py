"""The files behind a request: of the edition that is published, or of the one whose pages a harvester began with.

Who reads page by page while something is published would miss what moved to a page he has read already, and delete
it on his side: so each page names its edition, and leads to the next one of the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from app.catalogue.names import Names
from app.catalogue.writing import A_PAGE, FOLDER, INDEX
from app.exports.beside import edition_of
from app.exports.layout import CURRENT, GENERATIONS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,200}")


@dataclass(frozen=True, slots=True)
class Edition:
    """A catalogue that is published, or was a moment ago."""

    folder: Path
    name: str
    _index: dict[str, Any] = field(repr=False)
    _issued: frozenset[str] = field(repr=False)

    @property
    def packages(self) -> list[dict[str, Any]]:
        """What its packages are searched by, in their order."""
        found: list[dict[str, Any]] = self._index["packages"]
        return found

    @property
    def organizations(self) -> list[dict[str, Any]]:
        """The councils."""
        found: list[dict[str, Any]] = self._index["organizations"]
        return found

    @property
    def slugs(self) -> Mapping[str, str]:
        """The names of councils by their short names of today."""
        found: dict[str, str] = self._index["slugs"]
        return found

    def was(self, name: str) -> bool:
        """Whether there was a dataset of this name, once, and is none now."""
        return name in self._issued and self.dataset(name, "json") is None

    def council(self, handle: str) -> str | None:
        """Return the name of a council, by that or by its short name of today; None where it has nothing."""
        names = self.slugs.values()
        return handle if handle in names else self.slugs.get(handle)

    def pages(self, council: str | None) -> int:
        """Return how many pages there are of a catalogue."""
        return max(1, -(-sum(council in (None, one["council"]) for one in self.packages) // A_PAGE))

    def page(self, suffix: str, number: int, council: str | None = None) -> Path | None:
        """Return a page of the catalogue of a council, or of all; None past its last."""
        return _file(self._of(council) / f"catalog-{number}.{suffix}")

    def data_json(self, council: str | None = None) -> Path | None:
        """Return the DCAT-US catalogue."""
        return _file(self._of(council) / "data.json")

    def dataset(self, name: str, suffix: str) -> Path | None:
        """Return a dataset in a format of RDF, or as CKAN's package in `json`."""
        return _file(self.folder / "dataset" / f"{name}.{suffix}") if _NAME.fullmatch(name) else None

    def package(self, name: str) -> dict[str, Any] | None:
        """Return a dataset as CKAN's package."""
        path = self.dataset(name, "json")
        found: dict[str, Any] | None = orjson.loads(path.read_bytes()) if path else None
        return found

    def _of(self, council: str | None) -> Path:
        return self.folder / "councils" / council if council else self.folder


_kept: dict[Path, Edition] = {}
_lock = Lock()


def current(exports: Path, edition: str = "") -> Edition | None:
    """Return the edition that is published, or the one of a name while its generation is kept; None where none is."""
    try:
        published = (exports / CURRENT).resolve(strict=True)
    except OSError:
        return None
    if not edition:
        return _read(published)
    named = (one for one in _generations(exports, published) if edition_of(one) == edition)
    return next((found for one in named if (found := _read(one))), None)


def _generations(exports: Path, published: Path) -> Iterator[Path]:
    yield published
    try:
        yield from sorted((exports / GENERATIONS).iterdir(), reverse=True)
    except OSError:
        return


def _read(generation: Path) -> Edition | None:
    folder = generation / FOLDER
    with _lock:
        if folder in _kept and folder.is_dir():
            return _kept[folder]
    try:
        index, issued = orjson.loads((folder / INDEX).read_bytes()), frozenset(Names.read(folder).issued)
        found = Edition(folder, edition_of(generation), index, issued)
    except (OSError, ValueError):  # a generation of before there were catalogues, or one that goes just now
        return None
    with _lock:
        for old in [one for one in _kept if not one.is_dir()]:
            del _kept[old]
        _kept[folder] = found
    return found


def _file(path: Path) -> Path | None:
    return path if path.is_file() else None
