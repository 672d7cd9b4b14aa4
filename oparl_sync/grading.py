"""Once a day what is amiss with the councils' data is counted, and once a quarter their offices are told."""

import time
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now
from app.mail import open_mailer
from app.quality import letters, scanning, snapshots

TURN = 300.0  # seconds that pages are looked through at a stretch: a council that has many is counted all the same


def step(
    engine: Engine, settings: Settings, *, enough: Callable[[], bool], say: Callable[[str], None]
) -> tuple[Callable[[], bool], Callable[[], None]]:
    """Return what the worker asks whether it is due, and what it does then."""

    def do() -> None:
        if sent := run(engine, settings, enough=enough):
            say(f"quality: {sent} reports mailed")

    return lambda: is_due(engine, settings), do


def is_due(engine: Engine, settings: Settings) -> bool:
    """Tell whether something is to be looked through, counted or mailed."""
    with Session(engine) as session:
        moment = now()
        due = snapshots.is_due(session, moment) or letters.is_due(session, settings, moment)
        return due or scanning.is_owed(session)


def run(engine: Engine, settings: Settings, *, enough: Callable[[], bool]) -> int:
    """Do what is due until it is `enough`; returns how many reports were mailed. May be killed anywhere."""
    end = time.monotonic() + TURN
    scanning.waiting(engine, enough=lambda: enough() or time.monotonic() > end)
    with Session(engine) as session:
        due = snapshots.is_due(session, now())
    if due and not enough():
        scanning.tidy(engine)
        snapshots.take(engine, now())
        snapshots.thin(engine, now())
    return 0 if enough() else letters.send_owed(engine, open_mailer(settings.mail_url), settings)
