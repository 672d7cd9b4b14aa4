"""What a subject of council business consists of."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Topic:
    """A recurring subject: sentences in the grammar of `words.expand`, with facts in braces.

    `route` names the committees in order, the last one decides. `numbers` are ranges (low, high, step) for whole
    numbers, `cost` the same in euro; `places` are buildings to choose from, or empty for a street.
    """

    key: str
    kind: str
    office: str
    route: tuple[str, ...]
    titles: tuple[str, ...]
    situation: tuple[str, ...]
    reasons: tuple[str, ...]
    decision: tuple[str, ...]
    law: str = ""
    weight: float = 1.0
    cost: tuple[int, int, int] | None = None
    funded: int = 0
    places: tuple[str, ...] | None = ()
    numbers: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    annexes: tuple[str, ...] = ()
    debated: bool = False
