"""The reader's voice."""

from app.speech import Voice
from app.web.i18n import language


def voice() -> Voice:
    """Return the voice of the reader's language."""
    return Voice(language())
