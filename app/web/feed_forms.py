"""The three forms of a feed: Atom (RFC 4287, with the deleted entries of RFC 6721), JSON Feed 1.1, and plain text."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final
from xml.etree import ElementTree as Xml

import orjson

from app.alerts.telling.brief import brief
from app.models.news import WITHDRAWN
from app.web.feeds import Entry, Feed, moment_of, written

ATOM, JSON, TEXT = "atom", "json", "txt"
TYPES: Final = {ATOM: "application/atom+xml", JSON: "application/feed+json", TEXT: "text/plain"}
_ATOM, _AT = "http://www.w3.org/2005/Atom", "http://purl.org/atompub/tombstones/1.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Xml.register_namespace("", _ATOM)
Xml.register_namespace("at", _AT)


def written_as(feed: Feed, form: str) -> bytes:
    """Return a feed in one of its forms."""
    return {ATOM: as_atom, JSON: as_json, TEXT: as_text}[form](feed)


def as_atom(feed: Feed) -> bytes:
    """Return a feed as Atom; what was withdrawn is named by its id alone, so that readers take it out."""
    root = Xml.Element(f"{{{_ATOM}}}feed", {_LANG: feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.about)
    _add(root, "updated", moment_of(feed.updated))
    _add(_add(root, "author"), "name", "Ratslupe")
    _add(root, "generator", "Ratslupe")
    _link(root, "self", feed.url(ATOM), TYPES[ATOM])
    _link(root, "alternate", feed.home, "text/html")
    _link(root, "alternate", feed.url(JSON), TYPES[JSON])
    if feed.hub:
        _link(root, "hub", feed.hub)
    for entry in feed.entries:
        _add_entry(root, entry)
    for entry_id, at in feed.gone:
        Xml.SubElement(root, f"{{{_AT}}}deleted-entry", {"ref": entry_id, "when": moment_of(at)})
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode")).encode()


def as_json(feed: Feed) -> bytes:
    """Return a feed as JSON Feed; it knows no word for what was withdrawn, which is missing from it."""
    content: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": feed.home,
        "feed_url": feed.url(JSON),
        "language": feed.language,
        "authors": [{"name": "Ratslupe"}],
        "items": [_item(one) for one in feed.entries],
    }
    if feed.hub:
        content["hubs"] = [{"type": "WebSub", "url": feed.hub}]
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def as_text(feed: Feed) -> bytes:
    """Return each entry in at most 500 characters, with an empty line between two: for a toot or a message as it is."""
    return "".join(f"{written(brief(one.line))}\n\n" for one in feed.entries).encode()


def _add_entry(root: Xml.Element, entry: Entry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _in_german(_add(element, "title", entry.title), entry)
    _add(element, "updated", moment_of(entry.at))
    _add(element, "published", moment_of(entry.at))
    _link(element, "alternate", entry.line.url, "text/html")
    Xml.SubElement(element, f"{{{_ATOM}}}category", {"term": entry.line.kind})
    _add(element, "summary", " ".join(entry.said))
    _add(element, "content", _html(entry), type="html")


def _in_german(element: Xml.Element, entry: Entry) -> None:
    """Mark a title as German: most of it is the council's, whatever the feed's language."""
    if entry.line.kind != WITHDRAWN:
        element.set(_LANG, "de")


def _html(entry: Entry) -> str:
    line = entry.line
    holder = f'<span lang="de">{escape(written(line.about))}</span>' if line.about else ""
    about = [escape(written(line.kind_word)), holder, escape(line.day)]
    parts = [f"<p>{', '.join(filter(None, about))}</p>" if entry.about else ""]
    parts += [f"<p>{escape(one)}</p>" for one in entry.said if one]
    parts += [f"<p><small>{escape(one)}</small></p>" for one in entry.reasons]
    return "".join(parts)


def _item(entry: Entry) -> Mapping[str, Any]:
    line = entry.line
    return {
        "id": entry.id,
        "url": line.url,
        "title": entry.title,
        "summary": " ".join(entry.said),
        "content_text": "\n".join([entry.about, *entry.said, *entry.reasons]),
        "date_published": moment_of(entry.at),
        "tags": [line.kind, *entry.reasons],
        "_ratslupe": {"kind": line.kind, "type": line.object_type, "date": line.date and line.date.isoformat()},
    }


def _add(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
    element = Xml.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _link(parent: Xml.Element, rel: str, href: str, media_type: str = "") -> None:
    typed = {"type": media_type} if media_type else {}
    Xml.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, **typed})
