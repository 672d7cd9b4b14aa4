"""The commands for councils that are not mirrored yet: `ratslupe probe`, `ratslupe import`."""

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import writing
from app.directory.endpoints import at_url, called, on_host
from app.models import Body, Source, key_of
from oparl_sync import attachments, candidates, download, importing, leases, probing, run
from oparl_sync.bundles import Bundle, opened
from oparl_sync.importing import Done
from oparl_sync.probing import Verdict
from oparl_sync.problems import SyncError
from oparl_sync.progress import Progress
from oparl_sync.run import IMPORTED
from oparl_sync.sources import SLUG, database, free_slug, net_of, printable, remember, slug_for
from search import SearchError

LETTER = "/places on your site has a letter to the town that says so"
PUSH = "the town can hand over a file instead: ratslupe import FILE --name NAME"
# What to do next, by what was found out.
ADVICE = {
    probing.WALL: (f"Nothing is bypassed. Ask the town to let {{us}} through: {LETTER}.", f"Or {PUSH}"),
    probing.BANNED: (f"Nothing is bypassed. Ask the town to let {{us}} through: {LETTER}.", f"Or {PUSH}"),
    probing.CLOSED: (f"robots.txt is honoured. Ask the town to open it for {{us}}: {LETTER}.", f"Or {PUSH}"),
    probing.TLS: ("Its certificate is not trusted. Ask the town to send the whole chain of certificates.",),
    probing.UNREACHABLE: ("Check the name of the host, and try again later.",),
    probing.DISABLED: (f"OParl is there but switched off. Ask the town to switch it on: {LETTER}.",),
    probing.LOGIN_ONLY: (f"A login stands before it. Ask the town to open OParl: {LETTER}.", f"Or {PUSH}"),
    probing.ELSEWHERE: ("Ask about that host: ratslupe probe HOST",),
    probing.BROKEN: ("Try again later. If it stays so, tell the town.",),
    probing.NOT_FOUND: (f"If you know the address of its OParl server, give it whole. Else {LETTER}.", f"Or {PUSH}"),
}


@click.command()
@click.argument("address", metavar="HOST|URL")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def probe(settings: Settings, address: str, as_json: bool) -> None:
    """Find out whether a host has an OParl server, and what is in the way: in at most five requests."""
    preset = called(address)
    try:
        url = probing.address_of(preset.url if preset else address)
    except probing.NoAddress as error:
        raise click.UsageError(
            f"{error}; give the host of a council's information system, for example ris.town.example"
        ) from error
    with net_of(settings) as net:
        verdict = probing.probe(net, url)
    advice = _advice(verdict, settings.contact)
    if as_json:
        click.echo(orjson.dumps(dataclasses.asdict(verdict) | {"next": advice}).decode())
    else:
        for line in (*_told(verdict), *advice):
            click.echo(line)
    if verdict.state != probing.FOUND:
        sys.exit(1)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", "slug", help="The source it belongs to; a new one where there is none of this name.")
@click.option("--name", help="The council's name, where the file does not hold its Body.")
@click.option("--complete", is_flag=True, help="The file is everything: what it does not hold any more is withdrawn.")
@click.option("--accept", is_flag=True, help="With --complete: withdraw also where much is missing at once.")
@click.option("--license", "license_", help="Your decision on the licence, where the file states none.")
@click.option("--json", "as_json", is_flag=True, help="Say nothing but the counts, as JSON.")
@click.pass_obj
def import_(
    settings: Settings,
    file: Path,
    slug: str | None,
    name: str | None,
    complete: bool,
    accept: bool,
    license_: str | None,
    as_json: bool,
) -> None:
    """Take what a council hands over: OParl NDJSON (also .gz), or a zip of list pages or objects, with attachments."""
    if slug is not None and not SLUG.fullmatch(slug):
        raise click.UsageError("a slug has small letters, digits and hyphens, at most 64")
    engine = database(settings)
    progress = Progress(quiet=as_json)
    try:
        with opened(file) as bundle:
            source, body = _receiver(engine, bundle, slug, name, license_)
            summary, done = _take(settings, engine, source, bundle, body, progress, complete=complete, accept=accept)
    except (SyncError, SearchError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(orjson.dumps(summary.as_json()).decode())
    else:
        counts = ", ".join(f"{value} {word}" for word, value in summary.as_json().items())
        click.echo(f"{source.slug}: {counts}")
    for line in done.failures:
        click.echo(f"{source.slug}: {printable(line)}", err=True)
    if done.failures:
        sys.exit(1)


def _receiver(
    engine: Engine, bundle: Bundle, slug: str | None, name: str | None, license_: str | None
) -> tuple[Source, dict[str, Any]]:
    """Return the source that a file belongs to, made where there is none, and the council's Body."""
    body = importing.body_in(bundle)
    called = name or printable((body or {}).get("name"))
    with Session(engine, expire_on_commit=False) as session:
        wanted = slug or (slug_for([called]) if called else None)
        source = session.scalar(select(Source).where(Source.slug == wanted)) if wanted else None
        if source is not None and not slug and not source.url.startswith(IMPORTED):
            source = None  # a council of this name is read from a server: it was not meant without a word
    if source is not None:
        body = body or importing.stored_body(engine, source)
    elif body is None and not name:
        there_is_none = f"there is no source {slug}, and " if slug else ""
        raise click.UsageError(f"{there_is_none}the file holds no Body: say whose it is with --name, or --source")
    if body is None and not name:
        raise click.UsageError("the file holds no Body, nor is one here: say whose it is with --name")
    body = body or importing.made_body(bundle, name or "")
    _not_anothers(engine, body, source)
    if source is None:
        chosen = slug or free_slug(engine, called)
        remember(engine, f"{IMPORTED}{chosen}", chosen, license_=license_)
        with Session(engine, expire_on_commit=False) as session:
            source = session.scalars(select(Source).where(Source.slug == chosen)).one()
    elif license_:
        with writing(engine) as session:
            session.execute(update(Source).where(Source.id == source.id).values(license=license_))
    return source, body


def _not_anothers(engine: Engine, body: dict[str, Any], source: Source | None) -> None:
    """Refuse a council that another source holds: nothing of the file would be taken, and this source stay empty."""
    oparl_id = body["id"].strip()
    with Session(engine) as session:
        here = select(Source).join(Body, Body.source_id == Source.id).where(Body.deleted.is_(False)).order_by(Source.id)
        holder = session.scalar(here.where(Body.key == key_of(oparl_id)))
        if holder is None and source is None and oparl_id.endswith(importing.MADE):
            server = oparl_id.removesuffix(importing.MADE)
            holder = session.scalar(here.where(Body.id.startswith(server, autoescape=True)))
    if holder is not None and (source is None or holder.id != source.id):
        raise click.UsageError(f"this council is here as {holder.slug}: say --source {holder.slug}")


def _take(
    settings: Settings,
    engine: Engine,
    source: Source,
    bundle: Bundle,
    body: dict[str, Any],
    progress: Progress,
    *,
    complete: bool,
    accept: bool,
) -> tuple[run.Summary, Done]:
    """Store a file's records and attachments, fetch what has an address of its own, read it, bring it to the search."""
    summary, began = run.Summary(), time.monotonic()
    with run.shared(settings, engine, progress) as common:
        with leases.held(engine, settings.home, f"source:{source.id}", what=f"the source {source.slug}") as lease:
            made = body["id"].endswith(importing.MADE)
            done = importing.take(
                lease.writing, source, bundle, body, progress, made=made, complete=complete, accept=accept
            )
            _, damaged = attachments.keep(engine, lease.writing, source.id, bundle, common.store, progress)
            done.failures += damaged
            with common.client(source) as client:
                try:
                    download.missing(engine, source.id, client, common.store, progress, lease.writing)
                except SyncError as error:  # its server may be closed to us: that is why it hands over files
                    done.failures.append(str(error))
                summary.requests = client.requests
        run.documents(common, summary)
    summary.counts, summary.seconds = done.counts, time.monotonic() - began
    return summary, done


def _told(verdict: Verdict) -> list[str]:
    maker = candidates.NAMES.get(verdict.vendor or "", "maker not recognised")
    requests = "1 request" if verdict.requests == 1 else f"{verdict.requests} requests"
    lines = [f"{requests}: {', '.join(verdict.asked)}"]
    if verdict.state != probing.FOUND:
        lines.append(printable(verdict.detail) or "nothing of OParl was found")
        if verdict.vendor or verdict.state not in (probing.UNREACHABLE, probing.TLS):  # else nobody answered
            lines.append(f"System: {maker}")
        hosts = dict.fromkeys(address.split("/")[2] for address in verdict.asked)
        return [*lines, *(f"Known before as {one.id}: {one.told}" for host in hosts for one in on_host(host)[:1])]
    lines.append(f"OParl {verdict.version or 'of an unnamed version'}, {maker}: {verdict.url}")
    known = at_url(verdict.url or "")
    if known:
        lines.append(f"Known as {known.id}: {known.told}")
    return [*lines, *(f"  {body['id']}  {printable(body['name'])}" for body in verdict.bodies)]


def _advice(verdict: Verdict, contact: str) -> list[str]:
    if verdict.state != probing.FOUND:
        us = f"Ratslupe ({contact})" if contact else "Ratslupe"
        return [line.format(us=us) for line in ADVICE[verdict.state]]
    if len(verdict.bodies) > 1:
        return [
            f"Next, for one of them: ratslupe source add {verdict.url} --body {verdict.bodies[0]['id']}",
            f"For all of them: ratslupe source add {verdict.url} --all",
        ]
    return [f"Next: ratslupe source add {verdict.url}"]
