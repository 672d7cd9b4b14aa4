"""Which pages and passages of a text are shown: those that answer most of a query and do not only repeat the title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from operator import itemgetter

from search.cutting import LENGTH, passage
from search.model import Segment
from search.needles import in_a_row
from search.running import Ending

MAX_REPEATS = 50  # of a title on one page
# Two lines of a form have none or one of these, two of a sentence three or four.
_LITTLE = re.compile(
    r"\b(?:d(?:er|ie|as|en|em|es)|ein(?:e[mnrs]?)?|und|ist|sind|wird|werden|wurden?|hat|nicht|zu[mr]?|im|auf|mit)\b"
)
_LITTLE_WORDS = 3
_AROUND = 90  # characters, before and behind
_LOOKS = 50  # at 5 µs

Marks = dict[int, tuple[int, int]]  # where a marked word begins: where it ends, and bits of what it answers


def _worth(marks: Marks) -> int:
    """How many different words of the query are answered."""
    return _union(bits for _, bits in marks.values())


def _union(each: Iterable[int]) -> int:
    union = 0
    for bits in each:
        union |= bits
    return union.bit_count()


def _best_window(text: str, marks: Marks) -> Marks:
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


def counted(marks: Marks, end: Ending) -> int:
    """How many marks are not in lines that stood on an earlier page."""
    return sum(not end.repeats(start) for start in marks)


def telling(found: list[tuple[int, Marks]], texts: Sequence[str], title: str) -> list[tuple[int, str, Marks]]:
    """The best pages by what is on them and in no repeat of the title: two, if there are as many."""
    repeated = title.lower().split()
    best: list[tuple[tuple[int, int, int], str, Marks]] = []
    for most, text, marks in sorted(
        ((_rank(number, marks), text, marks) for (number, marks), text in zip(found, texts, strict=True)),
        key=itemgetter(0),
    ):
        if len(best) > 1 and best[1][0] <= most:  # no page behind can be better, whatever of it counts
            break
        whole = text.rstrip()
        own = _own(marks, whole, repeated)
        if own:
            best = sorted([*best, (_rank(most[2], own), whole, own)], key=itemgetter(0))[:2]
    return [(rank[2], text, own) for rank, text, own in best]


def best_page(found: Sequence[tuple[int, Marks]]) -> int:
    """The number of the page that answers most."""
    return min(_rank(number, marks) for number, marks in found)[2]


def _rank(number: int, marks: Marks) -> tuple[int, int, int]:
    """What pages are sorted by."""
    return -_worth(marks), -len(marks), number


def _own(marks: Marks, text: str, title: Sequence[str]) -> Marks:
    """The marks within a text that are in no repeat of its title; a word alone says too little to be one."""
    spans = list(islice(in_a_row(text, title), MAX_REPEATS)) if len(title) > 1 else []
    return {
        start: mark
        for start, mark in marks.items()
        if start < len(text) and not any(begin <= start < end for begin, end in spans)
    }


def chosen(found: list[tuple[int, str, Marks]]) -> list[tuple[int, tuple[Segment, ...]]]:
    """One or two passages with the numbers of their pages: of the two best pages, or of the only one."""
    best = sorted(found, key=lambda page: _rank(page[0], page[2]))[:2]
    passages = []
    for number, text, marks in best:
        window = _best_window(text, marks)
        passages.append((number, _passage(text, window)))
        around = range(min(window) - LENGTH, max(window) + LENGTH)
        rest = {start: mark for start, mark in marks.items() if start not in around}
        if len(found) == 1 and rest:
            passages.append((number, _passage(text, _best_window(text, rest))))
    return passages


def _passage(text: str, marks: Marks) -> tuple[Segment, ...]:
    return passage(text, [(start, end) for start, (end, _) in marks.items()])
