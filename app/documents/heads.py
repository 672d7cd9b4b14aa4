"""Running heads and feet: lines that stand at the edge of page after page.

They are set apart at the end of their page's text, behind an empty line: no snippet begins with them, and a word that
stands nowhere else is still found on its page (docs/decisions/0013).
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from .reading import PageText

_AHEAD = 4  # pages: left and right ones may have heads of their own, and the first often has none
_LINES = 4  # a head or foot is at most so high
_LONGEST = 160  # characters; longer lines are text
_NUMBER = re.compile(r"\d{1,5}")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_PAGE = re.compile(r"\b(?:Seite|Blatt|Page) \0")


@dataclass(frozen=True, slots=True)
class _Edges:
    page: PageText
    top: list[frozenset[str]]
    bottom: list[frozenset[str]]
    all: frozenset[str]


def set_apart(pages: Iterable[PageText], total: int) -> Iterator[PageText]:
    """Pass pages on, each with its running lines at its end; four pages late, as each is compared with those."""
    window: deque[_Edges] = deque(maxlen=2 * _AHEAD + 1)
    read = done = 0
    for page in pages:
        window.append(_edges(page, read))
        read += 1
        if read > _AHEAD:
            yield _told(window, len(window) - 1 - _AHEAD, done, total)
            done += 1
    while done < read:
        yield _told(window, len(window) - (read - done), done, total)
        done += 1


def _edges(page: PageText, number: int) -> _Edges:
    text = page.text
    top = [_keys(line, number) for line in _first(text.split("\n", 3 * _LINES))]
    bottom = [_keys(line, number) for line in _first(reversed(text.rsplit("\n", 3 * _LINES)))]
    return _Edges(page, top, bottom, frozenset().union(*top, *bottom))


def _first(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line and not line.isspace()][:_LINES]


def _keys(line: str, number: int) -> frozenset[str]:
    """Say what the line would be on other pages: the same, or with one number that counts the pages."""
    if len(line) > _LONGEST:
        return frozenset()
    plain = " ".join(line.split())
    keys = [plain] if _LETTERS.search(plain) else []
    for found in _NUMBER.finditer(plain):
        counted = f"\0{int(found[0]) - number}\0"
        keys.append(plain[: found.start()] + counted + plain[found.end() :])
        if len(keys) > _LINES:
            break
    return frozenset(keys)


def _told(window: deque[_Edges], place: int, number: int, total: int) -> PageText:
    edges = window[place]
    others = [other for index, other in enumerate(window) if index != place and abs(index - place) <= _AHEAD]
    few = 1 if total <= 3 else 2
    # The first of two or three pages keeps its first lines: what is repeated there may be its title. A line that says
    # which page this is is none, but a foot that was drawn before the text.
    head = _running(edges.top, others, few if number else 2)
    if not number and not head:
        head = _running([frozenset(filter(_PAGE.search, keys)) for keys in edges.top], others, few)
    foot = _running(edges.bottom, others, few)
    if not head and not foot:
        return edges.page
    lines = edges.page.text.split("\n")
    real = [index for index, line in enumerate(lines) if line and not line.isspace()]
    if head + foot >= len(real):
        return edges.page
    begin, end = real[head], real[-1 - foot] + 1
    apart = [lines[index].strip() for index in (*real[:head], *real[len(real) - foot :])]
    return replace(edges.page, text="\n".join((*lines[begin:end], "", *apart)))


def _running(lines: list[frozenset[str]], others: list[_Edges], needed: int) -> int:
    """Return how many lines from the edge inwards stand at the edge of enough other pages too."""
    for count, keys in enumerate(lines):
        if not keys or sum(not keys.isdisjoint(other.all) for other in others) < needed:
            return count
    return len(lines)
