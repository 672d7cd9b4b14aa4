"""The catalogues say everything that pages, mails and errors say, and no placeholder is lost on the way."""

import re
import runpy
from typing import Any

import pytest
from babel.messages.pofile import read_po

from app.config import ROOT
from app.translations import LANGUAGES, SIMPLE, locale_of, translations

PLACE = re.compile(r"%\((\w+)\)s")
MARKUP = re.compile(r"</?\w+[^>]*>")


@pytest.fixture(scope="module")
def update() -> dict[str, Any]:
    """Give the names of the tool that writes the catalogues."""
    return runpy.run_path(str(ROOT / "translations" / "update.py"), run_name="update")


def forms(text: object) -> tuple[str, ...]:
    """Return singular and plural, or the only form."""
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_a_translation_of_everything(update: dict[str, Any], language: str) -> None:
    fresh = update["updated"](language, update["extracted"]())
    assert update["missing"](fresh) == []
    assert update["as_text"](fresh, language) == update["path_of"](language).read_bytes(), (
        "run: python translations/update.py"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_loses_no_placeholder_and_no_markup(update: dict[str, Any], language: str) -> None:
    with update["path_of"](language).open("rb") as file:
        catalogue = read_po(file, locale=locale_of(language))
    for message in catalogue:
        if not message.id:
            continue
        sources = forms(message.id)
        known = set(PLACE.findall(" ".join(sources)))
        for translated in forms(message.string):
            assert set(PLACE.findall(translated)) <= known, message.id
            assert sorted(MARKUP.findall(translated)) == sorted(MARKUP.findall(sources[-1])), message.id
            assert translated == translated.strip(), message.id


def test_it_takes_what_a_message_needs_from_its_plural(update: dict[str, Any]) -> None:
    with update["path_of"]("de").open("rb") as file:
        catalogue = read_po(file, locale="de")
    for message in catalogue:
        if isinstance(message.id, tuple):
            # A singular may do without its number ("Einmal vertagt."), a plural may not.
            assert set(PLACE.findall(forms(message.string)[1])) == set(PLACE.findall(message.id[1])), message.id
        elif message.id:
            assert set(PLACE.findall(str(message.string))) == set(PLACE.findall(str(message.id))), message.id


def test_it_reads_catalogues_without_a_compiled_file() -> None:
    assert translations("de").gettext("Papers") == "Vorlagen"
    assert translations("en").gettext("Papers") == "Papers"
    assert translations("de").ngettext("%(num)s item", "%(num)s items", 1) == "%(num)s Punkt"
    assert translations("tlh") is translations("de")
    assert translations(SIMPLE).gettext("Papers") == "Vorlagen"
    assert not list((ROOT / "translations").rglob("*.mo"))


def test_simple_german_is_german_where_nobody_said_it_more_simply() -> None:
    simple, german = translations(SIMPLE), translations("de")
    assert simple.gettext("Published at the source") == german.gettext("Published at the source")
    assert simple.ngettext("%(num)s new result for your search", "…", 2) == german.ngettext(
        "%(num)s new result for your search", "…", 2
    )
    assert simple.gettext("Never said by anybody") == "Never said by anybody"


def test_simple_german_says_the_whole_main_path(update: dict[str, Any]) -> None:
    """What is asked of it is in the tool; here it is looked at that nobody narrows that to nothing."""
    template = update["extracted"]()
    names = {name for message in template for name, _ in message.locations}
    for wanted in ("templates/base.html", "templates/home/home.html", "templates/papers/paper.html"):
        assert wanted in names
        assert wanted.startswith(update["SIMPLE_PATH"])
