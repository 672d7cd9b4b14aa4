"""Objects to rows, on both databases: whatever the order of copies, one state, and no change without a reason."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Blob,
    Change,
    Consultation,
    File,
    Link,
    Location,
    Meeting,
    Paper,
    Problem,
)
from app.models.files import FETCHED, WAITING
from oparl_sync import parse
from oparl_sync.store import Counts, Store
from tests.oparl_sync.council import SCHEMA, SERVER, Council, problems_of, save, thing, url


def log_of(session: Session) -> list[tuple[str, str, str, Any]]:
    rows = session.scalars(select(Change).order_by(Change.seq))
    return [(c.kind, c.object_type, c.object_id.removeprefix(SERVER), c.fields) for c in rows]


def links(session: Session, from_id: str) -> list[tuple[str, int, str]]:
    chosen = select(Link.property, Link.position, Link.to_id).where(Link.from_id == from_id)
    rows = session.execute(chosen.order_by(Link.property, Link.position))
    return [(name, position, to_id) for name, position, to_id in rows]


def test_it_creates_updates_and_leaves_alone(engine: Engine, session: Session) -> None:
    assert save(engine, [thing("Paper", 1, name="A", keyword=["x"])], "Paper") == Counts(created=1)
    assert save(
        engine, [thing("Paper", 1, name="A", keyword=["x"], modified="2030-01-01T00:00:00Z")], "Paper"
    ) == Counts(unchanged=1)
    assert save(engine, [thing("Paper", 1, name="B")], "Paper") == Counts(updated=1)
    row = session.scalars(select(Paper)).one()
    assert (row.name, row.keyword, row.raw["name"]) == ("B", None, "B")
    assert log_of(session) == [
        ("created", "Paper", "/paper/1", None),
        ("updated", "Paper", "/paper/1", ["keyword", "name"]),
    ]


def test_it_notes_what_a_council_had_published_before_it_was_added(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1)], "Paper", backfill=True)
    save(engine, [thing("Paper", 1, name="new"), thing("Paper", 2)], "Paper", backfill=False)
    assert list(session.scalars(select(Change.backfill).order_by(Change.seq))) == [True, False, False]


def test_it_lets_an_object_that_stands_alone_speak_for_itself_in_any_order(engine: Engine, session: Session) -> None:
    sparse = thing("Meeting", 1, agendaItem=[thing("AgendaItem", 1, name="short"), thing("AgendaItem", 2, name="two")])
    whole = thing("AgendaItem", 1, name="long and whole", result="agreed", meeting=url("Meeting"))
    save(engine, [sparse], "Meeting")
    assert save(engine, [whole], "AgendaItem") == Counts(updated=1)
    for _ in range(2):
        assert save(engine, [sparse], "Meeting") == Counts(unchanged=3)
        assert save(engine, [whole], "AgendaItem") == Counts(unchanged=1)
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.name, row.meeting_id, row.position, row.embedded) == ("long and whole", url("Meeting"), 0, False)


def test_it_settles_at_once_when_the_object_alone_comes_first(engine: Engine, session: Session) -> None:
    save(engine, [thing("AgendaItem", 1, name="whole", meeting=url("Meeting"))], "AgendaItem")
    sparse = thing("Meeting", 1, agendaItem=[thing("AgendaItem", 2), thing("AgendaItem", 1, name="short")])
    save(engine, [sparse], "Meeting")
    before = session.scalar(select(func.count(Change.seq)))
    save(engine, [sparse], "Meeting")
    save(engine, [thing("AgendaItem", 1, name="whole", meeting=url("Meeting"))], "AgendaItem")
    assert session.scalar(select(func.count(Change.seq))) == before
    assert session.get_one(AgendaItem, url("AgendaItem")).name == "whole"


def test_it_takes_one_holders_copy_where_copies_differ_for_ever(engine: Engine, session: Session) -> None:
    page = [thing("Paper", n, mainFile=thing("File", 1, name=f"as {n} calls it")) for n in (3, 1, 2)]
    for entry in page:
        save(engine, [entry], "Paper")
    before = session.scalar(select(func.count(Change.seq)))
    for entries in ([page[0]], [page[1]], [page[2]], page, page[::-1]):
        save(engine, entries, "Paper")
    assert session.scalar(select(func.count(Change.seq))) == before
    assert session.get_one(File, url("File")).name == "as 1 calls it"


def test_it_hears_an_embedded_change_from_the_holder_that_counts(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1, mainFile=thing("File", 1, name="old"))], "Paper")
    counts = save(engine, [thing("Paper", 1, mainFile=thing("File", 1, name="new"))], "Paper")
    assert counts == Counts(updated=1, unchanged=1)
    assert session.get_one(File, url("File")).name == "new"


def test_it_leaves_a_child_to_the_parent_that_still_names_it(engine: Engine, session: Session) -> None:
    one = thing("Meeting", 1, agendaItem=[thing("AgendaItem", 1, name="first")])
    two = thing("Meeting", 2, agendaItem=[thing("AgendaItem", 1, name="second")])
    save(engine, [one], "Meeting")
    save(engine, [two], "Meeting")
    before = session.scalar(select(func.count(Change.seq)))
    save(engine, [one], "Meeting")
    save(engine, [two], "Meeting")
    assert session.scalar(select(func.count(Change.seq))) == before
    assert session.scalars(select(AgendaItem)).one().meeting_id == url("Meeting", 1)


def test_it_moves_a_child_that_its_parent_names_no_more(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name="moved")
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    save(engine, [thing("Meeting", 1), thing("Meeting", 2)], "Meeting")
    save(engine, [thing("Meeting", 2, agendaItem=[thing("AgendaItem", 2), item])], "Meeting")
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.meeting_id, row.position) == (url("Meeting", 2), 1)


@pytest.mark.parametrize("first", ["loser", "winner"])
def test_it_gives_a_child_that_moves_to_its_new_parent_in_whatever_order_they_come(
    engine: Engine, session: Session, first: str
) -> None:
    item = thing("AgendaItem", 1, name="moved")
    save(engine, [thing("Meeting", 1, agendaItem=[item]), thing("Meeting", 2)], "Meeting")
    after = [thing("Meeting", 1, agendaItem=[]), thing("Meeting", 2, agendaItem=[thing("AgendaItem", 2), item])]
    for one in after if first == "loser" else reversed(after):
        save(engine, [one], "Meeting")
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.meeting_id, row.position) == (url("Meeting", 2), 1)
    session.rollback()
    for _ in range(2):
        save(engine, after, "Meeting")
    assert session.get_one(AgendaItem, url("AgendaItem")).meeting_id == url("Meeting", 2)


def test_it_puts_children_in_their_parents_order_however_they_came(engine: Engine, session: Session) -> None:
    named = thing("Meeting", 1, agendaItem=[url("AgendaItem", n) for n in (3, 1, 2)])
    save(engine, [thing("AgendaItem", 1, meeting=url("Meeting"))], "AgendaItem")
    save(engine, [named], "Meeting")
    save(engine, [thing("AgendaItem", n, meeting=url("Meeting")) for n in (2, 3)], "AgendaItem")
    order = select(AgendaItem.id).order_by(AgendaItem.position)
    assert list(session.scalars(order)) == [url("AgendaItem", n) for n in (3, 1, 2)]
    session.rollback()
    save(engine, [named | {"agendaItem": [url("AgendaItem", n) for n in (1, 2, 3)]}], "Meeting")
    assert list(session.scalars(order)) == [url("AgendaItem", n) for n in (1, 2, 3)]


def test_it_writes_links_anew_when_they_change(engine: Engine, session: Session) -> None:
    orgs = [url("Organization", n) for n in (1, 2)]
    save(engine, [thing("Paper", 1, underDirectionOf=orgs, relatedPaper=[url("Paper", 9)])], "Paper")
    save(engine, [thing("Paper", 1, underDirectionOf=orgs[::-1])], "Paper")
    assert links(session, url("Paper")) == [("underDirectionOf", 0, orgs[1]), ("underDirectionOf", 1, orgs[0])]


def test_it_reduces_what_is_withdrawn_to_its_id(engine: Engine, session: Session) -> None:
    full = thing(
        "Paper",
        1,
        name="withdrawn",
        consultation=[thing("Consultation", 1, role="x")],
        mainFile=thing("File", 1, name="f"),
    )
    full["auxiliaryFile"] = [thing("File", 2, name="shared")]
    other = thing("Paper", 2, auxiliaryFile=[thing("File", 2, name="shared")])
    save(engine, [full, other], "Paper")
    counts = save(engine, [thing("Paper", 1, deleted=True)], "Paper")
    assert counts == Counts(deleted=3)
    for model, number in ((Paper, 1), (Consultation, 1), (File, 1)):
        row = session.get_one(model, url(model.__name__, number))
        assert (row.deleted, row.name, row.raw) == (
            True,
            None,
            {"id": row.id, "type": row.raw["type"], "deleted": True},
        )
    assert session.get_one(File, url("File", 2)).deleted is False
    assert links(session, url("Paper", 1)) == []
    assert save(engine, [thing("Paper", 1, deleted=True)], "Paper") == Counts(unchanged=1)


def test_it_forgets_problems_that_quote_what_is_withdrawn(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1, date="Erika Muster"), thing("Paper", 11, date="y")], "Paper")
    save(engine, [thing("Paper", 1, deleted=True)], "Paper")
    assert problems_of(session) == [("wrong-type", f"{url('Paper', 11)}#date")]


def test_it_brings_back_what_appears_again(engine: Engine, session: Session) -> None:
    full = thing("Paper", 1, name="back", mainFile=thing("File", 1, name="f", accessUrl="https://rat.example/f"))
    save(engine, [full], "Paper")
    with writing(engine) as writer:
        writer.get_one(File, url("File")).fetch_state = FETCHED
    save(engine, [thing("Paper", 1, deleted=True)], "Paper")
    assert save(engine, [full], "Paper") == Counts(updated=2)
    assert session.get_one(Paper, url("Paper")).name == "back"
    file = session.get_one(File, url("File"))
    assert (file.name, file.fetch_state, file.deleted) == ("f", WAITING, False)
    assert log_of(session)[-1][3] == ["deleted"]
    assert save(engine, [full], "Paper") == Counts(unchanged=2)


def test_it_calls_nothing_back_that_says_of_itself_that_it_is_gone(engine: Engine, session: Session) -> None:
    paper = thing("Paper", 1, mainFile=thing("File", 1, name="still embedded"))
    save(engine, [paper], "Paper")
    save(engine, [thing("File", 1, deleted=True)], "File")
    before = session.scalar(select(func.count(Change.seq)))
    save(engine, [paper], "Paper")
    save(engine, [thing("File", 1, deleted=True)], "File")
    assert session.scalar(select(func.count(Change.seq))) == before
    assert session.get_one(File, url("File")).deleted


def test_it_records_a_tombstone_of_what_it_never_saw(engine: Engine, session: Session) -> None:
    place = thing("Location", 1, description="Rathaus")
    assert save(engine, [thing("Paper", 1, deleted=True, location=[place])], "Paper") == Counts(deleted=2)
    assert session.get_one(Location, url("Location")).description is None
    session.rollback()
    save(engine, [thing("Paper", 2, location=[place])], "Paper")
    save(engine, [thing("Paper", 1, deleted=True, location=[place])], "Paper")
    assert session.scalars(select(Location.description)).one() == "Rathaus"


def test_it_takes_back_the_files_of_an_item_that_is_no_longer_public(engine: Engine, session: Session) -> None:
    file, kept = thing("File", 1, name="secret"), thing("File", 2, name="shared")
    item = thing("AgendaItem", 1, name="secret", public=True, auxiliaryFile=[file, kept], order=3)
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    now_secret = thing("AgendaItem", 1, name="secret", public=False, auxiliaryFile=[file, kept], order=3)
    save(engine, [thing("Meeting", 1, agendaItem=[now_secret], auxiliaryFile=[kept])], "Meeting")
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.name, row.order, row.withheld) == (None, 3, ["auxiliaryFile", "name"])
    assert [(f.id, f.deleted) for f in session.scalars(select(File).order_by(File.id))] == [
        (url("File"), True),
        (url("File", 2), False),
    ]
    assert "secret" not in repr([row.raw for model in OPARL_TYPES.values() for row in session.scalars(select(model))])


def test_it_keeps_a_place_only_where_something_but_a_person_is(engine: Engine, session: Session) -> None:
    home, hall = thing("Location", 1, streetAddress="Privatweg 1"), thing("Location", 2, streetAddress="Markt 1")
    save(engine, [thing("Person", 1, location=url("Location"))], "Person")
    save(engine, [thing("Organization", 1, location=url("Location", 2))], "Organization")
    save(engine, [home, hall], "Location")
    assert sorted(session.scalars(select(Location.street_address)), key=str) == ["Markt 1", None]
    assert "Privatweg" not in repr([(row.raw, row.withheld) for row in session.scalars(select(Location))])
    assert save(engine, [home, hall], "Location") == Counts(unchanged=2)


def test_it_fetches_a_file_again_when_its_content_may_differ(engine: Engine, session: Session) -> None:
    save(engine, [thing("File", n, size=1) for n in (1, 2)], "File")
    with writing(engine) as writer:
        for file in writer.scalars(select(File)):
            file.fetch_state, file.attempts, file.blob_sha256 = FETCHED, 2, "a" * 64
        writer.add(Blob(sha256="a" * 64, size=1, stored_at=file.first_seen))
    save(engine, [thing("File", 1, size=2), thing("File", 2, size=1, name="only renamed")], "File")
    rows = {f.id: (f.fetch_state, f.attempts, f.blob_sha256) for f in session.scalars(select(File))}
    assert rows == {url("File", 1): (WAITING, 0, "a" * 64), url("File", 2): (FETCHED, 2, "a" * 64)}


def test_it_takes_one_of_two_copies_on_one_page(engine: Engine, session: Session) -> None:
    spellings = [
        thing("Paper", 1, name="http") | {"id": url("Paper").replace("https:", "http:")},
        thing("Paper", 1, name="https"),
    ]
    counts = save(engine, [*spellings, thing("Paper", 2), thing("Paper", 2, name="last")], "Paper")
    assert counts == Counts(created=2, unchanged=2)
    assert sorted(session.scalars(select(Paper.name)), key=str) == ["https", "last"]


def test_it_follows_a_server_that_changes_its_scheme(engine: Engine, session: Session) -> None:
    def page(scheme: str) -> list[Any]:
        entry = thing(
            "Meeting",
            1,
            agendaItem=[thing("AgendaItem", 1, auxiliaryFile=[thing("File", 1)])],
            organization=[url("Organization")],
        )
        return [json.loads(json.dumps(entry).replace("https://rat", f"{scheme}://rat"))]

    save(engine, page("http"), "Meeting")
    save(engine, page("https"), "Meeting")
    assert save(engine, page("https"), "Meeting") == Counts(unchanged=3)
    row = session.scalars(select(Meeting)).one()
    assert row.id == url("Meeting")
    assert [item.id for item in row.agenda_items] == [url("AgendaItem")]
    assert {link.from_id for link in session.scalars(select(Link))} == {url("Meeting"), url("AgendaItem")}
    assert ("deleted", "Meeting", f"http://{row.id.partition('://')[2]}", None) in log_of(session)


def test_it_takes_nothing_that_belongs_to_another_server(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1, name="true")], "Paper")
    evil = "https://evil.example/system"
    assert save(engine, [thing("Paper", 1, name="false")], "Paper", address=evil) == Counts(quarantined=1)
    assert save(engine, [thing("Paper", 1, deleted=True)], "Paper", address=evil) == Counts(quarantined=1)
    assert session.scalars(select(Paper.name)).one() == "true"
    assert problems_of(session) == [("foreign-id", url("Paper"))]


def test_it_takes_back_what_another_server_claimed_first(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", 1, name="false")], "Paper", address="https://evil.example/system")
    assert save(engine, [thing("Paper", 1, name="false")], "Paper") == Counts(updated=1)
    assert save(engine, [thing("Paper", 1, name="false")], "Paper") == Counts(unchanged=1)
    assert save(engine, [thing("Paper", 1, name="x")], "Paper", address="https://evil.example/system") == Counts(
        quarantined=1
    )


def test_it_lets_two_councils_of_one_server_share_what_they_share(engine: Engine, session: Session) -> None:
    save(engine, [thing("Person", 1, name="A")], "Person")
    second = f"{SERVER}/body/2"
    assert save(engine, [thing("Person", 1, name="A, as the second says")], "Person", address=second) == Counts(
        unchanged=1
    )
    assert save(engine, [thing("Person", 1, name="A")], "Person") == Counts(unchanged=1)
    assert problems_of(session) == []


@pytest.mark.parametrize("size", [2**31, "99999999999999999999"])
def test_it_stores_objects_whose_values_no_database_takes(engine: Engine, session: Session, size: Any) -> None:
    nasty = {
        "name": "a\x00b\ufffe",
        "reference": "ü" * 4000,
        "order": size,
        "size": size,
        "key\x00word": "x",
        "keyword": ["\x00"],
    }
    long_id = f"{SERVER}/" + "x" * (2047 - len(SERVER))
    entries = [
        thing("Paper", 1, **nasty),
        thing("File", 1, **nasty),
        thing("AgendaItem", 1, **nasty),
        thing("Paper", 2) | {"id": long_id},
    ]
    entries.append(
        thing("Meeting", 3, location={"room": "\x00"}, agendaItem=[{"type": f"{SCHEMA}/AgendaItem", "order": size}])
    )
    entries.append(thing("File", 4) | {"id": f"{SERVER}/ü" * 400})
    entries.append(
        thing(
            "Paper", 5, modified="0001-01-01T00:00:00", created="9999-12-31T23:59:59-12:00", date="9999-12-31T23:59:59"
        )
    )
    counts = save(engine, entries, "Paper")
    assert counts == Counts(created=8, quarantined=1)
    assert save(engine, entries, "Paper") == Counts(unchanged=8, quarantined=1)
    assert session.get_one(Paper, url("Paper")).name == "ab\ufffe"


def test_it_counts_a_deviation_on_through_a_run_and_anew_in_the_next(engine: Engine, session: Session) -> None:
    began = now()
    for number in (1, 2):
        save(
            engine,
            [thing("Paper", number, betreff="x"), thing("Paper", f"{number}b", betreff="x")],
            "Paper",
            since=began,
        )
    assert session.scalars(select(Problem.times)).one() == 4
    session.rollback()
    save(engine, [thing("Paper", 1, betreff="x")], "Paper", since=now())
    assert session.scalars(select(Problem.times)).one() == 1


def test_it_writes_all_or_nothing_of_a_page(engine: Engine, session: Session) -> None:
    source = Council().source(engine)
    with pytest.raises(RuntimeError), writing(engine) as writer:
        Store(source, None, backfill=False).save(writer, parse.objects([thing("Paper", 1, x=1)], "Paper", where=SERVER))
        raise RuntimeError
    assert [session.scalar(select(func.count()).select_from(model)) for model in (Paper, Problem)] == [0, 0]
    assert log_of(session) == []
