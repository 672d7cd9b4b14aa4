"""Circles around a spot: which of them papers lie in, by the places that the papers are about."""

import math
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alerts.targets import NEAR, RADII, Target, TargetError, circle_of
from app.geo import METRES, Point, metres
from app.indexing import settled
from app.indexing.lookups import AT_ONCE, chunks
from app.models import Consumer, News, Paper, PaperPlace, Place, PlaceDue
from app.slugs import body_slugs

PLACES: Final = "places:"  # the reader of the log that works out where papers are; behind it the number of its rules
_HIGH = max(RADII) / METRES  # degrees: a circle touches no more than the cells around its own
_WIDE = 2 * _HIGH  # up to 60 degrees north


class Papers:
    """Papers by the places that they are about, in cells, so that a circle looks at its own corner only."""

    def __init__(self, session: Session, ids: Collection[str]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[Point, str, str]]] = {}
        councils = body_slugs(session)
        query = (
            select(PaperPlace.paper_id, Place.longitude, Place.latitude, Paper.body_id)
            .join(Place, Place.id == PaperPlace.place_id)
            .outerjoin(Paper, Paper.id == PaperPlace.paper_id)
        )
        for some in chunks(ids, AT_ONCE):
            located = query.where(PaperPlace.paper_id.in_(some), Place.latitude.is_not(None))
            for paper_id, longitude, latitude, body_id in session.execute(located):
                point: Point = (longitude or 0.0, latitude or 0.0)
                self._cells.setdefault(_cell(point), []).append((point, paper_id, councils.get(body_id or "", "")))

    def within(self, value: str) -> set[str]:
        """Return the papers in a circle, given as an alert's value; none where that is no circle."""
        try:
            circle = circle_of(Target(NEAR, value))
        except TargetError:
            return set()
        row, column = _cell(circle.point)
        return {
            paper_id
            for y in (row - 1, row, row + 1)
            for x in (column - 1, column, column + 1)
            for point, paper_id, council in self._cells.get((y, x), ())
            if circle.council in ("", council) and metres(circle.point, point) <= circle.metres
        }


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point[1] / _HIGH), math.floor(point[0] / _WIDE)


def located(session: Session, behind: int, until: int, since: datetime) -> int:
    """Return up to which change, at most `until`, it is known which streets texts name, and where papers are.

    For what came before `since` nobody waits any longer.
    """
    known = settled(session, behind, until, since)
    readers = session.execute(select(Consumer.name, Consumer.seq).where(Consumer.name.startswith(PLACES))).all()
    _, worked = max(((int(name.removeprefix(PLACES)), seq) for name, seq in readers), default=(0, 0))
    if session.scalar(select(PlaceDue.seq).limit(1)) is not None:
        worked = 0
    if worked < known:
        old = session.scalar(select(func.max(News.seq)).where(News.at <= since)) or 0
        known = min(known, max(worked, old))
    return known
