"""From what a source states as its licence, by address or by name, to the list of dcat-ap.de: nothing is guessed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.publication.licences import addressed

LIST: Final = "http://dcat-ap.de/def/licenses/"
OTHER_OPEN, OTHER_CLOSED = "other-open", "other-closed"
# By host and path in lower case without a slash at the end.
CODES: Final = {
    "govdata.de/dl-de/zero-2-0": "dl-zero-de/2.0",
    "govdata.de/dl-de/by-2-0": "dl-by-de/2.0",
    "govdata.de/dl-de/by-1-0": "dl-by-de/1.0",
    "govdata.de/dl-de/by-nc-1-0": "dl-by-nc-de/1.0",
    "creativecommons.org/publicdomain/zero/1.0": "cc-zero",
    "creativecommons.org/publicdomain/zero/1.0/deed.de": "cc-zero",
    "creativecommons.org/publicdomain/mark/1.0": "ccpdm/1.0",
    "creativecommons.org/licenses/by/4.0": "cc-by/4.0",
    "creativecommons.org/licenses/by/4.0/deed.de": "cc-by/4.0",
    "creativecommons.org/licenses/by/3.0/de": "cc-by-de/3.0",
    "creativecommons.org/licenses/by-sa/4.0": "cc-by-sa/4.0",
    "creativecommons.org/licenses/by-sa/4.0/deed.de": "cc-by-sa/4.0",
    "creativecommons.org/licenses/by-sa/3.0/de": "cc-by-sa-de/3.0",
    "creativecommons.org/licenses/by-nc/4.0": "cc-by-nc/4.0",
    "creativecommons.org/licenses/by-nc/3.0/de": "cc-by-nc-de/3.0",
    "creativecommons.org/licenses/by-nd/4.0": "cc-by-nd/4.0",
    "creativecommons.org/licenses/by-nd/3.0": "cc-by-nd/3.0",
    "opendefinition.org/licenses/cc-by": "cc-by",
    "opendefinition.org/licenses/cc-zero": "cc-zero",
    "opendefinition.org/licenses/cc-by-sa": "cc-by-sa",
    "opendefinition.org/licenses/odc-odbl": "odbl",
    "opendefinition.org/licenses/odc-by": "odby",
    "opendefinition.org/licenses/odc-pddl": "odcpddl",
}
# Those of them that anybody may use for anything, perhaps by naming whose they are.
OPEN: Final = frozenset(
    {"dl-zero-de/2.0", "dl-by-de/2.0", "dl-by-de/1.0", "cc-zero", "ccpdm/1.0", "cc-by/4.0", "cc-by-de/3.0", "cc-by"}
    | {"cc-by-sa/4.0", "cc-by-sa-de/3.0", "cc-by-sa", "odbl", "odby", "odcpddl", "officialWork", OTHER_OPEN}
)
NAMES: Final = {
    "dl-zero-de/2.0": "Datenlizenz Deutschland – Zero – Version 2.0",
    "dl-by-de/2.0": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
    "dl-by-de/1.0": "Datenlizenz Deutschland – Namensnennung – Version 1.0",
    "dl-by-nc-de/1.0": "Datenlizenz Deutschland – Namensnennung – nicht kommerziell – Version 1.0",
    "cc-zero": "Creative Commons CC Zero (CC0)",
    "ccpdm/1.0": "Public Domain Mark 1.0 (PDM)",
    "cc-by/4.0": "Creative Commons Namensnennung 4.0 International (CC BY 4.0)",
    "cc-by-de/3.0": "Creative Commons Namensnennung 3.0 Deutschland (CC BY 3.0 DE)",
    "cc-by": "Creative Commons Namensnennung (CC BY)",
    "cc-by-sa/4.0": "Creative Commons Namensnennung, Weitergabe unter gleichen Bedingungen 4.0 (CC BY-SA 4.0)",
    "cc-by-sa-de/3.0": "Creative Commons Namensnennung, Weitergabe unter gleichen Bedingungen 3.0 DE (CC BY-SA 3.0 DE)",
    "cc-by-sa": "Creative Commons Namensnennung, Weitergabe unter gleichen Bedingungen (CC BY-SA)",
    "cc-by-nc/4.0": "Creative Commons Namensnennung, nicht kommerziell 4.0 (CC BY-NC 4.0)",
    "cc-by-nc-de/3.0": "Creative Commons Namensnennung, nicht kommerziell 3.0 DE (CC BY-NC 3.0 DE)",
    "cc-by-nd/4.0": "Creative Commons Namensnennung, keine Bearbeitung 4.0 (CC BY-ND 4.0)",
    "cc-by-nd/3.0": "Creative Commons Namensnennung, keine Bearbeitung 3.0 (CC BY-ND 3.0)",
    "odbl": "Open Data Commons Open Database License (ODbL)",
    "odby": "Open Data Commons Attribution License (ODC-BY 1.0)",
    "odcpddl": "Open Data Commons Public Domain Dedication and Licence (ODC PDDL)",
    "officialWork": "Amtliches Werk, lizenzfrei nach § 5 Abs. 1 UrhG",
    OTHER_OPEN: "Andere offene Lizenz",
    OTHER_CLOSED: "Andere geschlossene Lizenz",
}
_KNOWN: Final = frozenset(NAMES)


@dataclass(frozen=True, slots=True)
class Terms:
    """The one licence from the list for a file, and where that does not say it all, what the sources stated."""

    code: str
    stated: tuple[str, ...] = ()
    by: bool = False  # whose they are has to be named

    @property
    def url(self) -> str:
        """Its address in the list."""
        return LIST + self.code

    @property
    def name(self) -> str:
        """What it is called."""
        return NAMES[self.code]

    @property
    def is_open(self) -> bool:
        """Whether anybody may use it for anything."""
        return self.code in OPEN


def terms(stated: Iterable[str]) -> Terms:
    """Return the licence of a file in which all these hold, each for some of its records.

    One that is not in the list is never called open; of several, which records name themselves, only what all allow.
    """
    every = tuple(sorted(set(stated)))
    codes = {code_of(one) for one in every}
    found = {code for code in codes if code}
    by = any("by" in code.split("/")[0].split("-") for code in found)
    if len(codes) == 1 and found:
        return Terms(found.pop(), by=by)
    is_open = bool(codes) and None not in codes and found <= OPEN
    return Terms(OTHER_OPEN if is_open else OTHER_CLOSED, every, by)


def code_of(stated: str) -> str | None:
    """Return a licence's word in the list; None for one that is not in it."""
    try:
        parts = urlsplit(addressed(stated.strip()))
    except ValueError:  # half an IPv6 address
        return None
    if parts.scheme not in ("http", "https"):
        return None
    address = f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"
    if address.startswith("dcat-ap.de/def/licenses/"):
        code = address.removeprefix("dcat-ap.de/def/licenses/")
        return code if code in _KNOWN else None
    return CODES.get(address.lower())
