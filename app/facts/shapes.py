"""What the numbers of one council's papers look like, learnt from those that are known."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
MOST = 24  # shapes of one council; the most known have 8
ONCE = 3  # a shape that only one or two numbers have is a slip of the keyboard
WORDS = 40  # spellings of one place in a shape ("BV", "ANT", "ANF", …)
LONGEST = 48  # characters of a number


@dataclass(frozen=True, slots=True)
class Shapes:
    """The numbers of a council as one pattern; None where too few are known."""

    pattern: re.Pattern[str] | None = None

    @classmethod
    def learned(cls, numbers: Iterable[str]) -> "Shapes":
        """Learn from numbers as they are; figures count by how many there are, letters by what they are."""
        slots: dict[tuple[str, ...], list[set[str]]] = {}
        counts: Counter[tuple[str, ...]] = Counter()
        for number in numbers:
            tokens = _TOKEN.findall(" ".join(number.split()))
            shape = tuple(map(_kind, tokens))
            if "9" not in shape or len(shape) < 3 or len(number) > LONGEST:
                continue
            counts[shape] += 1
            for known, token in zip(slots.setdefault(shape, [set() for _ in shape]), tokens, strict=True):
                known.add(token)
        chosen = [shape for shape, count in counts.most_common(MOST) if count >= ONCE]
        chosen = [
            shape
            for shape in chosen
            if all(k != "A" or len(s) <= WORDS for k, s in zip(shape, slots[shape], strict=True))
        ]
        if not chosen:
            return cls()
        # The longest first: "2021/167" must not be found in "2021/167/1".
        branches = [_branch(shape, slots[shape]) for shape in sorted(chosen, key=lambda shape: (-len(shape), shape))]
        return cls(re.compile(rf"(?<![\w/.,-])(?:{'|'.join(branches)})(?![\w/]|[-.,]\w)"))


def _kind(token: str) -> str:
    if token.isdecimal():
        return "9"
    if token.isalpha():
        return "A"
    return " " if token.isspace() else token


def _branch(shape: tuple[str, ...], known: list[set[str]]) -> str:
    return "".join(_slot(kind, tokens) for kind, tokens in zip(shape, known, strict=True))


def _slot(kind: str, tokens: set[str]) -> str:
    if kind == "9":
        lengths = [len(token) for token in tokens]
        return rf"\d{{{min(lengths)},{max(lengths)}}}"
    if kind == "A":
        return f"(?:{'|'.join(sorted(map(re.escape, tokens), key=lambda word: (-len(word), word)))})"
    return r"[ \u00a0]{1,3}" if kind == " " else re.escape(kind)
