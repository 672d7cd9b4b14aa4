"""Find the passages of a stored text that answer a query, and mark the words: one highlighter for every engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from search import german
from search.cutting import LENGTH, beginning, passage, segments
from search.model import PageHits, Segment, Snippet
from search.needles import everywhere, in_a_row, needles, places
from search.payload import PAGE_BREAK
from search.plan import is_exact, words_in_a_row
from search.query import Also, AnyOf, Every, Leaf, Narrow, Near, Node, Not, Phrase, Prefix, Query, Titled, Word
from search.running import Ending, endings
from search.runs import Run, run
from search.weights import BETWEEN_HALVES

MAX_SCAN = 2_000_000  # characters read for one page of results, about 800 printed pages; what is behind is not marked
MAX_TRIED = 20_000  # words of them beside which others are looked for, at 25 µs each; beside more, nothing is marked
MAX_PAGES = 50

# Letters that fold to others (Café, ﬁnanzen) hide a word from the quick look; umlauts do not.
_FOLDED = re.compile(
    "[\u00c0-\u00c3\u00c5-\u00d5\u00d8-\u00db\u00dd\u00de\u00e0-\u00e3\u00e5-\u00f5\u00f8-\u00fb\u00fd-\u024f\ufb00-\ufb06]"
)

# Two lines of a form have none or one of these, two of a sentence three or four.
_LITTLE = re.compile(
    r"\b(?:d(?:er|ie|as|en|em|es)|ein(?:e[mnrs]?)?|und|ist|sind|wird|werden|wurden?|hat|nicht|zu[mr]?|im|auf|mit)\b"
)
_LITTLE_WORDS = 3
_AROUND = 90  # characters, before and behind
_LOOKS = 50  # at 5 µs

_Marks = dict[int, tuple[int, int]]  # where a marked word begins: where it ends, and bits of what it answers


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
        counted = [(number, _counted(marks, ends[number - 1])) for number, marks in found]
        counts = tuple(PageHits(number, count) for number, count in counted if count) or tuple(
            PageHits(number, len(marks)) for number, marks in found
        )
        repeated = title.lower().split()
        telling = [
            (number, text, own)
            for number, marks in found
            if (own := _own(marks, text := pages[number - 1][: ends[number - 1].start].rstrip(), repeated))
        ]
        chosen = _chosen(telling or [(number, pages[number - 1], marks) for number, marks in found])
        snippets = tuple(Snippet(number if many else None, shown) for number, shown in chosen)
        return Passages(chosen[0][0] if many else None, counts[:MAX_PAGES] if many else (), snippets)

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

    def _scan(self, pages: Sequence[str]) -> list[tuple[int, _Marks]]:
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

    def _marks(self, text: str, words: dict[int, int]) -> _Marks:
        codes = self._codes
        marks: _Marks = {}
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


def _by_page(pages: Sequence[str], marks: _Marks) -> list[tuple[int, _Marks]]:
    """Marks of joined pages as those of each page that has any, counted from 1."""
    found: dict[int, _Marks] = {}
    number = begin = 0
    end = len(pages[0]) if pages else 0
    for start, (stop, bits) in marks.items():
        while start > end:
            number += 1
            begin, end = end + 1, end + 1 + len(pages[number])
        found.setdefault(number + 1, {})[start - begin] = (stop - begin, bits)
    return list(found.items())


def _worth(marks: _Marks) -> int:
    """How many different words of the query are answered."""
    return _union(bits for _, bits in marks.values())


def _union(each: Iterable[int]) -> int:
    union = 0
    for bits in each:
        union |= bits
    return union.bit_count()


def _best_window(text: str, marks: _Marks) -> _Marks:
    """The marks of the stretch that answers most; of equals one in a sentence, then with more, then the earliest."""
    starts = list(marks)
    best, chosen, end, left = (0, False, 0), (0, 1), 0, _LOOKS
    for begin, start in enumerate(starts):
        while end < len(starts) and marks[starts[end]][0] - start <= LENGTH:
            end += 1
        end = max(end, begin + 1)
        union = _union(marks[place][1] for place in starts[begin:end])
        if (union, left > 0, end - begin) <= best:
            continue
        left -= 1
        rating = (union, left >= 0 and _is_prose(text, start), end - begin)
        if rating > best:
            best, chosen = rating, (begin, end)
    return {start: marks[start] for start in starts[chosen[0] : chosen[1]]}


def _is_prose(text: str, place: int) -> bool:
    """Whether little words stand around a place: in heads of forms, tables and lists of names there are few."""
    around = text[max(0, place - _AROUND) : place + _AROUND]
    return len(_LITTLE.findall(around)) >= _LITTLE_WORDS


def _counted(marks: _Marks, end: Ending) -> int:
    """How many marks are not in lines that stood on an earlier page."""
    return sum(not end.repeats(start) for start in marks)


def _own(marks: _Marks, text: str, title: Sequence[str]) -> _Marks:
    """The marks within a text that are in no repeat of its title; a word alone says too little to be one."""
    spans = list(islice(in_a_row(text, title), MAX_PAGES)) if len(title) > 1 else []
    return {
        start: mark
        for start, mark in marks.items()
        if start < len(text) and not any(begin <= start < end for begin, end in spans)
    }


def _chosen(found: list[tuple[int, str, _Marks]]) -> list[tuple[int, tuple[Segment, ...]]]:
    """One or two passages with the numbers of their pages: of the two best pages, or of the only one."""
    best = sorted(found, key=lambda page: (-_worth(page[2]), -len(page[2]), page[0]))[:2]
    chosen = []
    for number, text, marks in best:
        window = _best_window(text, marks)
        chosen.append((number, _passage(text, window)))
        around = range(min(window) - LENGTH, max(window) + LENGTH)
        rest = {start: mark for start, mark in marks.items() if start not in around}
        if len(found) == 1 and rest:
            chosen.append((number, _passage(text, _best_window(text, rest))))
    return chosen


def _passage(text: str, marks: _Marks) -> tuple[Segment, ...]:
    return passage(text, [(start, end) for start, (end, _) in marks.items()])
