"""The measures, worked out by hand."""

from math import log2

import pytest

from benchmarks.ranking import answered, judged_share, ndcg, recall, reciprocal_rank

GRADES = {"a": 2, "b": 1, "c": 0}


def test_the_best_order_is_worth_one() -> None:
    assert ndcg(["a", "b", "c"], GRADES) == 1


def test_what_stands_lower_is_worth_less() -> None:
    assert ndcg(["c", "b", "a"], GRADES) == pytest.approx((1 / log2(3) + 2 / log2(4)) / (2 + 1 / log2(3)))


def test_what_stands_eleventh_is_worth_nothing() -> None:
    others = [str(number) for number in range(10)]

    assert ndcg([*others, "a"], GRADES) == 0
    assert answered([*others, "a"], GRADES) == 0
    assert reciprocal_rank([*others, "a"], GRADES) == pytest.approx(1 / 11)


def test_what_nobody_graded_counts_as_wrong_and_is_told() -> None:
    assert ndcg(["x", "a", "b"], GRADES) < 1
    assert judged_share(["x", "a", "b", "c"], GRADES) == 0.75
    assert judged_share([], GRADES) == 1


def test_of_more_than_twenty_answers_twenty_are_all_that_fit() -> None:
    grades = {str(number): 1 for number in range(40)}

    assert recall([str(number) for number in range(30)], grades) == 1
    assert recall([str(number) for number in range(5)], grades) == 0.25


def test_only_one_of_the_best_answers_a_question() -> None:
    assert answered(["b"], GRADES) == 0
    assert answered(["b", "a"], GRADES) == 1
    assert answered(["b"], {"b": 1}) == 1


def test_a_question_that_nothing_answers_is_worth_nothing() -> None:
    assert (ndcg(["c"], {"c": 0}), recall(["c"], {"c": 0}), answered(["c"], {"c": 0})) == (0, 0, 0)
