"""A file in the reader: the words that were searched for, and the name it is saved under."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.documents.formats import ending_of
from app.models import File
from search import Marker, Segment
from search.highlight import MAX_SCAN
from search.running import endings

# Only what no browser runs, takes for a style or draws as a page goes by its name; all else is plain bytes.
INERT = re.compile(
    r"application/(?:pdf|rtf|msword|zip|gzip|vnd\.(?:ms-|oasis\.opendocument\.|openxmlformats-)[\w.-]+)"
    r"|image/(?:png|jpeg|gif|tiff|webp|bmp)|text/(?:plain|csv)|message/rfc822"
)
BYTES = "application/octet-stream"
UNNAMED = ".bin"
# Endings of kinds that we do not read and that nothing runs when they are opened: no office files with macros, no
# PostScript, no XML, which a browser takes for a page if it says so.
HARMLESS = re.compile(
    r"\.(?:ppt|pps|doc|xls|mdb|mpp|pub|vsd|odg|epub|psd|indd|dwg|dxf|dwf|shp|dbf|gpkg|gml|kml|kmz|geojson|json"
    r"|ics|vcf|7z|rar|gz|tgz|tar|bz2|xz|zip|p7[ms]|mp[34]|m4[av]|wav|ogg|mov|avi|mkv|webm|wmv|heic|jp2)"
)
# Bytes that a browser or a computer would run, whatever the name says.
RUN = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "application/x-msdownload"})
MAX_NAME = 120
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\\/:*?\"<>|]+")
# Pages of shorter lines are lists and tables: nothing there is a paragraph.
NARROW = 45
LINE = 200
# A table's row: wide gaps, or figures in columns.
_COLUMNS = re.compile(r"\t| {3,}|\S {2,}\S.*\S {2,}\S|(?:\s[-+]?[\d.,]+(?:\s?[%€])?){2,}$")
# The end of a running head, or the last cell of a row.
_CLOSING = re.compile(r"(?:\b(?:Seite|von) \d+|\b\d\d?\.\d\d?\.\d{4}|\d/\d+)\s*$")
_MONTH = r"(?:Januar|Jänner|Februar|Feber|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
# An item's number; but no day of a month, and no year at the end of a sentence.
_NUMBER = rf"\(?(?!(?:19|20)\d\d\.)(?!\d\d?\.\s+{_MONTH})(?:\d{{1,4}}|[a-z])[.)]"
_ITEM = re.compile(rf"\s*(?:[-–—•·*▪►]|{_NUMBER}|§|[ÖNI] \d|[A-ZÄÖÜ]\w+:|\d+(?:\.\d+)+)\s")
_DAY = re.compile(r"\b\d{1,2}\.$")
_IN_MONTH = re.compile(rf"\s*{_MONTH}")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class Marked:
    """The page being read in pieces, marked or not, and page number -> marked places in all of the file.

    Of a file too long to be looked through at once, `until` is the last page that was, counted from the first.
    """

    segments: tuple[Segment, ...] = ()
    hits: tuple[tuple[int, int], ...] = ()
    until: int | None = None


def flowing(text: str) -> str:
    """Return a page's text with the lines of a paragraph joined: as long as before, so that found places stay true.

    Where the paper was full, its line ends say nothing; a line that could have held the next word ended on purpose.
    """
    lines = text.split("\n")
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    width = lengths[len(lengths) * 9 // 10] if lengths else 0
    if width < NARROW:
        return text
    pieces = [lines[0]]
    for before, after in pairwise(lines):
        pieces += (" " if _goes_on(before, after, width) else "\n", after)
    return "".join(pieces)


def _goes_on(before: str, after: str, width: int) -> bool:
    # What a line is shows at its end; and no made-up line of a megabyte keeps us busy.
    ends = [one.rstrip()[-LINE:] for one in (before, after)]
    if not before.strip() or not after.strip() or "\t" in before or "\t" in after:
        return False
    if _DAY.search(ends[0]) and _IN_MONTH.match(after):
        return True
    if ends[0][-1] in ".:!?":
        return False
    if _CLOSING.search(ends[0]) or _ITEM.match(after) or any(_COLUMNS.search(end.lstrip()) for end in ends):
        return False
    word = after.split(maxsplit=1)[0]
    # Letters are not all of one width: a full line may have a tenth fewer than others, and in the midst of a sentence
    # a fifth is forgiven.
    return len(before.rstrip()) + 1 + len(word) >= (0.8 if word[0].islower() else 0.9) * width


def mark(marker: Marker | None, texts: Mapping[int, str], number: int) -> Marked:
    """Mark what was searched for in the page being read, and count it in all of the file."""
    if marker is None or not texts:
        return Marked()
    places, until = _places(marker, texts, number)
    pieces = _pieces(flowing(texts.get(number, "")), places.get(number, []))
    return Marked(tuple(pieces), tuple((page, len(found)) for page, found in places.items() if found), until)


def _places(
    marker: Marker, texts: Mapping[int, str], number: int
) -> tuple[dict[int, list[tuple[int, int]]], int | None]:
    """Return the places by page, and the last page looked at where not all were: as much is read as for a search."""
    found: dict[int, list[tuple[int, int]]] = {}
    left, until = MAX_SCAN, None
    # The page that is open first: of whatever length the file is, there the words are marked.
    for page in sorted(texts, key=lambda page: (page != number, page)):
        text = texts[page][:left]
        left -= len(text)
        found[page] = marker.places(text)
        if len(text) < len(texts[page]):
            until = min(page - 1, until) if until is not None else page - 1
    return _without_repeats(dict(sorted(found.items())), texts), until


def _without_repeats(
    found: dict[int, list[tuple[int, int]]], texts: Mapping[int, str]
) -> dict[int, list[tuple[int, int]]]:
    """Return the places that are not in running lines of an earlier page; all of them where nothing else is found."""
    numbers = sorted(texts)
    ends = dict(zip(numbers, endings([texts[number] for number in numbers]), strict=True))
    kept = {page: [place for place in places if not ends[page].repeats(place[0])] for page, places in found.items()}
    return kept if any(kept.values()) else found


def _pieces(text: str, places: Sequence[tuple[int, int]]) -> Iterator[Segment]:
    end = 0
    for start, stop in places:
        yield Segment(text[end:start])
        yield Segment(text[start:stop], marked=True)
        end = stop
    yield Segment(text[end:])


def served_type(media_type: str | None) -> str:
    """Return the type that mirrored bytes are sent as: what was found in them, if no browser runs that."""
    return media_type if media_type and INERT.fullmatch(media_type) else BYTES


def download_name(file: File) -> str:
    """Return the name under which a file is saved; its ending is that of its bytes, or a harmless one that it had."""
    given = " ".join(_UNSAFE.sub(" ", file.file_name or file.name or "").split()).strip(" .")
    stem = _ENDING.sub("", given)[:MAX_NAME].strip(" .") or file.key
    media_type = file.blob.media_type if file.blob else None
    if served_type(media_type) == BYTES:
        return stem + _own_ending(given, media_type)
    return stem + (ending_of(media_type or "") or UNNAMED)


def _own_ending(given: str, media_type: str | None) -> str:
    found = _ENDING.search(given)
    ending = found[0].lower() if found else ""
    return ending if HARMLESS.fullmatch(ending) and media_type not in RUN else UNNAMED
