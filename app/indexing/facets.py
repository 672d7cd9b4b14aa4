"""What documents can be narrowed by that no row of theirs says: results, places, originators, kinds of file."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.documents.formats import ending_of
from app.facts import Kind, street_of
from app.facts.minutes import Result
from app.indexing.lookups import AT_ONCE, Names, chunks, organizations, people
from app.models import AgendaItem, File, Mention, Paper
from app.queries.minutes import OUTCOMES, Minuted, minuted
from app.queries.outcomes import Outcome, outcome_of
from app.queries.states import Standing, states_of

MOST_PLACES = 50  # of one document: more is a list of all streets, which is about none of them
Authors = Mapping[str, tuple[list[str], list[str]]]  # people and organizations by paper id
_RESULTS = {
    Outcome.ACCEPTED: Result.ADOPTED,
    Outcome.AMENDED: Result.ADOPTED,
    Outcome.REJECTED: Result.REJECTED,
    Outcome.POSTPONED: Result.DEFERRED,
    Outcome.REFERRED: Result.REFERRED,
    Outcome.NOTED: Result.NOTED,
}
_STANDINGS = {
    Standing.DEFERRED: Result.DEFERRED,
    Standing.REFERRED: Result.REFERRED,
    Standing.WITHDRAWN: Result.WITHDRAWN,
}


def results_of_papers(session: Session, papers: Sequence[Paper]) -> Names:
    """Return what became of papers in the end, by id: as the source says, or else as its minutes do."""
    found: Names = {}
    for paper_id, state in states_of(session, papers).items():
        station = state.station
        if state.outcome in _RESULTS:
            found[paper_id] = [_RESULTS[state.outcome]]
        elif state.standing in _STANDINGS:
            found[paper_id] = [_STANDINGS[state.standing]]
        elif station is not None and station.outcome is None:
            found[paper_id] = _minuted(station.minuted)
    return found


def results_of_items(session: Session, items: Iterable[AgendaItem]) -> Names:
    """Return the same of agenda items."""
    stated = {item.id: outcome_of(item.result) for item in items}
    read = minuted(session, [item_id for item_id, outcome in stated.items() if outcome is None])
    return {
        item_id: [_RESULTS[outcome]] if outcome in _RESULTS else _minuted(read.get(item_id, ()))
        for item_id, outcome in stated.items()
    }


def originators(session: Session, ids: Collection[str]) -> Authors:
    """Return the people and the organizations that brought in papers, by id."""
    persons = people(session, ids, {"originatorPerson"})
    parties = organizations(session, ids, {"originatorOrganization"})
    return {one: (persons.get(one, []), parties.get(one, [])) for one in persons.keys() | parties.keys()}


def streets(session: Session, shas: Collection[str]) -> Names:
    """Return the streets that texts name, by their hash, the most frequent first."""
    found: Names = {}
    for chunk in chunks(shas, AT_ONCE):
        counted = (
            select(Mention.sha256, func.min(func.coalesce(Mention.label, Mention.value)), func.count().label("times"))
            # SQLite would rather read all streets of all texts: of 100,000 files 1.4 s for each 500 of them, not 0.03.
            .where(Mention.sha256.in_(chunk), Mention.kind.concat("") == Kind.PLACE)
            .group_by(Mention.sha256, Mention.value)
            .order_by(Mention.sha256, func.count().desc(), Mention.value)
        )
        for sha256, name, _ in session.execute(counted):
            names = found.setdefault(sha256, [])
            if len(names) < MOST_PLACES:
                names.append(street_of(name) or name)
    return found


def file_type(row: File) -> list[str]:
    """Return what kind of file it is: pdf, docx, …; by its bytes where they were fetched."""
    media_type = (row.blob.media_type if row.blob else None) or row.mime_type or ""
    ending = ending_of(media_type.partition(";")[0].strip().lower())
    return [ending.lstrip(".")] if ending else []


def _minuted(read: Iterable[Minuted]) -> list[str]:
    kinds = {_RESULTS.get(OUTCOMES[one.result], one.result) for one in read}
    return [kinds.pop()] if len(kinds) == 1 else []  # minutes that contradict each other decide nothing
