"""However a council's records came to be what they are: what goes out is what would go out if all were made anew."""

import os
import random
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.models import Link, OParlObject, PublicObject, PublicState, Source
from app.publication import refreshing
from app.vocabulary import PROPERTIES, Kind
from tests import factories as make

BASE = "https://portal.example"
LIVES = int(os.environ.get("PUBLICATIONS", "6"))
STEPS = 25


class Council:
    """A council in which things happen by chance; each step logs what it altered, as the mirror does."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.engine, self.chance = engine, random.Random(seed)
        self.records: dict[str, list[Any]] = {}
        make.save(engine, make.source(license="cc-by"), make.system(), make.body(license=None))
        with Session(engine) as session:
            assert session.get(Source, 1)

    def step(self) -> None:
        """Do one of the things that happen."""
        happenings = [self.comes, self.comes, self.comes, self.is_linked, self.goes, self.returns, self.is_said]
        self.chance.choice([*happenings, self.is_closed, self.moves, self.loses_links])()

    def comes(self) -> None:
        kind = self.chance.choice(["Paper", "Meeting", "AgendaItem", "File", "Organization", "Person", "Membership",
                                   "Consultation", "Location", "LegislativeTerm"])  # fmt: skip
        embedded = self.chance.random() < 0.5
        self.add(getattr(self, f"new_{kind.lower()}")(embedded))

    def add(self, *rows: Any) -> None:
        for row in rows:
            if isinstance(row, OParlObject):
                self.records.setdefault(type(row).__name__, []).append(row)
        make.save(self.engine, *rows)
        self.log("created", *[row for row in rows if isinstance(row, OParlObject)])

    def log(self, kind: str, *records: OParlObject) -> None:
        make.save(self.engine, *[make.change(one, kind) for one in records])

    def any(self, kind: str) -> Any:
        return self.chance.choice(self.records.get(kind) or [None])

    def new_paper(self, _: bool) -> Any:
        return make.paper(reference=str(make.records.number()))

    def new_meeting(self, _: bool) -> Any:
        return make.meeting()

    def new_agendaitem(self, embedded: bool) -> Any:
        return make.agenda_item(self.any("Meeting"), embedded=embedded, position=self.chance.randrange(4))

    def new_file(self, embedded: bool) -> Any:
        master = self.any("File")
        return make.file(embedded=embedded, master_file_id=master.id if master and self.chance.random() < 0.3 else None)

    def new_organization(self, _: bool) -> Any:
        above = self.any("Organization")
        return make.organization(sub_organization_of_id=above.id if above else None)

    def new_person(self, _: bool) -> Any:
        return make.person()

    def new_membership(self, embedded: bool) -> Any:
        return make.membership(self.any("Person"), self.any("Organization"), embedded=embedded)

    def new_consultation(self, embedded: bool) -> Any:
        return make.consultation(self.any("Paper"), self.any("Meeting"), self.any("AgendaItem"), embedded=embedded)

    def new_location(self, embedded: bool) -> Any:
        return make.location(embedded=embedded)

    def new_legislativeterm(self, embedded: bool) -> Any:
        return make.legislative_term(embedded=embedded)

    def is_linked(self) -> None:
        """Something names something: a file, a place, an organization; the record that says so has changed."""
        one, prop, other = self.chance.choice(
            [
                ("Paper", "mainFile", "File"), ("Paper", "auxiliaryFile", "File"), ("Meeting", "invitation", "File"),
                ("AgendaItem", "resolutionFile", "File"), ("Meeting", "location", "Location"),
                ("Paper", "location", "Location"), ("Paper", "relatedPaper", "Paper"),
                ("Paper", "originatorPerson", "Person"), ("Meeting", "organization", "Organization"),
                ("File", "paper", "Paper"), ("File", "meeting", "Meeting"), ("File", "agendaItem", "AgendaItem"),
                ("File", "derivativeFile", "File"),
            ]
        )  # fmt: skip
        holder, held = self.any(one), self.any(other)
        if holder and held and holder is not held:
            with writing(self.engine) as session:
                place = 0 if PROPERTIES[one][prop].kind is Kind.PART else self.chance.randrange(3)
                session.merge(Link(from_id=holder.id, property=prop, position=place, to_id=held.id))
            self.log("updated", holder)

    def loses_links(self) -> None:
        record = self.any(self.chance.choice(["Paper", "Meeting", "AgendaItem", "File"]))
        if record:
            with writing(self.engine) as session:
                session.execute(delete(Link).where(Link.from_id == record.id))
            self.log("updated", record)

    def goes(self) -> None:
        record = self.any(self.chance.choice([*self.records] or ["Paper"]))
        if record:
            with writing(self.engine) as session:
                session.execute(update(type(record)).where(type(record).id == record.id).values(deleted=True))
                if self.chance.random() < 0.7:
                    session.execute(delete(Link).where(Link.from_id == record.id))
            self.log("deleted", record)

    def returns(self) -> None:
        self.alter(self.any(self.chance.choice([*self.records] or ["Paper"])), deleted=False)

    def is_said(self) -> None:
        self.alter(self.any(self.chance.choice([*self.records] or ["Paper"])), name=f"Name {self.chance.random()}")

    def is_closed(self) -> None:
        self.alter(self.any("AgendaItem"), public=self.chance.choice([True, False, None]))

    def moves(self) -> None:
        meeting = self.any("Meeting")
        self.alter(self.any("AgendaItem"), meeting_id=meeting.id if meeting and self.chance.random() < 0.8 else None)

    def alter(self, record: Any, **columns: Any) -> None:
        if record is None:
            return
        with writing(self.engine) as session:
            session.execute(update(type(record)).where(type(record).id == record.id).values(**columns))
        self.log("updated", record)


def forms(engine: Engine) -> dict[str, Any]:
    """Return all that goes out, but for stamps."""
    with Session(engine) as session:
        rows = session.execute(select(PublicObject.key, PublicObject.json).where(~PublicObject.deleted)).all()
    return {key: _plain(orjson.loads(json)) for key, json in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if name != "modified"}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def stamped(engine: Engine) -> None:
    """Whatever is embedded has the stamp that it has by itself, and its holder is no older."""
    with Session(engine) as session:
        rows = {json["id"]: json for json in map(orjson.loads, session.scalars(select(PublicObject.json)))}
    for one in rows.values():
        for held in _embedded(one):
            assert held["modified"] == rows[held["id"]]["modified"]
            assert one["modified"] >= held["modified"]


def _embedded(value: Any) -> Any:
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict) and "type" in one and "id" in one:
            yield one
        if isinstance(one, (dict, list)):
            yield from _embedded(one)


@pytest.mark.parametrize("seed", range(LIVES))
def test_it_is_the_same_as_made_anew(engine: Engine, seed: int) -> None:
    council = Council(engine, seed)
    for _ in range(STEPS):
        for _ in range(council.chance.randrange(1, 4)):
            council.step()
        refreshing.refresh(engine, BASE)
    stamped(engine)
    live = forms(engine)
    assert live
    with writing(engine) as session:
        session.execute(delete(PublicState))
    refreshing.refresh(engine, BASE)
    anew = forms(engine)
    assert {key: one for key, one in live.items() if anew.get(key) != one} == {}
    assert live == anew
