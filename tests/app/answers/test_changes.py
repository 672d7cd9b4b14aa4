"""Whoever applies the changes from any mark holds what the table holds: for any history, whatever was skipped."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.answers.changes import changes, lines
from app.config import Settings
from app.db import open_engine
from app.models import key_of
from app.models.publication import ERASED, GONE, WITHHELD, PublicObject
from tests.factories.publication import Published

BODIES = [key_of(f"https://x.example/body/{number}") for number in range(2)]
KEYS = [key_of(f"https://x.example/paper/{number}") for number in range(6)]
# Which object, and what becomes of it: a new form, or a reason to go. An object stays with its council.
STEP = st.tuples(st.integers(0, 5), st.sampled_from([None, None, GONE, WITHHELD, ERASED]))


class Copy:
    """What a reader holds who applies answers: objects by id, and the mark for the next question."""

    def __init__(self, body: str = "") -> None:
        self.body, self.mark = body, ""
        self.held: dict[str, Any] = {}

    def catch_up(self, session: Session, told: Settings, limit: int) -> None:
        """Ask until there is no more; each answer holds no more than was asked for."""
        while True:
            found = changes(session, told, after=self.mark, body=self.body, limit=limit)
            header, *rest = map(orjson.loads, lines(found))
            assert header["count"] == len(rest) <= limit
            for one in rest:
                if one["op"] == "upsert":
                    self.held[one["object"]["id"]] = one["object"]
                else:
                    self.held.pop(one["id"], None)
            self.mark = header["cursor"]
            if not header["more"]:
                return


def whole(session: Session, body: str) -> dict[str, Any]:
    """Return what everybody may have, of one council or of all."""
    rows = session.scalars(select(PublicObject).where(~PublicObject.deleted)).all()
    objects = [orjson.loads(row.json) for row in rows if body in ("", row.body_key)]
    return {one["id"]: one for one in objects}


@settings(max_examples=60)
@given(
    history=st.lists(STEP, max_size=40),
    stops=st.lists(st.integers(0, 40), max_size=4),
    limit=st.integers(1, 4),
    body=st.sampled_from(["", *BODIES]),
)
def test_a_copy_from_any_mark_equals_the_whole(
    sqlite_template: Path, history: Sequence[tuple[int, str | None]], stops: list[int], limit: int, body: str
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(sqlite_template, home / "ratslupe.db")
        told = Settings.embedded(home, SECRET_KEY="only-for-tests")
        engine = open_engine(told.database_url)
        out = Published(engine)
        out.put(key_of("https://x.example/always"), body=BODIES[0])
        copies: list[Copy] = []
        for step, (number, reason) in enumerate(history):
            if step in stops:
                copies.append(Copy(body))
                with Session(engine) as session:
                    copies[-1].catch_up(session, told, limit)
            key, council = KEYS[number], BODIES[number % 2]
            out.take(key, reason, body=council) if reason else out.put(key, body=council, step=step)
        with Session(engine) as session:
            for one in (*copies, Copy(body)):
                one.catch_up(session, told, limit)
                assert one.held == whole(session, body)
        engine.dispose()
