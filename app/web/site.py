"""What the pages work with: one engine, one index and one sender of mails a process, one session a request."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.alerts.mails.sender import Sender
from app.config import Settings
from app.db import Marker, open_engine, session_factory
from app.documents.preview_cache import Previews
from app.files import FilesError, FileStore, open_store
from app.indexing import texts_of
from app.mail import open_mailer
from app.queries.pictures import forget_lost
from app.takedowns.mails import Courier
from app.web.alone import Alone, IndexAlone
from search import SearchError, SearchIndex, open_index

logger = logging.getLogger(__name__)
EXTENSION = "ratslupe"
AN_HOUR = 3600.0
A_MOMENT = 1.0  # second


@dataclass
class Site:
    """The settings and what they open; index, sender and pictures by the first search, alert and page."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    marker: Marker
    alone: Alone | None = None
    _index: SearchIndex | None = None
    _away: tuple[float, SearchError] | None = None
    _sender: Sender | None = None
    _courier: Courier | None = None
    _previews: Previews | None = None
    _tidied: float | None = None
    _tidying: Thread | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def index(self) -> SearchIndex:
        """The index; raises search.SearchError where it cannot be opened, or could not be a moment ago."""
        with self._lock:
            if self._index is None:
                if self._away and monotonic() < self._away[0]:
                    raise self._away[1].with_traceback(None)  # a cluster is waited for once, not once a request
                try:
                    self._index = open_index(
                        self.settings.search_url, texts=texts_of(self.engine), thesaurus=self.settings.thesaurus
                    )
                except SearchError as error:
                    self._away = monotonic() + A_MOMENT, error
                    raise
            if self.alone is not None:
                return cast(SearchIndex, IndexAlone(self._index, self.alone.slug))
            return self._index

    @property
    def sender(self) -> Sender:
        """The sender of confirmations."""
        with self._lock:
            if self._sender is None:
                self._sender = Sender(self.engine, open_mailer(self.settings.mail_url), self.settings)
            return self._sender

    @property
    def courier(self) -> Courier:
        """What brings reports and requests to the operator, and answers to whoever asked."""
        with self._lock:
            if self._courier is None:
                self._courier = Courier(self.engine, open_mailer(self.settings.mail_url), self.settings)
            return self._courier

    @property
    def store(self) -> FileStore:
        """The bytes of files."""
        return open_store(self.settings.files_url, self.settings.file_copies)

    @property
    def previews(self) -> Previews:
        """The pictures of pages, and the sandbox that draws them."""
        with self._lock:
            if self._previews is None:
                self._previews = Previews(self.settings)
            return self._previews

    def tidy(self) -> None:
        """Begin to forget pictures of what is here no more, and old copies of files; at most once an hour.

        Erased may be on another machine, which cannot reach what was drawn and copied on this one. No request waits
        for it, or fails with it.
        """
        with self._lock:
            moment = monotonic()
            if self._tidied is not None and moment - self._tidied < AN_HOUR:
                return
            self._tidied = moment
            self._tidying = Thread(target=self._tidy, name="tidy", daemon=True)
            self._tidying.start()

    def _tidy(self) -> None:
        try:
            with self.sessions() as reading:
                forget_lost(reading, self.previews)
            self.store.sweep()
        except (OSError, FilesError, SQLAlchemyError) as error:
            logger.warning("Pictures and copies of files could not be tidied: %s", error)

    def settle(self) -> None:
        """Wait until what was begun beside the requests is done."""
        if self._tidying is not None:
            self._tidying.join()

    def close(self) -> None:
        """Let go of the mail server, the sandbox, the database and the index."""
        self.settle()
        with self._lock:
            senders, self._sender, self._courier = (self._sender, self._courier), None, None
            previews, self._previews = self._previews, None
        if previews is not None:
            previews.close()
        for sender in senders:
            if sender is not None:
                sender.close()
        self.marker.close()
        self.engine.dispose()
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None


def install(app: Flask, settings: Settings) -> None:
    """Open the database and give each request its session."""
    engine = open_engine(settings.database_url, pooled=True)
    sessions = session_factory(engine)
    alone = Alone(settings.only_council, sessions) if settings.only_council else None
    app.extensions[EXTENSION] = Site(settings, engine, sessions, Marker(engine), alone)
    app.teardown_appcontext(_close)


def site() -> Site:
    """Return what the running application works with."""
    return cast(Site, current_app.extensions[EXTENSION])


def session() -> Session:
    """Return this request's session: it reads, and is closed at the end; connects with its first question."""
    if "session" not in g:
        works = site()
        g.session = works.sessions()
        if works.alone is not None:
            works.alone.restrict(g.session)
    return cast(Session, g.session)


def _close(_error: BaseException | None) -> None:
    opened = cast("Session | None", g.pop("session", None))
    if opened is not None:
        opened.close()
