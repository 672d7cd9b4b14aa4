"""What can be asked: one table, from which addresses, checks, the document and the page for people are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from flask import Response

from app.web.api.parameters import Parameter

JSON, NDJSON, TEXT = "application/json", "application/x-ndjson", "text/plain"
Asked: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an operation is not to be used any more, until when it answers, and what is to be used instead."""

    since: date
    until: date | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One question; `schema` names what the answer looks like, `problems` what it may end in besides what all may."""

    name: str
    path: str
    says: str
    answer: Callable[[Asked], Response]
    parameters: tuple[Parameter, ...] = ()
    in_path: tuple[Parameter, ...] = ()
    media_type: str = JSON
    schema: str = ""
    problems: tuple[str, ...] = ()
    deprecated: Deprecation | None = None

    @property
    def rule(self) -> str:
        """The path as Flask has it."""
        return self.path.replace("{", "<").replace("}", ">")


ALWAYS: Sequence[str] = (
    *("unknown-parameter", "bad-parameter", "not-found", "method-not-allowed", "too-many-requests"),
    *("internal-error", "unavailable"),
)
