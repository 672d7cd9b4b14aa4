"""What a stranger typed for somebody else's address says nothing in the mails that we sign."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.alerts.mails.letters import letter_of
from app.alerts.mails.vouched import LONGEST
from app.alerts.targets import HoldsAddress, Target, describe, near_target, of_council, search_target
from app.config import Settings
from app.mail import Letter
from app.models import AlertDelivery, Subscriber
from app.speech import Voice
from tests import factories as make
from tests.app.alerts.post import Post
from tests.app.smtp import Sink

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
WORDS = "Ihr Konto ist gesperrt rufen Sie sofort unsere Hotline an und nennen Sie Ihr Kennwort"


@pytest.fixture
def post(engine: Engine, settings: Settings) -> Post:
    return Post(engine, settings, Sink())


def mailed(post: Post, *asked: tuple[str, str, int]) -> Letter:
    """Return the mail on a paper that alerts found; each was asked for so many minutes after the confirmation."""
    reader, paper = post.reader(language="en"), make.paper()
    make.save(post.engine, paper)
    mail = post.owe(reader)
    for kind, value, minutes in asked:
        at = make.SEEN + timedelta(minutes=minutes)
        post.tell(post.alert(reader, kind, value or paper.id, asked_at=at), mail, paper, "changed")
    with Session(post.engine) as session:
        row = session.get_one(AlertDelivery, mail.id)
        found = letter_of(session, post.settings, session.get_one(Subscriber, reader.id), row, post.now)
    assert found is not None
    return found


def test_it_is_no_subject_and_no_letter_of_its_own(post: Post) -> None:
    letter = mailed(post, ("search", WORDS, 1))
    assert letter.subject == "1 new on what you follow"
    for said in (letter.text, letter.html):
        assert WORDS[:30] in said
        assert WORDS[:LONGEST] not in said


def test_what_the_owner_saw_when_confirming_is_named(post: Post) -> None:
    letter = mailed(post, ("search", "Fremdes", 1), ("search", WORDS, 0))
    assert letter.subject.startswith(f"1 new: {WORDS[:40]}")
    assert "Fremdes" not in letter.subject
    assert WORDS in letter.text


def test_records_are_called_what_the_council_calls_them(post: Post) -> None:
    assert mailed(post, ("paper", "", 1)).subject == "1 new: Tempo 30 in der Gartenstraße"


@pytest.mark.parametrize("text", ["https://evil.example", "Rad WWW.evil.example", '"a@evil.example"', "x://y"])
def test_addresses_cannot_be_followed(database_url: str, text: str) -> None:
    with pytest.raises(HoldsAddress):
        search_target(text)
    # A feed is read by who asks for it: there it is a search like any other.
    assert of_council(Target("search", text), "anderswo").value.endswith("body:anderswo")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("https://evil.example/x", "https evil. example x"),
        ("www.evil.example", "www. evil. example"),
        ("a@evil.example", "a evil. example"),
        ("St.-Georg-Str. 5", "St.-Georg-Str. 5"),
        ("Gartenstraße 12 a", "Gartenstraße 12 a"),
    ],
)
def test_no_label_becomes_a_link(engine: Engine, label: str, name: str) -> None:
    target = near_target((9.5, 51.5), 500, label)
    with Session(engine) as session:
        assert describe(session, target, Voice("en")).name == f"500 m around {name}"
