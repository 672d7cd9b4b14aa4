"""Following in the portal of one council alone, beside another council in the same database: nothing tells of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app import changes as log
from app.alerts.channels import webhooks
from app.alerts.mails.letters import letter_of
from app.alerts.mails.sender import Sender
from app.alerts.matching import match
from app.alerts.subscribing import confirm, delivery
from app.alerts.tokens import CONFIRM, FEED, MANAGE, token
from app.config import Settings
from app.db import now, writing
from app.facts import street_key
from app.models import (
    Address,
    Alert,
    AlertNotice,
    Meeting,
    OParlObject,
    Organization,
    Paper,
    PaperPlace,
    Person,
    Place,
    Subscriber,
)
from app.news.refreshing import NEWS_CONSUMER
from app.web import create_app
from app.web.pages import alerts as pages
from app.web.site import EXTENSION
from tests import factories as make
from tests.app.web.conftest import Page, Reader, reindex

SECRET = "Geheimsache"  # stands in the name of every record of the other council
OURS, THEIRS = "musterstadt", "fremdstadt"
SEARCHES = (
    "gartenstraße OR body:musterstadt",
    "gartenstraße -body:musterstadt",
    'gartenstraße OR "body:musterstadt"',
    "gartenstraße OR body:musterstadt-x",
    "gartenstraße body:fremdstadt",
    "gartenstraße",
)
CIRCLE = "near:51.50000,9.50000,2000,x"


@dataclass
class Councils:
    """The papers of two councils, about the same street, and what else the other one has."""

    engine: Engine
    settings: Settings
    ours: Paper
    theirs: Paper
    follows: tuple[str, ...]  # what is theirs, as an address says it

    def happen(self) -> None:
        """Let both be news."""
        for number, paper in enumerate((self.ours, self.theirs), 1):
            make.save(self.engine, make.news(paper, seq=number, source_id=paper.source_id, at=now()))
        with writing(self.engine) as session:
            log.advance(session, NEWS_CONSUMER, 2)
            log.advance(session, "places:1", 2)


def _theirs() -> tuple[Paper, list[OParlObject], tuple[str, ...]]:
    server, common = "https://fremd.example/oparl", {"source_id": 2, "body_id": "https://fremd.example/oparl/body"}
    paper = make.paper(id=f"{server}/paper/1", name=f"{SECRET}: Gartenstraße", **common)
    organization = make.organization(id=f"{server}/organization/1", name=f"{SECRET}-Ausschuss", **common)
    person = make.person(id=f"{server}/person/1", name=f"Frau {SECRET}", **common)
    meeting = make.meeting(id=f"{server}/meeting/1", name=f"{SECRET}-Sitzung", **common)
    records: dict[type[OParlObject], OParlObject] = {
        Paper: paper,
        Organization: organization,
        Person: person,
        Meeting: meeting,
    }
    follows = [f"{model.__name__.lower()}:{row.key}" for model, row in records.items()]
    newsletters = (f"newsletter:organization:{organization.key}", f"newsletter:body:{THEIRS}")
    return paper, list(records.values()), (*follows, f"body:{THEIRS}", *newsletters)


@pytest.fixture
def councils(engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Councils:
    """Mirror two councils that have a street of the same name at the same spot."""
    monkeypatch.setattr(Sender, "wake", lambda _: None)
    monkeypatch.setattr(pages, "TAKES", 0.0)
    ours = make.paper(name="Bäume in der Gartenstraße")
    theirs, records, follows = _theirs()
    make.save(engine, make.body())
    make.save(engine, make.source(id=2, slug=THEIRS, url="https://fremd.example/system"))
    make.save(engine, make.body(id=theirs.body_id, name=f"{SECRET}-Stadt", source_id=2))
    key = street_key("Gartenstraße")
    spot = {"name": "Gartenstraße", "longitude": 9.5, "latitude": 51.5}
    counts = {"papers": 1, "drawn": 1}
    make.save(engine, ours, *records, *(Place(id=one, source_id=one, key=key, **spot, **counts) for one in (1, 2)))
    make.save(engine, *(PaperPlace(paper_id=one.id, place_id=one.source_id, drawn=True) for one in (ours, theirs)))
    house = {"street_key": key, "number": "12", "origin": "file"}
    make.save(engine, Address(source_id=1, **house, **spot))
    reindex(engine, settings)
    return Councils(engine, settings, ours, theirs, follows)


@pytest.fixture
def alone(councils: Councils) -> Iterator[FlaskClient]:
    """Give the portal of one of them alone."""
    environment = {"RATSLUPE_HOME": str(councils.settings.home), "DATABASE_URL": councils.settings.database_url}
    app = create_app(Settings.from_environment(environment | {"SECRET_KEY": "x", "ONLY_COUNCIL": OURS}))
    app.test_client_class = Reader
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    yield client
    app.extensions[EXTENSION].close()


def ask(client: FlaskClient, address: str = "reader@example.org", **wish: str) -> int:
    return client.post("/alerts", data=wish | {"address": address, "frequency": "instant"}).status_code


def noticed(engine: Engine) -> set[str]:
    with Session(engine) as session:
        return set(session.scalars(select(AlertNotice.object_id)))


def portal(client: FlaskClient) -> Settings:
    found: Settings = client.application.extensions[EXTENSION].settings
    return found


@pytest.mark.parametrize("wish", [*({"q": one} for one in SEARCHES), {"follow": CIRCLE}, {"place": "Gartenstraße 12"}])
def test_what_is_asked_for_is_told_of_this_council_alone(
    alone: FlaskClient, councils: Councils, wish: dict[str, str]
) -> None:
    shown = alone.post("/alerts", data=wish | {"look": "1"}).text
    assert ask(alone, **wish) == 303
    with Session(councils.engine) as session:
        subscriber = session.scalars(select(Subscriber)).one()
        made = token(portal(alone), CONFIRM, subscriber.nonce)
    confirm(councils.engine, portal(alone), made)
    councils.happen()
    shown += alone.post("/alerts", data=wish | {"look": "1"}).text
    # The worker knows no rule of a portal.
    match(councils.engine, councils.settings, now() + timedelta(hours=7))
    assert noticed(councils.engine) <= {councils.ours.id}
    if "follow" in wish or "place" in wish or wish["q"] == "gartenstraße":
        assert noticed(councils.engine) == {councils.ours.id}
    for page in ("feeds/mine/{}.json", "feeds/mine/{}.atom", "alerts/new/{}"):
        shown += alone.get("/" + page.format(token(portal(alone), FEED, subscriber.nonce))).text
    for page in ("alerts/manage/{}", "alerts/manage/{}/export.json"):
        shown += alone.get("/" + page.format(token(portal(alone), MANAGE, subscriber.nonce))).text
    with Session(councils.engine) as session:
        notices = session.scalars(select(AlertNotice)).all()
        called = webhooks.told(session, [(one.alert_id, one.key) for one in notices], subscriber.id, "de", "")
        assert SECRET not in repr(called)
    assert SECRET not in shown


def test_what_is_of_another_council_cannot_be_followed(alone: FlaskClient, councils: Councils) -> None:
    councils.happen()
    for follow in councils.follows:
        page = alone.get("/alerts", query_string={"follow": follow})
        assert "gibt es hier nicht mehr" in page.text, follow
        assert SECRET not in page.text, follow
        assert ask(alone, follow=follow) == 400, follow
    with Session(councils.engine) as session:
        assert session.scalars(select(Alert)).all() == []
    every = create_app(councils.settings)
    for follow in councils.follows:  # in the portal of all they can
        assert SECRET in every.test_client().get("/alerts", query_string={"follow": follow}).text, follow
    every.extensions[EXTENSION].close()


def test_no_feed_calendar_or_newsletter_tells_of_another_council(alone: FlaskClient, councils: Councils) -> None:
    councils.happen()
    for follow in councils.follows:
        kind, _, key = follow.partition(":")
        if kind == "newsletter":
            assert alone.get(f"/newsletter/{key.replace(':', '/')}").status_code == 404, follow
            continue
        assert alone.get(f"/feeds/{kind}/{key}.json").status_code == 404, follow
        calendar = {"person": "/people", "organization": "/organizations", "meeting": "/meetings"}.get(kind)
        if calendar:
            assert alone.get(f"{calendar}/{key}.ics").status_code == 404, follow
    for path in ("/calendar.ics", "/calendar.ics?q=sitzung", "/newsletter/body/musterstadt"):
        assert SECRET not in alone.get(path).text, path
    assert alone.get(f"/calendar.ics?body={THEIRS}").status_code == 404
    assert alone.get(f"/feeds/near.json?at=51.5,9.5&radius=2000&body={THEIRS}").status_code == 404
    for query in SEARCHES:
        assert SECRET not in alone.get("/feeds/search.json", query_string={"q": query}).text, query
    told = alone.get("/feeds/near.json?at=51.5,9.5&radius=2000")
    assert [one["url"].rpartition("/")[2] for one in told.get_json()["items"]] == [councils.ours.key]


def test_what_somebody_follows_elsewhere_is_not_shown_here(alone: FlaskClient, councils: Councils) -> None:
    reader = make.subscriber()
    make.save(councils.engine, reader)
    alert = make.alert(reader, "paper", councils.theirs.id)
    make.save(councils.engine, alert, make.alert(reader, "body", str(councils.theirs.body_id)))
    councils.happen()
    make.save(councils.engine, make.notice(alert, councils.theirs, due_at=now() - timedelta(hours=1)))
    for page, purpose in (
        ("/feeds/mine/{}.atom", FEED),
        ("/alerts/new/{}", FEED),
        ("/alerts/manage/{}", MANAGE),
        ("/alerts/manage/{}/export.json", MANAGE),
    ):
        answer = alone.get(page.format(token(portal(alone), purpose, reader.nonce)))
        assert answer.status_code == 200, page
        assert SECRET not in answer.text, page


def test_a_circle_of_one_council_stays_one_in_the_portal_of_all(client: FlaskClient, councils: Councils) -> None:
    councils.happen()
    named = f"{SECRET}: Garten"
    whole, of_ours = CIRCLE, CIRCLE.replace("2000", f"2000@{OURS}")
    assert named in client.get("/alerts", query_string={"follow": whole}).text
    page = client.get("/alerts", query_string={"follow": of_ours})
    assert f"({OURS})" in page.text
    assert named not in page.text
    [feed] = {one["href"] for one in Page(page.text).every("a") if "/feeds/near" in one.get("href", "")}
    assert f"body={OURS}" in feed
    assert councils.ours.key in client.get(feed).text
    assert SECRET not in client.get(feed).text
    assert ask(client, follow=of_ours) == 303
    with Session(councils.engine) as session:
        assert [one.value for one in session.scalars(select(Alert))] == [of_ours.removeprefix("near:")]


def test_the_mail_of_this_portal_tells_of_no_other_council(alone: FlaskClient, councils: Councils) -> None:
    assert ask(alone, q="gartenstraße OR body:musterstadt") == 303
    assert ask(alone, follow=CIRCLE) == 303
    with Session(councils.engine) as session:
        nonce = session.scalars(select(Subscriber.nonce)).one()
    confirm(councils.engine, portal(alone), token(portal(alone), CONFIRM, nonce))
    councils.happen()
    match(councils.engine, councils.settings, now() + timedelta(hours=7))
    with writing(councils.engine) as session:
        subscriber = session.scalars(select(Subscriber)).one()
        mail = delivery(councils.settings, subscriber, "news", now(), "x")
        session.add(mail)
        session.flush()
        for one in session.scalars(select(AlertNotice)):
            one.delivery_id = mail.id
        session.flush()
        letter = letter_of(session, councils.settings, subscriber, mail, now())
    assert letter is not None
    assert "Bäume in der Gartenstraße" in letter.text
    assert SECRET not in letter.text + letter.html
