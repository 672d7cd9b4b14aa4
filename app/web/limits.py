"""How often one reader, and all of them, may make the site send a mail: to an address that was typed, or to us."""

import math
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from time import monotonic
from typing import cast

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

EXTENSION, REPORTS = "ratslupe.limits", "ratslupe.limits.reports"
# A reader follows a handful of searches at one sitting, a class at school shares one address; whoever wants to mail
# strangers through us gets twelve an hour out.
BURST, SECONDS = 10, 300.0
# Ordinary mail servers take some hundred mails an hour from one customer; a busy day has fewer readers than that.
BURST_OF_ALL, SECONDS_OF_ALL = 60, 6.0
# Prefixes remembered, some hundred bytes each. Whoever has more of them than that is held by the limit of all.
REMEMBERED = 10_000
# What a provider gives to one customer: IPv4 changes inside a /24; of IPv6 a household has a /56.
BITS = {4: 24, 6: 56}
# Addresses of a proxy, or of the operator's own network: they say nothing about who asks.
NEAR = tuple(
    ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)


@dataclass
class Buckets:
    """Token buckets by name: `burst` at once, and one more every `seconds`."""

    burst: int
    seconds: float
    _filled: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, name: str, moment: float) -> float:
        """Take one token; returns 0, or the seconds until there is one again."""
        with self._lock:
            tokens, since = self._filled.pop(name, (float(self.burst), moment))
            tokens = min(float(self.burst), tokens + (moment - since) / self.seconds)
            granted = tokens >= 1
            # Put back at the end: the first is the one that was asked for longest ago.
            self._filled[name] = (tokens - granted, moment)
            if len(self._filled) > REMEMBERED:
                del self._filled[next(iter(self._filled))]
        return 0.0 if granted else (1 - tokens) * self.seconds

    def left(self, name: str, moment: float) -> float:
        """Return how many tokens there are."""
        with self._lock:
            tokens, since = self._filled.get(name, (float(self.burst), moment))
        return min(float(self.burst), tokens + (moment - since) / self.seconds)


@dataclass
class Limits:
    """The buckets of one process."""

    each: Buckets = field(default_factory=lambda: Buckets(BURST, SECONDS))
    all: Buckets = field(default_factory=lambda: Buckets(BURST_OF_ALL, SECONDS_OF_ALL))

    def wait(self, address: str | None, moment: float) -> float:
        """Count one request from an address; returns 0, or the seconds until the next will be taken."""
        prefix = prefix_of(address)
        # Each before all: who is over the own limit takes nothing from the others.
        return (self.each.take(prefix, moment) if prefix else 0.0) or self.all.take("", moment)


def install(app: Flask) -> None:
    """Begin to count."""
    app.extensions[EXTENSION] = Limits()
    app.extensions[REPORTS] = Limits()  # of their own: who floods one form must not close the other


def spend_mail() -> None:
    """Count a request that may send a mail; raises TooManyRequests, with the time to wait, where it is one too many."""
    _spend(EXTENSION)


def spend_report() -> None:
    """Count a report of an error in the same way."""
    _spend(REPORTS)


def _spend(kind: str) -> None:
    seconds = cast(Limits, current_app.extensions[kind]).wait(request.remote_addr, monotonic())
    if seconds:
        raise TooManyRequests(retry_after=math.ceil(seconds))


def prefix_of(address: str | None) -> str | None:
    """Return the network of the one who asks, as large as one customer has; None where the address tells nothing."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:  # a socket's file has no address
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found in network for network in NEAR if network.version == found.version):
        return None
    return str(ip_network((found, BITS[found.version]), strict=False))
