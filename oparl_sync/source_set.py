"""`ratslupe source set`: what the operator decides about one source."""

import re
from pathlib import Path
from typing import Any

import click
from sqlalchemy import update

from app.config import Settings
from app.db import open_current, writing
from app.models import Source
from app.net import BadCertificates, trusting

HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]+)")
# What the client decides by itself.
OURS = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "transfer-encoding", "te", "upgrade"}
)


@click.command("set")
@click.argument("slug")
@click.option("--license", "license_", help="Your decision on the licence, where the source states none.")
@click.option(
    "--ignore-robots", metavar="REASON", help="Read it whatever its robots.txt says; REASON is shown publicly."
)
@click.option("--obey-robots", is_flag=True, help="Keep to its robots.txt again.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Send this with each request to it.")
@click.option("--no-headers", is_flag=True, help="Send no headers of yours any more.")
@click.option(
    "--ca-bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust these certificates (PEM) besides, for this source alone: where its server leaves one out.",
)
@click.option("--no-ca-bundle", is_flag=True, help="Trust only the usual certificates again.")
@click.pass_obj
def set_(
    settings: Settings,
    slug: str,
    license_: str | None,
    ignore_robots: str | None,
    obey_robots: bool,
    headers: tuple[str, ...],
    no_headers: bool,
    ca_bundle: Path | None,
    no_ca_bundle: bool,
) -> None:
    """Decide about a source: its licence, robots.txt, headers, certificates. It is asked again at once then."""
    for one, other, names in (
        (ignore_robots, obey_robots, "--ignore-robots and --obey-robots"),
        (headers, no_headers, "--header and --no-headers"),
        (ca_bundle, no_ca_bundle, "--ca-bundle and --no-ca-bundle"),
    ):
        if one and other:
            raise click.UsageError(f"{names} contradict each other")
    values: dict[str, Any] = {}
    if license_ is not None:
        values["license"] = license_.strip() or None
    if ignore_robots is not None or obey_robots:
        values["robots_ignored"] = None if obey_robots else _reason(ignore_robots or "")
    if headers or no_headers:
        values["headers"] = dict(map(_header, headers)) or None
    if ca_bundle or no_ca_bundle:
        values["ca_bundle"] = _certificates(ca_bundle) if ca_bundle else None
    if not values:
        raise click.UsageError("nothing is to be set; see ratslupe source set --help")
    engine = open_current(settings.database_url)
    click.get_current_context().call_on_close(engine.dispose)
    with writing(engine) as session:
        # What kept it from being asked may be over with that.
        changed = update(Source).where(Source.slug == slug).values(**values, next_try=None).returning(Source.id)
        if session.scalar(changed) is None:
            raise click.UsageError(f"no source {slug}")
    click.echo(f"{slug}: {', '.join(sorted(values)).replace('_', ' ')} set")


def _reason(text: str) -> str:
    if not text.strip():
        raise click.UsageError("--ignore-robots needs a reason: it is shown publicly")
    return text.strip()


def _header(text: str) -> tuple[str, str]:
    found = HEADER.fullmatch(text.strip())
    if found is None or found[1].lower() in OURS:
        raise click.UsageError(f"{text!r} is no header that can be set: NAME: VALUE")
    return found[1], found[2].strip()


def _certificates(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii")
        trusting(text)
    except (BadCertificates, UnicodeDecodeError, OSError) as error:
        raise click.UsageError(f"{path} holds no certificates in PEM form") from error
    return text
