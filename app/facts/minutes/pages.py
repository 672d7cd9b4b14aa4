"""The pages of a document as one text, every place of which is known by page and offset."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

QUOTE = 1_500  # characters at most: a resolution of a few points, and the votes


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: page, offset in its text (characters from 0), and the words there."""

    page: int
    offset: int
    quote: str


class Pages:
    """Pages by number, read as one text with a line end between two of them."""

    def __init__(self, pages: Mapping[int, str]) -> None:
        """Join the pages in the order of their numbers."""
        self.numbers = sorted(pages)
        self.starts: list[int] = []
        self._texts = [pages[number] for number in self.numbers]
        position = 0
        for text in self._texts:
            self.starts.append(position)
            position += len(text) + 1
        self.text = "\n".join(self._texts)

    def place(self, start: int, end: int, *, limit: int = QUOTE) -> Place:
        """Return where a passage begins, with its words as far as they stand on that page."""
        index = max(bisect_right(self.starts, start) - 1, 0)
        offset = start - self.starts[index]
        words = self._texts[index][offset : min(end - self.starts[index], offset + limit)]
        return Place(self.numbers[index], offset, words.rstrip())
