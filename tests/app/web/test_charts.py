"""The drawing of figures, without a page: places and heights, and what happens at the edges."""

import pytest

from app.web.charts import HEIGHT, REACH, bars, columns, curves, scale, spark, strips


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (3, (0, 1, 2, 3)),
        (4, (0, 2, 4)),
        (7, (0, 5, 10)),
        (16, (0, 10, 20)),
        (112, (0, 50, 100, 150)),
        (99_999, (0, 50_000, 100_000)),
    ],
)
def test_lines_are_round_numbers(most: int, lines: tuple[int, ...]) -> None:
    assert scale(most) == lines


def test_there_are_at_most_four_lines_and_the_highest_is_high_enough() -> None:
    for most in (*range(1, 300), 999, 1001, 123_456):
        lines = scale(most)
        assert 2 <= len(lines) <= 4
        assert lines[0] == 0
        assert lines[-1] >= most


def test_columns_stand_side_by_side_on_zero() -> None:
    drawn = columns([("January", "J", 100, 50), ("February", "F", 0, 0), ("March", "M", 1, 1)])
    first, none, little = drawn.columns
    assert (first.height, first.filled, first.peak) == (HEIGHT, HEIGHT // 2, True)
    assert first.top + first.height == first.filled_top + first.filled == HEIGHT
    assert (none.height, none.filled, none.peak) == (0, 0, False)
    assert not any(one.peak for one in columns([("a", "a", 7, 0), ("b", "b", 7, 0)]).columns)  # none stands out
    assert little.height == little.filled == max(1, round(HEIGHT / 100))
    assert 0 <= first.x < first.x + first.width < none.x < little.x + little.width <= 100
    assert [mark.value for mark in drawn.marks] == [0, 50, 100]
    assert drawn.marks[0].at == HEIGHT
    assert columns([]).columns == ()


def test_of_many_columns_some_are_named_and_the_last_always() -> None:
    drawn = columns([(str(year), str(year)[2:], 1, 0) for year in range(1990, 2027)])
    assert sum(one.named for one in drawn.columns) <= 12
    assert drawn.columns[-1].named


def test_bars_leave_room_for_their_numbers_and_little_is_not_nothing() -> None:
    long, short, none = bars([("a", 10_000, "full", "", ""), ("b", 1, "outlined", "", ""), ("c", 0, "full", "", "")])
    assert (long.width, none.width) == (REACH, 0)
    assert short.width > 0
    assert bars([("a", 0, "full", "", "")])[0].width == 0


def test_every_case_is_a_tick_and_the_middle_the_lens() -> None:
    drawn = strips([("Rat", "", [0, 10, 20, 30, 100]), ("Beirat", "", [5])])
    council, board = drawn.rows
    assert (council.middle, council.lens, council.count) == (20, 20.0, 5)
    assert council.path.count("M") == 5
    assert (board.middle, board.count) == (None, 1)
    assert [mark.at for mark in drawn.marks] == [0.0, 50.0, 100.0]
    assert drawn.beyond == 0


def test_cases_that_share_a_place_are_one_taller_tick() -> None:
    path = strips([("Rat", "", [10, 10, 10, 90])]).rows[0].path
    assert path.count("M") == 2
    assert "v26" in path
    assert "v12" in path


def test_what_lies_far_beyond_the_others_does_not_squeeze_them() -> None:
    drawn = strips([("Rat", "", [*range(100), 5_000])])
    assert drawn.top == 100
    assert (drawn.beyond, drawn.rows[0].beyond) == (1, 1)
    assert strips([]).rows == ()
    assert strips([("Rat", "", [0, 0, 0, 0, 0])]).rows[0].lens == 0


def test_curves_share_a_scale_and_are_told_apart_without_colour() -> None:
    drawn = curves([("Radweg", [0, 50, 100]), ("Kita", [100, 0, 0])], ["2024", "2025", "2026"])
    one, other = drawn.lines
    assert one.points == f"0,{HEIGHT} 500,{HEIGHT // 2} 1000,0"
    assert (one.total, other.total) == (150, 100)
    assert one.look != other.look
    assert drawn.labels == ((0.0, "2024"), (50.0, "2025"), (100.0, "2026"))
    assert curves([("a", [50])], ["2026"], most=100).lines[0].dot == (0.0, HEIGHT // 2)
    assert curves([], []).lines == ()


def test_a_small_curve_fills_the_years_between() -> None:
    drawn = spark({2020: 4, 2023: 2})
    assert drawn is not None
    assert [one.value for one in drawn.columns] == [4, 0, 0, 2]
    assert spark({2020: 1}) is None
    assert spark({}) is None
