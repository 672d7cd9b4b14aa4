"""As many files as a large city has, of real length: Karlsruhe's texts again and again, each time a little different.

The captured texts come first, as they are. In every later copy a text ends as another one does, rare words become
words that nothing had before, and digits change: so the vocabulary grows as it would with real texts (Heaps' law),
and no two files are the same. What files are narrowed by is made up, its values as unequally frequent as real ones.
"""

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks import judged
from search import Document

PAGE = 780  # characters: with Karlsruhe's mean of 7,100 nine pages a file
RARE = 2  # texts at most that hold a rare word
CHANGED = 0.4  # share of rare words that become new ones: 207,000 words of 5 million grow to a million of 100 million
GROUP = 3  # files of one paper
_PARTS = re.compile(r"([^\W\d_]{5,})")
_DIGIT = re.compile(r"\d(?=\d\b)")
_FIRST = date(2000, 1, 1)
_DAYS = 9_000


@dataclass(frozen=True)
class Source:
    """A captured text, cut so that every second part is a rare word."""

    title: str
    parts: Sequence[str]


class Kept:
    """A collection in a folder; its texts are read one by one, as the portal reads them from its database."""

    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(path, check_same_thread=False)

    def __len__(self) -> int:
        return int(self._rows.execute("SELECT count(*) FROM file").fetchone()[0])

    def documents(self, first: int, last: int) -> Iterator[Document]:
        """Yield the documents with these numbers, the last one not included."""
        wanted = "SELECT id, title, text FROM file WHERE id >= ? AND id < ? ORDER BY id"
        for number, title, text in self._rows.execute(wanted, (first, last)):
            yield _document(number, title, tuple(text.split("\f")))

    def texts(self, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the pages of some documents by text_key, for open_index."""
        held = f"SELECT id, text FROM file WHERE id IN ({','.join('?' * len(keys))})"
        rows = self._rows.execute(held, [int(key) for key in keys])
        return {str(number): tuple(text.split("\f")) for number, text in rows}

    def size(self, last: int) -> int:
        """Return how many bytes of text the first documents have."""
        counted = "SELECT sum(length(CAST(title AS BLOB)) + length(CAST(text AS BLOB))) FROM file WHERE id < ?"
        return int(self._rows.execute(counted, (last,)).fetchone()[0])


def kept(folder: Path, size: int) -> Kept:
    """Open the collection of a folder, and make it first where there is none or a smaller one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "files.sqlite"
    with closing(sqlite3.connect(path)) as rows, rows:
        rows.execute("CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY, title TEXT, text TEXT)")
        held = rows.execute("SELECT count(*) FROM file").fetchone()[0]
        if held < size:
            sources = _sources()
            made = ((number, *_varied(number, sources)) for number in range(held, size))
            rows.executemany("INSERT INTO file VALUES (?, ?, ?)", made)
    return Kept(path)


def _sources() -> list[Source]:
    texts = [one for one in judged.karlsruhe().texts if one.text.strip()]
    texts.sort(key=lambda one: (one.parent, one.id))  # files of one paper side by side
    split = [_PARTS.split(one.text.replace("\x00", " ")) for one in texts]
    held = Counter(word for parts in split for word in set(parts[1::2]))
    return [Source(one.title, _joined(parts, held)) for one, parts in zip(texts, split, strict=True)]


def _joined(parts: Sequence[str], held: Counter[str]) -> list[str]:
    """Parts of which only rare words stand for themselves."""
    found, plain = [], [parts[0]]
    for word, between in zip(parts[1::2], parts[2::2], strict=True):
        if held[word] <= RARE:
            found += ["".join(plain), word]
            plain = [between]
        else:
            plain += [word, between]
    return [*found, "".join(plain)]


def _varied(number: int, sources: Sequence[Source]) -> tuple[str, str]:
    """Title and text of a file, pages parted by form feeds; the same for the same number."""
    copy, place = divmod(number, len(sources))
    source = sources[place]
    if not copy:
        return source.title, _pages("".join(source.parts))
    chance = random.Random(number)
    other = sources[(place + 97 * copy) % len(sources)]
    cut, rest = len(source.parts) // 4 * 2, len(other.parts) // 4 * 2
    parts = [*source.parts[:cut], *other.parts[rest:]]
    for rare in range(1, len(parts), 2):
        if chance.random() < CHANGED:
            parts[rare] = _new(parts[rare], chance)
    again = _DIGIT.sub(lambda _: str(chance.randrange(10)), "".join(parts))
    return source.title, _pages(again)


def _new(word: str, chance: random.Random) -> str:
    """A word with two letters changed, so that it is as long, and is split and stemmed as much."""
    letters = list(word)
    for _ in range(2):
        letters[chance.randrange(1, len(letters))] = chance.choice("aeioulnrst")
    return "".join(letters)


def _pages(text: str) -> str:
    """Cut a text into pages, between lines where that is near."""
    pages, start = [], 0
    while start < len(text):
        end = text.rfind("\n", start + PAGE // 2, start + PAGE) if start + PAGE < len(text) else len(text)
        end = end if end > start else start + PAGE
        pages.append(text[start:end].replace("\f", "\n"))
        start = end
    return "\f".join(pages)


def _document(number: int, title: str, pages: tuple[str, ...]) -> Document:
    chance = random.Random(-number - 1)
    day = _FIRST + timedelta(days=chance.randrange(_DAYS))
    facets = {
        "organization": (f"Ausschuss {_skewed(chance, 90)}",),
        "paper_type": (f"Vorlagenart {_skewed(chance, 20)}",),
        "person": tuple(dict.fromkeys(f"Mitglied {_skewed(chance, 200)}" for _ in range(chance.randrange(3)))),
        "party": (f"Fraktion {_skewed(chance, 15)}",),
        "result": (("adopted", "noted", "deferred", "rejected", "referred", "withdrawn")[_skewed(chance, 6)],),
        "place": tuple(dict.fromkeys(f"Straße {_skewed(chance, 2000)}" for _ in range(chance.randrange(4)))),
        "filetype": ("pdf",),
        "paper": (f"{day.year}/{number // GROUP:05}",),
    }
    return Document(
        id=f"https://rat.example/oparl/file/{number}",
        type="File",
        title=title,
        pages=pages,
        body="stadt",
        key=str(number),
        date=day,
        seq=number + 1,
        facets=facets,
        parent=f"https://rat.example/oparl/paper/{number // GROUP}",
        group=f"https://rat.example/oparl/paper/{number // GROUP}",
        kind="Paper",
        text_key=str(number),
    )


def _skewed(chance: random.Random, values: int) -> int:
    """One of so many values, the first ones far more often than the last ones."""
    return min(values - 1, int(values * chance.random() ** 3))
