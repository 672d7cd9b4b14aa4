"""Which formats are read, by which module, and what is refused without a look inside."""

from mimetypes import MimeTypes

from .reading import Reading
from .sniff import BMP, GIF, HTML, JPEG, JSON, MAIL, OLE, PDF, PNG, RTF, TEXT, TIFF, UNKNOWN, WEBP, XML, ZIP, sniff

# Media type -> module of this package. Each has `read(document, writer)`, maybe `read_again(document, writer)` for what
# the first attempt died of, and maybe `warm_up()`, which loads whatever it needs: the child can open nothing.
READERS = {
    PDF: "pdf",
    TEXT: "plain",
    HTML: "html",
    RTF: "rtf",
    MAIL: "mail",
    ZIP: "archive",
    OLE: "ole",
    **dict.fromkeys((PNG, JPEG, TIFF, GIF, WEBP, BMP), "images"),
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# What a reader finds in an archive or a compound file: its name -> media type.
FOUND_INSIDE = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "odp": f"{_OPEN}presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
# What servers send in place of a file they do not have.
_ERROR_PAGES = {
    HTML: "A web page",
    TEXT: "Plain text",
    JSON: "A JSON message",
    XML: "An XML message",
}
_SAME = {
    "application/xhtml+xml": HTML,
    "text/xml": XML,
    "text/json": JSON,
    "application/x-zip-compressed": ZIP,
    "application/x-pdf": PDF,
    "text/rtf": RTF,
}
# Not those of the system, which differ from one to the next.
_ENDINGS = MimeTypes()
for _name, _type in FOUND_INSIDE.items():
    _ENDINGS.add_type(_type, f".{_name}")
_ENDINGS.add_type(RTF, ".rtf")
_ENDINGS.add_type(MAIL, ".eml")
_ENDINGS.add_type(WEBP, ".webp")
_ENDINGS.add_type(JPEG, ".jpg")


def judge(head: bytes, hint: str, name: str) -> tuple[str, Reading | None]:
    """The media type to read a document as, or why it is not read at all."""
    found, stated = sniff(head), _stated(hint, name)
    if PDF in stated and (found == UNKNOWN or (found == TEXT and b" obj" in head)):
        found = PDF  # without its mark: whether anything can be saved the readers find out
    if found in _ERROR_PAGES and not _is_meant(found, stated):
        reason = f"{_ERROR_PAGES[found]} was served instead of the document."
        return found, Reading("not_a_document", media_type=found, reason=reason)
    if found in READERS:
        return found, None
    unknown = "Its bytes are of no format that is known here."
    reason = unknown if found == UNKNOWN else f"There is no reader for {found}."
    return found, Reading("unsupported", media_type=found, reason=reason)


def media_type_of(reader: str, media_type: str) -> str:
    """The media type of what a reader found where this one was sniffed."""
    return FOUND_INSIDE.get(reader, media_type)


def ending_of(media_type: str) -> str:
    """The ending that a file of this type is saved with, such as `.docx`; "" where none is known."""
    found = next((name for name, one in FOUND_INSIDE.items() if one == media_type), "")
    return f".{found}" if found else _ENDINGS.guess_extension(media_type) or ""


def _stated(hint: str, name: str) -> set[str]:
    """What the server says that it is, by a media type and by the ending of its name; they may differ."""
    said = hint.split(";", 1)[0].strip().lower()
    both = {said, _ENDINGS.guess_type(name.replace(":", " "))[0] or ""} - {"", UNKNOWN}
    return {_SAME.get(media_type, media_type) for media_type in both}


def _is_meant(found: str, stated: set[str]) -> bool:
    """Whether a text is what was announced: none of the others is ever served in place of itself."""
    if found == TEXT:
        return all(media_type.startswith("text/") for media_type in stated)
    return found in stated and all(media_type in _ERROR_PAGES for media_type in stated)
