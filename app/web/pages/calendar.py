"""The calendar: the meetings of one month."""

import re
from datetime import date

from flask import Blueprint, abort, render_template, request

from app.queries.meetings import meetings_of_month, months_around
from app.queries.organizations import organization_by_key, organizations
from app.web.filters import today
from app.web.i18n import gettext
from app.web.pages.records import Choice, organization_choice, record_asked
from app.web.site import session

calendar = Blueprint("calendar", __name__)

MONTH = re.compile(r"(\d{4})-(\d{2})")


@calendar.get("/calendar", strict_slashes=False)
def index() -> str:
    """Show the meetings of a month; of this one where none is named."""
    db = session()
    first = _month_asked()
    organization = record_asked("organization", organization_by_key)
    before, after = months_around(db, first.year, first.month)
    rows = meetings_of_month(db, first.year, first.month, organization=organization.id if organization else None)
    return render_template(
        "calendar/month.html",
        section="meetings",
        first=first,
        before=before,
        after=after,
        rows=rows,
        choices=[
            Choice("month", gettext("Month"), [], f"{first:%Y-%m}", hidden=True),
            organization_choice(organizations(db), organization),
        ],
    )


def _month_asked() -> date:
    asked = request.args.get("month")
    if not asked:
        return today().replace(day=1)
    found = MONTH.fullmatch(asked)
    if found is None or not (1 <= int(found[1]) <= 9998 and 1 <= int(found[2]) <= 12):
        abort(404)
    return date(int(found[1]), int(found[2]), 1)
