"""What a source writes goes into mails as words: no element, no header, no address of somebody else."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.alerts.mails.letters import letter_of
from app.config import Settings
from app.db import now
from app.mail import compose
from app.models import AlertDelivery, Subscriber
from tests import factories as make
from tests.app.web.conftest import Page
from tests.hostile import bundles

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no database takes part
NEVER = {"script", "img", "svg", "iframe", "object", "form", "base", "link", "input", "video"}


def test_mails_take_words_for_words(engine: Engine, settings: Settings) -> None:
    reader = make.subscriber()
    make.save(engine, reader)
    mails: list[int] = []
    for text in bundles(60):
        text = text.replace("\0", "")  # noqa: PLW2901 - no database of ours takes it
        paper, other = make.paper(name=text, reference=text, paper_type=text), make.organization(name=text)
        held = make.meeting(name=text, start=now())
        file, *read = make.read_file("", "", f"{text} gesucht {text}", of=paper, name=text)
        alert = make.alert(reader, value=f"gesucht OR {len(mails)}")
        board = make.alert(reader, "organization", other.id)
        renamed = make.change(paper, "updated", fields=["name"], diff={"name": [text, text[::-1]]})
        mail = make.alert_delivery(reader)
        make.save(engine, paper, other, held, make.link(held, "organization", other), alert, board)
        make.save(engine, file, read)
        make.save(engine, mail, renamed)
        make.save(
            engine,
            make.notice(alert, paper, "changed", mail, changes=[renamed.seq]),
            make.notice(alert, file, "new", mail, matter_id=paper.id),
            make.notice(board, held, "new", mail),
        )
        mails.append(mail.id)
    with Session(engine) as session:
        for mail_id in mails:
            mail, whom = session.get_one(AlertDelivery, mail_id), session.get_one(Subscriber, reader.id)
            letter = letter_of(session, settings, whom, mail, now())
            assert letter is not None
            message = compose(letter)
            assert not set(message["Subject"]) & {"\r", "\n"}
            assert message["To"] == "reader@example.org"
            assert "Bcc" not in message
            message.as_bytes()
            page = Page(letter.html)
            assert not NEVER & {tag for tag, _ in page.elements}
            assert not [name for _, found in page.elements for name in found if name.startswith("on")]
            assert all(link["href"].startswith(settings.base_url) for link in page.every("a"))
