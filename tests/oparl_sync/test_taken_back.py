"""What a council takes back without saying that it is deleted, and what one source may do to another's records."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.db import writing
from app.indexing import documents
from app.models import (
    OPARL_TYPES,
    AgendaItem,
    Change,
    Consultation,
    File,
    LegislativeTerm,
    Link,
    Location,
    Meeting,
    Membership,
    Paper,
    Problem,
)
from app.models.files import FETCHED
from app.queries.agendas import agenda
from app.queries.files import behind_doors, files
from app.queries.hits import Found, hit_contexts
from app.queries.paths import consultation_path
from app.queries.status import source_status
from app.shown import present, shown
from oparl_sync.store import Counts
from tests.oparl_sync.council import problems_of, save, thing, url

EVIL = "https://evil.example/system"
SECRET = "Grundstuecksverkauf Mueller"


def changes_of(session: Session, kind: str, number: int) -> list[tuple[str, Any]]:
    session.rollback()
    query = select(Change.kind, Change.fields).where(Change.object_id == url(kind, number)).order_by(Change.seq)
    return [(row.kind, row.fields) for row in session.execute(query)]


def found(session: Session, kind: str, number: int = 1) -> bool:
    """Whether the index would hold it, and the same is told of it by the rule that pages and exports ask."""
    session.rollback()
    model, oparl_id = OPARL_TYPES[kind], url(kind, number)
    indexed = bool(list(documents(session, kind, [oparl_id]))) if kind in ("File", "AgendaItem") else None
    told = session.scalar(select(model.id).where(model.id == oparl_id, shown(model))) is not None
    assert indexed in (None, told)
    return told


def log_length(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Change.seq))) or 0


def test_it_shows_no_file_that_its_paper_names_no_more(engine: Engine, session: Session) -> None:
    both = thing("Paper", 1, name="P", auxiliaryFile=[thing("File", n, name=f"F{n}") for n in (1, 2)])
    one = both | {"auxiliaryFile": both["auxiliaryFile"][:1]}
    save(engine, [both], "Paper")
    assert save(engine, [one], "Paper") == Counts(updated=2, unchanged=1)
    assert [file.id for file in files(session).rows] == [url("File")]
    assert (found(session, "File"), found(session, "File", 2)) == (True, False)
    assert behind_doors(session, session.scalars(select(File)).all()) == {url("File", 2)}
    assert session.get_one(File, url("File", 2)).deleted is False
    assert changes_of(session, "File", 2)[1:] == [("updated", ["auxiliaryFile"])]
    before = log_length(session)
    save(engine, [one], "Paper")
    assert log_length(session) == before
    save(engine, [both], "Paper")
    assert found(session, "File", 2)
    assert changes_of(session, "File", 2)[2:] == [("updated", ["auxiliaryFile"])]


def test_it_keeps_showing_a_file_that_another_still_names_or_that_is_listed(engine: Engine, session: Session) -> None:
    shared, listed = thing("File", 1, name="shared"), thing("File", 2, name="listed")
    save(engine, [thing("Paper", 1, auxiliaryFile=[shared, listed]), thing("Paper", 2, mainFile=shared)], "Paper")
    save(engine, [listed], "File")
    save(engine, [thing("Paper", 1, auxiliaryFile=[])], "Paper")
    assert (found(session, "File"), found(session, "File", 2)) == (True, True)


def test_it_takes_an_item_from_the_agenda_that_its_meeting_names_no_more(engine: Engine, session: Session) -> None:
    items = [thing("AgendaItem", n, name=f"TOP {n}", auxiliaryFile=[thing("File", n, name="f")]) for n in (1, 2)]
    save(engine, [thing("Meeting", 1, agendaItem=items)], "Meeting")
    save(engine, [thing("Meeting", 1, agendaItem=items[:1])], "Meeting")
    meeting = session.get_one(Meeting, url("Meeting"))
    assert [entry.item.id for entry in agenda(session, meeting)] == [url("AgendaItem")]
    assert hit_contexts(session, [Found("AgendaItem", url("AgendaItem", 2))]) == {}
    assert [found(session, kind, 2) for kind in ("AgendaItem", "File")] == [False, False]
    assert changes_of(session, "AgendaItem", 2)[1:] == [("updated", ["agendaItem"])]
    before = log_length(session)
    save(engine, [thing("Meeting", 1, agendaItem=items[:1])], "Meeting")
    assert log_length(session) == before
    save(engine, [thing("Meeting", 1, agendaItem=items)], "Meeting")
    session.rollback()
    row = session.get_one(AgendaItem, url("AgendaItem", 2))
    assert (row.meeting_id, row.position) == (url("Meeting"), 1)
    assert [found(session, kind, 2) for kind in ("AgendaItem", "File")] == [True, True]
    assert changes_of(session, "AgendaItem", 2)[2:] == [("updated", ["agendaItem"])]


@pytest.mark.parametrize(
    ("parent", "name", "child", "model"),
    [
        ("Paper", "consultation", "Consultation", Consultation),
        ("Person", "membership", "Membership", Membership),
        ("Body", "legislativeTerm", "LegislativeTerm", LegislativeTerm),
    ],
)
def test_it_parts_every_kind_of_child_from_its_parent(
    engine: Engine, session: Session, parent: str, name: str, child: str, model: Any
) -> None:
    children = [thing(child, n, name=f"{n}") for n in (1, 2)]
    save(engine, [thing(parent, 1, **{name: children})], parent)
    save(engine, [thing(parent, 1, **{name: children[:1]})], parent)
    assert list(session.scalars(select(model.id).where(present(model)))) == [url(child)]
    assert changes_of(session, child, 2)[1:] == [("updated", [name])]
    assert source_status(session)[0].types[child].held == 1
    assert len(consultation_path(session, url("Paper")).stations) == (child == "Consultation")


def test_it_shows_no_place_that_nothing_names(engine: Engine, session: Session) -> None:
    save(engine, [thing("Meeting", 1, location=thing("Location", 1, description="Rathaus"))], "Meeting")
    save(engine, [thing("Meeting", 1)], "Meeting")
    assert list(session.scalars(select(Location.id).where(shown(Location)))) == []


def test_it_leaves_a_child_alone_that_speaks_for_itself(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name="itself", meeting=url("Meeting"))
    save(engine, [item], "AgendaItem")
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    save(engine, [thing("Meeting", 1, agendaItem=[])], "Meeting")
    assert session.get_one(AgendaItem, url("AgendaItem")).meeting_id == url("Meeting")
    assert found(session, "AgendaItem")


@pytest.mark.parametrize("first", ["parent", "child"])
def test_it_parts_a_child_in_a_list_of_its_own_when_neither_names_the_other(
    engine: Engine, session: Session, first: str
) -> None:
    item = thing("AgendaItem", 1, name="itself", meeting=url("Meeting"))
    save(engine, [item], "AgendaItem")
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    alone = {k: v for k, v in item.items() if k != "meeting"}
    after = [([thing("Meeting", 1, agendaItem=[])], "Meeting"), ([alone], "AgendaItem")]
    for page in after if first == "parent" else reversed(after):
        save(engine, *page)
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.meeting_id, row.position, row.deleted) == (None, None, False)


def test_it_keeps_a_child_that_only_its_parent_still_names(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name="itself", meeting=url("Meeting"))
    save(engine, [item], "AgendaItem")
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    save(engine, [{k: v for k, v in item.items() if k != "meeting"}], "AgendaItem")
    assert session.get_one(AgendaItem, url("AgendaItem")).meeting_id == url("Meeting")


def test_it_hides_a_listed_file_of_a_secret_item_by_either_sides_word(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name=SECRET, public=False, auxiliaryFile=[url("File", 2)])
    listed = [thing("File", 1, name=SECRET, agendaItem=[url("AgendaItem")]), thing("File", 2, name=SECRET)]
    for _ in range(2):
        save(engine, [item], "AgendaItem")
        save(engine, listed, "File")
    assert [found(session, "File", n) for n in (1, 2)] == [False, False]
    assert files(session).total == 0
    save(engine, [thing("Paper", 1, mainFile=url("File", 1))], "Paper")
    assert [found(session, "File", n) for n in (1, 2)] == [True, False]


def test_it_hides_a_listed_file_when_its_item_turns_secret_and_for_good(engine: Engine, session: Session) -> None:
    file = thing("File", 1, name=SECRET)
    item = thing("AgendaItem", 1, name=SECRET, public=True, auxiliaryFile=[file])
    save(engine, [thing("Meeting", 1, agendaItem=[item])], "Meeting")
    save(engine, [file], "File")
    assert found(session, "File")
    session.rollback()
    closed = thing("Meeting", 1, agendaItem=[item | {"public": False}])
    for _ in range(2):
        save(engine, [closed], "Meeting")
        save(engine, [file], "File")
    assert not found(session, "File")
    assert hit_contexts(session, [Found("File", url("File")), Found("AgendaItem", url("AgendaItem"))]) == {}


def test_it_hears_a_way_back_without_writing_it_twice(engine: Engine, session: Session) -> None:
    paper = thing("Paper", 1, mainFile=thing("File", 1, name="f"))
    back = thing("File", 1, name="f", paper=[url("Paper")])
    save(engine, [paper], "Paper")
    save(engine, [back], "File")
    before = log_length(session)
    for _ in range(2):
        assert save(engine, [paper], "Paper") == Counts(unchanged=2)
        assert save(engine, [back], "File") == Counts(unchanged=1)
    assert log_length(session) == before == 2
    session.rollback()
    moved = back | {"paper": [], "agendaItem": [url("AgendaItem")]}
    assert save(engine, [moved], "File") == Counts(updated=1)
    assert changes_of(session, "File", 1)[1:] == [("updated", ["agendaItem"])]
    stated = select(Link.property, Link.to_id).where(Link.from_id == url("File"))
    assert [tuple(row) for row in session.execute(stated)] == [("agendaItem", url("AgendaItem"))]


def test_it_knows_a_secret_item_by_a_word_it_cannot_read(engine: Engine, session: Session) -> None:
    save(engine, [thing("AgendaItem", 1, name=SECRET, public="nichtöffentlich")], "AgendaItem")
    row = session.get_one(AgendaItem, url("AgendaItem"))
    assert (row.public, row.name) == (False, None)


@pytest.mark.parametrize(
    ("expected", "entry"),
    [
        ("AgendaItem", SECRET),
        ("AgendaItem", {"type": f"x/{SECRET}", "id": url("AgendaItem")}),
        ("AgendaItem", {"type": "https://schema.oparl.org/1.1/AgendaItem", "id": SECRET}),
        ("AgendaItem", thing("AgendaItem", 1, public=SECRET)),
        ("Meeting", thing("Meeting", 1, agendaItem=[SECRET])),
        ("Person", thing("Person", 1, membership=[SECRET], body=SECRET)),
        ("Person", thing("Person", 1, created=SECRET)),
        ("Membership", SECRET),
        ("Organization", thing("Organization", 1, location=SECRET)),
    ],
)
def test_it_quotes_nothing_private(engine: Engine, session: Session, expected: str, entry: Any) -> None:
    save(engine, [entry], expected)
    told = session.scalars(select(Problem)).all()
    assert told
    # What could not be stored is kept, but not told.
    assert SECRET not in repr([(one.about, one.detail) for one in told])
    if isinstance(entry, dict) and expected != "Person":
        rows = [row.raw.get("agendaItem") for row in session.scalars(select(Meeting))]
        assert SECRET not in repr(rows)


def test_it_forgets_problems_that_quote_an_item_that_turned_secret(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name="open", order=SECRET)
    save(engine, [item, thing("AgendaItem", 11, order="x")], "AgendaItem")
    save(engine, [item | {"public": False, "order": 1}], "AgendaItem")
    assert problems_of(session) == [("wrong-type", f"{url('AgendaItem', 11)}#order")]


def test_it_lets_no_source_move_or_bury_what_another_brought(engine: Engine, session: Session) -> None:
    item = thing("AgendaItem", 1, name="TOP", meeting=url("Meeting"))
    consultation = thing("Consultation", 1, role="x")
    file = thing("File", 1, name="f")
    save(engine, [thing("Meeting", 1, agendaItem=[url("AgendaItem")]), item, consultation, file], "Meeting")
    named = [url("AgendaItem", 9), url("AgendaItem")]
    evil = [
        {"id": "https://evil.example/m", "type": thing("Meeting")["type"], "agendaItem": named},
        {"id": "https://evil.example/p", "type": thing("Paper")["type"]}
        | {"consultation": [url("Consultation")], "mainFile": url("File")},
    ]
    save(engine, evil, "Paper", address=EVIL)
    assert session.get_one(AgendaItem, url("AgendaItem")).position == 0
    assert session.get_one(Consultation, url("Consultation")).paper_id is None
    session.rollback()
    save(engine, [{"id": one["id"], "type": one["type"], "deleted": True} for one in evil], "Paper", address=EVIL)
    assert [session.get_one(m, url(m.__name__)).deleted for m in (AgendaItem, Consultation, File)] == [False] * 3


def test_it_lets_no_source_silence_or_show_another_files(engine: Engine, session: Session) -> None:
    paper = thing("Paper", 1, mainFile=thing("File", 1, name="old"))
    save(engine, [paper, thing("AgendaItem", 1, public=False), thing("File", 2, agendaItem=url("AgendaItem"))], "Paper")
    named = {"mainFile": url("File"), "auxiliaryFile": [url("File", 2)]}
    save(engine, [{"id": "https://evil.example/p", "type": thing("Paper")["type"]} | named], "Paper", address=EVIL)
    save(engine, [thing("Paper", 1, mainFile=thing("File", 1, name="new"))], "Paper")
    assert session.get_one(File, url("File")).name == "new"
    assert not found(session, "File", 2)
    session.rollback()
    save(engine, [thing("Paper", 1, deleted=True)], "Paper")
    assert session.get_one(File, url("File")).deleted


@pytest.mark.parametrize("host", ["rat.example", "RAT.example:443"])
def test_it_takes_no_new_object_on_another_sources_server(engine: Engine, session: Session, host: str) -> None:
    save(engine, [thing("Paper", 1)], "Paper")
    forged = thing("Paper", 2, name="forged") | {"id": f"https://{host}/oparl/paper/2"}
    free = thing("Paper", 3) | {"id": "https://nobody.example/paper/3"}
    assert save(engine, [forged, free], "Paper", address=EVIL) == Counts(created=1, quarantined=1)
    assert problems_of(session) == [("foreign-id", forged["id"])]


def test_it_keeps_a_listed_file_whose_paper_is_withdrawn(engine: Engine, session: Session) -> None:
    file = thing("File", 1, name="f")
    save(engine, [thing("Paper", 1, mainFile=file)], "Paper")
    save(engine, [file], "File")
    with writing(engine) as writer:
        writer.get_one(File, url("File")).fetch_state = FETCHED
    assert save(engine, [thing("Paper", 1, deleted=True)], "Paper") == Counts(deleted=1)
    assert save(engine, [file], "File") == Counts(unchanged=1)
    row = session.get_one(File, url("File"))
    assert (row.deleted, row.fetch_state) == (False, FETCHED)


def test_it_stores_a_paper_whose_type_no_index_takes(engine: Engine, session: Session) -> None:
    long = "".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000))
    assert save(engine, [thing("Paper", 1, paperType=long)], "Paper") == Counts(created=1)
    row = session.get_one(Paper, url("Paper"))
    assert (row.paper_type, row.raw["paperType"]) == (None, long)


@pytest.mark.parametrize("pages", [1, 2])
def test_it_takes_one_of_two_types_under_one_id(engine: Engine, session: Session, pages: int) -> None:
    two = [thing(kind, 1, auxiliaryFile=[thing("File", 1)]) | {"id": url("Thing")} for kind in ("Paper", "Meeting")]
    for _ in range(2):
        for page in [two] if pages == 1 else [two[:1], two[1:]]:
            save(engine, page, "Paper")
    assert [session.scalar(select(func.count()).select_from(m)) for m in (Paper, Meeting)] == [1, 0]
    assert ("second-type", url("Thing")) in problems_of(session)


@pytest.mark.parametrize("first", ["embedded", "alone"])
def test_it_leaves_a_part_that_names_its_parent_in_place_however_it_came_first(
    engine: Engine, session: Session, first: str
) -> None:
    meeting = thing("Meeting", 1, agendaItem=[thing("AgendaItem", 1, name="TOP", order=0)])
    alone = thing("AgendaItem", 1, name="TOP", order=0, meeting=url("Meeting"))
    pages = [([meeting], "Meeting"), ([alone], "AgendaItem")]
    for entries, kind in pages if first == "embedded" else reversed(pages):
        save(engine, entries, kind)
    before = log_length(session)
    save(engine, [alone], "AgendaItem")
    assert session.get_one(AgendaItem, url("AgendaItem")).raw["meeting"] == url("Meeting")
    assert log_length(session) == before
    save(engine, [thing("Meeting", 1)], "Meeting")
    session.rollback()
    assert session.get_one(AgendaItem, url("AgendaItem")).meeting_id == url("Meeting")
