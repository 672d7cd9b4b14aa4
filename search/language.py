"""The grammar: words, "phrases", -not, OR, beginnings*, name:value; every text is a query or a BadQuery.

organization:council asks for every organization with these words in its name, organization:="Council" for that one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias, cast

from search import german
from search.errors import BadQuery
from search.query import (
    MAX_ALL_WORDS,
    MAX_FILTERS,
    MAX_LIMIT,
    MAX_OFFSET,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TYPED,
    MIN_PREFIX,
    SORTS,
    AnyOf,
    Filter,
    Leaf,
    Node,
    Phrase,
    Prefix,
    Query,
    Sort,
    Word,
)

NAMES = {
    "type": "type", "typ": "type",
    "body": "body", "stadt": "body", "kommune": "body",
    "organization": "organization", "gremium": "organization",
    "paper_type": "paper_type", "art": "paper_type",
    "year": "year", "jahr": "year",
    "after": "after", "nach": "after", "seit": "after",
    "before": "before", "vor": "before",
}  # fmt: skip
TYPES = {
    "paper": "Paper", "vorlage": "Paper", "drucksache": "Paper",
    "file": "File", "datei": "File", "dokument": "File",
    "meeting": "Meeting", "sitzung": "Meeting",
    "agendaitem": "AgendaItem", "tagesordnungspunkt": "AgendaItem", "top": "AgendaItem",
    "person": "Person",
    "organization": "Organization", "gremium": "Organization", "fraktion": "Organization",
    "body": "Body", "stadt": "Body", "kommune": "Body",
    "consultation": "Consultation", "beratung": "Consultation",
    "location": "Location", "ort": "Location",
    "membership": "Membership", "mitgliedschaft": "Membership",
    "legislativeterm": "LegislativeTerm", "wahlperiode": "LegislativeTerm",
}  # fmt: skip
BY_WORDS = ("organization",)  # names nobody types in full: any of their words will do
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_QUOTES = str.maketrans("„“”‟«»″−", '"""""""-')
_ITEM = re.compile(r'(?P<minus>-)?(?:(?P<name>[^\W\d]+):(?P<whole>=)?)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_DATES = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"),
    re.compile(r"(?:(?:(?P<day>\d{1,2})\.)?(?P<month>\d{1,2})\.)?(?P<year>\d{4})"),
)
_OR, _AND, _NOT = ("OR", "ODER"), ("AND", "UND"), ("NOT", "NICHT")

_Narrowing: TypeAlias = tuple[str, bool, bool]  # name, negated, by words


def parse_query(
    text: str,
    *,
    sort: str = "best",
    offset: int = 0,
    limit: int = 20,
    after_seq: int = 0,
    types: Sequence[str] = (),
    bodies: Sequence[str] = (),
    organizations: Sequence[str] = (),
    paper_types: Sequence[str] = (),
    years: Sequence[int] = (),
    after: date | None = None,
    before: date | None = None,
) -> Query:
    """The query a reader means; `after` is inclusive, `before` exclusive; raises BadQuery and nothing else."""
    if sort not in SORTS:
        raise BadQuery("unknown_sort", value=sort)
    if offset > MAX_OFFSET:
        raise BadQuery("bad_page", limit=MAX_OFFSET)
    named = {"type": types, "body": bodies, "organization": organizations, "paper_type": paper_types, "year": years}
    beside = [(name, str(value)) for name, values in named.items() for value in values]
    beside += [(name, day.isoformat()) for name, day in (("after", after), ("before", before)) if day]
    reader = _Reader(text)
    reader.read()
    reader.add(beside)
    query = Query(
        typed=reader.typed,
        text=reader.text,
        must=reader.must(),
        without=tuple(dict.fromkeys(reader.without)),
        filters=tuple(Filter(name, tuple(values), no, words) for (name, no, words), values in reader.filters.items()),
        after=reader.after,
        before=reader.before,
        after_seq=max(0, after_seq),
        sort=cast(Sort, sort),
        offset=max(0, offset),
        limit=min(max(1, limit), MAX_LIMIT),
    )
    return replace(query, text="") if query.is_empty else query  # what holds no word (empty quotes) asks for nothing


class _Reader:
    """Goes through a text once and gathers what it says."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise BadQuery("too_long", MAX_TYPED, limit=MAX_TYPED)
        self.raw = _CONTROL.sub(" ", unicodedata.normalize("NFC", text)).translate(_QUOTES)
        self.typed = self.text = " ".join(self.raw.split())
        self.groups: list[list[Leaf]] = []
        self.stops: list[Leaf] = []
        self.without: list[Leaf] = []
        self.filters: dict[_Narrowing, dict[str, None]] = {}
        self.after: date | None = None
        self.before: date | None = None
        self.terms = 0

    def read(self) -> None:
        """Take in what was typed."""
        in_filters = 0
        joins = negates = False
        for match in _ITEM.finditer(self.raw):
            name = NAMES.get((match["name"] or "").lower())
            value = (match["quoted"] if match["quoted"] is not None else match["bare"]).strip()
            if match.group() in _OR:
                joins = True
                continue
            if match.group() in _NOT:
                negates = True
                continue
            if name and value:
                by_words = name in BY_WORDS and not match["whole"]
                self._filter(name, value, bool(match["minus"]) or negates, match.start(), by_words)
                in_filters += match.end() - match.start()
            elif match.group() not in _AND:
                self._place(self._leaf(match), bool(match["minus"]) or negates, joins)
            joins = negates = False
        if len(self.typed) - in_filters > MAX_TYPED:
            raise BadQuery("too_long", MAX_TYPED, limit=MAX_TYPED)

    def add(self, beside: Sequence[tuple[str, str]]) -> None:
        """Take in filters that did not come in the text, and write them behind it."""
        for name, given in beside:
            value = " ".join(_CONTROL.sub(" ", given).translate(_QUOTES).replace('"', " ").split())
            if value:
                self._filter(name, value, negated=False, position=len(self.raw))
                whole = "=" if name in BY_WORDS else ""
                self.text = f'{self.text} {name}:{whole}"{value}"'.strip()
        if len(self.text) > MAX_TEXT:
            raise BadQuery("too_long", MAX_TEXT, limit=MAX_TEXT)

    def must(self) -> tuple[Node, ...]:
        """What has to be found: all of a few words, any of a sentence; stop words only if there is nothing else."""
        groups = self.groups or [[leaf] for leaf in self.stops[:MAX_TERMS]]
        loose = [group[0] for group in groups if len(group) == 1 and not isinstance(group[0], Phrase)]
        nodes: list[Node] = [group[0] if len(group) == 1 else AnyOf(tuple(group)) for group in groups]
        if len(loose) > MAX_ALL_WORDS:
            nodes = [node for node in nodes if node not in loose] + [AnyOf(tuple(dict.fromkeys(loose)))]
        return tuple(dict.fromkeys(nodes))

    def _leaf(self, match: re.Match[str]) -> Leaf | None:
        """The word, phrase or prefix that was written, or None if it holds no letter or digit."""
        quoted = match["quoted"] is not None
        written = f"{match['name'] or ''} {match['quoted' if quoted else 'bare']}"
        tokens = tuple(german.tokens(written))
        if not tokens or (quoted and not german.tokens(match["quoted"])):
            return None
        self.terms += len(tokens) if quoted or not all(map(german.is_stop_word, tokens)) else 0
        if self.terms > MAX_TERMS:
            raise BadQuery("too_many_terms", match.start(), limit=MAX_TERMS)
        if quoted:
            return Phrase(tokens)
        if not written.endswith("*"):
            return Word(tokens)
        if len(tokens[-1]) < MIN_PREFIX:
            raise BadQuery("prefix_too_short", match.start(), limit=MIN_PREFIX)
        return Prefix(tokens)

    def _place(self, leaf: Leaf | None, negated: bool, joins: bool) -> None:
        if leaf is None:
            return
        if negated:
            self.without.append(leaf)
        elif joins and self.groups:
            self.groups[-1].append(leaf)
        elif isinstance(leaf, Word) and all(map(german.is_stop_word, leaf.tokens)):
            self.stops.append(leaf)
        else:
            self.groups.append([leaf])

    def _filter(self, name: str, value: str, negated: bool, position: int, by_words: bool = False) -> None:
        if name in ("after", "before"):
            self._bound(name, value, negated, position)
            return
        if name == "type":
            value = _type(value, position)
        elif name == "year" and not re.fullmatch(r"[0-9]{4}", value):
            raise BadQuery("bad_year", position, value=value[:40])
        if sum(map(len, self.filters.values())) >= MAX_FILTERS:
            raise BadQuery("too_many_filters", position, limit=MAX_FILTERS)
        self.filters.setdefault((name, negated, by_words), {})[value] = None

    def _bound(self, name: str, value: str, negated: bool, position: int) -> None:
        day = _first_day(value, position)
        if (name == "after") != negated:  # -after:2024 is before:2024
            self.after = max(day, self.after or day)
        else:
            self.before = min(day, self.before or day)


def _type(value: str, position: int) -> str:
    known = TYPES.get(value.casefold())
    if known is None:
        raise BadQuery("unknown_type", position, value=value[:40])
    return known


def _first_day(value: str, position: int) -> date:
    """The first day of a year, a month or a day: 2024, 2024-05, 2024-05-31, 05.2024, 31.05.2024."""
    for pattern in _DATES:
        match = pattern.fullmatch(value) if value.isascii() else None
        if match:
            try:
                return date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
            except ValueError:
                break
    raise BadQuery("bad_date", position, value=value[:40])
