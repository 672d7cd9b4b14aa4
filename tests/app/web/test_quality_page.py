"""The report of a council's data: pages, JSON and CSV, the records concerned, and the commands."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, writing
from app.models import Body, Paper, QualitySnapshot, Source
from app.quality import scanning, snapshots
from app.speech import Voice
from app.web import create_app
from app.web.cli import main
from app.web.site import EXTENSION
from tests import factories
from tests.app.web.conftest import HOSTILE, Page

IBAN = "DE89 3704 0044 0532 0130 00"
HOME = "/councils/musterstadt/quality"


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here."""
    path = tmp_path / "home" / "ratslupe.db"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def council(engine: Engine) -> None:
    """Give a council of which a little is amiss, counted today."""
    paper = factories.paper(name=HOSTILE, date=None, web="javascript:alert(1)", reference="=1+1")
    item = factories.station(paper, factories.organization(), now() - timedelta(days=90), name=HOSTILE)
    factories.save(
        engine,
        factories.body(name="Stadt <Musterstadt>", license="CC0"),
        [paper, factories.paper(name="=cmd|' /C calc'!A0", date=None), item],
        factories.link(paper, "mainFile", "https://council.example/<b>nothing</b>"),
        [factories.problem(detail=HOSTILE, about="javascript:alert(2)"), factories.person(withheld=["email"])],
        factories.read_file(f"{IBAN}, wohnhaft", "nichts", of=paper),
    )
    scanning.waiting(engine)
    snapshots.take(engine, now())


@pytest.mark.usefixtures("council")
def test_it_says_in_words_what_is_amiss_and_leads_to_the_records(client: FlaskClient) -> None:
    said = client.get(HOME).text
    assert "Datenqualität: Stadt &lt;Musterstadt&gt;" in said
    assert "Bei 2 von 2 Vorlagen fehlt das Datum." in said
    assert "Tragen Sie das Datum im Ratsinformationssystem ein" in said
    links = [one["href"] for one in Page(said).every("a") if one.get("href", "").startswith(f"{HOME}/")]
    assert f"{HOME}/Paper.date" in links
    for address in dict.fromkeys(links):
        assert client.get(address).status_code == 200, address
        listed = csv.reader(io.StringIO(client.get(f"{address}.csv").text))
        assert next(listed) == ["type", "name", "context", "page", "original", "id", "detail"]
        assert len(list(listed)) > 0, address


@pytest.mark.usefixtures("council")
def test_english_readers_get_english(client: FlaskClient) -> None:
    assert "For 2 of 2 papers the date is missing." in client.get(f"{HOME}?lang=en").text
    assert "Wie gut sind die Daten?" in client.get(f"{HOME}?lang=de-simple").text


@pytest.mark.usefixtures("council")
def test_nothing_of_what_is_private_is_published(client: FlaskClient, engine: Engine) -> None:
    page, data, table = (client.get(HOME + end).text for end in ("", ".json", ".csv"))
    assert "Auf 1 von 2 gelesenen Seiten" in page
    for said in (page, data, table):
        assert not any(word in said for word in ("3704", "iban", "IBAN", "wohnhaft"))
    flagged = [one for one in orjson.loads(data)["measures"] if one["group"] == "privacy"]
    assert [(one["name"], one["count"], one["of"], one["records"]) for one in flagged] == [
        ("privacy.pages", 1, 2, None)
    ]
    assert client.get(f"{HOME}/privacy.pages").status_code == 404
    assert client.get(f"{HOME}/privacy.pages.csv").status_code == 404


@pytest.mark.usefixtures("council")
def test_hostile_names_stay_words(client: FlaskClient) -> None:
    for name in ("Paper.date", "validity.wrong-type.Paper", "Paper.references.mainFile"):
        said = client.get(f"{HOME}/{name}").text
        assert "<script>alert" not in said
        assert "<b>nothing" not in said
        assert not [one for one in Page(said).every("a") if one.get("href", "").lower().startswith("javascript")]
    rows = list(csv.reader(io.StringIO(client.get(f"{HOME}/Paper.date.csv").text)))
    assert {row[1][0] for row in rows[1:]} <= {"'", "<"}


@pytest.mark.usefixtures("council")
def test_what_has_no_licence_is_named_by_its_address_alone(client: FlaskClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(Body).values(license=None))
    rows = list(csv.reader(io.StringIO(client.get(f"{HOME}/Paper.licences.csv").text)))
    assert [row[1:3] for row in rows[1:]] == [["", ""], ["", ""]]
    assert all(row[3].startswith("http://portal.example/papers/") for row in rows[1:])


@pytest.mark.usefixtures("council")
def test_programs_get_all_of_it(client: FlaskClient) -> None:
    answer = client.get(f"{HOME}.json", headers={"Accept-Language": "en"})
    data = answer.get_json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = {one["name"]: one for one in data["measures"]}
    assert (told["Paper.date"]["count"], told["Paper.date"]["of"], told["Paper.date"]["amiss"]) == (2, 2, True)
    assert told["Paper.date"]["records"] == f"http://portal.example{HOME}/Paper.date"
    assert data["history"][0].keys() == {"day", "filled", "references", "files"}
    rows = list(csv.DictReader(io.StringIO(client.get(f"{HOME}.csv").text)))
    assert {row["name"]: row["count"] for row in rows}["Paper.date"] == "2"
    assert len(rows) == len(told)


@pytest.mark.usefixtures("council")
def test_its_history_is_drawn_and_there_as_a_table(client: FlaskClient, engine: Engine) -> None:
    assert "<polyline" not in client.get(HOME).text
    body_key = factories.body().key
    with writing(engine) as session:
        for days, counts in ((40, {}), (20, {"Paper.date": [1, 2], "Paper.no-more": [1, 1]})):
            day = (now() - timedelta(days=days)).date()
            session.add(QualitySnapshot(body_key=body_key, day=day, made_at=now(), counts=counts))
    said = client.get(HOME).text
    assert said.count("<polyline") >= 3
    assert "Vorhandene Angaben" in said


@pytest.mark.parametrize(
    "address",
    [
        "/councils/nowhere/quality",
        "/councils/nowhere/quality.json",
        "/councils/nowhere/quality/Paper.date",
        f"{HOME}/Paper.nothing",
        f"{HOME}/validity.wrong-type.<b>",
        f"{HOME}/validity.nothing.Paper.csv",
        f"{HOME}/Paper.date?after=%27%20OR%201",
        f"{HOME}/%00",
    ],
)
@pytest.mark.usefixtures("council")
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_before_the_first_count_it_says_so(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, factories.body())
    assert "Es wurde noch nichts gezählt." in client.get(HOME).text
    assert client.get(f"{HOME}.json").get_json()["measures"] == []
    assert client.get(f"{HOME}.csv").text.count("\n") == 1
    assert client.get(f"{HOME}/Paper.date").status_code == 200


@pytest.mark.usefixtures("council")
def test_under_its_key_it_is_led_to_its_name_and_others_lead_to_it(client: FlaskClient) -> None:
    answer = client.get(f"/councils/{factories.body().key}/quality")
    assert (answer.status_code, answer.headers["Location"]) == (301, HOME)
    assert f'href="{HOME}"' in client.get("/status").text


@pytest.mark.usefixtures("council")
def test_a_long_list_has_pages(client: FlaskClient, engine: Engine) -> None:
    factories.save(engine, [factories.paper(date=None, name=f"P {n}") for n in range(60)])
    first = client.get(f"{HOME}/Paper.date").text
    [following] = [one["href"] for one in Page(first).every("a") if one.get("rel") == "next"]
    second = client.get(following).text
    assert first.count('class="rl-row__title"') == 50
    assert second.count('class="rl-row__title"') == 12
    assert 'rel="prev"' in second


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["quality", *words], obj=settings)


def test_the_command_counts_and_keeps_it(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.body(), factories.paper(date=None))
    told = run(settings)
    assert told.exit_code == 0, told.output
    assert "For 1 of 1 papers the date is missing." in told.output
    [one] = orjson.loads(run(settings, "musterstadt", "--json").stdout)["councils"]
    assert one["slug"] == "musterstadt"
    assert {"name", "count", "of", "sentence"} <= one["measures"][0].keys()
    with Session(engine) as session:
        assert len(snapshots.history(session, factories.body().key)) == 1
    assert run(settings, "report", "nowhere").exit_code == 2
    assert run(settings, "nowhere").exit_code == 2
    assert run(settings, "--help").exit_code == 0


def test_without_councils_it_says_so(settings: Settings) -> None:
    assert "No council is mirrored yet." in run(settings).output
    assert run(settings, "flags").output == ""


@pytest.mark.usefixtures("council")
def test_the_operator_alone_sees_where_something_may_be_private(settings: Settings) -> None:
    told = run(settings, "flags").output
    assert "iban      1  http://portal.example/files/" in told
    assert "?page=1#page=1" in told
    assert "3704" not in told
    lines = [orjson.loads(line) for line in run(settings, "flags", "musterstadt", "--json").stdout.splitlines()]
    assert [(one["page"], one["kind"], one["count"]) for one in lines] == [(1, "home", 1), (1, "iban", 1)]
    assert run(settings, "flags", "nowhere").exit_code == 2


@pytest.mark.usefixtures("council")
def test_addresses_are_set_listed_used_and_forgotten(engine: Engine, settings: Settings) -> None:
    assert "No address is set" in run(settings, "addresses").output
    assert run(settings, "address", "nowhere", "a@b.example").exit_code == 2
    assert run(settings, "address", "musterstadt", "no address").exit_code == 2
    assert run(settings, "mail", "musterstadt").exit_code == 1
    assert run(settings, "address", "musterstadt", "rat@stadt.example", "--language", "en").exit_code == 0
    assert "nothing mailed yet" in run(settings, "addresses").output
    assert run(settings, "mail", "musterstadt").exit_code == 0
    assert (
        run(settings, "mail", "musterstadt").exit_code == run(settings, "mail", "musterstadt", "--again").exit_code == 1
    )
    [one] = orjson.loads(run(settings, "addresses", "--json").stdout)["addresses"]
    assert (one["slug"], one["language"], one["unclear"]) == ("musterstadt", "en", False)
    assert one["sent_at"]
    assert run(settings, "silence", "musterstadt").exit_code == 0
    assert run(settings, "silence", "musterstadt").exit_code == 1
    with Session(engine) as session:
        assert session.query(Source).count() == 1


@pytest.mark.usefixtures("council")
def test_a_portal_of_one_council_has_no_report_of_others(engine: Engine, settings: Settings) -> None:
    other = factories.source(slug="nachbarstadt")
    body = factories.body(id="https://other.example/body/1", name="Nachbarstadt", source_id=2)
    factories.save(engine, other)
    factories.save(engine, body, factories.paper(date=None, source_id=2, body_id=body.id))
    snapshots.take(engine, now())
    alone = create_app(replace(settings, only_council="musterstadt"))
    try:
        client = alone.test_client()
        assert "Bei 2 von 2 Vorlagen fehlt das Datum." in client.get(f"{HOME}?lang=de").text
        assert client.get(f"{HOME}/Paper.date").status_code == 200
        assert client.get("/councils/nachbarstadt/quality").status_code == 404
        assert client.get("/councils/nachbarstadt/quality/Paper.date.csv").status_code == 404
    finally:
        alone.extensions[EXTENSION].close()


@pytest.mark.usefixtures("council")
def test_records_of_the_same_name_are_told_apart(client: FlaskClient) -> None:
    said = client.get(f"{HOME}/AgendaItem.result").text
    assert f"Sitzung, {Voice('de').day(now() - timedelta(days=90))}" in said
    assert "#item-" in said


@pytest.mark.usefixtures("council")
def test_what_is_withdrawn_leaves_the_list_at_once(client: FlaskClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(Paper).values(deleted=True))
    assert "Davon ist nichts mehr übrig." in client.get(f"{HOME}/Paper.date").text
    assert client.get(f"{HOME}/Paper.date.csv").text.count("\n") == 1
