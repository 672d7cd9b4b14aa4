"""Every link in every mail leads somewhere, and looking there changes nothing."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from app.alerts.mails.letters import letter_of
from app.config import Settings
from app.db import now, writing
from app.models import AlertDelivery, Paper, Subscriber
from tests import factories as make
from tests.app.web.conftest import Page, Town
from tests.dump import dump

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GONE = 410  # what a page says whose record was withdrawn


def owed(engine: Engine, town: Town) -> None:
    """Owe one mail of each kind, with as many kinds of links as there are."""
    reader, asked = make.subscriber(), make.subscriber(address="new@example.org", confirmed_at=None, requested_at=now())
    paper, gone = make.paper(name="Neu"), make.paper(name="Fort")
    held = make.meeting(name="Sitzung", start=now().replace(microsecond=0))
    item = make.agenda_item(held, name="Wahl", result="beschlossen")
    make.save(engine, reader, asked, paper, gone, held, item)
    follows = [
        make.alert(reader, "search", "gartenstraße"),
        make.alert(reader, "paper", town.paper.id),
        make.alert(reader, "person", town.person.id),
        make.alert(reader, "organization", town.organization.id, asked_at=now()),
        make.alert(reader, "meeting", town.meeting.id),
        make.alert(reader, "body", town.paper.body_id or ""),
        make.alert(reader, "near", "51.50000,9.50000,500,Gartenstraße 1"),
    ]
    kinds = ("news", "manage")
    mails = [make.alert_delivery(reader, kind) for kind in kinds]
    make.save(engine, follows)
    make.save(engine, mails, make.alert_delivery(asked, "confirm"))
    told = [town.paper, town.file, town.meeting, town.organization, town.person, paper]
    rows = [make.notice(follow, row, delivery=mails[0]) for follow in follows for row in told]
    rows += [
        make.notice(follows[0], item, "decided", mails[0], matter_id=held.id),
        make.notice(follows[1], gone, "withdrawn", mails[0]),
    ]
    make.save(engine, rows)
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == gone.id).values(deleted=True, name=None))


def test_every_link_in_every_mail_works_and_changes_nothing(
    client: FlaskClient, engine: Engine, settings: Settings, town: Town
) -> None:
    owed(engine, town)
    links: set[str] = set()
    with Session(engine) as session:
        for mail in session.query(AlertDelivery).all():
            letter = letter_of(session, settings, session.get_one(Subscriber, mail.subscriber_id), mail, now())
            assert letter is not None, mail.kind
            in_text = set(re.findall(r"http://portal\.example\S*", letter.text))
            in_html = {link["href"] for link in Page(letter.html).every("a")}
            assert in_html <= in_text, in_html - in_text
            links |= in_text | in_html | {letter.end}
    before = dump(engine)
    answers = {link: client.get(link.removeprefix(settings.base_url)).status_code for link in sorted(links)}
    assert {link: code for link, code in answers.items() if code not in (200, GONE)} == {}
    assert sum(code == GONE for code in answers.values()) == 1
    assert len(answers) > 20
    assert dump(engine) == before
