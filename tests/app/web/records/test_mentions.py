"""What texts name leads on: from a file's page to papers and streets, from a paper to papers, sums and dates."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.web.mentions import amount, said_date
from app.web.passages import Hits, Paragraph, paragraphs
from oparl_sync import facts
from oparl_sync.progress import Progress
from search import Segment
from tests import factories
from tests.app.web.records.test_papers import Read, plain


def pieces(*segments: Segment, leads: list[tuple[int, int, str]]) -> list[list[tuple[str, int, str]]]:
    found: list[Paragraph] = paragraphs(segments, Hits(), leads)
    return [one.pieces for one in found]


def test_a_place_that_leads_on_is_cut_out() -> None:
    text = "Siehe 417/2026.\n\nUnd 418/2026"
    first, second = (6, 14, "/papers/a"), (21, 29, "/papers/b")
    assert pieces(Segment(text), leads=[first, second]) == [
        [("Siehe ", 0, ""), ("417/2026", 0, "/papers/a"), (".", 0, "")],
        [("Und ", 0, ""), ("418/2026", 0, "/papers/b")],
    ]


def test_a_hit_within_such_a_place_leads_there_too() -> None:
    segments = (Segment("Siehe 41"), Segment("7/20", marked=True), Segment("26."))
    assert pieces(*segments, leads=[(6, 14, "/papers/a")]) == [
        [("Siehe ", 0, ""), ("41", 0, "/papers/a"), ("7/20", 1, "/papers/a"), ("26", 0, "/papers/a"), (".", 0, "")]
    ]


def test_a_hit_across_its_end_is_marked_and_whole() -> None:
    segments = (Segment("Siehe "), Segment("417/2026 und", marked=True), Segment(" mehr"))
    assert pieces(*segments, leads=[(6, 14, "/papers/a")]) == [
        [("Siehe ", 0, ""), ("417/2026 und", 1, ""), (" mehr", 0, "")]
    ]


def test_a_page_of_a_file_leads_to_papers_and_streets(engine: Engine, read: Read) -> None:
    named = factories.paper(reference="DS 0417/2026")
    file, *rows = factories.read_file("Laut Drucksache 417/2026 wird die Gartenstr. 5 <b>saniert</b>.")
    factories.save(engine, named, file, *rows)
    facts.waiting(engine, Progress(quiet=True))
    page = read(f"/files/{file.key}")
    assert f'<a href="/papers/{named.key}">417/2026</a>' in page
    assert '<a href="/streets/gartenstrasse">Gartenstr. 5</a>' in page
    assert "<b>saniert</b>" not in page
    assert "<mark" in read(f"/files/{file.key}?q=Gartenstr")


def test_a_paper_says_what_it_names_and_who_names_it(engine: Engine, read: Read, client: FlaskClient) -> None:
    old, new = (
        factories.paper(name="Alter Plan", reference="0417/2026"),
        factories.paper(name="Neu", reference="0418/2026"),
    )
    text = "Vorlage 0417/2026: 12.500,50 Euro für die Gartenstraße 5 ab Mai 2027, sonst 10 bis 20 Euro."
    factories.save(engine, old, new, factories.read_file(text, of=new))
    facts.waiting(engine, Progress(quiet=True))
    page = plain(read(f"/papers/{new.key}")).replace("\u00a0", " ")
    assert "Alter Plan" in page
    for words in ("12.500,50 Euro", "10–20 Euro", "Gartenstraße", "Mai 2027"):
        assert words in page
    assert "Neu" in plain(read(f"/papers/{old.key}"))
    found = plain(read("/papers?street=Gartenstr."))
    assert "Neu" in found
    assert "Alter Plan" not in found
    assert client.get("/papers?street=" + "x" * 500).status_code in (200, 400, 404)


def test_it_says_how_many_there_are_and_not_how_many_are_listed(engine: Engine, read: Read) -> None:
    paper = factories.paper()
    dates = [f"Am {day}.{month}.2024" for month in range(1, 13) for day in range(1, 29)]
    sums = [f"{100 + number} Euro" for number in range(1500)]
    factories.save(engine, paper, factories.read_file("\n".join(dates), "\n".join(sums), of=paper))
    facts.waiting(engine, Progress(quiet=True))
    page = plain(read(f"/papers/{paper.key}")).replace("\u00a0", " ")
    assert "336 Datumsangaben in den Dateien, hier die ersten 60" in page
    assert "54 weitere Einträge von insgesamt 1.500" in page


@pytest.mark.parametrize("name", ["Straße der <b>Einheit</b>", "x' OR 1=1", "%", "\u202e"])
def test_a_street_of_nowhere_finds_nothing(engine: Engine, client: FlaskClient, name: str) -> None:
    factories.save(engine, factories.paper(name="Etwas"))
    answer = client.get("/papers", query_string={"street": name})
    assert answer.status_code == 200
    assert "<b>Einheit" not in answer.text


def test_sums_and_dates_are_written_as_people_do(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "de"}):
        words = [amount(value) for value in ("1250050", "1250000", "-50", "100000..200000")]
        assert [word.replace("\u00a0", " ") for word in words] == [
            *("12.500,50 Euro", "12.500 Euro", "−0,50 Euro", "1.000–2.000 Euro")
        ]
        said = [said_date(value).replace("\u00a0", " ") for value in ("2026-03-12", "2026-03")]
        assert said == ["12. März 2026", "März 2026"]


def test_a_files_title_stands_at_a_place_only_where_several_files_name_such(engine: Engine, read: Read) -> None:
    paper = factories.paper()
    money, streets = "Es kostet 12.500 Euro.", "Gebaut wird in der Gartenstraße, für 300 Euro."
    factories.save(
        engine,
        paper,
        factories.read_file(money, of=paper, role="mainFile", name="Vorlage"),
        factories.read_file("Deckblatt", streets, of=paper, role="auxiliaryFile", name="Anlage"),
    )
    facts.waiting(engine, Progress(quiet=True))
    page = read(f"/papers/{paper.key}").replace("\u00a0", " ")
    text = plain(page)
    assert "12.500 Euro Vorlage, S. 1" in text
    assert "300 Euro Anlage, S. 2" in text
    assert ">Gartenstraße</a></p><p" in page
    assert 'S. 2<span class="rl-hidden"> Anlage</span>' in page
