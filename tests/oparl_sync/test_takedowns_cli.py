"""What the operator does about a request reaches every page, list, search and download at once."""

from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import indexing
from app.config import Settings
from app.exports import publish
from app.exports import published as current
from app.files import open_store
from app.mail import open_mailer
from app.models import Blob, Paper, Takedown, key_of
from app.takedowns import mails, tickets
from app.takedowns.tickets import Asked
from app.web import create_app
from oparl_sync.erase_cli import erase
from oparl_sync.needles import needle
from oparl_sync.progress import Progress
from oparl_sync.proving import prove
from oparl_sync.takedowns_cli import takedowns
from search import open_index, parse_query
from tests.oparl_sync.council import Council, save, thing, url
from tests.oparl_sync.test_erase import published

BASE = "http://portal.example"
KEY = key_of(url("Paper"))


def run(settings: Settings, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(takedowns, words, obj=settings, input=answer)


def asked(engine: Engine, **more: Any) -> str:
    said = {"object_type": "Paper", "object_key": KEY, "address": "a@b.example"} | more
    return tickets.take(engine, Asked("GEHEIM soll weg", "personal", **said))


def state(engine: Engine, reference: str) -> str:
    with Session(engine) as session:
        return session.scalars(select(Takedown.state).where(Takedown.reference == reference)).one()


def hits(settings: Settings) -> int:
    index = open_index(settings.search_url)
    found = index.search(parse_query("GEHEIM")).total
    index.close()
    return found


@pytest.fixture
def town(engine: Engine, settings: Settings) -> None:
    published(engine, Council(), open_store(settings.files_url), read=True)
    index = open_index(settings.search_url)
    indexing.rebuild(engine, index)
    index.close()
    publish(engine, settings.exports, base_url=BASE)


@pytest.mark.usefixtures("town")
def test_hidden_at_once_then_shown_again_or_erased(engine: Engine, settings: Settings) -> None:
    reference, before = asked(engine), current(settings.exports)
    app = create_app(settings)
    client = app.test_client()
    assert client.get(f"/papers/{KEY}").status_code == 200
    done = run(settings, "hide", reference.lower())
    assert (done.exit_code, "3 records are hidden" in done.output) == (0, True), done.output
    page = client.get(f"/papers/{KEY}")
    assert (page.status_code, "Das ist verborgen" in page.text, "GEHEIM" in page.text) == (410, True, False)
    for path in ("/papers", "/files", "/search?q=GEHEIM", "/", "/feeds"):
        assert "GEHEIM A" not in client.get(path).text, path
    assert hits(settings) == 0
    after = current(settings.exports)
    assert before is not None
    assert after is not None
    assert after.generation != before.generation
    assert not (settings.exports / "generations" / before.generation).exists()
    assert state(engine, reference) == "hidden"

    done = run(settings, "refuse", reference, "--answer", "Es ist öffentlich.")
    assert (done.exit_code, "3 records are back" in done.output) == (0, True), done.output
    assert client.get(f"/papers/{KEY}").status_code == 200
    assert hits(settings)
    assert run(settings, "erase", reference, "--yes").exit_code == 1, "it is over"

    again = asked(engine)
    assert run(settings, "hide", again).exit_code == 0
    assert run(settings, "erase", again, answer="n\n").exit_code == 1
    done = run(settings, "erase", again, "--yes")
    assert done.exit_code == 0, done.output
    page = client.get(f"/papers/{KEY}")
    assert (page.status_code, "Das wurde entfernt" in page.text) == (410, True)
    with Session(engine) as session:
        assert session.scalars(select(Blob.sha256)).all() == []
        assert session.get_one(Paper, url("Paper")).name is None
        words = session.scalars(select(Takedown.words).where(Takedown.reference == again)).one()
    assert words == "", "it named what had to go"
    app.extensions["ratslupe"].close()


def test_requests_are_listed_shown_and_noted(engine: Engine, settings: Settings) -> None:
    save(engine, [thing("Paper", 1, name="Antrag")], "Paper")
    assert "Nothing is to be decided." in run(settings).output
    noted = run(settings, "add", f"{BASE}/papers/{KEY}", "--reason", "court", "--words", "Urteil")
    assert noted.exit_code == 0, noted.output
    reference = noted.output.split()[-1]
    other = asked(engine, object_type="", object_key="", page="http://elsewhere.example/x")
    told = orjson.loads(run(settings, "list", "--json").stdout)["takedowns"]
    assert [one["reference"] for one in told] == [reference, other]
    assert told[0]["about"] == f"{BASE}/papers/{KEY}"
    shown = orjson.loads(run(settings, "show", reference, "--json").stdout)
    assert (shown["who"], shown["reason"], shown["words"], shown["type"]) == ("operator", "court", "Urteil", "Paper")
    assert "Urteil" in run(settings, "show", reference).output
    missing = run(settings, "hide", other)
    assert (missing.exit_code, "names no record" in missing.output) == (2, True)
    assert run(settings, "hide", other, url("Paper")).exit_code == 0, "the operator says which"
    for words in (("show", "T-NONE-00"), ("refuse", "T-NONE-00"), ("hide", "'; DROP TABLE takedown")):
        assert run(settings, *words).exit_code == 1
    assert run(settings, "add", "nothing", "--reason", "court").exit_code == 2
    assert run(settings, "erase", reference, "nothing", "--yes").exit_code == 2
    assert state(engine, reference) == "open"


def test_hidden_twice_or_by_two_people_is_hidden_once(engine: Engine, settings: Settings) -> None:
    save(engine, [thing("Paper", 1, name="Antrag")], "Paper")
    one, other = asked(engine), asked(engine)
    assert [run(settings, "hide", one).exit_code, run(settings, "hide", one, "--final").exit_code] == [0, 0]
    assert run(settings, "hide", other).exit_code == 0
    assert "0 records are back" in run(settings, "refuse", one).output
    assert "1 records are back" in run(settings, "refuse", other).output


@pytest.mark.usefixtures("town")
def test_what_was_asked_is_erased_with_what_it_was_about(engine: Engine, settings: Settings) -> None:
    searched = {"object_type": "", "object_key": "", "page": f"{BASE}/search?q=GEHEIM"}
    mine, other = asked(engine, **searched), asked(engine, **searched | {"page": f"{BASE}/papers/{KEY}?q=GEHEIM"})
    mails.send_owed(engine, open_mailer(settings.mail_url), settings)
    done = run(settings, "erase", mine, url("Paper"), "--yes")
    assert done.exit_code == 0, done.output
    proof = prove(engine, settings, [needle("GEHEIM")], Progress(quiet=True))
    assert (proof.found, proof.unread) == ({}, [])
    assert state(engine, other) == "open"


@pytest.mark.usefixtures("town")
def test_what_is_left_of_an_erasure_is_said_with_what_finishes_it(engine: Engine, settings: Settings) -> None:
    reference = asked(engine)
    index = open_index(settings.search_url)
    with index.writer():
        done = run(settings, "erase", reference, "--yes")
    index.close()
    assert done.exit_code == 1
    assert f"ratslupe erase {KEY}." in done.output, "a sync writes neither index nor database anew"
    again = CliRunner().invoke(erase, [KEY, "--yes"], obj=settings)
    assert again.exit_code == 0, again.output
    assert prove(engine, settings, [needle("GEHEIM")], Progress(quiet=True)).holds


def test_what_was_overlooked_goes_when_the_request_is_over(engine: Engine, settings: Settings) -> None:
    save(engine, [thing("Paper", 1, name="GEHEIM"), thing("Paper", 2, name="auch GEHEIM")], "Paper")
    reference = asked(engine)
    assert run(settings, "erase", reference, "--yes").exit_code == 0
    assert run(settings, "erase", reference, "--yes").exit_code == 1, "nothing is named"
    done = run(settings, "erase", reference, url("Paper", 2), "--yes")
    assert (done.exit_code, "1 records are erased" in done.output) == (0, True), done.output
    with Session(engine) as session:
        assert session.get_one(Paper, url("Paper", 2)).name is None
    assert state(engine, reference) == "erased"
