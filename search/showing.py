"""From documents that were found to hits: which of a matter are shown, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from search import german
from search.engine import Reader, Row
from search.highlight import Marker, Passages
from search.model import Hit
from search.payload import Stored, unpack
from search.query import Phrase, Query

Texts: TypeAlias = Callable[[Collection[str]], Mapping[str, Sequence[str]]]  # pages by text_key; fewer where it is gone

ALSO = 3  # documents of a matter that are shown below its best one
LOOKED = 8  # documents below it among which one with a text of its own is looked for


class Shower:
    """From rows to hits, in one reader."""

    def __init__(self, reader: Reader, marker: Marker, texts: Texts, *, apart: bool = False) -> None:
        self._reader = reader
        self._marker = marker
        self._texts = texts
        self._apart = apart

    def matters(self, leaders: Sequence[Row], rows: Sequence[Row], full: int) -> Iterator[Hit]:
        """One hit for each matter, with the others of it below."""
        below: dict[int, list[Row]] = {row.group: [] for row in leaders}
        first = {row.handle for row in leaders}
        held_all = {row.handle for row in rows[:full]}
        for row in rows:
            if not self._apart and row.group in below and row.handle not in first:
                below[row.group].append(row)
        looked = [row for leader in leaders for row in (leader, *below[leader.group][:LOOKED])]
        documents = dict(zip([row.handle for row in looked], map(unpack, self._reader.stored(looked)), strict=True))
        shown = {leader.group: _with_text(leader, below[leader.group], documents) for leader in leaders}
        kept = self._kept(documents[row.handle] for leader in leaders for row in (leader, *shown[leader.group]))
        for leader in leaders:
            best = self._hit(leader, documents[leader.handle], kept)
            quoted = bool(documents[leader.handle].text_key)
            also = []
            for row in shown[leader.group]:
                # A text is quoted once a matter: of the best document, or of the first that says something.
                document = documents[row.handle]
                hit = self._hit(row, document, kept, brief=quoted)
                quoted |= bool(document.text_key) and any(one.marked for part in hit.snippets for one in part.segments)
                also.append(replace(hit, full=row.handle in held_all))
            more = len(below[leader.group]) - len(also)
            yield replace(best, also=tuple(also), more=more, full=leader.handle in held_all)

    def hits(self, rows: Sequence[Row]) -> Iterator[Hit]:
        """One hit for each row, with its passages."""
        documents = list(map(unpack, self._reader.stored(rows)))
        kept = self._kept(documents)
        return (self._hit(row, document, kept) for row, document in zip(rows, documents, strict=True))

    def _kept(self, documents: Iterable[Stored]) -> Mapping[str, Sequence[str]]:
        keys = {document.text_key for document in documents if document.text_key}
        return self._texts(keys) if keys else {}

    def _hit(self, row: Row, document: Stored, kept: Mapping[str, Sequence[str]], *, brief: bool = False) -> Hit:
        text = german.clean_pages(kept.get(document.text_key, ())) if document.text_key else document.pages
        found = self._marker.pages(text) if brief else self._marker.passages(text, document.title)
        return _hit(document, found, row.score, self._marker)


def marker_of(query: Query) -> Marker:
    """What marks the words of a query; where it has none, the streets and places that it is narrowed to."""
    chosen = () if query.must else (one for one in query.filters if one.field == "place" and not one.negated)
    places = (place for one in chosen for place in one.values)
    # Behind a comma stands the district, which the text names elsewhere, if at all.
    named = tuple(Phrase(tokens) for place in places if (tokens := tuple(german.tokens(place.split(",")[0]))))
    return Marker(replace(query, must=named) if named else query)


def _with_text(leader: Row, others: Sequence[Row], documents: Mapping[Any, Stored]) -> Sequence[Row]:
    """What is shown of a matter below its best document, one of them with pages to read, if there is one.

    Its agenda items bear its title in a few words and rank before its files, where what was asked for is explained.
    """
    shown, rest = others[:ALSO], others[ALSO:LOOKED]
    if any(documents[row.handle].text_key for row in (leader, *shown)):
        return shown
    text = next((row for row in rest if documents[row.handle].text_key), None)
    return [*shown[:-1], text] if text else shown


def _hit(document: Stored, found: Passages, score: float, marker: Marker) -> Hit:
    return Hit(
        id=document.id,
        type=document.type,
        key=document.key,
        title=document.title,
        date=document.date,
        body=document.body,
        parent=document.parent,
        score=score,
        page_count=document.page_count,
        page=found.page,
        pages=found.pages,
        title_segments=marker.title(document.title),
        snippets=found.snippets,
        group=document.group,
        kind=document.kind,
    )
