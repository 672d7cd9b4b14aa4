"""Compression that hides too much, breaks off, or was not asked for."""

from __future__ import annotations

import functools
import gzip
import struct
import zlib
from dataclasses import replace

from demo.responses import Response

from .registry import Moment, fault

MEGABYTE = 1024 * 1024


def _packed(moment: Moment, body: bytes, encoding: str = "gzip") -> Response:
    return replace(moment.response, body=body, headers=moment.response.headers | {"Content-Encoding": encoding})


@functools.cache
def bomb(megabytes: int) -> bytes:
    """A gzip file of 1 kB a megabyte: a list page that begins well and goes on with spaces."""
    start, spaces = b'{"data":[', b" " * MEGABYTE
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the next piece stands for itself: the same bytes may follow each other as often as one likes.
    piece = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(start)
    for _ in range(megabytes):
        checksum = zlib.crc32(spaces, checksum)
    size = (len(start) + megabytes * MEGABYTE) & 0xFFFFFFFF
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + first + piece * megabytes + packer.flush() + struct.pack("<II", checksum, size)


@fault("gzip-bomb", "small on the wire, a gigabyte when it is unpacked")
def _bomb(moment: Moment) -> Response:
    return replace(
        _packed(moment, bomb(max(64, moment.size // 1000))),
        status=200,
    )


@fault("gzip-twice", "packed twice, which is said as well")
def _twice(moment: Moment) -> Response:
    return _packed(moment, gzip.compress(gzip.compress(moment.response.body, mtime=0), mtime=0), "gzip, gzip")


@fault("gzip-cut", "a gzip file that breaks off, with the length that it has")
def _cut(moment: Moment) -> Response:
    whole = gzip.compress(moment.response.body, mtime=0)
    return _packed(moment, whole[: max(11, len(whole) * 2 // 3)])


@fault("gzip-garbage", "called gzip, and is not")
def _garbage(moment: Moment) -> Response:
    return _packed(moment, moment.dice.randbytes(2000))


@fault("gzip-bad-checksum", "a gzip file whose checksum does not fit")
def _checksum(moment: Moment) -> Response:
    whole = gzip.compress(moment.response.body, mtime=0)
    return _packed(moment, whole[:-8] + bytes(byte ^ 0xFF for byte in whole[-8:-4]) + whole[-4:])


@fault("gzip-not-asked", "packed rightly, whether that was asked for or not")
def _not_asked(moment: Moment) -> Response:
    return _packed(moment, gzip.compress(moment.response.body, mtime=0)) if moment.response.body else moment.response


@fault("brotli", "packed in a way that was not asked for")
def _brotli(moment: Moment) -> Response:
    # An uncompressed brotli block of nothing: whoever unpacks it has no page.
    return _packed(moment, b"\x06", "br")


@fault("deflate-bomb", "the same bomb, called deflate")
def _deflate(moment: Moment) -> Response:
    return replace(_packed(moment, bomb(max(64, moment.size // 1000))[10:-8], "deflate"), status=200)
