"""Words of sources, so that every format can hold them."""

import re

LONGEST = 300
# What no XML document may hold, not even by its number, and what turns or hides what stands beside it.
_NEVER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


def plain(text: str) -> str:
    """Return one line without what cannot be written everywhere; cut where it is longer than any name."""
    return " ".join(_HIDDEN.sub("", _NEVER.sub("", text)).split())[:LONGEST].strip()
