"""News: what is told of what changes, whom it concerns, and what is told to nobody."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.db import writing
from app.models import Change, MinutesResult, News, NewsRef
from app.news import refreshing as news
from app.news.rules import derive
from oparl_sync import erase, removing
from tests.app.alerts.press import MONDAY, Press, consultation, file, item, meeting, paper
from tests.oparl_sync.council import SERVER, Council, save, thing, url

LATER = timedelta(days=20)  # when the first meeting is held


@pytest.fixture
def press(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Press:
    """Give a council that was mirrored before, with a committee, a person, a paper and a meeting."""
    found = Press(engine, monkeypatch)
    for kind, entry in (
        ("Organization", thing("Organization", name="Bauausschuss")),
        ("Organization", thing("Organization", 2, name="Fraktion")),
        ("Person", thing("Person", name="Jorun Eichhoff")),
        ("Meeting", meeting()),
        ("Paper", paper()),
    ):
        found.publish(kind, entry, backfill=True)
    return found


def test_a_first_walk_is_no_news(press: Press) -> None:
    assert press.heard() == []
    with Session(press.engine) as session:
        assert news.reached(session) == log.last_seq(session) > 0


def test_a_new_paper_concerns_who_brought_it_in_who_consults_and_the_council(press: Press) -> None:
    by = {"originatorPerson": [url("Person")], "originatorOrganization": [url("Organization", 2)]}
    press.publish("Paper", paper(2, consultation=[consultation()], **by))
    (told,) = press.told()
    assert (told.key, told.kind, told.document, told.matter) == ("new:paper/2", "new", "paper/2", "paper/2")
    everybody = ("body:body/1", "organization:organization/1", "organization:organization/2", "paper:paper/2")
    assert told.refs == (*everybody, "person:person/1")
    assert len(told.changes) == 1


def test_a_new_stamp_is_no_news(press: Press) -> None:
    press.publish("Paper", paper(modified="2026-03-05T08:00:00+01:00"))
    press.publish("Meeting", meeting(modified="2026-03-05T08:00:00+01:00"))
    assert press.heard() == []


@pytest.mark.parametrize(
    ("more", "is_news"),
    [
        ({"name": "Vorlage 1, neue Fassung"}, True),
        ({"paperType": "Beschlussvorlage"}, True),
        ({"originatorPerson": [url("Person")]}, True),
        ({"keyword": ["Straße"]}, False),
        ({"web": "https://rat.example/1"}, False),
        ({"relatedPaper": [url("Paper", 9)]}, False),
    ],
)
def test_of_a_paper_only_what_says_something_else_is_told(press: Press, more: dict[str, Any], is_news: bool) -> None:
    press.publish("Paper", paper(**more))
    told = press.told()
    assert [one.kind for one in told] == ["changed"] * is_news
    assert all("paper:paper/1" in one.refs and "body:body/1" not in one.refs for one in told)


def test_names_in_another_order_are_no_news(press: Press) -> None:
    both = [url("Organization"), url("Organization", 2)]
    press.publish("Paper", paper(2, originatorOrganization=both))
    press.publish("Paper", paper(2, originatorOrganization=both[::-1]))
    assert press.heard() == ["new:paper/2"]


def test_what_only_completes_a_new_paper_is_told_with_it(press: Press) -> None:
    press.publish("Paper", paper(2))
    press.publish("Paper", paper(2, originatorPerson=[url("Person")]), minutes=30)
    assert press.heard() == ["new:paper/2"]
    press.publish("Paper", paper(2, originatorPerson=[url("Person")], originatorOrganization=[url("Organization")]))
    assert [key.rpartition(":")[0] for key in press.heard()] == ["changed:paper/2"]


def test_a_file_of_a_known_paper_concerns_who_follows_the_paper_not_the_whole_council(press: Press) -> None:
    press.publish("Paper", paper(auxiliaryFile=[file()], underDirectionOf=[url("Organization")]))
    (told,) = press.told()
    assert (told.key, told.document, told.matter) == ("new:file/1", "file/1", "paper/1")
    assert told.refs == ("organization:organization/1", "paper:paper/1")


def test_files_that_come_with_their_paper_are_found_by_searches_alone(press: Press) -> None:
    press.publish("Paper", paper(2, mainFile=file()))
    assert {one.key: one.refs != () for one in press.told()} == {"new:file/1": False, "new:paper/2": True}


def test_the_minutes_of_a_meeting_concern_who_follows_it(press: Press) -> None:
    press.publish("Meeting", meeting(resultsProtocol=file()), days=22)
    (told,) = press.told()
    assert (told.key, told.matter) == ("new:file/1", "meeting/1")
    assert told.refs == ("meeting:meeting/1", "organization:organization/1")


def test_a_file_is_told_anew_under_its_key_when_its_text_is_read(press: Press) -> None:
    press.publish("Paper", paper(auxiliaryFile=[file()]))
    (first,) = press.told()
    press.note("File", 1, "text")
    (again,) = press.told()
    assert again.key == first.key == "new:file/1"
    assert again.seq > first.seq
    assert again.changes == first.changes
    assert again.refs == first.refs
    press.note("File", 1, "text", wait=timedelta(days=6))  # pages that were scanned are recognised
    (third,) = press.told()
    assert third.key == first.key
    press.note("File", 1, "text", wait=timedelta(days=2))
    press.note("File", 1, "text", backfill=True)
    assert press.heard() == []
    assert len(press.every()) == 1


def test_the_text_of_a_file_that_was_there_before_is_no_news(press: Press) -> None:
    press.publish("Paper", paper(auxiliaryFile=[file()]), backfill=True)
    press.note("File", 1, "text", backfill=True)
    press.note("File", 1, "text")
    assert press.heard() == []


def test_other_bytes_are_told_and_told_anew_when_they_are_read(press: Press) -> None:
    press.publish("Paper", paper(auxiliaryFile=[file()]), backfill=True)
    press.note("File", 1, "text", backfill=True)
    press.note("File", 1, "content", diff={"sha256": ["a" * 64, "b" * 64]})
    (replaced,) = press.told()
    assert (replaced.kind, replaced.about, replaced.matter) == ("changed", "file/1", "paper/1")
    assert replaced.refs == ("paper:paper/1",)
    press.note("File", 1, "text")
    (read,) = press.told()
    assert (read.key, read.changes) == (replaced.key, replaced.changes)
    assert read.seq > replaced.seq
    press.note("File", 1, "text", wait=timedelta(days=8))
    assert press.heard() == []


def test_a_person_an_organization_and_a_seat_are_told(press: Press) -> None:
    press.publish("Organization", thing("Organization", 3, name="Beirat"))
    seat = thing("Membership", 1, organization=url("Organization", 3), role="Vorsitz")
    press.publish("Person", thing("Person", name="Jorun Eichhoff", membership=[seat]))
    past = thing("Membership", 2, organization=url("Organization", 3), endDate="2020-01-01")
    press.publish("Person", thing("Person", 2, name="Neu", membership=[dict(seat, id=url("Membership", 3)), past]))
    told = {one.key: one for one in press.told()}
    assert set(told) == {"new:organization/3", "new:membership/1", "new:person/2", "new:membership/3"}
    assert told["new:membership/1"].refs == ("organization:organization/3", "person:person/1")
    assert (told["new:membership/1"].about, told["new:membership/1"].document) == ("person/1", "person/1")
    assert told["new:person/2"].refs == ("body:body/1", "person:person/2")
    # A search that finds the person tells of the person.
    assert (told["new:membership/3"].about, told["new:membership/3"].document) == ("person/2", "membership/3")


def test_a_paper_gets_a_date_and_then_another_day(press: Press) -> None:
    press.publish("Paper", paper(consultation=[consultation()]))
    (first,) = press.told()
    assert first.key == "planned:consultation/1:meeting/1:2026-03-22"
    assert (first.about, first.document, first.matter) == ("paper/1", "paper/1", "paper/1")
    assert first.refs == ("paper:paper/1",)
    press.publish("Meeting", meeting(start=MONDAY + LATER + timedelta(hours=2)))
    assert [key.partition(":")[0] for key in press.heard()] == ["changed"]
    press.publish("Meeting", meeting(start=MONDAY + LATER + timedelta(days=7)))
    assert sorted(key.partition(":")[0] for key in press.heard()) == ["changed", "planned"]
    assert "planned:consultation/1:meeting/1:2026-03-29" in {one.key for one in press.every()}


def test_a_date_is_told_once_whichever_side_names_it(press: Press) -> None:
    press.publish("Paper", paper(consultation=[thing("Consultation", 1, role="Beratung")]))
    assert press.heard() == []
    press.publish("Meeting", meeting(agendaItem=[item(consultation=url("Consultation"))]))
    assert press.heard() == ["agenda:meeting/1", "planned:consultation/1:meeting/1:2026-03-22"]
    press.publish("Meeting", meeting(agendaItem=[item(consultation=url("Consultation"), number="Ö 3")]))
    press.publish("Paper", paper(consultation=[consultation(meeting=url("Meeting"), role="Beratung")]))
    assert press.heard() == []


def test_a_meeting_that_comes_after_the_consultation_in_it_gives_a_date(press: Press) -> None:
    press.publish("Paper", paper(consultation=[consultation(meeting=url("Meeting", 2))]))
    assert press.heard() == []
    press.publish("Meeting", meeting(2))
    assert press.heard() == ["new:meeting/2", "planned:consultation/1:meeting/2:2026-03-22"]


def test_no_date_is_told_of_what_is_past_or_comes_with_its_paper(press: Press) -> None:
    press.publish("Paper", paper(2, consultation=[consultation()]))
    press.publish("Meeting", meeting(2, start=MONDAY - timedelta(days=1)))
    press.publish("Paper", paper(consultation=[consultation(2, meeting=url("Meeting", 2))]))
    assert press.heard() == ["new:paper/2", "new:meeting/2"]


def test_an_agenda_is_told_when_it_appears_and_then_only_shortly_before(press: Press) -> None:
    agenda = [item(1), item(2)]
    press.publish("Meeting", meeting(agendaItem=agenda))
    told = {one.key: one for one in press.told()}
    assert set(told) == {"agenda:meeting/1", "new:agendaitem/1", "new:agendaitem/2"}
    assert told["agenda:meeting/1"].refs == ("body:body/1", "meeting:meeting/1", "organization:organization/1")
    assert told["new:agendaitem/1"].refs == ()
    assert told["new:agendaitem/1"].matter == "agendaitem/1"
    press.publish("Meeting", meeting(agendaItem=[*agenda, item(3)]), minutes=20)  # the list's next page
    press.publish("Meeting", meeting(agendaItem=[*agenda, item(3), item(4)]), days=2)
    assert press.heard() == ["new:agendaitem/3", "new:agendaitem/4"]
    press.publish("Meeting", meeting(agendaItem=[*agenda, item(3), item(4, name="Doch anders")]), days=16)
    (close,) = press.told()
    assert (close.kind, close.about) == ("agenda", "meeting/1")
    assert close.refs == ("meeting:meeting/1", "organization:organization/1")
    press.publish("Meeting", meeting(agendaItem=[*agenda, item(3), item(4, number="Ö 4")]), days=4)
    assert press.heard() == [], "the meeting is over"


def test_the_agenda_of_a_new_meeting_is_told_with_it(press: Press) -> None:
    press.publish("Meeting", meeting(2, agendaItem=[item(1)]))
    assert press.heard() == ["new:meeting/2", "new:agendaitem/1"]


def test_an_agenda_that_was_there_before_does_not_appear(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1)]), backfill=True)
    press.publish("Meeting", meeting(agendaItem=[item(1), item(2)]))
    assert press.heard() == ["new:agendaitem/2"]


def test_an_item_about_a_paper_or_behind_closed_doors_is_not_told_by_itself(press: Press) -> None:
    press.publish("Paper", paper(consultation=[thing("Consultation", 1, agendaItem=url("AgendaItem"))]))
    press.publish("Meeting", meeting(agendaItem=[item(1), item(2, public=False)]))
    assert press.heard() == ["agenda:meeting/1", "planned:consultation/1:meeting/1:2026-03-22"]


def test_a_meeting_is_told_to_be_elsewhere_at_another_time_or_not_at_all(press: Press) -> None:
    press.publish("Paper", paper(consultation=[consultation()]), backfill=True)
    place = thing("Location", 1, description="Rathaus")
    press.publish("Meeting", meeting(location=place), days=2)
    press.publish("Meeting", meeting(location=dict(place, description="Schule")))
    moved, corrected = press.told()
    assert {moved.about, corrected.about, moved.kind, corrected.kind} == {"meeting/1", "changed"}
    assert moved.refs == ("body:body/1", "meeting:meeting/1", "organization:organization/1")
    press.publish("Meeting", meeting(location=dict(place, description="Schule"), cancelled=True))
    (cancelled,) = press.told()
    assert "paper:paper/1" in cancelled.refs


@pytest.mark.parametrize(
    "more",
    [
        {"end": (MONDAY + LATER + timedelta(hours=3)).isoformat()},
        {"start": (MONDAY + LATER).isoformat().replace("+00:00", "Z")},
        {"cancelled": False},
        {"keyword": ["Rat"]},
    ],
)
def test_what_does_not_move_a_meeting_is_not_told(press: Press, more: dict[str, Any]) -> None:
    days = 21 if "end" in more else 1  # when it ended is noted afterwards
    press.publish("Meeting", meeting() | more, days=days)
    assert press.heard() == []


def decided(press: Press, *results: str | None, **more: Any) -> list[str]:
    """Return what is told of the results of one item, published one after the other."""
    press.publish("Paper", paper(consultation=[consultation(agendaItem=url("AgendaItem"))]), backfill=True)
    press.publish("Meeting", meeting(agendaItem=[item()]), backfill=True)
    press.now = MONDAY + LATER + timedelta(hours=2)
    for result in results:
        press.publish("Meeting", meeting(agendaItem=[item(result=result, **more)]))
    return [one.key for one in press.told() if one.kind == "decided"]


def test_a_result_is_told_and_the_same_in_other_words_is_not(press: Press) -> None:
    results = ("siehe Protokoll", "einstimmig beschlossen", "Einstimmig beschlossen!", None, "beschlossen", "vertagt")
    accepted, postponed = "decided:agendaitem/1:accepted", "decided:agendaitem/1:postponed"
    assert decided(press, *results) == [accepted, postponed]
    told = next(one for one in press.every() if one.key == accepted)
    assert (told.about, told.document, told.matter) == ("agendaitem/1", "paper/1", "paper/1")
    everybody = ("body:body/1", "meeting:meeting/1", "organization:organization/1", "paper:paper/1")
    assert told.refs == everybody


def test_nothing_is_told_of_results_behind_closed_doors(press: Press) -> None:
    assert decided(press, "beschlossen", public=False) == []


def test_results_before_the_meeting_and_long_after_it_are_no_news(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(result="beschlossen")]))
    long_ago = meeting(2, start=MONDAY - timedelta(days=121), agendaItem=[item(2, result="beschlossen")])
    press.publish("Meeting", long_ago)
    assert not [key for key in press.heard() if key.startswith("decided")]


def test_a_result_that_comes_with_its_item_is_told(press: Press) -> None:
    press.publish("Meeting", meeting(2, start=MONDAY - timedelta(days=1), agendaItem=[item(2, result="beschlossen")]))
    told = {one.key: one for one in press.told()}
    assert told["decided:agendaitem/2:accepted"].document == "agendaitem/2"
    assert told["decided:agendaitem/2:accepted"].matter == "agendaitem/2"


def test_what_minutes_say_is_told_once_and_not_again_by_the_server(press: Press) -> None:
    decided(press)
    row = {"file_id": url("File"), "agenda_item_id": url("AgendaItem"), "sha256": None, "result": "adopted"}
    with writing(press.engine) as session:
        session.add(MinutesResult(**row, page=1, offset=0, quote="Beschlossen."))
    press.note("AgendaItem", 1, "minutes", diff={})
    (told,) = press.told()
    assert (told.key, told.matter) == ("decided:agendaitem/1:accepted", "paper/1")
    press.publish("Meeting", meeting(agendaItem=[item(result="einstimmig beschlossen")]))
    assert press.heard() == []


def test_what_is_withdrawn_is_told_to_whom_it_was_told(press: Press) -> None:
    press.publish("Paper", paper(2, auxiliaryFile=[file()], originatorPerson=[url("Person")]))
    press.publish("Paper", paper(2, auxiliaryFile=[file(), file(2)], originatorPerson=[url("Person")]))
    refs = {one.key: one.refs for one in press.told()}
    press.publish("Paper", paper(2, deleted=True))
    told = {one.about: one for one in press.told()}
    assert set(told) == {"paper/2", "file/1", "file/2"}
    assert {one.kind for one in told.values()} == {"withdrawn"}
    assert told["paper/2"].refs == refs["new:paper/2"]
    assert told["paper/2"].matter == "paper/2"


def test_a_file_that_is_taken_back_is_told_of_by_its_paper(press: Press) -> None:
    press.publish("Paper", paper(auxiliaryFile=[file()]))
    press.publish("File", file(), hours=1)
    press.told()
    press.publish("File", thing("File", 1, deleted=True))
    (told,) = press.told()
    assert (told.kind, told.about, told.matter, told.refs) == ("withdrawn", "file/1", "paper/1", ("paper:paper/1",))


def test_an_item_that_nobody_was_told_of_goes_silently(press: Press) -> None:
    press.publish("Meeting", meeting(agendaItem=[item(1)]), backfill=True)
    press.publish("Meeting", meeting(agendaItem=[item(1), item(2)]))
    press.told()
    for number in (1, 2):
        private = {"public": False}
        press.publish("Meeting", meeting(agendaItem=[item(1, **private), item(2, **(private if number == 2 else {}))]))
    assert [one.about for one in press.told() if one.kind == "withdrawn"] == ["agendaitem/2"]


def test_whoever_hears_that_a_meeting_is_gone_does_not_hear_of_each_item(press: Press) -> None:
    decided(press, "beschlossen")
    press.publish("Meeting", meeting(deleted=True))
    told = {one.about: one for one in press.told()}
    assert {one.kind for one in told.values()} == {"withdrawn"}
    assert told["agendaitem/1"].refs == ("paper:paper/1",)
    assert told["meeting/1"].refs == ("meeting:meeting/1",)


def test_what_a_first_walk_finds_withdrawn_is_no_news(press: Press) -> None:
    press.publish("Paper", paper(deleted=True), backfill=True)
    assert press.heard() == []


def test_what_is_published_again_is_told_as_a_change(press: Press) -> None:
    press.publish("Paper", paper(2))
    press.publish("Paper", paper(2, deleted=True))
    press.publish("Paper", paper(2))
    assert [one.kind for one in press.told()] == ["new", "withdrawn", "changed"]


def test_of_what_is_erased_only_that_is_left(press: Press) -> None:
    press.publish("Paper", paper(2))
    press.publish("Paper", paper(2, name="Anders"))
    press.told()
    erase.erase(press.engine, url("Paper", 2), "http://portal.example")
    press.now += timedelta(days=400)  # the clock of erasing is the real one
    (told,) = press.told()
    assert (told.kind, told.about) == ("withdrawn", "paper/2")
    assert "body:body/1" in told.refs
    assert [one.about for one in press.every()] == ["paper/2"]


def test_of_a_source_that_is_given_up_nothing_is_left(press: Press) -> None:
    press.publish("Paper", paper(2))
    press.told()
    removing.remove(partial(writing, press.engine), Council().source(press.engine).id)
    assert press.every() == []
    assert press.heard() == []
    with Session(press.engine) as session:
        assert session.scalars(select(NewsRef)).all() == []


def test_a_server_that_moves_to_https_tells_nothing_and_nothing_twice(engine: Engine, press: Press) -> None:
    old = url("Paper", 2).replace("https", "http")
    press.publish("Paper", paper(2, id=old))
    assert press.heard() == [f"new:{old}"]
    press.publish("Paper", paper(2))
    assert press.heard() == []
    (told,) = press.every()
    assert (told.key, told.about, told.document, told.matter) == ("new:paper/2", *["paper/2"] * 3)
    assert "paper:paper/2" in told.refs
    press.publish("Paper", paper(2, deleted=True))
    assert [one.kind for one in press.told()] == ["withdrawn"]
    news.rebuild(engine, moment=press.now)
    assert [one.key for one in press.every()][:1] == ["new:paper/2"]


def test_what_another_server_says_of_a_paper_concerns_nobody_here(engine: Engine, press: Press) -> None:
    other = "https://anders.example/oparl"
    foreign = {"id": f"{other}/consultation/1", "type": "https://schema.oparl.org/1.1/Consultation"}
    foreign |= {"paper": url("Paper"), "meeting": url("Meeting")}
    save(engine, [foreign], "Consultation", address=f"{other}/system")
    assert press.heard() == []


def test_news_stay_behind_the_index_and_pages_whole(press: Press) -> None:
    press.publish("Paper", paper(2), paper(3))
    with Session(press.engine) as session:
        first, second = list(session.scalars(select(Change.seq).order_by(Change.seq)))[-2:]
    press.index(first)
    assert news.refresh(press.engine, moment=press.now) == 0
    with Session(press.engine) as session:
        assert news.reached(session) < first
    press.index(second)
    assert news.refresh(press.engine, moment=press.now) == 2
    assert news.refresh(press.engine, moment=press.now) == 0


def test_an_old_portal_begins_with_the_last_sixty_days(press: Press) -> None:
    press.publish("Paper", paper(2))
    press.publish("Paper", paper(3), days=61)
    assert press.heard() == ["new:paper/3"]


def test_a_portal_without_an_index_tells_nothing_yet(press: Press) -> None:
    press.publish("Paper", paper(2))
    assert news.refresh(press.engine, moment=press.now) == 0
    assert press.heard() == ["new:paper/2"]


@pytest.fixture
def questions(engine: Engine) -> Iterator[list[str]]:
    """Collect what the database is asked."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_it_asks_the_same_however_much_happened(press: Press, questions: list[str]) -> None:
    counts = []
    for many in (1, 60):
        begin = press.read + 100 * many
        for number in range(begin, begin + many):
            start = MONDAY + LATER
            held = meeting(number, start=start, agendaItem=[item(number)])
            press.publish("Meeting", held, seconds=1)
            about = [consultation(number, agendaItem=url("AgendaItem", number))]
            press.publish("Paper", paper(number, mainFile=file(number), consultation=about), seconds=1)
        press.index()
        del questions[:]
        assert news.refresh(press.engine, moment=press.now) >= 2 * many
        counts.append(len(questions))
        press.told()
    assert counts[1] <= counts[0] + 4, counts


def test_two_passes_at_once_write_once(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    press.told()
    press.publish("Paper", paper(2))
    press.index()
    seen: list[bool] = []

    def overtaken(*words: Any) -> Any:
        found = list(derive(*words))
        if not seen:
            seen.append(True)
            assert news.refresh(press.engine, moment=press.now) == 1
        return found

    monkeypatch.setattr("app.news.refreshing.derive", overtaken)
    assert news.refresh(press.engine, moment=press.now) == 0
    assert press.heard() == ["new:paper/2"]


def test_what_is_forgotten_is_told_no_more_but_that_it_was_withdrawn(press: Press) -> None:
    press.publish("Paper", paper(2, auxiliaryFile=[file()]))
    press.publish("Paper", paper(3))
    press.told()
    with writing(press.engine) as session:
        session.execute(update(News).where(News.object_id == url("Paper", 3)).values(kind="withdrawn"))
        news.forget(session, [url("Paper", 2), url("Paper", 3)])
    assert [(one.about, one.refs != ()) for one in press.every()] == [("paper/3", True)]
    assert SERVER not in str(press.every())
