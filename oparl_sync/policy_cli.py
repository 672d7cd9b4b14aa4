"""`ratslupe source policy`: what is taken in, shown and passed on of personal data, and who decided it."""

import click
import orjson
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import now, open_current, writing
from app.files import open_store
from app.models import Source
from app.policies import decisions, policy_of
from app.privacy import DECIDABLE, NOWHERE, OPEN, PAGE, NotDecidable, decidable
from oparl_sync import deciding, outgoing
from oparl_sync.clearing import clear
from oparl_sync.progress import Progress
from oparl_sync.purging import purge

WHAT = "TYPE.PROPERTY"


@click.command()
@click.argument("slug")
@click.option("--allow", multiple=True, metavar=WHAT, help="Take it in, show it and pass it on.")
@click.option("--show", "on_page", multiple=True, metavar=WHAT, help="Take it in and show it, but pass it on nowhere.")
@click.option("--withhold", multiple=True, metavar=WHAT, help="Neither take it in nor keep it.")
@click.option("--reason", default="", help="On which ground.")
@click.option("--by", default="", help="Who decided.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def policy(
    settings: Settings,
    slug: str,
    allow: tuple[str, ...],
    on_page: tuple[str, ...],
    withhold: tuple[str, ...],
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Tell what is decided about personal data of a source; or decide, which takes --reason and --by."""
    wanted = [*((one, OPEN) for one in allow), *((one, PAGE) for one in on_page), *((one, NOWHERE) for one in withhold)]
    try:
        levels = {decidable(what, level): level for what, level in wanted}
    except NotDecidable as error:
        raise click.UsageError(str(error)) from error
    if len(levels) < len(wanted):
        raise click.UsageError("one thing is decided twice")
    if levels and not (reason.strip() and by.strip()):
        raise click.UsageError("a decision is recorded: say --reason and --by")
    engine = open_current(settings.database_url)
    try:
        left = _decide(settings, engine, slug, levels, by=by.strip(), reason=reason.strip(), as_json=as_json)
    finally:
        engine.dispose()
    if left:
        raise click.ClickException(" ".join(["It is decided, but not done everywhere.", *left]))


def _decide(
    settings: Settings,
    engine: Engine,
    slug: str,
    levels: dict[tuple[str, str], str],
    *,
    by: str,
    reason: str,
    as_json: bool,
) -> list[str]:
    """Record and carry out decisions, and tell what holds; returns a sentence for what is left to be done."""
    with Session(engine) as session:
        source_id = session.scalar(select(Source.id).where(Source.slug == slug))
    if source_id is None:
        raise click.UsageError(f"there is no source {slug}")
    left: list[str] = []
    if levels:
        with writing(engine) as session:
            lost = deciding.change(session, source_id, levels, by=by, reason=reason, at=now())
        progress = Progress(quiet=True)
        outgoing.refresh(engine, settings.base_url, progress)
        if lost:
            left = clear(engine, open_store(settings.files_url, settings.file_copies), settings, progress)
            left += purge(engine, settings, (), progress)
        else:  # what is only passed on no more stands in downloads
            left = outgoing.redact(engine, settings)
    with Session(engine) as session:
        _say(session, source_id, as_json=as_json)
    return left


def _say(session: Session, source_id: int, *, as_json: bool) -> None:
    holds = policy_of(session, source_id)
    levels = {f"{kind}.{name}": holds.level(kind, name) for kind, name in DECIDABLE}
    made = [
        {
            "at": one.at.isoformat(),
            "by": one.by,
            "reason": one.reason,
            "what": f"{one.object_type}.{one.property}",
            "level": one.level,
        }
        for one in decisions(session, source_id)
    ]
    if as_json:
        click.echo(orjson.dumps({"levels": levels, "decisions": made}).decode())
        return
    for what, level in levels.items():
        click.echo(f"{what:<22} {level}")
    for one in made:
        click.echo(f"{one['at'][:10]}  {one['what']} {one['level']}: {one['reason']} ({one['by']})")
