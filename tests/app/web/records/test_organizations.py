from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now
from app.models import Organization
from app.queries.organizations import is_group
from tests import factories
from tests.app.web.records.test_papers import Read, plain


def test_an_organization_shows_who_belongs_and_what_it_does(engine: Engine, read: Read) -> None:
    council, person = factories.organization(name="Rat der Stadt"), factories.person(name="Jorun Eichhoff")
    former, paper = factories.person(name="Ulf Früher", family_name="Früher"), factories.paper()
    factories.save(
        engine,
        [council, person, former, paper],
        factories.membership(person, council),
        factories.membership(former, council, start_date=date(2014, 6, 1), end_date=date(2019, 5, 31)),
        factories.membership("https://elsewhere.example/person/1", council),
        factories.station(paper, council, now() + timedelta(days=9)),
        factories.organization(name="Unterausschuss", sub_organization_of_id=council.id),
    )
    text = plain(read(f"/organizations/{council.key}"))
    assert "2 Mitglieder. Nächste Sitzung:" in text
    assert text.index("Jorun Eichhoff") < text.index("1 frühere Mitgliedschaft") < text.index("Ulf Früher")
    assert "noch nicht hier, von elsewhere.example" in text
    assert "Tempo 30 in der Gartenstraße" in text
    assert "Unterausschuss" in text


def test_only_web_addresses_become_links(engine: Engine, read: Read) -> None:
    for website in (
        "javascript:alert(1)",
        "data:text/html,x",
        " JavaScript:alert(1)",
        "//evil.example",
        "https://a\nb",
    ):
        bad = factories.organization(website=website, web=website, license=website)
        factories.save(engine, bad)
        page = read(f"/organizations/{bad.key}")
        links = [part.split('"')[0] for part in page.split('href="')[1:]]
        assert not [link for link in links if "script" in link.lower() or "evil" in link or link.startswith("data")]
    good = factories.organization(website="https://rat.example/seite")
    factories.save(engine, good)
    assert 'href="https://rat.example/seite"' in read(f"/organizations/{good.key}")


def test_organizations_that_ended_wait_behind_a_link(engine: Engine, read: Read) -> None:
    factories.save(
        engine,
        factories.organization(name="Rat"),
        factories.organization(name="Bauausschuss von früher", end_date=date(2019, 5, 31)),
        factories.organization(name=None, organization_type=None),
    )
    text = plain(read("/organizations"))
    assert "Bauausschuss von früher" not in text
    assert "1 aufgelöstes Gremium zeigen" in text
    assert "Gremium ohne Titel" in text
    assert "Bauausschuss von früher bis 31. Mai 2019" in plain(read("/organizations?past=1"))


def test_a_withdrawn_organization_answers_410(engine: Engine, client: FlaskClient) -> None:
    gone = factories.organization(name="Zurückgenommen", deleted=True)
    factories.save(engine, gone)
    assert client.get(f"/organizations/{gone.key}").status_code == 410
    assert "Zurückgenommen" not in client.get("/organizations").text


def test_many_members_cost_as_many_questions_as_one(engine: Engine, cost: Callable[[str], int]) -> None:
    def organization_with(children: int) -> Organization:
        council = factories.organization()
        rows: list[Any] = [council]
        for n in range(children):
            person, paper, group = factories.person(), factories.paper(), factories.organization()
            rows += [person, paper, group, factories.membership(person, council, on_behalf_of_id=group.id)]
            rows += factories.station(paper, council, now() - timedelta(days=n + 1))
            rows += factories.station(paper, council, now() + timedelta(days=n + 1))
        factories.save(engine, rows)
        return council

    short, long = organization_with(1), organization_with(30)
    assert cost(f"/organizations/{long.key}") == cost(f"/organizations/{short.key}") <= 25
    assert cost("/organizations") <= 8


def test_a_group_is_listed_by_its_members_and_shows_what_it_brought_in(engine: Engine, read: Read) -> None:
    council = factories.organization(name="Rat der Stadt", organization_type="Gremium")
    names = ("Fraktion Anger", "Fraktion Bach")
    small, large = (factories.organization(name=name, organization_type="Fraktion") for name in names)
    own, other = factories.paper(name="Unser Antrag"), factories.paper(name="Vorlage der Verwaltung")
    people = [factories.person(name=f"Mitglied {number}") for number in range(3)]
    factories.save(
        engine,
        [council, small, large, own, other, people, factories.link(own, "originatorOrganization", large)],
        [factories.membership(one, large) for one in people[:2]],
        factories.membership(people[2], small),
        [factories.membership(one, council, on_behalf_of_id=large.id) for one in people[:2]],
        factories.membership(people[2], council, on_behalf_of_id=small.id),
        factories.organization(name="Ausschuss A", organization_type="Gremium"),
        factories.organization(name="Amt 1", organization_type="Verwaltungsbereich"),
        factories.station(other, council, now() - timedelta(days=1)),
    )
    text = plain(read("/organizations"))
    places = [text.index(one) for one in ("Rat der Stadt", "Ausschuss A", "Fraktion Bach", "Fraktion Anger", "Amt 1")]
    assert places == sorted(places)
    group = plain(read(f"/organizations/{large.key}"))
    assert "Eingebrachte Vorlagen" in group
    assert "Unser Antrag" in group
    assert "Vorlage der Verwaltung" not in group
    assert "Sitze nach Fraktionen Fraktion Bach 2 Fraktion Anger 1" in plain(read(f"/organizations/{council.key}"))


def test_one_that_everybody_calls_a_group_is_one() -> None:
    kinds = {
        ("Fraktion", "Grüne"): True,
        ("Gremium", "SPD-Fraktion"): True,
        (None, "Fraktion Die Linke"): True,
        ("Partei", "CDU"): True,
        ("Gremium", "Fraktionsvorsitzendenrunde"): False,
        ("Gremium", "Arbeitsgruppe Radverkehr"): False,
        ("Gremium", "Rat der Stadt"): False,
    }
    for (kind, name), expected in kinds.items():
        assert is_group(Organization(organization_type=kind, name=name)) is expected, name
