"""Whether bytes are what their File says of them: many servers answer 200 with something else while they are ill."""

import hashlib
import re
from typing import Any

from app.files import FileMissing, FileStore, Stored

PIECE = 1024 * 1024  # bytes
CHECKSUMS = {"sha512": 128, "sha1": 40}  # hexadecimal digits; the stronger first


def difference(row: Any, store: FileStore, stored: Stored) -> str | None:
    """Say in what bytes differ from what a File states: a checksum, without one the size; `row` has its columns."""
    for name, length in CHECKSUMS.items():
        wanted = (getattr(row, f"{name}_checksum") or "").strip().lower()
        if re.fullmatch(f"[0-9a-f]{{{length}}}", wanted):
            differs = _digest(store, stored.sha256, name) not in (wanted, None)
            return f"Its {name.upper()} is another than the source states." if differs else None
    if row.size is not None and row.size > 0 and row.size != stored.size:
        return f"The source states {row.size} bytes, but {stored.size} came."
    return None if stored.size or row.size == 0 else "The source answered with nothing: 0 bytes."


def _digest(store: FileStore, sha256: str, name: str) -> str | None:
    digest = hashlib.new(name, usedforsecurity=False)
    try:
        with store.open(sha256) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except FileMissing:  # tidied away meanwhile: whoever notes it sees that
        return None
    return digest.hexdigest()
