"""Whether a form comes from one of our own pages: no cookie and no token is needed to know."""

from urllib.parse import urlsplit

from flask import request

from app.web.site import site


def same_origin() -> bool:
    """Say whether the browser names this site as the sender; clients that are no browsers send neither header.

    `Sec-Fetch-Site` cannot be set by a page; browsers without it (before 2023) send `Origin` with every POST.
    """
    fetched = request.headers.get("Sec-Fetch-Site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        sender = urlsplit(origin).netloc
    except ValueError:  # half an IPv6 address
        return False
    return sender in (request.host, urlsplit(site().settings.base_url).netloc)
