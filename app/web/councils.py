"""Which councils there are, what each is called here, and to which of them this page is narrowed.

A page is narrowed by its address alone: `body=` with a council's short name or key, a page below /councils/, or the
page of a record, which knows its council. No cookie remembers it: what one reader sends, another sees the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import cast
from urllib.parse import urlencode

from flask import Flask, abort, current_app, g, has_request_context, request
from werkzeug.datastructures import MultiDict

from app.alerts.targets import Target, of_council
from app.directory.places import places
from app.looks import PLAIN, Look
from app.models import Body
from app.queries.places import covered
from app.queries.status import named_councils
from app.slugs import body_slugs
from app.web.i18n import gettext, language
from app.web.limits import Buckets
from app.web.site import session, site
from app.web.state import forget, remembered

# Addresses can name what never was: each such name would have all councils asked for anew.
ASKS, BURST, SECONDS = "ratslupe.councils", 20, 1.0
FEW = 12  # councils that are chosen from without being grouped


@dataclass(frozen=True, slots=True)
class Council:
    """A council as readers know it; `full_name` is its server's, where the operator's file names no other."""

    id: str
    key: str
    slug: str
    full_name: str
    source_id: int
    source_slug: str
    license: str | None = None
    area: str = ""  # key of its municipality, association or district, "" where nobody knows
    stand: datetime | None = None  # up to which all of it is known
    look: Look = PLAIN

    @property
    def name(self) -> str:
        """The name, as long as it is."""
        return self.look.name or self.full_name

    @property
    def short(self) -> str:
        """The name where there is little room."""
        return self.look.short or self.name

    @property
    def town(self) -> str:
        """The municipality it is the council of, where its name does not say so; else ""."""
        place = places().by_ags.get(self.area)
        return place.name if place and place.name not in self.name else ""

    @property
    def href(self) -> str:
        """Its home."""
        return "/" if site().settings.only_council == self.slug else f"/councils/{self.slug}"

    @property
    def intro(self) -> str:
        """Its words of welcome in the reader's language, "" where it has none."""
        return self.look.intro.get(language(), "")


@dataclass(frozen=True, slots=True)
class Councils:
    """All of them, by name; and each by what an address may call it."""

    every: tuple[Council, ...]
    by_handle: Mapping[str, Council]


def install(app: Flask) -> None:
    """Let templates ask."""
    app.jinja_env.globals.update(
        narrowed=narrowed, within=within, councils=councils, town_of=town_of, only_council=only_council
    )


def councils() -> tuple[Council, ...]:
    """Return the councils that are mirrored here, by name."""
    return _known().every


def council_named(handle: str) -> Council | None:
    """Return the council with a short name or a key; one that came a moment ago is known, too."""
    if handle not in _known().by_handle and not _asks().take("", monotonic()):
        forget("councils")
    return _known().by_handle.get(handle)


def _asks() -> Buckets:
    return cast(Buckets, current_app.extensions.setdefault(ASKS, Buckets(BURST, SECONDS)))


def council_of(body_id: str | None) -> Council | None:
    """Return the council with a Body's id."""
    return _known().by_handle.get(body_id or "")


def town_of(body_id: str | None) -> str:
    """Return which council's a record in a list is, in short; "" where the page says so, or there is one alone."""
    council = council_of(body_id)
    if council is None or len(councils()) < 2 or council is narrowed():
        return ""
    return council.short


def only_council() -> Council | None:
    """Return the council whose portal this is alone; None in a portal of several, or while it is not mirrored."""
    slug = site().settings.only_council
    return council_named(slug) if slug else None


def body_handle() -> str:
    """Return what the address calls the council it is narrowed to; "" for none, and where it names several."""
    given = [one for one in request.args.getlist("body") if one.strip()]
    return given[0] if len(given) == 1 else ""


def narrowed() -> Council | None:
    """Return the council this page is narrowed to; None where it is of all of them."""
    if not has_request_context():
        return None
    if "narrowed" not in g:
        handle = body_handle()
        g.narrowed = only_council() or (council_named(handle) if handle else None)
    return cast("Council | None", g.narrowed)


def narrow(council: Council | None) -> None:
    """Let this page be of one council, because what it shows is."""
    if not site().settings.only_council and council is not None:
        g.narrowed = council


def council_asked() -> Council | None:
    """Return the council a list is narrowed to; ends with 404 for one that is not here."""
    handle = body_handle()
    if handle and council_named(handle) is None:
        abort(404)
    return narrowed()


def with_slugs(arguments: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return arguments in which councils go by their short names, as the index knows them, and not by their keys."""
    if not arguments.get("body"):
        return arguments
    changed = MultiDict(arguments)
    named = ((one, council_named(one)) for one in arguments.getlist("body"))
    changed.setlist("body", [council.slug if council else given for given, council in named])
    return changed


def within(path: str, **arguments: object) -> str:
    """Return an address that stays with the council this page is narrowed to."""
    chosen = narrowed()
    if chosen is not None and not site().settings.only_council:
        arguments = {"body": chosen.slug, **arguments}
    kept = {name: value for name, value in arguments.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def of_this_portal(target: Target) -> Target:
    """Return what is to be followed, of this council where the portal is its alone; raises search.BadQuery.

    Mails are made where no such rule is known, so what is kept has to say it.
    """
    only = site().settings.only_council
    return of_council(target, only) if only else target


def matching(asked: str, found: Iterable[Council]) -> list[Council]:
    """Return the councils whose name holds all these words, or the one with this short name."""
    words = asked.casefold().split()
    named = [one for one in found if all(word in f"{one.name} {one.full_name}".casefold() for word in words)]
    return named or [one for one in found if one.slug == asked.casefold()]


def by_state(found: Sequence[Council]) -> dict[str, list[Council]]:
    """Return councils below the name of their federal state, by both; {} where they are few."""
    if len(found) <= FEW:
        return {}
    groups: dict[str, list[Council]] = {}
    for one in found:
        groups.setdefault(places().state_names.get(one.area[:2], ""), []).append(one)
    # Those of no known place come last.
    return {name or gettext("Others"): groups[name] for name in sorted(groups, key=lambda name: (not name, name))}


def look_of(slug: str) -> Look:
    """Return how the operator wants a council to look."""
    return site().settings.looks.get(slug, PLAIN)


def _known() -> Councils:
    return remembered("councils", _ask)


def _ask() -> Councils:
    only = site().settings.only_council
    named: list[tuple[str, Body]] = named_councils(session())
    slugs = body_slugs(session())
    placed = {one.body.id: (area, one.source) for area, listed in covered(session()).items() for one in listed}
    every = [
        Council(
            body.id,
            body.key,
            slugs[body.id],
            name,
            body.source_id,
            placed[body.id][1].slug if body.id in placed else "",
            body.license,
            placed[body.id][0] if body.id in placed else "",
            placed[body.id][1].last_complete if body.id in placed else None,
            look_of(slugs[body.id]),
        )
        for name, body in named
        if body.id in slugs and only in ("", slugs[body.id])
    ]
    every.sort(key=_called)
    # A short name may be what another's key looks like: the short name counts.
    by_handle = {**{one.key: one for one in every}, **{one.id: one for one in every}}
    return Councils(tuple(every), by_handle | {one.slug: one for one in every})


def _called(council: Council) -> tuple[str, str]:
    """Return what a council is sorted by: Köln stands with K, and not with "Stadt"."""
    place = places().by_ags.get(council.area)
    return (place.name if place else council.name).casefold(), council.id
