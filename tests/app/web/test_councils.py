"""Several councils in one portal: the switcher, each one's home and look, lists narrowed to one, and one alone."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.alerts.targets import search_target
from app.config import Settings
from app.db import now
from app.exports import publish
from app.models import Paper
from app.web import create_app
from app.web.councils import of_this_portal
from app.web.site import EXTENSION
from tests import factories
from tests.app.web.conftest import Page, Reader, reindex
from tests.app.web.test_frame import assert_clean

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LISTS = ("/papers", "/meetings", "/calendar", "/organizations", "/people", "/files", "/search?q=Radweg")
AGS = ("05111000", "09162000", "14612000")


def council(number: int, **columns: object) -> tuple[Paper, list[Any]]:
    """Build a council of its own source, with one record of each kind that names its number."""
    server = f"https://rat{number}.example"
    source = factories.source(id=number, slug=f"rat{number}", url=f"{server}/system")
    body = factories.body(**({"id": f"{server}/body", "name": f"Rat {number:03}", "source_id": number} | columns))
    common = {"source_id": number, "body_id": body.id}
    paper = factories.paper(name=f"Radweg in Ort{number:03}", **common)
    organization = factories.organization(name=f"Ausschuss{number:03}", **common)
    person = factories.person(name=f"Person{number:03}", family_name=f"Person{number:03}", **common)
    held, point, stop, *links = factories.station(paper, organization, now() - timedelta(days=3), result="beschlossen")
    coming = factories.meeting(name=f"Sitzung{number:03}", start=now() + timedelta(days=number % 9 + 1), **common)
    file = factories.file(name=f"Anlage{number:03}", **common)
    for row in (held, point, stop):
        row.source_id, row.body_id = number, body.id
    rows = [source, body, paper, organization, person, held, point, stop, *links, coming, file]
    return paper, [*rows, factories.link(coming, "organization", organization), factories.link(paper, "mainFile", file)]


@pytest.fixture
def papers(engine: Engine, settings: Settings) -> list[Paper]:
    """Mirror two councils, in two states; returns a paper of each."""
    built = [council(1, ags=AGS[0]), council(2, ags=AGS[1])]
    factories.save(engine, [rows for _, rows in built])
    reindex(engine, settings)
    return [paper for paper, _ in built]


def told(page: str) -> set[str]:
    """Return the numbers of the councils whose records a page's content shows."""
    content = page.partition("<main")[2].partition("</main>")[0]
    content = re.sub(r"<select.*?</select>|<details class=\"rl-filters.*?</details>", "", content, flags=re.DOTALL)
    return set(re.findall(r"(?:Ort|Ausschuss|Person|Sitzung|Anlage)(\d{3})", content.replace("\u00ad", "")))


def test_every_list_is_narrowed_by_short_name_and_by_key(client: FlaskClient, papers: list[Paper]) -> None:
    from app.models import key_of  # noqa: PLC0415

    for address in LISTS:
        joined = "&" if "?" in address else "?"
        assert told(client.get(address).text) == {"001", "002"}, address
        for handle in ("rat2", key_of("https://rat2.example/body")):
            page = client.get(f"{address}{joined}body={handle}")
            assert page.status_code == 200, address
            assert told(page.text) == {"002"}, address
        assert "nur Rat 002" in page.text, address


@ON_ONE
def test_an_unknown_council_is_no_page(client: FlaskClient, papers: list[Paper]) -> None:
    for address in LISTS[:-1]:
        assert client.get(f"{address}?body=nowhere").status_code == 404, address
    assert client.get("/search?q=Radweg&body=nowhere").status_code == 200
    for handle in ("nowhere", "%00", "..", "rat1%2f", "x" * 3_000):
        assert client.get(f"/councils/{handle}").status_code == 404, handle
        assert client.get(f"/papers?body={handle}").status_code == 404, handle


@ON_ONE
def test_the_first_page_of_a_council_is_its_home(client: FlaskClient, papers: list[Paper]) -> None:
    assert client.get("/?body=rat1").headers["Location"] == "/councils/rat1"
    home = client.get("/councils/rat1")
    assert told(home.text) == {"001"}
    assert_clean(home.text, "/councils/rat1")
    page = Page(home.text)
    assert {"type": "hidden", "name": "body", "value": "rat1"} in page.every("input"), "its search is narrowed"
    assert 'href="/papers?body=rat1"' in home.text
    assert 'href="/status?source=rat1"' in home.text
    key = next(iter(re.findall(r"/councils/(\w+)\"", client.get("/councils").text)))
    assert key == "rat1"


@ON_ONE
def test_a_record_knows_its_council(client: FlaskClient, papers: list[Paper]) -> None:
    page = client.get(f"/papers/{papers[1].key}").text
    crumbs = page.partition('class="rl-crumbs')[2].partition("</nav>")[0]
    assert '<a href="/councils/rat2" lang="de">Rat 002</a>' in crumbs
    assert 'href="/papers?body=rat2"' in crumbs
    assert '<a href="/meetings?body=rat2">' in page, "whoever reads on stays with it"


@ON_ONE
def test_the_switcher_finds_by_name_and_postcode_and_tells_of_others(client: FlaskClient, papers: list[Paper]) -> None:
    page = client.get("/").text
    assert 'class="rl-town"' in page
    assert "2 Räte" in page
    assert 'href="/councils/rat2"' in page
    here = client.get("/councils?q=rat+002").text.partition("<main")[2]
    assert 'href="/councils/rat2"' in here
    assert 'href="/councils/rat1"' not in here
    by_postcode = client.get("/councils?q=80331").text.partition("<main")[2]
    assert 'href="/councils/rat2"' in by_postcode, "Munich's"
    elsewhere = client.get("/councils?q=Garmisch").text
    assert "Noch nicht hier" in elsewhere
    assert re.search(r'href="/places/\d{8}"', elsewhere)
    assert "Kein Ort für „Atlantis&lt;b&gt;“" in client.get("/councils?q=Atlantis%00<b>").text
    assert client.get("/places?q=x").headers["Location"] == "/councils?q=x"


@ON_ONE
@pytest.mark.parametrize(
    "address", ["/", "/papers", "/meetings", "/calendar", "/people", "/files", "/search?q=Radweg", "/embed/papers"]
)
def test_every_row_says_whose_it_is_unless_the_page_does(
    client: FlaskClient, papers: list[Paper], address: str
) -> None:
    content = client.get(address).text.partition("<main")[2].partition("</main>")[0] or client.get(address).text
    assert content.count('rl-of" lang="de">Rat 001</span>') == content.count('rl-of" lang="de">Rat 002</span>') >= 1
    of_one = client.get(address + ("&" if "?" in address else "?") + "body=rat1").text
    assert 'rl-of" lang="de">Rat 002</span>' not in of_one.partition("<main")[2].partition("</main>")[0]
    assert 'rl-of" lang="de">Rat 001</span>' not in of_one.partition("<main")[2].partition("</main>")[0]


@ON_ONE
def test_a_portal_of_one_council_has_nothing_to_switch(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, council(1)[1])
    page = client.get("/").text
    assert 'class="rl-town"' not in page
    assert "Rat 001" in page
    assert client.get("/councils/rat1").status_code == 200
    assert "nur Rat" not in client.get("/papers").text
    assert 'rl-of" lang="de">Rat 001</span>' not in client.get("/papers").text


@pytest.fixture
def looking(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """Give what opens the site with a file of looks, or with one council alone."""
    opened: list[Flask] = []
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    (tmp_path / "councils.toml").write_text(
        '[rat1]\nname = "Stadt am Fluss"\nshort = "Fluss"\ncolour = "#7a1f2b"\nlogo = "logo.svg"\n'
        'contact = "rat@fluss.example"\nintro.de = "Willkommen <b>hier</b>."\n',
        "utf-8",
    )

    def look(**environment: str) -> FlaskClient:
        home = {"RATSLUPE_HOME": str(settings.home), "DATABASE_URL": settings.database_url, "SECRET_KEY": "x"}
        given = {"COUNCILS_FILE": str(tmp_path / "councils.toml")}
        app = create_app(Settings.from_environment(home | given | environment))
        app.test_client_class = Reader
        opened.append(app)
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
        return client

    yield look
    for app in opened:
        app.extensions[EXTENSION].close()


@ON_ONE
def test_a_council_looks_as_the_operator_says(looking: Callable[..., FlaskClient], papers: list[Paper]) -> None:
    client = looking()
    home = client.get("/councils/rat1").text
    assert "Stadt am Fluss" in home
    assert "Willkommen &lt;b&gt;hier&lt;/b&gt;." in home
    assert "mailto:rat@fluss.example" in home
    sheet = client.get(next(one["href"] for one in Page(home).every("link") if "look.css" in one["href"]))
    assert sheet.mimetype == "text/css"
    assert "--rl-brand: #7a1f2b" in sheet.text
    assert sheet.cache_control.immutable
    logo = client.get("/councils/rat1/logo")
    assert (logo.mimetype, logo.headers["X-Content-Type-Options"]) == ("image/svg+xml", "nosniff")
    assert "sandbox" in logo.headers["Content-Security-Policy"]
    assert "look.css" in client.get(f"/papers/{papers[0].key}").text
    assert "look.css" not in client.get("/").text
    for address in ("/councils/rat2/look.css", "/councils/rat2/logo"):
        assert client.get(address).status_code == 404


def test_one_council_alone_shows_nothing_of_the_others(
    looking: Callable[..., FlaskClient], papers: list[Paper]
) -> None:
    client = looking(ONLY_COUNCIL="rat1")
    for address in LISTS:
        page = client.get(address)
        assert told(page.text) == {"001"}, address
        assert "Rat 002" not in page.text, address
        assert 'class="rl-town"' not in page.text, address
    assert client.get(f"/papers/{papers[0].key}").status_code == 200
    assert client.get(f"/papers/{papers[1].key}").status_code == 404
    home = client.get("/").text
    assert "Fluss" in home
    assert "Willkommen" in home
    assert "Rat 002" not in home
    assert "Rat 002" not in client.get("/status").text
    assert client.get("/papers?body=rat2").status_code == 404
    for address in ("/councils", "/councils/rat1"):
        assert client.get(address).headers["Location"] == "/", address
    for address in ("/councils/rat2", "/places/09162000"):
        assert client.get(address).status_code == 404, address
    assert told(client.get("/search?q=Radweg&body=rat2").text) == set()


@ON_ONE
def test_one_council_alone_gives_no_data_of_the_others_and_keeps_its_searches(
    looking: Callable[..., FlaskClient], papers: list[Paper], engine: Engine, settings: Settings
) -> None:
    publish(engine, settings.exports, base_url=settings.base_url)
    client = looking(ONLY_COUNCIL="rat1")
    listed = set(re.findall(r"/download/(rat\d/[^\"]+)", client.get("/data").text))
    assert listed
    assert {one.partition("/")[0] for one in listed} == {"rat1"}
    for address in listed:
        assert client.get(f"/download/{address}").status_code == 200, address
        for other in (address.replace("rat1", "rat2"), f"current/{address.replace('rat1', 'rat2')}"):
            assert client.get(f"/download/{other}").status_code == 404, other
    manifest = client.get("/download/manifest.json").get_json()
    assert (
        client.get(f"/download/{manifest['generation']}/{next(iter(listed)).replace('rat1', 'rat2')}").status_code
        == 404
    )
    with client.application.test_request_context():
        assert of_this_portal(search_target("Radweg")) == search_target("Radweg body:rat1")
        assert of_this_portal(search_target("Radweg body:rat1")) == search_target("Radweg body:rat1")


@ON_ONE
def test_one_council_that_is_not_mirrored_yet_shows_nothing(
    looking: Callable[..., FlaskClient], papers: list[Paper]
) -> None:
    client = looking(ONLY_COUNCIL="not-yet")
    for address in ("/", *LISTS, "/status"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert told(page.text) == set(), address


@ON_ONE
def test_many_councils_cost_a_page_no_more_than_few(
    app: Flask, client: FlaskClient, engine: Engine, clock_of_counts_stands: None
) -> None:
    addresses = [*LISTS[:-1], "/papers?body=rat1", "/councils", "/councils?q=rat", "/councils/rat1"]

    def costs() -> dict[str, int]:
        app.extensions.pop("ratslupe.state", None)
        client.get("/people")
        found = {}
        for address in addresses:
            with counted(engine_of(app)) as asked:
                assert client.get(address).status_code == 200, address
            found[address] = len(asked)
        return found

    factories.save(engine, [council(number, ags=AGS[number % 3])[1] for number in range(1, 16)])
    few = costs()
    factories.save(engine, [council(number, ags=AGS[number % 3])[1] for number in range(16, 81)])
    assert costs() == few
    papers = client.get("/papers").text
    assert papers.count('<optgroup label="') == 3
    assert '<option value="rat80"' in papers
    assert "Ausschuss001</option>" not in papers, "80 councils have more organizations than a list can hold"
    assert "Ausschuss001</option>" in client.get("/papers?body=rat1").text
    organizations = client.get("/organizations").text
    assert "Ausschuss001" not in organizations
    assert 'href="/organizations?body=rat80"' in organizations
    footer = client.get("/").text.partition("<footer")[2]
    assert len(re.findall(r"Rat \d{3}", footer)) == 3


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions[EXTENSION].engine
    return engine


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Note the statements that are put to a database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)
