"""Drawings of figures: places in percent of the width and in pixels of the height, so that text never scales.

columns   how much there is of each month or year, a part of it filled
bars      how much there is of each thing, from left to right
strips    every case a tick, the middle in the lens
curves    how several things go up and down over the years, on one scale
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median

HEIGHT = 180  # pixels of the highest column, and of a curve
SPARK = 32  # of the highest in a small one
REACH = 84  # percent of the width that the longest bar takes: its number stands behind it
MOST_LABELS = 12  # words below a drawing that stand side by side on a phone, where they are short
PLACES = 400  # along a strip: more ticks are no more to see
TICK, TALL = 12, 26  # pixels of a tick: of one case, and of the most that share a place
LOOKS = ("first", "dashed", "dotted", "thin")  # of lines that are compared, told apart without colour


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a drawing with its number: pixels from the top, or percent from the left."""

    at: float
    value: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column: left edge and width in percent; tops and heights in pixels of the whole and of its filled part."""

    x: float
    width: float
    top: int
    height: int
    filled_top: int
    filled: int
    label: str
    short: str
    value: int
    peak: bool
    named: bool

    @property
    def middle(self) -> float:
        """Where its word stands."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns on one ground, and the lines behind them."""

    columns: tuple[Column, ...]
    marks: tuple[Mark, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: width in percent."""

    label: str
    value: int
    width: float
    look: str = "full"
    sign: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of ticks as the path of a drawing 1000 wide and 28 high; the middle in percent, None of too few."""

    label: str
    href: str
    path: str
    middle: int | None
    lens: float
    count: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Strips:
    """Rows on one scale."""

    rows: tuple[Strip, ...]
    marks: tuple[Mark, ...]
    beyond: int  # cases past the right edge
    top: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line as points of a drawing 1000 wide; `dot` is where its one point lies, in percent and pixels."""

    label: str
    look: str
    points: str
    total: int
    dot: tuple[float, int] | None = None


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines on one scale, and what stands below them."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    labels: tuple[tuple[float, str], ...]
    height: int


def scale(most: int) -> tuple[int, ...]:
    """Return the numbers of at most four lines from 0 to no less than `most`, in steps of 1, 2 or 5 times ten."""
    if most <= 0:
        return (0, 1)
    step, tens = 1, 1
    while step * 3 < most:
        tens, factor = (tens * 10, 1) if step == 5 * tens else (tens, 2 if step == tens else 5)
        step = tens * factor
    return tuple(range(0, step * -(-most // step) + 1, step))


def columns(values: Sequence[tuple[str, str, int, int]], *, height: int = HEIGHT) -> Columns:
    """Draw (word, short word, how many, how many of these are filled)."""
    lines = scale(max((whole for _, _, whole, _ in values), default=0))
    top, width = lines[-1], 100 / max(len(values), 1)
    most = max((whole for _, _, whole, _ in values), default=0)
    every = -(-len(values) // MOST_LABELS)
    highest = [number for number, one in enumerate(values) if one[2] == most > 0]
    peak = highest[0] if len(highest) == 1 else None
    drawn = []
    for number, (label, short, whole, part) in enumerate(values):
        tall, filled = _pixels(whole, top, height), _pixels(part, top, height)
        drawn.append(
            Column(
                x=round(number * width + width * 0.14, 3),
                width=round(width * 0.72, 3),
                top=height - tall,
                height=tall,
                filled_top=height - filled,
                filled=filled,
                label=label,
                short=short,
                value=whole,
                peak=number == peak,
                named=(len(values) - 1 - number) % every == 0,
            )
        )
    return Columns(tuple(drawn), tuple(Mark(height - _pixels(one, top, height), one) for one in lines), height)


def bars(values: Sequence[tuple[str, int, str, str, str]]) -> tuple[Bar, ...]:
    """Draw (word, how many, look, sign, address)."""
    most = max((count for _, count, _, _, _ in values), default=0) or 1
    return tuple(
        Bar(label, count, round(max(count / most * REACH, 0.4 if count else 0), 2), look, sign, href)
        for label, count, look, sign, href in values
    )


def strips(rows: Sequence[tuple[str, str, Sequence[int]]], *, enough: int = 5) -> Strips:
    """Draw (word, address, numbers); what lies far beyond the others stands at the right edge and is counted."""
    every = sorted(chain.from_iterable(values for _, _, values in rows))
    most, many = (every[-1], every[int(len(every) * 0.95)]) if every else (1, 1)
    lines = scale(most if most <= 2 * many else many)
    top = lines[-1]
    drawn = tuple(_strip(label, href, values, top, enough) for label, href, values in rows)
    marks = tuple(Mark(round(100 * one / top, 2), one) for one in lines)
    return Strips(drawn, marks, sum(one.beyond for one in drawn), top)


def curves(
    lines: Sequence[tuple[str, Sequence[int]]], words: Sequence[str], *, height: int = HEIGHT, most: int = 0
) -> Curves:
    """Draw (word, numbers side by side), with the words below them; `most` is what several drawings share."""
    numbers = scale(max([most, *(value for _, values in lines for value in values)], default=0))
    top, last = numbers[-1], max(len(words) - 1, 1)
    every = -(-len(words) // 8)
    labels = [(round(100 * n / last, 2), word) for n, word in enumerate(words) if (len(words) - 1 - n) % every == 0]
    drawn = []
    for number, (label, values) in enumerate(lines):
        points = [(round(1000 * n / last), height - _pixels(value, top, height)) for n, value in enumerate(values)]
        path = " ".join(f"{x},{y}" for x, y in points)
        dot = (0.0, points[0][1]) if len(points) == 1 else None
        drawn.append(Line(label, LOOKS[number % len(LOOKS)], path, sum(values), dot))
    marks = tuple(Mark(height - _pixels(one, top, height), one) for one in numbers)
    return Curves(tuple(drawn), marks, tuple(labels), height)


def spark(years: Mapping[int, int]) -> Columns | None:
    """Draw how much there is of each year, small; None where there are not even two."""
    if len(years) < 2:
        return None
    every = range(min(years), max(years) + 1)
    return columns([(str(year), str(year), years.get(year, 0), years.get(year, 0)) for year in every], height=SPARK)


def _strip(label: str, href: str, values: Sequence[int], top: int, enough: int) -> Strip:
    places: Counter[int] = Counter()
    beyond = 0
    for value, count in Counter(values).items():
        if value <= top:
            places[round(PLACES * value / top)] += count
        else:
            beyond += count
    most = max(places.values(), default=1)
    ticks = []
    for place, count in sorted(places.items()):
        tall = TICK if most == 1 else TICK + round((TALL - TICK) * (count - 1) / (most - 1))
        ticks.append(f"M{round(place * 1000 / PLACES)} {14 - tall // 2}v{tall}")
    middle = round(median(values)) if len(values) >= enough else None
    lens = round(min(100 * (middle or 0) / top, 100), 2)
    return Strip(label, href, "".join(ticks), middle, lens, len(values), beyond)


def _pixels(value: int, top: int, height: int) -> int:
    # One pixel at least: little is not nothing.
    return max(1, round(value / top * height)) if value else 0
