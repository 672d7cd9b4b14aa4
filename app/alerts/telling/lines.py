"""What is said of a piece of news: the same in mails, feeds, previews and calls to programs, from the records as they
are now."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - a line has a date
from datetime import timedelta
from typing import Protocol

from sqlalchemy import exc, literal, select
from sqlalchemy.orm import Session

from app.addresses import FOLDERS, address_of
from app.alerts.telling.naming import kind_word, plain, record_day, title_of
from app.alerts.telling.wording import Subject, said_of
from app.db import now
from app.indexing.lookups import chunks
from app.models import OPARL_TYPES, AgendaItem, Body, Change, Meeting, News, NewsRef, OParlObject, Paper, key_of
from app.models.news import DECIDED, WITHDRAWN
from app.queries.hits import Found, HitContext, hit_contexts
from app.queries.paths import Path, organizations_of
from app.queries.states import Standing, is_binding, state_of
from app.shown import shown
from app.speech import Voice
from app.standing import paper_state

log = logging.getLogger(__name__)
SOON = timedelta(days=14)  # a decision within them is one to be ready for
AT_ONCE = 400  # pieces of news whose records are read together


class Told(Protocol):
    """A row that says what happened: News, or a notice of it."""

    @property
    def key(self) -> str:
        """See News."""

    @property
    def kind(self) -> str:
        """See News."""

    @property
    def object_type(self) -> str:
        """See News."""

    @property
    def object_id(self) -> str:
        """See News."""

    @property
    def matter_id(self) -> str | None:
        """See News."""

    @property
    def changes(self) -> list[int] | None:
        """See News."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one piece of news.

    `about` names what the record belongs to, `day` is written out and `date` the same for programs; `said` are
    sentences on what happened, `state` where its paper or meeting stands now where they do not say it, `soon` whether
    that paper may be decided within two weeks, `decided` the day of the meeting that decided. Of what was found
    `snippet` is [(text, marked), …], with its `page`, and `reason` says where it was found.
    """

    key: str
    kind: str
    title: str
    kind_word: str
    url: str
    day: str
    said: tuple[str, ...] = ()
    state: str = ""
    page: int | None = None
    snippet: tuple[tuple[str, bool], ...] = ()
    reason: str = ""
    about: str = ""
    date: Date | None = None
    soon: bool = False
    object_type: str = ""
    decided: Date | None = None


def lines(session: Session, told: Iterable[Told], language: str, base_url: str) -> dict[str, Line]:
    """Return by key what is said of news or notices, in their order.

    What nobody may see any more is left out; that it was withdrawn is said without a word of what it said. So is what
    is no more as it was told: a decision that was taken back, a withdrawn record that is published again. What cannot
    be put into words costs nothing but itself.
    """
    found: dict[str, Line] = {}
    for some in chunks({one.key: one for one in told}.values(), AT_ONCE):
        try:
            found |= _together(session, some, language, base_url)
        except exc.SQLAlchemyError:
            raise  # the database is to blame, not what is told
        except Exception:
            log.exception("news cannot be put into words together; each is tried by itself")
            for one in some:
                found |= _alone(session, one, language, base_url)
    return found


def _together(session: Session, told: Sequence[Told], language: str, base_url: str) -> dict[str, Line]:
    teller = _Teller(session, told, Voice(language), base_url)
    return {one.key: line for one in told if (line := teller.line(one)) is not None}


def _alone(session: Session, told: Told, language: str, base_url: str) -> dict[str, Line]:
    try:
        return _together(session, [told], language, base_url)
    except exc.SQLAlchemyError:
        raise
    except Exception:
        log.exception("%s cannot be put into words, and is left out", told.key)
        return {}


def found_in(line: Line, page: int | None, snippet: Sequence[Sequence[object]] | None, language: str) -> Line:
    """Return a line with where a search found it: its page, its snippet and the words for them."""
    gettext = Voice(language).gettext
    words = tuple((" ".join(str(text).split("\n")), bool(marked)) for text, marked in snippet or ())
    if page:
        reason = gettext("Found on page %(page)s.", page=page)
    elif any(marked for _, marked in words):
        reason = gettext("Found in its text.")
    else:
        reason = ""
    url = line.url
    if page and line.object_type == "File":
        url = f"{url}?page={page}#page={page}"
    return replace(line, page=page, snippet=words, reason=reason, url=url)


class _Teller:
    """Holds the records behind some news, each kind asked for once."""

    def __init__(self, session: Session, told: Sequence[Told], voice: Voice, base_url: str) -> None:
        self._voice, self._base_url = voice, base_url
        hits = [Found(one.object_type, one.object_id, one.matter_id or "", one.matter_id or "") for one in told]
        self._contexts = hit_contexts(session, hits)
        self._matters = _matters(session, {one.matter_id for one in told if one.matter_id})
        withdrawn = [one for one in told if one.kind == WITHDRAWN]
        self._gone, self._councils = _gone(session, withdrawn), _councils(session, [one.key for one in withdrawn])
        rows = [context.row for context in self._contexts.values()]
        self._meetings = _meetings_of(session, (row for row in rows if isinstance(row, AgendaItem)))
        held = {
            row.id for row in (*rows, *self._matters.values(), *self._meetings.values()) if isinstance(row, Meeting)
        }
        self._organizations = organizations_of(session, held) if held else {}
        seqs = {seq for one in told if one.kind != WITHDRAWN for seq in one.changes or ()}
        self._changes: dict[int, Change] = {}
        for some in chunks(sorted(seqs), AT_ONCE):
            rows_of = session.scalars(select(Change).where(Change.seq.in_(some)))
            self._changes |= {change.seq: change for change in rows_of}
        self._said = said_of(session, [self._subject(one) for one in told if one.object_id in self._contexts], voice)

    def line(self, told: Told) -> Line | None:
        """Return what is said of one piece of news; None where nothing is."""
        context = self._contexts.get(told.object_id)
        if told.kind == WITHDRAWN:
            return None if context is not None else self._withdrawn(told)
        said = self._said.get(told.key)
        if context is None or said is None:
            return None
        row = context.row
        matter = context.matter
        state, soon = self._state(context)
        # Whoever follows a matter is led to the matter: its page says what was decided, where and what comes next.
        lead: OParlObject = matter if told.kind == DECIDED and matter is not None else row
        day = record_day(lead, self._meeting(context))
        return Line(
            key=told.key,
            kind=told.kind,
            title=self._title(lead),
            kind_word=kind_word(self._voice, lead),
            url=self._base_url + self._path(lead),
            day=plain(self._voice.day(day)),
            said=said,
            state="" if state in said else state,
            about=self._about(context) if lead is row else "",
            date=day,
            soon=soon,
            object_type=type(lead).__name__,
            decided=record_day(row, self._meeting(context)) if told.kind == DECIDED else None,
        )

    def _subject(self, told: Told) -> Subject:
        context = self._contexts[told.object_id]
        changes = [self._changes[seq] for seq in told.changes or () if seq in self._changes]
        meeting = self._meeting(context)
        organizations = self._organizations.get(meeting.id, ()) if meeting else ()
        return Subject(told.key, told.kind, context.row, changes, context.path, meeting, organizations)

    def _withdrawn(self, told: Told) -> Line:
        """Say that something is gone, and of which matter it was a part where that is still there."""
        gettext = self._voice.gettext
        titles = {
            "Paper": gettext("A paper was withdrawn"),
            "Meeting": gettext("A meeting was withdrawn"),
            "AgendaItem": gettext("An agenda item was withdrawn"),
            "File": gettext("A file was withdrawn"),
        }
        matter = self._matters.get(told.matter_id or "")
        about = self._councils.get(told.key, "")
        if matter is not None:
            path = self._path(matter)
            about = self._title(matter) if matter.id != told.object_id else about
        else:  # its page says that it was withdrawn; of what was erased there is none
            path = address_of(told.object_type, key_of(told.object_id)) if told.object_id in self._gone else "/"
        return Line(
            key=told.key,
            kind=told.kind,
            title=titles.get(told.object_type) or gettext("A record was withdrawn"),
            kind_word=kind_word(self._voice, told.object_type),
            url=self._base_url + path,
            day="",
            said=(gettext("The council does not publish it any more."),),
            about=about,
            object_type=told.object_type,
        )

    def _state(self, context: HitContext) -> tuple[str, bool]:
        """Return where a paper or a meeting stands, in one sentence, and whether a paper may be decided soon."""
        voice = self._voice
        if context.matter is not None:
            state = state_of(context.path)
            said = paper_state(voice, state, known=bool(context.path.stations))
            return plain(str(said)), state.standing is Standing.PLANNED and _decided_soon(context.path)
        if isinstance(context.row, Meeting) and context.row.cancelled:
            return voice.gettext("The meeting was cancelled."), False
        if isinstance(context.row, Meeting) and context.row.start:
            when = (voice.weekday(context.row.start), voice.clock(context.row.start))
            return plain(f"{', '.join(part for part in when if part)}."), False
        return "", False

    def _meeting(self, context: HitContext) -> Meeting | None:
        if isinstance(context.row, AgendaItem):
            return self._meetings.get(context.row.meeting_id or "")
        return context.meeting

    def _about(self, context: HitContext) -> str:
        """Return the title of what a record is a part of, "" where it is none."""
        holder = context.matter or self._meeting(context)
        return self._title(holder) if holder is not None and holder is not context.row else ""

    def _title(self, row: OParlObject) -> str:
        return title_of(self._voice, row, self._organizations.get(row.id, ()))

    def _path(self, row: OParlObject) -> str:
        parent = (row.meeting_id or "") if isinstance(row, AgendaItem) else ""
        return address_of(type(row).__name__, row.key, parent=parent)


def _decided_soon(path: Path) -> bool:
    until = now() + SOON
    return any(one.planned and one.start and one.start <= until and is_binding(one) for one in path.stations)


def _matters(session: Session, ids: Collection[str]) -> dict[str, OParlObject]:
    """Return the papers and meetings with these ids that may be seen."""
    found: dict[str, OParlObject] = {}
    for model in (Paper, Meeting) if ids else ():
        found |= {row.id: row for row in session.scalars(select(model).where(model.id.in_(ids), shown(model)))}
    return found


def _gone(session: Session, told: Iterable[Told]) -> set[str]:
    """Return the ids of what has a page here that says it was withdrawn."""
    found: set[str] = set()
    wanted: dict[str, set[str]] = {}
    for one in told:
        if one.object_type in FOLDERS:
            wanted.setdefault(one.object_type, set()).add(one.object_id)
    for name, ids in wanted.items():
        model = OPARL_TYPES[name]
        found |= set(session.scalars(select(model.id).where(model.id.in_(ids))))
    return found


def _councils(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Return the names of the councils that some news are about, by their keys: also of what is here no more."""
    if not keys:
        return {}
    named = select(News.key, Body.name).join(NewsRef, NewsRef.news_id == News.id)
    named = named.join(Body, NewsRef.ref == literal("body:").concat(Body.id)).where(News.key.in_(keys), ~Body.deleted)
    return {key: plain(name) for key, name in session.execute(named) if name}


def _meetings_of(session: Session, items: Iterable[AgendaItem]) -> Mapping[str, Meeting]:
    ids = {item.meeting_id for item in items if item.meeting_id}
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(Meeting).where(Meeting.id.in_(ids), shown(Meeting)))}
