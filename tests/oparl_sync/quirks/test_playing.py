"""Without any quirk the made-up council is mirrored as it is: what the tests of the quirks rest upon."""

import pytest
from sqlalchemy import Engine

from demo.quirks import UnknownQuirkError
from tests.oparl_sync.quirks.playing import Playing, held, published


def test_it_holds_what_is_published(engine: Engine) -> None:
    council = Playing()
    counts, failures = council.sync(engine)
    assert failures == []
    assert held(engine) == published(council.town)
    assert counts.quarantined == 0


def test_it_knows_no_quirk_of_that_name() -> None:
    with pytest.raises(UnknownQuirkError, match="no-such-thing"):
        Playing("no-such-thing")
