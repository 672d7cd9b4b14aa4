"""The grammar of searches: every text is a query or a BadQuery. docs/search.md says it to readers.

What binds closest comes first: minus and NOT; NEAR; AND; OR; standing side by side. So `a b OR c` asks for a, and for b
or c. An operator that joins nothing is left out, and so are empty brackets. A field beside an operator or in brackets
narrows there; any other narrows the whole search, several values of one field to either of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import cast

from search.errors import BadQuery
from search.fields import BY_WORDS
from search.parsing import Bound, Joined, Parser, Part, day_bound, every, is_stop, node_of, telling
from search.pieces import clean, one_line, pieces, place_before_cleaning
from search.query import (
    ADDRESSES,
    FILTER_FIELDS,
    MAX_LIMIT,
    MAX_OFFSET,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TYPED,
    MEASURES,
    SORTS,
    AnyOf,
    Every,
    Filter,
    Near,
    Node,
    Not,
    Phrase,
    Prefix,
    Query,
    Sort,
    Titled,
    Word,
)

_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


def parse_query(
    text: str,
    *,
    sort: str = "",
    offset: int = 0,
    limit: int = 20,
    cursor: str = "",
    after_seq: int = 0,
    strict: bool = False,
    literal: bool = False,
    chosen: Mapping[str, Sequence[str]] = _NOTHING,
    after: date | None = None,
    before: date | None = None,
) -> Query:
    """The query a reader means; whatever the text, raises BadQuery and nothing else.

    `chosen` are whole values by name of FILTER_FIELDS that come beside the words; `after` is inclusive, `before`
    exclusive. They are written into the query's text, `sort` is not, and wins over an order in the words.
    """
    if sort and sort not in SORTS:
        raise BadQuery("unknown_sort", value=sort[:40])
    if offset > MAX_OFFSET:
        raise BadQuery("bad_page", limit=MAX_OFFSET)
    if len(text) > MAX_TEXT:
        raise BadQuery("too_long", MAX_TYPED, limit=MAX_TYPED)
    try:
        query = _Reader(clean(text)).query(chosen, after, before)
    except BadQuery as error:
        place = place_before_cleaning(text, error.position)
        raise BadQuery(error.code, place, **error.params) from None
    return replace(
        query,
        sort=cast(Sort, sort) if sort else query.sort,
        offset=max(0, offset),
        limit=min(max(1, limit), MAX_LIMIT),
        cursor=cursor,
        after_seq=max(0, after_seq),
        strict=strict,
        literal=literal,
    )


class _Reader:
    """Gathers what a cleaned text says of the whole search."""

    def __init__(self, text: str) -> None:
        self.raw = text
        self.must: list[Node] = []
        self.without: list[Node] = []
        self.filters: dict[tuple[str, bool, bool], dict[str, None]] = {}
        self.bounds: list[Bound] = []

    def query(
        self, chosen: Mapping[str, Sequence[str]], after: date | None = None, before: date | None = None
    ) -> Query:
        """What the text and what was chosen beside it ask for, first page, best first."""
        found = pieces(self.raw)
        parser = Parser(self.raw, found.all)
        for part in parser.sequence():
            self._place(part)
        text = one_line(self.raw[: found.end]) + found.closing
        if _length_of_words(self.raw[: found.end], parser.spans) + len(found.closing) > MAX_TYPED:
            raise BadQuery("too_long", MAX_TYPED, limit=MAX_TYPED)
        for name, value in _beside(chosen, after, before):
            text = one_line(f'{text} {name}:{"=" * (name in BY_WORDS)}"{value}"')
            self._place_beside(parser, name, value)
        if len(text) > MAX_TEXT:
            raise BadQuery("too_long", MAX_TEXT, limit=MAX_TEXT)
        must = self._told()
        without = tuple(dict.fromkeys(self.without))
        _count((*must, *without), parser.starts)
        query = Query(
            typed=one_line(self.raw),
            text=text,
            must=must,
            without=without,
            filters=tuple(Filter(name, tuple(held), no, words) for (name, no, words), held in self.filters.items()),
            after=max((each.after for each in self.bounds if each.after), default=None),
            before=min((each.before for each in self.bounds if each.before), default=None),
            min_pages=max((each.fewest for each in self.bounds if each.fewest), default=None),
            max_pages=min((each.most for each in self.bounds if each.most is not None), default=None),
            # Nothing is better than anything else where there are no words: what is new stands first.
            sort=parser.sort or ("best" if must else "newest"),
        )
        return replace(query, text="") if query.is_empty else query  # empty quotes, a lone operator: nothing is asked

    def _place(self, part: Part) -> None:
        match part:
            case Filter(field, values, negated, words):
                self.filters.setdefault((field, negated, words), {}).update(dict.fromkeys(values))
            case Bound():
                self.bounds.append(part)
            case Not(node):
                self.without.append(node)
            case Joined(parts, loose=True):
                for each in parts:
                    self._place(each)
            case Joined(parts):
                rest = []
                for each in _flat(parts):
                    if isinstance(each, Bound | Not):
                        self._place(each)
                    else:
                        rest.append(node_of(each))
                if rest:
                    self.must.append(every(rest))
            case _:
                self.must.append(part)

    def _place_beside(self, parser: Parser, name: str, value: str) -> None:
        part = (
            parser.narrow(name, value, len(self.raw))
            if name in FILTER_FIELDS
            else day_bound(name, value, len(self.raw))
        )
        if part is not None:
            self._place(part)

    def _told(self) -> tuple[Node, ...]:
        """What has to be found; stop words only if there is nothing else, and then not more than are good for it."""
        kept = telling(_without_forms(self.must))
        if all(map(is_stop, kept)):
            kept = telling(self.must)
        return kept[:MAX_TERMS] if all(map(is_stop, kept)) else kept


def _without_forms(nodes: Sequence[Node]) -> Iterator[Node]:
    """Leave out what asks with the word before it ("wie hoch" asks for no height), and Frau and Herr before a name."""
    for before, node, behind in zip((None, *nodes), nodes, (*nodes[1:], None), strict=False):
        match before, node, behind:
            case Word((asking,)), Word((measure,)), _ if asking.casefold() == "wie" and measure.casefold() in MEASURES:
                continue
            case _, Word((address,)), Word() as name if address.casefold() in ADDRESSES and not is_stop(name):
                continue
        yield node


def _beside(chosen: Mapping[str, Sequence[str]], after: date | None, before: date | None) -> Iterator[tuple[str, str]]:
    for name, values in chosen.items():
        if name not in FILTER_FIELDS:
            raise ValueError(f"nothing can be narrowed by {name}")
        for given in values:
            value = one_line(clean(given).replace('"', " "))
            if value:
                yield name, value
    for name, day in (("after", after), ("before", before)):
        if day:
            yield name, day.isoformat()


def _length_of_words(text: str, spans: Iterable[tuple[int, int]]) -> int:
    """How long a text is without what is written of filters."""
    at, outside = 0, ""
    for start, end in spans:
        outside += text[at:start]
        at = end
    return len(one_line(outside + text[at:]))


def _flat(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Joined):
            yield from _flat(part.parts)
        else:
            yield part


def _count(nodes: Iterable[Node], starts: Mapping[int, int]) -> None:
    """Raise BadQuery where more words are searched for than is good for an index."""
    leaves = {id(leaf): leaf for node in nodes for leaf in _leaves(node)}
    words = 0
    for key in sorted(leaves, key=starts.__getitem__):
        words += len(leaves[key].tokens)
        if words > MAX_TERMS:
            raise BadQuery("too_many_terms", starts[key], limit=MAX_TERMS)


def _leaves(node: Node) -> Iterator[Word | Phrase | Prefix]:
    match node:
        case Word() | Phrase() | Prefix():
            yield node
        case Near(left, right):
            yield left
            yield right
        case Not(inner) | Titled(inner):
            yield from _leaves(inner)
        case AnyOf(nodes) | Every(nodes):
            for each in nodes:
                yield from _leaves(each)
