"""Quirks: each of them really alters what is answered, by the same rule each time, and can be had with any other."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from demo.quirks import QUIRKS, UnknownQuirkError, play
from demo.quirks.registry import quirk
from demo.responses import Request, Response
from demo.server import main, serve
from demo.service import Service
from tests.demo.oparl import LISTS, ask
from tests.demo.small import small_town

SINCE, PAST, FUTURE = (f"modified_since={year}-06-01T00%3A00%3A00%2B02%3A00" for year in (2026, 2001, 2099))
RAW = "modified_since=2026-06-01T00:00:00+02:00"
CREATED = "created_since=2026-06-01T00%3A00%3A00%2B02%3A00"
Answered = tuple[int, dict[str, str], bytes, object]
ROWS = (
    [f"A{n}" for n in range(1, 23)] + [f"S{n}" for n in range(1, 15)] + [f"C{n}" for n in range(1, 15)]
    + [f"N{n}" for n in range(1, 11)] + [f"R{n}" for n in range(1, 8)] + list("SCNROLG")
)  # fmt: skip
# What is no answer of a server: the certificate it shows (tests/app/net/test_tls.py).
ELSEWHERE = {"A7"}


def asked(service: Service) -> list[tuple[str, str]]:
    """Return path and query of one of everything that a reader may ask for."""
    base, town = service.town.base, service.town
    found = [("/system", ""), ("/body", ""), ("/body/1", ""), ("/.", "")]
    for name in LISTS:
        found += [(f"/body/1/{name}", query) for query in ("", PAST, f"{PAST}&page=2", FUTURE, "page=2", "page=3")]
    found += [("/body/1/paper", query) for query in ("limit=5", SINCE, RAW, CREATED, "size=100", "omit_internal=true")]
    for uris in town.truth().values():
        found += [(uri.removeprefix(base), "") for uri in sorted(uris)[:9]]
    found += [(uri.removeprefix(base), "") for uri, item in town.objects.items() if item.get("deleted")]
    file = min(town.truth()["File"]).removeprefix(base)
    return [*found, (f"{file}/access", ""), (f"{file}/download", "")]


def answers(*names: str, version: str = "1.1") -> list[Answered]:
    """Return how a server that plays these quirks answers all of it."""
    town = small_town()
    town.clock = lambda: datetime(2026, 11, 22, tzinfo=UTC)
    service = Service(town, version=version, page_size=12)
    everything = asked(service)
    play(service, names)
    found: list[Answered] = []
    for path, query in everything:
        values = dict(parse_qsl(query, keep_blank_values=True))
        target = f"/oparl/v1.1{path}{'?' + query if query else ''}" if path != "/." else "/robots.txt"
        headers = {"host": "127.0.0.1:8001", "user-agent": "Ratslupe"}
        answer = service.answer(Request("GET", path, values, headers, query, target))
        found.append((answer.status, answer.headers, answer.body, answer.wire))
    return found


@pytest.fixture(scope="module")
def plain() -> list[Answered]:
    return answers()


@pytest.mark.parametrize("name", QUIRKS)
def test_it_alters_an_answer(plain: list[Answered], name: str) -> None:
    played = answers(name)
    assert played != plain
    assert played == answers(name)


@pytest.mark.parametrize("row", [row for row in ROWS if row[1:] or row in "OLG"])
def test_each_row_of_the_table_can_be_played(row: str) -> None:
    assert any(row in one.row.split(", ") for one in QUIRKS.values()) or row in ELSEWHERE


def test_each_says_what_it_does_and_who_does_it() -> None:
    for one in QUIRKS.values():
        assert one.summary, one.name
        assert one.seen, one.name
        assert set(one.row.split(", ")) <= set(ROWS), one.name
        assert one.name == one.name.lower().strip("-"), one.name


@pytest.mark.parametrize("seed", range(12))
def test_any_can_be_had_together(seed: int) -> None:
    names = random.Random(seed).sample(sorted(QUIRKS), 8)
    assert len(answers(*names)) > 100, names


def test_all_can_be_had_together_in_1_0() -> None:
    assert len(answers(*QUIRKS, version="1.0")) > 100


def test_it_knows_no_quirk_of_that_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    town = small_town()
    with pytest.raises(UnknownQuirkError, match="no quirk is called nonesuch"):
        play(Service(town), ["license-nowhere", "nonesuch"])
    with pytest.raises(UnknownQuirkError), serve(town, quirks=["nonesuch"]):
        pytest.fail("it serves")
    assert main([str(folder), "--port", "0", "--quirk", "nonesuch"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(SystemExit):
        main([str(folder), "--list-quirks"])
    assert capsys.readouterr().out.count("\n") == len(QUIRKS)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="two quirks are called license-nowhere"):
        quirk("license-nowhere", row="L", seen="nobody", summary="taken")(lambda _: [])


def test_quirks_are_played_over_the_wire() -> None:
    with serve(small_town(), quirks=["license-misspelt", "references-reused"]) as url:
        base = url.removesuffix("/system")
        body = json.loads(ask(f"{base}/body/1")[2])
        assert "licence" in body
        assert "license" not in body
        assert json.loads(ask(f"{base}/paper/1")[2])["reference"] in ("2019/1012", "2019/1013")


def test_what_a_quirk_counts_is_counted_for_each_server_alone() -> None:
    for _ in range(2):
        service = Service(small_town())
        play(service, ["wall-after-a-while"])
        statuses: list[Response] = [service.answer(Request("GET", "/system", {}, {})) for _ in range(22)]
        assert [answer.body.startswith(b"{") for answer in statuses].count(True) == 20
