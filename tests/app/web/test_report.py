"""Reporting an error: kept, mailed to the operator until it is taken, and forgotten after a year."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import reports
from app.config import Settings
from app.db import now, writing
from app.mail import FolderMailer, RefusedError, UnreachableError, open_mailer
from app.models import Report
from app.reports import LONGEST_WORDS, Said, forget, new_reference, send_owed, take
from app.web.cli import main
from app.web.limits import BURST
from app.web.pages.reports import REFERENCE
from tests.app.web.conftest import Page, Town

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note that mails were to be sent, and send none."""
    woken: list[str] = []
    monkeypatch.setattr(reports.Courier, "wake", lambda _: woken.append("report"))
    return woken


def kept(engine: Engine) -> list[Report]:
    with Session(engine) as session:
        return list(session.scalars(select(Report).order_by(Report.id)))


def mailed(settings: Settings) -> list[str]:
    folder = Path(urlsplit(settings.mail_url).path)
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    return [f"{one['To']}|{one['Reply-To']}|{one['Subject']}|{one.get_content()}" for one in found]


@ON_ONE
def test_the_form_knows_what_it_is_about(client: FlaskClient, town: Town) -> None:
    text = client.get(f"/report?type=Paper&key={town.hostile.key}").text
    assert "&lt;script&gt;alert(1)" in text
    fields = {one.get("name"): one.get("value") for one in Page(text).every("input")}
    assert fields["page"] == f"http://portal.example/papers/{town.hostile.key}"
    assert (fields["type"], fields["key"]) == ("Paper", town.hostile.key)
    came = {"Referer": "http://portal.example/search?q=Rad"}
    assert 'value="http://portal.example/search?q=Rad"' in client.get("/report", headers=came).text
    assert client.get("/report", headers={"Referer": "http://[x"}).status_code == 200
    assert "evil" not in client.get("/report", headers={"Referer": "https://evil.example/"}).text


@ON_ONE
def test_lines_count_as_in_the_browser_and_nothing_in_it_moves_a_terminal(client: FlaskClient, engine: Engine) -> None:
    words = "a\r\n" * (LONGEST_WORDS // 2)
    assert client.post("/report", data={"words": words, "page": "x\n\x1b[2Jy"}).status_code == 303
    client.post("/report", data={"words": "\x1b]0;x\x07Datum\r\nfalsch\x9b1m"})
    first, second = kept(engine)
    assert (first.words, first.page) == (words.replace("\r", "").strip(), "x [2Jy")
    assert second.words == "]0;xDatum\nfalsch1m"


@ON_ONE
@pytest.mark.parametrize("query", ["type=Paper&key=nobody", "type=Nothing&key=x", "type=Paper&key=%00", "page=%00%ff"])
def test_silly_arguments_are_no_error(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/report?{query}")
    assert answer.status_code == 200
    assert 'name="key"' not in answer.text


def test_a_record_page_leads_to_it_and_a_report_is_kept(
    client: FlaskClient, town: Town, engine: Engine, quiet: list[str]
) -> None:
    key = town.paper.key
    assert f'href="/report?type=Paper&amp;key={key}"' in client.get(f"/papers/{key}").text
    given = {"words": "Das Datum\x00 ist falsch.", "type": "Paper", "key": key, "page": "x", "address": "a@b.example"}
    answer = client.post("/report", data=given)
    assert answer.status_code == 303
    [report] = kept(engine)
    assert REFERENCE.fullmatch(report.reference)
    assert (report.words, report.address, report.object_type) == ("Das Datum ist falsch.", "a@b.example", "Paper")
    assert report.reference in client.get(answer.headers["Location"]).text
    assert quiet == ["report"]


@ON_ONE
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"words": " \x00 "}, "words"),
        ({"words": "x" * 5001}, "words"),
        ({"words": "x", "page": "y" * 501}, "words"),
        ({"words": "x", "address": "nobody"}, "address"),
        ({"words": "x", "address": "a@b.de\r\nBcc: c@d.de"}, "address"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    client: FlaskClient, engine: Engine, given: dict[str, str], field: str
) -> None:
    answer = client.post("/report", data=given)
    assert answer.status_code == 400
    wrong = [one for tag, one in Page(answer.text).elements if one.get("aria-invalid") == "true"]
    assert [one["id"] for one in wrong] == [field]
    assert kept(engine) == []


@ON_ONE
def test_programs_and_strangers_are_kept_out(client: FlaskClient, engine: Engine) -> None:
    trapped = client.post("/report", data={"words": "Kauft!", "website": "https://spam.example"})
    assert REFERENCE.fullmatch(trapped.headers["Location"].rpartition("/")[2])
    assert client.post("/report", data={"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert kept(engine) == []
    peer = {"REMOTE_ADDR": "8.8.8.8"}
    codes = [client.post("/report", data={"words": "x"}, environ_base=peer).status_code for _ in range(BURST + 1)]
    assert codes == [303] * BURST + [429]
    assert client.get("/report/R-1111-11").status_code == 404


def test_it_reaches_the_operator_once_with_the_records_address(engine: Engine, settings: Settings, town: Town) -> None:
    said = Said("Falsch\nDatum", "http://x", "a@b.example", "Paper", town.paper.key)
    reference = take(engine, settings, said)
    assert send_owed(engine, open_mailer(settings.mail_url), settings) == 1
    assert send_owed(engine, open_mailer(settings.mail_url), settings) == 0
    [mail] = mailed(settings)
    assert mail.startswith(f"clerk@example.org|a@b.example|{reference}: Fehler gemeldet|")
    assert f"/papers/{town.paper.key}" in mail
    assert "Falsch\r\nDatum" in mail


def test_a_mail_server_that_is_down_loses_nothing(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(engine, settings, Said("eins"))
    faults: list[Exception] = [UnreachableError("away"), RefusedError("no")]

    def refuse(*_: object) -> None:
        raise faults.pop(0)

    with monkeypatch.context() as patched:
        patched.setattr(FolderMailer, "send", refuse)
        for day in (now() + timedelta(days=1), now() + timedelta(days=2)):
            assert send_owed(engine, open_mailer(settings.mail_url), settings, clock=day.replace) == 0
    [report] = kept(engine)
    assert (report.sent_at, report.error) == (None, "no")
    later = now() + timedelta(days=3)
    assert send_owed(engine, open_mailer(settings.mail_url), settings, clock=later.replace) == 1


@ON_ONE
def test_a_year_later_it_is_forgotten(engine: Engine, settings: Settings) -> None:
    take(engine, settings, Said("alt"), moment=now() - timedelta(days=366))
    take(engine, settings, Said("neu"), moment=now() - timedelta(days=364))
    assert forget(engine) == 1
    assert [one.words for one in kept(engine)] == ["neu"]


@ON_ONE
def test_the_command_lists_shows_and_closes(engine: Engine, settings: Settings) -> None:
    reference = take(engine, settings, Said("Falsches Datum", "http://x"))

    def run(*words: str) -> str:
        return CliRunner().invoke(main, ["reports", *words], obj=settings).output

    [told] = orjson.loads(run("--json"))["reports"]
    assert (told["reference"], told["words"]) == (reference, "Falsches Datum")
    assert told["mailed"]
    assert "Falsches Datum" in run("show", reference.lower())
    assert orjson.loads(run("show", "--json", reference))["page"] == "http://x"
    assert run("done", reference) == ""
    assert "Nothing is open." in run("list")
    assert "done" in run("list", "--all")
    assert "no report R-0" in run("done", "R-0")
    with writing(engine) as session:
        session.get_one(Report, 1).words = ""
    assert reference in run("list", "--all")


def test_numbers_can_be_told_on_the_telephone() -> None:
    assert all(REFERENCE.fullmatch(new_reference()) for _ in range(200))
