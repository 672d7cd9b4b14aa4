"""Takes the pictures of mails: python docs/screens/mails.py [--home FOLDER] [--folder FOLDER]

Two people, one German, one English, follow several things of the made-up council, whose newest papers come in one day:
the mails that they get, light, dark and on a phone, and as plain text. Without --home the council is mirrored first.
The portal itself is left as it is; the mails are of a copy of its database. Needs the extra `test` and chromium.
"""

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from app import changes as log
from app.alerts.rehearsing import Listener
from app.alerts.running import pass_on
from app.alerts.subscribing import subscribe
from app.alerts.targets import Target
from app.config import Settings
from app.db import now, open_current, writing
from app.models import Alert, Body, Change, Link, Meeting, News, Organization, Paper, Subscriber
from app.news.refreshing import NEWS_CONSUMER
from tests.browser.chromium import FLAGS, chromium
from tests.portal import Portal, free_port

READERS = {"anna@example.org": "de", "ben@example.org": "en"}
LOOKS = {"": (900, "light"), "-dark": (900, "dark"), "-320": (320, "light")}
HIGHEST = 1600  # pixels: what follows looks like what is there
NEWEST = 12  # papers that come in one day


@contextmanager
def copied(home: Path | None) -> Iterator[Settings]:
    """Give the settings of a copy of a portal's database; of the made-up council's, where none is named."""
    with tempfile.TemporaryDirectory(prefix="rl-mails-") as folder:
        if home is None:
            home = Path(folder, "portal")
            home.mkdir()
            Portal(home, free_port()).run("demo", "--no-serve", "--council-port", str(free_port()))
        copy = Path(folder, "copy")
        copy.mkdir()
        for name in home.glob("ratslupe.db*"):
            shutil.copy(name, copy)
        environment = {"RATSLUPE_HOME": str(copy), "SECRET_KEY": "pictures", "BASE_URL": "https://rat.example.org"}
        yield Settings.from_environment(environment | {"MAIL_FROM": "post@rat.example.org"})


def a_day(engine: Engine) -> tuple[datetime, list[Target]]:
    """Let the newest papers come the day before the newest meeting; returns when, and what is worth following."""
    with Session(engine) as session:
        held_by = select(Meeting, Organization).join(Link, Link.from_id == Meeting.id)
        held_by = held_by.join(Organization, Organization.id == Link.to_id).where(Link.property == "organization")
        found = session.execute(held_by.where(~Meeting.deleted).order_by(Meeting.start.desc()).limit(1)).one()
        meeting, committee = found[0], found[1]
        papers = session.scalars(select(Paper.id).where(~Paper.deleted).order_by(Paper.date.desc()).limit(NEWEST)).all()
        behind = session.scalars(select(Link.to_id).where(Link.from_id.in_([*papers, meeting.id]))).all()
        body = session.scalars(select(Body.id)).first()
    day = ((meeting.start or now()) - timedelta(days=1)).astimezone(UTC).replace(hour=15, minute=0)
    with writing(engine) as session:
        for theirs in (News, Subscriber):
            session.execute(delete(theirs))
        came = Change.object_id.in_([*papers, *behind, meeting.id])
        session.execute(update(Change).where(came).values(backfill=False, at=day - timedelta(minutes=50)))
        log.advance(session, NEWS_CONSUMER, 0)
    targets = [("search", "Straße OR Schule"), ("paper", papers[0]), ("organization", committee.id)]
    targets += [("body", body or ""), ("newsletter", f"organization:{committee.id}")]
    return day, [Target(kind, value) for kind, value in targets]


def mails(settings: Settings) -> Sequence[EmailMessage]:
    """Return what both readers get: asked to confirm, told of news, reminded, and the newsletter a week later."""
    engine, heard = open_current(settings.database_url), Listener()
    day, targets = a_day(engine)
    for address, language in READERS.items():
        for target in targets:
            subscribe(engine, settings, address, target, language, frequency="instant", moment=day - timedelta(hours=2))
    asked = day - timedelta(hours=1)
    pass_on(engine, heard, settings, clock=lambda: asked, whole=True)
    with writing(engine) as session:
        session.execute(update(Subscriber).values(confirmed_at=asked))
        session.execute(update(Alert).values(seq=0))
    for later in (timedelta(), timedelta(hours=2), timedelta(days=8)):
        pass_on(engine, heard, settings, clock=partial(day.__add__, later), whole=True)
    engine.dispose()
    return heard.messages


def take_all(browser: Browser, found: Sequence[EmailMessage], folder: Path) -> None:
    """Take every picture, and keep the plain text beside."""
    counts: dict[str, int] = {}
    for mail in found:
        language = READERS[str(mail["To"])]
        counts[language] = counts.get(language, 0) + 1
        name = f"mail-{counts[language]}-{language}"
        html, plain = (str(part.get_content()) for kind in ("html", "plain") if (part := mail.get_body((kind,))))
        print(f"{name}: {mail['Subject']}")  # noqa: T201 - this is a command
        (folder / f"{name}.txt").write_text(plain)
        for look, (width, scheme) in LOOKS.items():
            page = browser.new_page(
                viewport={"width": width, "height": 700}, color_scheme="dark" if scheme == "dark" else "light"
            )
            page.set_content(html)
            taken = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
            page.close()
            taken.crop((0, 0, width, min(taken.height, HIGHEST))).save(folder / f"{name}{look}.webp", quality=50)


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    wish = parser.parse_args()
    with copied(wish.home) as settings, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        take_all(browser, mails(settings), wish.folder)
        browser.close()


if __name__ == "__main__":
    main()
