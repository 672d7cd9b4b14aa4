"""News in plain words for places with little room: a toot, a chat room, a program's log, a telephone's screen."""

from collections.abc import Sequence
from typing import Final

from app.alerts.telling.lines import Line
from app.speech import Voice

MOST: Final = 500  # characters, which is what a Mastodon server takes by default
SHORTEST: Final = 40  # characters of a title, before it is cut for the sake of what comes behind


def brief(line: Line, most: int = MOST) -> str:
    """Return one piece of news in at most so many characters: kind and title, what happened, the address."""
    head = f"{line.kind_word}: {line.title}" if line.kind_word else line.title
    room = most - len(line.url) - 1
    said = " ".join(line.said)
    rest = f"\n{said}" if said and len(said) + 1 <= room - SHORTEST else ""
    return f"{_cut(head, room - len(rest))}{rest}\n{line.url}"


def briefs(lines: Sequence[Line], language: str, most: int = MOST) -> str:
    """Return several pieces of news in at most so many characters; says how many more there are."""
    if len(lines) == 1:
        return brief(lines[0], most)
    voice = Voice(language)
    told = voice.ngettext(
        "%(num)s piece of news from the council", "%(num)s pieces of news from the council", len(lines)
    )
    for place, line in enumerate(lines):
        more = len(lines) - place
        end = "\n" + voice.ngettext("and %(num)s more", "and %(num)s more", more)
        room = most - len(told) - (len(end) if more > 1 else 0)
        entry = f"\n• {line.title}\n  {line.url}"
        if len(entry) > room:
            shorter = room - (len(entry) - len(line.title))
            if shorter < SHORTEST:
                return told + end
            entry = f"\n• {_cut(line.title, shorter)}\n  {line.url}"
        told += entry
    return told


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: max(most - 1, 0)].rstrip()}…"
