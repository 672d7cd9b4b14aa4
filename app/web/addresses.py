"""The addresses of records on this site."""

from urllib.parse import quote

from app.models import key_of

FOLDERS = {
    "Paper": "papers",
    "Meeting": "meetings",
    "Person": "people",
    "Organization": "organizations",
    "File": "files",
}


def address_of(object_type: str, key: str, *, page: int | None = None, parent: str = "") -> str:
    """Return the path of a record, of a page of a File, or of an AgendaItem on the page of its meeting `parent`.

    A type that has no page of its own leads to where its records are listed.
    """
    if object_type == "AgendaItem":
        return f"/meetings/{key_of(parent)}#item-{quote(key, safe='')}" if parent else "/meetings"
    folder = FOLDERS.get(object_type)
    if folder is None:
        return "/status"
    address = f"/{folder}/{quote(key, safe='')}"
    return f"{address}?page={page}" if page and object_type == "File" else address


def record_url(object_type: str, key: str, page: int | None = None) -> str:
    """Return the path of a record that has a page of its own; what templates use."""
    return address_of(object_type, key, page=page)
