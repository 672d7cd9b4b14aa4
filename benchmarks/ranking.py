"""How good an order of results is, by what somebody graded beforehand: 2 answers the question, 1 helps, 0 does not.

What nobody graded counts as 0, and how much of it there was is told by `judged_share`.
"""

import math
from collections.abc import Mapping, Sequence

Grades = Mapping[str, int]
DEPTH = 10  # results that a reader looks at
WIDER = 20


def ndcg(found: Sequence[str], grades: Grades) -> float:
    """Return nDCG@10, 0 to 1, with the grades themselves as gains; 0 where nothing was graded above 0."""
    best = _gain(sorted(grades.values(), reverse=True)[:DEPTH])
    return _gain([grades.get(one, 0) for one in found[:DEPTH]]) / best if best else 0.0


def recall(found: Sequence[str], grades: Grades) -> float:
    """Return the share of what is relevant among the first 20; of 20, where more is."""
    relevant = {one for one, grade in grades.items() if grade}
    return len(relevant.intersection(found[:WIDER])) / min(WIDER, len(relevant)) if relevant else 0.0


def reciprocal_rank(found: Sequence[str], grades: Grades) -> float:
    """Return 1 / the place of the first relevant result among the first 20, or 0."""
    return next((1 / place for place, one in enumerate(found[:WIDER], 1) if grades.get(one)), 0.0)


def answered(found: Sequence[str], grades: Grades) -> float:
    """Return 1 if one of the best graded is among the first 10, else 0."""
    best = max(grades.values(), default=0)
    return float(best > 0 and any(grades.get(one) == best for one in found[:DEPTH]))


def judged_share(found: Sequence[str], grades: Grades) -> float:
    """Return the share of the first 10 that somebody graded; 1 where nothing was found."""
    first = found[:DEPTH]
    return sum(one in grades for one in first) / len(first) if first else 1.0


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, 1))
