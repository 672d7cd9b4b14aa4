"""What the form of an alert asks for: read as it was typed, with what is wrong in it said beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.alerts.frequencies import FRIDAY, is_frequency
from app.alerts.targets import (
    MEETING,
    NEAR,
    NEWSLETTER,
    PAPER,
    RADII,
    SEARCH,
    HoldsAddress,
    Target,
    TargetError,
    circle_of,
    near_target,
    read_target,
    search_target,
)
from app.mail import AddressError, parse_address
from app.models.alerts import INSTANT, WEEKLY
from app.queries.gazetteer import Spot, resolved
from app.web.councils import Council, councils, of_this_portal
from app.web.i18n import gettext
from app.web.maps import sources_here, spelled_like
from app.web.site import session
from search import BadQuery

RADIUS = 500
LONGEST_PLACE = 200


@dataclass
class Wish:
    """One form: its fields as they were typed, what they mean, and what is wrong with them by the field's name.

    `follow` is what a reader came with by a button, `fixed` that it stands as it is and is not typed anew.
    """

    follow: str = ""
    q: str = ""
    place: str = ""
    town: str = ""
    metres: int = RADIUS
    frequency: str = WEEKLY
    weekday: int = FRIDAY
    address: str = ""
    fixed: Target | None = None
    targets: list[Target] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    suggested: list[str] = field(default_factory=list)
    towns: list[Council] = field(default_factory=list)

    @property
    def weekly(self) -> bool:
        """Whether it comes once a week whatever is chosen."""
        return self.fixed is not None and self.fixed.kind == NEWSLETTER


def read_wish(given: Mapping[str, str]) -> Wish:
    """Return what a form or an address asks for; nothing is wrong with what is not filled in yet."""
    wish = Wish(
        follow=given.get("follow", "").strip()[:1000],
        q=" ".join(given.get("q", "").split()),
        place=" ".join(given.get("place", "").split())[:LONGEST_PLACE],
        town=given.get("town", "").strip(),
        metres=_number(given.get("metres", ""), RADIUS),
        frequency=given.get("frequency", WEEKLY),
        weekday=_number(given.get("weekday", ""), FRIDAY),
        address=given.get("address", "").strip(),
    )
    if not is_frequency(wish.frequency, wish.weekday):
        wish.frequency, wish.weekday = WEEKLY, FRIDAY
    if wish.follow:
        _follow(wish, chosen=bool(given.get("metres")))
    if wish.fixed is None:
        _search(wish)
        _surroundings(wish)
    wish.metres = wish.metres if wish.metres in RADII else RADIUS
    if "frequency" not in given and wish.fixed is not None and wish.fixed.kind in (PAPER, MEETING):
        wish.frequency = INSTANT  # whoever follows one matter wants to know, and it is seldom news
    return wish


def check(wish: Wish) -> bool:
    """Say whether a form can be taken; notes what is missing."""
    if not wish.targets and not wish.faults:
        wish.faults["q"] = gettext("Write what you are interested in.")
    try:
        parse_address(wish.address)
    except AddressError:
        wish.faults["address"] = gettext("The address is not complete. Example: name@provider.org")
    return not wish.faults


def _follow(wish: Wish, *, chosen: bool) -> None:
    try:
        target = read_target(session(), wish.follow)
    except HoldsAddress:
        wish.q = wish.follow.partition(":")[2].strip()
        wish.faults["q"] = gettext("An alert cannot hold addresses of websites or mails.")
        return
    except TargetError:
        wish.faults["q"] = gettext("What you wanted to follow is not here any more. Write what you are interested in.")
        return
    except BadQuery as error:
        wish.q = wish.follow.partition(":")[2].strip()
        wish.faults["q"] = gettext(error.template, **error.params)
        return
    if target.kind == SEARCH:
        wish.q = target.value
        return
    if target.kind == NEAR:
        circle = circle_of(target)
        wish.metres = wish.metres if chosen and wish.metres in RADII else circle.metres
        target = of_this_portal(near_target(circle.point, wish.metres, circle.label, circle.council))
    wish.fixed = target
    wish.targets.append(target)


def _search(wish: Wish) -> None:
    if not wish.q or "q" in wish.faults:
        return
    try:
        wish.targets.append(of_this_portal(search_target(wish.q)))
    except HoldsAddress:
        wish.faults["q"] = gettext("An alert cannot hold addresses of websites or mails.")
    except BadQuery as error:
        wish.faults["q"] = gettext(error.template, **error.params)


def _surroundings(wish: Wish) -> None:
    if not wish.place:
        return
    spots = resolved(session(), wish.place, sources_here())
    by_source = {one.source_id: one for one in councils()}
    here = [spot for spot in spots if not wish.town or _slug(by_source, spot) == wish.town]
    if len(here) == 1:
        spot = here[0]
        label = f"{spot.street.name} {spot.number or spot.asked_number}".strip()
        metres = wish.metres if wish.metres in RADII else RADIUS
        wish.targets.append(of_this_portal(near_target(spot.point, metres, label)))
    elif spots:
        wish.towns = [by_source[one.street.source_id] for one in spots if one.street.source_id in by_source]
        wish.faults["place"] = gettext("Several towns have such a street. Which one is yours?")
    else:
        wish.suggested = spelled_like(wish.place)
        wish.faults["place"] = gettext("We do not know this street. Type the street and the house number.")


def _slug(by_source: Mapping[int, Council], spot: Spot) -> str:
    council = by_source.get(spot.street.source_id)
    return council.slug if council else ""


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise
