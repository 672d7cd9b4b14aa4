"""Problems as the operator hears of them: a number and words, of this pass alone."""

from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Source
from oparl_sync import problems
from oparl_sync.problems import Deviation
from oparl_sync.sources import remember


def test_it_has_words_for_every_kind() -> None:
    kinds = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
    assert set(problems.WORDS) == kinds


def test_it_tells_what_this_pass_met_and_not_what_was_met_before(engine: Engine) -> None:
    for slug in ("a", "b"):
        remember(engine, f"https://{slug}.example/oparl", slug)
    with writing(engine) as session:
        first, second = session.scalars(select(Source.id).order_by(Source.slug))
        earlier = now() - timedelta(hours=1)
        problems.record(session, first, [Deviation(problems.NO_ID, "x", "met long ago")], at=earlier)
        scans = [Deviation(problems.UNREADABLE_FILE, f"f{n}", "a scan") for n in range(3)]
        problems.record(session, first, [*scans, Deviation(problems.WRONG_TYPE, "p#date", "no date")])
        problems.record(session, second, [Deviation(problems.NO_OBJECT, "y", "no object")])
    with Session(engine) as session:
        assert problems.met(session, earlier + timedelta(minutes=1)) == [
            ("a", problems.UNREADABLE_FILE, 3),
            ("a", problems.WRONG_TYPE, 1),
            ("b", problems.NO_OBJECT, 1),
        ]
