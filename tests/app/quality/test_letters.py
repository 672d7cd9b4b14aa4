"""The mail of a quarter goes out once: whoever is killed, whoever else sends, whatever a council is called."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import writing
from app.mail import AddressError, DeferredError, FolderMailer, NobodyThereError, UnreachableError, open_mailer
from app.models import QualityAddress, QualityLetter, Source
from app.quality import addresses, letters, snapshots
from tests import factories

MAY, JULY, AUGUST = (datetime(2026, month, 2, 9, tzinfo=UTC) for month in (5, 7, 8))


@pytest.fixture
def office(engine: Engine) -> None:
    """Let the office of a council with two undated papers get the report from July on."""
    papers = [factories.paper(date=None, web="https://x"), factories.paper(date=None, reference="7", web="https://x")]
    factories.save(engine, factories.body(name="Stadt Musterstadt"), papers)
    addresses.put(engine, 1, "rat@stadt.example", "de", MAY)
    snapshots.take(engine, JULY)


def mailed(settings: Settings) -> list[EmailMessage]:
    folder = Path(urlsplit(settings.mail_url).path)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]


def send(engine: Engine, settings: Settings, moment: datetime) -> int:
    return letters.send_owed(engine, open_mailer(settings.mail_url), settings, clock=lambda: moment)


def text_of(mail: EmailMessage, kind: str) -> str:
    body = cast(Any, mail.get_body((kind,)))
    return str(body.get_content())


def test_quarters_are_german() -> None:
    assert letters.quarter_of(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "2027-Q1"
    assert letters.quarter_of(datetime(2026, 9, 30, 21, tzinfo=UTC)) == "2026-Q3"
    assert letters.began("2026-Q3") == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.usefixtures("office")
def test_it_goes_out_once_a_quarter(engine: Engine, settings: Settings) -> None:
    assert send(engine, settings, MAY) == 0  # nothing was counted then
    assert send(engine, settings, JULY) == 1
    assert send(engine, settings, JULY) == send(engine, settings, AUGUST) == 0
    [mail] = mailed(settings)
    assert (mail["To"], mail["From"]) == ("rat@stadt.example", "Ratslupe <clerk@example.org>")
    assert mail["Subject"] == "Datenqualität: Stadt Musterstadt"
    for kind in ("plain", "html"):
        said = text_of(mail, kind)
        assert "Bei 2 von 2 Vorlagen fehlt das Datum." in said
        assert "/quality/Paper.date" in said
        assert "3. Vierteljahr 2026" in said
    snapshots.take(engine, AUGUST + timedelta(days=70))
    assert send(engine, settings, AUGUST + timedelta(days=70)) == 1
    assert "im Vierteljahr davor" in "".join(text_of(one, "plain") for one in mailed(settings))


@pytest.mark.usefixtures("office")
def test_it_speaks_english_to_whom_wants_it(engine: Engine, settings: Settings) -> None:
    addresses.put(engine, 1, "Council@TOWN.example", "en", AUGUST)
    assert send(engine, settings, JULY) == 1  # another address does not begin anew
    [mail] = mailed(settings)
    assert mail["To"] == "Council@town.example"
    assert "For 2 of 2 papers the date is missing." in text_of(mail, "plain")


def test_an_address_that_is_new_waits_for_the_next_quarter(engine: Engine, settings: Settings) -> None:
    factories.save(engine, factories.body())
    addresses.put(engine, 1, "rat@stadt.example", "de", JULY)
    snapshots.take(engine, AUGUST)
    assert send(engine, settings, AUGUST) == 0
    mailer = open_mailer(settings.mail_url)
    assert letters.send(engine, mailer, settings, 1, clock=lambda: AUGUST)
    assert not letters.send(engine, mailer, settings, 1, clock=lambda: AUGUST)
    assert len(mailed(settings)) == 1


@pytest.mark.usefixtures("office")
def test_whoever_is_killed_while_it_is_handed_over_sends_it_no_second_time(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(FolderMailer, "send", die)
        with pytest.raises(Killed):
            send(engine, settings, JULY)
    assert send(engine, settings, AUGUST) == 0
    with Session(engine) as session:
        [known] = addresses.known(session)
        assert known.unclear
    letters.try_again(engine, 1, AUGUST)
    assert send(engine, settings, AUGUST) == 1


@pytest.mark.usefixtures("office")
def test_two_workers_send_one(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, others = letters._claim, list[int]()

    def late(*told: Any) -> bool:
        if not others:
            others.append(0)
            others[0] = send(engine, settings, JULY)
        return claim(*told)

    monkeypatch.setattr(letters, "_claim", late)
    assert send(engine, settings, JULY) == 0
    assert others == [1]
    assert len(mailed(settings)) == 1


@pytest.mark.usefixtures("office")
def test_what_the_mail_server_does_not_take_is_tried_again(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [UnreachableError("away"), DeferredError("451 later"), NobodyThereError("550 nobody")]

    def refuse(*_: object) -> None:
        raise faults.pop(0)

    with monkeypatch.context() as patched:
        patched.setattr(FolderMailer, "send", refuse)
        for hours in (0, 1, 3):
            assert send(engine, settings, JULY + timedelta(hours=hours)) == 0
        assert faults == []
    assert send(engine, settings, AUGUST) == 0  # there is nobody
    with Session(engine) as session:
        assert [one.error for one in addresses.known(session)] == ["550 nobody"]
    addresses.put(engine, 1, "amt@stadt.example", "de", AUGUST)
    assert send(engine, settings, AUGUST) == 1


@pytest.mark.usefixtures("office")
def test_hostile_names_stay_words(engine: Engine, settings: Settings) -> None:
    name = "<script>alert(1)</script>\r\nBcc: all@x.example {{ 7*7 }} %(count)s"
    with writing(engine) as session:
        session.execute(delete(QualityLetter))
    hostile = factories.body(id="https://council.example/oparl/body/2", name=name)
    factories.save(engine, hostile, factories.paper(body_id=hostile.id, date=None))
    snapshots.take(engine, JULY)
    assert send(engine, settings, JULY) == 1
    [mail] = mailed(settings)
    assert mail["Bcc"] is None
    assert "<script>alert" not in text_of(mail, "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Bcc: all@x.example {{ 7*7 }}" in text_of(mail, "html")
    assert "\nBcc" not in text_of(mail, "plain")


@pytest.mark.usefixtures("office")
def test_without_a_sender_it_waits(engine: Engine, tmp_path: Path) -> None:
    settings = Settings.embedded(tmp_path)
    assert not settings.contact
    assert send(engine, settings, JULY) == 0
    with Session(engine) as session:
        assert not letters.is_due(session, settings, JULY)


@pytest.mark.usefixtures("office")
def test_what_is_no_address_is_not_kept_and_one_can_be_taken_back(engine: Engine, settings: Settings) -> None:
    with pytest.raises(AddressError):
        addresses.put(engine, 1, "rat@stadt.example\nBcc: x@y.example", "de", MAY)
    assert addresses.remove(engine, 1)
    assert not addresses.remove(engine, 1)
    assert send(engine, settings, JULY) == 0
    assert mailed(settings) == []


@pytest.mark.usefixtures("office")
def test_a_source_that_is_given_up_takes_its_address_along(engine: Engine, settings: Settings) -> None:
    send(engine, settings, JULY)
    source = factories.source(slug="other")
    factories.save(engine, source)
    addresses.put(engine, 2, "b@b.example", "de", MAY)
    with writing(engine) as session:
        session.add(QualityLetter(source_id=2, quarter="2026-Q1", message_id="<x@y>", attempts=0))
        session.flush()
        session.execute(delete(Source).where(Source.id == 2))
    with Session(engine) as session:
        assert session.scalars(select(QualityAddress.source_id)).all() == [1]
        assert session.scalars(select(QualityLetter.source_id)).all() == [1]
