"""What is hidden is gone from everywhere at once, stays so whatever its server says, and comes back whole."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import indexing
from app.config import Settings
from app.db import now, writing
from app.files import FileStore, open_store
from app.models import (
    AgendaItem,
    Blob,
    Change,
    File,
    Hidden,
    Link,
    Lookup,
    Paper,
    Person,
    PublicObject,
    Takedown,
    key_of,
)
from app.news import refreshing as news
from app.publication import refreshing as publication
from app.queries.history import changes_of
from app.queries.papers import papers
from app.shown import shown
from oparl_sync import erase, hiding, withdraw
from oparl_sync.clearing import clear
from oparl_sync.progress import Progress
from oparl_sync.removing import remove
from search import open_index, parse_query
from tests.oparl_sync.council import Council, save, thing, url
from tests.oparl_sync.test_erase import SITE, published, secret_paper

QUIET = Progress(quiet=True)


@pytest.fixture
def store(settings: Settings) -> FileStore:
    return open_store(settings.files_url)


def ticket(engine: Engine, key: str, state: str = "hidden") -> int:
    with writing(engine) as session:
        number = session.query(Takedown).count() + 1
        row = Takedown(
            reference=f"T-{number}",
            nonce=f"{number:032}",
            at=now(),
            who="person",
            reason="personal",
            object_key=key,
            page="",
            words="",
            language="de",
            state=state,
        )
        session.add(row)
        session.flush()
        return row.id


def rows(engine: Engine) -> list[Any]:
    """Return all that rows and links say, but for when that was last seen to change."""
    with engine.connect() as connection:
        found: list[Any] = []
        for model in (Paper, File, Link, AgendaItem):
            table = model.__table__
            columns = [c for c in table.columns if c.name != "changed_at"]
            found += sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
        return found


def total(settings: Settings, word: str) -> int:
    index = open_index(settings.search_url)
    found = index.search(parse_query(word)).total
    index.close()
    return found


def test_it_goes_from_everywhere_and_comes_back_whole(engine: Engine, settings: Settings, store: FileStore) -> None:
    published(engine, Council(), store, read=True)
    index = open_index(settings.search_url)
    indexing.rebuild(engine, index)
    index.close()
    news.refresh(engine)
    publication.refresh(engine, SITE)
    before, hits = rows(engine), total(settings, "GEHEIM")
    number = ticket(engine, key_of(url("Paper")))
    assert hits
    assert hiding.hide(engine, url("Paper"), SITE, number).counts == {"Paper": 1, "Consultation": 1, "File": 1}
    assert clear(engine, store, settings, QUIET) == []
    publication.refresh(engine, SITE)
    assert total(settings, "GEHEIM") == 0
    with Session(engine) as session:
        assert [paper.name for paper in papers(session).rows] == ["offen"]
        assert session.scalar(select(File.id).where(shown(File))) is None
        assert session.scalar(select(Blob.sha256)) is not None, "bytes stay while it is open"
        gone = session.scalars(select(PublicObject).where(PublicObject.deleted)).all()
        assert {one.reason for one in gone} == {"withheld"}
        assert news.refresh(engine) == 0, "it is news to nobody"
    assert hiding.show_again(engine, number) == 3
    assert clear(engine, store, settings, QUIET) == []
    assert rows(engine) == before
    assert total(settings, "GEHEIM") == hits
    assert news.refresh(engine) == 0
    publication.refresh(engine, SITE)
    with Session(engine) as session:
        assert not session.scalars(select(PublicObject).where(PublicObject.deleted)).all()
        paper = session.get_one(Paper, url("Paper"))
        told = [event.change.diff for event in changes_of(session, paper, [])]
        assert {"reference": ["GEHEIM 1", "GEHEIM 2"]} in told, "its history is whole again"
        assert session.scalars(select(Hidden)).all() == []
        assert {row.object_id for row in session.scalars(select(Lookup))} == {url("Paper")}, "it is asked for anew"


@pytest.mark.parametrize("again", ["alone", "embedded", "tombstone", "as news"])
def test_its_server_does_not_bring_it_back(engine: Engine, store: FileStore, again: str) -> None:
    published(engine, Council(), store)
    number = ticket(engine, key_of(url("Paper")))
    hiding.hide(engine, url("Paper"), SITE, number)
    kept = rows(engine)
    pages: dict[str, tuple[list[Any], str]] = {
        "alone": ([thing("File", 1, name="GEHEIM", paper=[url("Paper")])], "File"),
        "embedded": ([thing("Meeting", 1, auxiliaryFile=[thing("File", 1, name="GEHEIM")])], "Meeting"),
        "tombstone": ([thing("Paper", 1, deleted=True)], "Paper"),
        "as news": ([secret_paper(auxiliaryFile=[thing("File", 9, name="GEHEIM neu")])], "Paper"),
    }
    save(engine, *pages[again])
    assert [row for row in rows(engine) if row in kept] == kept
    with Session(engine) as session:
        assert [one.name for one in session.scalars(select(Paper).where(shown(Paper)))] == ["offen"]
        assert session.scalar(select(File.id).where(shown(File))) is None


def test_a_part_stays_hidden_for_its_own_request_when_the_whole_comes_back(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    whole, part = ticket(engine, key_of(url("Paper"))), ticket(engine, key_of(url("File")))
    hiding.hide(engine, url("Paper"), SITE, whole)
    hiding.hide(engine, url("File"), SITE, part)
    assert hiding.show_again(engine, whole) == 2
    with Session(engine) as session:
        assert session.scalars(select(Hidden.object_id)).all() == [url("File")]
        assert session.scalar(select(File.id).where(shown(File))) is None
    assert hiding.show_again(engine, part) == 1
    with Session(engine) as session:
        assert session.scalar(select(File.id).where(shown(File))) == url("File")


def test_what_was_hidden_first_stays_so_with_the_whole_that_was_hidden_later(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    part, whole, third = (ticket(engine, key_of(url(kind))) for kind in ("File", "Paper", "Paper"))
    hiding.hide(engine, url("File"), SITE, part)
    hiding.hide(engine, url("Paper"), SITE, whole)
    hiding.hide(engine, url("Paper"), SITE, third)
    assert hiding.show_again(engine, part) == 0
    assert hiding.show_again(engine, third) == 0
    assert hiding.show_again(engine, whole) == 3


def test_a_part_of_what_is_hidden_can_be_erased_with_what_is_its(engine: Engine, store: FileStore) -> None:
    file = thing("File", 7, name="GEHEIM", accessUrl="https://oparl.example.org/files/7")
    item = thing("AgendaItem", 1, name="GEHEIM", number="1", public=True, auxiliaryFile=[file])
    other = thing("AgendaItem", 2, name="offen", number="2", public=True)
    save(engine, [thing("Meeting", 1, name="Rat", agendaItem=[item, other])], "Meeting")
    hiding.hide(engine, url("Meeting"), SITE, ticket(engine, key_of(url("Meeting"))))
    reached = erase.erase(engine, url("AgendaItem"), SITE)
    assert reached.counts == {"AgendaItem": 1, "File": 1}
    with Session(engine) as session:
        left = {one.object_id: str(one.kept) for one in session.scalars(select(Hidden))}
    assert left.keys() == {url("Meeting"), url("AgendaItem", 2)}
    assert "GEHEIM" not in " ".join(left.values())


def test_hidden_twice_is_hidden_once_and_for_two_requests_until_both_end(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    key = key_of(url("Paper"))
    one, other = ticket(engine, key), ticket(engine, key)
    hiding.hide(engine, url("Paper"), SITE, one)
    hiding.hide(engine, f"{SITE}/papers/{key}", SITE, other)
    assert hiding.show_again(engine, one) == 0
    assert hiding.show_again(engine, one) == 0
    with writing(engine) as session:
        session.get_one(Takedown, one).state = "refused"
    assert hiding.show_again(engine, other) == 3
    assert hiding.show_again(engine, other) == 0


def test_what_is_hidden_can_be_erased_with_all_its_parts(engine: Engine, settings: Settings, store: FileStore) -> None:
    published(engine, Council(), store, read=True)
    hiding.hide(engine, url("Paper"), SITE, ticket(engine, key_of(url("Paper"))))
    reached = erase.erase(engine, url("Paper"), SITE)
    assert reached.counts == {"Paper": 1, "Consultation": 1, "File": 1}
    assert clear(engine, store, settings, QUIET) == []
    with Session(engine) as session:
        assert session.scalars(select(Hidden)).all() == []
        assert session.scalars(select(Blob.sha256)).all() == []
        kinds = session.scalars(select(Change.kind).where(Change.object_id == url("File")).order_by(Change.seq)).all()
        assert kinds[-1] == "erased"


def test_what_is_withdrawn_cannot_be_hidden(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    with writing(engine) as session:
        withdraw.withdraw(session, "Paper", [url("Paper")], source_id=1, backfill=False, at=now())
    with pytest.raises(erase.NotErasable, match="withdrawn already"):
        hiding.hide(engine, url("Paper"), SITE)
    with pytest.raises(erase.NotErasable, match="nothing here"):
        hiding.hide(engine, "/papers/nothing", SITE)


def test_a_person_is_hidden_with_all_memberships(engine: Engine) -> None:
    save(engine, [thing("Person", 1, name="Erika Muster", membership=[thing("Membership", 1, role="R")])], "Person")
    number = ticket(engine, key_of(url("Person")))
    assert hiding.hide(engine, url("Person"), SITE, number).counts == {"Person": 1, "Membership": 1}
    with Session(engine) as session:
        assert session.scalar(select(Person.id).where(shown(Person))) is None
    assert hiding.show_again(engine, number) == 2


def test_a_killed_hiding_leaves_nothing_half_done(
    engine: Engine, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(engine, Council(), store)
    before = rows(engine)
    calls: list[str] = []
    real = hiding._hide_type

    def killed(session: Session, object_type: str, *given: Any) -> int:
        calls.append(object_type)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(session, object_type, *given)

    with monkeypatch.context() as patches:
        patches.setattr(hiding, "_hide_type", killed)
        with pytest.raises(KeyboardInterrupt):
            hiding.hide(engine, url("Paper"), SITE)
    assert rows(engine) == before
    with Session(engine) as session:
        assert session.scalars(select(Hidden)).all() == []
    hiding.hide(engine, url("Paper"), SITE, ticket(engine, key_of(url("Paper"))))


def test_two_that_hide_at_once_hide_once(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    before = rows(engine)
    number = ticket(engine, key_of(url("Paper")))
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(hiding.hide, engine, url("Paper"), SITE, number) for _ in range(4)]
        assert {one.result().ids["Paper"][0] for one in asked} == {url("Paper")}
    with Session(engine) as session:
        assert len(session.scalars(select(Hidden)).all()) == 3
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(lambda _: hiding.show_again(engine, number), range(4))) == 3
    assert rows(engine) == before


def test_a_source_that_is_removed_takes_what_is_hidden_of_it(engine: Engine, store: FileStore) -> None:
    published(engine, Council(), store)
    hiding.hide(engine, url("Paper"), SITE, ticket(engine, key_of(url("Paper"))))
    remove(lambda: writing(engine), 1)
    with Session(engine) as session:
        assert session.scalars(select(Hidden)).all() == []
    save(engine, [secret_paper(), thing("Paper", 2, name="offen")], "Paper")
    with Session(engine) as session:
        assert session.scalars(select(Paper.name)).all() == ["offen"], "what was hidden does not come back"
