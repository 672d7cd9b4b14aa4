"""The results: what was found, on which page of which document, and how to narrow it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, render_template, request

from app.addresses import address_of
from app.models import File
from app.queries.hits import Found, HitContext, hit_contexts
from app.queries.status import council_names
from app.web.filters import day
from app.web.i18n import gettext, here
from app.web.searching import FACETS, PER_PAGE, Asked, asked, choices, last_page
from app.web.site import session, site
from app.web.stored import drawn
from app.web.wording import types_word
from search import BadQuery, Hit, Query, Snippet

search = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit as the page shows it: what is known of it today, where it leads, and the hits that stand below it."""

    hit: Hit
    context: HitContext
    href: str
    also: list["Shown"] = field(default_factory=list)

    @property
    def sheet(self) -> tuple[str, int] | None:
        """Key of the first file found whose pages are drawn, and the number of the page; None where there is none."""
        for one in (self, *self.also):
            page = one.hit.page or next((page.number for page in one.hit.pages), 1)
            if isinstance(one.context.row, File) and drawn(one.context.row, page):
                return one.hit.key, page
        return None


@search.get("/search")
def results() -> str | tuple[str, int]:
    """Show what is found, or how to search where nothing is asked yet."""
    wish = asked(request.args)
    if wish.is_blank:
        return render_template("search/blank.html", section="search")
    try:
        query = wish.query()
        if query.is_empty:
            return render_template("search/blank.html", section="search")
        found = site().index.search(query)
        narrower = choices(site().index, wish, found)
    except BadQuery as error:
        message = gettext(error.template, **error.params)
        return render_template("search/bad.html", section="search", wish=wish, message=message), 400
    contexts = hit_contexts(session(), [Found(hit.type, hit.id, hit.parent) for hit in found.hits])
    names = council_names(session())
    last = last_page(found)
    shown = folded([Shown(hit, at, address(hit, at, query)) for hit in found.hits if (at := contexts.get(hit.id))])
    return render_template(
        "search/results.html",
        section="search",
        robots="noindex",
        wish=wish,
        query=query,
        found=found,
        shown=shown,
        folded=sum(len(one.also) for one in shown),
        choices={name: [(one, label(name, one.value, names)) for one in values] for name, values in narrower.items()},
        chips=chips(wish, names),
        first=(wish.page - 1) * PER_PAGE + 1,
        last=min(wish.page * PER_PAGE, found.total),
        pages=last,
        previous=here(page=wish.page - 1 if wish.page > 2 else None) if wish.page > 1 else None,
        following=here(page=wish.page + 1) if wish.page < last else None,
    )


def folded(hits: Sequence[Shown]) -> list[Shown]:
    """Put the hits of one paper below the first of them: itself, its files, the agenda items about it."""
    first: dict[str, Shown] = {}
    shown = []
    for one in hits:
        matter = one.context.matter
        above = first.setdefault(matter.id, one) if matter else one
        if above is one:
            shown.append(one)
        else:
            above.also.append(one)
    return shown


def address(hit: Hit, context: HitContext, query: Query) -> str:
    """Return where a hit leads; an agenda item whose meeting is not here leads to the list of meetings."""
    parent = hit.parent if context.meeting else ""
    return address_of(hit.type, hit.key, page=hit.page, parent=parent, query=query.typed)


@search.app_template_test("marked")
def is_marked(snippet: Snippet) -> bool:
    """Whether a passage holds what was searched for."""
    return any(segment.marked for segment in snippet.segments)


@search.app_template_test("titled")
def is_titled(hit: Hit) -> bool:
    """Whether the title holds what was searched for."""
    return any(segment.marked for segment in hit.title_segments)


def label(facet: str, value: str, councils: dict[str, str]) -> str:
    """Return a facet's value in words."""
    if facet == "type":
        return types_word(value)
    return councils.get(value, value) if facet == "body" else value


def chips(wish: Asked, councils: dict[str, str]) -> list[tuple[str, str]]:
    """Return the active filters in words, each with the address without it."""
    found = []
    for name in FACETS:
        for value in wish.chosen.get(name, ()):
            change: dict[str, Any] = {name: [one for one in wish.chosen[name] if one != value], "page": None}
            found.append((label(name, value, councils), here(**change)))
    if wish.after:
        found.append((gettext("From %(day)s", day=day(wish.after)), here(page=None, after=None)))
    if wish.until:
        found.append((gettext("Until %(day)s", day=day(wish.until)), here(page=None, until=None)))
    return found
