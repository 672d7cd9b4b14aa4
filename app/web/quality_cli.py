"""`ratslupe quality`: what is amiss with the data of councils, who is told of it, and what may be private."""

import sys
from dataclasses import asdict
from typing import Any

import click
import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, open_current
from app.models import Body, Source
from app.slugs import body_slugs
from app.speech import Voice


class Reporting(click.Group):
    """Commands of which `report` may be left out: `ratslupe quality musterstadt`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what is no command for the arguments of the report."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["report", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Reporting)
def quality() -> None:
    """What is amiss with councils' data. Without a command: the report."""


@quality.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def report(settings: Settings, slugs: tuple[str, ...], as_json: bool) -> None:
    """Count what is amiss with all councils, or with those named, and keep it as today's."""
    from app.quality import scanning, snapshots  # noqa: PLC0415 - keeps `ratslupe --help` quick
    from app.quality.words import as_data, findings  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        chosen = _chosen(engine, slugs)
        with click.progressbar(length=0, label="Looking through pages", file=sys.stderr) as bar:

            def tell(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            scanning.waiting(engine, progress=tell)
        counted = snapshots.take(engine, now(), chosen)
        with Session(engine) as session:
            names = body_slugs(session)
    finally:
        engine.dispose()
    told = {names[body_id]: findings(counts, Voice("en")) for body_id, counts in counted.items() if body_id in names}
    if as_json:
        councils = [{"slug": slug, "measures": list(map(as_data, told[slug]))} for slug in sorted(told)]
        click.echo(orjson.dumps({"councils": councils}).decode())
        return
    for slug in sorted(told):
        amiss = [one for one in told[slug] if one.amiss]
        click.echo(f"{slug}: {len(amiss)} of {len(told[slug])} checks found something")
        for one in amiss:
            click.echo(f"  {one.sentence}")
    if not told:
        click.echo("No council is mirrored yet.")


@quality.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def flags(settings: Settings, slugs: tuple[str, ...], as_json: bool) -> None:
    """List the pages on which something may be private, with its kind and never its words; this is published nowhere.

    Kinds: iban, mobile, phone, email, birth, home. What was found is seen on the page itself.
    """
    from app.addresses import record_url  # noqa: PLC0415 - keeps `ratslupe --help` quick
    from app.quality.scanning import flagged  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        chosen = _chosen(engine, slugs)
        with Session(engine) as session:
            for body_id in [None] if chosen is None else chosen:
                for one in flagged(session, body_id):
                    url = settings.base_url + record_url("File", one.file_key, page=one.page)
                    name = " ".join("".join(c if c.isprintable() else " " for c in one.file_name or "").split())
                    told = {"url": url, "file": name, "page": one.page, "kind": one.kind, "count": one.count}
                    line = orjson.dumps(told).decode() if as_json else f"{one.kind:<6} {one.count:>4}  {url}  {name}"
                    click.echo(line)
    finally:
        engine.dispose()


@quality.command()
@click.argument("slug")
@click.argument("mail")
@click.option("--language", default="de", show_default=True, type=click.Choice(["de", "en"]))
@click.pass_obj
def address(settings: Settings, slug: str, mail: str, language: str) -> None:
    """Mail the report of the source SLUG to MAIL each quarter, from the next one on."""
    from app.mail import AddressError  # noqa: PLC0415 - as above
    from app.quality.addresses import put  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        kept = put(engine, _source(engine, slug).id, mail, language, now())
    except AddressError as error:
        raise click.UsageError(f"{mail}: {error}") from error
    finally:
        engine.dispose()
    click.echo(f"{slug}: {kept} gets the report of each quarter, beginning with the next; now: ratslupe quality mail")


@quality.command()
@click.argument("slug")
@click.pass_obj
def silence(settings: Settings, slug: str) -> None:
    """Mail the report of the source SLUG to nobody any more, and forget the address."""
    from app.quality.addresses import remove  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        if not remove(engine, _source(engine, slug).id):
            raise click.ClickException(f"{slug}: no address is set")
    finally:
        engine.dispose()
    click.echo(f"{slug}: nobody is told any more.")


@quality.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def addresses(settings: Settings, as_json: bool) -> None:
    """List who is told, and what became of the last mail."""
    from app.quality.addresses import known  # noqa: PLC0415 - as above

    engine = open_current(settings.database_url)
    try:
        with Session(engine) as session:
            every = known(session)
    finally:
        engine.dispose()
    if as_json:
        click.echo(orjson.dumps({"addresses": [asdict(one) for one in every]}).decode())
        return
    for one in every:
        click.echo(f"{one.slug}: {one.address} ({one.language}), {_became(one)}")
    if not every:
        click.echo("No address is set. Set one with: ratslupe quality address SLUG MAIL")


@quality.command()
@click.argument("slug")
@click.option("--again", is_flag=True, help="Also where it was refused, or where nobody knows whether it went.")
@click.pass_obj
def mail(settings: Settings, slug: str, again: bool) -> None:
    """Mail this quarter's report of the source SLUG now, if that was not done; exits with 1 where none went out."""
    from app.mail import UnreachableError, open_mailer  # noqa: PLC0415 - as above
    from app.quality import letters, snapshots  # noqa: PLC0415 - as above

    if not settings.contact:
        raise click.ClickException("CONTACT is not set: nobody would be the sender")
    engine = open_current(settings.database_url)
    mailer = open_mailer(settings.mail_url)
    try:
        source = _source(engine, slug)
        snapshots.take(engine, now(), _chosen(engine, (slug,)))
        if again:
            letters.try_again(engine, source.id, now())
        sent = letters.send(engine, mailer, settings, source.id)
    except UnreachableError as error:
        raise click.ClickException(str(error)) from error
    finally:
        mailer.close()
        engine.dispose()
    if not sent:
        raise click.ClickException(f"{slug}: nothing went out. See: ratslupe quality addresses")
    click.echo(f"{slug}: sent.")


def _became(one: Any) -> str:
    if one.quarter is None:
        return "nothing mailed yet"
    if one.sent_at:
        return f"{one.quarter}: sent {one.sent_at:%Y-%m-%d}"
    return f"{one.quarter}: {'perhaps sent; broken off while it was' if one.unclear else one.error or 'waiting'}"


def _source(engine: Engine, slug: str) -> Source:
    with Session(engine) as session:
        found = session.scalar(select(Source).where(Source.slug == slug))
    if found is None:
        raise click.UsageError(f"no source {slug}")
    return found


def _chosen(engine: Engine, slugs: tuple[str, ...]) -> list[str] | None:
    """Return the ids of the councils that are named, by their short name or their source's; None for all."""
    if not slugs:
        return None
    with Session(engine) as session:
        by_slug = {slug: [body_id] for body_id, slug in body_slugs(session).items()}
        rows = select(Body.id, Source.slug).join(Source, Source.id == Body.source_id).where(~Body.deleted)
        for body_id, slug in session.execute(rows.order_by(Body.id)):
            if slug not in by_slug or body_id not in by_slug[slug]:
                by_slug.setdefault(slug, []).append(body_id)
    if unknown := [slug for slug in slugs if slug not in by_slug]:
        raise click.UsageError(f"no council {', '.join(unknown)}")
    return list(dict.fromkeys(body_id for slug in slugs for body_id in by_slug[slug]))
