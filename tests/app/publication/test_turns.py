"""A turn that is killed, or that another one overtakes, leaves nothing half; whatever comes too late is read again."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.models import Paper, PublicObject, PublicSource, PublicState, Source
from app.publication import refreshing
from app.publication.writing import Turn
from oparl_sync.erase import Extent
from oparl_sync.hiding import hide
from oparl_sync.removing import remove
from tests import factories as make
from tests.app.publication.test_histories import BASE, forms


@pytest.fixture
def town(engine: Engine) -> Engine:
    """Give a council with some papers and their files, of which nothing went out yet."""
    make.save(engine, make.source(license="cc-by"), make.system(), make.body(license=None))
    papers = [make.paper(reference=f"2026/{number}") for number in range(7)]
    make.save(engine, *papers, *[make.read_file(f"Text {paper.key}", of=paper) for paper in papers])
    make.save(engine, *[make.change(paper) for paper in papers])
    return engine


def told(engine: Engine, paper: Paper) -> None:
    """Alter a paper, as the mirror does."""
    with writing(engine) as session:
        session.execute(update(Paper).where(Paper.id == paper.id).values(name="Anders"))
    make.save(engine, make.change(paper, "updated"))


@pytest.mark.parametrize("after", range(6))
def test_killed_at_any_commit_it_is_gone_on_with(town: Engine, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    monkeypatch.setattr(refreshing, "AT_ONCE", 3)
    write, done = Turn.write, list[int]()

    def killed(turn: Turn) -> PublicState:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(1)
        return write(turn)

    monkeypatch.setattr(Turn, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        refreshing.refresh(town, BASE)
    with Session(town) as session:
        assert session.scalar(select(PublicSource)) is None, "its lists are not open yet"
    monkeypatch.setattr(Turn, "write", write)
    refreshing.refresh(town, BASE)
    live = forms(town)
    assert len(live) == 15
    with writing(town) as session:
        session.execute(delete(PublicState))
    refreshing.refresh(town, BASE)
    assert forms(town) == live


def test_a_turn_that_another_one_overtook_writes_nothing_old(town: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshing.refresh(town, BASE)
    with Session(town) as session:
        paper = session.scalars(select(Paper).order_by(Paper.id)).first()
    assert paper
    write, overtaken = Turn.write, list[Any]()

    def overtake(turn: Turn) -> PublicState:
        if not overtaken:
            overtaken.append(turn)
            told(town, paper)  # between its reading and its writing
            other = threading.Thread(target=refreshing.refresh, args=(town, BASE))
            other.start()
            other.join()
        return write(turn)

    with writing(town) as session:
        session.execute(update(Paper).where(Paper.id == paper.id).values(name="Überholt"))
    make.save(town, make.change(paper, "updated"))
    monkeypatch.setattr(Turn, "write", overtake)
    refreshing.refresh(town, BASE)
    assert overtaken
    assert forms(town)[paper.key]["name"] == "Anders"
    with Session(town) as session:
        seqs = session.scalars(select(PublicObject.seq)).all()
    assert len(set(seqs)) == len(seqs)


def test_who_has_to_stop_stops_in_the_middle_of_a_source(town: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "AT_ONCE", 1)
    looked = list[int]()
    done = refreshing.refresh(town, BASE, enough=lambda: len(looked) >= 2, progress=looked.append)
    assert done.looked == 2
    with Session(town) as session:
        assert session.scalar(select(PublicSource)) is None, "its lists are not open yet"
    refreshing.refresh(town, BASE)
    assert len(forms(town)) == 15


def test_what_has_to_go_does_not_wait_for_a_whole_source(town: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshing.refresh(town, BASE)
    with writing(town) as session:
        session.execute(update(Source).values(license="cc-zero"))
        papers = session.scalars(select(Paper).order_by(Paper.key)).all()
    monkeypatch.setattr(refreshing, "AT_ONCE", 1)
    at = list[int]()

    def looked(_: int) -> None:
        with Session(town) as session:
            if session.get_one(PublicObject, papers[-1].key).deleted:
                at.append(session.scalar(select(func.count()).where(PublicObject.license == "cc-by")) or 0)
        if not hidden:
            hidden.append(hide(town, papers[-1].key, BASE))

    hidden = list[Extent]()
    refreshing.refresh(town, BASE, progress=looked)
    assert at
    assert at[0] > 5, "most of the source was not written yet"
    live = forms(town)
    assert papers[-1].key not in live
    assert {one["ratslupe:license"] for one in live.values()} == {"cc-zero"}


def test_a_source_that_another_one_gives_up_meanwhile_is_written_again(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshing.refresh(town, BASE)
    with writing(town) as session:
        refreshing.again(session, 1)  # nothing is another form: no turn has anything to write
    write, given_up = Turn.write, list[Any]()

    def overtake(turn: Turn) -> PublicState:
        state = write(turn)
        if not given_up:
            given_up.append(turn)
            with writing(town) as session:  # as another one does who finds that too much is touched
                session.execute(update(PublicSource).values(terms=""))
                session.execute(update(PublicState).values(seq=PublicState.seq + 1))
        return state

    monkeypatch.setattr(Turn, "write", overtake)
    looked = refreshing.refresh(town, BASE).looked
    assert given_up
    assert looked > 15, "once more from the beginning"
    with Session(town) as session:
        assert session.scalars(select(PublicSource.terms)).one()


def test_a_source_that_is_given_up_leaves_tombstones(town: Engine) -> None:
    refreshing.refresh(town, BASE)
    with Session(town) as session:
        source_id = session.scalars(select(Source.id)).one()
    remove(lambda: writing(town), source_id)
    refreshing.refresh(town, BASE)
    with Session(town) as session:
        rows = session.scalars(select(PublicObject)).all()
    assert rows
    assert {(row.deleted, row.reason, row.source_id) for row in rows} == {(True, "deleted", None)}


def test_many_that_are_touched_at_once_have_all_of_the_source_written_anew(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshing.refresh(town, BASE)
    monkeypatch.setattr(refreshing, "MANY", 0)
    with Session(town) as session:
        paper = session.scalars(select(Paper).order_by(Paper.id)).first()
    assert paper
    told(town, paper)
    done = refreshing.refresh(town, BASE)
    assert (done.changes, done.looked, done.written) == (1, 15, 1)
    assert forms(town)[paper.key]["name"] == "Anders"
