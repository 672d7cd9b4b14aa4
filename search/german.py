"""From German text to index terms: the one analyzer of all engines, of the query and of the highlighter."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import Stemmer

from search.compounds import Splitter
from search.irregular import regular
from search.surnames import SURNAMES

ANALYZER_VERSION = 3  # raise it whenever the same text gives other terms: indexes are then rebuilt

# A paragraph with its number (§ 34a) and a number with its thousands (1.250.000) are one word each.
TOKEN = re.compile(r"§{1,2}\s{0,2}\d{1,5}[a-z]?(?![^\W_])|\d{1,3}(?:[.'’\u00a0\u202f]\d{3})+(?![^\W_])|[^\W_]+")
_IN_NUMBERS = re.compile(r"[.'’\s]")
MAX_TOKEN = 100  # longer runs are base64 and table debris; cut, so that no term of an engine overflows
# Soft hyphen, zero-width characters, PDFium's mark for a line-end hyphen: no word ends there.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\ufffe"
# "Verkehrs-\nausschuss" is one word; "Bau-\nund Umweltausschuss" and "CDU-\nFraktion" keep their hyphen.
_LINE_END_HYPHEN = re.compile(r"-(?<=[^\W\d_]-)[ \t]*\r?\n\s*(?!(?:und|oder|bzw|sowie|als)\b)(?=[a-zäöüß])")
_BETWEEN = "\x01"  # pages: no blank, so that no word is joined over it, and in no text as a rule
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NO_PLATZ = ("dipl", "empl")  # Dipl.-Ing., Exempl.

_STOP_WORDS = """
aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bereits bin bis bist da dabei
dadurch daher damit dann daran darauf daraus das dass dein dem den denn der deren des dessen die dies diese diesem
diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwa etwas euch euer für gegen habe
haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja
jede jedem jeden jeder jedes jene jener jetzt kann kein keine keinem keinen keiner können könnte man mehr mein mich
mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie
sind so solche soll sollen sollte sondern sonst sowie über um und uns unser unsere unter vom von vor war waren warum
was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird wo worden wurde
wurden zu zum zur zwar zwischen bzw wann wohin woher wieviel gibt
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
HOLES = frozenset(word.translate(_WRITTEN_OUT) for word in STOP_WORDS)  # their exact forms


class Word(NamedTuple):
    """What one written word is searched by."""

    stem: str
    exact: str  # not stemmed, umlauts written out: what a prefix and quoted words are compared with
    parts: str  # stems of the words it is composed of, between spaces


_stemmers = threading.local()  # a Snowball stemmer is not safe to share between threads


def clean(text: str) -> str:
    """Text as it is stored and shown: composed umlauts, no invisible characters, hyphenated line ends joined."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    for char in _INVISIBLE:
        if char in text:
            text = text.replace(char, "")
    text = _LINE_END_HYPHEN.sub("", text.replace("\x00", " ").replace("\f", "\n"))
    # Half a surrogate pair can be in a string and in no file.
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_pages(pages: Sequence[str]) -> list[str]:
    """The same for each page of a text; all of them at once, because most pages are clean and only have to be seen."""
    cleaned = clean(_BETWEEN.join(pages)).split(_BETWEEN)
    return cleaned if len(cleaned) == len(pages) else list(map(clean, pages))


def tokens(text: str) -> list[str]:
    """The written words of a cleaned text, in order."""
    return TOKEN.findall(text)


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """The written words of a cleaned text with where they begin and end."""
    return ((match.group(), match.start(), match.end()) for match in TOKEN.finditer(text))


def analyse(token: str) -> Word:
    """The terms of one written word."""
    return Word(*terms(token))


# 5 million words of council files are 207,000 distinct ones, and most of those occur once or twice. Plain tuples of
# strings, because the garbage collector does not look at them again and again as it does at named ones.
@lru_cache(maxsize=1 << 17)
def terms(token: str) -> tuple[str, str, str]:
    """The same as plain strings, the parts between spaces: stem, exact, parts."""
    if not token.isalnum() or token.isdecimal():
        return _number(token)
    word = _expand(_lowered(token))
    exact = _written_out(word)
    return stem(word), exact, " ".join(dict.fromkeys(map(_stem_of_part, _splitter.parts(exact))))


def term(token: str) -> str:
    """The stem of a written word."""
    return terms(token)[0]


def exact(token: str) -> str:
    """The form of a written word that only other spellings of it share."""
    return terms(token)[1]


def ends_in_er(token: str) -> bool:
    """Whether its stem may be that of another word: of Haus and Häuser, or of Holz and a Holzer."""
    return exact(token).endswith(_ER)


def is_stop_word(token: str) -> bool:
    """Whether a word is too common to search by on its own."""
    return exact(token) in HOLES


def is_street(token: str) -> bool:
    """Whether a word ends as names of streets do, so that a number behind it is that of a house."""
    return exact(token).endswith(_STREETS)


def is_committee(token: str) -> bool:
    """Whether a word ends as names of committees and groups do."""
    return exact(token).endswith(_COMMITTEES)


def halves(token: str) -> tuple[str, str] | None:
    """The stems of the two halves of a compound, or None."""
    cut = _splitter.halves(terms(token)[1])
    return (stem(cut[0]), stem(cut[1])) if cut else None


def beginning(token: str) -> str:
    """What the exact form of a word begins with when the word begins like this."""
    return _number(token)[1] if token.isdecimal() else _written_out(_lowered(token))


def joined(tokens: tuple[str, ...]) -> str:
    """The stem of words written as one (Rad-Weg, Radweg), empty where there are digits."""
    word = "".join(tokens)
    return term(word) if word.isalpha() else ""


def stem(word: str) -> str:
    """The Snowball stem of a lower-case word, the same for ä and ae, ß and ss (PyStemmer 3 merges ae with ä).

    Frequent family names in -er stay whole.
    """
    word = regular(word)
    if word.endswith(_ER):
        name = _surnames.get(_written_out(word))
        if name:
            return name
    stemmer = getattr(_stemmers, "german", None)
    if stemmer is None:
        stemmer = _stemmers.german = Stemmer.Stemmer("german", maxCacheSize=0)
    return _without_accents(stemmer.stemWord(word).replace("ß", "ss"))


def _number(token: str) -> tuple[str, str, str]:
    """The terms of a number, of one with separators, and of a paragraph, which is found by its number too.

    Zeros before it say nothing: 0084/2024 is 84/2024, 05.03.2024 is 5.3.2024.
    """
    number = unicodedata.normalize("NFKC", _IN_NUMBERS.sub("", token[:MAX_TOKEN])).lstrip("§").lstrip("0") or "0"
    return (f"§{number}", f"§{number}", number) if token.startswith("§") else (number, number, "")


def _lowered(token: str) -> str:
    if token.isascii():
        return token[:MAX_TOKEN].lower()
    word = unicodedata.normalize("NFKC", token[:MAX_TOKEN]).lower()
    # Before the stemmer, or Café and Cafe would have two stems; umlauts are the stemmer's own business.
    return "".join(char if char in "äöüß" else _without_accents(char) for char in word)


def _expand(word: str) -> str:
    """Write out what is cut short at the end: Lindenstr, Marktpl."""
    if word.endswith("str"):
        return word + "asse"
    if len(word) > 5 and word.endswith("pl") and not word.endswith(_NO_PLATZ):
        return word + "atz"
    return word


def _written_out(word: str) -> str:
    return _without_accents(word.translate(_WRITTEN_OUT))


def _without_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))


_ER = ("er", "ers", "ern")
_STREETS = ("strasse", "weg", "platz", "gasse", "allee", "ring", "damm", "ufer", "steig", "pfad", "markt", "chaussee")
_COMMITTEES = ("ausschuss", "rat", "tag", "kommission", "fraktion", "vertretung", "vorstand", "gruppe", "kreis")
_surnames = {
    _written_out(name + ending): _without_accents(name.replace("ß", "ss"))
    for name in SURNAMES
    for ending in ("", "s", "n")
}
_splitter = Splitter(_written_out)
_stem_of_part = lru_cache(maxsize=1 << 14)(stem)  # parts are few, and the same again and again
