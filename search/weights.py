"""Every number that decides what stands before what, with the reason it has."""

from __future__ import annotations

TITLE, TEXT, EXACT, NAME, PARTS, TITLE_PARTS = "title", "text", "exact", "name", "parts", "title_parts"

# Measured on 38,500 council files: a title weighs best between 1 and 2, parts of compounds between 0.2 and 0.6.
# Parts of compounds in a title, on our own questions of two councils: none 0.833 and 0.814, 0.4 0.842 and 0.817, 1.0
# 0.847 and 0.826, 1.3 0.848 and 0.837, 1.6 0.847 and 0.835; known titles 0.989 -> 0.990, xquad 0.951 with all of them.
FIELDS = {TITLE: 1.5, TEXT: 1.0, PARTS: 0.4, TITLE_PARTS: 1.3}
HALVES = 0.4  # a compound found as its two halves side by side
AS_TYPED = 50.0  # a name alone: with 8, one name in ten was not first; with 50, all but one of 104 were
COMMITTEE = 50.0  # a committee by its name, before its meetings: of five such questions two found it among ten, now all
TOGETHER = 0.5  # words that stand side by side as typed; at 2.0 it does harm
WHOLE_TITLE = 3.0  # what is typed is all of a title
TYPED_TITLE = 1.0  # what is typed stands in a title as it is: known titles 0.965 -> 0.986, all else the same
BEGUN_TITLE = 3.0  # a title holds a word that begins as typed; what only texts hold counts 1, however often
HALVES_APART = 0.6  # the halves of a compound anywhere, in sentences: xquad 0.943 -> 0.949; short queries lose by it
LOOSE = 1.0  # the parts of CPI-Maßstab anywhere, where not all words are asked for: xquad + 0.002
AT_NUMBER = 2.0  # a street with its number, one after the other
BETWEEN_HALVES = 2  # words: "Ausbau der neuen Radwege" for Radwegeausbau
SPELLING = 0.8  # a corrected word beside one that nothing holds
SYNONYM = 0.6  # an office's word beside a citizen's
FULL_FIRST = 1000.0  # more than any sum of scores: what holds every word stands before what holds some
MUCH_MORE = 50  # times as many documents must hold a word before it is proposed instead of one that some hold
RELATED_TERMS = 12  # words of a document by which others are like it
RELATED_WORDS = 3  # so many of them at least
RELATED_LOOKED = 300  # of its most frequent words are looked up for that
RELATED_READ = 20_000  # characters of its text
RELATED_ROWS = 4  # documents read for one matter
RELATED_TITLE = 3.0  # of a word of its title, beside those of its text: heads of letters are alike, too
FEW = 10  # documents: where fewer hold every word, those that hold some follow


def some_of(words: int) -> int:
    """How many of so many words a document must hold where not all are asked for."""
    return 1 if words <= 5 else words // 4
