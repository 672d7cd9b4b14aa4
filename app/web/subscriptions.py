"""Calendars to subscribe to: what stands behind their address, and the address itself, whole, for other programs."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from app.translations import DEFAULT
from app.web.i18n import language
from app.web.site import site


@dataclass(frozen=True, slots=True)
class Subscription:
    """The address of a calendar: here, in full, and as programs for calendars take it."""

    path: str
    url: str
    webcal: str


def subscription(path: str, **arguments: str | None) -> Subscription:
    """Return the address of a calendar in the reader's language: programs that ask for it send no cookies."""
    asked = arguments | {"lang": language() if language() != DEFAULT else None}
    query = urlencode({name: value for name, value in asked.items() if value})
    address = f"{path}?{query}" if query else path
    url = site().settings.base_url + address
    return Subscription(address, url, url.replace(f"{urlsplit(url).scheme}://", "webcal://", 1))
