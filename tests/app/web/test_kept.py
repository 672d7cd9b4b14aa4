"""Pages that are kept: the same bytes while nothing was written, and never another reader's."""

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.test import Client

from app.changes import MANY, Withdrawals
from app.config import Settings
from app.db import Marker, open_engine, writing
from app.models import Change
from app.web import create_app
from app.web.kept import HOLDS, LARGEST, MEMORY, Kept
from app.web.site import EXTENSION
from tests import factories


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Site:
    """Counts how often a page is made; `mark` and `clock` are moved by hand."""

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        self.made, self.mark, self.clock = 0, 1, Clock()
        self.status, self.body = "200 OK", b"page"
        self.headers = {"Content-Type": "text/html; charset=utf-8", "ETag": 'W/"a"', "Cache-Control": "no-cache"}
        self.headers |= headers or {}
        self.kept = Kept(self._make, lambda: self.mark, self.clock)
        self.client = Client(self.kept, use_cookies=False)

    def _make(self, _environ: Any, start_response: Any) -> Iterable[bytes]:
        self.made += 1
        start_response(self.status, [*self.headers.items(), ("Content-Length", str(len(self.body)))])
        return [self.body]


def test_a_page_is_made_once_while_nothing_is_written() -> None:
    site = Site()

    assert [site.client.get("/papers/").data for _ in range(3)] == [b"page"] * 3
    assert site.made == 1


def test_it_is_made_again_when_something_was_written() -> None:
    site = Site()
    site.client.get("/")
    site.mark = 2

    site.client.get("/")

    assert site.made == 2


def test_it_is_made_again_after_a_while_because_days_pass_by_themselves() -> None:
    site = Site()
    site.client.get("/")
    site.clock.now += HOLDS

    site.client.get("/")

    assert site.made == 2


def test_while_a_worker_writes_a_served_page_holds_until_something_is_taken_away(engine: Engine) -> None:
    paper = factories.paper()
    factories.save(engine, paper)
    marker = Marker(engine)
    taken = Withdrawals(engine, marker)
    before = taken()

    factories.save(engine, factories.change(paper, "created"))
    factories.save(engine, factories.change(paper, "updated", fields=["name"]))
    never_here = factories.change(paper, "deleted", backfill=True)  # told of on the first walk as gone
    factories.save(engine, never_here)
    assert taken() == before

    seen = [before]
    for kind, fields in (("deleted", None), ("erased", None), ("updated", ["name", "public"])):
        factories.save(engine, factories.change(paper, kind, fields=fields))
        factories.save(engine, factories.change(paper, "created"))
        seen.append(taken())
        assert taken() == seen[-1]

    assert len(set(seen)) == 4
    marker.close()


@pytest.mark.parametrize("changes", [-1, MANY + 1])
def test_a_log_that_is_shorter_or_far_longer_counts_as_taken_away(engine: Engine, changes: int) -> None:
    paper = factories.paper()
    factories.save(engine, paper)
    factories.save(engine, factories.change(paper, "created"))
    marker = Marker(engine)
    taken = Withdrawals(engine, marker)
    before = taken()

    if changes < 0:
        with writing(engine) as session:
            session.execute(delete(Change))
    else:
        factories.save(engine, [factories.change(paper) for _ in range(changes)])

    assert taken() != before
    marker.close()


def test_a_page_of_the_served_site_is_gone_with_its_paper(engine: Engine, settings: Settings) -> None:
    paper, other = factories.paper(name="Wird zurückgezogen"), factories.paper(name="Kommt hinzu")
    factories.save(engine, factories.body(), paper)
    app = create_app(settings, patient=True)
    client = app.test_client()
    assert client.get(f"/papers/{paper.key}").status_code == 200
    before = client.get("/papers/").data

    factories.save(engine, other)
    factories.save(engine, factories.change(other, "created"))
    assert client.get("/papers/").data == before

    with writing(engine) as session:
        held = session.get(type(paper), paper.id)
        assert held is not None
        held.deleted = True
        session.add(factories.change(paper, "deleted"))

    assert client.get(f"/papers/{paper.key}").status_code == 410
    assert b"Wird zur" not in client.get("/papers/").data
    app.extensions[EXTENSION].close()


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/papers/"},
        {"path": "/?page=2"},
        {"path": "/", "headers": {"Accept-Language": "en"}},
        {"path": "/", "headers": {"Cookie": "language=en"}},
        {"path": "/", "headers": {"Cookie": "display=dark"}},
        {"path": "/", "headers": {"Accept-Language": ", ".join([*(f"x{n:03}" for n in range(99)), "en"])}},
        {"path": "/", "headers": {"Cookie": "language=nonsense", "Accept-Language": "en"}},
        {"path": "/", "headers": {"Host": "files.example"}},
    ],
)
def test_another_address_language_or_display_is_another_page(other: dict[str, Any]) -> None:
    site = Site()
    site.client.get("/", headers={"Accept-Language": "de"})

    site.client.get(**other)

    assert site.made == 2


@pytest.mark.parametrize("cookie", ["visitor=42", "language=nonsense", "display=nonsense", "visitor=\xfc"])
def test_a_foreign_cookie_makes_no_other_page(cookie: str) -> None:
    site = Site()
    site.client.get("/")

    site.client.get("/", headers={"Cookie": cookie})

    assert site.made == 1


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Set-Cookie": "language=en"}, "/", "200 OK"),
        ({"Cache-Control": "no-store"}, "/", "200 OK"),
        ({"Vary": "Cookie, Accept"}, "/search/suggest", "200 OK"),
        ({}, "/alerts/manage", "200 OK"),
        ({}, "/report", "200 OK"),
        ({}, "/papers/x", "404 NOT FOUND"),
        ({"Content-Type": "application/json"}, "/status.json", "200 OK"),
    ],
)
def test_what_is_about_one_reader_or_no_page_is_never_kept(headers: dict[str, str], path: str, status: str) -> None:
    site = Site(headers=headers)
    site.status = status

    answers = [site.client.get(path) for _ in range(2)]

    assert site.made == 2
    assert {answer.status for answer in answers} == {status}
    assert answers[0].data == b"page"


def test_a_form_is_never_answered_from_what_is_kept() -> None:
    site = Site()
    site.client.get("/")

    site.client.post("/")

    assert site.made == 2


def test_who_has_it_gets_no_body() -> None:
    site = Site()
    first = site.client.get("/", headers={"If-None-Match": 'W/"b"'})
    again = site.client.get("/", headers={"If-None-Match": f'W/"b", {first.headers["ETag"]}'})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Length" not in again.headers


def test_who_takes_gzip_gets_it() -> None:
    site = Site()
    site.body = b"page " * 1000

    answer = site.client.get("/", headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) == len(answer.data) < 1000
    assert gzip.decompress(answer.data) == site.body
    assert site.client.get("/", headers={"Accept-Encoding": "gzip;q=0"}).data == site.body
    assert site.client.get("/").data == site.body
    assert site.made == 1


def test_the_head_alone_has_the_length_of_the_page() -> None:
    site = Site()
    site.client.get("/")

    answer = site.client.head("/")

    assert (answer.data, answer.headers["Content-Length"]) == (b"", "4")


def test_memory_is_bounded() -> None:
    site = Site()
    site.body = b"x" * (LARGEST * 4 // 5)
    for number in range(2 * MEMORY // LARGEST):
        site.client.get(f"/{number}")

    assert sum(page.size for page in site.kept._pages.values()) <= MEMORY
    assert site.kept._size <= MEMORY
    site.body += b"xx"
    site.client.get("/huge")
    assert not any("/huge" in key for key in site.kept._pages)


def test_a_database_that_is_away_is_told_by_the_site_itself(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    app = create_app(Settings.from_environment({"DATABASE_URL": f"sqlite:///{tmp_path}/broken"}))

    assert app.test_client().get("/").status_code >= 500

    app.extensions[EXTENSION].close()


def test_the_mark_moves_with_every_commit_of_others_and_with_nothing_else(engine: Engine) -> None:
    marker = Marker(engine)
    factories.save(engine, factories.paper())
    before = marker()
    assert marker() == before
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM paper").scalar()
    assert marker() == before

    with writing(engine) as session:
        session.add(factories.paper())

    assert marker() != before
    marker.close()


def test_a_file_that_cannot_be_read_is_the_databases_fault_and_asked_anew(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db", pooled=True)
    marker = Marker(engine)
    before = marker()
    assert marker._kept is not None
    marker._kept.connection.driver_connection.close()  # type: ignore[union-attr]  # it is open

    with pytest.raises(SQLAlchemyError):
        marker()

    assert marker() != before  # another connection counts otherwise: nothing is taken for unchanged
    marker.close()
    engine.dispose()


def test_a_withdrawn_paper_is_gone_at_the_next_request(client: FlaskClient, engine: Engine) -> None:
    paper = factories.paper(name="Wird zurückgezogen")
    factories.save(engine, factories.body(), paper)
    assert client.get(f"/papers/{paper.key}").status_code == 200

    with writing(engine) as session:
        held = session.get(type(paper), paper.id)
        assert held is not None
        held.deleted = True

    assert client.get(f"/papers/{paper.key}").status_code == 410
