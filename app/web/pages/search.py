"""The results: what was found, on which page of which document, and how to narrow it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from app.addresses import address_of, record_url
from app.models import File
from app.queries.hits import Found, HitContext, hit_contexts
from app.web.councils import councils, with_slugs
from app.web.course import course_of
from app.web.examples import examples
from app.web.i18n import gettext, here
from app.web.placing import as_words, place_band
from app.web.result_words import (
    added_words,
    documents_words,
    faulty,
    label,
    matters_words,
    narrowed,
    range_words,
    unknown_words,
)
from app.web.searching import FACETS, PER_PAGE, Asked, asked, choices
from app.web.site import session, site
from app.web.stored import drawn
from app.web.suggesting import grouped, suggested
from search import BadQuery, Hit, Query, Results, Snippet
from search.query import MAX_OFFSET

search = Blueprint("search", __name__)
MOST_FREED = 6  # filters that are tried without; each is a search


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit as the page shows it: what is known of it today, where it leads, and the hits of its matter below it."""

    hit: Hit
    context: HitContext
    href: str
    also: tuple["Shown", ...] = ()
    more: int = 0
    full: bool = True

    @property
    def every(self) -> tuple["Shown", ...]:
        """The best document and those below it."""
        return self, *self.also

    @property
    def sheet(self) -> tuple[str, int] | None:
        """Key of the first file found whose pages are drawn, and the number of the page; None where there is none."""
        for one in self.every:
            page = one.hit.page or next((page.number for page in one.hit.pages), 1)
            if isinstance(one.context.row, File) and drawn(one.context.row, page):
                return one.hit.key, page
        return None

    @property
    def quoted(self) -> "Shown | None":
        """The file whose text is shown: the best document, or else the first that says what was searched for.

        What the best one says is worth reading even where only its title was found; where no words were asked for,
        its beginning is not.
        """
        if self.hit.type == "File":
            return self if is_titled(self.hit) or any(map(is_marked, self.hit.snippets)) else None
        files = (one for one in self.also if one.hit.type == "File")
        return next((one for one in files if any(map(is_marked, one.hit.snippets))), None)

    @property
    def said(self) -> list[Snippet]:
        """What a record says; its few words add nothing where its title was found, unless they are a resolution."""
        if self.hit.type != "AgendaItem" and is_titled(self.hit):
            return []
        return list(filter(is_marked, self.hit.snippets))

    @property
    def listed(self) -> list["Shown"]:
        """What else was found of the matter."""
        head = self.context.matter.id if self.context.matter else self.hit.id
        return [one for one in self.every if one is not self.quoted and one.hit.id != head]

    @property
    def matter(self) -> str:
        """Address of the paper or meeting it belongs to, "" where none is here."""
        if self.context.matter:
            return record_url("Paper", self.context.matter.key)
        return record_url("Meeting", self.context.meeting.key) if self.context.meeting else ""


@search.get("/search")
def results() -> str | tuple[str, int]:
    """Show what is found, or how to search where nothing is asked yet."""
    wish = asked(with_slugs(request.args))
    if wish.is_blank:
        return _blank()
    try:
        query = wish.query(PER_PAGE)
        if query.is_empty:
            return _blank()
        found = site().index.search(query)
        band = place_band(site().index, wish, query, found)
    except BadQuery as error:
        return _refused(wish, error)
    return render_template(
        "search/results.html",
        section="search",
        robots="noindex",
        wish=wish,
        query=query,
        found=found,
        band=band,
        band_counts=matters_words(band.results) if band else "",
        as_words=as_words(wish),
        taken_away=wish.unpaged.arguments,
        course=course_of(site().index, wish, found) if wish.months else None,
        **_narrowing(wish, found),
        **({} if found.total else _instead(wish)),
        **_listing(found, query),
    )


def _narrowing(wish: Asked, found: Results) -> dict[str, object]:
    """What the results can be narrowed to, and what they are."""
    names = _names()
    counted = choices(wish, found)
    return {
        "facets": FACETS,
        "choices": {name: [(one, label(name, one.value, names)) for one in counted[name]] for name in FACETS},
        "chips": [(words, here("/search", **each.arguments)) for words, each in narrowed(wish, names)],
    }


def _names() -> dict[str, str]:
    """Return the councils' names by what the index calls them."""
    return {council.slug: council.name for council in councils()}


def _instead(wish: Asked) -> dict[str, object]:
    """Where nothing is found: what there is without each of the filters, and what begins with the words."""
    freer = narrowed(wish, _names())[:MOST_FREED]
    found = [(words, each, one) for words, each in freer if (one := _found(each))]
    groups = grouped(suggested(session(), lambda: site().index, wish.words)) if wish.words and not freer else {}
    return {
        "freed": [(words, here("/search", **each.arguments), matters_words(one)) for words, each, one in found],
        "begun": [one for group in groups.values() for one in group],
    }


def _found(wish: Asked) -> Results | None:
    """What a search beside the one that was asked for finds; None where that would take too long."""
    try:
        return site().index.search(wish.query(1))
    except BadQuery:
        return None


def _listing(found: Results, query: Query) -> dict[str, object]:
    """One page of results in words and in order, and where the pages beside it are."""
    shown = list(_shown(found, query))
    return {
        "counts": matters_words(found),
        "documents": documents_words(found.total),
        "added": added_words(found),
        "unknown_words": unknown_words,
        "complete": [one for one in shown if one.full],
        "partial": [one for one in shown if not one.full],
        "first": found.first + 1,
        "reach": range_words(found),
        "marking": marking(query),
        "previous": here(**{"from": found.previous or None}) if found.first else None,
        "following": here(**{"from": found.next}) if found.next else None,
        "at_end": not found.next and found.first >= MAX_OFFSET,
    }


def _blank() -> str:
    return render_template("search/blank.html", section="search", **_help())


def _help() -> dict[str, object]:
    """What the help shows of this council."""
    return {"council": next(iter(_names()), ""), "ours": examples(lambda: site().index)}


def _refused(wish: Asked, error: BadQuery) -> tuple[str, int]:
    message = gettext(error.template, **error.params)
    parts: dict[str, Any] = {"wish": wish, "message": message, "faulty": faulty(wish.words, error)}
    return render_template("search/bad.html", section="search", **parts, **_help()), 400


def _shown(found: Results, query: Query) -> Iterator[Shown]:
    """One entry for each matter; what may not be read any more, though it is in the index, is left out."""
    every = [one for hit in found.hits for one in (hit, *hit.also)]
    contexts = hit_contexts(
        session(), [Found(hit.type, hit.id, hit.parent, hit.group if hit.kind == "Paper" else "") for hit in every]
    )
    for hit in found.hits:
        held = [
            Shown(one, context, address(one, context, query))
            for one in (hit, *hit.also)
            if (context := contexts.get(one.id))
        ]
        if held:
            first, *also = held
            yield Shown(first.hit, first.context, first.href, tuple(also), hit.more, hit.full)


def address(hit: Hit, context: HitContext, query: Query) -> str:
    """Return where a hit leads; an agenda item whose meeting is not here leads to the list of meetings."""
    parent = hit.parent if context.meeting else ""
    words = marking(query)
    return address_of(hit.type, hit.key, page=hit.page, parent=parent, query=words, literal=query.literal)


def marking(query: Query) -> str:
    """Return what is marked on the page that a hit leads to: the words typed, or else the places that were chosen."""
    places = (place for one in query.filters if one.field == "place" and not one.negated for place in one.values)
    return query.typed or " OR ".join('"{}"'.format(place.partition(",")[0].replace('"', " ")) for place in places)


@search.app_template_test("marked")
def is_marked(snippet: Snippet) -> bool:
    """Whether a passage holds what was searched for."""
    return any(segment.marked for segment in snippet.segments)


@search.app_template_test("titled")
def is_titled(hit: Hit) -> bool:
    """Whether the title holds what was searched for."""
    return any(segment.marked for segment in hit.title_segments)
