"""Which language and which display a reader gets, and the two switches for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Blueprint, Flask, Response, abort, has_request_context, redirect, request
from flask_babel import Babel, Domain, refresh
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app.translations import DEFAULT, FULL, LANGUAGES, SIMPLE, locale_of, translations
from app.web.origin import same_origin

ZONE = "Europe/Berlin"
LANGUAGE_COOKIE, DISPLAY_COOKIE = "language", "display"
DISPLAYS = ("light", "dark")
NAMES = {"de": "Deutsch", "en": "English", SIMPLE: "Leichte Sprache"}  # each in itself
YEAR = 31_536_000
_ENDING = str.maketrans({"%": "%25", "?": "%3F", "#": "%23"})  # a path ends with these, or is read otherwise
FOUND = "ratslupe.language"  # where a request keeps what was found: it is asked for with every message

switches = Blueprint("switches", __name__)


class Words(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """The catalogue of the reader's language, which the name of a locale does not tell: two of ours are German."""

    def get_translations(self) -> NullTranslations:
        """Return the messages; outside of a request they stay as they are written."""
        return _messages()


def _messages() -> NullTranslations:
    return translations(language()) if has_request_context() else NullTranslations()


def install(app: Flask) -> None:
    """Translate pages, and remember what a reader chose."""
    babel = Babel(
        app, default_locale=DEFAULT, default_timezone=ZONE, locale_selector=locale, timezone_selector=lambda: ZONE
    )
    for name in LANGUAGES:
        translations(name)  # before the first reader comes
    babel.domain_instance = Words()
    app.register_blueprint(switches)
    app.after_request(_remember)
    app.jinja_env.globals.update(language=language, display=display, here=here, LANGUAGES=LANGUAGES, FULL=FULL)
    app.jinja_env.globals.update(NAMES=NAMES, SIMPLE=SIMPLE, arguments_here=arguments_here)
    app.jinja_env.globals.update({"_": _said, "gettext": _said, "ngettext": _counted})


def language() -> str:
    """Return the reader's language: asked for in the address, chosen before, or the browser's.

    Leichte Sprache is only ever chosen: no browser asks for it, and whoever asks for German means German.
    """
    found: str | None = request.environ.get(FOUND)
    if found is None:
        found = request.environ[FOUND] = _language()
    return found


def speak(name: str) -> None:
    """Answer this request in one language, whoever asks: for what is kept on the way to other readers."""
    request.environ[FOUND] = name
    refresh()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Say what stands in this block in one language: a letter to a German town is German for every reader."""
    before = language()
    speak(name)
    try:
        yield
    finally:
        speak(before)


def asked_language() -> str:
    """Return the language that the argument `language` names; it is no choice of the reader's and sets no cookie."""
    asked = request.args.get("language", "")
    return asked if asked in FULL else DEFAULT


def _language() -> str:
    for wish in (request.args.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, "")):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(FULL) or DEFAULT


def locale() -> str:
    """Return the name under which dates, numbers and plurals of the reader's language are known."""
    return locale_of(language())


def gettext(message: str, **values: object) -> str:
    """Return a message in the reader's language, filled in."""
    return str(_gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Return the message for this many; both forms may say %(num)s."""
    return str(_ngettext(singular, plural, num, **values))


@pass_eval_context
def _said(context: EvalContext, message: str, /, **values: object) -> str:
    """What a template says: as Jinja's own, which looks through four others for each of a page's hundred messages."""
    if not values and context.autoescape and has_request_context():
        return _finished(language(), message)
    text = _messages().ugettext(message)
    return (Markup(text) if context.autoescape else text) % values  # noqa: S704 - ours; the values are escaped


@pass_eval_context
def _counted(context: EvalContext, singular: str, plural: str, num: int, /, **values: object) -> str:
    text = _messages().ungettext(singular, plural, num)
    return (Markup(text) if context.autoescape else text) % ({"num": num} | values)  # noqa: S704 - as above


@lru_cache(maxsize=4096)
def _finished(name: str, message: str) -> Markup:
    return Markup(translations(name).ugettext(message)) % {}  # noqa: S704 - a message of ours


def N_(message: str) -> str:  # noqa: N802 - the name that extractors know
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


def formats() -> str:
    """Return the locale that numbers and dates are written in: English readers get days before months."""
    return "en_GB" if language() == "en" else DEFAULT


def display() -> str | None:
    """Return light or dark where the reader chose one, None where the device decides."""
    chosen = request.cookies.get(DISPLAY_COOKIE)
    return chosen if chosen in DISPLAYS else None


def here(path: str | None = None, **changes: Any) -> str:
    """Return this page's address, or another path, with some arguments changed; None takes one away."""
    arguments: Mapping[str, Any] = request.args.to_dict(flat=False) | changes
    kept = {name: value for name, value in arguments.items() if value not in (None, "", [])}
    query = urlencode(kept, doseq=True)
    target = path or request.path.translate(_ENDING)
    return f"{target}?{query}" if query else target


def arguments_here() -> str:
    """Return the arguments of this page's address, "" where it has none: for another form of the same."""
    return here("/").partition("?")[2]


@switches.post("/display")
def choose_display() -> Response:
    """Remember how a reader wants pages to look, and go back to where they were."""
    if not same_origin(nameless=True):
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
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() else "/"


def _remember(response: Response) -> Response:
    asked = request.args.get("lang", "")
    everybodys = response.cache_control.public  # what caches give to others, and frames that promise to set none
    if asked in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != asked and not everybodys:
        response.set_cookie(
            LANGUAGE_COOKIE, asked, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure
        )
    return response
