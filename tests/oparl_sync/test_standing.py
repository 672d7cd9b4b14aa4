"""Who may speak of what, where councils share a server and where ids lie on another host than the source."""

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.models import AgendaItem, Link, Meeting, Membership, Organization, Paper, Person
from app.queries.agendas import agenda
from app.queries.paths import consultation_path
from app.queries.people import members_of, memberships_of
from oparl_sync.store import Counts
from tests.oparl_sync.council import SCHEMA, SERVER, problems_of, save, thing, url

OURS = "https://web2.rat.example/ris/system"
EVIL = "https://evil.example/system"
SECOND = f"{SERVER}/system2"


def beside(kind: str, number: int = 1, **properties: Any) -> dict[str, Any]:
    """Build an object whose id lies on another host than its source."""
    return {"id": f"https://web1.rat.example/{kind}/{number}", "type": f"{SCHEMA}/{kind}"} | properties


def papers(session: Session) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Paper.name).order_by(Paper.id)))


@pytest.mark.parametrize("kind", ["System", "Body"])
def test_no_other_source_creates_where_the_ids_of_a_council_lie(engine: Engine, session: Session, kind: str) -> None:
    save(engine, [beside(kind)], kind, address=OURS)
    assert save(engine, [beside("Paper", name="false")], "Paper", address=EVIL) == Counts(quarantined=1)
    assert save(engine, [beside("Body", 2)], "Body", address=EVIL) == Counts(quarantined=1)
    assert save(engine, [beside("Paper", name="true")], "Paper", address=OURS) == Counts(created=1)
    assert save(engine, [beside("Paper", deleted=True)], "Paper", address=EVIL) == Counts(quarantined=1)
    assert papers(session) == ["true"]


def test_a_council_takes_back_what_another_claimed_where_its_ids_lie(engine: Engine, session: Session) -> None:
    save(engine, [beside("Paper", name="false")], "Paper", address=EVIL)
    save(engine, [beside("Body")], "Body", address=OURS)
    assert save(engine, [beside("Paper", name="true")], "Paper", address=OURS) == Counts(updated=1)
    assert save(engine, [beside("Paper", name="false")], "Paper", address=EVIL) == Counts(quarantined=1)
    assert papers(session) == ["true"]


def test_who_is_on_a_host_comes_before_whose_ids_lie_there(engine: Engine, session: Session) -> None:
    save(engine, [beside("Body")], "Body", address=EVIL)
    there = "https://web1.rat.example/system"
    save(engine, [beside("Body"), beside("Body", 2)], "Body", address=there)
    assert save(engine, [beside("Paper", name="true")], "Paper", address=there) == Counts(created=1)
    assert save(engine, [beside("Paper", 2, name="false")], "Paper", address=EVIL) == Counts(quarantined=1)
    assert papers(session) == ["true"]


def test_two_councils_of_one_server_may_both_have_ids_elsewhere(engine: Engine, session: Session) -> None:
    for number, address in enumerate((OURS, f"{OURS}2"), 1):
        save(engine, [beside("Body", number)], "Body", address=address)
        save(engine, [beside("Paper", number, name=f"{number}")], "Paper", address=address)
    assert papers(session) == ["1", "2"]
    assert problems_of(session) == []


def test_a_shared_person_lives_while_one_council_lists_it(engine: Engine, session: Session) -> None:
    alive, gone = thing("Person", name="P"), thing("Person", deleted=True)
    save(engine, [alive], "Person")
    save(engine, [gone], "Person")
    assert save(engine, [alive], "Person", address=SECOND) == Counts(updated=1)
    assert save(engine, [gone], "Person") == Counts(unchanged=1)
    assert save(engine, [alive], "Person") == Counts(unchanged=1)
    person = session.get_one(Person, url("Person"))
    assert (person.deleted, person.name) == (False, "P")


def test_the_tombstone_of_one_council_does_not_take_what_the_other_lists(engine: Engine, session: Session) -> None:
    save(engine, [thing("Person", name="P")], "Person")
    assert save(engine, [thing("Person", deleted=True)], "Person", address=SECOND) == Counts(unchanged=1)
    assert session.get_one(Person, url("Person")).deleted is False


def test_a_copy_inside_another_record_calls_no_shared_tombstone_back(engine: Engine, session: Session) -> None:
    save(engine, [thing("Paper", mainFile=thing("File", name="f"))], "Paper")
    save(engine, [thing("File", deleted=True)], "File")
    copy = thing("Paper", 2, mainFile=thing("File", name="f"))
    assert save(engine, [copy], "Paper", address=SECOND) == Counts(created=1, unchanged=1)


def alien(kind: str, **properties: Any) -> dict[str, Any]:
    return {"id": f"https://evil.example/{kind}/666", "type": f"{SCHEMA}/{kind}", "name": "false"} | properties


def test_nobody_writes_on_another_councils_agenda(engine: Engine, session: Session) -> None:
    save(engine, [thing("Meeting", agendaItem=[thing("AgendaItem", name="true")])], "Meeting")
    save(engine, [thing("Person", membership=[thing("Membership")])], "Person")
    item = alien("AgendaItem", meeting=url("Meeting"), consultation=url("Consultation"), result="abgelehnt")
    save(engine, [item], "AgendaItem", address=EVIL)
    save(
        engine,
        [alien("Membership", person=url("Person"), organization=url("Organization"))],
        "Membership",
        address=EVIL,
    )
    save(engine, [alien("Paper", originatorOrganization=[url("Organization")])], "Paper", address=EVIL)
    assert [entry.item.name for entry in agenda(session, session.get_one(Meeting, url("Meeting")))] == ["true"]
    assert len(memberships_of(session, session.get_one(Person, url("Person")))) == 1
    false = session.get_one(AgendaItem, item["id"])
    assert (false.meeting_id, false.consultation_id, false.raw["meeting"]) == (None, None, url("Meeting"))
    assert session.get_one(Membership, alien("Membership")["id"]).organization_id is None
    assert session.scalars(select(Link.to_id).where(Link.from_id.startswith("https://evil"))).all() == []


def test_two_councils_of_one_server_may_refer_to_each_other(engine: Engine, session: Session) -> None:
    save(engine, [thing("Person", membership=[thing("Membership")])], "Person")
    save(engine, [thing("Membership", 2, person=url("Person"))], "Membership", address=SECOND)
    assert len(memberships_of(session, session.get_one(Person, url("Person")))) == 2


def test_what_was_put_on_an_agenda_before_its_council_came_is_not_shown_there(engine: Engine, session: Session) -> None:
    item = alien("AgendaItem", meeting=url("Meeting"), consultation=url("Consultation"), result="abgelehnt")
    save(engine, [item], "AgendaItem", address=EVIL)
    station = alien("Consultation", paper=url("Paper"), agendaItem=url("AgendaItem"), meeting=url("Meeting"))
    save(engine, [station], "Consultation", address=EVIL)
    member = alien("Membership", person=url("Person"), organization=url("Organization"))
    save(engine, [member], "Membership", address=EVIL)
    save(engine, [thing("Person", membership=[thing("Membership")])], "Person")
    save(engine, [thing("Organization", name="Rat")], "Organization")
    save(engine, [thing("Meeting", agendaItem=[thing("AgendaItem", name="true")])], "Meeting")
    save(engine, [thing("Paper", consultation=[thing("Consultation", meeting=url("Meeting"))])], "Paper")
    entries = agenda(session, session.get_one(Meeting, url("Meeting")))
    assert [(entry.item.name, entry.papers) for entry in entries] == [("true", ())]
    stations = consultation_path(session, url("Paper")).stations
    assert [(one.consultation.id, one.agenda_item) for one in stations] == [(url("Consultation"), None)]
    assert len(memberships_of(session, session.get_one(Person, url("Person")))) == 1
    assert members_of(session, session.get_one(Organization, url("Organization"))) == []
