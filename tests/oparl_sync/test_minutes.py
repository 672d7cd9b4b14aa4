"""Minutes are read behind the log: what they say is kept as long as it stands there, and may be shown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from app import changes as log
from app.db import now, writing
from app.facts.minutes import results_in
from app.models import AgendaItem, Blob, Change, Consumer, File, Meeting, MinutesResult, Page, PaperQuote
from app.queries import minutes_files
from app.queries.minutes import minuted, quotes_of
from app.queries.minutes_files import Task
from oparl_sync import erase, minutes, minutes_news, withdraw
from oparl_sync.progress import Progress
from tests import factories

QUIET = Progress(quiet=True)
HELD = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
MINUTES = """Niederschrift über die 3. Sitzung des Rates am 12.03.2026
TOP 1 Eröffnung der Sitzung
TOP 2 Neubau der Teichbrücke
Vorlage 2026/0417
Beschluss:
Der Rat beschließt den Neubau der Brücke.
Abstimmungsergebnis: 12 Ja-Stimmen, 3 Nein-Stimmen, 1 Enthaltung
TOP 3 Verkauf der alten Mühle
"""
SECOND_PAGE = "Der Antrag wird mit 5 gegen 9 Stimmen abgelehnt.\nTOP 4 Verschiedenes\nKeine Meldungen."


class Council:
    """One meeting of three items with its minutes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.meeting = factories.meeting(start=HELD)
        self.bridge = self._item("Ö 2", "Neubau der Teichbrücke")
        self.mill = self._item("Ö 3", "Verkauf der alten Mühle")
        self.closed = self._item("N 4", None, public=False)
        self.paper = factories.paper(reference="2026/0417", name="Neubau der Teichbrücke")
        self.rows: list[Any] = [self.meeting, self.bridge, self.mill, self.closed, self.paper]
        self.rows.append(factories.consultation(self.paper, self.meeting, self.bridge))

    def _item(self, number: str, name: str | None, **more: Any) -> AgendaItem:
        return factories.agenda_item(self.meeting, number=number, name=name, **more)

    def save(self, *texts: str, role: str = "resultsProtocol", name: str = "Niederschrift") -> File:
        """Save all rows and a file of the meeting, as one pass would; returns the file."""
        rows = factories.read_file(*(texts or (MINUTES, SECOND_PAGE)), of=self.meeting, role=role, name=name)
        factories.save(self.engine, self.rows, rows)
        file: File = rows[0]
        noted(self.engine, ("Meeting", self.meeting.id), ("File", file.id))
        return file


def noted(engine: Engine, *objects: tuple[str, str]) -> None:
    """Tell the log of changes."""
    blank = {"kind": "updated", "fields": ["text"], "content_hash": None, "backfill": False, "source_id": 1}
    with writing(engine) as session:
        lines = [{"object_type": kind, "object_id": one, "at": now(), **blank} for kind, one in objects]
        log.append(session, lines)


def read(engine: Engine) -> dict[str, MinutesResult]:
    minutes.refresh(engine, QUIET)
    with Session(engine, expire_on_commit=False) as session:
        return {row.agenda_item_id: row for row in session.scalars(select(MinutesResult))}


@pytest.fixture
def council(engine: Engine) -> Council:
    return Council(engine)


def test_it_reads_what_became_of_each_item_and_where_that_stands(engine: Engine, council: Council) -> None:
    council.save()
    found = read(engine)
    assert set(found) == {council.bridge.id, council.mill.id}
    bridge, mill = found[council.bridge.id], found[council.mill.id]
    assert (bridge.result, bridge.yes, bridge.no, bridge.abstentions, bridge.page) == ("adopted", 12, 3, 1, 1)
    assert (mill.result, mill.yes, mill.no, mill.page, mill.offset) == ("rejected", 5, 9, 2, 0)
    for row, text in ((bridge, MINUTES), (mill, SECOND_PAGE)):
        assert text[row.offset : row.offset + len(row.quote)] == row.quote
    assert "Abstimmungsergebnis: 12 Ja-Stimmen" in bridge.quote


def test_it_knows_the_councils_own_groups_by_name(engine: Engine, council: Council) -> None:
    council.rows.append(factories.organization(name="FBQ-Fraktion", organization_type="Fraktion"))
    council.rows.append(factories.organization(name="AG MUSTER", organization_type="Arbeitsgruppe"))
    council.save(MINUTES.replace("1 Enthaltung", "1 Enthaltung\ngegen die Stimmen von FBQ und AG MUSTER"))
    assert read(engine)[council.bridge.id].parties == [{"party": "FBQ", "vote": "no", "count": None}]


def test_it_does_nothing_where_the_log_says_nothing_new(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    council.save()
    before = read(engine)
    assert not minutes.is_owed(engine)
    monkeypatch.setattr(minutes, "with_text", pytest.fail)
    assert set(read(engine)) == set(before)


def test_a_first_pass_reads_minutes_once_however_many_items_they_have(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = council.save()
    named = [("Meeting", council.meeting.id), ("AgendaItem", council.bridge.id), ("AgendaItem", council.mill.id)]
    noted(engine, *named, ("File", file.id))
    looked: list[str] = []

    def task_of(session: Session, one: File) -> Task | None:
        looked.append(one.id)
        return whole(session, one)

    whole = minutes_files.task_of
    monkeypatch.setattr(minutes, "BATCH", 1)
    monkeypatch.setattr(minutes, "task_of", task_of)

    assert set(read(engine)) == {council.bridge.id, council.mill.id}
    assert looked == [file.id]


def test_it_goes_on_where_it_was_killed(engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    file = council.save()
    noted(engine, *[("File", f"https://council.example/none/{n}") for n in range(5)], ("File", file.id))
    whole = {key: row.quote for key, row in read(engine).items()}
    monkeypatch.setattr(minutes, "BATCH", 2)
    with writing(engine) as session:
        session.execute(delete(MinutesResult))
        session.execute(delete(Consumer))
    calls, advance = 0, log.advance

    def killed(session: Session, consumer: str, seq: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        advance(session, consumer, seq)

    monkeypatch.setattr(log, "advance", killed)
    with pytest.raises(KeyboardInterrupt):
        minutes.refresh(engine, QUIET)
    with Session(engine) as session:
        assert 0 < log.position(session, minutes.NAME) < log.last_seq(session)
    assert {key: row.quote for key, row in read(engine).items()} == whole


def test_another_version_of_the_rules_begins_anew(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    council.save()
    read(engine)
    with writing(engine) as session:
        session.execute(update(MinutesResult).values(result="noted"))
    assert {row.result for row in read(engine).values()} == {"noted"}
    monkeypatch.setattr(minutes, "NAME", "minutes:next")
    assert {row.result for row in read(engine).values()} == {"adopted", "rejected"}
    with Session(engine) as session:
        known = session.scalars(select(Consumer.name).where(Consumer.name.startswith("minutes:"))).all()
    assert known == ["minutes:next"]


def test_another_text_of_the_same_bytes_replaces_what_was_read(engine: Engine, council: Council) -> None:
    file = council.save()
    read(engine)
    with writing(engine) as session:
        changed = MINUTES.replace("12 Ja-Stimmen", "16 Ja-Stimmen").replace("TOP 3 Verkauf", "TOP 3 Ankauf")
        session.execute(update(Page).where(Page.sha256 == file.blob_sha256, Page.number == 1).values(text=changed))
        session.execute(delete(Page).where(Page.number == 2))
    noted(engine, ("File", file.id))
    assert {key: row.yes for key, row in read(engine).items()} == {council.bridge.id: 16}


def test_what_was_read_in_other_bytes_is_not_shown(engine: Engine, council: Council, session: Session) -> None:
    file = council.save()
    read(engine)
    assert minuted(session, [council.bridge.id])
    session.rollback()
    with writing(engine) as writer:
        writer.add(Blob(sha256="f" * 64, size=1, stored_at=now(), read_state=None))
        writer.flush()
        writer.execute(update(File).where(File.id == file.id).values(blob_sha256="f" * 64))
    assert not minuted(session, [council.bridge.id])
    noted(engine, ("File", file.id))
    assert not read(engine)


@pytest.mark.parametrize("which", ["file", "bridge", "meeting"])
def test_what_is_erased_takes_with_it_what_was_read(engine: Engine, council: Council, which: str) -> None:
    named = {"file": council.save(), "bridge": council.bridge, "meeting": council.meeting}[which]
    read(engine)
    erase.erase(engine, named.id, "http://portal.example")
    with Session(engine) as session:
        left = set(session.scalars(select(MinutesResult.agenda_item_id)))
    assert left == ({council.mill.id} if which == "bridge" else set())
    assert set(read(engine)) == left


def test_what_is_withdrawn_takes_with_it_what_was_read(engine: Engine, council: Council) -> None:
    file = council.save()
    read(engine)
    with writing(engine) as session:
        withdraw.withdraw(session, "File", [file.id], source_id=1, backfill=False, at=now())
    with Session(engine) as session:
        assert not session.scalar(select(func.count()).select_from(MinutesResult))


def test_a_file_that_goes_while_it_is_looked_into_leaves_nothing(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = council.save()

    def gone(*arguments: Any) -> Any:
        found = results_in(*arguments)
        with writing(engine) as session:
            withdraw.withdraw(session, "File", [file.id], source_id=1, backfill=False, at=now())
        return found

    monkeypatch.setattr(minutes, "results_in", gone)
    assert not read(engine)


def test_it_tells_nothing_of_items_behind_closed_doors(engine: Engine, council: Council, session: Session) -> None:
    council.save(MINUTES + "TOP 4 Grundstück GEHEIM\nEinstimmig beschlossen.\n")
    with writing(engine) as writer:  # as if it had been public when it was read
        row = {"file_id": "x", "result": "adopted", "page": 1, "offset": 0, "quote": "GEHEIM"}
        writer.add(MinutesResult(agenda_item_id=council.closed.id, **row))
    assert council.closed.id not in minuted(session, [council.closed.id])


def test_an_item_that_becomes_private_is_told_no_more(engine: Engine, council: Council, session: Session) -> None:
    council.save()
    read(engine)
    with writing(engine) as writer:
        writer.execute(update(AgendaItem).where(AgendaItem.id == council.bridge.id).values(public=False, name=None))
    assert not minuted(session, [council.bridge.id])
    noted(engine, ("AgendaItem", council.bridge.id))
    assert set(read(engine)) == {council.mill.id}


def test_a_file_of_a_private_item_is_not_looked_into(engine: Engine, council: Council) -> None:
    rows = factories.read_file(MINUTES, of=council.closed, role="resolutionFile", name="Beschlussauszug")
    factories.save(engine, council.rows, rows)
    noted(engine, ("File", rows[0].id))
    assert not read(engine)


def test_the_minutes_of_another_day_say_nothing(engine: Engine, council: Council) -> None:
    council.save(MINUTES.replace("12.03.2026", "12.02.2026"))
    assert not read(engine)


def test_a_file_that_is_no_minutes_says_nothing(engine: Engine, council: Council) -> None:
    text = MINUTES.replace("Niederschrift über die", "Presseschau zur")
    council.save(text, role="auxiliaryFile", name="Presseschau")
    assert not read(engine)


def test_an_extract_tells_of_its_papers_item(engine: Engine, council: Council) -> None:
    rows = factories.read_file(MINUTES, of=council.paper, name="Auszug aus dem Protokoll TOP 2")
    factories.save(engine, council.rows, rows)
    noted(engine, ("File", rows[0].id))
    assert set(read(engine)) == {council.bridge.id}


def test_an_item_that_comes_later_is_found(engine: Engine, council: Council) -> None:
    council.rows.remove(council.mill)
    council.save()
    assert set(read(engine)) == {council.bridge.id}
    factories.save(engine, council.mill)
    noted(engine, ("AgendaItem", council.mill.id))
    assert set(read(engine)) == {council.bridge.id, council.mill.id}


def test_text_that_the_source_states_itself_is_read(engine: Engine, council: Council, session: Session) -> None:
    file = factories.file(name="Niederschrift", fetch_state="failed")
    file.raw = file.raw | {"text": MINUTES}
    factories.save(engine, council.rows, file, factories.link(council.meeting, "resultsProtocol", file))
    noted(engine, ("File", file.id))
    assert read(engine)[council.bridge.id].sha256 is None
    assert minuted(session, [council.bridge.id])[council.bridge.id][0].row.yes == 12


def test_it_quotes_what_a_paper_proposes_from_its_main_file_alone(
    engine: Engine, council: Council, session: Session
) -> None:
    text = "Vorlage\nBeschlussvorschlag:\nDer Rat beschließt den Neubau.\nBegründung:\nDie Brücke ist alt."
    main = factories.read_file(text, of=council.paper, role="mainFile", name="Vorlage")
    other = factories.read_file(text.replace("Neubau", "Abriss"), of=council.paper, name="Beschlussvorschlag alt")
    factories.save(engine, council.rows, main, other)
    noted(engine, ("Paper", council.paper.id), ("File", main[0].id), ("File", other[0].id))
    minutes.refresh(engine, QUIET)
    [quote] = quotes_of(session, council.paper.id).values()
    assert (quote.row.kind, quote.row.quote, quote.file.id) == (
        "proposal",
        "Der Rat beschließt den Neubau.",
        main[0].id,
    )
    assert text[quote.row.offset :].startswith(quote.row.quote)
    session.rollback()
    with writing(engine) as writer:
        withdraw.withdraw(writer, "Paper", [council.paper.id], source_id=1, backfill=False, at=now())
        assert not writer.scalar(select(func.count()).select_from(PaperQuote))


def test_files_that_say_the_same_are_told_once_and_others_beside_each_other(
    engine: Engine, council: Council, session: Session
) -> None:
    council.save()
    council.rows = []
    council.save(MINUTES + SECOND_PAGE, role="auxiliaryFile", name="Niederschrift, unterschrieben")
    council.save(MINUTES.replace("12 Ja-Stimmen, 3", "3 Ja-Stimmen, 12"), role="auxiliaryFile", name="Protokoll")
    read(engine)
    said = minuted(session, [council.bridge.id, council.mill.id])
    assert sorted(one.row.result for one in said[council.bridge.id]) == ["adopted", "rejected"]
    assert len(said[council.mill.id]) == 1


def test_the_log_is_told_of_results_that_nobody_had_stated(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minutes_news, "now", lambda: HELD + timedelta(days=119))
    council.mill.result = "abgelehnt"
    file = council.save()
    factories.save(engine, factories.change(file))
    read(engine)
    with Session(engine) as session:
        (told,) = session.scalars(select(Change).where(Change.object_type == "AgendaItem"))
        assert (told.object_id, told.fields, told.diff, told.backfill) == (council.bridge.id, ["minutes"], {}, False)
        assert told.content_hash == council.bridge.content_hash
        last = log.last_seq(session)
    # It is told once: not when the minutes are read again, nor when others say so too.
    assert not minutes.is_owed(engine)
    noted(engine, ("File", file.id))
    council.rows = []
    council.save(MINUTES + SECOND_PAGE, role="auxiliaryFile", name="Niederschrift, unterschrieben")
    assert set(read(engine)) == {council.bridge.id, council.mill.id}
    with Session(engine) as session:
        since = session.scalars(select(Change).where(Change.seq > last, Change.object_type == "AgendaItem"))
        assert list(since) == []
    assert not minutes.is_owed(engine)


@pytest.mark.parametrize("case", ["file of the first walk", "file that the log does not know", "long ago"])
def test_what_completes_a_record_is_no_news(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(minutes_news, "now", lambda: HELD + timedelta(days=121 if case == "long ago" else 1))
    file = council.save()
    if not case.endswith("know"):
        factories.save(engine, factories.change(file, backfill=case != "long ago"))
    assert set(read(engine)) == {council.bridge.id, council.mill.id}
    with Session(engine) as session:
        told = session.scalars(select(Change).where(Change.object_type == "AgendaItem")).all()
        assert [one.backfill for one in told] == [True, True]


@pytest.mark.parametrize("alter", [lambda _: None, lambda m: setattr(m, "start", None)], ids=["day", "none"])
def test_a_meeting_without_a_day_believes_its_own_minutes_only_without_one(
    engine: Engine, council: Council, alter: Callable[[Meeting], None]
) -> None:
    alter(council.meeting)
    council.save(MINUTES.replace(" am 12.03.2026", ""))
    assert set(read(engine)) == {council.bridge.id}


def test_a_number_of_thousands_of_digits_stops_nobody(engine: Engine, council: Council) -> None:
    council.mill.number = "9" * 5000
    council.save()
    assert set(read(engine)) == {council.bridge.id}
    assert not minutes.is_owed(engine)


def test_a_file_that_the_rules_fail_at_costs_itself_alone(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    council.save(MINUTES + SECOND_PAGE)
    council.rows = []
    bad = council.save(MINUTES + "BAD", role="auxiliaryFile", name="Protokoll")

    def failing(pages: dict[int, str], *more: Any) -> Any:
        if "BAD" in pages[1]:
            raise ValueError("unforeseen")
        return results_in(pages, *more)

    monkeypatch.setattr(minutes, "results_in", failing)
    assert set(read(engine)) == {council.bridge.id, council.mill.id}
    assert not minutes.is_owed(engine)
    assert bad.id in caplog.text


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
def test_what_is_no_fault_of_the_file_is_not_swallowed(
    engine: Engine, council: Council, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    council.save()

    def failing(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(minutes, "results_in", failing)
    with pytest.raises(error):
        minutes.refresh(engine, QUIET)
    assert minutes.is_owed(engine)


def test_it_stops_within_a_batch_when_told_so_and_goes_on_later(engine: Engine, council: Council) -> None:
    council.save()
    asked = iter([False, True, True])
    assert minutes.refresh(engine, QUIET, enough=lambda: next(asked)) == 0
    assert minutes.is_owed(engine)
    assert set(read(engine)) == {council.bridge.id, council.mill.id}


@pytest.mark.parametrize("role", ["resultsProtocol", "verbatimProtocol", "resolutionFile", "auxiliaryFile"])
@pytest.mark.parametrize("secret", ["head", "name"])
def test_minutes_of_a_closed_meeting_tell_nothing_in_any_role(
    engine: Engine, council: Council, role: str, secret: str
) -> None:
    text = MINUTES.replace("die 3. Sitzung", "die 3. nichtöffentliche Sitzung") if secret == "head" else MINUTES
    council.save(text, role=role, name="Niederschrift, nicht öffentlich" if secret == "name" else "Niederschrift")
    assert read(engine) == {}


def test_what_the_source_states_itself_holds_until_the_bytes_give_text(engine: Engine, council: Council) -> None:
    file = factories.file(name="Niederschrift")
    file.raw = {**file.raw, "text": MINUTES + SECOND_PAGE}
    factories.save(engine, council.rows, file, factories.link(council.meeting, "resultsProtocol", file))
    noted(engine, ("File", file.id))
    both = {council.bridge.id, council.mill.id}
    assert {row.sha256 for row in read(engine).values()} == {None}

    def seen() -> set[str]:
        with Session(engine) as session:
            return set(minuted(session, both))

    assert seen() == both
    scan = factories.blob(read_state=None)
    factories.save(engine, scan)
    with writing(engine) as session:  # nothing is logged of bytes that give no text
        session.execute(update(File).values(blob_sha256=scan.sha256, fetch_state="fetched"))
    for state in (None, "empty", "damaged"):
        with writing(engine) as session:
            session.execute(update(Blob).values(read_state=state))
        assert seen() == both
    noted(engine, ("File", file.id))
    assert {row.sha256 for row in read(engine).values()} == {None}
    assert seen() == both
    with writing(engine) as session:
        session.execute(update(Blob).values(read_state="partly"))
    assert seen() == set()


@pytest.mark.parametrize("link", ["from consultation", "from item"])
@pytest.mark.parametrize("changed", ["Consultation", "Paper"])
def test_what_is_known_later_of_an_items_paper_has_the_minutes_read_again(
    engine: Engine, council: Council, changed: str, link: str
) -> None:
    council.bridge.name = "Beschluss über die Vorlage"  # not in the minutes; the paper's number is
    consultation = council.rows.pop()
    if link == "from item":
        consultation.agenda_item_id, council.bridge.consultation_id = None, consultation.id
    council.save()
    assert set(read(engine)) == {council.mill.id}
    factories.save(engine, consultation)
    noted(engine, (changed, consultation.id if changed == "Consultation" else council.paper.id))
    assert set(read(engine)) == {council.bridge.id, council.mill.id}
