"""German words: a small grammar for varied sentences, dates, amounts and numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
PLAIN: dict[int, str] = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def expand(text: str, rng: random.Random, facts: Mapping[str, object] | None = None) -> str:
    """Resolve `[one|two|three]` (innermost first) and `{fact}` in a sentence."""
    while match := _CHOICE.search(text):
        chosen = rng.choice(match.group(1).split("|"))
        text = text[: match.start()] + chosen + text[match.end() :]
    return text.format_map(facts) if facts is not None else text


def long_date(day: date) -> str:
    """21. November 2026"""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """21.11.2026"""
    return f"{day.day:02d}.{day.month:02d}.{day.year}"


def weekday(day: date) -> str:
    """Samstag"""
    return WEEKDAYS[day.weekday()]


def number(value: int) -> str:
    """1.234.567"""
    return f"{value:,}".replace(",", ".")


def decimal(value: float, places: int = 2) -> str:
    """1.234,50"""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def euro(value: int) -> str:
    """18.400 Euro"""
    return f"{number(value)} Euro"


def listing(parts: Sequence[str]) -> str:
    """a, b und c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} und {parts[-1]}"


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def stamp(day: date, hour: int = 0, minute: int = 0) -> str:
    """An OParl date-time in German local time; computed here because not every machine has a zone database."""
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return datetime.combine(day, time(hour, minute)).isoformat() + ("+02:00" if summer else "+01:00")


def slug(text: str) -> str:
    """Grundstück Ä 1 -> grundstueck-ae-1"""
    folded = text.lower().translate(PLAIN)
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
