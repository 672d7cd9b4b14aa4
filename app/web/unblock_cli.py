"""`ratslupe unblock`: an address that is written to no more may be written to again, because its owner asked."""

import click

from app.config import Settings
from app.db import open_current


@click.command()
@click.argument("address")
@click.pass_obj
def unblock(settings: Settings, address: str) -> None:
    """Let ADDRESS get mails again, when its owner asks for it: it was refused there, or its mails came back.

    Nothing is sent and nothing followed by that; the owner sets up alerts anew. Exits with 1 where it was not blocked.
    """
    from app.alerts.ending import release  # noqa: PLC0415 - keeps `ratslupe --help` quick
    from app.mail import AddressError  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        if not release(engine, settings, address):
            raise click.ClickException(f"not blocked: {address}")
    except AddressError as error:
        raise click.UsageError(str(error)) from error
    finally:
        engine.dispose()
    click.echo(f"unblocked: {address}")
