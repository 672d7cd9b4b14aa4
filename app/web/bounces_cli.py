"""`ratslupe bounces`: mails that came back, one a file or piped in by the mail server."""

import click

from app.config import Settings
from app.db import open_current


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.pass_obj
def bounces(settings: Settings, files: tuple[str, ...]) -> None:
    """Read mails that came back (FILES, or - for standard input), and write no more to addresses that nobody has.

    Says of each what followed from it; what is not about a mail of ours changes nothing, and is no error: a mail server
    that pipes in everything it gets would send it back to whoever wrote it.
    """
    from app.alerts.mails.bounces import LARGEST, take  # noqa: PLC0415 - keeps `ratslupe --help` quick

    engine = open_current(settings.database_url)
    try:
        for name in files:
            with click.open_file(name, "rb") as file:
                found = take(engine, settings, file.read(LARGEST))
            click.echo(f"{found or 'not ours'}: {name}")
    finally:
        engine.dispose()
