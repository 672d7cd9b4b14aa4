"""What the head of a page says about it: its one address, its languages, what is shown where it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, request
from jinja2 import pass_context
from jinja2.runtime import Context

from app.models import Body, File, Meeting, OParlObject, Organization, Paper, Person
from app.translations import FULL
from app.web import structured
from app.web.filters import shortened, weekday
from app.web.i18n import gettext, language, ngettext
from app.web.record_words import file_line, place_words, record_title
from app.web.site import site

# By which name the view of a record's page hands it to its template.
RECORD_PAGES = {
    "papers.show": "paper",
    "meetings.show": "meeting",
    "people.show": "person",
    "organizations.show": "organization",
    "files.show": "file",
}
LISTS = frozenset({"papers.index", "meetings.index", "organizations.index", "people.index", "files.index"})
# What a person looks for stands at the council. Search engines would make a profile of what is here, outside our reach.
UNLISTED = frozenset({"people.show", "people.index"})
CARDS = {"papers.show": "papers", "meetings.show": "meetings"}
LOCALES = {"de": "de_DE", "en": "en_GB"}
DESCRIPTION = 200  # characters; search engines show 160


@dataclass(frozen=True, slots=True)
class Head:
    """Addresses are absolute; `title_end` comes between a page's own title and the site's name."""

    canonical: str
    alternates: tuple[tuple[str, str], ...]
    image: str
    image_alt: str
    kind: str
    locale: str
    robots: str | None
    title_end: str
    data: str


def install(app: Flask) -> None:
    """Let the frame of all pages ask."""
    app.jinja_env.globals.update(
        page_head=page_head,
        page_description=page_description,
        crumbs_data=crumbs_data,
        opensearch_title=opensearch_title,
    )
    app.jinja_env.filters["trim_scheme"] = trim_scheme


@pass_context
def page_head(context: Context) -> Head:
    """Return the head of the page that is being written."""
    canonical, about = canonical_address(), about_of(context)
    folder = CARDS.get(request.endpoint or "")
    card = f"{folder}/{about.key}" if folder and about else "site"
    asked = "?language=en" if language() == "en" else ""
    return Head(
        canonical=canonical,
        alternates=tuple((code, f"{canonical}?lang={code}") for code in FULL),
        image=f"{base_url()}/cards/{card}.png{asked}",
        image_alt=record_title(about) if about and folder else gettext("Ratslupe: what councils decide, searchable"),
        kind=_kind(about),
        locale=LOCALES.get(language(), "de_DE"),
        robots=_robots(context),
        title_end=_title_end(context, about),
        data=structured.page_data(context, about, canonical),
    )


def base_url() -> str:
    """Return the address of this site, without a slash at its end."""
    return site().settings.base_url.rstrip("/")


def canonical_address() -> str:
    """Return the one address of this page: without language, filters and page numbers."""
    path = request.path.rstrip("/") or "/"
    return base_url() + quote(path, safe="/~:@!$&'()*+,;=-._")


def about_of(context: Context) -> OParlObject | None:
    """Return the record whose page this is."""
    name = RECORD_PAGES.get(request.endpoint or "")
    found = context.get(name) if name else None
    return found if isinstance(found, OParlObject) else None


def _kind(about: OParlObject | None) -> str:
    if isinstance(about, Person):
        return "profile"
    return "article" if isinstance(about, (Paper, File, Meeting)) else "website"


def _robots(context: Context) -> str | None:
    stated = context.get("robots")
    if stated:
        return str(stated)
    endpoint = request.endpoint or ""
    narrowed = endpoint in LISTS and set(request.args) - {"lang"}
    # Its links are followed: what a view of a list leads to is a page of its own.
    return "noindex, follow" if narrowed or endpoint in UNLISTED else None


def _title_end(context: Context, about: OParlObject | None) -> str:
    """Return what tells this page from others of the same title: the council, or the page of a list."""
    body = context.get("body")
    if about:
        council = body.name if isinstance(body, Body) else None
        told = (getattr(about, "reference", None), council)
        return "".join(f" – {shortened(one, 60)}" for one in told if one)
    number = request.args.get("page", 1, type=int)
    if request.endpoint in LISTS and 1 < number < 1_000_000:
        return " – " + gettext("page %(page)s", page=number)
    return ""


@pass_context
def page_description(context: Context) -> str:
    """Return one or two sentences on the page, for lists of search results; its own template may know better."""
    about = about_of(context)
    words = _described(about, context) if about else ""
    if words:
        return shortened(words, DESCRIPTION)
    return gettext(
        "Search everything German councils publish: papers, meetings, decisions and every page of their documents."
    )


def _described(about: OParlObject, context: Context) -> str:
    body = context.get("body")
    council = (body.name if isinstance(body, Body) else None) or ""
    if isinstance(about, Meeting):
        return _meeting(about, context, council)
    if isinstance(about, Person):
        return gettext("Mandate, organizations and papers of %(name)s.", name=record_title(about)) + f" {council}"
    if isinstance(about, Organization):
        return gettext("Members, meetings and papers: %(name)s.", name=record_title(about)) + f" {council}"
    if isinstance(about, File):
        page = context.get("page")
        text = getattr(page, "text", "") or ""
        return " – ".join(part for part in (file_line(about), text) if part)
    return ""


def _meeting(meeting: Meeting, context: Context, council: str) -> str:
    row, public = context.get("row"), context.get("public") or ()
    place = place_words(row.location) if row is not None else ""
    when = weekday(meeting.start)
    items = ngettext("%(num)s public item", "%(num)s public items", len(public)) if public else ""
    state = gettext("This meeting is cancelled.") if meeting.cancelled else ""
    parts = (part for part in (when, place, items, council) if part)
    return f"{state} {', '.join(parts)}".strip()


def crumbs_data(steps: list[tuple[Any, str]], here: Any) -> str:
    """Return the way back as a block of data for search engines."""
    return structured.crumbs(steps, here, canonical_address())


def trim_scheme(address: str) -> str:
    """Return an address as people write it down, without https:// at its beginning."""
    return address.partition("://")[2] or address


def opensearch_title() -> str:
    """Return what a browser's search bar calls this site."""
    return gettext("Ratslupe: council search")
