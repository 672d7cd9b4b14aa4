from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now
from app.models import Meeting
from tests import factories
from tests.app.web.records.test_papers import Read, noon, plain

HELD = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def test_a_meeting_shows_its_agenda_with_results(engine: Engine, read: Read) -> None:
    meeting, council = factories.meeting(start=HELD), factories.organization(name="Rat der Stadt")
    paper = factories.paper(name="Radweg am Anger", reference="2025/0981")
    item = factories.agenda_item(meeting, number="Ö 3", name="Radweg", result="einstimmig beschlossen", position=2)
    factories.save(
        engine,
        [meeting, council, paper, item, factories.consultation(paper, meeting, item)],
        factories.agenda_item(meeting, number="Ö 1", name="Niederschrift", result="siehe Anlage 3", position=0),
        factories.agenda_item(meeting, number=None, name=None, position=1),
        factories.link(meeting, "organization", council),
        factories.read_file("Einladung", of=meeting, role="invitation", name="Einladung zur Sitzung"),
    )
    page = read(f"/meetings/{meeting.key}")
    text = plain(page)
    assert "Donnerstag, 12. März 2026, 17 bis 19 Uhr" in text
    assert "Ö 3 Radweg Antrag" in text
    assert "2025/0981" in text
    assert text.index("Niederschrift") < text.index("Ohne Titel") < text.index("Radweg")
    assert "Beschlossen einstimmig beschlossen" in text
    assert "siehe Anlage 3" in text
    assert f'href="/papers/{paper.key}"' in page
    assert f'id="item-{item.key}"' in page
    assert "Einladung zur Sitzung" in text
    assert "Niederschrift noch nicht veröffentlicht" in text


def test_an_item_behind_closed_doors_shows_its_number_alone(engine: Engine, read: Read) -> None:
    meeting, secret = factories.meeting(), factories.paper(name="GEHEIM-VORLAGE")
    item = factories.agenda_item(
        meeting, number="N 1", public=False, name="GEHEIM", result="GEHEIM", resolution_text="GEHEIM"
    )
    factories.save(
        engine,
        [meeting, secret, item, factories.consultation(secret, meeting, item)],
        factories.read_file("GEHEIM", of=item, role="resolutionFile", name="GEHEIM-DATEI"),
        factories.change(item, "updated", fields=["result"]),
    )
    page = read(f"/meetings/{meeting.key}")
    assert "GEHEIM" not in page
    assert "N 1 Nicht öffentlich" in plain(page)
    assert "Was sich geändert hat" not in page


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"start": None, "end": None}, "Ein Termin ist nicht bekannt."),
        ({"start": HELD, "end": None}, "12. März 2026, 17 Uhr"),
        ({"start": HELD, "end": HELD - timedelta(hours=3)}, "12. März 2026, 17 Uhr"),
        ({"start": HELD, "end": HELD + timedelta(days=300)}, "12. März 2026, 17 Uhr"),
        ({"start": HELD, "end": HELD + timedelta(minutes=162)}, "12. März 2026, 17 bis 19:42 Uhr"),
        ({"start": datetime(2026, 3, 11, 23, 0, tzinfo=UTC), "end": None}, "12. März 2026, Zeit nicht bekannt"),
    ],
)
def test_it_says_no_more_about_time_than_is_known(
    engine: Engine, read: Read, columns: dict[str, Any], expected: str
) -> None:
    meeting = factories.meeting(name=None, **columns)
    factories.save(engine, meeting)
    text = plain(read(f"/meetings/{meeting.key}"))
    assert expected in text
    assert "None" not in text


def test_a_cancelled_meeting_says_so_everywhere(engine: Engine, read: Read) -> None:
    meeting, council = factories.meeting(start=now() + timedelta(days=3), cancelled=True), factories.organization()
    factories.save(engine, meeting, council, factories.link(meeting, "organization", council))
    assert "Diese Sitzung ist abgesagt." in plain(read(f"/meetings/{meeting.key}"))
    for address in (
        "/meetings",
        "/calendar?month=" + f"{now() + timedelta(days=3):%Y-%m}",
        f"/organizations/{council.key}",
    ):
        page = read(address)
        assert "rl-struck" in page, address
        assert "Abgesagt" in plain(page), address


def test_the_list_is_narrowed_to_an_organization_and_a_year(engine: Engine, read: Read, client: FlaskClient) -> None:
    council, other = factories.organization(name="Rat"), factories.organization(name="Beirat")
    ours, theirs = factories.meeting(start=HELD), factories.meeting(start=HELD - timedelta(days=400))
    factories.save(
        engine,
        [council, other, ours, theirs],
        factories.link(ours, "organization", council),
        factories.link(theirs, "organization", other),
    )
    assert theirs.key not in read(f"/meetings?organization={council.key}")
    assert ours.key in read("/meetings?year=2026")
    assert ours.key not in read("/meetings?year=2025")
    assert client.get("/meetings?organization=nothing").status_code == 404


def test_an_agenda_item_leads_to_its_place(engine: Engine, client: FlaskClient) -> None:
    meeting = factories.meeting()
    item, lost = factories.agenda_item(meeting), factories.agenda_item("https://elsewhere.example/meeting")
    factories.save(engine, meeting, item, lost)
    response = client.get(f"/agenda-items/{item.key}")
    assert (response.status_code, response.location) == (302, f"/meetings/{meeting.key}#item-{item.key}")
    assert client.get(f"/agenda-items/{lost.key}").status_code == 404


def test_a_withdrawn_meeting_answers_410(engine: Engine, client: FlaskClient) -> None:
    meeting = factories.meeting(name="Zurückgenommen", deleted=True)
    factories.save(engine, meeting)
    response = client.get(f"/meetings/{meeting.key}")
    assert response.status_code == 410
    assert "Zurückgenommen" not in response.text
    assert meeting.key not in client.get("/meetings").text


def test_of_the_participants_only_members_are_named(engine: Engine, read: Read) -> None:
    meeting, rat = factories.meeting(), factories.organization(name="Rat")
    member, former = factories.person(name="Ada Ratsfrau"), factories.person(name="Bob Ehemals")
    clerk, gone = factories.person(name="Cora Amtsleiterin"), factories.person(name="Dora Gestrichen")
    factories.save(
        engine,
        [meeting, rat, member, former, clerk, gone],
        [factories.membership(member, rat), factories.membership(former, rat, end_date=date(2020, 1, 1))],
        factories.membership(gone, rat, deleted=True),
        [factories.link(meeting, "participant", one, n) for n, one in enumerate((member, former, clerk, gone))],
    )
    page = plain(read(f"/meetings/{meeting.key}"))
    assert "Teilnehmende 2 Personen Ada Ratsfrau Bob Ehemals" in page
    assert "Amtsleiterin" not in page
    assert "Gestrichen" not in page


def test_a_long_agenda_costs_as_many_questions_as_a_short_one(engine: Engine, cost: Callable[[str], int]) -> None:
    def meeting_with(children: int) -> Meeting:
        meeting = factories.meeting()
        rows: list[Any] = [meeting]
        for n in range(children):
            paper, item = factories.paper(), factories.agenda_item(meeting, position=n, result="beschlossen")
            rows += [paper, item, factories.consultation(paper, meeting, item)]
            rows += factories.read_file(f"{children} {n}", of=paper)
            rows += factories.read_file(f"{children} {n} item", of=item, role="resolutionFile")
            rows += factories.read_file(f"{children} {n} meeting", of=meeting)
            person = factories.person()
            rows += [person, factories.link(meeting, "participant", person, n)]
            rows.append(factories.change(item, "updated", fields=["result"]))
        factories.save(engine, rows)
        return meeting

    short, long = meeting_with(1), meeting_with(30)
    assert cost(f"/meetings/{long.key}") == cost(f"/meetings/{short.key}") <= 30
    assert cost("/meetings") <= 16


def test_a_meeting_is_counted_alike_on_its_page_and_on_the_first_one(engine: Engine, read: Read) -> None:
    meeting = factories.meeting(start=now() - timedelta(days=3))
    results = ["beschlossen", "abgelehnt", *["empfohlen"] * 3, "zur Kenntnis genommen", "vertagt", None]
    factories.save(
        engine,
        meeting,
        [factories.agenda_item(meeting, result=one, position=place) for place, one in enumerate(results)],
        factories.agenda_item(meeting, result="beschlossen", public=False, position=99),
    )
    assert "Beschlüsse 2 Empfehlungen 3 vertagt 1" in plain(read(f"/meetings/{meeting.key}"))
    assert "2 Beschlüsse, 3 Empfehlungen" in plain(read("/"))


def test_years_are_counted_within_the_organization(engine: Engine, read: Read) -> None:
    council, other = factories.organization(name="Rat"), factories.organization(name="Ausschuss")
    rows = [factories.meeting(start=HELD.replace(year=year)) for year in (2024, 2024, 2025)]
    links = [factories.link(row, "organization", one) for row, one in zip(rows, (council, other, other), strict=True)]
    factories.save(engine, council, other, rows, links)
    text = plain(read(f"/meetings?organization={council.key}"))
    assert "2024 (1)" in text
    assert "2025 (" not in text
    assert "2025 (0)" in plain(read(f"/meetings?organization={council.key}&year=2025"))


def test_a_meeting_says_where_it_stands(engine: Engine, read: Read) -> None:
    ahead, empty = factories.meeting(start=now() + timedelta(days=3)), factories.meeting(start=now())
    old, done = factories.meeting(start=noon(-34)), factories.meeting(start=now() - timedelta(days=9))
    factories.save(
        engine,
        [ahead, empty, old, done, factories.agenda_item(ahead), factories.agenda_item(ahead, public=False)],
        factories.read_file("Niederschrift", of=done, role="resultsProtocol"),
    )
    assert "In 3 Tagen. Die Tagesordnung hat 1 öffentlichen Punkt." in plain(read(f"/meetings/{ahead.key}"))
    assert "34 Tage nach der Sitzung noch nicht veröffentlicht." in plain(read(f"/meetings/{old.key}"))
    assert "Stattgefunden. Die Niederschrift ist veröffentlicht." in plain(read(f"/meetings/{done.key}"))
    assert "Die Niederschrift ist noch nicht veröffentlicht." in plain(read(f"/meetings/{empty.key}"))


def test_a_meeting_says_that_it_was_moved_or_called_off_and_when(engine: Engine, read: Read) -> None:
    start = now().replace(microsecond=0) + timedelta(days=9)
    moved, later = factories.meeting(start=start), factories.meeting(start=start)
    gone = factories.meeting(start=start, cancelled=True)
    before = datetime(2026, 11, 3, 16, 0, tzinfo=UTC)
    factories.save(
        engine,
        [moved, later, gone],
        factories.change(moved, "updated", fields=["start"], diff={"start": [before.isoformat(), start.isoformat()]}),
        # An hour later on the same day is told below, and no more.
        factories.change(
            later,
            "updated",
            fields=["start"],
            diff={"start": [(start - timedelta(minutes=1)).isoformat(), start.isoformat()]},
        ),
        factories.change(gone, "updated", fields=["cancelled"], diff={"cancelled": [False, True]}),
    )
    text = plain(read(f"/meetings/{moved.key}"))
    assert "Diese Sitzung wurde verlegt. Vorgesehen war Dienstag, 3. November 2026, 17 Uhr." in text
    assert "wurde verlegt." not in plain(read(f"/meetings/{later.key}")).partition("Was sich geändert hat")[0]
    assert "Der Rat hat sie am 15. Januar 2026 abgesagt." in plain(read(f"/meetings/{gone.key}"))


def test_files_of_a_meeting_show_their_first_page(engine: Engine, read: Read) -> None:
    meeting = factories.meeting()
    invitation = factories.read_file("Einladung", of=meeting, role="invitation")
    broken = factories.read_file("x", of=meeting, role="auxiliaryFile", fetch_state="failed")
    factories.save(engine, meeting, invitation, broken)
    page = read(f"/meetings/{meeting.key}")
    assert f"/files/{invitation[0].key}/page/1.webp?w=160" in page
    assert f"/files/{broken[0].key}/page/1.webp" not in page
