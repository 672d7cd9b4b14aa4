"""Whatever an address asks the search for, the answer is a page: found, or refused with a reason, and soon."""

import gc
import re
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import quote, quote_plus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.config import Settings
from app.db import open_engine, upgrade
from app.indexing import rebuild
from search import BadQuery, Query, Results, open_index
from search.searching import Index
from tests import factories
from tests.app.web.conftest import Town
from tests.search.storms import BAD, SIGNS, storm

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHARDS = range(10)
SEARCHES, SUGGESTIONS, MARKINGS = 220, 150, 200  # of each shard
PROCESSOR_SECONDS = 2.0  # of one answer; what other processes do meanwhile does not count
_WORDS = """
Radweg Radwegeausbau Schule Grundschule Straße Gartenstraße Lindenstr. Haushalt Haushaltsplan Ausschuss Verkehr Müll
Müllabfuhr Kita Brücke Antrag Anfrage Fraktion Verwaltung Stadt Rat Gebühren Öffentlichkeit Größe Café Spielplatz der
die und für 2024 0123/2024 § Bebauungsplan B-Plan ÖPNV Bus Bahn Müller Lang Bauer Schwimmbad Feuerwehr Friedhof
"""
WORDS = _WORDS.split()


def address(chance: Random, text: str) -> str:
    """Write a text as a value of an address, as a browser does or as nobody should; half characters as their bytes."""
    written = text.encode("utf-8", "surrogatepass")
    how = chance.randrange(20)
    if how == 0:  # what is no UTF-8 behind it
        return quote(written) + chance.choice(
            ("%FF", "%C3", "%ED%A0%80", "%C0%80", "%F8%88", "%", "%Z", "%00", "%u0041")
        )
    if how == 1 and len(text) < 1_000:
        return "".join(f"%{byte:02X}" for byte in written)
    return quote_plus(written) if how % 2 else quote(written, safe="")


def arguments(chance: Random, words: Sequence[str]) -> Iterator[str]:
    """Make what stands in an address beside the words: as the page writes it, wrong, doubled, a thousand times."""
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        name = chance.choice(ARGUMENTS)
        times = chance.choice((1, 1, 1, 1, 2, 5, 31, 33, 1_000)) if chance.random() < 0.3 else 1
        for number in range(times):
            yield f"{name}={address(chance, _argument(chance, name, words) + (str(number) if times > 5 else ''))}"


_ARGUMENTS = """
q type body organization paper_type year party person result place filetype month after until sort literal months from
lang page cursor limit offset
"""
ARGUMENTS = _ARGUMENTS.split()
CURSORS = [
    *(
        "",
        "0.0",
        "1.0",
        "10.0",
        "9999.ffffffffffffffff",
        "10.0123456789abcdef",
        "99999.1",
        "-1.0",
        "1.-1",
        "1.g",
        "1e3.0",
    ),
    *("٣.0", "1." + "f" * 99, "\x00.\x00", "1.0\n", " 1.0", "1000.1", "0010.1", "."),
]
TAKEN = {
    "sort": ("best", "newest", "oldest", "worst", "BEST"),
    "from": CURSORS,
    "lang": ("de", "en", "xx", "de-DE,en;q=9", "\x00"),
    "type": ("Paper", "File", "Meeting", "paper", "Nichts", '"', ""),
    "year": ("2024", "0000", "9999", "٢٠٢٤", "20244", "-1"),
    "month": ("2024-05", "0000-01", "9999-12", "2024-13", "0001-01", "2024-5"),
    "after": ("2024-01-01", "0001-01-01", "9999-12-31", "2024-02-30", "20240101", "2024-W01-1", "0000-00-00", "\x00"),
    "result": ("adopted", "Adopted", "nichts", "beschlossen"),
    "page": ("1", "0", "-1", "9" * 40, "1e9", "٣"),
}
TAKEN["until"] = TAKEN["after"]


def _argument(chance: Random, name: str, words: Sequence[str]) -> str:
    if name in TAKEN and chance.random() < 0.8:
        return chance.choice(TAKEN[name])
    return chance.choice((chance.choice(words), chance.choice(BAD), chance.choice(SIGNS), "1", ""))


@pytest.fixture(scope="session")
def built_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a council of many files once; tests get copies."""
    home, chance = tmp_path_factory.mktemp("city"), Random(3)
    engine = open_engine(f"sqlite:///{home / 'ratslupe.db'}")
    upgrade(engine)

    def text(words: int) -> str:
        return " ".join(chance.choices(WORDS, k=words))

    papers = [factories.paper(name=text(6), reference=f"{number:04}/2024") for number in range(40)]
    rows = [
        factories.read_file(*(text(100) for _ in range(chance.choice((1, 3, 20)))), of=chance.choice(papers))
        for _ in range(60)
    ]
    people = [factories.person(name=f"{text(1)} {text(1)}") for _ in range(9)]
    factories.save(engine, factories.body(), factories.organization(), papers, people, rows)
    index = open_index(f"embedded://{home / 'index'}")
    rebuild(engine, index)
    index.close()
    engine.dispose()
    return home


@pytest.fixture
def city(built_city: Path, engine: Engine, settings: Settings) -> None:
    """Give that council to the site."""
    engine.dispose()
    shutil.copy(built_city / "ratslupe.db", settings.home / "ratslupe.db")
    shutil.copytree(built_city / "index", settings.home / "index")


@pytest.fixture(autouse=True, scope="module")
def _own_rubbish() -> Iterator[None]:
    """Leave out of the collector what other tests left: to look through a gigabyte of it takes a second or two."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@contextmanager
def watched(what: str) -> Iterator[None]:
    """Fail where a block works longer than anybody waits for an answer."""

    def late(*_: object) -> None:
        pytest.fail(f"over {PROCESSOR_SECONDS} s: {what[:2_000]}")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@ON_ONE
@pytest.mark.parametrize("shard", SHARDS)
def test_it_answers_every_search(client: FlaskClient, city: None, shard: int) -> None:
    chance, found, refused = Random(f"searches {shard}"), 0, 0
    for _ in range(SEARCHES):
        path = "/search?" + "&".join((f"q={address(chance, storm(chance, WORDS))}", *arguments(chance, WORDS)))
        with watched(path):
            answer = client.get(path)
        assert answer.status_code in (200, 400), path[:2_000]
        found += 'class="rl-hits"' in answer.text
        if answer.status_code == 400:
            refused += 1
            assert len(reason(answer.text)) > len("Change it."), path[:2_000]
    assert found > SEARCHES / 10
    assert refused > SEARCHES / 10


def reason(text: str) -> str:
    """What a page of a refusal says to the reader."""
    said = text.partition('id="fault">')[2].partition("</div>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", said)).split())


@pytest.mark.parametrize("shard", range(2))
def test_it_suggests_or_not_whatever_is_typed(client: FlaskClient, town: Town, shard: int) -> None:
    chance = Random(f"suggestions {shard}")
    for _ in range(SUGGESTIONS):
        path = "/search/suggest" + chance.choice(("", ".json", ".js")) + "?q=" + address(chance, storm(chance, WORDS))
        with watched(path):
            answer = client.get(
                path, headers={"Accept": chance.choice(("text/html", "application/json", "*/*", "\xff"))}
            )
        assert answer.status_code == 200, path[:2_000]


@ON_ONE
def test_it_marks_or_not_whatever_a_document_is_asked_for(client: FlaskClient, town: Town) -> None:
    chance, file = Random("marks"), f"/files/{town.file.key}"
    for _ in range(MARKINGS):
        typed = address(chance, storm(chance, WORDS))
        path = chance.choice(
            (
                f"{file}?page=1&q={typed}",
                f"{file}?q={typed}&hit=9",
                f"{file}/page/1.svg?q={typed}",
                f"/alerts?q={typed}",
            )
        )
        with watched(path):
            answer = client.get(path)
        assert answer.status_code in (200, 302, 303, 404), path[:2_000]


@ON_ONE
@pytest.mark.parametrize(
    "query", [b"q=\xff", b"q=%", b"\xed\xa0\x80=1", b"q=\x00&q", b"&&&=", b"q" * 9_000], ids=range(6)
)
def test_it_answers_what_no_browser_would_ask(client: FlaskClient, town: Town, query: bytes) -> None:
    for path in ("/search", "/search/suggest", "/search/suggest.json", "/alerts", f"/files/{town.file.key}"):
        answer = client.get(path, environ_overrides={"QUERY_STRING": query.decode("latin-1")})
        assert answer.status_code in (200, 400), path


@ON_ONE
def test_it_says_so_where_a_search_takes_too_long(
    client: FlaskClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, asked = Index.search, list[Query]()

    def slow(index: Index, query: Query) -> Results:
        asked.append(query)
        if len(asked) > quick:
            raise BadQuery("too_slow")
        return honest(index, query)

    monkeypatch.setattr(Index, "search", slow)
    quick = 0
    answer = client.get("/search?q=Gartenstraße")
    assert answer.status_code == 400
    assert "Diese Suche dauert zu lange." in reason(answer.text)
    assert "<mark>" not in answer.text  # it is no one word's fault
    quick = len(asked) + 1  # what is asked besides is left out
    answer = client.get("/search?q=Zzyzx&type=Paper")
    assert (answer.status_code, len(asked) > quick) == (200, True)
    assert "Kein Treffer" in answer.text
