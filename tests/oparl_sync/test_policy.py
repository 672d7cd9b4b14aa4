"""What the operator decides about personal data is recorded, and done: to what comes, is here, or goes out."""

import gzip
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app import exports
from app.config import Settings
from app.db import now, writing
from app.exports import publish
from app.files import open_store
from app.models import (
    Change,
    Link,
    ListCursor,
    Meeting,
    Person,
    PolicyDecision,
    PublicObject,
    Source,
    key_of,
)
from app.policies import policy_of
from app.privacy import DECIDABLE, DEFAULT, LEVELS, NOT_PUBLISHED, OPEN, PERSONAL, NotDecidable, Policy, decidable
from app.publication import refreshing as publication
from oparl_sync import hiding, outgoing
from oparl_sync.needles import needle
from oparl_sync.policy_cli import policy as command
from oparl_sync.proving import Proof, _file
from tests.oparl_sync.council import Council, save, thing, url
from tests.oparl_sync.test_erase import everything, published
from tests.oparl_sync.test_hiding import ticket

SITE = "http://portal.example"
MAIL = "erika@rat.example"
WHO = ("--reason", "Einwilligung vom 1.2.", "--by", "Datenschutz Musterstadt")


def person(**more: Any) -> dict[str, Any]:
    said = {"name": "Erika Muster", "email": [MAIL], "phone": ["+49 30 1"], "location": {"streetAddress": "Privatweg"}}
    return thing("Person", 1, **said, **more)


def come(engine: Engine, entry: dict[str, Any] | None = None) -> None:
    save(engine, [thing("Body", license="https://www.govdata.de/dl-de/zero-2-0")], "Body")
    save(engine, [entry or person()], "Person")
    save(engine, [thing("Meeting", 1, name="Rat", participant=[url("Person")])], "Meeting")


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=settings)


def slug(engine: Engine) -> str:
    with Session(engine) as session:
        return session.scalars(select(Source.slug)).one()


def out(engine: Engine, kind: str) -> dict[str, Any]:
    publication.refresh(engine, SITE)
    with Session(engine) as session:
        said = session.scalars(select(PublicObject.json).where(PublicObject.key == key_of(url(kind)))).one()
    found: dict[str, Any] = orjson.loads(said)
    return found


def test_by_default_it_is_the_table_of_the_notes() -> None:
    assert DEFAULT.withheld_inside("Person") == DEFAULT.withheld_outside("Person") == PERSONAL
    assert DEFAULT.withheld_inside("Meeting") == frozenset()
    assert DEFAULT.withheld_outside("Meeting") == NOT_PUBLISHED["Meeting"]
    assert not DEFAULT.has_fulltext
    assert DEFAULT.taken_in("Person") == frozenset()
    assert DEFAULT.withheld_outside("Body") == DEFAULT.withheld_outside("Paper") == frozenset()
    assert Policy({("File", "fulltext"): OPEN}).has_fulltext
    assert "text" in Policy({("File", "fulltext"): OPEN}).withheld_outside("File")


@pytest.mark.parametrize(
    ("what", "level"),
    [
        ("Person.location", "open"),
        ("Person.name", "nowhere"),
        ("Location.person", "open"),
        ("File.fulltext", "nowhere"),
        ("", "open"),
        ("Person", "open"),
        ("Person.email", "loud"),
    ],
)
def test_some_things_are_decided_by_nobody(what: str, level: str) -> None:
    with pytest.raises(NotDecidable):
        decidable(what, level)
    assert all(one in LEVELS for one in DECIDABLE.values())


def test_what_is_allowed_comes_with_the_next_sync_and_goes_out(engine: Engine, settings: Settings) -> None:
    come(engine)
    assert MAIL not in everything(engine)
    with writing(engine) as session:
        session.add(ListCursor(source_id=1, url="x", object_type="Person", last_full=now()))
    done = run(settings, slug(engine), "--allow", "Person.email", *WHO)
    assert done.exit_code == 0, done.output
    with Session(engine) as session:
        assert session.scalars(select(ListCursor.last_full)).one() is None, "all is read again"
        [made] = session.scalars(select(PolicyDecision))
        assert (made.by, made.level, made.property) == ("Datenschutz Musterstadt", "open", "email")
    come(engine)
    with Session(engine) as session:
        row = session.get_one(Person, url("Person"))
        assert (row.raw["email"], row.withheld) == ([MAIL], ["location", "phone"])
    assert out(engine, "Person")["email"] == [MAIL]
    assert "Privatweg" not in everything(engine)


def test_what_is_withheld_goes_at_once_everywhere(engine: Engine, settings: Settings) -> None:
    come(engine)
    run(settings, slug(engine), "--allow", "Person.email", "--show", "Person.phone", *WHO)
    come(engine)
    form = out(engine, "Person")
    assert (form["email"], "phone" in form) == ([MAIL], False)
    done = run(settings, slug(engine), "--withhold", "Person.email", *WHO)
    assert done.exit_code == 0, done.output
    assert MAIL not in everything(engine)
    assert "email" not in out(engine, "Person")
    with Session(engine) as session:
        row = session.get_one(Person, url("Person"))
        assert (row.raw["phone"], row.withheld) == (["+49 30 1"], ["email", "location"])
        last = session.scalars(select(Change).order_by(Change.seq.desc())).first()
        assert last is not None
        assert (last.fields, last.backfill) == (["email"], True)
        held = session.scalar(select(Link.to_id).where(Link.property == "participant"))
        assert held == url("Person")
    come(engine)
    assert MAIL not in everything(engine)


@pytest.mark.parametrize("narrowed", ["--show", "--withhold"])
def test_what_went_out_goes_out_of_all_downloads_that_are_kept(
    engine: Engine, settings: Settings, narrowed: str
) -> None:
    come(engine)
    for what in ("Person.email", "Meeting.participant", "File.fulltext"):
        run(settings, slug(engine), "--allow", what, *WHO)
    come(engine)
    published(engine, Council(), open_store(settings.files_url), read=True)
    first = publish(engine, settings.exports, base_url=SITE)
    with writing(engine) as session:
        session.execute(update(Person).values(name="Erika Neu"))
    publish(engine, settings.exports, base_url=SITE)

    def kept(word: str) -> list[str]:
        proof = Proof()
        for path in settings.exports.rglob("*"):
            if path.is_file():
                _file(path, str(path), [needle(word)], proof)
        assert proof.unread == []
        return [where for where, _ in proof.found]

    def generations() -> list[str]:
        return sorted(path.name for path in (settings.exports / "generations").iterdir())

    assert all((kept(MAIL), kept("participant"), kept("GEHEIM Text")))
    assert run(settings, slug(engine), narrowed, "Person.email", "--show", "File.fulltext", *WHO).exit_code == 0
    assert (kept(MAIL), kept("GEHEIM Text")) == ([], [])
    assert kept(url("Person")), "the person goes out still"
    assert not (settings.exports / "generations" / first.generation).exists()
    before = generations()
    assert run(settings, slug(engine), "--show", "Meeting.participant", *WHO).exit_code == 0
    after = generations()
    assert after != before
    assert run(settings, slug(engine), "--show", "Person.phone", *WHO).exit_code == 0
    assert generations() == after, "nothing of it had gone out"


def test_attendance_is_shown_and_passed_on_only_by_decision(engine: Engine, settings: Settings) -> None:
    come(engine)
    assert "participant" not in out(engine, "Meeting")
    assert run(settings, slug(engine), "--allow", "Meeting.participant", *WHO).exit_code == 0
    assert len(out(engine, "Meeting")["participant"]) == 1, "at once: it is here"
    assert run(settings, slug(engine), "--withhold", "Meeting.participant", *WHO).exit_code == 0
    assert "participant" not in out(engine, "Meeting")
    with Session(engine) as session:
        assert session.scalar(select(Link.to_id).where(Link.property == "participant")) is None
        assert "participant" not in session.get_one(Meeting, url("Meeting")).raw
    come(engine)
    with Session(engine) as session:
        assert session.scalar(select(Link.to_id).where(Link.property == "participant")) is None
        assert session.get_one(Meeting, url("Meeting")).withheld == ["participant"]


def test_a_contact_of_the_council_can_be_withheld(engine: Engine, settings: Settings) -> None:
    body = thing("Body", license="https://www.govdata.de/dl-de/zero-2-0", contactName="Frau Nadel")
    save(engine, [body], "Body")
    assert run(settings, slug(engine), "--withhold", "Body.contactName", *WHO).exit_code == 0
    assert "Nadel" not in everything(engine)
    save(engine, [body], "Body")
    assert "Nadel" not in everything(engine)


@pytest.mark.parametrize(
    "stated",
    [{"x": MAIL}, [[MAIL]], 7, True, "x" * 501, [{"mail": MAIL}, 3], "\x00\x1b", "", [], {"email": {"email": MAIL}}],
)
def test_only_plain_texts_are_taken_in(engine: Engine, settings: Settings, stated: Any) -> None:
    come(engine)
    run(settings, slug(engine), "--allow", "Person.email", *WHO)
    come(engine, person() | {"email": stated})
    assert MAIL not in everything(engine)
    with Session(engine) as session:
        assert "email" not in session.get_one(Person, url("Person")).raw


def test_a_decision_is_recorded_with_its_ground_or_not_made(engine: Engine, settings: Settings) -> None:
    come(engine)
    name = slug(engine)
    for words in (
        ("--allow", "Person.email"),
        ("--allow", "Person.email", "--reason", "x", "--by", " "),
        ("--allow", "Person.location", *WHO),
        ("--allow", "Person.email", "--withhold", "Person.email", *WHO),
    ):
        assert run(settings, name, *words).exit_code == 2, words
    assert run(settings, "nobody").exit_code == 2
    assert run(settings, name, "--allow", "File.fulltext", *WHO).exit_code == 0
    told = orjson.loads(run(settings, name, "--json").stdout)
    assert told["levels"]["File.fulltext"] == "open"
    assert told["levels"]["Person.email"] == "nowhere"
    assert [one["what"] for one in told["decisions"]] == ["File.fulltext"]
    assert "Einwilligung vom 1.2." in run(settings, name).output
    assert run(settings, name, "--allow", "File.fulltext", *WHO).exit_code == 0
    with Session(engine) as session:
        assert len(session.scalars(select(PolicyDecision)).all()) == 1, "what holds already is not decided again"
        assert policy_of(session, 1).has_fulltext
        assert not policy_of(session, None).has_fulltext


def test_what_is_hidden_does_not_come_back_with_it(engine: Engine, settings: Settings) -> None:
    come(engine)
    run(settings, slug(engine), "--allow", "Person.email", *WHO)
    come(engine)
    number = ticket(engine, key_of(url("Person")))
    hiding.hide(engine, url("Person"), SITE, number)
    assert MAIL in everything(engine)
    run(settings, slug(engine), "--withhold", "Person.email", *WHO)
    assert MAIL not in everything(engine)
    hiding.show_again(engine, number)
    assert MAIL not in everything(engine)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_passed_on_no_more_goes_out_of_downloads_with_the_decision(engine: Engine, settings: Settings) -> None:
    come(engine)
    allowed = run(settings, slug(engine), "--allow", "Meeting.participant", *WHO)
    assert allowed.exit_code == 0
    exports.publish(engine, settings.exports, base_url=settings.base_url)
    named = f"{settings.base_url}/oparl/v1.1/person/{key_of(url('Person'))}"
    assert named in _meeting(settings)["participant"]
    assert run(settings, slug(engine), "--show", "Meeting.participant", *WHO).exit_code == 0
    assert "participant" not in _meeting(settings)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "said"), [(OSError(28, "No space left"), "No space left"), (exports.InvalidExport("x"), "InvalidExport")]
)
def test_downloads_that_cannot_be_written_keep_nothing_else_from_being_cleared(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, fault: Exception, said: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(exports, "redact", broken)
    assert outgoing.redact(engine, settings) == [f"Published downloads still hold it: {said}."]


def _meeting(settings: Settings) -> dict[str, Any]:
    path = exports.path_of(settings.exports, "all/Meeting.ndjson.gz")
    assert path is not None
    said: dict[str, Any] = orjson.loads(gzip.decompress(path.read_bytes()))
    return said
