"""Words to look for in bytes, however they are written there: in capitals, with composed or decomposed umlauts, escaped
as in JSON, HTML, addresses and mails, with a hyphen that nobody sees, in UTF-16 or Latin-1."""

import re
import unicodedata
from dataclasses import dataclass
from html.entities import codepoint2name

SHORTEST = 3  # characters: less is found everywhere
LONGEST = 200
OVERLAP = 4096  # bytes: longer than any word may be written
# A line's end, also as JSON and Python write it in a string, on any level.
_LINE = rb"(?:\r?\n|\\+r\\+n|\\+n|%0d%0a|%0a)"
# Between two letters: a line that a mail breaks, a word that a line breaks, what is not seen (a hyphen, a space of no
# width, a joiner), marks of a document that stand in the middle of a word.
_UNSEEN = rb"\xc2\xad|\xad|\xe2\x80[\x8b-\x8d]|\\+u00ad|\\+u200[bcd]|&shy;|&#173;|&#xad;"
_SEAM = rb"(?:=\r?\n|-[ \t]*" + _LINE + rb"\s*|" + _UNSEEN + rb"|<[^<>]{0,200}>)*"
_SPACE = (
    rb"(?:\s|=\r?\n|\+|%20|%0[9ad]|%c2%a0|=20|=a0|=c2=a0|_|&nbsp;|&#160;|&#xa0;|&#(?:10|13|32);|\xc2\xa0|\xa0"
    rb"|\xe2\x80[\x80-\x8a\xaf]|\\+[nrt]|\\+u00(?:a0|20|0a|0d|09)|\\+xa0|<[^<>]{0,200}>)+"
)
_WIDE = ("utf-16-le", "utf-16-be")
_WIDE_SPACES = " \t\n\r\u00a0"
_NAMED = {"&": b"&amp;", "<": b"&lt;", ">": b"&gt;", '"': b"&quot;", "'": b"&#39;"}
# What typesetters put in the place of a plain sign.
_TYPESET = {"-": "\u2010\u2011\u2012\u2013", "'": "\u2019\u2018", '"': "\u201c\u201d\u201e"}


class NoNeedle(Exception):
    """Raised when a word is too short or too long to be looked for."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One word or phrase; `patterns` find it in bytes whose letters of ASCII are small."""

    word: str
    patterns: tuple[re.Pattern[bytes], ...]

    def times(self, data: bytes) -> int:
        """How often it stands there."""
        small = data.lower()
        return sum(sum(1 for _ in pattern.finditer(small)) for pattern in self.patterns)


def needle(word: str) -> Needle:
    """Return what looks for a word or a phrase; raises NoNeedle."""
    plain = " ".join(unicodedata.normalize("NFC", word).split())
    if not SHORTEST <= len(plain) <= LONGEST:
        raise NoNeedle(f"{plain[:40]!r}: give {SHORTEST} to {LONGEST} characters")
    first, *words = plain.split(" ")
    rest = b"".join([*(_SEAM + _any(_ways(one)) for one in first[1:]), *(_SPACE + _word(one) for one in words)])
    # A pattern for each way in which it may begin: what begins with a plain byte is found ten times as fast.
    found = [re.escape(way) + rest for way in _ways(first[0])]
    for coding in _WIDE:
        wide = b"".join(_wide(char, coding) for char in plain[1:])
        found += [re.escape(one.encode(coding).lower()) + wide for one in _cased(plain[0])]
    return Needle(plain, tuple(re.compile(one) for one in dict.fromkeys(found)))


def _word(word: str) -> bytes:
    return _SEAM.join(_any(_ways(one)) for one in word)


def _any(ways: set[bytes]) -> bytes:
    """Return what matches any of these."""
    if len(ways) == 1:
        return re.escape(next(iter(ways)))
    return b"(?:" + b"|".join(map(re.escape, sorted(ways, reverse=True))) + b")"


def _ways(char: str) -> set[bytes]:
    """Return all ways in which a letter may stand in bytes, letters of ASCII being small."""
    ways = {_NAMED.get(char, b"")}
    for one in _cased(char):
        ways |= {one.encode(), unicodedata.normalize("NFD", one).encode(), one.encode("latin-1", "ignore")}
        if one.isascii() and one.isalnum():
            continue
        ways |= {"".join(f"\\u{ord(part):04x}" for part in one if ord(part) < 0x10000).encode()}
        ways |= {"".join(f"{sign}{byte:02x}" for byte in one.encode()).encode() for sign in "%="}
        for part in one:
            ways |= {f"&#{ord(part)};".encode(), f"&#x{ord(part):x};".encode()}
            ways |= {f"&{codepoint2name[ord(part)]};".encode()} if ord(part) in codepoint2name else set()
    ways |= {b"\\" + char.encode()} if char in "/\"'" else set()
    for one in _TYPESET.get(char, ""):
        ways |= {one.encode(), f"\\u{ord(one):04x}".encode()}
    return {one.lower() for one in ways if one}


def _cased(char: str) -> set[str]:
    return {char, char.lower(), char.upper()}


def _wide(char: str, coding: str) -> bytes:
    """Return what matches a letter in a coding of two bytes; for a space, any number of what looks like one."""
    found = _any({one.encode(coding).lower() for one in (_WIDE_SPACES if char == " " else _cased(char))})
    return b"(?:" + found + b")+" if char == " " else found
