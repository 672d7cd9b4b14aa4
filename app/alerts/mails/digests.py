"""The weekly newsletter of a council or a committee: composed from the news of a week, the same for all who get it.

What happened lies between two numbers of the log; it is said in words when it is asked for, from the records as they
are then. `app.alerts.newsletters` keeps the numbers, and owes the mails.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import markdown
from app.alerts.mails.gatherings import Gathering, Gatherings, gatherings
from app.alerts.targets import BODY, ORGANIZATION, Target, describe
from app.alerts.telling.lines import Line, lines
from app.alerts.telling.naming import plain
from app.models import AgendaItem, Body, News, NewsRef, Organization
from app.models.news import CHANGED, DECIDED, NEW, WITHDRAWN
from app.queries.minutes import minuted
from app.queries.outcomes import Outcome, is_advice, outcome_of
from app.queries.paths import NO_PATH, consultation_paths
from app.queries.weight import is_routine, weights
from app.shown import shown
from app.speech import Voice, held, written
from app.standing import ADVICE, OUTCOMES
from app.translations import N_

NEAR: Final = timedelta(days=7)  # a meeting within them is told of, even where nothing else happened
READ: Final = 1_000  # pieces of news of one issue, the newest: a server that names everything anew is no news
LISTED: Final = 8  # in each part; the rest is counted, and linked
OTHERS: Final = N_("Other results")
_NARROWED: Final = {BODY: "body", ORGANIZATION: "organization"}
# What else is told, in this order.
_ORDER: Final = {name: place for place, name in enumerate(("Meeting", "Paper", "Person", "Organization", "File"))}


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what happened: how many it is, the first of them, in figures, and where all are."""

    total: int = 0
    lines: tuple[Line, ...] = ()
    figures: str = ""
    url: str = ""
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    """One newsletter, in one language; `intro` is the operator's Markdown, `span` the days of its week, `page` its own
    address: both only of one that went out."""

    name: str
    kind: str
    url: str
    ahead: Gatherings
    decided: Part
    papers: Part
    others: Part
    meetings_url: str
    base_url: str = ""
    intro: str = ""
    span: str = ""
    page: str = ""

    @property
    def intro_html(self) -> Markup:
        """What the operator wrote, as HTML; addresses of this portal in it are made whole, as mails need them."""
        rendered = markdown.html(self.intro).replace('<a href="/', f'<a href="{escape(self.base_url)}/')
        return Markup(rendered)  # noqa: S704 - escaped by the renderer

    @property
    def intro_text(self) -> str:
        """The same as plain text."""
        return markdown.text(self.intro.replace("](/", f"]({self.base_url}/"))

    @property
    def meetings(self) -> tuple[Gathering, ...]:
        """The next meetings."""
        return self.ahead.shown


def compose(
    session: Session,
    target: Target,
    language: str,
    since_seq: int,
    until_seq: int,
    moment: datetime,
    *,
    base_url: str = "",
    intro: str = "",
) -> Issue | None:
    """Return the newsletter of a council or an organization; None where nothing happened, or it is not here any more.

    What happened is the news after `since_seq` up to `until_seq`; what comes next is seen from `moment`.
    """
    voice, target = Voice(language), target.inner
    if not _is_here(session, target):
        return None
    news = _news(session, target, since_seq, until_seq)
    said = lines(session, news, language, base_url)
    told = [_Told(one, said[one.key]) for one in news if one.key in said]
    issue = _issue(session, target, voice, told, moment, base_url)
    soon = any(one.start and one.start <= moment + NEAR for one in issue.meetings)
    if not (issue.decided.total or issue.papers.total or issue.others.total or soon):
        return None
    return replace(issue, intro=intro)


def span(voice: Voice, closed: date) -> str:
    """Return the week before a day, "20. bis 27. November"."""
    begun = closed - NEAR
    german = voice.formats == "de"
    day, whole = ("d.", "d. MMMM") if german else ("d", "d MMMM")
    since = written(begun, day if begun.month == closed.month else whole, voice.formats)
    until = written(closed, whole, voice.formats)
    return plain(voice.gettext("%(since)s to %(until)s", since=since, until=until))


def _is_here(session: Session, target: Target) -> bool:
    if target.kind == BODY:
        body = session.get(Body, target.value)
        return body is not None and not body.deleted
    query = select(Organization.id).where(Organization.id == target.value, shown(Organization))
    return target.kind == ORGANIZATION and session.scalar(query) is not None


def _news(session: Session, target: Target, since: int, until: int) -> Sequence[News]:
    """Return what is told in a newsletter: of one record that changed several times the last change alone."""
    query = (
        select(News)
        .join(NewsRef, NewsRef.news_id == News.id)
        .where(NewsRef.ref == target.ref, News.seq > since, News.seq <= until)
        .where(News.kind.in_((NEW, CHANGED, DECIDED, WITHDRAWN)))
        .order_by(News.seq.desc(), News.id.desc())
    )
    found: dict[tuple[str, str], News] = {}
    for one in session.scalars(query.limit(READ)):
        found.setdefault((one.kind, one.object_id), one)
    fresh = {object_id for kind, object_id in found if kind == NEW}
    gone = {object_id for kind, object_id in found if kind == WITHDRAWN}
    # What came and went within the week was never told; what came and changed is new.
    return [
        one for one in found.values() if not (one.object_id in fresh and (one.kind == CHANGED or one.object_id in gone))
    ]


def _issue(
    session: Session,
    target: Target,
    voice: Voice,
    told: Sequence["_Told"],
    moment: datetime,
    base_url: str,
) -> Issue:
    described = describe(session, target, voice)
    ahead = gatherings(session, target, voice, moment, base_url)
    decided = [one for one in told if one.news.kind == DECIDED]
    settled = {one.news.matter_id for one in decided}
    papers = [one for one in told if _is_paper(one) and one.news.object_id not in settled]
    own = base_url + "/{}?" + urlencode({_NARROWED[target.kind]: described.path.rpartition("/")[2]})
    page = base_url + described.path
    return Issue(
        name=described.name,
        kind=described.kind,
        url=page,
        ahead=ahead,
        decided=_part(
            _weightiest(session, decided, moment), own.format("meetings"), _outcomes(session, decided, voice)
        ),
        papers=_part(_weightiest(session, papers, moment), own.format("papers")),
        others=_part(_others(told, ahead), page),
        meetings_url=own.format("calendar"),
        base_url=base_url,
    )


def _part(told: Sequence["_Told"], url: str, figures: str = "") -> Part:
    """Return a part; of one matter that two organizations decided about is told in one place."""
    places: dict[str, list[Line]] = {}
    for one in told:
        places.setdefault(one.line.url if one.news.kind == DECIDED else one.news.key, []).append(one.line)
    listed = list(places.values())[:LISTED]
    rest = len(told) - sum(map(len, listed))
    return Part(len(told), tuple(map(_together, listed)), figures if len(told) > 1 else "", url, rest)


def _together(several: Sequence[Line]) -> Line:
    by_day = sorted(several, key=lambda one: one.decided or date.min)
    said = dict.fromkeys(sentence for one in by_day for sentence in one.said)
    return replace(by_day[-1], said=tuple(said))


@dataclass(frozen=True, slots=True)
class _Told:
    """A piece of news with what is said of it."""

    news: News
    line: Line


def _others(told: Sequence[_Told], ahead: Gatherings) -> list[_Told]:
    """Return what is neither a decision nor a new paper, what moves a reader's plans first."""
    papers = {one.news.object_id for one in told if _is_paper(one)}
    meetings = {one.url for one in ahead.shown}
    found = [
        one
        for one in told
        if one.news.kind in (CHANGED, WITHDRAWN)
        or (one.news.kind == NEW and one.news.object_type in _ORDER and one.news.matter_id not in papers)
    ]
    # A meeting that is new stands above; that a person's record came says nothing without an office.
    found = [one for one in found if one.line.url not in meetings or one.news.kind != NEW]
    found = [one for one in found if one.line.said or (one.news.kind, one.news.object_type) != (NEW, "Person")]
    return sorted(found, key=lambda one: (one.news.kind == NEW, _ORDER.get(one.news.object_type, len(_ORDER))))


def _is_paper(told: _Told) -> bool:
    return told.news.kind == NEW and told.news.object_type == "Paper"


def _weightiest(session: Session, told: Sequence[_Told], moment: datetime) -> list[_Told]:
    """Return news about papers with the weightiest first; what stands on every agenda comes last."""
    ids = {one.news.matter_id or one.news.object_id for one in told}
    paths = consultation_paths(session, ids, today=moment)
    weighed = weights(session, {one: paths.get(one, NO_PATH) for one in paths})

    def points(one: _Told) -> int:
        weight = weighed.get(one.news.matter_id or one.news.object_id)
        return -1 if weight is None or is_routine(one.line.title) else weight.points

    return sorted(told, key=points, reverse=True)


def _outcomes(session: Session, told: Sequence[_Told], voice: Voice) -> str:
    """Return results in figures, "Beschlossen: 9, Vertagt: 2", the most frequent first."""
    ids = [one.news.object_id for one in told]
    items = session.execute(select(AgendaItem.id, AgendaItem.result).where(AgendaItem.id.in_(ids))).all()
    said = minuted(session, [item_id for item_id, result in items if not (result or "").strip()])
    counted: Counter[str] = Counter()
    for item_id, result in items:
        read = said.get(item_id, ())
        outcome = outcome_of(result) or (read[0].outcome if len(read) == 1 else None)
        advice = is_advice(result) or any(one.advised for one in read)
        words = ADVICE if advice and outcome in ADVICE else OUTCOMES
        counted[words.get(outcome or Outcome.OTHER, OTHERS)] += 1
    return ", ".join(held(f"{voice.gettext(word)}: {count}") for word, count in counted.most_common())
