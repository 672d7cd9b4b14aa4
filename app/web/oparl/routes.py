"""The addresses of our OParl server: each object has one, and what is another spelling of it leads there."""

import re
from typing import Final

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Gone, HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from app.publication import reading
from app.publication.leaving import place
from app.publication.names import LISTS, LISTS_OF_ORGANIZATION, ROOT, TYPES
from app.publication.reading import Found, ListOf
from app.web import rates
from app.web.councils import only_council
from app.web.oparl import answers, bytes, lists  # noqa: A004 - the file of bytes
from app.web.oparl.answers import json, known, sent_to, unknown
from app.web.oparl.entry import BODIES
from app.web.oparl.entry import system as entry
from app.web.site import session, site

oparl = Blueprint("oparl", __name__)
oparl.before_request(rates.spend_mirroring)
oparl.register_error_handler(HTTPException, known)
oparl.register_error_handler(OperationalError, answers.away)
oparl.register_error_handler(Exception, unknown)

KEY: Final = re.compile(r"[a-z2-7]{13}")
OF_BODY: Final = {name.lower(): type_ for name, type_ in LISTS.items()}
OF_ORGANIZATION: Final = {name.lower(): type_ for name, type_ in LISTS_OF_ORGANIZATION.items()}
SYSTEM: Final = f"{ROOT}/"
# What people type, and what other servers call it.
ENTRIES: Final = frozenset({"/oparl", "/oparl/system", "/oparl/v1.1", "/oparl/v1.1/system"})
ELSEWHERE: Final = "oparl.elsewhere"
ANY: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODY: Final = "-"  # key of no council


def install(app: Flask) -> None:
    """Serve OParl."""
    app.register_blueprint(oparl)
    answers.install(app)
    lists.install(app)


@oparl.get(SYSTEM)
def system() -> Response:
    """Say where everything begins."""
    return entry(_only())


@oparl.get(BODIES)
def bodies() -> Response:
    """List the councils whose records are all here."""
    return lists.page_of(ListOf("Body", only=_only()), BODIES)


@oparl.get(f"{ROOT}/<word>/<key>")
def one(word: str, key: str) -> AnyResponse:
    """Give one object, or what is left of it."""
    found = _found(word, key)
    if isinstance(found, AnyResponse):
        return found
    response = json(found.json.encode())
    response.last_modified = found.modified
    return response


@oparl.get(f"{ROOT}/<any(body, organization):word>/<key>/<name>")
def listed(word: str, key: str, name: str) -> AnyResponse:
    """Give a page of a list of a council, or of an organization."""
    object_type = (OF_BODY if word == "body" else OF_ORGANIZATION).get(name)
    if object_type is None:
        raise NotFound
    found = _found(word, key)
    if isinstance(found, AnyResponse):
        return found
    of_organization = found.key if word == "organization" else None
    wanted = ListOf(object_type, found.body_key or NOBODY, of_organization)
    return lists.page_of(wanted, f"{ROOT}/{word}/{key}/{name}")


@oparl.get(f"{ROOT}/file/<key>/<any(access, download):name>")
def file(key: str, name: str) -> AnyResponse:
    """Give the bytes of a file."""
    found = _found("file", key)
    if isinstance(found, AnyResponse):
        return found
    if found.deleted:
        raise Gone
    return bytes.access(found) if name == "access" else bytes.download(found)


@oparl.route("/oparl", methods=ANY)
@oparl.route("/oparl/", methods=ANY)
@oparl.route(ROOT, methods=ANY)
@oparl.route("/oparl/<path:rest>", methods=ANY)
def elsewhere(rest: str = "") -> Response:
    """Answer where nothing is."""
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(valid_methods=answers.METHODS.split(", "))
    raise NotFound(rest)


@oparl.errorhandler(NotFound)
def spelled(error: NotFound) -> AnyResponse:
    """Send other spellings of an address to the one that there is."""
    path = "/" + "/".join(part for part in request.path.lower().split("/") if part)
    if path in ENTRIES:
        return sent_to(SYSTEM)
    return sent_to(path) if path != request.path and _is_there(path) else known(error)


def _is_there(path: str) -> bool:
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint != ELSEWHERE)


def _found(word: str, key: str) -> Found | Response:
    """Return an object of a type, or the way to it where its key is another one now; raises NotFound."""
    if word not in TYPES or not KEY.fullmatch(key):
        raise NotFound
    found = reading.found(session(), key)
    if (found is None or not _is_shown(found, word)) and (only := _only()):
        found = reading.found(session(), place(key, only))  # it was here, and is another council's now
    if found is None and (other := reading.moved(session(), key)):
        found = reading.found(session(), other)
        if found is not None and _is_shown(found, word):
            return sent_to(request.path.replace(f"/{key}", f"/{found.key}", 1))
    if found is None or not _is_shown(found, word):
        raise NotFound
    return found


def _is_shown(found: Found, word: str) -> bool:
    return found.type == TYPES[word] and _only() in (None, found.body_key)


def _only() -> str | None:
    """Return the key of the council whose portal this is alone; None in a portal of several."""
    if not site().settings.only_council:
        return None
    council = only_council()
    return council.key if council else NOBODY
