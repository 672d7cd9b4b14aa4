"""The site as something that can be installed: its manifest, and the script that works without a page.

The script may speak with this site alone: the policy that comes with it says so. Only who asks to be pushed to, or has
installed the site, ever gets it.
"""

from typing import Final

import orjson
from flask import Blueprint, Response, get_template_attribute, request

from app.speech import Voice
from app.translations import LANGUAGES
from app.web.assets import FOLDER, asset
from app.web.i18n import gettext, language

POLICY: Final = (
    "default-src 'none'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAPER = "#ffffff"
DAY = 86_400
ICONS: Final = (("icons/192.png", "192x192", "any"), ("icons/512.png", "512x512", "any"))
MASKABLE: Final = ("icons/maskable.png", "512x512", "maskable")

installing = Blueprint("installing", __name__)


@installing.get("/sw.js")
def worker() -> Response:
    """Serve the script at the root, because it may only see what lies below its own address."""
    script = (FOLDER / "sw.js").read_text().replace("ICON", asset("icons/192.png")).replace("WORDS", _old())
    response = Response(script, mimetype="text/javascript")
    response.headers["Content-Security-Policy"] = POLICY
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


def _old() -> str:
    """Return by language what stands above a page that was kept, as JSON; the script says since when for WHEN."""
    notice = get_template_attribute("_macros/ui.html", "notice")
    said = {
        code: Voice(code).gettext("There is no network. You see this page as it was on %(when)s.", when="WHEN")
        for code in LANGUAGES
    }
    shown = {
        code: f'<div class="rl-wrap rl-gap" role="status">{notice("warning", text)}</div>'
        for code, text in said.items()
    }
    return orjson.dumps(shown).decode()


@installing.get("/manifest.webmanifest")
def manifest() -> Response:
    """Say how the site is called and looks as an application."""
    content = {
        "id": "/",
        "name": "Ratslupe",
        "short_name": "Ratslupe",
        "description": gettext("Read what your council decides."),
        "lang": language()[:2],
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "categories": ["government", "news"],
        "icons": [
            {"src": asset("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            *({"src": asset(n), "sizes": s, "type": "image/png", "purpose": p} for n, s, p in (*ICONS, MASKABLE)),
        ],
        "shortcuts": [
            {"name": gettext("Search"), "url": "/search"},
            {"name": gettext("Meetings"), "url": "/meetings"},
        ],
    }
    response = Response(orjson.dumps(content), mimetype="application/manifest+json")
    response.vary.update(("Cookie", "Accept-Language"))
    response.cache_control.max_age = DAY
    response.cache_control.private = True
    return response
