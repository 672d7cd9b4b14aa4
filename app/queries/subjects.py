"""Words worth searching for, taken from what the council talks about."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.models import Membership, Paper, Person
from app.shown import shown

TITLES = 400  # the newest papers whose titles are read
SEVERAL = 2  # a word that only one of them holds is no example
TURNS = 7  # candidates that take turns, a day each
_WORD = re.compile(r"\b[A-ZÄÖÜ][\wäöüß]{5,24}\b")
# Not -weg and -platz: a Radweg and a Spielplatz are matters, not places.
_PLACE = re.compile(r"\w{3}(straße|strasse|allee|gasse|brücke)$")
# Such words tell what kind of paper it is, come in the genitive, are adjectives, or name a place and nothing else.
_FORMAL_END = re.compile(r"(?:vorlage|beschluss|bericht|antrag|anfrage|massnahmen?|arbeiten|stand|nummer|(?<!s)s)$")
_ADJECTIVE = re.compile(r"(?:er|(?:ig|ich|isch|frei|los|bar|sam|mässig)e[nr]?)$")
_ONLY_A_PLACE = re.compile(r"(?<!rad)(?<!geh)(?<!fuss)(?:weg|ring|damm|kamp|turm|markt)$")
_FAMILY_NAME = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]{3,})?")
# German puts words together to say what exactly is meant: short ones, and those in -ung, can mean anything.
COMPOUND, COMPOUND_UNG = 10, 14
# Nouns that stand in every council's titles and say nothing of the matter.
_FORMAL_NOUNS = """
antrag anträge anfrage anfragen bericht berichte berichts beschluss beschlussvorlage mitteilung mitteilungsvorlage
vorlage stellungnahme sachstand sachstandsbericht niederschrift sitzung tagesordnung stadt gemeinde kreis landkreis
ortsteil fraktion fraktionen ausschuss ausschusses verwaltung bürgermeister bürgermeisterin oberbürgermeister jahres
januar februar august september oktober november dezember entwurf aufstellung konzept konzepts bereich maßnahmen
weitere weiteres vergabe auftrag zuschuss förderung projekt programm umsetzung änderung anpassung erhöhung
einrichtung erweiterung prüfung wirtschaftsjahr haushaltsjahr quartal einbringung kenntnisnahme ergebnis ergebnisse
mitglieder mitglied straße straßen neubau umbau ausbau anbau bebauungsplan bauantrag einvernehmen beschaffung bau
wohneinheiten öffentlichkeitsbeteiligung flächennutzungsplan
"""
_FORMAL = frozenset(_FORMAL_NOUNS.split())


def subjects(session: Session, today: date, limit: int = 3) -> list[str]:
    """Return words to search for, others each day: a matter, a street, and a person's family name, as far as there are
    any; more matters in place of what there is not."""
    query = select(Paper.name).where(shown(Paper), Paper.name.is_not(None))
    titles = session.scalars(query.order_by(Paper.date.desc().nulls_last(), Paper.id).limit(TITLES)).all()
    matters, places = matters_and_places(titles)
    # A compound does not give way to a lesser word only because it is the other's turn.
    telling = [word for word in matters if _is_compound(word)] or matters
    chosen = [*_turn(telling, today), *_turn(places, today), *_turn(_family_names(session, today), today)]
    spare = [word for word in (*matters, *places) if word not in chosen]
    return (chosen + spare)[:limit]


def matters_and_places(titles: Iterable[str | None]) -> tuple[list[str], list[str]]:
    """Return the telling nouns and the streets that several titles name, those of the newest titles first.

    Nouns made of several words come before others, which stand in where no title holds such a one.
    """
    counts: Counter[str] = Counter()
    for title in titles:
        counts.update(dict.fromkeys(_WORD.findall(title or ""), 1))
    several = [word for word, count in counts.items() if count >= SEVERAL] or list(counts)
    places = [word for word in several if _PLACE.search(word.casefold())]
    others = [word for word in several if word not in places and _telling(word)]
    return sorted(others, key=lambda word: not _is_compound(word)), places


def _telling(word: str) -> bool:
    folded = word.casefold()
    if folded in _FORMAL or folded.replace("ss", "ß") in _FORMAL or _FORMAL_END.search(folded):
        return False
    if _ADJECTIVE.search(folded) or _ONLY_A_PLACE.search(folded):
        return False
    return not folded.endswith(("ung", "ungen")) or _is_compound(word)


def _is_compound(word: str) -> bool:
    return len(word) >= (COMPOUND_UNG if word.endswith(("ung", "ungen")) else COMPOUND)


def _turn(words: Sequence[str], today: date) -> list[str]:
    first = words[:TURNS]
    return [first[today.toordinal() % len(first)]] if first else []


def _family_names(session: Session, today: date) -> list[str]:
    """Return the family names of those who sit in most organizations today."""
    lasting = or_(Membership.end_date.is_(None), Membership.end_date >= today)
    query = (
        select(Person.family_name)
        .join(Membership, Membership.person_id == Person.id)
        .where(shown(Person), shown(Membership), lasting, Person.family_name.is_not(None))
        .group_by(Person.id, Person.family_name)
        .order_by(func.count().desc(), Person.id)
        .limit(TURNS)
    )
    return [name for name in session.scalars(query) if name and _FAMILY_NAME.fullmatch(name)]
