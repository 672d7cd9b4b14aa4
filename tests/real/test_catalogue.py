"""The catalogue as those see it for whom it is: by the shapes of DCAT-AP.de 3.0, and read by CKAN's own extension.

Shapes and lists are data of others and no part of this repository; the programs are fetched once, see tests.checkers.
"""

from collections import Counter
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.looks import Look
from tests.app.catalogue.conftest import Publish, other_town, publishing, town
from tests.app.catalogue.holding import BY, TYPES, ZERO, file, manifest, written
from tests.checkers.fetched import Unavailable
from tests.checkers.validators import python_of, run
from tests.conftest import missing
from tests.real.captured import DATA

__all__ = ["other_town", "publishing", "town"]  # fixtures

pytestmark = [pytest.mark.real, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SHAPES = DATA / "dcat-shapes"
DE_3 = (
    "dcat-ap-3.0/3.0.0_shacl_dcat-ap-SHACL.ttl",
    *(f"dcat-ap.de-3.0/{name}.ttl" for name in ("dcat-ap-SHACL-DE", "dcat-ap-de-deprecated")),
    *(f"dcat-ap.de-3.0/{name}.ttl" for name in ("dcat-ap-spec-german-additions", "dcat-ap-de-controlledvocabularies")),
)
GOVDATA = ("dcat-ap.de-3.0/govdata-mqa-dashboard.ttl",)
LISTS = ("subset-authority.ttl", "dcat-ap-de-contributors.rdf", "dcat-ap-de-licenses-open.rdf")

# Lists have to be in the graph that is checked: as ontologies they would not be looked at. Imports would go to the net.
VALIDATE = r"""
import json, sys
import pyshacl, rdflib
from rdflib import OWL, SH
shapes, data = rdflib.Graph(), rdflib.Graph()
asked = json.loads(sys.argv[1])
for path in asked["shapes"]:
    shapes.parse(path)
for found in list(shapes.triples((None, OWL.imports, None))):
    shapes.remove(found)
for path in asked["data"]:
    data.parse(path)
_, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", meta_shacl=False, do_owl_imports=False)
said = []
for result in report.subjects(rdflib.RDF.type, SH.ValidationResult):
    severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
    values = [str(report.value(result, name)) for name in (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage)]
    said.append([severity, *values])
print(json.dumps(said))
"""

READ = r"""
import json, sys
from ckan.common import config
from ckanext.dcat.processors import RDFParser
config["ckan.locale_default"] = "de"
formats = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
found = {}
for path in sys.argv[1:]:
    for profile in ("euro_dcat_ap", "euro_dcat_ap_2", "euro_dcat_ap_3"):
        parser = RDFParser(profiles=[profile])
        parser.parse(open(path, encoding="utf-8").read(), formats[path.rpartition(".")[2]])
        found[f"{profile} {path.rpartition('.')[2]}"] = list(parser.datasets())
print(json.dumps(found))
"""


# GovData's own profile is in no registry. What it reads besides CKAN's is read here: themes as groups, the terms of
# DCAT-AP.de of a dataset, and who is named where a file or an interface is used.
GOVDATA_READS = r"""
import json, sys
from ckan.common import config
from ckanext.dcat.processors import RDFParser
from ckanext.dcat.profiles import RDFProfile
from rdflib import Namespace
config["ckan.locale_default"] = "de"
DE, DCAT = Namespace("http://dcat-ap.de/def/dcatde/"), Namespace("http://www.w3.org/ns/dcat#")
THEMES = "http://publications.europa.eu/resource/authority/data-theme/"
TERMS = ("contributorID", "politicalGeocodingURI", "politicalGeocodingLevelURI")
class Profile(RDFProfile):
    def parse_dataset(self, dataset, ref):
        said = {name: sorted(map(str, self.g.objects(ref, DE[name]))) for name in TERMS}
        themes = [str(theme) for theme in self.g.objects(ref, DCAT.theme)]
        said["groups"] = [one.removeprefix(THEMES).lower() for one in themes if one.startswith(THEMES)]
        files = {one["distribution_ref"]: one for one in dataset["resources"]}
        said["named"] = {
            files[str(file)]["license"].rpartition("licenses/")[2]: str(self.g.value(file, DE.licenseAttributionByText))
            for file in self.g.objects(ref, DCAT.distribution)
        }
        dataset["said"] = said
        return dataset
formats = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
found = {}
for path in sys.argv[1:]:
    parser = RDFParser(profiles=["euro_dcat_ap_2"])
    parser._profiles.append(Profile)
    parser.parse(open(path, encoding="utf-8").read(), formats[path.rpartition(".")[2]])
    found[path.rpartition(".")[2]] = {dataset["title"]: dataset["said"] for dataset in parser.datasets()}
print(json.dumps(found))
"""


@pytest.fixture(autouse=True)
def tools() -> None:
    """End where the shapes or the programs cannot be had."""
    if not SHAPES.is_dir():
        missing("shared/data/dcat-shapes")


def validated(paths: list[Path], shapes: tuple[str, ...]) -> list[list[str]]:
    """Validate a document with shapes and all lists beside it."""
    asked = {"shapes": [str(SHAPES / one) for one in shapes]}
    asked["data"] = [*map(str, paths), *(str(SHAPES / "vocab" / one) for one in LISTS)]
    try:
        found: list[list[str]] = orjson.loads(run("shacl", VALIDATE, orjson.dumps(asked).decode()))
    except Unavailable as error:
        missing(str(error))
        raise
    return found


@pytest.fixture
def folder(town: None, other_town: None, publishing: Publish, settings: Settings) -> Path:
    """Publish two councils of which the operator said who delivers them."""
    looks = {one: Look(contributor="openNRW", contact="daten@stadt.example") for one in ("musterstadt", "nachbarstadt")}
    object.__setattr__(settings, "looks", looks)
    publishing()
    return settings.exports / "current" / ".catalogue"


@pytest.mark.parametrize("name", ["catalog-1.ttl", "catalog-1.rdf", "dataset/musterstadt-paper.ttl"])
def test_it_violates_no_shape_of_dcat_ap_de_3(folder: Path, name: str) -> None:
    found = validated([folder / name], DE_3)
    assert [one for one in found if one[0] == "Violation"] == []
    # The older geocoding, for readers of 2.0; and that places are told by the key of a list.
    assert {one[2].rpartition("/")[2] for one in found} <= {"politicalGeocodingURI", "spatial", "None"}


def test_the_shapes_see_a_fault(folder: Path, tmp_path: Path) -> None:
    text = (folder / "dataset" / "musterstadt-paper.ttl").read_text()
    lines = [line for line in text.splitlines(keepends=True) if "dct:license" not in line]
    (tmp_path / "broken.ttl").write_text("".join(lines))
    found = [one for one in validated([tmp_path / "broken.ttl"], DE_3) if one[0] == "Violation"]
    assert {one[2] for one in found} == {"http://purl.org/dc/terms/license"}


def test_govdata_finds_no_fault_of_quality(folder: Path) -> None:
    kinds = Counter(one[0].rpartition("/")[2] for one in validated([folder / "catalog-1.ttl"], GOVDATA))
    assert set(kinds) <= {"count_Distributions", "count_Distributions_Licenses"}  # which count and find nothing


def test_govdata_finds_what_it_reads_besides(folder: Path) -> None:
    paths = [str(folder / f"catalog-1.{one}") for one in ("ttl", "rdf", "jsonld")]
    read = orjson.loads(run("ckan", GOVDATA_READS, *paths))
    assert read["ttl"] == read["rdf"] == read["jsonld"]
    for title, said in read["ttl"].items():
        assert (said["groups"], said["contributorID"]) == (["gove"], ["http://dcat-ap.de/def/contributors/openNRW"])
        assert not [one for one, who in said["named"].items() if "-by" in one and who in ("", "None")], title
    (paper,) = (said for title, said in read["ttl"].items() if title.startswith("Drucksachen – Stadt Musterstadt"))
    assert paper["politicalGeocodingLevelURI"] == ["http://dcat-ap.de/def/politicalGeocoding/Level/municipality"]
    assert [one.rpartition("/")[2] for one in paper["politicalGeocodingURI"]] == ["05914000", "059140000000"]
    assert paper["named"]["dl-by-de/2.0"] == "Stadt Musterstadt"


def test_every_kind_of_file_and_licence_keeps_to_the_shapes(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    licences = ((ZERO,), (BY,), (ZERO, BY), ("https://stadt.example/eigene",), ("CC BY 4.0 & <mehr>",))
    formats = ("ndjson", "csv", "parquet", "sqlite", "geojson", "fulltext", "odd")
    files = [file(f"stadt-{n}", "Paper", one, held) for n, held in enumerate(licences) for one in formats]
    files += [file("stadt-0", one) for one in (*TYPES, "LegislativeTerm", "System", "Decision", "")]
    files.append(file("all", "Paper", "parquet"))
    folder = written(session, settings, manifest(files), tmp_path / "built")
    found = validated([folder / "catalog-1.ttl"], DE_3)
    assert [one for one in found if one[0] == "Violation"] == []


def test_ckan_reads_all_of_it_in_every_format_and_profile(folder: Path, engine: Engine) -> None:
    try:
        python_of("ckan")
    except Unavailable as error:
        missing(str(error))
        raise
    read = orjson.loads(run("ckan", READ, *(str(folder / f"catalog-1.{one}") for one in ("ttl", "rdf", "jsonld"))))
    assert len(read) == 9
    for kind, said in read.items():
        by_name = {
            dataset["identifier"] if "identifier" in dataset else _extra(dataset, "identifier"): dataset
            for dataset in said
        }
        assert len(by_name) >= 8
        paper = by_name["http://portal.example/dataset/musterstadt-paper"]
        assert paper["title"].startswith("Drucksachen – Stadt Musterstadt")
        assert {"Drucksache", "Ratsinformation"} <= {tag["name"] for tag in paper["tags"]}
        assert _extra(paper, "publisher_name") == "Stadt Musterstadt"
        assert _extra(paper, "contact_email") == "daten@stadt.example"
        if not kind.startswith("euro_dcat_ap "):  # the oldest profile knows other words for days
            assert _extra(paper, "temporal_start") == "2026-03-01"
        file_, *_, interface = sorted(paper["resources"], key=lambda one: "download_url" not in one)
        assert file_["license"] == "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
        assert len(file_["hash"]) == 64
        assert file_["size"] > 0
        assert interface["access_url"].endswith("/paper")


def _extra(dataset: dict[str, object], key: str) -> object:
    extras = dataset["extras"]
    assert isinstance(extras, list)
    return next((one["value"] for one in extras if one["key"] == key), None)
