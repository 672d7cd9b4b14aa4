"""What every page says at its head and foot: whose records these are, and how fresh."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from flask import Flask, current_app

from app.queries.status import councils, file_counts, last_complete
from app.web.licences import Licence, licence
from app.web.site import session

SECONDS = 30  # every page shows it, and counting a large table takes a while
SHOWN = 3  # councils whose licence the footer names
EXTENSION = "ratslupe.state"


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


def site_state() -> SiteState:
    """Return the state of the site, at most SECONDS old."""
    kept: tuple[float, SiteState] | None = current_app.extensions.get(EXTENSION)
    if kept and monotonic() - kept[0] < SECONDS:
        return kept[1]
    fresh = _ask()
    current_app.extensions[EXTENSION] = (monotonic(), fresh)
    return fresh


def _ask() -> SiteState:
    bodies = councils(session())
    files = file_counts(session())
    names = tuple(body.name or body.short_name or body.id for body in bodies)
    terms = tuple((name, licence(body.license)) for name, body in zip(names, bodies[:SHOWN], strict=False))
    return SiteState(names, terms, last_complete(session()), files.total, files.read)
