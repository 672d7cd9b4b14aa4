"""What figures say in words: the finding above each, how it is read, and how it was counted."""

from collections.abc import Sequence
from datetime import date

from app.queries.figures import ADOPTED, DEFERRAL, MEETING, PAPER, Sums
from app.web.filters import held, month_of, number
from app.web.i18n import N_, gettext, ngettext

FEW = 10  # of which nothing more is said than how many there are
OUTCOMES = {
    "accepted": N_("Adopted"),
    "amended": N_("Adopted with changes"),
    "rejected": N_("Rejected"),
    "noted": N_("Taken note of"),
    "withdrawn": N_("Withdrawn"),
    "private": N_("Decided in private"),
    "open": N_("No decision known"),
}
METHODS = {
    "papers": N_(
        "Every paper counts once, in the month of its own date, whenever it was published. Adopted are papers whose "
        "last binding station ended so, as their page says. Withdrawn papers that are taken back by the council are "
        "not counted."
    ),
    "results": N_(
        "Every paper counts once, by where it stands today, as its page says. “No decision known” also holds papers "
        "whose decision the council has not published."
    ),
    "duration": N_(
        "Days from the paper's own date to the meeting that decided it, counted in the year of the decision. Papers "
        "that were only taken note of, and dates that run backwards, are left out. The middle is the median: single "
        "very long cases do not move it. We name it from five decisions on."
    ),
    "deferrals": N_(
        "Every time counts: a paper that was postponed twice counts twice, in the month of the meeting. We read it "
        "from the council's own words, such as “vertagt” or “zurückgestellt”."
    ),
    "meetings": N_("Every meeting with a date counts, planned ones too. A cancelled meeting stays in the count."),
    "committees": N_(
        "A paper counts in every organization that had it on an agenda, a decision only where it was made. So the "
        "rows add up to more than there are papers."
    ),
    "parties": N_(
        "Papers that name the group as originator. What a single member brings in alone is not counted for the group. "
        "Seats are today's members as the council publishes them."
    ),
    "councils": N_(
        "Every paper counts once, in the year of its own date. Councils publish different kinds of papers, and not "
        "all years: many papers do not mean that a council does more."
    ),
    "search": N_(
        "Documents that a search finds, by the year of the paper or meeting they belong to: titles, files, agenda "
        "items. A paper with three files can count four times. Older years often have fewer documents."
    ),
}


def outcome_words(outcome: str) -> str:
    """Return the word for what became of a paper."""
    return gettext(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome


def period_words(year: int, month: int) -> str:
    """Return "März 2026", or "2026" where months are not told apart."""
    return month_of(date(year, month, 1)) if month else str(year)


def short_period(year: int, month: int, *, several: bool) -> str:
    """Return what stands below a column: "3/26", "3" within one year, or "2026"."""
    if not month:
        return str(year)
    return f"{month}/{year % 100:02}" if several else str(month)


def papers_finding(sums: Sums, monthly: bool) -> str:
    """Say when the most papers came."""
    total, found = sums.of(PAPER), sums.by(PAPER, monthly=monthly)
    most = max(found.values(), default=0)
    # Where two are equal, or all are few, none stands out.
    if total < FEW or sum(count == most for count in found.values()) > 1:
        return ngettext("%(num)s paper in this time", "%(count)s papers in this time", total, count=number(total))
    year, month = max(found, key=lambda one: found[one])
    values = {"when": period_words(year, month), "count": held(number(most))}
    if month:
        return gettext("The most papers came in %(when)s: %(count)s", **values)
    return gettext("%(when)s brought the most papers: %(count)s", **values)


def results_finding(sums: Sums) -> str:
    """Say how many papers were adopted."""
    total = sums.of(PAPER)
    if not total:
        return gettext("No papers in this time")
    part = sums.of(PAPER, *ADOPTED)
    return ngettext(
        "%(part)s of %(num)s paper was adopted",
        "%(part)s of %(total)s papers were adopted",
        total,
        part=number(part),
        total=number(total),
    )


def duration_finding(sums: Sums) -> str:
    """Say how long it takes, where there are enough cases to say so."""
    if sums.middle is None:
        count = len(sums.days)
        if not count:
            return gettext("No decision with a known duration in this time")
        return ngettext(
            "%(num)s decision: too few to say how long it takes",
            "%(num)s decisions: too few to say how long it takes",
            count,
        )
    return ngettext(
        "Half of the decisions came within %(num)s day",
        "Half of the decisions came within %(days)s days",
        sums.middle,
        days=number(sums.middle),
    )


def deferrals_finding(sums: Sums, most: Sequence[tuple[str, int]]) -> str:
    """Say how often papers were postponed, and by whom most often where one stands out."""
    total = sums.of(DEFERRAL)
    if not total:
        return gettext("No paper was postponed in this time")
    if total >= FEW and len(most) > 1 and most[0][1] > most[1][1]:
        return gettext(
            "%(count)s times a paper was postponed, most often in: %(name)s", count=number(total), name=most[0][0]
        )
    return ngettext(
        "%(num)s time a paper was postponed", "%(count)s times a paper was postponed", total, count=number(total)
    )


def meetings_finding(sums: Sums) -> str:
    """Say how many meetings there were, and how many were called off."""
    total, cancelled = sums.of(MEETING), sums.of(MEETING, "cancelled")
    words = ngettext("%(num)s meeting", "%(count)s meetings", total, count=number(total))
    if not total:
        return gettext("No meeting in this time")
    if not cancelled:
        return gettext("%(meetings)s, none cancelled", meetings=words)
    return gettext("%(meetings)s, %(count)s of them cancelled", meetings=words, count=number(cancelled))


def committees_finding(most: Sequence[tuple[str, int]]) -> str:
    """Say who deals with the most papers."""
    if len(most) > 1 and most[0][1] >= FEW and most[0][1] > most[1][1]:
        return gettext("The most papers are dealt with in: %(name)s", name=most[0][0])
    return gettext("What the organizations deal with")
