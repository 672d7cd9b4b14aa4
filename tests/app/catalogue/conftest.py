"""A portal of two councils whose files are published with their catalogue."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from app.catalogue import Catalogue
from app.config import Settings
from app.exports import Manifest, publish
from app.publication.refreshing import refresh
from tests import factories as make
from tests.app.catalogue.holding import BY, ZERO
from tests.factories.records import SERVER

Publish = Callable[[], Manifest]
OTHER = f"{SERVER}/body/2"


@pytest.fixture
def publishing(engine: Engine, settings: Settings) -> Publish:
    """Publish all that goes out now, as the worker does."""

    def do() -> Manifest:
        refresh(engine, settings.base_url)
        return publish(engine, settings.exports, base_url=settings.base_url, beside=Catalogue(settings))

    return do


@pytest.fixture
def town(engine: Engine) -> None:
    """Save a council with a little of everything."""
    start = datetime(2025, 3, 4, 17, 0, tzinfo=UTC)
    make.save(
        engine,
        make.body(name="Stadt Musterstadt", license=BY, ags="05914000", rgs="059140000000"),
        make.organization(),
        make.person(),
        make.meeting(start=start),
        make.paper(),
        make.location(longitude=7.4, latitude=51.3),
        make.location(longitude=7.5, latitude=51.4),
    )


@pytest.fixture
def other_town(engine: Engine) -> None:
    """Save a second council, from a server of its own."""
    make.save(
        engine,
        make.source(id=2, slug="nachbarstadt", url="https://other.example/system"),
        make.body(id=OTHER, source_id=2, name="Nachbarstadt", license=ZERO),
        make.paper(source_id=2, body_id=OTHER),
    )
