"""A manifest and what is known of its councils, as datasets: one for each council and type of records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Final

from app.catalogue.facts import NOWHERE, Area, Facts, News
from app.catalogue.licences import Terms, terms
from app.catalogue.plain import plain
from app.catalogue.words import ALWAYS, AND_PACKED, EVERY, FORMATS, INTERFACE, PACKED, Format, kind_of
from app.config import Settings
from app.exports import Council, ExportFile, Manifest
from app.publication.names import LISTS
from app.publication.names import Names as Ids

CONTRIBUTORS: Final = "http://dcat-ap.de/def/contributors/"
PORTAL: Final = "Ratslupe"
_PROPERTIES: Final = {type_: name for name, type_ in LISTS.items()}  # of a Body: the list in which a type stands


@dataclass(frozen=True, slots=True)
class Publisher:
    """A council, or the portal where files are of all of them; `name` is what it is called in addresses."""

    name: str
    slug: str
    title: str
    area: Area = NOWHERE
    contributor: str = ""  # the word of the portal that delivers its data, in the list of dcat-ap.de
    mail: str = ""
    page: str = ""  # where its data are asked about, where that is no mail address


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of a dataset, or where it is asked for; `service` is the interface it comes from."""

    name: str
    title: str
    url: str
    terms: Terms
    media_type: str
    format: str | None = None  # in the EU's list
    packed: str = ""  # media type of the packing
    bytes: int | None = None
    sha256: str = ""
    rows: int | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Records of one type of one council, with everything that a catalogue says of them."""

    name: str
    publisher: Publisher
    type: str
    title: str
    description: str
    keywords: tuple[str, ...]
    oparl: str
    issued: str
    modified: datetime
    version: str
    notes: str
    rows: int
    terms: Terms
    span: tuple[date, date] | None
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a manifest and the database say, and what was named so far: all from which datasets are made."""

    manifest: Manifest
    facts: Facts
    given: Mapping[str, str]  # names of councils by their short names
    settings: Settings

    def publishers(self) -> list[Publisher]:
        """Return all whose files there are, by their names."""
        slugs = {file.body for file in self.manifest.files}
        known = {council.body: council for council in self.manifest.councils}
        return sorted((self._publisher(slug, known.get(slug)) for slug in slugs), key=lambda one: one.name)

    def _publisher(self, slug: str, council: Council | None) -> Publisher:
        key = self.facts.keys.get(slug)
        look = self.settings.looks.get(slug)
        contact = (look.contact if look else "") or self.settings.contact
        called = (look.name if look else "") or (council.name if council else "")
        return Publisher(
            name=self.given.get(slug, slug),
            slug=slug,
            title=plain(called) or (PORTAL if key is None else slug),
            area=self.facts.areas.get(key or "", NOWHERE),
            contributor=(look.contributor if look else "") if council else self._shared_contributor(),
            mail=contact if "@" in contact and "://" not in contact else "",
            page=contact if "://" in contact else "",
        )

    def _shared_contributor(self) -> str:
        """Return who delivers the data of all councils, where that is one for all of them."""
        looks = self.settings.looks
        each = {looks[one.body].contributor if one.body in looks else "" for one in self.manifest.councils}
        return each.pop() if len(each) == 1 else ""

    def datasets(self) -> list[tuple[Publisher, str, list[ExportFile]]]:
        """Return what there is of each publisher, by type and in an order that stays: files of other types are none."""
        found: dict[tuple[str, str], list[ExportFile]] = {}
        for file in self.manifest.files:
            found.setdefault((file.body, kind_of(file.type, file.format)[0]), []).append(file)
        by_slug = {one.slug: one for one in self.publishers()}
        listed = [(by_slug[slug], word, files) for (slug, word), files in found.items()]
        return sorted(listed, key=lambda one: (one[0].name, one[1]))


def datasets(holdings: Holdings, since: Mapping[str, str]) -> Iterator[Dataset]:
    """Yield all datasets by publisher and type; `since` knows the first day of each."""
    for publisher, word, files in holdings.datasets():
        yield _dataset(holdings, publisher, word, files, since)


def name_of(publisher: Publisher, word: str) -> str:
    """Return the name of a dataset, which stays."""
    return f"{publisher.name}-{word}"


def _dataset(
    holdings: Holdings, publisher: Publisher, word: str, files: Sequence[ExportFile], since: Mapping[str, str]
) -> Dataset:
    day = holdings.manifest.created.replace(hour=0, minute=0, second=0, microsecond=0)
    kind, name, key = kind_of(word)[1], name_of(publisher, word), holdings.facts.keys.get(publisher.slug, "")
    news = _news(holdings.facts, None if publisher.slug == EVERY else key, kind.oparl) or News(day)
    held = terms(one for file in files for one in file.licenses)
    rows = min(files, key=_order).rows  # of the objects themselves: tables of links have others
    whose = "aller Kommunen" if publisher.slug == EVERY else publisher.title
    return Dataset(
        name=name,
        publisher=publisher,
        type=word,
        title=f"{kind.title} – {whose}" + (f" (OParl {kind.oparl})" if kind.oparl else ""),
        description=f"{kind.tells} Alle öffentlichen Datensätze aus dem Ratsinformationssystem ({whose}), "
        f"gespiegelt über OParl und täglich abgeglichen: {rows} {'Datensatz' if rows == 1 else 'Datensätze'}.",
        keywords=tuple(dict.fromkeys((*ALWAYS, *kind.keywords))),
        oparl=kind.oparl,
        issued=since.get(name) or holdings.manifest.created.date().isoformat(),
        modified=news.modified,
        version=news.day,
        notes=f"Stand {news.day}. An diesem Tag gelöscht: {news.gone_that_day}; gelöscht insgesamt: {news.gone}.",
        rows=rows,
        terms=held,
        span=holdings.facts.spans.get((key, kind.oparl)),
        distributions=(*_files(holdings, files), *_interface(holdings, key, kind.oparl, held)),
    )


def _news(facts: Facts, key: str | None, oparl: str) -> News | None:
    """Return what changed last of a type of a council: of all types where it is none, of all councils without a key."""
    councils = [*facts.news.values()] if key is None else [facts.news.get(key, {})]
    found = [types[oparl] for types in councils if oparl in types]
    found = found or [news for types in councils for news in types.values()]
    if not found:
        return None
    newest = max(found, key=lambda one: one.modified)
    that_day = sum(one.gone_that_day for one in found if one.day == newest.day)
    return News(newest.modified, that_day, sum(one.gone for one in found))


def _files(holdings: Holdings, files: Iterable[ExportFile]) -> Iterator[Distribution]:
    taken: set[str] = set()
    for file in sorted(files, key=_order):
        known = FORMATS.get(file.format) or Format(file.format.upper(), None, file.media_type)
        packed = PACKED.get(PurePosixPath(file.path).suffix, "")
        # A type has one file of a format; tables of links beside it are called after themselves.
        name = file.format if file.format not in taken else f"{file.format}-{_stem(file)}"
        link = f": {_stem(file)}" if file.format in taken else ""
        taken.add(name)
        yield Distribution(
            name=name,
            title=f"{known.title}{AND_PACKED if packed else ''}{link}",
            url=file_url(holdings.manifest, file),
            terms=terms(file.licenses),
            media_type=known.media_type,
            format=known.code,
            packed=packed,
            bytes=file.bytes,
            sha256=file.sha256,
            rows=file.rows,
        )


def _stem(file: ExportFile) -> str:
    return PurePosixPath(file.path).name.split(".")[0].lower()


def _order(file: ExportFile) -> tuple[int, bool, str]:
    place = [*FORMATS].index(file.format) if file.format in FORMATS else len(FORMATS)
    return place, _stem(file) != file.type.lower(), file.path


def _interface(holdings: Holdings, key: str, oparl: str, held: Terms) -> Iterator[Distribution]:
    ids = Ids(holdings.settings.base_url)
    if not key or (oparl not in _PROPERTIES and oparl != "Body"):
        return
    url = ids.id("Body", key) if oparl == "Body" else ids.list("Body", key, _PROPERTIES[oparl])
    yield Distribution("oparl", INTERFACE.title, url, held, INTERFACE.media_type, INTERFACE.code, service="oparl")


def file_url(manifest: Manifest, file: ExportFile) -> str:
    """Return where a file is, today and tomorrow: under an address that leads to the current one."""
    return f"{manifest.base_url}/download/{file.path}"
