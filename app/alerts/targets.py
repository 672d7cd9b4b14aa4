"""What can be followed: a search, a record, a circle around a spot, a newsletter. Written as `kind:value`.

search:TEXT                          our query text, with its filters
paper: person: organization: meeting: body:ID
                                     a record by its OParl id in rows; in addresses its key, of a council its short name
near:LAT,LON,METRES,LABEL            a circle; the label is what was typed, and says nothing to the portal
near:LAT,LON,METRES@COUNCIL,LABEL    the same, of one council alone by its short name
newsletter:body:ID, newsletter:organization:ID
                                     the weekly digest of a council or a committee

A party or a street is a search (`party:="SPD"`, `place:="Lindenstraße"`): one engine, one grammar.

TargetError     a text is no target, or what it names is not here
└── HoldsAddress    an address of a website or a mail is in it: what is followed is named in mails to others
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.addresses import address_of
from app.geo import Point, is_place
from app.mail import one_line
from app.models import Alias, Body, Meeting, OParlObject, Organization, Paper, Person, key_of
from app.shown import shown
from app.slugs import body_slugs
from app.speech import Voice
from app.translations import N_
from search import BadQuery, parse_query

SEARCH, PAPER, PERSON, ORGANIZATION, MEETING, BODY, NEAR, NEWSLETTER = (
    *("search", "paper", "person", "organization"),
    *("meeting", "body", "near", "newsletter"),
)
RECORDS: Final[dict[str, type[OParlObject]]] = {
    PAPER: Paper,
    PERSON: Person,
    ORGANIZATION: Organization,
    MEETING: Meeting,
}
KINDS: Final = (SEARCH, *RECORDS, BODY, NEAR, NEWSLETTER)
RADII: Final = (250, 500, 1000, 2000)  # metres
LONGEST_LABEL: Final = 80
_ADDRESS: Final = re.compile(r"://|www\.|@", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class TargetError(ValueError):
    """Raised for a text that is no target, or names what is not here."""


class HoldsAddress(TargetError):
    """Raised for a search with an address of a website or a mail in it: anybody can have it named in our mails."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that can be followed, as rows hold it."""

    kind: str
    value: str

    @property
    def ref(self) -> str:
        """Its text in rows; what `NewsRef.ref` says of records and councils."""
        return f"{self.kind}:{self.value}"

    @property
    def inner(self) -> "Target":
        """Whose newsletter it is; itself where it is none."""
        return Target(*self.value.split(":", 1)) if self.kind == NEWSLETTER else self


@dataclass(frozen=True, slots=True)
class Circle:
    """A spot with a radius in metres; `council` is the short name of the only one whose papers are meant, or ""."""

    point: Point
    metres: int
    label: str
    council: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """How a target is called, what kind of thing it is, and the path of its page here."""

    name: str
    kind: str
    path: str


def search_target(text: str) -> Target:
    """Return the target of a search; raises search.BadQuery, also where nothing is asked: that matches everything.

    Raises HoldsAddress for what a mail program would make a link of.
    """
    target = _asked(text)
    if _ADDRESS.search(text) or _ADDRESS.search(target.value):
        raise HoldsAddress("an address cannot be followed")
    return target


def without_links(text: str) -> str:
    """Return a text in which no mail program finds the address of a website or of a mail, whatever was typed."""
    # What is not seen would stand between a dot and its letter, and the full stop of Chinese is a dot to browsers.
    seen = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    return re.sub(r"[.。](?=\w)", ". ", re.sub(r"[/@:\\]+", " ", seen))


def near_target(point: Point, metres: int, label: str, council: str = "") -> Target:
    """Return the target of a circle; five digits behind the point are a metre."""
    # Whoever makes the link to the form writes the label.
    words = without_links(one_line(label))[:LONGEST_LABEL].strip()
    of = f"@{council}" if council else ""
    return Target(NEAR, f"{point[1]:.5f},{point[0]:.5f},{metres}{of},{words}")


def of_council(target: Target, slug: str) -> Target:
    """Return what of a target is of one council; raises search.BadQuery where that is too much to ask.

    Only searches and circles reach beyond a council. What a search says in brackets, beside an OR or of another
    council narrows nothing: it counts what it is understood as, not what stands in it.
    """
    if target.kind == NEAR:
        circle = circle_of(target)
        return near_target(circle.point, circle.metres, circle.label, slug)
    if target.kind != SEARCH:
        return target
    own = set(parse_query("", chosen={BODY: (slug,)}).filters)
    query = parse_query(target.value)
    if own <= set(query.filters):
        return target
    # Two councils side by side would be either of them.
    several = any(one.field == BODY and not one.negated for one in query.filters)
    narrowed = _asked(f"({query.text}) body:{slug}" if several else f"{query.text} body:{slug}")
    if not own <= set(parse_query(narrowed.value).filters):
        raise BadQuery("nothing_asked")
    return narrowed


def circle_of(target: Target) -> Circle:
    """Return the circle that a target is; raises TargetError."""
    parts = target.value.split(",", 3)
    try:
        radius, alone, council = parts[2].partition("@")
        latitude, longitude, metres = float(parts[0]), float(parts[1]), int(radius)
    except (ValueError, IndexError) as error:
        raise TargetError("not a circle") from error
    if not is_place(longitude, latitude) or metres not in RADII or math.isnan(latitude):
        raise TargetError("not a circle that is offered")
    if alone and not _SLUG.fullmatch(council):
        raise TargetError("not the short name of a council")
    return Circle((longitude, latitude), metres, parts[3] if len(parts) > 3 else "", council)


def read_target(session: Session, text: str) -> Target:
    """Return what an address means by `kind:value`; raises TargetError, and search.BadQuery for a search."""
    kind, _, value = text.partition(":")
    match kind:
        case "search" if value.strip():
            return search_target(value)
        case "near":
            circle = circle_of(Target(NEAR, value))
            return near_target(circle.point, circle.metres, circle.label, circle.council)
        case "newsletter":
            inner = read_target(session, value)
            if inner.kind not in (BODY, ORGANIZATION):
                raise TargetError("no newsletter is made of this")
            return Target(NEWSLETTER, inner.ref)
        case "body":
            for body_id, slug in body_slugs(session).items():
                if slug == value:
                    return Target(BODY, body_id)
    if kind in RECORDS and (found := _by_key(session, RECORDS[kind], value)):
        return Target(kind, found)
    raise TargetError("nothing that can be followed")


def written(session: Session, target: Target) -> str:
    """Return a target as addresses and exports say it: what `read_target` reads; "" where its record is gone."""
    if target.kind == NEWSLETTER:
        inner = written(session, target.inner)
        return f"{NEWSLETTER}:{inner}" if inner else ""
    if target.kind == BODY:
        slug = body_slugs(session).get(target.value)
        return f"{BODY}:{slug}" if slug else ""
    return f"{target.kind}:{key_of(target.value)}" if target.kind in RECORDS else target.ref


_KIND_WORDS: Final = {
    SEARCH: N_("Search"),
    PAPER: N_("Paper"),
    PERSON: N_("Person"),
    ORGANIZATION: N_("Organization"),
    MEETING: N_("Meeting"),
    BODY: N_("Council"),
    NEAR: N_("Surroundings"),
    NEWSLETTER: N_("Newsletter"),
}


def describe(session: Session, target: Target, voice: Voice) -> Described:
    """Say what a target is; a record that is gone is called by its kind."""
    kind = voice.gettext(_KIND_WORDS[target.kind])
    if target.kind == SEARCH:
        return Described(target.value, kind, f"/search?{urlencode({'q': target.value, 'sort': 'newest'})}")
    if target.kind == NEAR:
        circle = circle_of(target)
        name = voice.gettext("%(metres)s m around %(place)s", metres=circle.metres, place=circle.label or "…")
        asked = _on_the_map(circle) | ({BODY: circle.council} if circle.council else {})
        return Described(f"{name} ({circle.council})" if circle.council else name, kind, f"/map?{urlencode(asked)}")
    if target.kind == NEWSLETTER:
        inner = describe(session, target.inner, voice)
        return Described(inner.name, kind, inner.path)
    if target.kind == BODY:
        body = session.get(Body, target.value)
        slug = body_slugs(session).get(target.value, "")
        return Described((body and body.name) or slug or kind, kind, f"/councils/{slug}" if slug else "/councils")
    model = RECORDS[target.kind]
    row = session.scalar(select(model).where(model.id == target.value, shown(model)))
    name = one_line((row and (row.name or getattr(row, "reference", None))) or kind)
    return Described(name, kind, address_of(model.__name__, key_of(target.value)))


def _on_the_map(circle: Circle) -> dict[str, object]:
    """Return how the map is asked for a circle: by what was typed, else by its middle and how much is to be seen."""
    if circle.label:
        return {"address": circle.label, "radius": circle.metres}
    return {"at": f"{circle.point[1]:.5f},{circle.point[0]:.5f}", "span": 3 * circle.metres}


def _asked(text: str) -> Target:
    wanted = parse_query(text).text
    if not wanted:
        raise BadQuery("nothing_asked")
    return Target(SEARCH, wanted)


def _by_key(session: Session, model: type[OParlObject], key: str) -> str | None:
    found = session.scalar(select(model.id).where(model.key == key, shown(model)))
    if found is None:
        moved = select(model.id).join(Alias, Alias.new_id == model.id).where(Alias.key == key, shown(model))
        found = session.scalar(moved.limit(1))
    return found
