"""Plurals and forms that the stemmer does not know: Jugendzentren is Jugendzentrum, and Kitas is Kita."""

from __future__ import annotations

MIN_INNEN = 8  # Ärztinnen, Bürgerin; shorter ones are verbs, and Berlin
_SHORTEST = 5  # of the endings that compounds may have: Schulkinos, but Thomas is no Oma

# Ends of words, alone or in a compound, and what they are one of.
_ENDS = """
zentren zentrum  museen museum  gremien gremium  gymnasien gymnasium  kriterien kriterium  ministerien ministerium
stadien stadion  laboratorien laboratorium  territorien territorium  stipendien stipendium  kollegien kollegium
präsidien präsidium  praesidien praesidium  konsortien konsortium  jubiläen jubiläum  jubilaeen jubilaeum
praktika praktikum  themen thema  firmen firma  konten konto  risiken risiko  materialien material  villen villa
foren forum  szenarien szenario  busse bus  bussen bus  kitas kita  kameras kamera  mensas mensa  arenas arena
autos auto  fotos foto  videos video  büros büro  bueros buero  euros euro  kinos kino  silos silo  studios studio
radios radio  tempos tempo  risikos risiko  kontos konto  logos logo  casinos casino  infos info  discos disco
taxis taxi  azubis azubi  profis profi  krimis krimi  kombis kombi  handys handy  hobbys hobby  partys party
babys baby  ponys pony
"""
# Whole words.
_WORDS = """
zoos zoo  omas oma  opas opa  demos demo
freie frei  freien frei  freier frei  freies frei  freiem frei
hohe hoch  hohen hoch  hoher hoch  hohes hoch  hohem hoch  teure teuer  teuren teuer  teurer teuer  teures teuer
"""


def _pairs(said: str) -> dict[str, str]:
    words = said.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_ends, _words = _pairs(_ENDS), _pairs(_WORDS)
_LONGEST = max(map(len, _ends))
# Ärztinnen, Kolleginnen.
_INNEN = ("dinnen", "ginnen", "hinnen", "linnen", "ninnen", "tinnen")
_VERBS = ("beginnen",)


def regular(word: str) -> str:
    """A lower-case word, or what it is a form of."""
    known = _words.get(word)
    if known:
        return known
    for size in range(_SHORTEST, min(len(word), _LONGEST) + 1):
        end = _ends.get(word[-size:])
        if end:
            return word[:-size] + end
    if word.endswith(("erin", "erinnen")) and len(word) >= MIN_INNEN:
        return word.removesuffix("nen")[:-2]
    if word.endswith(_INNEN) and len(word) >= MIN_INNEN and not word.endswith(_VERBS):
        return word[:-3]
    return word
