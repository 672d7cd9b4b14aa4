"""The first page: one search field, the line of meetings, and what is new."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.db import now
from app.models import Source
from app.queries.home import corpus, latest_decisions, latest_papers, meetings_around, news_counts
from app.queries.paths import NO_PATH, consultation_paths
from app.queries.subjects import subjects
from app.web.councils import council_asked, only_council
from app.web.filters import local, number
from app.web.i18n import ngettext
from app.web.site import session
from app.web.state import remembered

home = Blueprint("home", __name__)

# What the page counts as news, in this order; ngettext has to see both forms as they stand.
NEWS: tuple[tuple[tuple[str, str], Callable[[int], str]], ...] = (
    (("Paper", "created"), lambda n: ngettext("new paper", "new papers", n)),
    (("File", "created"), lambda n: ngettext("new file", "new files", n)),
    (("Meeting", "created"), lambda n: ngettext("new meeting", "new meetings", n)),
    (("AgendaItem", "created"), lambda n: ngettext("new agenda item", "new agenda items", n)),
    (("Paper", "deleted"), lambda n: ngettext("withdrawn paper", "withdrawn papers", n)),
    (("File", "deleted"), lambda n: ngettext("withdrawn file", "withdrawn files", n)),
)


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
    paths = consultation_paths(db, [paper.id for paper in papers])
    counts = remembered("news", lambda: news_counts(db, moment))
    return render_template(
        "home/home.html",
        corpus=remembered("corpus", lambda: corpus(db)),
        examples=remembered("subjects", lambda: subjects(db, local(moment).date())),
        past=past,
        coming=coming,
        decisions=latest_decisions(db, moment),
        papers=[(paper, paths.get(paper.id, NO_PATH)) for paper in papers],
        news=[(number(counts[key]), label(counts[key])) for key, label in NEWS if counts.get(key)],
    )
