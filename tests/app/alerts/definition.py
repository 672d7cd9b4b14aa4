"""Who is told what and when, once more, as plainly as it can be: one alert and one piece of news at a time, with lists
instead of tables and words instead of an index."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.alerts.bundling import bundle
from app.db import writing
from app.models import AlertDelivery, AlertNotice, File
from tests import factories as make
from tests.app.alerts.happening import Town

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Thing:
    """A record as the definition knows it: a paper, a file of one, or an item that decides on one."""

    row: Any
    words: frozenset[str]
    paper: "Thing | None" = None
    is_gone: bool = False

    @property
    def is_shown(self) -> bool:
        return not self.is_gone and not (isinstance(self.row, File) and self.matter.is_gone)

    @property
    def matter(self) -> "Thing":
        return self.paper or self


@dataclass
class Event:
    """One piece of news."""

    key: str
    kind: str
    thing: Thing
    at: datetime


@dataclass
class Told:
    """What an alert is to tell, and told when it was mailed."""

    event: Event
    due: datetime
    mailed: datetime | None = None


@dataclass
class Following:
    """An alert of a person."""

    row: Any
    person: int
    cursor: int
    told: list[Told] = field(default_factory=list)

    def matches(self, thing: Thing, about: Thing) -> bool:
        if self.row.kind == "body":
            return True
        if self.row.kind == "paper":
            return bool(thing.matter.row.id == self.row.value)
        wanted = {word for word in self.row.value.split() if word[0] != "-"}
        unwanted = {word[1:] for word in self.row.value.split() if word[0] == "-"}
        return about.is_shown and wanted <= about.words and not unwanted & about.words

    def consider(self, event: Event, since: list[Event]) -> None:
        """Say what one piece of news means to this alert, by the records as they are now."""
        thing = event.thing
        if event.kind == "withdrawn":
            self._withdrawn(event, since)
        elif thing.is_shown:
            about = thing.matter if event.kind == "decided" else thing
            knew = event.kind == "decided" and any(one.event.thing.matter is thing.matter for one in self.told)
            if self.matches(thing, about) or knew:
                self._tell(event)

    def _withdrawn(self, event: Event, since: list[Event]) -> None:
        gone = event.thing
        if gone.is_shown:
            return
        theirs = [one for one in self.told if gone in (one.event.thing, one.event.thing.matter)]
        knew = any(one.mailed for one in theirs)
        never_heard = any(one.event.kind == "new" and one.event.thing is gone for one in theirs)
        came = any(one.kind == "new" and one.thing is gone for one in since)
        self.told = [one for one in self.told if one not in theirs or one.mailed]
        follows = self.row.kind != "search" and self.matches(gone, gone)
        if knew or (follows and not never_heard and not came):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self.told.append(Told(event, first_slot(self.row.frequency, self.row.weekday, event.at)))


def first_slot(frequency: str, weekday: int, at: datetime) -> datetime:
    """Try every hour until it is one at which such mails go."""
    if frequency == "instant":
        return at
    hour = at.astimezone(BERLIN).replace(minute=0, second=0, microsecond=0)
    while hour < at or hour.hour != 8 or (frequency == "weekly" and hour.weekday() != weekday):
        hour += timedelta(hours=1)
    return hour


@dataclass
class World:
    """The portal and, beside it, what it should do."""

    town: Town
    events: list[Event] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    alerts: list[Following] = field(default_factory=list)
    paused: set[int] = field(default_factory=set)
    mails: Counter[tuple[int, Any]] = field(default_factory=Counter)

    def happen(self, kind: str, thing: Thing) -> None:
        refs = [f"paper:{thing.matter.row.id}", f"body:{make.BODY_ID}"]
        key = f"{kind}:{thing.row.id}:{len(self.events)}"
        document = thing.matter.row if kind == "decided" else thing.row
        self.town.tell(thing.row, kind, matter=thing.matter.row, document=document, refs=refs, key=key)
        self.events.append(Event(key, kind, thing, self.town.now))

    def subscribe(self, person: int, kind: str, value: str, frequency: str) -> None:
        if any((one.person, one.row.kind, one.row.value) == (person, kind, value) for one in self.alerts):
            return
        number = 1 + len(self.alerts)
        row = make.alert(person, kind, value, id=number, frequency=frequency, weekday=2, seq=len(self.events))
        make.save(self.town.engine, row)
        self.alerts.append(Following(row, person, len(self.events)))

    def run(self) -> None:
        """Do one pass, and beside it what it should have done."""
        self.town.match()
        bundle(self.town.engine, self.town.settings, self.town.now)
        with writing(self.town.engine) as session:
            on_its_way = update(AlertDelivery).where(AlertDelivery.sent_at.is_(None))
            session.execute(on_its_way.values(sent_at=self.town.now, next_try=None, attempts=1))
        now, here = self.town.now, self.town.now.astimezone(BERLIN)
        for alert in self.alerts:
            news, alert.cursor = self.events[alert.cursor :], len(self.events)
            for place, event in enumerate(news):
                alert.consider(event, news[:place])
        for person in {alert.person for alert in self.alerts} - self.paused:
            theirs = [alert for alert in self.alerts if alert.person == person]
            due = [one for alert in theirs for one in alert.told if not one.mailed and one.due <= now]
            if due and 7 <= here.hour < 21 and self.mails[person, here.date()] < 2:
                self.mails[person, here.date()] += 1
                for one in due:
                    one.mailed = now

    def should(self) -> Counter[tuple[int, str, datetime | None]]:
        return Counter((alert.row.id, one.event.key, one.mailed) for alert in self.alerts for one in alert.told)

    def did(self) -> Counter[tuple[int, str, datetime | None]]:
        with Session(self.town.engine) as session:
            query = select(AlertNotice.alert_id, AlertNotice.key, AlertDelivery.sent_at)
            rows = session.execute(query.outerjoin(AlertDelivery, AlertDelivery.id == AlertNotice.delivery_id))
            return Counter((alert_id, key, sent_at) for alert_id, key, sent_at in rows)
