"""Find the passages of a stored text that answer a query, and mark the words: one highlighter for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from search import german
from search.model import PageHits, Segment, Snippet
from search.plan import BETWEEN_HALVES, words_in_a_row
from search.query import AnyOf, Leaf, Phrase, Prefix, Query, Word

LENGTH = 240  # characters of a passage
WINDOW = 28  # words that LENGTH characters hold in German papers
MAX_SCAN = 3_000_000  # characters read for one page of results, about 1,000 printed pages; what is behind is not marked
MAX_PAGES = 50
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[.!?:]\s+(?=[A-ZÄÖÜ„\"(])|\n\s*\n")

_Marks = dict[int, int]  # number of the word on its page: bits of what it answers


@dataclass(frozen=True, slots=True)
class Passages:
    """What to show of one document's text."""

    page: int | None
    pages: tuple[PageHits, ...]
    snippets: tuple[Snippet, ...]


class _Codes(dict[str, tuple[int, str] | None]):
    """Written word: (what it answers alone, its stem), or None if it plays no part; worked out once a query."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker

    def __missing__(self, token: str) -> tuple[int, str] | None:
        code = self[token] = self._marker.code(token)
        return code


class Marker:
    """Marks one page of results for one query; every word of the query that is answered has its own bit."""

    def __init__(self, query: Query) -> None:
        self._alone: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._beginnings: list[tuple[str, int]] = []
        self._runs: list[tuple[tuple[str, ...], int, int]] = []  # stems, gap, bit
        self._bit = 1
        for node in query.must:
            for leaf in node.nodes if isinstance(node, AnyOf) else (node,):
                self._learn(leaf)
                self._bit <<= 1
        together = words_in_a_row(query.must)
        if together:
            self._runs.append((together, 0, self._bit))
        self._in_runs = {stem for stems, _, _ in self._runs for stem in stems}
        self._codes = _Codes(self)
        self._left = MAX_SCAN

    def title(self, text: str) -> tuple[Segment, ...]:
        """A whole title, marked."""
        marks = self._marks(german.tokens(text))
        return tuple(_segments(text, [(start, end) for _, start, end in _at(text, marks)]))

    def passages(self, pages: Sequence[str]) -> Passages:
        """The best passages of a text, best first, and the pages that hold something."""
        found = [(number, marks) for number, marks in self._scan(pages) if marks]
        if not found:
            return Passages(None, (), _beginning(pages))
        many = len(pages) > 1
        counts = tuple(PageHits(number, len(marks)) for number, marks in found[:MAX_PAGES]) if many else ()
        found.sort(key=lambda page: (-_worth(page[1].values()), -len(page[1]), page[0]))
        chosen: list[tuple[int, _Marks]] = []
        for number, marks in found[:2]:
            window = _best_window(marks)
            chosen.append((number, window))
            rest = {index: bits for index, bits in marks.items() if index < min(window) or index > max(window) + WINDOW}
            if len(found) == 1 and rest:
                chosen.append((number, _best_window(rest)))
        snippets = tuple(
            Snippet(number if many else None, _passage(pages[number - 1], window)) for number, window in chosen
        )
        return Passages(chosen[0][0] if many else None, counts, snippets)

    def code(self, token: str) -> tuple[int, str] | None:
        """What a written word answers alone, and its stem."""
        word = german.analyse(token)
        bits = self._alone.get(word.stem, 0)
        for part in word.parts:
            bits |= self._inside.get(part, 0)
        for text, bit in self._beginnings:
            if word.exact.startswith(text):
                bits |= bit
        return (bits, word.stem) if bits or word.stem in self._in_runs else None

    def _learn(self, leaf: Leaf) -> None:
        stems = tuple(german.analyse(token).stem for token in leaf.tokens)
        match leaf:
            case Prefix(tokens):
                self._beginnings.append((german.beginning(tokens[-1]), self._bit))
                for stem in stems[:-1]:
                    self._add(self._alone, stem)
            case Word((token,)):
                self._add(self._alone, stems[0])
                self._add(self._inside, stems[0])
                halves = german.halves(token)
                if halves:
                    self._runs.append((halves, 0, self._bit))
                    self._runs.append((halves[::-1], BETWEEN_HALVES, self._bit))
            case Phrase((_,)):
                self._add(self._alone, stems[0])
            case Phrase() | Word():
                self._runs.append((stems, 0, self._bit))
                joined = german.joined(leaf.tokens) if isinstance(leaf, Word) else ""
                if joined:
                    self._add(self._alone, joined)

    def _add(self, table: dict[str, int], stem: str) -> None:
        table[stem] = table.get(stem, 0) | self._bit

    def _scan(self, pages: Sequence[str]) -> Iterator[tuple[int, _Marks]]:
        if not (self._alone or self._beginnings or self._runs):
            return
        for number, page in enumerate(pages, start=1):
            if self._left <= 0:
                return
            text = page[: self._left]
            self._left -= len(text)
            yield number, self._marks(german.tokens(text))

    def _marks(self, tokens: list[str]) -> _Marks:
        codes = self._codes
        relevant = {index: code for index, code in enumerate([codes[token] for token in tokens]) if code}
        marks = {index: code[0] for index, code in relevant.items() if code[0]}
        if self._in_runs:
            for index, code in relevant.items():
                for stems, gap, bit in self._runs:
                    if stems[0] == code[1]:
                        for place in _follow(relevant, index, stems, gap):
                            marks[place] = marks.get(place, 0) | bit
        return dict(sorted(marks.items()))


def _follow(relevant: dict[int, tuple[int, str]], index: int, stems: tuple[str, ...], gap: int) -> list[int]:
    """The places of a run that begins at a word, or none."""
    places = [index]
    for stem in stems[1:]:
        for place in range(places[-1] + 1, places[-1] + 2 + gap):
            code = relevant.get(place)
            if code and code[1] == stem:
                places.append(place)
                break
        else:
            return []
    return places


def _worth(bits: Iterable[int]) -> int:
    """How many different words of the query are answered."""
    union = 0
    for each in bits:
        union |= each
    return union.bit_count()


def _best_window(marks: _Marks) -> _Marks:
    """The marks of the stretch that answers most, the earliest of equals."""
    places = list(marks)
    best: tuple[int, int] = (0, 0)
    chosen = (0, 1)
    end = 0
    for start, place in enumerate(places):
        while end < len(places) and places[end] - place < WINDOW:
            end += 1
        rating = (_worth([marks[index] for index in places[start:end]]), end - start)
        if rating > best:
            best, chosen = rating, (start, end)
    return {index: marks[index] for index in places[chosen[0] : chosen[1]]}


def _at(text: str, marks: _Marks) -> list[tuple[int, int, int]]:
    """(number, begin, end) of the marked words of a text."""
    last = max(marks, default=-1)
    words = enumerate(islice(german.spans(text), last + 1))
    return [(index, start, end) for index, (_, start, end) in words if index in marks]


def _passage(text: str, marks: _Marks) -> tuple[Segment, ...]:
    spans = [(start, end) for _, start, end in _at(text, marks)]
    start, end = _borders(text, spans[0][0], spans[-1][1])
    return tuple(_segments(text, [span for span in spans if start <= span[0] and span[1] <= end], start, end))


def _beginning(pages: Sequence[str]) -> tuple[Snippet, ...]:
    """The first words of a text, for hits that only their title or a filter found."""
    for number, page in enumerate(pages, start=1):
        lead = len(page) - len(page.lstrip())
        if lead < len(page):
            _, end = _borders(page, lead, lead)
            return (Snippet(number if len(pages) > 1 else None, tuple(_segments(page, [], lead, end))),)
    return ()


def _borders(text: str, first: int, last: int) -> tuple[int, int]:
    """Where to cut a passage around what it must show: at a sentence if one begins near, else between words."""
    room = max(0, LENGTH - (last - first))
    start = max(0, first - room // 2)
    if start:
        sentences = [match.end() for match in _SENTENCE.finditer(text, max(0, first - room), first)]
        start = sentences[0] if sentences else _word_border(text, start, first)
    end = min(len(text), max(last, start + LENGTH))
    if end < len(text):
        end = max(text.rfind(" ", last, end), text.rfind("\n", last, end), last)
    return start, end


def _word_border(text: str, start: int, first: int) -> int:
    match = _SPACE.search(text, start, first)
    return match.end() if match else first


def _segments(text: str, spans: Sequence[tuple[int, int]], start: int = 0, end: int | None = None) -> Iterator[Segment]:
    end = len(text) if end is None else end
    place = start
    lead = "… " if text[:start].strip() and not _SENTENCE.fullmatch(text, max(0, start - 2), start) else ""
    for left, right in spans:
        between = lead + _SPACE.sub(" ", text[place:left])
        if between:
            yield Segment(between)
        yield Segment(text[left:right], marked=True)
        place, lead = right, ""
    rest = lead + _SPACE.sub(" ", text[place:end]) + (" …" if text[end:].strip() else "")
    if rest:
        yield Segment(rest)
