"""The worker's step: counts once a day, mails once a quarter, and ends when it is told to."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now
from app.models import PageFlag, QualitySnapshot
from app.quality import addresses
from oparl_sync import grading
from tests import factories


def test_it_does_what_is_due_once(engine: Engine, settings: Settings) -> None:
    paper = factories.paper(date=None)
    factories.save(engine, factories.body(), paper, factories.read_file("Frau X, wohnhaft", of=paper))
    addresses.put(engine, 1, "rat@stadt.example", "de", now() - timedelta(days=100))
    said: list[str] = []
    is_due, do = grading.step(engine, settings, enough=lambda: False, say=said.append)
    assert is_due()
    do()
    assert not is_due()
    do()
    assert said == ["quality: 1 reports mailed"]
    assert len(list(Path(urlsplit(settings.mail_url).path).glob("*.eml"))) == 1
    with Session(engine) as session:
        assert session.scalar(select(PageFlag.kind)) == "home"
        assert len(session.scalars(select(QualitySnapshot.day)).all()) == 1


def test_it_ends_when_it_is_told_to(engine: Engine, settings: Settings) -> None:
    paper = factories.paper()
    factories.save(engine, factories.body(), paper, factories.read_file("wohnhaft", of=paper))
    assert grading.run(engine, settings, enough=lambda: True) == 0
    with Session(engine) as session:
        assert session.scalar(select(QualitySnapshot.day)) is None
        assert session.scalar(select(PageFlag.kind)) is None
