"""The addresses of records on the site: on its pages, in mails, in what commands print."""

from urllib.parse import quote, urlencode

from app.models import key_of

FOLDERS = {
    "Paper": "papers",
    "Meeting": "meetings",
    "Person": "people",
    "Organization": "organizations",
    "File": "files",
}
# These have no page of their own, and a history.
HISTORY_ONLY = {"AgendaItem": "agenda-items", "Consultation": "consultations"}


def address_of(
    object_type: str,
    key: str,
    *,
    page: int | None = None,
    parent: str = "",
    query: str = "",
    literal: bool = False,
) -> str:
    """Return the path of a record, of a page of a File, or of an AgendaItem on the page of its meeting `parent`.

    A File's page marks the words of `query`, those that are meant literally without others; `#page=N` is how
    PDF readers say it, so the address does for both.

    A type that has no page of its own leads to where its records are listed.
    """
    if object_type == "AgendaItem":
        return f"/meetings/{key_of(parent)}#item-{quote(key, safe='')}" if parent else "/meetings"
    folder = FOLDERS.get(object_type)
    if folder is None:
        return "/status"
    address = f"/{folder}/{quote(key, safe='')}"
    if object_type != "File":
        return address
    marked = {"page": page, "q": query, "literal": int(literal and bool(query))}
    asked = {name: value for name, value in marked.items() if value}
    return address + (f"?{urlencode(asked)}" if asked else "") + (f"#page={page}" if page else "")


def record_url(object_type: str, key: str, page: int | None = None, query: str = "", literal: bool = False) -> str:
    """Return the path of a record that has a page of its own; what templates use."""
    return address_of(object_type, key, page=page, query=query, literal=literal)


def history_url(object_type: str, key: str) -> str:
    """Return the path of what changed in a record, as data."""
    folder = FOLDERS.get(object_type) or HISTORY_ONLY[object_type]
    return f"/{folder}/{quote(key, safe='')}/history.json"
