from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.models import Person
from app.queries.organizations import is_dissolved, member_counts, organizations, parts_of
from app.queries.people import current_posts, members_of, memberships_of, people, people_letters
from app.queries.references import Missing
from tests import factories

TODAY = date(2026, 11, 21)


def test_it_lists_people_by_family_name(engine: Engine, session: Session) -> None:
    factories.save(
        engine,
        factories.person(name="Zora Alt", family_name="Alt", given_name="Zora"),
        factories.person(name="Bo alt", family_name="alt", given_name="Bo"),
        factories.person(name="Nur ein Name", family_name=None, given_name=None),
        factories.person(name=None, family_name=None, given_name=None),
        factories.person(name="Weg Damit", family_name="Aaa", deleted=True),
    )
    found = people(session)
    assert [person.name for person in found.rows] == [None, "Bo alt", "Zora Alt", "Nur ein Name"]
    assert people_letters(session) == {"A": 2, "N": 1}
    assert [person.name for person in people(session, letter="N").rows] == ["Nur ein Name"]


def test_it_tells_members_of_today_from_former_and_coming_ones(engine: Engine, session: Session) -> None:
    council = factories.organization()
    rows = [
        factories.membership(factories_person(engine, name), council, start_date=start, end_date=end)
        for name, start, end in (
            ("Aktuell", date(2024, 1, 1), None),
            ("Bis heute", date(2024, 1, 1), TODAY),
            ("Ehemals", date(2019, 1, 1), date(2024, 12, 31)),
            ("Künftig", date(2027, 1, 1), None),
            ("Ohne Daten", None, None),
        )
    ]
    factories.save(engine, council, rows)
    members = members_of(session, council)
    assert named(one for one in members if one.lasts(TODAY)) == ["Aktuell", "Bis heute", "Ohne Daten"]
    assert named(one for one in members if one.is_over(TODAY)) == ["Ehemals"]
    assert member_counts(session, TODAY) == {council.id: 3}


def test_members_that_have_not_arrived_are_missing_and_withdrawn_ones_are_left_out(
    engine: Engine, session: Session
) -> None:
    council, gone = factories.organization(), factories.person(deleted=True)
    factories.save(
        engine,
        [council, gone, factories.membership(gone, council)],
        factories.membership("https://elsewhere.example/person/1", council),
        factories.membership(None, council),
    )
    found = members_of(session, council)
    assert len(found) == 2
    assert {type(one.person) for one in found} == {Missing, type(None)}


def test_it_lists_where_a_person_belongs_latest_first(engine: Engine, session: Session) -> None:
    person, group = factories.person(), factories.organization(name="Fraktion")
    council, gone = factories.organization(name="Rat"), factories.organization(name="weg", deleted=True)
    old = factories.membership(person, council, start_date=date(2014, 1, 1), end_date=date(2019, 1, 1))
    new = factories.membership(person, council, start_date=date(2024, 1, 1), on_behalf_of_id=group.id)
    factories.save(engine, [person, group, council, gone, old, new, factories.membership(person, gone)])
    found = memberships_of(session, person)
    assert [one.membership.id for one in found] == [new.id, old.id]
    assert found[0].on_behalf_of is not None
    assert found[0].on_behalf_of.id == group.id
    assert list(current_posts(session, [person], TODAY)) == [person.id]
    assert [one.membership.id for one in current_posts(session, [person], TODAY)[person.id]] == [new.id]


def test_it_lists_organizations_by_name_and_knows_which_ended(engine: Engine, session: Session) -> None:
    council = factories.organization(name="Rat")
    factories.save(
        engine,
        council,
        factories.organization(name=None),
        factories.organization(name="Ausschuss", sub_organization_of_id=council.id, end_date=date(2020, 1, 1)),
        factories.organization(name="weg", deleted=True),
    )
    listed = organizations(session)
    assert [one.name for one in listed] == ["Ausschuss", "Rat", None]
    assert [is_dissolved(one, TODAY) for one in listed] == [True, False, False]
    assert [one.name for one in parts_of(session, council)] == ["Ausschuss"]


def factories_person(engine: Engine, name: str) -> Person:
    person = factories.person(name=name, family_name=name)
    factories.save(engine, person)
    return person


def named(belongings: Iterable[Any]) -> list[str]:
    return [one.person.name for one in belongings]
