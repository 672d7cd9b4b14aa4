"""What ALLRIS by CC e-gov does (Aachen, Augsburg, Osnabrück, Leipzig, Bonn, the districts of Berlin)."""

import re
from typing import Any

from app.vocabulary import PROPERTIES

# What stands for a MIME type: a file's ending.
MIME_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
    "rtf": "application/rtf",
    "htm": "text/html",
    "html": "text/html",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "zip": "application/zip",
}
SNAKE = re.compile(r"[A-Z]")


def mime_type_is_an_ending(value: str) -> str:
    """ALLRIS 4 writes "pdf" or "docx" where a MIME type belongs (field notes; MST test_cc_egov.py)."""
    return MIME_TYPES.get(value.lower().removeprefix("."), value)


def size_unknown(size: int) -> int | None:
    """ALLRIS 4 (Bonn) gives every file the size 0: it is not known (MST test_cc_egov.py)."""
    return size if size > 0 else None


def type_beside_type(data: dict[str, Any]) -> Any:
    """Return the type stated: ALLRIS puts "gr" or "at" into `type`, and the URL into `Type` (stadt-bonn-oparl)."""
    stated = data.get("type")
    return data.get("Type", stated) if not isinstance(stated, str) or "/" not in stated else stated


def snake_case(object_type: str) -> dict[str, str]:
    """ALLRIS spells properties of places street_address and postal_code, kleineanfragen start_date (MST, #108)."""
    spelt = {SNAKE.sub(lambda match: f"_{match[0].lower()}", name): name for name in PROPERTIES[object_type]}
    return {name: right for name, right in spelt.items() if name != right}
