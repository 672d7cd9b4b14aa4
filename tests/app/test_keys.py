"""The short handle of an object: whichever way it is made, the same as by the book."""

import base64
from collections.abc import Callable
from hashlib import blake2b
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from app.models import key_of
from app.models.base import DEFAULT_PORTS

SCHEMES = st.sampled_from(["http://", "https://", "HTTP://", "ftp://", "httpss://", "https:/", ""])
HOSTS = st.text("aB9.-:@[]% ä\t80443", max_size=9)
PORTS = st.sampled_from(["", ":", ":80", ":443", ":8080", ":x"])
RESTS = st.text("aB/?#:% ä\t\n~", max_size=9)


def by_the_book(oparl_id: str) -> str:
    parts = urlsplit(oparl_id)
    host = parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(parts.scheme.lower(), ":"))
    rest = oparl_id.partition("://")[2][len(parts.netloc) :]
    digest = blake2b(f"{host}{rest}".encode(), digest_size=8).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()


def made(key: Callable[[str], str], oparl_id: str) -> str | None:
    try:
        return key(oparl_id)
    except ValueError:  # no address at all
        return None


@given(SCHEMES, HOSTS, PORTS, RESTS)
def test_it_makes_the_key_that_the_book_makes(scheme: str, host: str, port: str, rest: str) -> None:
    oparl_id = f"{scheme}{host}{port}{rest}"
    assert made(key_of, oparl_id) == made(by_the_book, oparl_id)


def test_it_never_changes() -> None:
    """Keys stand in addresses that people have kept."""
    assert key_of("https://rat.example/oparl/paper/1") == by_the_book("https://rat.example/oparl/paper/1")
    assert key_of("https://rat.example/oparl/paper/1") == key_of("HTTP://RAT.example:80/oparl/paper/1")
    assert key_of("https://rat.example/oparl/paper/1") == "raigbv4fi6cka"
