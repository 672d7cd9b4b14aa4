"""What is told of a paper in figures: how long it takes, who deals with it, how often it was put off."""

from collections.abc import Sequence
from datetime import date

from app.models import File, Paper
from app.queries.figures import Scope, sums
from app.queries.paths import Path
from app.queries.references import Reference
from app.queries.states import PaperState, Standing
from app.web.filters import held, local, number, today
from app.web.i18n import gettext, ngettext
from app.web.site import session
from app.web.state import remembered

YEARS = 3  # of decisions that say what is usual
REMEMBERED = 600  # seconds


def facts_of(paper: Paper, path: Path, standing: PaperState, files: Sequence[Reference]) -> list[tuple[str, str]]:
    """Return up to four numerals with their labels."""
    facts = []
    days = days_taken(paper, path, standing)
    if days is not None:
        label = ngettext("day since submission", "days since submission", days)
        if not standing.open:
            label = ngettext("day until the last station", "days until the last station", days)
        facts.append((number(days), label))
    bodies_met = {organization.id for station in path.stations for organization in station.organizations}
    if bodies_met:
        facts.append((number(len(bodies_met)), ngettext("organization", "organizations", len(bodies_met))))
    deferred = standing.deferred
    if deferred:
        facts.append((number(deferred), ngettext("time postponed", "times postponed", deferred)))
    if files:
        pages = sum((_blob_pages(file.target) for file in files), 0)
        label = ngettext("file", "files", len(files))
        if pages:
            label += ", " + held(ngettext("%(num)s page", "%(num)s pages", pages))
        facts.append((number(len(files)), label))
    return facts


def days_taken(paper: Paper, path: Path, standing: PaperState) -> int | None:
    """Return how long a matter takes or took; None where dates are missing or run backwards."""
    end = today()
    if not standing.open:
        last = path.last
        if last is None or last.start is None:
            return None
        end = local(last.start).date()
    days = (end - paper.date).days if paper.date else -1
    return days if days >= 0 else None


def duration_words(paper: Paper, path: Path, standing: PaperState) -> str:
    """Say how long it took beside what is usual there, "" where either is not known or nothing was decided."""
    if not (standing.open or standing.standing is Standing.DECIDED):
        return ""
    days, usual = days_taken(paper, path, standing), usual_days(paper.body_id, today())
    if days is None or usual is None:
        return ""
    usually = held(ngettext("%(num)s day", "%(num)s days", usual))
    if standing.open:
        taken = ngettext("Undecided for %(num)s day.", "Undecided for %(num)s days.", days)
    else:
        taken = ngettext("Decided after %(num)s day.", "Decided after %(num)s days.", days)
    half = gettext("Half of all decisions here take no longer than %(usual)s.")
    return f"{taken} {half % {'usual': usually}}"


def usual_days(body_id: str | None, day: date) -> int | None:
    """Return in how many days a council decided half of its papers in the last years; None where too few to say."""
    scope = Scope(body=body_id or "", first=day.year - YEARS)
    return remembered(f"usual days of {body_id}", lambda: sums(session(), scope).middle, REMEMBERED)


def _blob_pages(target: object) -> int:
    return (target.blob.page_count or 0) if isinstance(target, File) and target.blob else 0
