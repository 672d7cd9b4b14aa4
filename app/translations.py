"""The catalogues, read straight from their .po files: nothing has to be compiled before the portal starts."""

from functools import lru_cache
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from app.config import ROOT

LANGUAGES = ("de", "en")
DEFAULT = "de"
FOLDER = ROOT / "translations"


@lru_cache
def translations(language: str) -> Translations:
    """Return the messages of a language, those of the default where it is not one of ours (30 ms, once a process)."""
    if language not in LANGUAGES:
        return translations(DEFAULT)
    compiled = BytesIO()
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def N_(message: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message
