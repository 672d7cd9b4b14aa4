"""From a typed text to its pieces: operators, brackets, and items with their minus, field and value."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, TypeAlias

from search import fields, german
from search.errors import BadQuery
from search.query import MAX_DEPTH, MAX_NEAR

USUAL_NEAR = 5  # words between two things with NEAR alone
Kind: TypeAlias = Literal["item", "open", "close", "or", "and", "not", "near"]

# No word ends there: soft hyphens of our own pages, zero-width characters, marks of writing direction.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\uffff\ud800-\udfff]")
_THOUSANDS = re.compile("(?<=[0-9])[\u00a0\u202f](?=[0-9]{3}(?![0-9]))")  # one number, where other blanks are two
_QUOTES = str.maketrans("„“”‟«»″＂−", '""""""""-')
_OPERATORS: dict[str, Kind] = {
    "OR": "or", "ODER": "or", "AND": "and", "UND": "and", "NOT": "not", "NICHT": "not",
}  # fmt: skip
# A bracket is part of a word where it is closed in it: Radweg(e), § 5(2). A paragraph keeps its number.
_BARE = r'(?:§{1,2}\s{1,2}(?=[0-9]))?[^\s"()](?:[^\s"()]|\([^\s"()]*\))*'
# "Lärm und -belastung" leaves a word out; it excludes nothing.
_JOINED = re.compile(r"(?<!\S)(?:[Uu]nd|[Oo]der|[Bb]zw\.?|[Ss]owie|/)\s+")
_PIECE = re.compile(
    rf"""
    (?P<close>\))
    | (?: (?P<operator>{"|".join(_OPERATORS)}) | (?P<near>NEAR|NAHE) (?:/(?P<distance>[0-9]+))? ) (?=[\s"()]|$)
    | (?P<minus>(?<![^\s(])-+)? (?: (?P<name>[^\W\d]+) : (?P<whole>=)? (?P<inner>-+(?=["(]|[^\W_]))? )?
      (?: (?P<open>\() | "(?P<quoted>[^"]*)(?P<end>"?) | (?P<bare>{_BARE}) )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One of them; `start` and `end` are places in the cleaned text."""

    kind: Kind
    start: int
    end: int
    minus: bool = False
    field: str = ""  # as search.fields names it; empty for words
    whole: bool = False  # a name as it is, not any name with these words
    quoted: bool = False
    text: str = ""  # what stands behind the field, without quotation marks
    distance: int = USUAL_NEAR


@dataclass(frozen=True, slots=True)
class Pieces:
    """All of a text, brackets in pairs; with `closing` behind the first `end` characters more can be written there."""

    all: tuple[Piece, ...]
    end: int
    closing: str


def clean(text: str) -> str:
    """Composed umlauts, one kind of quotation marks, nothing invisible; not shorter or longer without need."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _THOUSANDS.sub(".", _CONTROL.sub(" ", text).translate(_QUOTES))


def place_before_cleaning(text: str, place: int) -> int:
    """Where in a typed text stands what stands at a place of the cleaned one."""
    return bisect_right(range(len(text) + 1), place, key=lambda end: len(clean(text[:end]))) - 1


def one_line(text: str) -> str:
    """The text with single spaces and none around it."""
    return " ".join(text.split())


def pieces(text: str) -> Pieces:
    """Take a cleaned text apart; raises BadQuery for brackets and distances beyond their limits.

    A bracket that closes nothing is dropped, one that is not closed is closed at the end.
    """
    found: list[Piece] = []
    depth, match = 0, None
    for match in _PIECE.finditer(text):
        for piece in _read(match):
            depth += (piece.kind == "open") - (piece.kind == "close")
            if depth > MAX_DEPTH:
                raise BadQuery("too_deep", piece.start, limit=MAX_DEPTH)
            if depth < 0:
                depth = 0
            else:
                found.append(piece)
    open_quote = match is not None and match["end"] == ""
    end = len(text)
    if not depth:
        # What waits for something to follow must not take what is written behind.
        waiting = takewhile(lambda piece: piece.kind not in ("item", "close"), reversed(found))
        end = min((piece.start for piece in waiting), default=end)
    found += [Piece("close", len(text), len(text))] * depth
    # The blank keeps the bracket out of the word before: Rad(weg.
    return Pieces(tuple(found), end, '"' * open_quote + (" " + ")" * depth if depth else ""))


def _is_joined(text: str, place: int) -> bool:
    return any(one.end() == place for one in _JOINED.finditer(text, max(0, place - 8), place))


def _read(match: re.Match[str]) -> list[Piece]:
    start, end = match.span()
    if match["close"]:
        return [Piece("close", start, end)]
    if match["operator"]:
        return [Piece(_OPERATORS[match["operator"]], start, end)]
    if match["near"]:
        distance = int(match["distance"][:9]) if match["distance"] else USUAL_NEAR
        if distance > MAX_NEAR:
            raise BadQuery("bad_near", start, limit=MAX_NEAR)
        return [Piece("near", start, end, distance=distance)]
    field = fields.named(match["name"] or "")
    minus = bool(
        (match["minus"] and not _is_joined(match.string, start))
        or (field and field not in fields.WHOLE and match["inner"])
    )
    if match["open"]:
        opening = Piece("open", start, end, minus, field, bool(match["whole"]))
        before = [] if field or not match["name"] else [Piece("item", start, end, minus, text=match["name"])]
        return [*before, opening]
    quoted = match["quoted"] is not None
    text = str(match["quoted"] if quoted else match["bare"])
    if field in fields.WHOLE:
        text = (match["inner"] or "") + text
    elif not field:
        text = "" if quoted and not german.tokens(text) else f"{match['name'] or ''} {text}"
    return [Piece("item", start, end, minus, field, bool(match["whole"]), quoted, one_line(text))]
