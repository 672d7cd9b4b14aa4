"""What is shown: one rule, asked by pages, lists, counts, index and exports alike, as a condition of their queries.

present(model)   not withdrawn, and, where it only ever came inside another record, still named by one
shown(model)     present, and public: neither a non-public agenda item nor a file that belongs to such alone

A file is shown as long as a paper, a meeting, a public agenda item or a file it derives from is. A file that belongs
to none is shown where its council lists it by itself. Only what the same source says of it counts.
"""

from collections.abc import Collection
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, inspect, or_, select, true
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import Grouping

from app.models import (
    AgendaItem,
    Consultation,
    File,
    LegislativeTerm,
    Link,
    Location,
    Meeting,
    Membership,
    Paper,
    Source,
)
from app.rows import one_of

# By these a record names its files, and by these a file names the records it belongs to.
FILE_PROPERTIES = (
    *("mainFile", "auxiliaryFile", "resolutionFile"),
    *("invitation", "resultsProtocol", "verbatimProtocol"),
)
FILE_PARENTS = ("paper", "meeting", "agendaItem")
# Parts that know what they are part of: the column is emptied when that names them no more.
_PARTS = {AgendaItem: "meeting_id", Consultation: "paper_id", Membership: "person_id", LegislativeTerm: "body_id"}


class Settled(Grouping[bool]):
    """A condition that is always the same for the same table or alias: statements are told apart by its name.

    Otherwise each statement with it is taken apart into some hundred pieces before it is found among those that were
    compiled already: 41 ms of a page of a paper. What is bound inside of it has to be constant.
    """

    inherit_cache = True

    def __init__(self, name: str, model: Any, condition: ColumnElement[bool]) -> None:
        super().__init__(condition)
        self._settled: tuple[str, Any] | None = (name, inspect(model).selectable)

    def _gen_cache_key(self, anon_map: Any, bindparams: Any) -> Any:
        if self._settled is None:
            return super()._gen_cache_key(anon_map, bindparams)
        name, subject = self._settled
        return Settled, name, subject._gen_cache_key(anon_map, bindparams)  # noqa: SLF001 - as SQLAlchemy's own do

    def _copy_internals(self, **told: Any) -> None:
        super()._copy_internals(**told)
        self._settled = None  # a copy may speak of another alias


@cache
def present(model: Any) -> ColumnElement[bool]:
    """Return the condition that records of one type, or of an alias of it, were not taken back by their council."""
    return Settled("present", model, and_(~model.deleted, attached(model), *_of_what_is_held(model)))


@cache  # to put it together takes 50 ms
def shown(model: Any) -> ColumnElement[bool]:
    """Return the condition that records of one type, or of an alias of it, may be read by everybody."""
    kind = inspect(model).mapper.class_
    if kind is File:
        return Settled("shown", model, _file(model, masters=True))
    if kind is AgendaItem:
        return Settled("shown", model, and_(present(model), model.public.is_not(False)))
    return present(model)


def heard(session: Session, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return of pairs of sources those where the first may speak of what the second brought: the same, or one server.

    Asks the database only where some differ.
    """
    if all(one == other for one, other in pairs):
        return set(pairs)
    chosen = select(Source.id, Source.url).where(Source.id.in_({one for pair in pairs for one in pair}))
    servers = {number: urlsplit(url).netloc.lower() for number, url in session.execute(chosen)}
    return {(one, other) for one, other in pairs if one == other or servers.get(one) == servers.get(other)}


@cache
def attached(model: Any) -> ColumnElement[bool]:
    """Return the condition that records came by themselves, or that something names them."""
    kind = inspect(model).mapper.class_
    if column := _PARTS.get(kind):
        return or_(~model.embedded, getattr(model, column).is_not(None))
    if kind in (File, Location):
        link = aliased(Link)
        named = select(link.to_id).where(link.to_id == model.id).correlate_except(link).exists()
        return or_(~model.embedded, named)
    return true()


def _of_what_is_held(model: Any) -> list[ColumnElement[bool]]:
    if inspect(model).mapper.class_ is not AgendaItem:
        return []
    meeting = aliased(Meeting)
    gone = select(meeting.id).where(meeting.id == model.meeting_id, meeting.deleted).correlate_except(meeting)
    return [~gone.exists()]


def _file(file: Any, *, masters: bool) -> ColumnElement[bool]:
    alone = and_(~file.embedded, ~_belongs(file, masters=masters, readable=False))
    return and_(~file.deleted, or_(_belongs(file, masters=masters, readable=True), alone))


def _belongs(file: Any, *, masters: bool, readable: bool) -> ColumnElement[bool]:
    """Return the condition that something known, or known and shown, holds the file, by either side's word."""
    found = []
    link = aliased(Link)
    for mine, other, names in ((link.to_id, link.from_id, FILE_PROPERTIES), (link.from_id, link.to_id, FILE_PARENTS)):
        holder = or_(*(_is_there(kind, other, file, readable=readable) for kind in (Paper, Meeting, AgendaItem)))
        found.append(_links(link, mine == file.id, one_of(link.property, names), holder))
    if masters:
        found.append(_is_there(File, file.master_file_id, file, readable=readable))
        master = _is_there(File, link.from_id, file, readable=readable)
        found.append(_links(link, link.to_id == file.id, link.property == "derivativeFile", master))
    return or_(*found)


def _links(link: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(link.to_id).where(*conditions).correlate_except(link).exists()


def _is_there(kind: type[Any], oparl_id: Any, file: Any, *, readable: bool) -> ColumnElement[bool]:
    holder: Any = aliased(kind)
    found = select(holder.id).where(holder.id == oparl_id, holder.source_id == file.source_id)
    if readable:
        found = found.where(_file(holder, masters=False) if kind is File else shown(holder))
    return found.correlate_except(holder).exists()
