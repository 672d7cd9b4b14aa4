"""The words of councils: a page of all of them, and a short definition where a page uses one for the first time.

In a template `{{ term("Vorberatung") }}` is the word itself. The first time on a page it is a link to the glossary, and
its definition shows when it is pointed at or has the focus; after that, and where the glossary does not know it, the
word alone.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, g
from markupsafe import Markup

from app.translations import SIMPLE
from app.web.filters import soft
from app.web.i18n import language

SOURCE = Path(__file__).with_suffix(".toml")
_SHARP = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word, other words that lead to it, what it is called in English, and what it means in each language."""

    word: str
    also: tuple[str, ...]
    english: str
    said: tuple[tuple[str, str], ...]

    @property
    def slug(self) -> str:
        """The word as it stands behind # in an address."""
        return re.sub(r"[^a-z0-9]+", "-", self.word.lower().translate(_SHARP)).strip("-")

    @property
    def definition(self) -> str:
        """What it means, in the reader's language."""
        return dict(self.said)[language()]


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Return all words by the alphabet; read once a process."""
    read = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["term"]
    found = [
        Term(
            one["word"],
            tuple(one.get("also", ())),
            one["english"],
            (("de", one["de"]), ("en", one["en"]), (SIMPLE, one["simple"])),
        )
        for one in read
    ]
    return tuple(sorted(found, key=lambda one: one.slug))


def known(word: str) -> Term | None:
    """Return what the glossary has for a word of a source, however it is written."""
    return _by_word().get(_folded(word))


def term(word: str | None) -> Markup | str:
    """Return a source's word; its first time on a page it is linked and explained."""
    if not word:
        return ""
    found = known(word)
    told: set[str] = g.setdefault("glossary_told", set())
    if found is None or found.slug in told:
        return soft(word)
    told.add(found.slug)
    return Markup(
        '<span class="rl-term" lang="de"><a href="/glossary#{slug}" aria-describedby="term-{slug}">{word}</a>'
        '<span class="rl-term__tip" role="tooltip" id="term-{slug}" lang="{lang}">{said}</span></span>'
    ).format(slug=found.slug, word=soft(word), lang=language(), said=found.definition)


@lru_cache(maxsize=1)
def _by_word() -> dict[str, Term]:
    return {_folded(word): one for one in reversed(terms()) for word in (*one.also, one.word)}


def _folded(word: str) -> str:
    return " ".join(unicodedata.normalize("NFC", word).lower().split())


def install(app: Flask) -> None:
    """Let templates explain words."""
    app.jinja_env.globals["term"] = term
