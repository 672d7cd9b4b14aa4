"""Our worker mirrors our own OParl server and has what the portal has; what happens there arrives at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AgendaItem, File, Paper, Problem, Source
from demo.mutations import MUTATIONS
from oparl_sync import erase
from tests.faults.council import Council
from tests.oparl.town import Chain, Town, chain


def problems(links: Chain) -> list[str]:
    with Session(links.mirror.engine) as session:
        return [f"{one.kind} {one.about}" for one in session.scalars(select(Problem))]


@pytest.mark.xdist_group("oparl")
def test_a_mirror_of_our_mirror_is_the_same_and_notes_no_problem() -> None:
    with chain(Town()) as links:
        assert links.differences() == []
        assert problems(links) == []
        with Session(links.mirror.engine) as session:
            assert session.scalars(select(Source.state)).all() == ["complete"]
            assert (session.scalar(select(func.count()).where(File.blob_sha256.is_not(None))) or 0) > 100
        links.follow()
        assert links.differences() == []


@pytest.fixture
def links() -> Iterator[Chain]:
    with chain(Council()) as links:
        links.follow()  # the second time it is known what the filter is worth
        yield links


def later(links: Chain) -> None:
    links.council.later(hours=3)


def test_what_happens_at_the_council_arrives_through_us_with_the_next_sync(links: Chain) -> None:
    for seed, name in enumerate(["delete", *sorted(MUTATIONS), "undelete"]):
        later(links)
        links.council.happens(name, seed)
        links.publish(full=True)
        asked = links.follow()
        assert links.differences() == [], (name, seed)
        assert any("modified_since" in one for one in asked)
        assert problems(links) == []


def test_an_item_that_is_closed_is_closed_downstream(links: Chain) -> None:
    item = next(one for one in links.council.town.objects.values() if str(one["type"]).endswith("AgendaItem"))
    later(links)
    meeting = links.council.town.objects[str(item["meeting"])]
    stamp = links.council.now.isoformat(timespec="seconds")
    links.council.town.put(item | {"public": False, "modified": stamp})
    links.council.town.put(meeting | {"modified": stamp})
    links.publish()
    links.follow()
    assert links.differences() == []
    with Session(links.mirror.engine) as session:
        [closed] = session.scalars(select(AgendaItem).where(AgendaItem.public.is_(False))).all()
        assert closed.name is None


def test_what_is_erased_here_is_gone_downstream(links: Chain) -> None:
    with Session(links.portal.engine) as session:
        paper = session.scalars(select(Paper)).first()
    assert paper is not None
    later(links)
    erase.erase(links.portal.engine, paper.id, links.portal.settings.base_url)
    links.publish()
    links.follow()
    assert links.differences() == []
    with Session(links.mirror.engine) as session:
        gone = session.scalars(select(Paper).where(Paper.deleted)).one()
        assert str(paper.name) not in str(gone.raw)
        assert session.scalar(select(func.count()).where(Paper.name == paper.name)) == 0


def test_what_we_publish_a_day_late_is_not_missed(links: Chain) -> None:
    # The council's own stamp lies before the last sync downstream; ours does not.
    links.council.happens("update", 5)
    links.council.now += timedelta(days=3)
    links.follow()
    links.publish()
    links.follow()
    assert links.differences() == []
