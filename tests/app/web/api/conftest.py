"""A town of which everything went out."""

import pytest
from sqlalchemy import Engine

from tests.app.web.conftest import Town
from tests.factories.publication import Published


@pytest.fixture
def published(engine: Engine, town: Town) -> Published:
    """Let everything of the town go out."""
    out = Published(engine)
    out.all_of()
    return out
