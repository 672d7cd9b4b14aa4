"""What assistants are told of the records: found, read, and what changed; with the address of the page to cite."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.addresses import FOLDERS, record_url
from app.answers import changes as feed
from app.answers import published, texts
from app.answers.changes import EditionEnded, NothingYet
from app.answers.cursors import BadCursor
from app.answers.finding import Wish, find
from app.answers.published import Council
from app.config import Settings
from app.db import session_factory
from app.models.publication import PublicObject
from app.publication.names import PREFIX
from search import BadQuery, SearchError, SearchIndex

MOST_HITS, MOST_CHANGES = 20, 100
Told = dict[str, Any]


class Unanswered(Exception):
    """Raised for a question that cannot be answered; says why, and what can be asked instead."""


@dataclass
class Portal:
    """The records, and the index over them; of one council alone where the portal is."""

    settings: Settings
    engine: Engine
    index: SearchIndex

    def councils(self) -> list[Told]:
        """Return the councils that can be asked about."""
        with self._asking() as session:
            return [
                {"council": one.slug, "name": one.name, "license": one.license, "url": self._council_url(one)}
                for one in self._councils(session)
            ]

    def search(
        self,
        words: str,
        *,
        council: str = "",
        types: tuple[str, ...] = (),
        since: date | None = None,
        until: date | None = None,
        limit: int = 10,
    ) -> Told:
        """Return what a search finds."""
        with self._asking() as session:
            known = self._councils(session)
            wish = Wish(
                words=words,
                chosen={"type": types},
                since=since,
                until=until,
                limit=min(limit, MOST_HITS),
                bodies=[one.slug for one in (self._named(known, council) if council else known)],
            )
            try:
                found = find(session, self.index, self.settings.base_url, wish)
            except BadQuery as error:
                raise Unanswered(f"The search cannot be understood: {error.message}") from error
            except SearchError as error:
                raise Unanswered("The search does not answer just now. Try again in a minute.") from error
        keep = ("type", "key", "title", "date", "body", "page", "page_count", "snippet", "license", "url")
        return {
            "total": found.total,
            "exact": found.exact,
            "hits": [{name: hit[name] for name in keep} for each in found.hits for hit in (each, *each["also"])],
            "url": f"{self.settings.base_url}/search",
        }

    def record(self, type_: str, name: str) -> Told:
        """Return an object that went out, by its key or by an address that ends with it."""
        with self._asking() as session:
            row = self._row(session, name)
            if row is None or row.type != type_:
                raise Unanswered(f"There is no {type_} with this key. Search for it, and take the key of a hit.")
            if row.deleted:
                raise Unanswered(f"This {type_} was taken back ({row.reason}); its content is not shown any more.")
            told = orjson.loads(row.json)
            council = self._council_of(session, row)
            return {"url": self._url(row, told), "license": row.license, "council": council, "object": told}

    def page(self, name: str, number: int) -> Told:
        """Return the text of one page of a file."""
        with self._asking() as session:
            row = self._row(session, name)
            text = texts.text_of(session, row.key) if row else None
            if row is None or text is None:
                raise Unanswered(
                    "There is no text of a file with this key. Search with type File, and take a hit's key."
                )
            told = texts.page_of(session, text, number, self.settings.base_url)
            if told is None:
                raise Unanswered(
                    f"This file has no text on page {number}; its last page is {(text.numbers or (0,))[-1]}."
                )
            return told | {"council": self._council_of(session, row)}

    def changed(self, *, after: str = "", council: str = "", limit: int = 20) -> Told:
        """Return what changed behind a cursor, or what changed last."""
        with self._asking() as session:
            known = self._councils(session)
            chosen = self._named(known, council) if council else known
            alone = [one.key for one in chosen] if council or self.settings.only_council else None
            limit = min(limit, MOST_CHANGES)
            if not known:
                raise Unanswered("Nothing was published yet.")
            try:
                if after:
                    body = alone[0] if alone else ""
                    found = feed.changes(session, self.settings, after=after, body=body, limit=limit)
                else:
                    found = feed.latest(session, self.settings, bodies=alone, limit=limit)
            except BadCursor as error:
                raise Unanswered(str(error)) from error
            except EditionEnded as error:
                raise Unanswered("This cursor holds no more: ask without one.") from error
            except NothingYet as error:
                raise Unanswered("Nothing was published yet.") from error
            return {
                "changes": [self._change(row) for row in found.rows],
                "cursor": found.cursor,
                "more": found.more,
                "url": f"{self.settings.base_url}/data",
            }

    def text(self, name: str) -> str:
        """Return the whole text of a file."""
        with self._asking() as session:
            row = self._row(session, name)
            text = texts.text_of(session, row.key) if row else None
            if text is None:
                raise Unanswered("There is no text of a file with this key.")
            return texts.whole_text(session, text)

    @contextmanager
    def _asking(self) -> Iterator[Session]:
        with session_factory(self.engine)() as session:
            yield session

    def _councils(self, session: Session) -> list[Council]:
        only = self.settings.only_council
        return [one for one in published.councils(session) if only in ("", one.slug)]

    def _named(self, known: list[Council], handle: str) -> list[Council]:
        wanted = handle.strip().casefold()
        found = [one for one in known if wanted in (one.slug, one.key)]
        found = found or [one for one in known if wanted in one.name.casefold()]
        if len(found) != 1:
            names = ", ".join(one.slug for one in (found or known)[:50])
            raise Unanswered(f"{'Several councils are' if found else 'No council is'} called so. There are: {names}.")
        return found

    def _row(self, session: Session, name: str) -> PublicObject | None:
        key = name.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
        row = published.object_by_key(session, key) if key.isalnum() and key.isascii() else None
        if row is not None and self.settings.only_council:
            return row if row.body_key in {one.key for one in self._councils(session)} else None
        return row

    def _council_of(self, session: Session, row: PublicObject) -> str | None:
        return next((one.slug for one in self._councils(session) if one.key == row.body_key), None)

    def _council_url(self, council: Council) -> str:
        here = "/" if self.settings.only_council else f"/councils/{council.slug}"
        return self.settings.base_url + here

    def _change(self, row: PublicObject) -> Told:
        told = orjson.loads(row.json)
        gone = {"reason": row.reason} if row.deleted else {"title": told.get("name"), "license": row.license}
        modified = row.modified.isoformat(timespec="seconds")
        return {
            "type": row.type,
            "key": row.left_by or row.key,
            "deleted": row.deleted,
            "modified": modified,
            "url": self._url(row, told),
        } | gone

    def _url(self, row: PublicObject, told: Told) -> str:
        base, page = self.settings.base_url, told.get(f"{PREFIX}page")
        if isinstance(page, str):
            return page
        key = row.left_by or row.key
        own = record_url(row.type, key) if row.type in FOLDERS else f"/api/v1/objects/{key}"
        return base + own
