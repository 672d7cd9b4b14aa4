"""Adding sources: by a known name, and of a server with several councils."""

import dataclasses
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.directory import endpoints as directory
from app.models import Source
from oparl_sync import fetch, run, sources
from tests.oparl_sync.council import SERVER, Council, thing, url

Command = Callable[..., Result]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Several(Council):
    """A server with several councils, as computing centres have them."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def handle(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == f"{SERVER}/bodies":
            bodies = [thing("Body", n, name=name, paper=f"{SERVER}/list/paper") for n, name in enumerate(self.names, 1)]
            return httpx.Response(200, json={"data": bodies})
        return super().handle(request)


@pytest.fixture
def ratslupe(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give the command, with a server from memory behind every address."""

    def invoke(*words: str, council: Council | None = None) -> Result:
        made = council or Council()

        def look(_: Settings, asked: str, *, pinned_body: str | None = None) -> Any:
            return fetch.endpoint(made.client(), url("System"), pinned_body=pinned_body)

        monkeypatch.setattr(run, "look", look)
        return CliRunner().invoke(sources.source, words, obj=settings)

    return invoke


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the directory hold made-up servers."""
    one = directory.Endpoint(
        "musterhausen", "Stadt Musterhausen", "SOMACOS Session", "1.1", url("System"), url("Body", 1), "", "ok",
        "2026-09-15", None, "",
    )  # fmt: skip
    moved = dataclasses.replace(one, id="alt", state="moved", replaced_by="musterhausen", note="")
    closed = dataclasses.replace(one, id="zu", state="blocked", note="a bot wall stands before it", body=None)
    made = {entry.id: entry for entry in (one, moved, closed)}
    for module in (directory, sources):
        monkeypatch.setattr(module, "endpoints", lambda: made)


def stored(engine: Engine) -> list[tuple[str, str | None, str | None]]:
    with Session(engine) as session:
        rows = session.scalars(select(Source).order_by(Source.slug))
        return [(row.slug, row.pinned_body, row.preset) for row in rows]


def test_a_known_name_is_enough(ratslupe: Command, engine: Engine, known: None) -> None:
    done = ratslupe("add", "Musterhausen", council=Several("Instance 0001", "0529"))
    assert (done.exit_code, done.stdout) == (0, "musterhausen: Stadt Musterhausen\n"), "and not: Instance 0001"
    assert stored(engine) == [("musterhausen", url("Body", 1), "musterhausen")]
    again = ratslupe("add", "musterhausen", council=Several("Instance 0001", "0529"))
    assert (again.exit_code, "mirrored already" in again.stderr) == (1, True)


def test_one_that_moved_is_followed(ratslupe: Command, engine: Engine, known: None) -> None:
    done = ratslupe("add", "alt", "--slug", "neu", council=Several("A"))
    assert done.exit_code == 0
    assert done.stderr == f"alt moved: it is musterhausen now, {url('System')}\n"
    assert stored(engine) == [("neu", url("Body", 1), "musterhausen")]


def test_a_closed_one_is_told_with_the_date_and_tried(ratslupe: Command, known: None) -> None:
    done = ratslupe("add", "zu", council=Several("A"))
    assert done.exit_code == 0
    assert done.stderr == "zu: a bot wall stands before it (2026-09-15); it is tried all the same\n"


@pytest.mark.parametrize(
    ("asked", "hint"),
    [("muster", "did you mean musterhausen"), ("xyz", "ratslupe probe HOST"), ("", "no known server")],
)
def test_an_unknown_name_gets_a_hint(ratslupe: Command, known: None, asked: str, hint: str) -> None:
    done = ratslupe("add", asked)
    assert done.exit_code == 2
    assert hint in done.stderr


def test_of_several_councils_one_has_to_be_chosen(ratslupe: Command, engine: Engine) -> None:
    names = [f"Gemeinde {n}\x1b" for n in range(1, 60)]
    done = ratslupe("add", url("System"), council=Several(*names))
    assert done.exit_code == 1
    assert "this server has 59 councils" in done.stderr
    assert f"{url('Body', 7)}  Gemeinde 7\n" in done.stderr
    assert "and 19 more" in done.stderr
    assert "\x1b" not in done.stderr
    assert stored(engine) == []
    one = ratslupe("add", url("System"), "--body", url("Body", 7), council=Several(*names))
    assert (one.exit_code, one.stdout) == (0, "7: Gemeinde 7\n")
    assert stored(engine) == [("7", url("Body", 7), None)]


def test_or_all_of_them_are_added_as_sources_of_their_own(ratslupe: Command, engine: Engine) -> None:
    done = ratslupe(
        "add", url("System"), "--all", "--license", "CC0", council=Several("Stadt A", "Stadt A", "0529", "")
    )
    assert done.exit_code == 0, done.output
    assert [row[:2] for row in stored(engine)] == [
        ("0529", url("Body", 3)), ("a", url("Body", 1)), ("a-2", url("Body", 2)), ("council", url("Body", 4)),
    ]  # fmt: skip
    assert ratslupe("add", url("System"), "--all", "--slug", "x").exit_code == 2


def test_the_known_ones_are_listed_and_searched(ratslupe: Command) -> None:
    assert len(ratslupe("presets").stdout.splitlines()) > 170
    found = ratslupe("presets", "wuppertal").stdout
    assert found.startswith("wuppertal ")
    assert "(2026-09-15)" in found
    assert '"id":"wuppertal"' in ratslupe("presets", "wuppertal", "--json").stdout
    nothing = ratslupe("presets", "nobody")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
