"""`ratslupe erase`: it joins `ratslupe` by entry point."""

import click
import orjson
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_current
from app.files import open_store
from app.models import key_of
from oparl_sync import erase as steps
from oparl_sync import parts
from oparl_sync.clearing import clear
from oparl_sync.progress import Progress
from oparl_sync.purging import purge


@click.command()
@click.argument("named", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Say nothing but what was erased, as JSON.")
@click.option("--quick", is_flag=True, help="Leave the files of index and database as they are.")
@click.pass_obj
def erase(settings: Settings, named: str, yes: bool, as_json: bool, quick: bool) -> None:
    """Erase a record for good, and what is only its; ID: an OParl id, a key, an address here.

    Downloads, index and database are written anew, so that nothing of it is left in their bytes either.
    """
    engine = open_current(settings.database_url)
    try:
        reached = _erase(settings, engine, named, yes=yes)
        store = open_store(settings.files_url, settings.file_copies)
        parts.forget(store.scratch, reached.unfinished)
        progress = Progress(quiet=as_json)
        left = clear(engine, store, settings, progress)
        if not quick:
            left += purge(engine, settings, [key_of(one) for one in reached], progress)
    except steps.NotErasable as error:
        raise click.UsageError(str(error)) from error
    finally:
        engine.dispose()
    if left:
        again = "The same command again, or the next sync, tries to finish it."
        raise click.ClickException(" ".join(["It is erased, but not everywhere.", *left, again]))
    if as_json:
        click.echo(orjson.dumps({"erased": reached.counts}).decode())
        return
    click.echo(", ".join(f"{count} {object_type}" for object_type, count in reached.counts.items()) + " erased")
    if quick:
        click.echo("Files of the index and of the database still hold it: the same again.", err=True)
    else:
        click.echo("That nothing of it is left says: ratslupe prove-erased WORDS", err=True)


def _erase(settings: Settings, engine: Engine, named: str, *, yes: bool) -> steps.Extent:
    with Session(engine) as session:
        reached = steps.extent(session, named, settings.base_url)
    if not yes:
        for object_type, ids in reached.ids.items():
            for oparl_id in ids:
                click.echo(f"{object_type} {oparl_id}", err=True)
        click.confirm("Erase this for good? No sync brings it back.", abort=True, err=True)
    return steps.erase(engine, named, settings.base_url)
