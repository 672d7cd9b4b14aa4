"""Which addresses may be dialled, and which URLs name one.

`ipaddress.is_global` is no filter: CPython 3.11.7 calls 192.88.99.1, 64:ff9b::7f00:1, 2002:7f00:1:: and fec0::1 global,
and its table changes with the release. So the table is our own (IANA special-purpose registries), and IPv6 has to lie
in 2000::/3, the only block given out for public use.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from .errors import BadAddress, Refused

Network = IPv4Network | IPv6Network
MAX_URL = 2048
PUBLIC_PORTS = frozenset({80, 443})

_DENIED = {
    ip_network(block): name
    for block, name in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private network",
        "100.64.0.0/10": "carrier-grade NAT",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "cloud host service",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private network",
        "192.0.0.0/24": "protocol assignments",
        "192.0.2.0/24": "documentation",
        "192.31.196.0/24": "AS112",
        "192.52.193.0/24": "AMT",
        "192.88.99.0/24": "6to4 relay",
        "192.168.0.0/16": "private network",
        "192.175.48.0/24": "AS112",
        "198.18.0.0/15": "benchmarking",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
        "2001::/23": "protocol assignments, Teredo",
        "2001:db8::/32": "documentation",
        "2002::/16": "6to4",
        "2620:4f:8000::/48": "AS112",
        "3ffe::/16": "6bone",
        "3fff::/20": "documentation",
    }.items()
}
_IPV6_PUBLIC = IPv6Network("2000::/3")
# ISATAP (RFC 5214 §6.1) hides an IPv4 address behind 0000:5efe or 0200:5efe in the interface half of any prefix.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
# Tabs and line ends are dropped by browsers and kept by others, a backslash is a slash to some: two readers, two hosts.
_AMBIGUOUS = re.compile(r"[\x00-\x1f\x7f\\\u0085\u2028\u2029]")


def not_public(address: IPv4Address | IPv6Address) -> str:
    """Name the reason why an address is not public, or nothing if it is."""
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return "scoped address"
        if address not in _IPV6_PUBLIC:
            return "outside 2000::/3"
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return "ISATAP"
    return next((name for block, name in _DENIED.items() if address.version == block.version and address in block), "")


class Guard:
    """The rule which addresses and ports may be dialled."""

    def __init__(self, allow_networks: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allow_networks)

    def check(self, address: str, port: int, host: str) -> None:
        """Raise Refused unless this address and port may be dialled for that host."""
        parsed = ip_address(address)
        if any(parsed.version == network.version and parsed in network for network in self._allowed):
            return
        where = host if host == address else f"{host} is at {address}, which"
        reason = not_public(parsed)
        if reason:
            raise Refused(f"{where} is not a public address ({reason}); FETCH_ALLOW_NETWORKS would allow it")
        if port not in PUBLIC_PORTS:
            raise Refused(f"{host}: port {port} is not dialled, only 80 and 443")

    def check_literal(self, url: httpx.URL) -> None:
        """Raise Refused if the URL's host is itself an address that may not be dialled."""
        if _is_literal(url.host):
            self.check(url.host, port_of(url), url.host)


def parse(text: str) -> httpx.URL:
    """Read a URL strictly: http or https, a plain host, no password, one spelling only; raise BadAddress otherwise."""
    text = text.strip(" ")
    shown = repr(text if len(text) <= 200 else text[:200] + "…")
    if len(text.encode("utf-8", "replace")) > MAX_URL:
        raise BadAddress(f"URL is longer than {MAX_URL} bytes: {shown}")
    if _AMBIGUOUS.search(text):
        raise BadAddress(f"URL has control characters or a backslash: {shown}")
    try:
        url = httpx.URL(text)
        _ = url.host  # decodes xn-- labels, which may hide what no label may hold
    except (httpx.InvalidURL, ValueError) as error:
        raise BadAddress(f"URL cannot be read: {shown}") from error
    if url.scheme not in ("http", "https"):
        raise BadAddress(f"URL is neither http nor https: {shown}")
    if url.userinfo or "@" in url.netloc.decode("ascii", "replace"):
        raise BadAddress("URL carries a user name or password")
    if url.port == 0:
        raise BadAddress(f"URL has port 0: {shown}")
    _check_host(url.raw_host.decode("ascii", "replace"), shown)
    return url


def well_formed(text: str) -> str:
    """Return a URL in its one spelling; raises BadAddress. Where it leads is checked when it is dialled."""
    return str(parse(text))


def port_of(url: httpx.URL) -> int:
    """The port a URL leads to."""
    return url.port or (443 if url.scheme == "https" else 80)


def _check_host(host: str, shown: str) -> None:
    if ":" in host:
        if "%" in host:
            raise BadAddress(f"URL's host has a zone: {shown}")
        return
    if not _NAME.fullmatch(host) or len(host) > 254:
        raise BadAddress(f"URL's host is no host name: {shown}")
    # 2130706433, 0x7f.1, 0177.0.0.1 and 127.1 are all 127.0.0.1 to some resolver: only the one plain spelling passes.
    if _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]) and not _is_literal(host):
        raise BadAddress(f"URL's host is an odd spelling of an address: {shown}")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
