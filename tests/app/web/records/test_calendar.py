import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import Engine

from app.config import Settings
from app.db import now
from app.queries.meetings import BERLIN
from app.web.filters import today
from app.web.spans import week_of
from tests import factories
from tests.app.web.conftest import HOSTILE, Page, reindex
from tests.app.web.records.test_papers import Read, plain

HELD = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def test_a_month_is_a_table_of_its_days(engine: Engine, read: Read) -> None:
    council = factories.organization(name="Rat der Stadt")
    held, after = factories.meeting(start=HELD), factories.meeting(start=HELD + timedelta(days=20))
    factories.save(
        engine,
        [council, held, after, factories.link(held, "organization", council)],
        [factories.agenda_item(held, result=one, position=n) for n, one in enumerate(("beschlossen", None))],
    )
    page = read("/calendar?month=2026-03")
    text = plain(page)
    assert "Sitzungen im März 2026" in text
    assert "Donnerstag, 12. März 2026 Rat der Stadt 17 Uhr, 1 Beschluss" in text
    days = [one["data-day"] for one in Page(page).every("td")]
    assert (days[0], days[-1], len(days)) == ("2026-02-23", "2026-04-05", 42)
    # Days of April that fill the last week show what is on them, too; phones and the list leave them out.
    assert after.key in page
    assert after.key not in read("/calendar?month=2026-03&view=list")
    assert 'href="/calendar?month=2026-02"' in page
    assert 'href="/calendar?month=2026-04"' in page
    assert 'href="/calendar"' in page


def test_nobody_is_led_on_for_ever(engine: Engine, read: Read) -> None:
    factories.save(engine, factories.meeting(start=HELD))
    before, after = read("/calendar?month=2026-02"), read("/calendar?month=2026-04&view=list")
    assert 'content="noindex"' in before
    assert "month=2026-01" not in before
    assert "month=2026-05" not in after
    assert "month=2026-03" in before
    assert "month=2026-03" in after
    assert 'content="noindex"' not in read("/calendar?month=2026-03")


def test_a_week_is_that_of_the_iso(engine: Engine, read: Read) -> None:
    meeting = factories.meeting(start=datetime(2027, 1, 1, 11, 0, tzinfo=UTC))
    place = factories.location(room="Saal 2")
    factories.save(engine, meeting, place, factories.link(meeting, "location", place))
    page = read("/calendar?view=week&week=2026-W53")
    assert meeting.key in page
    assert "Saal 2" in plain(page)
    assert [one["data-day"] for one in Page(page).every("td")][::6] == ["2026-12-28", "2027-01-03"]
    assert 'href="/calendar?view=week&amp;week=2027-W01"' in page
    # The month that most of its days are in.
    assert 'href="/calendar?month=2026-12"' in page


def test_an_empty_month_leads_to_the_nearest_with_meetings(engine: Engine, read: Read) -> None:
    council = factories.organization()
    ours = [factories.meeting(start=HELD + timedelta(days=days)) for days in (0, 200)]
    links = [factories.link(one, "organization", council) for one in ours]
    factories.save(engine, council, ours, links, factories.meeting(start=HELD + timedelta(days=30)))
    page = read(f"/calendar?month=2026-05&organization={council.key}")
    assert "Für diesen Monat ist keine Sitzung veröffentlicht. März 2026 September 2026" in plain(page)
    assert f'href="/calendar?month=2026-09&amp;organization={council.key}"' in page
    assert f"/organizations/{council.key}.ics" in page
    assert ours[0].key in read(f"/calendar?month=2026-03&organization={council.key}&view=list")
    assert "Für diesen Monat" in plain(read(f"/calendar?month=2026-04&organization={council.key}"))


@pytest.mark.parametrize(
    "address",
    [
        *("month=2026-13", "month=2026-00", "month=0000-01", "month=9999-12", "month=26-1", "month=heute"),
        *("month=2026-03-12", "view=week&week=2026-W54", "view=week&week=2027-W53", "view=week&week=0000-W01"),
        *("view=week&week=9999-W01", "view=week&week=2026-47", "body=nothing", "organization=nothing"),
    ],
)
def test_there_is_no_page_for_days_that_are_none(client: FlaskClient, address: str) -> None:
    assert client.get(f"/calendar?{address}").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        *("month=0001-01", "month=9998-12", "view=week&week=0001-W01", "view=week&week=9998-W52", "view=list"),
        *("view=nothing", "month=&week=&body=&organization=", "view=list&month=0001-01", "month=2026-03&view=week"),
    ],
)
def test_the_first_and_the_last_days_of_all_have_a_page(read: Read, address: str) -> None:
    read(f"/calendar?{address}")


def test_what_was_is_and_will_not_be_are_told_apart(engine: Engine, read: Read) -> None:
    start = datetime.combine(today(), datetime.min.time(), BERLIN).astimezone(UTC)
    past, planned = factories.meeting(start=start), factories.meeting(start=now() + timedelta(minutes=1))
    cancelled = factories.meeting(start=start + timedelta(minutes=1), cancelled=True)
    factories.save(engine, past, planned, cancelled)
    page = read("/calendar?view=list")
    for meeting, kind in ((past, "past"), (cancelled, "cancelled")):
        entry = page.partition(f"/meetings/{meeting.key}")[0].rpartition("rl-entry--")[2]
        assert entry.startswith(kind)
    assert page.count("rl-struck") == 1
    assert 'aria-current="date"' in read("/calendar")


def test_a_day_with_more_than_its_field_holds_leads_to_the_rest(engine: Engine, read: Read) -> None:
    held = [
        factories.meeting(name=f"Ausschuss {number}", start=HELD + timedelta(minutes=number)) for number in range(43)
    ]
    factories.save(engine, *held)
    day = HELD.astimezone(BERLIN).date()
    for view, shown, way in (
        ("month", 6, f"/calendar?view=week&amp;week={week_of(day)}"),
        ("week", 40, f"/calendar?view=list&amp;month={day:%Y-%m}#day-{day.isoformat()}"),
    ):
        page = read(f"/calendar?view={view}&month={day:%Y-%m}&week={week_of(day)}")
        assert page.count('class="rl-entry rl-entry--past"><a') == shown
        assert f"{43 - shown} weitere Sitzungen" in page
        assert way in page
    assert read(f"/calendar?view=list&month={day:%Y-%m}").count('class="rl-entry rl-entry--past"><a') == 43


def test_a_full_month_costs_as_many_questions_as_an_empty_one(engine: Engine, cost: Callable[[str], int]) -> None:
    for number in range(40):
        council, place = factories.organization(), factories.location()
        meeting = factories.meeting(start=HELD + timedelta(hours=number))
        factories.save(
            engine,
            [council, place, meeting, factories.agenda_item(meeting, result="beschlossen")],
            factories.link(meeting, "organization", council),
            factories.link(meeting, "location", place),
        )
    assert cost("/calendar?month=2026-03") <= 8
    assert cost("/calendar?month=2026-03&view=list") <= 8
    assert cost("/calendar.ics") <= 10


def _events(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert (response.status_code, response.mimetype) == (200, "text/calendar")
    parsed = Calendar.from_ical(response.data)
    assert [str(zone["TZID"]) for zone in parsed.walk("VTIMEZONE")] == ["Europe/Berlin"]
    return [{name: _written(value) for name, value in event.items()} for event in parsed.walk("VEVENT")]


def _written(value: Any) -> str:
    written = value.to_ical()
    return written.decode() if isinstance(written, bytes) else str(written)


def test_a_meeting_is_an_event_that_follows_its_changes(engine: Engine, client: FlaskClient, read: Read) -> None:
    meeting = factories.meeting(start=HELD)
    council, place = factories.organization(name="Rat; Stadt"), factories.location(room="Saal, 2")
    factories.save(
        engine,
        [meeting, council, place, factories.agenda_item(meeting), factories.agenda_item(meeting, public=False)],
        [factories.link(meeting, "organization", council), factories.link(meeting, "location", place)],
        factories.change(meeting, "updated", fields=["start"]),
    )
    assert f"/meetings/{meeting.key}.ics" in read(f"/meetings/{meeting.key}")
    response = client.get(f"/meetings/{meeting.key}.ics")
    [event] = _events(client, f"/meetings/{meeting.key}.ics")
    assert event["UID"] == f"meeting-{meeting.key}@ratslupe"
    assert event["SEQUENCE"] == "1"
    assert event["SUMMARY"] == r"Rat\; Stadt"
    assert event["DTSTART"] == "20260312T170000"
    assert event["DTEND"] == "20260312T190000"
    assert b"DTSTART;TZID=Europe/Berlin:20260312T170000" in response.data
    assert event["LOCATION"].startswith(r"Saal\, 2")
    assert event["STATUS"] == "CONFIRMED"
    assert event["URL"].endswith(f"/meetings/{meeting.key}")
    assert "1 öffentlicher Punkt" in event["DESCRIPTION"]
    again = client.get(f"/meetings/{meeting.key}.ics", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_what_is_called_off_is_cancelled_in_calendars_too(engine: Engine, client: FlaskClient) -> None:
    meeting = factories.meeting(cancelled=True, name="Sitzung")
    factories.save(engine, meeting, factories.change(meeting, "updated", fields=["cancelled"]))
    [event] = _events(client, f"/meetings/{meeting.key}.ics")
    assert (event["STATUS"], event["SEQUENCE"], event["SUMMARY"]) == ("CANCELLED", "1", "Abgesagt: Sitzung")


@pytest.mark.parametrize(
    ("start", "written"),
    [
        # The night in which clocks go back has two half past two; no council meets in the hour that is left out.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "20261025T023000"),
        (datetime(2026, 10, 25, 18, 0, tzinfo=UTC), "20261025T190000"),
        (datetime(2026, 10, 24, 17, 0, tzinfo=UTC), "20261024T190000"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "20260329T030000"),
        # Midnight sharp says that the hour is not known: the event takes the day.
        (datetime(2026, 3, 11, 23, 0, tzinfo=UTC), "20260312"),
    ],
)
def test_times_are_those_of_german_clocks(engine: Engine, client: FlaskClient, start: datetime, written: str) -> None:
    meeting = factories.meeting(start=start, end=start - timedelta(hours=1))
    factories.save(engine, meeting)
    [event] = _events(client, f"/meetings/{meeting.key}.ics")
    assert event["DTSTART"] == written
    assert "DTEND" not in event


def test_subscriptions_hold_one_organization_one_council_or_all(engine: Engine, client: FlaskClient) -> None:
    council, other = factories.organization(name="Rat"), factories.organization(name="Beirat")
    ours, theirs = factories.meeting(start=now() + timedelta(days=3)), factories.meeting(start=now())
    factories.save(
        engine,
        [factories.body(), council, other, ours, theirs],
        factories.link(ours, "organization", council),
        factories.link(theirs, "organization", other),
        factories.meeting(start=now() + timedelta(days=500)),
        factories.meeting(start=now(), deleted=True),
        factories.meeting(start=None),
    )
    assert [one["SUMMARY"] for one in _events(client, f"/organizations/{council.key}.ics")] == ["Rat"]
    assert {one["SUMMARY"] for one in _events(client, "/calendar.ics")} == {"Rat", "Beirat"}
    for lost in ("/calendar.ics?body=nothing", "/organizations/nothing.ics", "/meetings/nothing.ics"):
        assert client.get(lost).status_code == 404


def test_a_person_has_the_meetings_of_the_organizations_of_that_day(engine: Engine, client: FlaskClient) -> None:
    person, other = factories.person(), factories.person()
    council, left, foreign = (factories.organization(name=name) for name in ("Rat", "Beirat", "Jugendrat"))
    moment, day = now(), today()
    held = {
        name: factories.meeting(name=name, start=moment + timedelta(days=days))
        for name, days in (("rat", 3), ("before", -200), ("after", -20), ("guest", 5), ("foreign", 3), ("off", 9))
    }
    held["off"].cancelled = True
    factories.save(
        engine,
        [person, other, council, left, foreign, *held.values()],
        factories.membership(person, council, start_date=day - timedelta(days=30)),
        factories.membership(person, left, start_date=None, end_date=day - timedelta(days=100)),
        factories.membership(other, foreign),
        [factories.link(held[name], "organization", council) for name in ("rat", "off")],
        [factories.link(held[name], "organization", left) for name in ("before", "after")],
        [factories.link(held[name], "organization", foreign) for name in ("foreign", "guest")],
        factories.link(held["guest"], "participant", person),
    )
    events = _events(client, f"/people/{person.key}.ics")
    assert [one["UID"] for one in events] == [
        f"meeting-{held[name].key}@ratslupe" for name in ("before", "rat", "guest", "off")
    ]
    assert [one["STATUS"] for one in events][-1] == "CANCELLED"  # called off is not gone
    assert client.get("/people/nothing.ics").status_code == 404


def test_a_search_has_the_meetings_that_it_finds_or_that_treat_what_it_finds(
    engine: Engine, client: FlaskClient, settings: Settings
) -> None:
    council = factories.organization(name="Rat")
    paper, hidden = factories.paper(name="Radweg am Anger"), factories.paper(name="Der Haushalt")
    treats = factories.station(paper, council, now() + timedelta(days=9), name="Bericht")
    quotes = factories.station(hidden, council, now() + timedelta(days=5), name="Haushalt")
    names = factories.meeting(name="Sitzung", start=now() + timedelta(days=1))
    other = factories.meeting(name="Sitzung", start=now() + timedelta(days=2))
    factories.save(
        engine,
        [factories.body(), council, paper, hidden, treats, quotes, names, other],
        factories.agenda_item(names, name="Ein Radweg"),
        factories.read_file("Auch der Radweg wird bezahlt.", of=hidden),
    )
    reindex(engine, settings)
    found = [one["UID"] for one in _events(client, "/calendar.ics?q=radweg")]
    assert found == [f"meeting-{one.key}@ratslupe" for one in (names, quotes[0], treats[0])]
    assert len(_events(client, "/calendar.ics?q=radweg&type=AgendaItem")) == 1
    assert _events(client, "/calendar.ics?q=nichtsdergleichen") == []
    assert client.get("/calendar.ics?q=a*").status_code == 400
    assert len(_events(client, "/calendar.ics?body=musterstadt&q=radweg")) == 3


def test_there_is_no_calendar_of_what_has_no_date_or_is_gone(engine: Engine, client: FlaskClient) -> None:
    undated, gone = factories.meeting(start=None), factories.meeting(deleted=True)
    factories.save(engine, undated, gone)
    assert client.get(f"/meetings/{undated.key}.ics").status_code == 404
    assert client.get(f"/meetings/{gone.key}.ics").status_code == 410
    assert ".ics" not in client.get(f"/meetings/{undated.key}").text


def test_words_of_the_source_stay_inside_their_event(engine: Engine, client: FlaskClient) -> None:
    bad = f"{HOSTILE}\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTACH:x\x0b"
    meeting, place = factories.meeting(name=bad), factories.location(room=bad)
    factories.save(engine, meeting, place, factories.link(meeting, "location", place))
    assert len(_events(client, f"/meetings/{meeting.key}.ics")) == 1
    assert b"\nATTACH" not in client.get(f"/meetings/{meeting.key}.ics").data
    assert b"\nATTACH" not in client.get("/calendar.ics").data


def test_week_one_is_where_the_iso_has_it(read: Read) -> None:
    weeks = re.findall(r"Woche (\d+)</span>", read("/calendar?month=2027-01"))
    assert weeks == ["53", "1", "2", "3", "4"]
    assert "Sitzungen vom 28. Dezember 2026 bis 3. Januar 2027" in plain(read("/calendar?view=week&week=2026-W53"))
    assert "Sitzungen vom 16. bis 22. November 2026" in plain(read("/calendar?view=week&week=2026-W47"))
