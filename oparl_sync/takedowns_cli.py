"""`ratslupe takedowns`: requests to take something down, and what becomes of them. It joins by entry point."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click
import orjson
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.addresses import FOLDERS, record_url
from app.config import Settings
from app.db import open_current
from app.files import open_store
from app.mail import open_mailer
from app.models import Takedown, key_of
from app.models.takedowns import ERASED, HIDDEN, REFUSED
from app.takedowns import mails, tickets
from oparl_sync import erase, hiding, parts
from oparl_sync.clearing import clear
from oparl_sync.progress import Progress
from oparl_sync.purging import purge

ANSWER = click.option("--answer", default="", help="What whoever asked is told besides.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def takedowns(context: click.Context, *, as_json: bool) -> None:
    """Requests to take something down; without a command: the list of what is to be decided."""
    if context.invoked_subcommand is None:
        _list(context.obj, as_json=as_json, every=False)


@takedowns.command("list")
@click.option("--all", "every", is_flag=True, help="Also what is decided.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_(settings: Settings, *, every: bool, as_json: bool) -> None:
    """List requests, the oldest first; mails what has not gone out yet."""
    _list(settings, as_json=as_json, every=every)


@takedowns.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def show(settings: Settings, reference: str, *, as_json: bool) -> None:
    """Show one request in full."""
    with _opened(settings) as engine:
        told = _told(settings, _ticket(engine, reference))
    if as_json:
        click.echo(orjson.dumps(told).decode())
        return
    for name, value in told.items():
        if value and name != "words":
            click.echo(f"{name:<10} {value}")
    click.echo(f"\n{told['words']}")


@takedowns.command()
@click.argument("named", metavar="ID")
@click.option("--reason", type=click.Choice(tickets.REASONS), required=True)
@click.option("--words", default="", help="What it is about; forgotten when it is dealt with.")
@click.pass_obj
def add(settings: Settings, named: str, reason: str, words: str) -> None:
    """Note a request that came by letter or telephone; ID: an OParl id, a key, an address here."""
    with _opened(settings) as engine:
        with Session(engine) as session:
            object_type, ids = next(iter(_extent(session, settings, named).ids.items()))
        asked = tickets.Asked(words, reason, tickets.OPERATOR, "", "", object_type, key_of(ids[0]))
        click.echo(tickets.take(engine, asked))


@takedowns.command()
@click.argument("reference")
@click.argument("named", nargs=-1, metavar="[ID]...")
@click.option("--final", is_flag=True, help="It stays hidden: that is the decision.")
@ANSWER
@click.pass_obj
def hide(settings: Settings, reference: str, named: tuple[str, ...], final: bool, answer: str) -> None:
    """Hide at once what a request is about, or what ID names; it can come back (refuse) or go for good (erase)."""
    with _opened(settings) as engine:
        ticket = _undecided(_ticket(engine, reference))
        try:
            reached = [
                one
                for name in named or (_about(settings, ticket),)
                for one in hiding.hide(engine, name, settings.base_url, ticket.id)
            ]
        except erase.NotErasable as error:
            raise click.UsageError(str(error)) from error
        tickets.decide(engine, ticket.reference, HIDDEN, answer, final=final)
        _finish(settings, engine, f"{len(reached)} records are hidden")


@takedowns.command("erase")
@click.argument("reference")
@click.argument("named", nargs=-1, metavar="[ID]...")
@YES
@ANSWER
@click.pass_obj
def erase_(settings: Settings, reference: str, named: tuple[str, ...], yes: bool, answer: str) -> None:
    """Erase for good what a request is about, or what ID names: that also later, where it was overlooked."""
    with _opened(settings) as engine:
        ticket = _ticket(engine, reference)
        overlooked = bool(named) and ticket.state == ERASED
        if not overlooked:
            _undecided(ticket)
        names = named or (_about(settings, ticket),)
        with Session(engine) as session:
            for name in names:
                _extent(session, settings, name)
        if not yes:
            for name in names:
                click.echo(name, err=True)
            click.confirm("Erase this for good? No sync brings it back.", abort=True, err=True)
        reached = [erase.erase(engine, name, settings.base_url) for name in names]
        if not overlooked:
            tickets.decide(engine, ticket.reference, ERASED, answer)
        parts.forget(
            open_store(settings.files_url, settings.file_copies).scratch, [p for o in reached for p in o.unfinished]
        )
        keys = [key_of(one) for each in reached for one in each]
        _finish(settings, engine, f"{len(keys)} records are erased", erased=[*keys, ticket.reference])


@takedowns.command()
@click.argument("reference")
@ANSWER
@click.pass_obj
def refuse(settings: Settings, reference: str, answer: str) -> None:
    """Refuse a request; what was hidden for it comes back."""
    with _opened(settings) as engine:
        ticket = _undecided(_ticket(engine, reference))
        count = hiding.show_again(engine, ticket.id)
        tickets.decide(engine, ticket.reference, REFUSED, answer)
        _finish(settings, engine, f"{count} records are back")


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    """Open the database while the block runs."""
    engine = open_current(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _finish(settings: Settings, engine: Engine, said: str, *, erased: list[str] | None = None) -> None:
    """Let everything follow that is made of records, and mail what is owed."""
    progress = Progress(quiet=True)
    left = clear(engine, open_store(settings.files_url, settings.file_copies), settings, progress)
    if erased is not None:
        left += purge(engine, settings, erased, progress)
    mails.send_owed(engine, open_mailer(settings.mail_url), settings)
    if left:
        again = "The next sync tries to finish it"
        if erased:
            again += f"; what lies in bytes of index and database, ratslupe erase {erased[0]}"
        raise click.ClickException(" ".join([f"{said}, but not everywhere.", *left, f"{again}."]))
    click.echo(said)


def _ticket(engine: Engine, reference: str) -> Takedown:
    with Session(engine) as session:
        ticket = tickets.named(session, reference)
    if ticket is None:
        raise click.ClickException(f"there is no request {reference}")
    return ticket


def _undecided(ticket: Takedown) -> Takedown:
    if ticket.state in (ERASED, REFUSED):
        raise click.ClickException(f"{ticket.reference} is over: {ticket.state}")
    return ticket


def _about(settings: Settings, ticket: Takedown) -> str:
    """Return the record that a request is about, as commands are told it."""
    if ticket.object_key:
        return ticket.object_key
    if ticket.page.startswith(settings.base_url):
        return ticket.page
    raise click.UsageError(f"{ticket.reference} names no record: say which, as ID")


def _extent(session: Session, settings: Settings, named: str) -> erase.Extent:
    try:
        return erase.extent(session, named, settings.base_url)
    except erase.NotErasable as error:
        raise click.UsageError(str(error)) from error


def _list(settings: Settings, *, as_json: bool, every: bool) -> None:
    with _opened(settings) as engine:
        mails.keep_up(engine, settings)
        with Session(engine) as session:
            told = [_told(settings, ticket) for ticket in tickets.listed(session, every=every)]
            waiting = mails.owed(session)
    if as_json:
        click.echo(orjson.dumps({"takedowns": told}).decode())
        return
    if not told:
        click.echo("Nothing was asked." if every else "Nothing is to be decided.")
    for one in told:
        click.echo(f"{one['reference']}  due {one['due'][:10]}  {one['state']:<7}  {one['reason']:<8}  {one['about']}")
    if waiting:
        why = "" if settings.contact else ": CONTACT is not set"
        click.echo(f"{waiting} mails have not gone out{why}.", err=True)


def _told(settings: Settings, ticket: Takedown) -> dict[str, Any]:
    def moment(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    known = ticket.object_key and ticket.object_type in FOLDERS
    page = settings.base_url + record_url(ticket.object_type or "", ticket.object_key or "") if known else ticket.page
    return {
        "reference": ticket.reference,
        "at": moment(ticket.at),
        "due": moment(tickets.due(ticket)),
        "who": ticket.who,
        "reason": ticket.reason,
        "about": page or ticket.object_key or "-",
        "type": ticket.object_type,
        "key": ticket.object_key,
        "page": ticket.page,
        "address": ticket.address,
        "language": ticket.language,
        "state": ticket.state,
        "hidden": moment(ticket.hidden_at),
        "decided": moment(ticket.decided_at),
        "answer": ticket.answer,
        "link": tickets.link(settings, ticket),
        "words": ticket.words,
    }
