"""What every page says at its head and foot: whose records these are, and how fresh."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Generic, TypeVar

from flask import Flask, current_app

from app.queries.file_states import READ, Holding
from app.queries.file_states import holdings as all_holdings
from app.queries.status import last_complete, named_councils
from app.web.licences import Licence, licence
from app.web.site import session

SECONDS = 30
SHOWN = 3  # councils whose licence the footer names
EXTENSION = "ratslupe.state"
LONGEST = 600.0  # seconds
T = TypeVar("T")


@dataclass(slots=True)
class Answer(Generic[T]):
    """What was answered, until when that holds, and whether somebody asks again just now."""

    value: T
    until: float
    asked: bool = False


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
    """Return an answer at most so old; for what every visit asks and counting a large table answers.

    What took long is kept a hundred times as long as it took, up to LONGEST: no more than a hundredth of all time is
    spent on it. While one reader waits for a new answer the others get the one before.
    """
    kept: dict[str, Answer[T]] = current_app.extensions.setdefault(EXTENSION, {})
    known, moment = kept.get(name), monotonic()
    if known is not None and (moment < known.until or known.asked):
        return known.value
    if known is not None:
        known.asked = True
    try:
        value = ask()
    except BaseException:
        if known is not None:
            known.asked = False
        raise
    after = monotonic()
    kept[name] = Answer(value, after + max(seconds, min(LONGEST, 100 * (after - moment))))
    return value


def forget(name: str) -> None:
    """Let an answer be asked for anew."""
    current_app.extensions.get(EXTENSION, {}).pop(name, None)


def site_state() -> SiteState:
    """Return the state of the site."""
    return remembered("site", _ask)


def holdings() -> tuple[Holding, ...]:
    """Return what is held of all files: the one count of the largest table."""
    return remembered("holdings", lambda: all_holdings(session()), 0.0)


def _ask() -> SiteState:
    councils = named_councils(session())
    held = holdings()
    terms = tuple((name, licence(body.license)) for name, body in councils[:SHOWN])
    files, read = sum(one.files for one in held), sum(one.files for one in held if one.state == READ)
    return SiteState(tuple(name for name, _ in councils), terms, last_complete(session()), files, read)
