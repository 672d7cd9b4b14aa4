"""How much two texts say the same, by their words."""

import re
import unicodedata
from collections import Counter

_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n\s*(?=[a-zäöüß])")
_WORD = re.compile(r"[^\W_]+")


def bag(text: str) -> Counter[str]:
    """Return how often each word occurs; words broken at the end of a line are whole in all texts alike."""
    return Counter(_WORD.findall(_BROKEN.sub("", unicodedata.normalize("NFKC", text)).lower()))


def f1(text: str, reference: str) -> float:
    """Return the F1 of the words, 0 to 1: the harmonic mean of precision and recall."""
    ours, theirs = bag(text), bag(reference)
    both = (ours & theirs).total()
    return 2 * both / (ours.total() + theirs.total()) if both else float(not ours and not theirs)
