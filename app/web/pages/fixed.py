"""The fixed pages: what this is, whose it is, how to reach them, and what the law asks for."""

from flask import Blueprint, Response, abort, render_template, send_file

from app.web.headers import POLICY
from app.web.i18n import language
from app.web.prose import NAMES, is_loopback, prose
from app.web.site import site

VIDEO, CAPTIONS = "sign-language.mp4", "sign-language.vtt"

fixed = Blueprint("fixed", __name__)


def _page(name: str) -> Response:
    settings = site().settings
    film = settings.pages / VIDEO if name == "sign-language" else None
    words = {
        "name": name,
        "prose": prose(settings, name, language()),
        "open": is_loopback(settings.base_url),
        "film": film is not None and film.is_file(),
        "captions": (settings.pages / CAPTIONS).is_file(),
    }
    response = Response(render_template("fixed/page.html", **words))
    if words["film"]:
        response.headers["Content-Security-Policy"] = f"{POLICY}; media-src 'self'"
    return response


for _name in NAMES:
    fixed.add_url_rule(f"/{_name}", _name, _page, defaults={"name": _name})


@fixed.get("/sign-language/<name>")
def film(name: str) -> Response:
    """Send the operator's film, or its captions."""
    path = site().settings.pages / name
    if name not in (VIDEO, CAPTIONS) or not path.is_file():
        abort(404)
    kind = "video/mp4" if name == VIDEO else "text/vtt"
    return send_file(path, mimetype=kind, conditional=True, max_age=3600)
