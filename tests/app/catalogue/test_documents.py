"""What the catalogue says, read from its files by another program: all that DCAT-AP.de asks, in three formats alike."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import FOAF, RDF, XSD
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.catalogue import Edition, current, documents, writing
from app.config import Settings
from app.looks import Look
from tests import factories as make
from tests.app.catalogue.conftest import Publish
from tests.app.catalogue.holding import TYPES, ZERO, file, manifest, written
from tests.app.catalogue.reading_rdf import DCAT, DCATDE, DCT, VCARD, names, next_page, of_class, parsed

HOSTILE = '<b>"Stadt"</b> \\ & ]]> \x00\x0b\ud800 {{7*7}} \u202egnp\u202c\n<https://evil.example/> """ ä 🏛 @de . #'
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTS = {
    DCT.license: "http://dcat-ap.de/def/licenses/",
    DCAT.theme: "http://publications.europa.eu/resource/authority/data-theme/",
    DCT.accrualPeriodicity: "http://publications.europa.eu/resource/authority/frequency/",
    DCT.language: "http://publications.europa.eu/resource/authority/language/",
    DCT["format"]: "http://publications.europa.eu/resource/authority/file-type/",
    DCT.accessRights: "http://publications.europa.eu/resource/authority/access-right/",
    URIRef("http://data.europa.eu/r5r/availability"): "http://publications.europa.eu/resource/authority/planned-",
    URIRef("http://www.w3.org/ns/adms#status"): "http://publications.europa.eu/resource/authority/distribution-status/",
    DCATDE.contributorID: "http://dcat-ap.de/def/contributors/",
    DCATDE.politicalGeocodingLevelURI: "http://dcat-ap.de/def/politicalGeocoding/Level/",
    DCAT.mediaType: "https://www.iana.org/assignments/media-types/",
}
ONCE = {  # by class: what is there exactly once; what at least once
    DCAT.Catalog: (
        {DCT.publisher},
        {DCT.title, DCT.description, DCT.language, DCT.license, FOAF.homepage, DCAT.dataset},
    ),
    DCAT.Dataset: (
        {
            DCT.identifier,
            DCT.publisher,
            DCT.modified,
            DCT.issued,
            DCT.accrualPeriodicity,
            DCT.accessRights,
            DCAT.version,
        },
        {DCT.title, DCT.description, DCAT.keyword, DCAT.theme, DCAT.contactPoint, DCAT.distribution, DCAT.inSeries},
    ),
    DCAT.Distribution: ({DCT.license, DCT.modified}, {DCT.title, DCAT.accessURL, DCAT.mediaType}),
    DCAT.DataService: (set(), {DCT.title, DCT.publisher, DCAT.endpointURL}),
    DCAT.DatasetSeries: (set(), {DCT.title, DCT.description, DCT.publisher}),
    VCARD.Kind: ({VCARD.fn}, {VCARD.hasURL}),
    FOAF.Agent: ({FOAF.name}, {FOAF.name}),
    DCT.PeriodOfTime: ({DCAT.startDate, DCAT.endDate}, set()),
}


def faults(graph: Graph) -> list[str]:
    """Return what DCAT-AP.de asks and a graph lacks."""
    found = []
    for kind, (once, some) in ONCE.items():
        for about in of_class(graph, kind):
            found += [f"{about} {name} {n}" for name in once if (n := len(set(graph.objects(about, name)))) != 1]
            found += [f"{about} {name} 0" for name in some if not list(graph.objects(about, name))]
    for name, begin in LISTS.items():
        found += [f"{name} {value}" for value in graph.objects(None, name) if not str(value).startswith(begin)]
    for mail in graph.objects(None, VCARD.hasEmail):
        found += [] if isinstance(mail, URIRef) and mail.startswith("mailto:") else [f"{mail}"]
    # Whatever is named is described, so that nobody has to look elsewhere.
    for name in (DCAT.dataset, DCAT.distribution, DCAT.contactPoint, DCT.publisher, DCAT.inSeries, DCAT.service):
        found += [f"{value}: no class" for value in graph.objects(None, name) if (value, RDF.type, None) not in graph]
    return found


@pytest.fixture
def edition(town: None, other_town: None, publishing: Publish, settings: Settings) -> Edition:
    """Publish, and open the catalogue."""
    publishing()
    found = current(settings.exports)
    assert found is not None
    return found


def test_every_document_says_all_that_is_asked_in_three_formats_alike(edition: Edition) -> None:
    turtles = sorted(edition.folder.rglob("*.ttl"))
    assert len(turtles) >= 10
    for path in turtles:
        graph = parsed(path, "ttl")
        assert faults(graph) == [], path
        assert not [one for one in graph.all_nodes() if type(one).__name__ == "BNode"]
        for suffix in ("rdf", "jsonld"):
            same = parsed(path.with_suffix(f".{suffix}"), suffix)
            if DCAT.Catalog in set(graph.objects(None, RDF.type)):  # whose pages lead to pages of their own format
                same, graph = (_without_ways(one) for one in (same, graph))
            assert set(same) == set(graph), path


def _without_ways(graph: Graph) -> Graph:
    left = Graph()
    for triple in graph:
        if "hydra" not in str(triple[1]) and "page=" not in str(triple[0]):
            left.add(triple)
    return left


def test_a_dataset_says_where_when_and_whose_it_is(edition: Edition) -> None:
    graph = parsed(edition.folder / "dataset" / "musterstadt-paper.ttl", "ttl")
    about = URIRef("http://portal.example/dataset/musterstadt-paper")
    geocoding = "http://dcat-ap.de/def/politicalGeocoding"
    keys = {URIRef(f"{geocoding}/municipalityKey/05914000"), URIRef(f"{geocoding}/regionalKey/059140000000")}
    places = set(graph.objects(about, DCT.spatial))
    assert keys < places
    assert set(graph.objects(about, DCATDE.politicalGeocodingURI)) == keys
    (box,) = {box for place in places for box in graph.objects(place, DCAT.bbox)}
    assert str(box) == "POLYGON((7.4 51.3,7.5 51.3,7.5 51.4,7.4 51.4,7.4 51.3))"
    (time,) = graph.objects(about, DCT.temporal)
    assert str(graph.value(time, DCAT.startDate)) == "2026-03-01"
    assert graph.value(about, DCT.identifier) == Literal(about)
    assert not list(graph.objects(about, DCATDE.contributorID))
    publisher = graph.value(about, DCT.publisher)
    assert graph.value(publisher, FOAF.name) == Literal("Stadt Musterstadt", lang="de")
    contact = graph.value(about, DCAT.contactPoint)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:clerk@example.org")


def test_a_distribution_is_the_published_file(edition: Edition, settings: Settings) -> None:
    graph = parsed(edition.folder / "dataset" / "musterstadt-paper.ttl", "ttl")
    about = URIRef("http://portal.example/dataset/musterstadt-paper#ndjson")
    content = settings.exports / "current" / str(graph.value(about, DCAT.downloadURL)).partition("/download/")[2]
    assert graph.value(about, DCAT.byteSize) == Literal(str(content.stat().st_size), datatype=XSD.nonNegativeInteger)
    checksum = graph.value(about, URIRef("http://spdx.org/rdf/terms#checksum"))
    value = graph.value(checksum, URIRef("http://spdx.org/rdf/terms#checksumValue"))
    assert str(value) == hashlib.sha256(content.read_bytes()).hexdigest()
    assert str(graph.value(about, DCT.license)) == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
    assert str(graph.value(about, DCATDE.licenseAttributionByText)) == "Stadt Musterstadt"
    assert not list(graph.objects(None, DCT.rights))
    # The licence of the other town needs nobody named.
    other = parsed(edition.folder / "dataset" / "nachbarstadt-paper.ttl", "ttl")
    assert {str(one) for one in other.objects(None, DCT.license)} == {"http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}
    assert not list(other.objects(None, DCATDE.licenseAttributionByText))


def test_what_no_list_has_keeps_its_words_and_is_not_called_open(
    engine: Engine, publishing: Publish, settings: Settings
) -> None:
    make.save(engine, make.body(license='Nutzung frei für "alle" <&> \\ ]]>'), make.paper())
    publishing()
    graph = parsed(settings.exports / "current" / ".catalogue" / "dataset" / "musterstadt-paper.rdf", "rdf")
    assert {str(one) for one in graph.objects(None, DCT.license)} == {"http://dcat-ap.de/def/licenses/other-closed"}
    assert any('Nutzung frei für "alle"' in str(label) for label in graph.objects(None))


def test_without_a_licence_nothing_is_catalogued(engine: Engine, publishing: Publish, settings: Settings) -> None:
    make.save(engine, make.body(license=None), make.paper())
    publishing()
    found = current(settings.exports)
    assert found is not None
    assert found.packages == []


@ON_ONE
def test_no_name_of_a_council_breaks_a_format(session: Session, settings: Settings, tmp_path: Path) -> None:
    files = [file("stadt", type_, licenses=(ZERO, HOSTILE)) for type_ in ("Paper", "Unheard-Of", "")]
    folder = written(session, settings, manifest(files, {"stadt": HOSTILE}), tmp_path / "a")
    said = [parsed(folder / f"catalog-1.{suffix}", suffix) for suffix in ("ttl", "rdf", "jsonld")]
    assert len({frozenset(_without_ways(one)) for one in said}) == 1
    assert faults(said[0]) == []
    publisher = URIRef("http://portal.example/councils/stadt#publisher")
    name = str(said[0].value(publisher, FOAF.name))
    assert name == '<b>"Stadt"</b> \\ & ]]> {{7*7}} gnp <https://evil.example/> """ ä 🏛 @de . #'
    assert not [one for one in said[0].all_nodes() if isinstance(one, URIRef) and "evil" in one]
    nameless = written(session, settings, manifest(files, {"stadt": " \x00 "}), tmp_path / "b")
    assert faults(parsed(nameless / "catalog-1.ttl", "ttl")) == []


@ON_ONE
def test_five_hundred_datasets_are_paged_and_each_is_written_once(
    session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[Graph] = []

    def counted(graph: Graph) -> documents.Part:
        parts.append(graph)
        return documents.part(graph)

    monkeypatch.setattr(writing, "part", counted)
    files = [file(f"stadt-{number}", type_) for number in range(50) for type_ in TYPES]
    folder = written(session, settings, manifest(files), tmp_path / "built")
    # Each dataset; each council with its page, and its ways by format; five pages with theirs; the interfaces.
    assert len(parts) <= 500 + 50 * 5 + 5 * 4 + 1
    seen: set[str] = set()
    pages = sorted(folder.glob("catalog-*.rdf"))
    assert len(pages) == 5
    for number, path in enumerate(pages, 1):
        assert path.stat().st_size < 50 * 2**20 / 10  # at which harvesters stop; there are a dozen formats at most
        graph = parsed(path, "rdf")
        assert len(names(graph)) == 100
        assert not seen & names(graph)
        seen |= names(graph)
        assert bool(next_page(graph)) == (number < 5)
    assert len(seen) == 500


@ON_ONE
def test_files_of_all_councils_and_of_all_types_are_datasets_too(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    files = [file("all", "Paper", "parquet"), file("stadt", "", "sqlite"), file("stadt", "File", "fulltext")]
    files += [file("stadt", "Location", one) for one in ("ndjson", "csv", "geojson")]
    folder = written(session, settings, manifest(files), tmp_path / "built")
    graph = parsed(folder / "catalog-1.ttl", "ttl")
    assert {one.rpartition("/")[2] for one in names(graph)} == {
        *("all-paper", "stadt-whole", "stadt-fulltext", "stadt-location"),
    }
    whole = URIRef("http://portal.example/dataset/stadt-whole#sqlite")
    assert graph.value(whole, DCT["format"]) is None  # the list has no word for it
    assert str(graph.value(whole, DCAT.mediaType)).endswith("application/vnd.sqlite3")
    assert str(graph.value(whole, DCAT.compressFormat)).endswith("application/gzip")
    assert "aller Kommunen" in str(graph.value(URIRef("http://portal.example/dataset/all-paper"), DCT.title))
    assert len(list(graph.objects(URIRef("http://portal.example/dataset/stadt-location"), DCAT.distribution))) == 3


@ON_ONE
def test_link_tables_of_a_type_are_distributions_beside_it(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    links = replace(file("stadt", "Paper", "csv", rows=12), path="stadt/paper_file.csv.gz")
    tables = [links, file("stadt", "Paper", "csv")]
    folder = written(session, settings, manifest(tables), tmp_path / "built")
    graph = parsed(folder / "dataset" / "stadt-paper.ttl", "ttl")
    found = {str(one).partition("#")[2]: str(graph.value(one, DCT.title)) for one in of_class(graph, DCAT.Distribution)}
    assert found == {"csv": "CSV, gepackt", "csv-paper_file": "CSV, gepackt: paper_file"}
    [dataset] = of_class(graph, DCAT.Dataset)
    assert str(graph.value(dataset, DCT.description)).endswith(" 7 Datensätze."), "it counts papers, not what they name"


def test_the_operator_says_who_delivers_and_whom_to_ask(
    town: None, publishing: Publish, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = {
        "musterstadt": Look(
            name="Musterstadt am See", contact='https://stadt.example/daten?a="b"', contributor="openNRW"
        )
    }
    object.__setattr__(settings, "looks", looks)
    publishing()
    graph = parsed(settings.exports / "current" / ".catalogue" / "dataset" / "musterstadt-paper.rdf", "rdf")
    about = URIRef("http://portal.example/dataset/musterstadt-paper")
    assert str(graph.value(about, DCATDE.contributorID)) == "http://dcat-ap.de/def/contributors/openNRW"
    contact = graph.value(about, DCAT.contactPoint)
    assert str(graph.value(contact, VCARD.hasURL)) == "https://stadt.example/daten?a=%22b%22"
    assert graph.value(contact, VCARD.hasEmail) is None
    assert str(graph.value(graph.value(about, DCT.publisher), FOAF.name)) == "Musterstadt am See"


def test_the_people_of_a_council_are_in_no_metadata(engine: Engine, publishing: Publish, settings: Settings) -> None:
    make.save(engine, make.body(contact_name="Erika Musterfrau", contact_email="erika@stadt.example"), make.person())
    publishing()
    every = [path for path in (settings.exports / "current" / ".catalogue").rglob("*") if path.is_file()]
    assert not [path for path in every if "erika" in path.read_text().lower() or "Eichhoff" in path.read_text()]


@ON_ONE
def test_the_same_database_gives_the_same_bytes(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from sqlalchemy.orm import Session; from app.config import Settings; "
        "from app.db import open_engine; from tests.app.catalogue.holding import file, manifest, written; "
        "settings = Settings.embedded(Path(sys.argv[1]), BASE_URL='http://portal.example'); "
        "files = [file(f'stadt-{n}', t) for n in range(2) for t in ('Paper', 'File')]; "
        "written(Session(open_engine(sys.argv[2])), settings, manifest(files), Path(sys.argv[3]))"
    )
    made = []
    for seed in ("1", "2"):
        into = tmp_path / seed
        command = [sys.executable, "-c", code, str(tmp_path), settings.database_url, str(into)]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        subprocess.run(command, check=True, env=environment)
        made.append({path.relative_to(into): path.read_bytes() for path in into.rglob("*") if path.is_file()})
    assert len(made[0]) > 10
    assert made[0] == made[1]
