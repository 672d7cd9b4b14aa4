"""What moves from one council to another is told to those who follow the former, to those who follow the latter,
and to those who follow all."""

from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app.answers.changes import changes, lines
from app.config import Settings
from app.db import writing
from app.exports import DELTAS, kept
from app.models import Body, OParlObject, Paper, PublicObject, key_of
from app.publication import reading, refreshing
from app.publication.reading import ListOf, Window
from tests import factories as make
from tests.app.exports.desk import BASE, LICENCE, Desk

HERE, THERE = f"{make.SERVER}/body/1", f"{make.SERVER}/body/2"
FOLLOWED = ("", key_of(HERE), key_of(THERE))


class Follower:
    """A copy kept by the feed of changes, of one council or of all."""

    def __init__(self, engine: Engine, body: str) -> None:
        self.engine, self.body, self.mark = engine, body, ""
        self.told = Settings.embedded(Path("unused"), SECRET_KEY="only-for-tests")
        self.held: dict[str, Any] = {}
        self.last: list[dict[str, Any]] = []

    def catch_up(self) -> dict[str, Any]:
        with Session(self.engine) as session:
            found = changes(session, self.told, after=self.mark, body=self.body)
            header, *self.last = map(orjson.loads, lines(found))
        for one in self.last:
            if one["op"] == "upsert":
                self.held[one["object"]["id"]] = one["object"]
            else:
                self.held.pop(one["id"], None)
        self.mark = header["cursor"]
        return self.held


def whole(engine: Engine, body: str) -> dict[str, Any]:
    """Return what goes out, of one council or of all."""
    with Session(engine) as session:
        rows = session.execute(select(PublicObject.body_key, PublicObject.json).where(~PublicObject.deleted)).all()
    return {told["id"]: told for key, json in rows if body in ("", key) and (told := orjson.loads(json))}


def two_councils(engine: Engine, *rows: Any) -> None:
    make.save(engine, make.source(license=LICENCE), make.body(license=None), make.body(id=THERE, license=None), *rows)
    refreshing.refresh(engine, BASE)


def told(engine: Engine, record: OParlObject, kind: str = "updated", **columns: Any) -> None:
    with writing(engine) as session:
        session.execute(update(type(record)).where(type(record).id == record.id).values(**columns))
    make.save(engine, make.change(record, kind))


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_of_each_council_is_what_it_has_wherever_records_go(engine: Engine, seed: int) -> None:
    chance, papers = Random(seed), [make.paper() for _ in range(4)]
    two_councils(engine, *papers)
    seldom = [Follower(engine, body) for body in FOLLOWED]
    always = [Follower(engine, body) for body in FOLLOWED]
    for step in range(15):
        for paper in chance.sample(papers, 2):
            told(engine, paper, body_id=chance.choice([HERE, THERE]), deleted=chance.random() < 0.3)
        refreshing.refresh(engine, BASE)
        for one in (*always, *(chance.sample(seldom, 1)), *([] if step < 14 else seldom)):
            assert one.catch_up() == whole(engine, one.body)
    with Session(engine) as session:
        rows = session.scalar(select(func.count()).where(PublicObject.type == "Paper").select_from(PublicObject))
    assert rows is not None
    assert rows <= 2 * len(papers), "one that goes to and fro is no new row each time"


def test_a_council_that_ends_and_comes_back_takes_along_what_fell_to_the_other(engine: Engine) -> None:
    two_councils(engine, *[make.paper() for _ in range(3)], *[make.paper(body_id=THERE) for _ in range(3)])
    followers = [Follower(engine, body) for body in FOLLOWED]
    with Session(engine) as session:
        there = session.get_one(Body, THERE)
    for deleted in (False, True, False):
        told(engine, there, "deleted" if deleted else "updated", deleted=deleted)
        refreshing.refresh(engine, BASE)
        for one in followers:
            assert one.catch_up() == whole(engine, one.body)
        assert len([one for one in followers[1].held if "/paper/" in one]) == (6 if deleted else 3)
    again = Follower(engine, key_of(THERE))
    assert again.catch_up() == followers[2].held


def test_it_is_told_why_and_what_becomes_of_it_there(engine: Engine) -> None:
    paper = make.paper()
    two_councils(engine, paper)
    former = Follower(engine, key_of(HERE))
    assert len([one for one in former.catch_up() if "/paper/" in one]) == 1
    told(engine, paper, body_id=THERE)
    refreshing.refresh(engine, BASE)
    former.catch_up()
    assert [(one["op"], one["reason"]) for one in former.last] == [("delete", "moved")]
    assert former.last[0]["id"] == f"{BASE}/oparl/v1.1/paper/{paper.key}"
    told(engine, paper, name="Anders")
    refreshing.refresh(engine, BASE)
    former.catch_up()
    assert former.last == []
    # It is not theirs any more, but they had it: what has to be forgotten has to be forgotten by them.
    told(engine, paper, "erased", deleted=True)
    refreshing.refresh(engine, BASE)
    former.catch_up()
    assert [(one["op"], one["reason"]) for one in former.last] == [("redact", "erased")]


def test_our_oparl_lists_never_say_of_a_living_object_that_it_is_gone(engine: Engine) -> None:
    paper = make.paper()
    two_councils(engine, paper)
    told(engine, paper, body_id=THERE)
    refreshing.refresh(engine, BASE)

    def listed(body: str) -> list[Any]:
        window = Window(modified_since=make.SEEN)
        with Session(engine) as session:
            of = ListOf("Paper", key_of(body))
            page = reading.page(session, of, window, 0, 10)
            assert reading.count(session, of, window) == len(page.objects)
        return [orjson.loads(one) for one in page.objects]

    assert listed(HERE) == []
    assert [one["ratslupe:body"] for one in listed(THERE)] == [f"{BASE}/oparl/v1.1/body/{key_of(THERE)}"]
    told(engine, paper, "deleted", deleted=True)
    refreshing.refresh(engine, BASE)
    # Gone for all: who followed only the former council learns that.
    assert listed(HERE) == listed(THERE)
    assert listed(HERE)[0]["deleted"] is True
    told(engine, paper, deleted=False)
    refreshing.refresh(engine, BASE)
    assert listed(HERE) == []
    assert len(listed(THERE)) == 1


def test_the_deltas_of_each_council_lead_from_one_generation_to_the_next(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.exports.parquet.is_possible", lambda: False)
    desk = Desk(engine, tmp_path / "export")
    stays, goes, comes = make.paper(), make.paper(), make.paper(body_id=THERE)
    desk.begin(make.body(id=THERE, name="Stadt Zweitstadt", license=None), stays, goes, comes)
    before = desk.publish()
    desk.alter(goes, body_id=THERE)
    desk.alter(comes, body_id=HERE)
    after = desk.publish()
    (delta,) = kept(desk.folder, DELTAS)
    councils = {one.body for one in after.councils}
    assert len(councils) == 2
    for slug in (*councils, "all"):
        path = f"{slug}/Paper.ndjson.gz"
        held = {one["id"]: one for one in desk.lines(f"{before.generation}/{path}")}
        for line in desk.lines(f"deltas/{delta.generation}/{path}"):
            if line["op"] == "upsert":
                held[line["object"]["id"]] = line["object"]
            else:
                assert line["ratslupe:reason"] == "moved"
                held.pop(line["id"])
        assert held == {one["id"]: one for one in desk.lines(f"{after.generation}/{path}")}, slug
    (listed,) = [one for one in delta.files if (one.body, one.type) == ("all", "Paper")]
    assert listed.rows == 2


def test_what_only_moved_is_taken_out_of_no_older_generation(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.exports.parquet.is_possible", lambda: False)
    monkeypatch.setattr("app.exports.redacting.WITHDRAWN_EVERY", make.SEEN - make.SEEN)
    desk = Desk(engine, tmp_path / "export")
    paper = make.paper()
    desk.begin(make.body(id=THERE, license=None), paper)
    first = desk.publish()
    desk.alter(paper, body_id=THERE)
    desk.publish()
    lines = desk.lines(f"{first.generation}/all/Paper.ndjson.gz")
    assert [one["ratslupe:body"].rpartition("/")[2] for one in lines] == [key_of(HERE)]
    with Session(engine) as session:
        assert session.scalar(select(Paper.body_id)) == THERE
