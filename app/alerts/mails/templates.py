"""The templates of mails, in each language: plain text and HTML, with nothing that would be loaded from anywhere."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.alerts.newsletters import Issue
from app.config import ROOT
from app.translations import translations


def text_of_issue(issue: Issue, language: str) -> str:
    """Return a newsletter as plain text, as it stands in mails."""
    parts = environment_of(language).get_template("newsletter.txt").module
    return str(getattr(parts, "newsletter")(issue)).strip()  # noqa: B009 - a macro, which no type knows


@cache
def environment_of(language: str) -> Environment:
    """Return what makes mails of templates in one language; what they are not given is an error."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    return environment
