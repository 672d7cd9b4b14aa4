"""The subjects the council deals with, one file a field."""

from __future__ import annotations

from . import building, living, money, politics, streets
from .base import Topic

TOPICS: tuple[Topic, ...] = (
    *streets.TOPICS,
    *building.TOPICS,
    *living.TOPICS,
    *money.TOPICS,
    *politics.TOPICS,
)
OPINION = politics.OPINION
BY_KEY = {topic.key: topic for topic in TOPICS}

__all__ = ["BY_KEY", "OPINION", "TOPICS", "Topic"]
