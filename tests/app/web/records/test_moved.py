"""Addresses from before a server moved: they lead to the same record."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now, writing
from app.models import Alias, Source, key_of
from tests import factories
from tests.app.web.conftest import Town


def alias(engine: Engine, record: Any, old: str) -> str:
    """Note that a record had another id; returns the key from then."""
    with writing(engine) as session:
        source = session.get(Source, record.source_id)
        assert source is not None
        session.add(Alias(key=key_of(old), old_id=old, new_id=record.id, source_id=source.id, at=now()))
    return key_of(old)


def test_a_page_under_its_old_key_leads_to_the_new_one(engine: Engine, client: FlaskClient, town: Town) -> None:
    for record, folder in ((town.paper, "papers"), (town.meeting, "meetings"), (town.person, "people")):
        old = alias(engine, record, f"https://old.example/{folder}/1")
        answer = client.get(f"/{folder}/{old}?lang=en&q=%26")
        assert (answer.status_code, answer.location) == (301, f"/{folder}/{record.key}?lang=en&q=%26")
    old = alias(engine, town.file, "https://old.example/file")
    answer = client.get(f"/files/{old}/original")
    assert (answer.status_code, answer.location) == (301, f"/files/{town.file.key}/original")


def test_a_list_narrowed_by_an_old_key_is_narrowed_by_the_record(
    engine: Engine, client: FlaskClient, town: Town
) -> None:
    old = alias(engine, town.organization, "https://old.example/o")
    answer = client.get(f"/papers?organization={old}")
    assert answer.status_code in (200, 308)
    answer = client.get(f"/papers/?organization={old}")
    assert answer.status_code == 200


def test_nothing_else_leads_anywhere(engine: Engine, client: FlaskClient, town: Town) -> None:
    gone = factories.paper(deleted=True)
    factories.save(engine, gone)
    old = alias(engine, gone, "https://old.example/gone")
    assert client.get(client.get(f"/papers/{old}").location).status_code == 410
    lost = alias(engine, town.paper, "https://old.example/lost")
    assert client.get(f"/meetings/{lost}").status_code == 404, "a paper is no meeting"
    assert client.get(f"/papers/{key_of('https://old.example/never')}").status_code == 404
    assert client.get("/papers/%00").status_code == 404
