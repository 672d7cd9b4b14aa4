"""The calendar: the meetings of a month or of a week, as a table or as a list."""

import re
from datetime import date, timedelta

from flask import Blueprint, abort, render_template, request

from app.db import now
from app.models import OParlObject
from app.queries.calendar import Entry, entries_between, nearest_days
from app.queries.organizations import organization_by_key, organizations
from app.web.filters import today
from app.web.i18n import here
from app.web.pages.records import Choice, body_asked, council_choice, organization_choice, record_asked
from app.web.site import session
from app.web.spans import Span, days_words, grid, month_of, month_span, week_of, week_span
from app.web.subscriptions import Subscription, subscription

calendar = Blueprint("calendar", __name__)

VIEWS = ("month", "week", "list")
# Meetings of one day; a table with more is none any more. The list names them all.
MOST = {"month": 6, "week": 40}
MONTH, WEEK = re.compile(r"(\d{4})-(\d{2})"), re.compile(r"(\d{4})-W(\d{2})")
FIRST_YEAR, LAST_YEAR = 1, 9998  # the days around the last year of all have no names


@calendar.get("/calendar", strict_slashes=False)
def index() -> str:
    """Show the meetings of a month or a week; of the present one where none is named."""
    db, view = session(), _view_asked()
    span = week_span(_week_asked()) if view == "week" else month_span(_month_asked())
    body, organization = body_asked(), record_asked("organization", organization_by_key)
    asked = {"organization": organization.id if organization else None, "body": body}
    days = [] if view == "list" else grid(span)
    first, end = (days[0][0], days[-1][-1] + timedelta(days=1)) if days else (span.first, span.end)
    entries, left = entries_between(db, first, end, most=MOST.get(view), **asked)
    inside = [one for one in entries if span.holds(one.day)]
    by_day: dict[date, list[Entry]] = {}
    for one in entries:
        by_day.setdefault(one.day, []).append(one)
    return render_template(
        "calendar/calendar.html",
        section="meetings",
        robots=None if inside else "noindex",  # and no way on beyond the first and the last: time has no end
        view=view,
        views=_views(span),
        span=span,
        weeks=days,
        by_day=by_day,
        left=left,
        listed=inside,
        nearest=(None, None) if inside else nearest_days(db, span.first, span.end, **asked),
        moment=now(),
        today=today(),
        days_words=days_words,
        week_of=week_of,
        month_of=month_of,
        choices=_choices(body, organization),
        subscription=_subscription(body, organization),
    )


def _view_asked() -> str:
    view = request.args.get("view", "month")
    return view if view in VIEWS else "month"


def _month_asked() -> date:
    asked = request.args.get("month")
    if not asked:
        return today().replace(day=1)
    found = MONTH.fullmatch(asked)
    if found is None or not (FIRST_YEAR <= int(found[1]) <= LAST_YEAR and 1 <= int(found[2]) <= 12):
        abort(404)
    return date(int(found[1]), int(found[2]), 1)


def _week_asked() -> date:
    asked = request.args.get("week")
    if not asked:
        return today() - timedelta(days=today().weekday())
    found = WEEK.fullmatch(asked)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        abort(404)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:  # not every year has a week 53
        abort(404)


def _views(span: Span) -> dict[str, str]:
    """Return the address of each view of the same days."""
    present = span.holds(today()) or span.month == today().replace(day=1)
    month, week = (None, None) if present else (month_of(span.month), span.week)
    return {
        "month": here(view=None, week=None, month=month),
        "week": here(view="week", month=None, week=week),
        "list": here(view="list", week=None, month=month),
    }


def _choices(body: str | None, organization: OParlObject | None) -> list[Choice]:
    """Return the filters; the organizations of one council, or there are thousands."""
    of = body or (organization.body_id if organization else None)
    choices = council_choice()
    if of is not None or not choices:
        choices.append(organization_choice(organizations(session(), body=of), organization))
    return choices


def _subscription(body: str | None, organization: OParlObject | None) -> Subscription:
    if organization is not None:
        return subscription(f"/organizations/{organization.key}.ics")
    return subscription("/calendar.ics", body=request.args.get("body") if body else None)
