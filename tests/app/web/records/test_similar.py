"""Papers that are like the one that is read, as its words say."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update

from app.config import Settings
from app.db import writing
from app.models import Paper
from search import EngineUnavailable
from search.searching import Index
from tests import factories
from tests.app.web.conftest import Town, reindex

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = "Findling Feuersteinbruch Eiszeitgarten"


@pytest.fixture
def like(town: Town, engine: Engine, settings: Settings) -> list[Paper]:
    """Give seven papers that share rare words, and the town's others, which share none with them."""
    papers = [factories.paper(name=f"{WORDS} {number}", reference=f"2026/100{number}") for number in range(7)]
    with writing(engine) as session:
        session.add_all(papers)
        session.add(factories.link(papers[0], "relatedPaper", papers[1]))
    reindex(engine, settings)
    return papers


def similar(client: FlaskClient, paper: Paper) -> str:
    """The part of a paper's page that names similar ones, empty where it has none."""
    return client.get(f"/papers/{paper.key}").text.partition('aria-labelledby="similar"')[2].partition("</section>")[0]


def test_it_names_five_that_share_its_words_and_not_what_belongs_to_it_anyway(
    client: FlaskClient, like: list[Paper], town: Town
) -> None:
    first, related, *others = like
    text = similar(client, first)
    assert "Ähnliche Vorlagen" in text
    named = [paper for paper in (*others, related, first, town.paper) if f"/papers/{paper.key}" in text]
    assert len(named) in (4, 5)
    assert set(named) <= set(others)


def test_it_names_none_where_nothing_is_like_it(
    client: FlaskClient, like: list[Paper], engine: Engine, settings: Settings
) -> None:
    alone = factories.paper(name="Zzyzx", reference=None, paper_type=None)
    with writing(engine) as session:
        session.add(alone)
    reindex(engine, settings)
    assert similar(client, alone) == ""


def test_what_was_withdrawn_is_not_named(client: FlaskClient, like: list[Paper], engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id != like[0].id).values(deleted=True))
    assert similar(client, like[0]) == ""


def test_the_text_of_its_main_file_tells_what_it_is_about(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def related(_: Index, document_id: str, limit: int, *, text_key: str) -> tuple[()]:
        asked.append((document_id, text_key))
        return ()

    monkeypatch.setattr(Index, "related", related)
    similar(client, town.paper)
    assert asked == [(town.paper.id, town.file.blob_sha256)]
    assert town.file.blob_sha256


def test_a_paper_can_be_read_while_the_index_is_away(
    client: FlaskClient, like: list[Paper], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise EngineUnavailable("it is away")

    monkeypatch.setattr(Index, "related", away)
    assert client.get(f"/papers/{like[0].key}").status_code == 200
    assert similar(client, like[0]) == ""
