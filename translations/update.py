"""Bring the catalogues up to what templates and code say: `python translations/update.py` (`--check` only looks).

New messages come out empty in German, to be translated by hand; English ones are the messages themselves. In Leichte
Sprache there is every message of the main path (SIMPLE_PATH), and of the others those that somebody said more simply.
Exits with 1 while something is missing, so it can stand in a chain of checks.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.translations import LANGUAGES, SIMPLE, locale_of  # noqa: E402 - the checkout has to be on the path first
from search.errors import MESSAGES as SEARCH_MESSAGES  # noqa: E402 - as above

# Home, search, results, paper, meeting, reader, street, and what leads from one to the other.
SIMPLE_PATH = (
    *("templates/base.html", "templates/_macros/", "templates/home/", "templates/search/", "templates/papers/"),
    *("templates/meetings/", "templates/files/", "templates/map/", "templates/places/", "templates/fixed/"),
    *(
        "templates/report/",
        "templates/takedown/",
        "templates/glossary/",
        "templates/errors/",
        "templates/alerts/",
        "templates/councils/_",
    ),
    *("app/web/meeting_words.py", "app/web/paper_facts.py", "app/web/history_words.py", "app/web/news_words.py"),
    *("app/web/unread.py", "app/web/spans.py", "app/web/suggesting.py", "app/web/filters.py", "app/web/maps.py"),
    *(
        "app/web/pages/alerts.py",
        "app/standing.py",
        "app/speech.py",
        "app/web/page_words.py",
        "app/web/record_words.py",
    ),
    *("app/web/result_words.py", "app/web/wording.py", "app/web/weighing.py", "app/web/pages/home.py"),
    *("app/web/pages/meetings.py", "app/web/pages/papers.py", "app/web/pages/files.py", "app/web/pages/reports.py"),
)
NAMES = {"de": "German", "en": "English", SIMPLE: "Simple German"}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}


def path_of(language: str) -> Path:
    """Return where a catalogue is kept."""
    return ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """Return every message that templates, code and the search's own errors hold."""
    template = Catalog(project="Ratslupe", fuzzy=False)
    with (ROOT / "translations" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(
        str(ROOT), methods, options, keywords=KEYWORDS, comment_tags=("NOTE:",), directory_filter=_wanted
    )
    for name, _line, message, comments, context in found:
        template.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    for message in SEARCH_MESSAGES.values():
        template.add(message, None, [("search/errors.py", 0)])
    return template


def _wanted(folder: str | Path) -> bool:
    path = Path(folder).relative_to(ROOT)
    return not path.parts or path.parts[0] in ("app", "templates")


def updated(language: str, template: Catalog) -> Catalog:
    """Return a catalogue with the messages of today: known translations kept, obsolete ones dropped, none guessed."""
    path = path_of(language)
    known = Catalog(locale=locale_of(language))
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=locale_of(language))
    fresh = Catalog(locale=locale_of(language), project="Ratslupe", fuzzy=False)
    for message in sorted((one for one in template if one.id), key=lambda one: str(one.id)):
        kept = known.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        plural = isinstance(message.id, tuple)
        string = kept.string if kept and isinstance(kept.string, tuple) == plural else ("", "") if plural else ""
        if language == "en":
            string = message.id
        names = sorted({name for name, _line in message.locations})
        if language == SIMPLE and not is_said(string) and not any(name.startswith(SIMPLE_PATH) for name in names):
            continue
        fresh.add(message.id, string, [(name, 0) for name in names], context=message.context)
    return fresh


def missing(catalogue: Catalog) -> list[str]:
    """Return the messages without a translation."""
    return [str(one.id) for one in catalogue if one.id and (one.fuzzy or not is_said(one.string))]


def is_said(string: str | list[str] | tuple[str, ...] | None) -> bool:
    """Say whether a translation is there, in all its forms."""
    return all(string) if isinstance(string, list | tuple) else bool(string)


def main() -> int:
    """Write or check the catalogues."""
    template, faults = extracted(), []
    for language in LANGUAGES:
        fresh = updated(language, template)
        faults += [f"{language}: no translation of {message}" for message in missing(fresh)]
        text = as_text(fresh, language)
        if "--check" in sys.argv[1:]:
            if not path_of(language).exists() or path_of(language).read_bytes() != text:
                faults.append(f"{language}: not up to date")
        else:
            path_of(language).write_bytes(text)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def as_text(catalogue: Catalog, language: str = "") -> bytes:
    """Return a catalogue as its file, the same bytes for the same messages: no dates, no tools, no line numbers."""
    language = language or str(catalogue.locale)
    header = (
        f"# {NAMES[language]} words of Ratslupe.\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    body = BytesIO()
    write_po(body, catalogue, omit_header=True, width=110, include_lineno=False)
    return header.encode() + body.getvalue()


if __name__ == "__main__":
    sys.exit(main())
