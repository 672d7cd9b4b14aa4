from collections.abc import Iterator

import pytest

from app.documents import Reading, Sandbox


def texts(reading: Reading) -> tuple[str, ...]:
    """The pages' texts alone."""
    return tuple(page.text for page in reading.pages)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened
