"""The guarded client: the only place that dials."""

from .addresses import Network
from .client import Answer, GuardedClient, Stream
from .errors import (
    BadAddress,
    BrokenBody,
    NetError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

__all__ = [
    "Answer",
    "BadAddress",
    "BrokenBody",
    "GuardedClient",
    "NetError",
    "Network",
    "Refused",
    "Stream",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
]
