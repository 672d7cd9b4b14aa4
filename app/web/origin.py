"""Whether a form comes from one of our own pages: no cookie and no token is needed to know."""

from urllib.parse import urlsplit

from flask import request

from app.web.site import site


def same_origin(*, nameless: bool = False) -> bool:
    """Say whether the browser names this site as the sender; clients that are no browsers send neither header.

    `Sec-Fetch-Site` cannot be set by a page; browsers without it (before 2023, or where the site has no TLS) send
    `Origin` with every POST. From a page that names itself to nobody they send "null": then its secret address, which
    no other site knows, says that it is ours. `nameless` takes them from anywhere, where they can do no harm.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    if origin == "null":
        return nameless or "token" in (request.view_args or {})
    try:
        sender = urlsplit(origin).netloc
    except ValueError:  # half an IPv6 address
        return False
    return sender in (request.host, urlsplit(site().settings.base_url).netloc)
