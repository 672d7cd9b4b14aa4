"""What changed, line by line."""

from flask import Response

from app.answers.changes import SNAPSHOT, EditionEnded, ForeignCursor, NothingYet, changes, lines
from app.answers.cursors import BadCursor
from app.answers.published import held
from app.web.api.asking import next_address
from app.web.api.lists import council, councils
from app.web.api.operations import NDJSON, Asked
from app.web.api.problems import KINDS, Problem
from app.web.site import session, site


def feed(asked: Asked) -> Response:
    """Answer with the changes behind a cursor."""
    settings, body = site().settings, asked["body"]
    try:
        found = changes(
            session(), settings, after=asked["after"] or "", body=_key(body) if body else "", limit=asked["limit"]
        )
    except ForeignCursor as error:
        raise Problem("foreign-cursor", str(error)) from error
    except BadCursor as error:
        raise Problem("bad-cursor", str(error)) from error
    except EditionEnded as error:
        snapshot = settings.base_url + SNAPSHOT
        raise Problem("edition-ended", KINDS["edition-ended"].says, snapshot=snapshot) from error
    except NothingYet as error:
        raise Problem("unavailable", "Nothing was published yet.") from error
    response = Response(b"".join(lines(found, body)), mimetype=NDJSON)
    if found.more:
        response.headers.add("Link", f'<{next_address(found.cursor, "after")}>; rel="next"')
    return response


def _key(handle: str) -> str:
    # A council that was given up is among those no more: who followed it is told of its end by its key.
    known = any(handle in (one.slug, one.key) for one in councils())
    return handle if not known and held(session(), handle) else council(handle).key
