"""The signs and the logo as pictures, stroke by stroke as in static/icons.svg; drawn large and made small: smooth."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw

LARGER = 4
INK, BLUE, PLANNED, PAGE = (19, 21, 37), (32, 68, 170), (110, 117, 151), (255, 255, 255)
SIGN, PITCH, STRIP = 44, 116, 84  # px
MOST = 7
Pen = ImageDraw.ImageDraw
Points = list[tuple[float, float]]


def draw_logo(picture: Image.Image, left: int, top: int) -> None:
    """Draw the logo, 76 px wide."""
    scale = 76 / 44
    layer, pen = _layer(80, 68)

    def at(*points: tuple[float, float]) -> Points:
        return [(x * scale, y * scale) for x, y in points]

    _stroke(pen, at((1.5, 15.5), (6.5, 15.5)), 3 * scale, INK)
    _stroke(pen, at((33.5, 15.5), (42.5, 15.5)), 3 * scale, INK)
    _stroke(pen, at((29, 25), (37.5, 33.5)), 5 * scale, BLUE)
    [(x, y)] = at((20, 15.5))
    _ring(pen, x, y, 12 * scale, 4.5 * scale, BLUE)
    _disc(pen, x, y, 4.5 * scale, BLUE)
    _put(picture, layer, left, top)


def draw_path(picture: Image.Image, left: int, middle: int, signs: tuple[str, ...]) -> None:
    """Draw stations on their line, at most seven: the first and the last ones; "lens" is where it lies today."""
    gap = len(signs) > MOST
    shown = (signs[0], "gap", *signs[-(MOST - 2) :]) if gap else signs
    layer, pen = _layer(PITCH * len(shown) + SIGN, STRIP)
    y = STRIP / 2
    for number, name in enumerate(shown):
        x = SIGN / 2 + number * PITCH
        if number:
            coming = name in ("lens", "planned")
            _join(pen, x - PITCH + SIGN / 2 + 2, x - SIGN / 2 - 2, y, dashed=coming)
        _SIGNS.get(name, _noted)(pen, x, y)
    _put(picture, layer, left, middle - STRIP // 2)


def _layer(width: float, height: float) -> tuple[Image.Image, Pen]:
    layer = Image.new("RGBA", (int(width * LARGER), int(height * LARGER)), (*PAGE, 0))
    return layer, ImageDraw.Draw(layer)


def _put(picture: Image.Image, layer: Image.Image, left: int, top: int) -> None:
    small = layer.resize((layer.width // LARGER, layer.height // LARGER), Image.Resampling.LANCZOS)
    picture.paste(small, (left, top), small)


def _join(pen: Pen, start: float, end: float, y: float, *, dashed: bool) -> None:
    if not dashed:
        _stroke(pen, [(start, y), (end, y)], 4, INK, rounded=False)
        return
    x = start
    while x < end:
        _stroke(pen, [(x, y), (min(x + 7, end), y)], 4, PLANNED, rounded=False)
        x += 12


def _stroke(pen: Pen, points: Points, width: float, colour: tuple[int, int, int], *, rounded: bool = True) -> None:
    large = [(x * LARGER, y * LARGER) for x, y in points]
    pen.line(large, colour, round(width * LARGER), joint="curve")
    if rounded:
        for x, y in points:
            _disc(pen, x, y, width / 2, colour)


def _disc(pen: Pen, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    pen.ellipse([(x - radius) * LARGER, (y - radius) * LARGER, (x + radius) * LARGER, (y + radius) * LARGER], colour)


def _ring(pen: Pen, x: float, y: float, radius: float, width: float, colour: tuple[int, int, int]) -> None:
    _disc(pen, x, y, radius + width / 2, colour)
    _disc(pen, x, y, radius - width / 2, PAGE)


def _in_disc(*strokes: Points) -> Callable[[Pen, float, float], None]:
    return lambda pen, x, y: _sign(pen, x, y, strokes, filled=True)


def _in_ring(*strokes: Points) -> Callable[[Pen, float, float], None]:
    return lambda pen, x, y: _sign(pen, x, y, strokes, filled=False)


def _sign(pen: Pen, x: float, y: float, strokes: tuple[Points, ...], *, filled: bool) -> None:
    """Draw a sign of a 20 px box around a point."""
    scale = SIGN / 22
    if filled:
        _disc(pen, x, y, 9.6 * scale, INK)
    else:
        _ring(pen, x, y, 8.6 * scale, 2 * scale, INK)
    for points in strokes:
        large = [(x + (px - 10) * scale, y + (py - 10) * scale) for px, py in points]
        _stroke(pen, large, 2 * scale, PAGE if filled else INK)


def _noted(pen: Pen, x: float, y: float) -> None:
    _sign(pen, x, y, (), filled=False)
    _disc(pen, x, y, 3 * SIGN / 20, INK)


def _lens(pen: Pen, x: float, y: float) -> None:
    _stroke(pen, [(x + 19, y + 16), (x + 36, y + 33)], 11, BLUE)
    _ring(pen, x, y - 3, 26, 8, BLUE)
    _disc(pen, x, y - 3, 10, BLUE)


def _gap(pen: Pen, x: float, y: float) -> None:
    for step in (-12, 0, 12):
        _disc(pen, x + step, y, 3, INK)


def _private(pen: Pen, x: float, y: float) -> None:
    _in_ring(
        [(7.5, 10.5), (12.5, 10.5)], [(7.5, 12.5), (12.5, 12.5)], [(8.5, 10), (8.5, 7.5), (11.5, 7.5), (11.5, 10)]
    )(pen, x, y)


_SIGNS: dict[str, Callable[[Pen, float, float], None]] = {
    "accepted": _in_disc([(5.8, 10.4), (8.7, 13.3), (14.2, 7.3)]),
    "amended": _in_disc([(10, 4.8), (10, 10.8)], [(7, 7.8), (13, 7.8)], [(7, 13.8), (13, 13.8)]),
    "rejected": _in_ring([(7, 7), (13, 13)], [(13, 7), (7, 13)]),
    "postponed": _in_ring([(8, 6.6), (8, 13.4)], [(12, 6.6), (12, 13.4)]),
    "referred": _in_ring([(6, 10), (13.4, 10)], [(10.4, 6.8), (13.6, 10), (10.4, 13.2)]),
    "noted": _noted,
    "none": _in_ring([(6.6, 10), (13.4, 10)]),
    "planned": _in_ring(),
    "held": lambda pen, x, y: _sign(pen, x, y, (), filled=True),
    "private": _private,
    "lens": _lens,
    "gap": _gap,
}
