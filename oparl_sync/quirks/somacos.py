"""What SOMACOS Session does (Köln, Münster, Dresden, Düsseldorf, Wuppertal, Karlsruhe, Magdeburg, OWL-IT)."""

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any

DOWNLOAD = re.compile(r"(https?://[^/?#]+)/[^?#]*/downloadfiles/(?:a/)?0*(\d+)\.\w+")


def meeting_end_unknown(start: datetime | None, end: datetime | None) -> datetime | None:
    """Somacos (1,207 of 2,609 meetings in one city) ends a meeting at midnight before it began: no end is known."""
    return None if start and end and end <= start else end


def embedded_without_id(parent: str, property_: str, position: int) -> str:
    """Somacos and ALLRIS embed locations without an id: theirs is made from the parent's."""
    return f"{parent}#{property_}-{position}"


def station_of(data: dict[str, Any]) -> str:
    """Return what tells consultations of one id apart, without its scheme: where and as what they take place."""
    names = ("agendaItem", "agendaitem", "meeting", "role", "paper")
    found = next((data[name] for name in names if data.get(name)), None)
    return "" if found is None else str(found).partition("://")[2] or str(found)


def consultation_id_reused(oparl_id: str, data: dict[str, Any]) -> str:
    """Somacos gives one id to several consultations of a paper (89 ids in one city): the further ones get their own."""
    return f"{oparl_id}#{blake2b(station_of(data).encode(errors='replace'), digest_size=6).hexdigest()}"


def one_scheme(own_id: str, target: str) -> str:
    """Somacos (Dresden, Wuppertal) mixes http and https on one host: a link there follows the ids' own scheme."""
    scheme, _, rest = own_id.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{rest}" if (rest := target.partition("://")[2]).startswith(f"{host}/") else target


def file_behind_getfile(address: str) -> str | None:
    """Magdeburg states …/downloadfiles/a/00692749.pdf, which is 404; SessionNet has it by that number (RL)."""
    found = DOWNLOAD.fullmatch(address)
    return f"{found[1]}/getfile.asp?id={found[2]}&type=do" if found else None
