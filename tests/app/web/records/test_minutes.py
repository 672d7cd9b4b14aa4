"""What minutes say stands beside what the source says, labelled, with the page it stands on, and never in its place."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.models import AgendaItem, File, Meeting, MinutesResult, Paper, PaperQuote
from app.queries.hits import Found, hit_contexts
from tests import factories
from tests.app.web.records.test_papers import Read, plain

HELD = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
_numbers = itertools.count()
READ = "aus der Niederschrift gelesen, Seite 3"


class Council:
    """One paper on one agenda, with minutes of three pages."""

    def __init__(self, engine: Engine, **item: Any) -> None:
        self.engine = engine
        self.meeting: Meeting = factories.meeting(start=HELD)
        self.paper: Paper = factories.paper(name="Radweg am Anger")
        self.item: AgendaItem = factories.agenda_item(self.meeting, **({"name": "Radweg am Anger"} | item))
        stop = factories.consultation(self.paper, self.meeting, self.item, role="Entscheidung", authoritative=True)
        rows = factories.read_file(
            "eins", str(next(_numbers)), "drei", of=self.meeting, role="resultsProtocol", name="Protokoll"
        )
        self.file: File = rows[0]
        factories.save(engine, self.meeting, self.paper, self.item, stop, rows)

    def said(self, result: str, **columns: Any) -> None:
        """Save what the minutes say."""
        place = {"page": 3, "offset": 0, "quote": "Wortlaut der Niederschrift", "sha256": self.file.blob_sha256}
        named = {"file_id": self.file.id, "agenda_item_id": self.item.id, "result": result}
        factories.save(self.engine, MinutesResult(**(named | place | columns)))


def test_where_the_source_says_nothing_the_minutes_are_told(engine: Engine, read: Read) -> None:
    council = Council(engine)
    parties = [{"party": "ABC", "vote": "yes", "count": None}, {"party": "XYZ", "vote": "no", "count": 3}]
    council.said("adopted", yes=12, no=3, abstentions=1, parties=parties, resolution_number="12-07/26")
    page = read(f"/meetings/{council.meeting.key}")
    text = plain(page)
    assert "Beschlossen 12 dafür, 3 dagegen, 1 Enthaltung" in text
    assert READ in text
    assert f'href="/files/{council.file.key}?page=3#page=3"' in page
    assert "Wortlaut der Niederschrift" in text
    assert "Beschlussnummer 12-07/26" in text
    assert "Dafür: ABC" in text
    assert "Dagegen: XYZ 3" in text
    assert "sagt etwas anderes" not in text


def test_the_number_of_a_resolution_stands_at_its_paper_and_leads_there(engine: Engine, read: Read) -> None:
    council = Council(engine)
    council.said("adopted", resolution_number="12-07/26")
    assert f'<a href="/papers/{council.paper.key}">Beschlussnummer 12-07/26</a>' in read(
        f"/meetings/{council.meeting.key}"
    )
    assert "Beschlussnummer 12-07/26" in plain(read(f"/papers/{council.paper.key}"))


def test_where_both_say_the_same_the_votes_are_added(engine: Engine, read: Read) -> None:
    council = Council(engine, result="mehrheitlich beschlossen")
    council.said("amended", yes=12, no=3)
    text = plain(read(f"/meetings/{council.meeting.key}"))
    assert "mehrheitlich beschlossen 12 dafür, 3 dagegen" in text
    assert "sagt etwas anderes" not in text


def test_where_they_differ_both_are_shown(engine: Engine, read: Read) -> None:
    council = Council(engine, result="einstimmig beschlossen")
    council.said("rejected", yes=3, no=12)
    for address in (f"/meetings/{council.meeting.key}", f"/papers/{council.paper.key}"):
        text = plain(read(address))
        assert "einstimmig beschlossen" in text
        assert "Die Niederschrift sagt etwas anderes: Abgelehnt" in text


def test_words_of_the_source_that_are_not_understood_are_not_contradicted(engine: Engine, read: Read) -> None:
    council = Council(engine, result="siehe Anlage 3")
    council.said("rejected")
    text = plain(read(f"/meetings/{council.meeting.key}"))
    assert "siehe Anlage 3" in text
    assert "sagt etwas anderes" not in text


def test_a_papers_page_says_it_in_its_first_sentence_and_on_its_way(engine: Engine, read: Read) -> None:
    council = Council(engine)
    council.said("deferred")
    page = read(f"/papers/{council.paper.key}")
    text = plain(page)
    assert "Laut Niederschrift: Vertagt." in text
    assert READ in text
    assert "#sign-postponed" in page
    assert "Es wurde nie ein Ergebnis veröffentlicht" not in text


@pytest.mark.parametrize(
    ("quote", "word"),
    [
        ("Der Ausschuss empfiehlt dem Rat einstimmig, den Weg zu bauen.", "Empfohlen"),
        ("Beschlussempfehlung:\nDer Weg wird gebaut.", "Empfohlen"),
        ("Beschluss:\nDie Empfehlungen werden umgesetzt.", "Beschlossen"),
        ("Beschluss:\n" + "Der Weg wird gebaut. " * 30 + "Die Stadt empfiehlt den Weg.\nEinstimmig", "Beschlossen"),
        ("Beschluss:\n" + "Der Weg wird gebaut. " * 30 + "\nErgebnis: einstimmig empfohlen", "Empfohlen"),
    ],
)
def test_advice_is_not_told_as_a_decision(engine: Engine, read: Read, quote: str, word: str) -> None:
    council = Council(engine)
    council.said("adopted", quote=quote)
    assert f"{word} {READ}" in plain(read(f"/meetings/{council.meeting.key}"))


@pytest.mark.parametrize("result", ["adopted", "amended", "rejected", "deferred", "referred", "noted", "withdrawn"])
def test_every_kind_has_a_sign_and_a_word(engine: Engine, read: Read, result: str) -> None:
    council = Council(engine)
    council.said(result)
    page = read(f"/meetings/{council.meeting.key}")
    assert READ in plain(page)
    assert "#sign-" in page.partition("rl-minuted")[2].partition("</div>")[0]


def test_nothing_is_told_of_what_is_not_shown(engine: Engine, read: Read) -> None:
    secret = Council(engine, public=False, name=None)
    secret.said("adopted", quote="GEHEIM")
    assert "GEHEIM" not in read(f"/meetings/{secret.meeting.key}") + read(f"/papers/{secret.paper.key}")


def test_nothing_is_told_of_other_bytes_or_by_a_file_that_is_gone(engine: Engine, read: Read) -> None:
    other, gone = Council(engine), Council(engine)
    other.said("adopted", sha256="0" * 64)
    gone.said("adopted")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE file SET deleted = 1 WHERE id = ?", (gone.file.id,))
    for council in (other, gone):
        assert "aus der Niederschrift" not in plain(read(f"/meetings/{council.meeting.key}"))


def test_what_a_file_says_cannot_be_code(engine: Engine, client: FlaskClient) -> None:
    council = Council(engine)
    evil = "<script>alert(1)</script>"
    council.said("adopted", quote=evil, resolution_number=evil, parties=[{"party": evil, "vote": "no", "count": None}])
    assert evil not in client.get(f"/meetings/{council.meeting.key}").get_data(as_text=True)


def test_a_paper_quotes_what_it_proposes_with_its_page(engine: Engine, read: Read) -> None:
    council = Council(engine)
    rows = factories.read_file("eins", "zwei", of=council.paper, role="mainFile", name="Vorlage 12")
    quoted = {"paper_id": council.paper.id, "file_id": rows[0].id, "sha256": rows[0].blob_sha256, "offset": 0}
    factories.save(
        engine,
        rows,
        PaperQuote(kind="proposal", page=2, quote="Der Weg wird gebaut.", **quoted),
        PaperQuote(kind="summary", page=1, quote="Der Weg fehlt.", **quoted),
    )
    page = read(f"/papers/{council.paper.key}")
    text = plain(page).replace("\u00a0", " ")
    assert "Was vorgeschlagen wurde Im Wortlaut, S. 2 Der Weg wird gebaut. Zitiert aus Vorlage 12, Seite 2" in text
    assert "In Kürze Im Wortlaut, S. 1 Der Weg fehlt. Zitiert aus Vorlage 12, Seite 1" in text
    assert f'href="/files/{rows[0].key}?page=2#page=2"' in page


def test_a_quote_flows_and_what_is_still_open_is_proposed_in_the_present(engine: Engine, read: Read) -> None:
    paper = factories.paper()
    rows = factories.read_file("eins", of=paper)
    quote = "Der Ausschuss beschließt, die Gartenstraße vom Anger bis zum Bahnhof noch im\nHerbst zu sanieren."
    quoted = PaperQuote(
        kind="proposal",
        page=1,
        quote=quote,
        paper_id=paper.id,
        file_id=rows[0].id,
        sha256=rows[0].blob_sha256,
        offset=0,
    )
    factories.save(engine, paper, rows, quoted)
    page = read(f"/papers/{paper.key}")
    assert quote.replace("\n", " ") in page
    assert "Was vorgeschlagen wird" in page


def test_a_meeting_that_was_held_lately_is_told_by_its_minutes_too(engine: Engine, read: Read) -> None:
    council = Council(engine)
    with engine.begin() as connection:
        lately = (datetime.now(UTC) - timedelta(days=5)).strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.exec_driver_sql("UPDATE meeting SET start = ? WHERE id = ?", (lately, council.meeting.id))
    council.said("withdrawn")
    assert "Laut Niederschrift: Zurückgezogen." in plain(read(f"/papers/{council.paper.key}"))


def test_a_decision_that_the_minutes_deny_is_not_told_as_a_fact(engine: Engine, read: Read) -> None:
    council = Council(engine, result="einstimmig beschlossen", resolution_text="Der Weg wird gebaut.")
    assert "Was beschlossen wurde Der Weg wird gebaut." in plain(read(f"/papers/{council.paper.key}"))
    council.said("rejected", yes=1, no=9)
    page = read(f"/papers/{council.paper.key}")
    text = plain(page)
    assert "Beschlossen. Gremium nicht genannt, 12. März 2026. Die Niederschrift sagt aber: Abgelehnt." in text
    assert "Wortlaut im System des Rates Der Weg wird gebaut." in text
    assert "Was beschlossen wurde" not in text
    assert "Die Niederschrift sagt aber: Abgelehnt." in page.partition('name="description"')[2].partition(">")[0]
    assert "Die Niederschrift sagt aber: Abgelehnt." in plain(read("/papers"))


def test_what_the_minutes_say_as_well_casts_no_doubt(engine: Engine, read: Read) -> None:
    council = Council(engine, result="einstimmig beschlossen", resolution_text="Der Weg wird gebaut.")
    council.said("amended")
    text = plain(read(f"/papers/{council.paper.key}"))
    assert "sagt aber" not in text
    assert "Was beschlossen wurde Der Weg wird gebaut." in text


def test_the_first_page_doubts_what_the_minutes_deny(engine: Engine, read: Read) -> None:
    council = Council(engine, result="einstimmig beschlossen")
    council.said("rejected")
    assert "Die Niederschrift sagt aber: Abgelehnt." in plain(read("/"))


def test_a_hit_that_is_an_agenda_item_is_doubted_too(engine: Engine) -> None:
    denied, agreed, silent = (Council(engine, result=one) for one in ("beschlossen", "abgelehnt", None))
    for council in (denied, agreed, silent):
        council.said("rejected")
    items = [one.item.id for one in (denied, agreed, silent)]
    with Session(engine) as session:
        contexts = hit_contexts(session, [Found("AgendaItem", one) for one in items])
        doubted = [one for one in items if contexts[one].contradicting]
    assert doubted == items[:1]


def test_a_meeting_counts_what_minutes_alone_tell_and_what_they_deny(engine: Engine, read: Read) -> None:
    silent, denied = Council(engine), Council(engine, result="einstimmig beschlossen")
    silent.said("adopted")
    denied.said("rejected")
    assert "1 Ergebnis laut Niederschrift" in plain(read(f"/meetings/{silent.meeting.key}"))
    text = plain(read(f"/meetings/{denied.meeting.key}"))
    assert "Beschluss 1 1 widersprüchliches Ergebnis" in text
    assert "Ergebnis laut Niederschrift" not in text
