"""The catalogue on the web: in the format that is asked for, asked again cheaply, one council's alone, never empty."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.catalogue import Catalogue
from app.config import Settings
from app.exports import publish
from app.web import create_app
from app.web.site import EXTENSION
from tests import factories as make
from tests.app.catalogue.reading_rdf import names, parsed
from tests.app.web.conftest import Town, once_built

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAPER = "/dataset/musterstadt-paper"
ADDRESSES = (
    *(
        "/catalog",
        "/catalog.ttl",
        "/catalog.rdf",
        "/catalog.xml",
        "/catalog.jsonld",
        "/councils/musterstadt/catalog.rdf",
    ),
    *(PAPER, f"{PAPER}.ttl", "/data.json", "/api/3/action/package_list"),
)


@pytest.fixture
def published(engine: Engine, settings: Settings, town: Town, kept_homes: Path) -> None:
    """Publish the town, and a neighbour of it."""

    def build() -> None:
        other = "https://other.example/body/2"
        make.save(
            engine,
            make.source(id=2, slug="nachbarstadt", url="https://other.example/system"),
            make.body(id=other, source_id=2, name="Nachbarstadt"),
            make.paper(source_id=2, body_id=other),
        )
        publish(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))

    once_built(kept_homes, engine, settings, build)


@pytest.fixture
def alone(settings: Settings, published: None) -> Iterator[FlaskClient]:
    """Give the portal of one council."""
    object.__setattr__(settings, "only_council", "nachbarstadt")
    app = create_app(settings)
    yield app.test_client()
    app.extensions[EXTENSION].close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_while_nothing_is_published_it_says_when_to_ask_again(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_open_to_programs_and_asked_again_cheaply(client: FlaskClient, published: None, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])
    if address != PAPER:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("", "text/turtle"),
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json;q=0.9, application/rdf+xml;q=0.2", "application/ld+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("image/png", "text/turtle"),
    ],
)
def test_the_format_is_chosen_by_what_is_asked_for(
    client: FlaskClient, published: None, accept: str, media_type: str
) -> None:
    for address, page in (("/catalog", "/data"), ("/councils/musterstadt/catalog", "/councils/musterstadt")):
        answer = client.get(address, headers={"Accept": accept})
        assert "Accept" in answer.headers["Vary"].split(", ")
        assert answer.mimetype == media_type
        if media_type == "text/html":
            assert (answer.status_code, answer.headers["Location"]) == (303, page)
    of_one = client.get(PAPER, headers={"Accept": accept})
    # People come to a data set's address; of programs only those that ask for RDF mean that.
    assert of_one.mimetype == ("text/html" if accept in ("*/*", "", "image/png") else media_type)
    assert "Accept" in of_one.headers["Vary"].split(", ")


def test_a_page_names_its_edition_and_later_ones_are_refused_when_it_is_gone(
    client: FlaskClient, published: None
) -> None:
    first = client.get("/catalog.rdf")
    edition = re.search(r"edition=([0-9a-f]+)", first.text)
    assert edition
    assert client.get(f"/catalog.rdf?edition={edition[1]}&page=1").data == first.data
    gone = client.get("/catalog.rdf?edition=0123456789&page=2")
    assert (gone.status_code, gone.headers["Retry-After"]) == (503, "60")


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1e3", "9" * 400, "", "²", "1\x00"])
def test_a_page_that_is_none_is_not_there(client: FlaskClient, published: None, page: str) -> None:
    answer = client.get("/catalog.ttl", query_string={"page": page})
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")


@pytest.mark.parametrize(
    "address",
    [
        *("/dataset/nothing", "/dataset/nothing.rdf", "/dataset/..%2fnames", "/dataset/%00", f"/dataset/{'a' * 3000}"),
        *("/councils/nothing/catalog", "/councils/nothing/catalog.rdf", "/councils/..%2f../catalog.rdf"),
        *("/catalog.exe", "/dataset/musterstadt-paper.exe", "/download/.catalogue/names.json", "/download/.edition"),
    ],
)
def test_what_is_not_there_is_404(client: FlaskClient, published: None, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_dataset_that_went_is_said_to_be_gone(client: FlaskClient, published: None, settings: Settings) -> None:
    path = settings.exports / "current" / ".catalogue" / "names.json"
    known = orjson.loads(path.read_bytes())
    known["issued"]["musterstadt-decision"] = "2026-01-01"
    path.write_bytes(orjson.dumps(known))
    assert client.get("/dataset/musterstadt-decision").status_code == 410
    assert client.get("/dataset/musterstadt-decision.ttl").status_code == 410


def test_a_council_is_registered_by_itself(client: FlaskClient, published: None) -> None:
    of_all, of_one = (
        parsed(client.get(one).data, "rdf") for one in ("/catalog.rdf", "/councils/nachbarstadt/catalog.rdf")
    )
    assert names(of_one) < names(of_all)
    assert {one.rpartition("/")[2].partition("-")[0] for one in names(of_one)} == {"nachbarstadt"}


def test_the_portal_of_one_council_catalogues_that_alone(alone: FlaskClient) -> None:
    for address in ("/catalog.ttl", "/councils/nachbarstadt/catalog.ttl"):
        found = {one.rpartition("/")[2] for one in names(parsed(alone.get(address).data, "ttl"))}
        assert {"nachbarstadt-body", "nachbarstadt-paper"} <= found
        assert {one.partition("-")[0] for one in found} == {"nachbarstadt"}
    others = (
        "/councils/musterstadt/catalog.ttl",
        PAPER,
        f"{PAPER}.ttl",
        "/api/3/action/package_show?id=musterstadt-paper",
    )
    assert [alone.get(address).status_code for address in others] == [404] * len(others)
    assert [one["title"] for one in alone.get("/data.json").json["dataset"] if "Muster" in one["title"]] == []  # type: ignore[index]
    assert alone.get("/api/3/action/organization_list").json["result"] == ["nachbarstadt"]  # type: ignore[index]
    assert alone.get("/api/3/action/package_search").json["result"]["count"] == len(found)  # type: ignore[index]


def test_the_portal_of_a_council_without_data_is_not_empty_but_later(
    settings: Settings, published: None, engine: Engine
) -> None:
    object.__setattr__(settings, "only_council", "unheard-of")
    app = create_app(settings)
    answers = [
        app.test_client().get(one).status_code for one in ("/catalog.rdf", "/data.json", "/api/3/action/package_list")
    ]
    app.extensions[EXTENSION].close()
    assert answers == [503] * 3


def test_the_page_of_a_dataset_says_the_same_to_people_and_machines(client: FlaskClient, published: None) -> None:
    page = client.get(PAPER).text
    package = client.get("/api/3/action/package_show?id=musterstadt-paper").json["result"]  # type: ignore[index]
    assert package["title"] in html.unescape(page)
    blocks = [orjson.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]
    said = next(one for one in blocks if one["@type"] == "Dataset")
    assert said["url"] == said["identifier"] == package["url"]
    assert [one["contentUrl"] for one in said["distribution"]] == [one["url"] for one in package["resources"]]
    for one in package["resources"]:
        assert f'href="{one["url"]}"' in page
        assert one["hash"] in page
    assert "/report?page=/dataset/musterstadt-paper" in page


def test_readers_of_english_get_english_names(client: FlaskClient, published: None) -> None:
    def said(address: str) -> str:
        return html.unescape(client.get(f"{address}?lang=en").text)

    listed = orjson.loads(client.get("/api/3/action/package_list").data)["result"]
    assert {"musterstadt-paper", "all-paper"} <= set(listed)
    for name in listed:
        package = orjson.loads(client.get(f"/api/3/action/package_show?id={name}").data)["result"]
        page = said(f"/dataset/{name}")
        visible = page.partition("<main")[2].partition("</main>")[0].replace(package["title"], "")
        assert not re.search("gepackt|Schnittstelle|Datensätze|aller Kommunen|je Zeile|je Seite|Datenbank", visible)
    assert '<h1 lang="en">Papers – Stadt <Musterstadt> & Umland</h1>' in said(PAPER)
    assert "NDJSON (one JSON object per line), gzip</th>" in said(PAPER)
    assert "OParl 1.1 (interface)</th>" in said(PAPER)
    assert '<dd><span lang="de">Drucksachen – Stadt <Musterstadt> & Umland (OParl Paper)</span></dd>' in said(PAPER)
    assert '<h1 lang="en">Papers – all councils</h1>' in said("/dataset/all-paper")


def test_data_json_holds_every_dataset_at_once(client: FlaskClient, published: None) -> None:
    whole = client.get("/data.json").json
    assert whole is not None
    assert whole["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    assert {one["identifier"] for one in whole["dataset"]} == names(parsed(client.get("/catalog.ttl").data, "ttl"))
    for one in whole["dataset"]:
        asked = {
            "title",
            "description",
            "keyword",
            "modified",
            "publisher",
            "contactPoint",
            "identifier",
            "accessLevel",
        }
        assert asked <= one.keys()
        assert one["contactPoint"]["hasEmail"] == "mailto:clerk@example.org"
        assert all(("downloadURL" in file) != ("accessURL" in file) for file in one["distribution"])
