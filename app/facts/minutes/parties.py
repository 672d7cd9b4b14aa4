"""Which words are the name of a party or of a group in a council: those known in Germany, Austria and Switzerland, the
council's own, and what calls itself one ("ABC-Fraktion"). A person's name is none."""

import re
from collections.abc import Iterable
from functools import lru_cache

_GREENS = r"(?:(?:Die|DIE)\s)?(?:Grünen?|GRÜNEN?)"
_KNOWN = (
    rf"(?:(?:Bündnis|BÜNDNIS)\s?['’´`]?90|B\s?['’´`]?90)(?:\s?/\s?(?:{_GREENS}|die\sGrünen))?",
    _GREENS,
    r"Bündnisgrünen?",
    r"CDU|CSU|SPD|AfD|AFD|FDP|BSW|SSW|ÖDP|Volt|VOLT|NPD|DKP|MLPD|Republikaner|REP|Werte[Uu]nion|Bayernpartei|BP",
    r"(?:(?:Die|DIE)\s)?(?:Linken?|LINKEN?)|Linkspartei",
    r"(?:Die|DIE)\s(?:PARTEI|Partei|Basis|BASIS|Heimat|HEIMAT|Mitte)|PARTEI|dieBasis",
    r"(?:Piraten|Tierschutz|Familien)partei|Piraten|PIRATEN|TIERSCHUTZPARTEI",
    r"(?:Freien?|FREIEN?)\s(?:Wählern?|WÄHLERN?|Bürgern?|BÜRGERN?)|FWG?|FWV|UWG|FBL|BFW|BVB",
    r"SPÖ|ÖVP|FPÖ|NEOS|KPÖ|MFG|SP|AL|SVP|GLP|EVP|CVP|EDU",
)
# "Wählergemeinschaft Lindenau", "Unabhängige Bürgerliste".
_VOTERS = (
    r"(?:(?:Freien?|Unabhängigen?|Parteifreien?|Christlichen?)\s)?(?:Freie|Bürger)?"
    r"(?:Wähler|Bürger)(?:gemeinschaft|gruppe|vereinigung|liste|bündnis|union|forum)"
    r"(?:\s(?!{people})[A-ZÄÖÜ][\w.-]+){{0,2}}"
)
# Who is called so, and what is no group of its own: "Herrn Müller", "StR HUBER", "Stadtrats-Fraktion".
_PEOPLE = (
    r"(?:Herr|Frau|Dr\b|Prof|Stadtr|Stadtverord|Gemeinder|Rats|Kreisr|Kreistag|Bezirks|StR|StV|GR\b|GRin|RM\b|KTA|OB\b"
    r"|BM\b|Bgm|Bürgerm|Oberb|Erste[rn]?\b|Mitglied|Abgeordn|Vorsitz|Beigeordn|Orts|Land[rt]|Ausschuss|Einzel|Mehrheit"
    r"|Minderheit|Regierung|Opposition|Kolleg|Vertret|Fraktion|Gruppe)"
)
_OWN = rf"(?!{_PEOPLE})[A-ZÄÖÜ][\w.´`'’&/]{{0,30}}"  # a name that is one only beside the word "Fraktion"
_GROUP = r"\w{0,12}[Ff]raktion(?:en)?|\w{0,6}[Gg]ruppen?"
# What may not follow: more of a name, whose party it is ("SPD Stadtrat Meier", "SPD (Frau Meier)"), or an exception.
_END = (
    r"(?![\w/&]|-\w|[ \t]+[A-ZÄÖÜ]|\s*\((?!\d)|\s*,?\s*(?:teilweise|mit\s+Ausnahme|außer|bis\s+auf|ohne\s)"
    rf"|\s*\n\s*{_PEOPLE})"
)
# In names of organizations: what every group is called, and what tells a group from a person.
_CALLED = re.compile(rf"\b(?:{_GROUP}|im|in|des|der|Rates?|Stadtrats?|Gemeinderats?|Kreistags?)\b|-(?={_GROUP})")
_TELLING = re.compile(r"\b\w*[A-ZÄÖÜ]\w{0,3}[A-ZÄÖÜ]\w*\b|(?i:wähler|bürger|liste|bündnis|allianz|union|partei|forum)")


@lru_cache(maxsize=64)
def name_pattern(groups: tuple[str, ...] = ()) -> re.Pattern[str]:
    """Return the pattern of one name, in one of its named parts, besides the known ones of these groups' names."""
    own = [re.escape(core).replace(r"\ ", r"\s") for group in groups if (core := _core(group))]
    voters = _VOTERS.format(people=_PEOPLE)
    base = rf"(?:{'|'.join([*sorted(own, key=len, reverse=True), voters, *_KNOWN])})"
    known = rf"{base}(?:\s?[/&-]\s?{base})*"  # "CDU/FDP" is one group
    suffix = rf"(?:\s?-\s?(?:{_GROUP})|\s(?:{_GROUP})|-(?=\s*[,+]|\s+(?:und|sowie)\b|$))"
    return re.compile(
        rf"(?:(?:{_GROUP})\s+(?:(?:der|von)\s+)?)?(?P<known>{known})(?:{suffix})?{_END}"
        rf"|(?P<before>{_OWN}(?:-(?!{_GROUP})\w{{2,20}})?)-\s?(?:[Ff]raktion)\b{_END}"
        rf"|Fraktion\s+(?P<behind>{_OWN}(?:-\w{{2,20}})?){_END}"
    )


def name_of(match: re.Match[str]) -> str:
    """Return the name that the pattern found, in one line."""
    return " ".join((match["known"] or match["before"] or match["behind"]).split())


def _core(group: str) -> str:
    """Return what a group of a council is called without the word "Fraktion"; "" where that may be a person."""
    core = " ".join(_CALLED.sub(" ", group).split()).strip(" -,:")
    return core if 2 <= len(core) <= 60 and _TELLING.search(core) else ""


def group_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of a council's parties and groups, each once, as the reading of minutes takes them."""
    return tuple(sorted({" ".join(name.split()) for name in names}))
