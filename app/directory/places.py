"""All German municipalities: found by name, by its beginning, by postcode or by key, however it is written."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.directory.build import HERE, rows

# Words that are left out as often as written, and what short forms stand for.
SMALL = frozenset(
    (
        *("a", "am", "an", "auf", "b", "bei", "d", "dem", "den", "der", "die", "i", "im", "in", "o", "ob", "u"),
        *("und", "unter", "v", "von", "vor"),
    )
)
SHORT = {"sankt": "st", "skt": "st"}
# What stands before or after a name and is no part of it.
TITLES = (
    *("landeshauptstadt", "hansestadt", "kreisstadt", "stadt", "gemeinde", "markt", "flecken", "stadtverwaltung"),
    *("gemeindeverwaltung", "klingenstadt", "kolpingstadt", "wissenschaftsstadt", "universitätsstadt"),
    *("freie und hansestadt", "freie hansestadt", "große kreisstadt", "bundesstadt"),
)
# Where a name goes on only to be told from others: "(Saale)", "am Main", "a.d.Donau".
BESIDE = re.compile(r" (?:\(|(?:a[mn]|auf|bei|i[mn]|ob|vor) |[abiov]\.).*")
SPELLING = str.maketrans({"ß": "ss", "ø": "o", "ł": "l"})


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality; `ars` is its regional key of 12 digits, `association` the one it belongs to, or nothing."""

    ars: str
    official: str
    association: str
    postcode: str
    population: int
    district: str
    state: str

    @property
    def ags(self) -> str:
        """The municipality key, 8 digits."""
        return self.ars[:5] + self.ars[9:]

    @property
    def name(self) -> str:
        """The name without the titles behind it."""
        return self.official.partition(",")[0].strip()

    @property
    def areas(self) -> tuple[str, ...]:
        """The keys of its own council, of its association's and of its district's."""
        found = [self.ags]
        if self.association:
            found.append(self.ars[:9])
        if self.ags[5:] != "000":  # a city that is a district by itself has one council
            found.append(self.ags[:5])
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Entry:
    plain: tuple[str, str]  # the name, and the name without what tells it from others: "Halle (Saale)", "Halle"
    joined: str
    words: tuple[str, ...]
    place: Place


class Places:
    """The directory in memory: 11,000 places, found in a few milliseconds."""

    def __init__(self, folder: Path = HERE) -> None:
        """Read the tables in a folder."""
        districts = {row["key"]: row for row in rows(folder / "districts.tsv")}
        self.district_names = {key: row["name"].partition(",")[0] for key, row in districts.items()}
        self.state_names = {key[:2]: row["state"] for key, row in districts.items()}
        self.by_ags: dict[str, Place] = {}
        for row in rows(folder / "municipalities.tsv"):
            district = districts.get(row["ars"][:5], {"name": "", "state": ""})
            place = Place(
                row["ars"], row["name"], row["association"], row["postcode"], int(row["population"]),
                district["name"].partition(",")[0], district["state"],
            )  # fmt: skip
            self.by_ags[place.ags] = place
        self._postcodes = {row["postcode"]: row["ags"].split() for row in rows(folder / "postcodes.tsv")}
        self._entries = [_entry(place) for place in self.by_ags.values()]

    def find(self, asked: str, *, limit: int = 20) -> list[Place]:
        """Return the places that are meant, the likeliest first: by key, by postcode or its beginning, by name."""
        asked = " ".join(asked.split())[:100]
        digits = asked.replace(" ", "")
        if re.fullmatch(r"[0-9]{8}|[0-9]{12}", digits):
            place = self.by_ags.get(digits if len(digits) == 8 else digits[:5] + digits[9:])
            return [place] if place else []
        if re.fullmatch(r"[0-9]{2,5}", digits):
            return self._by_postcode(digits)[:limit]
        if postcode := re.match(r"([0-9]{5}) (?=.)", asked):
            here = self._by_postcode(postcode[1])
            return [found for found in self._by_name(asked[6:]) if found in here][:limit] or here[:limit]
        return self._by_name(asked)[:limit]

    def named(self, name: str) -> Place | None:
        """Return the one place of exactly this name, with or without its titles; None where there are several."""
        wanted = _without_titles(name)
        found = [entry.place for entry in self._entries if entry.plain[0] == wanted]
        return found[0] if len(found) == 1 else None

    def _by_postcode(self, digits: str) -> list[Place]:
        codes = [digits] if len(digits) == 5 else [code for code in self._postcodes if code.startswith(digits)]
        found = {ags: self.by_ags[ags] for code in codes for ags in self._postcodes.get(code, ()) if ags in self.by_ags}
        return sorted(found.values(), key=lambda place: -place.population)

    def _by_name(self, asked: str) -> list[Place]:
        words, plain = _words(asked), _without_titles(asked)
        joined = "".join(words)
        if not joined:
            return []
        ranked = [(rank, entry.place) for entry in self._entries if (rank := _rank(entry, plain, joined, words))]
        return [place for _, place in sorted(ranked, key=lambda one: (one[0], -one[1].population, one[1].ars))]


@cache
def places() -> Places:
    """Return the directory that comes with the project, read once."""
    return Places()


def area_of(ags: str | None, rgs: str | None = None) -> str | None:
    """Return the key of the area that a Body's keys name, as a place's `areas` has it; None where they name none.

    Servers lose leading zeros, or send nine digits.
    """
    for stated in (ags, rgs):
        digits = re.sub(r"[^0-9]", "", stated or "")
        if len(digits) == 7:
            digits = f"0{digits}"
        if len(digits) == 12 and digits.endswith("000") and digits[5:9] != "0000":
            return digits[:9]
        if len(digits) == 12:
            digits = digits[:5] + digits[9:]
        if len(digits) == 9 and digits[:8] in places().by_ags:
            digits = digits[:8]
        if len(digits) == 8 and digits.endswith("000") and digits not in places().by_ags:
            digits = digits[:5]
        if digits in places().by_ags or digits in places().district_names or len(digits) == 9:
            return digits
    return None


def _entry(place: Place) -> _Entry:
    words = _words(place.name)
    name = place.name.casefold()
    return _Entry((name, BESIDE.sub("", name)), "".join(words), words, place)


def _rank(entry: _Entry, plain: str, joined: str, words: tuple[str, ...]) -> int:
    """Return how well a place fits, 1 the best, 0 not at all."""
    if plain in entry.plain:
        return 1
    if entry.joined == joined:
        return 2
    if entry.joined.startswith(joined) or entry.joined.startswith(f"bad{joined}"):
        return 3
    if all(any(mine.startswith(word) for mine in entry.words) for word in words):
        return 4
    return 0


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without umlauts, short forms written alike."""
    # "Muenster", "Münster" and "Munster" are one to whoever has no umlauts to type; the right spelling ranks first.
    folded = unicodedata.normalize("NFKD", text.casefold().translate(SPELLING))
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = re.sub(r"([aou])e", r"\1", folded)
    found = [SHORT.get(word, word) for word in re.findall(r"[a-z0-9]+", folded)]
    return tuple(_meaningful(found)) or tuple(found)


def _meaningful(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word not in SMALL)


def _without_titles(name: str) -> str:
    plain = " ".join(name.casefold().partition(",")[0].split())
    for title in sorted(TITLES, key=len, reverse=True):
        plain = plain.removeprefix(f"{title} ")
    return plain
