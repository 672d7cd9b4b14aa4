"""Pages of a document whose bytes are not kept, in one file: their pictures, and their words with where they stand.

It is a zip archive of <page>.webp and <page>.json that lies in the file store. The document's SHA-256 is its comment:
two documents that look alike have an album each, so that one can go without the other's.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from .picture import MAX_BYTES, BadPicture, PlacedWord, size_of, words_in

PAGES = 100  # so many of a document's are kept, the first; each takes 70 to 205 kB
Drawn = tuple[int, bytes, Sequence[PlacedWord]]  # the number of a page, its picture and its words


def write(file: BinaryIO, sha256: str, pages: Iterable[Drawn]) -> int:
    """Write an album of the document with this hash; the same pages give the same bytes. Returns how many there are."""
    count = 0
    with ZipFile(file, "w") as album:
        album.comment = sha256.encode()
        for count, (number, picture, words) in enumerate(pages, 1):  # noqa: B007 - told at the end
            told = [[word.text, [one for place in word.places for one in place]] for word in words]
            album.writestr(ZipInfo(f"{number}.webp"), picture)
            album.writestr(ZipInfo(f"{number}.json"), json.dumps(told), ZIP_DEFLATED)
    return count


def picture(album: Path, page: int, width: int) -> bytes:
    """Return a page as WebP, no wider than this; raises BadPicture where there is none, OSError without the album."""
    data = _read(album, f"{page}.webp")
    size_of(data, width)
    return data


def words(album: Path, page: int) -> tuple[PlacedWord, ...]:
    """Return the words of a page and where they stand; raises as for a picture."""
    return words_in(_read(album, f"{page}.json"))


def _read(album: Path, name: str) -> bytes:
    try:
        with ZipFile(album) as opened:
            if opened.getinfo(name).file_size > MAX_BYTES:
                raise BadPicture("it is larger than any page")
            return opened.read(name)
    except (BadZipFile, KeyError, zlib.error) as error:
        raise BadPicture("the page was not kept") from error
