"""Street names in German cases: `in der Marktstraße`, `des Ziegeleiwegs`, `am Nordring`."""

from __future__ import annotations

import re


def street_forms(street: str) -> dict[str, str]:
    """The phrases sentences are built with; capitalised twins open a sentence."""
    if re.search(r"(straße|Straße|allee)$", street):
        forms = (f"in der {street}", f"der {street}", f"die {street}", f"die {street}")
    elif re.search(r"(weg|-Weg|kamp|grund)$", street):
        forms = (f"im {street}", f"des {street}s", f"der {street}", f"den {street}")
    elif re.search(r"(damm|ring)$", street):
        forms = (f"am {street}", f"des {street}s", f"der {street}", f"den {street}")
    elif re.fullmatch(r"\S+platz", street):
        forms = (f"auf dem {street}", f"des {street}es", f"der {street}", f"den {street}")
    else:
        quoted = f"Straße „{street}“"
        forms = (f"in der {quoted}", f"der {quoted}", f"die {quoted}", f"die {quoted}")
    found = dict(zip(("in_st", "of_st", "the_st", "acc_st"), forms, strict=True))
    return found | {name.capitalize(): form[0].upper() + form[1:] for name, form in found.items()}
