"""Find the passages of a stored text that answer a query, and mark the words: one highlighter for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from search import german
from search.choosing import Marks, best_page, chosen, counted, telling
from search.cutting import beginning, segments
from search.model import PageHits, Segment, Snippet
from search.needles import everywhere, needles, places
from search.payload import PAGE_BREAK
from search.plan import is_exact, words_in_a_row
from search.query import Also, AnyOf, Every, Leaf, Narrow, Near, Node, Not, Phrase, Prefix, Query, Titled, Word
from search.running import Ending, block, endings
from search.runs import Run, run
from search.weights import BETWEEN_HALVES

MAX_SCAN = 2_000_000  # characters read for one page of results, about 800 printed pages; what is behind is not marked
MAX_TRIED = 20_000  # words of them beside which others are looked for, at 25 µs each; beside more, nothing is marked
MAX_PAGES = 50

# Letters that fold to others (Café, ﬁnanzen) hide a word from the quick look; umlauts do not.
_FOLDED = re.compile(
    "[\u00c0-\u00c3\u00c5-\u00d5\u00d8-\u00db\u00dd\u00de\u00e0-\u00e3\u00e5-\u00f5\u00f8-\u00fb\u00fd-\u024f\ufb00-\ufb06]"
)


@dataclass(frozen=True, slots=True)
class Passages:
    """What to show of one document's text."""

    page: int | None
    pages: tuple[PageHits, ...]
    snippets: tuple[Snippet, ...]


class _Codes(dict[str, tuple[int, tuple[Run, ...]] | None]):
    """Written word: (what it answers alone, runs it may anchor), or None; worked out once a query."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker

    def __missing__(self, token: str) -> tuple[int, tuple[Run, ...]] | None:
        code = self[token] = self._marker.code(token)
        return code


class Marker:
    """Marks one page of results for one query; every word of the query that is answered has its own bit."""

    def __init__(self, query: Query) -> None:
        self._alone: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._quoted: dict[str, int] = {}
        self._beginnings: list[tuple[str, int]] = []
        self._runs: list[Run] = []
        self._bit = 1
        leaves = [leaf for node in query.must for leaf in _leaves(node)]
        for leaf in leaves:
            if not isinstance(leaf, Titled):
                self._learn(leaf)
                self._bit <<= 1
        together = words_in_a_row(query.must)
        if together:
            self._runs.append(run(together, self._bit))
        titled = tuple(leaf.node for leaf in leaves if isinstance(leaf, Titled))
        self._titles = Marker(replace(query, must=titled)) if titled else None
        anchors = [run.terms[run.anchor] for run in self._runs]
        beginnings = [text for text, _ in self._beginnings]
        self._needles = needles([*self._alone, *self._inside, *self._quoted, *beginnings, *anchors])
        self._codes = _Codes(self)
        self._left, self._untried = MAX_SCAN, MAX_TRIED

    def title(self, text: str) -> tuple[Segment, ...]:
        """A whole title, marked."""
        places = self.places(text)
        if self._titles:
            places = sorted({*places, *self._titles.places(text)})
        return tuple(segments(text, places))

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where in a text the words stand that were searched for: begin and end of each, in order."""
        words = everywhere(text) if _FOLDED.search(text) else places(text, self._needles)
        return [(start, end) for start, (end, _) in self._marks(text, words).items()]

    def passages(self, pages: Sequence[str], title: str = "") -> Passages:
        """The best passages of a text, best first, and the pages that hold something.

        What only repeats the title or runs through the pages is shown, and counted again, where nothing else is found.
        """
        found = self._scan(pages)
        if not found:
            return Passages(None, (), beginning(pages))
        many = len(pages) > 1
        ends = endings(pages) if many else [Ending(len(pages[0]))]
        counts = _counts(found, ends)
        best = telling(found, [pages[number - 1][: ends[number - 1].start] for number, _ in found], title)
        shown = chosen(best or [(number, pages[number - 1], marks) for number, marks in found])
        snippets = tuple(Snippet(number if many else None, passage) for number, passage in shown)
        return Passages(shown[0][0] if many else None, counts[:MAX_PAGES] if many else (), snippets)

    def pages(self, pages: Sequence[str]) -> Passages:
        """The pages alone, where nothing is quoted: half the work."""
        found = self._scan(pages)
        if len(pages) < 2 or not found:
            return Passages(None, (), ())
        at_ends = any(next(reversed(marks)) >= block(pages[number - 1]) for number, marks in found)
        counts = _counts(found, endings(pages) if at_ends else [])
        held = {page.number for page in counts}
        page = best_page([(number, marks) for number, marks in found if number in held])
        return Passages(page, counts[:MAX_PAGES], ())

    def code(self, token: str) -> tuple[int, tuple[Run, ...]] | None:
        """What a written word answers alone, and the runs it may anchor."""
        word = german.analyse(token)
        bits = self._alone.get(word.stem, 0) | self._quoted.get(word.exact, 0)
        for part in word.parts.split():
            bits |= self._inside.get(part, 0)
        for text, bit in self._beginnings:
            if word.exact.startswith(text):
                bits |= bit
        runs = tuple(run for run in self._runs if run.terms[run.anchor] == (word.exact if run.exact else word.stem))
        return (bits, runs) if bits or runs else None

    def _learn(self, leaf: Leaf) -> None:
        match leaf:
            case Also(words, others):
                for each in (*words, *(other.leaf for other in others)):
                    self._learn(each)
            case Near(left, right, distance):
                self._learn_near(left, right, distance)
            case Prefix(tokens):
                self._beginnings.append((german.beginning(tokens[-1]), self._bit))
                for token in tokens[:-1]:
                    self._add(self._alone, german.term(token))
            case Word((token,)):
                self._add(self._alone, german.term(token))
                self._add(self._inside, german.term(token))
                halves = german.halves(token)
                if halves:
                    self._runs.append(run(halves, self._bit))
                    self._runs.append(run(halves[::-1], self._bit, BETWEEN_HALVES))
            case Phrase((token,)):
                self._add(self._quoted, german.exact(token))
            case Phrase(tokens):
                self._runs.append(run(tuple(map(german.exact, tokens)), self._bit, exact=True))
            case Word(tokens):
                self._runs.append(run(tuple(map(german.term, tokens)), self._bit))
                joined = german.joined(tokens)
                if joined:
                    self._add(self._alone, joined)

    def _learn_near(self, left: Word | Phrase, right: Word | Phrase, distance: int) -> None:
        exact = is_exact(left) or is_exact(right)
        term = german.exact if exact else german.term
        for first, then in ((left, right), (right, left)):
            terms = tuple(map(term, (*first.tokens, *then.tokens)))
            self._runs.append(run(terms, self._bit, distance, len(first.tokens), exact=exact))

    def _add(self, table: dict[str, int], stem: str) -> None:
        table[stem] = table.get(stem, 0) | self._bit

    def _scan(self, pages: Sequence[str]) -> list[tuple[int, Marks]]:
        """The pages that hold something, counted from 1."""
        if not self._needles:
            return []
        # One long text is looked through sooner than many short ones.
        text = PAGE_BREAK.join(pages)[: max(0, self._left)]
        self._left -= len(text)
        found = _by_page(pages, self._marks(text, places(text, self._needles)))
        if not found:
            odd = [(number, page) for number, page in enumerate(pages, start=1) if _FOLDED.search(page)]
            marked = [(number, self._marks(page, everywhere(page))) for number, page in odd[:MAX_PAGES]]
            found = [(number, marks) for number, marks in marked if marks]
        return found

    def _marks(self, text: str, words: dict[int, int]) -> Marks:
        codes = self._codes
        marks: Marks = {}
        for start, end in words.items():
            code = codes[text[start:end]]
            if code is None:
                continue
            if code[0]:
                marks[start] = (end, code[0] | marks.get(start, (0, 0))[1])
            self._untried -= len(code[1])
            for each in code[1] if self._untried > 0 else ():
                for begin, stop in each.around(text, start, end):
                    marks[begin] = (stop, each.bit | marks.get(begin, (0, 0))[1])
        return dict(sorted(marks.items()))


def _leaves(node: Node) -> Iterator[Leaf | Titled]:
    """What is to be marked of a node: all that may have been found, nothing that must not."""
    match node:
        case AnyOf(nodes) | Every(nodes):
            for each in nodes:
                yield from _leaves(each)
        case Not() | Narrow():
            pass
        case _:
            yield node


def _counts(found: Sequence[tuple[int, Marks]], ends: Sequence[Ending]) -> tuple[PageHits, ...]:
    """How often each page holds something in no running line; where nothing else holds any, those count too."""
    own = [(number, counted(marks, ends[number - 1]) if ends else len(marks)) for number, marks in found]
    return tuple(PageHits(number, count) for number, count in own if count) or tuple(
        PageHits(number, len(marks)) for number, marks in found
    )


def _by_page(pages: Sequence[str], marks: Marks) -> list[tuple[int, Marks]]:
    """Marks of joined pages as those of each page that has any, counted from 1."""
    found: dict[int, Marks] = {}
    number = begin = 0
    end = len(pages[0]) if pages else 0
    for start, (stop, bits) in marks.items():
        while start > end:
            number += 1
            begin, end = end + 1, end + 1 + len(pages[number])
        found.setdefault(number + 1, {})[start - begin] = (stop - begin, bits)
    return list(found.items())
