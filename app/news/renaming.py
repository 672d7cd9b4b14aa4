"""What was told, and what is followed, under the new ids of a server that moved: nobody is told anything twice.

rename_news(session, new, where)    news and whom they concern; notices of them have their own
rename_notices(session, ids, new)   what alerts are to tell, or told, of records with these ids
rename_targets(session, pairs)      what is followed
rename_schemes(session, pairs)      all of it, where only http became https
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from app.indexing.lookups import chunks
from app.models import Alert, AlertNotice, ChannelDelivery, News, NewsletterIntro, NewsletterIssue, NewsRef
from app.rows import among, insert_all

AT_ONCE = 1_000
New = Callable[[str], str]  # an id, or any other text: its new name, or itself
# In a key or a target each id ends before the next one, a day, a number or a word.
_ID = re.compile(r"https?://\S+?(?=:https?://|:\d{4}-|:\d+$|:[a-z]+$|$)")
_NAMING = ("object_id", "document_id", "matter_id")
_NOTICES = AlertNotice.metadata.tables[AlertNotice.__tablename__]
_NEWS = News.metadata.tables[News.__tablename__]
_REFS = NewsRef.metadata.tables[NewsRef.__tablename__]


def written_anew(text: str, new: New) -> str:
    """Return a key or a target with the ids in it renamed."""
    return _ID.sub(lambda found: new(found[0]), text)


def rename_news(session: Session, new: New, *where: ColumnElement[bool]) -> None:
    """Rename in news; of two that say the same then, the earlier one stays."""
    columns = (News.id, News.key, *(_NEWS.c[name] for name in _NAMING))
    for rows in chunks(session.execute(select(*columns).where(*where).order_by(News.id)).all(), AT_ONCE):
        for row in rows:
            ids = [new(value) if value else value for value in row[2:]]
            values = dict(zip(_NAMING, ids, strict=True)) | {"key": written_anew(row.key, new)}
            if ids == list(row[2:]) and values["key"] == row.key:
                continue
            there = News.key == values["key"]
            if values["key"] != row.key and session.scalar(select(News.id).where(there)) is not None:
                session.execute(delete(NewsRef).where(NewsRef.news_id == row.id))
                session.execute(delete(News).where(News.id == row.id))
            else:
                session.execute(update(News).where(News.id == row.id).values(values))
        _rename_refs(session, new, [row.id for row in rows])


def rename_schemes(session: Session, pairs: Mapping[str, str]) -> None:
    """Follow a server that calls its records by https from now on, or by http."""

    def new(text: str) -> str:
        return pairs.get(text, text)

    some = sorted(pairs)
    theirs = [among(session, _NEWS.c[name], some) for name in _NAMING]
    rename_news(session, new, or_(*theirs))
    rename_notices(session, some, new)
    rename_targets(session, pairs)


def _rename_refs(session: Session, new: New, news: Collection[int]) -> None:
    held = list(session.execute(select(NewsRef.news_id, NewsRef.ref).where(NewsRef.news_id.in_(news))))
    pairs = {(news_id, ref): written_anew(ref, new) for news_id, ref in held}
    if all(ref == renamed for (_, ref), renamed in pairs.items()):
        return
    session.execute(delete(NewsRef).where(NewsRef.news_id.in_(news)))
    rows = {(renamed, news_id) for (news_id, _), renamed in pairs.items()}
    insert_all(session, _REFS, [{"ref": ref, "news_id": news_id} for ref, news_id in sorted(rows)])


def rename_notices(session: Session, ids: Collection[str], new: New) -> None:
    """Rename in notices, and in calls that are owed for them; who was told under the new name already stays so."""
    one, keys = AlertNotice, dict[str, str]()
    query = select(one.alert_id, one.key, one.object_id, one.matter_id)
    some = sorted(ids)
    theirs = or_(among(session, one.object_id, some), among(session, _NOTICES.c.matter_id, some))
    for row in session.execute(query.where(theirs)).all():
        this = (one.alert_id == row.alert_id, one.key == row.key)
        keys[row.key] = key = written_anew(row.key, new)
        if key != row.key and session.get(AlertNotice, (row.alert_id, key)) is not None:
            session.execute(delete(one).where(*this))
            continue
        matter = new(row.matter_id) if row.matter_id else None
        session.execute(update(one).where(*this).values(key=key, object_id=new(row.object_id), matter_id=matter))
    if any(old != key for old, key in keys.items()):
        for owed in session.scalars(select(ChannelDelivery).where(ChannelDelivery.sent_at.is_(None))):
            owed.notices = [[alert_id, keys.get(key, key)] for alert_id, key in owed.notices]
        session.flush()


def rename_targets(session: Session, pairs: Mapping[str, str]) -> None:
    """Rename what is followed; who follows both names follows one."""
    followed = {f"{kind}{old}": f"{kind}{new}" for old, new in pairs.items() for kind in ("", "body:", "organization:")}
    rows = select(Alert.id, Alert.subscriber_id, Alert.kind, Alert.value).where(
        among(session, Alert.value, sorted(followed))
    )
    for alert_id, subscriber, kind, value in session.execute(rows).all():
        same: Any = (Alert.subscriber_id == subscriber, Alert.kind == kind, Alert.value == followed[value])
        if session.scalar(select(Alert.id).where(*same)) is not None:
            session.execute(delete(Alert).where(Alert.id == alert_id))
        else:
            session.execute(update(Alert).where(Alert.id == alert_id).values(value=followed[value]))
    intros = select(NewsletterIntro.target).where(among(session, NewsletterIntro.target, sorted(followed)))
    for target in session.scalars(intros).all():
        mine = NewsletterIntro.target == target
        if session.get(NewsletterIntro, followed[target]) is None:
            session.execute(update(NewsletterIntro).where(mine).values(target=followed[target]))
        else:
            session.execute(delete(NewsletterIntro).where(mine))
    _rename_issues(session, followed)


def _rename_issues(session: Session, followed: Mapping[str, str]) -> None:
    """Rename the issues that newsletters had; of one week the one under the new name stays."""
    one = NewsletterIssue
    for target, week in session.execute(
        select(one.target, one.week).where(among(session, one.target, sorted(followed)))
    ).all():
        mine = (one.target == target, one.week == week)
        if session.get(one, (followed[target], week)) is None:
            session.execute(update(one).where(*mine).values(target=followed[target]))
        else:
            session.execute(delete(one).where(*mine))
