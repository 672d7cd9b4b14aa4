"""Which language a text is in, and whether it is language at all: by its commonest words and letters, in microseconds.

A page is `garbled` where its letters are not those of the page: a broken font table gives each glyph a wrong letter.
The limits were measured on 1,109 real pages and on the same pages with their letters shifted (docs/decisions/0013).
"""

import re
from math import sqrt

_WORDS = {
    "de": "der die das und ist nicht den von zu mit auf für im dem ein eine einer werden wird sind des sich auch als "
    "bei nach wurde zur zum oder aus durch über dass es wir",
    "en": "the of and to is that for with are this by be not from which have has at was were been or as it on we",
    "fr": "le la les et est une dans pour que du sur au aux par sont avec ce qui ne pas ou",
    "nl": "het een van niet voor met zijn aan wordt dat ook naar door bij maar of deze worden",
    "it": "il di che della per non sono una del con alla gli dei nel è come delle più",
    "es": "el los las que y por para con una del se como más sus al lo es",
    "pl": "nie się na do jest że przez oraz dla od jak po są to lub",
    "tr": "ve bir bu için ile olarak da daha olan çok gibi ya veya",
    "da": "og det til på ikke med som af er jeg har blev også efter ved",
}
_COMMON = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_KNOWN = _COMMON["de"] | _COMMON["en"]
_FEWEST_WORDS = 12
_LEAST_SHARE = 0.08  # of running text 25 to 45 % are such words; of lists of names 3 %
_CLEAR = 1.5  # times as many as in the next likely language

# U+FFFD and private use are glyphs without a letter, controls are numbers of glyphs, as is pdfminer.six's (cid:7).
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x01\x03-\x08\x0e-\x1f\x80-\x9f]")
_CID = re.compile(r"\(cid:\d+\)")
_MOST_UNMAPPED = 0.1
_FEWEST_LETTERS = 150
_ENOUGH_COMMON = 0.2  # real forms have up to 18 % in a sound font, and the rest in a broken one
_LONGEST_WORDS, _SHORTEST_WORDS = 16.0, 1.6  # letters; German running text has 6
_FEWEST_DIFFERENT = 20  # words: the letters of few are no sample of a language
_LEAST_ALIKE = 0.75  # cosine; of real pages at least 0.87, of the same with shifted letters 0.64 at most
# How often each letter occurs in German, in thousandths; English text is 0.96 alike.
_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzäöüß",
        (58, 19, 29, 48, 163, 16, 31, 43, 77, 3, 14, 35, 26, 98, 24, 8, 1, 70, 68, 61, 37, 8, 15, 1, 1, 11, 6, 3, 6, 3),
        strict=True,
    )
)
_LENGTH = sqrt(sum(often * often for often in _LETTERS.values()))


def of(text: str) -> str:
    """Return the language of a text as two letters, "" where it is too short or not clearly one."""
    words = text.lower().split()
    if len(words) < _FEWEST_WORDS:
        return ""
    shares = sorted(((sum(map(common.__contains__, words)), name) for name, common in _COMMON.items()), reverse=True)
    (best, name), (second, _) = shares[:2]
    return name if best >= max(_LEAST_SHARE * len(words), _CLEAR * second) else ""


def doubt(text: str) -> str:
    """Return why a text is hardly what the page shows: unmapped, run together, spaced out, garbled; "" if it may be."""
    unmapped = len(_UNMAPPED.findall(text))
    if "(cid:" in text:
        unmapped += len(_CID.findall(text))
        text = _CID.sub("", text)
    if unmapped > _MOST_UNMAPPED * (len(text) + unmapped):
        return "unmapped"
    if len(text) < _FEWEST_LETTERS:
        return ""
    words = text.split()
    # Four pages of five end here.
    if sum(map(_KNOWN.__contains__, words)) > _ENOUGH_COMMON * len(words):
        return ""
    return _closer(text, words)


def _closer(text: str, words: list[str]) -> str:
    lowered = text.lower()
    counts = {letter: lowered.count(letter) for letter in _LETTERS}
    letters = sum(counts.values())
    # Sums and sizes are no words: a page of a budget says nothing either way.
    if letters < _FEWEST_LETTERS or letters < len(text) / 4:
        return "" if any(map(str.isdigit, text)) or letters >= len(text) / 4 else _symbols(text)
    if letters > _LONGEST_WORDS * len(words):
        return "run together"
    if letters < _SHORTEST_WORDS * len(words):
        return "spaced out"
    if len(set(words)) < _FEWEST_DIFFERENT:
        return ""
    own = sqrt(sum(count * count for count in counts.values()))
    alike = sum(counts[letter] * often for letter, often in _LETTERS.items()) / (own * _LENGTH)
    return "garbled" if alike < _LEAST_ALIKE else ""


def _symbols(text: str) -> str:
    """Tell signs in place of letters from letters of another alphabet."""
    signs = sum(not one.isalnum() and not one.isspace() for one in text)
    return "garbled" if signs > len(text) / 2 else ""
