"""The grammar: words, "phrases", -not, OR, beginnings*, name:value; every text is a query or a BadQuery."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from search import german
from search.errors import BadQuery
from search.query import (
    MAX_ALL_WORDS,
    MAX_FILTERS,
    MAX_TERMS,
    MAX_TEXT,
    MAX_TYPED,
    MIN_PREFIX,
    AnyOf,
    Filter,
    Leaf,
    Node,
    Phrase,
    Prefix,
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
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
_QUOTES = str.maketrans("„“”‟«»″−", '"""""""-')
_ITEM = re.compile(r'(?P<minus>-)?(?:(?P<name>[^\W\d]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_DATES = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"),
    re.compile(r"(?:(?:(?P<day>\d{1,2})\.)?(?P<month>\d{1,2})\.)?(?P<year>\d{4})"),
)


@dataclass(slots=True)
class Parsed:
    """What the text says, gathered while it is read."""

    typed: str = ""
    text: str = ""
    must: tuple[Node, ...] = ()
    without: tuple[Leaf, ...] = ()
    filters: tuple[Filter, ...] = ()
    after: date | None = None
    before: date | None = None
    _groups: list[list[Leaf]] = field(default_factory=list)
    _stops: list[Leaf] = field(default_factory=list)
    _without: list[Leaf] = field(default_factory=list)
    _filters: dict[tuple[str, bool], dict[str, None]] = field(default_factory=dict)
    _terms: int = 0
    _filtered_chars: int = 0


def parse(text: str, beside: Sequence[tuple[str, str]]) -> Parsed:
    """Read the typed text, then the filters that came beside it as (name, value)."""
    if len(text) > MAX_TEXT:
        raise BadQuery("too_long", MAX_TEXT, limit=MAX_TYPED)
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", text)).translate(_QUOTES)
    parsed = Parsed(typed=" ".join(text.split()))
    _read(parsed, text)
    if len(parsed.typed) - parsed._filtered_chars > MAX_TYPED:
        raise BadQuery("too_long", MAX_TYPED, limit=MAX_TYPED)
    said = [parsed.typed]
    for name, value in beside:
        value = " ".join(_CONTROL.sub(" ", value).translate(_QUOTES).replace('"', " ").split())
        if value:
            _filter(parsed, name, value, negated=False, position=len(text))
            said.append(f'{name}:"{value}"')
    parsed.text = " ".join(filter(None, said))
    if len(parsed.text) > MAX_TEXT:
        raise BadQuery("too_long", MAX_TEXT, limit=MAX_TEXT)
    _finish(parsed)
    return parsed


def _read(parsed: Parsed, text: str) -> None:
    joins = negates = False
    for match in _ITEM.finditer(text):
        name = NAMES.get((match["name"] or "").lower())
        value = (match["quoted"] if match["quoted"] is not None else match["bare"]).strip()
        negated = bool(match["minus"]) or negates
        if name and value:
            _filter(parsed, name, value, negated, match.start())
            parsed._filtered_chars += match.end() - match.start()
            joins = negates = False
        elif match.group() in ("OR", "ODER"):
            joins = True
        elif match.group() in ("NOT", "NICHT"):
            negates = True
        elif match.group() not in ("AND", "UND"):
            leaf = _leaf(parsed, match)
            if leaf:
                _place(parsed, leaf, negated, joins)
                joins = negates = False


def _leaf(parsed: Parsed, match: re.Match[str]) -> Leaf | None:
    """The word, phrase or prefix that was written, or None if it holds no letter or digit."""
    quoted = match["quoted"] is not None
    written = f"{match['name'] or ''} {match['quoted' if quoted else 'bare']}"
    tokens = tuple(german.tokens(written))
    if not tokens:
        return None
    parsed._terms += 0 if not quoted and all(map(german.is_stop_word, tokens)) else len(tokens)
    if parsed._terms > MAX_TERMS:
        raise BadQuery("too_many_terms", match.start(), limit=MAX_TERMS)
    if quoted:
        return Phrase(tokens)
    if written.endswith("*"):
        if len(tokens[-1]) < MIN_PREFIX:
            raise BadQuery("prefix_too_short", match.start(), limit=MIN_PREFIX)
        return Prefix(tokens)
    return Word(tokens)


def _place(parsed: Parsed, leaf: Leaf, negated: bool, joins: bool) -> None:
    if negated:
        parsed._without.append(leaf)
    elif joins and parsed._groups:
        parsed._groups[-1].append(leaf)
    elif isinstance(leaf, Word) and all(map(german.is_stop_word, leaf.tokens)):
        parsed._stops.append(leaf)
    else:
        parsed._groups.append([leaf])


def _finish(parsed: Parsed) -> None:
    """Decide which words must be found: all of a few, any of a sentence; stop words only if there is nothing else."""
    groups = parsed._groups or [[leaf] for leaf in parsed._stops[:MAX_TERMS]]
    loose = [group[0] for group in groups if len(group) == 1 and not isinstance(group[0], Phrase)]
    must: list[Node] = [group[0] if len(group) == 1 else AnyOf(tuple(group)) for group in groups]
    if len(loose) > MAX_ALL_WORDS:
        must = [node for node in must if node not in loose] + [AnyOf(tuple(loose))]
    parsed.must = tuple(dict.fromkeys(must))
    parsed.without = tuple(dict.fromkeys(parsed._without))
    parsed.filters = tuple(
        Filter(name, tuple(values), negated) for (name, negated), values in parsed._filters.items()
    )


def _filter(parsed: Parsed, name: str, value: str, negated: bool, position: int) -> None:
    if name in ("after", "before"):
        _bound(parsed, name, value, negated, position)
        return
    if name == "type":
        known = TYPES.get(value.casefold())
        if known is None:
            raise BadQuery("unknown_type", position, value=value[:40])
        value = known
    elif name == "year" and not re.fullmatch(r"[0-9]{4}", value):
        raise BadQuery("bad_year", position, value=value[:40])
    if sum(map(len, parsed._filters.values())) >= MAX_FILTERS:
        raise BadQuery("too_many_filters", position, limit=MAX_FILTERS)
    parsed._filters.setdefault((name, negated), {})[value] = None


def _bound(parsed: Parsed, name: str, value: str, negated: bool, position: int) -> None:
    day = _first_day(value, position)
    if (name == "after") != negated:  # -after:2024 is before:2024
        parsed.after = max(day, parsed.after or day)
    else:
        parsed.before = min(day, parsed.before or day)


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
