from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.queries.papers import PaperFilter, paper_by_key, paper_types, paper_years, papers, related_papers
from app.queries.paths import consultation_path
from app.queries.references import Missing, references
from tests import factories


def names(rows: Iterable[Any]) -> list[str]:
    return [row.name for row in rows]


def test_it_lists_papers_newest_first_and_those_without_a_date_last(engine: Engine, session: Session) -> None:
    factories.save(
        engine,
        factories.paper(name="undated", date=None),
        factories.paper(name="old", date=date(2020, 1, 1)),
        factories.paper(name="new", date=date(2026, 1, 1)),
        factories.paper(name="withdrawn", deleted=True),
    )
    found = papers(session)
    assert names(found.rows) == ["new", "old", "undated"]
    assert (found.total, found.pages, found.first, found.last) == (3, 1, 1, 3)


def test_it_pages_through_a_list(engine: Engine, session: Session) -> None:
    factories.save(engine, [factories.paper(name=f"{n:02}", date=date(2026, 1, 1 + n)) for n in range(7)])
    second = papers(session, page=2, size=3)
    assert names(second.rows) == ["03", "02", "01"]
    assert (second.total, second.pages, second.first, second.last) == (7, 3, 4, 6)
    beyond = papers(session, page=10**9, size=3)
    assert (list(beyond.rows), beyond.first, beyond.last) == ([], 0, 0)
    assert names(papers(session, page=-5, size=3).rows) == ["06", "05", "04"]


def test_it_narrows_by_type_year_and_council(engine: Engine, session: Session) -> None:
    factories.save(
        engine,
        factories.paper(name="wanted", paper_type="Antrag", date=date(2025, 12, 31)),
        factories.paper(name="noise: type", paper_type="Anfrage", date=date(2025, 5, 1)),
        factories.paper(name="noise: year", paper_type="Antrag", date=date(2026, 1, 1)),
        factories.paper(name="noise: council", body_id="https://other.example/1", date=date(2025, 5, 1)),
    )
    wanted = PaperFilter(paper_type="Antrag", year=2025, body=factories.BODY_ID)
    assert names(papers(session, wanted).rows) == ["wanted"]
    assert names(papers(session, PaperFilter(paper_type="")).rows) == []


def test_it_narrows_to_an_organization_by_role_or_by_consultation(engine: Engine, session: Session) -> None:
    office, council = factories.organization(name="Amt"), factories.organization(name="Rat")
    directed, consulted, noise = (factories.paper(name=name) for name in ("directed", "consulted", "noise"))
    stop = factories.consultation(consulted)
    factories.save(
        engine,
        [office, council, directed, consulted, noise, stop],
        factories.link(directed, "underDirectionOf", office),
        factories.link(stop, "organization", council),
        factories.link(noise, "relatedPaper", directed),
    )
    assert names(papers(session, PaperFilter(organization=office.id)).rows) == ["directed"]
    assert names(papers(session, PaperFilter(organization=council.id)).rows) == ["consulted"]


def test_it_finds_what_a_person_brought_in(engine: Engine, session: Session) -> None:
    person, theirs, noise = factories.person(), factories.paper(name="theirs"), factories.paper(name="noise")
    factories.save(engine, person, theirs, noise, factories.link(theirs, "originatorPerson", person))
    assert names(papers(session, PaperFilter(originator=person.id)).rows) == ["theirs"]


def test_it_counts_types_and_years_without_the_nameless_and_withdrawn(engine: Engine, session: Session) -> None:
    factories.save(
        engine,
        [factories.paper(paper_type="Antrag", date=date(2025, 1, 1)) for _ in range(2)],
        factories.paper(paper_type="Anfrage", date=date(2026, 1, 1)),
        factories.paper(paper_type=None, date=None),
        factories.paper(paper_type="", date=None),
        factories.paper(paper_type="Antrag", date=date(2024, 1, 1), deleted=True),
    )
    assert list(paper_types(session).items()) == [("Antrag", 2), ("Anfrage", 1)]
    assert list(paper_years(session).items()) == [(2026, 1), (2025, 2)]


def test_it_finds_a_withdrawn_paper_by_its_key(engine: Engine, session: Session) -> None:
    paper = factories.paper(deleted=True)
    factories.save(engine, paper)
    found = paper_by_key(session, paper.key)
    assert found is not None
    assert found.deleted
    assert paper_by_key(session, "nothing") is None


def test_it_relates_papers_whichever_side_says_so_and_each_once(engine: Engine, session: Session) -> None:
    paper = factories.paper()
    below, twice = factories.paper(name="below"), factories.paper(name="twice")
    gone = factories.paper(name="gone", deleted=True)
    factories.save(
        engine,
        [paper, below, twice, gone],
        factories.link(below, "superordinatedPaper", paper),
        factories.link(paper, "relatedPaper", twice),
        factories.link(twice, "relatedPaper", paper),
        factories.link(paper, "relatedPaper", gone, 1),
        factories.link(paper, "superordinatedPaper", "https://elsewhere.example/paper/1"),
    )
    related = related_papers(session, paper, references(session, [paper.id]).get(paper.id, {}))
    assert {role: [r.target.id for r in found] for role, found in related.items()} == {
        "subordinatedPaper": [below.id],
        "relatedPaper": [twice.id],
        "superordinatedPaper": ["https://elsewhere.example/paper/1"],
    }
    assert related["superordinatedPaper"][0].target == Missing("https://elsewhere.example/paper/1")
    assert Missing("https://elsewhere.example/paper/1").host == "elsewhere.example"


@pytest.mark.parametrize("named_on", ["consultation", "item"])
def test_a_path_joins_item_and_consultation_from_either_side(engine: Engine, session: Session, named_on: str) -> None:
    paper, council = factories.paper(), factories.organization(name="Rat")
    meeting = factories.meeting()
    item = factories.agenda_item(meeting, result="beschlossen")
    stop = factories.consultation(paper, None)
    if named_on == "consultation":
        stop.agenda_item_id = item.id
    else:
        item.consultation_id = stop.id
    factories.save(engine, paper, council, meeting, item, stop, factories.link(meeting, "organization", council))
    [station] = consultation_path(session, paper.id).stations
    assert station.result == "beschlossen"
    assert station.meeting is not None
    assert [one.name for one in station.organizations] == ["Rat"]
