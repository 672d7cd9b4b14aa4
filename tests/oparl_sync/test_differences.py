"""What changed stands in the log: property, from, to; enough to tell one state from the other, and nothing secret."""

import random
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import OPARL_TYPES, Alias, Change, key_of
from oparl_sync import differences
from oparl_sync.differences import CUT, LONGEST, Diff
from oparl_sync.known import Known
from oparl_sync.parsed import VOLATILE, Object
from tests.oparl_sync.council import SERVER, save, thing, url

WORDS = ("", "Rathaus", "Großer Saal", "vertagt", "ü" * 3, '"<&>')
EMPTY: tuple[Any, ...] = (None, "", [], {})


def diffs(session: Session, oparl_id: str) -> list[Diff | None]:
    session.rollback()
    return list(session.scalars(select(Change.diff).where(Change.object_id == oparl_id).order_by(Change.seq)))


def everything(engine: Engine) -> str:
    """Return all that any table says, as text."""
    with engine.connect() as connection:
        return " ".join(
            str(row)
            for table in ("change", *(model.__tablename__ for model in OPARL_TYPES.values()), "problem", "alert_notice")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        )


def applied(state: dict[str, Any], diff: Diff) -> dict[str, Any]:
    """Return a record after a difference."""
    after = dict(state)
    for name, (one, other) in diff.items():
        if isinstance(one, list) and isinstance(other, list):
            had = state.get(name)
            items = list(had) if isinstance(had, list) else [had] if had not in EMPTY else []
            for item in one:
                items.remove(item)
            after[name] = items + other
        else:
            had = None if state.get(name) in EMPTY else state.get(name)
            assert one in (bounded(had), *(had if isinstance(had, list) else ()))
            after[name] = other
    return after


def bounded(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= LONGEST else value[:LONGEST] + CUT


def told(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a record as its differences can tell it: lists without their order, nothing empty."""
    return {
        name: sorted(map(repr, value)) if isinstance(value, list) else bounded(value)
        for name, value in raw.items()
        if name not in VOLATILE and value not in EMPTY
    }


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(2, 9), st.sampled_from(WORDS), st.text(max_size=8))
RECORDS = st.dictionaries(
    st.sampled_from(["name", "result", "resolutionText", "x:own", "auxiliaryFile", "keyword"]),
    st.one_of(SCALARS, st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)),
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RECORDS, min_size=2, max_size=6))
def test_it_leads_from_the_first_state_to_the_last(states: list[dict[str, Any]]) -> None:
    state = states[0]
    stored = Known(url("AgendaItem"), 1, "rat.example", "", embedded=False, deleted=False, parent=None)
    for before, after in pairwise(states):
        found = Object("AgendaItem", url("AgendaItem"), {}, after)
        fields = differences.fields_between(before, after)
        diff = differences.of_update(found, before, fields, stored)
        assert diff is not None
        assert set(diff) <= set(fields)
        state = {name: value for name, value in applied(state, diff).items() if value not in EMPTY}
        as_lists = {name: value if isinstance(value, list) else [value] for name, value in state.items()}
        wanted = {name: value if isinstance(value, list) else [value] for name, value in after.items()}
        assert {k: sorted(map(repr, v)) for k, v in as_lists.items()} == {
            k: sorted(map(repr, kept)) for k, v in wanted.items() if (kept := [one for one in v if one not in EMPTY])
        }


@pytest.mark.parametrize("seed", range(4))
def test_it_keeps_the_whole_way_in_the_log(engine: Engine, session: Session, seed: int) -> None:
    chance = random.Random(seed)
    save(engine, [meeting(chance)], "Meeting")
    session.rollback()
    first = {row.id: row.raw for model in OPARL_TYPES.values() for row in session.scalars(select(model))}
    for _ in range(8):
        save(engine, [meeting(chance)], "Meeting")
    session.rollback()
    state = session.get_one(OPARL_TYPES["Meeting"], url("Meeting")).raw
    walked = first[url("Meeting")]
    for diff in diffs(session, url("Meeting"))[1:]:
        assert diff is not None
        walked = applied(walked, diff)
    assert told(walked) == told(state)


def meeting(chance: random.Random) -> dict[str, Any]:
    """Return one of many states of a meeting."""
    items = [thing("AgendaItem", n, name=chance.choice(WORDS)) for n in range(1, 6) if chance.random() < 0.6]
    chance.shuffle(items)
    own = {
        "name": chance.choice(WORDS),
        "start": f"2026-03-{chance.randint(10, 28)}T17:00:00+01:00",
        "cancelled": chance.random() < 0.3,
        "invitation": thing("File", chance.randint(1, 3)),
        "organization": [url("Organization", n) for n in range(1, 4) if chance.random() < 0.5],
        "modified": f"2026-01-{chance.randint(10, 28)}T00:00:00Z",
        "x:note": "lang " * chance.choice([0, 1, 6000]),
    }
    return thing("Meeting", 1, agendaItem=items, **{k: v for k, v in own.items() if chance.random() < 0.8})


def test_it_says_what_a_citizen_asks(engine: Engine, session: Session) -> None:
    one, two = (thing("AgendaItem", n, name=f"TOP {n}") for n in (1, 2))
    save(engine, [thing("Meeting", 1, start="2026-03-12T17:00:00+01:00", agendaItem=[one])], "Meeting")
    moved = thing("Meeting", 1, start="2026-03-19T17:00:00+01:00", cancelled=True, agendaItem=[one, two])
    save(engine, [moved], "Meeting")
    save(engine, [moved | {"agendaItem": [two, one]}], "Meeting")
    save(engine, [moved | {"agendaItem": [two]}], "Meeting")
    assert diffs(session, url("Meeting")) == [
        None,
        {
            "agendaItem": [[], [url("AgendaItem", 2)]],
            "cancelled": [None, True],
            "start": ["2026-03-12T17:00:00+01:00", "2026-03-19T17:00:00+01:00"],
        },
        {"agendaItem": [[], []]},
        {"agendaItem": [[url("AgendaItem", 1)], []]},
    ]
    assert diffs(session, url("AgendaItem", 1))[1:] == [{"agendaItem": [url("Meeting"), None]}]
    save(engine, [moved | {"agendaItem": [two, one]}], "Meeting")
    assert diffs(session, url("AgendaItem", 1))[2:] == [{"agendaItem": [None, url("Meeting")]}]


def test_it_cuts_what_is_too_long(engine: Engine, session: Session) -> None:
    long = "Beschluss " * 3000
    save(engine, [thing("AgendaItem", 1, resolutionText="kurz")], "AgendaItem")
    save(engine, [thing("AgendaItem", 1, resolutionText=long, **{"x:nested": {"a": [long]}})], "AgendaItem")
    diff = diffs(session, url("AgendaItem"))[1]
    assert diff is not None
    assert diff["resolutionText"] == ["kurz", long[:LONGEST] + CUT]
    assert diff["x:nested"] == [None, orjson.dumps({"a": [long]}).decode()[:LONGEST] + CUT]


def test_it_tells_what_a_file_says_it_belongs_to(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", n) for n in (1, 2)], "Paper")
    save(engine, [thing("File", 1, paper=[url("Paper", 1)])], "File")
    save(engine, [thing("File", 1, paper=[url("Paper", 2)])], "File")
    assert diffs(session, url("File"))[1:] == [{"paper": [[url("Paper", 1)], [url("Paper", 2)]]}]


def test_it_says_nothing_about_persons_and_stamps(engine: Engine, session: Session) -> None:
    save(engine, [thing("Person", 1, name="A")], "Person")
    save(engine, [thing("Person", 1, name="B")], "Person")
    assert diffs(session, url("Person")) == [None, None]
    assert "created" not in str(diffs(session, url("Paper")))


def test_it_says_only_that_an_item_is_not_public_any_more(engine: Engine, session: Session) -> None:
    secret = thing("AgendaItem", 1, public=True, name="Grundstück Müller", number="1")
    save(engine, [secret], "AgendaItem")
    save(engine, [secret | {"name": "Grundstück Maier"}], "AgendaItem")
    assert "Maier" in everything(engine)
    save(engine, [secret | {"public": "nichtöffentlich", "name": "Grundstück Schmidt"}], "AgendaItem")
    save(engine, [secret | {"public": False, "number": "2"}], "AgendaItem")
    assert diffs(session, url("AgendaItem"))[1:] == [None, {"public": [True, False]}, {}]
    for name in ("Müller", "Maier", "Schmidt", "öffentlich"):
        assert name not in everything(engine)
    save(engine, [secret | {"name": "Doch öffentlich"}], "AgendaItem")
    last = diffs(session, url("AgendaItem"))[-1]
    assert last is not None
    assert last["name"] == [None, "Doch öffentlich"]


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_it_forgets_what_a_withdrawn_record_said(engine: Engine, session: Session, scheme: str) -> None:
    item = thing("AgendaItem", 1, result="GEHEIM eins")
    file = thing("File", 1, name="GEHEIM zwei")
    save(engine, [thing("Meeting", 1, agendaItem=[item], invitation=file)], "Meeting")
    changed = [item | {"result": "GEHEIM drei"}, file | {"name": "GEHEIM vier"}]
    save(engine, [thing("Meeting", 1, agendaItem=changed[:1], invitation=changed[1], name="GEHEIM fünf")], "Meeting")
    gone = thing("Meeting", 1, deleted=True) | {"id": url("Meeting").replace("https", scheme)}
    assert "GEHEIM" in everything(engine)
    save(engine, [gone], "Meeting")
    assert "GEHEIM" not in everything(engine)


def test_it_forgets_what_a_record_said_under_other_ids(engine: Engine, session: Session) -> None:
    old = url("Paper").replace("https", "http")
    save(engine, [thing("Paper", 1, name="GEHEIM eins") | {"id": old}], "Paper")
    save(engine, [thing("Paper", 1, name="GEHEIM zwei") | {"id": old}], "Paper")
    save(engine, [thing("Paper", 1, name="GEHEIM drei")], "Paper")
    former = "https://alt.example/paper/7"
    with writing(engine) as writer:
        at = now()
        alias = {"key": key_of(former), "old_id": former, "new_id": url("Paper"), "source_id": 1, "at": at}
        writer.execute(insert(Alias).values(**alias))
        change = {"object_type": "Paper", "object_id": former, "kind": "updated", "backfill": False, "at": at}
        writer.execute(insert(Change).values(**change, diff={"name": ["GEHEIM null", None]}))
    save(engine, [thing("Paper", 1, deleted=True)], "Paper")
    assert "GEHEIM" not in everything(engine)


def test_it_forgets_the_place_that_turns_out_to_be_where_somebody_lives(engine: Engine, session: Session) -> None:
    place = thing("Location", 1, streetAddress="GEHEIM 1", meeting=[url("Meeting")])
    save(engine, [place], "Location")
    save(engine, [place | {"streetAddress": "GEHEIM 2"}], "Location")
    assert diffs(session, url("Location"))[1] == {"streetAddress": ["GEHEIM 1", "GEHEIM 2"]}
    save(engine, [thing("Location", 1, streetAddress="GEHEIM 3", person=[f"{SERVER}/person/1"])], "Location")
    assert "GEHEIM" not in everything(engine)


def test_a_part_that_first_speaks_for_itself_came_nowhere(engine: Engine, session: Session) -> None:
    """What was embedded left out whose it is: that its own copy says so is no news; that it says another is."""
    file = thing("File", 1, name="alt")
    items = [thing("AgendaItem", 1, name="alt"), thing("AgendaItem", 2, name="alt")]
    save(engine, [thing("Meeting", 1, agendaItem=items), thing("Meeting", 2)], "Meeting")
    save(engine, [thing("Paper", 1, mainFile=file, consultation=[thing("Consultation", 1, role="alt")])], "Paper")
    save(engine, [thing("AgendaItem", 1, name="neu", meeting=url("Meeting"))], "AgendaItem")
    save(engine, [thing("AgendaItem", 2, name="neu", meeting=url("Meeting", 2))], "AgendaItem")
    save(engine, [thing("Consultation", 1, role="neu", paper=url("Paper"))], "Consultation")
    save(engine, [thing("File", 1, name="neu", paper=[url("Paper")])], "File")
    renamed = {"name": ["alt", "neu"]}
    assert diffs(session, url("AgendaItem"))[-1] == renamed
    assert diffs(session, url("AgendaItem", 2))[-1] == renamed | {"meeting": [None, url("Meeting", 2)]}
    assert diffs(session, url("Consultation"))[-1] == {"role": ["alt", "neu"]}
    assert diffs(session, url("File"))[-1] == renamed
    save(engine, [thing("File", 1, name="neu", paper=[url("Paper", 2)], fileName="a")], "File")
    last = diffs(session, url("File"))[-1]
    assert last is not None
    assert last["paper"] == [[url("Paper")], [url("Paper", 2)]]
