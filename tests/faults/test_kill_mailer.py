"""The mailer is killed at any moment while a server accepts, defers, refuses or hangs: no mail is lost, and of each
kill comes at most one mail twice, under the same name.

    KILLS=500 pytest tests/faults/test_kill_mailer.py
"""

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.alerts.mails.outbox import LEASE
from app.alerts.tokens import address_hash
from app.config import ROOT
from app.db import open_engine
from app.models import AlertDelivery, Subscriber, Suppression
from tests import factories as make
from tests.app.smtp import Sink, listening
from tests.faults.mailer import settings_at

KILLS = int(os.environ.get("KILLS", "40"))
READY = 25  # mails that are due at each start
MOST_SECONDS = 1.0  # until a mailer is killed at the latest, or as long as it takes to send all that are due
DEFERRED = 3  # times that one mail is put off at most, so that none is given up


@dataclass
class Moody(Sink):
    """A server that takes most mails, and sometimes puts off, refuses, hangs or hangs up."""

    dice: random.Random = field(default_factory=lambda: random.Random(7))
    runs: list[list[tuple[str, str]]] = field(default_factory=lambda: [[]])  # (address, Message-ID) by run
    asked: list[list[str]] = field(default_factory=lambda: [[]])  # addresses by run
    put_off: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked[-1].append(address)
        if address.startswith("gone"):
            return "550 5.1.1 nobody here"
        if self._moody(address, 0.1):
            return "450 4.2.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        address = envelope.rcpt_tos[0]
        if self._moody(address, 0.06):
            return self.dice.choice(("451 4.3.0 later", "554 5.7.1 not today"))
        if self._moody(address, 0.01):
            await asyncio.sleep(2)  # and never takes it: the mailer has lost its patience by then
            return "451 4.3.0 too slow"
        head = envelope.content.decode("utf-8", "replace").partition("\r\n\r\n")[0]
        name = next(line for line in head.splitlines() if line.lower().startswith("message-id:"))
        self.runs[-1].append((address, name.partition(":")[2].strip()))
        if self.dice.random() < 0.3:
            await asyncio.sleep(self.dice.random() * 0.1)  # between having it and saying so
        return "250 OK"

    def _moody(self, address: str, chance: float) -> bool:
        if self.put_off[address] >= DEFERRED or self.dice.random() > chance:
            return False
        self.put_off[address] += 1
        return True


class Mailer:
    """The process that makes copies of itself."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.mailer"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, **job: Any) -> tuple[int, float]:
        """Let a copy send what is owed; returns how it ended, and after how many seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return int(answer["code"]), float(answer["seconds"])

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)


@contextmanager
def mailing() -> Iterator[Mailer]:
    mailer = Mailer()
    try:
        yield mailer
    finally:
        mailer.close()


@dataclass
class Office:
    """Owes mails to ever new readers."""

    engine: Engine
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    owed: dict[str, str] = field(default_factory=dict)  # Message-ID by address, of those who are to get theirs
    number: int = 0

    def owe(self) -> None:
        """Let as many mails be due as a mailer can send before it is killed; one in eight to somebody who is gone."""
        with Session(self.engine) as session:
            due = select(func.count()).where(AlertDelivery.sent_at.is_(None), AlertDelivery.next_try <= self.now)
            missing = READY - (session.scalar(due) or 0)
        people, mails, rest = [], [], []
        for _ in range(max(0, missing)):
            self.number += 1
            kind = {3: "gone", 6: "silent"}.get(self.number % 8, "reader")
            confirmed = None if kind == "silent" else self.now
            reader = make.subscriber(address=f"{kind}{self.number}@example.org", confirmed_at=confirmed)
            alert, mail = make.alert(reader), make.alert_delivery(reader, created_at=self.now, next_try=self.now)
            people.append(reader)
            mails += [alert, mail]
            rest.append(make.notice(alert, self.paper, delivery=mail))
            if kind == "reader":
                self.owed[reader.address] = mail.message_id
        for rows in (people, mails, rest):
            make.save(self.engine, rows)

    def begin(self) -> None:
        """Publish what all of them are told of, and let one mail be due that goes nowhere."""
        self.paper = make.paper()
        reader = make.subscriber(address="first@example.org")
        make.save(self.engine, self.paper, reader)
        alert, mail = make.alert(reader), make.alert_delivery(reader, created_at=self.now, next_try=self.now)
        make.save(self.engine, alert, mail)
        make.save(self.engine, make.notice(alert, self.paper, delivery=mail))

    def suppressed(self) -> set[str]:
        """Return the addresses that are written to no more."""
        settings = settings_at(str(self.engine.url))
        with Session(self.engine) as session:
            kept = set(session.scalars(select(Suppression.address_hash)))
        gone = (f"gone{number}@example.org" for number in range(3, self.number + 1, 8))
        return {address for address in gone if address_hash(settings, address) in kept}


@pytest.fixture
def database(tmp_path: Path, sqlite_template: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "ratslupe.db"))


def test_a_killed_mailer_loses_nothing_and_writes_to_nobody_else(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.app.smtp.Sink", Moody)
    dice = random.Random(KILLS)
    url = f"sqlite:///{database}"
    engine = open_engine(url)
    office, kills = Office(engine), 0
    over: list[set[str]] = []  # who was written to no more, by run
    with listening() as sink, mailing() as mailer:
        assert isinstance(sink, Moody)
        office.begin()
        job = {"database_url": url, "port": sink.port}
        mailer.run(**job, now=office.now.isoformat())
        office.owe()
        _, longest = mailer.run(**job, now=office.now.isoformat())
        while kills < KILLS:
            office.owe()
            over.append(office.suppressed())
            after = dice.random() * min(longest, MOST_SECONDS)
            code, _ = mailer.run(**job, now=office.now.isoformat(), after=after)
            assert code in (0, -9)
            kills += code == -9
            sink.runs.append([])
            sink.asked.append([])
            office.now += LEASE + timedelta(seconds=1)
        for _ in range(60):  # what was put off or refused is tried again, until nothing is left
            over.append(office.suppressed())
            assert mailer.run(**job, now=office.now.isoformat())[0] == 0
            sink.runs.append([])
            sink.asked.append([])
            office.now += timedelta(hours=2)
    check(office, sink, kills, over)
    engine.dispose()


def check(office: Office, sink: Moody, kills: int, over: list[set[str]]) -> None:
    """Compare what came with what was owed."""
    came = Counter(one for run in sink.runs for one in run)
    lost = {address for address, name in office.owed.items() if not came[address, name]}
    assert lost == set()
    assert set(came) == set(office.owed.items())  # nobody else got any, and each the same one every time
    twice = sum(count - 1 for count in came.values())
    assert twice <= kills
    # A mail comes twice only where the mailer died between the server's yes and its own mark: the last of its run.
    for one, count in came.items():
        runs = [run for run in sink.runs if one in run]
        assert len(runs) == count
        assert all(run[-1] == one for run in runs[:-1])
    for done, asked in zip(over, sink.asked, strict=False):
        assert not done & set(asked)
    gone = {f"gone{number}@example.org" for number in range(3, office.number + 1, 8)}
    with Session(office.engine) as session:
        left = set(session.scalars(select(Subscriber.address)))
        waiting = session.scalars(select(AlertDelivery.id).where(AlertDelivery.next_try.is_not(None))).all()
    assert waiting == []
    assert not gone & left
    sys.stdout.write(f"{kills} kills, {len(office.owed)} mails, {twice} twice, {len(gone)} addresses of nobody\n")
