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

        engine = open_current(settings.database_url)
        try:
            counts = run(engine, progress=report)
        finally:
            engine.dispose()
    click.echo(f"records counted: {counts.records}, years added up: {counts.years}")


@figures.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare what is counted with the records; exits with 1 where they differ."""
    from app.tallies import differences  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        with Session(engine) as session:
            found = differences(session)
    finally:
        engine.dispose()
    for one in found:
        click.echo(f"wrong {one}")
    if found:
        sys.exit(1)
    click.echo("The figures show what the records say.")
