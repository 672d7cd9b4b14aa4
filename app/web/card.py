"""The picture that stands beside a link where it is shared: drawn here, with our own letters and signs."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from app.config import ROOT
from app.web.card_signs import draw_logo, draw_path

WIDTH, HEIGHT, EDGE = 1200, 630, 72
INK, MUTED, PAGE = (19, 21, 37), (81, 87, 122), (255, 255, 255)
TITLE, SENTENCE, NAME, TOWN = 68, 34, 36, 25  # px
LINES = 3
# A new drawing is another picture, so the tag of what was drawn changes with it.
DRAWING = b"1"
LONGEST = 400  # characters that are looked at; a title of three lines has 120
SOFT = "\u00ad"


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture says: whose it is, its title, the signs of its path, and where it stands."""

    town: str
    title: str
    signs: tuple[str, ...] = ()
    headline: str = ""
    rest: str = ""

    @property
    def tag(self) -> str:
        """A short hash that changes with what is drawn."""
        parts = (self.town, self.title, *self.signs, self.headline, self.rest)
        words = "\0".join(parts).encode("utf-8", "surrogatepass")
        return blake2b(words + DRAWING, digest_size=10).hexdigest()


@lru_cache
def font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Return our face; FreeType reads the same file that browsers get."""
    return ImageFont.truetype(str(ROOT / "static" / "fonts" / f"ratslupe-sans-{weight}.woff2"), size)


def draw(card: Card) -> bytes:
    """Draw a card; returns a PNG of 1200 by 630."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAGE)
    pen = ImageDraw.Draw(picture)
    draw_logo(picture, EDGE, 72)
    pen.text((EDGE + 94, 100), "Ratslupe", INK, font(600, NAME), anchor="ls")
    town = _line(_known(card.town), font(400, TOWN), WIDTH - 2 * EDGE - 94)
    pen.text((EDGE + 94, 130), town, MUTED, font(400, TOWN), anchor="ls")
    lines = wrapped(_known(card.title) or "Ratslupe", font(600, TITLE), WIDTH - 2 * EDGE)
    # What hangs below stays where it is: titles grow upwards, from the line above the path.
    bottom = 380 if card.signs or card.headline else 440
    for number, line in enumerate(reversed(lines)):
        pen.text((EDGE, bottom - number * 75), line, INK, font(600, TITLE), anchor="ls")
    if card.signs:
        draw_path(picture, EDGE, 466, card.signs)
    _sentence(pen, card, 556 if card.signs else 466)
    kept = BytesIO()
    picture.save(kept, "PNG", compress_level=6)
    return kept.getvalue()


def _sentence(pen: ImageDraw.ImageDraw, card: Card, baseline: int) -> None:
    room = WIDTH - 2 * EDGE
    bold, light = font(600, SENTENCE), font(400, SENTENCE)
    headline = _line(_known(card.headline), bold, room)
    pen.text((EDGE, baseline), headline, INK, bold, anchor="ls")
    used = int(bold.getlength(headline + " ")) if headline else 0
    if card.rest and room - used > 160:
        pen.text((EDGE + used, baseline), _line(_known(card.rest), light, room - used), MUTED, light, anchor="ls")


def _known(text: str) -> str:
    """Return a text in the letters that our face has, on one line; of other writing, signs and controls nothing."""
    composed = unicodedata.normalize("NFC", text[:LONGEST].replace("\u202f", " "))
    kept = "".join(one if _has(one) else " " if one.isspace() else "" for one in composed)
    return " ".join(kept.split())


def _has(one: str) -> bool:
    # Latin, Latin-1, Latin Extended-A, dashes, quotation marks, ellipsis, euro: what the subset was made of.
    number = ord(one)
    return 0x20 < number < 0x7F or 0xA1 <= number < 0x180 or one in "‐‑–—‘’‚“”„…€"


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: int, most: int = LINES) -> list[str]:
    """Break a title into lines that fit, long words at their seams; what is more than `most` lines ends in "…"."""
    lines: list[str] = []
    rest = text.split(" ")
    while rest and len(lines) < most:
        line, rest = _filled(rest, face, width)
        lines.append(line.replace(SOFT, ""))
    if rest:
        lines[-1] = _line(f"{lines[-1].rstrip('-')} {' '.join(rest)}".replace(SOFT, ""), face, width)
    return lines


def _filled(words: list[str], face: ImageFont.FreeTypeFont, width: int) -> tuple[str, list[str]]:
    """Return the words that fit into a line, and those that remain."""
    line = ""
    for number, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if face.getlength(longer.replace(SOFT, "")) <= width:
            line = longer
            continue
        if line and face.getlength(word.replace(SOFT, "")) <= width and face.getlength(line) > width * 0.55:
            return line, words[number:]
        head, tail = _broken(word, face, width - face.getlength(f"{line} " if line else ""), forced=not line)
        if head:
            return f"{line} {head}".strip(), [tail, *words[number + 1 :]]
        return line, words[number:]
    return line, []


def _broken(word: str, face: ImageFont.FreeTypeFont, width: float, *, forced: bool) -> tuple[str, str]:
    """Break a word at the last seam that fits; where it has none only if it must be."""
    seams = [at for at, one in enumerate(word) if one in (SOFT, "-", "/")]
    for at in reversed(seams):
        head = word[:at].replace(SOFT, "") + (word[at] if word[at] != SOFT else "-")
        if len(word[at + 1 :]) > 2 and at > 2 and face.getlength(head) <= width:
            return head, word[at + 1 :]
    if not forced:
        return "", word
    plain = word.replace(SOFT, "")
    size = max((n for n in range(1, len(plain)) if face.getlength(plain[:n] + "-") <= width), default=1)
    return plain[:size] + "-", plain[size:]


def _line(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """Cut a text to one line, with an ellipsis."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(f"{text.rstrip()} …") > width:
        shorter = text.rpartition(" ")[0]
        text = shorter if len(shorter) > len(text) * 0.4 else text[:-1]
    return f"{text.rstrip(' ,;:-–')} …"
