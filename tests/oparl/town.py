"""The made-up council, mirrored, published and mirrored again from our own server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from unittest import mock

from sqlalchemy import update

import app.db
from app.db import writing
from app.models import Source
from app.publication import refreshing
from demo.service import Service
from demo.town import build
from tests.faults.council import Council
from tests.faults.mirror import Clock, Mirror, set_clock
from tests.oparl import equal
from tests.oparl.served import Own


class Town(Council):
    """The demo's town at its own server, which answers from memory."""

    def __init__(self, scale: float = 0.1) -> None:
        self.filtering = "honest"
        self.now = datetime(2026, 11, 22, 9, tzinfo=UTC)
        self.town = build(scale=scale)  # type: ignore[assignment]
        self.town.clock = lambda: self.now
        self.service = Service(self.town)
        self.asked = []
        self.before_answer = lambda _: None


@dataclass
class Chain:
    """A council, the portal that mirrors it, that portal's OParl server, and a portal that mirrors this."""

    council: Council
    portal: Mirror
    own: Own
    mirror: Mirror

    def publish(self, *, full: bool = False) -> None:
        """Bring the portal up to its council, and what goes out up to the portal."""
        set_clock(self.council.now)
        assert self.portal.sync_all(full=full, accept=True).failures == {}
        self.refresh()

    def refresh(self) -> None:
        """Bring what goes out up to the portal."""
        with mock.patch.object(app.db, "datetime", Clock):
            refreshing.refresh(self.portal.engine, self.portal.settings.base_url)

    def follow(self) -> list[str]:
        """Bring the mirror up to the portal's OParl server; returns which addresses were asked for."""
        asked = len(self.own.asked)
        summary = self.mirror.sync_all()
        assert summary.failures == {}
        assert summary.deviations == {}
        return self.own.asked[asked:]

    def differences(self) -> list[str]:
        """Return in what the mirror differs from what the portal publishes."""
        theirs = equal.published(self.portal.engine, self.portal.settings.base_url)
        return equal.differences(theirs, equal.mirrored(self.mirror.engine))


@contextmanager
def chain(council: Council) -> Iterator[Chain]:
    """Give a council with two portals in a row, both up to it."""
    set_clock(council.now)
    portal = Mirror(council)
    with writing(portal.engine) as session:  # the small council states no licence: the operator decides
        session.execute(update(Source).values(license="https://www.govdata.de/dl-de/zero-2-0"))
    own = Own(portal.settings)
    mirror = Mirror(own)
    try:
        links = Chain(council, portal, own, mirror)
        links.publish()
        links.follow()
        yield links
    finally:
        own.close()
        portal.close()
        mirror.close()
