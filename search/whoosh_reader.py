"""Terms, facts and columns of a whoosh index; with `search.whoosh_engine` the only file that knows it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from whoosh.reading import TermNotFound

from search import rows
from search.engine import Found, Row, Wanted
from search.errors import BadQuery, EngineUnavailable
from search.evaluating import Evaluator, Posting
from search.payload import unpack
from search.positions import count_of, places_of
from search.weights import EXACT, PARTS, TITLE_PARTS

DEADLINE = 1.5  # seconds; past it a search is refused instead of keeping other readers waiting

_Whoosh: TypeAlias = Any  # whoosh is typed in part only, and says it were typed


class WhooshReader:
    """One searcher, whose documents are counted through all its segments."""

    def __init__(self, searcher: _Whoosh, facts: dict[str, list[rows.Facts]]) -> None:
        self._leaves = [(leaf.reader(), offset) for leaf, offset in searcher.leaf_searchers() if leaf.doc_count_all()]
        self._searcher = searcher
        self._facts = facts
        self._clock = time.perf_counter() + DEADLINE

    def find(self, wanted: Wanted, *, limit: int, facets: Collection[str] = (), kinds: bool = False) -> Found:
        """See Reader.find."""
        scored = Evaluator(self).plan(wanted.plan)
        facts = self._all_facts()
        found = [
            (score if wanted.sort == "best" else 0.0, number, facts[number])
            for number, score in scored.items()
            if rows.passes(facts[number], wanted)
        ]
        first = [Row(score, each.group, number) for score, number, each in rows.first(found, wanted, limit)]
        return Found(len(found), first, rows.counted(found, facets), rows.kinds(found) if kinds else {})

    def stored(self, rows: Sequence[Row]) -> list[bytes]:
        """See Reader.stored."""
        return [self._column("stored", row.handle) for row in rows]

    def frequencies(self, field: str, terms: Collection[str]) -> Mapping[str, int]:
        """See Reader.frequencies."""
        reader = self._searcher.reader()
        return {term: int(reader.doc_frequency(field, term)) for term in terms}

    def near(self, word: str, changes: int) -> Iterable[tuple[str, int]]:
        """See Reader.near."""
        return (each for each in self._terms(EXACT, word[:1]) if abs(len(each[0]) - len(word)) <= changes)

    def values(self, field: str) -> Iterable[str]:
        """See Reader.values."""
        return {value for facts in self._all_facts().values() for value in facts.values[field]}

    def versions(self) -> Iterator[tuple[str, int]]:
        """See Reader.versions."""
        for number, facts in self._all_facts().items():
            yield unpack(self._column("stored", number)).id, facts.seq

    def locate(self, document_id: str) -> Row | None:
        """See Reader.locate."""
        number = next(iter(self._searcher.document_numbers(id=document_id)), None)
        return None if number is None else Row(0.0, self._all_facts()[number].group, number)

    def count(self) -> int:
        """See Reader.count."""
        return int(self._searcher.doc_count())

    def postings(self, field: str, term: str) -> list[Posting]:
        """See Postings.postings."""
        found = []
        for reader, offset in self._leaves:
            try:
                matcher = reader.postings(field, term)
            except TermNotFound:
                continue
            while matcher.is_active():
                self._hurry()
                number, value = matcher.id(), matcher.value()
                counted = field not in (PARTS, TITLE_PARTS)
                count = count_of(value) if counted else int(matcher.weight())
                length = reader.doc_field_length(number, field, 1)
                found.append(Posting(number + offset, count, length, partial(self._places, value)))
                matcher.next()
        return found

    def beginning(self, field: str, text: str) -> Iterable[str]:
        """See Postings.beginning."""
        return [term for term, _ in self._terms(field, text)]

    def valued(self, field: str, values: Iterable[str]) -> Iterable[int]:
        """See Postings.valued."""
        wanted = tuple(values)
        return [number for number, facts in self._all_facts().items() if rows.holds(facts, field, wanted)]

    def everything(self) -> Iterable[int]:
        """See Postings.everything."""
        return self._all_facts()

    def size(self, field: str) -> tuple[int, float]:
        """See Postings.size."""
        count = max(1, self.count())
        return count, max(1.0, self._searcher.field_length(field) / count)

    def _places(self, packed: bytes) -> list[int]:
        self._hurry()
        return places_of(packed)

    def _terms(self, field: str, beginning: str) -> Iterator[tuple[str, int]]:
        try:
            for term, info in self._searcher.reader().iter_prefix(field, beginning):
                self._hurry()
                yield term.decode("utf-8"), int(info.doc_frequency())
        except TermNotFound:
            return

    def _all_facts(self) -> dict[int, rows.Facts]:
        """The facts of every document that is not deleted, by its number; read from disk once."""
        found = {}
        for reader, offset in self._leaves:
            name = str(reader.segment().segment_id())
            if name not in self._facts:
                column = reader.column_reader("facts")
                self._facts[name] = [rows.unpack(column[number]) for number in range(reader.doc_count_all())]
            kept = self._facts[name]
            found.update({number + offset: kept[number] for number in reader.all_doc_ids()})
        return found

    def _column(self, name: str, number: int) -> bytes:
        for reader, offset in reversed(self._leaves):
            if number >= offset:
                return bytes(reader.column_reader(name)[number - offset])
        raise EngineUnavailable(f"whoosh: there is no document {number}")

    def _hurry(self) -> None:
        if time.perf_counter() > self._clock:
            raise BadQuery("too_slow")
