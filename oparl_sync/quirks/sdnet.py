"""What Sternberg SD.NET RIM does (Krefeld, Essen, Solingen, Bochum, kdvz-frechen, ekom21)."""

from typing import Any

NOTHING_FOUND = 802  # "Die angeforderte Ressource wurde nicht gefunden."


def empty_is_not_found(status: int | None, payload: Any) -> bool:
    """A filtered list without entries is answered with 404 and an error of its own kind, not with an empty page."""
    return status == 404 and isinstance(payload, dict) and payload.get("code") == NOTHING_FOUND
