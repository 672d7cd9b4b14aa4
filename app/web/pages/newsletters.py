"""The newsletter of a council or a committee as a page: the next one as far as it goes, and those that went out."""

from flask import Blueprint, abort, render_template, request

from app.alerts.newsletters import closes_after, issue_told, issues_of, next_issue
from app.alerts.targets import BODY, NEWSLETTER, ORGANIZATION, Target, TargetError, read_target
from app.db import now
from app.models import Body, NewsletterIssue, Organization
from app.web.councils import council_of, narrow
from app.web.i18n import language
from app.web.prose import html
from app.web.record_words import record_title
from app.web.site import session

newsletters = Blueprint("newsletters", __name__)


@newsletters.get("/newsletter/<any(body, organization):kind>/<key>")
def show(kind: str, key: str) -> str:
    """Show a newsletter: the next one, or that of a week."""
    try:
        target = read_target(session(), f"{NEWSLETTER}:{kind}:{key}")
    except TargetError:
        abort(404)
    db, moment = session(), now()
    former = issues_of(db, target)
    asked = request.args.get("week")
    chosen = next((one for one in former if one.week == asked), None) if asked else None
    if asked and chosen is None:
        abort(404)
    told = issue_told(db, chosen, language()) if chosen else next_issue(db, target, language(), moment)
    return render_template(
        "newsletter/newsletter.html",
        target=f"{kind}:{key}",
        name=_name(target.inner),
        page=f"/councils/{key}" if kind == BODY else f"/organizations/{key}",
        kind=kind,
        issue=told,
        intro=html(told.intro) if told and told.intro else "",
        chosen=chosen,
        others=[one for one in former if one is not chosen],
        next=closes_after(moment),
        weeks=_weeks,
    )


def _name(target: Target) -> str:
    """Return what it is the newsletter of, and let the page be its council's."""
    if target.kind == ORGANIZATION:
        organization = session().get(Organization, target.value) or abort(404)
        narrow(council_of(organization.body_id))
        return record_title(organization)
    council = council_of(target.value)
    narrow(council)
    body = session().get(Body, target.value)
    return council.name if council else (body.name if body else None) or abort(404)


def _weeks(issue: NewsletterIssue) -> str:
    """Return the address of the newsletter of a week, on the page of all of them."""
    return f"?week={issue.week}"
