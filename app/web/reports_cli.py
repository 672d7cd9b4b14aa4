"""`ratslupe reports`: what readers say is wrong."""

from datetime import datetime
from typing import Any

import click
import orjson
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import open_current


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def reports(context: click.Context, *, as_json: bool) -> None:
    """What readers say is wrong; without a command: the list of what is open."""
    if context.invoked_subcommand is None:
        _list(context.obj, as_json=as_json, every=False)


@reports.command("list")
@click.option("--all", "every", is_flag=True, help="Also what is done.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_(settings: Settings, *, every: bool, as_json: bool) -> None:
    """List reports, newest first; mails what has not reached CONTACT yet."""
    _list(settings, as_json=as_json, every=every)


@reports.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(settings: Settings, reference: str, *, as_json: bool) -> None:
    """Show one report in full."""
    from app.reports import named  # noqa: PLC0415 - keeps `ratslupe --help` quick

    with Session(open_current(settings.database_url)) as session:
        report = named(session, reference)
        told = _told(report) if report else None
    if told is None:
        raise click.ClickException(f"there is no report {reference}")
    if as_json:
        click.echo(orjson.dumps(told).decode())
        return
    for name, value in told.items():
        if value is not None and name != "words":
            click.echo(f"{name:<10} {value}")
    click.echo(f"\n{told['words']}")


@reports.command()
@click.argument("references", nargs=-1, required=True, metavar="REFERENCE...")
@click.pass_obj
def done(settings: Settings, references: tuple[str, ...]) -> None:
    """Note that reports are dealt with."""
    from app.reports import done as mark  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    unknown = [reference for reference in references if not mark(engine, reference)]
    if unknown:
        raise click.ClickException(f"there is no report {', '.join(unknown)}")


def _list(settings: Settings, *, as_json: bool, every: bool) -> None:
    from app.mail import open_mailer  # noqa: PLC0415 - as above
    from app.reports import forget, listed, send_owed  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    forget(engine)
    send_owed(engine, open_mailer(settings.mail_url), settings)
    with Session(engine) as session:
        told = [_told(report) for report in listed(session, open_only=not every)]
    if as_json:
        click.echo(orjson.dumps({"reports": told}).decode())
        return
    if not told:
        click.echo("Nothing is reported." if every else "Nothing is open.")
    for one in told:
        first = "".join(one["words"].splitlines()[:1])[:80]
        click.echo(
            f"{one['reference']}  {one['at'][:16].replace('T', ' ')}  {_state(one)}  {one['page'] or '-'}\n    {first}"
        )
    if any(one["mailed"] is None for one in told):
        why = "" if settings.contact else ": CONTACT is not set"
        click.echo(f"Some have not been mailed to you{why}.", err=True)


def _state(one: dict[str, Any]) -> str:
    return "done" if one["done"] else "mailed" if one["mailed"] else "waiting"


def _told(report: Any) -> dict[str, Any]:
    def moment(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "reference": report.reference,
        "at": moment(report.at),
        "type": report.object_type,
        "key": report.object_key,
        "page": report.page,
        "address": report.address,
        "language": report.language,
        "mailed": moment(report.sent_at),
        "error": report.error,
        "done": moment(report.done_at),
        "words": report.words,
    }
