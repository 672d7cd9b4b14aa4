"""Where an OParl server may be on a host: by what is known of the host, by its name, by what its start page says."""

import re
from collections.abc import Iterator

from app.directory.endpoints import on_host
from oparl_sync.vendors import ALLRIS, RUBIN, SDNET, SOMACOS

PATHS = {
    SOMACOS: ("/oparl/system", "/system", "/Oparl/system"),
    ALLRIS: ("/public/oparl/system", "/oparl/system", "/bi/oparl/1.0/system.asp"),
    SDNET: ("/webservice/oparl/v1.1/system", "/webservice/oparl/v1.0/system"),
    RUBIN: ("/oparl/system", "/oparl"),
}
ANYBODY = ("/oparl/system", "/public/oparl/system", "/webservice/oparl/v1.1/system", "/oparl")
NAMES = {SOMACOS: "SOMACOS Session", ALLRIS: "CC e-gov ALLRIS", SDNET: "Sternberg SD.NET RIM", RUBIN: "more! rubin"}
HOSTS = {
    RUBIN: re.compile(r"\.gremien\.info$"),
    ALLRIS: re.compile(r"\.sitzung-online\.de$|^allris\.|\.allris\."),
    SDNET: re.compile(r"\.ratsinfomanagement\.net$|^sdnet|^rim\.|\.kdvz-frechen\.de$"),
    SOMACOS: re.compile(r"sessionnet|-sitzungsdienst\.komm\.one$"),
}
# On a start page: names that makers sign with, and paths that only their systems have.
MARKS = {
    RUBIN: re.compile(rb"more! ?rubin|more-rubin|gremien\.info"),
    ALLRIS: re.compile(rb"allris|cc-egov|cc e-gov"),
    SDNET: re.compile(rb"sd\.net|sdnet|sternberg software|ratsinfomanagement\.net"),
    SOMACOS: re.compile(rb"sessionnet|somacos|si0100\.(?:asp|php)"),
}


def known(host: str, path: str) -> list[str]:
    """Return the addresses of known servers on a host, those below the path that was asked for first."""
    folder = path.strip("/").split("/")[0]
    urls = [one.url for one in on_host(host)]
    below = [url for url in urls if folder and url.partition("://")[2].split("/")[1:2] == [folder]]
    return list(dict.fromkeys(below or urls))[:2]


def vendor_of_host(host: str) -> str | None:
    """Return who made what answers on a host, where its name tells."""
    return next((vendor for vendor, said in HOSTS.items() if said.search(host)), None)


def vendor_of_page(content: bytes) -> str | None:
    """Return who made the system whose start page this is."""
    page = content[:500_000].lower()
    return next((vendor for vendor, said in MARKS.items() if said.search(page)), None)


def guesses(host: str, vendor: str | None, path: str) -> Iterator[str]:
    """Yield paths, the likeliest first; several towns share a host, each below a folder of its own."""
    paths = PATHS.get(vendor or "", ANYBODY)
    if host.startswith("oparl."):
        paths = tuple(dict.fromkeys(("/system", "/oparl/system", *paths)))
    folder = path.strip("/").split("/")[0]
    if folder and "." not in folder and folder not in ("oparl", "public", "webservice", "bi", "oi", "Oparl"):
        yield from (f"/{folder}{one}" for one in paths)
    yield from paths
