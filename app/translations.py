"""The catalogues, read straight from their .po files: nothing has to be compiled before the portal starts.

`de-simple` is Leichte Sprache: its catalogue holds what is said more simply, everything else is said as in German. The
name is a language tag of its own right (RFC 5646, variant `simple`), so it stands in `lang` as it is.
"""

from functools import lru_cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from app.config import ROOT

FULL = ("de", "en")  # these say everything; a browser can ask for them, and mails are written in them
SIMPLE = "de-simple"  # only whoever chooses it gets it
LANGUAGES = (*FULL, SIMPLE)
DEFAULT = "de"
FOLDER = ROOT / "translations"


def locale_of(language: str) -> str:
    """Return the name under which dates, numbers and plurals of a language are known."""
    return language.partition("-")[0]


@lru_cache
def translations(language: str) -> Translations:
    """Return the messages of a language, those of the default where it is not one of ours (30 ms, once a process)."""
    if language not in LANGUAGES:
        return translations(DEFAULT)
    compiled = BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale_of(language)))
    compiled.seek(0)
    read = Translations(compiled)
    if language not in FULL:
        read.add_fallback(translations(locale_of(language)))
    return read


def N_(message: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message
