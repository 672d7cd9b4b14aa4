"""What every page says at its head and foot: whose records these are, and how fresh."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypeVar

from flask import Flask, current_app

from app.queries.status import file_counts, last_complete, named_councils
from app.web.licences import Licence, licence
from app.web.site import session

SECONDS = 30
SHOWN = 3  # councils whose licence the footer names
EXTENSION = "ratslupe.state"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SiteState:
    """The councils by name, their licences, the last complete walk, and files read out of all."""

    councils: tuple[str, ...]
    licences: tuple[tuple[str, Licence], ...]
    stand: datetime | None
    files: int
    read: int


def install(app: Flask) -> None:
    """Let templates ask."""
    app.jinja_env.globals["site_state"] = site_state


def remembered(name: str, ask: Callable[[], T], seconds: float = SECONDS) -> T:
    """Return an answer at most so old; for what every visit asks and counting a large table answers."""
    kept: dict[str, tuple[float, T]] = current_app.extensions.setdefault(EXTENSION, {})
    if name not in kept or monotonic() - kept[name][0] >= seconds:
        kept[name] = (monotonic(), ask())
    return kept[name][1]


def forget(name: str) -> None:
    """Let an answer be asked for anew."""
    current_app.extensions.get(EXTENSION, {}).pop(name, None)


def site_state() -> SiteState:
    """Return the state of the site."""
    return remembered("site", _ask)


def _ask() -> SiteState:
    councils = named_councils(session())
    files = file_counts(session())
    terms = tuple((name, licence(body.license)) for name, body in councils[:SHOWN])
    return SiteState(tuple(name for name, _ in councils), terms, last_complete(session()), files.total, files.read)
