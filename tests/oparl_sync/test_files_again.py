"""Files that are asked for again: what was not there, what failed, what may have been replaced."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.db import now, writing
from app.files import FileStore
from app.models import File
from oparl_sync import download, due_files
from oparl_sync.problems import ServerFailed
from tests.oparl_sync.council import SERVER, Council
from tests.oparl_sync.offering import QUIET, fetch, file_of, offer

DAY = timedelta(days=1)


def later(engine: Engine, days: float) -> None:
    """Let time go by: all that is awaited comes nearer, all that was is longer ago."""
    span = timedelta(days=days)
    with writing(engine) as session:
        for row in session.scalars(select(File)):
            row.next_try = row.next_try and row.next_try - span
            row.fetched_at = row.fetched_at and row.fetched_at - span


def waits(session: Session) -> timedelta:
    """Return how long until the file is asked for again."""
    at = file_of(session).next_try
    assert at is not None
    return at - now() + timedelta(minutes=1)


def validated(content: bytes, etag: str, sent: list[str | None]) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("if-none-match"))
        same = sent[-1] == etag
        return httpx.Response(304) if same else httpx.Response(200, content=content, headers={"etag": etag})

    return answer


def test_it_asks_later_and_later_for_what_is_not_there(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, httpx.Response(404))
    for days in (1, 2, 4, 8, 16, 30, 30):
        fetch(engine, council, store)
        assert file_of(session).fetch_state == "gone"
        assert timedelta(days=days) <= waits(session) < timedelta(days=days, minutes=2)
        assert fetch(engine, council, store) == 0
        later(engine, days)
    council.answers[f"{SERVER}/files/1"] = b"here now"
    assert fetch(engine, council, store) == 1
    assert (file_of(session).attempts, file_of(session).next_try) == (1, None)


def test_it_asks_for_all_at_once_when_told(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    sent: list[str | None] = []
    offer(engine, council, 1, httpx.Response(404))
    offer(engine, council, 2, b"", accessUrl="http://10.0.0.1/f")
    offer(engine, council, 3, validated(b"one", '"1"', sent))
    offer(engine, council, 4, b"nothing tells whether it is new")
    assert fetch(engine, council, store) == 2
    council.answers[f"{SERVER}/files/1"] = b"here now"
    council.answers[f"{SERVER}/files/3"] = validated(b"black bars", '"2"', sent)
    due_files.again(engine, council.source(engine).id)
    asked = len(council.asked)
    assert fetch(engine, council, store) == 2
    assert len(council.asked) == asked + 2
    assert sent == [None, '"1"']
    assert file_of(session, 3).blob_sha256 == hashlib.sha256(b"black bars").hexdigest()


def test_a_refusal_that_ends_heals_by_itself(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, httpx.Response(302, headers={"location": "http://10.0.0.1/f"}))
    fetch(engine, council, store)
    assert file_of(session).fetch_state == "failed"
    assert 7 * DAY <= waits(session) < 7 * DAY + timedelta(minutes=2)
    council.answers[f"{SERVER}/files/1"] = b"right"
    later(engine, 7)
    assert fetch(engine, council, store) == 1


def test_files_that_always_fail_keep_no_other_from_its_turn(
    engine: Engine, session: Session, council: Council, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_files, "PORTION", 7)
    for number in range(10, 31):
        offer(engine, council, number, httpx.Response(500) if number < 30 else b"good")
    for _ in range(3):
        with pytest.raises(ServerFailed):
            fetch(engine, council, store)
        later(engine, 1)
    assert file_of(session, 30).fetch_state == "fetched"


def test_it_rechecks_a_few_that_were_fetched_long_ago(
    engine: Engine, session: Session, council: Council, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_files, "RECHECKS", 2)
    sent: list[str | None] = []
    for number in (1, 2, 3):
        offer(engine, council, number, validated(b"one", '"1"', sent), date=f"2024-01-0{number}")
    offer(engine, council, 4, b"no validator", date="2024-02-01")
    fetch(engine, council, store)
    source = council.source(engine).id
    due_files.recheck(engine, source)
    assert fetch(engine, council, store) == 0  # they came just now
    later(engine, 31)
    for expected in (["2", "3"], ["1"], []):  # the newest first, and each once
        due_files.recheck(engine, source)
        session.rollback()
        due = session.scalars(select(File.id).where(File.next_try <= now())).all()
        assert sorted(one[-1] for one in due) == expected
        fetch(engine, council, store)
    assert sent == [None] * 3 + ['"1"'] * 3


@pytest.mark.parametrize("status", [404, 500])
def test_what_is_here_stays_until_its_server_says_twice_that_it_is_gone(
    engine: Engine, session: Session, council: Council, store: FileStore, status: int
) -> None:
    offer(engine, council, 1, validated(b"one", '"1"', []))
    fetch(engine, council, store)
    council.answers[f"{SERVER}/files/1"] = httpx.Response(status)
    due_files.again(engine, council.source(engine).id)
    for expected in ("fetched", "gone" if status == 404 else "fetched"):
        fetch(engine, council, store)
        row = file_of(session)
        assert (row.fetch_state, row.blob_sha256 is None) == (expected, expected == "gone")
        later(engine, 1)


@pytest.mark.parametrize("stated", ["size", "sha512Checksum", "sha1Checksum"])
def test_it_asks_again_for_bytes_that_are_not_what_was_stated(
    engine: Engine, session: Session, council: Council, store: FileStore, stated: str
) -> None:
    right = b"the right bytes"
    said = {"size": len(right), "sha512Checksum": hashlib.sha512(right).hexdigest()}
    said["sha1Checksum"] = hashlib.sha1(right, usedforsecurity=False).hexdigest()
    wrong = httpx.Response(200, content=b"null", headers={"etag": '"1"'})
    offer(engine, council, 1, wrong, **{stated: said[stated]})
    assert fetch(engine, council, store) == 1
    assert file_of(session).fetch_state == "fetched"
    assert DAY <= waits(session) < DAY + timedelta(minutes=2)
    council.answers[f"{SERVER}/files/1"] = validated(right, '"1"', [])
    later(engine, 1)
    assert fetch(engine, council, store) == 1
    row = file_of(session)
    assert (row.blob_sha256, row.next_try) == (hashlib.sha256(right).hexdigest(), None)


def test_it_believes_bytes_that_came_three_times(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    offer(engine, council, 1, b"whatever was stated", size=7)
    for expected in (1, 1, 1, 0):
        assert fetch(engine, council, store) == expected
        later(engine, 2)
    assert (file_of(session).fetch_state, file_of(session).next_try) == ("fetched", None)


def test_bytes_that_are_tidied_away_before_they_are_noted_are_fetched_again(
    engine: Engine, session: Session, council: Council, store: FileStore
) -> None:
    counts: list[int] = []

    @contextmanager
    def tidied() -> Iterator[Session]:
        counts.append(download.tidy(engine, store))
        with writing(engine) as writer:
            yield writer

    offer(engine, council, 1, b"the same")
    fetch(engine, council, store)
    with writing(engine) as writer:
        writer.execute(delete(File))
    offer(engine, council, 2, b"the same")
    download.missing(engine, council.source(engine).id, council.client(), store, QUIET, tidied)
    assert counts == [1, 0]
    assert fetch(engine, council, store) == 1
    assert store.exists(file_of(session, 2).blob_sha256 or "")
