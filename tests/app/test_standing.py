"""The sentence that says where a paper stands, in every language it is said in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.queries.paths import consultation_path
from app.queries.states import state_of
from app.speech import NBSP, Voice, article_of
from app.standing import paper_state
from tests import factories

TODAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HELD, AHEAD = datetime(2025, 12, 16, 16, tzinfo=UTC), datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.fixture
def database_url(tmp_path: Any, sqlite_template: Any) -> str:
    """One database is enough: the questions are tested elsewhere."""
    path = tmp_path / "home" / "ratslupe.db"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def said(engine: Engine) -> Any:
    """Give a function that saves stations of one organization and says where their paper stands."""

    def said(*stations: dict[str, Any], of: str = "Rat", language: str = "de") -> str:
        paper, council = factories.paper(), factories.organization(name=of)
        told: list[dict[str, Any]] = [
            {"start": HELD, "position": number} | station for number, station in enumerate(stations)
        ]
        rows = [factories.station(paper, council, **station) for station in told]
        factories.save(engine, paper, council, rows)
        with Session(engine) as session:
            path = consultation_path(session, paper.id, today=TODAY)
            state = state_of(path, today=TODAY)
            return str(paper_state(Voice(language), state, known=bool(stations))).replace(NBSP, " ")

    return said


@pytest.mark.parametrize(
    ("station", "german", "english"),
    [
        (
            {"role": "Entscheidung", "result": "31 Ja, 4 Nein"},
            "Beschlossen vom Rat am 16. Dezember 2025, 31 dafür, 4 dagegen.",
            "Adopted by the Rat on 16 December 2025, 31 for, 4 against.",
        ),
        (
            {"role": "Entscheidung", "result": "31 Ja, 0 Nein, 0 Enthaltungen"},
            "Beschlossen vom Rat am 16. Dezember 2025, einstimmig, 31 dafür.",
            "Adopted by the Rat on 16 December 2025, unanimously, 31 for.",
        ),
        (
            {"role": "Entscheidung", "result": "einstimmig abgelehnt"},
            "Abgelehnt vom Rat am 16. Dezember 2025, einstimmig.",
            "Rejected by the Rat on 16 December 2025, unanimously.",
        ),
        (
            {"role": "Entscheidung", "start": AHEAD},
            "Noch nicht entschieden. Der Rat entscheidet am Dienstag, 1. Dezember 2026, 17 Uhr, unter Punkt Ö 7.",
            "Not decided yet. The Rat decides on Tuesday, 1 December 2026, 17:00, item Ö 7.",
        ),
        (
            {"role": "Vorberatung", "start": AHEAD, "number": None},
            "Noch nicht entschieden. Der Rat berät am Dienstag, 1. Dezember 2026, 17 Uhr.",
            "Not decided yet. The Rat debates it on Tuesday, 1 December 2026, 17:00.",
        ),
        (
            {"role": "Vorberatung", "result": "empfohlen"},
            "Noch nicht entschieden. Empfohlen vom Rat am 16. Dezember 2025. Der nächste Termin ist nicht bekannt.",
            "Not decided yet. Recommended by the Rat on 16 December 2025. The next date is not known.",
        ),
        (
            {"start": TODAY - timedelta(days=34)},
            "Noch kein Ergebnis veröffentlicht. Der Rat tagte vor 34 Tagen.",
            "No result published yet. The Rat met 34 days ago.",
        ),
        ({"result": "zurückgezogen"}, "Zurückgezogen. Rat, 16. Dezember 2025.", "Withdrawn. Rat, 16 December 2025."),
        ({"result": "siehe Anlage 3"}, "siehe Anlage 3. Rat, 16. Dezember 2025.", None),
    ],
)
def test_it_says_who_decided_when_and_how(said: Any, station: dict[str, Any], german: str, english: str | None) -> None:
    assert said(station) == german
    if english:
        assert said(station, language="en") == english


def test_it_counts_how_often_a_matter_was_put_off(said: Any) -> None:
    often = [{"result": "vertagt", "start": HELD + timedelta(days=7 * number)} for number in range(3)]
    assert said(*often) == "3-mal vertagt. Zuletzt vom Rat am 30. Dezember 2025. Der nächste Termin ist nicht bekannt."


def test_it_puts_no_article_to_a_name_whose_own_is_not_known(said: Any) -> None:
    assert said({"result": "beschlossen", "role": "Entscheidung"}, of="AG Rad") == (
        "Beschlossen. AG Rad, 16. Dezember 2025."
    )
    assert "von der Bezirksvertretung Nord am" in said({"result": "beschlossen"}, of="Bezirksvertretung Nord")


@pytest.mark.parametrize(
    ("name", "article"),
    [
        ("Rat der Stadt", "der"),
        ("Haupt- und Finanzausschuss", "der"),
        ("Bau-, Umwelt- und Verkehrsausschuß", "der"),
        ("Ausschuss für Mobilität", "der"),
        ("Kreistag", "der"),
        ("Stadtverordnetenversammlung", "die"),
        ("Bezirksvertretung 3", "die"),
        ("Jugendparlament", "das"),
        ("Technischer Ausschuss", ""),
        ("", ""),
        ("und und und", ""),
        ("-", ""),
    ],
)
def test_it_knows_the_article_of_an_organization_by_its_noun(name: str, article: str) -> None:
    assert article_of(name) == article
