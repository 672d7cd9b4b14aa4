"""What crawlers read first: the maps of the site, what they may ask for, and how a browser searches here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson
from flask import Blueprint, Response, abort, current_app, request

from app.addresses import record_url
from app.models import File, Meeting, Organization, Paper
from app.queries.keys import Slice, keys_in, slices
from app.web.i18n import asked_language, gettext, speak
from app.web.pages.suggestions import suggestions_typed
from app.web.site import session, site

sitemaps = Blueprint("sitemaps", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# The format allows 50,000. Whether a file is shown depends on what holds it, which takes 30 microseconds to find out.
SIZE, MOST = 5_000, 50_000
HOUR = 3_600
EXTENSION = "ratslupe.sitemaps"
# Not people: search engines are not to make profiles of them (their pages say noindex).
TYPES: dict[str, Any] = {"papers": Paper, "meetings": Meeting, "organizations": Organization, "files": File}
FIXED = ("/", "/papers", "/meetings", "/organizations", "/files", "/calendar", "/map", "/figures", "/data")
FIXED_TOO = ("/status", "/search", "/glossary", "/about", "/contact", "/accessibility", "/easy", "/embed", "/councils")


@sitemaps.get("/sitemap.xml")
def index() -> Response:
    """List the maps, each with when something in it last changed."""
    entries: list[tuple[str, datetime | None]] = [("pages-1", None)]
    for name in TYPES:
        entries += [(f"{name}-{one.number}", one.changed) for one in _slices(name) if one.count]
    listed = "".join(
        f"<sitemap><loc>{_loc(f'/sitemaps/{name}.xml')}</loc>{_lastmod(changed)}</sitemap>\n"
        for name, changed in entries
    )
    return _xml(f'<sitemapindex xmlns="{NAMESPACE}">\n{listed}</sitemapindex>\n')


@sitemaps.get("/sitemaps/<name>-<int:number>.xml")
def one_map(name: str, number: int) -> Response:
    """List the pages of some records, or those that are always there."""
    if name == "pages" and number == 1:
        return _urls((path, None) for path in _fixed())
    if name not in TYPES:
        abort(404)
    part = next((one for one in _slices(name) if one.number == number), None) or abort(404)
    model = TYPES[name]
    return _urls((record_url(model.__name__, key), at) for key, at in keys_in(session(), model, part, MOST))


def _slices(name: str) -> list[Slice]:
    """Return the slices of a type, counted once an hour."""
    kept: dict[str, tuple[float, list[Slice]]] = current_app.extensions.setdefault(EXTENSION, {})
    if name not in kept or monotonic() - kept[name][0] >= HOUR:
        kept[name] = monotonic(), slices(session(), TYPES[name], SIZE)
    return kept[name][1]


def _fixed() -> list[str]:
    there = {rule.rule.rstrip("/") or "/" for rule in current_app.url_map.iter_rules() if not rule.arguments}
    return [path for path in (*FIXED, *FIXED_TOO) if path in there]


def _urls(entries: Iterable[tuple[str, datetime | None]]) -> Response:
    listed = "".join(f"<url><loc>{_loc(path)}</loc>{_lastmod(changed)}</url>\n" for path, changed in entries)
    return _xml(f'<urlset xmlns="{NAMESPACE}">\n{listed}</urlset>\n')


def _loc(path: str) -> str:
    return escape(site().settings.base_url.rstrip("/") + path)


def _lastmod(changed: datetime | None) -> str:
    return f"<lastmod>{changed:%Y-%m-%dT%H:%M:%S+00:00}</lastmod>" if changed else ""


def _xml(content: str, media_type: str = "application/xml") -> Response:
    response = Response(HEAD + content, content_type=f"{media_type}; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.max_age = HOUR
    response.add_etag()
    response.make_conditional(request)
    return response


@sitemaps.get("/robots.txt")
def robots() -> Response:
    """Let crawlers read records, and keep them out of the endless room of searches and of pictures of pages."""
    lines = (
        "User-agent: *",
        "Disallow: /search?",
        "Disallow: /search/",
        "Disallow: /alerts",
        "Disallow: /display",
        "Disallow: /embed/",
        "Disallow: /files/*/page/",
        "Disallow: /councils/*/quality/",
        "Disallow: /*?*q=",
        "Disallow: /*?*hit=",
        f"Sitemap: {site().settings.base_url.rstrip('/')}/sitemap.xml",
        "",
    )
    return Response("\n".join(lines), mimetype="text/plain")


@sitemaps.get("/opensearch.xml")
def opensearch() -> Response:
    """Describe the search, so that a browser's own search bar can use it."""
    language, base = asked_language(), site().settings.base_url.rstrip("/")
    speak(language)
    name, words = gettext("Ratslupe: council search"), gettext("Papers, meetings and files of councils")
    own = quoteattr(f"{base}/opensearch.xml")
    html = quoteattr(f"{base}/search?q={{searchTerms}}")
    listed = quoteattr(f"{base}/search/suggest.opensearch?q={{searchTerms}}")
    return _xml(
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>Ratslupe</ShortName>\n<LongName>{escape(name)}</LongName>\n"
        f"<Description>{escape(words)}</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n<OutputEncoding>UTF-8</OutputEncoding>\n"
        f"<Language>{language}</Language>\n"
        f'<Image width="32" height="32" type="image/svg+xml">{escape(base)}/favicon.ico</Image>\n'
        f'<Url type="text/html" method="get" template={html}/>\n'
        f'<Url type="application/x-suggestions+json" method="get" template={listed}/>\n'
        f'<Url type="application/opensearchdescription+xml" rel="self" template={own}/>\n'
        "</OpenSearchDescription>\n",
        "application/opensearchdescription+xml",
    )


@sitemaps.get("/search/suggest.opensearch")
def suggested() -> Response:
    """Give suggestions as browsers' search bars take them: the typed words, and lists of texts, notes and addresses."""
    typed, found = suggestions_typed()
    base = site().settings.base_url.rstrip("/")
    rows = [typed, [one.text for one in found], [one.note for one in found], [base + one.href for one in found]]
    response = Response(orjson.dumps(rows), mimetype="application/x-suggestions+json")
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.private = True
    response.cache_control.max_age = 60
    return response
