"""Plane geometry of one town: distances, boxes, outlines."""

import pytest

from app.geo import Box, is_place, is_within, metres, middle

SQUARE = [[(8.0, 51.0), (8.1, 51.0), (8.1, 51.1), (8.0, 51.1), (8.0, 51.0)]]


def test_distances_are_metres() -> None:
    assert metres((8.0, 51.0), (8.0, 51.01)) == pytest.approx(1112, abs=1)
    assert metres((8.0, 51.0), (8.01, 51.0)) == pytest.approx(700, abs=1)


def test_a_box_around_a_point_holds_its_circle() -> None:
    box = Box.around(8.0, 51.0, 500)
    assert box.height == pytest.approx(1000, abs=1)
    assert box.width == pytest.approx(1000, abs=2)
    assert box.centre == pytest.approx((8.0, 51.0))


def test_the_middle_lies_halfway_along_the_longest_line() -> None:
    assert middle([[(8.0, 51.0), (8.0, 51.2)], [(9.0, 51.0), (9.0, 51.1)]]) == pytest.approx((8.0, 51.1))
    assert middle([[(8.0, 51.0), (8.0, 51.0)]]) == (8.0, 51.0)


def test_what_lies_within_an_outline_and_what_in_its_hole() -> None:
    hole = [(8.04, 51.04), (8.06, 51.04), (8.06, 51.06), (8.04, 51.06)]
    assert is_within((8.05, 51.05), SQUARE)
    assert not is_within((8.05, 51.05), [*SQUARE, hole])
    assert not is_within((8.2, 51.05), SQUARE)


@pytest.mark.parametrize("point", [(0.0, 0.0), (181.0, 3.0), (8.0, 91.0), (float("nan"), 51.0), (8.0, float("inf"))])
def test_what_is_no_place_on_earth(point: tuple[float, float]) -> None:
    assert not is_place(*point)
