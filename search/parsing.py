"""From the pieces of a text to what they say together: the precedence of operators, brackets, fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, TypeGuard

from search import fields, german
from search.errors import BadQuery
from search.pieces import Kind, Piece, one_line
from search.query import (
    MAX_FILTERS,
    MAX_NEAR,
    MIN_PREFIX,
    AnyOf,
    Every,
    Filter,
    Narrow,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Sort,
    Titled,
    Word,
)

_UNKNOWN = {"type": "unknown_type", "result": "unknown_result", "year": "bad_year", "month": "bad_date"}
_JOINING: tuple[Kind, ...] = ("or", "and", "near")


@dataclass(frozen=True, slots=True)
class Bound:
    """Days or numbers of pages that the whole search is held to."""

    start: int
    written: str = ""
    after: date | None = None
    before: date | None = None
    fewest: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts that all must hold: because of an AND, or, `loose`, because they stand in the same brackets."""

    parts: tuple[Part, ...]
    loose: bool


Part: TypeAlias = Node | Filter | Bound | Joined


class Parser:
    """Reads pieces from left to right, once."""

    def __init__(self, text: str, pieces: Iterable[Piece]) -> None:
        self.text = text
        self.left = list(pieces)[::-1]
        self.starts: dict[int, int] = {}  # of words, phrases and beginnings, by identity
        self.spans: list[tuple[int, int]] = []  # what is written of filters
        self.sort: Sort | None = None
        self._titled = False
        self._asked: set[tuple[str, bool, bool, str]] = set()

    def sequence(self) -> list[Part]:
        """What stands side by side, up to the end of the text or of the brackets."""
        parts = []
        while self.left and self.left[-1].kind != "close":
            if self._take(*_JOINING) is None:  # one that has nothing before it joins nothing
                part = self._either()
                if part is not None:
                    parts.append(part)
        return parts

    def narrow(self, field: str, written: str, place: int) -> Filter | None:
        """A filter of one whole value; None where it is none."""
        return self._filter(field, [written], place, negated=False, by_words=False)

    def _take(self, *kinds: Kind) -> Piece | None:
        return self.left.pop() if self.left and self.left[-1].kind in kinds else None

    def _either(self) -> Part | None:
        parts = self._chain("or", self._every)
        return any_of(map(node_of, parts)) if len(parts) > 1 else next(iter(parts), None)

    def _every(self) -> Part | None:
        parts = self._chain("and", self._near)
        return Joined(tuple(parts), loose=False) if len(parts) > 1 else next(iter(parts), None)

    def _chain(self, kind: Kind, operand: Callable[[], Part | None]) -> list[Part]:
        parts = [operand()]
        while self._take(kind):
            self._skip()
            parts.append(operand())
        return [part for part in parts if part is not None]

    def _near(self) -> Part | None:
        left, pairs = self._thing(), list[Part]()
        while between := self._take("near"):
            self._skip()
            right = self._thing()
            if left is not None and right is not None:
                if not (_has_place(left) and _has_place(right)):
                    raise BadQuery("bad_near", between.start, limit=MAX_NEAR)
                pairs.append(Near(left, right, between.distance))
            left = right or left
        return Joined(tuple(pairs), loose=False) if len(pairs) > 1 else pairs[0] if pairs else left

    def _skip(self) -> None:
        """Of several operators between two things the first one counts."""
        while self._take(*_JOINING):
            pass

    def _thing(self) -> Part | None:
        negated = False
        while self._take("not"):
            negated = True
        piece = self._take("item", "open")
        if piece is None:
            return None
        negated = negated or piece.minus
        if piece.field in ("", "title"):
            part = self._group(piece) if piece.kind == "open" else self._leaf(piece)
            return _not(node_of(part)) if part is not None and negated else part
        end, texts, excluded = piece.end, [piece.text], list[str]()
        if piece.kind == "open":
            end, texts, excluded = self._listed()
        self.spans.append((piece.start, end))
        if piece.field in fields.WHOLE:
            return self._of_the_whole(piece, one_line(" ".join(texts + excluded)), negated)
        return self._narrowed(piece, texts, excluded, negated)

    def _group(self, opening: Piece) -> Part | None:
        outside, self._titled = self._titled, self._titled or opening.field == "title"
        parts = [_inside(part) for part in self.sequence()]
        self._titled = outside
        self._take("close")
        return Joined(tuple(parts), loose=True) if len(parts) > 1 else next(iter(parts), None)

    def _leaf(self, piece: Piece) -> Node | None:
        tokens = tuple(german.tokens(piece.text))
        if not tokens:
            return None
        leaf: Word | Phrase | Prefix = Word(tokens)
        if piece.quoted or (piece.field and piece.whole):
            leaf = Phrase(tokens)
        elif piece.text.endswith("*"):
            if len(tokens[-1]) < MIN_PREFIX:
                raise BadQuery("prefix_too_short", piece.start, limit=MIN_PREFIX)
            leaf = Prefix(tokens)
        self.starts[id(leaf)] = piece.start
        return Titled(leaf) if self._titled or piece.field else leaf

    def _listed(self) -> tuple[int, list[str], list[str]]:
        """Where brackets full of values end, the values in them, and those with a minus.

        Words side by side are one value; OR and quotation marks part them.
        """
        wanted: list[list[str]] = [[]]
        excluded: list[str] = []
        depth, negated = 1, False
        while depth:
            piece = self.left.pop()
            depth += (piece.kind == "open") - (piece.kind == "close")
            if piece.kind == "item":
                text = one_line(self.text[piece.start : piece.end].lstrip("-").replace('"', " "))
                if negated or piece.minus:
                    excluded.append(text)
                elif piece.quoted:
                    wanted += [[text], []]
                else:
                    wanted[-1].append(text)
            elif piece.kind == "or":
                wanted.append([])
            negated = piece.kind == "not"
        return piece.end, [" ".join(words) for words in wanted if words], excluded

    def _of_the_whole(self, piece: Piece, text: str, negated: bool) -> Part | None:
        text = text if piece.quoted else text.rstrip(",;")
        if piece.field == "sort":
            self.sort = fields.order(text) if text and not negated else self.sort
            if negated or (text and self.sort is None):
                raise BadQuery("unknown_sort", piece.start, value=text[:40])
            return None
        if not text:
            return None
        bound = _pages if piece.field == "pages" else day_bound
        written = self.text[piece.start : piece.end].lstrip("-")[:40]
        return replace(bound(piece.field, text, piece.start, negated=negated), written=written)

    def _narrowed(self, piece: Piece, wanted: list[str], excluded: list[str], negated: bool) -> Part | None:
        by_words = piece.field in fields.BY_WORDS and not piece.whole
        if piece.field == "person" and by_words and len(wanted) == 1 and fields.days(wanted[0]):
            # Nobody is called 2024: von:2020 bis:2024.
            return self._of_the_whole(replace(piece, field="after"), wanted[0], negated)
        if negated:
            wanted, excluded = [], wanted + excluded
        parts = [
            self._filter(piece.field, texts, piece.start, no, by_words)
            for texts, no in ((wanted, False), (excluded, True))
        ]
        found = [part for part in parts if part is not None]
        return Joined(tuple(found), loose=True) if len(found) > 1 else next(iter(found), None)

    def _filter(self, field: str, texts: list[str], place: int, negated: bool, by_words: bool) -> Filter | None:
        found: dict[str, None] = {}
        for text in texts:
            values = fields.values(field, text)
            if values is None:
                raise BadQuery(_UNKNOWN[field], place, value=text[:40])
            found.update(dict.fromkeys(values))
        self._asked |= {(field, negated, by_words, value) for value in found}
        if len(self._asked) > MAX_FILTERS:
            raise BadQuery("too_many_filters", place, limit=MAX_FILTERS)
        return Filter(field, tuple(found), negated, by_words) if found else None


def day_bound(name: str, text: str, start: int, *, negated: bool = False) -> Bound:
    """From a day on or up to one: -after:2024 is before:2024."""
    span = fields.days(text)
    if span is None:
        raise BadQuery("bad_date", start, value=text[:40])
    day = span[name == "until"]
    return Bound(start, after=day) if (name == "after") != negated else Bound(start, before=day)


def _pages(_name: str, text: str, start: int, *, negated: bool) -> Bound:
    span = fields.page_range(text)
    if span is None or (negated and None not in span):  # all but five pages: neither more nor fewer
        raise BadQuery("bad_pages", start, value=text[:40])
    fewest, most = span
    if negated:
        fewest, most = None if most is None else most + 1, None if fewest is None else fewest - 1
    return Bound(start, fewest=fewest, most=most)


def node_of(part: Part) -> Node:
    """A part where it stands beside an operator; raises BadQuery for what the whole search only can be held to."""
    match part:
        case Filter():
            return Narrow(part)
        case Bound():
            raise BadQuery("whole_search_only", part.start, value=part.written)
        case Joined(parts):
            return every(map(node_of, parts))
    return part


def every(nodes: Iterable[Node]) -> Node:
    """All of them, as one node."""
    kept = telling(inner for node in nodes for inner in (node.nodes if isinstance(node, Every) else (node,)))
    return kept[0] if len(kept) == 1 else Every(kept)


def any_of(nodes: Iterable[Node]) -> Node:
    """Any of them, as one node."""
    kept = telling(inner for node in nodes for inner in (node.nodes if isinstance(node, AnyOf) else (node,)))
    return kept[0] if len(kept) == 1 else AnyOf(kept)


def _not(node: Node) -> Node:
    return node.node if isinstance(node, Not) else Not(node)


def telling(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Each once, without stop words, unless there is nothing else."""
    each = tuple(dict.fromkeys(nodes))
    return tuple(node for node in each if not is_stop(node)) or each


def is_stop(node: Node) -> bool:
    """Whether it holds stop words only."""
    match node:
        case Word(tokens) | Titled(Word(tokens)):
            return all(map(german.is_stop_word, tokens))
        case AnyOf(nodes) | Every(nodes):
            return all(map(is_stop, nodes))
    return False


def _inside(part: Part) -> Part:
    """A part where it stands in brackets."""
    match part:
        case Filter():
            return Narrow(part)
        case Joined(parts, loose):
            return Joined(tuple(map(_inside, parts)), loose)
    return part


def _has_place(part: Part) -> TypeGuard[Word | Phrase]:
    return isinstance(part, Word | Phrase)
