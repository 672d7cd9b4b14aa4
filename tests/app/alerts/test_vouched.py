"""What a stranger typed for somebody else's address says nothing in the mails that we sign."""

import re
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.alerts.mails.letters import letter_of
from app.alerts.mails.vouched import LONGEST
from app.alerts.targets import HoldsAddress, Target, describe, near_target, of_council, search_target, without_links
from app.config import Settings
from app.mail import Letter
from app.models import AlertDelivery, Subscriber
from app.speech import Voice
from tests import factories as make
from tests.app.alerts.post import Post
from tests.app.smtp import Sink

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where no database takes part
WORDS = "Ihr Konto ist gesperrt rufen Sie sofort unsere Hotline an und nennen Sie Ihr Kennwort"
LINK = re.compile(r"\w\.\w|[/@:\\]")  # what mail programs make links of, and nothing less


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


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Konto gesperrt evil.example/login", "Konto gesperrt evil. example login"),
        ("evil.example", "evil. example"),
        ("evil．example／login", "evil. example login"),
        ("evil。example evil｡example", "evil. example evil. example"),
        ("evil.\u00adexample evil.\u200bexample", "evil. example evil. example"),
        ("Str. 5 Nr.7", "Str. 5 Nr. 7"),
    ],
)
def test_what_a_stranger_typed_becomes_no_link(post: Post, typed: str, name: str) -> None:
    letter = mailed(post, ("search", typed, 1))
    for written in (letter.text, letter.html):
        said = re.sub(rf"{post.settings.base_url}[^\s\"]*", "", written)  # in a link of ours it may stand
        assert name in said
        assert "evil.example" not in said
        assert "evil．example" not in said


def test_what_the_owner_saw_when_confirming_stays_as_it_was_typed(post: Post) -> None:
    letter = mailed(post, ("search", "Konzept haus.de", 0))
    assert "Konzept haus.de" in letter.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from("ab1äß.·․。．｡/／:@＠\\ \t-_é\u0301"), max_size=20) | st.text(max_size=20))
def test_no_text_keeps_a_link(database_url: str, text: str) -> None:
    said = without_links(text)
    assert LINK.search(said) is None
    assert without_links(said) == said
    words = re.compile(r"\w")
    assert words.findall(said) == words.findall(unicodedata.normalize("NFKC", text))
