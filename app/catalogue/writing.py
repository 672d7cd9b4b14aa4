"""The catalogue, written into the generation that it describes: published by the same swap, or not at all.

.catalogue/
  names.json                                 what the next one is to call its datasets
  catalog-N.{ttl,rdf,jsonld}, data.json      of all councils; pages of a hundred datasets
  councils/NAME/…                            the same of one council
  dataset/NAME.{ttl,rdf,jsonld,json}         each dataset; as CKAN's package in .json
  packages.json                              what packages are searched by, and whose they are
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson
from rdflib import Literal
from rdflib.namespace import XSD
from sqlalchemy.orm import Session

from app.catalogue.datasets import Dataset, Holdings, Publisher, datasets, name_of
from app.catalogue.documents import FORMS, Part, document, part
from app.catalogue.facts import facts
from app.catalogue.graphs import Writer, moment
from app.catalogue.names import NAMES, Names
from app.catalogue.packages import organization, package, stamp, us_catalogue, us_dataset
from app.config import Settings
from app.exports import Manifest
from app.exports.layout import CURRENT

VERSION: Final = "1"  # of what is written: another one is another edition
FOLDER, INDEX = ".catalogue", "packages.json"
A_PAGE: Final = 100  # datasets


class Catalogue:
    """What stands beside the files of a generation, see app.exports.publish."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._names = Names()
        self._holdings: Holdings | None = None
        self._edition = ""

    def edition(self, session: Session, manifest: Manifest) -> str:
        """Read what is to be written; returns what is another one whenever something else would be."""
        present = self._settings.exports / CURRENT / FOLDER
        self._names, known = Names.read(present), facts(session)
        slugs = {file.body for file in manifest.files}
        given = self._names.give(session, {slug: key for slug, key in known.keys.items() if slug in slugs})
        self._holdings = Holdings(manifest, known, given, self._settings)
        day = manifest.created.date().isoformat()
        for publisher, word, _ in self._holdings.datasets():
            self._names.since(name_of(publisher, word), day)
        whole = blake2b(f"{VERSION} {self._settings.base_url} {self._settings.contact}".encode(), digest_size=10)
        for dataset in datasets(self._holdings, self._names.issued):
            whole.update(repr(dataset).encode(errors="surrogatepass"))
        whole.update(self._names.to_json())
        self._edition = whole.hexdigest()
        return self._edition

    def write(self, built: Path) -> None:
        """Write all of it into a generation."""
        if self._holdings is None:
            raise ValueError("nothing was read that could be written")
        folder = built / FOLDER
        folder.mkdir()
        (folder / NAMES).write_bytes(self._names.to_json())
        writer = Writer(self._settings.base_url, self._settings.contact)
        _write(folder, writer, self._holdings, self._names, self._edition)


def _write(folder: Path, writer: Writer, holdings: Holdings, names: Names, edition: str) -> None:
    services, total = part(writer.services()), len(holdings.datasets())
    (folder / "dataset").mkdir()
    with ExitStack() as stack:
        every = stack.enter_context(_Pages(folder, writer, None, edition, total, services))
        index: list[dict[str, Any]] = []
        for publisher, mine in _by_publisher(datasets(holdings, names.issued)):
            own = folder / "councils" / publisher.name
            own.mkdir(parents=True)
            whose = part(writer.publisher(publisher, max(map(moment, mine), key=str)))
            with _Pages(own, writer, publisher, edition, len(mine), services) as pages:
                for dataset in mine:
                    said = part(writer.dataset(dataset))
                    for suffix in FORMS:
                        _text(folder / "dataset" / f"{dataset.name}.{suffix}", suffix, [services, whose, said])
                    _package(folder, writer.base, dataset, index)
                    for one in (every, pages):
                        one.add(dataset, whose, said)
    councils = [organization(writer.base, one) for one in holdings.publishers()]
    slugs = {one.slug: one.name for one in holdings.publishers()}
    (folder / INDEX).write_bytes(orjson.dumps({"packages": index, "organizations": councils, "slugs": slugs}))


def _by_publisher(found: Iterator[Dataset]) -> Iterator[tuple[Publisher, list[Dataset]]]:
    mine: list[Dataset] = []
    for dataset in found:
        if mine and mine[0].publisher != dataset.publisher:
            yield mine[0].publisher, mine
            mine = []
        mine.append(dataset)
    if mine:
        yield mine[0].publisher, mine


def _package(folder: Path, base_url: str, dataset: Dataset, index: list[dict[str, Any]]) -> None:
    made = package(base_url, dataset)
    (folder / "dataset" / f"{dataset.name}.json").write_bytes(orjson.dumps(made))
    index.append(
        {
            "id": made["id"],
            "name": dataset.name,
            "title": dataset.title,
            "modified": stamp(dataset),
            "council": dataset.publisher.name,
            "words": f"{dataset.title} {dataset.description} {' '.join(dataset.keywords)}".casefold(),
            "tags": list(dataset.keywords),
            "resources": [one["id"] for one in made["resources"]],
        }
    )


@dataclass
class _Pages:
    """The pages of one catalogue, each written when it is full; and its data.json."""

    folder: Path
    writer: Writer
    publisher: Publisher | None
    edition: str
    total: int
    services: Part
    _number: int = 0
    _datasets: list[Dataset] = field(default_factory=list)
    _parts: list[Part] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "_Pages":
        self._us = self._stack.enter_context((self.folder / "data.json").open("wb"))
        self._us.write(orjson.dumps(us_catalogue(self.writer.base))[:-1] + b',"dataset":[')
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._stack:
            if kind is None:
                if self._datasets or not self._number:
                    self._page()
                self._us.write(b"\n]}\n")

    def add(self, dataset: Dataset, whose: Part, said: Part) -> None:
        """Append a dataset."""
        if len(self._datasets) == A_PAGE:
            self._page()
        first = not self._number and not self._datasets
        self._us.write((b"\n" if first else b",\n") + orjson.dumps(us_dataset(self.writer.base, dataset)))
        if not self._datasets or self._datasets[-1].publisher != dataset.publisher:
            self._parts.append(whose)
        self._parts.append(said)
        self._datasets.append(dataset)

    def _page(self) -> None:
        self._number += 1
        pages = max(1, -(-self.total // A_PAGE))
        newest = max(map(moment, self._datasets), key=str, default=_never())
        head = part(self.writer.catalogue(self.publisher, self._datasets, newest))
        for suffix in FORMS:
            address = f"{self.writer.catalogue_uri(self.publisher)}.{suffix}"
            way = part(self.writer.page(address, self._number, pages, self.edition, self.total))
            parts = [way, head, self.services, *self._parts]
            _text(self.folder / f"catalog-{self._number}.{suffix}", suffix, parts)
        self._datasets, self._parts = [], []


def _never() -> Literal:
    return Literal("1970-01-01T00:00:00+00:00", datatype=XSD.dateTime)


def _text(path: Path, suffix: str, parts: Sequence[Part]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(document(suffix, parts))
