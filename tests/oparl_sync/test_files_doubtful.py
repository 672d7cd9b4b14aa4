"""Answers with 200 that are not the file, files that are not what is said of them, and refusals of all kinds."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.files import FileStore, StoreDown
from app.models import File, Problem
from oparl_sync import download
from tests.oparl_sync.council import SERVER, Council, save, thing, url
from tests.oparl_sync.offering import QUIET
from tests.real.captured import small_pdf

PDF = small_pdf("right")
LOGIN = b"\n<!DOCTYPE html><html><body>Bitte melden Sie sich an</body></html>"


def fetch(engine: Engine, council: Council, store: FileStore, answer: Any, **properties: Any) -> File:
    address = f"{SERVER}/files/1"
    council.answers[address] = answer
    with Session(engine) as session:
        known = session.get(File, url("File"))
    if known is None:
        save(engine, [thing("File", 1, **({"accessUrl": address} | properties))], "File")
    with writing(engine) as session:
        session.execute(update(File).values(next_try=now()))
    download.missing(engine, council.source(engine).id, council.client(), store, QUIET)
    with Session(engine) as session:
        return session.scalars(select(File)).one()


def problems(engine: Engine) -> dict[str, bool]:
    """Return the kinds of problems, and whether each is solved."""
    with Session(engine) as session:
        return {one.kind: one.solved_at is not None for one in session.scalars(select(Problem))}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (LOGIN, "a web page"),
        (b'{"error": "ORA-01034"}', "a JSON message"),
        (b"<?xml version='1.0'?><e/>", "an XML message"),
    ],
)
@pytest.mark.parametrize(
    "properties",
    [{"mimeType": "application/pdf"}, {"fileName": "Vorlage.PDF"}, {"mimeType": "application/vnd.ms-excel"}],
)
def test_what_comes_in_place_of_a_document_is_asked_for_again(
    engine: Engine, council: Council, store: FileStore, body: bytes, told: str, properties: dict[str, str]
) -> None:
    calls_itself = httpx.Response(200, content=body, headers={"content-type": "application/pdf"})
    row = fetch(engine, council, store, calls_itself, **properties)
    assert (row.fetch_state, row.fetch_reason) == ("waiting", f"The source answered with {told} in its place.")
    assert row.next_try is not None
    row = fetch(engine, council, store, PDF)
    assert (row.fetch_state, row.fetch_reason, problems(engine)) == ("fetched", None, {"file-failed": True})


def test_a_document_may_call_itself_a_web_page(engine: Engine, council: Council, store: FileStore) -> None:
    answer = httpx.Response(200, content=PDF, headers={"content-type": "text/html"})
    assert fetch(engine, council, store, answer, mimeType="application/pdf").fetch_state == "fetched"


@pytest.mark.parametrize("properties", [{"mimeType": "text/html"}, {"fileName": "seite.htm"}, {}])
def test_a_web_page_may_be_the_document(
    engine: Engine, council: Council, store: FileStore, properties: dict[str, str]
) -> None:
    assert fetch(engine, council, store, LOGIN, **properties).fetch_state == "fetched"


@pytest.mark.parametrize(
    ("status", "state", "reason", "days"),
    [
        (403, "failed", "does not let us have it", 1),
        (401, "failed", "does not let us have it", 1),
        (404, "gone", "does not have it any more", 1),
        (410, "gone", "has withdrawn it", 1),
        (451, "gone", "has withdrawn it", 1),
        (500, "waiting", "answered HTTP 500", 0),
        (206, "waiting", "answered HTTP 206", 0),
        (204, "waiting", "answered HTTP 204", 0),
    ],
)
def test_it_tells_refusals_apart(
    engine: Engine, council: Council, store: FileStore, status: int, state: str, reason: str, days: int
) -> None:
    row = fetch(engine, council, store, httpx.Response(status))
    assert row.fetch_state == state
    assert reason in (row.fetch_reason or "")
    assert row.next_try is not None
    assert timedelta(days=days) - timedelta(minutes=2) < row.next_try - now() <= timedelta(days=days, minutes=11)


def test_a_refusal_is_met_less_and_less_often(engine: Engine, council: Council, store: FileStore) -> None:
    for days in (1, 2, 4, 7, 7):
        row = fetch(engine, council, store, httpx.Response(403))
        assert row.next_try is not None
        assert timedelta(days=days, minutes=-1) < row.next_try - now() <= timedelta(days=days)


@pytest.mark.parametrize(("status", "state"), [(403, "fetched"), (404, "fetched"), (410, "gone"), (451, "gone")])
def test_what_is_here_goes_at_once_only_where_that_is_said(
    engine: Engine, council: Council, store: FileStore, status: int, state: str
) -> None:
    fetch(engine, council, store, PDF)
    row = fetch(engine, council, store, httpx.Response(status))
    assert (row.fetch_state, row.blob_sha256 is None) == (state, state == "gone")
    assert problems(engine) == {"file-failed": False}


def test_bytes_that_differ_are_kept_with_a_problem(engine: Engine, council: Council, store: FileStore) -> None:
    stated = hashlib.sha1(b"other", usedforsecurity=False).hexdigest()
    for _ in range(3):
        row = fetch(engine, council, store, PDF, sha1Checksum=stated)
        assert row.blob_sha256 == hashlib.sha256(PDF).hexdigest()
        assert problems(engine) == {"file-differs": False}
    assert row.next_try is None  # it was said often enough
    row = fetch(engine, council, store, b"other")
    assert (row.blob_sha256, problems(engine)) == (hashlib.sha256(b"other").hexdigest(), {"file-differs": True})


def test_it_settles_nothing_by_bytes_that_did_not_come(engine: Engine, council: Council, store: FileStore) -> None:
    for _ in range(3):
        answer = httpx.Response(200, content=PDF, headers={"etag": '"1"'})
        fetch(engine, council, store, answer, size=7)
    row = fetch(engine, council, store, httpx.Response(304))
    assert (row.fetch_state, problems(engine)) == ("fetched", {"file-differs": False})


def test_nothing_at_all_is_asked_for_again(engine: Engine, council: Council, store: FileStore) -> None:
    row = fetch(engine, council, store, b"")
    assert row.next_try is not None
    assert problems(engine) == {"file-differs": False}


def test_no_file_is_blamed_for_a_store_that_is_down(
    engine: Engine, council: Council, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise StoreDown("the bucket x does not answer")

    monkeypatch.setattr(store, "put", down)
    with pytest.raises(StoreDown):
        fetch(engine, council, store, PDF)
    with Session(engine) as session:
        row = session.scalars(select(File)).one()
    assert (row.fetch_state, row.attempts) == ("waiting", 0)
    monkeypatch.undo()
    assert fetch(engine, council, store, PDF).fetch_state == "fetched"
    assert problems(engine) == {}
