"""What a source writes goes into mails as words: no element, no header, no address of somebody else."""

from sqlalchemy import Engine

from app.alerts.letters import news
from app.config import Settings
from app.db import now, writing
from app.mail import compose
from app.models import AlertDelivery, AlertHit
from tests import factories
from tests.app.web.conftest import Page
from tests.hostile import bundles

NEVER = {"script", "img", "svg", "iframe", "object", "form", "base", "link", "input", "video"}


def test_mails_take_words_for_words(engine: Engine, settings: Settings) -> None:
    for turn, text in enumerate(bundles(60), 1):
        text = text.replace("\0", "")  # noqa: PLW2901 - no database of ours takes it
        paper = factories.paper(name=text, reference=text, paper_type=text)
        alert = factories.alert(query=text[:200])
        factories.save(engine, paper, alert)
        with writing(engine) as session:
            alert = session.merge(alert)
            told = AlertDelivery(alert_id=alert.id, seq_until=turn, total=1, message_id=f"<{turn}@x>", created_at=now())
            session.add(told)
            session.flush()
            session.add(AlertHit(alert_id=alert.id, object_id=paper.id, delivery_id=told.id, snippet=[[text, True]]))
            session.flush()
            letter = news(session, settings, alert, told)
        assert letter is not None
        message = compose(letter)
        assert not set(message["Subject"]) & {"\r", "\n"}
        assert message["To"] == "reader@example.org"
        assert "Bcc" not in message
        page = Page(letter.html)
        assert not NEVER & {tag for tag, _ in page.elements}, turn
        assert not [name for _, found in page.elements for name in found if name.startswith("on")], turn
        assert all(link["href"].startswith(settings.base_url) for link in page.every("a")), turn
