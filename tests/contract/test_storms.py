"""Whatever is typed: every engine answers or says why not, none takes long, and all of them find the same."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from random import Random

import pytest

from search import BadQuery, Document, Query, Results, SearchIndex, open_index, parse_query
from search.query import MAX_LIMIT, SORTS
from tests.contract.conftest import address
from tests.contract.test_same_hits import told
from tests.contract.town import put
from tests.search.storms import storm

HANGS = 30  # seconds of any clock; an answer takes milliseconds, on a busy machine with a cluster beside it too
_WORDS = """
Radweg Radwege Radwegeausbau Schule Grundschule Straße Gartenstraße Lindenstr. Haushalt Haushaltsplan Ausschuss Müll
Müllabfuhr Kita Brücke Antrag Fraktion Verwaltung Stadt Rat Gebühren Größe Café Spielplatz der die und für 2024
0123/2024 § 34a Bebauungsplan B-Plan ÖPNV Bus Bahn Müller Lang Bauer c++ 1.250.000 a.b 12a İstanbul ﬁnanzen 数字 🚲
"""
WORDS = _WORDS.split()
CURSORS = (
    "",
    "x",
    "0.0",
    "9999.ffffffffffffffff",
    "1." + "f" * 99,
    "-1.0",
    "٣.0",
    "1.0\n",
    "\x00",
    "\ud800",
    "1000.1" * 99,
)


def documents() -> Iterator[Document]:
    """Make documents of which some are long and many hold the same words."""
    chance = Random("documents")
    for number in range(60):
        yield Document(
            id=f"u/{number}",
            type=chance.choice(("Paper", "File", "Meeting", "Person")),
            title=" ".join(chance.choices(WORDS, k=chance.randrange(5))),
            pages=tuple(" ".join(chance.choices(WORDS, k=60)) for _ in range(chance.choice((0, 1, 2, 20)))),
            body=chance.choice(("quellstadt", "nordheim")),
            date=chance.choice((None, date(2024, chance.randrange(1, 13), 1), date(2019, 5, 3), date(1, 1, 1))),
            seq=number,
            facets={
                "organization": tuple(chance.sample(("Bauausschuss", "Rat der Stadt"), chance.randrange(3))),
                "place": tuple(chance.sample(("Gartenstraße", "Alter Markt", "\x00\ud800"), chance.randrange(3))),
            },
            group=f"g/{number // 3}",
            kind="Paper",
        )


@contextmanager
def watched(what: str) -> Iterator[None]:
    """Fail where a block hangs."""

    def late(*_: object) -> None:
        pytest.fail(f"it hangs: {what[:2_000]!r}")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def asked(chance: Random, text: str) -> Query | None:
    """What a text asks for; None where it is refused, which is explained and has a place."""
    sort, cursor, limit = (
        chance.choice(("", *SORTS)),
        chance.choice(CURSORS),
        chance.choice((1, 10, MAX_LIMIT, MAX_LIMIT)),
    )
    literal, strict = chance.random() < 0.2, chance.random() < 0.2
    try:
        return parse_query(text, sort=sort, cursor=cursor, limit=limit, literal=literal, strict=strict)
    except BadQuery as error:
        assert len(error.message) > len(error.code)  # noqa: PT017 - either outcome is right
        assert 0 <= error.position <= len(text)  # noqa: PT017
        return None


@pytest.fixture(scope="module")
def embedded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SearchIndex]]:
    """The same documents in both engines that are embedded."""
    yield from filled(request, tmp_path_factory, "tantivy", "whoosh")


@pytest.fixture(scope="module")
def clustered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SearchIndex]]:
    """The same documents in the default engine and in a cluster."""
    yield from filled(request, tmp_path_factory, "tantivy", "opensearch")


def filled(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, *engines: str
) -> Iterator[list[SearchIndex]]:
    """The same documents in some engines."""
    with ExitStack() as stack:
        opened = []
        for engine in engines:
            url = stack.enter_context(address(engine, request, folders.mktemp(engine)))
            opened.append(stack.enter_context(closing(open_index(url))))
            put(opened[-1], *documents())
        yield opened


def said(results: Results, query: Query) -> object:
    """What must be the same of two results; of one page of several the order decides what stands on it."""
    whole = query.limit == MAX_LIMIT and not results.first
    return told(results) if whole else (results.total, results.full, results.matters, results.meant)


def answers_of(indexes: list[SearchIndex], query: Query) -> Iterator[object]:
    """What the indexes answer; on a busy machine one may say that it would take too long."""
    for index in indexes:
        try:
            yield said(index.search(query), query)
        except BadQuery as error:
            assert error.code == "too_slow"  # noqa: PT017 - either outcome is right


def weather(indexes: list[SearchIndex], seed: str, storms: int) -> None:
    """Ask all of some indexes the same, many times."""
    chance, answered = Random(seed), 0
    for _ in range(storms):
        text = storm(chance, WORDS)
        query = asked(chance, text)
        with watched(text):
            if query is not None and len(answers := list(answers_of(indexes, query))) == len(indexes):
                assert answers[0] == answers[1], text
                answered += 1
            first, other = [{one.id for one in index.suggest(text, limit=100)} for index in indexes]
            assert first == other, text
            name = text.encode("utf-8", "replace").decode()  # no record has half a character in its id
            assert indexes[0].related(name) == indexes[1].related(name) == ()
    assert answered > storms / 4


@pytest.mark.parametrize("seed", range(8))
def test_embedded_engines_bear_every_storm(embedded: list[SearchIndex], seed: int) -> None:
    weather(embedded, f"embedded {seed}", 100)


@pytest.mark.xdist_group("opensearch")
@pytest.mark.parametrize("seed", range(3))
def test_a_cluster_bears_every_storm(clustered: list[SearchIndex], seed: int) -> None:
    weather(clustered, f"cluster {seed}", 100)
