"""From what is new in the index to mails that are owed: each alert learns of each document once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.subscriptions import delivery
from app.config import Settings
from app.db import writing
from app.indexing import CONSUMER, settled
from app.models import Alert, AlertHit
from search import BadQuery, Hit, SearchIndex, parse_query

PAGE = 100  # hits asked for at once
MOST = 1000  # hits remembered of one search; the mail tells how many there are, and links to all
PATIENCE = timedelta(hours=6)  # with texts that are still looked through for streets
TOGETHER = 200  # alerts written in one transaction


@dataclass(slots=True)
class Matched:
    """What one pass found."""

    searches: int = 0
    alerts: int = 0
    owed: int = 0
    failed: int = 0


def match(engine: Engine, index: SearchIndex, settings: Settings, moment: datetime) -> Matched:
    """Search for everybody, and write what they are owed; the same question is asked once, however many ask it."""
    found = Matched()
    with Session(engine) as session:
        # Taken before searching: what is indexed meanwhile comes again next time, and alert_hit knows it then.
        reached = log.position(session, CONSUMER)
        oldest = session.scalar(select(func.min(Alert.seq)).where(Alert.confirmed_at.is_not(None)))
        # Whoever follows a street must not go past a text before it is known which streets it names.
        reached = settled(session, oldest or 0, reached, moment - PATIENCE)
        due = select(Alert.query, Alert.seq, Alert.id).where(Alert.confirmed_at.is_not(None), Alert.seq < reached)
        rows = session.execute(due.order_by(Alert.query, Alert.seq, Alert.id)).all()
    asking: dict[tuple[str, int], list[int]] = {}
    for query, seq, alert_id in rows:
        asking.setdefault((query, seq), []).append(alert_id)
    for (query, seq), alert_ids in asking.items():
        found.searches += 1
        try:
            total, hits = _new(index, query, seq)
        except BadQuery:
            # Understood when it was asked for: the limits have changed since. It is counted, and asked again next time.
            found.failed += len(alert_ids)
            continue
        for start in range(0, len(alert_ids), TOGETHER):
            part = alert_ids[start : start + TOGETHER]
            found.owed += _write(engine, settings, part, seq, reached, total, hits, moment)
        found.alerts += len(alert_ids)
    return found


def _new(index: SearchIndex, query: str, seq: int) -> tuple[int, list[Hit]]:
    hits: dict[str, Hit] = {}
    while True:
        wanted = parse_query(query, after_seq=seq, sort="newest", offset=len(hits), limit=PAGE)
        page = index.search(replace(wanted, apart=True, strict=True))
        before = len(hits)
        hits |= {hit.id: hit for hit in page.hits}
        if len(hits) in (before, page.total) or len(hits) >= MOST:
            return page.total, list(hits.values())


def _write(
    engine: Engine,
    settings: Settings,
    alert_ids: Iterable[int],
    seq: int,
    reached: int,
    total: int,
    hits: list[Hit],
    moment: datetime,
) -> int:
    owed = 0
    ids = [hit.id for hit in hits]
    with writing(engine) as session:
        # Whoever moves an alert on owes the mail: of two passes at once the second moves nothing.
        moved = update(Alert).where(Alert.id.in_(alert_ids), Alert.seq == seq, Alert.confirmed_at.is_not(None))
        moved = moved.values(seq=reached)
        if not hits:
            session.execute(moved)
            return 0
        for alert in session.scalars(moved.returning(Alert)).all():
            alert_id = alert.id
            told = set(
                session.scalars(
                    select(AlertHit.object_id).where(AlertHit.alert_id == alert_id, AlertHit.object_id.in_(ids))
                )
            )
            news = [hit for hit in hits if hit.id not in told]
            if news:
                mail = delivery(settings, alert, reached, total - len(told), moment)
                session.add(mail)
                session.flush()
                session.add_all(_hit(alert_id, mail.id, hit) for hit in news)
                owed += 1
    return owed


def _hit(alert_id: int, delivery_id: int, hit: Hit) -> AlertHit:
    return AlertHit(
        alert_id=alert_id,
        object_id=hit.id,
        delivery_id=delivery_id,
        page=hit.page,
        snippet=[[segment.text, segment.marked] for segment in hit.snippet] or None,
    )
