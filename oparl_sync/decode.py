"""Bytes to JSON, strict first: what cannot be kept in a database never gets past here."""

import codecs
import json
from typing import Any

import orjson

ANSI = "ratslupe-ansi"


def _ansi(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as what old Windows servers write: "ü" is one byte there."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error(ANSI, _ansi)


def loads(content: bytes) -> Any:
    """Decode JSON; raises ValueError for whatever is not JSON, also for what is only too deep or not finite.

    Some servers put raw control characters into strings, umlauts as single bytes, or lone surrogates; these are mended.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    text = content.decode("utf-8", errors=ANSI)
    try:
        return _mend(json.loads(text, strict=False, parse_constant=_refuse))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _mend(data: Any) -> Any:
    if isinstance(data, str):
        return data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(data, list):
        return [_mend(item) for item in data]
    if isinstance(data, dict):
        return {_mend(key): _mend(value) for key, value in data.items()}
    if isinstance(data, int) and not isinstance(data, bool) and not -(2**63) <= data < 2**64:
        return str(data)  # as text it can be kept
    return data
