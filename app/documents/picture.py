"""What the sandbox says of how a page looks, and what of that is believed: nothing that was not checked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

SCALE = 10_000  # places on a page are told in ten-thousandths of its width and height
LONGEST = 3  # times as high as wide; a longer page is drawn narrower
MAX_WORDS = 20_000  # a page of a newspaper has 5,000
MAX_BYTES = 4 * 1024 * 1024
MAX_PARTS, MAX_LENGTH = 50, 2000  # of a word: the lines it stands on, its letters; an address of 300 stands on eight
SECONDS = 5.0  # the slowest honest page of 900 takes 2 s
_HEADER = 30  # bytes of RIFF, of the chunk and of its frame's head


class BadPicture(Exception):
    """The page could not be drawn, or what came is no picture of it."""


class Request(TypedDict):
    """What is asked: a picture of a page (numbered from 1) so many pixels wide, its words, or those of a scan."""

    kind: Literal["picture", "words", "scanned words"]
    media_type: str
    page: int
    width: int


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word and where it stands: left, top, width and height of its part on each line, in ten-thousandths."""

    text: str
    places: tuple[tuple[int, int, int, int], ...]


def size_of(picture: bytes, width: int) -> tuple[int, int]:
    """Return width and height in pixels of a plain lossy WebP; raises BadPicture where it is anything else.

    Nothing else is in it: neither another chunk, which could hold anything, nor a byte behind its end.
    """
    whole = len(picture) > _HEADER and picture[:4] == b"RIFF" and picture[8:16] == b"WEBPVP8 "
    if not whole or len(picture) > MAX_BYTES or picture[23:26] != b"\x9d\x01\x2a":
        raise BadPicture("no WebP came")
    length = int.from_bytes(picture[16:20], "little")
    if int.from_bytes(picture[4:8], "little") != len(picture) - 8 or length + length % 2 != len(picture) - 20:
        raise BadPicture("the WebP is not of the length it states")
    across, down = (int.from_bytes(picture[at : at + 2], "little") for at in (26, 28))
    # Whoever draws may round up; the two bits above the size say how to scale it, and must be none.
    if not 0 < across <= width + 1 or not 0 < down <= LONGEST * width + 1:
        raise BadPicture(f"the picture is {across} x {down} pixels")
    return across, down


def words_in(data: bytes) -> tuple[PlacedWord, ...]:
    """Return the words of a page; raises BadPicture where they are not told as agreed."""
    if len(data) > MAX_BYTES:
        raise BadPicture("more words came than any page has")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadPicture("no JSON came") from error
    if not isinstance(told, list) or len(told) > MAX_WORDS:
        raise BadPicture("no list of words came")
    return tuple(_word(one) for one in told)


def _word(told: object) -> PlacedWord:
    match told:
        case [str(text), [*told_numbers]] if len(told_numbers) % 4 == 0 and _is_no_more(text, told_numbers):
            numbers = [one for one in told_numbers if isinstance(one, int)]
            if len(numbers) == len(told_numbers):
                return PlacedWord(text, tuple(_inside(numbers[at : at + 4]) for at in range(0, len(numbers), 4)))
    raise BadPicture("a word has no places")


def _is_no_more(text: str, numbers: Sequence[object]) -> bool:
    return len(text) <= MAX_LENGTH and len(numbers) <= 4 * MAX_PARTS


def _inside(place: Sequence[int]) -> tuple[int, int, int, int]:
    left, top = (min(max(one, 0), SCALE) for one in place[:2])
    return left, top, min(max(place[2], 0), SCALE - left), min(max(place[3], 0), SCALE - top)
