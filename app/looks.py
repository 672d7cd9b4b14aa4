"""How each council looks in the portal: its name, one colour, a logo, words of welcome, from one file of the operator.

[musterstadt]                     the council's short name, as in addresses and in `body:`
name = "Stadt Musterstadt"        instead of what its server calls it
short = "Musterstadt"             where there is little room
colour = "#7a1f2b"                at least 4.5:1 on the page; a lighter one for the dark is made of it
colour_dark = "#e58a97"           or named
logo = "musterstadt.svg"          PNG or SVG, beside this file
contact = "rat@musterstadt.example"
contributor = "openNRW"           the portal that hands its data on, in the list of dcat-ap.de
intro.de = "Was der Rat beschließt, steht hier."
"""

import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

CONTRAST = 4.5
LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0e101a"  # what stands behind logo and name, see static/ratslupe.css
LONGEST = {"name": 120, "short": 40, "contact": 200, "intro": 600}
LARGEST_LOGO = 64 * 1024  # bytes; with it the first view stays below 150 kB
PNG, SVG = "image/png", "image/svg+xml"
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-z]{2,8})?")
_CONTRIBUTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,60}")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_ADDRESS = re.compile(r"https://[^\s/]+(?:/\S*)?")
# A picture that can do nothing: what runs, embeds or loads does not belong into a logo.
_LIVELY = frozenset(
    {"script", "foreignobject", "iframe", "embed", "object", "audio", "video", "animate", "set", "image"}
)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, checked and kept in memory; `stamp` changes with it."""

    content: bytes = field(repr=False)
    media_type: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the operator says of one council; "" and None for what is not said."""

    name: str = ""
    short: str = ""
    colour: str = ""
    colour_dark: str = ""
    logo: Logo | None = None
    contact: str = ""
    contributor: str = ""
    intro: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def stamp(self) -> str:
        """Return what changes with the style sheet."""
        return f"{self.colour}{self.colour_dark}".replace("#", "")


PLAIN = Look()
Looks = Mapping[str, Look]


def read_looks(path: Path) -> tuple[Looks, list[str]]:
    """Read the file; returns what could be read by short name, and all faults in sentences."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"cannot be read: {error}"]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{path} is no TOML: {error}"]
    looks: dict[str, Look] = {}
    faults: list[str] = []
    for slug, table in tables.items():
        if not _SLUG.fullmatch(slug):
            faults.append(f"{slug!r} is no short name of a council: small letters, digits and single hyphens")
        elif not isinstance(table, dict):
            faults.append(f"{slug} must be a table: [{slug}]")
        else:
            reading = _Reading(slug, table, path.parent)
            looks[slug] = reading.look()
            faults += reading.faults
    return looks, faults


@dataclass
class _Reading:
    slug: str
    table: dict[str, Any]
    folder: Path
    faults: list[str] = field(default_factory=list)

    def look(self) -> Look:
        known = set(Look.__dataclass_fields__)
        for name in sorted(self.table.keys() - known):
            self._fault(f"there is no {name!r}, only {', '.join(sorted(known))}")
        colour = self._text("colour", self._is_colour)
        return Look(
            name=self._text("name"),
            short=self._text("short"),
            colour=colour,
            colour_dark=self._text("colour_dark", self._is_dark) or (for_the_dark(colour) if colour else ""),
            logo=self._logo(),
            contact=self._text("contact", _is_contact),
            contributor=self._text("contributor", _is_contributor),
            intro=self._intro(),
        )

    def _fault(self, sentence: str) -> None:
        self.faults.append(f"{self.slug}: {sentence}")

    def _text(self, name: str, wrong: Callable[[str], str] = lambda _: "") -> str:
        """Return one value; "" with a fault where it is none, too long, or `wrong` says something."""
        given = self.table.get(name, "")
        if not isinstance(given, str):
            self._fault(f"{name} must be text")
            return ""
        given = given.strip()
        longest = LONGEST.get(name, 200)
        sentence = f"must be one line of at most {longest} characters" if len(given) > longest else ""
        if given and (sentence := sentence or ("" if given.isprintable() else "must be one line") or wrong(given)):
            self._fault(f"{name} {sentence}")
            return ""
        return given

    def _is_colour(self, colour: str) -> str:
        return _pale(colour, LIGHT_PAGE, darkened) if _COLOUR.fullmatch(colour) else "must be written like #7a1f2b"

    def _is_dark(self, colour: str) -> str:
        return _pale(colour, DARK_PAGE, for_the_dark) if _COLOUR.fullmatch(colour) else "must be written like #e58a97"

    def _intro(self) -> Mapping[str, str]:
        given = self.table.get("intro", {})
        if not isinstance(given, dict):
            self._fault("intro must name a language: intro.de")
            return {}
        found = {}
        for language, words in given.items():
            if not _LANGUAGE.fullmatch(language) or not isinstance(words, str):
                self._fault(f"intro.{language} must be text in a language, such as intro.de")
            elif len(words) > LONGEST["intro"]:
                self._fault(f"intro.{language} must have at most {LONGEST['intro']} characters")
            elif words.strip():
                found[language] = words.strip()
        return MappingProxyType(found)

    def _logo(self) -> Logo | None:
        name = self._text("logo")
        if not name:
            return None
        try:
            content = (self.folder / name).read_bytes()
        except (OSError, ValueError):
            self._fault(f"logo: there is no file {self.folder / name}")
            return None
        media_type, sentence = _picture(content)
        if sentence:
            self._fault(f"logo {name} {sentence}")
            return None
        return Logo(content, media_type, blake2b(content, digest_size=5).hexdigest())


def _is_contact(given: str) -> str:
    return (
        "" if _MAIL.fullmatch(given) or _ADDRESS.fullmatch(given) else "must be a mail address or begin with https://"
    )


def _is_contributor(given: str) -> str:
    return "" if _CONTRIBUTOR.fullmatch(given) else "must be a word of the list of dcat-ap.de, such as openNRW"


def _pale(colour: str, page: str, mended: Callable[[str], str]) -> str:
    ratio = contrast(colour, page)
    if ratio >= CONTRAST:
        return ""
    # Rounded down: 4.49 is not shown as the 4.5 that it is not.
    return f"has {int(ratio * 10) / 10}:1 on {page}, and needs {CONTRAST}:1; {mended(colour)} has it"


def _picture(content: bytes) -> tuple[str, str]:
    """Return what kind of picture it is, and what is wrong with it."""
    if len(content) > LARGEST_LOGO:
        return "", f"has {len(content) // 1024} kB; at most {LARGEST_LOGO // 1024} are allowed"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG, ""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return "", "has a document type declaration; save it without"
    try:
        root = ET.fromstring(content)  # noqa: S314 - the operator's own file, and no entities, see above
    except (ET.ParseError, ValueError):
        return "", "is neither PNG nor SVG"
    if _local(root.tag) != "svg":
        return "", "is neither PNG nor SVG"
    return SVG, _lively(root)


def _lively(root: ET.Element) -> str:
    for element in root.iter():
        if _local(element.tag) in _LIVELY:
            return f"must be a plain drawing, without <{_local(element.tag)}>"
        for name, value in element.attrib.items():
            plain = _local(name)
            if plain.startswith("on") or (plain == "href" and not value.strip().startswith("#")):
                return f"must be a plain drawing, without {plain}="
    return ""


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""  # comments have a function there


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 counts it, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def for_the_dark(colour: str) -> str:
    """Return a colour as it is, or mixed with as little white as it needs to be read on the dark page."""
    return _mixed(colour, 255, DARK_PAGE)


def darkened(colour: str) -> str:
    """Return a colour as it is, or mixed with as little black as it needs to be read on the light page."""
    return _mixed(colour, 0, LIGHT_PAGE)


def _mixed(colour: str, towards: int, page: str) -> str:
    for step in range(101):
        mixed = "#" + "".join(f"{round(part + (towards - part) * step / 100):02x}" for part in _parts(colour))
        if contrast(mixed, page) >= CONTRAST:
            return mixed
    raise AssertionError  # white and black are read on each other


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
