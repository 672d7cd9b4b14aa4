"""Who made a server: for people to know what to expect of it. Nothing that is read is read differently for it."""

import re
from typing import Any

SOMACOS, SDNET, ALLRIS, RUBIN = "somacos", "sdnet", "allris", "rubin"
# In what a System says of its maker: addresses with and without a version behind them, names, whole sentences.
MAKERS = {
    SOMACOS: re.compile(r"somacos|sitzungsmanagementsystem session|sessionnet"),
    SDNET: re.compile(r"sternberg|sd\.net|sdnet"),
    ALLRIS: re.compile(r"cc[- ]?e-?gov|allris"),
    RUBIN: re.compile(r"more[!-]? ?-?rubin|\brubin\b"),
}
# In what it says of whose it is: there are a town and people called Sternberg.
OWNERS = {
    SOMACOS: re.compile("somacos"),
    SDNET: re.compile(r"sternberg software|sd\.net rim"),
    ALLRIS: re.compile("allris"),
    RUBIN: re.compile("more! ?rubin"),
}
# In its address, where it says nothing.
SHAPES = {
    SDNET: re.compile(r"/webservice/oparl/v1\.[01]/"),
    ALLRIS: re.compile(r"/(?:oi|bi)/oparl/1\.0/|\.sitzung-online\.de/|/allris\."),
    RUBIN: re.compile(r"\.gremien\.info/"),
}
SAYING = (("vendor", MAKERS), ("product", MAKERS), ("contactName", OWNERS), ("name", OWNERS), ("id", SHAPES))


def vendor_of(system: dict[str, Any]) -> str | None:
    """Return "somacos", "sdnet", "allris" or "rubin", or None where a System does not tell.

    Wuppertal's vendor is "https://www.somacos.de?oparl=v1.6.1": compared as a whole it would be nobody's.
    """
    for name, words in SAYING:
        stated = system.get(name)
        found = [vendor for vendor, said in words.items() if isinstance(stated, str) and said.search(stated.lower())]
        if found:
            return found[0]
    return None
