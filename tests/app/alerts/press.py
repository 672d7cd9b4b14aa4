"""A council whose lists are mirrored at moments of a test's choice, and what is told of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import changes as log
from app.db import writing
from app.models import Change, News, NewsRef
from app.news import refreshing as news
from oparl_sync import store
from tests.oparl_sync.council import SERVER, Council, save, thing, url

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One piece of news, with ids without the server's name: "new:paper/1", ["paper:paper/1", …]."""

    key: str
    kind: str
    refs: tuple[str, ...]
    document: str
    matter: str | None
    seq: int
    changes: tuple[int, ...]
    about: str


class Press:
    """Mirrors what is published, lets the index follow, and reads the news."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.now, self.read = engine, MONDAY, 0
        monkeypatch.setattr(store, "now", lambda: self.now)

    def publish(self, kind: str, *entries: dict[str, Any], backfill: bool = False, **wait: float) -> None:
        """Mirror one page of a list, two hours after the last one."""
        self.now += timedelta(**(wait or {"hours": 2}))
        save(self.engine, [dict(one) for one in entries], kind, backfill=backfill)

    def note(self, kind: str, number: int | str, *fields: str, **columns: Any) -> None:
        """Add a change that is not read from a list, two hours after the last one."""
        self.now += columns.pop("wait", timedelta(hours=2))
        blank = {"kind": "updated", "diff": None, "content_hash": None, "backfill": False, "at": self.now}
        source = Council().source(self.engine)
        about = {"object_type": kind, "object_id": url(kind, number), "source_id": source.id}
        with writing(self.engine) as session:
            log.append(session, [about | blank | {"fields": list(fields) or None} | columns])

    def index(self, seq: int | None = None) -> None:
        """Let the index have come up to a change, or to the last one."""
        with writing(self.engine) as session:
            log.advance(session, "index", log.last_seq(session) if seq is None else seq)

    def told(self) -> list[Told]:
        """Return what is told of all that was published since the last time, in the log's order."""
        self.index()
        news.refresh(self.engine, moment=self.now)
        found = [one for one in self.every() if one.seq > self.read]
        with Session(self.engine) as session:
            self.read = session.scalar(select(func.max(Change.seq))) or 0
        return found

    def heard(self) -> list[str]:
        """Return the keys of that alone."""
        return [one.key for one in self.told()]

    def every(self) -> list[Told]:
        """Return all news that there are."""
        with Session(self.engine) as session:
            refs: dict[int, list[str]] = {}
            for row in session.execute(select(NewsRef.news_id, NewsRef.ref).order_by(NewsRef.ref)):
                refs.setdefault(row.news_id, []).append(_short(row.ref))
            return [
                Told(
                    *(_short(row.key), row.kind, tuple(refs.get(row.id, ())), _short(row.document_id)),
                    *(_short(row.matter_id) if row.matter_id else None, row.seq, tuple(row.changes)),
                    about=_short(row.object_id),
                )
                for row in session.scalars(select(News).order_by(News.seq, News.key))
            ]


def _short(text: str) -> str:
    return text.replace(f"{SERVER}/", "")


def paper(number: int = 1, **more: Any) -> dict[str, Any]:
    """Build a paper as its server sends it."""
    return thing("Paper", number, **({"name": f"Vorlage {number}", "paperType": "Antrag"} | more))


def file(number: int = 1, **more: Any) -> dict[str, Any]:
    """Build a file."""
    return thing("File", number, name=f"Anlage {number}", accessUrl=url("File", number) + "/access", **more)


def meeting(number: int = 1, start: datetime | None = MONDAY + timedelta(days=20), **more: Any) -> dict[str, Any]:
    """Build a meeting of the first organization, in three weeks."""
    said = {"start": start.isoformat()} if start else {}
    return thing("Meeting", number, **(said | {"organization": [url("Organization")], "agendaItem": []} | more))


def item(number: int = 1, /, **more: Any) -> dict[str, Any]:
    """Build a public agenda item."""
    return thing("AgendaItem", number, **({"name": f"Punkt {number}", "public": True} | more))


def consultation(number: int = 1, **more: Any) -> dict[str, Any]:
    """Build a consultation in the first meeting, unless more is said of it."""
    return thing("Consultation", number, **(more or {"meeting": url("Meeting")}))
