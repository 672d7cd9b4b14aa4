"""What is counted is what is listed: each measure finds what it is about, and nothing else."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from app.db import now, writing
from app.models import Body, Erasure, Hidden, Source, key_of
from app.models.files import FAILED, FETCHED, GONE
from app.publication.licences import NOTHING, stated
from app.quality.catalogue import measures
from app.quality.counting import DEVIATIONS, count
from app.quality.listing import concerned, is_listed
from app.quality.measures import GROUPS
from app.quality.words import findings, group_of
from app.speech import Voice
from oparl_sync import problems
from tests import factories

NOWHERE = "https://council.example/oparl/nothing/1"


def counted(engine: Engine, body: str = factories.BODY_ID) -> dict[str, list[int | None]]:
    """Return what is counted of the council; and that each list is as long as its count says."""
    with Session(engine) as session:
        found = count(session, now())[body]
        council = session.get_one(Body, body)
        for name, (number, _) in found.items():
            if number and is_listed(name, now()):
                assert len(concerned(session, council, name, now(), limit=1000)) == number, name
        return found


def test_an_empty_database_has_nothing_to_count(session: Session) -> None:
    assert count(session, now()) == {}


def test_a_council_without_records_lacks_nothing_but_its_own_details(engine: Engine) -> None:
    factories.save(
        engine, factories.body(license="CC0", ags="05315000", website="https://x", contact_email="a@b.example")
    )
    found = counted(engine)
    assert [name for name, (number, _) in found.items() if number and name != "freshness.walk"] == [
        "Body.legislativeTerm"
    ]


def test_a_contact_that_the_operator_withholds_is_not_missing(engine: Engine) -> None:
    factories.save(engine, factories.body(contact_email=None, withheld=["contactEmail"]))
    assert counted(engine)["Body.contactEmail"] == [0, 1]
    with writing(engine) as session:
        session.execute(update(Body).values(withheld=["contactName"]))
    assert counted(engine)["Body.contactEmail"] == [1, 1]


def test_a_place_that_is_not_kept_because_it_is_private_is_not_missing(engine: Engine) -> None:
    bare: dict[str, Any] = {"description": None, "street_address": None, "locality": None}
    bare |= {"latitude": None, "longitude": None}
    factories.save(engine, factories.body(), factories.location(**bare, withheld=["streetAddress", "geojson"]))
    found = counted(engine)
    assert (found["Location.description"], found["Location.geojson"]) == ([0, 1], [0, 1])
    factories.save(engine, factories.location(**bare))
    found = counted(engine)
    assert (found["Location.description"], found["Location.geojson"]) == ([1, 2], [1, 2])


def test_it_counts_details_that_are_missing(engine: Engine) -> None:
    long_ago = now() - timedelta(days=200)
    bare = factories.paper(name=" ", date=None, reference="", paper_type=None, web="https://x")
    full = factories.paper()
    council = factories.organization()
    over = factories.station(full, council, long_ago, result="beschlossen")
    silent = factories.meeting(start=long_ago, name=None)
    cancelled = factories.meeting(start=long_ago, cancelled=True)
    ahead = factories.meeting(start=now() + timedelta(days=9))
    open_item = factories.agenda_item(over[0], result=None)
    secret = factories.agenda_item(over[0], result=None, public=False, name=None)
    lost = factories.person(name="A")
    factories.save(
        engine,
        factories.body(),
        [bare, full, council, over, silent, cancelled, ahead, open_item, secret, lost],
        factories.file(access_url=None, download_url=None, mime_type=None, name=None, file_name=None),
    )
    found = counted(engine)
    for name in ("Paper.name", "Paper.date", "Paper.reference", "Paper.paperType", "Paper.consultation", "Paper.web"):
        assert found[name] == [1, 2], name
    assert found["Paper.originator"] == [2, 2]
    assert found["Meeting.name"] == [1, 4]
    assert found["Meeting.organization"] == [3, 4]
    assert found["Meeting.agendaItem"] == [1, 2]  # neither the cancelled nor the one ahead
    assert found["Meeting.resultsProtocol"] == [2, 2]
    assert found["AgendaItem.result"] == [1, 2]
    assert found["AgendaItem.name"] == [0, 2]  # of what is not public nothing is told
    assert found["Person.membership"] == [1, 1]
    assert found["File.accessUrl"] == found["File.mimeType"] == found["File.name"] == [1, 1]


def test_it_counts_references_that_lead_nowhere(engine: Engine) -> None:
    paper, person, withdrawn = factories.paper(), factories.person(), factories.paper(deleted=True)
    factories.save(
        engine,
        factories.body(),
        [paper, person, withdrawn],
        factories.link(paper, "mainFile", NOWHERE),
        factories.link(paper, "relatedPaper", withdrawn),
        factories.link(paper, "originatorPerson", person),
        factories.link(paper, "underDirectionOf", person),  # some name the person in charge
        factories.consultation(paper, NOWHERE),
    )
    found = counted(engine)
    assert found["Paper.references.mainFile"] == [1, 1]
    assert found["Paper.references.relatedPaper"] == [1, 1]
    assert found["Paper.references.originatorPerson"] == [0, 1]
    assert found["Paper.references.underDirectionOf"] == [0, 1]
    assert found["Consultation.references.meeting"] == [1, 1]
    assert found["Consultation.references.paper"] == [0, 1]


def test_what_the_operator_took_down_is_no_fault_of_the_council(engine: Engine) -> None:
    paper, hidden, erased = factories.paper(), factories.file(deleted=True), factories.file(deleted=True)
    meeting = factories.meeting(deleted=True)
    gone = factories.file(deleted=True)
    factories.save(
        engine,
        factories.body(),
        [paper, hidden, erased, gone, meeting],
        [factories.link(paper, "auxiliaryFile", one, n) for n, one in enumerate((hidden, erased))],
        [factories.link(paper, "mainFile", gone)],
        factories.consultation(paper, meeting.id),
    )
    with writing(engine) as session:
        session.add(Erasure(key=erased.key, object_type="File", at=now()))
        session.add(Erasure(key=meeting.key, object_type="Meeting", at=now()))
        told = {"object_type": "File", "root_id": hidden.id, "source_id": paper.source_id, "at": now(), "kept": {}}
        session.add(Hidden(object_id=hidden.id, key=hidden.key, **told))
    found = counted(engine)
    assert found["Paper.references.auxiliaryFile"] == [0, 1]
    assert found["Consultation.references.meeting"] == [0, 1]
    assert found["Paper.references.mainFile"] == [1, 1], "what the council withdrew"


def test_what_was_erased_is_not_named_again(engine: Engine) -> None:
    paper = factories.paper()
    other = "https://council.example/oparl/nothing/2"
    factories.save(
        engine,
        factories.body(),
        paper,
        [factories.link(paper, "auxiliaryFile", one, n) for n, one in enumerate((NOWHERE, other))],
        factories.consultation(paper, NOWHERE),
    )
    with writing(engine) as session:
        session.add(Erasure(key=key_of(NOWHERE), object_type="File", at=now()))
    with Session(engine) as session:
        body = session.get_one(Body, factories.BODY_ID)
        [one] = concerned(session, body, "Paper.references.auxiliaryFile", now())
        assert one.detail == other
        [station] = concerned(session, body, "Consultation.references.meeting", now())
        assert (station.detail, station.page) == ("", ("Paper", paper.key, ""))


def test_it_counts_what_is_there_twice(engine: Engine) -> None:
    start = now() - timedelta(days=3)
    factories.save(
        engine,
        factories.body(),
        [factories.paper(name="Radweg"), factories.paper(name="Radweg"), factories.paper(name="Radweg", date=None)],
        [factories.paper(reference=None), factories.paper(reference=None, deleted=True)],
        [factories.meeting(name="Rat", start=start), factories.meeting(name="Rat", start=start)],
        [factories.meeting(name="Rat", start=None), factories.meeting(name="Rat", start=None)],
        [factories.organization(name="Rat", start_date=None), factories.organization(name="Rat", start_date=None)],
        [factories.person(name="A"), factories.person(name="A"), factories.person(name=""), factories.person(name="")],
        factories.paper(name="Radweg", body_id="https://council.example/oparl/body/2"),
    )
    found = counted(engine)
    assert found["Paper.duplicates.name"] == [2, 3]
    assert found["Paper.duplicates.reference"] == [3, 3]
    assert found["Meeting.duplicates.name"] == [2, 2]
    assert found["Organization.duplicates.name"] == [2, 2]
    assert found["Person.duplicates.name"] == [2, 2]


def test_it_counts_files_by_what_became_of_them(engine: Engine) -> None:
    paper = factories.paper()
    states = ["ok", "empty", "encrypted", "damaged", "not_a_document", "crashed", "unsupported"]
    rows: list[Any] = [factories.body(), paper]
    for number, state in enumerate(states):
        blob = factories.blob(sha256=f"{number:064x}", read_state=state)
        rows += [blob, factories.file(fetch_state=FETCHED, blob_sha256=blob.sha256)]
    rows += [factories.file(fetch_state=GONE), factories.file(fetch_state=FAILED), factories.file()]
    factories.save(engine, rows)
    found = counted(engine)
    assert found["File.files.gone"] == found["File.files.failed"] == [1, 9]
    for name in ("empty", "encrypted", "damaged", "not_a_document"):
        assert found[f"File.files.{name}"] == [1, 7], name
    assert found["File.files.unread"] == [2, 7]


def test_a_licence_holds_where_anybody_states_one(engine: Engine) -> None:
    said = [factories.paper(license=one) for one in ("CC0", " K.A. \n", "", None, "unknown")]
    factories.save(engine, factories.body(license=None), said, factories.file(file_license="CC0", license=None))
    assert counted(engine)["Paper.licences"] == [4, 5]
    assert counted(engine)["File.licences"] == [0, 1]
    with writing(engine) as session:
        session.execute(update(Source).values(license="dl-de/by-2-0"))
    assert counted(engine)["Paper.licences"] == [0, 5]


def test_a_licence_says_something_here_where_it_does_elsewhere(engine: Engine) -> None:
    said = [*sorted(NOTHING), " - ", "\tKeine Angabe\n", "CC0", "kein", "N/A!"]
    factories.save(engine, factories.body(license=None), [factories.paper(license=one) for one in said])
    with Session(engine) as session:
        found = count(session, now())[factories.BODY_ID]["Paper.licences"]
    assert found == [sum(stated(one) is None for one in said), len(said)]


def test_it_counts_what_is_withheld_and_repeats_no_vendors_names(engine: Engine) -> None:
    people = [factories.person(withheld=["email", "x-privat-telefon"]), factories.person(withheld=["email"])]
    factories.save(engine, factories.body(), people, factories.person())
    found = counted(engine)
    assert found["Person.withheld.email"] == [2, 3]
    assert found["Person.withheld.other"] == [1, 3]
    assert not any("telefon" in name for name in found)


def test_it_counts_deviations_by_kind_and_type(engine: Engine) -> None:
    factories.save(
        engine,
        factories.body(),
        [factories.problem(), factories.problem(), factories.problem(solved_at=now())],
        [factories.problem(kind="no-id", object_type="<b>"), factories.problem(kind="file-failed", object_type="File")],
    )
    found = counted(engine)
    assert found["validity.wrong-type.Paper"] == [2, None]
    assert found["validity.no-id.other"] == [1, None]
    assert not any("<b>" in name or "file-failed" in name for name in found)
    assert {*DEVIATIONS, "list-failed", "file-failed", "unreadable-file"} == set(problems.WORDS)


def test_it_tells_how_fresh_it_is_and_that_it_is_locked_out(engine: Engine) -> None:
    moment = now()
    factories.save(
        engine,
        factories.source(
            state="blocked", failing_since=moment - timedelta(days=5), last_complete=moment - timedelta(days=6)
        ),
        factories.body(modified=moment + timedelta(days=3)),
        factories.paper(modified=moment - timedelta(days=9)),
        [
            factories.list_cursor(last_complete=moment),
            factories.list_cursor(),
            factories.list_cursor(last_complete=None),
        ],
    )
    found = counted(engine)
    assert found["freshness.walk"] == [6, None]
    assert found["freshness.modified"] == [9, None]  # a stamp of the day after tomorrow is none
    assert found["freshness.lists"] == [2, 3]
    assert found["access.blocked"] == [5, None]
    with writing(engine) as session:
        session.add(factories.list_cursor(stamps="synthetic"))
    assert "freshness.modified" not in counted(engine)


def test_what_is_not_shown_is_not_listed(engine: Engine) -> None:
    meeting = factories.meeting(start=now() - timedelta(days=99))
    hidden = factories.agenda_item(meeting, public=False)
    inside = factories.file(embedded=True, access_url=None)
    factories.save(
        engine,
        factories.body(),
        [meeting, hidden, inside, factories.link(hidden, "auxiliaryFile", inside)],
        [factories.paper(date=None, deleted=True), factories.link(hidden, "resolutionFile", NOWHERE)],
    )
    found = counted(engine)
    for name in ("File.accessUrl", "Paper.date", "AgendaItem.result", "AgendaItem.references.resolutionFile"):
        assert found[name] == [0, 0], name


def test_councils_are_told_apart(engine: Engine) -> None:
    other = factories.body(id="https://council.example/oparl/body/2", name="Nachbarstadt")
    factories.save(
        engine,
        [factories.body(), other],
        [factories.paper(date=None), factories.paper(date=None, body_id=other.id), factories.paper(body_id=other.id)],
        factories.paper(date=None, body_id=None),
    )
    assert counted(engine)["Paper.date"] == [1, 1]
    assert counted(engine, other.id)["Paper.date"] == [1, 2]
    with Session(engine) as session:
        assert list(count(session, now(), [other.id])) == [other.id]


def test_a_list_goes_on_where_its_page_ended(engine: Engine) -> None:
    papers = [factories.paper(date=None) for _ in range(7)]
    factories.save(engine, factories.body(), papers, [factories.problem() for _ in range(3)])
    with Session(engine) as session:
        body = session.get_one(Body, factories.BODY_ID)
        for name, ids in (("Paper.date", {one.id for one in papers}), ("validity.wrong-type.Paper", None)):
            seen, after = list[str](), ""
            while part := concerned(session, body, name, now(), after=after, limit=2):
                seen += [one.id for one in part]
                after = part[-1].after
            assert len(seen) == len(set(seen)) == (7 if ids else 3)
            assert ids is None or set(seen) == ids
        assert concerned(session, body, "nothing.at.all", now()) == []
        assert len(concerned(session, body, "validity.wrong-type.Paper", now(), after="x' OR 1")) == 3


def test_names_say_their_group_and_all_have_words() -> None:
    for name, one in measures(now()).items():
        assert group_of(name) == one.group
    pairs = {name: [1, 2] for name in measures(now())}
    pairs |= {f"validity.{kind}.Paper": [1, 2] for kind in DEVIATIONS} | {"privacy.pages": [1, 2]}
    for language in ("de", "en", "de-simple"):
        told = findings(pairs, Voice(language))
        assert len(told) == len(pairs)
        assert all(one.sentence and one.advice and "%" not in one.sentence for one in told)
        assert [GROUPS.index(one.group) for one in told] == sorted(GROUPS.index(one.group) for one in told)
    assert findings({"Paper.of-a-later-release": [1, 2], "": [1, 2], "validity.x.y": [0, 0]}, Voice("de")) == []


def test_it_asks_as_often_whatever_the_number_of_councils(engine: Engine) -> None:
    def asked() -> int:
        statements = []
        note = lambda *told: statements.append(told[2])  # noqa: E731 - an event takes any function
        event.listen(engine, "before_cursor_execute", note)
        with Session(engine) as session:
            count(session, now())
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    factories.save(engine, factories.body(), factories.paper())
    few = asked()
    for number in range(20):
        body = factories.body(id=f"https://council.example/oparl/body/more/{number}")
        factories.save(engine, body, factories.paper(body_id=body.id))
    assert asked() <= few + 21  # for each council one small question: whether its stamps mean anything
