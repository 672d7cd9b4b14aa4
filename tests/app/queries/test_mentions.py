"""A number means a paper only where exactly one has it; the streets, sums and dates of a paper are counted once."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.db import writing
from app.facts import Kind
from app.indexing.files import file_documents
from app.models import Blob, File, Paper
from app.queries.files import page_read, page_texts
from app.queries.mentions import Files, cited_by, citing, held_files, named_in, spans
from app.queries.papers import PaperFilter, papers
from app.queries.references import files_among, references
from oparl_sync import facts
from oparl_sync.progress import Progress
from tests import factories


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def files_of(session: Session, paper: Paper) -> Files:
    return held_files(paper, files_among(references(session, [paper.id]).get(paper.id, {})))


def saved(engine: Engine, *rows: Any) -> None:
    """Write rows, and look through their texts."""
    factories.save(engine, *rows)
    facts.waiting(engine, Progress(quiet=True))


def linked(session: Session, file: File, page: int = 1) -> list[tuple[int, int, str | None]]:
    """Return where on a page papers are named, and by which number those are known."""
    found = spans(session, file, page)
    return [(span.start, span.end, span.paper.reference) for span in found if span.paper is not None]


def test_it_links_the_number_of_a_paper(engine: Engine, session: Session) -> None:
    named, own = factories.paper(reference="DS 0417/2026"), factories.paper(reference="0500/2026")
    file, *rows = factories.read_file("Siehe Drucksache 417/2026.", of=own)
    saved(engine, named, own, file, *rows)
    assert linked(session, file) == [(17, 25, "DS 0417/2026")]
    assert linked(session, file, 2) == []


@pytest.mark.parametrize(
    "other",
    [
        {"reference": "417/2026"},
        {"reference": "DS 0417/2026"},
        {"reference": "DS-0417/2026"},
    ],
)
def test_a_number_that_two_papers_have_leads_nowhere(engine: Engine, session: Session, other: dict[str, Any]) -> None:
    first, second = factories.paper(reference="0417/2026"), factories.paper(**other)
    citer = factories.paper(reference="1/26")
    file, *rows = factories.read_file("Siehe Drucksache 0417/2026.", of=citer)
    saved(engine, first, second, citer, file, *rows)
    assert linked(session, file) == []
    assert [citing(session, paper) for paper in (first, second)] == [[], []]
    assert cited_by(session, citer, files_of(session, citer)) == []


@pytest.mark.parametrize(
    "elsewhere",
    [{"source_id": 2}, {"body_id": "https://council.example/oparl/body/2"}, {"deleted": True}],
    ids=["another source", "another council", "withdrawn"],
)
def test_a_paper_of_somebody_else_is_not_meant(engine: Engine, session: Session, elsewhere: dict[str, Any]) -> None:
    other = factories.paper(reference="0417/2026", **elsewhere)
    citer = factories.paper(reference="1/26")
    file, *rows = factories.read_file("Siehe Drucksache 0417/2026.", of=citer)
    saved(
        engine,
        factories.source(),
        factories.source(slug="other", url="https://other.example"),
        other,
        citer,
        file,
        *rows,
    )
    assert linked(session, file) == []
    assert (citing(session, other), cited_by(session, citer, files_of(session, citer))) == ([], [])


def test_a_paper_does_not_lead_to_itself(engine: Engine, session: Session) -> None:
    paper, other = factories.paper(reference="0417/2026"), factories.paper(reference="0418/2026")
    file, *rows = factories.read_file("Vorlage 0417/2026 ergänzt Vorlage 0418/2026.", of=paper)
    saved(engine, paper, other, file, *rows)
    assert [number for _, _, number in linked(session, file)] == ["0418/2026"]
    assert [one.paper.id for one in cited_by(session, paper, files_of(session, paper))] == [other.id]
    assert citing(session, paper) == []


def test_it_knows_who_names_whom_and_where_first(engine: Engine, session: Session) -> None:
    named = factories.paper(reference="0417/2026")
    old, new = (factories.paper(reference=f"050{n}/2026", date=date(2026, n, 1)) for n in (1, 2))
    saved(
        engine,
        [named, old, new],
        factories.read_file("Nichts", "Vorlage 0417/2026", "Vorlage 0417/2026", of=old),
        factories.read_file("Vorlage 0417/2026 und Vorlage 0501/2026", of=new),
        factories.read_file("Vorlage 0417/2026", of=factories.meeting(), role="invitation"),
    )
    assert [(one.paper.reference, one.page) for one in citing(session, named)] == [("0502/2026", 1), ("0501/2026", 2)]
    assert [one.paper.reference for one in cited_by(session, new, files_of(session, new))] == ["0417/2026", "0501/2026"]
    assert cited_by(session, named, files_of(session, named)) == []


def test_what_is_closed_to_the_public_names_nothing(engine: Engine, session: Session) -> None:
    named, citer = factories.paper(reference="0417/2026"), factories.paper(reference="0500/2026")
    file, *rows = factories.read_file("Vorlage 0417/2026, Gartenstraße 5, 500 Euro", of=citer)
    file.deleted = True
    saved(engine, named, citer, file, *rows)
    assert (citing(session, named), cited_by(session, citer, files_of(session, citer))) == ([], [])
    assert [named.total for named in named_in(session, files_of(session, citer), tuple(Kind)).values()] == [0, 0, 0, 0]


def test_it_lists_what_a_paper_names(engine: Engine, session: Session) -> None:
    paper = factories.paper()
    main = factories.read_file(
        "Gartenstraße 5, Kaiserstr. 1, Gartenstr. 7, 500 Euro am 12.03.2026, 2,5 Mio. Euro im Mai 2025",
        of=paper,
        role="mainFile",
    )
    annex = factories.read_file("", "500 € und 10 bis 20 Euro, Gartenstraße", of=paper)
    saved(engine, paper, main, annex)
    streets = named_in(session, files_of(session, paper), [Kind.PLACE])[Kind.PLACE].first
    assert [(one.label, one.count, one.page) for one in streets] == [("Gartenstraße", 3, 1), ("Kaiserstraße", 1, 1)]
    sums = named_in(session, files_of(session, paper), [Kind.AMOUNT])[Kind.AMOUNT].first
    assert [(one.value, one.count) for one in sums] == [("250000000", 1), ("50000", 2), ("1000..2000", 1)]
    assert [one.file.id for one in sums] == [main[0].id, main[0].id, annex[0].id]
    assert [one.value for one in named_in(session, files_of(session, paper), [Kind.DATE])[Kind.DATE].first] == [
        "2025-05",
        "2026-03-12",
    ]


def test_the_largest_sum_comes_first_wherever_it_stands(engine: Engine, session: Session) -> None:
    paper = factories.paper()
    pages = ["\n".join(f"{100 + 1500 * page + n} Euro" for n in range(1500)) for page in range(2)]
    saved(engine, paper, factories.read_file(*pages, "999.999.999 Euro", of=paper, role="mainFile"))
    sums = named_in(session, files_of(session, paper), [Kind.AMOUNT], 3)[Kind.AMOUNT]
    assert [(one.number, one.page) for one in sums.first] == [(99_999_999_900, 3), (309_900, 2), (309_800, 2)]
    assert sums.total == 3001


def test_it_counts_what_it_does_not_list(engine: Engine, session: Session) -> None:
    paper = factories.paper()
    dates = [f"Am {day}.{month}.2024" for month in range(12, 0, -1) for day in range(28, 0, -1)]
    streets = "Gartenstraße 5, Kaiserstraße 1, Gartenstraße 7, Bergstraße 1"
    saved(engine, paper, factories.read_file("\n".join(dates), streets, of=paper))
    listed = named_in(session, files_of(session, paper), [Kind.DATE], 2)[Kind.DATE]
    assert ([one.value for one in listed.first], listed.total) == (["2024-01-01", "2024-01-02"], 336)
    named = named_in(session, files_of(session, paper), [Kind.PLACE], 1)[Kind.PLACE]
    assert ([(one.label, one.count) for one in named.first], named.total) == ([("Gartenstraße", 2)], 3)


@pytest.mark.parametrize("spelling", ["Gartenstraße", "Gartenstr.", "gartenstrasse", "Garten-Straße"])
def test_papers_are_found_by_a_street_in_any_spelling(engine: Engine, session: Session, spelling: str) -> None:
    naming, other = factories.paper(), factories.paper()
    saved(
        engine,
        naming,
        other,
        factories.read_file("Gartenstr. 5", of=naming),
        factories.read_file("Kaiserstraße", of=other),
    )
    assert [paper.id for paper in papers(session, PaperFilter(street=spelling)).rows] == [naming.id]
    assert [paper.id for paper in papers(session, PaperFilter(street="Zirkel")).rows] == []
    assert len(papers(session, PaperFilter()).rows) == 2


def test_a_number_of_nobody_leads_nowhere(engine: Engine, session: Session) -> None:
    file, *rows = factories.read_file("Siehe Drucksache 0417/2026.")
    saved(engine, factories.paper(reference=None), file, *rows)
    assert linked(session, file) == []
    assert isinstance(file, File)
    assert citing(session, Paper(id="x", source_id=1)) == []


def test_a_text_that_stands_in_for_one_that_was_not_read_has_no_places_of_that_one(
    engine: Engine, session: Session
) -> None:
    named = factories.paper(reference="DS 0417/2026")
    file, *rows = factories.read_file("Siehe DS 417/2026.", "Und DS 417/2026.")
    saved(engine, named, file, *rows)
    assert linked(session, file)
    with writing(engine) as writer:
        writer.execute(update(Blob).values(read_state="empty"))
        writer.execute(update(File).values(raw={**file.raw, "text": "Was der Server sagt: 417/2026"}))
    session.rollback()
    shown = session.scalars(select(File).where(File.id == file.id)).one()
    read = {number: page_read(session, shown, number) for number in (1, 2)}
    assert [one and (one.text, one.method) for one in read.values()] == [
        ("Was der Server sagt: 417/2026", "stated"),
        ("Und DS 417/2026.", None),
    ]
    assert linked(session, shown) == []
    assert linked(session, shown, 2) == [(7, 15, "DS 0417/2026")]
    document = next(iter(file_documents(session, [file.id], {}, text=True)))
    assert document.pages == tuple(page_texts(session, shown).values())
