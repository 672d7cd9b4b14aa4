"""News are made from the log alone: in whatever pieces it is read, killed at whatever moment, or all anew, they are the
same."""

import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import changes as log
from app.db import writing
from app.models import AgendaItem, Change, News, NewsRef
from app.models.changes import DELETED
from app.news import refreshing as news
from oparl_sync import store
from tests.oparl_sync.council import save, thing, url

Row = tuple[Any, ...]
HISTORIES = int(os.environ.get("HISTORIES", "3"))  # of each database; 200 for a proof
STEPS = 25
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RESULTS = (None, "einstimmig beschlossen", "Einstimmig beschlossen.", "abgelehnt", "vertagt", "siehe Protokoll")


class Town:
    """A council that lives: what it publishes is changed at random, a step at a time, and mirrored each time."""

    def __init__(self, engine: Engine, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.random, self.now = engine, random.Random(seed), BEGIN
        monkeypatch.setattr(store, "now", lambda: self.now)
        self.number = 0
        self.papers: list[dict[str, Any]] = []
        self.meetings: list[dict[str, Any]] = []
        for _ in range(2):
            self.new_paper()
            self.new_meeting()
        self._save("Organization", [thing("Organization", n, name=f"Ausschuss {n}") for n in (1, 2)], backfill=True)
        self._save("Person", [thing("Person", n, name=f"Person {n}") for n in (1, 2)], backfill=True)
        self.mirror(backfill=True)

    def live(self) -> None:
        """Do one thing that a council does, a while after the last one, and mirror it."""
        self.now += timedelta(minutes=self.random.choice((1, 5, 50, 600, 3_000)))
        steps: tuple[Callable[[], object], ...] = (
            *(self.new_paper, self.new_meeting, self.rename, self.restamp, self.add_file, self.drop_file),
            *(self.add_item, self.consult, self.decide, self.close, self.move, self.cancel, self.withdraw),
            *(self.read_file, self.read_file, self.replace_file),
        )
        for _ in range(self.random.choice((1, 1, 3))):
            self.random.choice(steps)()
        self.mirror()

    def mirror(self, *, backfill: bool = False) -> None:
        """Bring both lists into the database."""
        self._save("Meeting", self.meetings, backfill=backfill)
        self._save("Paper", self.papers, backfill=backfill)

    def _save(self, kind: str, entries: list[Any], *, backfill: bool) -> None:
        self.now += timedelta(seconds=1)
        save(self.engine, [dict(one) for one in entries], kind, backfill=backfill)

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _one(self, of: list[dict[str, Any]]) -> dict[str, Any]:
        return self.random.choice([one for one in of if not one.get("deleted")] or [thing("Paper", "none")])

    def new_paper(self) -> None:
        number = self._next()
        more = {"originatorPerson": [url("Person", self.random.choice((1, 2)))]} if self.random.random() < 0.5 else {}
        self.papers.append(thing("Paper", number, name=f"Vorlage {number}", paperType="Antrag", **more))

    def new_meeting(self) -> None:
        number, start = self._next(), self.now + timedelta(hours=self.random.choice((-90, 20, 100, 600)))
        where = [url("Organization", self.random.choice((1, 2)))]
        self.meetings.append(thing("Meeting", number, start=start.isoformat(), organization=where, agendaItem=[]))

    def rename(self) -> None:
        self._one(self.papers)["name"] = f"Vorlage {self._next()}"

    def restamp(self) -> None:
        for one in (*self.papers, *self.meetings):
            one["modified"] = self.now.isoformat()

    def add_file(self) -> None:
        number = self._next()
        file = thing("File", number, name=f"Anlage {number}", accessUrl=url("File", number) + "/access")
        self._one(self.papers).setdefault("auxiliaryFile", []).append(file)

    def drop_file(self) -> None:
        if files := self._one(self.papers).get("auxiliaryFile"):
            files.pop()

    def add_item(self) -> None:
        if self.meetings:
            number = self._next()
            self._one(self.meetings).setdefault("agendaItem", []).append(
                thing("AgendaItem", number, name=f"Punkt {number}", public=True)
            )

    def _item(self) -> dict[str, Any] | None:
        items = [item for one in self.meetings if not one.get("deleted") for item in one["agendaItem"]]
        return self.random.choice(items) if items else None

    def consult(self) -> None:
        meeting, number = self._one(self.meetings), self._next()
        more = {"agendaItem": meeting["agendaItem"][-1]["id"]} if meeting.get("agendaItem") else {}
        if not more or self.random.random() < 0.5:
            more["meeting"] = meeting["id"]
        self._one(self.papers).setdefault("consultation", []).append(thing("Consultation", number, **more))

    def decide(self) -> None:
        if item := self._item():
            item["result"] = self.random.choice(RESULTS)

    def close(self) -> None:
        if (item := self._item()) and self.random.random() < 0.3:
            item["public"] = False

    def move(self) -> None:
        meeting = self._one(self.meetings)
        if "start" in meeting:
            later = timedelta(hours=self.random.choice((1, 30, 400)))
            meeting["start"] = (datetime.fromisoformat(meeting["start"]) + later).isoformat()

    def cancel(self) -> None:
        self._one(self.meetings)["cancelled"] = self.random.random() < 0.7

    def withdraw(self) -> None:
        if self.random.random() < 0.4:
            one = self._one(self.random.choice((self.papers, self.meetings)))
            one["deleted"] = True

    def _files(self) -> list[str]:
        return [file["id"] for one in self.papers if not one.get("deleted") for file in one.get("auxiliaryFile", ())]

    def read_file(self) -> None:
        self._note("text", None)

    def replace_file(self) -> None:
        self._note("content", {"sha256": ["a" * 64, f"{self._next():064x}"]})

    def _note(self, name: str, diff: dict[str, list[Any]] | None) -> None:
        with writing(self.engine) as session:
            known = set(session.scalars(select(Change.object_id).where(Change.object_type == "File")))
            if files := [one for one in self._files() if one in known]:
                line = {"object_type": "File", "object_id": self.random.choice(files), "source_id": 1}
                more = {"kind": "updated", "fields": [name], "diff": diff, "content_hash": None}
                self.now += timedelta(seconds=1)
                log.append(session, [line | more | {"backfill": self.random.random() < 0.1, "at": self.now}])


def told(engine: Engine) -> list[Row]:
    """Return all that news say, but their own numbers."""
    with Session(engine) as session:
        refs: dict[int, list[str]] = {}
        for row in session.execute(select(NewsRef.news_id, NewsRef.ref).order_by(NewsRef.ref)):
            refs.setdefault(row.news_id, []).append(row.ref)
        rows = session.scalars(select(News).order_by(News.seq, News.key))
        columns = [column.name for column in News.__table__.columns if column.name != "id"]
        return [(*(getattr(row, name) for name in columns), refs.get(row.id, [])) for row in rows]


def up_to(engine: Engine, seq: int, moment: datetime) -> None:
    """Let the index have come so far, and tell the news."""
    with writing(engine) as session:
        log.advance(session, "index", seq)
    news.refresh(engine, moment=moment)


@pytest.fixture(params=range(HISTORIES))
def town(engine: Engine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(engine, request.param, monkeypatch)


def last(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.max(Change.seq))) or 0


def test_they_are_the_same_in_whatever_pieces_the_log_is_read(
    engine: Engine, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(STEPS):
        town.live()
    up_to(engine, last(engine), town.now)
    whole = told(engine)
    assert whole
    for _ in range(3):
        monkeypatch.setattr(news, "BATCH", town.random.choice((1, 2, 7, 30)))
        with writing(engine) as session:
            log.advance(session, "index", 0)
        news.rebuild(engine, moment=town.now)
        place = 0
        while place < last(engine):
            place = min(place + town.random.randint(1, 40), last(engine))
            if town.random.random() < 0.3:
                with pytest.raises(KeyboardInterrupt), monkeypatch.context() as patch:
                    patch.setattr(log, "advance", _killed)
                    _advance_index_then_die(engine, place, town.now, patch)
            up_to(engine, place, town.now)
        assert told(engine) == whole


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def _advance_index_then_die(engine: Engine, seq: int, moment: datetime, patch: pytest.MonkeyPatch) -> None:
    patch.undo()
    with writing(engine) as session:
        log.advance(session, "index", seq)
    patch.setattr(log, "advance", _killed)
    news.refresh(engine, moment=moment)
    raise KeyboardInterrupt


def test_whoever_reads_along_is_told_what_is_made_anew_later(engine: Engine, town: Town) -> None:
    for _ in range(STEPS):
        town.live()
        if town.random.random() < 0.7:
            up_to(engine, town.random.randint(max(0, last(engine) - 5), last(engine)), town.now)
    up_to(engine, last(engine), town.now)
    live = told(engine)
    news.rebuild(engine, moment=town.now)
    anew = told(engine)
    with Session(engine) as session:
        gone = set(session.scalars(select(Change.object_id).where(Change.kind == DELETED)))
        gone |= set(session.scalars(select(AgendaItem.id).where(AgendaItem.public.is_(False))))

    def lasting(rows: list[Row]) -> dict[str, tuple[int, str, list[int]]]:
        # Of what was withdrawn since nobody can tell any more what it was; nobody is told of it either.
        return {
            row[1]: (row[0], row[2], row[9])
            for row in rows
            if not any(one in gone for one in re.findall(r"https://[^:]+", row[1]))
        }

    assert lasting(anew) == lasting(live)
    assert {row[1] for row in anew if row[2] == "withdrawn"} <= {row[1] for row in live}
