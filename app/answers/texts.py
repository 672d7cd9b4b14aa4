"""The text of files by page: of those that are shown, and that went out under a licence."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.addresses import record_url
from app.answers.published import licences_of
from app.models import File
from app.queries import files as queries
from app.queries.files import PageRead


@dataclass(frozen=True, slots=True)
class Text:
    """A file whose text may be passed on: its licence, and the numbers of its pages."""

    file: File
    license: str | None
    numbers: tuple[int, ...]


def text_of(session: Session, key: str) -> Text | None:
    """Return the file with a key; None where there is none, or its text may not be passed on."""
    file = queries.file_by_key(session, key)
    if file is None or file.deleted or queries.behind_doors(session, [file]):
        return None
    licences = licences_of(session, [key])
    if key not in licences:
        return None
    return Text(file, licences[key], tuple(queries.page_numbers(session, file)))


def page_of(session: Session, text: Text, number: int, base_url: str) -> dict[str, object] | None:
    """Return one page in words for programs; None where there is no such page."""
    read: PageRead | None = queries.page_read(session, text.file, number) if number in text.numbers else None
    if read is None:
        return None
    return {
        "file": text.file.key,
        "name": text.file.name,
        "page": number,
        "pages": text.numbers[-1],
        "text": read.text,
        "method": read.method,
        "confidence": read.confidence,
        "license": text.license,
        "url": base_url + record_url("File", text.file.key, number),
    }


def whole_text(session: Session, text: Text) -> str:
    """Return all pages, each behind a form feed but the first, as `pdftotext` writes them."""
    texts = queries.page_texts(session, text.file)
    last = text.numbers[-1] if text.numbers else 0
    return "\f".join(texts.get(number, "") for number in range(1, last + 1))
