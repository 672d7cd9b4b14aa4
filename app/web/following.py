"""The one way from a page to an alert: what is to be followed, as `app.alerts.targets` reads it in an address."""

from urllib.parse import urlencode

from flask import Flask

from app.alerts.targets import near_target
from app.geo import Point
from app.web.councils import councils, narrowed, only_council
from app.web.filters import phrase


def install(app: Flask) -> None:
    """Give templates the targets, and the address that follows one."""
    app.jinja_env.globals.update(
        follow_url=follow_url, searched=searched, named_place=named_place, circle=circle, has_newsletter=has_newsletter
    )


def follow_url(target: str) -> str:
    """Return the address of the form that begins to follow a target: `kind:value`."""
    return f"/alerts?{urlencode({'follow': target})}"


def searched(query: str) -> str:
    """Return a search as a target, of one council where the page is of one among several."""
    council = narrowed()
    if council is not None and only_council() is None and len(councils()) > 1 and "body:" not in query:
        query = f"{query} body:{council.slug}"
    return f"search:{query.strip()}"


def named_place(name: str) -> str:
    """Return the target of everything that is about a street or a place, by its name."""
    return searched(f"place:={phrase(name)}")


def circle(point: Point, metres: int, label: str) -> str:
    """Return the target of what is decided around a spot."""
    return near_target(point, metres, label).ref


def has_newsletter(group: bool, dissolved: bool) -> bool:
    """Whether an organization's meetings are worth a mail a week: a group brings in, and does not decide."""
    return not (group or dissolved)
