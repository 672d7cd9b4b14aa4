"""Words worth searching for, taken from what the council talks about."""

import re
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Paper

TITLES = 400
_WORD = re.compile(r"\b[A-ZÄÖÜ][\wäöüß]{5,24}\b")
# Not -weg and -platz: a Radweg and a Spielplatz are matters, not places.
_PLACE = re.compile(r"\w{3}(straße|strasse|allee|gasse|brücke)$")
# Nouns that stand in every council's titles and say nothing of the matter.
_FORMAL_NOUNS = """
antrag anträge anfrage anfragen bericht berichte berichts beschluss beschlussvorlage mitteilung mitteilungsvorlage
vorlage stellungnahme sachstand sachstandsbericht niederschrift sitzung tagesordnung stadt gemeinde kreis landkreis
ortsteil fraktion fraktionen ausschuss ausschusses verwaltung bürgermeister bürgermeisterin oberbürgermeister jahres
januar februar august september oktober november dezember entwurf aufstellung konzept konzepts bereich maßnahmen
weitere weiteres vergabe auftrag zuschuss förderung projekt programm umsetzung änderung anpassung erhöhung
einrichtung erweiterung prüfung wirtschaftsjahr haushaltsjahr quartal einbringung kenntnisnahme ergebnis ergebnisse
mitglieder mitglied straße straßen neubau umbau ausbau anbau bebauungsplan bauantrag einvernehmen beschaffung bau
"""
_FORMAL = frozenset(_FORMAL_NOUNS.split())


def subjects(session: Session, limit: int = 3) -> list[str]:
    """Return the words that most of the newest papers share, among them one place if there is one."""
    query = select(Paper.name).where(~Paper.deleted, Paper.name.is_not(None))
    return frequent_words(session.scalars(query.order_by(Paper.date.desc(), Paper.id).limit(TITLES)), limit)


def frequent_words(titles: Iterable[str | None], limit: int) -> list[str]:
    """Return the nouns that most titles share, formal ones left out; the last is a place where one is named."""
    counts: Counter[str] = Counter()
    for title in titles:
        # The first word of a title is a noun only by chance.
        counts.update(set(_WORD.findall((title or "").partition(" ")[2])))
    ranked = [word for word, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if _telling(word)]
    places = [word for word in ranked if _PLACE.search(word.casefold())]
    others = [word for word in ranked if word not in places]
    place = places[:1]
    return (others[: limit - len(place)] + place + places[1:])[:limit]


def _telling(word: str) -> bool:
    folded = word.casefold().replace("ss", "ß")
    return word.casefold() not in _FORMAL and folded not in _FORMAL and not folded.endswith(("ung", "ungen", "vorlage"))
