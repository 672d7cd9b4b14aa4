"""The fixed pages: Markdown of ours, or of the operator in its place, with the operator's names filled in.

    templates/fixed/de/imprint.md      comes with the product, one file a language and page
    PAGES_DIR/de/imprint.md            the operator's own, in its place
    PAGES_DIR/operator.toml            what stands for [[NAME OF THE OPERATOR]] and the like, in all pages

A name with a question mark, [[VAT ID?]], may stay empty: then its line is left out. Any other that nobody filled in is
a placeholder, and production does not begin with one.
"""

import ipaddress
import logging
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from app import markdown
from app.config import ROOT, Settings
from app.translations import LANGUAGES, locale_of

logger = logging.getLogger(__name__)
NAMES = ("about", "contact", "imprint", "privacy", "accessibility", "easy", "sign-language")
SHIPPED = ROOT / "templates" / "fixed"
VALUES = "operator.toml"
PLACE = re.compile(r"\[\[([^\[\]\n]{1,80}?)(\?)?\]\]")
_EMPTY = re.compile(r"^## [^\n]*\n\s*(?=## |\Z)", re.MULTILINE)  # a heading whose lines were all left out
_GOOD: dict[Path, dict[str, Any]] = {}


class ProseError(Exception):
    """Raised when the operator's file of names cannot be read."""


@dataclass(frozen=True, slots=True)
class Prose:
    """One page: its title, the rest as HTML, and the names that nobody filled in."""

    title: str
    body: Markup
    unfilled: tuple[str, ...]


def prose(settings: Settings, name: str, language: str) -> Prose:
    """Return a page in a language; raises ProseError where the operator's names cannot be read."""
    # What the settings say already has a name, too, unless the operator words it.
    told = {"MAIL": settings.contact, "MAP SERVER": urlsplit(settings.tiles_url).hostname or ""}
    return _read(source_of(settings, name, language), settings.pages / VALUES, language, told)


def source_of(settings: Settings, name: str, language: str) -> Path:
    """Return the file that a page is made of: the operator's before ours, simple German before German."""
    wanted = [language, *([locale_of(language)] if locale_of(language) != language else [])]
    found = [folder / one / f"{name}.md" for one in wanted for folder in (settings.pages, SHIPPED)]
    return next(path for path in found if path.is_file())


def unfilled(settings: Settings) -> dict[Path, tuple[str, ...]]:
    """Return every file with the names in it that nobody filled in."""
    found: dict[Path, tuple[str, ...]] = {}
    for language in LANGUAGES:
        for name in NAMES:
            if missing := prose(settings, name, language).unfilled:
                found[source_of(settings, name, language)] = missing
    return found


def is_loopback(base_url: str) -> bool:
    """Say whether an address is one that only this machine can ask for."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def values_of(path: Path, language: str, told: Mapping[str, str]) -> dict[str, str]:
    """Return what the operator filled in, with a language's own words before those for all; raises ProseError."""
    read = _last_values(path)
    words = {**read, **read.get(locale_of(language), {})}
    given = {name: value.strip() for name, value in words.items() if isinstance(value, str) and value.strip()}
    return {name: value for name, value in told.items() if value} | given


def _read(source: Path, values: Path, language: str, told: Mapping[str, str]) -> Prose:
    return _prose(source, source.stat().st_mtime_ns, tuple(values_of(values, language, told).items()))


def _last_values(path: Path) -> dict[str, Any]:
    """Return the file of names; while it is being edited into nonsense, as it was before."""
    try:
        _GOOD[path] = _values(path, path.stat().st_mtime_ns) if path.is_file() else {}
    except ProseError as error:
        if path not in _GOOD:
            raise
        logger.warning("%s; its last good state is used", error)
    return _GOOD[path]


@lru_cache(maxsize=64)
def _values(path: Path, _changed: int) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProseError(f"{path}: {error}") from error


@lru_cache(maxsize=128)
def _prose(source: Path, _changed: int, values: tuple[tuple[str, str], ...]) -> Prose:
    known = dict(values)
    try:
        read = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProseError(f"{source}: {error}") from error
    lines = [_filled(line, known) for line in read.splitlines()]
    text = _EMPTY.sub("", "\n".join(line for line in lines if line is not None))
    first, _, rest = text.strip().partition("\n")
    title, rest = (first[2:].strip(), rest) if first.startswith("# ") else ("", text)
    missing = tuple(dict.fromkeys(match[1] for match in PLACE.finditer(text)))
    return Prose(title, html(rest), missing)


def _filled(line: str, known: dict[str, str]) -> str | None:
    """Return a line with its names, None where one that may be empty is."""
    if any(optional and name not in known for name, optional in PLACE.findall(line)):
        return None
    return PLACE.sub(lambda match: known.get(match[1], match[0]), line)


def html(text: str) -> Markup:
    """Return Markdown as the HTML of our pages, with placeholders that can be seen."""
    rendered = markdown.html(text).replace("<table>", '<table class="rl-table">')
    return Markup(PLACE.sub(lambda match: f'<span class="rl-unfilled">{match[0]}</span>', rendered))  # noqa: S704 - escaped by the renderer
