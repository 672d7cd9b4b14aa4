"""Small windows of this site for the pages of others: the next meetings, the latest papers, a search field.

One line of HTML and no script: what is in the frame stays in the frame. Nothing is remembered of the reader: no cookie
is set and none is read; language and display stand in the address. These pages alone may be framed by anybody.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from app.models import Organization
from app.queries.meetings import upcoming_meetings
from app.queries.organizations import organization_by_key
from app.queries.papers import PaperFilter, papers
from app.queries.paths import NO_PATH, consultation_paths
from app.web.councils import council_asked, councils
from app.web.headers import POLICY
from app.web.i18n import DISPLAYS, asked_language, gettext, language, speak
from app.web.pages.records import organizations_offered, record_asked
from app.web.record_words import record_title
from app.web.site import session, site

embed = Blueprint("embed", __name__)

COUNT, MOST = 5, 20
KEPT = 300  # seconds
HEIGHTS = {"meetings": 420, "papers": 520, "search": 170}
FRAMED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
FRAMING = POLICY.replace("default-src 'none'", "default-src 'none'; frame-src 'self'")


@embed.get("/embed")
def overview() -> Response:
    """Show what can be put into other pages, each with its line of HTML."""
    council = council_asked()
    organization = record_asked("organization", organization_by_key)
    chosen = _chosen(council.slug if council else "", organization.key if organization else "")
    lines = [(kind, _address(kind, chosen), _line(kind, chosen)) for kind in HEIGHTS]
    response = make_response(
        render_template(
            "embed/overview.html",
            section="data",
            lines=lines,
            heights=HEIGHTS,
            councils_here=councils(),
            organizations_here=organizations_offered(organization),
            chosen=chosen,
            count=COUNT,
            most=MOST,
        )
    )
    response.headers["Content-Security-Policy"] = FRAMING
    return response


@embed.get("/embed/<any(meetings, papers, search):kind>")
def frame(kind: str) -> Response:
    """Show one of them."""
    speak(asked_language())
    try:
        words, status = _words(kind), 200
    except NotFound:
        words, status = {"missing": True}, 404
    shown = render_template(f"embed/{kind}.html" if status == 200 else "embed/frame.html", **_frame(), **words)
    response = make_response(shown, status)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.public = status == 200
    response.cache_control.max_age = KEPT if status == 200 else 0
    return response


def _frame() -> dict[str, object]:
    display = request.args.get("display", "")
    return {"base": site().settings.base_url.rstrip("/"), "theme": display if display in DISPLAYS else None}


def _words(kind: str) -> dict[str, object]:
    """Return what a frame shows; raises NotFound for a council or an organization that is not here."""
    council = council_asked()
    organization: Organization | None = record_asked("organization", organization_by_key)
    body, about = council.id if council else None, organization.id if organization else None
    db, count = session(), _count()
    # Where the whole list stands, narrowed as the frame is.
    asked = {"body": council.slug if council else "", "organization": organization.key if organization else ""}
    rest = urlencode({name: value for name, value in asked.items() if value})
    words: dict[str, object] = {
        "council": council,
        "whose": record_title(organization) if organization else council.name if council else "",
        "more": f"/{kind}" + (f"?{rest}" if rest else ""),
    }
    if kind == "meetings":
        return words | {"rows": upcoming_meetings(db, count, organization=about, body=body)}
    if kind == "papers":
        listed = papers(db, PaperFilter(body=body, organization=about), size=count).rows
        paths = consultation_paths(db, [paper.id for paper in listed])
        return words | {"rows": listed, "paths": paths, "no_path": NO_PATH}
    return words


def _count() -> int:
    return min(max(request.args.get("count", COUNT, type=int), 1), MOST)


def _chosen(body: str, organization: str) -> dict[str, str]:
    display = request.args.get("display", "")
    asked = {
        "body": body,
        "organization": organization,
        "count": str(_count()) if _count() != COUNT else "",
        "language": asked_language() if "language" in request.args else ("en" if language() == "en" else ""),
        "display": display if display in DISPLAYS else "",
    }
    return {name: value for name, value in asked.items() if value and value != "de"}


def _address(kind: str, chosen: dict[str, str]) -> str:
    taken = {name: value for name, value in chosen.items() if kind != "search" or name not in ("count", "organization")}
    return f"/embed/{kind}" + (f"?{urlencode(taken)}" if taken else "")


def _line(kind: str, chosen: dict[str, str]) -> str:
    """Return the line of HTML that shows a frame on somebody else's page."""
    titles = {
        "meetings": gettext("Next meetings, from Ratslupe"),
        "papers": gettext("Latest papers, from Ratslupe"),
        "search": gettext("Search in Ratslupe"),
    }
    source = (site().settings.base_url.rstrip("/") + _address(kind, chosen)).replace("&", "&amp;")
    return (
        f'<iframe src="{source}" title="{titles[kind]}" width="100%" height="{HEIGHTS[kind]}" '
        'loading="lazy" referrerpolicy="no-referrer"></iframe>'
    )
