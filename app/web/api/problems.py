"""What can go wrong, as RFC 9457 tells it: one table for the answers, the document and the pages that explain them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import HTTPException

from app.answers.changes import SNAPSHOT
from app.translations import N_
from app.web.site import site

MEDIA_TYPE = "application/problem+json"
LONGEST = 300  # characters of an address that is told


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its name in addresses, its status, and what it means for whoever gets it."""

    name: str
    status: int
    title: str
    says: str


KINDS = {
    one.name: one
    for one in (
        Kind(
            "unknown-parameter",
            400,
            N_("There is no such parameter"),
            N_(
                "A parameter that is not known is refused and not passed over: a filter that does nothing would go "
                "unnoticed. The answer names all parameters that this address knows."
            ),
        ),
        Kind(
            "bad-parameter",
            400,
            N_("A parameter cannot be understood"),
            N_("A value has another form than it should, or names something that is not here. The answer says which."),
        ),
        Kind(
            "bad-query",
            400,
            N_("The search cannot be understood"),
            N_("The words in q are no search. The answer names the place, counted in characters from the start."),
        ),
        Kind(
            "bad-cursor",
            400,
            N_("The cursor does not belong here"),
            N_(
                "A cursor is a sealed mark: it goes on with exactly the question that it was given for. Begin again "
                "without it, or send the filters of the first page."
            ),
        ),
        Kind(
            "foreign-cursor",
            400,
            N_("The cursor is another council's"),
            N_("A cursor of the changes holds for one council, or for all. Send the same body as before."),
        ),
        Kind(
            "not-found",
            404,
            N_("There is nothing at this address"),
            N_("Nothing is published at this address. It may be mistyped, or its record may not be public."),
        ),
        Kind(
            "method-not-allowed",
            405,
            N_("Here one can only read"),
            N_("These addresses answer GET, HEAD and OPTIONS. Nothing can be written."),
        ),
        Kind(
            "gone",
            410,
            N_("This was taken back"),
            N_("The record was here; it was withdrawn by its council, or taken down here. Its object says which."),
        ),
        Kind(
            "edition-ended",
            410,
            N_("The changes begin anew"),
            N_(
                "All objects were written anew, or numbered anew, and what changed behind this cursor cannot be told. "
                "Take the whole from the downloads, or read the changes from their beginning."
            ),
        ),
        Kind(
            "too-many-requests",
            429,
            N_("Too many questions at once"),
            N_("Wait as long as Retry-After says. Whoever wants everything gets it from the downloads, in one piece."),
        ),
        Kind(
            "internal-error",
            500,
            N_("Something failed here"),
            N_("That is our fault. The number in the answer helps to find it."),
        ),
        Kind(
            "unavailable",
            503,
            N_("Not available just now"),
            N_("The database or the search does not answer, or nothing was published yet. Try again in a minute."),
        ),
    )
}
BY_STATUS = {404: "not-found", 405: "method-not-allowed", 410: "gone", 429: "too-many-requests", 503: "unavailable"}


class Problem(HTTPException):
    """Raised where a question cannot be answered; `more` are further members of what is told."""

    def __init__(self, kind: str, detail: str, **more: Any) -> None:
        super().__init__(description=detail)
        self.kind, self.detail, self.more = KINDS[kind], detail, more
        self.code = self.kind.status


def refused(parameter: str, detail: str) -> Problem:
    """Return the problem of one parameter."""
    return Problem("bad-parameter", f"{parameter}: {detail}", errors=[{"parameter": parameter, "detail": detail}])


def unknown(names: Sequence[str], allowed: Sequence[str]) -> Problem:
    """Return the problem of parameters that are not known here."""
    known = f"known are: {', '.join(allowed)}" if allowed else "this address knows none"
    return Problem(
        "unknown-parameter",
        f"There is no parameter {', '.join(names)}; {known}.",
        errors=[{"parameter": name, "detail": "not known here"} for name in names],
        allowed=list(allowed),
    )


def told(code: int, reference: str | None, error: HTTPException | None) -> Response:
    """Tell a program what went wrong, whatever it was."""
    kind = error.kind if isinstance(error, Problem) else _kind(code)
    base = site().settings.base_url
    content: dict[str, Any] = {
        "type": f"{base}/api/problems/{kind.name}" if kind else "about:blank",
        "title": kind.title if kind else (error.name if error else "Error"),
        "status": code,
        "detail": _detail(kind, reference, error),
        "instance": f"urn:ratslupe:error:{reference}" if reference else request.path[:LONGEST],
    }
    if code in (410, 429):
        content["snapshot"] = base + SNAPSHOT
    content |= error.more if isinstance(error, Problem) else {}
    return Response(orjson.dumps(content), code, mimetype=MEDIA_TYPE)


def _kind(code: int) -> Kind | None:
    name = BY_STATUS.get(code) or ("internal-error" if code >= 500 else None)
    return KINDS[name] if name else None


def _detail(kind: Kind | None, reference: str | None, error: HTTPException | None) -> str:
    if isinstance(error, Problem):
        return error.detail
    said = kind.says if kind else ((error.description or error.name) if error else "")
    return f"{said} (reference {reference})" if reference else said
