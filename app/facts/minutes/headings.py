"""Where each agenda item is dealt with in minutes: its number with its title or its paper's number, never one alone."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

WINDOW = 420  # characters in which a title has to stand
_NUMBER = r"\d{1,4}(?:\.\d{1,3}){0,4}\.?[a-z]?"
_EXPLICIT = re.compile(
    r"(?:zu[mr]? )?(?:TOP|Top|Tagesordnungspunkt|Tagesordnung|Punkt|Pkt\.?|Traktandum"
    r"|Beratungspunkt)[ .:]*(?:Nr\.? ?)?"
    rf"(?P<part>[ÖöNn])?[ .]?(?P<number>{_NUMBER})(?![\d\w/])(?: der Tagesordnung)?[ .:)–-]*",
    re.IGNORECASE,
)
_LETTER = re.compile(rf"(?P<part>[ÖN])[ .]?(?P<number>{_NUMBER})(?![\d\w/])[ .:)–-]*")
_PLAIN = re.compile(rf"(?P<part>)(?P<number>{_NUMBER})(?![\d\w/])[ .:)–-]*")
# Sources state what they like: thousands of digits are no number, and Python refuses to make one of them.
_BARE = re.compile(r"(?<!\d)(?<!\d\.)\d{1,6}(?:\.\d{1,6}){0,8}(?!\.?\d)")
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"(?<=\w)[-\u00ad] *\n\s*")
_REFERENCED = re.compile(r"\d{1,4}\.[ \t]+\d{2,4}/\d{1,5}\s*")
_REFERENCE = re.compile(r"[\w./-]{4,30}")
_SEVERAL = 3  # items: of fewer one cannot tell what comes behind them
MAX_COMPARED = 20_000  # titles: 85 µs each; the longest minutes seen, of 65 pages, compare some hundred
MAX_HEADINGS = 2_000  # in one document: more are a list of something else
_SMALL = 4  # letters: shorter words tell nothing of a title


@dataclass(frozen=True, slots=True)
class Item:
    """An agenda item to look for: `key` is the caller's, `references` are the numbers of its papers."""

    key: str
    number: str
    title: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that begins something; `item` is None where that is none of the items, or a part that was closed."""

    start: int
    end: int  # of its title, as far as that is known
    item: Item | None
    number: str = ""


@dataclass(slots=True)
class _Wanted:
    item: Item
    words: frozenset[str]
    squeezed: str
    references: list[str] = field(default_factory=list)


class _Agenda:
    """The items that are looked for, by their numbers and by those of their papers."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.by_number: dict[str, list[_Wanted]] = {}
        self.by_reference: dict[str, list[_Wanted]] = {}
        self.compared = 0
        for item in items:
            references = [squeezed for one in item.references if len(squeezed := _squeezed(one)) >= _SMALL]
            wanted = _Wanted(item, _telling(item.title), _squeezed(item.title), references)
            self.by_number.setdefault(bare_number(item.number), []).append(wanted)
            for reference in references:
                self.by_reference.setdefault(reference, []).append(wanted)

    def named(self, number: str, window: str, *, explicit: bool) -> tuple[Item, int] | None:
        """Return the one item whose number this is and whose title follows, and how long the title is."""
        title: _Title | None = None
        for near in (self.by_number.get(number, ()), () if explicit else self._referenced(window)):
            if not near:
                continue
            title = title or _Title(window)
            self.compared += len(near)
            if fitting := [one for one in near if title.is_of(one)]:
                return (fitting[0].item, title.length(fitting[0])) if len(fitting) == 1 else None
        return None

    def _referenced(self, window: str) -> Sequence[_Wanted]:
        """Return the items of the paper whose number begins here: they are numbered by resolution."""
        reference = _REFERENCE.match(window)
        return self.by_reference.get(_squeezed(reference[0]), ()) if reference else ()


def headings(text: str, items: Sequence[Item]) -> list[Heading]:
    """Return the headings in a text, in its order; none where there are more than minutes have.

    Time grows with the length of the text, and with at most `MAX_COMPARED` titles that are compared.
    """
    agenda = _Agenda(items)
    found: list[Heading] = []
    last: Heading | None = None  # that has a number
    for line in _LINE.finditer(text):
        start = line.start() + len(line[0]) - len(line[0].lstrip())
        heading = _heading(text, start, line.end(), agenda)
        if heading := heading or _unknown(text[start : line.end()], start, last, agenda.by_number):
            found.append(heading)
            last = heading if heading.number else last
        if len(found) > MAX_HEADINGS or agenda.compared > MAX_COMPARED:
            return []
    return found


def _unknown(line: str, start: int, last: Heading | None, by_number: Collection[str]) -> Heading | None:
    """Return the heading of something that is none of the items: the number behind the last item's, which none has, or
    a number with a paper's number and nothing else."""
    if _REFERENCED.fullmatch(line):
        return Heading(start, start + len(line), None)
    match = _PLAIN.match(line)
    if not (match and last and last.item and last.number.isdigit() and len(by_number) >= _SEVERAL):
        return None
    number = bare_number(match["number"])
    follows = number.isdigit() and int(number) == int(last.number) + 1 and number not in by_number
    return Heading(start, start + len(line), None, number) if follows and _is_title_like(line, match.end()) else None


def bare_number(number: str) -> str:
    """Return "5.1" for "Ö 5.1.", "TOP 5.1" and "05.01"; "" where there is no number, or one of more than six digits."""
    match = _BARE.search(number.replace(" ", ""))
    letter = re.search(r"\d\.?([a-z])$", number.strip().casefold())
    parts = [str(int(part)) for part in match[0].split(".")] if match else []
    return ".".join(parts) + (letter[1] if letter and parts else "")


def _heading(text: str, start: int, end: int, agenda: _Agenda) -> Heading | None:
    line = text[start:end]
    explicit = _EXPLICIT.match(line) or _LETTER.match(line)
    match = explicit or _PLAIN.match(line)
    if not match:
        return None
    number = bare_number(match["number"])
    if (match["part"] or "").upper() == "N":
        return Heading(start, end, None, number)
    begin = start + match.end()
    if named := agenda.named(number, text[begin : begin + WINDOW], explicit=bool(explicit)):
        item, length = named
        return Heading(start, begin + length, item, number)
    # One that names itself an item ends the one before it, whatever it is.
    return Heading(start, end, None, number) if explicit and _is_title_like(line, match.end()) else None


def _is_title_like(line: str, after: int) -> bool:
    rest = line[after:].strip()
    return not rest or rest[0].isupper() or not rest[0].isalpha()


class _Title:
    """The words that follow a number."""

    def __init__(self, window: str) -> None:
        self.window = window
        joined = _JOINED.sub("", window)
        self.squeezed = _squeezed(joined)
        self.words = _telling(joined)
        self.first = [word.casefold() for word in _WORD.findall(joined[:120])][:4]

    def is_of(self, wanted: _Wanted) -> bool:
        """Whether this is the title looked for, or its paper's number stands here."""
        if any(reference in self.squeezed for reference in wanted.references):
            return True
        if not wanted.squeezed:
            return False
        if self.squeezed.startswith(wanted.squeezed[:60]):
            return True
        if len(wanted.words) < 2:
            return bool(wanted.words) and next(iter(wanted.words)) in self.first
        return len(wanted.words & self.words) >= 0.75 * len(wanted.words)

    def length(self, wanted: _Wanted) -> int:
        """Return how many characters the title takes here, about."""
        needed, taken = len(wanted.squeezed), 0
        for at, letter in enumerate(self.window):
            if taken >= needed:
                return at
            taken += letter.isalnum()
        return len(self.window)


def _telling(title: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(title) if len(word) >= _SMALL)


def _squeezed(text: str) -> str:
    return "".join(_WORD.findall(text)).casefold()
