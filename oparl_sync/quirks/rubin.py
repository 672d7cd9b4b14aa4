"""What more! rubin does (Freiburg, Darmstadt, Castrop-Rauxel, ruhrparlament.de, *.gremien.info)."""

import re

_CALLED_OFF = re.compile(r"\+\+\+\s*(?:entfällt|fällt aus|abgesagt)\s*\+\+\+", re.IGNORECASE)


def called_off_in_its_name(name: str | None) -> bool:
    """Tell whether a meeting is called "+++ entfällt +++ …", which is all that rubin says of it (field notes)."""
    return bool(name and _CALLED_OFF.search(name))
