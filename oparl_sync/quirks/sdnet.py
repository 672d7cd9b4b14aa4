"""What Sternberg SD.NET RIM does (Krefeld, Essen, Solingen, Bochum, kdvz-frechen, ekom21)."""

import re
from typing import Any

from app.vocabulary import PROPERTIES

DOUBLED_ENDING = re.compile(r"(https?://[^/]+/.*\.(\w{1,5}))\.\2")
IN_BODY = re.compile(r"(.*/oparl/v1(?:\.[01])?)/body/(\w+)/.+")
LEFT_OUT = re.compile(rf"/(?:{'|'.join(PROPERTIES)})/.+", re.IGNORECASE)
NOTHING_FOUND = 802  # "Die angeforderte Ressource wurde nicht gefunden."


def empty_is_not_found(status: int | None, payload: Any) -> bool:
    """A filtered list without entries is answered with 404 and an error of its own kind, not with an empty page."""
    return status == 404 and isinstance(payload, dict) and payload.get("code") == NOTHING_FOUND


def file_slash_doubled(address: str) -> str | None:
    """Files are said to lie under `files//rim` and lie under `files/rim` (MST loader.py)."""
    found = address.replace("/files//rim", "/files/rim")
    return found if found != address else None


def file_ending_doubled(address: str) -> str | None:
    """A name with a full stop in it gets its own ending again in place of .pdf: `file.eml.eml` (MST loader.py)."""
    found = DOUBLED_ENDING.fullmatch(address)
    return f"{found[1]}.pdf" if found and found[2] != "pdf" else None


def ags_of_eight_digits(ags: str) -> str:
    """The official key has lost its leading zero, or has got one at its end: 051140000 in Krefeld (MST loader.py)."""
    if not (ags.isascii() and ags.isdecimal()):
        return ags
    if len(ags) == 7:
        return f"0{ags}"
    return ags[:8] if len(ags) == 9 and ags.endswith("0") else ags


def mime_type_of_nothing(value: str) -> str | None:
    """Files are said to be an application/octetstream, which is no type, and says nothing (MST loader.py)."""
    return None if value.lower().startswith("application/octetstream") else value


def body_left_out(own_id: str, target: str) -> str:
    """Older versions leave /body/1 out of ids (PBU save_document_values): a link there follows the object's own id."""
    if "/body/" not in own_id or "/body/" in target:
        return target
    found = IN_BODY.fullmatch(own_id)
    rest = target.removeprefix(found[1]) if found else target
    return f"{found[1]}/body/{found[2]}{rest}" if found and rest != target and LEFT_OUT.fullmatch(rest) else target


def object_in_array(data: Any) -> Any:
    """Essen answers for a membership with an array of one (MST loader.py)."""
    return data[0] if isinstance(data, list) and len(data) == 1 else data
