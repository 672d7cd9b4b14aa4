"""`ratslupe newsletter`: what the operator writes above the next newsletter of a council or a committee."""

import sys
from typing import TYPE_CHECKING, TextIO

import click
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, open_current, writing
from app.markdown import has_picture
from app.translations import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from app.alerts.targets import Target

LONGEST = 5_000  # characters: it stands above the news, and is none


@click.group()
def newsletter() -> None:
    """The weekly newsletters. TARGET is body:SHORT-NAME or organization:KEY, as in the address of its page."""


@newsletter.command()
@click.argument("target")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.pass_obj
def intro(settings: Settings, target: str, file: TextIO) -> None:
    """Write FILE (Markdown; - is standard input) above the next newsletter of TARGET; nothing in it takes it off."""
    from app.alerts.newsletters import closes_after, write_intro  # noqa: PLC0415 - keeps `ratslupe --help` quick

    words = file.read(LONGEST + 1).strip()
    if len(words) > LONGEST:
        raise click.ClickException(f"longer than {LONGEST} characters")
    if has_picture(words):
        raise click.ClickException("mails load nothing from elsewhere: take the pictures out, or link them")
    with writing(open_current(settings.database_url)) as session:
        found = _target(session, target)
        write_intro(session, found, words, now())
    when = closes_after(now()).date()
    click.echo(f"It stands above the newsletter of {when}." if words else "Nothing stands above the next newsletter.")


@newsletter.command()
@click.argument("target")
@click.option("--language", default=DEFAULT, show_default=True, type=click.Choice(sorted(LANGUAGES)))
@click.pass_obj
def show(settings: Settings, target: str, language: str) -> None:
    """Print the next newsletter of TARGET, as it would be mailed if it closed now; exits with 1 where there is none."""
    from app.alerts.mails.templates import text_of_issue  # noqa: PLC0415 - as above
    from app.alerts.newsletters import next_issue  # noqa: PLC0415 - as above

    with Session(open_current(settings.database_url)) as session:
        issue = next_issue(session, _target(session, target), language, now(), settings.base_url)
    if issue is None:
        click.echo("Nothing happened since the last one: no mail would go out.", err=True)
        sys.exit(1)
    click.echo(text_of_issue(issue, language))


def _target(session: Session, text: str) -> "Target":
    from app.alerts.targets import TargetError, read_target  # noqa: PLC0415 - as above

    try:
        return read_target(session, f"newsletter:{text}")
    except TargetError as error:
        raise click.ClickException(f"{text}: {error}") from error
