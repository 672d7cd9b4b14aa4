"""The quick no before a search is asked of what is new: few documents or many, what matches is never sieved out."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.alerts.sieve import FEW, Sieve, sieve, understood
from app.config import Settings
from search import BadQuery, Needs, SearchIndex
from tests import factories as make
from tests.contract.test_same_hits import WORDS, question

QUESTIONS = 150


@pytest.fixture
def chance() -> Random:
    return Random("sieve")


def own(number: int) -> str:
    """Return the word that only one document has."""
    return f"Zimmer{number:03}"


@contextmanager
def held(engine: Engine, settings: Settings, chance: Random, count: int) -> Iterator[Sieve]:
    """Sieve files and papers of few words, so that much is found and much is not."""
    make.save(engine, make.body())
    papers, files = [], []
    for number in range(count):
        name, *pages = (" ".join(chance.choices(WORDS, k=chance.randrange(1, 6))) for _ in range(3))
        if number % 2:
            papers.append(make.paper(name=f"{name} {own(number)}", reference=f"2026/{number}"))
        else:
            files.append(make.read_file(*pages, own(number), name=name))
    make.save(engine, papers, files)
    wanted = {"Paper": [one.id for one in papers], "File": [rows[0].id for rows in files]}
    with Session(engine) as session, sieve(session, settings, wanted) as found:
        assert found is not None
        yield found


@pytest.mark.parametrize("count", [1, 2, 5, FEW, FEW + 1, 2 * FEW])
def test_whatever_a_document_matches_is_found(
    engine: Engine, settings: Settings, chance: Random, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    asked: list[bool] = []
    may_match = Sieve._may_match

    def noting(one: Sieve, wanted: Needs) -> bool:
        asked.append(may_match(one, wanted))
        return asked[-1]

    found = 0
    with held(engine, settings, chance, count) as ask:
        monkeypatch.setattr(Sieve, "_may_match", noting)
        texts = [*WORDS, *map(" ".join, pairwise(WORDS)), *(question(chance) for _ in range(QUESTIONS))]
        assert all(ask.matching(own(number), understood(own(number), None).needs) for number in range(count))
        for text in (*texts, *(f"{word} Schwimmbad" for word in WORDS[::3])):
            try:
                wanted = understood(text, settings.thesaurus)
            except BadQuery:
                continue
            # Where nothing is needed nothing is ruled out: the engine itself is asked.
            every = ask.matching(text, ())
            assert ask.matching(text, wanted.needs) == every, text
            found += bool(every)
    assert found > 10
    assert asked.count(False) > 10, "nothing was ruled out"


@pytest.mark.parametrize(("count", "asks"), [(FEW, False), (FEW + 1, True)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
def test_the_terms_of_a_few_are_known_and_the_index_is_asked_for_those_of_many(
    engine: Engine, settings: Settings, chance: Random, count: int, asks: bool
) -> None:
    asked: list[object] = []

    class Asked:
        """An index that is only asked for terms."""

        def may_match(self, needed: object) -> bool:
            asked.append(needed)
            return False

        def matching(self, query: object) -> tuple[()]:
            pytest.fail("it is sieved out")

    with held(engine, settings, chance, count) as ask:
        index: SearchIndex = Asked()  # type: ignore[assignment]
        quick = Sieve(index, count, ask._terms)
        assert quick.matching("schwimmbad", understood("schwimmbad", None).needs) == frozenset()
    assert bool(asked) is asks
