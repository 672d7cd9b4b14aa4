"""Where a search found what a mail is to tell: the page and a passage, looked for just before the mail is made."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import Engine, bindparam, null, select, update
from sqlalchemy.orm import Session

from app.alerts.targets import SEARCH
from app.config import Settings
from app.db import writing
from app.indexing import DOCUMENT_TYPES, documents
from app.indexing.lookups import chunks
from app.models import Alert, AlertNotice
from app.models.news import CHANGED, NEW
from search import BadQuery, Document, Segment, marker_for, parse_query
from search.german import clean_pages

Key: TypeAlias = tuple[int, str]  # of a notice: the alert's id, the news' key
Quote: TypeAlias = tuple[int | None, tuple[Segment, ...]]  # page and passage
MOST = 12  # quoted of one alert: a mail shows fewer, and links to the rest
AT_ONCE = 500  # notices that are quoted together; of as many files the texts are held


def quote(engine: Engine, settings: Settings, keys: Iterable[Key]) -> None:
    """Write into notices of searches where the words stand; the same words in the same text are looked for once."""
    for some in chunks(keys, AT_ONCE):
        with Session(engine) as session:
            asked = _asked(session, some)
            found = _found(session, settings, set(asked.values()))
        rows = [
            {"the_alert": alert_id, "the_key": key, "page": page, "snippet": [[s.text, s.marked] for s in passage]}
            for (alert_id, key), (_, object_id, query) in asked.items()
            if (page_and_passage := found.get((object_id, query))) is not None
            for page, passage in [page_and_passage]
        ]
        if rows:
            with writing(engine) as session:
                session.connection().execute(_WRITTEN, rows)


def unquote(engine: Engine, keys: Iterable[Key]) -> None:
    """Forget what was quoted in notices that are in no mail yet: until then nothing keeps what a record said."""
    rows = [{"the_alert": alert_id, "the_key": key} for alert_id, key in keys]
    if rows:
        with writing(engine) as session:
            session.connection().execute(_FORGOTTEN, rows)


_TABLE = AlertNotice.metadata.tables[AlertNotice.__tablename__]
_WRITTEN = (
    update(_TABLE)
    .where(_TABLE.c.alert_id == bindparam("the_alert"), _TABLE.c.key == bindparam("the_key"))
    .values(page=bindparam("page"), snippet=bindparam("snippet"))
)
_FORGOTTEN = (
    update(_TABLE)
    .where(_TABLE.c.alert_id == bindparam("the_alert"), _TABLE.c.key == bindparam("the_key"))
    .where(_TABLE.c.delivery_id.is_(None))
    .values(page=None, snippet=null())
)


def _asked(session: Session, keys: Sequence[Key]) -> dict[Key, tuple[str, str, str]]:
    """Return type and id of the record, and the query, of those of some notices that can be quoted."""
    query = select(AlertNotice.alert_id, AlertNotice.key, AlertNotice.object_type, AlertNotice.object_id, Alert.value)
    query = query.join(Alert, Alert.id == AlertNotice.alert_id).where(
        AlertNotice.alert_id.in_({alert_id for alert_id, _ in keys}),
        AlertNotice.key.in_({key for _, key in keys}),
        AlertNotice.kind.in_((NEW, CHANGED)),
        AlertNotice.object_type.in_(DOCUMENT_TYPES),
        AlertNotice.snippet.is_(None),
        Alert.kind == SEARCH,
    )
    wanted, counted = set(keys), dict[int, int]()
    found: dict[Key, tuple[str, str, str]] = {}
    for alert_id, key, *rest in session.execute(query.order_by(AlertNotice.alert_id, AlertNotice.seq.desc())):
        if (alert_id, key) in wanted and counted.setdefault(alert_id, 0) < MOST:
            counted[alert_id] += 1
            found[alert_id, key] = (rest[0], rest[1], rest[2])
    return found


def _found(session: Session, settings: Settings, asked: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], Quote]:
    """Return what is quoted by record and query; nothing of what may be seen no more."""
    queries: dict[str, dict[str, list[str]]] = {}
    for object_type, object_id, query in asked:
        queries.setdefault(object_type, {}).setdefault(object_id, []).append(query)
    return {
        (document.id, query): passage
        for object_type, theirs in queries.items()
        for document in documents(session, object_type, theirs)
        for query in theirs[document.id]
        if (passage := _passage(settings, query, document)) is not None
    }


def _passage(settings: Settings, text: str, document: Document) -> Quote | None:
    try:
        marker = marker_for(parse_query(text, strict=True), thesaurus=settings.thesaurus)
    except BadQuery:
        return None  # understood when it was asked for: the limits have changed since
    found = marker.passages(clean_pages(document.pages), document.title)
    marked = found.snippets and any(segment.marked for segment in found.snippets[0].segments)
    return (found.page, found.snippets[0].segments) if marked else None
