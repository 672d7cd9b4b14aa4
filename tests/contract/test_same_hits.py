"""Whatever is put in and whatever is asked: every engine finds the same documents, with the same counts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date

import pytest

from search import BadQuery, Document, Results, SearchIndex, open_index, parse_query
from tests.contract.conftest import address

_TEXT = """
Radweg Radwege Radwegeausbau Ausbau ausgebaut Schule Grundschule Schulen Straße Strassen Lindenstr. Lindenstraße
Müller Mueller Holz Holzer Häuser Haus § 34a 34 1.250.000 1250000 0123/2024 12a der die und nicht im am Café
Haushalt Haushalte Haushaltsplan Gebühr Gebühren CDU-Fraktion Bau- Umweltausschuss Ausschuss Kita Spielplatz
"""
WORDS = _TEXT.split()
FRAGMENTS = (*WORDS, "Radweg", "ausbau", "radwge", "Spielplaz", "unbekannt", "haus*", "Rad*", "str*")
SEEDS = range(24)
QUESTIONS = 40  # of each set of documents


def documents(chance: random.Random) -> list[Document]:
    """Make some documents of few words, so that much is found and much is not."""
    return [
        Document(
            id=f"u/{number}",
            type=chance.choice(("Paper", "File", "Meeting", "Person")),
            title=" ".join(chance.choices(WORDS, k=chance.randrange(4))),
            pages=tuple(" ".join(chance.choices(WORDS, k=chance.randrange(12))) for _ in range(chance.randrange(4))),
            body=chance.choice(("quellstadt", "nordheim")),
            date=chance.choice((None, date(2024, chance.randrange(1, 13), 1), date(2019, 5, 3))),
            seq=number,
            facets={"organization": tuple(chance.sample(("Bauausschuss", "Rat der Stadt"), chance.randrange(3)))},
            group=f"g/{chance.randrange(6)}",
            kind="Paper",
        )
        for number in range(chance.randrange(14))
    ]


def question(chance: random.Random, depth: int = 2) -> str:
    """Make a query of everything that the language has."""
    parts = [_part(chance, depth) for _ in range(chance.randrange(1, 4))]
    return chance.choice((" ", " ", " OR ", " AND ")).join(parts)


def _part(chance: random.Random, depth: int) -> str:
    word = chance.choice(FRAGMENTS)
    other = chance.choice(WORDS)
    shapes = [
        word,
        word,
        f'"{other} {chance.choice(WORDS)}"',
        f"-{word}",
        f"{other} NEAR/{chance.randrange(1, 6)} {chance.choice(WORDS)}",
        f'"{other}" NEAR/3 {chance.choice(WORDS)}',
        f"title:{word}",
        f'title:"{other} {chance.choice(WORDS)}"',
        f"type:{chance.choice(('paper', 'file', 'meeting'))}",
        "-gremium:rat",
        f"body:{chance.choice(('quellstadt', 'nordheim', 'anderswo'))}",
        f"after:{chance.choice(('2020', '2024-05'))}",
        f"pages:>{chance.randrange(3)}",
        f"{other}-{chance.choice(WORDS)}",
    ]
    if depth:
        shapes += [f"({question(chance, depth - 1)})", f"-({question(chance, depth - 1)})"]
    return chance.choice(shapes)


@pytest.fixture(scope="module")
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SearchIndex]]:
    """One index of each engine."""
    with ExitStack() as stack:
        opened = []
        for engine in ("tantivy", "whoosh", "opensearch"):
            url = stack.enter_context(address(engine, request, tmp_path_factory.mktemp(engine)))
            opened.append(stack.enter_context(closing(open_index(url))))
        yield opened


@pytest.mark.xdist_group("opensearch")
@pytest.mark.parametrize("seed", SEEDS)
def test_every_engine_finds_the_same(engines: list[SearchIndex], seed: int) -> None:
    chance = random.Random(seed)
    held = documents(chance)
    gone = chance.sample(held, len(held) // 4)
    for index in engines:
        with index.rebuilding() as new, new.batch() as batch:
            for document in held:
                batch.put(document)
        with index.writer() as batch:
            for document in gone:
                batch.delete(document.id)
    for _ in range(QUESTIONS):
        text = question(chance)
        try:
            query = parse_query(text, strict=chance.random() < 0.5, literal=chance.random() < 0.5, limit=100)
        except BadQuery:
            continue
        query = replace(query, apart=chance.random() < 0.5)
        first, *others = [index.search(query) for index in engines]
        for results in others:
            assert told(results) == told(first), text
            if query.apart:
                assert {hit.id for hit in results.hits} == {hit.id for hit in first.hits}, text


def told(results: Results) -> object:
    """Say what must be the same of two results: what is found, counted and added, not what stands before what."""
    documents = {hit.id for one in results.hits for hit in (one, *one.also)} if results.total <= 4 else set()
    facets = {name: {each.value: each.count for each in counts} for name, counts in results.facets.items()}
    groups = {hit.group for hit in results.hits}
    return results.total, results.full, documents, groups, facets, results.matters, results.added, results.meant
