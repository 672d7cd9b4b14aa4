"""Bring both catalogues up to what templates and code say: `python translations/update.py` (`--check` only looks).

New messages come out empty in German, to be translated by hand; English ones are the messages themselves.
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

from search.errors import MESSAGES as SEARCH_MESSAGES  # noqa: E402 - the checkout has to be on the path first

LANGUAGES = ("de", "en")
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
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    fresh = Catalog(locale=language, project="Ratslupe", fuzzy=False)
    for message in sorted((one for one in template if one.id), key=lambda one: str(one.id)):
        kept = known.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        plural = isinstance(message.id, tuple)
        string = kept.string if kept and isinstance(kept.string, tuple) == plural else ("", "") if plural else ""
        if language == "en":
            string = message.id
        names = sorted({name for name, _line in message.locations})
        fresh.add(message.id, string, [(name, 0) for name in names], context=message.context)
    return fresh


def missing(catalogue: Catalog) -> list[str]:
    """Return the messages without a translation."""
    return [
        str(one.id)
        for one in catalogue
        if one.id and (one.fuzzy or not one.string or (isinstance(one.string, tuple) and not all(one.string)))
    ]


def main() -> int:
    """Write or check both catalogues."""
    template, faults = extracted(), []
    for language in LANGUAGES:
        fresh = updated(language, template)
        faults += [f"{language}: no translation of {message}" for message in missing(fresh)]
        text = as_text(fresh)
        if "--check" in sys.argv[1:]:
            if not path_of(language).exists() or path_of(language).read_bytes() != text:
                faults.append(f"{language}: not up to date")
        else:
            path_of(language).write_bytes(text)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


def as_text(catalogue: Catalog) -> bytes:
    """Return a catalogue as its file, the same bytes for the same messages: no dates, no tools, no line numbers."""
    header = (
        f"# {'German' if str(catalogue.locale) == 'de' else 'English'} words of Ratslupe.\n"
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    body = BytesIO()
    write_po(body, catalogue, omit_header=True, width=110, include_lineno=False)
    return header.encode() + body.getvalue()


if __name__ == "__main__":
    sys.exit(main())
