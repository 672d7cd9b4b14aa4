"""All measures that are conditions on records, by name."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache

from app.quality import fields, files, links, twins
from app.quality.measures import Measure


def measures(moment: datetime) -> Mapping[str, Measure]:
    """Return them in the order in which they are told; what is past is seen from the beginning of the hour.

    To put them together takes half a second, so that is done once an hour.
    """
    return _measures(moment.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=2)
def _measures(hour: datetime) -> Mapping[str, Measure]:
    return {one.name: one for one in (*fields.measures(hour), *_timeless())}


@cache
def _timeless() -> tuple[Measure, ...]:
    return (*links.measures(), *twins.measures(), *files.measures())
