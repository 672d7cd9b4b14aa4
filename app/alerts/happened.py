"""Some news that follow each other in the log, with whom they concern: what one step of matching looks at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.indexing.lookups import AT_ONCE, chunks
from app.models import OPARL_TYPES, AlertNotice, News, NewsRef
from app.models.alerts import REMINDER
from app.models.news import DECIDED, NEW, PLANNED, WITHDRAWN
from app.shown import shown

MOST = 2_000  # news at once: the texts of so many files are in the index that is made of them
TELLING = (News.id, News.seq, News.key, News.kind, News.object_type, News.object_id, News.document_id, News.matter_id)
# Of what its document is, where it is not the record itself.
_MATTERS = ("Paper", "Meeting", "AgendaItem")
NEWSLETTER = "newsletter"  # kind of a notice


class Happened(NamedTuple):
    """One piece of news."""

    id: int
    seq: int
    key: str
    kind: str
    object_type: str
    object_id: str
    document_id: str
    matter_id: str | None
    at: datetime
    changes: list[int]


@dataclass(slots=True)
class Window:
    """All news up to `until` that may be told, in the log's order; `told` names what alerts were told of, by alert."""

    until: int
    news: list[Happened]
    told: dict[int, set[str]] = field(default_factory=dict)  # matters
    heard: set[int] = field(default_factory=set)  # alerts with notices of what is withdrawn here
    born: dict[str, int] = field(default_factory=dict)  # records that were new here, gone by now or not: the change
    refs: dict[str, list[Happened]] = field(default_factory=dict)
    by_document: dict[str, list[Happened]] = field(default_factory=dict)
    by_matter: dict[str, list[Happened]] = field(default_factory=dict)

    @property
    def documents(self) -> dict[str, set[str]]:
        """The ids of the documents behind the news, by type."""
        found: dict[str, set[str]] = {}
        for one in self.news:
            if one.kind != WITHDRAWN:
                types = (one.object_type,) if one.document_id == one.object_id else _MATTERS
                for name in types:
                    found.setdefault(name, set()).add(one.document_id)
        return found

    @property
    def papers(self) -> set[str]:
        """The ids of matters."""
        return set(self.by_matter)

    @property
    def withdrawn(self) -> list[Happened]:
        """What is published no more."""
        return [one for one in self.news if one.kind == WITHDRAWN]

    @property
    def following(self) -> dict[str, list[Happened]]:
        """What whoever was told of a matter is told besides, by the matter."""
        return {
            matter: some
            for matter, each in self.by_matter.items()
            if (some := [one for one in each if one.kind in (DECIDED, PLANNED)])
        }

    def of(self, ref: str) -> list[Happened]:
        """Return what concerns a record that is followed."""
        return self.refs.get(ref, [])

    def behind(self, documents: Iterable[str]) -> list[Happened]:
        """Return what happened to documents that a search finds."""
        return _in_order(one for document in documents for one in self.by_document.get(document, ()))

    def about(self, matters: Iterable[str]) -> list[Happened]:
        """Return what happened to some matters, but that they are gone."""
        return _in_order(one for matter in matters for one in self.by_matter.get(matter, ()) if one.kind != WITHDRAWN)


def _in_order(news: Iterable[Happened]) -> list[Happened]:
    return sorted(news, key=lambda one: (one.seq, one.id))


def window(session: Session, after: int, until: int, most: int = MOST) -> Window | None:
    """Return the news after one change up to another, fewer where there are many; None where there are none."""
    query = select(*TELLING, News.at, News.changes).where(News.seq > after).order_by(News.seq, News.id)
    rows = _rows(session, query.where(News.seq <= until).limit(most + 1))
    if not rows:
        return None
    if len(rows) > most:
        # What one change tells belongs together: a cursor cannot stand in the middle of it.
        until = rows[most - 1].seq
        same = query.where(News.seq == until)
        rows = [row for row in rows if row.seq < until] + _rows(session, same)
    here = _shown(session, rows)
    # A record that may not be seen is told of by nothing, but that it was withdrawn; if it is back, not even by that.
    found = Window(until, [one for one in rows if (one.object_id in here) != (one.kind == WITHDRAWN)])
    found.born = {one.object_id: one.seq for one in rows if one.kind == NEW}
    by_id = {one.id: one for one in found.news}
    for some in chunks(by_id, AT_ONCE):
        refs = select(NewsRef.ref, NewsRef.news_id).where(NewsRef.news_id.in_(some)).order_by(NewsRef.news_id)
        for ref, news_id in session.execute(refs):
            found.refs.setdefault(ref, []).append(by_id[news_id])
    for one in found.news:
        if one.kind != WITHDRAWN:
            found.by_document.setdefault(one.document_id, []).append(one)
        if one.matter_id:
            found.by_matter.setdefault(one.matter_id, []).append(one)
    _told(session, found)
    return found


def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[Happened]:
    return [Happened(*row) for row in session.execute(query)]


def _shown(session: Session, news: Iterable[Happened]) -> set[str]:
    wanted: dict[str, set[str]] = {}
    for one in news:
        wanted.setdefault(one.object_type, set()).add(one.object_id)
    found: set[str] = set()
    for name, ids in wanted.items():
        model: Any = OPARL_TYPES[name]
        for some in chunks(ids, AT_ONCE):
            found.update(session.scalars(select(model.id).where(model.id.in_(some), shown(model))))
    return found


def _told(session: Session, found: Window) -> None:
    """Find who was told of what goes on here, and of what is gone."""
    news_alone = AlertNotice.kind.not_in((REMINDER, NEWSLETTER))
    told = select(AlertNotice.alert_id, AlertNotice.matter_id).where(news_alone).distinct()
    for some in chunks(found.following, AT_ONCE):
        for alert_id, matter_id in session.execute(told.where(AlertNotice.matter_id.in_(some))):
            found.told.setdefault(alert_id, set()).add(matter_id or "")
    gone = {one.object_id for one in found.withdrawn}
    found.heard = noticed(session, gone)


def noticed(session: Session, ids: Collection[str]) -> set[int]:
    """Return the alerts with notices of some records, or of parts of them."""
    found: set[int] = set()
    for column in (AlertNotice.object_id, AlertNotice.matter_id):
        for some in chunks(ids, AT_ONCE):
            found.update(session.scalars(select(AlertNotice.alert_id).where(column.in_(some)).distinct()))
    return found
