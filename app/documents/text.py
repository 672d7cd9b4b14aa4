"""Text as readers hand it over becomes text as people wrote it."""

import re

# Controls but tab and line end, surrogates, non-characters, and direction overrides, which make a line read otherwise
# than it is stored.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_LINE_ENDS = re.compile("[\x0b\x0c\r\x85\u2028\u2029]")
_GO_ON = r"(?=(?:und|oder|bzw|sowie|beziehungsweise|u\.)\b)"
# PDFium writes U+FFFE where a hyphen ended a line, and swallows the line end; older ones write U+0002.
_MARK, _OLD_MARK = "\ufffe", "\x02"
_GOES_ON = re.compile(_GO_ON)
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ0123456789")
_HYPHEN_GO_ON = re.compile(rf"(?<=\w)[-\u00ad\u2010] ?\n{_GO_ON}")
_HYPHEN_KEPT = re.compile(r"(?<=\w)[-\u00ad\u2010] ?\n(?=[A-ZÄÖÜ0-9])")
_HYPHEN = re.compile(r"(?<=[a-zäöüß])[-\u00ad\u2010] ?\n(?=[a-zäöüß])")


def clean(text: str) -> str:
    """Text without what no page may show and no database takes."""
    if text.replace("\n", "").isprintable():  # most is, and that takes a third of the time
        return text
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text.replace("\r\n", "\n")))


def mend_marks(text: str) -> str:
    """Join words PDFium marks as broken: Bebauungs|plan whole, CDU-|Fraktion with its hyphen, Haupt-| und apart."""
    if _MARK not in text and _OLD_MARK not in text:
        return text
    # To split is three times as fast as to look for the marks with a pattern for each rule.
    first, *others = text.replace(_OLD_MARK, _MARK).split(_MARK)
    return first + "".join(_joint(other) + other for other in map(str.lstrip, others))


def _joint(after: str) -> str:
    """Return what belongs between a word's beginning and what comes after the mark."""
    if _GOES_ON.match(after):
        return "- "
    return "-" if after[:1] in _KEPT else ""


def mend_hyphens(text: str) -> str:
    """Join words broken by a hyphen at a line end, by the same rule, where the reader left hyphen and line end."""
    if not any(sign in text for sign in ("-\n", "- \n", "\u00ad", "\u2010")):
        return text
    return _HYPHEN.sub("", _HYPHEN_KEPT.sub("-", _HYPHEN_GO_ON.sub("- ", text)))
