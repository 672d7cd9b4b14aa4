from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now
from app.models import Organization, Person
from app.queries.people import Belonging
from app.tallies import rebuild
from app.web.filters import today
from app.web.timelines import Part, part_of, timeline
from tests import factories
from tests.app.web.records.test_papers import Read, plain

TODAY = date(2026, 11, 21)


def test_a_person_shows_memberships_over_time_and_what_they_brought_in(engine: Engine, read: Read) -> None:
    person, council = factories.person(), factories.organization(name="Rat der Stadt")
    group, paper = factories.organization(name="Fraktion Stadt für alle"), factories.paper()
    factories.save(
        engine,
        [person, council, group, paper, factories.link(paper, "originatorPerson", person)],
        factories.membership(person, council, start_date=date(2019, 7, 1), end_date=date(2024, 6, 30)),
        factories.membership(person, council, role="Vorsitz", on_behalf_of_id=group.id),
        factories.membership(person, "https://elsewhere.example/organization/1"),
        factories.membership(person, None, role=None, start_date=None),
    )
    page = read(f"/people/{person.key}")
    text = plain(page)
    assert "Rat der Stadt (Vorsitz)" in text
    assert "Alle 4 Mitgliedschaften als Tabelle" in text
    assert "noch nicht hier, von elsewhere.example" in text
    assert "Gremium nicht genannt" in text
    assert "1. Juli 2019 30. Juni 2024" in text
    assert paper.key in page
    assert "rl-time__chair" in page
    assert "None" not in text


def test_a_person_without_memberships_or_names_still_has_a_page(engine: Engine, read: Read) -> None:
    nameless = factories.person(name=None, family_name=None, given_name=" ")
    factories.save(engine, nameless)
    text = plain(read(f"/people/{nameless.key}"))
    assert "Person ohne Titel" in text
    assert "keine Mitgliedschaften" in text
    assert "Person ohne Titel" in plain(read("/people"))


def test_people_are_listed_by_letter(engine: Engine, read: Read) -> None:
    factories.save(
        engine,
        factories.person(name="Ada Ölmann", family_name="Ölmann"),
        factories.person(name="Bo Zett", family_name="Zett"),
    )
    assert "Bo Zett" not in plain(read("/people?letter=Ö"))
    assert "Ada Ölmann" in plain(read("/people?letter=Ö"))
    assert "1 Person" in plain(read("/people?letter=Z"))


def test_a_withdrawn_person_answers_410(engine: Engine, client: FlaskClient) -> None:
    person = factories.person(deleted=True)
    factories.save(engine, person)
    response = client.get(f"/people/{person.key}")
    assert response.status_code == 410
    assert "Eichhoff" not in response.text


def test_roles_are_drawn_as_what_they_are() -> None:
    roles = {
        "Mitglied": Part.MEMBER,
        None: Part.MEMBER,
        "Vorsitzende": Part.CHAIR,
        "Fraktionssprecher": Part.CHAIR,
        "stellvertretendes Mitglied": Part.DEPUTY,
        "Stellv. Vorsitzender": Part.MEMBER,
        "Sachkundige Bürgerin": Part.MEMBER,
    }
    assert {role: part_of(role) for role in roles} == roles


def test_a_drawing_stays_inside_its_frame_whatever_the_dates() -> None:
    council = Organization(id="https://council.example/1", name="Rat")

    def belonging(start: date | None, end: date | None) -> Belonging:
        return Belonging(factories.membership(None, None, start_date=start, end_date=end), None, council, None)

    drawn = timeline(
        [
            belonging(date(219, 7, 1), None),
            belonging(date(2014, 6, 1), date(2924, 1, 1)),
            belonging(date(2020, 1, 1), date(2019, 1, 1)),
            belonging(date(2027, 1, 1), None),
            belonging(None, None),
        ],
        TODAY,
    )
    assert drawn is not None
    bars = [bar for _, bars in drawn.rows for bar in bars]
    assert len(bars) == 3
    assert all(0 <= bar.left <= 100 and 0 <= bar.width <= 100 for bar in bars)
    assert all(bar.coming_left + bar.coming_width <= 100.01 for bar in bars)
    assert drawn.marks[0].year == 2014
    assert len(drawn.marks) <= 7
    assert 0 < drawn.today < 100
    assert timeline([belonging(None, None)], TODAY) is None


def test_what_is_to_come_begins_today() -> None:
    council = Organization(id="https://council.example/1", name="Rat")
    dates = [(date(2024, 7, 1), date(2029, 6, 30)), (date(2027, 1, 1), None), (date(2020, 1, 1), None)]
    rows = [factories.membership(None, None, start_date=start, end_date=end) for start, end in dates]
    drawn = timeline([Belonging(row, None, council, None) for row in rows], TODAY)
    assert drawn is not None
    [running, later, open_ended] = [bar for _, bars in drawn.rows for bar in bars]
    assert running.coming_left == drawn.today == pytest.approx(running.left + running.width, abs=0.02)
    assert running.coming_width > 0
    assert (later.width, later.coming_left) == (0.0, later.left)
    assert later.left > drawn.today
    # Where no end is published, nothing is said about the future.
    assert (open_ended.coming_width, drawn.coming) == (0.0, True)


def test_a_long_life_costs_as_many_questions_as_a_short_one(engine: Engine, cost: Callable[[str], int]) -> None:
    def person_with(children: int) -> Person:
        person = factories.person()
        rows: list[Any] = [person]
        for _ in range(children):
            council, paper = factories.organization(), factories.paper()
            rows += [council, paper, factories.membership(person, council)]
            rows.append(factories.link(paper, "originatorPerson", person))
        factories.save(engine, rows)
        return person

    short, long = person_with(1), person_with(30)
    assert cost(f"/people/{long.key}") == cost(f"/people/{short.key}") <= 16
    assert cost("/people") <= 8


def test_a_bar_says_the_role_that_the_headline_says(engine: Engine, read: Read) -> None:
    person, council = factories.person(), factories.organization(name="Rat der Stadt")
    start = today() - timedelta(days=3000)
    factories.save(
        engine, person, council, factories.membership(person, council, role="stellv. Vorsitz", start_date=start)
    )
    page = read(f"/people/{person.key}")
    drawing = page.partition('<div class="rl-time"')[2].partition("</section>")[0]
    assert ">stellv. Vorsitz</text>" in drawing
    # Nothing drawn is a deputy member, so nothing explains such a bar.
    assert "Stellvertretung" not in drawing
    assert ">Mitglied</text>" not in drawing


def test_a_person_shows_what_became_of_their_papers_and_where_they_sit(engine: Engine, read: Read) -> None:
    person, council = factories.person(), factories.organization(name="Rat der Stadt")
    papers = [factories.paper(name=f"Antrag {number}") for number in range(4)]
    ahead, past = factories.meeting(start=now() + timedelta(days=4)), factories.meeting(start=now() - timedelta(days=4))
    called_off = factories.meeting(start=now() + timedelta(days=2), cancelled=True)
    results = ("beschlossen", "beschlossen", "abgelehnt")
    days = [now() - timedelta(days=20 + number) for number in range(3)]
    stations = [
        factories.station(paper, council, day, result=result, role="Entscheidung", authoritative=True)
        for paper, day, result in zip(papers, days, results, strict=False)
    ]
    factories.save(
        engine,
        [person, council, papers, stations, ahead, past, called_off, factories.membership(person, council)],
        [factories.link(paper, "originatorPerson", person) for paper in papers],
        [factories.link(one, "organization", council) for one in (ahead, past, called_off)],
        factories.link(past, "participant", person),
    )
    rebuild(engine)
    text = plain(read(f"/people/{person.key}"))
    assert "Was daraus wurde Beschlossen 2 Abgelehnt 1 Noch nicht entschieden 1" in text
    following = text.partition("Nächste Sitzungen")[2]
    assert following.startswith(" Rat der Stadt")
    assert text.count("Anwesend in 1 Sitzung ") == 1
    assert called_off.key not in read(f"/people/{person.key}")
    text = plain(read(f"/organizations/{council.key}"))
    assert "Wie entschieden wurde Beschlossen 2 Abgelehnt 1 Gezählt" in text


def test_nothing_is_counted_before_it_was(engine: Engine, read: Read) -> None:
    person, paper = factories.person(), factories.paper()
    factories.save(engine, person, paper, factories.link(paper, "originatorPerson", person))
    assert "Was daraus wurde" not in plain(read(f"/people/{person.key}"))
