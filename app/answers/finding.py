"""A search in words for programs: the same parser and the same index as the site's, without what may not go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import address_of
from app.answers.published import licences_of
from app.models import OPARL_TYPES
from app.shown import shown
from search import Hit, Query, Results, SearchIndex, Snippet, parse_query
from search.query import MAX_OFFSET, Filter

TYPES = ("Paper", "Meeting", "AgendaItem", "File", "Organization", "Person")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for; `bodies` are the councils, by short name, of which anything may be told."""

    words: str = ""
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    sort: str = ""
    limit: int = 20
    place: str = ""
    license: str | None = None
    bodies: Sequence[str] | None = None  # None: of all

    def query(self) -> Query:
        """Return it as a query; raises search.BadQuery."""
        query = parse_query(
            self.words,
            sort=self.sort,
            limit=self.limit,
            cursor=self.place,
            chosen=self.chosen,
            after=self.since,
            before=self.until + timedelta(days=1) if self.until and self.until < date.max else None,
        )
        if self.bodies is None:
            return query
        # Beside what was asked for, and not among it: there another council would be one more.
        return replace(query, filters=(*query.filters, Filter("body", tuple(self.bodies))))


@dataclass(frozen=True, slots=True)
class Found:
    """One page: matters with their hits, how many there are, and where the next begins ("" on the last)."""

    hits: list[dict[str, Any]]
    total: int
    exact: bool
    documents: int
    next: str
    cut: bool  # there is more than can be paged through
    results: Results


def find(session: Session, index: SearchIndex, base_url: str, wish: Wish) -> Found:
    """Search; raises search.BadQuery, or another search.SearchError where the index does not answer."""
    if wish.bodies is not None and not wish.bodies:
        return Found([], 0, exact=True, documents=0, next="", cut=False, results=Results(0, (), {}, 0.0))
    results = index.search(wish.query())
    every = [one for hit in results.hits for one in (hit, *hit.also)]
    licences = _told(session, every, wish.license)
    hits = []
    for hit in results.hits:
        kept = [one for one in (hit, *hit.also) if one.key in licences]
        if kept:
            first, *also = (_said(one, licences[one.key], base_url) for one in kept)
            hits.append({**first, "also": also, "more": hit.more})
    complete = len(hits) == len(results.hits) and not wish.license
    # Where something was left out nobody counted how much of the rest would be.
    total = (results.groups if results.exact else results.groups * 9 // 10) if complete else len(hits)
    cut = not results.next and results.first + len(results.hits) >= MAX_OFFSET
    exact = complete and results.exact
    return Found(hits, max(total, len(hits)), exact, results.total, results.next, cut, results)


def _told(session: Session, hits: Sequence[Hit], license_: str | None) -> dict[str, str | None]:
    """Return key -> licence of what everybody may have, and of what is there just now: an index may lag behind."""
    licences = licences_of(session, (hit.key for hit in hits))
    there: set[str] = set()
    for name in {hit.type for hit in hits} & OPARL_TYPES.keys():
        model = OPARL_TYPES[name]
        keys = {hit.key for hit in hits if hit.type == name}
        there.update(session.scalars(select(model.key).where(model.key.in_(keys), shown(model))))
    return {key: held for key, held in licences.items() if key in there and license_ in (None, held)}


def _said(hit: Hit, license_: str | None, base_url: str) -> dict[str, Any]:
    return {
        "type": hit.type,
        "key": hit.key,
        "title": hit.title,
        "date": hit.date,
        "body": hit.body,
        "license": license_,
        "url": base_url + address_of(hit.type, hit.key, page=hit.page, parent=hit.parent),
        "object": f"{base_url}/api/v1/objects/{hit.key}",
        "page": hit.page,
        "page_count": hit.page_count,
        "snippet": "".join(segment.text for segment in hit.snippet),
        "passages": [_passage(one) for one in hit.snippets],
    }


def _passage(snippet: Snippet) -> dict[str, Any]:
    marked = [{"text": segment.text, "marked": segment.marked} for segment in snippet.segments]
    return {"page": snippet.page, "segments": marked}
