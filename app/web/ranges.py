"""Which part of a file is asked for: one stretch of bytes is answered, all else gets the whole file."""

from flask import request
from werkzeug.http import parse_range_header


def whole_unless_one_range() -> None:
    """Let a request for several parts, or in a form we do not know, be one for the whole file.

    RFC 9110, 14.2: a server may ignore any Range, and must where it does not understand it. Werkzeug would say 416,
    which means that there is no such part, and no client tries again after that.
    """
    wanted = parse_range_header(request.headers.get("Range"))
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        request.environ.pop("HTTP_RANGE", None)
