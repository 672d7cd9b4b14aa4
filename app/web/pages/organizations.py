"""Organizations: the list by kind, and each with its people, its meetings and its papers."""

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, render_template, request

from app.models import Organization
from app.queries import organizations as queries
from app.queries.became import became_of, decisions_of
from app.queries.councils import bodies_counts
from app.queries.meetings import past_meetings, upcoming_meetings
from app.queries.papers import PaperFilter, papers
from app.queries.paths import NO_PATH, consultation_paths
from app.queries.people import Belonging, members_of
from app.queries.references import rows_named
from app.web.councils import FEW, councils
from app.web.filters import today
from app.web.i18n import gettext
from app.web.pages.records import body_asked, council_choice, found, lookup, origin
from app.web.shares import shares
from app.web.site import session
from app.web.subscriptions import subscription

organizations = Blueprint("organizations", __name__)

MEETINGS, PAPERS = 5, 8


@organizations.get("/organizations", strict_slashes=False)
def index() -> str:
    """Show organizations by kind; those that ended only if asked for."""
    db, with_past = session(), request.args.get("past") == "1"
    body = body_asked()
    # Those of many councils are thousands: first the council, then its organizations.
    many = body is None and len(councils()) > FEW
    listed = [] if many else queries.organizations(db, body=body)
    held = bodies_counts(db) if many else {}
    past = [one for one in listed if queries.is_dissolved(one, today())]
    shown = listed if with_past else [one for one in listed if one not in past]
    groups: dict[str, list[Organization]] = {}
    for one in shown:
        groups.setdefault(one.organization_type or one.classification or gettext("Others"), []).append(one)
    counts = {} if many else queries.member_counts(db, today())
    return render_template(
        "organizations/index.html",
        section="organizations",
        groups=queries.in_order(groups, counts),
        counts=counts,
        past=past,
        with_past=with_past,
        day=today(),
        is_dissolved=queries.is_dissolved,
        choices=council_choice(),
        by_council=[(one, held.get(one.id, 0)) for one in councils()] if many else [],
    )


@organizations.get("/organizations/<key>")
def show(key: str) -> str:
    """Show an organization."""
    db = session()
    organization = found(lookup(queries.organization_by_key, key))
    members = members_of(db, organization)
    group = queries.is_group(organization)
    wanted = PaperFilter(originator=organization.id) if group else PaperFilter(organization=organization.id)
    listed = papers(db, wanted, size=PAPERS)
    now = [one for one in members if one.lasts(today())]
    return render_template(
        "organizations/organization.html",
        section="organizations",
        organization=organization,
        group=group,
        now=now,
        seats=_seats(now),
        counted=shares(became_of(db, organization.id) if group else decisions_of(db, organization.id)),
        coming=[one for one in members if not one.lasts(today()) and not one.is_over(today())],
        former=[one for one in members if one.is_over(today())],
        dissolved=queries.is_dissolved(organization, today()),
        parent=rows_named(db, Organization, [organization.sub_organization_of_id]),
        parts=queries.parts_of(db, organization),
        upcoming=upcoming_meetings(db, MEETINGS, organization=organization.id),
        past=past_meetings(db, MEETINGS, organization=organization.id),
        papers=listed,
        paths=consultation_paths(db, [paper.id for paper in listed.rows]),
        no_path=NO_PATH,
        subscription=subscription(f"/organizations/{organization.key}.ics"),
        **origin(organization),
    )


def _seats(members: Sequence[Belonging]) -> list[tuple[Organization, int]]:
    """Return the parties and groups that members sit for, in order of seats; nothing where one holds all of them."""
    groups = {one.on_behalf_of.id: one.on_behalf_of for one in members if isinstance(one.on_behalf_of, Organization)}
    people = {(one.membership.person_id, one.on_behalf_of.id) for one in members if one.on_behalf_of}
    held = Counter(group for _, group in people if group in groups)
    ordered = sorted(held.items(), key=lambda item: (-item[1], groups[item[0]].name or ""))
    return [(groups[group], count) for group, count in ordered] if len(ordered) > 1 else []
