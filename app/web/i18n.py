"""Which language and which display a reader gets, and the two switches for them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from app.translations import DEFAULT, LANGUAGES, translations
from app.web.origin import same_origin

ZONE = "Europe/Berlin"
LANGUAGE_COOKIE, DISPLAY_COOKIE = "language", "display"
DISPLAYS = ("light", "dark")
YEAR = 31_536_000

switches = Blueprint("switches", __name__)


def install(app: Flask) -> None:
    """Translate pages, and remember what a reader chose."""
    babel = Babel(
        app, default_locale=DEFAULT, default_timezone=ZONE, locale_selector=language, timezone_selector=lambda: ZONE
    )
    domain = Domain()
    for name in LANGUAGES:
        domain.cache[name, "messages"] = translations(name)
    babel.domain_instance = domain
    app.register_blueprint(switches)
    app.after_request(_remember)
    app.jinja_env.globals.update(language=language, display=display, here=here, LANGUAGES=LANGUAGES)


def language() -> str:
    """Return the reader's language: asked for in the address, chosen before, or the browser's."""
    asked = request.args.get("lang", "")
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    for wish in (asked, chosen):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT


def gettext(message: str, **values: object) -> str:
    """Return a message in the reader's language, filled in."""
    return str(_gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return the message for this many; both forms may say %(num)s."""
    return str(_ngettext(singular, plural, num, **values))


def N_(message: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


def formats() -> str:
    """Return the locale that numbers and dates are written in: English readers get days before months."""
    return "en_GB" if str(get_locale()) == "en" else DEFAULT


def display() -> str | None:
    """Return light or dark where the reader chose one, None where the device decides."""
    chosen = request.cookies.get(DISPLAY_COOKIE)
    return chosen if chosen in DISPLAYS else None


def here(path: str | None = None, **changes: Any) -> str:
    """Return this page's address, or another path, with some arguments changed; None takes one away."""
    arguments: Mapping[str, Any] = request.args.to_dict(flat=False) | changes
    kept = {name: value for name, value in arguments.items() if value not in (None, "", [])}
    query = urlencode(kept, doseq=True)
    target = path or request.path
    return f"{target}?{query}" if query else target


@switches.post("/display")
def choose_display() -> Response:
    """Remember how a reader wants pages to look, and go back to where they were."""
    if not same_origin():
        abort(403)
    response = redirect(_local(request.form.get("next", "")), 303)
    chosen = request.form.get("display", "")
    if chosen in DISPLAYS:
        response.set_cookie(
            DISPLAY_COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    else:
        response.delete_cookie(DISPLAY_COOKIE)
    return response  # type: ignore[return-value]  # werkzeug's redirect answers with the application's class


def _local(address: str) -> str:
    """Return an address on this site; anything else becomes the home page."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if plain and not parts.scheme and not parts.netloc and address.isprintable() else "/"


def _remember(response: Response) -> Response:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != asked:
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response
