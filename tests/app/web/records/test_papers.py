import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.db import now
from app.facts import Kind
from app.models import Mention, Paper
from app.web.filters import local
from app.web.site import EXTENSION
from tests import factories

Read = Callable[[str], str]
NBSP = "\u00a0"
SOFT_HYPHEN = "\u00ad"


def noon(days: int) -> datetime:
    """Return noon of the day so many days from today, as clocks here say it: at night a day there is another here."""
    return local(now()).replace(hour=12) + timedelta(days=days)


def plain(page: str) -> str:
    """Return what a reader reads: no tags, single spaces, no soft hyphens, dots between the parts of a line."""
    main = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r"<(svg|script).*?</\1>", "", main, flags=re.DOTALL).replace('<span class="rl-dot">', " · ")
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</?(a|b|mark|span|time)\b[^>]*>", "", text))
    return " ".join(unescape(text).replace(NBSP, " ").replace(SOFT_HYPHEN, "").split())


def test_a_paper_says_first_where_it_stands(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization(name="Rat")
    factories.save(
        engine,
        [paper, council],
        factories.station(paper, council, now() - timedelta(days=60), result="vertagt", number="Ö 3"),
        factories.station(paper, council, now() + timedelta(days=9), position=1, number="Ö 7"),
    )
    text = plain(read(f"/papers/{paper.key}"))
    assert "Noch nicht entschieden. Der Rat berät am" in text
    assert "unter Punkt Ö 7. Einmal vertagt." in text
    assert text.index("Noch nicht entschieden") < text.index("Der Weg durch die Gremien")


def test_the_lens_lies_on_the_next_station_alone(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization()
    stations = [
        factories.station(paper, council, now() + timedelta(days=days), position=position)
        for position, days in enumerate((-20, 5, 30))
    ]
    factories.save(engine, [paper, council], stations)
    page = read(f"/papers/{paper.key}")
    path = page[page.index('<ol class="rl-path">') : page.index("</ol>", page.index('<ol class="rl-path">'))]
    assert path.count("rl-station--now") == 1
    assert path.count("#sign-lens") == 1


def test_a_station_leads_to_its_item_on_the_agenda(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization()
    rows: Any = factories.station(paper, council, now() - timedelta(days=9), result="beschlossen")
    factories.save(engine, [paper, council], rows)
    page = read(f"/papers/{paper.key}")
    assert f'href="/meetings/{rows[0].key}#item-{rows[1].key}"' in page
    assert f'id="item-{rows[1].key}"' in read(f"/meetings/{rows[0].key}")


def test_it_tells_nothing_of_closed_doors(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization()
    rows = factories.station(
        paper,
        council,
        now() - timedelta(days=9),
        result="GEHEIM-ERGEBNIS",
        public=False,
        name="GEHEIM-NAME",
        number="N 1",
        resolution_text="GEHEIM-TEXT",
    )
    factories.save(engine, [paper, council], rows, factories.change(rows[1], "updated", fields=["result"]))
    page = read(f"/papers/{paper.key}")
    assert "GEHEIM" not in page
    assert "Nicht öffentlich beraten." in plain(page)
    assert "Tagesordnungspunkt" not in plain(page)


def test_it_quotes_the_decision_in_full(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization(name="Rat")
    factories.save(
        engine,
        [paper, council],
        factories.station(
            paper,
            council,
            now() - timedelta(days=9),
            role="Entscheidung",
            result="einstimmig beschlossen",
            resolution_text="Der Rat <b>beschließt</b>.\n1. Tempo 30",
        ),
    )
    page = read(f"/papers/{paper.key}")
    assert "Der Rat &lt;b&gt;beschließt&lt;/b&gt;." in page
    assert "Was beschlossen wurde" in page


def test_files_come_with_pages_size_and_what_ails_them(engine: Engine, read: Read) -> None:
    paper = factories.paper()
    damaged = factories.blob(b"damaged", read_state="damaged", page_count=None)
    broken = factories.file(name="Kaputt", fetch_state="fetched", blob_sha256=damaged.sha256)
    factories.save(
        engine,
        paper,
        [damaged, broken, factories.link(paper, "auxiliaryFile", broken, 1)],
        factories.read_file("eins", "zwei", of=paper, role="mainFile", name="Antrag"),
        factories.link(paper, "auxiliaryFile", "https://elsewhere.example/file/9", 2),
    )
    text = plain(read(f"/papers/{paper.key}"))
    assert "Antrag Hauptdokument · PDF, 2 Seiten, 9 Byte" in text
    assert "Kaputt PDF, 7 Byte, nicht lesbar" in text
    assert "noch nicht hier, von elsewhere.example" in text
    assert "https://elsewhere.example/file/9" not in read(f"/papers/{paper.key}")


def test_it_shows_what_changed_and_not_what_was_there_before_us(engine: Engine, read: Read) -> None:
    paper = factories.paper()
    file = factories.read_file("eins", of=paper, name="Anlage 3")
    factories.save(engine, paper, file)
    for change in (
        factories.change(paper, backfill=True),
        factories.change(file[0], backfill=True),
        factories.change(paper, "updated", fields=["reference", "paperType", "vendor:secret"]),
        factories.change(file[0], "deleted"),
    ):
        factories.save(engine, change)
    text = plain(read(f"/papers/{paper.key}"))
    changes = text[text.index("Was sich geändert hat") :]
    assert "Hier zuerst gelesen" in changes
    assert "Geändert: Nummer, Art, vendor:secret" in changes
    assert changes.count("Anlage 3") == 1


@pytest.mark.parametrize("columns", [{"name": None}, {"name": "", "reference": None, "date": None, "paper_type": None}])
def test_a_paper_without_anything_still_has_a_page(engine: Engine, read: Read, columns: dict[str, Any]) -> None:
    paper = factories.paper(**columns)
    factories.save(engine, paper)
    page = read(f"/papers/{paper.key}")
    assert page.count("<h1") == 1
    assert "None" not in plain(page)
    assert paper.key in read("/papers")


def test_a_withdrawn_paper_answers_410_and_shows_nothing(engine: Engine, client: FlaskClient) -> None:
    paper = factories.paper(name="Zurückgenommener Titel", reference="2020/0815", deleted=True)
    factories.save(engine, factories.body(), paper)
    response = client.get(f"/papers/{paper.key}")
    assert response.status_code == 410
    assert "Zurückgenommener Titel" not in response.text
    assert "2020/0815" not in response.text
    assert "Zurückgenommener Titel" not in client.get("/papers").text


def test_there_is_no_page_for_what_was_never_here(client: FlaskClient) -> None:
    for key in ("nothing", "..%2f..%2fetc", "%00", "x" * 5000, "'; DROP TABLE paper; --"):
        assert client.get(f"/papers/{key}").status_code == 404


def test_no_database_is_asked_for_what_none_takes(client: FlaskClient, app: Flask) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, _statement: str, parameters: object, *_: object) -> None:
        asked.append(repr(parameters))

    event.listen(app.extensions[EXTENSION].engine, "before_cursor_execute", note)
    for folder in ("papers", "meetings", "people", "organizations", "files", "agenda-items"):
        assert client.get(f"/{folder}/abc%00def").status_code == 404
        assert client.get(f"/{folder}/abc%00def/original").status_code == 404
    assert client.get("/papers?type=%00Antrag&year=%00&page=%00").status_code == 200
    assert client.get("/people?letter=%00").status_code == 200
    for address in ("/papers?originator=%00", "/meetings?organization=%00", "/calendar?organization=%00"):
        assert client.get(address).status_code == 404
    assert asked
    assert not [parameters for parameters in asked if "\\x00" in parameters]


def test_the_list_is_narrowed_by_what_the_address_says(engine: Engine, read: Read, client: FlaskClient) -> None:
    person = factories.person()
    wanted, noise = (
        factories.paper(name="gesucht", paper_type="Antrag", date=date(2025, 5, 1)),
        factories.paper(name="Rauschen", paper_type="Anfrage", date=date(2026, 5, 1)),
    )
    factories.save(engine, [person, wanted, noise], factories.link(wanted, "originatorPerson", person))
    for query in ("type=Antrag", "year=2025", f"originator={person.key}"):
        page = read(f"/papers?{query}")
        assert "gesucht" in page
        assert "Rauschen" not in page
    assert "Keine Vorlage passt" in read("/papers?type=Antrag&year=2026")
    assert "Rauschen" in read("/papers?year=kein%20Jahr&page=kein")
    for query in ("page=99", "organization=nothing", "originator=nothing", "body=nothing"):
        assert client.get(f"/papers?{query}").status_code == 404


def test_a_long_list_is_paged(engine: Engine, read: Read) -> None:
    factories.save(
        engine, [factories.paper(name=f"Nummer {n:02}.", date=date(2026, 1, 1) + timedelta(n)) for n in range(30)]
    )
    first, second = read("/papers?type=Antrag"), read("/papers?type=Antrag&page=2")
    assert 'href="/papers?type=Antrag&amp;page=2"' in first
    assert "Nummer 04." in second
    assert "Nummer 05." not in second
    assert "1–25 von 30 Vorlagen" in plain(first)


def _mentions(sha256: str) -> list[Mention]:
    said = ((Kind.AMOUNT, "5000000", 5_000_000), (Kind.PLACE, "gartenstrasse", None), (Kind.DATE, "2026-03-12", None))
    facts = [*said, (Kind.REFERENCE, "4172026", None)]
    return [
        Mention(sha256=sha256, page=1, start=place, end=place + 1, kind=kind, value=value, number=number)
        for place, (kind, value, number) in enumerate(facts)
    ]


def test_a_long_way_costs_as_many_questions_as_a_short_one(engine: Engine, cost: Callable[[str], int]) -> None:
    def paper_with(children: int) -> Paper:
        paper = factories.paper()
        rows: list[Any] = [paper]
        for position in range(children):
            council, person = factories.organization(), factories.person()
            rows += [council, person, factories.link(paper, "originatorPerson", person, position)]
            rows += factories.station(paper, council, now() - timedelta(days=position), position=position)
            read, blob, page, held = factories.read_file(f"{children} {position}", of=paper)
            rows += [read, blob, page, held, *_mentions(blob.sha256)]
            other = factories.paper()
            rows += [factories.change(one, "updated", fields=["name"]) for one in (paper, read)]
            rows += [
                other,
                factories.link(paper, "relatedPaper", other, position),
                factories.link(other, "relatedPaper", paper),
            ]
        factories.save(engine, rows)
        return paper

    short, long = paper_with(1), paper_with(30)
    assert cost(f"/papers/{long.key}") == cost(f"/papers/{short.key}") <= 25
    assert cost("/papers") <= 16


def test_advice_is_not_headed_as_a_decision(engine: Engine, read: Read) -> None:
    paper, council = factories.paper(), factories.organization(name="Rat")
    advice: dict[str, Any] = {"result": "geändert empfohlen", "resolution_text": "Der Ausschuss empfiehlt Tempo 30."}
    factories.save(
        engine,
        [paper, council],
        factories.station(paper, council, now() - timedelta(days=30), role="Vorberatung", **advice),
    )
    heading = "Letzte Empfehlung im Wortlaut Der Ausschuss empfiehlt Tempo 30."
    assert heading in plain(read(f"/papers/{paper.key}"))
    decided = factories.station(
        paper, council, now() - timedelta(days=9), role="Entscheidung", result="beschlossen", position=1
    )
    factories.save(engine, decided)
    text = plain(read(f"/papers/{paper.key}"))
    assert "Beschlossen vom Rat am" in text
    assert heading in text
    assert "Beschluss im Wortlaut" not in text


def test_the_path_counts_days_as_the_figures_do(engine: Engine, read: Read) -> None:
    submitted = noon(-40)
    paper, council = factories.paper(date=local(submitted).date()), factories.organization()
    stop = factories.station(paper, council, submitted + timedelta(days=36), role="Entscheidung", result="beschlossen")
    factories.save(engine, [paper, council], stop)
    text = plain(read(f"/papers/{paper.key}"))
    assert "Tage bis zur letzten Station 36" in text
    assert "Tag 36" in text


def test_filters_count_what_they_would_find(engine: Engine, read: Read) -> None:
    factories.save(
        engine,
        [factories.paper(paper_type="Antrag", date=date(2025, 5, number)) for number in (1, 2)],
        factories.paper(paper_type="Anfrage", date=date(2025, 5, 1)),
        factories.paper(paper_type="Anfrage", date=date(2026, 5, 1)),
    )
    text = plain(read("/papers?year=2025&type=Anfrage"))
    for option in ("Antrag (2)", "Anfrage (1)", "2025 (1)", "2026 (1)"):
        assert option in text
    assert "Bericht (0)" in plain(read("/papers?type=Bericht"))
    page = read("/papers?type=Antrag&year=2026")
    assert "2025 (2)" in page
    assert '<option value="2026" selected>2026 (0)</option>' in page
