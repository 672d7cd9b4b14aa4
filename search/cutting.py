"""Cut a passage out of a text: at sentences or words, in one line, with dots where more stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.model import Segment, Snippet

LENGTH = 240  # characters of a passage
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[.!?:]\s+(?=[A-ZÄÖÜ„\"(])|\n\s*\n")


def passage(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Segment, ...]:
    """The passage around the words that stand at some places, which are marked."""
    start, end = _borders(text, spans[0][0], spans[-1][1])
    return tuple(segments(text, spans, start, end))


def beginning(pages: Sequence[str]) -> tuple[Snippet, ...]:
    """The first words of a text, for hits that only their title or a filter found."""
    for number, page in enumerate(pages, start=1):
        lead = len(page) - len(page.lstrip())
        if lead < len(page):
            _, end = _borders(page, lead, lead)
            return (Snippet(number if len(pages) > 1 else None, tuple(segments(page, [], lead, end))),)
    return ()


def _borders(text: str, first: int, last: int) -> tuple[int, int]:
    """Where to cut a passage around what it must show: at a sentence if one begins near, else between words."""
    room = max(0, LENGTH - (last - first))
    start = max(0, first - room // 2)
    if start:
        sentences = [match.end() for match in _SENTENCE.finditer(text, max(0, first - room), first)]
        start = sentences[0] if sentences else _word_border(text, start, first)
    end = min(len(text), max(last, start + LENGTH))
    if end < len(text):
        end = max(text.rfind(" ", last, end), text.rfind("\n", last, end), last)
    return start, end


def _word_border(text: str, start: int, first: int) -> int:
    match = _SPACE.search(text, start, first)
    return match.end() if match else first


def segments(text: str, spans: Sequence[tuple[int, int]], start: int = 0, end: int | None = None) -> Iterator[Segment]:
    """A stretch of a text with what stands at some places marked; all of it, if no other end is given."""
    end = len(text) if end is None else end
    place = start
    lead = "… " if text[:start].strip() and not _SENTENCE.fullmatch(text, max(0, start - 2), start) else ""
    for left, right in spans:
        between = lead + _SPACE.sub(" ", text[place:left])
        if between:
            yield Segment(between)
        yield Segment(text[left:right], marked=True)
        place, lead = right, ""
    rest = lead + _SPACE.sub(" ", text[place:end]) + (" …" if text[end:].strip() else "")
    if rest:
        yield Segment(rest)
