"""Rules applied to text of any kind: what none foresaw is told, and must not stop all councils."""

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)
T = TypeVar("T")


def whatever_fails(rules: Callable[[], T], otherwise: T, about: object) -> T:
    """Return what rules find; `otherwise`, and a line in the log, where they fail."""
    try:
        return rules()
    except (MemoryError, SQLAlchemyError):  # not the text's fault, and the next one would fail as well
        raise
    except Exception:
        logger.exception("The rules for facts fail at %s; it is left out", about)
        return otherwise
