"""`ratslupe figures`: what is counted ahead can always be counted anew from the records."""

import sys

import click
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_current


@click.group()
def figures() -> None:
    """What figures show, which can always be counted anew from the records."""


@figures.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Count everything anew; the site shows what was counted before until each year is done."""
    from app.tallies import rebuild as run  # noqa: PLC0415 - keeps `ratslupe --help` quick

    with click.progressbar(length=0, label="Counting", file=sys.stderr) as bar:

        def report(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        counts = run(open_current(settings.database_url), progress=report)
    click.echo(f"{counts.records} records, {counts.years} years")


@figures.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare what is counted with the records; exits with 1 where they differ."""
    from app.tallies import differences  # noqa: PLC0415 - as above

    with Session(open_current(settings.database_url)) as session:
        found = differences(session)
    for one in found:
        click.echo(f"wrong {one}")
    if found:
        sys.exit(1)
    click.echo("The figures show what the records say.")
