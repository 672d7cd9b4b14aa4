"""What was told long ago is forgotten, a few rows at a time: nobody needs it, and what somebody follows is private."""

import time
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, Select, delete, select
from sqlalchemy.orm import Session

from app.db import writing
from app.models import AlertDelivery, ChannelDelivery, News

TOLD: Final = timedelta(days=400)  # mails with what they told, and news: a year, and the month in which it is looked at
CALLED: Final = timedelta(days=30)
AT_ONCE: Final = 500  # rows in one transaction
SHARE: Final = 5.0  # seconds, after which what is left waits for the next time


def prune(engine: Engine, moment: datetime) -> int:
    """Delete mails and calls that are over for so long, with their notices, and old news; returns how many of them.

    What still waits to be told stays, however old it is.
    """
    began, gone = time.monotonic(), 0
    for model, old in (
        *((AlertDelivery, old) for old in _over(AlertDelivery, moment - TOLD)),
        *((ChannelDelivery, old) for old in _over(ChannelDelivery, moment - CALLED)),
        (News, select(News.id).where(News.at <= moment - TOLD)),
    ):
        while time.monotonic() - began < SHARE:
            count = _step(engine, model, old)
            gone += count
            if count < AT_ONCE:
                break
    return gone


def _over(model: Any, before: datetime) -> tuple[Select[int], Select[int]]:
    """Return the questions for what was sent before a moment, and for what was given up: an index answers each."""
    given_up = (model.sent_at.is_(None), model.next_try.is_(None), model.created_at <= before)
    return select(model.id).where(model.sent_at <= before), select(model.id).where(*given_up)


def _step(engine: Engine, model: Any, old: Select[int]) -> int:
    with Session(engine) as session:  # nobody waits for us where there is nothing
        ids = session.scalars(old.limit(AT_ONCE)).all()
    if ids:
        with writing(engine) as session:
            session.execute(delete(model).where(model.id.in_(ids)))
    return len(ids)
