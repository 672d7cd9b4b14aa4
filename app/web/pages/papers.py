"""Papers: the list, and each with its state, its way through the organizations, its files and its changes."""

import logging
from collections.abc import Collection, Sequence

from flask import Blueprint, render_template

from app.models import File, OParlObject, Organization, Paper
from app.queries import papers as queries
from app.queries.minutes import quotes_of
from app.queries.organizations import organization_by_key
from app.queries.paths import NO_PATH, Path, Station, consultation_paths
from app.queries.people import person_by_key
from app.queries.references import Reference, files_among, references
from app.queries.states import PaperState, Standing, is_preparing, state_of
from app.queries.suggestions import shown_records
from app.queries.weight import weigh
from app.web.i18n import gettext
from app.web.mentions import mentions_of
from app.web.pages.records import (
    Choice,
    body_asked,
    by_count,
    by_title,
    council_choice,
    found,
    history_of,
    lookup,
    organization_choice,
    organizations_offered,
    origin,
    page_number,
    pager,
    record_asked,
    words_asked,
    year_asked,
)
from app.web.paper_facts import duration_words, facts_of
from app.web.site import session, site
from search import SearchError

papers = Blueprint("papers", __name__)
log = logging.getLogger(__name__)
SIMILAR = 5


@papers.get("/papers", strict_slashes=False)
def index() -> str:
    """Show papers, newest first, narrowed to what is asked for."""
    db = session()
    organization = record_asked("organization", organization_by_key)
    originator = record_asked("originator", person_by_key, organization_by_key)
    wanted = queries.PaperFilter(
        paper_type=words_asked("type"),
        body=body_asked(),
        organization=organization.id if organization else None,
        originator=originator.id if originator else None,
        year=year_asked(),
        street=words_asked("street", 80),
    )
    listed = queries.papers(db, wanted, page=page_number())
    return render_template(
        "papers/index.html",
        section="papers",
        papers=listed,
        pager=pager(listed),
        paths=consultation_paths(db, [paper.id for paper in listed.rows]),
        no_path=NO_PATH,
        choices=_choices(wanted, organization, originator),
    )


@papers.get("/papers/<key>")
def show(key: str) -> str:
    """Show a paper."""
    db = session()
    paper = found(lookup(queries.paper_by_key, key))
    references_here = references(db, [paper.id]).get(paper.id, {})
    files = queries.main_first(paper, files_among(references_here))
    related = queries.related_papers(db, paper, references_here)
    similar = _similar(paper, files, {one.target.id for linked in related.values() for one in linked})
    beside = [one.target.id for linked in related.values() for one in linked if one.here]
    paths = consultation_paths(db, [paper.id, *beside, *(other.id for other in similar)])
    path = paths.get(paper.id, NO_PATH)
    standing = state_of(path)
    resolution = _resolution(path, standing)
    mentions = mentions_of(db, paper, files)
    return render_template(
        "papers/paper.html",
        section="papers",
        paper=paper,
        path=path,
        standing=standing,
        undecided=standing.open and not any(station.minuted for station in path.stations),
        references=references_here,
        files=files,
        facts=facts_of(paper, path, standing, files),
        weight=weigh(path, mentions.largest),
        duration=duration_words(paper, path, standing),
        resolution=resolution,
        resolution_heading=_resolution_heading(resolution, standing) if resolution else "",
        quotes=quotes_of(db, paper.id),
        related=related,
        similar=similar,
        paths=paths,
        mentions=mentions,
        history=history_of(paper, [*(file.target.id for file in files), *_along(path)]),
        **origin(paper),
    )


def _similar(paper: Paper, files: Sequence[Reference], known: Collection[str]) -> list[OParlObject]:
    """Return other papers than the known ones that share rare words with this one and its main file, or whose files do.

    None while the index is away.
    """
    texts = (file.target.blob_sha256 for file in files if isinstance(file.target, File))
    try:
        found = site().index.related(paper.id, SIMILAR, text_key=next(filter(None, texts), ""))
    except SearchError as error:
        log.warning("Similar papers could not be asked for: %s", error)
        return []
    rows = shown_records(session(), [(hit.kind, hit.group) for hit in found if hit.group not in known])
    return [rows[hit.group] for hit in found if hit.group in rows][:SIMILAR]


def _choices(
    wanted: queries.PaperFilter, organization: Organization | None, originator: OParlObject | None
) -> list[Choice]:
    db = session()
    brought_in = Choice(
        "originator",
        gettext("Brought in by"),
        by_title([originator] if originator else []),
        originator.key if originator else "",
        hidden=True,
    )
    named = wanted.street or ""
    street = Choice("street", gettext("Street"), [(named, named)], named, hidden=True)
    types, years = queries.paper_types(db, wanted), queries.paper_years(db, wanted)
    return [
        *([brought_in] if originator else []),
        *([street] if wanted.street else []),
        Choice("type", gettext("Kind"), by_count(types, wanted.paper_type), wanted.paper_type or ""),
        Choice("year", gettext("Year"), by_count(years, wanted.year), str(wanted.year or "")),
        organization_choice(organizations_offered(organization), organization),
        *council_choice(),
    ]


def _along(path: Path) -> list[str]:
    """Return the ids of what a paper's way consists of; of closed doors nothing."""
    stations = [station for station in path.stations if not station.private]
    consultations = [station.consultation.id for station in stations]
    return consultations + [station.agenda_item.id for station in stations if station.agenda_item]


def _resolution(path: Path, standing: PaperState) -> Station | None:
    """Return the station whose wording is quoted: the decision, or else the last that gives one."""
    worded = [s for s in path.stations if s.agenda_item and (s.agenda_item.resolution_text or "").strip()]
    return next((s for s in worded if s is standing.station), None) or next(reversed(worded), None)


def _resolution_heading(station: Station, standing: PaperState) -> str:
    """Return what stands above the wording: advice is no decision, nor is anything certain that the minutes deny."""
    if station.contradicting:
        return gettext("Wording in the council's system")
    if is_preparing(station) and not (station is standing.station and standing.standing is Standing.DECIDED):
        return gettext("Last recommendation in full")
    return gettext("What was resolved") if station is standing.station else gettext("Last resolution in full")
