"""Rows written at once, on both databases: whatever stands in them, what is read is what was written."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.db import Base, now, writing
from app.models import Source
from app.rows import among, by_index, insert_all

# What COPY writes for itself: its escape, its separator, its end of a line, its NULL, its end of all.
HOSTILE = (
    "",
    "\\",
    "\\\\",
    "\\N",
    "\\.",
    "\n\\.\n",
    "a\tb",
    "a\nb",
    "a\r\nb\r",
    "\x01\x08\x0b\x0c\x7f\x1f",
    "\\t \\n \\x41 \\101",
    "'; DROP TABLE file; --",
    "%s %(id)s %%",
    '{"NULL",NULL,}',
    '"quoted" \\"twice\\"',
    "NULL",
    "\ufeff\u2028\u2029\u200f\ufffe\uffff",
    "\U0001f3db\ufe0f \U0010ffff e\u0301 \u1e9e",
    " trailing ",
    "lang\t\\" * 200_000,
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=9)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def source(session: Session) -> int:
    row = {"slug": "a", "url": "https://rat.example/system", "added_at": now(), "state": "new"}
    result = session.execute(insert(Source).values(**row).returning(Source.id))
    return result.scalar_one()


def place(source_id: int, oparl_id: str, key: str, **values: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(table("location").columns.keys())
    moment = now()
    kept = {"deleted": False, "embedded": True, "content_hash": "0" * 32, "raw": {}}
    row = {"id": oparl_id, "key": key, "source_id": source_id, "first_seen": moment, "changed_at": moment}
    return blank | kept | row | values


def written(session: Session, name: str = "location") -> list[dict[str, Any]]:
    rows = session.execute(select(table(name)).order_by(table(name).columns["id"])).mappings()
    return [dict(row) for row in rows]


def test_it_writes_what_plain_inserts_write_whatever_it_is(engine: Engine, session: Session) -> None:
    with writing(engine) as mine:
        number = source(mine)
        rows = [
            place(
                number,
                f"https://rat.example/{at:02}",
                f"k{at:02}",
                description=text,
                name=None if at % 2 else text[:99],
                geojson={"type": text[:99], text[:50]: [text[:9], None, 1.5, True]},
                raw={"id": text[:999], "n\x00ul": "a\x00b", text[:50]: [text[:50]]},
                keyword=[text[:9]] if at % 3 else None,
                longitude=-1e-300 if at % 2 else None,
                latitude=51.99999999999999,
                created=datetime(1, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=-11.5))),
                modified=datetime(9998, 12, 30, 23, 59, 59, tzinfo=UTC),
            )
            for at, text in enumerate(HOSTILE)
        ]
        insert_all(mine, table("location"), rows)
    ours = written(session)
    session.rollback()
    with writing(engine) as mine:
        mine.execute(table("location").delete())
        mine.connection().execute(insert(table("location")), rows)
    assert ours == written(session)
    assert [row["description"] for row in ours] == list(HOSTILE)
    assert [row["raw"] for row in ours] == [row["raw"] for row in rows]
    assert [row["created"] for row in ours] == [row["created"] for row in rows]


def test_it_writes_every_kind_of_column(engine: Engine, session: Session) -> None:
    with writing(engine) as mine:
        given_ = place(
            source(mine), "https://rat.example/f", "f", size=2**62, date=date(1, 2, 3), fetch_state="waiting"
        )
        given_ |= {"attempts": -(2**31), "deleted": True}
        row = {column.name: given_.get(column.name) for column in table("file").columns}
        insert_all(mine, table("file"), [row])
    assert written(session, "file") == [row]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, JSONS), min_size=1, max_size=4))
@example([("\\N\t\n\\.", {"\\": "\t"})])
def test_it_gives_back_what_it_was_given(engine: Engine, values: list[tuple[str, Any]]) -> None:
    with writing(engine) as session:
        number = source(session)
        rows = [
            place(number, f"https://rat.example/{at}", f"{at}", description=text, raw={"": value})
            for at, (text, value) in enumerate(values)
        ]
        insert_all(session, table("location"), rows)
        assert [(row["description"], row["raw"][""]) for row in written(session)] == values
        session.rollback()


def test_it_is_refused_as_any_statement_is_and_the_transaction_goes_on(engine: Engine, session: Session) -> None:
    with writing(engine) as mine:
        number = source(mine)
        good, same = (place(number, f"https://rat.example/{k}", "k") for k in "ab")
        with pytest.raises(IntegrityError), mine.begin_nested():
            insert_all(mine, table("location"), [good, same])
        with pytest.raises(IntegrityError), mine.begin_nested():
            insert_all(mine, table("location"), [good | {"raw": None}])
        with pytest.raises(IntegrityError), mine.begin_nested():
            insert_all(mine, table("location"), [good | {"content_hash": None}, same | {"key": "other"}])
        insert_all(mine, table("location"), [good])
    assert [row["id"] for row in written(session)] == [good["id"]]


def test_it_refuses_a_nul_that_postgresql_cannot_keep(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":  # SQLite keeps it
        return
    with writing(engine) as mine:
        bad = place(source(mine), "https://rat.example/a", "a", description="a\x00b")
        with pytest.raises(DataError, match=re.compile("NUL|0x00")), mine.begin_nested():
            insert_all(mine, table("location"), [bad])
        insert_all(mine, table("location"), [bad | {"description": "a"}])


def test_it_takes_no_row_that_lacks_a_column(engine: Engine) -> None:
    with writing(engine) as mine:
        row = place(source(mine), "https://rat.example/a", "a")
        with pytest.raises(KeyError):
            insert_all(mine, table("location"), [row, {k: v for k, v in row.items() if k != "key"}])
        insert_all(mine, table("location"), [])
        assert written(mine) == []


def test_it_tells_a_lost_connection_from_a_refusal(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        return
    with pytest.raises(DBAPIError) as caught, writing(engine) as mine:
        number = source(mine)
        killed = mine.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({killed}, 5000)")
        insert_all(mine, table("location"), [place(number, "https://rat.example/a", "a")])
    assert caught.value.connection_invalidated


def test_it_finds_the_very_texts_that_are_asked_for(engine: Engine) -> None:
    texts = [text for text in HOSTILE if len(text) < 1000]
    with writing(engine) as mine:
        number = source(mine)
        column = table("location").columns["id"]
        insert_all(mine, table("location"), [place(number, text, f"{at}") for at, text in enumerate(texts)])
        by_index(mine)
        found = mine.scalars(select(column).where(among(mine, column, texts))).all()
        assert sorted(found) == sorted(texts)
        for text in texts:
            assert mine.scalars(select(column).where(among(mine, column, [text, "?"]))).all() == [text]
        assert mine.scalars(select(column).where(among(mine, column, []))).all() == []
