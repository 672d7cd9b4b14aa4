"""What is said of a piece of news: the record's name, what happened, where it stands; of what is gone nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import Session

from app.alerts.telling.lines import Line, found_in, lines
from app.db import now, writing
from app.models import AgendaItem, Change, Meeting, News, OParlObject, Paper
from app.speech import BERLIN
from tests import factories as make

BASE = "http://portal.example"
SOON = datetime(2099, 12, 1, 16, 0, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def news(about: OParlObject, kind: str = "new", *changes: Change, **columns: Any) -> News:
    """Build a piece of news that is in no table: it is told all the same."""
    matter = about.id if isinstance(about, Paper | Meeting) else None
    defaults = {
        "key": f"{kind}:{about.id}",
        "kind": kind,
        "object_type": type(about).__name__,
        "object_id": about.id,
        "matter_id": matter,
        "changes": [change.seq for change in changes],
    }
    return News(**(defaults | columns))


def told(engine: Engine, *some: News, language: str = "en") -> list[Line]:
    with Session(engine) as session:
        return list(lines(session, some, language, BASE).values())


def one(engine: Engine, of: News, language: str = "en") -> Line:
    (line,) = told(engine, of, language=language)
    return line


def changed(engine: Engine, about: OParlObject, **diff: list[Any]) -> Change:
    """Write that a record differs."""
    change = make.change(about, "updated", fields=list(diff), diff=diff)
    make.save(engine, change)
    with Session(engine) as session:
        return session.get_one(Change, change.seq)


class TestNew:
    """What came."""

    def test_a_paper_has_its_kind_its_number_and_its_state(self, engine: Engine) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        make.save(engine, paper, council, make.station(paper, council, SOON, authoritative=True, number="Ö 7"))
        line = one(engine, news(paper), "de")
        assert (line.title, line.kind_word) == ("Tempo 30 in der Gartenstraße", "Antrag 2026/0417")
        assert line.url == f"{BASE}/papers/{paper.key}"
        assert line.day == "1. März 2026"
        assert line.state == (
            "Noch nicht entschieden. Der Rat entscheidet am Dienstag, 1. Dezember 2099, 17 Uhr, unter Punkt Ö 7."
        )
        assert not line.soon
        assert line.said == ()

    def test_a_file_names_the_paper_that_it_belongs_to(self, engine: Engine) -> None:
        paper = make.paper()
        rows = make.read_file("Text", of=paper, name="Anlage 3")
        make.save(engine, paper, rows)
        line = one(engine, news(rows[0], matter_id=paper.id))
        assert (line.title, line.kind_word, line.about) == ("Anlage 3", "File", "Tempo 30 in der Gartenstraße")
        assert line.url == f"{BASE}/files/{rows[0].key}"
        assert line.state == "No consultation is published."
        found = found_in(line, 3, [["in der ", False], ["Gartenstraße", True]], "en")
        assert found.url == f"{BASE}/files/{rows[0].key}?page=3#page=3"
        assert found.reason == "Found on page 3."
        assert found.snippet == (("in der ", False), ("Gartenstraße", True))

    def test_a_meeting_is_named_after_who_meets(self, engine: Engine) -> None:
        held, council = make.meeting(name="12. Sitzung", start=SOON), make.organization(name="Rat")
        make.save(engine, held, council, make.link(held, "organization", council))
        line = one(engine, news(held))
        assert line.title == "Rat: 12. Sitzung, 1 December 2099"
        assert line.state == "Tuesday, 1 December 2099, 17:00."

    def test_a_membership_says_where_and_as_what(self, engine: Engine) -> None:
        person, board = make.person(), make.organization(name="Bauausschuss")
        member = make.membership(person, board, role="Vorsitz")
        joined = make.change(member)
        make.save(engine, person, board, member, joined)
        assert one(engine, news(person, "new", joined)).said == ("New there: Bauausschuss, Vorsitz.",)


class TestChanged:
    """What differs, in words."""

    def test_a_meeting_was_moved(self, engine: Engine) -> None:
        held = make.meeting(start=SOON)
        make.save(engine, held)
        change = changed(engine, held, start=["2099-11-24T17:00:00+01:00", "2099-12-01T17:00:00+01:00"])
        (said,) = one(engine, news(held, "changed", change)).said
        assert said == ("The meeting was moved from 24 November 2099, 17:00 to 1 December 2099, 17:00.")

    def test_a_meeting_was_cancelled(self, engine: Engine) -> None:
        held = make.meeting(start=SOON, cancelled=True)
        make.save(engine, held)
        line = one(engine, news(held, "changed", changed(engine, held, cancelled=[False, True])))
        assert line.said == ("The meeting was cancelled.",)

    def test_a_paper_was_renamed_and_got_a_file(self, engine: Engine) -> None:
        paper, rows = make.paper(name="Neu"), make.read_file("Text", name="Anlage 1")
        make.save(engine, paper, rows, make.link(paper, "auxiliaryFile", rows[0]))
        change = changed(engine, paper, name=["Alt", "Neu"], auxiliaryFile=[[], [rows[0].id]])
        line = one(engine, news(paper, "changed", change))
        assert line.said == ("Title: changed from “Alt” to “Neu”.", "Attachment: added “Anlage 1”.")

    def test_a_file_was_replaced(self, engine: Engine) -> None:
        paper = make.paper()
        rows = make.read_file("Text", of=paper, name="Anlage 1")
        make.save(engine, paper, rows)
        change = changed(engine, rows[0], sha256=["a", "b"], size=[1, 2])
        line = one(engine, news(rows[0], "changed", change, matter_id=paper.id))
        assert line.said == ("The file was replaced by another.",)

    @ON_SQLITE
    def test_a_file_that_is_not_public_is_not_named(self, engine: Engine) -> None:
        paper, rows = make.paper(), make.read_file("Text", name="Geheimes")
        rows[0].deleted = True
        make.save(engine, paper, rows, make.link(paper, "auxiliaryFile", rows[0]))
        change = changed(engine, paper, auxiliaryFile=[[], [rows[0].id]])
        line = one(engine, news(paper, "changed", change))
        assert line.said == ("Something in it was changed.",)

    @ON_SQLITE
    def test_wording_that_was_forgotten_is_not_said(self, engine: Engine) -> None:
        paper = make.paper()
        change = make.change(paper, "updated", fields=["name"])
        make.save(engine, paper, change)
        assert one(engine, news(paper, "changed", change)).said == ("Changed: title",)


class TestOnItsWay:
    """Dates, agendas, decisions."""

    def test_a_paper_got_a_date(self, engine: Engine) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        rows = make.station(paper, council, SOON, authoritative=True)
        arrived = make.change(rows[2])
        make.save(engine, paper, council, rows, arrived)
        line = one(engine, news(paper, "planned", arrived, key="planned:x"))
        assert line.said == ("A date is set now.",)
        assert "Rat decides on" in line.state

    def test_its_meeting_moved(self, engine: Engine) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        rows = make.station(paper, council, SOON)
        make.save(engine, paper, council, rows)
        change = changed(engine, rows[0], start=["2099-12-15T17:00:00+01:00", "2099-12-01T17:00:00+01:00"])
        (said,) = one(engine, news(paper, "planned", change, key="planned:x")).said
        assert said.startswith("The meeting (Rat) was moved from 15")
        cancelled = changed(engine, rows[0], cancelled=[False, True])
        (said,) = one(engine, news(paper, "planned", cancelled, key="planned:y"), "de").said
        assert said == "Die Sitzung (Rat) wurde abgesagt."

    @pytest.mark.parametrize(
        ("days", "authoritative", "soon"), [(10, True, True), (10, False, False), (20, True, False)]
    )
    def test_soon_is_what_may_be_decided_within_two_weeks(
        self, engine: Engine, days: int, authoritative: bool, soon: bool
    ) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        start = now() + timedelta(days=days)
        make.save(engine, paper, council, make.station(paper, council, start, authoritative=authoritative))
        assert one(engine, news(paper)).soon is soon

    def test_soon_looks_beyond_the_next_date_to_the_one_that_decides(self, engine: Engine) -> None:
        paper, council, board = make.paper(), make.organization(name="Rat"), make.organization(name="Ausschuss")
        first = make.station(paper, board, now() + timedelta(days=2), authoritative=False)
        then = make.station(paper, council, now() + timedelta(days=9), authoritative=True, position=1)
        make.save(engine, paper, council, board, first, then)
        assert one(engine, news(paper)).soon

    def test_an_agenda_is_published_and_grows(self, engine: Engine) -> None:
        held = make.meeting(start=SOON)
        items = [make.agenda_item(held, name=f"Punkt {number}", number=str(number)) for number in (1, 2)]
        make.save(engine, held, items)
        change = changed(engine, held, agendaItem=[[items[0].id], [items[0].id, items[1].id]])
        first = news(held, "agenda", change)
        later = news(held, "agenda", change, key=f"agenda:{held.id}:7")
        assert [line.said for line in told(engine, first, later)] == [
            ("The agenda is published: 2 items.",),
            ("The agenda was extended by “2 Punkt 2”.",),
        ]

    def test_a_decision_leads_to_its_paper(self, engine: Engine) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        then = now() - timedelta(days=2)
        rows = make.station(paper, council, then, result="einstimmig beschlossen", authoritative=True)
        make.save(engine, paper, council, rows)
        line = one(engine, news(rows[1], "decided", matter_id=paper.id), "de")
        assert (line.title, line.url) == ("Tempo 30 in der Gartenstraße", f"{BASE}/papers/{paper.key}")
        assert line.object_type == "Paper"
        (said,) = line.said
        assert said.startswith("Beschlossen vom Rat am")
        assert line.state == ""  # said already

    def test_beside_a_paper_stands_its_own_day_whatever_meeting_decided(self, engine: Engine) -> None:
        paper, council = make.paper(), make.organization(name="Rat")
        rows = make.station(paper, council, now() - timedelta(days=2), result="beschlossen", authoritative=True)
        make.save(engine, paper, council, rows)
        both = told(engine, news(paper), news(rows[1], "decided", matter_id=paper.id), language="de")
        assert [line.day for line in both] == ["1. März 2026", "1. März 2026"]
        assert both[1].decided == (now() - timedelta(days=2)).astimezone(BERLIN).date()

    def test_a_decision_without_a_paper_leads_to_the_item(self, engine: Engine) -> None:
        held = make.meeting(name="Sitzung", start=now() - timedelta(days=2))
        item = make.agenda_item(held, name="Wahl", result="mehrheitlich abgelehnt")
        make.save(engine, held, item)
        line = one(engine, news(item, "decided", matter_id=held.id))
        assert line.title == "Wahl"
        assert line.url == f"{BASE}/meetings/{held.key}#item-{item.key}"
        assert line.said[0].startswith("Rejected")

    def test_a_result_that_was_taken_back_is_no_decision(self, engine: Engine) -> None:
        held = make.meeting(start=now() - timedelta(days=2))
        item = make.agenda_item(held, result=None)
        make.save(engine, held, item)
        assert told(engine, news(item, "decided", matter_id=held.id)) == []


class TestGone:
    """Nothing of what was withdrawn is said."""

    def test_what_may_not_be_shown_has_no_line(self, engine: Engine) -> None:
        paper, item = make.paper(), make.agenda_item(make.meeting(), public=False, result="beschlossen")
        make.save(engine, paper, item)
        with writing(engine) as session:
            session.execute(update(Paper).values(deleted=True))
        assert told(engine, news(paper), news(paper, "changed"), news(item, "decided")) == []

    def test_a_withdrawal_says_that_and_no_word_of_it(self, engine: Engine) -> None:
        paper = make.paper(name="Geheimes", reference="4711", deleted=True)
        change = make.change(paper, "updated", fields=["name"], diff={"name": ["Geheimes", "Anderes"]})
        make.save(engine, paper, change)
        line = one(engine, news(paper, "withdrawn", change))
        assert line.title == "A paper was withdrawn"
        assert line.url == f"{BASE}/papers/{paper.key}"
        assert "Geheimes" not in repr(line)
        assert "4711" not in repr(line)

    def test_a_withdrawal_names_the_council_also_of_what_was_erased(self, engine: Engine) -> None:
        body, paper = make.body(name="Stadt Beispiel"), make.paper(name="Geheimes")
        rows = make.news(paper, "withdrawn")
        make.save(engine, body, rows)
        with Session(engine) as session:
            line = next(iter(lines(session, session.scalars(select(News)).all(), "de", BASE).values()))
        assert (line.about, line.url) == ("Stadt Beispiel", f"{BASE}/")

    def test_a_withdrawn_part_names_the_paper_that_is_still_there(self, engine: Engine) -> None:
        paper, rows = make.paper(), make.read_file("Text", name="Geheimes")
        rows[0].deleted = True
        make.save(engine, paper, rows)
        line = one(engine, news(rows[0], "withdrawn", matter_id=paper.id))
        assert (line.title, line.about) == ("A file was withdrawn", "Tempo 30 in der Gartenstraße")
        assert line.url == f"{BASE}/papers/{paper.key}"
        assert "Geheimes" not in repr(line)

    def test_what_is_published_again_was_not_withdrawn(self, engine: Engine) -> None:
        paper = make.paper()
        make.save(engine, paper)
        assert told(engine, news(paper, "withdrawn")) == []

    def test_what_was_erased_leads_nowhere(self, engine: Engine) -> None:
        make.save(engine, make.body())
        assert one(engine, news(make.paper(), "withdrawn")).url == f"{BASE}/"


@ON_SQLITE
def test_the_questions_are_as_many_for_one_as_for_a_hundred(engine: Engine) -> None:
    council = make.organization(name="Rat")
    papers = [make.paper(name=f"Vorlage {number}") for number in range(100)]
    rows: list[Any] = [council]
    for paper in papers:
        rows += [paper, make.station(paper, council, SOON)]
    make.save(engine, rows)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    told(engine, news(papers[0]))
    few = len(asked)
    assert len(told(engine, *(news(paper) for paper in papers))) == 100
    assert len(asked) - few == few


def test_it_is_told_in_german(engine: Engine) -> None:
    held = make.meeting(start=SOON, cancelled=True)
    make.save(engine, held)
    line = one(engine, news(held, "changed", changed(engine, held, cancelled=[False, True])), "de")
    assert line.kind_word == "Sitzung"
    assert "fällt aus" in line.said[0] or "abgesagt" in line.said[0]


def test_an_item_that_is_gone_takes_its_decision_along(engine: Engine) -> None:
    held = make.meeting(start=now() - timedelta(days=2))
    item = make.agenda_item(held, result="beschlossen")
    make.save(engine, held, item)
    with writing(engine) as session:
        session.execute(update(AgendaItem).values(public=False))
    assert told(engine, news(item, "decided", matter_id=held.id)) == []
