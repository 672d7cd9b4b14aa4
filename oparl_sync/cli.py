"""The worker's commands: they join `ratslupe` by entry point."""

import dataclasses
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import click
import orjson
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.config import DEFAULT_BASE_URL, ROOT, Settings
from app.db import open_current
from app.models import Source
from oparl_sync import run
from oparl_sync.priority import give_way
from oparl_sync.problems import SyncError
from oparl_sync.progress import Progress
from oparl_sync.sources import printable, remember, slug_for
from search import SearchError


@click.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--full", is_flag=True, help="Read every list from its beginning, also where a killed run could go on.")
@click.option("--accept-missing", is_flag=True, help="Take back what its own address says is gone, however much it is.")
@click.option("--json", "as_json", is_flag=True, help="Say nothing but the counts, as JSON.")
@click.pass_obj
def sync(settings: Settings, slugs: tuple[str, ...], full: bool, accept_missing: bool, as_json: bool) -> None:
    """Mirror once: lists, objects, files, their text, the index. Without SLUG all sources."""
    give_way()
    engine = open_current(settings.database_url)
    _known(engine, slugs)
    try:
        quiet = Progress(quiet=as_json)
        summary = run.sync(settings, engine, slugs, full=full, accept=accept_missing, progress=quiet)
    except (SyncError, SearchError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(orjson.dumps(summary.as_json()).decode())
    else:
        click.echo(", ".join(f"{value} {name}" for name, value in summary.as_json().items()))
    for slug, lines in summary.deviations.items():
        click.echo(f"{slug}: {', '.join(lines)} (each one on /status)", err=True)
    for slug, line in summary.notes.items():
        click.echo(f"{slug}: {line}", err=True)
    for slug, lines in summary.failures.items():
        for line in lines:
            click.echo(f"{slug}: {line}", err=True)
    if summary.failures:
        sys.exit(1)


@click.command()
@click.option("--serve/--no-serve", default=True, help="Open the site at the end.")
@click.option("--scale", default=1.0, help="Size of the made-up council.", hidden=True)
@click.option("--port", default=8000, show_default=True, help="Where the site is to listen.")
@click.option("--council-port", default=8001, help="Where the council's own OParl server listens.", hidden=True)
@click.pass_context
def demo(context: click.Context, serve: bool, scale: float, port: int, council_port: int) -> None:
    """Run the main job on a made-up council: serve it, mirror it, read it, index it, export it, open the site."""
    settings: Settings = context.obj
    if serve:
        _must_be_free(port)
    # Its server listens on this machine, which nothing but this command allows itself.
    allowed = (*settings.fetch_allow_networks, ip_network("127.0.0.1/32"))
    address = f"http://127.0.0.1:{port}" if settings.base_url == DEFAULT_BASE_URL else settings.base_url
    settings = dataclasses.replace(settings, fetch_allow_networks=allowed, base_url=address)
    engine = open_current(settings.database_url)
    with council(settings.home / "demo", scale=scale, port=council_port) as url:
        with Session(engine) as session:
            present = session.scalar(select(func.count()).where(Source.url == url))
        if not present:
            found = run.look(settings, url)
            slug = slug_for([printable(body.get("name")) for body in found.bodies])
            remember(engine, url, slug)
            plan = (str(settings.home / "demo" / name) for name in ("plan.geojson", "houses.csv"))
            _call(context, settings, "streets", "load", slug, *plan)
        _call(context, settings, "sync")
        _call(context, settings, "quality")
        _call(context, settings, "export")
        if serve:
            _call(context, settings, "serve", "--port", str(port))


@contextmanager
def council(folder: Path, *, scale: float = 1.0, port: int = 8001) -> Iterator[str]:
    """Build the made-up council where it is not there yet, and serve it in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "demo.server", str(folder), "--port", str(port), "--scale", str(scale)]
    click.echo("Preparing the made-up council …", err=True)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("listening on "):
                raise click.ClickException(f"the made-up council's server did not start (is port {port} taken?)")
            yield line.removeprefix("listening on ").strip()
        finally:
            process.terminate()


def _must_be_free(port: int) -> None:
    """Say at once, and not after two minutes of work, that the site cannot be opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(f"port {port} is taken: choose another with --port") from error


def _call(context: click.Context, settings: Settings, name: str, *words: str) -> None:
    """Run another command of `ratslupe`: site and worker do not import each other, the user has both."""
    group = context.find_root().command
    command = group.get_command(context, name) if isinstance(group, click.Group) else None
    if command is None:
        raise click.ClickException(f"there is no ratslupe {name} here")
    with command.make_context(name, list(words), parent=context, obj=settings) as child:
        command.invoke(child)


def _known(engine: Engine, slugs: tuple[str, ...]) -> None:
    with Session(engine) as session:
        known = set(session.scalars(select(Source.slug)))
    if unknown := [slug for slug in slugs if slug not in known]:
        raise click.UsageError(f"no source {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none yet'}")
    if not known:
        raise click.UsageError("nothing is mirrored yet. Begin with: ratslupe source add URL")
