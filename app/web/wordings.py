"""Two wordings of one text beside each other: which words went and which came, with the few around them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

# Words are compared up to here (20 ms), above it sentences, and above that the two texts stand one after the other.
MOST = 300_000
AROUND = 8  # words that stay beside a change
_WORDS = re.compile(r"\s*\S+")
_SENTENCES = re.compile(r"\s*[^.!?;\n]+[.!?;\n]*|\s*[.!?;\n]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words: "same", "gone", "come", or "left out" where nothing changed for long."""

    kind: str
    text: str = ""

    @property
    def space(self) -> str:
        """What stands before its first word: it belongs to neither wording."""
        return self.text[: len(self.text) - len(self.text.lstrip())]


def compared(before: str, after: str) -> list[Segment]:
    """Return one text as it became the other."""
    for pieces in (_WORDS, _SENTENCES):
        old, new = pieces.findall(before), pieces.findall(after)
        head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
        most = min(len(old), len(new)) - head
        tail = sum(
            1
            for _ in takewhile(lambda at: old[-at] == new[-at], range(1, most + 1))  # noqa: B023 - used at once
        )
        middle = old[head : len(old) - tail], new[head : len(new) - tail]
        if len(middle[0]) * len(middle[1]) <= MOST:
            changed = _changes(*middle)
            return list(_shortened([("same", old[:head]), *changed, ("same", old[len(old) - tail :])]))
    return [Segment("gone", before), Segment("come", after)]


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", old[i:j]
        else:
            yield "gone", old[i:j]
            yield "come", new[k:m]


def _shortened(runs: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Segment]:
    for place, (kind, pieces) in enumerate(runs):
        if not pieces:
            continue
        words = _WORDS.findall("".join(pieces))
        first, last = place == 0, place == len(runs) - 1
        if kind != "same" or len(words) <= 3 * AROUND:
            yield Segment(kind, "".join(pieces))
            continue
        if not first:
            yield Segment("same", "".join(words[:AROUND]))
        yield Segment("left out")
        if not last:
            yield Segment("same", "".join(words[-AROUND:]))
