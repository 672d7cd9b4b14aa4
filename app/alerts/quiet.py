"""The hours in which nobody is told of news, whatever way it goes."""

from datetime import datetime, time
from typing import Final

from app.speech import BERLIN

QUIET_FROM: Final = time(21)
QUIET_TO: Final = time(7)


def is_quiet(moment: datetime) -> bool:
    """Say whether it is night in Germany."""
    clock = moment.astimezone(BERLIN).time()
    return clock >= QUIET_FROM or clock < QUIET_TO
