"""How often one network may ask the interfaces for programs, told as the draft of RateLimit headers has it."""

import math
from dataclasses import dataclass, field
from time import monotonic
from typing import cast

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import TooManyRequests

from app.web.limits import Buckets, prefix_of

EXTENSION = "ratslupe.rates"


@dataclass(frozen=True, slots=True)
class Policy:
    """So many questions at once, and as many again in `window` seconds."""

    name: str
    quota: int
    window: int

    @property
    def said(self) -> str:
        """The policy as the header has it."""
        return f'"{self.name}";q={self.quota};w={self.window}'


# A program that asks twice a second has a hundred thousand objects in two minutes; what wants more takes the
# downloads. Whose address tells nothing, as behind a proxy that passes none on, shares one limit with all of those.
NETWORK = Policy("network", 120, 60)
ALL = Policy("all", 3_000, 30)
# Who mirrors asks for finished pages of a hundred objects, a few milliseconds each: twenty a second are a small part
# of one processor. Networks that cannot be told apart are the proxy's to slow down.
MIRROR = Policy("network", 1_200, 60)


@dataclass
class Rates:
    """The buckets of one process."""

    network: Buckets = field(default_factory=lambda: Buckets(NETWORK.quota, NETWORK.window / NETWORK.quota))
    all: Buckets = field(default_factory=lambda: Buckets(ALL.quota, ALL.window / ALL.quota))
    mirror: Buckets = field(default_factory=lambda: Buckets(MIRROR.quota, MIRROR.window / MIRROR.quota))


def install(app: Flask) -> None:
    """Begin to count."""
    app.extensions[EXTENSION] = Rates()


def spend() -> None:
    """Count one question to the API; raises TooManyRequests, with the time to wait, where it is one too many."""
    rates, prefix = _rates(), prefix_of(request.remote_addr)
    if prefix:
        _take(NETWORK, rates.network, prefix)
    else:
        _take(ALL, rates.all, "")


def spend_mirroring() -> None:
    """Count one question to the OParl server; raises TooManyRequests."""
    if prefix := prefix_of(request.remote_addr):
        _take(MIRROR, _rates().mirror, prefix)


def _rates() -> Rates:
    return cast(Rates, current_app.extensions[EXTENSION])


def _take(policy: Policy, buckets: Buckets, name: str) -> None:
    moment = monotonic()
    wait = buckets.take(name, moment)
    left = math.floor(buckets.left(name, moment))
    g.rate = policy, left, math.ceil((policy.quota - left) * buckets.seconds)
    if wait:
        raise TooManyRequests(retry_after=math.ceil(wait))


def tell(response: Response) -> None:
    """Say what is left."""
    if "rate" in g:
        policy, left, seconds = cast("tuple[Policy, int, int]", g.rate)
        response.headers["RateLimit-Policy"] = policy.said
        response.headers["RateLimit"] = f'"{policy.name}";r={left};t={seconds}'
