"""The text of files: one page, or all of them."""

from flask import Response

from app.answers import texts
from app.answers.texts import Text
from app.models import File
from app.queries.files import file_by_key
from app.web.api.asking import as_json
from app.web.api.operations import TEXT, Asked
from app.web.api.problems import Problem
from app.web.site import session, site


def page(asked: Asked) -> Response:
    """Answer with one page."""
    text = _text(asked["key"])
    found = texts.page_of(session(), text, asked["page"], site().settings.base_url)
    if found is None:
        pages = text.numbers[-1] if text.numbers else 0
        raise Problem("not-found", f"This file has no text on page {asked['page']}; {pages} pages were read.")
    return as_json(found)


def whole(asked: Asked) -> Response:
    """Answer with all pages, each behind a form feed but the first."""
    return Response(texts.whole_text(session(), _text(asked["key"])).encode(), mimetype=TEXT)


def _text(key: str) -> Text:
    text = texts.text_of(session(), key)
    if text is not None:
        return text
    file: File | None = file_by_key(session(), key)
    if file is not None and file.deleted:
        raise Problem("gone", "This file was here and was taken back; its object says why.")
    raise Problem("not-found", "No file with this key is published here.")
