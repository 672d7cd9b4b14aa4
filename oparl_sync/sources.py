"""The commands about sources: `ratslupe source add`, `list`, `presets`, `move`, `remove`."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import click
import orjson
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, open_current, writing
from app.directory.endpoints import Endpoint, at_url, called, endpoints, matching, standing_for
from app.files import open_store
from app.models import Body, Source, key_of
from app.net import GuardedClient
from oparl_sync import fetch, leases, moving, removing, run
from oparl_sync.clearing import clear
from oparl_sync.client import OParlClient
from oparl_sync.policy_cli import policy
from oparl_sync.problems import SyncError
from oparl_sync.progress import Progress
from oparl_sync.robots import Robots
from oparl_sync.rules import Rule
from oparl_sync.source_set import set_

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
SHOWN = 40  # councils of one server that are listed


@click.group()
def source() -> None:
    """The OParl servers that are mirrored."""


source.add_command(set_)
source.add_command(policy)


@source.command("add")
@click.argument("url", metavar="URL|PRESET")
@click.option("--slug", help="Its short name in commands and addresses; made from the council's name if not given.")
@click.option("--body", "body_id", help="Mirror only the Body with this id, of a server with several.")
@click.option("--all", "every", is_flag=True, help="Of a server with several councils add each as a source of its own.")
@click.option("--license", "license_", help="Your decision on the licence, where the source states none.")
@click.pass_obj
def add(settings: Settings, url: str, slug: str | None, body_id: str | None, every: bool, license_: str | None) -> None:
    """Mirror the OParl server at URL (a System, a Body list or a Body), or a known one by its short name."""
    if slug is not None and not SLUG.fullmatch(slug):
        raise click.UsageError("a slug has small letters, digits and hyphens, at most 64")
    if every and (slug or body_id):
        raise click.UsageError("--all adds several sources: it goes with neither --slug nor --body")
    preset = _preset(url)
    address = preset.url if preset else url
    body_id = body_id or (preset.body if preset and not every else None)
    engine = database(settings)
    try:
        found = run.look(settings, address, pinned_body=body_id)
    except SyncError as error:
        raise click.ClickException(str(error)) from error
    if len(found.bodies) > 1 and not every:
        raise click.ClickException(_choose(url, found))
    known = preset or at_url(address)
    options = {"license_": license_, "preset": known.id if known else None}
    _not_mirrored_yet(engine, [body["id"] for body in found.bodies])
    for body in found.bodies:
        name = preset.name if preset and not every else printable(body.get("name"))
        wanted = slug or (preset.id if preset and not every else free_slug(engine, name))
        pinned = body["id"].strip() if every else body_id
        added = remember(engine, address, wanted, body_id=pinned, **options)
        click.echo(f"{added}: {name or 'a council without a name'}")


@source.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """Show what is mirrored."""
    with Session(database(settings)) as session:
        rows = list(session.scalars(select(Source).order_by(Source.slug)))
    if as_json:
        keys = ("slug", "url", "state", "last_complete")
        click.echo(orjson.dumps([{k: getattr(row, k) for k in keys} for row in rows]).decode())
        return
    for row in rows:
        click.echo(f"{row.slug:<20} {row.state:<9} {row.url}")
    if not rows:
        click.echo("Nothing is mirrored yet. Begin with: ratslupe source add URL")


@source.command("presets")
@click.argument("word", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def presets(word: str, as_json: bool) -> None:
    """Show the known OParl servers, or those with WORD in name, maker, address or state."""
    found = matching(word)
    if as_json:
        click.echo(orjson.dumps(found).decode())
    for one in [] if as_json else found:
        click.echo(f"{one.id:<28} {one.state:<9} {one.name}: {one.told}")
    if not found:
        raise click.ClickException(f"none of the {len(endpoints())} known servers has {word!r} in it")


@source.command("move")
@click.argument("slug")
@click.argument("new_url")
@click.option(
    "--map", "maps", nargs=2, multiple=True, metavar="OLD NEW", help="Ids that begin with OLD begin with NEW."
)
@click.pass_obj
def move(settings: Settings, slug: str, new_url: str, maps: Sequence[tuple[str, str]]) -> None:
    """Read a source at NEW_URL from now on: what is stored keeps its place under its server's new ids.

    The old addresses of its records lead to the new ones. `*` in OLD and NEW stands for a number or name.
    """
    rules = [_rule(old, new) for old, new in maps]
    if urlsplit(new_url).scheme not in ("http", "https"):
        raise click.UsageError(f"{new_url} is no http or https address")
    engine = database(settings)
    with Session(engine) as session:
        chosen = session.scalar(select(Source).where(Source.slug == slug))
    if chosen is None:
        raise click.UsageError(f"there is no source {slug}")
    try:
        with leases.held(engine, settings.home, f"source:{chosen.id}", what=slug) as lease, net_of(settings) as net:
            client = OParlClient(net, unpaced=settings.fetch_allow_networks, robots=Robots())
            found = fetch.endpoint(client, new_url)
            with Session(engine) as session:
                rules = rules or moving.moved(session, chosen, found.system, found.bodies, renamed_too=True)
                moving.check(session, client, chosen, rules, found)
            with lease.writing() as session:
                done = moving.carry_out(session, chosen, rules, new_url, found)
    except SyncError as error:
        raise click.ClickException(str(error)) from error
    for rule in rules:
        click.echo(f"{rule.before} is {rule.after} now")
    click.echo(f"{slug}: {done.renamed} records renamed, {done.joined} were here already, {done.left} kept their ids")
    click.echo(f"Now: ratslupe sync {slug} --full")


@source.command("remove")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(settings: Settings, slug: str, yes: bool) -> None:
    """Give up a source: all that is held of it goes, also from the index."""
    engine = database(settings)
    with Session(engine) as session:
        chosen = session.scalar(select(Source).where(Source.slug == slug))
    if chosen is None:
        raise click.UsageError(f"there is no source {slug}")
    count = removing.held(engine, chosen.id)
    if not yes:
        told = f"Remove {slug} ({chosen.url}) and its {count} records? It is read anew where it is added again."
        click.confirm(told, abort=True, err=True)
    try:
        with leases.held(engine, settings.home, f"source:{chosen.id}", what=slug) as lease:
            removing.remove(lease.writing, chosen.id)
    except SyncError as error:
        raise click.ClickException(str(error)) from error
    store = open_store(settings.files_url, settings.file_copies)
    if left := clear(engine, store, settings, Progress(quiet=True)):
        again = "The next sync, also without any source, tries to finish it."
        raise click.ClickException(" ".join(["It is removed, but not everywhere.", *left, again]))
    click.echo(f"{slug}: removed, with {count} records")
    click.echo("Published downloads hold it until the next: ratslupe export; older ones until these end", err=True)


def database(settings: Settings) -> Engine:
    """Connect to the database for as long as the command runs."""
    engine = open_current(settings.database_url)
    click.get_current_context().call_on_close(engine.dispose)
    return engine


def net_of(settings: Settings) -> GuardedClient:
    """Return the client that dials for a command."""
    return GuardedClient(allow_networks=settings.fetch_allow_networks, contact=settings.contact)


def remember(
    engine: Engine,
    url: str,
    slug: str,
    *,
    body_id: str | None = None,
    license_: str | None = None,
    preset: str | None = None,
) -> str:
    """Add a source; returns its slug. Raises ClickException where the slug is taken or the source is there."""
    row = {"url": url, "slug": slug, "pinned_body": body_id, "license": license_, "added_at": now(), "state": "new"}
    try:
        with writing(engine) as session:
            same = select(Source.slug).where(Source.url == url, Source.pinned_body.is_not_distinct_from(body_id))
            if there := session.scalar(same):
                raise click.ClickException(f"{url} is mirrored already, as {there}")
            session.execute(insert(Source).values(**row, preset=preset))
    except IntegrityError as error:
        raise click.ClickException(f"there is a source {slug} already: choose another name with --slug") from error
    return slug


def printable(name: object) -> str:
    """Return a name that does nothing to a terminal."""
    return "".join(c for c in name if c.isprintable())[:200] if isinstance(name, str) else ""


def slug_for(names: Iterable[str]) -> str:
    """Return a slug from the councils' names: of one its own, of several the first's."""
    name = next((n for n in names if n.strip()), "council").lower()
    for office in ("stadt ", "gemeinde ", "landkreis ", "kreis ", "markt ", "bezirk ", "verwaltung "):
        name = name.removeprefix(office)
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.replace(letter, plain)
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:64].strip("-") or "council"


def free_slug(engine: Engine, name: str) -> str:
    """Return a slug from a council's name, with a number behind it where it is taken."""
    wanted = slug_for([name])
    with Session(engine) as session:
        taken = set(session.scalars(select(Source.slug).where(Source.slug.startswith(wanted, autoescape=True))))
    numbered = (f"{wanted[:60]}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (wanted, *numbered) if one not in taken)


def _preset(url: str) -> Endpoint | None:
    """Return the known server that is meant, and say what is known of it; None where it is an address."""
    if urlsplit(url).scheme in ("http", "https"):
        return None
    if (named := called(url)) is None:
        near = ", ".join(one.id for one in matching(url)[:5]) if len(url) > 2 else ""
        hint = f"; did you mean {near}?" if near else "; see ratslupe source presets, or ratslupe probe HOST"
        raise click.UsageError(f"{url} is no http or https address and no known server{hint}")
    preset = standing_for(named)
    if preset is not named:
        click.echo(f"{named.id} moved: it is {preset.id} now, {preset.url}", err=True)
    if preset.state != "ok":
        click.echo(f"{preset.id}: {preset.told}; it is tried all the same", err=True)
    return preset


def _choose(url: str, found: fetch.Endpoint) -> str:
    lines = [f"  {body['id'].strip()}  {printable(body.get('name'))}" for body in found.bodies[:SHOWN]]
    if len(found.bodies) > SHOWN:
        lines.append(f"  … and {len(found.bodies) - SHOWN} more")
    told = f"this server has {len(found.bodies)} councils. Choose one with --body ID, or add each with --all:"
    return "\n".join([told, *lines, f"For example: ratslupe source add {url} --body {found.bodies[0]['id'].strip()}"])


def _not_mirrored_yet(engine: Engine, bodies: list[str]) -> None:
    """Refuse a council that is here already: its records would stay with the first source, and this one be empty."""
    here = (
        select(Body.id, Source.slug)
        .join(Source, Source.id == Body.source_id)
        .where(Body.key.in_([key_of(oparl_id) for oparl_id in bodies]), Body.deleted.is_(False))
    )
    with Session(engine) as session:
        if found := session.execute(here).first():
            raise click.ClickException(f"{found.id} is mirrored already, as {found.slug}")


def _rule(old: str, new: str) -> Rule:
    if any(urlsplit(one).scheme not in ("http", "https") for one in (old, new)) or old.count("*") != new.count("*"):
        raise click.UsageError("--map takes two beginnings of addresses, with as many * in the one as in the other")
    return Rule(old, new)
