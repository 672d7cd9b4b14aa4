"""The names of the licences that councils use, by the addresses they are known under."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask

# Host and path without a trailing slash, in lower case: sources write http and https, www and not, with and without #.
NAMES = {
    "govdata.de/dl-de/zero-2-0": "Datenlizenz Deutschland – Zero – Version 2.0",
    "govdata.de/dl-de/by-2-0": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
    "dcat-ap.de/def/licenses/dl-zero-de/2.0": "Datenlizenz Deutschland – Zero – Version 2.0",
    "dcat-ap.de/def/licenses/dl-by-de/2.0": "Datenlizenz Deutschland – Namensnennung – Version 2.0",
    "creativecommons.org/publicdomain/zero/1.0": "CC0 1.0",
    "creativecommons.org/licenses/by/4.0": "CC BY 4.0",
    "creativecommons.org/licenses/by-sa/4.0": "CC BY-SA 4.0",
    "creativecommons.org/licenses/by/3.0/de": "CC BY 3.0 DE",
    "opendefinition.org/licenses/cc-by": "CC BY",
    "opendefinition.org/licenses/cc-zero": "CC0",
}


@dataclass(frozen=True, slots=True)
class Licence:
    """What a licence is called, and where it can be read; both None where a source names none."""

    name: str | None
    url: str | None


def licence(value: str | None) -> Licence:
    """Return the name of a licence; an unknown one keeps the source's own words."""
    text = (value or "").strip()
    if not text:
        return Licence(None, None)
    if not text.startswith(("http://", "https://")):
        return Licence(text, None)
    try:
        parts = urlsplit(text)
    except ValueError:
        return Licence(text, None)
    address = f"{parts.netloc.lower().removeprefix('www.')}{parts.path.lower().rstrip('/')}"
    return Licence(NAMES.get(address, text), text)


def install(app: Flask) -> None:
    """Let templates name licences."""
    app.jinja_env.globals["licence"] = licence
