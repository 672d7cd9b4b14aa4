"""The first page: one search field, the line of meetings, what matters of what was decided, and what is new."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.db import now
from app.models import File, Meeting, Paper, Source
from app.queries.files import papers_of_files
from app.queries.headlines import Headline, headlines, ranked
from app.queries.home import corpus, latest_papers, meetings_around
from app.queries.meetings import meeting_rows
from app.queries.paths import NO_PATH, Path, consultation_paths
from app.queries.subjects import subjects
from app.queries.week import MODELS, News, news, rows_of
from app.web.councils import council_asked, narrowed, only_council
from app.web.filters import local, number
from app.web.i18n import gettext
from app.web.news_words import COUNTED, TITLES
from app.web.site import session
from app.web.state import remembered

home = Blueprint("home", __name__)

DECIDED, COMING = 5, 4
MINUTE = 60  # seconds
LISTED = 40  # of one kind on the page of the week


@home.get("/")
def index() -> str | Response:
    """Show the home page, or how to begin where nothing is mirrored yet; each council has its own."""
    council = council_asked()
    if council is not None and only_council() is None:
        return redirect(council.href, 302)
    db, moment = session(), now()
    if db.scalar(select(Source.id).limit(1)) is None:
        return render_template("home/first.html")
    past, coming = meetings_around(db, moment)
    papers = latest_papers(db, local(moment).date())
    decided, soon, paths = _headlines(moment, papers)
    counts = _news(moment)
    return render_template(
        "home/home.html",
        corpus=remembered("corpus", lambda: corpus(db)),
        examples=remembered("subjects", lambda: subjects(db, local(moment).date())),
        past=past,
        coming=coming,
        decisions=decided,
        soon=soon,
        papers=[(paper, paths.get(paper.id, NO_PATH)) for paper in papers],
        news=[(number(len(ids)), COUNTED[kind](len(ids)), f"/week#{kind}") for kind, ids in counts.items()],
    )


@home.get("/week", strict_slashes=False)
def week() -> str:
    """Show what is new of the last seven days, by kind."""
    council_asked()
    db = session()
    found = _news(now())
    lists = {kind: rows_of(db, kind, ids[:LISTED]) for kind, ids in found.items()}
    papers = [row for row in lists.get(News.PAPERS, ()) if isinstance(row, Paper)]
    files = [row for row in lists.get(News.FILES, ()) if isinstance(row, File)]
    meetings = [row for kind, rows in lists.items() if MODELS[kind] is Meeting for row in rows]
    return render_template(
        "home/week.html",
        section="week",
        watched=None if found else _watched_since(),
        found=[(kind, gettext(TITLES[kind]), len(ids), lists[kind]) for kind, ids in found.items()],
        paths=consultation_paths(db, [paper.id for paper in papers]),
        no_path=NO_PATH,
        belongs=papers_of_files(db, files),
        meetings={
            row.meeting.id: row for row in meeting_rows(db, [one for one in meetings if isinstance(one, Meeting)])
        },
    )


def _watched_since() -> datetime | None:
    """Return since when councils are read, where that is less than a week: what came before is no news to us."""
    first: datetime | None = session().scalar(select(func.min(Source.added_at)))
    return first if first and now() - first < timedelta(days=7) else None


def _headlines(moment: datetime, beside: Sequence[Paper]) -> tuple[list[Headline], list[Headline], dict[str, Path]]:
    """Return what was decided lately and what is decided soon, chosen once a minute and read anew each time; and paths,
    also of the papers beside them."""
    db = session()
    decided = remembered("decided", lambda: ranked(db, moment, coming=False, limit=DECIDED), MINUTE)
    coming = remembered("soon", lambda: ranked(db, moment, coming=True, limit=COMING), MINUTE)
    found, paths = headlines(db, (*decided, *coming), [paper.id for paper in beside], today=moment)
    ahead = {one.item_id for one in coming}
    return [one for one in found if one.item.id not in ahead], [one for one in found if one.item.id in ahead], paths


def _news(moment: datetime) -> dict[News, list[str]]:
    db, council = session(), narrowed()
    body = council.id if council else None
    return remembered(f"news of {body}", lambda: news(db, moment, body), MINUTE)
