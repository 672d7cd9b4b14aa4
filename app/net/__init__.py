"""The guarded client: the only place that dials."""

from .addresses import Network, well_formed
from .client import Answer, GuardedClient, Stream
from .errors import (
    BadAddress,
    BadCertificates,
    BrokenBody,
    NetError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)
from .transport import trusting

__all__ = [
    "Answer",
    "BadAddress",
    "BadCertificates",
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
    "trusting",
    "well_formed",
]
