"""What on a page may be private: found by its shape, counted, and never kept.

iban    an account number whose check digits are right        mobile   a number of a mobile phone
phone   any other telephone number                            email    an address at a provider for private people
birth   a day of birth                                        home     that somebody lives somewhere

A flag says that somebody should look; it is no proof. Each shape is looked for once, from left to right, in time that
grows with the length of the text alone.
"""

import re
from collections import Counter

VERSION = "1"
KINDS = ("iban", "mobile", "phone", "email", "birth", "home")
LONGEST = 1_000_000  # characters of a page that are looked at
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
# German accounts have 22 characters: what stands behind them with a blank between belongs to the next word.
_GERMAN = re.compile(r"(?<![A-Za-z0-9])DE\d{2}(?:[ \u00a0]?\d){18}(?![0-9])")
_PHONE = re.compile(
    r"(?<![\w+./-])(?:\+49|0049|0)[ \u00a0]?(?:\(0\)[ \u00a0]?)?\(?[1-9](?:[ \u00a0/().-]{0,3}\d){5,13}(?![\w])"
)
_MOBILE = re.compile(r"(?:\+49|0049)?0*1(?:5\d|6[023]|7\d)\d{6,9}")
_NUMBER_AHEAD = re.compile(
    r"(?:tel(?:efon)?|fon|phone|mobil|handy|fax|durchwahl|rufnummer|ruf)[.:nr \u00a0-]{0,12}$", re.IGNORECASE
)
_MAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@"
    r"(?:gmx|web|t-online|gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|me|mac|aol|freenet|arcor|posteo|"
    r"mailbox|online|protonmail|proton|kabelmail|unitybox|netcologne|vodafone|1und1|alice|ewetel|versanet|email|mail)"
    r"\.(?:de|com|net|org|at|ch|me|eu|info)(?![\w-])",
    re.IGNORECASE,
)
_MONTHS = r"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_BIRTH = re.compile(
    r"(?:(?<!\w)geb(?:oren|\.)?|Geburtsdatum|Geburtstag|Geb\.-Dat(?:um|\.)|(?<!\w)\*)(?: am| in [^\n\d]{1,40}? am)?"
    r"[: \u00a0]{0,3}(?:\d{1,2}\.[ \u00a0]?\d{1,2}\.[ \u00a0]?(?:19|20)?\d{2}"
    rf"|\d{{1,2}}\.[ \u00a0]?(?:{_MONTHS}) (?:19|20)\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?<!\w)(?:wohnhaft|wohnh\.|wohnend)(?!\w)", re.IGNORECASE)


def flags(text: str) -> Counter[str]:
    """Return how often each kind stands in the text of a page; kinds that do not are left out."""
    looked = text[:LONGEST]
    found: Counter[str] = Counter()
    for shape in (_GERMAN, _IBAN):  # what is an account is not looked at again: it holds what looks like telephones
        looked = shape.sub(lambda one: _taken(one[0], found), looked)
    for one in _PHONE.finditer(looked):
        if kind := _phone(one[0], looked[max(0, one.start() - 30) : one.start()]):
            found[kind] += 1
    found["email"] = sum(1 for _ in _MAIL.finditer(looked))
    found["birth"] = sum(1 for _ in _BIRTH.finditer(looked))
    found["home"] = sum(1 for _ in _HOME.finditer(looked))
    return +found


def is_iban(text: str) -> bool:
    """Whether a text is an account number by ISO 13616: its check digits are right."""
    plain = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    digits = "".join(str(int(one, 36)) for one in plain[4:] + plain[:4])
    return int(digits) % 97 == 1


# How long accounts are, of the countries that are met: what stands behind one may look like a part of it.
_LENGTHS = {
    "DE": 22,
    "AT": 20,
    "CH": 21,
    "LU": 20,
    "NL": 18,
    "BE": 16,
    "FR": 27,
    "PL": 28,
    "DK": 18,
    "CZ": 24,
    "IT": 27,
    "ES": 24,
}


def _taken(text: str, found: Counter[str]) -> str:
    plain = re.sub(r"\s", "", text)
    if not is_iban(plain[: _LENGTHS.get(plain[:2], len(plain))]):
        return text
    found["iban"] += 1
    return "\n"


def _phone(text: str, before: str) -> str:
    """Return which kind of number it is; "" where digits alone do not say that it is one."""
    plain = re.sub(r"\(0\)", "", text)
    digits = re.sub(r"[^\d+]", "", plain)
    if _MOBILE.fullmatch(digits) and len(digits) >= 11:
        return "mobile"
    # A file number has slashes too: without a word ahead or the country's code it has to be written as phones are.
    told = text.startswith(("+49", "0049")) or _NUMBER_AHEAD.search(before)
    return "phone" if told and 7 <= len(digits) <= 16 else ""
