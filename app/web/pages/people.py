"""People: the list, and each with where they belong or belonged and what they brought in."""

from collections.abc import Sequence

from flask import Blueprint, render_template

from app.models import Organization, Person
from app.queries import people as queries
from app.queries.became import became_of
from app.queries.meetings import attended, meetings_with
from app.queries.papers import PaperFilter, papers
from app.queries.paths import NO_PATH, consultation_paths
from app.web.filters import today
from app.web.i18n import gettext
from app.web.pages.records import body_asked, council_choice, found, lookup, origin, page_number, pager, words_asked
from app.web.shares import shares
from app.web.site import session
from app.web.subscriptions import subscription
from app.web.timelines import timeline

people = Blueprint("people", __name__)

PAPERS, MEETINGS = 10, 5


@people.get("/people", strict_slashes=False)
def index() -> str:
    """Show people by family name."""
    db = session()
    letter, body = words_asked("letter", 1), body_asked()
    listed = queries.people(db, letter=letter, body=body, page=page_number())
    return render_template(
        "people/index.html",
        section="people",
        people=listed,
        posts=queries.current_posts(db, list(listed.rows), today()),
        letters=queries.people_letters(db, body),
        letter=letter,
        pager=pager(listed),
        choices=council_choice(),
    )


@people.get("/people/<key>")
def show(key: str) -> str:
    """Show a person."""
    db = session()
    person = found(lookup(queries.person_by_key, key))
    memberships = queries.memberships_of(db, person)
    brought_in = papers(db, PaperFilter(originator=person.id), size=PAPERS)
    return render_template(
        "people/person.html",
        section="people",
        person=person,
        memberships=memberships,
        current=[one for one in memberships if one.lasts(today())],
        timeline=timeline(memberships, today()),
        papers=brought_in,
        paths=consultation_paths(db, [paper.id for paper in brought_in.rows]),
        no_path=NO_PATH,
        became=shares(became_of(db, person.id)) if brought_in.total else [],
        upcoming=meetings_with(db, _sits_in(memberships), MEETINGS),
        subscription=subscription(f"/people/{person.key}.ics"),
        attended=attended(db, person.id, MEETINGS),
        contact=_contact(person),
        **origin(person),
    )


def _contact(person: Person) -> list[tuple[str, list[str]]]:
    """Return how a person is reached: only what the operator decided to take in stands there at all."""
    named = ((gettext("Mail address"), "email"), (gettext("Telephone"), "phone"))
    said = ((word, person.raw.get(name)) for word, name in named)
    return [(word, value if isinstance(value, list) else [str(value)]) for word, value in said if value]


def _sits_in(memberships: Sequence[queries.Belonging]) -> list[str]:
    """Return the ids of the organizations that a person belongs to today."""
    current = (one.organization for one in memberships if one.lasts(today()))
    return [one.id for one in current if isinstance(one, Organization)]
