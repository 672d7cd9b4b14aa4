"""What such pages found, each once more by itself."""

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import Location
from oparl_sync.store import Counts
from tests.oparl_sync.council import SERVER, Council, problems_of, save, thing, url


def test_a_place_that_is_named_further_down_the_page_is_read_the_first_time(engine: Engine, session: Session) -> None:
    place = thing("Location", 1, streetAddress="Rathausplatz 1")
    page = [place, thing("Meeting", 1, location=url("Location"))]
    save(engine, page, "Location")
    assert session.scalars(select(Location)).one().street_address == "Rathausplatz 1"
    assert save(engine, page, "Location") == Counts(unchanged=2)


@pytest.mark.parametrize("odd", [[], {}, [url("Paper")], {"id": url("Paper")}, None, 5])
def test_an_id_of_whatever_type_does_not_stop_a_list(engine: Engine, session: Session, odd: Any) -> None:
    council = Council()
    council.answers[f"{SERVER}/list/paper"] = {"data": [{"id": odd, "type": thing("Paper")["type"]}, thing("Paper", 2)]}
    counts, failures = council.mirror(engine)
    assert failures == []
    assert (counts.created, counts.quarantined) == (3, 1)  # the system, the council and the paper
    assert problems_of(session) == [("no-id", f"{SERVER}/list/paper#data-0")]
