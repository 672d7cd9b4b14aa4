"""What all pages of records share: finding one, or saying that it was withdrawn; reading a list's arguments."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import abort, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Alias, Erasure, Hidden, OParlObject, Organization, key_of
from app.queries.bodies import body_and_source, body_named
from app.queries.history import changes_of
from app.queries.organizations import organizations
from app.queries.paging import Paged
from app.web.councils import by_state, council_asked, council_of, councils, narrow, narrowed
from app.web.errors import Withdrawn
from app.web.filters import number
from app.web.history_words import Told, history_words
from app.web.i18n import gettext, here
from app.web.record_words import record_title
from app.web.site import session

Record = TypeVar("Record", bound=OParlObject)
Asked = TypeVar("Asked", bound=OParlObject)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter beside a list: the values one can choose with their words, and the chosen one ("" for none)."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str = ""
    hidden: bool = False
    grouped: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What the chip of the active filter says."""
        word = dict(self.options).get(self.chosen, self.chosen)
        if self.name == "body":
            return gettext("only %(council)s", council=word)
        return f"{self.label}: {word}" if self.hidden else word


def by_count(counts: Mapping[Any, int], chosen: object = None) -> list[tuple[str, str]]:
    """Return the options of a filter with how many each finds; the chosen one is among them even if it finds none."""
    found = {**counts} if chosen is None or chosen in counts else {**counts, chosen: 0}
    return [(str(value), f"{value} ({number(count)})") for value, count in found.items()]


def by_title(rows: Iterable[OParlObject]) -> list[tuple[str, str]]:
    """Return the options of a filter by records, named by their keys."""
    return [(row.key, record_title(row)) for row in rows]


def organization_choice(rows: Iterable[OParlObject], chosen: OParlObject | None) -> Choice:
    """Return the filter by organization."""
    options = by_title(rows)
    key = chosen.key if chosen else ""
    return Choice("organization", gettext("Organization"), options, key, hidden=not options)


def organizations_offered(chosen: Organization | None) -> list[Organization]:
    """Return what the filter by organization offers: those of one council, for those of all fill no list to read."""
    council = narrowed()
    if council is None and len(councils()) > 1:
        return [chosen] if chosen else []
    return organizations(session(), body=council.id if council else None)


def council_choice() -> list[Choice]:
    """Return the filter by council, where there is more than one; many stand below the names of their states."""
    every = councils()
    if len(every) < 2:
        return []
    chosen, groups = narrowed(), by_state(every)
    options = [(one.slug, one.name) for one in every]
    grouped = [(state, [(one.slug, one.name) for one in listed]) for state, listed in groups.items()]
    return [Choice("body", gettext("Council"), options, chosen.slug if chosen else "", grouped=grouped)]


KEY = re.compile(r"[a-z0-9]{1,32}")


def lookup(by_key: Callable[[Session, str], Record | None], key: str) -> Record | None:
    """Return the record with a key, withdrawn or not; what cannot be a key is not asked for (PostgreSQL minds NUL).

    A page under the key that its record had before its server moved ends with 301.
    """
    if not KEY.fullmatch(key):
        return None
    record = by_key(session(), key)
    if record is None and (alias := session().get(Alias, key)) is not None:
        record = by_key(session(), key_of(alias.new_id))
        if record is not None and (request.view_args or {}).get("key") == key:
            abort(redirect(here(request.path.replace(f"/{key}", f"/{record.key}", 1)), 301))
    return record


def found(record: Record | None) -> Record:
    """Return the record, or end with 404; with 410 and without content where its council took it back."""
    if record is None:
        abort(404)
    if record.deleted:
        body = body_named(session(), record.body_id)
        raise Withdrawn(type(record).__name__, body.name if body else None, record.changed_at, _ours(record.key))
    return record


def _ours(key: str) -> str:
    """Return what we did ourselves to a record that is shown no more; "" where its council took it back."""
    if session().scalar(select(Hidden.key).where(Hidden.key == key)) is not None:
        return "hidden"
    return "erased" if session().get(Erasure, key) is not None else ""


def origin(record: OParlObject) -> dict[str, object]:
    """Return what the Source block of a page shows: the council, to which the page belongs, and how fresh it is."""
    narrow(council_of(record.body_id))
    body, source = body_and_source(session(), record)
    return {"body": body, "source": source}


def history_of(record: OParlObject, parts: Iterable[str] = ()) -> list[Told]:
    """Return in words what happened to a record and to what belongs to it since the first walk; [] if nothing did."""
    return history_words(changes_of(session(), record, parts), record)


def words_asked(name: str, length: int = 256) -> str | None:
    """Return an argument in free words, None where it is empty; without what no database takes."""
    return request.args.get(name, "").replace("\0", "").strip()[:length] or None


def record_asked(name: str, *kinds: Callable[[Session, str], Asked | None]) -> Asked | None:
    """Return the record of one of these kinds that a list is narrowed to; ends with 404 for one that is not here."""
    key = request.args.get(name)
    if not key:
        return None
    records = (lookup(by_key, key) for by_key in kinds)
    return next((record for record in records if record is not None and not record.deleted), None) or abort(404)


def page_number() -> int:
    """Return the page of a list that is asked for; the first where that is no number."""
    return max(1, request.args.get("page", 1, type=int))


def year_asked() -> int | None:
    """Return the year a list is narrowed to."""
    year = request.args.get("year", type=int)
    return year if year is not None and 1 <= year <= 9998 else None


def body_asked() -> str | None:
    """Return the id of the council a list is narrowed to; ends with 404 for one that is not here."""
    council = council_asked()
    return council.id if council else None


def pager(paged: Paged[Any]) -> dict[str, object]:
    """Return the arguments of ui.pager; ends with 404 past the last page."""
    if paged.page > paged.pages:
        abort(404)
    before = here(page=paged.page - 1 if paged.page > 2 else None) if paged.page > 1 else None
    after = here(page=paged.page + 1) if paged.page < paged.pages else None
    return {"page": paged.page, "pages": paged.pages, "previous": before, "next": after}
