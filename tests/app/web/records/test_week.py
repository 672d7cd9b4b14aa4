"""What is new of the last seven days: on the first page in figures, below /week in lists."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db import now
from tests import factories


def test_it_tells_what_came_changed_and_went_in_the_last_seven_days(client: FlaskClient, engine: Engine) -> None:
    moment = now()
    paper, old = factories.paper(name="Radweg am Anger"), factories.paper(name="Von früher")
    gone, walked = factories.paper(name="GEHEIM", deleted=True), factories.paper(name="Erster Lauf")
    read = factories.read_file("Text", of=paper, name="Lageplan")
    meeting = factories.meeting(name="Bauausschuss", start=moment + timedelta(days=3))
    called_off = factories.meeting(name="Sportausschuss", start=moment + timedelta(days=4), cancelled=True)
    log = [
        factories.change(old, at=moment - timedelta(days=9)),
        factories.change(walked, at=moment - timedelta(days=2), backfill=True),
        factories.change(paper, at=moment - timedelta(days=2)),
        factories.change(gone, "deleted", at=moment - timedelta(days=2)),
        factories.change(read[0], at=moment - timedelta(days=1)),
        factories.change(
            meeting,
            "updated",
            at=moment,
            fields=["agendaItem", "resultsProtocol"],
            diff={"resultsProtocol": [[], ["x"]]},
        ),
        factories.change(called_off, "updated", at=moment, fields=["cancelled"], diff={"cancelled": [None, True]}),
    ]
    rows: list[factories.Rows] = [paper, old, gone, walked, read, meeting, called_off]
    factories.save(engine, factories.source(), factories.body(), rows, log)
    home, week = client.get("/").text, client.get("/week").text.replace("\u00ad", "")
    for kind in ("papers", "files", "agendas", "cancelled", "minutes", "withdrawn-papers"):
        assert f'href="/week#{kind}"' in home
        assert f'id="{kind}"' in week
    assert 'href="/week#meetings"' not in home
    for name in ("Radweg am Anger", "Lageplan", "Bauausschuss", "Sportausschuss"):
        assert name in week
    for name in ("GEHEIM", "Von früher", "Erster Lauf"):
        assert name not in week


def test_it_is_honest_where_nothing_came(client: FlaskClient, engine: Engine) -> None:
    assert "kam nichts Neues" in client.get("/week").text
    factories.save(engine, factories.source(), factories.body())
    assert "/week" not in client.get("/").text
    assert client.get("/week?body=nowhere").status_code == 404


def test_the_first_page_says_why_a_matter_is_there(client: FlaskClient, engine: Engine) -> None:
    council, paper = factories.organization(name="Rat"), factories.paper(name="Neubau der Kita")
    decided = factories.station(
        paper, council, now() - timedelta(days=2), role="Entscheidung", result="20 Ja, 15 Nein", name="Neubau der Kita"
    )
    routine = factories.paper(name="Niederschrift")
    minutes = factories.station(routine, council, now() - timedelta(days=1), result="genehmigt", name="Niederschrift")
    factories.save(engine, factories.source(), factories.body(), council, paper, decided, routine, minutes)
    text = client.get("/").text.replace("\u00a0", " ")
    assert "Warum hier?" in text
    assert "20 dafür, 15 dagegen." in text
    assert 'Beschlossen</span> <span class="rl-muted">vom Rat am' in text
    decisions = text.partition('id="decided"')[2].partition("</section>")[0]
    assert "Niederschrift" not in decisions
    points = [int(part.split(" von ")[0].rpartition(">")[2]) for part in decisions.split("<dd>")[1:]]
    assert sum(points[:-1]) == points[-1]


def test_the_first_page_costs_as_many_questions_whatever_is_in_it(
    engine: Engine, read: Callable[[str], str], cost: Callable[[str], int]
) -> None:
    council = factories.organization(name="Rat")

    def decide(count: int) -> None:
        for number in range(count):
            paper = factories.paper(name=f"Sache {number}")
            moment = now() + timedelta(days=number % 9 - 5, hours=1)
            factories.save(engine, paper, factories.station(paper, council, moment, result="beschlossen"))

    factories.save(engine, factories.source(), factories.body(), council)
    decide(9)
    read("/")
    few = cost("/?few=1")
    decide(40)
    assert cost("/?many=1") == few <= 18
