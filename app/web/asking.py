"""What is asked, however it is written."""

import re
from typing import Any

from flask import Flask, Request

_BARE = re.compile(rb"[\x80-\xff]")


class Asking(Request):
    """A request whose address may hold bytes that nobody wrote as %XX: Flask fails with those that are no UTF-8."""

    def __init__(self, environ: dict[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(environ, *args, **options)
        self.query_string = _BARE.sub(lambda byte: b"%%%02X" % ord(byte[0]), self.query_string)


def install(app: Flask) -> None:
    """Read requests so."""
    app.request_class = Asking
