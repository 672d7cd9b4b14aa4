"""What is said of values that are nothing of what they should be: a difference that no words fit stops no mail."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.alerts.telling.lines import lines
from app.alerts.telling.naming import title_of
from app.models import Change, OParlObject
from tests import factories as make
from tests.app.alerts.test_telling import changed, news, one, told
from tests.oparl_sync.anything import DIFFERENCES

KINDS = ("new", "changed", "planned", "agenda", "decided")
SOON = datetime(2099, 12, 1, 16, 0, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(differences=st.lists(DIFFERENCES, min_size=1, max_size=8), kind=st.sampled_from(KINDS))
def test_no_difference_stops_what_is_told(
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    differences: list[tuple[str, dict[str, list[Any]]]],
    kind: str,
) -> None:
    held, paper = make.meeting(), make.paper()
    file, item = make.file(), make.agenda_item(held)
    make.save(engine, held, paper, file, item, make.link(paper, "auxiliaryFile", file))
    known: dict[str, OParlObject] = {"Meeting": held, "Paper": paper, "File": file, "AgendaItem": item}
    about = [known.get(name, held) for name, _ in differences]
    changes = [make.change(row, "updated", diff=diff) for row, (_, diff) in zip(about, differences, strict=True)]
    make.save(engine, *changes)
    with Session(engine) as session:
        newest = select(Change.seq).order_by(Change.seq.desc()).limit(len(changes))
        seqs = session.scalars(newest).all()[::-1]
    some = [news(row, kind, key=str(seq), changes=[seq]) for row, seq in zip(about, seqs, strict=True)]
    assert kind == "decided" or len(told(engine, *some)) == len(some)
    assert not [one for one in caplog.records if one.name == lines.__module__]


@ON_SQLITE
@pytest.mark.parametrize("never", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z", "0001-01-01"])
def test_a_date_that_stands_for_none_is_not_said(engine: Engine, never: str) -> None:
    held = make.meeting(start=SOON)
    make.save(engine, held)
    change = changed(engine, held, start=[never, "2099-12-01T17:00:00+01:00"], end=[never, None])
    line = one(engine, news(held, "changed", change))
    assert line.said == ("Beginning: now 1 December 2099, 17:00.",)


@ON_SQLITE
def test_what_cannot_be_put_into_words_costs_nothing_but_itself(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    papers = [make.paper(name=name) for name in ("Eins", "Zwei", "Drei")]
    make.save(engine, *papers)

    def breaking(voice: Any, row: Any, *more: Any) -> str:
        if row.name == "Zwei":
            raise OverflowError("date value out of range")
        return title_of(voice, row, *more)

    monkeypatch.setattr("app.alerts.telling.lines.title_of", breaking)
    assert [line.title for line in told(engine, *map(news, papers))] == ["Eins", "Drei"]
    assert f"new:{papers[1].id} cannot be put into words" in caplog.text
