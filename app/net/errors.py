"""What can go wrong on the way to another server; every message is one line for an operator.

NetError
├── BadAddress        the URL is malformed, too long, carries a password, or is neither http nor https
├── Refused           it leads to an address, a port or a downgrade this client never dials
├── TooManyRedirects  more than five, or a circle
├── Unreachable       no answer: name not found, no connection, TLS not trusted, silence
├── TooSlow           an answer began but did not end in time
├── TooLarge          the body, or what it unpacks to, is over the limit
└── BrokenBody        the body is shorter than announced, damaged, or coded in a way nobody asked for

BadCertificates       what the operator gave to be trusted besides is nothing that can be
"""


class NetError(Exception):
    """The other server gave no usable answer."""


class BadAddress(NetError):
    """The URL cannot be dialled as it is written."""


class Refused(NetError):
    """The URL leads somewhere this client never dials."""


class TooManyRedirects(NetError):
    """The server redirects without end."""


class Unreachable(NetError):
    """The server did not answer."""


class TooSlow(NetError):
    """The answer did not end in time."""


class TooLarge(NetError):
    """The answer is larger than it may be."""


class BrokenBody(NetError):
    """The answer is incomplete or damaged."""


class BadCertificates(Exception):
    """The certificates to trust besides cannot be read."""
