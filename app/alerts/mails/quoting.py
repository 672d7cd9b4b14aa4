"""Where a search found what is told: the page and a passage, looked for when it is said, and kept nowhere.

What a record says can be replaced at any time, by a text in which names are blacked out, too. So a mail that waited for
hours quotes what stands there when it is handed over.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy.orm import Session

from app.alerts.targets import SEARCH
from app.config import Settings
from app.indexing import DOCUMENT_TYPES, documents
from app.models import Alert, AlertNotice
from app.models.news import CHANGED, NEW
from search import BadQuery, Document, marker_for, parse_query
from search.german import clean_pages

Key: TypeAlias = tuple[int, str]  # of a notice: the alert's id, the news' key
Quote: TypeAlias = tuple[int | None, tuple[tuple[str, bool], ...]]  # page and passage: (text, marked), …
MOST = 12  # quoted of one alert: a mail shows fewer, and links to the rest
HELD = 2_000  # passages


class Quotes:
    """The quotations of one pass: the same words in the same text are looked for once, however many are told of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[tuple[str, bytes], tuple[Quote | None]] = {}

    def of(self, session: Session, alerts: Iterable[Alert], notices: Iterable[AlertNotice]) -> dict[Key, Quote]:
        """Return where the words of searches stand in what their notices tell, as the texts are now.

        Nothing is quoted of what may be seen no more.
        """
        asked = _asked({alert.id: alert.value for alert in alerts if alert.kind == SEARCH}, notices)
        found: dict[tuple[str, str], Quote] = {}
        for object_type, theirs in _by_type(asked.values()).items():
            for document in documents(session, object_type, theirs):
                text = sha256("\f".join((document.title, *document.pages)).encode("utf-8", "replace")).digest()
                for query in theirs[document.id]:
                    if (quote := self._quote(query, text, document)) is not None:
                        found[document.id, query] = quote
        return {
            key: quote
            for key, (_, object_id, query) in asked.items()
            if (quote := found.get((object_id, query))) is not None
        }

    def _quote(self, query: str, text: bytes, document: Document) -> Quote | None:
        known = self._known.get((query, text))
        if known is None:
            known = (_passage(self._settings, query, document),)
            if len(self._known) >= HELD:
                self._known.clear()
            self._known[query, text] = known
        return known[0]


def _asked(searches: Mapping[int, str], notices: Iterable[AlertNotice]) -> dict[Key, tuple[str, str, str]]:
    """Return type and id of the record, and the query, of those of some notices that can be quoted, newest first."""
    counted: dict[int, int] = {}
    found: dict[Key, tuple[str, str, str]] = {}
    for notice in sorted(notices, key=lambda one: -one.seq):
        query = searches.get(notice.alert_id)
        if query is None or notice.kind not in (NEW, CHANGED) or notice.object_type not in DOCUMENT_TYPES:
            continue
        counted[notice.alert_id] = counted.get(notice.alert_id, 0) + 1
        if counted[notice.alert_id] <= MOST:
            found[notice.alert_id, notice.key] = (notice.object_type, notice.object_id, query)
    return found


def _by_type(asked: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, list[str]]]:
    """Return the queries by type and id of the record."""
    found: dict[str, dict[str, list[str]]] = {}
    for object_type, object_id, query in dict.fromkeys(asked):
        found.setdefault(object_type, {}).setdefault(object_id, []).append(query)
    return found


def _passage(settings: Settings, text: str, document: Document) -> Quote | None:
    try:
        marker = marker_for(parse_query(text, strict=True), thesaurus=settings.thesaurus)
    except BadQuery:
        return None  # understood when it was asked for: the limits have changed since
    found = marker.passages(clean_pages(document.pages), document.title)
    marked = found.snippets and any(segment.marked for segment in found.snippets[0].segments)
    if not marked:
        return None
    return found.page, tuple((segment.text, segment.marked) for segment in found.snippets[0].segments)
