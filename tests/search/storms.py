"""The worst that can be typed: much, deep, broken, from every script, and always the same for a seed."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from random import Random

_FIELDS = """
title titel type typ body stadt organization gremium person von party fraktion paper vorlage paper_type art result
ergebnis place ort filetype dateityp year jahr month monat after seit before vor until bis pages seiten sort
sortierung TOP nichts id _id text stored http
"""
_GOOD = """
Paper Datei File quellstadt Rat Bau Morgenrot 0123/2024 Antrag adopted vertagt Gartenstraße pdf 2024 2024-05
2024-05-31 31.05.2024 05.2024 5 >5 <=10 5-20 best neueste älteste
"""
FIELDS, GOOD = _FIELDS.split(), _GOOD.split()
BAD = [
    *("0000", "9999", "10000", "2024-13", "2024-02-30", "32.01.2024", "٢٠٢٤", "²⁰²⁴", "99999-99", "-1", "1e9", "0x7f"),
    *(">" * 9, "<", "<=-3", "20-5", "5-", "-5", "9" * 40, ">" + "9" * 99, "Paper,Paper,,,Nichts", "=", "==", '="', "*"),
    *(
        "(",
        ")",
        "()",
        "((",
        '"',
        "-",
        "--",
        "\x00",
        "\ud800",
        "\u202e2024",
        "{{7*7}}",
        "%00",
        "' OR 1=1 --",
        "<script>",
    ),
]
OPERATORS = [
    *("OR", "ODER", "AND", "UND", "NOT", "NICHT", "NEAR", "NAHE", "NEAR/0", "NEAR/3", "NEAR/10", "NEAR/11", "NEAR/"),
    *("NEAR/" + "9" * 50, "NAHE/³", "-", "--", "(", ")", '"', "„", "“", "»", "«", "*", ":", "=", ",", "§", "§§", "/"),
]
SIGNS = [
    *(
        "\x00",
        "\x01",
        "\x1f",
        "\x7f",
        "\x85",
        "\t",
        "\n",
        "\r\n",
        "\x0b",
        "\x0c",
        "\u2028",
        "\ufeff",
        "\uffff",
        "\ufffe",
    ),
    *(
        "\ud800",
        "\udfff",
        "\ud83d\ude00",
        "\u0308",
        "\u0344",
        "\u0600",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\u00ad",
    ),
    *(
        "é",
        "ẞ",
        "ŉ",
        "ﬁ",
        "ﷺ",
        "İ",
        "ı",
        "Å",
        "한",
        "数",
        "🚲",
        "👨‍👩‍👧",
        "🇩🇪",
        "𝟚",
        "½",
        "Ⅷ",
        "\U0010ffff",
        "\u00a0",
        "\u3000",
    ),
]
MUCH = 100_000  # characters
Make = Callable[[Random, Sequence[str]], str]


def storm(chance: Random, words: Sequence[str]) -> str:
    """Make one text; `words` are those that documents hold."""
    [make] = chance.choices(list(_SHAPES), list(_SHAPES.values()))
    text = make(chance, words)
    return _damaged(chance, text) if chance.random() < 0.2 else text


def _typed(chance: Random, words: Sequence[str]) -> str:
    """What looks like a search of somebody who has read the manual."""
    return " ".join(_part(chance, words) for _ in range(chance.randint(1, 7)))


def _part(chance: Random, words: Sequence[str], depth: int = 2) -> str:
    word, other = chance.choice(words), chance.choice(words)
    shapes = [
        *(
            word,
            word,
            word.upper(),
            word[: chance.randint(1, 8)] + "*",
            f"-{word}",
            f'"{word} {other}"',
            f"{word}-{other}",
        ),
        f"{word} {chance.choice(OPERATORS[:7])} {other}",
        f"{word} NEAR/{chance.randint(1, 12)} {other}",
        f'"{word} {other}" NAHE/{chance.randint(1, 10)} {other}',
        f"{chance.choice(FIELDS)}:{chance.choice((*GOOD, word))}",
        f'{chance.choice(("-", ""))}{chance.choice(FIELDS)}:{chance.choice(("", "=", "-"))}"{word}"',
        _misspelt(chance, word),
        f"{word}?",
    ]
    if depth:
        inside = " ".join(_part(chance, words, depth - 1) for _ in range(chance.randint(1, 3)))
        shapes += [f"({inside})", f"-({inside})", f"{chance.choice(FIELDS)}:({inside})"]
    return chance.choice(shapes)


def _misspelt(chance: Random, word: str) -> str:
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(string.ascii_lowercase) + word[at + chance.randint(0, 1) :]


def _fields(chance: Random, words: Sequence[str]) -> str:
    values = (*GOOD, *BAD, *words[:20])
    few = chance.sample(FIELDS, chance.randint(1, 4))
    return " ".join(
        f"{chance.choice(few)}:{chance.choice(values)}" for _ in range(chance.choice((1, 2, 5, 32, 33, 70)))
    )


def _beginnings(chance: Random, words: Sequence[str]) -> str:
    """Beginnings that very many words have."""
    each = [
        word[: chance.choice((1, 2, 3, 3, 3, 4))] for word in chance.choices(words, k=chance.choice((1, 8, 40, 64, 90)))
    ]
    joint = chance.choice((" ", " OR ", " AND ", " -", "-", " title:", "*"))
    return joint.join(f"{one}*" for one in each)


def _nested(chance: Random, words: Sequence[str]) -> str:
    """Brackets in brackets, not always as many closed as opened."""
    depth = chance.choice((1, 3, 7, 8, 9, 30, 400))
    opening = chance.choice(("(", "-(", "NOT (", "title:(", "typ:(", f"{chance.choice(words)} OR (", "((", '("', "a("))
    return (
        opening * depth
        + chance.choice(words)
        + chance.choice((")", f" {chance.choice(words)})")) * chance.choice((depth, depth // 2, 0, depth + 3))
    )


def _most(chance: Random, words: Sequence[str]) -> str:
    """As many words as are allowed, and one more or less."""
    joint = chance.choice((" ", " OR ", " AND ", " NEAR/10 ", " -", " OR -", "-", "/", " title:"))
    return joint.join(chance.choices(words, k=chance.choice((33, 63, 64, 65, 120))))


def _long(chance: Random, words: Sequence[str]) -> str:
    piece = chance.choice(
        (chance.choice(words), chance.choice(SIGNS), chance.choice(OPERATORS), "x", f"{words[0]}* ", " ")
    )
    length = chance.choice((499, 500, 501, 1_999, 2_000, 2_001, MUCH, MUCH))
    return (piece * (length // len(piece) + 1))[:length]


def _signs(chance: Random, words: Sequence[str]) -> str:
    return "".join(
        chance.choice((*SIGNS, *SIGNS, chance.choice(words), " ")) for _ in range(chance.choice((1, 5, 40, 300)))
    )


def _joined(chance: Random, words: Sequence[str]) -> str:
    """Operators, signs and words with nothing between them that says where one ends."""
    everything = (*OPERATORS, *BAD, *(f"{name}:" for name in FIELDS), *words[:30])
    return chance.choice(("", " ")).join(chance.choices(everything, k=chance.choice((1, 3, 12, 60))))


def _repeated(chance: Random, words: Sequence[str]) -> str:
    return chance.choice((" ", " OR ", " NEAR ", "-", ",", "")).join(
        [_part(chance, words)] * chance.choice((2, 16, 65, 300))
    )


def _numbers(chance: Random, _words: Sequence[str]) -> str:
    each = (
        "9" * chance.choice((1, 19, 20, 400)),
        "1.250.000",
        "0123/2024",
        "§ 34a",
        "-0",
        "1e999",
        "00:00",
        "٣",
        "2024-05-31",
    )
    return " ".join(chance.choices(each, k=chance.choice((1, 3, 20))))


def _nothing(chance: Random, _words: Sequence[str]) -> str:
    return chance.choice(
        ("", " ", '""', "()", "-", "*", "OR", "\x00", "\u200b", "\ud800", "„“", "???", "der die das", "-()")
    )


_SHAPES: dict[Make, int] = {
    _typed: 40,
    _fields: 10,
    _beginnings: 8,
    _nested: 8,
    _most: 6,
    _long: 5,
    _signs: 6,
    _joined: 8,
    _repeated: 5,
    _numbers: 2,
    _nothing: 2,
}


def _damaged(chance: Random, text: str) -> str:
    """Cut, double or overwrite something in it."""
    at = chance.randrange(len(text) + 1)
    return chance.choice(
        (text[:at], text[at:], text[:at] + chance.choice(SIGNS) + text[at:], text[:at] + text[: MUCH - at])
    )
